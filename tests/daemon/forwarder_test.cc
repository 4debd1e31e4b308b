#include "daemon/forwarder.h"

#include <gmock/gmock.h>

#include "parsers/envelope.h"
#include "tests/daemon/listed_archive.h"

namespace vigil {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

/// The other side, as a test scripts it: shared by the sinks of several runs.
struct OtherSide {
  std::mutex mutex;
  std::deque<Result<UpstreamSink::Opened, std::string>> opens;  ///< then it opens and says nothing
  std::deque<UpstreamSink::Sent> sends;                         ///< then it acknowledges everything
  std::vector<std::string> taken;                               ///< "sequence:raw"
  std::vector<std::string> streams;
  std::size_t batches = 0;

  std::vector<std::string> now() {
    const std::lock_guard lock(mutex);
    return taken;
  }
};

class ScriptedSink : public UpstreamSink {
 public:
  ScriptedSink(OtherSide& other, const std::atomic<bool>& stopping) : UpstreamSink(stopping), other_(other) {}
  Result<Opened, std::string> open(const std::string& stream, std::uint64_t) override {
    const std::lock_guard lock(other_.mutex);
    other_.streams.push_back(stream);
    if (other_.opens.empty()) return Opened{};
    auto answer = other_.opens.front();
    other_.opens.pop_front();
    return answer;
  }
  Sent send(const ForwardBatch& batch) override {
    const std::lock_guard lock(other_.mutex);
    ++other_.batches;
    Sent sent{batch.records.size(), {}};
    if (!other_.sends.empty()) {
      sent = other_.sends.front();
      other_.sends.pop_front();
    }
    for (std::size_t i = 0; i < sent.acknowledged; ++i) {
      other_.taken.push_back(std::to_string(batch.records[i].sequence) + ":" +
                             std::string(batch.records[i].raw));
    }
    return sent;
  }
  void close() override {}

 private:
  OtherSide& other_;
};

class ForwarderTest : public testing::Test {
 protected:
  ForwarderTest() {
    config_.id = "soc";
    config_.kind = UpstreamConfig::Kind::relp;
    config_.address = "127.0.0.1:1";
    options_.look_every = 2ms;
    options_.backoff_min = 1ms;
    options_.backoff_max = 4ms;
  }
  std::unique_ptr<Forwarder> make(Forwarder::Choice choice = {}) {
    return std::make_unique<Forwarder>(
        archive_, config_, std::move(choice), kOwn,
        [this](const std::atomic<bool>& stopping) {
          return std::make_unique<ScriptedSink>(other_, stopping);
        },
        [this](const OwnVoice::Message& message) {
          const std::lock_guard lock(other_.mutex);
          said_.push_back(OwnVoice::line(message, 0, 1));
        },
        options_);
  }
  /// Runs until nothing waits.
  UpstreamStatus run(Forwarder& forwarder) {
    forwarder.start();
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (forwarder.status().lag_records > 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(1ms);
    forwarder.stop();
    return forwarder.status();
  }
  void put(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t n = from; n <= to; ++n)
      archive_.put(n, "<13>Nov 20 06:59:00 h a: " + std::to_string(n));
  }
  static std::string line(std::uint64_t n) {
    return std::to_string(n) + ":<13>Nov 20 06:59:00 h a: " + std::to_string(n);
  }

