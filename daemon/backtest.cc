#include "daemon/backtest.h"

#include <algorithm>
#include <thread>

#include "parsers/record.h"
#include "parsers/render.h"
#include "rules/compiled.h"
#include "rules/rule_subset.h"
#include "storage/needle_filter.h"

namespace vigil {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kProgressEvery{1000};
/// How often the clock is looked at: a record costs about a microsecond.
constexpr std::uint64_t kLookEvery = 512;
constexpr std::chrono::milliseconds kPause{20};

void count(BacktestTally::Line& line, std::int64_t at_ns) {
  if (line.count++ == 0) line.first_ns = line.last_ns = at_ns;
  line.first_ns = std::min(line.first_ns, at_ns);
  line.last_ns = std::max(line.last_ns, at_ns);
}

void count(std::map<std::string, BacktestTally::Line>& table, const std::string& key, std::int64_t at_ns) {
  const auto known = table.find(key);
  if (known != table.end()) return count(known->second, at_ns);
  count(table[table.size() < BacktestTally::kKeysMax ? key : "(other)"], at_ns);
}

class Run {
 public:
  Run(const BacktestRequest& request, int zone_minutes, const BacktestHooks& hooks)
      : request_(request), zone_minutes_(zone_minutes), hooks_(hooks), watcher_(request.rules) {
    if (request.filtered) filtered_ = std::make_unique<Watcher>(request.filtered);
    for (const auto& correlation : request.rules->compiled().correlations) {
      groupings_.emplace(correlation.meta.get(), &correlation.group_by);
    }
  }

  Result<BacktestReport, StoreError> over(const Archive& archive) {
    ScanRange range = request_.range;
    range.newest_first = false;
    report_.hints = sigma::common_literals(request_.rules->compiled(), NeedleFilter::is_needle_byte);
    range.hints = report_.hints;
    const std::function<bool()> cancelled = [this] { return !look(); };
    range.cancelled = &cancelled;
    const auto cost = archive.scan(range, [this](const StoredRecord& record) { return take(record); });
    report_.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_);
    report_.records = seen_;
    report_.candidates = watcher_.counters().parsed;
    report_.complete = !out_of_time_;
    if (cost) report_.cost = *cost;
    if (stopped_) return StoreError{StoreErrc::cancelled, "nobody waits for the answer any more"};
    // A scan that was stopped for want of time has failed too, and has found what it has.
    if (!cost && !out_of_time_) return cost.error();
    return std::move(report_);
  }

 private:
  bool take(const StoredRecord& record) {
    if (++seen_ % kLookEvery == 0 && !look()) return false;
    if (record.event_ns < request_.range.event_from_ns || record.event_ns >= request_.range.event_to_ns) return true;
    event_ns_ = record.event_ns;
    arena_.reset();
    const SyslogHeader header = parse_record_header(record.raw, *record.source, record.received_ns, arena_);
    const Observation observation = observation_of(record, header, *record.source);
    fired_.clear();
    watcher_.observe(observation, fired_);
    left_.clear();
    if (filtered_) filtered_->observe(observation, left_);
    for (const Detection& detection : fired_) {
      const bool removed = filtered_ && !still_there(detection);
      tell(detection, record, removed);
      if (stopped_) return false;
    }
    return true;
  }

  bool still_there(const Detection& detection) const {
    return std::any_of(left_.begin(), left_.end(),
                       [&](const Detection& other) { return other.rule->id == detection.rule->id; });
  }

  void tell(const Detection& detection, const StoredRecord& record, bool removed) {
    const std::string day = iso_time(detection.at_ns, zone_minutes_).substr(0, 10);
    const std::string group = group_of(detection);
    report_.found.add(detection, day, group);
    if (removed) report_.removed.add(detection, day, group);
    // With a filter on trial its victims are what is to be looked at.
    if (filtered_ && !removed) return;
    if (told_ >= request_.samples_max) return;
    ++told_;
    if (hooks_.on_match && !hooks_.on_match(detection, record, removed)) stopped_ = true;
  }

  std::string group_of(const Detection& detection) const {
    const auto grouping = groupings_.find(detection.rule.get());
    if (grouping == groupings_.end()) return {};
    std::string out;
    for (const std::string& name : *grouping->second) {
      for (const auto& [type, value] : detection.entities) {
        if (type != name) continue;
        out += (out.empty() ? "" : ", ") + name + "=" + value;
        break;
      }
    }
    return out.empty() ? "(all)" : out;
  }

  /// False: the run is over. Waits while others need the machine.
  bool look() {
    auto now = Clock::now();
    while (!stopped_ && hooks_.busy && hooks_.busy()) {
      std::this_thread::sleep_for(kPause);
      report_.paused += kPause;
      now = Clock::now();
      if (!report_progress(now)) break;
      if (now - started_ >= request_.time_max) break;
    }
    if (!stopped_) report_progress(now);
    if (now - started_ >= request_.time_max) out_of_time_ = true;
    return !stopped_ && !out_of_time_;
  }

  bool report_progress(Clock::time_point now) {
    if (now - progress_at_ < kProgressEvery) return true;
    progress_at_ = now;
    if (hooks_.on_progress && !hooks_.on_progress(seen_, event_ns_, report_.found.all.count)) stopped_ = true;
    return !stopped_;
  }

  const BacktestRequest& request_;
  const int zone_minutes_;
  const BacktestHooks& hooks_;
  Watcher watcher_;
  std::unique_ptr<Watcher> filtered_;
  std::map<const RuleMeta*, const std::vector<std::string>*> groupings_;
  BacktestReport report_;
  Arena arena_;
  std::vector<Detection> fired_, left_;
  std::uint64_t seen_ = 0, told_ = 0;
  std::int64_t event_ns_ = 0;
  bool stopped_ = false, out_of_time_ = false;
  const Clock::time_point started_ = Clock::now();
  Clock::time_point progress_at_ = started_;
};

}  // namespace

void BacktestTally::add(const Detection& detection, const std::string& day, const std::string& group) {
  count(all, detection.at_ns);
  count(days, day, detection.at_ns);
  count(sources, detection.host, detection.at_ns);
  count(rules, detection.rule->title, detection.at_ns);
  if (!group.empty()) count(groups, group, detection.at_ns);
}

Result<BacktestReport, StoreError> run_backtest(const Archive& archive, const BacktestRequest& request,
                                                int zone_minutes, const BacktestHooks& hooks) {
  return Run(request, zone_minutes, hooks).over(archive);
}

}  // namespace vigil
