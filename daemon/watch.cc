#include "daemon/watch.h"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "daemon/clock.h"
#include "parsers/record.h"

namespace vigil {

namespace {

constexpr std::string_view kCursorKey = "cursor/watch";
constexpr std::string_view kWindowsCursorKey = "cursor/windows";
constexpr std::string_view kWindowPrefix = "window/";
constexpr std::string_view kFoldPrefix = "watchfold/";
/// Records read again at a time when catching up, so that the cursor moves on the way.
constexpr std::uint64_t kReplayStep = 20'000;
constexpr int kExitReopen = 75;  // as in writer.cc

std::uint64_t read_cursor(const StateStore& state, std::string_view key) {
  const auto text = state.get(key);
  std::uint64_t cursor = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), cursor);
  return cursor;
}

}  // namespace

Watch::Watch(Archive& archive, std::shared_ptr<const RuleSet> rules, CaseDesk& desk, WatchOptions options)
    : archive_(archive), desk_(desk), options_(options), watcher_(std::make_unique<Watcher>(std::move(rules))) {
  told_ = read_cursor(archive_.state(), kCursorKey);
  cursor_ = windows_cursor_ = read_cursor(archive_.state(), kWindowsCursorKey);
  archive_.state().scan(kWindowPrefix, [this](std::string_view key, std::string_view value) {
    watcher_->restore_window(key.substr(kWindowPrefix.size()), value);
    return true;
  });
}

Watch::~Watch() { stop(); }

void Watch::watch_lists(std::function<std::shared_ptr<const WatchlistIndex>()> current) {
  current_lists_ = std::move(current);
  archive_.state().scan(kFoldPrefix, [this](std::string_view key, std::string_view value) {
    lists_.restore(key.substr(kFoldPrefix.size()), value);
    return true;
  });
}

/// Only after the records to be watched are chosen: a list that changes takes effect behind them.
void Watch::take_lists() {
  if (current_lists_) lists_.use(current_lists_());
}

void Watch::add_folds(StateChange& change) {
  std::vector<Watcher::WindowEdit> edits;
  lists_.take_edits(edits);
  for (auto& edit : edits) {
    std::string key = std::string(kFoldPrefix) + edit.key;
    if (edit.value.empty()) {
      change.erase(std::move(key));
    } else {
      change.put(std::move(key), std::move(edit.value));
    }
  }
}

void Watch::start() {
  written_at_ = windows_at_ = std::chrono::steady_clock::now();
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "watch");
    run();
  });
}

void Watch::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Watch::replace_rules(std::shared_ptr<const RuleSet> rules) {
  auto next = std::make_unique<Watcher>(std::move(rules));
  {
    const std::lock_guard lock(mutex_);
    next_ = std::move(next);
    has_next_ = true;
  }
  wake_.notify_one();
}

// Between two records. The windows are written at once: a restart must not count for the new rules what came before them.
void Watch::take_new_rules() {
  // What is read again after a start was watched by the rules of before, and told of.
  if (cursor_ < told_) return;
  std::unique_ptr<Watcher> next;
  {
    const std::lock_guard lock(mutex_);
    next = std::move(next_);
    has_next_ = false;
  }
  if (next == nullptr) return;
  next->adopt(*watcher_);
  watcher_ = std::move(next);
  windows_now_ = true;
  settle(true);
}

void Watch::use(std::shared_ptr<const Enrichment> enrichment) {
  const std::lock_guard lock(mutex_);
  enrichment_ = std::move(enrichment);
  enrichment_changed_ = true;
}

void Watch::offer(const std::shared_ptr<Batch>& batch) {
  {
    const std::lock_guard lock(mutex_);
    // Too far behind: let go of the copy. The gap in the sequence sends the watch to the archive.
    if (queued_bytes_ + batch->raw_bytes > options_.queue_bytes_max) return;
    queued_bytes_ += batch->raw_bytes;
    queue_.push_back(batch);
  }
  wake_.notify_one();
}

