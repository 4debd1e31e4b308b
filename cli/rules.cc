// vigil rules check and match (offline).

#include "rules/offline.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>

#include "cli/args.h"
#include "cli/line_reader.h"
#include "cli/rows.h"
#include "cli/rule_verbs.h"
#include "cli/session.h"
#include "rules/rule_set.h"
#include "rules/site_data.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

using Problems = std::vector<RuleProblem>;

std::size_t refused_count(const Problems& problems) {
  return static_cast<std::size_t>(
      std::count_if(problems.begin(), problems.end(), [](const auto& each) { return each.refused; }));
}

/// "rules/x.yml:7:3: refused: reason [title]"
std::string problem_line(const RuleProblem& problem) {
  std::string out = problem.file;
  if (problem.line > 0) out += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
  out += ": " + std::string(problem.refused ? say("refused: ", "拒絕：")
                            : problem.info  ? say("info: ", "提示：")
                                            : say("warning: ", "警告："));
  out += problem.reason;
  if (!problem.rule.empty()) out += " [" + problem.rule + "]";
  return out;
}

json::object problem_object(const RuleProblem& problem) {
  return {{"file", problem.file}, {"line", problem.line},     {"column", problem.column},
          {"rule", problem.rule}, {"reason", problem.reason}, {"refused", problem.refused},
          {"severity", problem.refused ? "error" : problem.info ? "info" : "warning"}};
}

/// False where a path does not exist: that is used wrongly, not a refused rule.
bool all_exist(const std::vector<std::string>& paths) {
  bool good = true;
  for (const std::string& each : paths) {
    std::error_code error;
    if (std::filesystem::exists(each, error)) continue;
    complain(each + ": " + std::string(say("no such file or directory", "沒有這個檔案或目錄")));
    good = false;
  }
  return good;
}

std::shared_ptr<const RuleSet> load(const std::vector<std::string>& paths, Problems& problems,
                                    const RuleSetOptions& options) {
  const std::vector<std::filesystem::path> files(paths.begin(), paths.end());
  return RuleSet::load(files, problems, options);
}

/// The files that --placeholders and --pipeline name. False where one is wrong: its mistakes are told.
bool read_site_options(const Arguments& arguments, RuleSetOptions& options) {
  Problems problems;
  std::string text;
  const auto each_path = [&](std::string_view flag, auto&& read) {
    std::string rest = arguments.get_or(flag, "");
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string path = rest.substr(0, comma);
      rest.erase(0, comma + 1);
      if (!path.empty() && read_site_file(path, text, problems)) read(path);
    }
  };
  each_path("placeholders", [&](const std::string& path) { read_placeholders(text, path, options.placeholders, problems); });
  each_path("pipeline", [&](const std::string& path) {
    if (auto pipeline = read_pipeline(text, path, problems)) options.pipelines.push_back(std::move(pipeline));
  });
  options.deprecated = arguments.has("deprecated");
  for (const RuleProblem& each : problems) complain(problem_line(each));
  return problems.empty();
}

Exit check(const Arguments& arguments, Session& session) {
  if (!all_exist(arguments.positional)) return Exit::usage;
  Problems problems;
  RuleSetOptions options;
  options.lint = true;
  if (!read_site_options(arguments, options)) return Exit::usage;
  const auto rules = load(arguments.positional, problems, options);
  const std::size_t refused = refused_count(problems);
  Output& out = session.out;
  // The last line is the same in a pipe and on a terminal: scripts read it. NDJSON is for who asks for it.
  if (session.format_given && session.format != Format::table) {
    if (session.format == Format::csv) {
      json::array rows;
      for (const RuleProblem& each : problems) rows.push_back(problem_object(each));
      print_rows(session,
                 {{"file", {"", ""}},
                  {"line", {"", ""}},
                  {"column", {"", ""}},
                  {"rule", {"", ""}},
                  {"reason", {"", ""}},
                  {"refused", {"", ""}},
                  {"severity", {"", ""}}},
                 rows);
    } else {
      for (const RuleProblem& each : problems) out.line(json::serialize(problem_object(each)));
      out.line(json::serialize(json::object{{"loaded", rules->size()}, {"refused", refused}}));
    }
  } else {
    for (const RuleProblem& each : problems) {
      if (!out.line(one_line(problem_line(each)))) break;
    }
    out.line("loaded " + std::to_string(rules->size()) + " refused " + std::to_string(refused));
  }
  const bool warned = std::any_of(problems.begin(), problems.end(), [](const RuleProblem& each) { return !each.info; });
  return refused != 0 || (arguments.has("strict") && warned) ? Exit::no : Exit::done;
}

