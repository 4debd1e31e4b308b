#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/watcher.h"
#include "rules/watchlist_match.h"

namespace vigil {

struct WatchlistWatchOptions {
  /// One indicator and one host are told of at once, and then at most this often, with a count: a machine that asks for
  /// its master every second is one finding.
  std::chrono::seconds fold_window{600};
  /// Pairs that are folded at a time; past it each hit is told by itself, and the case counts.
  std::size_t folds_max = 10'000;
};

/// The watchlists' part of watching the stream. What it has counted and not told yet is handed out as durable edits that
/// belong into one change with the cursor, so that a restart loses and doubles nothing. One thread.
class WatchlistWatch {
 public:
  explicit WatchlistWatch(WatchlistWatchOptions options = {}) : options_(options) {}

  void use(std::shared_ptr<const WatchlistIndex> index) { matcher_.use(std::move(index)); }

  /// Appends what is to be told of this message. An indicator watches from its row's `since` on.
  void observe(const Observation& observation, std::vector<Detection>& out);
  /// Appends what was counted and whose window has passed at `now_ns` (receipt), once.
  void flush(std::int64_t now_ns, std::vector<Detection>& out);

  /// What has changed since the last call, as (key, value); an empty value erases.
  void take_edits(std::vector<Watcher::WindowEdit>& out);
  void restore(std::string_view key, std::string_view value);

  std::uint64_t parsed() const { return matcher_.parsed(); }
  std::size_t folds() const { return folds_.size(); }

 private:
  struct Fold {
    Fold() { waiting.count = 0; }
    std::int64_t told_ns = 0;  ///< receipt of what was told last
    Detection waiting;         ///< count 0: nothing waits
    bool dirty = true;
  };
  std::string key_of(const WatchlistHit& hit) const;

  WatchlistWatchOptions options_;
  WatchlistMatcher matcher_;
  std::vector<WatchlistHit> hits_;
  std::unordered_map<std::string, Fold> folds_;
  std::vector<std::string> erased_;
  std::int64_t looked_ns_ = 0;
};

/// Adds what `more` counts to `to`, of the same indicator and host: count, times, the newest's fields, at most ten samples.
void add_up(Detection& to, Detection more);

}  // namespace vigil
