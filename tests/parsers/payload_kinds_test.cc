// The law's kinds, cheap times, and what must hold for any text at all.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <new>
#include <set>
#include <string>

#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kKinds[] = {
    {"kernel", "<4>Nov 20 14:59:00 web1 kernel: [1.0] x", "kinds=os"},
    {"systemd", "<30>Nov 20 14:59:00 web1 systemd[1]: Started x.", "kinds=os"},
    {"cron", "<78>Nov 20 14:59:00 web1 CRON[9]: (root) CMD (x)", "kinds=os | source=linux//cron"},
    {"login", "<38>Nov 20 14:59:00 web1 login[9]: FAILED LOGIN 1 FROM tty1 FOR root",
     "kinds=os logon | source=linux//auth"},
    {"an instance of a known program", "<22>Nov 20 14:59:00 mx1 postfix/smtpd[9]: connect from x",
     "kinds=application | source=linux//syslog"},
    {"a database", "<14>Nov 20 14:59:00 db1 mysqld[9]: ready", "kinds=application"},
    {"a web server's own words", "<14>Nov 20 14:59:00 web1 nginx[9]: worker started", "kinds=web"},
    {"Cisco", "<166>Nov 20 14:59:00 asa1 : %ASA-4-106023: Deny tcp src a:1.1.1.1/5 dst b:2.2.2.2/6",
     "kinds=device"},
    {"pfSense", "<134>Nov 20 14:59:00 filterlog[5]: 82,,,1000002666,igb0,match,block,in,4", "kinds=device"},
    {"nobody, auth", "<38>Nov 20 14:59:00 h x: y z", "kinds=os logon"},
    {"nobody, authpriv", "<86>Nov 20 14:59:00 h x: y z", "kinds=os logon"},
    {"nobody, daemon", "<30>Nov 20 14:59:00 h x: y z", "kinds=os"},
    {"nobody, mail", "<22>Nov 20 14:59:00 h x: y z", "kinds=application"},
    {"nobody, local0", "<134>Nov 20 14:59:00 h x: y z", "kinds=application"},
    {"nobody, no PRI", "This is a message!", "kinds=application | format=none | tag=unparsed"},
    {"a logon of a device is a logon",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F type=event subtype=system action=login "
     "status=failed user=admin",
     "kinds=logon device"},
};
TEST(PayloadKinds, FollowFormatProgramAndFacility) { check_all(kKinds); }

TEST(PayloadKinds, FormatNamesAreDistinct) {
  std::string seen = " ";
  std::set<Format> numbers;
  for (const FormatSpec* spec : all_formats()) {
    const std::string name(spec->name);
    EXPECT_EQ(seen.find(" " + name + " "), std::string::npos) << name;
    seen += name + " ";
    EXPECT_LT(static_cast<std::size_t>(spec->number), kFormatsMax) << name;
    EXPECT_TRUE(numbers.insert(spec->number).second) << name << " has the number of another format";
    EXPECT_FALSE(spec->title.empty() || spec->sample.empty() || spec->parse == nullptr) << name;
  }
  EXPECT_EQ(format_name(static_cast<Format>(250)), "none");
}

struct AddressCase {
  std::string_view text, plain;
};
constexpr AddressCase kAddresses[] = {
    {"10.0.0.1", "10.0.0.1"},
    {"255.255.255.255", "255.255.255.255"},
    {"256.0.0.1", ""},
    {"1.2.3", ""},
    {"1.2.3.4.5", ""},
    {"1..2.3", ""},
    {"1.2.3.4 ", ""},
    {".1.2.3", ""},
    {"2001:db8::1", "2001:db8::1"},
    {"::", "::"},
    {"::1", "::1"},
    {"1::", "1::"},
    {":1::", ""},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
    {"1:2:3:4:5:6:7", ""},
    {"1:2:3:4:5:6:7:8:9", ""},
    {"1::2::3", ""},
    {"12345::", ""},
    {"fe80::1%eth0", "fe80::1"},
    {"[2001:db8::1]", "2001:db8::1"},
    {"[10.0.0.1]", "10.0.0.1"},
    {"::ffff:10.0.0.1", "10.0.0.1"},
    {"::FFFF:10.0.0.1", "10.0.0.1"},
    {"64:ff9b::10.0.0.1", "64:ff9b::10.0.0.1"},
    {"::ffff:300.0.0.1", ""},
    {"host", ""},
    {"", ""},
    {":", ""},
    {"[]", ""},
    {"a:b:c", ""},
    {"1:2:3:4:5:6:7:", ""},
};
TEST(PayloadText, KnowsAddressesFromNames) {
  for (const auto& [text, plain] : kAddresses) EXPECT_EQ(plain_address(text), plain) << text;
}

