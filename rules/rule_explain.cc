#include "rules/rule_explain.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "parsers/format.h"
#include "rules/case_fold.h"
#include "rules/event_fields.h"
#include "rules/json_fields.h"
#include "rules/log_routes.h"
#include "rules/verbatim.h"
#include "rules/witness.h"

namespace vigil::sigma {
namespace {

/// A value longer than this shows no more by being whole.
constexpr std::size_t kShownBytes = 300;

std::string shortened(std::string_view text) {
  if (text.size() <= kShownBytes) return std::string(text);
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string number_text(double number) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.15g", number);
  return buffer;
}

std::string_view comparison_name(Comparison comparison) {
  switch (comparison) {
    case Comparison::lt: return "lt";
    case Comparison::lte: return "lte";
    case Comparison::gt: return "gt";
    case Comparison::gte: return "gte";
    case Comparison::eq: return "eq";
    case Comparison::neq: return "neq";
  }
  return "eq";
}

std::string_view sign_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::lt: return "<";
    case Comparison::lte: return "<=";
    case Comparison::gt: return ">";
    case Comparison::gte: return ">=";
    case Comparison::eq: return "=";
    case Comparison::neq: return "!=";
  }
  return "=";
}

std::string_view part_name(TimePart part) {
  switch (part) {
    case TimePart::minute: return "minute";
    case TimePart::hour: return "hour";
    case TimePart::day: return "day";
    case TimePart::week: return "week";
    case TimePart::month: return "month";
    case TimePart::year: return "year";
  }
  return "minute";
}

std::string_view shape_op(Pattern::Shape shape) {
  switch (shape) {
    case Pattern::Shape::exact: return "is";
    case Pattern::Shape::prefix: return "starts_with";
    case Pattern::Shape::suffix: return "ends_with";
    case Pattern::Shape::contains: return "contains";
    case Pattern::Shape::anything: return "anything";
    case Pattern::Shape::glob: return "like";
  }
  return "is";
}

ExplainedValue describe(const ValueTest& test) {
  switch (test.kind) {
    case ValueTest::Kind::text: {
      const bool whole = test.pattern.shape() == Pattern::Shape::glob;
      return {std::string(shape_op(test.pattern.shape())),
              shortened(whole ? test.pattern.text() : test.pattern.literal())};
    }
    case ValueTest::Kind::number: return {"number", test.pattern.literal()};
    case ValueTest::Kind::regex: return {"regex", shortened(test.regex->written())};
    case ValueTest::Kind::network: return {"in_network", test.network.text()};
    case ValueTest::Kind::compare: return {std::string(comparison_name(test.comparison)), number_text(test.number)};
    case ValueTest::Kind::time_part:
      return {std::string(part_name(test.part)) + " " + std::string(comparison_name(test.comparison)),
              number_text(test.number)};
    case ValueTest::Kind::null: return {"null", {}};
    case ValueTest::Kind::exists: return {test.wanted ? "exists" : "absent", {}};
    case ValueTest::Kind::field: {
      const bool equal = test.other_shape == Pattern::Shape::exact;
      return {equal ? "same_as_field" : std::string(shape_op(test.other_shape)) + "_field", test.other->written};
    }
  }
  return {};
}

std::vector<std::string> places_of(const FieldName& field, bool document) {
  std::vector<std::string> places;
  for (std::size_t i = field.bare && !document ? 1 : 0; i < field.groups.size(); ++i) {
    places.insert(places.end(), field.groups[i].begin(), field.groups[i].end());
  }
  return places;
}

/// Explains one expression, against a message or without.
class Explainer {
 public:
  Explainer(const Expression& expression, const ExplainedMessage* message)
      : expression_(expression), message_(message) {}

