// Rules on trial over what is preserved.

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/api.h"
#include "daemon/api_support.h"
#include "daemon/backtest.h"
#include "daemon/clock.h"
#include "parsers/record.h"
#include "rules/compiled.h"
#include "rules/rule_explain.h"
#include "rules/rule_subset.h"
#include "rules/yaml_tree.h"

namespace vigil {

namespace json = boost::json;

namespace {

constexpr std::int64_t kDefaultDays = 90;
constexpr std::uint64_t kSamples = 20, kSamplesMax = 10'000;
constexpr std::size_t kRuleBytesMax = 1024 * 1024;
/// More than this waiting for the writer or the rules: the trial waits.
constexpr std::size_t kQueueBytesMax = 1024 * 1024;
constexpr std::uint64_t kLagMax = 20'000;
/// Lines of each table in the summary, most first.
constexpr std::size_t kLinesMax = 100;

json::object line_json(const BacktestTally::Line& line, int zone) {
  json::object out{{"count", line.count}};
  if (line.count > 0) {
    out["first"] = iso_time(line.first_ns, zone);
    out["last"] = iso_time(line.last_ns, zone);
  }
  return out;
}

json::array table_json(const std::map<std::string, BacktestTally::Line>& table, std::string_view key, int zone,
                       bool by_name) {
  std::vector<const std::pair<const std::string, BacktestTally::Line>*> lines;
  for (const auto& line : table) lines.push_back(&line);
  if (!by_name) {
    std::stable_sort(lines.begin(), lines.end(),
                     [](const auto* a, const auto* b) { return a->second.count > b->second.count; });
    if (lines.size() > kLinesMax) lines.resize(kLinesMax);
  }
  json::array out;
  for (const auto* line : lines) {
    json::object entry{{key, line->first}};
    for (auto& [name, value] : line_json(line->second, zone)) entry[name] = std::move(value);
    out.push_back(std::move(entry));
  }
  return out;
}

json::object tally_json(const BacktestTally& tally, int zone) {
  json::object out{{"matches", tally.all.count}};
  if (tally.all.count == 0) return out;
  out["first"] = iso_time(tally.all.first_ns, zone);
  out["last"] = iso_time(tally.all.last_ns, zone);
  out["days"] = table_json(tally.days, "day", zone, true);
  out["sources"] = table_json(tally.sources, "source", zone, false);
  out["rules"] = table_json(tally.rules, "title", zone, false);
  if (!tally.groups.empty()) out["groups"] = table_json(tally.groups, "group", zone, false);
  return out;
}

json::object match_json(const Detection& detection, const StoredRecord& record, bool removed, int zone) {
  Arena arena;
  const SyslogHeader header = parse_record_header(record.raw, *record.source, record.received_ns, arena);
  json::array entities;
  for (const auto& [type, value] : detection.entities) entities.push_back(json::object{{"type", type}, {"value", value}});
  json::object out{{"@timestamp", iso_time(detection.at_ns, zone)},
                   {"id", record_id(record.sequence)},
                   {"rule", detection.rule->id},
                   {"title", detection.rule->title},
                   {"title_zh", detection.rule->title_zh},
                   {"level", level_name(detection.rule->level)},
                   {"organisation", detection.organisation},
                   {"host", detection.host},
                   {"entities", std::move(entities)},
                   {"original", header.text}};
  if (detection.references.size() > 1) {
    json::array events;
    for (const std::uint64_t sequence : detection.references) events.push_back(json::string(record_id(sequence)));
    out["count"] = detection.count;
    out["first"] = iso_time(detection.first_ns, zone);
    out["last"] = iso_time(detection.last_ns, zone);
    out["events"] = std::move(events);
  }
  if (removed) out["removed"] = true;
  return out;
}

bool holds_filter(std::string_view yaml) {
  for (const auto& document : sigma::parse_yaml_stream(yaml)) {
    const auto* const node = std::get_if<sigma::YamlNode>(&document);
    if (node != nullptr && node->is_mapping() && node->find("filter") != nullptr) return true;
  }
  return false;
}

/// Every problem of a file in one answer.
void reply_refused(HttpAnswer& answer, const std::vector<RuleProblem>& problems, std::string_view otherwise,
                   std::string_view otherwise_zh) {
  std::string all;
  for (const RuleProblem& problem : problems) {
    if (!problem.refused) continue;
    all += (all.empty() ? "" : "; ") + problem.file + ":" + std::to_string(problem.line) + ":" +
           std::to_string(problem.column) + ": " + problem.reason;
  }
  const std::string_view what = all.empty() ? otherwise : std::string_view(all);
  reply_error(answer, 422, "rule_refused", what, all.empty() ? otherwise_zh : std::string_view("規則有誤：" + all));
}

/// The rules whose condition another set changed: a filter's.
struct Filtered {
  std::vector<sigma::RuleReference> without, with;
};
Filtered filtered_rules(const CompiledRules& without, const CompiledRules& with) {
  std::map<std::string, std::uint32_t> known;
  for (std::uint32_t i = 0; i < without.rules.size(); ++i) known.emplace(without.rules[i].meta->id, i);
  Filtered out;
  for (std::uint32_t i = 0; i < with.rules.size(); ++i) {
    const auto before = known.find(with.rules[i].meta->id);
    if (before == known.end()) continue;
    if (without.rules[before->second].expression.size() == with.rules[i].expression.size()) continue;
    out.without.push_back({false, before->second});
    out.with.push_back({false, i});
  }
  return out;
}

/// What a file asks to be tried. False: it was answered.
bool read_trial(const RuleKeeper& keeper, const std::string& name, const std::string& yaml, BacktestRequest& request,
                std::vector<RuleProblem>& problems, HttpAnswer& answer) {
  const auto with = keeper.with({name, yaml}, problems);
  const CompiledRules& compiled = with->compiled();
  // What alerts by itself; in a file of rules that only feed, these.
  std::vector<sigma::RuleReference> wanted, silent;
  for (std::uint32_t i = 0; i < compiled.rules.size(); ++i) {
    if (compiled.rules[i].meta->file == name) (compiled.rules[i].alerts ? wanted : silent).push_back({false, i});
  }
  for (std::uint32_t i = 0; i < compiled.correlations.size(); ++i) {
    if (compiled.correlations[i].meta->file != name) continue;
    (compiled.correlations[i].alerts ? wanted : silent).push_back({true, i});
  }
  if (wanted.empty()) wanted = silent;
  if (!wanted.empty()) {
    request.rules = sigma::subset_of(compiled, wanted);
    return true;
  }
  const bool refused = std::any_of(problems.begin(), problems.end(), [](const auto& each) { return each.refused; });
  if (!refused && holds_filter(yaml)) {
    const auto without = keeper.rules();
    const Filtered touched = filtered_rules(without->compiled(), compiled);
    if (!touched.with.empty()) {
      request.rules = sigma::subset_of(without->compiled(), touched.without);
      request.filtered = sigma::subset_of(compiled, touched.with);
      return true;
    }
    reply_refused(answer, {}, "the filter applies to none of the loaded rules: look at its rules and logsource",
                  "此篩選器不適用於任何已載入的規則：請檢查 rules 與 logsource");
    return false;
  }
  reply_refused(answer, problems, "the file holds no rule, correlation or filter",
                "檔案內沒有規則、關聯規則或篩選器");
  return false;
}

/// The NDJSON that goes out while the trial is under way. The head goes out with the first line.
class Lines {
 public:
  explicit Lines(HttpAnswer& answer) : answer_(answer) {}
  bool put(std::string_view name, json::object object) {
    if (!std::exchange(begun_, true)) answer_.begin(200, "application/x-ndjson");
    return answer_.write(json::serialize(json::object{{name, std::move(object)}}) + "\n");
  }

