#include "incidents/case_union.h"

#include <algorithm>

#include "incidents/attack.h"
#include "incidents/fold.h"
#include "incidents/level.h"

namespace vigil {
namespace {

void add_unique(std::vector<std::string>& list, const std::vector<std::string>& more, std::size_t max) {
  for (const auto& value : more) {
    if (list.size() >= max) return;
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
  }
}

std::uint64_t less(std::uint64_t from, std::uint64_t what) { return from - std::min(from, what); }

CaseDetection* row_of(Case& incident, const std::string& rule) {
  const auto found = std::find_if(incident.detections.begin(), incident.detections.end(),
                                  [&](const CaseDetection& row) { return row.rule_id == rule; });
  return found == incident.detections.end() ? nullptr : &*found;
}

void unite(CaseDetection& row, const CaseDetection& more) {
  if (more.last_ns > row.last_ns) row.fields = more.fields;
  row.count += more.count;
  row.events += more.events;
  row.first_ns = std::min(row.first_ns, more.first_ns);
  row.last_ns = std::max(row.last_ns, more.last_ns);
  row.proposed_level = std::max(row.proposed_level, more.proposed_level);
  row.context = row.context && more.context;
  row.picked.unite(more.picked);
  row.samples = row.picked.all();
}

CaseEntity* entity_of(Case& incident, const CaseEntity& like) {
  const auto found = std::find_if(incident.entities.begin(), incident.entities.end(), [&](const CaseEntity& entity) {
    return entity.type == like.type && entity.value == like.value;
  });
  return found == incident.entities.end() ? nullptr : &*found;
}

void unite_entities(Case& whole, const Case& part, std::vector<std::size_t>& added) {
  for (const auto& entity : part.entities) {
    if (CaseEntity* known = entity_of(whole, entity)) {
      if (entity.link && !known->link && !known->cut) {
        known->link = true;
        added.push_back(static_cast<std::size_t>(known - whole.entities.data()));
      }
      known->first_ns = std::min(known->first_ns, entity.first_ns);
      known->last_ns = std::max(known->last_ns, entity.last_ns);
      known->count += entity.count;
      continue;
    }
    const auto of_type = std::count_if(whole.entities.begin(), whole.entities.end(),
                                       [&](const CaseEntity& each) { return each.type == entity.type; });
    if (static_cast<std::size_t>(of_type) >= kEntitiesPerTypeMax) {
      whole.entities_unlisted += entity.count;
      continue;
    }
    added.push_back(whole.entities.size());
    whole.entities.push_back(entity);
  }
  whole.entities_unlisted += part.entities_unlisted;
}

void unite_attack(Case& whole, const Case& part) {
  for (const auto& tactic : part.attack) {
    const std::size_t rank = tactic_of_name(tactic.tactic);
    const auto place = std::find_if(whole.attack.begin(), whole.attack.end(), [&](const CaseTactic& each) {
      return tactic_of_name(each.tactic) >= rank;
    });
    if (place == whole.attack.end() || place->tactic != tactic.tactic) {
      whole.attack.insert(place, tactic);
      continue;
    }
    place->first_ns = std::min(place->first_ns, tactic.first_ns);
    add_unique(place->techniques, tactic.techniques, kTechniquesMax);
  }
}

}  // namespace

void unite_cases(Case& whole, const Case& part, std::vector<std::size_t>& added) {
  for (const auto& more : part.detections) {
    if (CaseDetection* row = row_of(whole, more.rule_id)) {
      unite(*row, more);
    } else {
      whole.detections.push_back(more);
    }
  }
  unite_entities(whole, part, added);
  unite_attack(whole, part);
  for (const auto& edge : part.edges) add_edge(whole, edge);
  whole.edges_unlisted += part.edges_unlisted;
  add_unique(whole.symptoms, part.symptoms, kSystemsMax);
  add_unique(whole.systems, part.systems, kSystemsMax);
  whole.early_warning = whole.early_warning || part.early_warning;
  if (part.occurred_ns) {
    whole.occurred_ns = whole.occurred_ns ? std::min(*whole.occurred_ns, *part.occurred_ns) : part.occurred_ns;
  }
  raise_level(whole.level, part.level);
  take_lead(whole);
}

void take_apart(Case& whole, const Case& part) {
  for (const auto& out : part.detections) {
    CaseDetection* row = row_of(whole, out.rule_id);
    if (!row) continue;
    row->count = less(row->count, out.count);
    row->events = less(row->events, out.events);
    for (const std::uint64_t sequence : out.samples) row->picked.remove(sequence);
    row->samples = row->picked.all();
  }
  std::erase_if(whole.detections, [](const CaseDetection& row) { return row.count == 0; });
  for (const auto& out : part.entities) {
    if (CaseEntity* entity = entity_of(whole, out)) entity->count = less(entity->count, out.count);
  }
  std::erase_if(whole.entities, [](const CaseEntity& entity) { return entity.count == 0 && !entity.cut; });
  for (const auto& out : part.edges) {
    for (auto& edge : whole.edges) {
      const bool same = edge.kind == out.kind && edge.rule == out.rule && edge.type == out.type && edge.value == out.value;
      if (same) edge.count = less(edge.count, out.count);
    }
  }
  std::erase_if(whole.edges, [](const CaseEdge& edge) { return edge.count == 0; });
  whole.symptoms.clear();
  for (const auto& row : whole.detections) {
    if (!row.context) add_unique(whole.symptoms, row.symptoms, kSystemsMax);
  }
  take_lead(whole);
}

}  // namespace vigil
