#include "daemon/loki_request.h"

#include <cmath>
#include <gtest/gtest.h>

#include "daemon/field_survey.h"
#include "daemon/loki_answer.h"
#include "tests/storage/fake_archive.h"

namespace vigil {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(LokiTime, ReadsWhatItsClientsWrite) {
  const std::pair<std::string_view, std::int64_t> good[] = {
      {"1795158000", 1'795'158'000 * kSecond},
      {"1795158000123456789", 1'795'158'000'123'456'789},
      {"1795158000.5", 1'795'158'000 * kSecond + kSecond / 2},
      {"0", 0},
      {"4000000000", 4'000'000'000 * kSecond},
      {"2026-11-20T15:00:00+08:00", 1'795'158'000 * kSecond},
      {"2026-11-20T07:00:00Z", 1'795'158'000 * kSecond},
      {"2026-11-20T07:00:00.25Z", 1'795'158'000 * kSecond + kSecond / 4},
  };
  for (const auto& [text, ns] : good) EXPECT_EQ(read_loki_time(text), ns) << text;
  for (const std::string_view text : {"", "now", "-5", "1e99", "nan", "inf", "99999999999999999999",
                                      "9999999999", "2026-11-20", "0x10", "1 "}) {
    EXPECT_FALSE(read_loki_time(text)) << text;
  }
}

HttpRequest request_with(std::initializer_list<std::pair<std::string, std::string>> parameters) {
  HttpRequest request;
  for (const auto& [name, value] : parameters) request.query.emplace(name, value);
  return request;
}

TEST(LokiSpan, LastsAnHourUnlessSaid) {
  constexpr std::int64_t kNow = 1'795'158'000 * kSecond, kHour = 3600 * kSecond;
  const auto span = read_span(request_with({}), kNow, kHour);
  ASSERT_TRUE(span);
  EXPECT_EQ(span->start_ns, kNow - kHour);
  EXPECT_EQ(span->end_ns, kNow);
  EXPECT_EQ(read_span(request_with({{"since", "2h"}}), kNow, kHour)->start_ns, kNow - 2 * kHour);
  EXPECT_EQ(read_span(request_with({{"start", "5"}, {"end", "7"}}), kNow, kHour)->end_ns, 7 * kSecond);
  EXPECT_FALSE(read_span(request_with({{"start", "7"}, {"end", "7"}}), kNow, kHour));
  EXPECT_FALSE(read_span(request_with({{"start", "x"}}), kNow, kHour));
}

TEST(LokiTimes, StepsAreSecondsOrLengths) {
  constexpr LokiSpan kHour{0, 3600 * kSecond};
  const std::pair<std::string, std::int64_t> good[] = {{"60", 60 * kSecond},
                                                       {"0.5", kSecond / 2},
                                                       {"15s", 15 * kSecond},
                                                       {"500ms", kSecond / 2},
                                                       {"1m", 60 * kSecond}};
  for (const auto& [text, ns] : good) {
    const auto times = read_times(request_with({{"step", text}}), kHour);
    ASSERT_TRUE(times) << text;
    EXPECT_EQ(times->step_ns, ns) << text;
    EXPECT_EQ(times->count, kHour.end_ns / ns + 1) << text;
  }
  for (const char* text : {"", "0", "-1", "x", "1ms", "0.0000000001", "nan", "inf", "1e30"}) {
    EXPECT_FALSE(read_times(request_with({{"step", text}}), kHour)) << text;
  }
  EXPECT_EQ(read_times(request_with({}), kHour)->step_ns, 14 * kSecond);
}

TEST(LokiRefusals, NameLineAndColumnInCharacters) {
  const std::string query = "{a=\"登入\"}\n |= 5";
  const auto parsed = LogqlQuery::parse(query);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(refusal(parsed.error(), query).what,
            "parse error at line 2, col 5: unexpected '5'; expected a text in quotes after '|='");
}

TEST(LokiAnswers, WriteNumbersAsLokiDoes) {
  const std::pair<double, std::string_view> cases[] = {
      {2, "2"}, {0.5, "0.5"}, {-1, "-1"}, {std::nan(""), "NaN"}, {HUGE_VAL, "+Inf"}, {-HUGE_VAL, "-Inf"}};
  for (const auto& [value, text] : cases) EXPECT_EQ(sample_text(value), text);
}

TEST(LokiAnswers, KeepLinesInTheOrderOfTheirTimes) {
  LokiStreams found;
  found.streams[{{"a", "\"\x01"}}] = {{5, "late"}, {9, "later"}, {5, "late too"}};
  const std::string body = streams_body(found, true, {});
  EXPECT_EQ(body,
            "{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",\"result\":[{\"stream\":{\"a\":"
            "\"\\\"\\u0001\"},"
            "\"values\":[[\"9\",\"later\"],[\"5\",\"late\"],[\"5\",\"late too\"]]}],\"stats\":{\"summary\":{"
            "\"totalBytesProcessed\":0,\"totalLinesProcessed\":0,\"totalEntriesReturned\":0}}}}\n");
}

TEST(Forms, AddTheirParametersBeforeTheOthers) {
  std::multimap<std::string, std::string> parameters{{"query", "old"}, {"x", "1"}};
  ASSERT_TRUE(add_form("query=%7Ba%3D%22b%22%7D+%7C%3D+1&match%5B%5D=a&match%5B%5D=b", parameters));
  EXPECT_EQ(parameters.lower_bound("query")->second, "{a=\"b\"} |= 1");
  EXPECT_EQ(parameters.count("match[]"), 2U);
  EXPECT_EQ(parameters.count("x"), 1U);
  EXPECT_FALSE(add_form("a=%zz", parameters));
}

TEST(FieldSurvey, FindsNamesTypesAndSamples) {
  FakeArchive archive;
  const auto source = FakeArchive::make_source();
  archive.add(
      R"({"a":{"b":1},"ip":"10.0.0.5","when":"2026-11-20T07:00:00Z","on":true,"list":["x","y"],"mixed":1})",
      1, source);
  archive.add(R"({"a":{"b":1.5},"ip":"2001:db8::1","mixed":"one","list":["x"]})", 2, source);
  FieldSurvey survey;
  SearchRequest wanted;
  wanted.range.organisations = {"*"};
  ASSERT_TRUE(search(archive, *Query::parse(""), wanted, [&](const SearchRow& row) {
    survey.add(row, 0);
    return true;
  }));
  const auto shown = [&](std::string_view name) {
    const auto found = survey.fields().find(name);
    if (found == survey.fields().end()) return std::string("none");
    return std::string(FieldSurvey::type_name(found->second.type)) + " " +
           std::to_string(found->second.records) + " " + std::to_string(found->second.distinct);
  };
  EXPECT_EQ(survey.records(), 2U);
  EXPECT_EQ(shown("vendor.a.b"), "real 2 2");
  EXPECT_EQ(shown("vendor.ip"), "ip 2 2");
  EXPECT_EQ(shown("vendor.when"), "time 1 1");
  EXPECT_EQ(shown("vendor.on"), "boolean 1 1");
  EXPECT_EQ(shown("vendor.list"), "text 2 2");
  EXPECT_EQ(shown("vendor.mixed"), "text 2 2");
  EXPECT_EQ(shown("@timestamp"), "time 2 2");
}

}  // namespace
}  // namespace vigil
