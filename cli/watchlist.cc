// vigil watchlist add, list, remove, hunt, hunts.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include "cli/args.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "cli/times.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

constexpr std::string_view kRoot = "/api/v1/watchlists";
/// Lists may be large and are made durable before the answer.
constexpr std::chrono::seconds kPatience{600};
/// Where single values go for which no list is named.
constexpr std::string_view kOwnList = "manual";
constexpr std::string_view kKinds[] = {"ip", "domain", "url", "hash", "mail", "account"};

std::string list_path(std::string_view id) { return std::string(kRoot) + "/" + percent_encode(id); }

/// "blocked hosts.csv" is the list "blocked-hosts".
std::string name_of_file(const std::string& path) {
  std::string name = path == "-" ? std::string(kOwnList) : std::filesystem::path(path).stem().string();
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (!plain) c = '-';
  }
  return name.substr(0, 64);
}

/// What is to be added, and as what; empty after a mistake, which is told.
struct Input {
  std::string text, kind, name;
};
std::optional<Input> read_input(const Arguments& arguments) {
  Input input;
  for (const std::string_view kind : kKinds) {
    const auto value = arguments.get(kind);
    if (!value) continue;
    if (!input.kind.empty()) {
      complain(say("one value at a time; a list of them goes into a file", "一次只能加入一個值，多個值請用檔案"));
      return std::nullopt;
    }
    input = {*value + "\n", std::string(kind), std::string(kOwnList)};
  }
  const bool has_file = !arguments.positional.empty();
  if (has_file == !input.kind.empty()) {
    complain(say("a file, '-' for standard input, or one of --ip, --domain, --url, --hash, --mail, --account",
                 "請指定檔案、'-'（標準輸入），或 --ip、--domain、--url、--hash、--mail、--account 其中之一"));
    return std::nullopt;
  }
  if (!has_file) return input;
  const std::string& path = arguments.positional[0];
  input.name = name_of_file(path);
  input.kind = arguments.get_or("kind", "");
  if (path == "-") {
    input.text.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
    return input;
  }
  std::ifstream file(path, std::ios::binary);
  input.text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  if (!file.good() && !file.eof()) {
    complain(path + ": " + std::string(say("cannot be read", "無法讀取")));
    return std::nullopt;
  }
  return input;
}

/// What the daemon did not take, with its place.
void tell_problems(const json::value& answer, const std::string& source) {
  constexpr std::size_t kShown = 20;
  const json::value* const problems = find_path(answer, "problems");
  if (problems == nullptr || !problems->is_array()) return;
  std::size_t shown = 0;
  for (const json::value& each : problems->as_array()) {
    if (++shown > kShown) break;
    const std::string line = plain_at(each, "line"), where = plain_at(each, "where");
    complain(one_line(source + (where.empty() ? (line == "0" ? "" : ":" + line) : " " + where) + ": " +
                      plain_at(each, chinese() ? "reason_zh" : "reason")));
  }
  const std::string refused = plain_at(answer, "refused");
  if (refused != "0" && refused != std::to_string(std::min(shown, kShown)))
    advise(std::string(say("not taken in all: ", "未採用合計：")) + grouped(refused));
}

Exit show_change(Session& session, const json::value& answer) {
  if (session.format == Format::table) {
    std::string line = one_line(plain_at(answer, "watchlist")) + ": ";
    for (const auto& [key, text] : {std::pair{"added", Text{"added", "新增"}}, {"renewed", {"renewed", "更新"}},
                                    {"removed", {"removed", "移除"}}, {"refused", {"not taken", "未採用"}},
                                    {"passed_over", {"passed over", "略過"}}}) {
      const std::string number = plain_at(answer, key);
      if (number != "0" || std::string_view(key) == "added") line += grouped(number) + " " + std::string(text.get()) + ", ";
    }
    line += grouped(plain_at(answer, "indicators")) + std::string(say(" in the list", " 筆在名單中"));
    session.out.line(line);
    if (const std::string hunt = plain_at(answer, "hunt"); !hunt.empty())
      session.out.line(std::string(say("what is preserved is searched for them: ", "正在回溯比對既有紀錄：")) + hunt +
                       std::string(say(" (vigil watchlist hunts)", "（vigil watchlist hunts）")));
    return Exit::done;
  }
  std::vector<Column> columns;
  for (const std::string_view key : {"watchlist", "format", "added", "renewed", "removed", "refused", "passed_over", "indicators", "hunt"})
    columns.push_back({std::string(key), {key, key}});
  return print_rows(session, columns, {answer});
}

