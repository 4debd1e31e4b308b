#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rules/compiled.h"
#include "rules/item_compiler.h"
#include "rules/rule_set.h"
#include "rules/yaml_tree.h"

namespace vigil::sigma {

/// What every kind of document says about itself: title, id, level, tags and our own `vigil:` section.
/// Doubtful things become warnings.
struct DocumentHead {
  std::shared_ptr<RuleMeta> meta;  ///< its id is empty where the document has none
  std::string name;
};
Result<DocumentHead, CompileError> read_head(const YamlNode& document, const std::string& file,
                                             std::vector<CompileError>& warnings);

/// A document with `detection`. `options` has what the site adds: placeholders and pipelines.
Result<Rule, CompileError> compile_rule(const YamlNode& document, const std::string& file, const RuleSetOptions& options,
                                        std::vector<CompileError>& warnings);

/// A document with `filter`: a condition that is ANDed to the rules it names, as written.
struct Filter {
  std::string title;
  RuleLogSource source;
  bool any_rule = false;
  std::vector<std::string> rules;  ///< ids, names or titles
  YamlNode document;               ///< selections are compiled for each rule, whose log source names the fields
};
Result<Filter, CompileError> read_filter(const YamlNode& document, const RuleSetOptions& options,
                                         std::vector<CompileError>& warnings);
/// The rule's expression with the filter's condition.
std::optional<CompileError> apply_filter(const Filter& filter, Rule& rule, const RuleSetOptions& options);

/// A document with `correlation`, before its references are looked up.
struct CorrelationDraft {
  DocumentHead head;
  Correlation::Type type = Correlation::Type::event_count;
  std::vector<std::string> rules;
  int rules_line = 0, rules_column = 0;
  std::vector<std::string> group_by;
  /// alias -> (rule -> field)
  std::map<std::string, std::map<std::string, std::string>> aliases;
  std::vector<std::string> value_fields;
  std::int64_t span_ns = 0;
  std::vector<Correlation::Bound> bounds;
  std::string expression;  ///< the condition as text, for temporal types
  int condition_line = 0;
  double percentile = 50;
  std::int64_t suppress_ns = 0;
  bool own_suppress = false;
  std::int64_t learn_ns = 0;
  bool reset = false;
  bool generate = false;
};
Result<CorrelationDraft, CompileError> read_correlation(const YamlNode& document, const std::string& file,
                                                        std::vector<CompileError>& warnings);

}  // namespace vigil::sigma
