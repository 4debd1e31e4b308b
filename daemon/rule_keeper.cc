#include "daemon/rule_keeper.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <map>

#include "daemon/clock.h"
#include "daemon/rule_sources.h"
#include "rules/compiled.h"
#include "rules/site_data.h"

namespace vigil {

namespace {

void log_problems(const std::vector<RuleProblem>& problems) {
  for (const RuleProblem& problem : problems) {
    spdlog::warn("{} {}:{}:{} {}: {}", problem.refused ? "E-RULE refused" : "W-RULE", problem.file, problem.line,
                 problem.column, problem.rule, problem.reason);
  }
}

std::vector<std::string> sorted_ids(const RuleSet& rules) {
  std::vector<std::string> ids;
  for (const auto& meta : rules.metas()) ids.push_back(meta->id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

/// Correlations that both sets have under one id and that mean something else now.
std::vector<std::string> restarted(const RuleSet& before, const RuleSet& after) {
  std::map<std::string, std::uint64_t> known;
  for (const auto& correlation : before.compiled().correlations) known[correlation.meta->id] = correlation.identity;
  std::vector<std::string> ids;
  for (const auto& correlation : after.compiled().correlations) {
    const auto old = known.find(correlation.meta->id);
    if (old != known.end() && old->second != correlation.identity) ids.push_back(correlation.meta->id);
  }
  return ids;
}

RuleKeeper::Report compare(const RuleSet& before, const RuleSet& after, const std::vector<RuleProblem>& problems) {
  RuleKeeper::Report report;
  report.loaded = after.size();
  report.refused = static_cast<std::size_t>(
      std::count_if(problems.begin(), problems.end(), [](const auto& problem) { return problem.refused; }));
  const std::vector<std::string> old_ids = sorted_ids(before), new_ids = sorted_ids(after);
  std::set_difference(new_ids.begin(), new_ids.end(), old_ids.begin(), old_ids.end(), std::back_inserter(report.added));
  std::set_difference(old_ids.begin(), old_ids.end(), new_ids.begin(), new_ids.end(),
                      std::back_inserter(report.removed));
  report.restarted = restarted(before, after);
  return report;
}

/// A problem without a line is about a file or directory as a whole: it could not be read.
std::string why_not(const RuleSet& before, const RuleSet& after, const std::vector<RuleProblem>& problems) {
  for (const RuleProblem& problem : problems) {
    if (problem.refused && problem.line == 0) return problem.file + " " + problem.reason;
  }
  if (after.size() == 0 && before.size() > 0) return "no rule would be left";
  return {};
}

}  // namespace

RuleKeeper::RuleKeeper(RulesConfig config) : config_(std::move(config)) {}

RuleSetOptions RuleKeeper::options(std::vector<std::string> disabled, std::vector<RuleProblem>& problems) const {
  RuleSetOptions options;
  options.disabled = std::move(disabled);
  options.placeholders = config_.placeholders;
  options.deprecated = config_.deprecated;
  for (const auto& path : config_.pipelines) {
    std::string text;
    if (!read_site_file(path, text, problems)) continue;
    if (auto pipeline = read_pipeline(text, path.string(), problems)) options.pipelines.push_back(std::move(pipeline));
  }
  return options;
}

std::shared_ptr<const RuleSet> RuleKeeper::read(const std::vector<std::string>& disabled,
                                                std::vector<RuleProblem>& problems) const {
  return RuleSet::compile(read_rule_sources(config_.directories, problems), problems, options(disabled, problems));
}

void RuleKeeper::load() {
  State state;
  state.disabled = config_.disabled;
  state.rules = read(state.disabled, state.problems);
  state.loaded_ns = wall_clock_ns();
  log_problems(state.problems);
  const std::lock_guard lock(mutex_);
  state_ = std::move(state);
}

RuleKeeper::State RuleKeeper::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::shared_ptr<const RuleSet> RuleKeeper::rules() const {
  const std::lock_guard lock(mutex_);
  return state_.rules;
}

std::shared_ptr<const RuleSet> RuleKeeper::with(RuleSet::Text extra, std::vector<RuleProblem>& problems) const {
  const std::string file = extra.file;
  std::vector<RuleSet::Text> texts{std::move(extra)};
  for (RuleSet::Text& other : read_rule_sources(config_.directories, problems)) texts.push_back(std::move(other));
  auto rules = RuleSet::compile(texts, problems, options(state().disabled, problems));
  std::erase_if(problems, [&](const RuleProblem& problem) { return problem.file != file; });
  return rules;
}

Result<RuleKeeper::Report, std::string> RuleKeeper::reload() { return reload(state().disabled); }

Result<RuleKeeper::Report, std::string> RuleKeeper::reload(std::vector<std::string> disabled) {
  const std::lock_guard one_at_a_time(loading_);
  if (stopped_) return std::string("vigild is stopping");
  const std::shared_ptr<const RuleSet> before = rules();
  std::vector<RuleProblem> problems;
  const std::shared_ptr<const RuleSet> after = read(disabled, problems);
  log_problems(problems);
  if (std::string failure = why_not(*before, *after, problems); !failure.empty()) {
    spdlog::error("E-RULES-KEPT {} - the rules of before stay in force / 沿用先前的規則", failure);
    const std::lock_guard lock(mutex_);
    state_.problems = std::move(problems);
    state_.failure = failure;
    return failure;
  }
  const Report report = compare(*before, *after, problems);
  if (on_replaced) on_replaced(after);
  {
    const std::lock_guard lock(mutex_);
    state_ = {after, std::move(problems), std::move(disabled), wall_clock_ns(), {}};
  }
  for (const std::string& id : report.restarted) {
    spdlog::warn("W-RULE-RESTARTED the correlation {} has changed: it counts from now on / 關聯規則已變更，重新計數", id);
  }
  spdlog::info("{} rules in force, {} new, {} gone, {} refused / 已載入 {} 條規則", report.loaded, report.added.size(),
               report.removed.size(), report.refused, report.loaded);
  if (on_report) on_report(report);
  return report;
}

void RuleKeeper::reload_soon() {
  boost::asio::post(loader_, [this] { static_cast<void>(reload()); });
}

void RuleKeeper::stop() {
  {
    const std::lock_guard lock(loading_);
    stopped_ = true;
  }
  loader_.join();
}

}  // namespace vigil
