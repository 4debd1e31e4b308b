#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/compiled.h"

namespace vigil::sigma {

/// Messages of one kind that were received: of one log source, for Windows also of one event id, and the fields they had
/// (names as events have them).
struct Sighting {
  RuleLogSource source;  ///< `category: plain_text` for sentences of any program (log_routes.h)
  std::string code;      ///< the event id of Windows; empty for others
  std::set<std::string, std::less<>> fields;
};

/// Whether a rule can fire on what is received, and what stands in its way.
struct RuleCoverage {
  enum class State : std::uint8_t {
    can,
    no_parser,  ///< no format that we read gives its log source
    no_source,  ///< nothing of its log source was received
    no_event,   ///< its log source was, but none of the event ids it asks for
    no_field    ///< nor had any message of it the fields it needs
  };
  State state = State::can;
  RuleLogSource source;              ///< of the rule; of a correlation: of the rule it waits for
  std::vector<std::string> missing;  ///< fields, as the rule writes them
  std::vector<std::string> codes;    ///< event ids
};
/// "can", "no_source" …
std::string_view coverage_name(RuleCoverage::State state);

/// A rule can fire if some kind of message of its log source has what its condition cannot do without; what it says of
/// values is not looked at, but for event ids. A correlation can if enough of what it listens to can, with the fields it
/// groups by.
RuleCoverage cover(const CompiledRules& rules, RuleReference which, std::span<const Sighting> seen);

/// One thing to switch on or to connect, and what it would bring.
struct CoverageGain {
  std::string id;      ///< "windows-command-line", "sysmon" …; "source:apache/error" for what has no advice of its own
  std::string en, zh;  ///< what to do
};
/// What would let the rule fire; nothing can be done about no_parser.
CoverageGain gain_of(const RuleCoverage& coverage);

}  // namespace vigil::sigma
