// vigil rules backtest: a rule, or a file of them, over what is preserved.

#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cstdio>

#include "cli/line_reader.h"
#include "cli/rows.h"
#include "cli/rule_text.h"
#include "cli/rule_verbs.h"
#include "cli/times.h"
#include "parsers/csv_text.h"
#include "parsers/render.h"

namespace vigil::cli {

namespace json = boost::json;

namespace {

constexpr std::int64_t kDayNs = 86'400'000'000'000;
constexpr std::int64_t kDefaultDays = 90;
/// Keys of a table that a person reads.
constexpr std::size_t kRowsShown = 15;

/// What comes of a backtest, line by line as it arrives.
class BacktestView {
 public:
  explicit BacktestView(Session& session) : session_(session), on_screen_(::isatty(STDERR_FILENO) == 1) {}
  ~BacktestView() { clear_progress(); }
  BacktestView(const BacktestView&) = delete;
  BacktestView& operator=(const BacktestView&) = delete;

  bool feed(std::string_view piece) {
    partial_ += piece;
    for (std::size_t end = partial_.find('\n'); end != std::string::npos; end = partial_.find('\n')) {
      const bool more = line(partial_.substr(0, end));
      partial_.erase(0, end + 1);
      if (!more) return false;
    }
    return session_.out.flush();
  }

  /// Without a summary the daemon went away in the middle.
  Exit finish() {
    clear_progress();
    if (exit_ == Exit::done && !summary_seen_ && session_.out.open()) {
      complain(say("the answer ended before the summary", "回應在摘要之前中斷"));
      exit_ = Exit::unreachable;
    }
    return exit_;
  }

 private:
  bool line(const std::string& text) {
    const auto value = read_json(text);
    if (!value || !value->is_object()) return session_.out.open();
    if (const json::value* const progress = find_path(*value, "progress")) return show_progress(*progress);
    clear_progress();
    if (const json::value* const error = find_path(*value, "error")) {
      complain(plain_at(*error, "message"));
      exit_ = Exit::unreachable;
      return true;
    }
    if (const json::value* const problem = find_path(*value, "problem")) {
      advise(plain_at(*problem, "file") + ":" + plain_at(*problem, "line") + ": " + plain_at(*problem, "reason"));
      return true;
    }
    const json::value* const summary = find_path(*value, "summary");
    summary_seen_ = summary_seen_ || summary != nullptr;
    if (session_.format == Format::ndjson || session_.format == Format::raw)
      return session_.out.line(session_.out.terminal() ? terminal_json(text) : text);
    if (summary != nullptr) return session_.format == Format::csv || show_summary(*summary);
    const json::value* const match = find_path(*value, "match");
    return match == nullptr || show_match(*match);
  }

  bool show_progress(const json::value& progress) {
    if (!on_screen_) return session_.out.open();
    const std::string text = "\r\x1b[K" + std::string(say("read ", "已讀 ")) + grouped(plain_at(progress, "records")) +
                             std::string(say(" records, up to ", " 筆，至 ")) + short_time(plain_at(progress, "at")) +
                             std::string(say(", matches ", "，符合 ")) + plain_at(progress, "matches");
    std::fputs(text.c_str(), stderr);
    progress_shown_ = true;
    return session_.out.open();
  }
  void clear_progress() {
    if (std::exchange(progress_shown_, false)) std::fputs("\r\x1b[K", stderr);
  }

  static std::string entities_of(const json::value& match) {
    std::string out;
    const json::value* const entities = find_path(match, "entities");
    if (entities == nullptr || !entities->is_array()) return out;
    for (const json::value& each : entities->as_array())
      out += (out.empty() ? "" : " ") + plain_at(each, "type") + "=" + plain_at(each, "value");
    return out;
  }

