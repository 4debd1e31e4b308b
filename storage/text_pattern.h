#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/caseless.h"
#include "storage/needle.h"

namespace vigil {

/// What stands between two `*` of a pattern: chunks with one or more blanks between them. Most have one chunk;
/// "failed password" has two, so that it finds "Failed  password" too.
struct TextPiece {
  struct Chunk {
    explicit Chunk(std::string_view text) : lower(lower_ascii(text)), needle(lower) {}
    std::string lower;
    Needle needle;
  };
  std::vector<Chunk> chunks;
};

/// A word, a "phrase" or a pattern with `*`, compiled from a query.
///
/// Searched in a text (`found_in`), it is found at whole words only: where it begins or ends with a word byte, the
/// byte before or after it must not be one, unless a `*` stands there.
///
///   fail       Fail, "fail:", not failed          fail*    failed, failure
///   *fail*     anything with fail in it           f*led    failed (a `*` inside does not cross a blank)
///   登入        使用者登入失敗 (by substring: CJK bytes are no word bytes)
///   台北        臺北, and ABC finds ＡＢＣ: both sides are folded (folding.h)
///
/// Against a field's whole value (`matches_whole`), it has to cover the value from end to end and `*` stands for
/// anything, blanks too.
class TextPattern {
 public:
  /// A phrase: nothing in it is special. Blanks at its ends are dropped.
  static TextPattern phrase(std::string_view text);
  /// From parts between stars: `parts[0]` before the first, and so on; an empty first or last part is an open end.
  static TextPattern wildcard(const std::vector<std::string>& parts);

  bool found_in(std::string_view text) const;
  bool matches_whole(std::string_view value) const;

  const std::vector<TextPiece>& pieces() const { return pieces_; }
  bool open_front() const { return open_front_; }
  bool open_back() const { return open_back_; }
  bool has_star() const { return has_star_; }
  /// Nothing but stars: matches everything.
  bool matches_all() const { return pieces_.empty(); }
  bool has_non_ascii() const { return has_non_ascii_; }

 private:
  struct Span {
    std::size_t begin, end;
  };
  static TextPiece make_piece(std::string_view text);
  void add_piece(std::string_view written);
  /// The piece's next place in text at or after `from`; begin == npos if there is none.
  static Span find_piece(std::string_view text, const TextPiece& piece, std::size_t from);
  bool front_fits(std::string_view text, std::size_t begin) const;
  bool back_fits(std::string_view text, std::size_t end) const;

  std::vector<TextPiece> pieces_;
  bool open_front_ = false, open_back_ = false, has_star_ = false, has_non_ascii_ = false;
};

}  // namespace vigil
