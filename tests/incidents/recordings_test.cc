// Recorded attacks under foreign rules: how many alerts become how many candidates.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "tests/incidents/school.h"
#include "tests/rules/stream.h"

namespace vigil {
namespace {

using namespace test;

const std::filesystem::path kShared = VIGIL_SHARED;

struct Tally {
  std::size_t alerts = 0, rules = 0, cases = 0, in_largest = 0;
};

/// One recording through the rules and into a book of its own.
Tally play(const std::filesystem::path& directory, const std::shared_ptr<const RuleSet>& rules) {
  Desk desk;
  Stream stream(rules);
  stream.source.system.clear();
  stream.source.host = "collector";
  Tally tally;
  std::set<std::string> fired;
  double second = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().filename() == "expected.json") continue;
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) {
      second += 0.05;
      const auto found = stream.feed(line, second);
      if (found.empty()) continue;
      for (const auto& each : found) fired.insert(each.rule->id);
      tally.alerts += found.size();
      desk.apply(found, Stream::kStart + static_cast<std::int64_t>(second * 1e9));
    }
  }
  tally.rules = fired.size();
  for (const Case* incident : desk.book->list({"*"})) {
    std::size_t count = 0;
    for (const auto& row : incident->detections) count += row.count;
    tally.in_largest = std::max(tally.in_largest, count);
    ++tally.cases;
  }
  return tally;
}

TEST(Recordings, OfOneAttackAreAtMostOneCandidate) {
  const auto recordings = kShared / "data/attack", sigma = kShared / "data/sigma-rules";
  if (!std::filesystem::exists(recordings) || !std::filesystem::exists(sigma)) GTEST_SKIP() << "no shared data";
  std::vector<RuleProblem> problems;
  const std::vector<std::filesystem::path> paths = {sigma / "rules", sigma / "rules-emerging-threats",
                                                    sigma / "rules-threat-hunting"};
  const auto rules = RuleSet::load(paths, problems);
  Tally all;
  for (const auto& recording : std::filesystem::directory_iterator(recordings)) {
    if (!recording.is_directory()) continue;
    const Tally tally = play(recording.path(), rules);
    std::cout << recording.path().filename().string() << ": alerts " << tally.alerts << " of " << tally.rules
              << " rules, candidates " << tally.cases << ", in the largest " << tally.in_largest << "\n";
    EXPECT_LE(tally.cases, 1U) << recording.path();
    all.alerts += tally.alerts;
    all.cases += tally.cases;
  }
  std::cout << "all: alerts " << all.alerts << ", candidates " << all.cases << "\n";
}

}  // namespace
}  // namespace vigil
