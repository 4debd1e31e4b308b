#include "parsers/cef_render.h"

#include <gtest/gtest.h>

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

class CefRender : public testing::Test {
 protected:
  CefRender() {
    source_.host = "srv1";
    source_.peer = "10.0.0.9";
    source_.organisation = "school-a";
    event_.timestamp_ns = 1'795'157'940'000'000'000;
  }
  std::string render() {
    std::string out;
    append_cef(event_, {.received_ns = 1'795'157'941'000'000'000, .id = "01", .source = &source_}, "1.0",
               out);
    return out;
  }
  Event event_;
  Source source_;
};

TEST_F(CefRender, SaysWhatTheEventSays) {
  event_.add("message", "Failed password for root");
  event_.add("event.action", "ssh-login");
  event_.add("event.outcome", "failure");
  event_.add("event.category", "authentication");
  event_.add("source.ip", "203.0.113.5");
  event_.add("source.port", "51999");
  event_.add("user.name", "root");
  EXPECT_EQ(
      render(),
      "CEF:0|Vigil|vigild|1.0|ssh-login|Failed password for root|3|act=ssh-login src=203.0.113.5 spt=51999 "
      "duser=root outcome=failure rt=1795157940000 externalId=01 dvchost=srv1 cat=authentication "
      "cs1=school-a "
      "cs1Label=organisation cs3=10.0.0.9 cs3Label=peer deviceCustomDate1=1795157941000 "
      "deviceCustomDate1Label=received msg=Failed password for root");
}

// BI-93: a value cannot begin a field, a frame or a header's part.
TEST_F(CefRender, NoValueLeavesItsPlace) {
  event_.add("rule.name", "a|b\\c\r\n<13>1 forged\x1b[31m");
  event_.add("event.action", " x=y src=6.6.6.6\\\n\\= | ");
  event_.add("user.name", "trailing\\");
  event_.add("message", "end|");
  const std::string line = render();
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\r'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_EQ(line.find("|a\\|b\\\\c  <13>1 forged\\\\x1b[31m|"), line.find("|a\\|b"));
  PayloadBench bench;
  std::string frame;
  append_cef_syslog_header(event_, source_, frame);
  frame += line;
  const Event& back = bench.parse(frame);
  EXPECT_EQ(back.format, Format::cef);
  EXPECT_EQ(back.text_of("event.action"), "x=y src=6.6.6.6\\\n\\= |");
  EXPECT_EQ(back.text_of("destination.user.name"), "trailing\\");
  EXPECT_EQ(back.text_of("rule.name"), "a|b\\c  <13>1 forged\\x1b[31m");
  EXPECT_EQ(back.text_of("message"), "end|");
  EXPECT_EQ(back.find("source.ip"), nullptr);
}

TEST_F(CefRender, TheObserverIsTheDevice) {
  event_.add("observer.vendor", "Fortinet");
  event_.add("observer.product", "FortiGate");
  event_.add("event.code", "0000000013");
  event_.add("event.severity", "9");
  event_.add("message", std::string_view());
  EXPECT_TRUE(render().starts_with("CEF:0|Fortinet|FortiGate|1.0|0000000013|log|9|rt=")) << render();
}

TEST_F(CefRender, LongValuesEndBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 600; ++i) text += "登";
  event_.add("message", text);
  const std::string line = render();
  EXPECT_TRUE(line.ends_with("登"));
  EXPECT_LT(line.size(), 2000U);
}

TEST_F(CefRender, TheSyslogHeaderIsRfc3164InTheSourcesZone) {
  std::string out;
  event_.timestamp_ns = 1'793'487'540'000'000'000;  // 2026-10-31T22:59:00Z
  append_cef_syslog_header(event_, source_, out);
  EXPECT_EQ(out, "<13>Nov  1 06:59:00 srv1 ");
}

}  // namespace
}  // namespace vigil
