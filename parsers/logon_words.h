#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vigil {

/// What a word may mean in a sentence about a logon. A word may be several.
enum class Means : std::uint32_t {
  nothing = 0,
  subject = 1 << 0,         ///< login, authentication, password
  login_like = 1 << 1,      ///< a subject that is an act: login, authentication, but no password
  account = 1 << 2,         ///< user, account, token, access: a subject only beside an address
  failed = 1 << 3,          ///< failed, denied, rejected
  wrong = 1 << 4,           ///< invalid, incorrect, unknown: stands before what it judges, or behind "is"
  succeeded = 1 << 5,       ///< accepted, successful
  done = 1 << 6,            ///< logged (in), authenticated
  filler = 1 << 7,          ///< attempt, request, has, been
  marker = 1 << 8,          ///< from, for, with, user: something is told about the subject before its outcome
  negation = 1 << 9,        ///< not, no, never
  veto = 1 << 10,           ///< policy, threshold, if: nothing happened
  change = 1 << 11,         ///< changed, reset: of a password
  whole_failure = 1 << 12,  ///< authfail, badlogin: all in one word
  name_marker = 1 << 13,    ///< user, username, account: the name follows
  peer_marker = 1 << 14,    ///< from, ip, rhost: the address follows
  trial = 1 << 15,          ///< unable, tried, could, session: what follows tells
  half = 1 << 16            ///< log, sign: a subject with "in" or "on" behind
};
constexpr Means operator|(Means a, Means b) {
  return static_cast<Means>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(Means set, Means one) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}

/// A word and where it stands.
struct LogonWord {
  std::uint16_t begin = 0, end = 0;
  std::uint16_t sentence = 0;  ///< its number: sentences end at ". ", "; ", "!", a bar or a line's end
  std::uint16_t clause = 0;    ///< the same, also at colons and brackets
  Means means = Means::nothing;
};

/// The words of a text: runs of letters and digits, also parts of CamelCase and snake_case. Parts of paths and addresses mean
/// nothing.
class LogonWords {
 public:
  /// A sentence has fewer; what follows is not looked at.
  static constexpr std::size_t kWordsMax = 192;

  enum class Of : std::uint8_t {
    sentence,
    name  ///< of an event: its dots separate words
  };
  explicit LogonWords(std::string_view text, Of of = Of::sentence);
  std::size_t size() const { return size_; }
  const LogonWord& operator[](std::size_t at) const { return words_[at]; }
  std::string_view text() const { return text_; }
  std::string_view spelling(std::size_t at) const {
    return text_.substr(words_[at].begin, words_[at].end - std::size_t{words_[at].begin});
  }
  bool is(std::size_t at, std::string_view lower_case) const;

 private:
  std::string_view text_;
  std::array<LogonWord, kWordsMax> words_;
  std::size_t size_ = 0;
};

/// The meaning of a word in lower case.
Means meaning_of(std::string_view word);

}  // namespace vigil
