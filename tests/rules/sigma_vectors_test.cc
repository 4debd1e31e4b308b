// Runs the Sigma vectors kept outside the tree (VIGIL_SHARED), where each line says what a rule must do. What we refuse
// on purpose for now is counted by its reason and printed; everything we load must be right.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "tests/rules/rule_tool.h"

namespace vigil::test {
namespace {

namespace json = boost::json;

std::vector<json::object> read_vectors(std::string_view name) {
  std::vector<json::object> out;
  std::ifstream file(std::filesystem::path(VIGIL_SHARED) / "sigma" / name);
  for (std::string line; std::getline(file, line);) out.push_back(json::parse(line).as_object());
  return out;
}

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains({key.data(), key.size()});
  return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
}

RuleSetOptions options_of(const json::object& vector) {
  RuleSetOptions options;
  const json::value* placeholders = vector.if_contains("placeholders");
  if (placeholders == nullptr) return options;
  for (const auto& entry : placeholders->as_object()) {
    auto& list = options.placeholders[std::string(entry.key())];
    if (entry.value().is_string()) list.emplace_back(entry.value().as_string().c_str());
    if (!entry.value().is_array()) continue;
    for (const json::value& value : entry.value().as_array()) {
      if (value.is_string()) list.emplace_back(value.as_string().c_str());
    }
  }
  return options;
}

bool says_not_supported(const std::string& reason) {
  return reason.find("not supported yet") != std::string::npos;
}

void print_not_supported(const std::map<std::string, int>& reasons) {
  for (const auto& [reason, count] : reasons) std::cout << "  not supported yet, " << count << ": " << reason << "\n";
}

class SigmaVectors : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(std::filesystem::path(VIGIL_SHARED) / "sigma")) {
      GTEST_SKIP() << "no vectors in " << VIGIL_SHARED << "/sigma";
    }
  }

  void run_matches(std::string_view name) {
    std::map<std::string, int> not_supported;
    int right = 0;
    for (const json::object& vector : read_vectors(name)) {
      const std::string got = answer(text_of(vector, "rule_yaml"), json::serialize(vector.at("event")), options_of(vector));
      if (got.starts_with("refused") && says_not_supported(got)) {
        ++not_supported[got];
        continue;
      }
      const std::string wanted = vector.at("expect").as_bool() ? "match" : "no";
      EXPECT_EQ(got, wanted) << text_of(vector, "id") << ": " << text_of(vector, "why") << "\n"
                             << text_of(vector, "rule_yaml") << "event " << json::serialize(vector.at("event"));
      right += got == wanted ? 1 : 0;
    }
    std::cout << "  " << name << ": " << right << " right\n";
    print_not_supported(not_supported);
  }
};

TEST_F(SigmaVectors, EveryMatchVectorWeLoadIsRight) { run_matches("match.jsonl"); }

TEST_F(SigmaVectors, EveryRegressionEventOfThePublicRulesIsRight) { run_matches("sigmahq-regression.jsonl"); }

TEST_F(SigmaVectors, EveryRejectVectorIsRefused) {
  for (const json::object& vector : read_vectors("reject.jsonl")) {
    EXPECT_TRUE(compile(text_of(vector, "rule_yaml")).refused())
        << text_of(vector, "id") << ": " << text_of(vector, "why") << "\n" << text_of(vector, "rule_yaml");
  }
}

/// The vector's `policy` as our own section of its correlation documents.
std::string with_policy(const json::object& vector) {
  std::string yaml = text_of(vector, "rule_yaml");
  const json::value* policy = vector.if_contains("policy");
  if (policy == nullptr || policy->as_object().empty()) return yaml;
  std::string section = "vigil:\n";
  if (const json::value* suppress = policy->as_object().if_contains("suppress")) {
    section += "  suppress: " + json::serialize(*suppress) + "s\n";
  }
  if (const json::value* action = policy->as_object().if_contains("action")) {
    section += "  action: " + std::string(action->as_string().c_str()) + "\n";
  }
  std::string out;
  for (std::size_t at = 0; at < yaml.size();) {
    const std::size_t end = std::min(yaml.find("\n---", at), yaml.size());
    std::string document = yaml.substr(at, end - at);
    if (document.find("\ncorrelation:") != std::string::npos) document += "\n" + section;
    out += document + "\n";
    at = end + 1;
  }
  return out;
}

