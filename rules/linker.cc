#include "rules/linker.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "rules/condition.h"
#include "rules/document.h"
#include "rules/lint.h"

namespace vigil::sigma {
namespace {

/// Correlations of correlations of …; more is a mistake.
constexpr int kChainDepthMax = 10;

/// FNV-1a: tells versions of a rule apart. Not a defence against anybody.
class Fingerprint {
 public:
  void add(std::string_view text) {
    for (const char c : text) step(static_cast<unsigned char>(c));
    step(0xFF);  // no byte of UTF-8: "ab","c" differs from "a","bc"
  }
  void add(std::uint64_t number) {
    for (unsigned shift = 0; shift < 64; shift += 8) step(static_cast<unsigned char>(number >> shift));
  }
  void add(const YamlNode& node) {
    add(node.text);
    step(static_cast<unsigned char>(node.kind));
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (i < node.keys.size()) add(node.keys[i].text);
      add(node.items[i]);
    }
    step(0xFE);
  }
  std::uint64_t value() const { return value_; }

 private:
  void step(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001B3ULL; }
  std::uint64_t value_ = 0xCBF29CE484222325ULL;
};

class Linker {
 public:
  Linker(const RuleSetOptions& options, std::vector<RuleProblem>& problems)
      : options_(options), problems_(problems) {}

  void add(const RuleSet::Text& text) {
    int number = 0;
    for (auto& document : parse_yaml_stream(text.yaml)) {
      ++number;
      if (const auto* error = std::get_if<YamlError>(&document)) {
        refuse(text.file, {error->line, error->column, "not YAML: " + error->reason}, {});
      } else {
        add(text.file, number, std::get<YamlNode>(document));
      }
    }
  }

  std::unique_ptr<const CompiledRules> finish() {
    for (const FilterEntry& entry : filters_) apply(entry);
    link();
    silence();
    for (RuleEntry& entry : rules_) out_->rules.push_back(std::move(entry.rule));
    add_listeners(*out_);
    ItemNumbers numbers;
    for (Rule& rule : out_->rules) rule.expression.number_items(numbers);
    return std::move(out_);
  }

 private:
  struct RuleEntry {
    Rule rule;
    std::string file;
    std::uint64_t fingerprint = 0;
  };
  struct FilterEntry {
    Filter filter;
    std::string file;
    int line = 0, column = 0;
    std::uint64_t fingerprint = 0;
  };
  struct DraftEntry {
    CorrelationDraft draft;
    std::string file;
    int line = 0, column = 0;
    std::uint64_t fingerprint = 0;
    enum class State { waiting, under_way, done, refused } state = State::waiting;
    std::uint32_t index = 0;  ///< in out_->correlations, once done
    int depth = 0;
  };

  void report(const std::string& file, const CompileError& error, std::string_view rule, bool refused) {
    problems_.push_back({file, error.line, error.column, std::string(rule), error.reason, refused});
  }
  void refuse(const std::string& file, const CompileError& error, std::string_view rule) {
    report(file, error, rule, true);
  }

  void add(const std::string& file, int number, const YamlNode& document) {
    std::string label(document.text_of("title"));
    if (label.empty()) label = document.text_of("id");
    if (!document.is_mapping()) return refuse(file, error_at(document, "a rule must be a map"), label);
    const std::string id(document.text_of("id"));
    Fingerprint fingerprint;
    fingerprint.add(document);
    if (!id.empty()) {
      const auto [known, fresh] = ids_.try_emplace(id, Known{file, fingerprint.value()});
      // The same file reached by two paths is no mistake.
      if (!fresh && known->second.fingerprint == fingerprint.value()) return;
      if (!fresh) {
        return refuse(file, error_at(document, "the id is already taken by a rule in " + known->second.file), label);
      }
      const bool off = std::find(options_.disabled.begin(), options_.disabled.end(), id) != options_.disabled.end();
      if (off) return;
    }
    std::vector<CompileError> warnings;
    const auto failure = compile(file, number, document, warnings);
    for (const CompileError& warning : warnings) report(file, warning, label, false);
    if (failure) return refuse(file, *failure, label);
    if (!options_.lint) return;
    for (LintFinding& finding : lint_document(document)) {
      problems_.push_back({file, finding.line, finding.column, label, std::move(finding.reason), false, finding.info});
    }
  }

