// vigil incidents list, show, confirm, reject, note, split, merge.

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iterator>

#include "cli/args.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "cli/times.h"
#include "config/nearest.h"
#include "config/text_width.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

constexpr std::string_view kStateList =
    "candidate, incident, notified, contained, recovered, reported, closed, rejected";
constexpr std::string_view kStates[] = {"candidate", "incident", "notified", "contained",
                                        "recovered", "reported", "closed",   "rejected"};

bool state_is_known(const std::string& state) {
  if (std::find(std::begin(kStates), std::end(kStates), state) != std::end(kStates)) return true;
  const std::string_view near = nearest(state, kStates);
  complain("--state '" + state + "': " + std::string(say("expected one of ", "可用的有 ")) +
           std::string(kStateList));
  if (!near.empty()) {
    advise(std::string(say("did you mean '", "您是不是要寫 '")) + std::string(near) +
           std::string(say("'?", "'？")));
  }
  return false;
}

/// The column that holds the title in the user's language, with the other as a fall-back.
std::string title_of(const json::value& incident) {
  const std::string chinese_title = plain_at(incident, "title_zh");
  return chinese() && !chinese_title.empty() ? chinese_title : plain_at(incident, "title");
}

void add_line(std::string& out, Text label, const std::string& value) {
  if (value.empty()) return;
  const std::string name(label.get());
  const std::size_t width = text_columns(name);
  out += "  " + name + std::string(width < 18 ? 18 - width : 1, ' ') + one_line(short_time(value)) + "\n";
}

/// One table of the sheet, indented; nothing where the array is empty.
void add_table(std::string& out, Text title, const json::value& incident, std::string_view key,
               const std::vector<Column>& columns) {
  const json::value* const rows = find_path(incident, key);
  if (rows == nullptr || !rows->is_array() || rows->as_array().empty()) return;
  std::vector<std::string> titles;
  std::vector<bool> right;
  for (const Column& each : columns) {
    titles.push_back((titles.empty() ? "  " : "") + std::string(each.title.get()));
    right.push_back(each.right);
  }
  std::vector<std::vector<std::string>> cells;
  for (const json::value& row : rows->as_array()) {
    auto& line = cells.emplace_back();
    for (const Column& each : columns)
      line.push_back((line.empty() ? "  " : "") + one_line(short_time(plain_at(row, each.key))));
  }
  out += "\n" + std::string(title.get()) + "\n" + render_table(titles, right, cells, SIZE_MAX);
}

std::string incident_sheet(const json::value& incident) {
  std::string out = one_line(plain_at(incident, "id") + "  " + title_of(incident)) + "\n";
  if (plain_at(incident, "early_warning") == "true") out += std::string(say("  [EARLY WARNING]", "  【預警】")) + "\n";
  if (plain_at(incident, "drill") == "true") out += std::string(say("  [DRILL]", "  【演練】")) + "\n";
  add_line(out, {"organisation", "機關"}, plain_at(incident, "org"));
  add_line(out, {"state", "狀態"}, plain_at(incident, "state"));
  add_line(out, {"category", "分類"}, plain_at(incident, "category"));
  add_line(out, {"symptoms", "異常狀況"}, plain_at(incident, "symptoms"));
  add_line(out, {"opened", "開立"}, plain_at(incident, "opened_at"));
  add_line(out, {"occurred", "發生"}, plain_at(incident, "occurred_at"));
  add_line(out, {"known", "知悉"}, plain_at(incident, "known_at"));
  const std::string overall = plain_at(incident, "level.overall");
  if (!overall.empty()) {
    add_line(out, {"level", "影響等級"},
             overall + "  (C " + plain_at(incident, "level.confidentiality") + ", I " +
                 plain_at(incident, "level.integrity") + ", A " + plain_at(incident, "level.availability") +
                 ")");
  }
  if (const json::value* const reasons = find_path(incident, "level.reasons");
      reasons != nullptr && reasons->is_array()) {
    for (const json::value& each : reasons->as_array()) add_line(out, {"because", "理由"}, plain(each));
  }
  add_line(out, {"profile", "法規版本"}, plain_at(incident, "profile"));
  add_line(out, {"part of", "已併入"}, plain_at(incident, "merged_into"));
  add_line(out, {"merged into it", "曾併入"}, plain_at(incident, "aliases"));
  add_line(out, {"see also", "相關案件"}, plain_at(incident, "related"));
  add_line(out, {"rejected because", "退回理由"}, plain_at(incident, "reject_reason"));
  add_table(out, {"Entities", "相關對象"}, incident, "entities",
            {{"type", {"type", "類型"}},
             {"value", {"value", "值"}},
             {"count", {"count", "次數"}, true},
             {"first", {"first", "首次"}},
             {"last", {"last", "最後"}}});
  add_table(out, {"Detections", "偵測"}, incident, "detections",
            {{"level", {"level", "等級"}},
             {chinese() ? "title_zh" : "title", {"rule", "規則"}},
             {"author", {"author", "作者"}},
             {"count", {"count", "次數"}, true},
             {"first", {"first", "首次"}},
             {"last", {"last", "最後"}}});
  add_table(out, {"ATT&CK", "攻擊階段"}, incident, "attack",
            {{"tactic", {"tactic", "戰術"}}, {"first", {"first", "首次"}}, {"techniques", {"techniques", "技術"}}});
  add_table(out, {"Why it is one incident", "關聯原因"}, incident, "edges",
            {{"kind", {"how", "方式"}},
             {"type", {"type", "類型"}},
             {"value", {"value", "值"}},
             {"incident", {"incident", "案件"}},
             {"count", {"count", "次數"}, true},
             {"at", {"since", "起始"}}});
  add_table(out, {"Clocks", "時限"}, incident, "clocks",
            {{"id", {"clock", "時限"}},
             {"state", {"state", "狀態"}},
             {"due_at", {"due", "期限"}},
             {"owner", {"owner", "負責"}}});
  add_table(out, {"Acts", "紀錄"}, incident, "acts",
            {{"at", {"at", "時間"}},
             {"act", {"act", "動作"}},
             {"who", {"who", "人員"}},
             {"note", {"note", "說明"}}});
  return out;
}

