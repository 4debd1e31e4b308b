#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/asset_table.h"
#include "incidents/attack.h"
#include "rules/detection.h"
#include "storage/state_store.h"

namespace vigil {

struct RiskOptions {
  double opens_at = 100;  ///< points of one entity that open a candidate
  std::size_t opens_at_tactics = 3, opens_at_rules = 2;
  std::int64_t tactics_within_ns = 7LL * 86'400 * 1'000'000'000;
  std::int64_t half_life_ns = 12LL * 3600 * 1'000'000'000;
  /// With more hosts in an hour an inside address or a person is a proxy, a domain controller, a scanner: context.
  std::size_t hosts_per_hour_max = 100;
  /// More entities are never kept: those with least risk go first, and that is told.
  std::size_t entities_max = 50'000;
};

/// What one rule added to an entity.
struct RiskRule {
  std::string id, title, title_zh;
  Level level = Level::medium;
  Tactics tactics = 0;
  std::uint64_t hits = 0;  ///< since it was last quiet for a day
  std::int64_t first_ns = 0, last_ns = 0;
  std::int64_t points = 0;  ///< thousandths, not decayed
  bool waits = false;       ///< not yet part of a case
};

/// Somebody or something with a risk: a person, a host, an address, a file. Points are thousandths and stand for the
/// moment `at_ns`.
struct RiskEntity {
  std::string organisation;
  bool drill = false;
  std::string type, value;  ///< as first seen: "host.name", "PC07"
  std::string key;          ///< scope_of() and link_key()
  std::int64_t at_ns = 0;   ///< event time
  std::int64_t points = 0;
  std::int64_t waiting = 0;  ///< of them what no case has taken
  std::vector<RiskRule> rules;
  std::vector<std::pair<std::uint64_t, std::int64_t>> hosts;  ///< of the last hour, by hash, with their last time
  std::vector<std::string> peers;  ///< keys of what was seen with a file, a process or an outside address
};

/// Risk of entities, from detections: weight by level and status of the rule and by the asset, the k-th hit of the same
/// rule a k-th of it, halved every twelve hours. Part of CaseBook, with the same rules about changes.
class RiskTable {
 public:
  RiskTable(const AssetTable& assets, RiskOptions options) : assets_(assets), options_(options) {}

  void load(const StateStore& state, std::vector<std::string>& unreadable);
  /// Adds the detection to all it names. `waits`: it is not known yet whether it becomes part of a case.
  void add(const Detection& detection, bool waits);

  /// Why what this key names is worth a candidate by now.
  struct Reason {
    std::string text_zh;  ///< "風險 112 分…"
    std::vector<std::string> keys;  ///< what is to be gathered: the entity, and those tied to it
    std::string type, value;
  };
  std::optional<Reason> opens(const std::string& key, std::int64_t at_ns) const;
  /// A case has taken what waited of this entity.
  void spend(const std::string& key);
  /// So many hosts in an hour that it ties nobody together.
  bool is_crowd(const std::string& key, std::int64_t at_ns) const;

  /// Those with most risk at `at_ns`, at most `limit`; points as of then. {"*"}: of all organisations.
  std::vector<RiskEntity> top(const std::vector<std::string>& organisations, std::int64_t at_ns, std::size_t limit) const;
  /// Keeps to the limit and puts what changed into the change.
  void settle(StateChange& change);

  std::size_t size() const { return entities_.size(); }
  std::uint64_t evicted() const { return evicted_; }

 private:
  double weight(const Detection& detection, const std::string& scope) const;
  std::int64_t decayed(std::int64_t points, std::int64_t from_ns, std::int64_t to_ns) const;
  void count_host(const RiskEntity& entity, const RiskRule& rule);
  void uncount(const RiskEntity& entity);
  void drop(const std::string& key, StateChange& change);

  const AssetTable& assets_;
  RiskOptions options_;
  std::unordered_map<std::string, RiskEntity> entities_;  // by key
  std::map<std::string, std::size_t> hosts_;                ///< by scope
  std::unordered_map<std::string, std::size_t> rule_hosts_;  ///< by scope and rule: hosts on which it fired
  std::set<std::string> changed_;
  std::int64_t newest_ns_ = 0;
  std::uint64_t evicted_ = 0;
};

/// Points of a level: 0, 5, 15, 40, 80.
int level_weight(Level level);
/// An experimental rule counts half, a stable one a fifth more.
double status_factor(std::string_view status);

}  // namespace vigil
