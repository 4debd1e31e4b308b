#include "incidents/case.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/incidents/school.h"

namespace vigil {
namespace {

using namespace test;

Case full_case() {
  Case out;
  out.id = "school-a-2026-0001";
  out.organisation = "school-a";
  out.state = CaseState::incident;
  out.early_warning = true;
  out.drill = true;
  out.category = "intrusion";
  out.symptoms = {"系統遭入侵", "異常連線"};
  out.title = "Break-in";
  out.title_zh = "入侵 \"引號\" \\ \x01";
  out.opened_ns = kAfternoon;
  out.updated_ns = kAfternoon + 1;
  out.occurred_ns = kAfternoon - 3;
  out.known_ns = -1;
  out.level.confidentiality = 3;
  out.level.integrity = 2;
  out.level.availability = 1;
  out.level.proposed = false;
  out.level.reasons = {"機密性 3 級：…"};
  out.profile = "tw-2026";
  out.overlay = "county-schools";
  out.systems = {"grades"};
  out.entities.push_back({"source.ip", "203.0.113.9", 1, INT64_MAX, UINT64_MAX, false});
  CaseDetection row;
  row.rule_id = "r1";
  row.title = "t";
  row.title_zh = "標題";
  row.level = "high";
  row.author = "某作者";
  row.license = "DRL-1.1";
  row.references = {"https://example.org/a"};
  row.count = UINT64_MAX;
  row.events = 9'007'199'254'740'993ULL;  // not a double
  row.first_ns = INT64_MIN;
  row.last_ns = INT64_MAX;
  row.samples = {1, 9'007'199'254'740'993ULL, UINT64_MAX};
  row.picked.adopt(row.samples);
  row.fields = {{"url.path", "/a?b=\xE4\xB8\xAD"}, {"url.path", "twice"}};
  row.category = "intrusion";
  row.symptoms = {"系統遭入侵"};
  row.proposed_level = 3;
  row.context = true;
  out.detections = {row};
  out.related = {"school-a-2026-0002"};
  out.entities_unlisted = 7;
  out.holds = {"h1"};
  CaseClock clock;
  clock.id = "report";
  clock.label_zh = "報告";
  clock.label_en = "Report";
  clock.owner = "甲";
  clock.article = "6";
  clock.started_ns = 1;
  clock.due_ns = 2;
  clock.stopped_ns = 3;
  clock.voided = true;
  out.clocks = {clock};
  out.acts.push_back({kAfternoon, "confirmed", "王小明", "確定\n第二行"});
  out.reject_reason = "誤判";
  return out;
}

TEST(Case, IsStoredAndReadBackExactly) {
  const std::string stored = full_case().serialize();
  const auto read = Case::deserialize(stored);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->serialize(), stored);
  EXPECT_EQ(read->detections[0].events, 9'007'199'254'740'993ULL);
  EXPECT_EQ(read->detections[0].samples.back(), UINT64_MAX);
  EXPECT_EQ(read->detections[0].first_ns, INT64_MIN);
  EXPECT_EQ(read->known_ns, -1);
  EXPECT_EQ(read->acts[0].note, "確定\n第二行");
  EXPECT_EQ(read->title_zh, full_case().title_zh);

  Case bare;
  bare.id = "x";
  const std::string plain = bare.serialize();
  ASSERT_TRUE(Case::deserialize(plain));
  EXPECT_EQ(Case::deserialize(plain)->serialize(), plain);
}

TEST(Case, KeepsBytesThatAreNotUtf8) {
  Case incident = full_case();
  incident.detections[0].fields = {{"raw", std::string("\xA4\xA4\x00\xFF", 4)}};
  const auto read = Case::deserialize(incident.serialize());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->detections[0].fields[0].second, std::string("\xA4\xA4\x00\xFF", 4));
  boost::system::error_code error;
  boost::json::parse(incident.to_json(kAfternoon, 480), error);
  EXPECT_FALSE(error) << "the API's form is valid UTF-8 whatever the log held";
}

TEST(Case, RefusesWhatIsNotAStoredCase) {
  struct Row {
    std::string_view why, text;
  };
  constexpr Row kRows[] = {
      {"nothing", ""},
      {"not JSON", "case"},
      {"not an object", "[1]"},
      {"no version", R"({"id":"x","state":"candidate"})"},
      {"a newer version", R"({"v":2,"id":"x","state":"candidate"})"},
      {"no id", R"({"v":1,"state":"candidate"})"},
      {"an unknown state", R"({"v":1,"id":"x","state":"asleep"})"},
      {"a text for a number", R"({"v":1,"id":"x","state":"candidate","opened":"1"})"},
      {"a number past 64 bits", R"({"v":1,"id":"x","state":"candidate","opened":1e300})"},
      {"a level of five", R"({"v":1,"id":"x","state":"candidate","level":{"c":5}})"},
      {"rows that are no objects", R"({"v":1,"id":"x","state":"candidate","acts":[1]})"},
      {"cut in the middle", R"({"v":1,"id":"x","state":"cand)"},
      {"BI-43 nested too deep", R"({"v":1,"id":"x","state":"candidate","zz":[[[[[[[[[[[[1]]]]]]]]]]]]})"},
  };
  for (const auto& [why, text] : kRows) EXPECT_FALSE(Case::deserialize(text)) << why;
}

TEST(Case, IsShownAsTheApiPromises) {
  const auto shown = boost::json::parse(full_case().to_json(kAfternoon, 480)).as_object();
  for (const char* key : {"id", "org", "state", "early_warning", "drill", "category", "symptoms", "title",
                          "opened_at", "occurred_at", "known_at", "level", "profile", "overlay", "entities",
                          "detections", "holds", "clocks", "acts"}) {
    EXPECT_TRUE(shown.contains(key)) << key;
  }
  EXPECT_EQ(shown.at("opened_at").as_string(), "2026-11-20T14:00:00+08:00");
  EXPECT_EQ(shown.at("state").as_string(), "incident");
  EXPECT_EQ(shown.at("level").as_object().at("overall").as_int64(), 3);
  const auto& row = shown.at("detections").as_array()[0].as_object();
  for (const char* key : {"rule", "count", "first", "last", "samples"}) EXPECT_TRUE(row.contains(key)) << key;
  EXPECT_EQ(row.at("samples").as_array()[0].as_string(), "0000000000000001");
  const auto& clock = shown.at("clocks").as_array()[0].as_object();
  for (const char* key : {"id", "label", "owner", "started_at", "due_at", "stopped_at", "state", "article"}) {
    EXPECT_TRUE(clock.contains(key)) << key;
  }
  EXPECT_EQ(clock.at("label").as_object().at("zh-TW").as_string(), "報告");
  Case unknown;
  unknown.id = "x";
  EXPECT_TRUE(boost::json::parse(unknown.to_json(0, 0)).as_object().at("known_at").is_null());
}

TEST(CaseClock, TellsItsStateForAMoment) {
  struct Row {
    std::string_view why;
    std::optional<std::int64_t> stopped;
    bool voided;
    std::int64_t now;
    std::string_view state;
  };
  constexpr std::int64_t kDue = 100;
  constexpr Row kRows[] = {
      {"before it is due", std::nullopt, false, 99, "running"},
      {"at the very moment", std::nullopt, false, 100, "running"},
      {"past it", std::nullopt, false, 101, "overdue"},
      {"stopped in time", 100, false, 500, "met"},
      {"stopped too late", 101, false, 500, "late"},
      {"stopped later than the moment asked for", 150, false, 120, "overdue"},
      {"no longer owed", std::nullopt, true, 500, "void"},
  };
  for (const auto& row : kRows) {
    CaseClock clock;
    clock.due_ns = kDue;
    clock.stopped_ns = row.stopped;
    clock.voided = row.voided;
    EXPECT_EQ(clock.state_at(row.now), row.state) << row.why;
  }
}

}  // namespace
}  // namespace vigil
