// The recordings of attacks (VIGIL_SHARED) as they would arrive, through the frame parser and the watcher: in each that a
// public rule is about, something is detected. And the fast way against asking every rule, over mutated events.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include "rules/compiled.h"
#include "rules/event_fields.h"
#include "rules/field_index.h"
#include "rules/log_routes.h"
#include "rules/witness.h"
#include "tests/rules/rule_tool.h"
#include "tests/rules/stream.h"

namespace vigil::test {
namespace {

const std::filesystem::path kShared(VIGIL_SHARED);

std::shared_ptr<const RuleSet> public_rules() {
  static const auto kRules = [] {
    std::vector<RuleProblem> problems;
    const std::filesystem::path directory = kShared / "data/sigma-rules";
    return std::filesystem::exists(directory) ? RuleSet::load({&directory, 1}, problems) : nullptr;
  }();
  return kRules;
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::map<std::string, std::vector<std::string>> recordings() {
  std::map<std::string, std::vector<std::string>> out;
  if (!std::filesystem::exists(kShared / "data/attack")) return out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kShared / "data/attack")) {
    if (!entry.is_regular_file() || entry.path().filename() == "expected.json" || entry.path().extension() == ".md") continue;
    for (std::string& line : lines_of(entry.path())) out[entry.path().parent_path().filename().string()].push_back(std::move(line));
  }
  return out;
}

TEST(Recordings, EachHasADetection) {
  const auto all = recordings();
  if (public_rules() == nullptr || all.empty()) GTEST_SKIP() << "no rules or recordings in " << kShared;
  for (const auto& [name, lines] : all) {
    Stream stream(public_rules());
    std::map<std::string, int> fired;
    std::uint64_t sequence = 0;
    for (const std::string& line : lines) {
      for (const Detection& detection : stream.feed(line, static_cast<double>(++sequence))) ++fired[detection.rule->title];
    }
    std::cout << "  " << name << ": " << fired.size() << " rules";
    for (const auto& [title, count] : fired) std::cout << "; " << title << " " << count;
    std::cout << "\n";
    EXPECT_FALSE(fired.empty()) << name;
    EXPECT_EQ(stream.watcher.counters().missed, 0U) << name;
  }
}

/// Changes values of a JSON line here and there: case, parts of other values, digits, values left out.
std::string mutated(const std::string& line, const std::vector<std::string>& pool, std::mt19937& random) {
  std::string out = line;
  for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
    const std::size_t at = random() % out.size();
    const std::size_t open = out.find(":\"", at);
    if (open == std::string::npos) continue;
    const std::size_t close = out.find('"', open + 2);
    if (close == std::string::npos || out.substr(open, close - open).find('\\') != std::string::npos) continue;
    std::string value = out.substr(open + 2, close - open - 2);
    switch (random() % 4) {
      case 0:
        for (char& c : value) c = static_cast<char>(random() % 2 == 0 ? std::toupper(static_cast<unsigned char>(c)) : c);
        break;
      case 1: value += pool[random() % pool.size()]; break;
      case 2: value = pool[random() % pool.size()]; break;
      default: value.clear(); break;
    }
    std::erase_if(value, [](char c) { return c == '"' || c == '\\'; });
    out.replace(open + 2, close - open - 2, value);
  }
  return out;
}

/// Ten million pairs in the long run (VIGIL_LONG), a tenth of a million else.
TEST(Recordings, TheFastWayFindsWhatAskingEveryRuleFinds) {
  const auto all = recordings();
  if (public_rules() == nullptr || all.empty()) GTEST_SKIP() << "no rules or recordings in " << kShared;
  const std::uint64_t wanted = std::getenv("VIGIL_LONG") != nullptr ? 10'000'000 : 100'000;
  const CompiledRules& compiled = public_rules()->compiled();
  std::vector<std::string> lines, pool;
  for (const auto& [name, recorded] : all) lines.insert(lines.end(), recorded.begin(), recorded.end());
  // Words that rules look for, so that mutations come near to them.
  for (const sigma::Rule& rule : compiled.rules) {
    for (const auto& clause : sigma::necessary_clauses(rule.expression, Format::windows_json)) pool.push_back(clause.front());
  }
  std::mt19937 random(20261130);
  sigma::FieldIndex index(compiled.rules);
  sigma::Evaluator evaluator, remembering;
  Arena arena;
  Event event;
  ParseContext context;
  context.peer = "192.0.2.1";
  context.received_ns = Stream::kStart;
  std::uint64_t pairs = 0, matches = 0, events = 0, differences = 0;
  for (std::size_t i = 0; pairs < wanted; ++i) {
    const std::string& original = lines[i % lines.size()];
    const std::string line = i < lines.size() ? original : mutated(original, pool, random);
    arena.reset();
    event.clear();
    parse_event(parse_syslog_header(line, context, arena), context, event, arena);
    ++events;
    const auto& offered = index.candidates(event, false);
    const sigma::EventFields fields(event);
    remembering.begin_event();
    for (std::uint32_t number = 0; number < compiled.rules.size(); ++number) {
      const sigma::Rule& rule = compiled.rules[number];
      if (!sigma::applies(event, rule.source)) continue;
      ++pairs;
      const bool matched = evaluator.matches(rule.expression, fields);
      if (remembering.matches(rule.expression, fields) != matched) {
        ++differences;
        ADD_FAILURE() << "remembered otherwise: " << rule.meta->title << "\n  " << line;
      }
      if (!matched) continue;
      ++matches;
      if (std::binary_search(offered.begin(), offered.end(), number)) continue;
      ++differences;
      ADD_FAILURE() << "missed: " << rule.meta->title << "\n  " << line;
    }
    ASSERT_LT(differences, 10U);
  }
  std::cout << "  " << events << " events, " << pairs << " pairs, " << matches << " matches, " << differences << " differences\n";
}

}  // namespace
}  // namespace vigil::test
