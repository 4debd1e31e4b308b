#include <gtest/gtest.h>

#include "storage/query.h"
#include "tests/storage/fake_archive.h"

namespace vigil {
namespace {

constexpr std::int64_t kNow = 1'795'158'000'000'000'000;  // 2026-11-20T07:00:00Z, 15:00 in Taipei
constexpr std::int64_t kHour = 3600LL * 1'000'000'000;

class Search : public testing::Test {
 protected:
  Search() {
    const auto a = FakeArchive::make_source("school-a"), b = FakeArchive::make_source("school-b");
    add("user=root src=10.0.0.5 sentbyte=100 action=deny", 0, a);
    add("user=alice src=10.0.0.5 sentbyte=50 action=deny", 0, a);
    add("user=root src=10.0.0.6 sentbyte=7 action=pass", -1, a);
    add("user=root src=10.0.0.5 sentbyte=3 action=pass", -9, a);
    add("user=bob src=10.0.0.7 action=pass", -24, b);
    add("{\"user\":{\"name\":[\"alice\",\"carol\"]},\"source\":{\"bytes\":1.5}}", -1, b);
  }
  void add(std::string_view raw, int hours, const std::shared_ptr<Source>& source) {
    archive_.add(raw, kNow + hours * kHour, source);
  }

  struct Options {
    bool newest_first = false;
    std::uint64_t limit = 0;
    std::vector<std::string> organisations{"*"};
    std::size_t stop_after = SIZE_MAX;
    const std::function<bool()>* cancelled = nullptr;
  };

  /// Rows one a line: the sequence of an event, the JSON of a pipe's row.
  std::string run(std::string_view text, const Options& options) {
    const auto query = Query::parse(text);
    if (!query) return query.error().render(text);
    SearchRequest request;
    request.range.organisations = options.organisations;
    request.range.newest_first = options.newest_first;
    request.limit = options.limit;
    request.cancelled = options.cancelled;
    std::string out;
    std::size_t rows = 0;
    const auto summary = search(archive_, *query, request, [&](const SearchRow& row) {
      if (!out.empty()) out.push_back(row.event ? ' ' : '\n');
      if (row.event) {
        out += std::to_string(row.record->sequence);
      } else {
        render_row_json(row, request.zone_minutes, out);
      }
      return ++rows < options.stop_after;
    });
    if (!summary) return std::string(store_errc_name(summary.error().code)) + ": " + summary.error().what;
    EXPECT_EQ(summary->rows, rows);
    return out;
  }
  std::string run(std::string_view text) { return run(text, {}); }

