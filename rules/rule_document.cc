#include <algorithm>
#include <array>

#include "rules/case_fold.h"
#include "rules/condition.h"
#include "rules/document.h"

namespace vigil::sigma {
namespace {

/// Longest name of a selection; longer ones are a mistake or an attack on the condition's cost.
constexpr std::size_t kNameBytesMax = 256;

Result<RuleLogSource, CompileError> read_log_source(const YamlNode& document) {
  const YamlNode* node = document.find("logsource");
  if (node == nullptr) return error_at(document, "'logsource' is missing");
  if (!node->is_mapping()) return error_at(*node, "'logsource' must be a map of product, category, service");
  RuleLogSource source;
  const std::array<std::pair<std::string_view, std::string*>, 3> parts = {
      {{"product", &source.product}, {"category", &source.category}, {"service", &source.service}}};
  for (const auto& [name, value] : parts) {
    const YamlNode* part = node->find(name);
    if (part == nullptr || part->is_null()) continue;
    if (!part->is_scalar()) return error_at(*part, "'" + std::string(name) + "' must be one word");
    *value = folded(part->text);
    std::replace(value->begin(), value->end(), ' ', '_');
  }
  return source;
}

/// Compiles selections, then the condition, into one expression.
class DetectionCompiler {
 public:
  DetectionCompiler(const RuleLogSource& source, const Placeholders& placeholders, Expression& expression)
      : source_(source), placeholders_(placeholders), expression_(expression) {}

  std::optional<CompileError> add_selections(const YamlNode& detection, std::initializer_list<std::string_view> but) {
    for (std::size_t i = 0; i < detection.keys.size(); ++i) {
      const YamlNode& key = detection.keys[i];
      if (std::find(but.begin(), but.end(), key.text) != but.end()) continue;
      if (key.text.size() > kNameBytesMax) return error_at(key, "a selection's name is longer than 256 bytes");
      const auto node = compile_selection(detection.items[i]);
      if (!node) return node.error();
      selections_.push_back({key.text, *node});
      expression_.label(*node, key.text);
    }
    if (selections_.empty()) return error_at(detection, "there is no selection beside 'condition'");
    return std::nullopt;
  }

  using Compiled = Result<Expression::Index, CompileError>;

  Compiled add_condition(const YamlNode& detection) {
    const YamlNode* condition = detection.find("condition");
    if (condition == nullptr) return error_at(detection, "'condition' is missing");
    std::vector<const YamlNode*> list = {condition};
    if (condition->is_sequence()) {
      list.clear();
      for (const YamlNode& item : condition->items) list.push_back(&item);
    }
    if (list.empty()) return error_at(*condition, "the list of conditions is empty");
    std::vector<Expression::Index> nodes;
    for (const YamlNode* item : list) {
      if (!item->is_scalar()) return error_at(*item, "a condition must be text");
      const auto node = compile_condition(item->text, selections_, expression_);
      if (!node) {
        // The offset is a column only where the text stands on the key's line, unfolded.
        const int shift = item->plain ? static_cast<int>(node.error().offset) : 0;
        return CompileError{item->line, item->column + shift, "condition: " + node.error().reason};
      }
      nodes.push_back(*node);
    }
    return expression_.add(Expression::Op::any_of, std::move(nodes));
  }

 private:

  Compiled compile_selection(const YamlNode& selection) {
    if (selection.is_mapping()) return compile_map(selection);
    if (selection.is_sequence()) return compile_list(selection);
    return compile_keywords("", selection, selection);
  }

  Compiled compile_map(const YamlNode& map) {
    if (map.keys.empty()) return error_at(map, "a selection is empty");
    std::vector<Expression::Index> nodes;
    for (std::size_t i = 0; i < map.keys.size(); ++i) {
      auto item = compile_item(map.keys[i].text, map.keys[i], map.items[i], source_, placeholders_);
      if (!item) return item.error();
      nodes.push_back(expression_.add_item(std::move(*item)));
    }
    return expression_.add(Expression::Op::all_of, std::move(nodes));
  }

  // A list of maps is an OR of them, a list of words an OR of keywords; both may be mixed.
  Compiled compile_list(const YamlNode& list) {
    if (list.items.empty()) return error_at(list, "a selection is empty");
    const bool only_words = std::all_of(list.items.begin(), list.items.end(),
                                        [](const YamlNode& item) { return item.is_scalar(); });
    if (only_words) return compile_keywords("", list, list);
    std::vector<Expression::Index> nodes;
    for (const YamlNode& item : list.items) {
      if (item.is_sequence()) return error_at(item, "a list within a list is not a selection");
      const Compiled node = item.is_mapping() ? compile_map(item) : compile_keywords("", item, item);
      if (!node) return node.error();
      nodes.push_back(*node);
    }
    return expression_.add(Expression::Op::any_of, std::move(nodes));
  }

