#include "rules/offline.h"

#include <set>

#include "parsers/render.h"
#include "rules/compiled.h"
#include "rules/correlator.h"
#include "rules/json_fields.h"

namespace vigil {

struct OfflineMatcher::State {
  State(std::shared_ptr<const RuleSet> set, int minutes)
      : rules(std::move(set)),
        zone_minutes(minutes),
        correlator(rules->compiled(), {.suppress = false, .tell_silent = true}) {}

  std::shared_ptr<const RuleSet> rules;
  int zone_minutes;
  sigma::Evaluator evaluator;
  sigma::Correlator correlator;
  std::uint64_t next = 0;
  std::int64_t last_ns = 0;
};

OfflineMatcher::OfflineMatcher(std::shared_ptr<const RuleSet> rules, int zone_minutes)
    : state_(std::make_unique<State>(std::move(rules), zone_minutes)) {}
OfflineMatcher::~OfflineMatcher() = default;

bool OfflineMatcher::match(std::string_view line, std::vector<OfflineMatch>& out, std::string& error) {
  State& state = *state_;
  const std::uint64_t number = state.next++;
  const auto document = sigma::JsonFields::parse(line, error);
  if (!document) return false;
  sigma::Hit hit;
  hit.fields = &*document;
  hit.sequence = number;
  hit.event_ns = document->timestamp_ns(state.zone_minutes).value_or(state.last_ns + 1);
  hit.received_ns = state.last_ns = hit.event_ns;

  const CompiledRules& compiled = state.rules->compiled();
  std::vector<sigma::Firing> firings;
  for (std::uint32_t index = 0; index < compiled.rules.size(); ++index) {
    const sigma::Rule& rule = compiled.rules[index];
    if (!state.evaluator.matches(rule.expression, *document)) continue;
    if (rule.alerts) out.push_back({number, rule.id, rule.meta->title});
    state.correlator.matched(index, hit, firings);
  }
  std::set<std::uint32_t> told;  // two rules of one correlation may match one document
  for (const sigma::Firing& firing : firings) {
    if (!told.insert(firing.correlation).second) continue;
    const sigma::Correlation& correlation = compiled.correlations[firing.correlation];
    out.push_back({number, correlation.id, correlation.meta->title});
  }
  return true;
}

void render_match_json(const OfflineMatch& match, std::string& out) {
  out += "{\"event\":" + std::to_string(match.event) + ",\"rule\":";
  append_json_string(match.rule, out);
  out += ",\"title\":";
  append_json_string(match.title, out);
  out += "}";
}

}  // namespace vigil