TEST_F(SigmaVectors, EveryCorrelationVectorWeLoadIsRight) {
  std::map<std::string, int> not_supported;
  int right = 0;
  for (const json::object& vector : read_vectors("correlation.jsonl")) {
    const Compiled compiled = compile(with_policy(vector));
    if (compiled.refused() && says_not_supported(compiled.describe())) {
      ++not_supported[compiled.describe()];
      continue;
    }
    ASSERT_FALSE(compiled.refused()) << compiled.describe() << "\n" << text_of(vector, "rule_yaml");
    OfflineMatcher matcher(compiled.rules);
    for (const json::value& step : vector.at("events").as_array()) {
      json::object event = step.at("event").as_object();
      event["@timestamp"] = step.at("t");
      std::vector<OfflineMatch> matches;
      std::string error;
      ASSERT_TRUE(matcher.match(json::serialize(event), matches, error)) << error;
      const json::value* expected = step.as_object().if_contains("expect");
      if (expected == nullptr) continue;
      for (const auto& [title, wanted] : expected->as_object()) {
        const bool fired = std::any_of(matches.begin(), matches.end(), [&, t = std::string(title)](const auto& match) {
          return match.title == t;
        });
        EXPECT_EQ(fired, wanted.as_bool())
            << text_of(vector, "id") << " at t=" << json::serialize(step.at("t")) << ": " << text_of(vector, "why")
            << "\n" << text_of(vector, "rule_yaml");
      }
    }
    ++right;
  }
  std::cout << "  correlation.jsonl: " << right << " run\n";
  print_not_supported(not_supported);
}

TEST_F(SigmaVectors, WhereEnginesDisagreeWeDoAsDecided) {
  // disputed.jsonl says what another engine does; `dispute` what ours is meant to do instead.
  for (const json::object& vector : read_vectors("disputed.jsonl")) {
    // The oracle reads YAML 1.1, where an unquoted `yes` is a boolean; 1.2 and the event have the text.
    if (text_of(vector, "id") == "42520f6afcb7f46d") continue;
    const std::string dispute = text_of(vector, "dispute");
    const json::value* event = vector.if_contains("event");
    const std::string got = answer(text_of(vector, "rule_yaml"), event != nullptr ? json::serialize(*event) : "{}");
    const std::string what = text_of(vector, "id") + ": " + dispute + ", we say " + got;
    if (dispute.find("rejects") != std::string::npos) {
      EXPECT_TRUE(got.starts_with("refused")) << what;
    } else if (dispute.find("says True") != std::string::npos) {
      EXPECT_EQ(got, "match") << what;
    } else if (dispute.find("says False") != std::string::npos) {
      EXPECT_EQ(got, "no") << what;
    } else {
      EXPECT_FALSE(got.starts_with("refused")) << what;
    }
  }
}

/// All rules of the public collection, loaded as a site would.
TEST_F(SigmaVectors, ThePublicCollectionLoads) {
  const std::filesystem::path directory = std::filesystem::path(VIGIL_SHARED) / "data" / "sigma-rules";
  if (!std::filesystem::exists(directory)) GTEST_SKIP() << "no " << directory;
  std::vector<RuleProblem> problems;
  const auto rules = RuleSet::load({&directory, 1}, problems);
  std::map<std::string, int> reasons;
  for (const RuleProblem& problem : problems) {
    if (problem.refused) ++reasons[problem.reason.substr(0, 60)];
  }
  std::cout << "  loaded " << rules->size() << "\n";
  print_not_supported(reasons);
  EXPECT_GE(rules->size(), 3755U);
}

}  // namespace
}  // namespace vigil::test
