#include "rules/watcher.h"

#include <algorithm>
#include <array>
#include <utility>

#include "parsers/envelope.h"
#include "parsers/format.h"
#include "parsers/record.h"
#include "parsers/transports.h"
#include "rules/audit_join.h"
#include "rules/compiled.h"
#include "rules/correlator.h"
#include "rules/entities.h"
#include "rules/event_fields.h"
#include "rules/field_index.h"
#include "rules/log_routes.h"
#include "rules/verbatim.h"

namespace vigil {
namespace {

/// Every so many messages all rules are asked, to see that the prefilter misses none.
constexpr std::uint64_t kShadowEvery = 4096;

/// With more rules than this for documents of named fields, nearly every document holds something of some of them: then
/// parsing each and looking into its fields costs less than scanning its text.
constexpr std::size_t kTextRulesMax = 512;

/// Rules told apart in take_troubles(); the counters count all.
constexpr std::size_t kTroublesMax = 64;

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

const std::shared_ptr<const RuleMeta>& overflow_meta() {
  static const auto kMeta = [] {
    auto meta = std::make_shared<RuleMeta>();
    meta->id = "6a1f0f0e-5d0c-4c55-9a53-8f2b7c1e4d90";
    meta->title = "Correlation groups exploded";
    meta->title_zh = "關聯群組數量暴增";
    meta->description =
        "A correlation met more different group-by values (addresses, accounts) than it can keep, so that some had to make "
        "room. Somebody may be inventing them to hide an attack among them. Look at the sender with the most messages.";
    meta->description_zh =
        "某關聯規則遇到的分組值（位址、帳號）超過可保留的上限，部分已被移出。可能有人大量捏造來源以掩護攻擊，請查看訊息最多的來源設備。";
    meta->file = "(built in)";
    meta->level = Level::high;
    meta->tags = {"attack.t1562"};
    meta->author = "Vigil";
    meta->category = "other";
    meta->entities = {"host.name"};
    return std::shared_ptr<const RuleMeta>(std::move(meta));
  }();
  return kMeta;
}

struct Watcher::Impl {
  explicit Impl(std::shared_ptr<const RuleSet> set)
      : rules(std::move(set)),
        compiled(rules->compiled()),
        scanner(compiled.prefilter()),
        fields_index(compiled.rules),
        correlator(compiled) {}

  std::shared_ptr<const RuleSet> rules;
  const CompiledRules& compiled;
  std::shared_ptr<const Enrichment> enrichment = Enrichment::plain();
  sigma::Prefilter::Scanner scanner;
  sigma::FieldIndex fields_index;
  /// By format: whether its messages are all parsed and looked at field by field.
  enum class Way : std::uint8_t { unknown, by_text, by_fields };
  std::array<Way, kFormatsMax> ways{};
  sigma::Evaluator evaluator;
  sigma::Correlator correlator;
  std::unique_ptr<AuditJoin> audit = std::make_unique<AuditJoin>();
  Event event;
  Arena arena;
  std::vector<sigma::Firing> firings;
  std::vector<sigma::Overflow> overflows;
  Counters counters;
  std::vector<Trouble> troubles;

