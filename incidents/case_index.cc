#include "incidents/case_index.h"

#include <algorithm>
#include <tuple>

#include "incidents/fold.h"
#include "incidents/link.h"
#include "incidents/sighting.h"

namespace vigil {
namespace {

std::string rule_key(const std::string& scope, std::string_view rule_id) {
  return scope + "rule " + std::string(rule_id);
}

bool holds_rule(const Case& incident, std::string_view rule_id) {
  return std::any_of(incident.detections.begin(), incident.detections.end(),
                     [&](const CaseDetection& row) { return row.rule_id == rule_id; });
}

}  // namespace

void CaseIndex::add(Case& incident) {
  ++open_[scope_of(incident.organisation, incident.drill)];
  for (std::size_t i = 0; i < incident.entities.size(); ++i) add_entity(incident, i);
  for (const auto& row : incident.detections) add_rule(incident, row.rule_id);
}

void CaseIndex::put(const std::string& key, Case& incident, bool link) {
  Cases& cases = by_key_[key];
  const auto known = std::find_if(cases.begin(), cases.end(),
                                  [&](const Entry& entry) { return entry.incident == &incident; });
  if (known != cases.end()) {
    known->link = known->link || link;
    return;
  }
  // Ordered by opening, not by when the value was seen: after a restart the order is the same.
  const auto later = std::find_if(cases.begin(), cases.end(), [&](const Entry& entry) {
    return std::tie(entry.incident->opened_ns, entry.incident->id) >
           std::tie(incident.opened_ns, incident.id);
  });
  cases.insert(later, {&incident, link});
}

void CaseIndex::add_entity(Case& incident, std::size_t entity) {
  const CaseEntity& value = incident.entities[entity];
  const auto key = link_key(value.type, value.value);
  if (key) put(scope_of(incident.organisation, incident.drill) + *key, incident, value.link);
}

void CaseIndex::add_rule(Case& incident, std::string_view rule_id) {
  put(rule_key(scope_of(incident.organisation, incident.drill), rule_id), incident, false);
}

void CaseIndex::remove(const Case& incident) {
  const std::string scope = scope_of(incident.organisation, incident.drill);
  --open_[scope];
  const auto drop = [&](const std::string& key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return;
    std::erase_if(found->second, [&](const Entry& entry) { return entry.incident == &incident; });
    if (found->second.empty()) by_key_.erase(found);
  };
  for (const auto& entity : incident.entities) {
    if (const auto key = link_key(entity.type, entity.value)) drop(scope + *key);
  }
  for (const auto& row : incident.detections) drop(rule_key(scope, row.rule_id));
}

const CaseIndex::Cases* CaseIndex::cases_of(const std::string& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &found->second;
}

bool CaseIndex::young(const Case& incident, std::int64_t at_ns) const {
  const std::int64_t window_ns = std::chrono::nanoseconds(options_.fold_window).count();
  const auto [first_ns, last_ns] = incident.event_span();
  return at_ns >= first_ns - window_ns && at_ns <= last_ns + window_ns;
}

bool CaseIndex::ties(const std::string& key, std::int64_t at_ns) const {
  const Cases* cases = cases_of(key);
  return (!cases || cases->size() <= options_.entity_cases_max) && !is_crowd_(key, at_ns);
}

bool CaseIndex::crowded(const Case& incident, std::string_view type) const {
  const auto values = std::count_if(incident.entities.begin(), incident.entities.end(),
                                    [&](const CaseEntity& entity) { return entity.type == type; });
  return static_cast<std::size_t>(values) > options_.entity_values_max;
}

CaseIndex::Match CaseIndex::find(const Detection& detection) const {
  Match match;
  const std::string scope = scope_of(detection.organisation, detection.drill);
  const std::int64_t at_ns = event_time(detection);
  std::vector<std::string> keys;  // every value that says something, link or not
  bool can_link = false;
  for (const auto& entity : entities_of(detection, assets_)) {
    const auto key = link_key(entity.type, entity.value);
    if (!key) continue;
    keys.push_back(scope + *key);
    const Cases* cases = cases_of(keys.back());
    if (!entity.link || !ties(keys.back(), at_ns)) continue;
    can_link = true;
    if (!cases) continue;
    for (auto at = cases->rbegin(); at != cases->rend(); ++at) {
      Case& incident = *at->incident;
      if (!at->link || !young(incident, at_ns) || crowded(incident, entity.type)) continue;
      if (!match.joined) {
        match.joined = &incident;
        match.type = entity.type;
        match.value = entity.value;
      } else if (match.joined != &incident &&
                 std::none_of(match.related.begin(), match.related.end(),
                              [&](const Match::Tie& tie) { return tie.incident == &incident; })) {
        match.related.push_back({&incident, entity.type, entity.value});
      }
    }
  }
  if (!match.joined && !can_link) {
    match.joined = same_rule(detection, keys, at_ns);
    match.because = "the same rule about the same";
  }
  if (!match.joined) {
    const auto open = open_.find(scope);
    // So many open cases mean a flood of invented senders: further ones are counted in the case of their
    // rule.
    if (open != open_.end() && open->second >= options_.open_cases_max) {
      match.joined = same_rule(detection, {}, at_ns);
      match.because = "too many open cases";
    }
  }
  return match;
}

Case* CaseIndex::same_rule(const Detection& detection, const std::vector<std::string>& keys,
                           std::int64_t at_ns) const {
  const std::string scope = scope_of(detection.organisation, detection.drill);
  const auto newest = [&](const std::string& key) -> Case* {
    const Cases* cases = cases_of(key);
    if (!cases) return nullptr;
    for (auto at = cases->rbegin(); at != cases->rend(); ++at) {
      if (young(*at->incident, at_ns) && holds_rule(*at->incident, detection.rule->id)) return at->incident;
    }
    return nullptr;
  };
  for (const auto& key : keys) {
    if (Case* found = newest(key)) return found;
  }
  return keys.empty() ? newest(rule_key(scope, detection.rule->id)) : nullptr;
}

}  // namespace vigil
