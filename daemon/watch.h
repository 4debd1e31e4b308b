#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/case_desk.h"
#include "daemon/rule_ledger.h"
#include "daemon/rule_switches.h"
#include "rules/watcher.h"
#include "rules/watchlist_watch.h"
#include "storage/archive.h"

namespace vigil {

struct WatchOptions {
  /// Committed batches kept in memory for the rules; past it watching goes on from the archive instead.
  std::size_t queue_bytes_max = 128 * 1024 * 1024;
  /// What fired is written at most this often: a flood of detections then shares the sync.
  std::chrono::milliseconds settle_every{100};
  /// How often the cursor is written when nothing fired.
  std::chrono::milliseconds cursor_every{1000};
  /// Correlation windows are written this often, or after so many records. Writing each window whenever it
  /// moved costs more than all matching together (0.4 us an event, measured 2026-11-20); reading two million
  /// records again at a start costs two or three seconds, in the background.
  std::chrono::seconds windows_every{60};
  std::uint64_t windows_records_max = 2'000'000;
};

/// Runs the rules over everything that was stored, in order, and tells what fired exactly once
/// (docs/architecture.md, step 5).
///
/// Two durable cursors: "cursor/watch" says up to where everything that fired has been told, and changes in
/// one write with the cases, the outbox and what watchlists have counted and not told yet ("watchfold/…");
/// "cursor/windows" says up to where the stored correlation windows have counted, and changes in one write with
/// them. A restart reads on from the windows' cursor, silently up to the other one: what fires there fired
/// before. Own thread.
class Watch {
 public:
  Watch(Archive& archive, std::shared_ptr<const RuleSet> rules, CaseDesk& desk, WatchOptions options = {});
  ~Watch();
  /// Holds the stream against watchlists as well; `current` gives what they are. Before start().
  void watch_lists(std::function<std::shared_ptr<const WatchlistIndex>()> current);
  void start();
  /// What computed fields are told from, from the next batch on. Any thread.
  void use(std::shared_ptr<const Enrichment> enrichment);
  /// Watches what is committed, writes the cursor, ends the thread.
  void stop();

  /// Watches with these rules from the next record on; windows of correlations that mean the same stay as they are.
  /// Any thread. Takes as long as it takes to build the matcher: the watch goes on meanwhile.
  void replace_rules(std::shared_ptr<const RuleSet> rules);

  /// Before start(): which rules are silent, and where what is found is counted. Both outlive the watch.
  void keep_books(const RuleSwitches& switches, RuleLedger& ledger) {
    switches_ = &switches;
    ledger_ = &ledger;
  }

  /// A committed batch, in order; never blocks. For the writer's thread.
  void offer(const std::shared_ptr<Batch>& batch);

  /// Records stored and not yet watched; at least 1 while what fired is not yet written.
  std::uint64_t lag() const;
  Watcher::Counters counters() const;
  /// Detections so far, by rule id.
  std::map<std::string, std::uint64_t> detections() const;
  /// Called on the watch thread after a case changed.
  std::function<void()> on_cases_changed;
  /// Called on the watch thread, once an hour at most, when more was found than can wait to become candidates.
  std::function<void(const CaseBook::Limits&)> on_evicted;

 private:
  void run();
  void replay(std::uint64_t to);
  void observe(const Observation& observation);
  void settle(bool force);
  void book(std::size_t from);
  void take_new_rules();
  void add_windows(StateChange& change);
  void take_lists();
  void add_folds(StateChange& change);
  void tell_evicted(const CaseBook::Limits& limits);

  Archive& archive_;
  CaseDesk& desk_;
  WatchOptions options_;
  const RuleSwitches* switches_ = nullptr;
  RuleLedger* ledger_ = nullptr;
  std::unique_ptr<Watcher> watcher_;
  WatchlistWatch lists_;
  std::function<std::shared_ptr<const WatchlistIndex>()> current_lists_;
  std::vector<Detection> fired_;
  std::atomic<std::uint64_t> cursor_{1};  ///< sequence of the next record to be watched
  std::atomic<bool> unsettled_{false};    ///< something fired that is not written yet
  std::uint64_t told_ = 0;                ///< what records before this one fired has been told
  std::uint64_t windows_cursor_ = 0;      ///< as stored
  bool windows_now_ = false;              ///< the windows have to be written with the next change
  std::chrono::steady_clock::time_point windows_at_;
  std::chrono::steady_clock::time_point written_at_;
  std::uint64_t evicted_ = 0;  ///< as told
  std::chrono::steady_clock::time_point evicted_at_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Batch>> queue_;
  std::size_t queued_bytes_ = 0;
  bool stopping_ = false;
  std::unique_ptr<Watcher> next_;         ///< built with new rules, not yet taken
  std::atomic<bool> has_next_{false};
  std::shared_ptr<const Enrichment> enrichment_;  ///< null: Enrichment::plain()
  bool enrichment_changed_ = false;               ///< the watcher has another one
  std::map<std::string, std::uint64_t> detections_;
  Watcher::Counters counters_;
  std::thread thread_;
};

}  // namespace vigil
