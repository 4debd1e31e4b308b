#include <boost/json.hpp>

#include "incidents/case.h"
#include "incidents/stored_json.h"

// The stored form of a case: JSON with short names, every number exact, strings byte for byte. "v" is the
// format's version; fields are only ever added, and one that is missing has its default, so old cases stay
// readable.
//
//   {"v":1,"id":…,"org":…,"state":"candidate",…,"detections":[{…}],"clocks":[{…}],"acts":[{…}]}

namespace vigil {
namespace {

namespace json = boost::json;
using stored::maybe;
using stored::pairs;
using stored::Reader;
using stored::strings;

constexpr std::int64_t kVersion = 1;

json::object write(const ImpactLevel& level) {
  return {{"c", level.confidentiality},
          {"i", level.integrity},
          {"a", level.availability},
          {"proposed", level.proposed},
          {"reasons", strings(level.reasons)}};
}

json::object write(const CaseEntity& entity) {
  return {{"type", entity.type},    {"value", entity.value}, {"first", entity.first_ns},
          {"last", entity.last_ns}, {"count", entity.count}, {"link", entity.link},
          {"cut", entity.cut}};
}

json::object write(const CaseEdge& edge) {
  return {{"at", edge.at_ns},     {"kind", edge.kind},   {"rule", edge.rule},  {"type", edge.type},
          {"value", edge.value}, {"case", edge.incident}, {"count", edge.count}};
}

json::object write(const CaseTactic& tactic) {
  return {{"tactic", tactic.tactic}, {"first", tactic.first_ns}, {"techniques", strings(tactic.techniques)}};
}

json::object write(const CaseDetection& detection) {
  return {{"rule", detection.rule_id},
          {"title", detection.title},
          {"title_zh", detection.title_zh},
          {"level", detection.level},
          {"author", detection.author},
          {"license", detection.license},
          {"references", strings(detection.references)},
          {"count", detection.count},
          {"events", detection.events},
          {"first", detection.first_ns},
          {"last", detection.last_ns},
          {"samples", json::array(detection.samples.begin(), detection.samples.end())},
          {"picked", stored::write_samples(detection.picked)},
          {"fields", pairs(detection.fields)},
          {"category", detection.category},
          {"symptoms", strings(detection.symptoms)},
          {"place", detection.place},
          {"proposed_level", detection.proposed_level},
          {"context", detection.context}};
}

json::object write(const CaseClock& clock) {
  return {{"id", clock.id},       {"label_zh", clock.label_zh},         {"label_en", clock.label_en},
          {"owner", clock.owner}, {"article", clock.article},           {"started", clock.started_ns},
          {"due", clock.due_ns},  {"stopped", maybe(clock.stopped_ns)}, {"void", clock.voided}};
}

json::object write(const CaseAct& act) {
  return {{"at", act.at_ns}, {"act", act.act}, {"who", act.who}, {"note", act.note}};
}

template <class Row>
json::array write_rows(const std::vector<Row>& rows) {
  json::array out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.emplace_back(write(row));
  return out;
}

void read(const Reader& in, ImpactLevel& level) {
  in.read("c", level.confidentiality);
  in.read("i", level.integrity);
  in.read("a", level.availability);
  in.read("proposed", level.proposed);
  in.read("reasons", level.reasons);
  for (const int value : {level.confidentiality, level.integrity, level.availability}) {
    if (value < 0 || value > 4) in.fail();
  }
}

void read(const Reader& in, CaseEntity& entity) {
  in.read("type", entity.type);
  in.read("value", entity.value);
  in.read("first", entity.first_ns);
  in.read("last", entity.last_ns);
  in.read("count", entity.count);
  in.read("link", entity.link);
  in.read("cut", entity.cut);
}

void read(const Reader& in, CaseEdge& edge) {
  in.read("at", edge.at_ns);
  in.read("kind", edge.kind);
  in.read("rule", edge.rule);
  in.read("type", edge.type);
  in.read("value", edge.value);
  in.read("case", edge.incident);
  in.read("count", edge.count);
}

void read(const Reader& in, CaseTactic& tactic) {
  in.read("tactic", tactic.tactic);
  in.read("first", tactic.first_ns);
  in.read("techniques", tactic.techniques);
}

void read(const Reader& in, CaseDetection& detection) {
  in.read("rule", detection.rule_id);
  in.read("title", detection.title);
  in.read("title_zh", detection.title_zh);
  in.read("level", detection.level);
  in.read("author", detection.author);
  in.read("license", detection.license);
  in.read("references", detection.references);
  in.read("count", detection.count);
  in.read("events", detection.events);
  in.read("first", detection.first_ns);
  in.read("last", detection.last_ns);
  in.read("samples", detection.samples);
  in.member("picked", [&](const Reader& picked) { stored::read_samples(picked, detection.picked); });
  // A case of before: what it kept are its first and last ones.
  if (detection.picked.first.empty()) detection.picked.adopt(detection.samples);
  in.read("fields", detection.fields);
  in.read("category", detection.category);
  in.read("symptoms", detection.symptoms);
  in.read("place", detection.place);
  in.read("proposed_level", detection.proposed_level);
  in.read("context", detection.context);
}

void read(const Reader& in, CaseClock& clock) {
  in.read("id", clock.id);
  in.read("label_zh", clock.label_zh);
  in.read("label_en", clock.label_en);
  in.read("owner", clock.owner);
  in.read("article", clock.article);
  in.read("started", clock.started_ns);
  in.read("due", clock.due_ns);
  in.read("stopped", clock.stopped_ns);
  in.read("void", clock.voided);
}

void read(const Reader& in, CaseAct& act) {
  in.read("at", act.at_ns);
  in.read("act", act.act);
  in.read("who", act.who);
  in.read("note", act.note);
}

template <class Row>
void read_rows(const Reader& in, std::string_view name, std::vector<Row>& rows) {
  in.each(name, [&](const Reader& row) { read(row, rows.emplace_back()); });
}

}  // namespace

std::string Case::serialize() const {
  json::object out;
  out["v"] = kVersion;
  out["id"] = id;
  out["org"] = organisation;
  out["state"] = case_state_name(state);
  out["early_warning"] = early_warning;
  out["drill"] = drill;
  out["category"] = category;
  out["symptoms"] = strings(symptoms);
  out["title"] = title;
  out["title_zh"] = title_zh;
  out["opened"] = opened_ns;
  out["updated"] = updated_ns;
  out["occurred"] = maybe(occurred_ns);
  out["known"] = maybe(known_ns);
  out["level"] = write(level);
  out["profile"] = profile;
  out["overlay"] = overlay;
  out["systems"] = strings(systems);
  out["entities"] = write_rows(entities);
  out["entities_unlisted"] = entities_unlisted;
  out["detections"] = write_rows(detections);
  out["related"] = strings(related);
  out["edges"] = write_rows(edges);
  out["edges_unlisted"] = edges_unlisted;
  out["attack"] = write_rows(attack);
  out["merged_into"] = merged_into;
  out["aliases"] = strings(aliases);
  out["apart"] = strings(apart);
  out["told"] = told_ns;
  out["holds"] = strings(holds);
  out["clocks"] = write_rows(clocks);
  out["acts"] = write_rows(acts);
  if (reject_reason) out["reject_reason"] = *reject_reason;
  return json::serialize(out);
}

std::optional<Case> Case::deserialize(std::string_view text) {
  const auto object = stored::parse(text);
  if (!object) return std::nullopt;

  bool ok = true;
  const Reader in(*object, ok);
  Case out;
  std::int64_t version = 0;
  std::string state;
  in.read("v", version);
  in.read("id", out.id);
  in.read("org", out.organisation);
  in.read("state", state);
  in.read("early_warning", out.early_warning);
  in.read("drill", out.drill);
  in.read("category", out.category);
  in.read("symptoms", out.symptoms);
  in.read("title", out.title);
  in.read("title_zh", out.title_zh);
  in.read("opened", out.opened_ns);
  in.read("updated", out.updated_ns);
  in.read("occurred", out.occurred_ns);
  in.read("known", out.known_ns);
  in.read("profile", out.profile);
  in.read("overlay", out.overlay);
  in.read("systems", out.systems);
  in.read("entities_unlisted", out.entities_unlisted);
  in.read("related", out.related);
  in.read("edges_unlisted", out.edges_unlisted);
  in.read("merged_into", out.merged_into);
  in.read("aliases", out.aliases);
  in.read("apart", out.apart);
  in.read("told", out.told_ns);
  in.read("holds", out.holds);
  in.read("reject_reason", out.reject_reason);
  read_rows(in, "entities", out.entities);
  read_rows(in, "detections", out.detections);
  read_rows(in, "edges", out.edges);
  read_rows(in, "attack", out.attack);
  read_rows(in, "clocks", out.clocks);
  read_rows(in, "acts", out.acts);
  if (const auto* level = object->if_contains("level")) {
    if (const auto* fields = level->if_object()) {
      read(Reader(*fields, ok), out.level);
    } else {
      ok = false;
    }
  }
  const auto known_state = case_state_from_name(state);
  // A newer version may mean something else by the same names: refused rather than misread.
  if (!ok || version < 1 || version > kVersion || !known_state || out.id.empty()) return std::nullopt;
  out.state = *known_state;
  return out;
}

}  // namespace vigil