Exit add(const Arguments& arguments, Session& session) {
  const auto input = read_input(arguments);
  if (!input) return Exit::usage;
  const std::string name = arguments.get_or("name", input->name);
  const auto answer = exchange(
      session.target,
      {"POST",
       with_query(std::string(kRoot), {{"id", name},
                                       {"name", arguments.get_or("title", "")},
                                       {"source", arguments.get_or("source", "")},
                                       {"tlp", arguments.get_or("tlp", "")},
                                       {"confidence", arguments.get_or("confidence", "")},
                                       {"expires", arguments.get_or("expires", "")},
                                       {"organisation", arguments.get_or("organisation", "")},
                                       {"kind", input->kind},
                                       {"format", input->kind.empty() || !arguments.positional.empty() ? arguments.get_or("type", "") : "text"},
                                       {"force", arguments.has("force") ? "1" : ""},
                                       {"replace", arguments.has("replace") ? "1" : ""}}),
       input->text, kPatience});
  if (!answer) return tell(answer.error());
  const auto body = read_json(answer->body);
  if (!body || find_path(*body, "added") == nullptr) return tell(*answer);
  tell_problems(*body, arguments.positional.empty() ? name : arguments.positional[0]);
  if (answer->status == 422) {
    advise(say("nothing was added", "沒有加入任何指標"));
    return Exit::no;
  }
  return show_change(session, *body);
}

json::array rows_at(const json::value& answer, std::string_view key) {
  const json::value* const rows = find_path(answer, key);
  return rows != nullptr && rows->is_array() ? rows->as_array() : json::array();
}

Exit list(const Arguments& arguments, Session& session) {
  Exit exit = Exit::done;
  if (arguments.positional.empty()) {
    const auto answer = ask(session, {"GET", std::string(kRoot), {}}, exit);
    if (!answer) return exit;
    return print_rows(session,
                      {{"id", {"watchlist", "名單"}},
                       {"name", {"name", "名稱"}},
                       {"source", {"source", "來源"}},
                       {"tlp", {"TLP", "TLP"}},
                       {"indicators", {"indicators", "指標"}, true},
                       {"expired", {"expired", "已過期"}, true},
                       {"refused", {"not taken", "未採用"}, true},
                       {"organisation", {"org", "機關"}},
                       {"changed_at", {"changed", "更新"}},
                       {"path", {"file", "檔案"}},
                       {"trouble", {"trouble", "問題"}}},
                      rows_at(*answer, "watchlists"));
  }
  const auto answer = ask(session,
                          {"GET", with_query(list_path(arguments.positional[0]), {{"limit", arguments.get_or("limit", "1000")}}), {}, kPatience},
                          exit);
  if (!answer) return exit;
  return print_rows(session,
                    {{"kind", {"kind", "類型"}},
                     {"value", {"indicator", "指標"}},
                     {"source", {"source", "來源"}},
                     {"tlp", {"TLP", "TLP"}},
                     {"confidence", {"confidence", "信心"}, true},
                     {"added_at", {"added", "加入"}},
                     {"expires_at", {"expires", "到期"}},
                     {"comment", {"comment", "說明"}}},
                    rows_at(*answer, "indicators"));
}

