// vigil rules explain: a rule in words, and how it takes a message.

#include "rules/rule_explain.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>

#include "cli/line_reader.h"
#include "cli/rows.h"
#include "cli/rule_text.h"
#include "cli/rule_verbs.h"
#include "cli/times.h"
#include "rules/explain_json.h"
#include "rules/rule_set.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

/// What is read of a file when the daemon explains: as many lines as it takes.
constexpr std::size_t kLinesMax = 100;

Exit wrong(std::string_view en, std::string_view zh) {
  complain(say(en, zh));
  return Exit::usage;
}

bool show(Session& session, const json::object& explanation) {
  if (session.format == Format::table) return session.out.write(explanation_text(explanation));
  const std::string text = json::serialize(explanation);
  return session.out.line(session.out.terminal() ? terminal_json(text) : text);
}

bool show_line(Session& session, std::size_t number, const json::object& explanation) {
  if (session.format == Format::table) {
    const std::string head = std::string(say("line ", "第 ")) + std::to_string(number) + std::string(say("", " 行"));
    return session.out.line((number > 1 ? "\n" : "") + head) && show(session, explanation);
  }
  json::object line{{"line", number}, {"explanation", explanation}};
  const std::string text = json::serialize(line);
  return session.out.line(session.out.terminal() ? terminal_json(text) : text);
}

void complain_of_line(std::size_t number, const std::string& what) {
  complain(std::string(say("line ", "第 ")) + std::to_string(number) + std::string(say(": ", " 行：")) + what);
}

std::shared_ptr<const RuleSet> load_offline(const Arguments& arguments, Exit& exit) {
  const std::string path = *arguments.get("rules");
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    complain(path + ": " + std::string(say("no such file or directory", "沒有這個檔案或目錄")));
    exit = Exit::usage;
    return nullptr;
  }
  const std::vector<std::filesystem::path> paths{path};
  std::vector<RuleProblem> problems;
  auto rules = RuleSet::load(paths, problems);
  for (const RuleProblem& problem : problems) {
    if (!problem.refused) continue;
    advise(problem.file + ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column) + ": " +
           std::string(say("refused: ", "拒絕：")) + problem.reason);
  }
  if (rules->size() == 0) {
    complain(path + ": " + std::string(say("no rule could be loaded", "沒有可載入的規則")));
    exit = Exit::no;
    return nullptr;
  }
  return rules;
}

Exit explain_offline(const Arguments& arguments, Session& session) {
  Exit exit = Exit::done;
  const auto rules = load_offline(arguments, exit);
  if (!rules) return exit;
  const CompiledRules& compiled = rules->compiled();
  const std::string& wanted = arguments.positional.front();
  const auto which = sigma::find_rule(compiled, wanted);
  if (!which) {
    complain(std::string(say("no such rule: ", "沒有這條規則：")) + one_line(wanted));
    for (const std::string& near : sigma::nearest_rules(compiled, wanted)) {
      advise(std::string(say("did you mean ", "您是不是要找 ")) + one_line(near));
    }
    return Exit::failed;
  }
  if (!arguments.has("file")) {
    show(session, sigma::explanation_json(sigma::explain(compiled, *which, nullptr)));
    return Exit::done;
  }
  LineReader reader;
  if (!reader.open(*arguments.get("file"))) return Exit::usage;
  const std::int64_t now = now_ns();
  const sigma::LineReading reading{now, local_zone_minutes(now), arguments.has("frames")};
  while (const auto line = reader.next()) {
    const auto said = sigma::explain_line(compiled, *which, *line, reading);
    if (!said) {
      complain_of_line(reader.number(), said.error());
      exit = Exit::failed;
      continue;
    }
    if (!show_line(session, reader.number(), sigma::explanation_json(*said))) break;
  }
  return reader.failed() ? Exit::failed : exit;
}

/// The daemon's rules, lines of a file.
Exit explain_lines(const Arguments& arguments, Session& session) {
  LineReader reader;
  if (!reader.open(*arguments.get("file"))) return Exit::usage;
  Request request{"POST",
                  with_query("/api/v1/rules/explain",
                             {{"rule", arguments.positional.front()}, {"frames", arguments.has("frames") ? "1" : ""}}),
                  {}};
  while (const auto line = reader.next()) {
    if (reader.number() > kLinesMax)
      return wrong("at most 100 lines are explained at a time; with --rules PATH any number",
                   "一次最多解釋 100 行；以 --rules PATH 離線則不限");
    request.body.append(*line).push_back('\n');
  }
  if (reader.failed()) return Exit::failed;
  const auto answer = exchange(session.target, request);
  if (!answer) return tell(answer.error());
  if (answer->status != 200) return tell(*answer);
  Exit exit = Exit::done;
  std::string_view rest = answer->body;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const auto line = read_json(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line) continue;
    if (const json::value* const said = find_path(*line, "explanation"); said != nullptr && said->is_object()) {
      if (!show_line(session, number, said->as_object())) break;
    } else {
      complain_of_line(number, plain_at(*line, "error"));
      exit = Exit::failed;
    }
  }
  return exit;
}

Exit explain_rule(const Arguments& arguments, Session& session) {
  if (session.format == Format::csv || session.format == Format::raw)
    return wrong("an explanation is a tree: --format table or ndjson", "解釋為樹狀結構：--format 僅可為 table 或 ndjson");
  if (arguments.has("event") && arguments.has("file"))
    return wrong("--event and --file exclude each other", "--event 與 --file 不能同時使用");
  if (arguments.has("frames") && !arguments.has("file"))
    return wrong("--frames goes with --file", "--frames 需與 --file 併用");
  if (arguments.has("rules")) {
    if (arguments.has("event"))
      return wrong("--event asks the daemon: leave out --rules, or give the line with --file",
                   "--event 需詢問 vigild：請去除 --rules，或以 --file 提供內容");
    return explain_offline(arguments, session);
  }
  if (arguments.has("file")) return explain_lines(arguments, session);
  Exit exit = Exit::done;
  const auto answer = ask(session,
                          {"GET",
                           with_query("/api/v1/rules/explain", {{"rule", arguments.positional.front()},
                                                                {"event", arguments.get_or("event", "")}}),
                           {}},
                          exit);
  if (!answer) return exit;
  if (!answer->is_object()) return Exit::unreachable;
  show(session, answer->as_object());
  return Exit::done;
}

}  // namespace

void add_rule_explain_verb(std::vector<Verb>& out) {
  out.push_back(
      {"rules explain",
       "ID",
       {"a rule in words, or why it did (not) match a message", "以文字說明規則，或說明訊息為何（不）符合"},
       {{"event", "VIGIL_ID", {"hold it against a stored record", "與已保存的紀錄比對"}},
        {"file", "FILE|-", {"hold it against lines: frames, or JSON documents", "與各行比對：訊息框或 JSON 文件"}},
        {"frames", "", {"with --file: lines of JSON are frames of a device too", "搭配 --file：JSON 行也視為設備送出的訊息"}},
        {"rules", "PATH", {"offline: a rule of these files instead of the daemon's", "離線：使用這些檔案的規則"}}},
       "vigil rules explain 71958462-4bb8-46b6-a36a-1becf56c22dc --event 0000000000001a2f",
       1,
       1,
       explain_rule});
}

}  // namespace vigil::cli
