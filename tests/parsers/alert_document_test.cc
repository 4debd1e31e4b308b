#include "parsers/alert_document.h"

#include <gtest/gtest.h>

#include "parsers/notice_time.h"
#include "parsers/render.h"

namespace vigil {
namespace {

constexpr int kTaipei = 480;

std::string describe(std::string_view json) {
  std::vector<AlertFault> faults;
  const Alert alert = read_alert(json, kTaipei, faults);
  std::string out;
  for (const AlertFault& fault : faults) out += "[" + fault.field + ": " + std::string(fault.reason) + "]";
  if (!faults.empty()) return out;
  // What every alert has is checked once.
  constexpr std::string_view kFront = R"({"event.kind":"alert","event.provider":"s","event.id":"1",)";
  EXPECT_TRUE(alert.document.starts_with(kFront)) << alert.document;
  out = alert.document.substr(kFront.size());
  if (alert.time_ns) out += " at " + iso_time(*alert.time_ns, kTaipei);
  if (alert.early_warning) out += " early";
  if (alert.drill) out += " drill";
  return out;
}

struct Case {
  std::string_view why, json, expected;
};

constexpr Case kAlerts[] = {
    {"a title alone", R"({"source":"s","source_ref":"1","title":"T"})",
     R"("message":"T","rule.name":"T","observer.name":"s","observer.type":"soc"})"},
    {"a number as reference, a rule's name for the title",
     R"({"source":"s","source_ref":1,"rule":{"id":7,"name":"R"}})",
     R"("message":"R","observer.name":"s","observer.type":"soc","rule.id":"7","rule.name":"R"})"},
    {"severities in words", R"({"source":"s","source_ref":"1","title":"T","severity":"嚴重"})",
     R"("message":"T","rule.name":"T","observer.name":"s","observer.type":"soc","event.severity":9,"log.level":"critical"})"},
    {"addresses in one spelling",
     R"({"source":"s","source_ref":"1","title":"T","src_ip":["::ffff:192.0.2.1","192.0.2.1"],"dst":{"ip":"2001:DB8:0::1","port":"443"}})",
     R"("message":"T","rule.name":"T","observer.name":"s","observer.type":"soc","source.ip":"192.0.2.1","related.ip":["192.0.2.1","2001:db8::1"],"destination.ip":"2001:db8::1","destination.port":443})"},
    {"times and flags",
     R"({"source":"s","source_ref":"1","title":"T","detected_at":"115/11/20 14:59","early_warning":true,"drill":true})",
     R"("message":"T","rule.name":"T","observer.name":"s","observer.type":"soc","event.start":"2026-11-20T14:59:00+08:00","early_warning":true,"drill":true} at 2026-11-20T14:59:00+08:00 early drill)"},
    {"indicators by what they look like",
     R"({"source":"s","source_ref":"1","title":"T","indicators":["198.51.100.1",{"type":"x","value":"http://a/b"},"?"]})",
     R"("message":"T","rule.name":"T","observer.name":"s","observer.type":"soc","threat.indicator.ip":"198.51.100.1","related.ip":"198.51.100.1","indicators.type":"x","threat.indicator.url.original":"http://a/b","threat.indicator.name":"?"})"},
    {"what nobody knows is kept, what is ours moves aside",
     R"({"source":"s","source_ref":"1","title":"T","x":{"y":1.50},"event":{"kind":"event"},"host":"h","n":null})",
     R"("message":"T","rule.name":"T","observer.name":"s","observer.type":"soc","x.y":1.50,"attributes.event.kind":"event","attributes.host":"h"})"},
    {"a second title", R"({"source":"s","source_ref":"1","title":"T","message":"M"})",
     R"("message":"T","rule.name":"T","observer.name":"s","observer.type":"soc","attributes.message":"M"})"},
    {"nothing", "{}", "[source: it is missing][source_ref: it is missing]"},
    {"no object", "[1]", "[: it is not one JSON object]"},
    {"two sources", R"({"source":"s","source":"t","source_ref":"1"})", "[source: it is given twice]"},
    {"wrong kinds", R"({"source":true,"source_ref":1.5})",
     "[source: true and false are no value of this field][source_ref: it is no whole number]"},
    {"values no field can have",
     R"({"source":"s","source_ref":"1","severity":1001,"level":"5","src_port":"080","url":true,"drill":"true","hash":"xyz"})",
     "[severity: it is no severity][level: it is no level][src_port: it is no port][url: true and false are "
     "no value of this field]"
     "[drill: it is neither true nor false][hash: it is no digest]"},
    {"a line end in a name", R"({"source":"a\nb","source_ref":"1"})",
     "[source: it is too long, or has control characters]"},
};

TEST(AlertDocument, PutsWhatASocSaysUnderEcsNames) {
  for (const auto& [why, json, expected] : kAlerts) EXPECT_EQ(describe(json), expected) << why;
}

TEST(AlertDocument, LenientlyKeepsWhatItCannotRead) {
  std::vector<AlertFault> faults;
  const Alert alert = make_alert({{"source", "s"},
                                  {"source_ref", "1"},
                                  {"title", "T"},
                                  {"level", "輕微"},
                                  {"src_ip", "192.0.2.1:80、[2001:db8::1]:443（NAT）"}},
                                 kTaipei, AlertReading::lenient, faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_NE(alert.document.find(R"("unread.level":"輕微")"), std::string::npos) << alert.document;
  EXPECT_NE(alert.document.find(R"("source.ip":["192.0.2.1","2001:db8::1"])"), std::string::npos)
      << alert.document;
  EXPECT_NE(alert.document.find(R"("source.port":[80,443])"), std::string::npos) << alert.document;
  EXPECT_NE(alert.document.find("unread.src_ip"), std::string::npos) << alert.document;
}

TEST(AlertDocument, ARecordSaysWhichAlertItIs) {
  std::vector<AlertFault> faults;
  Alert alert = read_alert(R"({"source":"s","source_ref":"1"})", kTaipei, faults);
  alert.beside = R"(,"email.subject":"event.hash")";
  const std::string hash(64, 'a');
  const std::string first = alert_record(alert, hash, 1);
  EXPECT_EQ(read_alert_mark(first).hash, hash);
  EXPECT_EQ(read_alert_mark(first).revision, 1U);
  EXPECT_EQ(read_alert_mark(alert_record(alert, hash, 3)).revision, 3U);
  EXPECT_TRUE(read_alert_mark(R"({"event.hash":"x"})").hash.empty()) << "no alert of ours";
}

struct TimeCase {
  std::string_view text, expected;
};
constexpr TimeCase kTimes[] = {
    {"2026-11-20T06:59Z", "2026-11-20T14:59:00+08:00"},
    {"2026-11-20T14:59:00+08:00", "2026-11-20T14:59:00+08:00"},
    {"2026-11-20 14:59:00.25 +0800", "2026-11-20T14:59:00.250+08:00"},
    {"115/11/20 14:59", "2026-11-20T14:59:00+08:00"},
    {"115-11-20 14:59:07", "2026-11-20T14:59:07+08:00"},
    {"中華民國115年11月20日 下午02時59分", "2026-11-20T14:59:00+08:00"},
    {"民國 115 年 11 月 20 日 14時59分07秒", "2026-11-20T14:59:07+08:00"},
    {"2026/11/20 上午 12:05", "2026-11-20T00:05:00+08:00"},
    {"2026/11/20 02:59 PM", "2026-11-20T14:59:00+08:00"},
    {"2026/11/20", "2026-11-20T00:00:00+08:00"},
    {"1795157940", "2026-11-20T14:59:00+08:00"},
    {"1795157940000", "2026-11-20T14:59:00+08:00"},
    {"115/02/30 14:59", ""},
    {"2026-11-20 25:00", ""},
    {"2026-11-20 14:59 left", ""},
    {"yesterday", ""},
    {"", ""},
    {"115/11", ""},
    {"99999999999999999999", ""},
};

TEST(NoticeTime, ReadsYearsOfTheRepublicAndOthers) {
  for (const auto& [text, expected] : kTimes) {
    const auto time = read_notice_time(text, kTaipei);
    EXPECT_EQ(time ? iso_time(*time, kTaipei) : "", expected) << text;
  }
}

}  // namespace
}  // namespace vigil
