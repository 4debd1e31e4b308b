// Headers of single messages: RFC 5424, RFC 3164 and what devices send.

#include "parsers/syslog_header.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "parsers/render.h"
#include "parsers/timestamp.h"
#include "tests/parsers/describe.h"

namespace vigil {
namespace {

using namespace std::string_literals;

// 2026-11-20T07:00:00Z
constexpr std::int64_t kReceived = 1'795'158'000 * kSecond;

SyslogHeader parse(std::string_view frame, Arena& arena) {
  return parse_syslog_header(frame, {.received_ns = kReceived, .zone_minutes = 480, .peer = "192.0.2.9"},
                             arena);
}

std::string structured_data_of(const SyslogHeader& header, Arena& arena) {
  std::string out;
  for_each_sd_param(header.structured_data, arena, [&](const SdParam& param) {
    out.append(out.empty() ? "" : ",").append(param.id);
    if (!param.name.empty()) out.append(".").append(param.name).append("=").append(param.value);
  });
  return out;
}

// "13 rfc3164 2026-11-20T06:59:00Z host app[pid] msgid {sd} 'message' tags"; "-" for what is absent.
std::string describe(std::string_view frame) {
  Arena arena;
  const SyslogHeader header = parse(frame, arena);
  const auto or_dash = [](std::string_view text) { return text.empty() ? "-"s : std::string(text); };
  constexpr std::string_view kFormats[] = {"rfc5424", "rfc3164", "headerless"};
  std::string out = std::to_string(header.priority.value()) + " ";
  out += kFormats[static_cast<unsigned>(header.format)];
  out += " " + (header.has_timestamp ? iso_time(header.timestamp_ns, 0) : "-"s);
  EXPECT_TRUE(header.has_timestamp || header.timestamp_ns == kReceived) << frame;
  out += " " + (header.host_from_message ? std::string(header.host) : "-"s);
  EXPECT_TRUE(header.host_from_message || header.host == "192.0.2.9") << frame;
  out += " " + or_dash(header.app) + (header.procid.empty() ? "" : "[" + std::string(header.procid) + "]");
  out += " " + or_dash(header.msgid);
  if (header.sequence) out += " #" + std::to_string(*header.sequence);
  if (!header.structured_data.empty()) out += " {" + structured_data_of(header, arena) + "}";
  out += " '" + printable(header.message) + "' " + names_of(header.tags);
  return out;
}

TEST(SyslogHeader, ReadsEveryVector) {
  const auto vectors = read_vectors("syslog_vectors.jsonl");
  if (vectors.empty()) GTEST_SKIP() << "no vectors below " VIGIL_SHARED;
  for (const auto& vector : vectors) {
    Arena arena;
    const std::string frame = vector.bytes("frame_hex");
    const auto received = read_time(std::string_view(vector.json["recv"]), 0);
    ASSERT_TRUE(received);
    const auto zone = static_cast<int>(std::int64_t(vector.json["default_tz_min"]));
    const SyslogHeader header = parse_syslog_header(
        frame, {.received_ns = *received, .zone_minutes = zone, .peer = "192.0.2.9"}, arena);
    const simdjson::dom::element expect = vector.json["expect"];
    const auto text = [&](std::string_view key) { return std::string_view(expect[key]); };
    if (expect["drop"].error() == simdjson::SUCCESS) {
      EXPECT_TRUE(header.tags.has(Tag::empty)) << vector.id();
      continue;
    }
    EXPECT_EQ(header.priority.value(), std::uint64_t(expect["pri"])) << vector.id();
    constexpr std::string_view kFormats[] = {"rfc5424", "rfc3164", "headerless"};
    EXPECT_EQ(kFormats[static_cast<unsigned>(header.format)], text("fmt")) << vector.id();
    EXPECT_EQ(header.timestamp_ns, std::int64_t(expect["ts"])) << vector.id();
    EXPECT_EQ(header.host, text("host")) << vector.id();
    EXPECT_EQ(header.host_from_message ? "msg" : "peer", text("host_src")) << vector.id();
    EXPECT_EQ(header.app, text("app")) << vector.id();
    EXPECT_EQ(header.procid, text("pid")) << vector.id();
    EXPECT_EQ(header.msgid, text("msgid")) << vector.id();
    EXPECT_EQ(header.message, text("msg")) << vector.id();
    std::string tags;
    for (const auto& tag : expect["tags"].get_array())
      tags.append(tags.empty() ? "" : " ").append(std::string_view(tag));
    EXPECT_EQ(names_of(header.tags), tags) << vector.id();
    std::string data;
    for (const auto& [id, params] : expect["sd"].get_object()) {
      const auto add = [&](std::string_view name, std::string_view value) {
        data.append(data.empty() ? "" : ",").append(id).append(".").append(name).append("=").append(value);
      };
      for (const auto& [name, value] : params.get_object()) {
        if (!value.is_array()) {
          add(name, value);
          continue;
        }
        for (const auto& one : value.get_array()) add(name, one);
      }
    }
    EXPECT_EQ(structured_data_of(header, arena), data) << vector.id();
    if (expect["seq"].error() == simdjson::SUCCESS) {
      EXPECT_EQ(header.sequence, std::uint64_t(expect["seq"])) << vector.id();
    } else {
      EXPECT_EQ(header.sequence, std::nullopt) << vector.id();
    }
  }
}

struct Case {
  std::string_view why;
  std::string frame;
  std::string_view expected;
};

TEST(SyslogHeader, ReadsPrioritiesFromZeroTo191AndNothingElse) {
  const Case cases[] = {
      {"the highest", "<191>su: x", "191 headerless - - su - 'x' no_ts ts_recv"},
      {"the lowest", "<0>su: x", "0 headerless - - su - 'x' no_ts ts_recv"},
      {"leading zeros", "<007>su: x", "7 headerless - - su - 'x' no_ts ts_recv"},
      {"BI-2 none", "hello", "13 headerless - - - - 'hello' no_pri no_tag no_ts ts_recv"},
      {"BI-3 one past the end", "<192>su: x", "13 headerless - - su - 'x' bad_pri no_ts ts_recv"},
      {"BI-3 far past", "<999>su: x", "13 headerless - - su - 'x' bad_pri no_ts ts_recv"},
      {"BI-3 too many digits", "<0000034>su: x",
       "13 headerless - - - - '<0000034>su: x' bad_pri no_tag no_ts ts_recv"},
      {"BI-4 a sign", "<-1>x", "13 headerless - - - - '<-1>x' bad_pri no_tag no_ts ts_recv"},
      {"BI-4 the other sign", "<+5>x", "13 headerless - - - - '<+5>x' bad_pri no_tag no_ts ts_recv"},
      {"BI-4 not closed", "<5", "13 headerless - - - - '<5' bad_pri no_tag no_ts ts_recv"},
      {"BI-4 nothing behind the bracket", "<", "13 headerless - - - - '<' bad_pri no_tag no_ts ts_recv"},
      {"BI-5 twenty digits", "<99999999999999999999>x",
       "13 headerless - - - - '<99999999999999999999>x' bad_pri no_tag no_ts ts_recv"},
      {"only a PRI", "<13>", "13 headerless - - - - '' no_tag no_ts ts_recv"},
      {"an octet count in a datagram", "12 <13>su: x",
       "13 headerless - - su - 'x' no_ts ts_recv unexpected_framing"},
      {"a number that is no count", "12 drummers",
       "13 headerless - - - - '12 drummers' no_pri no_tag no_ts ts_recv"},
  };
  for (const auto& [why, frame, expected] : cases) EXPECT_EQ(describe(frame), expected) << why;
}

TEST(SyslogHeader, BI1_BI8_TellsABlankFrameFromAMessage) {
  Arena arena;
  for (const std::string& frame :
       {""s, "\r\n\0"s, std::string(65'536, '\0'), "  \t \n"s, "\xef\xbb\xbf"s, "\xff\xfe"s}) {
    const SyslogHeader header = parse(frame, arena);
    EXPECT_TRUE(header.tags.has(Tag::empty)) << printable(frame).substr(0, 40);
    EXPECT_EQ(header.message, "");
    EXPECT_EQ(header.timestamp_ns, kReceived);
  }
  EXPECT_FALSE(parse("x", arena).tags.has(Tag::empty));
}

TEST(SyslogHeader, ReadsRfc5424) {
  const std::string head = "<34>1 2026-11-20T06:59:59Z h ";
  const Case cases[] = {
      {"all fields", head + "app 12 ID [a@1 k=\"v\"] text",
       "34 rfc5424 2026-11-20T06:59:59+00:00 h app[12] ID {a@1.k=v} 'text' "},
      {"all nil", "<34>1 - - - - - -", "34 rfc5424 - - - - '' ts_nil ts_recv"},
      {"cut after the version", "<34>1 -", "34 rfc5424 - - - - '' ts_nil ts_recv"},
      {"cut after the host", "<34>1 2026-11-20T06:59:59Z h",
       "34 rfc5424 2026-11-20T06:59:59+00:00 h - - '' "},
      {"several blanks between fields", "<34>1 2026-11-20T06:59:59Z  h app   - - - x",
       "34 rfc5424 2026-11-20T06:59:59+00:00 h app - 'x' extra_space"},
      {"a message that is verbatim", head + "a - - -   x ",
       "34 rfc5424 2026-11-20T06:59:59+00:00 h a - '  x ' "},
      {"a dash that begins a word is no NILVALUE", head + "a - - -x y",
       "34 rfc5424 2026-11-20T06:59:59+00:00 h a - '-x y' no_sd"},
      {"BI-35 escapes", head + R"(a - - [a b="\]\"\\"] x)",
       R"(34 rfc5424 2026-11-20T06:59:59+00:00 h a - {a.b=]"\} 'x' )"},
      {"BI-35 a backslash before anything else is itself", head + R"(a - - [a b="C:\temp"] x)",
       R"(34 rfc5424 2026-11-20T06:59:59+00:00 h a - {a.b=C:\temp} 'x' )"},
      {"BI-35 not closed", head + R"(a - - [a b="x] y)",
       R"(34 rfc5424 2026-11-20T06:59:59+00:00 h a - '[a b="x] y' bad_sd)"},
      {"BI-35 repeated names, in order", head + R"(a - - [a b="1" b="2"][c][a b="3"] x)",
       "34 rfc5424 2026-11-20T06:59:59+00:00 h a - {a.b=1,a.b=2,c,a.b=3} 'x' "},
      {"BI-35 empty element", head + "a - - [] x",
       "34 rfc5424 2026-11-20T06:59:59+00:00 h a - '[] x' bad_sd"},
      {"an element without parameters", head + "a - - [id] x",
       "34 rfc5424 2026-11-20T06:59:59+00:00 h a - {id} 'x' "},
      {"values without quotes", head + "a - - [id k=v l=] x",
       "34 rfc5424 2026-11-20T06:59:59+00:00 h a - {id.k=v,id.l=} 'x' sd_unquoted"},
      {"a bracket in a quoted value", head + R"(a - - [id k="a]b"] x)",
       "34 rfc5424 2026-11-20T06:59:59+00:00 h a - {id.k=a]b} 'x' "},
      {"data that ends in the middle",
       head + "a - - [id k=", "34 rfc5424 2026-11-20T06:59:59+00:00 h a - '[id k=' bad_sd sd_unquoted"},
      {"IPv6 has one spelling", "<34>1 - 2001:0DB8:0:0:0:0:0:17 a - - -",
       "34 rfc5424 - 2001:db8::17 a - '' ts_nil ts_recv"},
      {"an IPv4-mapped host", "<34>1 - ::ffff:10.1.2.3 a - - -",
       "34 rfc5424 - 10.1.2.3 a - '' ts_nil ts_recv"},
      {"BI-36 version 2 is text", "<34>2 2026-11-20T06:59:59Z h a - - - x",
       "34 headerless - - - - '2 2026-11-20T06:59:59Z h a - - - x' no_tag no_ts ts_recv"},
      {"BI-36 version 12 is text", "<34>12 2026-11-20T06:59:59Z h a - - - x",
       "34 headerless - - - - '12 2026-11-20T06:59:59Z h a - - - x' no_tag no_ts ts_recv"},
      {"BI-36 no version: a time all the same", "<34>2026-11-20T06:59:59Z h a: x",
       "34 rfc3164 2026-11-20T06:59:59+00:00 h a - 'x' "},
      {"BI-30 30 February", "<34>1 2026-02-30T00:00:00Z h a - - - x",
       "34 rfc5424 - h a - 'x' bad_ts ts_recv"},
      {"BI-30 29 February in no leap year", "<34>1 2026-02-29T00:00:00Z h a - - - x",
       "34 rfc5424 - h a - 'x' bad_ts ts_recv"},
      {"29 February in a leap year", "<34>1 2024-02-29T00:00:00Z h a - - - x",
       "34 rfc5424 2024-02-29T00:00:00+00:00 h a - 'x' "},
      {"BI-30 hour 24", "<34>1 2026-11-20T24:00:00Z h a - - - x", "34 rfc5424 - h a - 'x' bad_ts ts_recv"},
      {"BI-30 second 60", "<34>1 2016-12-31T23:59:60Z h a - - - x",
       "34 rfc5424 2016-12-31T23:59:59+00:00 h a - 'x' leap_second"},
      {"BI-30 second 61", "<34>1 2016-12-31T23:59:61Z h a - - - x", "34 rfc5424 - h a - 'x' bad_ts ts_recv"},
      {"BI-31 year 0000", "<34>1 0000-01-01T00:00:00Z h a - - - x", "34 rfc5424 - h a - 'x' bad_ts ts_recv"},
      {"BI-31 year 9999", "<34>1 9999-12-31T23:59:59Z h a - - - x", "34 rfc5424 - h a - 'x' bad_ts ts_recv"},
      {"BI-31 a zone that is none", "<34>1 2026-11-20T06:59:59+99:99 h a - - - x",
       "34 rfc5424 - h a - 'x' bad_ts ts_recv"},
      {"BI-31 the earliest year that fits", "<34>1 1678-01-01T00:00:00Z h a - - - x",
       "34 rfc5424 1678-01-01T00:00:00+00:00 h a - 'x' "},
      {"BI-31 the latest", "<34>1 2261-12-31T23:59:59.999999999-23:59 h a - - - x",
       "34 rfc5424 2262-01-01T23:58:59.999999999+00:00 h a - 'x' "},
      {"BI-32 ten years old", "<34>1 2016-11-20T06:59:59Z h a - - - x",
       "34 rfc5424 2016-11-20T06:59:59+00:00 h a - 'x' "},
      {"BI-37 a mark before the text", head + "a - - - \xef\xbb\xbfx",
       "34 rfc5424 2026-11-20T06:59:59+00:00 h a - 'x' bom"},
      {"a line feed in the message", head + "a - - - x\n<34>1 - forged",
       "34 rfc5424 2026-11-20T06:59:59+00:00 h a - 'x\\x0a<34>1 - forged' "},
  };
  for (const auto& [why, frame, expected] : cases) EXPECT_EQ(describe(frame), expected) << why;
}