  const std::string kOwn = std::string(32, 'a'), kOther = std::string(32, 'b');
  ListedArchive archive_;
  UpstreamConfig config_;
  ForwarderOptions options_;
  OtherSide other_;
  std::vector<std::string> said_;
};

TEST_F(ForwarderTest, ANewUpstreamGetsWhatComesFromNowOn) {
  put(1, 3);
  auto forwarder = make();
  put(4, 5);
  run(*forwarder);
  EXPECT_THAT(other_.now(), ElementsAre(line(4), line(5)));
}

TEST_F(ForwarderTest, FromTheOldestIfAskedAndWithoutAGapBeforeIt) {
  put(1, 5);
  archive_.drop_before(3);
  config_.from_oldest = true;
  const auto status = run(*make());
  EXPECT_THAT(other_.now(), ElementsAre(line(3), line(4), line(5)));
  EXPECT_EQ(status.missing, 0U);
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(ForwarderTest, GoesOnAfterARestartWhereItWasAcknowledged) {
  auto first = make();
  put(1, 3);
  run(*first);
  put(4, 6);
  run(*make());
  EXPECT_THAT(other_.now(), ElementsAre(line(1), line(2), line(3), line(4), line(5), line(6)));
}

TEST_F(ForwarderTest, SendsAgainFromTheFirstThatWasNotAcknowledged) {
  auto forwarder = make();
  put(1, 4);
  other_.opens = {std::string("no answer"), std::string("no answer")};
  other_.sends = {{2, "the line went dead"}, {0, "and again"}};
  const auto status = run(*forwarder);
  EXPECT_THAT(other_.now(), ElementsAre(line(1), line(2), line(3), line(4)));
  EXPECT_EQ(status.errors, 4U);
  EXPECT_EQ(status.acknowledged, 4U);
  EXPECT_EQ(status.last_error, "");
}

TEST_F(ForwarderTest, AParentsCountHasTheLastWord) {
  auto first = make();
  put(1, 6);
  run(*first);
  {
    const std::lock_guard lock(other_.mutex);
    other_.taken.clear();
    other_.opens = {UpstreamSink::Opened{4, kOther}};
  }
  auto again = make();
  put(7, 7);
  EXPECT_EQ(run(*again).sent_again, 3U);
  EXPECT_THAT(other_.now(), ElementsAre(line(4), line(5), line(6), line(7)));
  EXPECT_THAT(said_, SizeIs(1));
  EXPECT_THAT(said_.front(), HasSubstr("gap [gap upstream=\"soc\""));
}

TEST_F(ForwarderTest, WhatTheParentHasIsNotSentTwice) {
  auto forwarder = make();
  put(1, 6);
  other_.opens = {UpstreamSink::Opened{5, kOther}};
  run(*forwarder);
  EXPECT_THAT(other_.now(), ElementsAre(line(5), line(6)));
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(ForwarderTest, AParentThatKnowsMoreThanWeHaveGetsANewStream) {
  auto forwarder = make();
  put(1, 2);
  other_.opens = {UpstreamSink::Opened{900, kOther}};
  run(*forwarder);
  EXPECT_THAT(other_.now(), ElementsAre(line(1), line(2)));
  ASSERT_GE(other_.streams.size(), 2U);
  EXPECT_NE(other_.streams[0], other_.streams[1]);
}

TEST_F(ForwarderTest, WhatIsGoneIsCountedAndSaid) {
  auto forwarder = make();
  put(1, 9);
  archive_.drop_before(4);
  const auto status = run(*forwarder);
  EXPECT_THAT(other_.now(), SizeIs(6));
  EXPECT_EQ(status.missing, 3U);
  put(10, 19);
  archive_.drop_before(15);
  const auto later = run(*make());
  EXPECT_EQ(later.missing, 5U);
  ASSERT_THAT(said_, SizeIs(2));
  EXPECT_THAT(said_.back(), HasSubstr("missing=\"5\""));
}

TEST_F(ForwarderTest, NothingGoesBackWhereItCameFrom) {
  auto forwarder = make();
  const auto with_hops = [](const std::string& hops) {
    Source source = ListedArchive::plain_source();
    Envelope envelope;
    envelope.add("vigil.relay.hops", hops);
    source.envelope = envelope.text();
    return source;
  };
  archive_.put(1, "<13>Nov 20 06:59:00 h a: ours once", with_hops(kOwn + "," + std::string(32, 'c')));
  archive_.put(2, "<13>Nov 20 06:59:00 h a: theirs", with_hops(kOther));
  archive_.put(3, "<13>Nov 20 06:59:00 h a: of a third", with_hops(std::string(32, 'c')));
  archive_.put(4, "<13>1 - h a - - [relay@32473 origin=\"" + kOwn + "\" seq=\"1\" peer=\"p\"] ours by RELP");
  archive_.put(5, "<13>1 - h a - - - about relay@32473 and " + kOwn);
  other_.opens = {UpstreamSink::Opened{std::nullopt, kOther}};
  archive_.put(6, "<13>Nov 20 06:59:00 h a: last");
  run(*forwarder);
  EXPECT_THAT(other_.now(), testing::Not(testing::Contains(HasSubstr("ours"))));
  EXPECT_THAT(other_.now(), testing::Contains(HasSubstr("of a third")));
  EXPECT_THAT(other_.now(), testing::Contains(HasSubstr("about relay")));
  EXPECT_THAT(other_.now(), testing::Not(testing::Contains(HasSubstr("theirs"))));
}

TEST_F(ForwarderTest, ChoosesByQueryOrganisationAndDrill) {
  Forwarder::Choice choice;
  choice.organisations = {"school-a"};
  choice.query = *Query::parse("keep");
  auto forwarder = make(std::move(choice));
  Source source = ListedArchive::plain_source();
  source.organisation = "school-a";
  archive_.put(1, "<13>Nov 20 06:59:00 h a: keep", source);
  archive_.put(2, "<13>Nov 20 06:59:00 h a: drop", source);
  source.drill = true;
  archive_.put(3, "<13>Nov 20 06:59:00 h a: keep the drill", source);
  source.drill = false;
  source.organisation = "school-b";
  archive_.put(4, "<13>Nov 20 06:59:00 h a: keep another's", source);
  const auto status = run(*forwarder);
  EXPECT_THAT(other_.now(), ElementsAre("1:<13>Nov 20 06:59:00 h a: keep"));
  EXPECT_EQ(status.filtered, 3U);
  EXPECT_EQ(status.cursor, 5U);
}

TEST_F(ForwarderTest, HoldsNoMoreThanItsWindow) {
  options_.window_records_max = 50;
  options_.batch_records_max = 20;
  auto forwarder = make();
  put(1, 500);
  run(*forwarder);
  EXPECT_THAT(other_.now(), SizeIs(500));
  EXPECT_GE(other_.batches, 25U);
}

TEST_F(ForwarderTest, AnUpstreamThatIsWeIsRefused) {
  auto forwarder = make();
  put(1, 1);
  for (int i = 0; i < 1000; ++i) other_.opens.push_back(UpstreamSink::Opened{1, kOwn});
  forwarder->start();
  std::this_thread::sleep_for(100ms);
  forwarder->stop();
  EXPECT_THAT(forwarder->status().last_error, HasSubstr("this instance itself"));
  EXPECT_THAT(other_.now(), IsEmpty());
}

}  // namespace
}  // namespace vigil