  // As deep as the condition's brackets, which the condition parser limits.
  ExplainedNode node(Expression::Index index) {
    const Expression::Node& from = expression_.node(index);
    ExplainedNode out;
    switch (from.op) {
      case Expression::Op::item: out = item(expression_.item(from.item)); break;
      case Expression::Op::all_of: out.kind = ExplainedNode::Kind::all_of; break;
      case Expression::Op::any_of: out.kind = ExplainedNode::Kind::any_of; break;
      case Expression::Op::negation: out.kind = ExplainedNode::Kind::negation; break;
    }
    out.name = expression_.label_of(index);
    for (const Expression::Index child : from.children) out.children.push_back(node(child));
    const auto held = [](const ExplainedNode& each) { return each.held; };
    const auto& children = out.children;
    if (out.kind == ExplainedNode::Kind::all_of) out.held = std::all_of(children.begin(), children.end(), held);
    if (out.kind == ExplainedNode::Kind::any_of) out.held = std::any_of(children.begin(), children.end(), held);
    if (out.kind == ExplainedNode::Kind::negation) out.held = !children.front().held;
    return out;
  }

 private:
  bool holds(Item item) {
    Expression one;
    one.set_root(one.add_item(std::move(item)));
    return evaluator_.matches(one, *message_->fields);
  }

  ExplainedNode item(const Item& from) {
    ExplainedNode out;
    out.field = from.field.written;
    out.places = places_of(from.field, message_ != nullptr && message_->event == nullptr);
    out.every = from.every;
    out.negated = from.negated;
    for (const auto& ways : from.values) {
      Item single;
      single.field = from.field;
      single.values.push_back(ways);
      ExplainedValue value = describe(ways.front());
      value.ways = ways.size();
      value.held = message_ != nullptr && holds(std::move(single));
      out.wanted.push_back(std::move(value));
    }
    add_set(from, out);
    out.wanted_total = out.wanted.size();
    std::stable_partition(out.wanted.begin(), out.wanted.end(), [](const auto& each) { return each.held; });
    if (out.wanted.size() > kValuesShown) out.wanted.resize(kValuesShown);
    if (message_ == nullptr) return out;
    out.held = holds(from);
    add_actual(from, out);
    return out;
  }

  void add_set(const Item& from, ExplainedNode& out) {
    std::vector<std::string> texts(from.exact_set.begin(), from.exact_set.end());
    std::sort(texts.begin(), texts.end());
    std::vector<FieldValue> values;
    if (message_ != nullptr && !texts.empty()) message_->fields->collect(from.field, values);
    for (const std::string& text : texts) {
      const bool held = std::any_of(values.begin(), values.end(), [&](const FieldValue& value) {
        return value.type != ValueType::null && folded(value.text) == text;
      });
      out.wanted.push_back({"is", shortened(text), 1, held});
    }
  }

  void add_actual(const Item& from, ExplainedNode& out) const {
    if (from.is_keyword()) return;  // The whole message; it is shown once, not for each line of the rule.
    std::vector<FieldValue> values;
    out.missing = !message_->fields->collect(from.field, values);
    out.actual_total = values.size();
    for (const FieldValue& value : values) {
      if (out.actual.size() == kValuesShown) break;
      out.actual.push_back(value.type == ValueType::null ? "null" : shortened(value.text));
    }
  }

  const Expression& expression_;
  const ExplainedMessage* const message_;
  Evaluator evaluator_;
};

ExplainedClause describe(const Clause& clause, std::string_view folded_text) {
  ExplainedClause out;
  out.total = clause.size();
  for (const std::string& literal : clause) {
    if (!folded_text.empty() && folded_text.find(literal) != std::string_view::npos &&
        out.found.size() < kValuesShown) {
      out.found.push_back(literal);
    }
    if (out.literals.size() < kValuesShown) out.literals.push_back(literal);
  }
  return out;
}

/// What the prefilter looks for, by formats that are asked alike.
std::vector<ExplainedPrefilter> prefilter_of(const Rule& rule) {
  std::map<std::vector<Clause>, std::vector<std::string>> alike;
  for (const FormatSpec* const spec : all_formats()) {
    if (!may_apply(spec->number, rule.source)) continue;
    alike[necessary_clauses(rule.expression, spec->number)].emplace_back(spec->name);
  }
  std::vector<ExplainedPrefilter> out;
  for (auto& [clauses, formats] : alike) {
    ExplainedPrefilter& entry = out.emplace_back();
    entry.formats = std::move(formats);
    for (const Clause& clause : clauses) entry.clauses.push_back(describe(clause, {}));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.formats.size() > b.formats.size(); });
  return out;
}

