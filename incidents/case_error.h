#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vigil {

/// Why something a person asked for is not done.
struct CaseError {
  enum class Code : std::uint8_t { not_found, wrong_state, bad_argument } code;
  std::string what_zh, what_en;
};

/// A person's note or reason, and a name. Longer ones are refused, not cut: what people write is kept whole.
inline constexpr std::size_t kNoteBytesMax = 8000;
inline constexpr std::size_t kWhoBytesMax = 200;

CaseError bad_argument(std::string zh, std::string en);
/// What is wrong with a text that a person wrote; nothing if it is good.
std::optional<CaseError> check_text(std::string_view what_zh, std::string_view what_en, std::string_view text,
                                    bool required, std::size_t bytes_max);

}  // namespace vigil
