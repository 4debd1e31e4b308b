#include "rules/explain_json.h"

#include <boost/json/array.hpp>

namespace vigil::sigma {

namespace json = boost::json;

namespace {

json::array texts(const std::vector<std::string>& from) { return json::array(from.begin(), from.end()); }

std::string_view kind_name(ExplainedNode::Kind kind) {
  switch (kind) {
    case ExplainedNode::Kind::item: return "item";
    case ExplainedNode::Kind::all_of: return "all_of";
    case ExplainedNode::Kind::any_of: return "any_of";
    case ExplainedNode::Kind::negation: return "not";
  }
  return "item";
}

json::object value_json(const ExplainedValue& value, bool asked) {
  json::object out{{"op", value.op}, {"value", value.text}};
  if (value.ways > 1) out["ways"] = value.ways;
  if (asked) out["held"] = value.held;
  return out;
}

json::object node_json(const ExplainedNode& node, bool asked) {
  json::object out{{"node", kind_name(node.kind)}};
  if (!node.name.empty()) out["name"] = node.name;
  if (asked) out["held"] = node.held;
  if (node.kind != ExplainedNode::Kind::item) {
    json::array children;
    for (const ExplainedNode& child : node.children) children.push_back(node_json(child, asked));
    out["children"] = std::move(children);
    return out;
  }
  const bool keywords = node.field.empty();
  out["field"] = keywords ? json::value() : json::value(json::string(node.field));
  if (!keywords) out["places"] = texts(node.places);
  if (node.every) out["all"] = true;
  if (node.negated) out["negated"] = true;
  json::array wanted;
  for (const ExplainedValue& value : node.wanted) wanted.push_back(value_json(value, asked));
  out["wanted"] = std::move(wanted);
  out["wanted_total"] = node.wanted_total;
  if (asked && !keywords) {
    out["missing"] = node.missing;
    out["actual"] = texts(node.actual);
    if (node.actual_total > node.actual.size()) out["actual_total"] = node.actual_total;
  }
  return out;
}

json::array prefilter_json(const std::vector<ExplainedPrefilter>& from, bool asked) {
  json::array out;
  for (const ExplainedPrefilter& each : from) {
    json::array clauses;
    for (const ExplainedClause& clause : each.clauses) {
      json::object entry{{"literals", texts(clause.literals)}, {"total", clause.total}};
      if (asked) entry["found"] = texts(clause.found);
      clauses.push_back(std::move(entry));
    }
    out.push_back(json::object{{"formats", texts(each.formats)}, {"clauses", std::move(clauses)}});
  }
  return out;
}

json::array group_json(const std::vector<ExplainedGroupField>& from, bool asked) {
  json::array out;
  for (const ExplainedGroupField& field : from) {
    json::object entry{{"name", field.name}, {"places", texts(field.places)}};
    if (asked) entry["value"] = field.value ? json::value(json::string(*field.value)) : json::value();
    out.push_back(std::move(entry));
  }
  return out;
}

json::object source_json(const RuleLogSource& source) {
  json::object out;
  if (!source.product.empty()) out["product"] = source.product;
  if (!source.category.empty()) out["category"] = source.category;
  if (!source.service.empty()) out["service"] = source.service;
  return out;
}

void add_meta(const RuleMeta& meta, json::object& out) {
  out["id"] = meta.id;
  out["title"] = meta.title;
  const std::pair<std::string_view, const std::string&> texts_of[] = {
      {"title_zh", meta.title_zh},   {"description", meta.description}, {"description_zh", meta.description_zh},
      {"status", meta.status},       {"author", meta.author},           {"license", meta.license},
      {"category", meta.category}};
  for (const auto& [name, text] : texts_of) {
    if (!text.empty()) out[name] = text;
  }
  out["level"] = level_name(meta.level);
  out["file"] = meta.file;
  out["tags"] = texts(meta.tags);
  if (!meta.references.empty()) out["references"] = texts(meta.references);
}

void add_rule(const Explanation& from, json::object& out) {
  out["kind"] = "rule";
  out["logsource"] = source_json(from.source);
  if (from.asked && !from.format.empty()) {
    out["format"] = from.format;
    out["log_sources"] = texts(from.log_sources);
    out["applies"] = from.applies;
    out["passes_prefilter"] = from.passes_prefilter;
  }
  out["condition"] = node_json(from.condition, from.asked);
  out["prefilter"] = prefilter_json(from.prefilter, from.asked);
}

void add_correlation(const Explanation& from, json::object& out) {
  out["kind"] = "correlation";
  out["type"] = from.type;
  out["threshold"] = from.threshold;
  out["timespan_seconds"] = from.span_ns / 1'000'000'000;
  json::array slots;
  for (const Explanation::Slot& slot : from.slots) {
    slots.push_back(json::object{{"rule", explanation_json(slot.rule)},
                                 {"group_by", group_json(slot.group_by, from.asked)},
                                 {"values", group_json(slot.values, from.asked)}});
  }
  out["slots"] = std::move(slots);
}

}  // namespace

json::object explanation_json(const Explanation& explanation) {
  json::object out;
  add_meta(*explanation.meta, out);
  out["alerts"] = explanation.alerts;
  if (explanation.asked) out["matched"] = explanation.matched;
  if (explanation.correlation) {
    add_correlation(explanation, out);
  } else {
    add_rule(explanation, out);
  }
  return out;
}

}  // namespace vigil::sigma
