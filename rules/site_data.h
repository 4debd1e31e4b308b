#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/field_names.h"
#include "rules/rule_set.h"
#include "rules/yaml_tree.h"

namespace vigil {

/// How rules of another taxonomy are read as ours, as data. One file, one pipeline:
///
///   name: winlogbeat
///   taxonomy: ecs                         rules that say `taxonomy: ecs`; without it, all rules that say nothing or sigma
///   field_map: {process.name: Image, user: [user.name, source.user.name]}   several: a value of any of them will do
///   logsource_map: [{from: {category: process}, to: {product: windows, category: process_creation}}]
///   add_condition: [{logsource: {product: windows}, selection: {Channel: Security}}]   ANDed to those rules
///   placeholders: {Servers: [srv1, srv2]}
struct Pipeline {
  struct SourceChange {
    sigma::RuleLogSource from, to;
  };
  struct Condition {
    sigma::RuleLogSource source;
    sigma::YamlNode selection;
  };
  std::string name, taxonomy;
  std::map<std::string, std::vector<std::string>, std::less<>> fields;
  std::vector<SourceChange> sources;
  std::vector<Condition> conditions;
  std::map<std::string, std::vector<std::string>, std::less<>> placeholders;
};

/// Reads one pipeline. Mistakes are appended with their place; nothing is returned then.
std::shared_ptr<const Pipeline> read_pipeline(std::string_view yaml, const std::string& file,
                                              std::vector<RuleProblem>& problems);

/// Reads `Name: value` and `Name: [value, …]`, as `vigil rules match --placeholders FILE.yml` takes them, into `out`.
/// `%Name%` and `Name` are the same. False if there was a mistake, which is appended.
bool read_placeholders(std::string_view yaml, const std::string& file,
                       std::map<std::string, std::vector<std::string>, std::less<>>& out,
                       std::vector<RuleProblem>& problems);

/// Reads a whole small file (up to 4 MiB). False: cannot be read, appended.
bool read_site_file(const std::filesystem::path& path, std::string& text, std::vector<RuleProblem>& problems);

}  // namespace vigil
