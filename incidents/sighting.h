#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/asset_table.h"
#include "incidents/sample_set.h"
#include "rules/detection.h"
#include "storage/state_store.h"

namespace vigil {

/// The same thing found again: one rule about the same entities. Detections are folded into it, never dropped; its
/// counts are exact.
struct Sighting {
  std::string key;  ///< 32 hex digits made of rule and entities; the row is "sighting/<key>"
  std::shared_ptr<const RuleMeta> rule;  ///< as it was when it fired
  std::string organisation, system, host;
  bool core = false, drill = false, early_warning = false;
  std::vector<std::pair<std::string, std::string>> entities;
  std::vector<std::pair<std::string, std::string>> fields;  ///< of the newest
  std::uint64_t count = 0;   ///< detections
  std::uint64_t events = 0;  ///< events behind them
  std::int64_t first_ns = 0, last_ns = 0;  ///< event times
  std::int64_t received_ns = 0;
  std::int64_t seen_ns = 0;  ///< when the newest came; a day of quiet later it is over
  SampleSet picked;
  std::string incident;  ///< the case it is part of; empty: it waits
  std::string origin;    ///< the case that brought it, where that became part of another

  /// One detection that stands for all of them (`count` times).
  Detection detection() const;
  bool names(std::string_view type, std::string_view value) const;
  std::string serialize() const;
};

struct SightingOptions {
  /// More than this are never kept: what is oldest and weighs least goes first, and that is told.
  std::size_t open_max = 100'000;
  /// Over once it was quiet for so long; what no case has taken waits a week for what else the same attacker does.
  std::int64_t quiet_ns = 24LL * 3600 * 1'000'000'000;
  std::int64_t waiting_ns = 7LL * 86'400 * 1'000'000'000;
};

/// All sightings, by what they are and by what they name. Part of CaseBook, with the same rules about changes.
class SightingBook {
 public:
  SightingBook(const AssetTable& assets, SightingOptions options) : assets_(assets), options_(options) {}

  void load(const StateStore& state, std::vector<std::string>& unreadable);
  /// The sighting that the detection is part of, if it was seen before.
  Sighting* find(const Detection& detection);
  /// Folds the detection into its sighting, of that case or (empty) of those that wait. One that was another case's
  /// begins anew. The reference holds until the next settle().
  Sighting& note(const Detection& detection, const std::string& incident, std::int64_t now_ns);
  /// The case has been decided: what comes now is something new.
  void forget(std::string_view incident, StateChange& change);
  void assign(Sighting& sighting, const std::string& incident);
  /// Those that wait and name the entity: `key` is scope_of() and link_key().
  std::vector<Sighting*> waiting_for(const std::string& key);
  std::vector<Sighting*> of_case(std::string_view incident);
  /// Everything of one case is another's from now on, and remembers where it came from.
  void move(std::string_view from, const std::string& to);
  /// Takes back what `move` did with those that came with `origin`.
  void move_back(const std::string& origin);
  /// Ends what has been quiet, except in cases that `is_kept`, keeps to the limit, and puts what changed into the change.
  using Kept = std::function<bool(const std::string& incident)>;
  void settle(std::int64_t now_ns, const Kept& is_kept, StateChange& change);

  std::size_t size() const { return sightings_.size(); }
  std::uint64_t evicted() const { return evicted_; }

 private:
  void index(Sighting& sighting);
  void unindex(const Sighting& sighting);
  void drop(std::map<std::string, Sighting, std::less<>>::iterator at, StateChange& change);
  std::shared_ptr<const RuleMeta> shared(std::shared_ptr<const RuleMeta> rule);

  const AssetTable& assets_;
  SightingOptions options_;
  std::map<std::string, Sighting, std::less<>> sightings_;
  std::unordered_map<std::string, std::vector<Sighting*>> waiting_;  // by scope and link key
  std::map<std::string, std::set<Sighting*>, std::less<>> by_case_;
  std::map<std::string, std::shared_ptr<const RuleMeta>, std::less<>> rules_;  // one copy of each
  std::set<std::string, std::less<>> changed_;
  std::uint64_t evicted_ = 0;
  std::int64_t swept_ns_ = 0;
};

/// What must be equal before anything else is looked at: organisation, and drill or not.
std::string scope_of(std::string_view organisation, bool drill);
/// scope_of() and link_key() of what links the detection, each once.
std::vector<std::string> link_keys_of(const Detection& detection, const AssetTable& assets);

}  // namespace vigil