  std::optional<CompileError> compile(const std::string& file, int number, const YamlNode& document,
                                      std::vector<CompileError>& warnings) {
    if (document.find("correlation") != nullptr) {
      auto draft = read_correlation(document, file, warnings);
      if (!draft) return draft.error();
      Fingerprint fingerprint;
      fingerprint.add(document.text_of("id"));
      fingerprint.add(document.text_of("title"));
      fingerprint.add(*document.find("correlation"));
      DraftEntry entry{std::move(*draft), file, document.line, document.column, fingerprint.value(),
                       DraftEntry::State::waiting, 0, 0};
      name_if_nameless(*entry.draft.head.meta, file, number, &own_ids_);
      drafts_.push_back(std::move(entry));
      return std::nullopt;
    }
    if (document.find("filter") != nullptr) {
      auto filter = read_filter(document, options_, warnings);
      if (!filter) return filter.error();
      Fingerprint fingerprint;
      fingerprint.add(document);
      filters_.push_back({std::move(*filter), file, document.line, document.column, fingerprint.value()});
      return std::nullopt;
    }
    if (document.find("detection") == nullptr && document.find("title") != nullptr) {
      return error_at(document, "neither 'detection' nor 'correlation' nor 'filter' is there");
    }
    auto rule = compile_rule(document, file, options_, warnings);
    if (!rule) return rule.error();
    Fingerprint fingerprint;
    fingerprint.add(*document.find("logsource"));
    fingerprint.add(*document.find("detection"));
    auto meta = std::make_shared<RuleMeta>(*rule->meta);
    name_if_nameless(*meta, file, number, nullptr);
    rule->meta = std::move(meta);
    rules_.push_back({std::move(*rule), file, fingerprint.value()});
    return std::nullopt;
  }

  // What has no id is known by its file, so that cases and counters can still name it.
  void name_if_nameless(RuleMeta& meta, const std::string& file, int number, std::vector<std::string>* own) {
    if (own != nullptr) own->push_back(meta.id);
    if (!meta.id.empty()) return;
    meta.id = std::filesystem::path(file).filename().string();
    if (number > 1) meta.id += "#" + std::to_string(number);
  }

  void apply(const FilterEntry& entry) {
    const Filter& filter = entry.filter;
    bool used = false;
    for (RuleEntry& target : rules_) {
      const auto named = [&](const std::string& name) {
        return !name.empty() && (name == target.rule.id || name == target.rule.name || name == target.rule.meta->title);
      };
      if (!filter.source.covers(target.rule.source)) continue;
      if (!filter.any_rule && std::none_of(filter.rules.begin(), filter.rules.end(), named)) continue;
      if (const auto error = apply_filter(filter, target.rule, options_)) {
        return refuse(entry.file, *error, filter.title);
      }
      Fingerprint joined;
      joined.add(target.fingerprint);
      joined.add(entry.fingerprint);
      target.fingerprint = joined.value();
      used = true;
    }
    if (!used) {
      report(entry.file, {entry.line, entry.column, "the filter applies to none of the loaded rules"}, filter.title,
             false);
    }
  }

  void link() {
    for (std::size_t i = 0; i < drafts_.size(); ++i) link(i);
  }

  // Depth first, so that what a correlation refers to is there before it.
  bool link(std::size_t number) {
    DraftEntry& entry = drafts_[number];
    if (entry.state == DraftEntry::State::done) return true;
    if (entry.state == DraftEntry::State::refused) return false;
    if (entry.state == DraftEntry::State::under_way) return false;  // a circle; the caller says so
    entry.state = DraftEntry::State::under_way;
    const auto failure = link(entry, own_ids_[number]);
    entry.state = failure ? DraftEntry::State::refused : DraftEntry::State::done;
    if (failure) refuse(entry.file, *failure, entry.draft.head.meta->title);
    return !failure;
  }

  std::optional<CompileError> link(DraftEntry& entry, const std::string& own_id) {
    const CorrelationDraft& draft = entry.draft;
    Correlation made;
    made.meta = draft.head.meta;
    made.id = own_id;
    made.name = draft.head.name;
    made.type = draft.type;
    made.group_by = draft.group_by;
    made.span_ns = draft.span_ns;
    made.bounds = draft.bounds;
    made.percentile = draft.percentile;
    made.suppress_ns = draft.suppress_ns;
    made.own_suppress = draft.own_suppress;
    made.reset = draft.reset;
    made.learn_ns = draft.learn_ns;
    Fingerprint identity;
    identity.add(entry.fingerprint);
    identity.add(static_cast<std::uint64_t>(draft.suppress_ns));
    identity.add(static_cast<std::uint64_t>(draft.reset ? 1 : 0));
    identity.add(static_cast<std::uint64_t>(draft.learn_ns));
    for (const std::string& reference : draft.rules) {
      if (auto error = add_slot(entry, reference, made, identity)) return error;
    }
    made.identity = identity.value();
    if (!draft.expression.empty()) {
      if (auto error = add_expression(draft, made)) return error;
    }
    if (entry.depth > kChainDepthMax) return place(draft, "more than 10 correlations refer to each other in a row");
    entry.index = static_cast<std::uint32_t>(out_->correlations.size());
    out_->correlations.push_back(std::move(made));
    return std::nullopt;
  }

  static CompileError place(const CorrelationDraft& draft, std::string reason) {
    return {draft.rules_line, draft.rules_column, std::move(reason)};
  }

