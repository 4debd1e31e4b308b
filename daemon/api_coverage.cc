// Which rules can fire on what is received, which cannot and why, and what would let most of them.

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>

#include "daemon/api.h"
#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "rules/compiled.h"
#include "rules/rule_coverage.h"
#include "rules/rule_explain.h"

namespace vigil {

namespace json = boost::json;

namespace {

constexpr std::int64_t kDaysLookedAt = 30;

/// ATT&CK's tactics, in the order of an attack, as tags name them (older rules with underscores).
constexpr std::pair<std::string_view, std::string_view> kTactics[] = {
    {"reconnaissance", "偵察"},        {"resource-development", "資源開發"}, {"initial-access", "初始存取"},
    {"execution", "執行"},             {"persistence", "持續潛伏"},          {"privilege-escalation", "權限提升"},
    {"defense-evasion", "防禦規避"},   {"credential-access", "憑證存取"},    {"discovery", "探索"},
    {"lateral-movement", "橫向移動"},  {"collection", "蒐集"},               {"command-and-control", "命令與控制"},
    {"exfiltration", "資料外洩"},      {"impact", "衝擊"}};

struct Sum {
  std::uint64_t rules = 0, can = 0, fired = 0;
  void add(bool able, bool has_fired) {
    ++rules;
    can += able ? 1 : 0;
    fired += has_fired ? 1 : 0;
  }
  json::object to_json() const { return {{"rules", rules}, {"can", can}, {"fired", fired}}; }
};

struct Gain {
  sigma::CoverageGain what;
  std::uint64_t rules = 0, high = 0;
};

/// "t1059.001" of "attack.t1059.001"; empty for what is no technique.
std::string technique_of(std::string_view tag) {
  constexpr std::string_view kPrefix = "attack.t";
  if (!tag.starts_with(kPrefix) || tag.size() == kPrefix.size()) return {};
  const std::string_view number = tag.substr(kPrefix.size());
  if (number.find_first_not_of("0123456789.") != std::string_view::npos) return {};
  return "T" + std::string(number);
}

std::string tactic_of(std::string_view tag) {
  if (!tag.starts_with("attack.")) return {};
  std::string name(tag.substr(7));
  std::replace(name.begin(), name.end(), '_', '-');
  const bool known = std::any_of(std::begin(kTactics), std::end(kTactics), [&](const auto& each) { return each.first == name; });
  return known ? name : std::string();
}

/// Everything that is summed up while rules are gone through.
struct Summary {
  Sum all;
  std::map<std::string, Sum> tactics, techniques, sources, states;
  std::map<std::string, Gain> gains;

