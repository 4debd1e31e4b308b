#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/detection.h"

namespace vigil {

/// Why a rule was refused (or is doubtful): each names the file, the line and the reason.
struct RuleProblem {
  std::string file;
  int line = 0, column = 0;
  std::string rule;    ///< its title or id, if it got that far
  std::string reason;  ///< with what to do about it
  bool refused = true; ///< false: a warning; the rule is loaded
  bool info = false;   ///< no more than a remark (lint)
};

struct CompiledRules;
struct Pipeline;

/// What a site adds to its rules.
struct RuleSetOptions {
  /// Values of placeholders like %Workstations% for rules with `|expand`. One without values refuses its rule.
  std::map<std::string, std::vector<std::string>, std::less<>> placeholders;
  std::vector<std::string> disabled;  ///< ids of rules that are left out
  /// For rules of other taxonomies, and for what a site calls its fields otherwise (site_data.h).
  std::vector<std::shared_ptr<const Pipeline>> pipelines;
  bool deprecated = false;  ///< loads rules whose status is deprecated or unsupported, too
  bool lint = false;        ///< looks for what is legal and seldom meant, too (lint.h)
};

/// Sigma rules compiled once (Sigma 2.1). Immutable and shared between threads; a reload makes a new one.
class RuleSet {
 public:
  struct Text {
    std::string file, yaml;
  };
  /// The text of every *.yml and *.yaml below the paths (files or directories), in name order; and of the pack built in.
  static std::vector<Text> read(std::span<const std::filesystem::path> paths, std::vector<RuleProblem>& problems);
  static std::vector<Text> builtin_texts();

  /// Compiles the documents; one wrong rule is reported and left out, never the set.
  static std::shared_ptr<const RuleSet> compile(std::span<const Text> texts, std::vector<RuleProblem>& problems,
                                                const RuleSetOptions& options = {});
  /// Reads and compiles them.
  static std::shared_ptr<const RuleSet> load(std::span<const std::filesystem::path> paths,
                                             std::vector<RuleProblem>& problems, const RuleSetOptions& options = {});
  /// The pack built into the program (rules/pack).
  static std::shared_ptr<const RuleSet> load_builtin(std::vector<RuleProblem>& problems,
                                                     const RuleSetOptions& options = {});

  explicit RuleSet(std::unique_ptr<const CompiledRules> compiled);
  ~RuleSet();
  const CompiledRules& compiled() const { return *compiled_; }
  std::size_t size() const;  ///< rules and correlations loaded
  std::vector<std::shared_ptr<const RuleMeta>> metas() const;

 private:
  std::unique_ptr<const CompiledRules> compiled_;
};

}  // namespace vigil
