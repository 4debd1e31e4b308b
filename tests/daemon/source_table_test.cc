#include "daemon/source_table.h"

#include <gtest/gtest.h>

#include <string>

#include "config/config.h"
#include "parsers/calendar.h"
#include "storage/memory_state_store.h"

namespace vigil {
namespace {

constexpr std::int64_t kNow = 1'795'158'000 * kSecond;

SourceTable::Listener listener(std::string organisation = "default") {
  return {.id = "syslog-udp:x", .transport = "syslog-udp", .organisation = std::move(organisation)};
}

TEST(SourceTable, KnowsSendersOfEarlierRunsThatHaveNotBeenHeardSince) {
  const auto assets = std::make_shared<AssetTable>(embedded_default());
  MemoryStateStore store;
  {
    SourceTable table(assets);
    const auto state = table.find(listener(), {"192.0.2.1", "fw", {}}, kNow);
    state->received = 5;
    state->last_seen_ns = kNow + 7;
    state->missing = 3;
    state->sequences = std::make_unique<SenderSequences>();
    state->sequences->take({SequenceKind::cisco, 0, 100});
    ASSERT_TRUE(store.commit(table.changes()));
    EXPECT_TRUE(table.changes().empty()) << "written once";
  }
  SourceTable table(assets);
  table.load(store);
  ASSERT_EQ(table.size(), 1U);
  table.for_each([](SourceState& state) {
    EXPECT_TRUE(state.remembered);
    EXPECT_EQ(state.source->host, "fw");
    EXPECT_EQ(state.source->transport, "syslog-udp");
    EXPECT_EQ(state.last_seen_ns, kNow + 7);
  });
  const auto again = table.find(listener(), {"192.0.2.1", "fw", {}}, kNow + kDay);
  EXPECT_EQ(again->received, 5U);
  EXPECT_EQ(again->missing, 3U);
  EXPECT_EQ(again->first_seen_ns, kNow);
  EXPECT_FALSE(again->remembered);
  again->sequences->take({SequenceKind::cisco, 0, 103});
  again->sequences->settle();
  EXPECT_EQ(again->sequences->settle().count, 2U) << "what was lost while we were away";
  EXPECT_EQ(table.size(), 1U);
}

TEST(SourceTable, DescribesAHeardSenderByTodaysConfiguration) {
  const auto assets = std::make_shared<AssetTable>(embedded_default());
  MemoryStateStore store;
  {
    SourceTable table(assets);
    table.find(listener(), {"192.0.2.1", "fw", {}}, kNow)->received = 5;
    ASSERT_TRUE(store.commit(table.changes()));
  }
  SourceTable table(assets);
  table.load(store);
  auto changed = listener();
  changed.charset = Charset::cp950;
  const auto state = table.find(changed, {"192.0.2.1", "fw", {}}, kNow);
  EXPECT_EQ(state->source->charset, Charset::cp950);
  EXPECT_EQ(state->received, 5U);
  EXPECT_EQ(table.size(), 1U);
}

TEST(SourceTable, BI10SpoofedSendersPushOutEachOtherAndNotTheEstablishedOnes) {
  SourceTable table(std::make_shared<AssetTable>(embedded_default()));
  MemoryStateStore store;
  table.find(listener(), {"192.0.2.1", "firewall", {}}, kNow)->received = 1000;
  for (std::size_t i = 0; i < 4 * SourceTable::kSourcesMax; ++i) {
    const std::string host = "spoofed-" + std::to_string(i);
    const auto state = table.find(listener(), {"192.0.2.2", host, {}}, kNow + static_cast<std::int64_t>(i) + 1);
    state->received = 1;
    state->last_seen_ns = kNow + static_cast<std::int64_t>(i) + 1;
    if (i % 40'000 == 0) {
      ASSERT_TRUE(store.commit(table.changes()));
    }
  }
  ASSERT_TRUE(store.commit(table.changes()));
  EXPECT_LE(table.size(), SourceTable::kSourcesMax);
  EXPECT_GT(table.evicted(), 2 * SourceTable::kSourcesMax);
  bool firewall = false;
  table.for_each([&firewall](const SourceState& state) { firewall = firewall || state.source->host == "firewall"; });
  EXPECT_TRUE(firewall);
  std::size_t kept = 0;
  store.scan("source/", [&kept](std::string_view, std::string_view) { return ++kept != 0; });
  EXPECT_LE(kept, SourceTable::kSourcesMax) << "what is forgotten leaves the store too";
}

TEST(SourceTable, IgnoresWhatItDidNotWrite) {
  MemoryStateStore store;
  StateChange change;
  for (const std::string_view key : {"source/", "source/x", "source/a\0b\0c"}) change.put(std::string(key), "2 1 1");
  change.put(std::string("source/a\0b\0c\0d\0e\0", 17), "nonsense");
  ASSERT_TRUE(store.commit(change));
  SourceTable table(std::make_shared<AssetTable>(embedded_default()));
  table.load(store);
  EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace vigil