  void add(const RuleMeta& meta, const std::string& source, const sigma::RuleCoverage& coverage, bool able, bool fired) {
    all.add(able, fired);
    sources[source.empty() ? "any" : source].add(able, fired);
    states[std::string(able ? "can" : sigma::coverage_name(coverage.state))].add(able, fired);
    for (const std::string& tag : meta.tags) {
      if (const std::string tactic = tactic_of(tag); !tactic.empty()) tactics[tactic].add(able, fired);
      if (const std::string technique = technique_of(tag); !technique.empty()) techniques[technique].add(able, fired);
    }
    if (able || coverage.state == sigma::RuleCoverage::State::no_parser) return;
    sigma::CoverageGain what = sigma::gain_of(coverage);
    Gain& gain = gains[what.id];
    gain.what = std::move(what);
    ++gain.rules;
    if (meta.level >= Level::high) ++gain.high;
  }
};

json::array tactic_rows(const std::map<std::string, Sum>& tactics) {
  json::array rows;
  for (const auto& [name, name_zh] : kTactics) {
    const auto found = tactics.find(std::string(name));
    json::object row{{"tactic", name}, {"tactic_zh", name_zh}};
    for (auto& [key, value] : (found == tactics.end() ? Sum() : found->second).to_json()) row[key] = std::move(value);
    rows.push_back(std::move(row));
  }
  return rows;
}

json::array sum_rows(const std::map<std::string, Sum>& sums, std::string_view key) {
  json::array rows;
  for (const auto& [name, sum] : sums) {
    json::object row{{key, name}};
    for (auto& [word, value] : sum.to_json()) row[word] = std::move(value);
    rows.push_back(std::move(row));
  }
  return rows;
}

json::array gain_rows(const std::map<std::string, Gain>& gains) {
  std::vector<const Gain*> order;
  for (const auto& [id, gain] : gains) order.push_back(&gain);
  std::stable_sort(order.begin(), order.end(), [](const Gain* a, const Gain* b) { return a->rules > b->rules; });
  json::array rows;
  for (const Gain* gain : order) {
    rows.push_back(json::object{{"id", gain->what.id}, {"rules", gain->rules}, {"high", gain->high},
                                {"what", gain->what.en}, {"what_zh", gain->what.zh}});
  }
  return rows;
}

json::array texts(const std::vector<std::string>& from) { return json::array(from.begin(), from.end()); }

}  // namespace

void Api::coverage(const HttpRequest&, HttpAnswer& answer) {
  const std::int64_t now = wall_clock_ns();
  const auto rules = parts_.rules.rules();
  const CompiledRules& compiled = rules->compiled();
  const std::vector<sigma::Sighting> seen = parts_.sights.seen(now);
  Summary summary;
  json::array rows;
  const auto add = [&](sigma::RuleReference which, const std::string& source, bool alerts) {
    const RuleMeta& meta = sigma::meta_of(compiled, which);
    const sigma::RuleCoverage coverage = sigma::cover(compiled, which, seen);
    const RuleCount count = parts_.ledger.find(meta.id).value_or(RuleCount());
    const std::uint64_t fired = count.within_days(now, kDaysLookedAt);
    // What has fired can, whatever a sample of the messages says.
    const bool able = coverage.state == sigma::RuleCoverage::State::can || fired > 0;
    if (alerts) summary.add(meta, source, coverage, able, fired > 0);
    json::object row{{"id", meta.id},
                     {"title", meta.title},
                     {"title_zh", meta.title_zh},
                     {"level", level_name(meta.level)},
                     {"logsource", source},
                     {"coverage", able ? "can" : sigma::coverage_name(coverage.state)},
                     {"state", parts_.switches.off(meta.id, now) ? "off" : "on"},
                     {"alerts", alerts},
                     {"fired_30d", fired},
                     {"tags", texts(meta.tags)}};
    if (count.last_ns != 0) row["last_fired"] = iso_time(count.last_ns, zone_now());
    if (!able) {
      row["missing"] = texts(coverage.missing);
      row["events"] = texts(coverage.codes);
      const sigma::RuleLogSource& wanted = coverage.source;
      row["wants"] = sigma::source_text(wanted.product, wanted.category, wanted.service);
      if (coverage.state != sigma::RuleCoverage::State::no_parser) row["gain"] = sigma::gain_of(coverage).id;
    }
    rows.push_back(std::move(row));
  };
  for (std::uint32_t i = 0; i < compiled.rules.size(); ++i) {
    const sigma::RuleLogSource& source = compiled.rules[i].source;
    add({false, i}, sigma::source_text(source.product, source.category, source.service), compiled.rules[i].alerts);
  }
  for (std::uint32_t i = 0; i < compiled.correlations.size(); ++i) add({true, i}, "correlation", compiled.correlations[i].alerts);

  std::map<std::string, std::size_t> kinds;
  for (const sigma::Sighting& sighting : seen) {
    const auto& [product, category, service] = sighting.source;
    if (const std::string text = sigma::source_text(product, category, service); !text.empty()) ++kinds[text];
  }
  json::array received;
  for (const auto& [name, count] : kinds) received.push_back(json::string(name));
  json::object out{{"days", kDaysLookedAt},
                   {"summary", summary.all.to_json()},
                   {"received", std::move(received)},
                   {"states", sum_rows(summary.states, "coverage")},
                   {"tactics", tactic_rows(summary.tactics)},
                   {"techniques", sum_rows(summary.techniques, "technique")},
                   {"logsources", sum_rows(summary.sources, "logsource")},
                   {"gains", gain_rows(summary.gains)},
                   {"rules", std::move(rows)}};
  answer.reply(200, kJson, json::serialize(out) + "\n");
}

}  // namespace vigil