// The plain search is the oracle of the fast one: every needle of a text, at every place and length.
TEST(PayloadText, FindsWhatThePlainSearchFinds) {
  std::string text;
  unsigned state = 7;
  for (int i = 0; i < 200; ++i) {
    state = state * 1103515245U + 12345U;
    text += "ab\"c"[(state >> 16U) % 4];
  }
  for (std::size_t from = 0; from < text.size(); from += 3) {
    for (std::size_t length = 0; length < 24 && from + length <= text.size(); ++length) {
      const std::string needle = text.substr(from, length);
      EXPECT_EQ(find_text(text, SearchText(needle)), text.find(needle)) << needle;
      const std::string absent = needle + "x";
      EXPECT_EQ(find_text(text, SearchText(absent)), std::string::npos) << needle;
    }
  }
  EXPECT_EQ(find_text({}, "a"), std::string::npos);
}

struct TimeCase {
  std::string_view text, expected;
};
constexpr TimeCase kTimes[] = {
    {"1795157940", "1795157940000000000"},
    {"1795157940.5", "1795157940500000000"},
    {"1795157940041", "1795157940041000000"},
    {"1795157940041880981", "1795157940041880981"},
    {"9999999999999999999", "none"},
    {"17951579400", "none"},
    {"", "none"},
    {"-1", "none"},
    {"1795157940.x", "none"},
    {"Nov 20 2026 14:59:00", "1795157940000000000"},
    {"Nov 20 2026 06:59:00 GMT+00:00", "1795157940000000000"},
    {"Nov 20 2026 06:59:00 UTC", "1795157940000000000"},
    {"Nov 20 2026 07:59:00.000 +0100", "1795157940000000000"},
    {"Nov 20 14:59:00", "1795157940000000000"},
    {"2026-11-20T06:59:00Z", "1795157940000000000"},
    {"2026-11-20 14:59:00", "1795157940000000000"},
    {"2026-13-20 14:59:00", "none"},
    {"yesterday", "none"},
};
TEST(PayloadTime, ReadsCefsFormsAndNothingElse) {
  for (const auto& [text, expected] : kTimes) {
    const auto time = read_cef_time(text, 480, 1'795'158'000'000'000'000);
    EXPECT_EQ(time ? std::to_string(*time) : "none", expected) << text;
  }
}

// parse_event and the cheap look at arrival must agree: the archive orders by one and shows the other.
TEST(PayloadTime, TheCheapLookGivesTheEventsTime) {
  for (const std::string_view frame :
       {R"({"timestamp":"2026-11-20T06:59:00+0000","event_type":"flow","src_ip":"10.1.0.7"})",
        "<134>CEF:0|a|b|1|7|n|5|rt=1795157940041 src=10.0.0.1",
        "<134>date=2026-11-20 time=14:59:00 devname=F devid=F",
        "10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5"}) {
    Arena arena;
    Event event;
    ParseContext context;
    context.received_ns = 1'795'158'000'000'000'000;
    const SyslogHeader header = parse_syslog_header(frame, context, arena);
    parse_event(header, context, event, arena);
    const auto quick = quick_payload_time(header, detect_format(header), context.zone_minutes);
    ASSERT_TRUE(quick.has_value()) << frame;
    EXPECT_EQ(*quick, event.timestamp_ns) << frame;
  }
}

