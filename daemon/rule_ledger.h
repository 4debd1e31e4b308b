#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "storage/state_store.h"

namespace vigil {

/// How often a rule fired. Hours and days are those of UTC, by the time of receipt of what made it fire.
struct RuleCount {
  /// Days kept: what coverage looks back on.
  static constexpr std::int64_t kDaysKept = 31;

  std::uint64_t total = 0;
  std::uint64_t withheld = 0;  ///< found while the rule was switched off; not in `total`
  std::int64_t first_ns = 0, last_ns = 0;  ///< of what was told
  std::map<std::int64_t, std::uint64_t> hours;  ///< of the last day, by number since 1970
  std::map<std::int64_t, std::uint64_t> days;   ///< of the last kDaysKept

  void add(std::int64_t at_ns, bool told);
  /// In the 24 hours before: whole hours, the one that is under way and 23 before it.
  std::uint64_t within_day(std::int64_t now_ns) const;
  std::uint64_t within_days(std::int64_t now_ns, std::int64_t days) const;
};

/// Counts what rules find, by rule id, exactly: the counts change in one write with the cases and the watch's cursor, so that
/// after a crash nothing counts twice. Durable under "rule-count/<id>". Written by the watch, read by anybody.
class RuleLedger {
 public:
  explicit RuleLedger(const StateStore& state);

  void add(const std::string& id, std::int64_t at_ns, bool told);
  /// What has changed since the last call.
  void put_changes(StateChange& change);

  std::optional<RuleCount> find(std::string_view id) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, RuleCount, std::less<>> counts_;
  std::set<std::string> changed_;
};

}  // namespace vigil
