#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <random>

#include "storage/query.h"
#include "storage/stored_event.h"
#include "tests/storage/fake_archive.h"

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
  return "[" + joined(range.terms) + "] [" + joined(range.needles) + "]";
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

/// Frames of every format, charset and nastiness, from a small vocabulary so that queries often hit.
class FrameMaker {
 public:
  explicit FrameMaker(unsigned seed) : random_(seed) {}

  std::string frame() {
    switch (pick(14)) {
      case 0:
        return "<38>Nov 20 14:59:0" + digit() + " srv1 sshd[" + digit() + "2]: Failed password for " + user() + " from " +
               address() + " port 4242 ssh2";
      case 1:
        return "<38>Nov 20 14:59:0" + digit() + " srv2 sshd[77]: Invalid user " + user() + " from " + address();
      case 2:
        return "{\"source\":{\"ip\":\"" + address() + "\"},\"user\":{\"name\":\"" + json_escaped(user()) +
               "\"},\"message\":\"" + json_escaped(text()) + "\"}";
      case 3:
        return "<134>CEF:0|Acme|Wall|1|7|" + word() + " seen|5|src=" + address() + " suser=" + user() + " msg=" + text() +
               "#012" + word() + "\\n" + word();
      case 4:
        return "<189>date=2026-11-20 time=14:59:0" + digit() + " devname=\"fw\" devid=\"FG1\" logid=\"1\" srcip=" + address() +
               " user=\"" + user() + "\" msg=\"" + text() + "\"";
      case 5:
        return address() + " - " + user() + " [20/Nov/2026:14:59:0" + digit() + " +0800] \"GET http://" + word() +
               "/a?b=" + word() + " HTTP/1.1\" 200 12 \"-\" \"" + text() + "\"";
      case 6:
        return "<13>Nov 20 14:59:04 pc7 app: \xA5\x5C\xAF\xE0" + user() + " \xB5\x6E" + word();  // Big5, glued to ASCII
      case 7:
        return "<13>Nov 20 14:59:04 pc7 app: \xFE\xB5" + word() + " \xFF" + user();  // no charset at all
      case 8:
        return "<13>Nov 20 14:59:04 pc7 app: \x1B" + word() + "\x07 " + user() + "\x01";
      case 9:
        return utf16("<13>pc7 app: " + text() + " " + user());
      case 10:
        return "<165>1 2026-11-20T06:59:0" + digit() + "Z web app - ID7 [x@1 user=\"" + user() + "\" ip=\"" + address() +
               "\"] 使用者" + user() + "登入失敗 " + text();
      case 11:
        return "<13>Nov 20 14:59:05 pc8 app: C:\\" + word() + "\\" + user() + "\\n" + word() + " " + text();
      case 12:
        return "user=" + user() + " src=" + address() + " msg=\"" + text() + "\"";
      default:
        return "<13>Nov 20 14:59:05 pc8 app: " + text();
    }
  }

  std::string query() {
    std::string out = condition();
    for (std::size_t more = pick(3); more > 0; --more) out += (pick(4) == 0 ? " OR " : " ") + condition();
    return out;
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }
  std::string one_of(std::initializer_list<const char*> words) { return *(words.begin() + pick(words.size())); }
  std::string digit() { return std::to_string(pick(10)); }
  std::string word() {
    return one_of({"failed", "Failed", "error", "nroot", "x1b", "b5def", "log_fail", "su", "登入", "失敗", "a-b", "10.0.0.5", "012", "é"});
  }
  std::string user() { return one_of({"root", "adm", "adm_wang", "Root", "user.x", "王小明", "n", "x1broot", "abc"}); }
  std::string address() { return one_of({"10.0.0.5", "203.0.113.9", "::ffff:10.0.0.5", "2001:db8::1", "110.0.0.5"}); }
  std::string text() {
    std::string out = word();
    for (std::size_t more = pick(4); more > 0; --more) out += one_of({" ", " ", "/", "_", "", ",", "\t"}) + word();
    return out;
  }

  std::string json_escaped(const std::string& plain) {
    std::string out;
    for (std::size_t i = 0; i < plain.size(); ++i) {
      const auto byte = static_cast<unsigned char>(plain[i]);
      if (byte == '\t') {
        out += "\\t";
      } else if (byte < 0x80 && pick(12) == 0) {
        char hex[8];
        std::snprintf(hex, sizeof hex, "\\u%04x", byte);
        out += hex;
      } else if (byte < 0x80 && pick(10) == 0) {
        out += one_of({"\\n", "\\t", "\\\\", "\\/", "\\u5b78"}) + plain[i];
      } else {
        out.push_back(plain[i]);
      }
    }
    return out;
  }

  static std::string utf16(const std::string& ascii) {
    std::string out = "\xFF\xFE";
    for (const char c : ascii) out.append(1, c < 0 ? '?' : c).append(1, '\0');
    return out;
  }

  std::string condition() {
    const std::string minus = pick(6) == 0 ? "-" : "";
    switch (pick(11)) {
      case 0: return minus + "user.name:" + user();
      case 1: return minus + "source.ip:" + address();
      case 2: return minus + "user.name:" + one_of({"ro", "adm_", "王小", "x1b", "a"}) + "*";
      case 3: return minus + "message:" + word();
      case 4: return minus + "\"" + word() + " " + word() + "\"";
      case 5: return minus + word() + "*";
      case 6: return minus + "*" + user() + "*";
      case 7: return minus + "user.name:\"" + user() + "\"";
      case 8: return minus + "user.name:=" + user();
      case 9: return minus + user();
      default: return minus + word();
    }
  }

  std::mt19937 random_;
};

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