// Hostile shapes: long runs of every byte that means something somewhere, behind the beginning of every
// format.
TEST(PayloadShapes, AnyTextTakesLinearTime) {
  constexpr std::string_view kFronts[] = {
      "<14>Nov 20 14:59:00 h sshd[1]: Failed password for ",
      "<14>Nov 20 14:59:00 h sshd[1]: pam_unix(sshd:auth): authentication failure; ",
      "<14>Nov 20 14:59:00 h sudo: ",
      "<14>CEF:0|a|b|1|7|n|5|",
      "<14>date=2026-11-20 time=14:59:00 devname=F devid=F ",
      "{\"event_type\":\"x\",\"src_ip\":\"",
      "<14>Nov 20 14:59:00 h nginx: 10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"",
      "[Sat Jul 20 21:40:33 2026] [error] ",
      "<14>Nov 20 14:59:00 h clamd: ",
      "{",
      "<14>Nov 20 14:59:00 h app: "};
  constexpr std::string_view kPieces[] = {
      "a",  "=",  "\"",       "\\",         "[",       "{",           " ",   ":",
      "|",  "a=", " from ",   " rhost=",    " port 1", ",\"a\":",     "=\"", "cs1Label=x ",
      "; ", ": ", "[client ", ", client: ", "\\\"",    "\xe7\xb6\xb2"};
  PayloadBench bench;
  for (const std::string_view front : kFronts) {
    for (const std::string_view piece : kPieces) {
      std::string frame(front);
      while (frame.size() < 64 * 1024) frame += piece;
      const auto start = std::chrono::steady_clock::now();
      bench.parse(frame);
      const auto took = std::chrono::steady_clock::now() - start;
      // A quadratic step would take seconds; sanitizers and a busy machine are allowed for.
      EXPECT_LT(std::chrono::duration_cast<std::chrono::milliseconds>(took).count(), 500)
          << front << " + " << piece;
    }
  }
}

// A line may be cut anywhere (UDP, a full disk): every prefix must parse into something.
TEST(PayloadShapes, EveryPrefixOfALineIsTaken) {
  constexpr std::string_view kLines[] = {
      "<38>Nov 20 14:59:00 web1 sshd[811]: Failed password for invalid user x from 203.0.113.9 port 1 ssh2: "
      "RSA x",
      "<38>Nov 20 14:59:00 web1 sshd[9]: pam_unix(sshd:auth): authentication failure; logname= uid=0 ruser=a "
      "rhost=203.0.113.9  user=root",
      "<85>Nov 20 14:59:00 web1 sudo:  ann : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/su",
      "<189>date=2026-11-20 time=14:59:00 devname=\"F\" devid=\"F\" type=\"utm\" msg=\"a \\\" b\" "
      "srcip=10.0.0.1",
      "<134>CEF:0|a\\|b|c|1|7|n|5|rt=Nov 20 2026 14:59:00 cs1Label=A b cs1=x\\=y msg=z",
      "[Sat Jul 20 21:40:33.803528 2026] [auth_basic:error] [pid 1:tid 2] [client 203.0.113.9:5] AH01618: "
      "user bob not found: /p",
      "www.example.edu.tw:443 203.0.113.9 - - [20/Nov/2026:14:59:00 +0800] \"GET /a?b HTTP/1.1\" 404 153 "
      "\"-\" \"x\"",
      R"({"@timestamp":"2026-11-20T06:59:00Z","winlog":{"channel":"Security","event_id":4625,"event_data":{"IpAddress":"::ffff:1.2.3.4"}}})",
      "<22>Nov 20 14:59:00 nas1 clamd: stream(10.1.0.7@53214): Eicar(44d88612fea8a8f36de82e1278abb02f:68) "
      "FOUND"};
  PayloadBench bench;
  for (const std::string_view line : kLines) {
    for (std::size_t length = 0; length <= line.size(); ++length) {
      const std::string cut(line.substr(0, length));  // its own allocation, so that reading past it is seen
      const Event& event = bench.parse(cut);
      for (const Field& field : event.fields()) EXPECT_FALSE(field.name.empty());
    }
  }
}

}  // namespace
}  // namespace vigil
