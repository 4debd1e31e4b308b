#include "daemon/alert_ledger.h"

#include <gtest/gtest.h>

#include <future>

#include "parsers/alert_document.h"
#include "parsers/envelope.h"
#include "tests/daemon/listed_archive.h"

namespace vigil {
namespace {

/// Far enough ahead never to be forgotten as old.
constexpr std::int64_t kReceivedS = 9'000'000'000;

class AlertLedgerTest : public testing::Test {
 protected:
  static std::string record(std::string_view ref, std::string_view content, std::uint64_t revision = 1) {
    Alert alert;
    alert.document = R"({"event.kind":"alert","event.provider":"soc"})";
    return alert_record(alert, which(ref) + AlertLedger::content(content), revision);
  }
  static std::string which(std::string_view ref) { return AlertLedger::which("default", "soc", ref); }
  static Source alerts() {
    Source source = ListedArchive::plain_source();
    source.transport = transport::kAlert;
    return source;
  }
  /// What is known of an alert that nobody is storing.
  static AlertLedger::Entry look(AlertLedger& ledger, std::string_view ref) {
    const std::vector<std::string> names = {which(ref)};
    std::vector<AlertLedger::Entry> known;
    EXPECT_TRUE(ledger.claim(names, known, [] {}));
    ledger.release(names);
    return known.front();
  }
  static bool store(AlertLedger& ledger, std::string_view ref, AlertLedger::Entry entry) {
    const std::vector<std::string> names = {which(ref)};
    std::vector<AlertLedger::Entry> known;
    EXPECT_TRUE(ledger.claim(names, known, [] {}));
    std::promise<bool> told;
    ledger.commit(names, {{names.front(), std::move(entry)}},
                  [&told](bool durable) { told.set_value(durable); });
    return told.get_future().get();
  }

  ListedArchive archive_;
};

TEST_F(AlertLedgerTest, RemembersAcrossARestart) {
  {
    AlertLedger ledger(archive_);
    ledger.start();
    EXPECT_EQ(look(ledger, "1").revision, 0U);
    EXPECT_TRUE(store(ledger, "1", {7, 9, 2, AlertLedger::content("x"), kReceivedS}));
  }
  AlertLedger ledger(archive_);
  const AlertLedger::Entry entry = look(ledger, "1");
  EXPECT_EQ(entry.first, 7U);
  EXPECT_EQ(entry.newest, 9U);
  EXPECT_EQ(entry.revision, 2U);
  EXPECT_EQ(entry.content, AlertLedger::content("x"));
  EXPECT_EQ(look(ledger, "2").revision, 0U);
}

// Killed between the record's write and the entry's: its sender sends again what is here already.
TEST_F(AlertLedgerTest, KnowsAlertsAgainThatACrashLeftWithoutTheirEntry) {
  {
    AlertLedger ledger(archive_);
    ledger.start();
    archive_.put(1, record("1", "x"), alerts());
    EXPECT_TRUE(store(ledger, "1", {1, 1, 1, AlertLedger::content("x"), kReceivedS}));
  }
  archive_.put(2, record("1", "y", 2), alerts());
  archive_.put(3, record("2", "z"), alerts());
  archive_.put(4, record("3", "z"));  // looks like one and came by syslog
  Source relayed = alerts();
  Envelope way;
  way.add("vigil.relay.origin", "x");
  relayed.envelope = way.text();
  archive_.put(5, record("4", "z"), relayed);
  AlertLedger ledger(archive_);
  const AlertLedger::Entry first = look(ledger, "1");
  EXPECT_EQ(first.first, 1U) << "its first record stays the first";
  EXPECT_EQ(first.newest, 2U);
  EXPECT_EQ(first.revision, 2U);
  EXPECT_EQ(look(ledger, "2").first, 3U);
  EXPECT_EQ(look(ledger, "3").revision, 0U);
  EXPECT_EQ(look(ledger, "4").revision, 0U) << "another Vigil's own";
}

TEST_F(AlertLedgerTest, AnAlertIsStoredByOneAtATime) {
  AlertLedger ledger(archive_);
  ledger.start();
  const std::vector<std::string> one = {which("1"), which("2")}, other = {which("2"), which("3")};
  std::vector<AlertLedger::Entry> known;
  unsigned again = 0;
  EXPECT_TRUE(ledger.claim(one, known, [] {}));
  EXPECT_FALSE(ledger.claim(other, known, [&again] { ++again; }));
  EXPECT_EQ(again, 0U);
  ledger.release(one);
  EXPECT_EQ(again, 1U);
  EXPECT_TRUE(ledger.claim(other, known, [] {})) << "nothing of it was held before";
  ledger.release(other);
}

TEST_F(AlertLedgerTest, OrganisationsDoNotMeet) {
  EXPECT_NE(AlertLedger::which("a", "soc", "1"), AlertLedger::which("b", "soc", "1"));
  EXPECT_NE(AlertLedger::which("a", "s", "oc1"), AlertLedger::which("a", "so", "c1"));
}

}  // namespace
}  // namespace vigil
