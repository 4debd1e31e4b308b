#include "incidents/case.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "incidents/text.h"
#include "parsers/render.h"
#include "storage/archive.h"

namespace vigil {
namespace {

namespace json = boost::json;

struct StateName {
  CaseState state;
  std::string_view name, zh;
};
constexpr std::array<StateName, 8> kStates = {{
    {CaseState::candidate, "candidate", "候選事件"},
    {CaseState::incident, "incident", "已確認事件"},
    {CaseState::notified, "notified", "已通報"},
    {CaseState::contained, "contained", "已完成損害控制"},
    {CaseState::recovered, "recovered", "已復原"},
    {CaseState::reported, "reported", "已送交報告"},
    {CaseState::closed, "closed", "已結案"},
    {CaseState::rejected, "rejected", "已排除"},
}};

/// Who did what no person did.
constexpr std::string_view kDaemon = "vigild";

/// Longest single text in the API's answer; stored values are shorter, this guards against what is not ours.
constexpr std::size_t kTextBytesMax = std::size_t{16} * 1024;

json::string text(std::string_view value) { return json::string(clean_text(value, kTextBytesMax)); }

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const auto& value : values) out.emplace_back(text(value));
  return out;
}

json::value time(std::int64_t ns, int zone_minutes) { return json::value(iso_time(ns, zone_minutes)); }

json::value time(const std::optional<std::int64_t>& ns, int zone_minutes) {
  return ns ? time(*ns, zone_minutes) : json::value(nullptr);
}

json::object level_json(const ImpactLevel& level) {
  return {{"confidentiality", level.confidentiality},
          {"integrity", level.integrity},
          {"availability", level.availability},
          {"overall", level.overall()},
          {"proposed", level.proposed},
          {"reasons", texts(level.reasons)}};
}

json::object detection_json(const CaseDetection& detection, int zone_minutes) {
  json::array samples;
  for (const std::uint64_t sequence : detection.samples) samples.emplace_back(record_id(sequence));
  json::object fields;
  for (const auto& [name, value] : detection.fields) fields[text(name)] = text(value);
  return {{"rule", text(detection.rule_id)},
          {"title", text(detection.title)},
          {"title_zh", text(detection.title_zh)},
          {"level", text(detection.level)},
          {"author", text(detection.author)},
          {"license", text(detection.license)},
          {"references", texts(detection.references)},
          {"context", detection.context},
          {"count", detection.count},
          {"events", detection.events},
          {"first", time(detection.first_ns, zone_minutes)},
          {"last", time(detection.last_ns, zone_minutes)},
          {"samples", std::move(samples)},
          {"fields", std::move(fields)}};
}

json::object entity_json(const CaseEntity& entity, int zone_minutes) {
  return {{"type", text(entity.type)},
          {"value", text(entity.value)},
          {"first", time(entity.first_ns, zone_minutes)},
          {"last", time(entity.last_ns, zone_minutes)},
          {"count", entity.count},
          {"link", entity.link},
          {"cut", entity.cut}};
}

json::value maybe_text(const std::string& value) {
  return value.empty() ? json::value(nullptr) : json::value(text(value));
}

/// "joined because source.ip 203.0.113.9"
std::string edge_reason(const CaseEdge& edge) {
  std::string out = edge.kind;
  if (!edge.type.empty()) {
    out += " because " + edge.type + " " + edge.value;
  } else if (!edge.value.empty()) {
    out += " because " + edge.value;
  }
  return out;
}

json::object edge_json(const CaseEdge& edge, int zone_minutes) {
  return {{"at", time(edge.at_ns, zone_minutes)}, {"kind", text(edge.kind)},
          {"rule", maybe_text(edge.rule)},        {"type", maybe_text(edge.type)},
          {"value", maybe_text(edge.value)},      {"incident", maybe_text(edge.incident)},
          {"count", edge.count},                  {"reason", text(edge_reason(edge))}};
}

json::object tactic_json(const CaseTactic& tactic, int zone_minutes) {
  return {{"tactic", text(tactic.tactic)},
          {"first", time(tactic.first_ns, zone_minutes)},
          {"techniques", texts(tactic.techniques)}};
}

