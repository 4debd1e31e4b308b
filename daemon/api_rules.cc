// Which rules are in force, and reading them again.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/api.h"
#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "rules/compiled.h"
#include "rules/rule_explain.h"

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

json::object meta_row(const RuleMeta& meta) {
  return {{"id", meta.id},
          {"title", meta.title},
          {"title_zh", meta.title_zh},
          {"level", level_name(meta.level)},
          {"status", meta.status},
          {"file", meta.file},
          {"author", meta.author},
          {"license", meta.license},
          {"tags", id_list(meta.tags)}};
}

json::object refused_row(const RuleProblem& problem) {
  return {{"id", ""},
          {"title", problem.rule},
          {"title_zh", ""},
          {"state", "refused"},
          {"reason", problem.reason},
          {"file", problem.file},
          {"line", problem.line},
          {"tags", json::array()}};
}

}  // namespace

/// Whether it is on, and how often it has fired.
void Api::add_standing(const std::string& id, std::int64_t now_ns, json::object& row) const {
  const auto off = parts_.switches.find(id, now_ns);
  row["state"] = off ? "off" : "on";
  if (off) {
    json::object given{{"who", off->who}, {"reason", off->reason}, {"since", iso_time(off->since_ns, zone_now())}};
    if (off->until_ns != 0) given["until"] = iso_time(off->until_ns, zone_now());
    row["off"] = std::move(given);
  }
  const RuleCount count = parts_.ledger.find(id).value_or(RuleCount());
  row["fired"] = count.total;
  row["fired_24h"] = count.within_day(now_ns);
  if (count.last_ns != 0) row["last_fired"] = iso_time(count.last_ns, zone_now());
  if (count.withheld != 0) row["withheld"] = count.withheld;
}

void Api::rules(const HttpRequest&, HttpAnswer& answer) {
  const RuleKeeper::State state = parts_.rules.state();
  json::array rows;
  const std::int64_t now = wall_clock_ns();
  const CompiledRules& compiled = state.rules->compiled();
  for (const sigma::Rule& rule : compiled.rules) {
    json::object row = meta_row(*rule.meta);
    row["kind"] = "rule";
    row["logsource"] = sigma::source_text(rule.source.product, rule.source.category, rule.source.service);
    row["alerts"] = rule.alerts;
    add_standing(rule.meta->id, now, row);
    rows.push_back(std::move(row));
  }
  for (const sigma::Correlation& correlation : compiled.correlations) {
    json::object row = meta_row(*correlation.meta);
    row["kind"] = "correlation";
    row["logsource"] = "";
    row["alerts"] = correlation.alerts;
    add_standing(correlation.meta->id, now, row);
    rows.push_back(std::move(row));
  }
  for (const RuleProblem& problem : state.problems) {
    if (problem.refused) rows.push_back(refused_row(problem));
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
