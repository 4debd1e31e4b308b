#include "incidents/fold.h"

#include <algorithm>
#include <array>

#include "incidents/attack.h"
#include "incidents/level.h"
#include "incidents/link.h"
#include "incidents/subject.h"
#include "incidents/text.h"
#include "rules/sip_hash.h"

namespace vigil {
namespace {

/// What a technique means in the form's words, for foreign rules that only carry ATT&CK tags. Longest prefix
/// first.
struct Technique {
  std::string_view prefix, category, symptom;
};
constexpr std::array<Technique, 16> kTechniques = {{
    {"attack.t1505.003", "web_attack", "網頁木馬"},
    {"attack.t1566", "intrusion", "植入惡意程式"},
    {"attack.t1190", "web_attack", "惡意網頁"},
    {"attack.t1491", "web_attack", "網頁置換"},
    {"attack.t1498", "denial_of_service", "服務中斷"},
    {"attack.t1499", "denial_of_service", "服務中斷"},
    {"attack.t1110", "intrusion", "異常連線"},
    {"attack.t1078", "intrusion", "系統遭入侵"},
    {"attack.t1136", "intrusion", "系統遭入侵"},
    {"attack.t1003", "intrusion", "系統遭入侵"},
    {"attack.t1486", "intrusion", "植入惡意程式"},
    {"attack.t1204", "intrusion", "植入惡意程式"},
    {"attack.t1071", "intrusion", "異常連線"},
    {"attack.t1048", "intrusion", "資料外洩"},
    {"attack.t1567", "intrusion", "資料外洩"},
    {"attack.t1041", "intrusion", "資料外洩"},
}};

constexpr std::size_t kTitleBytesMax = 300;
constexpr std::size_t kPlaceBytesMax = 64;

struct Reading {
  std::string category;
  std::vector<std::string> symptoms;
};

Reading read_rule(const RuleMeta& rule) {
  if (!rule.category.empty()) return {rule.category, rule.symptoms};
  for (const auto& technique : kTechniques) {
    for (const auto& tag : rule.tags) {
      if (std::string_view(tag).starts_with(technique.prefix)) {
        return {std::string(technique.category), {std::string(technique.symptom)}};
      }
    }
  }
  const bool attack = std::any_of(rule.tags.begin(), rule.tags.end(),
                                  [](std::string_view tag) { return tag.starts_with("attack."); });
  // An attacker's technique that we cannot place is still an intrusion; what it looked like a person must
  // say.
  return {attack ? "intrusion" : "", {}};
}

/// A device clock that runs ahead of arrival is not believed.
std::int64_t believable(std::int64_t ns, const Detection& detection) {
  return detection.received_ns == 0 ? ns : std::min(ns, detection.received_ns);
}

void add_unique(std::vector<std::string>& list, const std::string& value, std::size_t max) {
  if (value.empty() || list.size() >= max) return;
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

/// What the detection is about, as one number: of each value a sample is kept.
std::uint64_t key_of(const Detection& detection) {
  std::string text;
  for (const auto& [type, value] : detection.entities) {
    text += type;
    text += '\x1f';
    text += value;
    text += '\x1f';
  }
  return sigma::sip_hash({}, text);
}

void add_samples(CaseDetection& row, const Detection& detection) {
  const std::uint64_t key = key_of(detection);
  for (const std::uint64_t sequence : detection.references) row.picked.offer(sequence, key);
  if (detection.sequence != 0 || detection.references.empty()) row.picked.offer(detection.sequence, key);
  row.samples = row.picked.all();
}

/// The title that an alert came with; the rule's where there is none.
std::string title_of_alert(const Detection& detection) {
  for (const auto& [name, value] : detection.fields) {
    if (name == "message" && !value.empty()) return clean_text(value, kTitleBytesMax);
  }
  return {};
}

/// Adds the tactics of a rule with the techniques it names.
void add_attack(Case& incident, const RuleMeta& rule, std::int64_t first_ns) {
  const Tactics tactics = tactics_of(rule.tags);
  const auto techniques = techniques_of(rule.tags);
  for (std::size_t i = 0; i < kTacticCount; ++i) {
    if (((tactics >> i) & 1U) == 0) continue;
    const auto place = std::find_if(incident.attack.begin(), incident.attack.end(), [&](const CaseTactic& tactic) {
      return tactic_of_name(tactic.tactic) >= i;
    });
    const bool known = place != incident.attack.end() && place->tactic == tactic_name(i);
    CaseTactic& row = known ? *place : *incident.attack.insert(place, {std::string(tactic_name(i)), first_ns, {}});
    row.first_ns = std::min(row.first_ns, first_ns);
    for (const auto& technique : techniques) add_unique(row.techniques, clean_text(technique, 32), kTechniquesMax);
  }
}

CaseDetection& row_of(Case& incident, const Detection& detection, bool context) {
  const RuleMeta& rule = *detection.rule;
  const std::string id = clean_text(rule.id, kEntityBytesMax);
  for (auto& row : incident.detections) {
    if (row.rule_id == id) return row;
  }
  CaseDetection& row = incident.detections.emplace_back();
  const Reading reading = read_rule(rule);
  row.rule_id = id;
  row.title = clean_text(rule.title.empty() ? rule.id : rule.title, kTitleBytesMax);
  row.title_zh = clean_text(rule.title_zh.empty() ? row.title : rule.title_zh, kTitleBytesMax);
  if (rule.alert) {
    if (std::string title = title_of_alert(detection); !title.empty()) row.title = row.title_zh = title;
  }
  row.level = level_name(rule.level);
  row.author = clean_text(rule.author, kEntityBytesMax);
  row.license = clean_text(rule.license, kEntityBytesMax);
  for (const auto& link : rule.references) {
    if (row.references.size() < kReferencesMax) row.references.push_back(clean_text(link, kEntityBytesMax));
  }
  row.category = clean_text(reading.category, kEntityBytesMax);
  for (const auto& symptom : reading.symptoms) row.symptoms.push_back(clean_text(symptom, kEntityBytesMax));
  row.context = context;
  return row;
}

void add_entity(Case& incident, FoldEntity&& entity, std::int64_t first_ns, std::int64_t last_ns,
                std::uint64_t times, std::vector<std::size_t>& added) {
  std::size_t of_type = 0;
  for (std::size_t i = 0; i < incident.entities.size(); ++i) {
    CaseEntity& known = incident.entities[i];
    if (known.type != entity.type) continue;
    ++of_type;
    if (known.value != entity.value) continue;
    known.first_ns = std::min(known.first_ns, first_ns);
    known.last_ns = std::max(known.last_ns, last_ns);
    if (entity.link && !known.link && !known.cut) added.push_back(i);
    known.link = (known.link || entity.link) && !known.cut;
    known.count += times;
    return;
  }
  if (of_type >= kEntitiesPerTypeMax) {
    incident.entities_unlisted += times;
    return;
  }
  added.push_back(incident.entities.size());
  incident.entities.push_back({.type = std::move(entity.type),
                               .value = std::move(entity.value),
                               .first_ns = first_ns,
                               .last_ns = last_ns,
                               .count = times,
                               .link = entity.link});
}

/// Where it happened, for people: the registered system, else the host.
std::string place_of(const Subject& subject) {
  if (subject.system && !subject.system->name.empty()) return one_line(subject.system->name, kPlaceBytesMax);
  return one_line(subject.system ? subject.system->id : subject.host, kPlaceBytesMax);
}

}  // namespace

void take_lead(Case& incident) {
  const CaseDetection* lead = leading_detection(incident);
  if (!lead) return;
  const auto titled = [&](const std::string& title, std::string_view colon) {
    return one_line(title, kTitleBytesMax) + (lead->place.empty() ? "" : std::string(colon) + lead->place);
  };
  incident.title = titled(lead->title, ": ");
  incident.title_zh = titled(lead->title_zh, "：");
  // "Other" is what is said where nothing better is known: any rule that knows a category wins over it.
  const CaseDetection* named = nullptr;
  for (const auto& row : incident.detections) {
    if (row.context || row.category.empty() || row.category == "other") continue;
    if (!named || level_rank(row.level) > level_rank(named->level) ||
        (level_rank(row.level) == level_rank(named->level) && row.proposed_level > named->proposed_level)) {
      named = &row;
    }
  }
  incident.category = named ? named->category : "other";
}

int level_rank(std::string_view level) {
  constexpr std::array<Level, 5> kLevels = {Level::informational, Level::low, Level::medium, Level::high,
                                            Level::critical};
  for (const Level known : kLevels) {
    if (level_name(known) == level) return static_cast<int>(known);
  }
  return 0;
}

bool is_context(const RuleMeta& rule) { return !rule.opens_candidate && !rule.weighs; }

void add_edge(Case& incident, CaseEdge edge) {
  for (auto& known : incident.edges) {
    if (known.kind != edge.kind || known.rule != edge.rule || known.type != edge.type || known.value != edge.value ||
        known.incident != edge.incident) {
      continue;
    }
    known.count += edge.count;
    return;
  }
  if (incident.edges.size() >= kEdgesMax) {
    incident.edges_unlisted += edge.count;
    return;
  }
  incident.edges.push_back(std::move(edge));
}

std::int64_t event_time(const Detection& detection) { return believable(detection.at_ns, detection); }

std::vector<FoldEntity> entities_of(const Detection& detection, const AssetTable& assets) {
  const auto is_device = [&](std::string_view host) {
    return is_protective_device(system_of(detection.organisation, host, assets));
  };
  const bool local = std::any_of(detection.entities.begin(), detection.entities.end(),
                                 [](const auto& entity) { return is_loopback(entity.second); });
  std::vector<FoldEntity> out;
  bool has_host = false;
  for (const auto& [type, value] : detection.entities) {
    if (value.empty()) continue;
    const bool host = type == "host.name";
    has_host = has_host || host;
    const bool links = link_key(type, value).has_value() && !(host && is_device(value));
    out.push_back({clean_text(type, kEntityBytesMax), clean_text(value, kEntityBytesMax), links});
  }
  if (!has_host && !detection.host.empty()) {
    const bool links =
        local && link_key("host.name", detection.host).has_value() && !is_device(detection.host);
    out.push_back({"host.name", clean_text(detection.host, kEntityBytesMax), links});
  }
  std::stable_sort(out.begin(), out.end(), [](const FoldEntity& a, const FoldEntity& b) {
    return link_strength(a.type) < link_strength(b.type);
  });
  return out;
}

const CaseDetection* leading_detection(const Case& incident) {
  const CaseDetection* lead = nullptr;
  for (const auto& row : incident.detections) {
    if (row.context) continue;
    if (!lead || level_rank(row.level) > level_rank(lead->level) ||
        (level_rank(row.level) == level_rank(lead->level) && row.proposed_level > lead->proposed_level)) {
      lead = &row;
    }
  }
  return lead;
}

void fold_detection(Case& incident, const Detection& detection, const AssetTable& assets, std::int64_t now_ns,
                    std::vector<std::size_t>& added, std::uint64_t times) {
  const RuleMeta& rule = *detection.rule;
  const bool context = is_context(rule);
  const std::int64_t at_ns = event_time(detection);
  const std::int64_t first_ns = detection.first_ns == 0 ? at_ns : std::min(detection.first_ns, at_ns);
  const std::int64_t last_ns = std::max(at_ns, believable(detection.last_ns, detection));

  CaseDetection& row = row_of(incident, detection, context);
  const bool fresh = row.count == 0;
  row.first_ns = fresh ? first_ns : std::min(row.first_ns, first_ns);
  row.last_ns = fresh ? last_ns : std::max(row.last_ns, last_ns);
  row.count += times;
  row.events += detection.count;
  const Subject subject = subject_of(detection, assets);
  if (fresh && !rule.alert) row.place = place_of(subject);
  add_samples(row, detection);
  row.fields.clear();
  for (const auto& [name, value] : detection.fields) {
    if (row.fields.size() == kFieldsMax) break;
    row.fields.emplace_back(clean_text(name, kEntityBytesMax), clean_text(value, kFieldBytesMax));
  }
  for (auto& entity : entities_of(detection, assets)) {
    add_entity(incident, std::move(entity), first_ns, last_ns, times, added);
  }
  incident.updated_ns = now_ns;
  if (context) return;

  incident.early_warning = incident.early_warning || detection.early_warning;
  add_attack(incident, rule, first_ns);
  const std::string& system = subject.system ? subject.system->id : detection.system;
  add_unique(incident.systems, clean_text(system, kEntityBytesMax), kSystemsMax);
  for (const auto& symptom : row.symptoms) add_unique(incident.symptoms, symptom, kSystemsMax);
  incident.occurred_ns = incident.occurred_ns ? std::min(*incident.occurred_ns, first_ns) : first_ns;
  const ImpactLevel proposal = propose_level(detection, assets);
  row.proposed_level = std::max(row.proposed_level, proposal.overall());
  raise_level(incident.level, proposal);
  take_lead(incident);
}

}  // namespace vigil