/// `--rules` takes one path or several with commas between; words before the last are paths too, as in
/// `--rules a b -`.
std::vector<std::string> rule_paths(const Arguments& arguments, std::vector<std::string>& inputs) {
  std::vector<std::string> paths;
  std::string rest = arguments.get_or("rules", "");
  // A path may hold a comma itself: only one that does not exist as it stands is taken apart.
  std::error_code error;
  if (std::filesystem::exists(rest, error)) {
    paths.push_back(rest);
  } else {
    for (std::size_t comma = rest.find(','); comma != std::string::npos; comma = rest.find(',')) {
      paths.push_back(rest.substr(0, comma));
      rest.erase(0, comma + 1);
    }
    paths.push_back(rest);
  }
  inputs = arguments.positional;
  // `--rules PATH… [FILE|-]`: what is a directory or a YAML file among the words is a rule path, not the
  // input.
  while (!inputs.empty() && inputs.front() != "-" &&
         (std::filesystem::is_directory(inputs.front(), error) || inputs.front().ends_with(".yml") ||
          inputs.front().ends_with(".yaml"))) {
    paths.push_back(inputs.front());
    inputs.erase(inputs.begin());
  }
  return paths;
}

Exit match(const Arguments& arguments, Session& session) {
  if (!arguments.has("rules")) {
    complain(say("--rules names the rules to ask", "請以 --rules 指定規則"));
    return Exit::usage;
  }
  std::vector<std::string> inputs;
  const std::vector<std::string> paths = rule_paths(arguments, inputs);
  if (inputs.size() > 1) {
    complain(say("one file of documents at a time", "一次只能讀取一個文件檔"));
    return Exit::usage;
  }
  if (!all_exist(paths)) return Exit::usage;
  Problems problems;
  RuleSetOptions options;
  if (!read_site_options(arguments, options)) return Exit::usage;
  const auto rules = load(paths, problems, options);
  for (const RuleProblem& each : problems) {
    if (each.refused) advise(problem_line(each));
  }
  LineReader reader;
  if (!reader.open(inputs.empty() ? "-" : inputs.front())) return Exit::usage;
  OfflineMatcher matcher(rules);
  std::vector<OfflineMatch> found;
  std::string error, text;
  Exit exit = Exit::done;
  while (const auto line = reader.next()) {
    found.clear();
    if (!matcher.match(*line, found, error)) {
      complain(std::string(say("line ", "第 ")) + std::to_string(reader.number()) +
               std::string(say(": ", " 行：")) + error);
      exit = Exit::failed;
    }
    for (const OfflineMatch& each : found) {
      text.clear();
      if (session.format == Format::table && session.format_given) {
        text = std::to_string(each.event) + "  " + one_line(each.rule) + "  " + one_line(each.title);
      } else {
        render_match_json(each, text);
        if (session.out.terminal()) text = terminal_json(text);
      }
      if (!session.out.line(text)) return exit;
    }
    if (reader.waiting()) session.out.flush();
  }
  return reader.failed() ? Exit::failed : exit;
}

}  // namespace

void add_rules_verbs(std::vector<Verb>& out) {
  out.push_back({"rules check",
                 "PATH…",
                 {"offline: load rules and say what is refused or doubtful, and why",
                  "離線：載入規則並列出遭拒或可疑者與原因"},
                 {{"placeholders", "FILE", {"values of %placeholders% (YAML)", "佔位符的值（YAML）"}},
                  {"pipeline", "FILE", {"how rules of other taxonomies are read", "其他分類法規則的對照檔"}},
                  {"deprecated", "", {"load deprecated and unsupported rules too", "一併載入已淘汰或不支援的規則"}},
                  {"strict", "", {"exit 1 for warnings too", "有警告時也以 1 結束"}}},
                 "vigil rules check /etc/vigil/sigma",
                 1,
                 SIZE_MAX,
                 check});
  out.push_back(
      {"rules match",
       "--rules PATH… [FILE|-]",
       {"offline: which documents (NDJSON) do the rules match", "離線：規則符合哪些文件（NDJSON）"},
       {{"rules", "PATH", {"rule file or directory; several with commas", "規則檔或目錄，多個以逗號分隔"}},
        {"placeholders", "FILE", {"values of %placeholders% (YAML)", "佔位符的值（YAML）"}},
        {"pipeline", "FILE", {"how rules of other taxonomies are read", "其他分類法規則的對照檔"}},
        {"deprecated", "", {"load deprecated and unsupported rules too", "一併載入已淘汰或不支援的規則"}}},
       "vigil rules match --rules rules/pack events.ndjson",
       0,
       SIZE_MAX,
       match});
  add_rule_list_verb(out);
  add_rule_switch_verbs(out);
  add_rule_explain_verb(out);
  add_rule_coverage_verb(out);
  add_rule_backtest_verb(out);
  add_rule_pin_verbs(out);
}

}  // namespace vigil::cli
