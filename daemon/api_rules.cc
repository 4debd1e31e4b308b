// Which rules are in force, and reading them again.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/api.h"
#include "daemon/api_support.h"

namespace vigil {

namespace json = boost::json;

namespace {

json::array problem_rows(const std::vector<RuleProblem>& problems) {
  json::array rows;
  for (const RuleProblem& problem : problems) {
    rows.push_back(json::object{{"file", problem.file},
                                {"line", problem.line},
                                {"column", problem.column},
                                {"rule", problem.rule},
                                {"reason", problem.reason},
                                {"refused", problem.refused}});
  }
  return rows;
}

json::array id_list(const std::vector<std::string>& ids) {
  json::array list;
  for (const std::string& id : ids) list.push_back(json::string(id));
  return list;
}

}  // namespace

void Api::rules(const HttpRequest&, HttpAnswer& answer) {
  const RuleKeeper::State state = parts_.rules.state();
  json::array rows;
  for (const auto& meta : state.rules->metas()) {
    rows.push_back(json::object{{"id", meta->id},
                                {"title", meta->title},
                                {"title_zh", meta->title_zh},
                                {"level", level_name(meta->level)},
                                {"file", meta->file},
                                {"tags", id_list(meta->tags)}});
  }
  json::object out{{"rules", std::move(rows)},
                   {"problems", problem_rows(state.problems)},
                   {"loaded_at", iso_time(state.loaded_ns, zone_now())}};
  if (!state.failure.empty()) out["failure"] = state.failure;
  answer.reply(200, kJson, json::serialize(out) + "\n");
}

void Api::reload_rules(const HttpRequest&, HttpAnswer& answer) {
  const auto report = parts_.rules.reload();
  if (!report) {
    return reply_error(answer, 409, "rules_kept",
                       report.error() + "; the rules of before stay in force. Mend it and reload again",
                       "未載入，沿用先前的規則；請修正後再試");
  }
  const json::object out{{"loaded", report->loaded},
                         {"refused", report->refused},
                         {"added", id_list(report->added)},
                         {"removed", id_list(report->removed)},
                         {"restarted", id_list(report->restarted)},
                         {"problems", problem_rows(parts_.rules.state().problems)}};
  answer.reply(200, kJson, json::serialize(out) + "\n");
}

}  // namespace vigil