std::uint64_t Watch::lag() const {
  const std::uint64_t next = archive_.next_sequence();
  const std::uint64_t cursor = cursor_.load(std::memory_order_relaxed);
  if (next > cursor) return next - cursor;
  return unsettled_.load(std::memory_order_relaxed) ? 1 : 0;
}

Watcher::Counters Watch::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

std::map<std::string, std::uint64_t> Watch::detections() const {
  const std::lock_guard lock(mutex_);
  return detections_;
}

void Watch::run() {
  for (;;) {
    std::shared_ptr<Batch> batch;
    bool stopping = false;
    {
      std::unique_lock lock(mutex_);
      // Waits with a limit: the archive may hold what no batch told us of (after a start, or after a gap).
      wake_.wait_for(lock, fired_.empty() ? options_.cursor_every : options_.settle_every,
                     [this] { return stopping_ || (has_next_ && cursor_ >= told_) || !queue_.empty(); });
      stopping = stopping_;
      if (std::exchange(enrichment_changed_, false)) watcher_->use(enrichment_);
      if (!queue_.empty()) {
        batch = std::move(queue_.front());
        queue_.pop_front();
        queued_bytes_ -= batch->raw_bytes;
      }
    }
    if (batch) {
      // A batch spans several lanes and organisations but its sequences are its own: first to last, in order.
      const std::uint64_t first = batch->records.empty() ? 0 : batch->records.front().sequence;
      if (first > cursor_) replay(first);
      take_lists();
      for (const Record& record : batch->records) {
        if (record.sequence < cursor_) continue;  // watched already, from the archive
        observe(observation_of(record, record.header, batch->source_of(record)));
      }
      settle(false);
      continue;
    }
    if (archive_.next_sequence() > cursor_) replay(archive_.next_sequence());
    if (has_next_) take_new_rules();
    // A stream that has gone quiet: nobody else closes its windows.
    if (cursor_ >= told_ && watcher_->tick(wall_clock_ns(), fired_)) windows_now_ = true;
    windows_now_ = windows_now_ || (stopping && cursor_ != windows_cursor_);
    settle(true);
    if (stopping) return;
  }
}

void Watch::replay(std::uint64_t to) {
  Arena arena;
  while (cursor_ < to) {
    const std::uint64_t from = cursor_;
    ScanRange range;
    range.organisations = {"*"};
    range.newest_first = false;
    range.sequence_from = from;
    range.sequence_to = std::min(to, from + kReplayStep);
    take_lists();
    const auto cost = archive_.scan(range, [this, &arena](const StoredRecord& stored) {
      arena.reset();
      const SyslogHeader header = parse_record_header(stored.raw, *stored.source, stored.received_ns, arena);
      observe(observation_of(stored, header, *stored.source));
      return true;
    });
    if (!cost) {
      spdlog::error(
          "E-WATCH-READ the archive could not be read from record {} on: {} - tried again / "
          "無法讀取封存紀錄，將再試",
          from, cost.error().what);
      return;
    }
    // Sequences that no record has (lost and reported, or dropped by retention) are behind us too.
    cursor_ = std::max<std::uint64_t>(cursor_, range.sequence_to);
    settle(false);
  }
}

void Watch::observe(const Observation& observation) {
  if (has_next_.load(std::memory_order_relaxed)) take_new_rules();
  const std::size_t before = fired_.size();
  watcher_->observe(observation, fired_);
  if (observation.sequence < told_) {
    fired_.clear();  // Only the windows had to see it again.
  } else {
    lists_.observe(observation, fired_);
    if (fired_.size() > before) book(before);
  }
  cursor_.store(observation.sequence + 1, std::memory_order_relaxed);
}

