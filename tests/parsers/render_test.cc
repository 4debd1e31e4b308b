// Events as JSON, and text for terminals.

#include "parsers/render.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>

#include "parsers/json_tree.h"
#include "parsers/timestamp.h"

namespace vigil {
namespace {

using namespace std::string_literals;

// 2026-11-20T07:00:00Z
constexpr std::int64_t kReceived = 1'795'158'000 * kSecond;

const Source kSource = {.peer = "10.1.0.5",
                        .host = "srv1",
                        .listener = "syslog-tcp:0.0.0.0:5514",
                        .transport = "syslog-tcp",
                        .organisation = "school-a",
                        .system = "grades",
                        .core = true,
                        .envelope = ""};

bool is_json(const std::string& text) {
  simdjson::dom::parser parser;
  return parser.parse(text).error() == simdjson::SUCCESS;
}

// An event with a header and no payload but `fields`.
class Rendered {
 public:
  explicit Rendered(std::string frame, std::vector<Field> fields = {}, const Source* source = &kSource)
      : frame_(std::move(frame)) {
    event_.header = parse_syslog_header(frame_, {.received_ns = kReceived, .peer = "10.1.0.5"}, arena_);
    event_.timestamp_ns = event_.header.timestamp_ns;
    for (const Field& field : fields) event_.add(field.name, field.value, field.type);
    Surroundings around = {.received_ns = kReceived, .raw = frame_, .id = "1", .source = source};
    around.kinds = Kind::os | Kind::logon;
    around.transport_tags.add(Tag::oversize);
    render_event_json(event_, around, text_);
    EXPECT_TRUE(is_json(text_)) << text_;
    EXPECT_EQ(text_.find('\n'), std::string::npos);
    EXPECT_EQ(parser_.parse(text_).get(json_), simdjson::SUCCESS);
  }
  const std::string& text() const { return text_; }
  // The value at a JSON pointer as text; "-" if it is not there.
  std::string at(std::string_view pointer) {
    simdjson::dom::element value;
    if (json_.at_pointer(pointer).get(value) != simdjson::SUCCESS) return "-";
    return simdjson::to_string(value);
  }