 private:
  HttpAnswer& answer_;
  bool begun_ = false;
};

json::object summary_json(const BacktestRequest& request, const BacktestReport& report, int zone) {
  json::object out{{"from", iso_time(request.range.event_from_ns, zone)},
                   {"to", iso_time(request.range.event_to_ns, zone)}};
  for (auto& [name, value] : tally_json(report.found, zone)) out[name] = std::move(value);
  if (request.filtered) out["removed"] = tally_json(report.removed, zone);
  out["complete"] = report.complete;
  out["read"] = json::object{{"records", report.records},
                             {"parsed", report.candidates},
                             {"blocks_total", report.cost.blocks_total},
                             {"blocks_read", report.cost.blocks_read},
                             {"parts_total", report.cost.parts_total},
                             {"parts_read", report.cost.parts_read},
                             {"raw_bytes", report.cost.raw_bytes},
                             {"by_index", !report.hints.empty()},
                             {"literals", json::array(report.hints.begin(), report.hints.end())},
                             {"milliseconds", report.took.count()},
                             {"paused_milliseconds", report.paused.count()}};
  return out;
}

}  // namespace

void Api::backtest(const HttpRequest& request, HttpAnswer& answer) {
  const int zone = zone_now();
  const std::int64_t now = wall_clock_ns();
  BacktestRequest wanted;
  wanted.range.organisations = {"*"};
  if (!read_recent_range(request, zone, now, wanted.range, answer)) return;
  if (!request.has("from"))
    wanted.range.event_from_ns = wanted.range.event_to_ns - kDefaultDays * 24 * 3600 * 1'000'000'000;
  const auto limit = read_limit(request, kSamples, kSamplesMax, answer);
  if (!limit) return;
  wanted.samples_max = *limit;

  std::vector<RuleProblem> problems;
  if (request.has("rule") == !request.body.empty())
    return reply_error(answer, 400, "bad_request", "name a loaded rule (rule=ID) or send a file's YAML, one of them",
                       "請指定已載入的規則（rule=ID）或傳送規則檔內容，二擇一");
  if (request.body.size() > kRuleBytesMax)
    return reply_error(answer, 413, "too_large", "the file is larger than 1 MiB", "規則檔超過 1 MiB");
  if (request.has("rule")) {
    const auto rules = parts_.rules.rules();
    const auto which = find_rule_or_reply(rules->compiled(), request.parameter("rule"), answer);
    if (!which) return;
    wanted.rules = sigma::subset_of(rules->compiled(), {&*which, 1});
  } else if (!read_trial(parts_.rules, std::string(request.parameter("name", "trial.yml")), request.body, wanted,
                         problems, answer)) {
    return;
  }

  // One at a time: it reads as fast as it can.
  if (backtesting_.exchange(true))
    return reply_error(answer, 429, "busy", "another backtest is under way; try again when it is done",
                       "已有另一個回測進行中，請稍後再試");
  struct Done {
    std::atomic<bool>& flag;
    ~Done() { flag = false; }
  } const done{backtesting_};

  Lines lines(answer);
  for (const RuleProblem& problem : problems) {
    lines.put("problem", {{"file", problem.file}, {"line", problem.line}, {"column", problem.column},
                          {"rule", problem.rule}, {"reason", problem.reason}, {"refused", problem.refused}});
  }
  BacktestHooks hooks;
  hooks.on_match = [&](const Detection& detection, const StoredRecord& record, bool removed) {
    return lines.put("match", match_json(detection, record, removed, zone));
  };
  hooks.on_progress = [&](std::uint64_t records, std::int64_t event_ns, std::uint64_t matches) {
    json::object progress{{"records", records}, {"matches", matches}};
    if (event_ns != 0) progress["at"] = iso_time(event_ns, zone);
    return !stopping_ && !answer.gone() && lines.put("progress", std::move(progress));
  };
  hooks.busy = [this] {
    return !stopping_ && (parts_.writer.queued_bytes() > kQueueBytesMax || parts_.watch.lag() > kLagMax);
  };
  const auto report = run_backtest(parts_.archive, wanted, zone, hooks);
  if (report) {
    lines.put("summary", summary_json(wanted, *report, zone));
  } else {
    lines.put("error", {{"code", store_errc_name(report.error().code)}, {"message", report.error().what}});
  }
  answer.end();
}

}  // namespace vigil
