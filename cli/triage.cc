// vigil exceptions add, list, remove; vigil risk; vigil rules quality: what stands between detections and incidents.

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cli/args.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "cli/times.h"
#include "parsers/render.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

json::array rows_of(const json::value& answer, std::string_view key) {
  const json::value* const rows = find_path(answer, key);
  return rows != nullptr && rows->is_array() ? rows->as_array() : json::array();
}

std::vector<Column> exception_columns() {
  return {{"id", {"id", "編號"}},
          {"state", {"state", "狀態"}},
          {"rule", {"rule", "規則"}},
          {"entity", {"entity", "對象"}},
          {"organisation", {"organisation", "機關"}},
          {"count", {"kept out", "已排除"}, true},
          {"last", {"last", "最近一次"}},
          {"expires_at", {"expires", "到期"}},
          {"owner", {"owner", "負責人"}},
          {"reason", {"reason", "理由"}}};
}

/// A time, or a span from now ("30d"), as the API reads it; empty where it is neither.
std::string expiry_of(const std::string& written) {
  const std::int64_t now = now_ns();
  if (const auto span = read_span_ns(written)) return iso_time(now + *span, local_zone_minutes(now));
  if (const auto time = read_local_time(written)) return iso_time(*time, local_zone_minutes(*time));
  return {};
}

Exit add(const Arguments& arguments, Session& session) {
  if (!arguments.has("rule") && !arguments.has("entity")) {
    complain(say("--rule or --entity says what it is about", "請以 --rule 或 --entity 指定範圍"));
    return Exit::usage;
  }
  const std::string expires = expiry_of(arguments.get_or("expires", ""));
  if (expires.empty()) {
    complain(say("--expires is needed: a span (30d) or a time (2026-12-31), a year at most",
                 "須以 --expires 指定期限：時間長度（30d）或日期（2026-12-31），最長一年"));
    return Exit::usage;
  }
  if (arguments.get_or("reason", "").find_first_not_of(' ') == std::string::npos) {
    complain(say("--reason says why: who reads the list later needs it", "請以 --reason 說明理由，供日後檢視"));
    return Exit::usage;
  }
  json::object body{{"expires", expires}, {"reason", arguments.get_or("reason", "")}};
  for (const std::string_view key : {"rule", "entity", "organisation", "owner"}) {
    if (const auto value = arguments.get(key)) body[key] = *value;
  }
  Exit exit = Exit::done;
  const auto answer = ask(session, {"POST", "/api/v1/exceptions", json::serialize(body)}, exit);
  return answer ? print_rows(session, exception_columns(), {*answer}) : exit;
}

Exit list(const Arguments&, Session& session) {
  Exit exit = Exit::done;
  const auto answer = ask(session, {"GET", "/api/v1/exceptions", {}}, exit);
  return answer ? print_rows(session, exception_columns(), rows_of(*answer, "exceptions")) : exit;
}

Exit remove(const Arguments& arguments, Session& session) {
  Exit exit = Exit::done;
  const auto answer =
      ask(session, {"DELETE", "/api/v1/exceptions/" + percent_encode(arguments.positional.front()), {}}, exit);
  return answer ? print_rows(session, exception_columns(), {*answer}) : exit;
}

Exit risk(const Arguments& arguments, Session& session) {
  Exit exit = Exit::done;
  const auto answer = ask(session,
                          {"GET",
                           with_query("/api/v1/risk", {{"organisation", arguments.get_or("organisation", "")},
                                                       {"limit", arguments.get_or("limit", "")}}),
                           {}},
                          exit);
  if (!answer) return exit;
  json::array rows = rows_of(*answer, "entities");
  for (json::value& row : rows) {
    std::string why;
    for (const json::value& rule : rows_of(row, "rules")) {
      const std::string title = plain_at(rule, chinese() && !plain_at(rule, "title_zh").empty() ? "title_zh" : "title");
      why += (why.empty() ? "" : "; ") + title + " x" + plain_at(rule, "hits");
    }
    row.as_object()["because"] = why;
  }
  return print_rows(session,
                    {{"risk", {"risk", "風險"}, true},
                     {"waiting", {"no incident yet", "未成案"}, true},
                     {"type", {"type", "類型"}},
                     {"value", {"value", "值"}},
                     {"organisation", {"organisation", "機關"}},
                     {"tactics", {"tactics", "戰術"}},
                     {"because", {"because", "原因"}}},
                    rows);
}

