#include <algorithm>
#include <array>
#include <cctype>

#include "rules/case_fold.h"
#include "rules/condition.h"
#include "rules/document.h"
#include "rules/site_data.h"

namespace vigil::sigma {
namespace {

/// Longest name of a selection; longer ones are a mistake or an attack on the condition's cost.
constexpr std::size_t kNameBytesMax = 256;
/// Regular expressions of one rule: each may take 2 MiB and some milliseconds to compile. SigmaHQ's rules have up to 30.
constexpr std::size_t kRegexesMax = 256;

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
  DetectionCompiler(const RuleLogSource& source, const SiteWords& words, Expression& expression)
      : source_(source), words_(words), expression_(expression) {}

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

  /// A map of fields that a pipeline adds.
  Compiled add_map(const YamlNode& map) { return compile_map(map); }

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
      auto item = compile_item(map.keys[i].text, map.keys[i], map.items[i], source_, words_);
      if (!item) return item.error();
      if (auto error = count_regexes(*item, map.keys[i])) return *error;
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
    auto item = compile_item(spec, where, values, source_, words_);
    if (!item) return item.error();
    if (auto error = count_regexes(*item, where)) return *error;
    return expression_.add_item(std::move(*item));
  }

  std::optional<CompileError> count_regexes(const Item& item, const YamlNode& where) {
    if (!item.values.empty() && item.values.front().front().kind == ValueTest::Kind::regex) regexes_ += item.values.size();
    if (regexes_ <= kRegexesMax) return std::nullopt;
    return error_at(where, "more than 256 regular expressions in one rule");
  }

  const RuleLogSource& source_;
  const SiteWords& words_;
  Expression& expression_;
  std::vector<Selection> selections_;
  std::size_t regexes_ = 0;
};

/// The pipelines for rules of one taxonomy, taken together: a later one wins.
class SiteAdditions {
 public:
  SiteAdditions(const RuleSetOptions& options, std::string_view taxonomy) : placeholders_(options.placeholders) {
    for (const auto& pipeline : options.pipelines) {
      const std::string_view wanted = pipeline->taxonomy.empty() ? "sigma" : std::string_view(pipeline->taxonomy);
      if (wanted != taxonomy) continue;
      found_ = true;
      for (const auto& [name, fields] : pipeline->fields) fields_[name] = fields;
      for (const auto& [name, values] : pipeline->placeholders) placeholders_.try_emplace(name, values);
      pipelines_.push_back(pipeline.get());
    }
  }
  bool found() const { return found_; }
  SiteWords words() const { return {&placeholders_, fields_.empty() ? nullptr : &fields_}; }

  void change(RuleLogSource& source) const {
    for (const Pipeline* pipeline : pipelines_) {
      for (const auto& [from, to] : pipeline->sources) {
        if (!from.covers(source)) continue;
        source = to;
        break;
      }
    }
  }
  template <class Add>
  void each_condition(const RuleLogSource& source, Add&& add) const {
    for (const Pipeline* pipeline : pipelines_) {
      for (const Pipeline::Condition& condition : pipeline->conditions) {
        if (condition.source.covers(source)) add(condition.selection);
      }
    }
  }

 private:
  Placeholders placeholders_;
  std::map<std::string, std::vector<std::string>, std::less<>> fields_;
  std::vector<const Pipeline*> pipelines_;
  bool found_ = false;
};

/// Whether the condition says `not` anywhere.
bool has_not(std::string_view condition) {
  for (std::size_t at = condition.find("not"); at != std::string_view::npos; at = condition.find("not", at + 3)) {
    const auto is_word = [&](std::size_t i) {
      return i < condition.size() && (std::isalnum(static_cast<unsigned char>(condition[i])) != 0 || condition[i] == '_' ||
                                      condition[i] == '-' || condition[i] == '*');
    };
    if ((at == 0 || !is_word(at - 1)) && !is_word(at + 3)) return true;
  }
  return false;
}

}  // namespace

Result<Rule, CompileError> compile_rule(const YamlNode& document, const std::string& file, const RuleSetOptions& options,
                                        std::vector<CompileError>& warnings) {
  auto head = read_head(document, file, warnings);
  if (!head) return head.error();
  const std::string_view status = document.text_of("status");
  if (!options.deprecated && (status == "deprecated" || status == "unsupported")) {
    return error_at(*document.find("status"), "its status is '" + std::string(status) + "': not loaded");
  }
  const YamlNode* const taxonomy = document.find("taxonomy");
  const bool foreign = taxonomy != nullptr && !taxonomy->is_null() && taxonomy->text != "sigma";
  const SiteAdditions site(options, foreign ? std::string_view(taxonomy->text) : "sigma");
  if (foreign && !site.found()) {
    return error_at(*taxonomy, "unknown taxonomy '" + taxonomy->text +
                                   "'; only 'sigma' is mapped to our fields (rules: pipelines maps others)");
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
  site.change(rule.source);
  const SiteWords words = site.words();
  DetectionCompiler compiler(rule.source, words, rule.expression);
  if (auto error = compiler.add_selections(*detection, {"condition", "timeframe"})) return *error;
  const auto root = compiler.add_condition(*detection);
  if (!root) return root.error();
  std::vector<Expression::Index> parts = {*root};
  std::optional<CompileError> failure;
  site.each_condition(rule.source, [&](const YamlNode& selection) {
    const auto added = compiler.add_map(selection);
    if (added) {
      parts.push_back(*added);
    } else if (!failure) {
      failure = error_at(document, "a pipeline's add_condition: " + added.error().reason);
    }
  });
  if (failure) return *failure;
  rule.expression.set_root(rule.expression.add(Expression::Op::all_of, std::move(parts)));
  return rule;
}

Result<Filter, CompileError> read_filter(const YamlNode& document, const RuleSetOptions& options,
                                         std::vector<CompileError>& warnings) {
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
  if (!has_not(condition->text)) {
    warnings.push_back(error_at(*condition,
                                "the filter's condition has no 'not': its rules now match ONLY what it selects"));
  }
  // Compiled once here for its mistakes, then again for each rule it applies to.
  Expression trial;
  const SiteAdditions site(options, "sigma");
  const SiteWords words = site.words();
  DetectionCompiler compiler(filter.source, words, trial);
  if (auto error = compiler.add_selections(body, {"condition", "rules"})) return *error;
  if (const auto root = compiler.add_condition(body); !root) return root.error();
  filter.document = body;
  return filter;
}

std::optional<CompileError> apply_filter(const Filter& filter, Rule& rule, const RuleSetOptions& options) {
  Expression extra;
  const SiteAdditions site(options, "sigma");
  const SiteWords words = site.words();
  DetectionCompiler compiler(rule.source, words, extra);
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
