#include "parsers/relay.h"

#include <gtest/gtest.h>

namespace vigil {
namespace {

const std::string kChild(32, 'a'), kGrandchild(32, 'b'), kStream(32, 'c');

std::string whole_body() {
  RelayWriter writer;
  writer.begin({kChild, kStream, "甲國小", 7});
  RelaySource source{.peer = "10.0.0.9",
                     .host = "fw1",
                     .listener = "syslog-udp:0.0.0.0:5514",
                     .transport = "syslog-udp",
                     .organisation = "school-a",
                     .zone_minutes = -570,
                     .charset = Charset::cp950,
                     .drill = true,
                     .hops = {kGrandchild, kChild},
                     .envelope = std::string_view("a.b\0c\0", 6)};
  const auto first = writer.add_source(source);
  writer.add_record({first, 9, 1000, -5, Tags(3), std::string_view("\0\xff\n raw", 7)});
  source.host = "fw2";
  source.hops = {kChild};
  const auto second = writer.add_source(source);
  writer.add_record({second, 12, 2000, 2001, Tags(), ""});
  writer.add_record({first, 13, 3000, 3001, Tags(), "x"});
  return std::string(writer.end(20));
}

TEST(RelayBody, ComesOutAsItWentIn) {
  const std::string bytes = whole_body();
  const auto body = read_relay_body(bytes);
  ASSERT_TRUE(body) << relay_error_name(body.error().code) << " at " << body.error().offset;
  EXPECT_EQ(body->head.origin, kChild);
  EXPECT_EQ(body->head.stream, kStream);
  EXPECT_EQ(body->head.name, "甲國小");
  EXPECT_EQ(body->head.first, 7U);
  EXPECT_EQ(body->next, 20U);
  ASSERT_EQ(body->sources.size(), 2U);
  const RelaySource& source = body->sources[0];
  EXPECT_EQ(source.peer, "10.0.0.9");
  EXPECT_EQ(source.host, "fw1");
  EXPECT_EQ(source.listener, "syslog-udp:0.0.0.0:5514");
  EXPECT_EQ(source.transport, "syslog-udp");
  EXPECT_EQ(source.organisation, "school-a");
  EXPECT_EQ(source.zone_minutes, -570);
  EXPECT_EQ(source.charset, Charset::cp950);
  EXPECT_TRUE(source.drill);
  EXPECT_EQ(source.hops, (std::vector<std::string_view>{kGrandchild, kChild}));
  EXPECT_EQ(source.envelope, std::string_view("a.b\0c\0", 6));
  ASSERT_EQ(body->records.size(), 3U);
  EXPECT_EQ(body->records[0].raw, std::string_view("\0\xff\n raw", 7));
  EXPECT_EQ(body->records[0].event_ns, -5);
  EXPECT_EQ(body->records[0].tags, Tags(3));
  EXPECT_EQ(body->records[1].source, 1U);
  EXPECT_EQ(body->records[2].source, 0U);
  EXPECT_EQ(body->records[2].sequence, 13U);
}

// The layout is a promise to other implementers (docs/relay.md): a body with nothing in it, byte by byte.
TEST(RelayBody, IsLaidOutAsDocumented) {
  RelayWriter writer;
  writer.begin({kChild, kStream, "n", 258});
  const std::string expected = std::string("VGLRELAY\x01") + std::string("\0\0\0\x20", 4) + kChild +
                               std::string("\0\0\0\x20", 4) + kStream + std::string("\0\0\0\x01n", 5) +
                               std::string("\0\0\0\0\0\0\x01\x02", 8) + std::string("\0", 1) +
                               std::string("\0\0\0\0\0\0\x01\x03", 8) + std::string("\0\0\0\0", 4);
  EXPECT_EQ(writer.end(259), expected);
}

TEST(RelayBody, CutAnywhereIsRefusedWhole) {
  const std::string bytes = whole_body();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto body = read_relay_body(std::string_view(bytes).substr(0, length));
    EXPECT_FALSE(body) << "cut after " << length;
  }
  EXPECT_EQ(read_relay_body(bytes + "x").error().code, RelayErrc::trailing);
}

TEST(RelayBody, SaysWhatIsWrongWithIt) {
  std::string bytes = whole_body();
  bytes[8] = 2;
  EXPECT_EQ(read_relay_body(bytes).error().code, RelayErrc::newer_version);
  bytes[0] = 'v';
  EXPECT_EQ(read_relay_body(bytes).error().code, RelayErrc::bad_magic);
  bytes = whole_body();
  bytes[13] = 'A';  // ids are lower case
  EXPECT_EQ(read_relay_body(bytes).error().code, RelayErrc::bad_id);

  struct Case {
    std::string_view why;
    RelayErrc code;
    std::uint64_t sequence, next;
    std::uint32_t source;
  };
  constexpr Case kCases[] = {
      {"a sequence before the first", RelayErrc::bad_order, 6, 20, 0},
      {"the end lies before a record", RelayErrc::bad_order, 9, 9, 0},
      {"a source nobody described", RelayErrc::bad_source, 9, 20, 1},
  };
  for (const Case& one : kCases) {
    RelayWriter writer;
    writer.begin({kChild, kStream, "", 7});
    writer.add_source({});
    writer.add_record({one.source, one.sequence, 0, 0, Tags(), "x"});
    const std::string body(writer.end(one.next));
    const auto read = read_relay_body(body);
    ASSERT_FALSE(read) << one.why;
    EXPECT_EQ(read.error().code, one.code) << one.why;
  }
}

TEST(RelayBody, AnEnvelopeOfHalfAPairIsRefused) {
  RelayWriter writer;
  for (const std::string_view envelope :
       {std::string_view("a"), std::string_view("a\0", 2), std::string_view("a\0b", 3)}) {
    writer.begin({kChild, kStream, "", 1});
    writer.add_source({.envelope = envelope});
    const auto read = read_relay_body(writer.end(1));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, RelayErrc::bad_source);
  }
}

}  // namespace
}  // namespace vigil