Exit quality(const Arguments& arguments, Session& session) {
  Exit exit = Exit::done;
  const auto answer = ask(
      session,
      {"GET", with_query("/api/v1/rules/quality", {{"organisation", arguments.get_or("organisation", "")}}), {}}, exit);
  if (!answer) return exit;
  const json::array rows = rows_of(*answer, "rules");
  const Exit printed = print_rows(session,
                                  {{chinese() ? "title_zh" : "title", {"rule", "規則"}},
                                   {"true", {"true", "屬實"}, true},
                                   {"false", {"false", "誤判"}, true},
                                   {"benign", {"benign", "無害"}, true},
                                   {"precision", {"precision", "準確率"}, true},
                                   {"precision_high", {"at most", "至多"}, true},
                                   {"wants_filter", {"filter proposed", "建議過濾"}},
                                   {"rule", {"id", "識別碼"}}},
                                  rows);
  if (session.format != Format::table) return printed;
  for (const json::value& row : rows) {
    const std::string filter = plain_at(row, "filter");
    if (filter.empty()) continue;
    session.out.line("");
    session.out.line(std::string(say("# proposed; read it, try it, then put it among your rules: ",
                                     "# 建議之過濾條件，請檢視並測試後再放入規則目錄：")) +
                     one_line(plain_at(row, "title")));
    std::size_t from = 0;
    for (std::size_t end = filter.find('\n'); end != std::string::npos; end = filter.find('\n', from)) {
      session.out.line(one_line(filter.substr(from, end - from)));
      from = end + 1;
    }
  }
  return printed;
}

}  // namespace

void add_triage_verbs(std::vector<Verb>& out) {
  out.push_back({"exceptions add",
                 "--expires WHEN --reason TEXT",
                 {"keep a rule, an entity or both from opening incidents, for a while",
                  "於期限內使規則或對象之偵測不成案"},
                 {{"rule", "ID", {"the rule's id", "規則識別碼"}},
                  {"entity", "TYPE=VALUE", {"as in source.ip=203.0.113.9", "例如 source.ip=203.0.113.9"}},
                  {"organisation", "ID", {"only there", "僅限該機關"}},
                  {"expires", "WHEN", {"30d or 2026-12-31; a year at most", "30d 或 2026-12-31，最長一年"}},
                  {"owner", "NAME", {"who answers for it", "負責人"}},
                  {"reason", "TEXT", {"why", "理由"}}},
                 "vigil exceptions add --entity source.ip=10.0.0.9 --expires 30d --reason '弱點掃描主機'",
                 0,
                 0,
                 add});
  out.push_back({"exceptions list",
                 "",
                 {"all exceptions, with how much each kept out", "所有例外與其排除之偵測數"},
                 {},
                 "vigil exceptions list",
                 0,
                 0,
                 list});
  out.push_back({"exceptions remove",
                 "ID",
                 {"end an exception now; it stays in the list", "立即終止例外，清單仍保留紀錄"},
                 {},
                 "vigil exceptions remove X-0001",
                 1,
                 1,
                 remove});
  out.push_back({"risk",
                 "",
                 {"who and what has most risk, and why", "風險最高之對象與原因"},
                 {{"organisation", "ID", {"only there", "僅限該機關"}},
                  {"limit", "N", {"how many (20)", "筆數（20）"}}},
                 "vigil risk --limit 10",
                 0,
                 0,
                 risk});
  out.push_back({"rules quality",
                 "",
                 {"how often each rule was right, as people decided, and filters proposed",
                  "各規則經人員判定之準確率與建議之過濾條件"},
                 {{"organisation", "ID", {"only there", "僅限該機關"}}},
                 "vigil rules quality",
                 0,
                 0,
                 quality});
}

}  // namespace vigil::cli