/// Counts what was found, and takes out again what nobody is to be told.
void Watch::book(std::size_t from) {
  if (ledger_ == nullptr) return;
  const auto first = fired_.begin() + static_cast<std::ptrdiff_t>(from);
  fired_.erase(std::remove_if(first, fired_.end(),
                              [this](const Detection& detection) {
                                const bool told = !switches_->off(detection.rule->id, detection.received_ns);
                                ledger_->add(detection.rule->id, detection.received_ns, told);
                                return !told;
                              }),
               fired_.end());
}

void Watch::settle(bool force) {
  const auto now = std::chrono::steady_clock::now();
  const std::uint64_t cursor = cursor_;
  if (cursor >= told_) lists_.flush(wall_clock_ns(), fired_);
  unsettled_ = !fired_.empty();
  const bool windows_due = windows_now_ || cursor - windows_cursor_ >= options_.windows_records_max ||
                           (cursor != windows_cursor_ && now - windows_at_ >= options_.windows_every);
  if (fired_.empty() && cursor <= told_ && !windows_due && !desk_.waiting()) return;
  if (!force && !windows_due &&
      now - written_at_ < (fired_.empty() ? options_.cursor_every : options_.settle_every)) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    counters_ = watcher_->counters();
    for (const Detection& detection : fired_) ++detections_[detection.rule->id];
  }
  for (const auto& trouble : watcher_->take_troubles()) {
    if (trouble.missed) {
      spdlog::error(
          "E-RULE-MISSED rule {} matched record {} and {} more that its index had left out - a fault of this program, "
          "please report it / 規則索引漏失，請回報",
          trouble.rule->id, trouble.sequence, trouble.count - 1);
    } else {
      spdlog::warn(
          "W-RULE-DEGRADED rule {}: a regular expression took too long on record {} and {} more, its answer is not sure / "
          "規則運算式逾限，結果不確定",
          trouble.rule->id, trouble.sequence, trouble.count - 1);
    }
  }
  const std::uint64_t told = std::max(cursor, told_);
  bool changed = false;
  CaseBook::Limits limits;
  const auto committed = desk_.change([&](CaseBook& book, StateChange& change) {
    changed = !book.apply(fired_, wall_clock_ns(), change).empty();
    limits = book.limits();
    if (windows_due) add_windows(change);
    if (ledger_ != nullptr) ledger_->put_changes(change);
    add_folds(change);
    change.put(std::string(kCursorKey), std::to_string(told));
  });
  if (!committed && committed.error().code != StoreErrc::disk_full) {
    spdlog::critical("E-STORE-IO cases could not be written: {} - stopping so that the store is reopened",
                     committed.error().what);
    std::_Exit(kExitReopen);
  }
  fired_.clear();
  unsettled_ = false;
  told_ = told;
  written_at_ = now;
  if (windows_due) {
    windows_now_ = false;
    windows_cursor_ = cursor;
    windows_at_ = now;
  }
  if (changed && on_cases_changed) on_cases_changed();
  tell_evicted(limits);
}

void Watch::tell_evicted(const CaseBook::Limits& limits) {
  const std::uint64_t evicted = limits.sightings_evicted + limits.risk_evicted;
  const auto now = std::chrono::steady_clock::now();
  if (evicted == evicted_ || (evicted_ != 0 && now - evicted_at_ < std::chrono::hours(1))) return;
  evicted_ = evicted;
  evicted_at_ = now;
  if (on_evicted) on_evicted(limits);
}

void Watch::add_windows(StateChange& change) {
  std::vector<Watcher::WindowEdit> edits;
  watcher_->take_window_edits(edits);
  for (auto& edit : edits) {
    std::string key = std::string(kWindowPrefix) + edit.key;
    if (edit.value.empty()) {
      change.erase(std::move(key));
    } else {
      change.put(std::move(key), std::move(edit.value));
    }
  }
  change.put(std::string(kWindowsCursorKey), std::to_string(cursor_));
}

}  // namespace vigil
