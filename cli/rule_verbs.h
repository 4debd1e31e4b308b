#pragma once

#include <vector>

#include "cli/args.h"
#include "cli/session.h"

namespace vigil::cli {

// The verbs of `vigil rules` beside check, match and list; each has a file of its own.
void add_rule_list_verb(std::vector<Verb>& out);
void add_rule_switch_verbs(std::vector<Verb>& out);
void add_rule_explain_verb(std::vector<Verb>& out);
void add_rule_coverage_verb(std::vector<Verb>& out);
void add_rule_backtest_verb(std::vector<Verb>& out);
void add_rule_pin_verbs(std::vector<Verb>& out);

}  // namespace vigil::cli