Exit show_incident(Session& session, const json::value& incident) {
  if (session.format != Format::table) {
    return print_rows(session,
                      {{"id", {"", ""}},
                       {"org", {"", ""}},
                       {"state", {"", ""}},
                       {"category", {"", ""}},
                       {"title", {"", ""}},
                       {"opened_at", {"", ""}},
                       {"known_at", {"", ""}},
                       {"level.overall", {"", ""}},
                       {"drill", {"", ""}}},
                      {incident});
  }
  session.out.write(incident_sheet(incident));
  return Exit::done;
}

std::string incident_path(const std::string& id) { return "/api/v1/incidents/" + percent_encode(id); }

Exit list(const Arguments& arguments, Session& session) {
  if (const auto state = arguments.get("state"); state && !state_is_known(*state)) return Exit::usage;
  std::string since;
  if (const auto text = arguments.get("updated-since")) {
    const auto time = read_local_time(*text);
    if (!time) {
      complain("--updated-since '" + *text + "': " +
               std::string(say("expected 2026-11-20 or 2026-11-20T14:00:00+08:00",
                               "格式應為 2026-11-20 或 2026-11-20T14:00:00+08:00")));
      return Exit::usage;
    }
    since = *text;
  }
  Exit exit = Exit::done;
  const auto answer = ask(
      session,
      {"GET",
       with_query("/api/v1/incidents", {{"state", arguments.get_or("state", "")}, {"updated_since", since}}),
       {}},
      exit);
  if (!answer) return exit;
  const json::value* const rows = find_path(*answer, "incidents");
  return print_rows(session,
                    {{"id", {"id", "編號"}},
                     {"state", {"state", "狀態"}},
                     {"level.overall", {"level", "等級"}, true},
                     {"category", {"category", "分類"}},
                     {chinese() ? "title_zh" : "title", {"title", "名稱"}},
                     {"org", {"organisation", "機關"}},
                     {"opened_at", {"opened", "開立"}},
                     {"drill", {"drill", "演練"}}},
                    rows != nullptr && rows->is_array() ? rows->as_array() : json::array());
}

Exit show(const Arguments& arguments, Session& session) {
  Exit exit = Exit::done;
  const auto answer = ask(session, {"GET", incident_path(arguments.positional.front()), {}}, exit);
  return answer ? show_incident(session, *answer) : exit;
}

/// Sends one decision and shows the incident after it.
Exit decide(const Arguments& arguments, Session& session, std::string_view act, const json::object& body) {
  Exit exit = Exit::done;
  Request request{"POST", incident_path(arguments.positional.front()) + "/" + std::string(act),
                  json::serialize(body)};
  const auto answer = ask(session, request, exit);
  return answer ? show_incident(session, *answer) : exit;
}

Exit confirm(const Arguments& arguments, Session& session) {
  return decide(arguments, session, "confirm", {{"note", arguments.get_or("note", "")}});
}

