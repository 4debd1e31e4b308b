#include "daemon/health_desk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <string>

#include "config/config.h"
#include "storage/memory_state_store.h"
#include "tests/daemon/scripted_archive.h"

namespace vigil {
namespace {

constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kMonday = 1'793'548'800 * kSecond;  // 2026-11-02T00:00 in Taipei

/// A daemon's parts around a desk, with a clock of our own. What is said goes to a writer that is started at the end.
class Bench {
 public:
  explicit Bench(MemoryStateStore& store) : store_(store) {
    writer_.observe([this](const std::shared_ptr<Batch>& batch) {
      for (const Record& record : batch->records)
        said_.push_back(batch->source_of(record).organisation + " " + std::string(record.raw));
    });
    voice_.alone();
  }

  SourceState& source(std::string host, std::string organisation, std::int64_t now) {
    return *sources_.find({.id = "udp", .transport = "syslog-udp", .organisation = std::move(organisation)},
                          {"192.0.2.1", host, {}}, now);
  }
  /// Each of those sends once a minute, and the desk looks.
  void run(std::initializer_list<SourceState*> senders, std::int64_t& now, std::int64_t duration) {
    for (const std::int64_t end = now + duration; now < end;) {
      now += kMinute / 3;
      for (SourceState* const sender : senders) {
        sender->received += 1;
        sender->bytes += 50;
        sender->last_seen_ns = now;
        sender->dirty = true;
      }
      desk_.tick(now);
    }
  }
  /// Ends everything; what vigild said, as "organisation record".
  std::vector<std::string> said() {
    intake_.flush();
    writer_.start();
    writer_.stop();
    return said_;
  }

  static Config config() {
    Config config = embedded_default();
    config.organisations.front().id = "a";
    config.organisations.push_back(config.organisations.front());
    config.organisations.back().id = "b";
    return config;
  }

  MemoryStateStore& store_;
  boost::asio::io_context io_;
  ScriptedArchive archive_;
  Counters counters_;
  Writer writer_{archive_, counters_};
  const std::shared_ptr<AssetTable> assets_ = std::make_shared<AssetTable>(config());
  SourceTable sources_{assets_};
  Intake intake_{io_, writer_, sources_, counters_, std::make_shared<BatchPool>(), Intake::WhenFull::queue};
  OwnVoice voice_{io_, intake_, counters_.add_listener("vigild", "internal", ""), "a", false};
  LossBook losses_;
  HealthDesk desk_{sources_, store_, voice_, losses_, writer_, assets_, {}};
  std::vector<std::string> said_;
};

bool any(const std::vector<std::string>& lines, std::string_view begin, std::string_view part) {
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.starts_with(begin) && line.find(part) != std::string::npos;
  });
}

TEST(HealthDesk, TellsASilenceInItsOrganisationAloneAndWritesItsMonth) {
  MemoryStateStore store;
  std::int64_t now = kMonday;
  {
    Bench bench(store);
    bench.desk_.load(now);
    SourceState& fw = bench.source("fw", "a", now);
    SourceState& nas = bench.source("nas", "b", now);
    bench.run({&fw, &nas}, now, 8 * kDay);
    bench.run({&fw}, now, 2 * kHour);
    EXPECT_EQ(bench.desk_.summary()["b"].silent, 1U);
    EXPECT_EQ(bench.desk_.summary()["a"].silent, 0U);
    bench.run({&fw, &nas}, now, kHour);
    const auto said = bench.said();
    EXPECT_TRUE(any(said, "b ", "[silence source=\"nas\""));
    EXPECT_TRUE(any(said, "b ", "[silence_over source=\"nas\""));
    EXPECT_FALSE(any(said, "a ", "nas")) << "nobody else's business";

    const auto report = bench.desk_.report({2026, 11}, {"b"}, 480, now);
    ASSERT_EQ(report.organisations.size(), 1U);
    ASSERT_EQ(report.organisations[0].devices.size(), 1U);
    const EquipmentDevice& device = report.organisations[0].devices[0];
    EXPECT_EQ(device.name, "nas");
    EXPECT_EQ(device.days_seen, 9U);
    EXPECT_EQ(device.received, nas.received);
    ASSERT_EQ(device.silences.size(), 1U);
    EXPECT_NEAR(static_cast<double>(device.silent_ns), 2.0 * static_cast<double>(kHour), static_cast<double>(kMinute));
    EXPECT_LT(*device.availability(), 100);
  }
  // The same from the store alone.
  Bench bench(store);
  bench.desk_.load(now + kHour);
  const auto report = bench.desk_.report({2026, 11}, {"*"}, 480, now + kHour);
  ASSERT_EQ(report.organisations.size(), 2U);
  EXPECT_EQ(report.organisations[1].devices[0].silences.size(), 1U);
  EXPECT_FALSE(report.organisations[1].devices[0].learning) << "what was learned is known again";
  EXPECT_TRUE(bench.desk_.report({2026, 10}, {"*"}, 480, now).organisations.empty());
}

TEST(HealthDesk, TellsGapsInASendersNumbersOnce) {
  MemoryStateStore store;
  Bench bench(store);
  std::int64_t now = kMonday;
  bench.desk_.load(now);
  SourceState& router = bench.source("router", "b", now);
  router.sequences = std::make_unique<SenderSequences>();
  for (const std::uint64_t number : {10U, 11U, 15U, 16U}) router.sequences->take({SequenceKind::cisco, 0, number});
  bench.run({}, now, 2 * kMinute);
  const auto said = bench.said();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_TRUE(any(said, "b ", R"(lost="3" kind="cisco" first="12" last="14")")) << said[0];
  EXPECT_EQ(router.missing, 3U);
  EXPECT_EQ(bench.desk_.summary()["b"].missing, 3U);
}

TEST(HealthDesk, TellsAnExplosionOfSourcesOnceAnHour) {
  MemoryStateStore store;
  Bench bench(store);
  std::int64_t now = kMonday;
  bench.desk_.load(now);
  for (std::size_t i = 0; i < 2 * SourceTable::kSourcesMax; ++i) bench.source("h" + std::to_string(i), "b", now);
  bench.run({}, now, 2 * kMinute);
  const auto said = bench.said();
  EXPECT_EQ(std::count_if(said.begin(), said.end(),
                          [](const std::string& line) { return line.find("source_explosion") != std::string::npos; }),
            1);
  EXPECT_TRUE(any(said, "a ", "source_explosion")) << "whoever runs the server";
}

TEST(HealthDesk, NotesOurOwnOutagesForTheReport) {
  MemoryStateStore store;
  std::int64_t now = kMonday;
  {
    Bench bench(store);
    bench.desk_.load(now);
    SourceState& fw = bench.source("fw", "a", now);
    bench.run({&fw}, now, 5 * kMinute);
  }
  now += 3 * kHour;
  Bench bench(store);
  bench.desk_.load(now);
  bench.run({}, now, kMinute);
  const auto report = bench.desk_.report({2026, 11}, {"*"}, 480, now);
  ASSERT_EQ(report.outages.size(), 1U);
  EXPECT_GE(report.outages[0].to_ns - report.outages[0].from_ns, 3 * kHour);
}

}  // namespace
}  // namespace vigil