  bool show_match(const json::value& match) {
    if (session_.format == Format::csv) {
      const std::vector<std::string> cells = {plain_at(match, "@timestamp"), plain_at(match, "id"),
                                              plain_at(match, "rule"),       plain_at(match, "title"),
                                              plain_at(match, "host"),       entities_of(match),
                                              plain_at(match, "original")};
      if (!std::exchange(csv_begun_, true)) session_.out.write("@timestamp,id,rule,title,host,entities,original\n");
      std::vector<std::string> safe;
      for (const std::string& cell : cells) safe.push_back(csv_cell(cell));
      return session_.out.write(csv_line(safe));
    }
    std::string head = short_time(plain_at(match, "@timestamp")) + "  " + plain_at(match, "id") + "  " +
                       one_line(plain_at(match, "host")) + "  " + one_line(title_text(match));
    if (const std::string count = plain_at(match, "count"); !count.empty()) head += "  ×" + count;
    if (plain_at(match, "removed") == "true") head += std::string(say("  [removed by the filter]", "  【篩選器將移除】"));
    const std::string entities = entities_of(match);
    std::string original = one_line(plain_at(match, "original"));
    return session_.out.line(head) && (entities.empty() || session_.out.line("    " + one_line(entities))) &&
           session_.out.line("    " + original);
  }

  void add_table(const json::value& from, std::string_view key, std::string_view name, Text title) {
    const json::value* const rows = find_path(from, key);
    if (rows == nullptr || !rows->is_array() || rows->as_array().empty()) return;
    std::vector<std::vector<std::string>> cells;
    for (const json::value& row : rows->as_array()) {
      if (cells.size() == kRowsShown) break;
      cells.push_back({one_line(plain_at(row, name)), plain_at(row, "count"), short_time(plain_at(row, "first")),
                       short_time(plain_at(row, "last"))});
    }
    session_.out.line("");
    session_.out.write(render_table({std::string(title.get()), std::string(say("count", "次數")),
                                     std::string(say("first", "最早")), std::string(say("last", "最晚"))},
                                    {false, true, false, false}, cells, session_.out.columns()));
    const std::size_t all = rows->as_array().size();
    if (all > kRowsShown)
      session_.out.line(std::string(say("… and ", "…另有 ")) + std::to_string(all - kRowsShown) +
                        std::string(say(" more (--format ndjson shows all)", " 列（--format ndjson 顯示全部）")));
  }

  bool show_summary(const json::value& summary) {
    const std::string matches = plain_at(summary, "matches");
    session_.out.line("");
    session_.out.line(short_time(plain_at(summary, "from")) + " – " + short_time(plain_at(summary, "to")));
    session_.out.line(std::string(say("matches: ", "符合：")) + grouped(matches));
    if (const json::value* const removed = find_path(summary, "removed"))
      session_.out.line(std::string(say("the filter would have removed: ", "篩選器將移除：")) +
                        grouped(plain_at(*removed, "matches")));
    add_table(summary, "days", "day", {"day", "日期"});
    add_table(summary, "sources", "source", {"source", "來源"});
    add_table(summary, "rules", "title", {"rule", "規則"});
    add_table(summary, "groups", "group", {"group", "分組"});
    session_.out.line("");
    double bytes = 0;
    if (const json::value* const raw = find_path(summary, "read.raw_bytes"); raw != nullptr && raw->is_number())
      bytes = raw->to_number<double>();
    session_.out.line(std::string(say("read ", "讀取 ")) + grouped(plain_at(summary, "read.records")) +
                      std::string(say(" records (", " 筆（")) + human_bytes(bytes) + std::string(say("), parsed ", "），剖析 ")) +
                      grouped(plain_at(summary, "read.parsed")) + std::string(say(", in ", "，耗時 ")) +
                      plain_at(summary, "read.milliseconds") + " ms");
    if (const std::string literals = plain_at(summary, "read.literals"); !literals.empty())
      session_.out.line(std::string(say("left out what does not hold: ", "已略過不含下列文字者：")) + one_line(literals));
    if (plain_at(summary, "complete") == "false")
      session_.out.line(say("it took too long and ended early: take a shorter time",
                            "耗時過久而提前結束：請縮短時間範圍"));
    return session_.out.open();
  }

