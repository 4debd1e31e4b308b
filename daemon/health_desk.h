#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/loss_book.h"
#include "daemon/own_voice.h"
#include "daemon/source_table.h"
#include "daemon/writer.h"
#include "incidents/equipment_report.h"
#include "storage/state_store.h"

namespace vigil {

/// Looks after the sources: every few seconds at each of them, on a thread of low priority; receiving is not touched.
/// What is worth telling goes into the archive as a record of vigild in the source's organisation, and into the log.
/// Keeps what is learned, each day's tally and each silence for the monthly report.
class HealthDesk {
 public:
  /// How often what is known is written down; each day's tallies less often.
  static constexpr std::chrono::seconds kWriteEvery{30};
  static constexpr std::chrono::minutes kTalliesEvery{10};
  /// Tallies, silences and outages are kept for this long: the month of a report and the one before it, and some.
  static constexpr int kKeptDays = 100;
  /// Streams that were not read for this long are told (ingest.md 6.1).
  static constexpr std::chrono::seconds kPausedTold{60};
  /// A flood of new senders is told once in this time (BI-10).
  static constexpr std::chrono::hours kExplosionEvery{1};

  HealthDesk(SourceTable& sources, StateStore& state, OwnVoice& voice, LossBook& losses, const Writer& writer,
             std::shared_ptr<const AssetTable> assets, HealthOptions options);
  ~HealthDesk() { stop(); }
  HealthDesk(const HealthDesk&) = delete;
  HealthDesk& operator=(const HealthDesk&) = delete;

  /// Takes up what an earlier run has learned. Before the listeners start.
  void load(std::int64_t now_ns);
  void start();
  /// Ends the thread, tells and writes what is left. The voice speaks on the caller's thread by now (OwnVoice::alone).
  void stop();

  /// A second's work. Called by the thread; by tests with a clock of their own.
  void tick(std::int64_t now_ns);

  const HealthOptions& options() const { return options_; }
  /// Per organisation, for /metrics: not per source, of which there may be 50,000 (those are in GET /api/v1/sources).
  struct Summary {
    std::uint64_t sources = 0, silent = 0, learning = 0, clock_wrong = 0, flood = 0, collapse = 0;
    std::uint64_t missing = 0;  ///< numbers that never came, since the start; never falls
  };
  std::map<std::string, Summary> summary() const;
  std::uint64_t paused_seconds() const { return paused_seconds_.load(std::memory_order_relaxed); }

  /// The month as far as it is known. `organisations`: "*" or those that may be seen.
  EquipmentReport report(const ReportMonth& month, const std::vector<std::string>& organisations, int zone_minutes,
                         std::int64_t now_ns) const;

 private:
  void run();
  void watch_ourselves(std::int64_t now_ns);
  void look(std::int64_t now_ns);
  void look_at(SourceState& source, std::int64_t now_ns, std::vector<HealthNews>& news, std::vector<DayTally>& days);
  void tell(const SourceState& source, const HealthNews& news);
  void tell_explosion(std::int64_t now_ns);
  void write(std::int64_t now_ns, bool all);
  void prune(std::int64_t now_ns);

  SourceTable& sources_;
  StateStore& state_;
  OwnVoice& voice_;
  LossBook& losses_;
  const Writer& writer_;
  const std::shared_ptr<const AssetTable> assets_;
  const HealthOptions options_;

  // Of the desk's thread alone.
  std::int64_t listening_since_ns_ = 0, ticked_ns_ = 0, looked_ns_ = 0;
  std::int64_t written_ns_ = 0, tallied_ns_ = 0, pruned_ns_ = 0;
  std::int64_t paused_since_ns_ = 0, explosion_told_ns_ = 0;
  bool pause_told_ = false;
  std::uint64_t evicted_told_ = 0;
  StateChange pending_;  ///< tallies of days that are over, silences

  mutable std::mutex summary_mutex_;
  std::map<std::string, Summary> summary_;
  std::atomic<std::uint64_t> paused_seconds_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false, stopped_ = false;
  std::thread thread_;
};

}  // namespace vigil
