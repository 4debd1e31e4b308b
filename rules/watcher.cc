#include "rules/watcher.h"

#include <algorithm>

#include "parsers/envelope.h"
#include "parsers/format.h"
#include "parsers/record.h"
#include "parsers/transports.h"
#include "rules/compiled.h"
#include "rules/correlator.h"
#include "rules/entities.h"
#include "rules/event_fields.h"
#include "rules/log_routes.h"

namespace vigil {
namespace {

/// Every so many messages all rules are asked, to see that the prefilter misses none.
constexpr std::uint64_t kShadowEvery = 4096;

/// A message inside a JSON document may be written there with escapes that its own format does not have: then the text
/// does not show what a rule may look for.
bool hides_text(const SyslogHeader& header) {
  const bool in_json = header.wrapping == Wrapping::hec || header.wrapping == Wrapping::document;
  return in_json && header.text.find('\\') != std::string_view::npos;
}

bool is_alert(const Observation& observation) { return observation.source->transport == transport::kAlert; }

/// Who took the ticket in says so beside it, where nobody who sends one can.
bool warns_early(const Observation& observation) {
  bool warns = false;
  if (!is_alert(observation)) return warns;
  Envelope::for_each(observation.source->envelope, [&](std::string_view name, std::string_view value) {
    warns = warns || (name == "vigil.early_warning" && value == "true");
  });
  return warns;
}

}  // namespace

struct Watcher::Impl {
  explicit Impl(std::shared_ptr<const RuleSet> set)
      : rules(std::move(set)), compiled(rules->compiled()), scanner(compiled.prefilter()), correlator(compiled) {}

  std::shared_ptr<const RuleSet> rules;
  const CompiledRules& compiled;
  sigma::Prefilter::Scanner scanner;
  sigma::Evaluator evaluator;
  sigma::Correlator correlator;
  Event event;
  Arena arena;
  std::vector<sigma::Firing> firings;
  Counters counters;

  void ask(const std::vector<std::uint32_t>& candidates, const Observation& observation, bool shadow,
           std::vector<Detection>& out);
  void parse(const Observation& observation);
  Detection make_detection(std::shared_ptr<const RuleMeta> rule, const Observation& observation) const;
  void tell(const sigma::Firing& firing, const Observation& observation, const sigma::FieldSource& fields,
            std::vector<Detection>& out) const;
};

void Watcher::Impl::parse(const Observation& observation) {
  ++counters.parsed;
  arena.reset();
  event.clear();
  const ParseContext context = record_context(*observation.source, observation.received_ns);
  parse_event_as(observation.format, observation.event_ns, *observation.header, context, event, arena);
}

Detection Watcher::Impl::make_detection(std::shared_ptr<const RuleMeta> rule, const Observation& observation) const {
  Detection detection;
  detection.rule = std::move(rule);
  detection.sequence = observation.sequence;
  detection.at_ns = detection.first_ns = detection.last_ns = observation.event_ns;
  detection.received_ns = observation.received_ns;
  detection.organisation = observation.source->organisation;
  detection.system = observation.source->system;
  detection.host = observation.source->host;
  detection.core = observation.source->core;
  detection.drill = observation.source->drill;
  detection.early_warning = warns_early(observation);
  return detection;
}

void Watcher::Impl::tell(const sigma::Firing& firing, const Observation& observation,
                         const sigma::FieldSource& fields, std::vector<Detection>& out) const {
  const sigma::Correlation& correlation = compiled.correlations[firing.correlation];
  Detection detection = make_detection(correlation.meta, observation);
  detection.first_ns = firing.first_ns;
  detection.last_ns = firing.last_ns;
  detection.count = firing.count;
  detection.references = firing.references;
  for (std::size_t i = 0; i < correlation.group_by.size(); ++i) {
    sigma::add_entity(correlation.group_by[i], firing.group[i], detection);
  }
  sigma::add_entities(*correlation.meta, fields, detection);
  sigma::add_shown_fields(fields, detection);
  out.push_back(std::move(detection));
}

void Watcher::Impl::ask(const std::vector<std::uint32_t>& candidates, const Observation& observation, bool shadow,
                        std::vector<Detection>& out) {
  parse(observation);
  const sigma::EventFields fields(event);
  sigma::Hit hit;
  hit.fields = &fields;
  hit.organisation = observation.source->organisation;
  hit.drill = observation.source->drill;
  hit.sequence = observation.sequence;
  hit.event_ns = observation.event_ns;
  hit.received_ns = observation.received_ns;

  const auto& asked = shadow ? compiled.prefilter().rules_of(observation.format) : candidates;
  firings.clear();
  for (const std::uint32_t index : asked) {
    const sigma::Rule& rule = compiled.rules[index];
    if (rule.meta->alert && !is_alert(observation)) continue;
    if (!sigma::applies(event, rule.source) || !evaluator.matches(rule.expression, fields)) continue;
    ++counters.matched;
    if (shadow && !std::binary_search(candidates.begin(), candidates.end(), index)) ++counters.missed;
    if (rule.alerts) {
      Detection detection = make_detection(rule.meta, observation);
      detection.references.push_back(observation.sequence);
      sigma::add_entities(*rule.meta, fields, detection);
      sigma::add_shown_fields(fields, detection);
      out.push_back(std::move(detection));
    }
    correlator.matched(index, hit, firings);
  }
  for (const sigma::Firing& firing : firings) tell(firing, observation, fields, out);
}

Watcher::Watcher(std::shared_ptr<const RuleSet> rules) : impl_(std::make_unique<Impl>(std::move(rules))) {}
Watcher::~Watcher() = default;

void Watcher::observe(const Observation& observation, std::vector<Detection>& out) {
  Impl& impl = *impl_;
  // The number stands in the archive, where a newer program may have written one that this one does not know.
  if (find_format(observation.format) == nullptr) {
    Observation known = observation;
    known.format = detect_format(*observation.header);
    return observe(known, out);
  }
  const bool shadow = impl.counters.observed++ % kShadowEvery == 0;
  const auto& candidates = hides_text(*observation.header)
                               ? impl.compiled.prefilter().rules_of(observation.format)
                               : impl.scanner.candidates(observation.format, observation.header->text);
  impl.counters.candidates += candidates.size();
  if (!candidates.empty() || shadow) impl.ask(candidates, observation, shadow, out);
}

void Watcher::take_window_edits(std::vector<WindowEdit>& out) {
  std::vector<std::pair<std::string, std::string>> edits;
  impl_->correlator.take_edits(edits);
  for (auto& [key, value] : edits) out.push_back({std::move(key), std::move(value)});
}

void Watcher::restore_window(std::string_view key, std::string_view value) { impl_->correlator.restore(key, value); }

Watcher::Counters Watcher::counters() const {
  Counters counters = impl_->counters;
  const auto correlation = impl_->correlator.counters();
  counters.late = correlation.late;
  counters.evicted = correlation.evicted;
  counters.ungrouped = correlation.ungrouped;
  counters.groups = correlation.groups;
  return counters;
}

}  // namespace vigil
