#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil {

enum class Level : std::uint8_t { informational, low, medium, high, critical };
std::string_view level_name(Level level);

/// What an analyst and the notification need to know of a rule.
struct RuleMeta {
  std::string id;           ///< UUID; the file name where the rule has none
  std::string title, title_zh;
  std::string description, description_zh;
  std::string file;
  Level level = Level::medium;
  std::vector<std::string> tags;  ///< "attack.t1110.001"
  std::string author, license, status;
  std::vector<std::string> references;  ///< links, as the rule has them
  /// All other fields of the document as they are written, lists with one value a line: falsepositives, date
  /// and whatever its author put there.
  std::vector<std::pair<std::string, std::string>> others;
  std::string logsource;  ///< as a filter for this rule would write it: "{product: windows}"; empty: a correlation
  bool correlation = false;
  // From the rule's own `vigil:` section; empty for foreign rules.
  std::string category;               ///< web_attack, intrusion, denial_of_service, equipment, other
  std::vector<std::string> symptoms;  ///< the form's own words, e.g. 系統遭入侵
  std::vector<std::string> entities;  ///< ECS fields that link matches to one candidate
  /// Proposed impact if the asset is an ordinary (not core) one: 0 none, 1 slight, 2 serious (輕微, 嚴重).
  int confidentiality = 0, integrity = 0, availability = 0;
  /// False: a match is kept as context of an incident but does not open one by itself.
  bool opens_candidate = true;
  /// The rule leaves it open (every foreign one below critical): its matches add to the risk of those they name,
  /// and that opens one.
  bool weighs = false;
  /// It is asked only about what others told us (docs/alerts.md), and the candidate has the alert's own title.
  bool alert = false;
};

/// What tells of it when the groups of a correlation had to make room for others: many group-by values at once, perhaps
/// invented ones. Built in; its id never changes.
const std::shared_ptr<const RuleMeta>& overflow_meta();

/// One thing worth telling: a rule matched an event, or a correlation reached its condition.
struct Detection {
  std::shared_ptr<const RuleMeta> rule;
  std::uint64_t sequence = 0;     ///< of the event that made it fire
  std::int64_t at_ns = 0;         ///< event time of that event
  std::int64_t received_ns = 0;
  std::int64_t first_ns = 0, last_ns = 0;  ///< event times of what was counted
  std::uint64_t count = 1;        ///< events (or distinct values) behind it
  std::string organisation, system, host;
  bool core = false, drill = false;
  bool early_warning = false;  ///< the event is a ticket that warns early (docs/alerts.md)
  /// Link entities: ("source.ip", "203.0.113.9"), ("user.name", "root"), ("host.name", "srv1").
  std::vector<std::pair<std::string, std::string>> entities;
  /// Other fields worth showing (url, file, signature …).
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::uint64_t> references;  ///< sequences of sample events, at most 10, the firing one last
};

}  // namespace vigil