Exit reject(const Arguments& arguments, Session& session) {
  const std::string reason = arguments.get_or("reason", "");
  if (reason.find_first_not_of(' ') == std::string::npos) {
    complain(say("--reason says why it was none: the finder gets the answer, and the record keeps it",
                 "請以 --reason 說明退回理由：將答覆發現人並留存於紀錄"));
    return Exit::usage;
  }
  const std::string as = arguments.get_or("as", "false");
  if (as != "false" && as != "benign") {
    complain("--as '" + as + "': " + std::string(say("expected false (the rule was wrong) or benign (it was right, and wanted)",
                                                     "應為 false（誤判）或 benign（屬實但無害）")));
    return Exit::usage;
  }
  return decide(arguments, session, "reject", {{"reason", reason}, {"as", as}});
}

Exit note(const Arguments& arguments, Session& session) {
  std::string text;
  for (std::size_t i = 1; i < arguments.positional.size(); ++i)
    text += (i > 1 ? " " : "") + arguments.positional[i];
  return decide(arguments, session, "note", {{"note", text}});
}

Exit split(const Arguments& arguments, Session& session) {
  const auto entity = arguments.get("entity"), part = arguments.get("incident");
  if (entity.has_value() == part.has_value()) {
    complain(say("--entity TYPE=VALUE names what to cut, or --incident the one that was merged",
                 "請以 --entity 類型=值 指定要切開的對象，或以 --incident 指定曾併入的案件"));
    return Exit::usage;
  }
  return entity ? decide(arguments, session, "split", {{"entity", *entity}})
                : decide(arguments, session, "split", {{"incident", *part}});
}

Exit merge(const Arguments& arguments, Session& session) {
  return decide(arguments, session, "merge", {{"incident", arguments.positional.back()}});
}

}  // namespace

void add_incident_verbs(std::vector<Verb>& out) {
  out.push_back({"incidents list",
                 "",
                 {"candidates and incidents, newest first", "候選事件與事件，由新到舊"},
                 {{"state", "STATE", {kStateList, kStateList}},
                  {"updated-since", "TIME", {"only those changed since then", "只列出此後有變動者"}}},
                 "vigil incidents list --state candidate",
                 0,
                 0,
                 list});
  out.push_back({"incidents show",
                 "ID",
                 {"one incident with its detections, clocks and acts", "單一事件的偵測、時限與紀錄"},
                 {},
                 "vigil incidents show 2026-0001",
                 1,
                 1,
                 show});
  out.push_back({"incidents confirm",
                 "ID",
                 {"this is an incident: its clocks start now", "確認為資安事件，時限自此起算"},
                 {{"note", "TEXT", {"kept in the record", "記入紀錄"}}},
                 "vigil incidents confirm 2026-0001 --note '已電話確認'",
                 1,
                 1,
                 confirm});
  out.push_back({"incidents reject",
                 "ID --reason TEXT",
                 {"this is none; the reason is kept", "非資安事件，須說明理由"},
                 {{"reason", "TEXT", {"why", "理由"}},
                  {"as",
                   "KIND",
                   {"false (the rule was wrong; default) or benign (it was right, and wanted)",
                    "false（誤判，預設）或 benign（屬實但無害）"}}},
                 "vigil incidents reject 2026-0002 --reason '維護廠商例行掃描'",
                 1,
                 1,
                 reject});
  out.push_back({"incidents split",
                 "ID --entity TYPE=VALUE | --incident ID",
                 {"take what names an entity, or a merged incident, out again", "依對象拆分，或還原曾併入的案件"},
                 {{"entity", "TYPE=VALUE", {"as in source.ip=203.0.113.9", "例如 source.ip=203.0.113.9"}},
                  {"incident", "ID", {"one that was merged into it", "曾併入的案件"}}},
                 "vigil incidents split 2026-0001 --entity source.ip=203.0.113.9",
                 1,
                 1,
                 split});
  out.push_back({"incidents merge",
                 "ID ID",
                 {"make one of two; the younger number goes on leading there", "合併兩案件，較新之編號保留為別名"},
                 {},
                 "vigil incidents merge 2026-0001 2026-0002",
                 2,
                 2,
                 merge});
  out.push_back({"incidents note",
                 "ID TEXT",
                 {"add a remark to the record", "加註"},
                 {},
                 "vigil incidents note 2026-0001 '已通知導師'",
                 2,
                 SIZE_MAX,
                 note});
}

}  // namespace vigil::cli
