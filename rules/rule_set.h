#pragma once

#include <filesystem>
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
};

struct CompiledRules;

/// Sigma rules compiled once (Sigma 2.1; what is not supported yet is refused by name). Immutable and shared
/// between threads; a reload makes a new one.
class RuleSet {
 public:
  struct Text {
    std::string file, yaml;
  };
  /// Compiles the documents; one wrong rule is reported and left out, never the set.
  static std::shared_ptr<const RuleSet> compile(std::span<const Text> texts, std::vector<RuleProblem>& problems);
  /// Reads every *.yml and *.yaml below the paths (files or directories), in name order, and compiles them.
  static std::shared_ptr<const RuleSet> load(std::span<const std::filesystem::path> paths,
                                             std::vector<RuleProblem>& problems);

  explicit RuleSet(std::unique_ptr<const CompiledRules> compiled);
  ~RuleSet();
  const CompiledRules& compiled() const { return *compiled_; }
  std::size_t size() const;  ///< rules and correlations loaded
  std::vector<std::shared_ptr<const RuleMeta>> metas() const;

 private:
  std::unique_ptr<const CompiledRules> compiled_;
};

}  // namespace vigil
