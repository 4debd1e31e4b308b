#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::sigma {

/// A quick look whether a text may hold one of a few literals at all. Most messages hold none, and are let go here for a
/// tenth of what a whole scan costs. Upper and lower case of ASCII are one.
///
/// Of each literal the four neighbouring characters stand for it that logs seldom hold. The fingerprints are sorted into
/// eight groups, one bit each. Two tables for each of the four places, one by the lower and one by the upper half of
/// the byte, say which groups a byte suits there; a byte shuffle looks all 32 bytes of a register up at once. Where one
/// group suits all four places, the bytes are compared with the literals themselves. (The idea is that of Vectorscan's
/// "Teddy", which has to look at the end of each literal and to tell where all of them are.)
class LiteralGate {
 public:
  /// Shorter literals have no fingerprint.
  static constexpr std::size_t kLiteralMin = 4;
  /// With more, too many fingerprints share a group and most messages would pass.
  static constexpr std::size_t kLiteralsMax = 64;

  /// Nothing where a gate would be of no use: a literal too short, too many of them, a processor without AVX2.
  /// Literals are lower case ASCII. `sample`, messages of the kind that will be asked about, says which parts of the
  /// literals are rare: "policy" stands in every line of some firewalls. Without one, a guess from the letters does.
  static std::optional<LiteralGate> build(const std::vector<std::string>& literals,
                                          std::string_view sample = {});

  /// Whether one of the literals is in the text.
  bool holds(std::string_view text) const;

 private:
  static constexpr std::size_t kPlaces = 4;
  static constexpr std::size_t kGroups = 8;
  using Halves = std::array<std::uint8_t, 16>;  ///< bits of groups, by half a byte

  struct Literal {
    std::string text;
    std::uint32_t fingerprint = 0;  ///< folded
    std::size_t offset = 0;         ///< where in the literal its fingerprint begins
  };

  void add(std::uint8_t group_bit, const std::string& literal, std::size_t offset);
  void index();
  bool is_literal(const char* at, const char* begin, const char* end) const;
  bool scan(const char* begin, const char* end) const;

  alignas(16) std::array<Halves, kPlaces> lower_{};
  alignas(16) std::array<Halves, kPlaces> upper_{};
  std::vector<Literal> literals_;          ///< by fingerprint
  std::array<std::uint8_t, 256> first_{};  ///< by hash of a fingerprint: its first literal plus one; 0: none
};

}  // namespace vigil::sigma
