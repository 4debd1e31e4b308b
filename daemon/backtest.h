#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rules/watcher.h"
#include "storage/archive.h"

namespace vigil {

struct BacktestRequest {
  /// What is asked: small sets (rules/rule_subset.h).
  std::shared_ptr<const RuleSet> rules;
  /// The same rules with a filter that is on trial: what they no longer find is what it would have removed. Null: none.
  std::shared_ptr<const RuleSet> filtered;
  ScanRange range;  ///< organisations and event times
  /// Matches handed to `on_match`.
  std::uint64_t samples_max = 20;
  /// It ends after so long, with what it has: six months of a large site take minutes.
  std::chrono::seconds time_max{3600};
};

/// Matches counted, without any of them being kept.
struct BacktestTally {
  /// Keys of each table; past it they are counted together under "(other)".
  static constexpr std::size_t kKeysMax = 1000;
  struct Line {
    std::uint64_t count = 0;
    std::int64_t first_ns = 0, last_ns = 0;
  };
  Line all;
  std::map<std::string, Line> days;     ///< "2026-11-20", local
  std::map<std::string, Line> sources;  ///< by host
  std::map<std::string, Line> rules;    ///< by title
  std::map<std::string, Line> groups;   ///< of correlations: "source.ip=203.0.113.9"

  void add(const Detection& detection, const std::string& day, const std::string& group);
};

struct BacktestReport {
  BacktestTally found;
  BacktestTally removed;  ///< of `found`, by the filter
  std::uint64_t records = 0;        ///< looked at
  std::uint64_t candidates = 0;     ///< of them: parsed, because their text might hold a match
  ScanCost cost;                    ///< of a run that came to its end
  std::vector<std::string> hints;   ///< literals by which blocks were left out
  std::chrono::milliseconds took{0}, paused{0};
  bool complete = true;  ///< false: time_max came first
};

struct BacktestHooks {
  /// Each of the first matches; false ends the run. `removed`: the filter would have.
  std::function<bool(const Detection&, const StoredRecord&, bool removed)> on_match;
  /// Every second or so, from the same thread: records read and the event time reached. False ends the run.
  std::function<bool(std::uint64_t records, std::int64_t event_ns, std::uint64_t matches)> on_progress;
  /// Others need the machine: the run waits while it says so.
  std::function<bool()> busy;
};

/// Runs rules over what is preserved, oldest first, as if they had been there: exact matching, correlations in windows of
/// event time. Reads only what can hold a match where the rules' literals allow it. Nothing is told to anybody.
///
/// Fails with cancelled where a hook says so, else as Archive::scan.
Result<BacktestReport, StoreError> run_backtest(const Archive& archive, const BacktestRequest& request,
                                                int zone_minutes, const BacktestHooks& hooks);

}  // namespace vigil