json::object clock_json(const CaseClock& clock, std::int64_t now_ns, int zone_minutes) {
  return {{"id", text(clock.id)},
          {"label", json::object{{"zh-TW", text(clock.label_zh)}, {"en", text(clock.label_en)}}},
          {"owner", text(clock.owner)},
          {"started_at", time(clock.started_ns, zone_minutes)},
          {"due_at", time(clock.due_ns, zone_minutes)},
          {"stopped_at", time(clock.stopped_ns, zone_minutes)},
          {"state", clock.state_at(now_ns)},
          {"article", text(clock.article)}};
}

}  // namespace

std::string_view case_state_name(CaseState state) { return kStates[static_cast<std::size_t>(state)].name; }

std::string_view case_state_zh(CaseState state) { return kStates[static_cast<std::size_t>(state)].zh; }

std::optional<CaseState> case_state_from_name(std::string_view name) {
  for (const auto& row : kStates) {
    if (row.name == name) return row.state;
  }
  return std::nullopt;
}

bool is_open(CaseState state) { return state != CaseState::closed && state != CaseState::rejected; }

int ImpactLevel::overall() const { return std::max({confidentiality, integrity, availability}); }

std::string CaseClock::state_at(std::int64_t now_ns) const {
  if (voided) return "void";
  if (stopped_ns && *stopped_ns <= now_ns) return *stopped_ns <= due_ns ? "met" : "late";
  return now_ns > due_ns ? "overdue" : "running";
}

std::pair<std::int64_t, std::int64_t> Case::event_span() const {
  std::optional<std::pair<std::int64_t, std::int64_t>> span;
  for (const auto& detection : detections) {
    if (detection.context) continue;
    if (!span) span = {detection.first_ns, detection.last_ns};
    span->first = std::min(span->first, detection.first_ns);
    span->second = std::max(span->second, detection.last_ns);
  }
  return span.value_or(std::pair<std::int64_t, std::int64_t>{0, 0});
}

bool Case::untouched() const {
  return state == CaseState::candidate &&
         std::all_of(acts.begin(), acts.end(), [](const CaseAct& act) { return act.who == kDaemon; });
}

std::string Case::to_json(std::int64_t now_ns, int zone_minutes) const {
  json::array entity_rows, detection_rows, clock_rows, act_rows;
  for (const auto& entity : entities) entity_rows.emplace_back(entity_json(entity, zone_minutes));
  for (const auto& detection : detections)
    detection_rows.emplace_back(detection_json(detection, zone_minutes));
  for (const auto& clock : clocks) clock_rows.emplace_back(clock_json(clock, now_ns, zone_minutes));
  for (const auto& act : acts) {
    act_rows.emplace_back(json::object{{"at", time(act.at_ns, zone_minutes)},
                                       {"act", text(act.act)},
                                       {"who", text(act.who)},
                                       {"note", text(act.note)}});
  }
  json::object out;
  out["id"] = text(id);
  out["org"] = text(organisation);
  out["state"] = case_state_name(state);
  out["early_warning"] = early_warning;
  out["drill"] = drill;
  out["category"] = text(category);
  out["symptoms"] = texts(symptoms);
  out["title"] = text(title);
  out["title_zh"] = text(title_zh);
  out["opened_at"] = time(opened_ns, zone_minutes);
  out["updated_at"] = time(updated_ns, zone_minutes);
  out["occurred_at"] = time(occurred_ns, zone_minutes);
  out["known_at"] = time(known_ns, zone_minutes);
  out["level"] = level_json(level);
  out["profile"] = text(profile);
  out["overlay"] = text(overlay);
  out["systems"] = texts(systems);
  out["entities"] = std::move(entity_rows);
  out["entities_unlisted"] = entities_unlisted;
  out["detections"] = std::move(detection_rows);
  out["related"] = texts(related);
  json::array edge_rows, tactic_rows;
  for (const auto& edge : edges) edge_rows.emplace_back(edge_json(edge, zone_minutes));
  for (const auto& tactic : attack) tactic_rows.emplace_back(tactic_json(tactic, zone_minutes));
  out["edges"] = std::move(edge_rows);
  out["edges_unlisted"] = edges_unlisted;
  out["attack"] = std::move(tactic_rows);
  out["merged_into"] = maybe_text(merged_into);
  out["aliases"] = texts(aliases);
  out["holds"] = texts(holds);
  out["clocks"] = std::move(clock_rows);
  out["acts"] = std::move(act_rows);
  out["reject_reason"] = reject_reason ? json::value(text(*reject_reason)) : json::value(nullptr);
  return json::serialize(out);
}

}  // namespace vigil
