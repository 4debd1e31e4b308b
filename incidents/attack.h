#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// The tactics of ATT&CK (enterprise), in the order in which an attack goes forward.
inline constexpr std::size_t kTacticCount = 14;
/// A set of them: bit n is the n-th.
using Tactics = std::uint16_t;

std::string_view tactic_name(std::size_t tactic);  ///< "initial-access"
std::string_view tactic_zh(std::size_t tactic);    ///< "初始入侵"
/// kTacticCount for a name that is none.
std::size_t tactic_of_name(std::string_view name);

/// What a rule's tags say: `attack.credential-access` and `attack.credential_access`. A rule that names techniques only
/// is of the tactics those are usually used for.
Tactics tactics_of(std::span<const std::string> tags);
/// `attack.t1110.001` as "T1110.001".
std::vector<std::string> techniques_of(std::span<const std::string> tags);
std::size_t count_of(Tactics tactics);

}  // namespace vigil
