#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/needle.h"

namespace vigil {

/// How far a frame's bytes show the ASCII of what is read from it. Decoding keeps every run of ASCII as it is, in UTF-8,
/// CP950 and Latin-1 alike: bytes of longer characters may look like ASCII (Big5's second byte), which only makes more
/// of it. It brings forth ASCII that the bytes do not show
///   - as pictures: of control characters (NUL too), and of bytes that are no character of the charset, `\xHH` is read
///   - from UTF-16, from escapes of a payload that spell out ASCII: `\u0041`, `\.`; and where full-width letters and digits
///     are folded to ASCII (folding.h)
/// Of two frames, or two pieces of one, the larger counts. Written to disk (block_codec.h).
enum class ShownAscii : std::uint8_t {
  all = 0,
  but_pictures = 1,  ///< a needle that could begin with the end of a picture is shown but for that
  not_all = 2
};

/// Of a frame, or of a piece of one that begins and ends with it or at a delimiter (token_scan.h): those cut no
/// character, picture or escape.
ShownAscii shown_ascii(std::string_view raw);
/// The same for such a piece, but for what its bytes beyond ASCII are.
ShownAscii shown_ascii_of_token(std::string_view token);

/// Byte strings a frame has to hold (ASCII letters without case) before it is worth parsing.
///
/// A query asks about decoded text, a needle about raw bytes: frames that do not show their ASCII pass, and are decided
/// by reading them.
class NeedleFilter {
 public:
  /// Which characters a needle may consist of: letters, digits and these, which no format escapes on its own.
  static constexpr std::string_view kAlso = "._:@-";
  static bool is_needle_byte(char c);
  /// What of a needle stands in the bytes if the needle is in the text: all but what may be the end of a picture.
  static std::string_view behind_picture(std::string_view needle);

  NeedleFilter() = default;
  explicit NeedleFilter(const std::vector<std::string>& needles);
  bool empty() const { return needles_.empty(); }
  /// False only if no text read from `raw` can hold every needle.
  bool may_hold(std::string_view raw) const;

 private:
  struct Wanted {
    Needle whole, behind_picture;
  };
  std::vector<Wanted> needles_;  ///< longest first: the least likely one decides soonest
};

}  // namespace vigil
