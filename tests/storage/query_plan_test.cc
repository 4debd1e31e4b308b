#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "storage/query.h"
#include "storage/stored_event.h"
#include "tests/storage/fake_archive.h"
#include "tests/storage/frame_maker.h"

namespace vigil {
namespace {

constexpr std::int64_t kNow = 1'795'158'000'000'000'000;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out.append(out.empty() ? "" : " ").append(word);
  return out;
}

std::string describe(std::string_view text) {
  const auto query = Query::parse(text);
  if (!query) return query.error().what;
  ScanRange range;
  query->plan(range);
  return "[" + joined(range.terms) + "] [" + joined(range.hints) + "]";
}

struct Case {
  std::string_view why, query, expected;
};

constexpr Case kPlans[] = {
    {"a word", "Failed", "[failed] [failed]"},
    {"a word too short to be indexed", "su", "[] [su]"},
    {"a number is not indexed", "4624", "[] [4624]"},
    {"an address is one term", "203.0.113.9", "[203.0.113.9] [203.0.113.9]"},
    {"words of a phrase", "\"failed password\"", "[failed password] [failed password]"},
    {"a name of two words", "log_fail", "[log fail] [log_fail]"},
    {"AND", "failed AND root", "[failed root] [failed root]"},
    {"OR demands neither", "failed OR root", "[] []"},
    {"what stands beside an OR", "(failed OR error) root", "[root] [root]"},
    {"NOT demands nothing", "NOT failed", "[] []"},
    {"a prefix is no whole word", "fail*", "[] [fail]"},
    {"what is whole before a prefix", "srv01.fail*", "[srv01] [srv01.fail]"},
    {"a part is no whole word", "*fail*", "[] [fail]"},
    {"CJK by its pairs", "登入失敗", "[登入 入失 失敗] []"},
    {"CJK and ASCII", "帳號root", "[帳號 root] [root]"},
    {"a regular expression", "/failed/", "[] []"},
    {"a field taken verbatim", "user.name:root", "[root] [root]"},
    {"an address field", "source.ip:203.0.113.9", "[203.0.113.9] [203.0.113.9]"},
    {"IPv6 is written in many ways", "source.ip:2001:db8::1", "[] []"},
    {"a network", "source.ip:10.0.0.0/8", "[] []"},
    {"a number may be written in other ways", "user.name:42", "[] []"},
    {"a field made by us", "event.outcome:failure", "[] []"},
    {"the host may be the peer", "host.name:srv1", "[] []"},
    {"words of the message may stand behind an escape", "message:failed", "[] [failed]"},
    {"a picture of a control character is not indexed", "x1bfoo", "[] [x1bfoo]"},
};

TEST(QueryPlan, DemandsOnlyWhatEveryMatchHolds) {
  for (const auto& [why, query, expected] : kPlans) EXPECT_EQ(describe(query), expected) << why << "\n  " << query;
}

TEST(QueryPlan, NarrowsTimeAndSequence) {
  const auto query = Query::parse("@timestamp:[2026-11-20 TO 2026-11-21} vigil.id:0000000000001a2f x", 0);
  ASSERT_TRUE(query);
  ScanRange range;
  range.event_to_ns = INT64_MAX;
  query->plan(range);
  EXPECT_EQ(range.event_from_ns, 1'795'132'800'000'000'000);
  EXPECT_EQ(range.event_to_ns, range.event_from_ns + 86'400'000'000'000);
  EXPECT_EQ(range.sequence_from, 0x1a2fU);
  EXPECT_EQ(range.sequence_to, 0x1a30U);
}

std::vector<std::uint64_t> brute_force(const FakeArchive& archive, const Query& query) {
  std::vector<std::uint64_t> found;
  for (std::uint64_t sequence = 1; sequence <= archive.size(); ++sequence) {
    const StoredRecord record = archive.record(sequence);
    Arena arena;
    Event event;
    parse_stored(record, event, arena);
    if (query.matches(event, record)) found.push_back(sequence);
  }
  return found;
}

/// With blocks of one record the index decides on each record alone, which is where a wrong term shows at once.
TEST(QueryPlan, NeverChangesTheAnswer) {
  std::size_t hits = 0, left_out = 0;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    FrameMaker make(seed);
    FakeArchive archive(seed % 2 == 0 ? 1 : 3);
    const auto source = FakeArchive::make_source();
    for (int i = 0; i < 100; ++i) archive.add(make.frame(), kNow, source);
    for (int i = 0; i < 50; ++i) {
      const std::string text = make.query();
      const auto query = Query::parse(text);
      ASSERT_TRUE(query) << text << "\n" << query.error().what;
      const auto expected = brute_force(archive, *query);

      ScanRange range;
      range.organisations = {"*"};
      range.newest_first = false;
      query->plan(range);
      std::vector<std::uint64_t> scanned;
      const auto cost = archive.scan(range, [&](const StoredRecord& record) {
        Arena arena;
        Event event;
        parse_stored(record, event, arena);
        if (query->matches(event, record)) scanned.push_back(record.sequence);
        return true;
      });
      ASSERT_TRUE(cost);
      EXPECT_EQ(scanned, expected) << "seed " << seed << ": " << text << "\n  plan " << describe(text);

      SearchRequest request;
      request.range.organisations = {"*"};
      request.range.newest_first = false;
      request.limit = 0;
      std::vector<std::uint64_t> searched;
      const auto summary = search(archive, *query, request, [&](const SearchRow& row) {
        searched.push_back(row.record->sequence);
        return true;
      });
      ASSERT_TRUE(summary);
      EXPECT_EQ(searched, expected) << "seed " << seed << ": " << text;
      hits += expected.size();
      left_out += archive.size() - cost->records_seen;
      if (HasFailure()) return;
    }
  }
  // The vocabulary must make both happen, or nothing was tested.
  EXPECT_GT(hits, 5'000U);
  EXPECT_GT(left_out, 10'000U);
}

/// Every leaf of the JSON that is shown can be asked for under its name.
void ask_for_leaves(const FakeArchive& archive, const StoredRecord& record, const boost::json::value& value,
                    const std::string& name, std::size_t& asked) {
  if (const auto* object = value.if_object()) {
    for (const auto& [key, child] : *object) {
      ask_for_leaves(archive, record, child, name.empty() ? std::string(key) : name + "." + std::string(key), asked);
    }
    return;
  }
  if (const auto* array = value.if_array()) {
    for (const auto& child : *array) ask_for_leaves(archive, record, child, name, asked);
    return;
  }
  if (value.is_null() || name == "event.original" || name == "message") return;
  const std::string text = value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
  std::string quoted;
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  std::string field;
  for (const char c : name) {
    if (c == '"' || c == '\\') field.push_back('\\');
    field.push_back(c);
  }
  const std::string asked_for = "\"" + field + "\":=\"" + quoted + "\"";
  const auto query = Query::parse(asked_for);
  ASSERT_TRUE(query) << asked_for << ": " << query.error().what;
  Arena arena;
  Event event;
  parse_stored(record, event, arena);
  EXPECT_TRUE(query->matches(event, record)) << asked_for << "\n  " << record.raw;
  ++asked;
}

TEST(QueryFields, AreReachableAsTheyAreShown) {
  FrameMaker make(7);
  FakeArchive archive;
  const auto source = FakeArchive::make_source();
  for (int i = 0; i < 400; ++i) archive.add(make.frame(), kNow, source);
  auto http = FakeArchive::make_source();
  http->transport = "http";
  http->drill = true;
  http->system = "grades";
  archive.add("{\"vigil\":{\"org\":\"x\"},\"event\":{\"original\":\"y\"},\"a\":1,\"a.b\":2,\"A\":{\"b\":[1,[2,3]]}}", kNow, http);
  archive.add("<165>1 2026-11-20T06:59:00Z web app 12 ID7 [junos@2636.1.1 a.b=\"c\\\"d\" e=\"\"][z] x", kNow, source);
  archive.add("<189>000123: Nov 20 14:59:00: %SYS-5-CONFIG_I: Configured", kNow, source);
  std::size_t asked = 0;
  for (std::uint64_t sequence = 1; sequence <= archive.size(); ++sequence) {
    const StoredRecord record = archive.record(sequence);
    Arena arena;
    Event event;
    parse_stored(record, event, arena);
    SearchRow row;
    row.event = &event;
    row.record = &record;
    std::string json;
    render_row_json(row, 480, json);
    boost::json::error_code error;
    const auto value = boost::json::parse(json, error);
    ASSERT_FALSE(error) << json;
    ask_for_leaves(archive, record, value, "", asked);
    if (HasFailure()) return;
  }
  EXPECT_GT(asked, 5'000U);
}

}  // namespace
}  // namespace vigil