  Session& session_;
  const bool on_screen_;
  std::string partial_;
  bool progress_shown_ = false, summary_seen_ = false, csv_begun_ = false;
  Exit exit_ = Exit::done;
};

std::optional<std::string> read_whole(const std::string& file) {
  LineReader reader;
  if (!reader.open(file)) return std::nullopt;
  std::string text;
  while (const auto line = reader.next()) text.append(*line).push_back('\n');
  if (reader.failed()) return std::nullopt;
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    complain(file + ": " + std::string(say("the file is empty", "檔案是空的")));
    return std::nullopt;
  }
  return text;
}

Exit backtest(const Arguments& arguments, Session& session) {
  const auto rule = arguments.get("rule");
  const auto file = arguments.get("file");
  if (rule.has_value() == file.has_value()) {
    complain(say("name a loaded rule with --rule ID, or a file with --file FILE", "請以 --rule ID 指定已載入的規則，或以 --file FILE 指定規則檔"));
    return Exit::usage;
  }
  auto range = read_time_range(arguments);
  if (!range) return Exit::usage;
  if (range->from.empty() && range->to.empty()) {
    const std::int64_t from = now_ns() - kDefaultDays * kDayNs;
    range->from = iso_time(from, local_zone_minutes(from));
  }
  std::string limit = arguments.get_or("limit", "");
  if (const auto text = arguments.get("limit")) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size() || number == 0 || number > 10'000) {
      complain("--limit '" + *text + "': " + std::string(say("expected a number from 1 to 10000", "應為 1 到 10000 的數字")));
      return Exit::usage;
    }
  }
  Request request{"POST", {}, {}};
  request.silence_max = std::chrono::seconds(120);
  std::string name;
  if (file) {
    const auto text = read_whole(*file);
    if (!text) return Exit::usage;
    request.body = *text;
    name = *file == "-" ? "stdin" : *file;
  }
  request.target = with_query("/api/v1/rules/backtest", {{"rule", rule.value_or("")},
                                                         {"name", name},
                                                         {"from", range->from},
                                                         {"to", range->to},
                                                         {"limit", limit}});
  BacktestView view(session);
  const auto answer = exchange(session.target, request, [&](std::string_view piece) { return view.feed(piece); });
  if (!answer) return session.out.open() ? tell(answer.error()) : Exit::done;
  if (answer->status == 422) {
    tell(*answer);
    return Exit::no;  // The rule was refused.
  }
  if (answer->status != 200) return tell(*answer);
  return view.finish();
}

}  // namespace

void add_rule_backtest_verb(std::vector<Verb>& out) {
  out.push_back(
      {"rules backtest",
       "--rule ID | --file FILE|-",
       {"what a rule, or a new file of rules or a filter, would have found in what is preserved",
        "以保存的紀錄回測規則、新規則檔或篩選器"},
       {{"rule", "ID", {"a loaded rule: id, name or title", "已載入的規則：識別碼、名稱或標題"}},
        {"file", "FILE|-", {"rules not loaded yet; a Sigma filter: what it would have removed", "尚未載入的規則；若為 Sigma 篩選器則顯示將移除的偵測"}},
        {"since", "SPAN", {"the last 24h, 30d (default 90d)", "最近 24h、30d（預設 90d）"}},
        {"from", "TIME", {"not before", "起始時間"}},
        {"to", "TIME", {"before", "結束時間"}},
        {"limit", "N", {"show N of the matches (default 20); all are counted", "顯示 N 筆符合的紀錄（預設 20），全部皆計數"}}},
       "vigil rules backtest --file new_rule.yml --since 90d",
       0,
       0,
       backtest});
}

}  // namespace vigil::cli