  void note(const sigma::Rule& rule, std::uint64_t sequence, bool missed);
  bool goes_by_fields(Format format);
  void ask(const std::vector<std::uint32_t>& candidates, const Observation& observation, bool shadow,
           std::vector<Detection>& out);
  void parse(const Observation& observation);
  Detection make_detection(std::shared_ptr<const RuleMeta> rule, const Observation& observation) const;
  void tell(const sigma::Firing& firing, const Observation& observation, const sigma::FieldSource& fields,
            std::vector<Detection>& out) const;
  bool close_due(std::int64_t now_ns, std::vector<Detection>& out);
  void tell_closed(const sigma::Firing& firing, std::int64_t now_ns, std::vector<Detection>& out) const;
  void tell_overflows(const Observation& observation, std::vector<Detection>& out);
};

void Watcher::Impl::parse(const Observation& observation) {
  ++counters.parsed;
  arena.reset();
  event.clear();
  const ParseContext context = record_context(*observation.source, observation.received_ns);
  parse_event_as(observation.format, observation.event_ns, *observation.header, context, event, arena);
  audit->complete(observation, event, arena);
}

void Watcher::Impl::note(const sigma::Rule& rule, std::uint64_t sequence, bool missed) {
  const auto known = std::find_if(troubles.begin(), troubles.end(), [&](const Trouble& trouble) {
    return trouble.rule == rule.meta && trouble.missed == missed;
  });
  if (known != troubles.end()) {
    ++known->count;
  } else if (troubles.size() < kTroublesMax) {
    troubles.push_back({rule.meta, sequence, missed, 1});
  }
}

bool Watcher::Impl::goes_by_fields(Format format) {
  Way& way = ways[static_cast<std::size_t>(format)];
  if (way == Way::unknown) {
    const FormatSpec& spec = *find_format(format);
    const bool windows = std::any_of(spec.log_sources.begin(), spec.log_sources.end(),
                                     [](const LogSource& source) { return source.product == "windows" && source.service == "*"; });
    const bool fields = spec.writing == Writing::json || windows;
    way = fields && compiled.prefilter().rules_of(format).size() > kTextRulesMax ? Way::by_fields : Way::by_text;
  }
  return way == Way::by_fields;
}

Detection Watcher::Impl::make_detection(std::shared_ptr<const RuleMeta> rule, const Observation& observation) const {
  Detection detection = detection_of(std::move(rule), observation);
  detection.early_warning = warns_early(observation);
  return detection;
}

void Watcher::Impl::tell(const sigma::Firing& firing, const Observation& observation,
                         const sigma::FieldSource& fields, std::vector<Detection>& out) const {
  if (firing.closed) return tell_closed(firing, observation.received_ns, out);
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

// No message of now stands behind it: what is known is the group, and where its last message came from.
void Watcher::Impl::tell_closed(const sigma::Firing& firing, std::int64_t now_ns, std::vector<Detection>& out) const {
  const sigma::Correlation& correlation = compiled.correlations[firing.correlation];
  Detection detection;
  detection.rule = correlation.meta;
  detection.sequence = firing.references.empty() ? 0 : firing.references.back();
  detection.first_ns = firing.first_ns;
  detection.at_ns = detection.last_ns = firing.last_ns;
  detection.received_ns = now_ns;
  detection.count = firing.count;
  detection.references = firing.references;
  detection.organisation = firing.organisation;
  detection.system = firing.system;
  detection.host = firing.host;
  detection.core = firing.core;
  detection.drill = firing.drill;
  for (std::size_t i = 0; i < correlation.group_by.size(); ++i) {
    sigma::add_entity(correlation.group_by[i], firing.group[i], detection);
  }
  out.push_back(std::move(detection));
}

bool Watcher::Impl::close_due(std::int64_t now_ns, std::vector<Detection>& out) {
  firings.clear();
  const bool closed = correlator.advance(now_ns, firings);
  for (const sigma::Firing& firing : firings) tell_closed(firing, now_ns, out);
  return closed;
}

void Watcher::Impl::tell_overflows(const Observation& observation, std::vector<Detection>& out) {
  overflows.clear();
  correlator.take_overflows(overflows);
  for (const sigma::Overflow& overflow : overflows) {
    const sigma::Correlation& correlation = compiled.correlations[overflow.correlation];
    Detection detection = make_detection(overflow_meta(), observation);
    detection.count = overflow.evicted;
    detection.references.push_back(observation.sequence);
    std::string names;
    for (const std::string& name : correlation.group_by) names += (names.empty() ? "" : ", ") + name;
    detection.fields = {{"rule.id", correlation.meta->id}, {"rule.name", correlation.meta->title}, {"group-by", names}};
    if (!detection.host.empty()) detection.entities.emplace_back("host.name", detection.host);
    out.push_back(std::move(detection));
  }
}

void Watcher::Impl::ask(const std::vector<std::uint32_t>& candidates, const Observation& observation, bool shadow,
                        std::vector<Detection>& out) {
  const sigma::EventFields fields(
      event, {enrichment.get(), observation.source->organisation, observation.source->zone_minutes,
              observation.source->core});
  sigma::Hit hit;
  hit.fields = &fields;
  hit.organisation = observation.source->organisation;
  hit.drill = observation.source->drill;
  hit.sequence = observation.sequence;
  hit.event_ns = observation.event_ns;
  hit.received_ns = observation.received_ns;
  const Source& source = *observation.source;
  hit.sender = {source.host.empty() ? std::string_view(source.peer) : std::string_view(source.host), source.system,
                source.core};

  evaluator.begin_event();
  const auto& asked = shadow ? compiled.prefilter().rules_of(observation.format) : candidates;
  firings.clear();
  for (const std::uint32_t index : asked) {
    const sigma::Rule& rule = compiled.rules[index];
    if (rule.meta->alert && !is_alert(observation)) continue;
    if (!sigma::applies(event, rule.source)) continue;
    const std::uint64_t given_up = evaluator.given_up();
    const bool matched = evaluator.matches(rule.expression, fields);
    if (evaluator.given_up() != given_up) {
      ++counters.degraded;
      note(rule, observation.sequence, false);
    }
    if (!matched) continue;
    ++counters.matched;
    if (shadow && !std::binary_search(candidates.begin(), candidates.end(), index)) {
      ++counters.missed;
      note(rule, observation.sequence, true);
    }
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
  tell_overflows(observation, out);
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
  impl.close_due(observation.received_ns, out);
  impl.audit->note(observation);
  const bool shadow = impl.counters.observed++ % kShadowEvery == 0;
  const std::vector<std::uint32_t>* candidates = nullptr;
  const bool by_fields = impl.goes_by_fields(observation.format);
  if (by_fields) {
    impl.parse(observation);
    candidates = &impl.fields_index.candidates(impl.event, sigma::hides_text(*observation.header));
  } else if (const sigma::ShownText shown = sigma::shown_text(*observation.header); shown.hidden) {
    candidates = &impl.compiled.prefilter().rules_of(observation.format);
  } else {
    candidates = &impl.scanner.candidates(observation.format, shown.all());
  }
  impl.counters.candidates += candidates->size();
  if (candidates->empty() && !shadow) return;
  if (!by_fields) impl.parse(observation);
  impl.ask(*candidates, observation, shadow, out);
}

bool Watcher::tick(std::int64_t now_ns, std::vector<Detection>& out) { return impl_->close_due(now_ns, out); }

void Watcher::use(std::shared_ptr<const Enrichment> enrichment) { impl_->enrichment = std::move(enrichment); }

void Watcher::take_window_edits(std::vector<WindowEdit>& out) {
  std::vector<std::pair<std::string, std::string>> edits;
  impl_->correlator.take_edits(edits);
  for (auto& [key, value] : edits) out.push_back({std::move(key), std::move(value)});
}

void Watcher::restore_window(std::string_view key, std::string_view value) { impl_->correlator.restore(key, value); }

void Watcher::adopt(Watcher& before) {
  impl_->correlator.adopt(before.impl_->correlator);
  std::swap(impl_->audit, before.impl_->audit);
  impl_->counters = before.impl_->counters;
  impl_->enrichment = before.impl_->enrichment;
}

std::vector<Watcher::Trouble> Watcher::take_troubles() { return std::exchange(impl_->troubles, {}); }

Watcher::Counters Watcher::counters() const {
  Counters counters = impl_->counters;
  const auto correlation = impl_->correlator.counters();
  counters.late = correlation.late;
  counters.evicted = correlation.evicted;
  counters.ungrouped = correlation.ungrouped;
  counters.groups = correlation.groups;
  counters.state_bytes = correlation.bytes;
  return counters;
}

}  // namespace vigil
