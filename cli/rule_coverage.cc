// vigil rules coverage: which rules can fire on what is received.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cli/rows.h"
#include "cli/rule_text.h"
#include "cli/rule_verbs.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

struct StateWord {
  std::string_view state;
  Text word;
};
constexpr StateWord kStates[] = {
    {"can", {"can fire", "可觸發"}},
    {"no_source", {"no such logs", "無此類記錄"}},
    {"no_event", {"no such events", "無此類事件"}},
    {"no_field", {"fields missing", "缺少欄位"}},
    {"no_parser", {"not understood", "無法剖析"}},
};

std::string state_word(const std::string& state) {
  for (const StateWord& each : kStates) {
    if (each.state == state) return std::string(each.word.get());
  }
  return state;
}

/// Why a rule cannot fire, in a few words.
std::string why(const json::value& row) {
  const std::string state = plain_at(row, "coverage");
  if (state == "no_source") return std::string(say("nothing received from ", "未收到 ")) + plain_at(row, "wants");
  if (state == "no_parser") return std::string(say("no parser gives ", "沒有剖析器提供 ")) + plain_at(row, "wants");
  if (state == "no_event") return std::string(say("no event ", "未收到事件 ")) + plain_at(row, "events");
  if (state == "no_field") return std::string(say("no field ", "沒有欄位 ")) + plain_at(row, "missing");
  return {};
}

const json::array& list_at(const json::value& value, std::string_view key) {
  static const json::array kNone;
  const json::value* const found = find_path(value, key);
  return found != nullptr && found->is_array() ? found->as_array() : kNone;
}

Exit show_attack(Session& session, const json::value& answer) {
  if (session.format == Format::table) {
    print_rows(session,
               {{chinese() ? "tactic_zh" : "tactic", {"tactic", "戰術"}},
                {"rules", {"rules", "規則"}, true},
                {"can", {"can fire", "可觸發"}, true},
                {"fired", {"fired", "已觸發"}, true}},
               list_at(answer, "tactics"));
    session.out.line("");
    return print_rows(session,
                      {{"technique", {"technique", "技術"}},
                       {"rules", {"rules", "規則"}, true},
                       {"can", {"can fire", "可觸發"}, true},
                       {"fired", {"fired", "已觸發"}, true}},
                      list_at(answer, "techniques"));
  }
  // One table in a pipe: tactics and techniques are told apart by their key.
  json::array rows = list_at(answer, "tactics");
  for (const json::value& each : list_at(answer, "techniques")) rows.push_back(each);
  return print_rows(session,
                    {{"tactic", {"", ""}}, {"technique", {"", ""}}, {"rules", {"", ""}}, {"can", {"", ""}}, {"fired", {"", ""}}},
                    rows);
}

void show_summary(Session& session, const json::value& answer) {
  session.out.line(std::string(say("rules that alert: ", "告警規則：")) + plain_at(answer, "summary.rules") +
                   std::string(say(", can fire: ", "，可觸發：")) + plain_at(answer, "summary.can") +
                   std::string(say(", fired in 30 days: ", "，30 天內觸發：")) + plain_at(answer, "summary.fired"));
  std::string received = plain_at(answer, "received");
  if (received.empty()) received = say("(nothing that has a log source)", "（無可辨識的記錄來源）");
  session.out.line(std::string(say("received in 30 days: ", "30 天內收到：")) + one_line(received));
  const json::array& gains = list_at(answer, "gains");
  if (gains.empty()) return;
  constexpr std::size_t kGainsShown = 8;
  session.out.line("");
  session.out.line(say("What would let more rules fire:", "可讓更多規則發揮作用的措施："));
  std::size_t shown = 0;
  for (const json::value& gain : gains) {
    if (shown++ == kGainsShown) break;
    session.out.line("  +" + plain_at(gain, "rules") + std::string(say(" rules (", " 條（")) + plain_at(gain, "high") +
                     std::string(say(" high): ", " 條高風險）：")) + one_line(plain_at(gain, chinese() ? "what_zh" : "what")));
  }
  session.out.line("");
}

Exit coverage(const Arguments& arguments, Session& session) {
  Exit exit = Exit::done;
  const auto answer = ask(session, {"GET", "/api/v1/rules/coverage", {}}, exit);
  if (!answer) return exit;
  if (arguments.has("attack")) return show_attack(session, *answer);
  json::array rows;
  for (json::value row : list_at(*answer, "rules")) {
    if (arguments.has("missing") && plain_at(row, "coverage") == "can") continue;
    if (session.format == Format::table) {
      if (plain_at(row, "alerts") == "false") continue;
      json::object& fields = row.as_object();
      fields["why"] = why(row);
      fields["word"] = state_word(plain_at(row, "coverage"));
      fields["shown_title"] = title_text(row);
    }
    rows.push_back(std::move(row));
  }
  if (session.format != Format::table)
    return print_rows(session,
                      {{"id", {"", ""}},        {"title", {"", ""}},     {"level", {"", ""}},   {"logsource", {"", ""}},
                       {"coverage", {"", ""}},  {"missing", {"", ""}},   {"events", {"", ""}},  {"gain", {"", ""}},
                       {"fired_30d", {"", ""}}, {"last_fired", {"", ""}}},
                      rows);
  show_summary(session, *answer);
  return print_rows(session,
                    {{"word", {"coverage", "涵蓋"}},
                     {"fired_30d", {"fired", "觸發"}, true},
                     {"level", {"level", "等級"}},
                     {"shown_title", {"title", "名稱"}},
                     {"why", {"why not", "原因"}}},
                    rows);
}

}  // namespace

void add_rule_coverage_verb(std::vector<Verb>& out) {
  out.push_back({"rules coverage",
                 "",
                 {"which rules can fire on what was received in 30 days, which cannot and why",
                  "依 30 天內收到的記錄，哪些規則可觸發、哪些不可及原因"},
                 {{"attack", "", {"by ATT&CK tactic and technique", "依 ATT&CK 戰術與技術統計"}},
                  {"missing", "", {"only the rules that cannot fire", "只列出無法觸發的規則"}}},
                 "vigil rules coverage --missing",
                 0,
                 0,
                 coverage});
}

}  // namespace vigil::cli