void explain_rule(const CompiledRules& rules, std::uint32_t index, const ExplainedMessage* message, Explanation& out) {
  const Rule& rule = rules.rules[index];
  out.source = rule.source;
  out.condition = Explainer(rule.expression, message).node(rule.expression.root());
  if (message == nullptr) {
    out.prefilter = prefilter_of(rule);
    return;
  }
  out.matched = out.condition.held;
  if (message->event == nullptr) return;
  const Event& event = *message->event;
  out.format = format_name(event.format);
  out.applies = applies(event, rule.source);
  for (const LogSource& source : event.log_sources()) {
    out.log_sources.push_back(source_text(source.product, source.category, source.service));
  }
  const std::string text = folded(event.header.text);
  ExplainedPrefilter& entry = out.prefilter.emplace_back();
  entry.formats.push_back(out.format);
  for (const Clause& clause : necessary_clauses(rule.expression, event.format)) {
    entry.clauses.push_back(describe(clause, text));
  }
  Prefilter::Scanner scanner(rules.prefilter());
  const ShownText shown = shown_text(event.header);
  const auto& candidates = shown.hidden ? rules.prefilter().rules_of(event.format)
                                        : scanner.candidates(event.format, shown.all());
  out.passes_prefilter = std::find(candidates.begin(), candidates.end(), index) != candidates.end();
  out.matched = out.applies && out.condition.held;
}

std::string_view type_name(Correlation::Type type) {
  switch (type) {
    case Correlation::Type::event_count: return "event_count";
    case Correlation::Type::value_count: return "value_count";
    case Correlation::Type::temporal: return "temporal";
    case Correlation::Type::temporal_ordered: return "temporal_ordered";
    case Correlation::Type::value_sum: return "value_sum";
    case Correlation::Type::value_avg: return "value_avg";
    case Correlation::Type::value_percentile: return "value_percentile";
    case Correlation::Type::new_value: return "new_value";
  }
  return "event_count";
}

std::vector<ExplainedGroupField> group_fields(const std::vector<FieldName>& fields, const std::vector<std::string>& names,
                                              const ExplainedMessage* message) {
  std::vector<ExplainedGroupField> out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    ExplainedGroupField& field = out.emplace_back();
    field.name = i < names.size() ? names[i] : fields[i].written;
    field.places = places_of(fields[i], message != nullptr && message->event == nullptr);
    std::vector<FieldValue> values;
    if (message != nullptr && message->fields->collect(fields[i], values) && !values.empty()) {
      field.value = shortened(values.front().text);
    }
  }
  return out;
}

void explain_correlation(const CompiledRules& rules, std::uint32_t index, const ExplainedMessage* message,
                         Explanation& out) {
  const Correlation& from = rules.correlations[index];
  out.correlation = true;
  out.type = type_name(from.type);
  out.span_ns = from.span_ns;
  for (const Correlation::Bound& bound : from.bounds) {
    if (!out.threshold.empty()) out.threshold += ", ";
    out.threshold += std::string(sign_of(bound.comparison)) + " " + number_text(bound.value);
  }
  for (const Correlation::Slot& slot : from.slots) {
    // What a correlation listens to stands before it: no circles.
    Explanation::Slot made{explain(rules, slot.rule, message), group_fields(slot.group_by, from.group_by, message),
                           group_fields(slot.values, {}, message)};
    out.matched = out.matched || made.rule.matched;
    out.slots.push_back(std::move(made));
  }
}

/// Steps from one text to the other (Levenshtein), at most so many bytes of each.
std::size_t distance(std::string_view a, std::string_view b) {
  constexpr std::size_t kBytes = 80;
  a = a.substr(0, kBytes);
  b = b.substr(0, kBytes);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t i = 0; i <= b.size(); ++i) row[i] = i;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

/// How unlike `wanted` a rule's id or title is; 0 is best. What only begins or holds it is like it.
std::size_t unlikeness(std::string_view wanted, std::string_view text) {
  if (text.empty()) return SIZE_MAX;
  if (text.starts_with(wanted)) return 0;
  if (text.find(wanted) != std::string_view::npos) return 1;
  const std::size_t steps = distance(wanted, text);
  return steps <= std::max<std::size_t>(2, wanted.size() / 3) ? 2 + steps : SIZE_MAX;
}