TEST(SyslogHeader, ReadsWhatDevicesMakeOfRfc3164) {
  const std::string at = "<13>Nov 20 06:59:00 ";
  const Case cases[] = {
      {"plain", at + "h app[12]: x", "13 rfc3164 2026-11-19T22:59:00+00:00 h app[12] - 'x' no_tz no_year"},
      {"no blank after the tag", at + "h app:x",
       "13 rfc3164 2026-11-19T22:59:00+00:00 h app - 'x' no_tz no_year"},
      {"a tag needs a colon or a pid", at + "h word other: x",
       "13 rfc3164 2026-11-19T22:59:00+00:00 h - - 'word other: x' no_tag no_tz no_year"},
      {"a pid that is not closed", at + "h app[12: x",
       "13 rfc3164 2026-11-19T22:59:00+00:00 h - - 'app[12: x' no_tag no_tz no_year"},
      {"a tag in Chinese", at + "h \xe5\x82\x99\xe4\xbb\xbd: x",
       "13 rfc3164 2026-11-19T22:59:00+00:00 h \xe5\x82\x99\xe4\xbb\xbd - 'x' no_tz no_year"},
      {"a tag of 128 characters", at + "h " + std::string(128, 't') + ": x",
       "13 rfc3164 2026-11-19T22:59:00+00:00 h "
       "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
       "tttttttttttttttttttttttttttttttttttttttttttttttttttttt - 'x' no_tz no_year"},
      {"BI-33 a host with a slash and dots", at + "../../etc/passwd app: x",
       "13 rfc3164 2026-11-19T22:59:00+00:00 - - - '../../etc/passwd app: x' no_tag no_tz no_year"},
      {"BI-33 a host with a slash inside", at + "a/../b app: x",
       "13 rfc3164 2026-11-19T22:59:00+00:00 a/../b app - 'x' no_tz no_year"},
      {"BI-33 a blank ends a host", at + "my host app: x",
       "13 rfc3164 2026-11-19T22:59:00+00:00 my - - 'host app: x' no_tag no_tz no_year"},
      {"BI-40 a forged record inside stays text",
       at + "h app: a\r\n<34>1 2026-11-20T00:00:00Z h sshd - - - Accepted",
       "13 rfc3164 2026-11-19T22:59:00+00:00 h app - 'a\\x0d\\x0a<34>1 2026-11-20T00:00:00Z h sshd - - - "
       "Accepted' "
       "ctrl no_tz no_year"},
      {"BI-39 escapes and C0 controls become text", at + "h app: \x1b]0;owned\a\x1b[2J",
       "13 rfc3164 2026-11-19T22:59:00+00:00 h app - '\\x1b]0;owned\\x07\\x1b[2J' ctrl no_tz no_year"},
      {"BI-41 what other programs would run is inert",
       at + "h app: ${jndi:ldap://x} %n%s%x {{7*7}} $(id) `id`",
       "13 rfc3164 2026-11-19T22:59:00+00:00 h app - '${jndi:ldap://x} %n%s%x {{7*7}} $(id) `id`' no_tz "
       "no_year"},
      {"BI-30 30 February", "<13>Feb 30 06:59:00 h app: x",
       "13 headerless - - - - 'Feb 30 06:59:00 h app: x' bad_ts no_tag no_ts no_tz ts_recv"},
      {"BI-30 hour 24", "<13>Nov 20 24:00:00 h app: x",
       "13 headerless - - - - 'Nov 20 24:00:00 h app: x' bad_ts no_tag no_ts no_tz ts_recv"},
      {"BI-30 second 60", "<13>Nov 20 06:59:60 h app: x",
       "13 rfc3164 2026-11-19T22:59:59+00:00 h app - 'x' leap_second no_tz no_year"},
      {"BI-31 year 0000", "<13>0000 Nov 20 06:59:00 h app: x",
       "13 headerless - - - - '0000 Nov 20 06:59:00 h app: x' bad_ts no_tag no_ts no_tz ts_recv"},
      {"BI-31 year 9999", "<13>Nov 20 9999 06:59:00 h app: x",
       "13 headerless - - - - 'Nov 20 9999 06:59:00 h app: x' bad_ts no_tag no_ts no_tz ts_recv"},
      {"29 February goes to the nearest leap year", "<13>Feb 29 06:59:00 h app: x",
       "13 rfc3164 2024-02-28T22:59:00+00:00 h app - 'x' no_tz no_year"},
      {"PM, a fraction and a zone name", "<13>Jun 14 11:57:27 PM.685 UTC: %SYS-5-RESTART: x",
       "13 rfc3164 2026-06-14T23:57:27.685+00:00 - %SYS-5-RESTART - 'x' no_year"},
      {"12 AM is midnight", "<13>Jun 14 12:00:01 AM h app: x",
       "13 rfc3164 2026-06-13T16:00:01+00:00 h app - 'x' no_tz no_year"},
      {"a message that begins with a number is no year", at + "0042 app: x",
       "13 rfc3164 2026-11-19T22:59:00+00:00 0042 app - 'x' no_tz no_year"},
      {"day before month", "<13>20/11/2026:06:59:00 GMT ns1 x",
       "13 rfc3164 2026-11-20T06:59:00+00:00 ns1 - - 'x' no_tag"},
      {"year, month and day by slashes", "<13>2026/11/20 14:59:00 h app: x",
       "13 rfc3164 2026-11-20T06:59:00+00:00 h app - 'x' no_tz"},
      {"an epoch without version", "<13>1795157999 h app: x",
       "13 rfc3164 2026-11-20T06:59:59+00:00 h app - 'x' epoch_ts"},
      {"an epoch beyond every calendar of ours", "<13>9999999999 h app: x",
       "13 headerless - - - - '9999999999 h app: x' bad_ts epoch_ts no_tag no_ts ts_recv"},
      {"weeks and days of uptime", "<189>77: 1w2d: %SYS-5-CONFIG_I: x",
       "189 rfc3164 - - %SYS-5-CONFIG_I - #77 'x' ts_recv uptime_ts"},
      {"days and hours of uptime", "<189>101 21: %SYS-5-CONFIG_I: x",
       "189 rfc3164 - - %SYS-5-CONFIG_I - 'x' ts_recv uptime_ts"},
      {"a mnemonic with a facility in parts", at + "%A-B-3-C_D text",
       "13 rfc3164 2026-11-19T22:59:00+00:00 - %A-B-3-C_D - 'text' no_tz no_year"},
      {"a percent that begins no mnemonic", at + "%A-B: text",
       "13 rfc3164 2026-11-19T22:59:00+00:00 - %A-B - 'text' no_tz no_year"},
      {"a counter of twelve digits is none", "<13>123456789012: Nov 20 06:59:00: %A-3-B: x",
       "13 rfc3164 2026-11-19T22:59:00+00:00 - %A-3-B - 'x' no_tz no_year"},
      {"JSON after the header", at + "h {\"a\":1}",
       "13 rfc3164 2026-11-19T22:59:00+00:00 h - - '{\"a\":1}' no_tz no_year"},
      {"JSON after an illegal PRI", "<192>{\"a\":1}", "13 rfc3164 - - - - '{\"a\":1}' bad_pri no_ts ts_recv"},
      {"a list of JSON", "[{\"a\":1}]", "13 headerless - - - - '[{\"a\":1}]' no_pri ts_recv"},
      {"Windows XML", "<Event xmlns='x'>", "13 headerless - - - - '<Event xmlns='x'>' bad_pri ts_recv"},
      {"a repetition", at + "message repeated 2 times: [ x]",
       "13 rfc3164 2026-11-19T22:59:00+00:00 - - - 'message repeated 2 times: [ x]' no_tz no_year"},
  };
  for (const auto& [why, frame, expected] : cases) EXPECT_EQ(describe(frame), expected) << why;
}

