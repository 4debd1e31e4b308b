// vigil search, vigil tail.

#include <charconv>

#include "cli/args.h"
#include "cli/event_view.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "cli/times.h"
#include "parsers/render.h"

namespace vigil::cli {
namespace {

/// Silence while vigild reads months of blocks and finds nothing.
constexpr std::chrono::seconds kSearchSilence{600};

/// Exact bytes for a file or a pipe; on a terminal they are made harmless first (BI-39).
class RawView {
 public:
  explicit RawView(Output& out) : out_(out) {}
  bool feed(std::string_view piece) {
    if (!out_.terminal()) return out_.write(piece);
    while (!piece.empty()) {
      const std::size_t end = piece.find('\n');
      partial_ += piece.substr(0, end);
      if (end == std::string_view::npos) return out_.open();
      if (!flush()) return false;
      piece.remove_prefix(end + 1);
    }
    return out_.open();
  }
  bool flush() {
    std::string safe;
    append_terminal_safe(partial_, safe);
    partial_.clear();
    return out_.line(safe);
  }

 private:
  Output& out_;
  std::string partial_;
};

Exit stream(Session& session, const Request& request) {
  EventView view(session);
  RawView raw(session.out);
  const bool as_raw = session.format == Format::raw;
  const auto answer = exchange(session.target, request, [&](std::string_view piece) {
    return as_raw ? raw.feed(piece) : view.feed(piece);
  });
  if (!answer) {
    view.finish();
    // A reader that went away closes the connection too, and is no failure.
    return session.out.open() ? tell(answer.error()) : Exit::done;
  }
  if (answer->status != 200) return tell(*answer);
  return view.finish();
}

/// What the same sender said around one record.
Exit search_around(const Arguments& arguments, Session& session) {
  if (arguments.has("since") || arguments.has("from") || arguments.has("to") || arguments.has("limit") ||
      !arguments.joined().empty()) {
    complain(say("--around takes no QUERY, --since, --from, --to or --limit; use --records and --within",
                 "--around 不與 QUERY、--since、--from、--to、--limit 併用；請用 --records 與 --within"));
    return Exit::usage;
  }
  std::string within;
  if (const auto text = arguments.get("within")) {
    const auto span = read_span_ns(*text);
    if (!span) {
      complain("--within '" + *text +
               "': " + std::string(say("expected 90s, 10m, 2h, 7d", "應為 90s、10m、2h、7d")));
      return Exit::usage;
    }
    within = std::to_string(*span / 1'000'000'000);
  }
  return stream(session,
                {"GET",
                 with_query("/api/v1/surroundings", {{"id", *arguments.get("around")},
                                                     {"records", arguments.get_or("records", "")},
                                                     {"within", within},
                                                     {"any_source", arguments.has("any-source") ? "1" : ""},
                                                     {"raw", session.format == Format::raw ? "1" : ""}}),
                 {},
                 kSearchSilence});
}

Exit search(const Arguments& arguments, Session& session) {
  if (arguments.has("around")) return search_around(arguments, session);
  for (const char* const option : {"records", "within", "any-source"}) {
    if (!arguments.has(option)) continue;
    complain("--" + std::string(option) + ": " +
             std::string(say("goes with --around ID", "需與 --around ID 併用")));
    return Exit::usage;
  }
  const auto range = read_time_range(arguments);
  if (!range) return Exit::usage;
  std::string limit;
  if (const auto text = arguments.get("limit")) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size()) {
      complain("--limit '" + *text +
               "': " + std::string(say("expected a number, 0 for all", "應為數字，0 表示全部")));
      return Exit::usage;
    }
    limit = *text;
  }
  // All of them are streamed oldest first; some of them are the newest.
  const std::string order = limit == "0" ? "asc" : "";
  return stream(session, {"GET",
                          with_query("/api/v1/search", {{"q", arguments.joined()},
                                                        {"from", range->from},
                                                        {"to", range->to},
                                                        {"limit", limit},
                                                        {"order", order},
                                                        {"explain", arguments.has("explain") ? "1" : ""},
                                                        {"raw", session.format == Format::raw ? "1" : ""}}),
                          {},
                          kSearchSilence});
}

Exit tail(const Arguments& arguments, Session& session) {
  if (session.format == Format::raw) {
    complain(say("tail shows table, ndjson or csv; for exact bytes use search --format raw",
                 "tail 可用 table、ndjson 或 csv；要原始位元組請用 search --format raw"));
    return Exit::usage;
  }
  return stream(session, {"GET", with_query("/api/v1/tail", {{"q", arguments.joined()}}), {}, std::nullopt});
}

}  // namespace

void add_search_verbs(std::vector<Verb>& out) {
  out.push_back(
      {"search",
       "QUERY",
       {"find preserved events, newest first", "搜尋保存的事件，由新到舊"},
       {{"since", "SPAN", {"the last 30m, 24h, 7d, 2w", "最近 30m、24h、7d、2w"}},
        {"from",
         "TIME",
         {"not before: ISO 8601; without zone, local time", "起始時間：ISO 8601，未寫時區則為本地時間"}},
        {"to", "TIME", {"before", "結束時間"}},
        {"limit",
         "N",
         {"at most N (default 100); 0 = all, oldest first, streamed",
          "最多 N 筆（預設 100）；0 為全部，由舊到新"}},
        {"explain", "", {"what the search read and what it cost", "顯示搜尋讀取了多少"}},
        {"around",
         "ID",
         {"instead of QUERY: what the same sender said around the record of that vigil.id, oldest first",
          "取代 QUERY：該 vigil.id 紀錄前後同一來源的紀錄，由舊到新"}},
        {"records",
         "N",
         {"with --around: N before and after (default 10)", "搭配 --around：前後各 N 筆（預設 10）"}},
        {"within",
         "SPAN",
         {"with --around: all within 90s, 10m, 2h", "搭配 --around：前後 90s、10m、2h 內全部"}},
        {"any-source",
         "",
         {"with --around: of any sender of the organisation", "搭配 --around：機關內所有來源"}}},
       "vigil search 'source.ip:203.0.113.0/24 AND event.outcome:failure | stats count() by user.name' "
       "--since 7d",
       0,
       SIZE_MAX,
       search});
  out.push_back({"tail",
                 "[QUERY]",
                 {"show events as they arrive", "即時顯示收到的事件"},
                 {},
                 "vigil tail 'vigil.kinds:device'",
                 0,
                 SIZE_MAX,
                 tail});
}

}  // namespace vigil::cli
