// Killed in mid-window, at whatever point: every threshold is told of exactly once.
//
// A child process (this program again) commits lines to an archive and watches them; it is killed without warning and
// started again until it comes to the end. 20 kills, 1,000 with VIGIL_LONG=1.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "config/asset_table.h"
#include "daemon/watch.h"
#include "parsers/record.h"
#include "tests/rules/rule_tool.h"

namespace vigil {
namespace {

namespace fs = std::filesystem;
using Counts = std::map<std::string, std::uint64_t>;  ///< detections by rule

constexpr int kLines = 1500, kBatch = 8;
/// Long after this test's wall clock: only the lines' own time closes windows.
constexpr std::int64_t kStart = std::int64_t{2'240'000'000} * 1'000'000'000;

std::shared_ptr<const RuleSet> rules() {
  const auto rule = [](const std::string& name, const std::string& word) {
    return "title: " + name + "\nname: " + name +
           "\nlogsource: {product: linux, service: sshd}\ndetection:\n  s:\n    message|contains: '" + word +
           "'\n  condition: s\n---\n";
  };
  const std::string yaml =
      rule("failed", "Failed password") + rule("accepted", "Accepted password") +
      "title: Count\nid: count\nlevel: high\ncorrelation: {type: event_count, rules: [failed], group-by: [source.ip], timespan: 60s, "
      "condition: {gte: 5}}\n---\n"
      "title: Users\nid: users\nlevel: high\ncorrelation: {type: value_count, rules: [failed], group-by: [source.ip], timespan: 60s, "
      "condition: {field: user.name, gte: 3}}\n---\n"
      "title: Inner\nid: inner\nlevel: high\nname: inner\ncorrelation: {type: event_count, rules: [failed], group-by: [source.ip], "
      "timespan: 60s, condition: {gte: 3}}\n---\n"
      "title: Then\nid: then\nlevel: high\ncorrelation: {type: temporal_ordered, rules: [inner, accepted], group-by: [source.ip], "
      "timespan: 60s}\n---\n"
      "title: Sum\nid: sum\nlevel: high\ncorrelation: {type: value_sum, rules: [failed], group-by: [user.name], timespan: 2m, "
      "condition: {field: source.port, gte: 90}}\n---\n"
      "title: Few\nid: few\nlevel: high\ncorrelation: {type: event_count, rules: [accepted], group-by: [user.name], timespan: 30s, "
      "condition: {lt: 2}}\n---\n"
      "title: Place\nid: place\nlevel: high\ncorrelation: {type: new_value, rules: [accepted], group-by: [user.name], field: source.ip, "
      "timespan: 5m}\nvigil: {learn: 1m}\n";
  const test::Compiled compiled = test::compile(yaml);
  EXPECT_EQ(compiled.describe(), "");
  return compiled.rules;
}

/// The same lines for the same seed. The number in front tells which have been stored.
std::shared_ptr<Batch> lines(unsigned seed, int from, int to) {
  static const auto kSource = [] {
    auto source = std::make_shared<Source>();
    source->peer = "192.0.2.200";
    source->host = "srv1";
    source->organisation = "default";
    return source;
  }();
  auto batch = std::make_shared<Batch>();
  batch->sources.push_back(kSource);
  for (int i = from; i < to; ++i) {
    std::mt19937 random(seed * 100'000U + static_cast<unsigned>(i));
    const auto pick = [&](unsigned n) { return std::to_string(random() % n); };
    const std::string text = "<86>sshd[" + std::to_string(i) + "]: " + (pick(4) == "0" ? "Accepted" : "Failed") +
                             " password for u" + pick(6) + " from 203.0.113." + pick(12) + " port " + pick(20) + " ssh2";
    Record& record = batch->records.emplace_back();
    record.raw = batch->arena.copy(text);
    record.received_ns = record.event_ns = kStart + i * std::int64_t{2'000'000'000};
    record.header = parse_record_header(record.raw, *kSource, record.received_ns, batch->arena);
    record.format = detect_format(record.header);
    batch->raw_bytes += text.size();
  }
  return batch;
}

/// How many lines the archive holds already.
int stored_lines(const Archive& archive) {
  int next = 0;
  ScanRange range;
  range.organisations = {"*"};
  const auto cost = archive.scan(range, [&](const StoredRecord& record) {
    std::from_chars(record.raw.data() + record.raw.find('[') + 1, record.raw.data() + record.raw.size(), next);
    ++next;
    return false;
  });
  EXPECT_TRUE(cost);
  return next;
}

Counts counts_of(CaseDesk& desk) {
  Counts counts;
  desk.read([&](const CaseBook& book) {
    for (const Case* each : book.list({"*"})) {
      for (const CaseDetection& detection : each->detections) counts[detection.rule_id] += detection.count;
    }
    return 0;
  });
  return counts;
}

/// The child: goes on where the archive stands.
void watch_to_the_end(const fs::path& directory, unsigned seed) {
  ArchiveOptions options;
  options.directory = directory / "archive";
  RecoveryReport report;
  auto archive = Archive::open(options, &report);
  ASSERT_TRUE(archive);
  CaseDesk desk((*archive)->state(), std::make_shared<const AssetTable>(Config{}), {}, {});
  WatchOptions watch_options;
  watch_options.settle_every = std::chrono::milliseconds(1);
  watch_options.cursor_every = std::chrono::milliseconds(3);
  watch_options.windows_records_max = 40;
  Watch watch(**archive, rules(), desk, watch_options);
  watch.start();
  for (int next = stored_lines(**archive); next < kLines; next += kBatch) {
    const auto batch = lines(seed, next, std::min(next + kBatch, kLines));
    ASSERT_TRUE((*archive)->commit({&batch, 1}));
    watch.offer(batch);
  }
  while (watch.lag() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  watch.stop();
  std::ofstream out(directory / "counts");
  for (const auto& [rule, count] : counts_of(desk)) out << rule << ' ' << count << '\n';
}

TEST(WatchCrashChild, DISABLED_Run) {
  const char* directory = std::getenv("VIGIL_CRASH_DIRECTORY");
  const char* seed = std::getenv("VIGIL_CRASH_SEED");
  if (directory == nullptr || seed == nullptr) GTEST_SKIP();
  watch_to_the_end(directory, static_cast<unsigned>(std::stoul(seed)));
}

pid_t start_child(const fs::path& directory, unsigned seed) {
  const std::string where = "VIGIL_CRASH_DIRECTORY=" + directory.string(), what = "VIGIL_CRASH_SEED=" + std::to_string(seed);
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int nowhere = ::open("/dev/null", O_WRONLY);
  ::dup2(nowhere, 1);
  ::dup2(nowhere, 2);
  char name[] = "test_daemon", filter[] = "--gtest_filter=WatchCrashChild.DISABLED_Run", also[] = "--gtest_also_run_disabled_tests";
  char* arguments[] = {name, filter, also, nullptr};
  std::string where_copy = where, what_copy = what;
  char* environment[] = {where_copy.data(), what_copy.data(), nullptr};
  ::execve("/proc/self/exe", arguments, environment);
  ::_exit(127);
}

/// What is told when nothing happens in between, by the watcher alone.
Counts undisturbed(unsigned seed) {
  Watcher watcher(rules());
  const auto batch = lines(seed, 0, kLines);
  std::vector<Detection> fired;
  std::uint64_t sequence = 0;
  for (const Record& record : batch->records) {
    Observation observation;
    observation.header = &record.header;
    observation.format = record.format;
    observation.source = &batch->source_of(record);
    observation.sequence = ++sequence;
    observation.received_ns = record.received_ns;
    observation.event_ns = record.event_ns;
    watcher.observe(observation, fired);
  }
  Counts counts;
  for (const Detection& detection : fired) ++counts[detection.rule->id];
  return counts;
}

TEST(WatchCrash, KilledAnywhereEveryThresholdIsToldOnce) {
  const int kills_wanted = std::getenv("VIGIL_LONG") != nullptr ? 1000 : 20;
  const fs::path root = fs::temp_directory_path() / ("vigil-watch-crash-" + std::to_string(::getpid()));
  std::mt19937 random(20261130);
  int kills = 0;
  for (unsigned seed = 1; kills < kills_wanted; ++seed) {
    const fs::path directory = root / std::to_string(seed);
    fs::create_directories(directory);
    const Counts expected = undisturbed(seed);
    ASSERT_EQ(expected.size(), 6U) << "every rule that alerts has something to tell";
    for (int starts = 0;; ++starts) {
      ASSERT_LT(starts, 500) << "it does not get on";
      const pid_t child = start_child(directory, seed);
      ASSERT_GT(child, 0);
      // The first milliseconds are the program's start; sooner or later it lives long enough to get on.
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 200));
      const bool enough = kills >= kills_wanted;
      if (!enough) ::kill(child, SIGKILL);
      int status = 0;
      ::waitpid(child, &status, 0);
      if (WIFSIGNALED(status)) {
        ++kills;
        continue;
      }
      ASSERT_EQ(status, 0) << "seed " << seed;
      break;
    }
    Counts told;
    std::ifstream file(directory / "counts");
    std::string rule;
    for (std::uint64_t count = 0; file >> rule >> count;) told[rule] = count;
    ASSERT_EQ(told, expected) << "seed " << seed << ", after " << kills << " kills; what is stored is in " << directory;
    fs::remove_all(directory);
  }
  fs::remove_all(root);
  std::cout << "  " << kills << " kills\n";
}

// ---- new rules while it runs

TEST(WatchReload, RulesAreReplacedBetweenTwoRecordsAndWindowsOfTheSameMeaningGoOn) {
  const fs::path root = fs::temp_directory_path() / ("vigil-watch-reload-" + std::to_string(::getpid()));
  fs::create_directories(root);
  const std::string base =
      "title: failed\nname: failed\nlogsource: {product: linux, service: sshd}\ndetection:\n  s: {message|contains: 'Failed'}\n"
      "  condition: s\n---\n"
      "title: Kept\nid: kept\nlevel: high\ncorrelation: {type: event_count, rules: [failed], timespan: 1h, condition: {gte: 6}}\n---\n";
  const auto changed = [](int threshold) {
    return "title: Changed\nid: changed\nlevel: high\ncorrelation: {type: event_count, rules: [failed], timespan: 1h, condition: {gte: " +
           std::to_string(threshold) + "}}\n---\n";
  };
  const auto batch_of_failures = [](int from, int count) {
    auto batch = lines(1, from, from + count);
    for (Record& record : batch->records) {
      record.raw = batch->arena.copy("<86>sshd[1]: Failed password for u from 203.0.113.1 port 1 ssh2");
      record.header = parse_record_header(record.raw, batch->source_of(record), record.received_ns, batch->arena);
      record.format = detect_format(record.header);
    }
    return batch;
  };
  {
    ArchiveOptions options;
    options.directory = root / "archive";
    RecoveryReport report;
    auto archive = Archive::open(options, &report);
    ASSERT_TRUE(archive);
    CaseDesk desk((*archive)->state(), std::make_shared<const AssetTable>(Config{}), {}, {});
    Watch watch(**archive, test::compile(base + changed(5)).rules, desk);
    watch.start();
    const auto feed = [&](int from, int count) {
      const auto batch = batch_of_failures(from, count);
      ASSERT_TRUE((*archive)->commit({&batch, 1}));
      watch.offer(batch);
      while (watch.lag() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    feed(0, 4);
    watch.replace_rules(test::compile(base + changed(4)).rules);
    feed(4, 3);  // the seventh: enough for what was kept, not for what begins anew
    const auto windows = [&] {
      int count = 0;
      (*archive)->state().scan("window/", [&](std::string_view, std::string_view) { return ++count > 0; });
      return count;
    };
    watch.stop();
    EXPECT_EQ(counts_of(desk), (Counts{{"kept", 1}}));
    EXPECT_EQ(windows(), 2) << "the old meaning's window is gone from the store";
    Watch again(**archive, test::compile(base + changed(4)).rules, desk);
    again.start();
    const auto batch = batch_of_failures(7, 1);
    ASSERT_TRUE((*archive)->commit({&batch, 1}));
    again.offer(batch);
    while (again.lag() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    again.stop();
    EXPECT_EQ(counts_of(desk), (Counts{{"kept", 1}, {"changed", 1}})) << "four since it was changed, over a restart";
  }
  fs::remove_all(root);
}

}  // namespace
}  // namespace vigil