TEST(SyslogHeader, BI33_KeepsAHostOfAnyLengthAsText) {
  Arena arena;
  const std::string name(300, 'h');
  EXPECT_EQ(parse("<13>Nov 20 06:59:00 " + name + " app: x", arena).host, name);
  EXPECT_EQ(parse("<13>1 - " + name + " app - - - x", arena).host, name);
}

TEST(SyslogHeader, BI37_DecodesBeforeItCuts) {
  const Case cases[] = {
      {"Big5 with backslash, bar and brackets as second bytes",
       "<13>1 - h a - - [x k=\"\xa5\x5c\"] \xb3\x5c\xa5\x5c\xbb\x5c",
       "13 rfc5424 - h a - {x.k=\xe5\x8a\x9f} '\xe8\xa8\xb1\xe5\x8a\x9f\xe8\x93\x8b' cp950 ts_nil ts_recv"},
      {"UTF-16LE with a mark",
       "\xff\xfe<\0"
       "1\0"
       "3\0>\0a\0:\0 \0x\0"s,
       "13 headerless - - a - 'x' no_ts ts_recv utf16"},
      {"UTF-16BE with a mark",
       "\xfe\xff\0<\0"
       "1\0"
       "3\0>\0a\0:\0 \x4e\x2d"s,
       "13 headerless - - a - '\xe4\xb8\xad' no_ts ts_recv utf16"},
      {"an overlong slash", "<13>a: \xe0\x80\xaf",
       "13 headerless - - a - '\\xe0\\x80\\xaf' bad_utf8 no_ts ts_recv"},
      {"a mark before the PRI", "\xef\xbb\xbf<13>a: x", "13 headerless - - a - 'x' bom_lead no_ts ts_recv"},
  };
  for (const auto& [why, frame, expected] : cases) EXPECT_EQ(describe(frame), expected) << why;
}

