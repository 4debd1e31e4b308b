#include "parsers/relay_syslog.h"

#include <gtest/gtest.h>

namespace vigil {
namespace {

const std::string kOwn(32, 'a');

struct Case {
  std::string_view why, raw, expected;  ///< empty: cannot be marked
};

constexpr Case kMarked[] = {
    {"no structured data", "<13>1 2026-11-20T06:59:00Z h a 1 m - text",
     "<13>1 2026-11-20T06:59:00Z h a 1 m [relay@32473 origin=\"ID\" seq=\"7\" peer=\"10.0.0.9\"] text"},
    {"no message either", "<13>1 2026-11-20T06:59:00Z h a 1 m -",
     "<13>1 2026-11-20T06:59:00Z h a 1 m [relay@32473 origin=\"ID\" seq=\"7\" peer=\"10.0.0.9\"]"},
    {"other elements stay behind ours", "<13>1 - h a - - [x k=\"v \\] [relay@32473 \"] text",
     "<13>1 - h a - - [relay@32473 origin=\"ID\" seq=\"7\" peer=\"10.0.0.9\"][x k=\"v \\] [relay@32473 \"] "
     "text"},
    {"a second instance only adds itself",
     "<13>1 - h a - - [relay@32473 origin=\"O\" seq=\"1\" peer=\"p\"][y] text",
     "<13>1 - h a - - [relay@32473 origin=\"O\" seq=\"1\" peer=\"p\" via=\"ID\"][y] text"},
    {"an element whose name only begins like ours", "<13>1 - h a - - [relay@324730 a=\"b\"] t",
     "<13>1 - h a - - [relay@32473 origin=\"ID\" seq=\"7\" peer=\"10.0.0.9\"][relay@324730 a=\"b\"] t"},
    {"bytes that are not UTF-8 stay what they are", "<13>1 - h a - - - \xb5n\xa4J",
     "<13>1 - h a - - [relay@32473 origin=\"ID\" seq=\"7\" peer=\"10.0.0.9\"] \xb5n\xa4J"},
    {"RFC 3164 has no place for it", "<13>Nov 20 06:59:00 h a: text", ""},
    {"structured data that is not good", "<13>1 - h a - - [x k=\"v text", ""},
    {"no structured data where it should be", "<13>1 - h a - - text", ""},
    {"too short", "<13>1 - h", ""},
};

TEST(RelaySyslog, PutsItsElementIntoWhatCanHoldIt) {
  for (const auto& [why, raw, expected] : kMarked) {
    Arena arena;
    const SyslogHeader header = parse_syslog_header(raw, {}, arena);
    std::string out;
    EXPECT_EQ(append_marked_rfc5424(raw, header, {"ID", 7, "10.0.0.9"}, out), !expected.empty()) << why;
    EXPECT_EQ(out, expected) << why;
  }
}

TEST(RelaySyslog, TheTrailNamesEveryInstanceOnce) {
  std::string message = "<13>1 2026-11-20T06:59:00Z h a 1 m - text";
  for (const std::string_view instance : {"one", "two", "three"}) {
    Arena arena;
    const SyslogHeader header = parse_syslog_header(message, {}, arena);
    std::string out;
    ASSERT_TRUE(append_marked_rfc5424(message, header, {instance, 7, "p"}, out));
    message = out;
  }
  Arena arena;
  const SyslogHeader header = parse_syslog_header(message, {}, arena);
  EXPECT_EQ(header.message, "text");
  EXPECT_FALSE(header.tags.has(Tag::bad_sd));
  EXPECT_EQ(relay_trail(header.structured_data, arena),
            (std::vector<std::string_view>{"one", "two", "three"}));
  EXPECT_TRUE(relay_trail("[x relay=\"relay@32473\"]", arena).empty());
}

TEST(RelaySyslog, RendersWhatIsKnownAndNothingElse) {
  Arena arena;
  const SyslogHeader header =
      parse_syslog_header("<38>Nov 20 14:59:00 srv1 sshd[42]: hello", {}, arena);
  Source source;
  source.host = "srv 1\xc3\xa9\n";
  std::string out;
  append_rendered_rfc5424(header, source, 1'795'157'940'123'456'789, {kOwn, 7, "a\"b\\c]d\ne"},
                          header.message, out);
  EXPECT_EQ(out, "<38>1 2026-11-20T14:59:00.123456+08:00 srv_1___ sshd 42 - [relay@32473 origin=\"" + kOwn +
                     "\" seq=\"7\" peer=\"a\\\"b\\\\c\\]d_e\"] hello");
  const SyslogHeader again = parse_syslog_header(out, {}, arena);
  EXPECT_EQ(again.format, HeaderFormat::rfc5424);
  EXPECT_EQ(again.message, "hello");
  EXPECT_EQ(again.app, "sshd");

  out.clear();
  append_rendered_rfc5424(parse_syslog_header("{}", {}, arena), Source(), 0, {kOwn, 7, ""}, R"({"a":1})",
                          out);
  EXPECT_EQ(out, "<13>1 1970-01-01T08:00:00+08:00 - - - - [relay@32473 origin=\"" + kOwn +
                     R"(" seq="7" peer=""] {"a":1})");
}

TEST(RelaySyslog, CountsOctetsAndNotCharacters) {
  std::string out;
  append_counted("登\n", out);
  EXPECT_EQ(out, "4 登\n");
}

}  // namespace
}  // namespace vigil
