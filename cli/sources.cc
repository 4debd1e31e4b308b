// vigil sources, vigil sources report.

#include <algorithm>
#include <boost/json/object.hpp>
#include <cmath>
#include <fstream>

#include "cli/args.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "parsers/render.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

std::string state_word(const std::string& state) {
  for (const auto& [name, word] : {std::pair{"silent", Text{"SILENT", "靜默"}},
                                   {"learning", {"learning", "學習中"}},
                                   {"usual", {"usual", "正常"}},
                                   {"flood", {"FLOOD", "大量"}},
                                   {"collapse", {"COLLAPSE", "減量"}}}) {
    if (state == name) return std::string(word.get());
  }
  return state;
}

double number_of(const json::value& row, std::string_view path) {
  const json::value* const found = find_path(row, path);
  return found != nullptr && found->is_number() ? found->to_number<double>() : 0;
}

/// "12:59:07" of today, "11-20 14:59" else: a whole timestamp does not fit into a row of 120 columns twice.
std::string brief_time(const std::string& iso, const std::string& newest) {
  if (iso.size() < 19) return iso;
  return iso.substr(0, 10) == newest.substr(0, 10) ? iso.substr(11, 8) : iso.substr(5, 5) + " " + iso.substr(11, 5);
}

std::string skew_text(const json::value& row) {
  const double seconds = number_of(row, "clock_skew_seconds");
  if (std::abs(seconds) < 1) return "0";
  const auto whole = static_cast<long long>(std::llround(seconds));
  const std::string mark = plain_at(row, "clock_wrong") == "true" ? "!" : "";
  return mark + (whole > 0 ? "+" : "") + grouped(std::to_string(whole));
}

std::string rate_text(const json::value& row) {
  const double rate = number_of(row, "rate");
  if (rate == 0) return "0";
  std::string out = std::to_string(rate < 10 ? std::round(rate * 100) / 100 : std::round(rate));
  out.erase(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) out.pop_back();
  return out;
}

/// What fits into a row of 120 columns; the rest is in ndjson and csv.
Exit show_table(Session& session, const json::array& rows) {
  const std::vector<std::string> titles = [] {
    std::vector<std::string> out;
    for (const Text title : {Text{"source", "來源"}, {"peer", "位址"}, {"org", "機關"}, {"state", "狀態"},
                             {"first", "首次"}, {"last seen", "最後收到"}, {"rate/s", "每秒"}, {"received", "收到"},
                             {"parsed", "解析"}, {"gaps", "缺號"}, {"lost", "捨棄"}, {"skew s", "時差 秒"}})
      out.emplace_back(title.get());
    return out;
  }();
  const std::vector<bool> right = {false, false, false, false, false, false, true, true, true, true, true, true};
  std::string newest;
  for (const json::value& row : rows) newest = std::max(newest, plain_at(row, "last_seen"));
  std::vector<std::vector<std::string>> cells;
  for (const json::value& row : rows) {
    const bool any = number_of(row, "received") > 0;
    const std::string source = plain_at(row, "source"), peer = plain_at(row, "peer");
    cells.push_back({one_line(source + (plain_at(row, "registered") == "true" ? "" : " ?")),
                     one_line(peer == source ? "" : peer), one_line(plain_at(row, "organisation")),
                     state_word(plain_at(row, "state")), plain_at(row, "first_seen").substr(0, 10),
                     brief_time(plain_at(row, "last_seen"), newest), rate_text(row), grouped(plain_at(row, "received")),
                     any ? std::to_string(static_cast<int>(std::floor(number_of(row, "parse_rate") * 100))) + "%" : "",
                     grouped(plain_at(row, "sender_gaps")), grouped(plain_at(row, "discarded")), skew_text(row)});
  }
  session.out.write(render_table(titles, right, cells, session.out.columns()));
  if (rows.empty()) session.out.line(say("(none)", "（無）"));
  return Exit::done;
}