TEST(SyslogHeader, BI34_IsLinearInOneMebibyteOfAnything) {
  Arena arena;
  const auto start = std::chrono::steady_clock::now();
  for (const std::string_view unit :
       {"a", "[", "<", ":", " ", "1", "-", "%A-3-B", "[a b=\"", "\\", "\xb5", "1: ", "a:", "\x1b"}) {
    std::string body;
    while (body.size() < 1024 * 1024) body += unit;
    for (const std::string_view head :
         {"", "<13>", "<13>Nov 20 06:59:00 ", "<13>1 - h a - - ", "<13>1 - h a - - [a b=\"", "<13>*"}) {
      const SyslogHeader header = parse(std::string(head) + body, arena);
      EXPECT_FALSE(header.text.empty());
      arena.reset();
    }
  }
  // 84 parses of 1 MiB under sanitizers; anything quadratic takes hours.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

TEST(SyslogHeader, BI35_GivesAtMost1024Parameters) {
  std::string frame = "<13>1 - h a - - [x";
  for (int i = 0; i < 10'000; ++i) frame += " k" + std::to_string(i) + "=\"v\"";
  frame += "] text";
  Arena arena;
  const SyslogHeader header = parse(frame, arena);
  EXPECT_TRUE(header.tags.has(Tag::sd_capped));
  EXPECT_EQ(header.message, "text");
  unsigned params = 0;
  std::string last;
  for_each_sd_param(header.structured_data, arena, [&](const SdParam& param) {
    ++params;
    last = param.name;
  });
  EXPECT_EQ(params, 1024U);
  EXPECT_EQ(last, "k1023");
}

// The year is the one that puts the time nearest before (or at most 30 days after) its receipt.
TEST(SyslogHeader, BI32_InfersTheYearAroundNewYear) {
  struct YearCase {
    std::string_view why, received, stamp, expected;
  };
  constexpr YearCase kCases[] = {
      {"December read in January", "2027-01-01T00:00:05Z", "Dec 31 23:59:58", "2026-12-31T23:59:58+00:00"},
      {"January read in December (a clock ahead)", "2026-12-31T23:59:58Z", "Jan  1 00:00:05",
       "2027-01-01T00:00:05+00:00"},
      {"30 days ahead", "2026-11-20T07:00:00Z", "Dec 20 07:00:00", "2026-12-20T07:00:00+00:00"},
      {"one second more is last year", "2026-11-20T07:00:00Z", "Dec 20 07:00:01",
       "2025-12-20T07:00:01+00:00"},
      {"29 February in March of a leap year", "2028-03-01T00:00:00Z", "Feb 29 12:00:00",
       "2028-02-29T12:00:00+00:00"},
      {"29 February three years on", "2027-11-20T00:00:00Z", "Feb 29 12:00:00", "2024-02-29T12:00:00+00:00"},
      {"before 1970", "1969-06-01T00:00:00Z", "May 31 12:00:00", "1969-05-31T12:00:00+00:00"},
  };
  Arena arena;
  for (const auto& [why, received, stamp, expected] : kCases) {
    for (int again = 0; again < 2; ++again) {  // the second time from the remembered second
      const ParseContext context = {.received_ns = *read_time(received, 0), .zone_minutes = 0, .peer = "p"};
      const SyslogHeader header =
          parse_syslog_header("<13>" + std::string(stamp) + " h app: x", context, arena);
      EXPECT_EQ(iso_time(header.timestamp_ns, 0), expected) << why;
      EXPECT_EQ(names_of(header.tags), "no_tz no_year") << why;
    }
  }
}

TEST(SyslogHeader, DoesNotCopyCleanText) {
  Arena arena;
  const std::string frame = "<13>Nov 20 06:59:00 h app[1]: \xe4\xb8\xad\xe6\x96\x87";
  const SyslogHeader header = parse(frame, arena);
  EXPECT_EQ(header.text.data(), frame.data());
  EXPECT_EQ(header.message.data(), frame.data() + 30);
  EXPECT_EQ(header.host.data(), frame.data() + 20);
}

}  // namespace
}  // namespace vigil
