// vigil rules list.

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "cli/rows.h"
#include "cli/rule_text.h"
#include "cli/rule_verbs.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

std::string state_word(const json::value& row) {
  const std::string state = plain_at(row, "state");
  if (state == "on") return std::string(say("on", "啟用"));
  if (state == "off") return std::string(say("off", "停用"));
  return state == "refused" ? std::string(say("refused", "拒絕")) : state;
}

/// What else there is to say of a rule: why it is off, or why it was refused.
std::string note(const json::value& row) {
  if (plain_at(row, "state") == "refused") return plain_at(row, "reason");
  std::string out = plain_at(row, "off.reason");
  if (const std::string until = plain_at(row, "off.until"); !until.empty())
    out += (out.empty() ? "" : "; ") + std::string(say("until ", "至 ")) + short_time(until);
  if (const std::string who = plain_at(row, "off.who"); !who.empty()) out += (out.empty() ? "" : "; ") + who;
  if (const std::string withheld = plain_at(row, "withheld"); !withheld.empty() && plain_at(row, "state") == "off")
    out += std::string(say("; withheld ", "；未通知 ")) + withheld;
  return out;
}

/// Made for a terminal: of a time the minute is enough, and columns that are empty for all are left out.
Exit show_table(Session& session, json::array rows) {
  bool notes = false;
  for (json::value& row : rows) {
    const std::string said = note(row);
    json::object& fields = row.as_object();
    fields["word"] = state_word(row);
    fields["shown_title"] = title_text(row);
    fields["note"] = said;
    std::string last = plain_at(row, "last_fired");
    fields["last"] = last.size() > 16 ? last.substr(0, 10) + " " + last.substr(11, 5) : last;
    notes = notes || !said.empty();
  }
  std::vector<Column> columns = {{"word", {"state", "狀態"}},
                                 {"level", {"level", "等級"}},
                                 {"fired_24h", {"24 h", "24 小時"}, true},
                                 {"fired", {"total", "總計"}, true},
                                 {"last", {"last fired", "最近觸發"}},
                                 {"shown_title", {"title", "名稱"}},
                                 {"logsource", {"log source", "記錄來源"}},
                                 {"id", {"id", "識別碼"}}};
  if (notes) columns.push_back({"note", {"note", "備註"}});
  return print_rows(session, columns, rows);
}

Exit list(const Arguments& arguments, Session& session) {
  const auto wanted = arguments.get("state");
  if (wanted && *wanted != "on" && *wanted != "off" && *wanted != "refused") {
    complain("--state '" + *wanted + "': " + std::string(say("expected on, off or refused", "應為 on、off 或 refused")));
    return Exit::usage;
  }
  Exit exit = Exit::done;
  const auto answer = ask(session, {"GET", "/api/v1/rules", {}}, exit);
  if (!answer) return exit;
  if (const json::value* const problems = find_path(*answer, "problems");
      problems != nullptr && problems->is_array()) {
    for (const json::value& each : problems->as_array()) {
      advise(plain_at(each, "file") + ":" + plain_at(each, "line") + ": " + plain_at(each, "reason"));
    }
  }
  const json::value* const found = find_path(*answer, "rules");
  json::array rows = found != nullptr && found->is_array() ? found->as_array() : json::array();
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [&](const json::value& row) {
                              return !row.is_object() || (wanted && plain_at(row, "state") != *wanted);
                            }),
             rows.end());
  if (session.format == Format::table) return show_table(session, std::move(rows));
  return print_rows(session,
                    {{"level", {"", ""}},      {chinese() ? "title_zh" : "title", {"", ""}},
                     {"id", {"", ""}},         {"file", {"", ""}},
                     {"tags", {"", ""}},       {"state", {"", ""}},
                     {"status", {"", ""}},     {"logsource", {"", ""}},
                     {"fired_24h", {"", ""}},  {"fired", {"", ""}},
                     {"last_fired", {"", ""}}, {"reason", {"", ""}}},
                    rows);
}

}  // namespace

void add_rule_list_verb(std::vector<Verb>& out) {
  out.push_back({"rules list",
                 "",
                 {"the rules the daemon watches with, and how often they fired", "目前使用中的規則與觸發次數"},
                 {{"state", "STATE", {"only on, off or refused", "只列出 on、off 或 refused"}}},
                 "vigil rules list --state off",
                 0,
                 0,
                 list});
}

}  // namespace vigil::cli
