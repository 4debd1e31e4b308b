#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/asset_table.h"
#include "incidents/case.h"
#include "incidents/case_book.h"
#include "rules/detection.h"

namespace vigil {

/// Which open case a detection belongs to. Holds pointers into the book; a case is added when it opens and
/// removed when it closes. Organisations never meet, nor do drill and production: both are part of every key.
///
/// A shared value is a link, except where sharing it says little:
///  - stop lists (link.h);
///  - a value in more than `entity_cases_max` open cases (a proxy, a NAT gateway, a scanner);
///  - an inside address or a person seen with too many hosts in an hour (risk.h);
///  - a case that already holds more than `entity_values_max` values of that type: what one scanner dragged
///  in does
///    not pull strangers in after it. The scanner's own address goes on linking.
/// A detection left without any link goes to the newest case in which the same rule has spoken about one of
/// the same values, so that a guarded value makes one case rather than one per detection.
class CaseIndex {
 public:
  /// `is_crowd` says of a key (scope_of() and link_key()) that too much is seen with it for it to tie anything.
  using Crowd = std::function<bool(const std::string& key, std::int64_t at_ns)>;
  CaseIndex(const AssetTable& assets, const CaseBookOptions& options, Crowd is_crowd)
      : assets_(assets), options_(options), is_crowd_(std::move(is_crowd)) {}

  void add(Case& incident);
  /// `entity` indexes into the case's entities: what a fold has added.
  void add_entity(Case& incident, std::size_t entity);
  void add_rule(Case& incident, std::string_view rule_id);
  void remove(const Case& incident);

  struct Match {
    Case* joined = nullptr;
    std::string type, value;     ///< what they share; empty where it is another reason
    std::string because;         ///< that reason
    struct Tie {
      Case* incident;
      std::string type, value;
    };
    std::vector<Tie> related;  ///< other open cases that share a link, and which
  };
  Match find(const Detection& detection) const;
  /// Is this moment near enough to what the case has seen?
  bool young(const Case& incident, std::int64_t at_ns) const;
  /// Does sharing this key tie anything together?
  bool ties(const std::string& key, std::int64_t at_ns) const;

 private:
  struct Entry {
    Case* incident;
    bool link;  // false: the value lies in that case as context
  };
  using Cases = std::vector<Entry>;  // oldest first
  void put(const std::string& key, Case& incident, bool link);
  const Cases* cases_of(const std::string& key) const;
  bool crowded(const Case& incident, std::string_view type) const;
  Case* same_rule(const Detection& detection, const std::vector<std::string>& keys, std::int64_t at_ns) const;

  const AssetTable& assets_;
  CaseBookOptions options_;
  Crowd is_crowd_;
  std::unordered_map<std::string, Cases> by_key_;
  std::map<std::string, std::size_t> open_;  // by scope: how many cases
};

}  // namespace vigil