  Compiled compile_keywords(std::string_view spec, const YamlNode& where, const YamlNode& values) {
    auto item = compile_item(spec, where, values, source_, placeholders_);
    if (!item) return item.error();
    return expression_.add_item(std::move(*item));
  }

  const RuleLogSource& source_;
  const Placeholders& placeholders_;
  Expression& expression_;
  std::vector<Selection> selections_;
};

}  // namespace

Result<Rule, CompileError> compile_rule(const YamlNode& document, const std::string& file,
                                        const Placeholders& placeholders, std::vector<CompileError>& warnings) {
  auto head = read_head(document, file, warnings);
  if (!head) return head.error();
  const std::string_view status = document.text_of("status");
  if (status == "deprecated" || status == "unsupported") {
    return error_at(*document.find("status"), "its status is '" + std::string(status) + "': not loaded");
  }
  if (const YamlNode* taxonomy = document.find("taxonomy"); taxonomy != nullptr && taxonomy->text != "sigma") {
    return error_at(*taxonomy, "unknown taxonomy '" + taxonomy->text + "'; only 'sigma' is mapped to our fields");
  }
  auto source = read_log_source(document);
  if (!source) return source.error();
  const YamlNode* detection = document.find("detection");
  if (detection == nullptr) return error_at(document, "'detection' is missing");
  if (!detection->is_mapping()) return error_at(*detection, "'detection' must be a map of selections");
  if (const YamlNode* timeframe = detection->find("timeframe")) {
    warnings.push_back(error_at(*timeframe, "'timeframe' is obsolete and does nothing; write a correlation document"));
  }

  Rule rule;
  rule.meta = head->meta;
  rule.id = head->meta->id;
  rule.name = head->name;
  rule.source = std::move(*source);
  DetectionCompiler compiler(rule.source, placeholders, rule.expression);
  if (auto error = compiler.add_selections(*detection, {"condition", "timeframe"})) return *error;
  const auto root = compiler.add_condition(*detection);
  if (!root) return root.error();
  rule.expression.set_root(*root);
  return rule;
}

Result<Filter, CompileError> read_filter(const YamlNode& document, std::vector<CompileError>& warnings) {
  Filter filter;
  filter.title = document.text_of("title");
  if (filter.title.empty()) return error_at(document, "'title' is missing");
  if (document.find("logsource") != nullptr) {
    auto source = read_log_source(document);
    if (!source) return source.error();
    filter.source = std::move(*source);
  }
  const YamlNode& body = *document.find("filter");
  if (!body.is_mapping()) return error_at(body, "'filter' must be a map");
  const YamlNode* rules = body.find("rules");
  if (rules == nullptr) return error_at(body, "'rules' is missing: the ids a filter applies to, or 'any'");
  if (rules->is_sequence()) {
    for (const YamlNode& rule : rules->items) filter.rules.push_back(rule.text);
    filter.any_rule = filter.rules.empty();
  } else if (rules->text == "any") {
    filter.any_rule = true;
  } else {
    filter.rules.push_back(rules->text);
  }
  const YamlNode* condition = body.find("condition");
  if (condition == nullptr || !condition->is_scalar()) return error_at(body, "a filter needs one 'condition'");
  if (condition->text.find("not") == std::string::npos) {
    warnings.push_back(error_at(*condition,
                                "the filter's condition has no 'not': its rules now match ONLY what it selects"));
  }
  // Compiled once here for its mistakes, then again for each rule it applies to.
  Expression trial;
  const Placeholders none;
  DetectionCompiler compiler(filter.source, none, trial);
  if (auto error = compiler.add_selections(body, {"condition", "rules"})) return *error;
  if (const auto root = compiler.add_condition(body); !root) return root.error();
  filter.document = body;
  return filter;
}

std::optional<CompileError> apply_filter(const Filter& filter, Rule& rule, const Placeholders& placeholders) {
  Expression extra;
  DetectionCompiler compiler(rule.source, placeholders, extra);
  if (auto error = compiler.add_selections(filter.document, {"condition", "rules"})) return error;
  const auto root = compiler.add_condition(filter.document);
  if (!root) return root.error();
  extra.set_root(*root);
  const Expression::Index before = rule.expression.root();
  const Expression::Index added = rule.expression.absorb(extra);
  rule.expression.label(added, "filter: " + filter.title);
  rule.expression.set_root(rule.expression.add(Expression::Op::all_of, {before, added}));
  return std::nullopt;
}

}  // namespace vigil::sigma