Exit remove(const Arguments& arguments, Session& session) {
  std::string path = list_path(arguments.positional[0]);
  if (arguments.positional.size() > 1) path += "/" + percent_encode(arguments.positional[1]);
  Exit exit = Exit::done;
  if (!ask(session, {"DELETE", path, {}, kPatience}, exit)) return exit;
  if (session.format == Format::table)
    session.out.line(std::string(say("removed: ", "已移除：")) + one_line(arguments.joined()));
  return Exit::done;
}

const std::vector<Column>& hunt_columns() {
  static const std::vector<Column> kColumns = {{"id", {"hunt", "回溯"}},
                                               {"watchlist", {"watchlist", "名單"}},
                                               {"indicator", {"indicator", "指標"}},
                                               {"reason", {"why", "緣由"}},
                                               {"state", {"state", "狀態"}},
                                               {"created_at", {"begun", "開始"}},
                                               {"indicators", {"indicators", "指標數"}, true},
                                               {"searched", {"searched", "已比對"}, true},
                                               {"hits", {"hits", "命中"}, true},
                                               {"detections", {"told", "告警"}, true},
                                               {"trouble", {"trouble", "問題"}}};
  return kColumns;
}

/// Waits until the hunts of these ids are over; their rows.
std::optional<json::array> wait_for(Session& session, const std::vector<std::string>& ids, bool wait, Exit& exit) {
  for (;;) {
    const auto answer = ask(session, {"GET", "/api/v1/hunts", {}}, exit);
    if (!answer) return std::nullopt;
    json::array rows;
    bool over = true;
    for (const json::value& row : rows_at(*answer, "hunts")) {
      if (std::find(ids.begin(), ids.end(), plain_at(row, "id")) == ids.end()) continue;
      const std::string state = plain_at(row, "state");
      over = over && (state == "done" || state == "cancelled");
      rows.push_back(row);
    }
    if (over || !wait) return rows;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

Exit hunt(const Arguments& arguments, Session& session) {
  const auto range = read_time_range(arguments);
  if (!range) return Exit::usage;
  const std::string& what = arguments.positional[0];
  Exit exit = Exit::done;
  const auto known = ask(session, {"GET", std::string(kRoot), {}}, exit);
  if (!known) return exit;
  std::vector<std::string> lists;
  std::string value;
  for (const json::value& row : rows_at(*known, "watchlists")) {
    if (plain_at(row, "id") == what) lists.push_back(what);
  }
  if (lists.empty()) {
    value = what;
    const auto holders = ask(session, {"GET", with_query(std::string(kRoot), {{"value", value}}), {}}, exit);
    if (!holders) return exit;
    for (const json::value& row : rows_at(*holders, "watchlists")) lists.push_back(plain_at(row, "id"));
  }
  if (lists.empty()) {
    complain("'" + what + "': " + std::string(say("neither a watchlist nor an indicator on one", "既非名單，也不在任何名單上")));
    advise(say("vigil watchlist list shows them; vigil watchlist add puts it on one and searches what is preserved",
               "vigil watchlist list 可列出；vigil watchlist add 加入後即回溯比對"));
    return Exit::usage;
  }
  std::vector<std::string> ids;
  for (const std::string& list : lists) {
    const auto begun = ask(session, {"POST", with_query(list_path(list) + "/hunt", {{"value", value}, {"from", range->from}, {"to", range->to}}), {}}, exit);
    if (!begun) return exit;
    ids.push_back(plain_at(*begun, "id"));
  }
  const auto rows = wait_for(session, ids, !arguments.has("no-wait"), exit);
  if (!rows) return exit;
  const Exit printed = print_rows(session, hunt_columns(), *rows);
  if (session.format != Format::table) return printed;
  json::array found;
  for (const json::value& row : *rows) {
    for (const json::value& each : rows_at(row, "found")) found.push_back(each);
  }
  if (found.empty()) return printed;
  session.out.line("");
  return print_rows(session,
                    {{"indicator", {"indicator", "指標"}},
                     {"records", {"records", "紀錄"}, true},
                     {"newest", {"newest (vigil.id)", "最新（vigil.id）"}}},
                    found);
}

Exit hunts(const Arguments&, Session& session) {
  Exit exit = Exit::done;
  const auto answer = ask(session, {"GET", "/api/v1/hunts", {}}, exit);
  return answer ? print_rows(session, hunt_columns(), rows_at(*answer, "hunts")) : exit;
}

}  // namespace

void add_watchlist_verbs(std::vector<Verb>& out) {
  out.push_back({"watchlist add",
                 "FILE|- | --ip VALUE …",
                 {"watch for a list's indicators, and search what is preserved for new ones", "加入情資名單並回溯比對既有紀錄"},
                 {{"ip", "VALUE", {"one address or network", "單一位址或網段"}},
                  {"domain", "VALUE", {"one domain", "單一網域"}},
                  {"url", "VALUE", {"one URL", "單一網址"}},
                  {"hash", "VALUE", {"one file's MD5, SHA-1, SHA-256 or SHA-512", "單一檔案雜湊"}},
                  {"mail", "VALUE", {"one mail address", "單一信箱"}},
                  {"account", "VALUE", {"one account", "單一帳號"}},
                  {"name", "NAME", {"the list (default: the file's name, 'manual' for one value)", "名單識別碼（預設為檔名；單一值為 manual）"}},
                  {"title", "TEXT", {"what people call it", "顯示名稱"}},
                  {"type", "FORMAT", {"auto (default), text, csv, stix or misp", "auto（預設）、text、csv、stix 或 misp"}},
                  {"kind", "KIND", {"of every value (default auto): ip, domain, url, hash, mail, account", "所有值的類型（預設 auto）"}},
                  {"source", "TEXT", {"who says so", "情資來源"}},
                  {"tlp", "MARKING", {"clear, green, amber, amber+strict or red", "clear、green、amber、amber+strict 或 red"}},
                  {"confidence", "0-100", {"below 40 opens no incident by itself", "低於 40 不單獨開立事件"}},
                  {"expires", "SPAN", {"they match this long, as 90d (default: for ever)", "有效期間，例如 90d（預設不過期）"}},
                  {"organisation", "ID", {"for its records and those below it", "僅比對該機關及其下級"}},
                  {"replace", "", {"what is not in the file leaves the list", "不在檔案中的指標自名單移除"}},
                  {"force", "", {"take private addresses, public suffixes and the like too", "一併加入私有位址、公共後綴等"}}},
                 "vigil watchlist add twcert.csv --source TWCERT/CC --tlp amber --expires 90d",
                 0,
                 1,
                 add});
  out.push_back({"watchlist list",
                 "[NAME]",
                 {"the watchlists, or the indicators of one", "列出情資名單，或其中的指標"},
                 {{"limit", "N", {"at most so many indicators (default 1000)", "最多列出筆數（預設 1000）"}}},
                 "vigil watchlist list twcert",
                 0,
                 1,
                 list});
  out.push_back({"watchlist remove",
                 "NAME [VALUE]",
                 {"let a list go, or one indicator of it", "移除名單，或其中一個指標"},
                 {},
                 "vigil watchlist remove manual 203.0.113.9",
                 1,
                 2,
                 remove});
  out.push_back({"watchlist hunt",
                 "NAME|VALUE",
                 {"search what is preserved for a list's indicators, or one of them", "回溯比對既有紀錄"},
                 {{"since", "SPAN", {"of the last 24h, 7d, …", "最近一段時間，如 24h、7d"}},
                  {"from", "TIME", {"from this time on", "起始時間"}},
                  {"to", "TIME", {"before this time", "結束時間"}},
                  {"no-wait", "", {"do not wait for the result", "不等待結果"}}},
                 "vigil watchlist hunt 203.0.113.9 --since 30d",
                 1,
                 1,
                 hunt});
  out.push_back({"watchlist hunts",
                 "",
                 {"searches of what is preserved, and what they found", "列出回溯比對及其結果"},
                 {},
                 "vigil watchlist hunts",
                 0,
                 0,
                 hunts});
}

}  // namespace vigil::cli