  FakeArchive archive_{2};
};

TEST_F(Search, GivesEventsInOrderOfArrival) {
  EXPECT_EQ(run("", {}), "1 2 3 4 5 6");
  EXPECT_EQ(run("", {.newest_first = true}), "6 5 4 3 2 1");
  EXPECT_EQ(run("root", {.newest_first = true}), "4 3 1");
}

TEST_F(Search, StopsAtTheLimitAndWhenTheReaderGoes) {
  EXPECT_EQ(run("", {.limit = 2}), "1 2");
  EXPECT_EQ(run("root", {.newest_first = true, .limit = 2}), "4 3");
  EXPECT_EQ(run("", {.stop_after = 3}), "1 2 3");
}

TEST_F(Search, ShowsOnlyTheOrganisationsAskedFor) {
  EXPECT_EQ(run("", {.organisations = {"school-b"}}), "5 6");
  EXPECT_EQ(run("", {.organisations = {}}), "");
  EXPECT_EQ(run("| stats count()", {.organisations = {"school-b"}}), "{\"count\":2}");
  EXPECT_EQ(run("| sort user.name", {.organisations = {"school-b"}}), "6 5");
}

TEST_F(Search, CanBeCancelled) {
  const std::function<bool()> yes = [] { return true; };
  EXPECT_EQ(run("", {.cancelled = &yes}), "cancelled: the search was cancelled");
  EXPECT_EQ(run("nothing_holds_this", {.cancelled = &yes}), "");  // the index leaves nothing to cancel
  EXPECT_EQ(run("*nothingholdsthis*", {.cancelled = &yes}), "cancelled: the search was cancelled");
}

struct Case {
  std::string_view why, query, expected;
};

constexpr Case kPipes[] = {
    {"count", "| stats count()", "{\"count\":6}"},
    {"count of nothing is 0", "nothing_here | stats count()", "{\"count\":0}"},
    {"groups of nothing are none", "nothing_here | stats count() by user.name", ""},
    {"count by a field, in the field's order", "action=deny OR action=pass | stats count() by source.ip",
     "{\"source.ip\":\"10.0.0.5\",\"count\":3}\n{\"source.ip\":\"10.0.0.6\",\"count\":1}\n{\"source.ip\":\"10.0.0.7\",\"count\":1}"},
    {"an array belongs to each of its groups; what lacks the field to null", "| stats count() by user.name",
     "{\"user.name\":\"alice\",\"count\":2}\n{\"user.name\":\"bob\",\"count\":1}\n{\"user.name\":\"carol\",\"count\":1}\n"
     "{\"user.name\":\"root\",\"count\":3}"},
    {"null groups come first", "| stats count() by source.ip | limit 1", "{\"source.ip\":null,\"count\":1}"},
    {"two keys", "user.name:root | stats count() by source.ip, event.action | limit 1",
     "{\"source.ip\":\"10.0.0.5\",\"event.action\":\"deny\",\"count\":1}"},
    {"distinct values", "| stats count_distinct(user.name), count_distinct(source.ip)",
     "{\"count_distinct(user.name)\":4,\"count_distinct(source.ip)\":3}"},
    {"sum, average, smallest, largest", "user.name:root | stats sum(source.bytes), avg(source.bytes), min(source.bytes), max(source.bytes)",
     "{\"sum(source.bytes)\":110,\"avg(source.bytes)\":36.666666666666664,\"min(source.bytes)\":3,\"max(source.bytes)\":100}"},
    {"sum of what is no whole number", "| stats sum(source.bytes) as bytes", "{\"bytes\":161.5}"},
    {"sum of nothing", "user.name:bob | stats sum(source.bytes), avg(source.bytes), min(source.bytes)",
     "{\"sum(source.bytes)\":null,\"avg(source.bytes)\":null,\"min(source.bytes)\":null}"},
    {"count of a field: events that have it", "| stats count(source.bytes)", "{\"count(source.bytes)\":5}"},
    {"first and last time", "user.name:root | stats min(@timestamp), max(@timestamp)",
     "{\"min(@timestamp)\":\"2026-11-20T06:00:00+08:00\",\"max(@timestamp)\":\"2026-11-20T15:00:00+08:00\"}"},
    {"hours", "user.name:root | stats count() by bucket(1h)",
     "{\"bucket\":\"2026-11-20T06:00:00+08:00\",\"count\":1}\n{\"bucket\":\"2026-11-20T14:00:00+08:00\",\"count\":1}\n"
     "{\"bucket\":\"2026-11-20T15:00:00+08:00\",\"count\":1}"},
    {"days begin at local midnight", "| stats count() by bucket(1d)",
     "{\"bucket\":\"2026-11-19T00:00:00+08:00\",\"count\":1}\n{\"bucket\":\"2026-11-20T00:00:00+08:00\",\"count\":5}"},
    {"weeks begin on Monday", "| stats count() by bucket(1w)", "{\"bucket\":\"2026-11-16T00:00:00+08:00\",\"count\":6}"},
    {"most first", "| stats count() by user.name | sort -count | limit 2",
     "{\"user.name\":\"root\",\"count\":3}\n{\"user.name\":\"alice\",\"count\":2}"},
    {"the function's own spelling sorts too", "| stats count() by user.name | sort -count() | limit 1",
     "{\"user.name\":\"root\",\"count\":3}"},
    {"sort by two columns", "| stats count() by user.name | sort count, -user.name | limit 2",
     "{\"user.name\":\"carol\",\"count\":1}\n{\"user.name\":\"bob\",\"count\":1}"},
    {"sort by a sum", "| stats sum(source.bytes) by user.name | sort -sum(source.bytes) | limit 1",
     "{\"user.name\":\"root\",\"sum(source.bytes)\":110}"},
    {"events by number, not by text", "| sort -source.bytes | fields source.bytes",
     "{\"source.bytes\":100}\n{\"source.bytes\":50}\n{\"source.bytes\":7}\n{\"source.bytes\":3}\n{\"source.bytes\":1.5}\n{\"source.bytes\":null}"},
    {"what has no value comes last upwards too", "| sort source.bytes | limit 1 | fields source.bytes", "{\"source.bytes\":1.5}"},
    {"sorted events stay events", "| sort -@timestamp user.name:x", "(error)"},
    {"by time", "| sort @timestamp", "5 4 3 6 1 2"},
    {"by time, newest", "| sort -@timestamp | limit 3", "1 2 3"},
    {"fields", "carol | fields user.name, source.bytes, no.such",
     "{\"user.name\":[\"alice\",\"carol\"],\"source.bytes\":1.5,\"no.such\":null}"},
    {"surroundings as fields", "carol | fields vigil.org, vigil.core, log.source.address",
     "{\"vigil.org\":\"school-b\",\"vigil.core\":false,\"log.source.address\":\"192.0.2.10\"}"},
    {"uniq", "| uniq user.name",
     "{\"user.name\":\"root\"}\n{\"user.name\":\"alice\"}\n{\"user.name\":\"bob\"}\n{\"user.name\":\"carol\"}"},
    {"uniq of two", "user.name:root | uniq user.name, source.ip",
     "{\"user.name\":\"root\",\"source.ip\":\"10.0.0.5\"}\n{\"user.name\":\"root\",\"source.ip\":\"10.0.0.6\"}"},
    {"counting groups", "| uniq user.name | stats count()", "{\"count\":4}"},
    {"counting counts", "| stats count() by user.name | stats max(count)", "{\"max(count)\":3}"},
    {"limit before stats", "| limit 2 | stats count()", "{\"count\":2}"},
    {"fields, then sort", "user.name:root | fields source.bytes | sort source.bytes | limit 1", "{\"source.bytes\":3}"},
};

TEST_F(Search, PipesCountSortAndChoose) {
  for (const auto& [why, query, expected] : kPipes) {
    const std::string found = run(query);
    if (expected == "(error)") {
      EXPECT_NE(found.find("^\n"), std::string::npos) << why << "\n  " << query << "\n" << found;
    } else {
      EXPECT_EQ(found, expected) << why << "\n  " << query;
    }
  }
}

TEST_F(Search, TheRequestsLimitLeavesCountsWhole) {
  EXPECT_EQ(run("| fields vigil.org", {.limit = 1}), "{\"vigil.org\":\"school-a\"}");
  EXPECT_EQ(run("| stats count() by user.name | stats count()", {.limit = 1}), "{\"count\":4}");
  EXPECT_EQ(run("| uniq user.name | limit 3 | fields user.name", {.limit = 1}),
            "{\"user.name\":\"root\"}\n{\"user.name\":\"alice\"}\n{\"user.name\":\"bob\"}");
}

TEST_F(Search, SaysWhatItCost) {
  const auto query = Query::parse("carol");
  SearchRequest request;
  request.range.organisations = {"*"};
  const auto summary = search(archive_, *query, request, [](const SearchRow&) { return true; });
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->cost.blocks_total, 3U);
  EXPECT_EQ(summary->cost.blocks_read, 1U);
  EXPECT_EQ(summary->cost.records_seen, 1U);
}

TEST_F(Search, RefusesTooManyGroupsAndSaysWhatToDo) {
  const auto source = FakeArchive::make_source();
  for (int i = 0; i < 100'001; ++i) archive_.add("n=" + std::to_string(i), kNow, source);
  for (const std::string_view text : {"| stats count() by message", "| uniq message"}) {
    EXPECT_TRUE(run(text).starts_with("bad_argument: ")) << text;
  }
  EXPECT_TRUE(run("| sort message").find("put a limit after it") != std::string::npos);
  EXPECT_EQ(run("message:n=* | sort -message | limit 2 | fields message"), "{\"message\":\"n=99999\"}\n{\"message\":\"n=99998\"}");
}

TEST_F(Search, RefusesPipesThatWouldHoldTooMuch) {
  const auto source = FakeArchive::make_source();
  for (int i = 0; i < 1500; ++i) archive_.add(std::to_string(i) + std::string(60'000, 'x'), kNow, source);
  EXPECT_NE(run("| stats count_distinct(message)").find("more than 64 MiB"), std::string::npos);
}

}  // namespace
}  // namespace vigil