 private:
  std::string frame_;
  Arena arena_;
  Event event_;
  std::string text_;
  simdjson::dom::parser parser_;
  simdjson::dom::element json_;
};

TEST(EventJson, HasTheNamesOfTheContract) {
  Rendered event("<165>1 2026-11-20T06:59:59.123Z srv1 sshd 77 ID47 [ex@1 k=\"v\" k=\"w\"][e.f@2] hello");
  struct Case {
    std::string_view pointer, expected;
  };
  constexpr Case kCases[] = {
      {"/@timestamp", R"("2026-11-20T14:59:59.123+08:00")"},
      {"/event/ingested", R"("2026-11-20T15:00:00+08:00")"},
      {"/event/original",
       R"("<165>1 2026-11-20T06:59:59.123Z srv1 sshd 77 ID47 [ex@1 k=\"v\" k=\"w\"][e.f@2] hello")"},
      {"/message", R"("hello")"},
      {"/log/source/address", R"("10.1.0.5")"},
      {"/log/syslog/priority", "165"},
      {"/log/syslog/facility/code", "20"},
      {"/log/syslog/severity/code", "5"},
      {"/log/syslog/hostname", R"("srv1")"},
      {"/log/syslog/appname", R"("sshd")"},
      {"/log/syslog/procid", R"("77")"},
      {"/log/syslog/msgid", R"("ID47")"},
      {"/log/syslog/version", R"("1")"},
      {"/log/syslog/structured_data", R"({"ex@1":{"k":["v","w"]},"e.f@2":{}})"},
      {"/host/name", R"("srv1")"},
      {"/vigil/org", R"("school-a")"},
      {"/vigil/system", R"("grades")"},
      {"/vigil/core", "true"},
      {"/vigil/registered", "true"},
      {"/vigil/kinds", R"(["os","logon"])"},
      {"/vigil/listener", R"("syslog-tcp:0.0.0.0:5514")"},
      {"/vigil/tags", R"(["oversize"])"},
      {"/vigil/id", R"("1")"},
  };
  for (const auto& [pointer, expected] : kCases) EXPECT_EQ(event.at(pointer), expected) << pointer;
}

TEST(EventJson, LeavesOutWhatIsNotThere) {
  Rendered event("<13>hello", {}, nullptr);
  for (const std::string_view pointer : {"/vigil/org", "/vigil/system", "/log/source", "/log/syslog/hostname",
                                         "/log/syslog/appname", "/log/syslog/version", "/vigil/drill"}) {
    EXPECT_EQ(event.at(pointer), "-") << pointer;
  }
  EXPECT_EQ(event.at("/vigil/tags"), R"(["no_tag","no_ts","oversize","ts_recv"])");
}

TEST(EventJson, TellsAnUnregisteredSourceAndADrill) {
  Source source = kSource;
  source.system.clear();
  source.core = false;
  source.drill = true;
  Rendered event("<13>a: x", {}, &source);
  EXPECT_EQ(event.at("/vigil/registered"), "false");
  EXPECT_EQ(event.at("/vigil/core"), "false");
  EXPECT_EQ(event.at("/vigil/system"), "-");
  EXPECT_EQ(event.at("/vigil/drill"), "true");
}

TEST(EventJson, ADocumentOverHttpHasNoSyslogHeader) {
  Source source = kSource;
  source.transport = "http";
  Rendered event("{\"a\":1}", {}, &source);
  EXPECT_EQ(event.at("/log/syslog"), "-");
  EXPECT_EQ(event.at("/log/source/address"), R"("10.1.0.5")");
}

TEST(EventJson, ShowsTheOriginalWithItsControlCharactersEscaped) {
  Rendered escape("<13>a: \x1b[31mred\a \0 end"s);
  EXPECT_EQ(escape.at("/event/original"), R"("<13>a: \u001b[31mred\u0007 \u0000 end")");
  EXPECT_EQ(escape.at("/message"), R"("\\x1b[31mred\\x07 \\x00 end")");
  Rendered big5("<13>a: \xb3\x5c\xa5\x5c\xbb\x5c\x1b");
  EXPECT_EQ(big5.at("/event/original"), "\"<13>a: \xe8\xa8\xb1\xe5\x8a\x9f\xe8\x93\x8b\\u001b\"");
  Rendered c1(
      "<13>a: \xc2\x9b"
      "31m\xe2\x80\xae");
  EXPECT_NE(c1.text().find(R"(\u009b31m\u202e)"), std::string::npos) << c1.text();
}

TEST(EventJson, GivesWayToTheEventsOwnFields) {
  Rendered event("<13>Nov 20 06:59:00 relay app: x",
                 {{"host.name", "fw1"}, {"message", "said"}, {"process.name", "p"}});
  EXPECT_EQ(event.at("/host/name"), R"("fw1")");
  EXPECT_EQ(event.at("/message"), R"("said")");
  EXPECT_EQ(event.at("/log/syslog/hostname"), R"("relay")");
}

TEST(EventJson, WritesNumbersAsTheyCameIfJsonCanSayThem) {
  const auto one = [](std::string_view value, ValueType type) {
    return Rendered("<13>a: x", {{"n", value, type}}).text();
  };
  const auto has = [&](std::string_view value, ValueType type, std::string_view expected) {
    EXPECT_NE(one(value, type).find("\"n\":" + std::string(expected) + ","), std::string::npos)
        << one(value, type);
  };
  has("18446744073709551615", ValueType::integer, "18446744073709551615");
  has("-12", ValueType::integer, "-12");
  has("18446744073709551616", ValueType::integer, "\"18446744073709551616\"");
  has("-9223372036854775808", ValueType::integer, "-9223372036854775808");
  has("-9223372036854775809", ValueType::integer, "\"-9223372036854775809\"");
  has("9e308", ValueType::real, "\"9e308\"");
  has("9e-999", ValueType::real, "9e-999");
  has("1.50", ValueType::real, "1.50");
  has("1e3", ValueType::real, "1e3");
  has("007", ValueType::integer, "\"007\"");
  has("1e99999", ValueType::real, "\"1e99999\"");
  has("+1", ValueType::integer, "\"+1\"");
  has(".5", ValueType::real, "\".5\"");
  has("NaN", ValueType::real, "\"NaN\"");
  has("", ValueType::integer, "\"\"");
  has("true", ValueType::boolean, "true");
  has("yes", ValueType::boolean, "\"yes\"");
  has("", ValueType::null, "null");
  has("1", ValueType::text, "\"1\"");
}

TEST(EventJson, MakesListsOfRepeatedNamesAndOfThoseThatAreLists) {
  Rendered event("<13>a: x", {{"event.category", "authentication"},
                              {"related.ip", "10.0.0.1"},
                              {"dns.answers", "a"},
                              {"dns.answers", "b"},
                              {"user.name", "u"}});
  EXPECT_EQ(event.at("/event/category"), R"(["authentication"])");
  EXPECT_EQ(event.at("/related/ip"), R"(["10.0.0.1"])");
  EXPECT_EQ(event.at("/dns/answers"), R"(["a","b"])");
  EXPECT_EQ(event.at("/user/name"), R"("u")");
}

// Only what the transport says of the way of a record stands below `vigil.relay`.
TEST(EventJson, SaysHowARecordCameButNotAsItSaysItself) {
  Source source = kSource;
  source.envelope = "vigil.relay.origin\0child\0labels.app\0x\0"s;
  Rendered event("<13>a: x", {{"vigil.relay.origin", "child"}, {"vigil.relay.name", "forged"}, {"labels.app", "x"}},
                 &source);
  EXPECT_EQ(event.at("/vigil/relay"), R"({"origin":"child"})");
  EXPECT_EQ(event.at("/vendor/vigil/relay"), R"({"name":"forged"})");
  EXPECT_EQ(event.at("/labels/app"), R"("x")");
}

// A sender that writes `vigil.core: false` into its JSON must not be believed.
TEST(EventJson, DoesNotLetASenderSpeakForUs) {
  Rendered event("<13>a: x", {{"vigil.core", "false", ValueType::boolean},
                              {"vigil", "x"},
                              {"@timestamp", "1999"},
                              {"event.original", "forged"},
                              {"event.ingested.x", "1"},
                              {"log.source.address", "6.6.6.6"}});
  EXPECT_EQ(event.at("/vigil/core"), "true");
  EXPECT_EQ(event.at("/event/original"), R"("<13>a: x")");
  EXPECT_EQ(event.at("/event/ingested"), R"("2026-11-20T15:00:00+08:00")");
  EXPECT_EQ(event.at("/log/source/address"), R"("10.1.0.5")");
  EXPECT_EQ(event.at("/vendor/vigil/core"), "false");
  EXPECT_EQ(event.at("/vendor/vigil/value"), R"("x")");
  EXPECT_EQ(event.at("/vendor/@timestamp"), R"("1999")");
}

std::string tree_of(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  JsonTree tree;
  for (const auto& [name, value] : fields) tree.add(name, value);
  std::string out;
  tree.write(out);
  EXPECT_TRUE(is_json(out)) << out;
  return out;
}

TEST(JsonTree, KeepsBothOfTwoNamesThatClash) {
  EXPECT_EQ(tree_of({{"a", "1"}, {"a.b", "2"}}), R"({"a":{"b":"2","value":"1"}})");
  EXPECT_EQ(tree_of({{"a.b", "2"}, {"a", "1"}}), R"({"a":{"b":"2","value":"1"}})");
  EXPECT_EQ(tree_of({{"a", "1"}, {"a.value", "2"}}), R"({"a":{"value":["1","2"]}})");
  EXPECT_EQ(tree_of({{"a", "1"}, {"a.value.c", "2"}}), R"({"a":{"value":{"c":"2","value":"1"}}})");
  EXPECT_EQ(tree_of({{"a", "1"}, {"a", "2"}, {"a.b", "3"}}), R"({"a":{"b":"3","value":["1","2"]}})");
}

TEST(JsonTree, TakesAnyName) {
  EXPECT_EQ(tree_of({}), "{}");
  EXPECT_EQ(tree_of({{"", "1"}}), R"({"":"1"})");
  EXPECT_EQ(tree_of({{".", "1"}, {"a..b", "2"}, {"c.", "3"}}),
            R"({"":{"":"1"},"a":{"":{"b":"2"}},"c":{"":"3"}})");
  EXPECT_EQ(tree_of({{"a b\"\n", "1"}}), R"({"a b\"\n":"1"})");
  const std::string deep(2000, '.');
  EXPECT_LT(tree_of({{deep, "1"}}).size(), 2300U) << "32 levels, then one long name";
}

TEST(JsonString, IsValidWhateverTheBytes) {
  struct Case {
    std::string text;
    std::string_view expected;
  };
  const Case cases[] = {
      {"", R"("")"},
      {"a\"b\\c/", R"("a\"b\\c/")"},
      {"\t\n\r\b\f"s, R"("\t\n\r\u0008\u000c")"},
      {"\0\x1f\x7f"s, R"("\u0000\u001f\u007f")"},
      {"\xe4\xb8\xad\xf0\x9f\x98\x80", "\"\xe4\xb8\xad\xf0\x9f\x98\x80\""},
      {"\xff\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
      {"\xe4\xb8", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
      {"\xc2\x85\xe2\x80\xa8\xe2\x81\xa6\xd8\x9c", R"("\u0085\u2028\u2066\u061c")"},
      {"\xc2\xa0\xe2\x80\x8d", "\"\xc2\xa0\xe2\x80\x8d\""},
  };
  for (const auto& [text, expected] : cases) {
    std::string out;
    append_json_string(text, out);
    EXPECT_EQ(out, expected);
    EXPECT_TRUE(is_json(out)) << out;
  }
}

TEST(TerminalText, BI39_PrintsNothingThatATerminalObeys) {
  struct Case {
    std::string text;
    std::string_view expected;
  };
  const Case cases[] = {
      {"plain \xe4\xb8\xad\xe6\x96\x87\ttab", "plain \xe4\xb8\xad\xe6\x96\x87\ttab"},
      {"\x1b]0;owned\a\x1b[2J", "\\x1b]0;owned\\x07\\x1b[2J"},
      {"a\r\nb\0"s, "a\\x0d\\x0ab\\x00"},
      {"\x7f", "\\x7f"},
      {"C1 as UTF-8 \xc2\x9b"
       "31m",
       "C1 as UTF-8 \\x9b31m"},
      {"C1 as a byte \x9b"
       "31m",
       "C1 as a byte \\x9b31m"},
      {"\xe2\x80\xae"
       "txt.exe",
       "\\u{202e}txt.exe"},
      {"\xe2\x81\xa9\xe2\x80\x8f", "\\u{2069}\\u{200f}"},
  };
  for (const auto& [text, expected] : cases) {
    std::string out;
    append_terminal_safe(text, out);
    EXPECT_EQ(out, expected);
  }
}

}  // namespace
}  // namespace vigil