template <class Visit>
void for_each_rule(const CompiledRules& rules, Visit&& visit) {
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i) visit(RuleReference{false, i}, rules.rules[i].name);
  for (std::uint32_t i = 0; i < rules.correlations.size(); ++i) {
    visit(RuleReference{true, i}, rules.correlations[i].name);
  }
}

}  // namespace

std::string source_text(std::string_view product, std::string_view category, std::string_view service) {
  std::string out;
  for (const std::string_view part : {product, category, service}) {
    if (part.empty()) continue;
    if (!out.empty()) out += "/";
    out += part;
  }
  return out;
}

const RuleMeta& meta_of(const CompiledRules& rules, RuleReference which) {
  return which.correlation ? *rules.correlations[which.index].meta : *rules.rules[which.index].meta;
}

Explanation explain(const CompiledRules& rules, RuleReference which, const ExplainedMessage* message) {
  Explanation out;
  out.asked = message != nullptr;
  if (which.correlation) {
    out.meta = rules.correlations[which.index].meta;
    out.alerts = rules.correlations[which.index].alerts;
    explain_correlation(rules, which.index, message, out);
  } else {
    out.meta = rules.rules[which.index].meta;
    out.alerts = rules.rules[which.index].alerts;
    explain_rule(rules, which.index, message, out);
  }
  return out;
}

Result<Explanation, std::string> explain_line(const CompiledRules& rules, RuleReference which, std::string_view line,
                                              const LineReading& reading) {
  const std::size_t first = line.find_first_not_of(" \t");
  if (!reading.frames && first != std::string_view::npos && line[first] == '{') {
    std::string error;
    const auto document = JsonFields::parse(line, error);
    if (!document) return error;
    const ExplainedMessage message{&*document, nullptr};
    return explain(rules, which, &message);
  }
  Arena arena;
  ParseContext context;
  context.received_ns = reading.received_ns;
  context.zone_minutes = reading.zone_minutes;
  const SyslogHeader header = parse_syslog_header(line, context, arena);
  Event event;
  parse_event(header, context, event, arena);
  const EventFields fields(event);
  const ExplainedMessage message{&fields, &event};
  return explain(rules, which, &message);
}

std::optional<RuleReference> find_rule(const CompiledRules& rules, std::string_view wanted) {
  std::optional<RuleReference> by_id, by_name, by_title;
  std::size_t names = 0, titles = 0;
  for_each_rule(rules, [&](RuleReference which, const std::string& name) {
    const RuleMeta& meta = meta_of(rules, which);
    if (!by_id && meta.id == wanted) by_id = which;
    if (name == wanted && ++names > 0) by_name = which;
    if ((meta.title == wanted || meta.title_zh == wanted) && ++titles > 0) by_title = which;
  });
  if (wanted.empty()) return std::nullopt;
  if (by_id) return by_id;
  if (names == 1) return by_name;
  return titles == 1 ? by_title : std::nullopt;
}

std::vector<std::string> nearest_rules(const CompiledRules& rules, std::string_view wanted) {
  constexpr std::size_t kNearest = 3;
  const std::string small = folded(wanted);
  std::vector<std::pair<std::size_t, std::string>> found;
  if (small.empty()) return {};
  for_each_rule(rules, [&](RuleReference which, const std::string& name) {
    const RuleMeta& meta = meta_of(rules, which);
    std::size_t best = SIZE_MAX;
    for (const std::string& text : {meta.id, name, meta.title, meta.title_zh}) {
      best = std::min(best, unlikeness(small, folded(text)));
    }
    if (best != SIZE_MAX) found.emplace_back(best, meta.id + " (" + meta.title + ")");
  });
  std::sort(found.begin(), found.end());
  std::vector<std::string> out;
  for (std::size_t i = 0; i < found.size() && i < kNearest; ++i) out.push_back(std::move(found[i].second));
  return out;
}

}  // namespace vigil::sigma
