#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/day_tally.h"
#include "daemon/quiet_rhythm.h"
#include "daemon/sender_clock.h"
#include "daemon/volume_rhythm.h"

namespace vigil {

struct HealthOptions {
  /// How often every source is looked at. 50,000 of them take some 10 ms.
  std::chrono::nanoseconds look_every = std::chrono::seconds(5);
  /// Nothing is told of a source known for less: each hour of the week has been met once …
  std::chrono::nanoseconds learning = std::chrono::hours(7 * 24);
  /// … nor of one that was heard in fewer different hours: it has no rhythm yet.
  std::uint32_t hours_min = 24;
  /// Samples of its clock.
  std::chrono::nanoseconds clock_every = std::chrono::minutes(1);
  QuietOptions quiet;
};

/// What has been counted of a source by now.
struct SourceFacts {
  std::int64_t now_ns = 0;
  std::int64_t first_seen_ns = 0, last_seen_ns = 0;
  std::int64_t clock_skew_ns = 0;  ///< newest message's own time minus its arrival; 0: it has none
  std::uint64_t received = 0, bytes = 0, unparsed = 0, discarded = 0, missing = 0;
  int zone_minutes = 480;
  /// Since when we have listened without a break: what was not heard before is nobody's fault but ours.
  std::int64_t listening_since_ns = 0;
};

/// Something worth telling about a source. The enumerator's name is the MSGID of the record.
struct HealthNews {
  enum class What : std::uint8_t { silence, silence_over, flood, collapse, volume_usual, clock_wrong, clock_right };
  What what = What::silence;
  std::int64_t from_ns = 0, to_ns = 0;  ///< silence: last heard, heard again. Volume: the hour
  std::int64_t allowed_ns = 0;          ///< silence: how long it may be quiet at this hour
  std::uint64_t count = 0, usual = 0;   ///< volume: messages, and what is usual in that hour
  std::int64_t skew_ns = 0;             ///< clock
};

/// One source's health: its rhythm, volume and clock, learned from what is counted anyway, so that receiving pays
/// nothing for it. Time is an argument. look() is called by one thread; view() by any.
class SourceHealth {
 public:
  /// What others are shown.
  struct View {
    bool learning = true;             ///< no rhythm yet: nothing is told
    std::int64_t silent_since_ns = 0;  ///< told as silent; 0: not
    std::int64_t allowed_ns = 0;      ///< how long it may be quiet at this hour; 0: not known
    double per_second = 0;            ///< lately
    std::uint64_t usual_per_hour = 0;  ///< at this hour; 0: not known
    Volume volume = Volume::usual;
    std::optional<std::int64_t> skew_ns;
    bool clock_wrong = false;
  };

  /// `received` and so on begin where an earlier run left off.
  void begin(const SourceFacts& facts);
  /// One look, every few seconds. Appends what is worth telling, and the tally of a day that is over.
  void look(const SourceFacts& facts, const HealthOptions& options, std::vector<HealthNews>& news,
            std::vector<DayTally>& days);
  View view(const HealthOptions& options, std::int64_t now_ns, int zone_minutes) const;

  /// Today's, if it changed since it was last taken.
  std::optional<DayTally> take_today();
  DayTally today() const;
  /// Today's of an earlier run.
  void resume_today(const DayTally& tally);
  /// What is learned, if it changed since it was last taken.
  std::optional<std::string> take_learned();
  void load(std::string_view bytes);

 private:
  struct Learned {
    QuietRhythm quiet;
    VolumeRhythm volume;
  };
  void hear(const SourceFacts& facts, const HealthOptions& options, std::vector<HealthNews>& news);
  void miss(const SourceFacts& facts, const HealthOptions& options, std::vector<HealthNews>& news);
  void close_hours(const SourceFacts& facts, const HealthOptions& options, std::vector<HealthNews>& news);
  void judge_hour(const SourceFacts& facts, std::vector<HealthNews>& news);
  void check_flood(const SourceFacts& facts, std::vector<HealthNews>& news);
  void check_clock(const SourceFacts& facts, const HealthOptions& options, std::vector<HealthNews>& news);
  void count(const SourceFacts& facts, std::vector<DayTally>& days);
  bool learning(const SourceFacts& facts, const HealthOptions& options) const;
  std::uint64_t steady_count() const;

  mutable std::mutex mutex_;
  SourceFacts before_;  ///< at the previous look
  bool begun_ = false;
  std::unique_ptr<Learned> learned_;  ///< from its twentieth message on: spoofed senders cost no more than they send
  SenderClock clock_;
  DayTally today_;
  std::int64_t hour_ = 0;  ///< local
  std::uint64_t hour_count_ = 0, tenth_count_ = 0, busiest_count_ = 0;  ///< of the hour, its ten minutes, its busiest ten
  std::int64_t tenth_ = 0;
  std::int64_t silent_since_ns_ = 0;
  std::uint32_t hours_heard_ = 0;
  float per_second_ = 0;
  Volume volume_ = Volume::usual;
  std::uint8_t low_hours_ = 0;
  bool hour_whole_ = false;  ///< we listened all through it
  bool clock_wrong_ = false;
  bool known_long_enough_ = false;
  bool learned_changed_ = false, today_changed_ = false;
};

}  // namespace vigil