  std::optional<CompileError> add_slot(DraftEntry& entry, const std::string& reference, Correlation& made,
                                       Fingerprint& identity) {
    const CorrelationDraft& draft = entry.draft;
    const auto is_meant = [&](const std::string& id, const std::string& name) {
      return reference == id || reference == name;
    };
    std::vector<std::size_t> rules, correlations;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      if (is_meant(rules_[i].rule.id, rules_[i].rule.name)) rules.push_back(i);
    }
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      if (is_meant(own_ids_[i], drafts_[i].draft.head.name)) correlations.push_back(i);
    }
    if (rules.size() + correlations.size() > 1) {
      return place(draft, "'" + reference + "' is the name of several rules; use its id");
    }
    if (rules.empty() && correlations.empty()) {
      return place(draft, "it refers to '" + reference + "', which is not there or was refused");
    }
    Correlation::Slot slot;
    if (!rules.empty()) {
      const RuleEntry& target = rules_[rules.front()];
      slot.rule = {false, static_cast<std::uint32_t>(rules.front())};
      identity.add(target.fingerprint);
      name_fields(draft, target.rule.id, target.rule.name,
                  [&](const std::string& name) { return resolve_field(name, target.rule.source); }, slot);
    } else {
      DraftEntry& target = drafts_[correlations.front()];
      if (target.state == DraftEntry::State::under_way) {
        return place(draft, "it refers to itself through '" + reference + "'");
      }
      if (!link(correlations.front())) return place(draft, "it refers to '" + reference + "', which was refused");
      entry.depth = std::max(entry.depth, target.depth + 1);
      slot.rule = {true, target.index};
      identity.add(out_->correlations[target.index].identity);
      name_fields(draft, own_ids_[correlations.front()], target.draft.head.name,
                  [](const std::string& name) { return FieldName{name, {{name}}}; }, slot);
    }
    made.slots.push_back(std::move(slot));
    return std::nullopt;
  }

  template <class Resolve>
  static void name_fields(const CorrelationDraft& draft, const std::string& id, const std::string& name,
                          Resolve&& resolve, Correlation::Slot& slot) {
    const auto real_name = [&](const std::string& field) {
      const auto alias = draft.aliases.find(field);
      if (alias == draft.aliases.end()) return field;
      for (const std::string& rule : {name, id}) {
        if (const auto found = alias->second.find(rule); !rule.empty() && found != alias->second.end()) {
          return found->second;
        }
      }
      return field;
    };
    for (const std::string& field : draft.group_by) slot.group_by.push_back(resolve(real_name(field)));
    for (const std::string& field : draft.value_fields) slot.values.push_back(resolve(real_name(field)));
  }

  static std::optional<CompileError> add_expression(const CorrelationDraft& draft, Correlation& made) {
    Expression expression;
    std::vector<Selection> slots;
    for (const std::string& rule : draft.rules) slots.push_back({rule, expression.add_item(Item())});
    const auto root = compile_condition(draft.expression, slots, expression);
    if (!root) return CompileError{draft.condition_line, 1, "condition: " + root.error().reason};
    expression.set_root(*root);
    made.expression = std::move(expression);
    return std::nullopt;
  }

  // Without `generate: true` what a correlation listens to does not alert by itself.
  void silence() {
    for (const DraftEntry& entry : drafts_) {
      if (entry.state != DraftEntry::State::done || entry.draft.generate) continue;
      for (const Correlation::Slot& slot : out_->correlations[entry.index].slots) {
        if (slot.rule.correlation) {
          out_->correlations[slot.rule.index].alerts = false;
        } else {
          rules_[slot.rule.index].rule.alerts = false;
        }
      }
    }
  }

  struct Known {
    std::string file;
    std::uint64_t fingerprint = 0;
  };
  const RuleSetOptions& options_;
  std::vector<RuleProblem>& problems_;
  std::map<std::string, Known> ids_;
  std::vector<RuleEntry> rules_;
  std::vector<FilterEntry> filters_;
  std::vector<DraftEntry> drafts_;
  std::vector<std::string> own_ids_;  ///< by draft: the document's own id, perhaps empty
  std::unique_ptr<CompiledRules> out_ = std::make_unique<CompiledRules>();
};

}  // namespace

void add_listeners(CompiledRules& rules) {
  rules.rule_listeners.resize(rules.rules.size());
  rules.correlation_listeners.resize(rules.correlations.size());
  for (std::uint32_t c = 0; c < rules.correlations.size(); ++c) {
    const auto& slots = rules.correlations[c].slots;
    for (std::uint32_t s = 0; s < slots.size(); ++s) {
      auto& listeners = slots[s].rule.correlation ? rules.correlation_listeners : rules.rule_listeners;
      listeners[slots[s].rule.index].push_back({c, s});
    }
  }
}

std::unique_ptr<const CompiledRules> link_rules(std::span<const RuleSet::Text> texts, const RuleSetOptions& options,
                                                std::vector<RuleProblem>& problems) {
  Linker linker(options, problems);
  for (const RuleSet::Text& text : texts) linker.add(text);
  return linker.finish();
}

}  // namespace vigil::sigma
