#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/needle.h"

namespace vigil {

/// Byte strings a frame has to hold (ASCII letters without case) before it is worth parsing.
///
/// A query asks about decoded text, a needle about raw bytes. Decoding keeps every run of ASCII as it is, in UTF-8,
/// CP950 and Latin-1 alike: bytes of longer characters may look like ASCII (Big5's second byte), which only lets a
/// frame pass that need not. A frame must not be left out, though, where decoding can bring forth ASCII that its
/// bytes do not show:
///   - UTF-16, and bytes that are no character of any charset, which become the text `\xHH`  (both: not UTF-8)
///   - control characters, which become `\xHH` too, and NUL
///   - escapes of a payload that spell out ASCII: `\u0041`, `\.`
/// Such frames always pass, and are decided by reading them.
class NeedleFilter {
 public:
  /// Which characters a needle may consist of: letters, digits and these, which no format escapes on its own.
  static constexpr std::string_view kAlso = "._:@-";
  static bool is_needle_byte(char c);

  NeedleFilter() = default;
  explicit NeedleFilter(const std::vector<std::string>& needles);
  bool empty() const { return needles_.empty(); }
  /// False only if no text read from `raw` can hold every needle.
  bool may_hold(std::string_view raw) const;

 private:
  std::vector<Needle> needles_;  ///< longest first: the least likely one decides soonest
};

}  // namespace vigil
