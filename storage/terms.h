#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/arena.h"
#include "parsers/syslog_header.h"

namespace vigil {

// What a block's index knows of a text: its terms.
//
//   word    a run of ASCII letters and digits, as long as it goes, with at least one letter and three characters, in
//           lower case. Everything else parts words, "_" and "." too: "TCP_MISS" is two, "srv01.school" is two.
//   quad    four numbers of at most three digits joined by single dots: an IPv4 address is one term, whatever
//           stands around it. Of "1.2.3.4.5" both "1.2.3.4" and "2.3.4.5" are terms.
//   sextet  six pairs of hex digits joined by single ":" or "-", in lower case: a MAC address.
//   pair    two CJK characters side by side (ideographs, kana, bopomofo, hangul; UTF-8), so that any piece of a
//           longer text of two characters and more is found.
//
// Numbers alone and words of one or two characters are no terms: they are in every block, or in one and then cost
// more than they help (half of all distinct tokens are numbers). A question about them reads the text.
//
// Full-width letters and digits are as ASCII, 臺 is as 台 (folding.h), in records and in questions.
//
// Records are indexed as decoded text (CP950 and UTF-16 too), once more with backslash escapes taken back (`\n`,
// `\u767b`), because a parsed value is what a question is about. So: whatever stands in a record, or in a value
// that a parser read from it, as a complete run between non-letters-and-digits is found by its terms.

/// Whether the text's ends are ends of words too. For "part of a word" they are not, and the words there (which may go
/// on) are left out.
struct TextEdges {
  bool front_complete = true, back_complete = true;
};

/// Calls `sink` for each term of UTF-8 text, in lower case. For the planner: a record that holds `text` as complete
/// tokens holds all of these.
void terms_of_text(std::string_view text, const std::function<void(std::string_view term)>& sink,
                   TextEdges edges = {});

/// What a term (as terms_of_text gives it) is in a block's index. Written to disk: never changes.
std::uint32_t term_hash(std::string_view term);

/// Gathers the terms of a block's records.
class TermCollector {
 public:
  /// Bytes that must be readable after a record's text: sixteen and more are looked at in one step.
  static constexpr std::size_t kPadding = 64;

  /// `raw` as received, with kPadding bytes readable behind it.
  void add(std::string_view raw, Charset charset);

  /// A piece of a record that holds whole words and nothing but ASCII; kPadding bytes readable behind it. A record may
  /// be given piece by piece wherever it is cut at what is no letter, digit, backslash, or one of ". : -".
  void add_token(const char* text, std::size_t size);

  /// The hashes of all terms, sorted, each once. The collector is empty again.
  std::vector<std::uint32_t> take();

 private:
  struct Seen {
    bool high = false, backslash = false;
  };
  Seen add_words(const char* text, std::size_t size);
  template <bool kWide>
  bool add_short_token(const char* text, std::size_t size);
  void add_unescaped(std::string_view text);
  void add_decoded(std::string_view text);
  void keep(std::uint64_t wide);
  void compact();

  /// Terms met lately. Most of a line's words were in the line before it, and need not be gathered again.
  static constexpr std::size_t kRecent = 8192;
  std::array<std::uint32_t, kRecent> recent_{};
  std::vector<std::uint32_t> hashes_;
  std::size_t compact_at_ = kCompactFirst;
  static constexpr std::size_t kCompactFirst = 1024 * 1024;
  std::string unescaped_, folded_;
  Arena arena_;
};

/// Takes back JSON's backslash escapes; what is none stays. Line breaks and tabs become themselves, pairs of
/// surrogates one character. True if something changed that could part or make words.
bool unescape_backslashes(std::string_view text, std::string& out);

}  // namespace vigil