/// Whose lines nobody understands, most first, with the last of each: what a parser should be written for.
Exit show_unparsed(Session& session, const json::array& rows) {
  std::vector<const json::value*> unparsed;
  for (const json::value& row : rows) {
    if (number_of(row, "unparsed") > 0) unparsed.push_back(&row);
  }
  std::stable_sort(unparsed.begin(), unparsed.end(), [](const json::value* a, const json::value* b) {
    return number_of(*a, "unparsed") > number_of(*b, "unparsed");
  });
  const std::vector<std::string> titles = {std::string(say("source", "來源")), std::string(say("unparsed", "未解析")),
                                           std::string(say("last line", "最後一筆"))};
  std::vector<std::vector<std::string>> cells;
  for (const json::value* row : unparsed) {
    cells.push_back({one_line(plain_at(*row, "source")), grouped(plain_at(*row, "unparsed")),
                     one_line(plain_at(*row, "last_unparsed"))});
  }
  session.out.write(render_table(titles, {false, true, false}, cells, session.out.columns()));
  if (unparsed.empty()) session.out.line(say("(none)", "（無）"));
  return Exit::done;
}

Exit sources(const Arguments& arguments, Session& session) {
  Exit exit = Exit::done;
  const auto answer =
      ask(session,
          {"GET", with_query("/api/v1/sources", {{"silent", arguments.has("silent") ? "1" : ""}}), {}}, exit);
  if (!answer) return exit;
  const json::value* const found = find_path(*answer, "sources");
  const json::array rows = found != nullptr && found->is_array() ? found->as_array() : json::array();
  if (session.format == Format::table) {
    return arguments.has("unparsed") ? show_unparsed(session, rows) : show_table(session, rows);
  }
  std::vector<Column> columns;
  for (const std::string_view key :
       {"source", "peer", "organisation", "system", "registered", "core", "state", "silent_since", "first_seen",
        "last_seen", "rate", "usual_per_hour", "received", "stored", "discarded", "unparsed", "parse_rate", "last_unparsed",
        "sender_gaps", "clock_skew_seconds", "clock_wrong", "charsets", "kinds", "formats", "transport", "listener"}) {
    columns.push_back({std::string(key), {key, key}});
  }
  return print_rows(session, columns, rows);
}

Exit write_file(const std::string& path, const std::string& body) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << body;
  file.close();
  if (file) return Exit::done;
  complain("--out " + path + ": " + std::string(say("cannot be written", "無法寫入")));
  return Exit::failed;
}

Exit report(const Arguments& arguments, Session& session) {
  const std::string format = arguments.get_or("format", "html");
  if (format != "html" && format != "json" && format != "csv") {
    complain("--format '" + format + "': " + std::string(say("expected html, json or csv", "應為 html、json 或 csv")));
    return Exit::usage;
  }
  const auto answer = exchange(session.target, {"GET",
                                                with_query("/api/v1/reports/equipment",
                                                           {{"month", arguments.get_or("month", "")},
                                                            {"organisation", arguments.get_or("organisation", "")},
                                                            {"format", format}}),
                                                {}});
  if (!answer) return tell(answer.error());
  if (answer->status != 200) return tell(*answer);
  if (const auto out = arguments.get("out")) return write_file(*out, answer->body);
  if (!session.out.terminal()) {
    session.out.write(answer->body);
    return Exit::done;
  }
  for (std::string_view rest = answer->body; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    if (!session.out.line(one_line(rest.substr(0, end))) || end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return Exit::done;
}

}  // namespace

void add_source_verbs(std::vector<Verb>& out) {
  out.push_back({"sources",
                 "[--silent] [--unparsed]",
                 {"every source: last seen, rate, losses, parse rate, clock", "所有來源：最後收到、速率、遺失、解析、時鐘"},
                 {{"silent", "", {"only silent ones (while its rhythm is learned: for an hour)",
                                  "只列出靜默者（學習期間為一小時未送）"}},
                  {"unparsed", "", {"whose lines nobody understands, and the last of each",
                                    "無法解析的來源，以及各自最後一筆"}}},
                 "vigil sources --silent",
                 0,
                 0,
                 sources});
  out.push_back({"sources report",
                 "[--month YYYY-MM]",
                 {"the monthly equipment status, due by the 5th", "監控設備狀況單（次月五日前提報）"},
                 {{"month", "YYYY-MM", {"which (default: the one that is over)", "月份（預設為上月）"}},
                  {"organisation", "ID", {"that one and those below it", "該機關及其下級"}},
                  {"format", "FORMAT", {"html (default), json or csv", "html（預設）、json 或 csv"}},
                  {"out", "FILE", {"into this file", "寫入檔案"}}},
                 "vigil sources report --month 2026-10 --format html --out equipment-2026-10.html",
                 0,
                 0,
                 report});
}

}  // namespace vigil::cli
