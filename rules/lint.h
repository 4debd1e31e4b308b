#pragma once

#include <string>
#include <vector>

#include "rules/yaml_tree.h"

namespace vigil::sigma {

/// Something legal that is seldom meant.
struct LintFinding {
  int line = 0, column = 0;
  std::string reason;
  bool info = false;  ///< a remark; else a warning
};

/// Looks at one document (rule, correlation or filter) that loads: what detection engines disagree about, what means
/// something other than it looks like, what can never match here. For `vigil rules check`.
std::vector<LintFinding> lint_document(const YamlNode& document);

}  // namespace vigil::sigma
