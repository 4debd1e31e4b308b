#include "daemon/relay_ledger.h"

#include <gtest/gtest.h>

#include <future>

#include "parsers/envelope.h"
#include "tests/daemon/listed_archive.h"

namespace vigil {
namespace {

constexpr std::int64_t kReceived = ListedArchive::kReceivedNs;

class RelayLedgerTest : public testing::Test {
 protected:
  /// What the ledger says once it is on disk.
  std::uint64_t hello(RelayLedger& ledger, std::uint64_t begin) {
    std::promise<std::uint64_t> told;
    EXPECT_TRUE(ledger.hello(stream_, std::string(32, 'a'), begin, [&told](bool durable, std::uint64_t next) {
      told.set_value(durable ? next : 0);
    }));
    return told.get_future().get();
  }
  std::uint64_t commit(RelayLedger& ledger, std::uint64_t next) {
    std::promise<std::uint64_t> told;
    ledger.commit(stream_, next,
                  [&told](bool durable, std::uint64_t have) { told.set_value(durable ? have : 0); });
    return told.get_future().get();
  }
  Source relayed() const {
    Source source = ListedArchive::plain_source();
    Envelope envelope;
    envelope.add("vigil.relay.stream", stream_.id);
    source.envelope = envelope.text();
    return source;
  }

  ListedArchive archive_;
  const RelayLedger::Stream stream_{"school-a", std::string(32, 'c')};
};

TEST_F(RelayLedgerTest, TellsANewStreamItsBeginningAndAnOldOneItsPlace) {
  {
    RelayLedger ledger(archive_, std::string(32, 'f'));
    ledger.start();
    EXPECT_EQ(hello(ledger, 50), 50U);
    std::uint64_t next = 0;
    EXPECT_EQ(ledger.claim(stream_, 50, next), RelayLedger::Claim::taken);
    EXPECT_EQ(next, 50U);
    EXPECT_EQ(commit(ledger, 70), 70U);
  }
  RelayLedger ledger(archive_, std::string(32, 'f'));
  ledger.start();
  EXPECT_EQ(hello(ledger, 50), 70U) << "after a restart";
}

TEST_F(RelayLedgerTest, ABatchIsTakenOnlyWhereItBelongs) {
  RelayLedger ledger(archive_, std::string(32, 'f'));
  ledger.start();
  std::uint64_t next = 0;
  EXPECT_EQ(ledger.claim(stream_, 1, next), RelayLedger::Claim::unknown);
  hello(ledger, 10);
  EXPECT_EQ(ledger.claim(stream_, 11, next), RelayLedger::Claim::ahead);
  EXPECT_EQ(next, 10U);
  EXPECT_EQ(ledger.claim(stream_, 10, next), RelayLedger::Claim::taken);
  EXPECT_EQ(ledger.claim(stream_, 10, next), RelayLedger::Claim::busy);
  ledger.release(stream_);
  EXPECT_EQ(ledger.claim(stream_, 5, next), RelayLedger::Claim::taken) << "told less than it was sent";
  const RelayLedger::Stream other{"school-b", stream_.id};
  EXPECT_EQ(ledger.claim(other, 10, next), RelayLedger::Claim::unknown) << "another organisation's stream";
}

// Killed between the records' write and the number's: the sender repeats what is here already.
TEST_F(RelayLedgerTest, KnowsRecordsAgainThatACrashLeftWithoutTheirNumber) {
  archive_.put(1, "before", relayed());
  {
    RelayLedger ledger(archive_, std::string(32, 'f'));
    ledger.start();
    hello(ledger, 10);
  }
  archive_.put(2, "twice", relayed());
  archive_.put(3, "twice", relayed());
  archive_.put(4, "once", relayed());
  archive_.put(5, "own");
  RelayLedger ledger(archive_, std::string(32, 'f'));
  EXPECT_FALSE(ledger.is_repeated(stream_, "10.0.0.9", kReceived, "before")) << "that lies before the number";
  EXPECT_TRUE(ledger.is_repeated(stream_, "10.0.0.9", kReceived, "twice"));
  EXPECT_TRUE(ledger.is_repeated(stream_, "10.0.0.9", kReceived, "twice"));
  EXPECT_FALSE(ledger.is_repeated(stream_, "10.0.0.9", kReceived, "twice")) << "a third one is new";
  EXPECT_FALSE(ledger.is_repeated(stream_, "10.0.0.8", kReceived, "once")) << "another sender's";
  EXPECT_FALSE(ledger.is_repeated(stream_, "10.0.0.9", kReceived + 1, "once")) << "of another moment";
  EXPECT_TRUE(ledger.is_repeated(stream_, "10.0.0.9", kReceived, "once"));
  EXPECT_FALSE(ledger.is_repeated(stream_, "10.0.0.9", kReceived, "own"));
  EXPECT_EQ(ledger.repeated(), 3U);
}

}  // namespace
}  // namespace vigil
