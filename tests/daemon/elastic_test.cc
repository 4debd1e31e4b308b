#include <gtest/gtest.h>

#include "daemon/elastic_answers.h"

namespace vigil {
namespace {

struct Case {
  std::string_view why, given, expected;
};

TEST(Elastic, ClaimsTheVersionOfWhoAsks) {
  const Case cases[] = {
      {"Filebeat", "Elastic-filebeat/8.11.1 (linux; amd64; abc; 2023-11-11 00:00:00 +0000 UTC)", "8.11.1"},
      {"Python", "elasticsearch-py/7.17.6 (Python 3.11.2)", "7.17.6"},
      {"JavaScript", "elasticsearch-js/9.4.3 (linux 6.1; Node.js v22)", "9.4.3"},
      {"curl", "curl/7.88.1", "8.17.0"},
      {"nobody", "", "8.17.0"},
      {"no version", "Elastic-x/abc", "8.17.0"},
      {"two numbers", "Elastic-x/8.1", "8.17.0"},
      {"something that would break out", "Elastic-x/8.1.1\"}", "8.1.1"},
  };
  for (const auto& [why, given, expected] : cases) EXPECT_EQ(elastic_version(given), expected) << why;
}

TEST(Elastic, AnswersInTheTypeThatWasAskedFor) {
  EXPECT_EQ(elastic_content_type("application/vnd.elasticsearch+json; compatible-with=9, text/plain"),
            "application/vnd.elasticsearch+json;compatible-with=9");
  EXPECT_EQ(elastic_content_type("application/vnd.elasticsearch+json"), "application/vnd.elasticsearch+json");
  EXPECT_EQ(elastic_content_type("*/*"), "application/json");
  EXPECT_EQ(elastic_content_type(""), "application/json");
}

std::string describe(std::string_view patterns) {
  const BulkFilter filter(patterns);
  std::string text;
  for (const auto& [name, wanted] : {std::pair("took", filter.took),
                                     {"errors", filter.errors},
                                     {"_index", filter.index},
                                     {"_id", filter.id},
                                     {"status", filter.status},
                                     {"error", filter.error}}) {
    if (wanted) text += (text.empty() ? "" : " ") + std::string(name);
  }
  return text;
}

TEST(Elastic, LeavesOutWhatIsNotWanted) {
  const Case cases[] = {
      {"everything", "", "took errors _index _id status error"},
      {"Beats, Logstash", "errors,items.*.error,items.*.status", "errors status error"},
      {"all of the items", "items", "_index _id status error"},
      {"all of the items too", "items.**", "_index _id status error"},
      {"below an error", "errors,items.*.error.type", "errors error"},
      {"stars inside", "item*.*._i*", "_index _id"},
      {"taking away", "-took,-items.*._index", "errors _id status error"},
      {"both", "items,-items.*.error", "_index _id status"},
  };
  for (const auto& [why, given, expected] : cases) EXPECT_EQ(describe(given), expected) << why;
}

TEST(Elastic, ErrorsAreWrittenAsElasticsearchDoes) {
  EXPECT_EQ(
      elastic_error(400, "a", "b\"c"),
      R"({"error":{"root_cause":[{"type":"a","reason":"b\"c"}],"type":"a","reason":"b\"c"},"status":400})");
}

}  // namespace
}  // namespace vigil
