#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "daemon/case_desk.h"
#include "rules/watchlist_match.h"
#include "storage/archive.h"

namespace vigil {

/// One search for a list's indicators through what is preserved.
struct Hunt {
  enum class Reason : std::uint8_t {
    fresh,  ///< indicators are new: what is found is told, once
    asked   ///< somebody asked: what is found is counted and shown; it was told when the indicator was new
  };
  enum class State : std::uint8_t { waiting, running, done, cancelled };

  std::uint64_t number = 0;  ///< its id is "hunt-<number>"
  std::string list, value;   ///< value: of one indicator, "<kind> <value>"; empty: all that are meant
  Reason reason = Reason::fresh;
  State state = State::waiting;
  std::int64_t created_ns = 0, ended_ns = 0;
  std::int64_t from_ns = INT64_MIN, to_ns = INT64_MAX;  ///< event time
  std::uint64_t sequence_to = 0;  ///< records before this one; fresh: the indicators with this `since` and batch() are meant
  // Progress, durable: what stands here has been told.
  std::uint64_t indicators = 0, searched = 0;
  std::string after;          ///< the last indicator that was looked up by the index, "<kind> <value>"
  std::uint64_t cursor = 0;   ///< the next record to be read, of those that all have to be read
  bool looked_up = false;     ///< the index has been asked for all that it can be asked for
  std::uint64_t records = 0;  ///< hits so far, exactly
  std::uint64_t told = 0;     ///< detections made of them
  struct Found {
    std::uint64_t records = 0, told = 0;
    std::uint64_t newest = 0;  ///< sequence of a record that holds it
  };
  std::map<std::string, Found> found;  ///< by "<kind> <value>", the first kFoundMax of them
  std::string trouble;

  static constexpr std::size_t kFoundMax = 1000;
  std::string id() const { return "hunt-" + std::to_string(number); }
  std::uint16_t batch() const { return static_cast<std::uint16_t>(number); }
  bool over() const { return state == State::done || state == State::cancelled; }
};
std::string_view hunt_state_name(Hunt::State state);

struct RetroHuntOptions {
  /// Up to so many indicators are looked up in the index one by one (absent ones cost a millisecond or so); past it one
  /// reading of everything is cheaper.
  std::size_t lookups_max = 2000;
  /// Records read at a time, with the progress written after them.
  std::uint64_t step_records = 200'000;
  /// Detections of one indicator, by organisation and host: beyond them one more counts the rest.
  std::size_t told_max = 100;
  std::size_t kept_max = 200;  ///< hunts that are over and still shown
};

/// Searches what is preserved for indicators that are new, in the background: one thread of low priority, one hunt after
/// the other. What it finds goes to the cases in one change with its progress ("hunt/<number>"), so that a kill loses and
/// doubles nothing.
class RetroHunt {
 public:
  using CurrentIndex = std::function<std::shared_ptr<const WatchlistIndex>()>;
  /// `give_way` is called between pieces of work: it waits while others need the machine.
  RetroHunt(Archive& archive, CaseDesk& desk, CurrentIndex index, std::function<void()> give_way = {},
            RetroHuntOptions options = {});
  ~RetroHunt() { stop(); }
  void start();
  void stop();

  /// A new hunt, put into `change` by the caller who commits it, and then given to accept(). Any thread.
  Hunt plan(Hunt wanted, StateChange& change);
  void accept(Hunt hunt);

  /// Newest first. Any thread.
  std::vector<Hunt> hunts() const;
  /// Called on the hunt's thread after a case changed.
  std::function<void()> on_cases_changed;

 private:
  struct Tally;
  void run();
  std::optional<Hunt> next();
  void hunt(Hunt& hunt);
  bool look_up(Hunt& hunt, WatchlistMatcher& matcher, const std::vector<IndicatorRef>& rows);
  bool read_all(Hunt& hunt, WatchlistMatcher& matcher, const std::vector<IndicatorRef>& rows);
  bool scan(Hunt& hunt, ScanRange range, WatchlistMatcher& matcher, const std::function<bool(IndicatorRef)>& wanted,
            Tally& tally);
  void tell(Hunt& hunt, Tally& tally);
  bool goes_on(Hunt& hunt, const WatchlistIndex& begun_with);
  void end(Hunt& hunt, Hunt::State state);
  bool stopping() const;

  Archive& archive_;
  CaseDesk& desk_;
  CurrentIndex index_;
  std::function<void()> give_way_;
  RetroHuntOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::uint64_t next_number_ = 1;
  std::map<std::uint64_t, Hunt> hunts_;
  std::thread thread_;
};

}  // namespace vigil
