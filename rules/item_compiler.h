#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/result.h"
#include "rules/expression.h"
#include "rules/field_names.h"
#include "rules/yaml_tree.h"

namespace vigil::sigma {

/// Why a piece of a rule cannot be compiled, and where it stands.
struct CompileError {
  int line = 0, column = 0;
  std::string reason;
};
inline CompileError error_at(const YamlNode& node, std::string reason) {
  return {node.line, node.column, std::move(reason)};
}

/// Values for `|expand`: %Workstations% -> its list.
using Placeholders = std::map<std::string, std::vector<std::string>, std::less<>>;

/// What a site adds to a rule's text: values of placeholders, and other names of fields.
struct SiteWords {
  const Placeholders* placeholders = nullptr;
  const std::map<std::string, std::vector<std::string>, std::less<>>* fields = nullptr;
};

/// resolve_field(), after the site's own names.
FieldName resolve_site_field(std::string_view name, const RuleLogSource& source, const SiteWords& words);

/// Compiles `field|modifier|…: value(s)`. `spec` is the key as written (empty or "|all" for keywords).
///
/// Modifiers apply in written order. Whatever is unknown or makes no sense is an error by name.
Result<Item, CompileError> compile_item(std::string_view spec, const YamlNode& where, const YamlNode& values,
                                        const RuleLogSource& source, const SiteWords& words);

}  // namespace vigil::sigma
