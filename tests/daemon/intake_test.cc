#include "daemon/intake.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>

#include "config/config.h"
#include "parsers/framer.h"
#include "tests/daemon/scripted_archive.h"

namespace vigil {
namespace {

constexpr std::int64_t kNow = 1'795'158'000'000'000'000;  // 2026-11-20T07:00:00Z

/// An intake as one I/O thread has it, with a writer that is not started: what was handed on waits there.
class IntakeTest : public testing::Test {
 protected:
  IntakeTest() {
    listener_.description = {.id = "syslog-tcp:test", .transport = "syslog-tcp", .organisation = "default"};
    listener_.zone = "Asia/Taipei";
    listener_.stats = &counters_.add_listener("test", "syslog-tcp", "test");
  }

  void add(std::string_view peer, std::string_view line) { intake_.add(listener_, peer, line, Tags(), kNow); }

  /// One read of a stream, as TcpListener does it. Returns where it was read to.
  const char* read(Framer& framer, std::string_view bytes) {
    const std::span<char> buffer = intake_.read_buffer();
    EXPECT_GE(buffer.size(), bytes.size());
    std::memcpy(buffer.data(), bytes.data(), bytes.size());
    intake_.read_done(buffer, bytes.size());
    framer.feed({buffer.data(), bytes.size()}, [&](std::string_view frame, Tags tags) {
      const bool in_place = frame.data() >= buffer.data() && frame.data() < buffer.data() + buffer.size();
      intake_.add_in_place(listener_, {.peer = "192.0.2.1", .received_ns = kNow, .tags = tags}, frame,
                           in_place);
    });
    intake_.read_cut();
    return buffer.data();
  }

  /// "host received unparsed" of every sender, as others see it.
  std::set<std::string> senders() const {
    std::set<std::string> out;
    sources_.for_each([&out](const SourceState& state) {
      out.insert(state.source->host + " " + std::to_string(state.received) + " " +
                 std::to_string(state.unparsed));
    });
    return out;
  }

  boost::asio::io_context io_;
  ScriptedArchive archive_;
  Counters counters_;
  Writer writer_{archive_, counters_};
  SourceTable sources_{std::make_shared<AssetTable>(embedded_default())};
  IntakeListener listener_;
  Intake intake_{io_, writer_, sources_, counters_, std::make_shared<BatchPool>(), Intake::WhenFull::queue};
};

TEST_F(IntakeTest, CountsEachSenderAndPublishesTheCountsAfterEachWake) {
  for (int i = 0; i < 300; ++i) {
    add("192.0.2.1", "<13>Nov 20 14:59:00 alpha app: hello");
    add("192.0.2.1", "<13>Nov 20 14:59:00 beta app: hello");
    add("192.0.2.2", "<13>Nov 20 14:59:00 alpha app: hello");
  }
  add("192.0.2.3", "<86>Nov 20 14:59:00 gamma sshd[1]: Server listening on 0.0.0.0 port 22.");
  add("192.0.2.3", "\r\n");
  intake_.wake_done();
  EXPECT_EQ(counters_.received(), 902U);
  EXPECT_EQ(counters_.discarded(), 1U);
  EXPECT_EQ(senders(), (std::set<std::string>{"alpha 300 300", "beta 300 300", "gamma 1 0"}));
  EXPECT_EQ(sources_.size(), 4U);  // alpha from two peers is two senders
}

TEST_F(IntakeTest, TellsSendersApartWhoseNamesEndAlike) {
  add("192.0.2.1", "<13>Nov 20 14:59:00 a-same-end app: hello");
  add("192.0.2.1", "<13>Nov 20 14:59:00 b-same-end app: hello");
  add("192.0.2.1", "<13>Nov 20 14:59:00 a-same-end app: hello");
  intake_.wake_done();
  EXPECT_EQ(senders(), (std::set<std::string>{"a-same-end 2 2", "b-same-end 1 1"}));
}

TEST_F(IntakeTest, CountsAFullBatchBeforeItIsHandedOn) {
  Framer framer;
  std::string lines;
  while (lines.size() < Intake::kReadBytesMax) lines += "<13>Nov 20 14:59:00 alpha app: hello\n";
  while (writer_.queued_bytes() == 0) read(framer, std::string_view(lines).substr(0, Intake::kReadBytesMax));
  EXPECT_GT(counters_.received(), 2 * Intake::kReadBytesMax / 40);
}

// Once such streams grew the open batch without end, since a batch without records was never handed on.
TEST_F(IntakeTest, StreamsThatHoldNoMessageAreReadIntoTheSameMemoryAgain) {
  struct Case {
    std::string_view why;
    char byte;
  };
  for (const auto& [why, byte] : {Case{"blank lines", '\n'}, Case{"an endless line", 'x'}}) {
    Framer framer;
    std::set<const char*> places;
    for (int i = 0; i < 2000; ++i) places.insert(read(framer, std::string(Intake::kReadBytesMin, byte)));
    EXPECT_LT(places.size(), 40U) << why;
  }
}

TEST_F(IntakeTest, KeepsWhatItReadOnceWhereItWasReceived) {
  std::vector<std::shared_ptr<Batch>> batches;
  writer_.observe([&batches](const std::shared_ptr<Batch>& batch) { batches.push_back(batch); });
  Framer framer;
  std::string lines, wanted;
  for (int i = 0; i < 9000; ++i) {
    const std::string line = "<13>Nov 20 14:59:00 alpha app: line " + std::to_string(i) +
                             std::string(static_cast<std::size_t>(i % 90), '.');
    lines += line + (i % 7 == 0 ? "\r\n" : "\n");
    wanted += line + "|";
  }
  // Reads that cut lines anywhere.
  for (std::size_t at = 0; at < lines.size(); at += 40'001)
    read(framer, std::string_view(lines).substr(at, 40'001));
  intake_.flush();
  writer_.start();
  writer_.stop();
  std::string got;
  for (const auto& batch : batches) {
    ASSERT_TRUE(batch->frames);
    const std::string_view text = batch->frames->text();
    std::size_t raw_bytes = 0;
    for (const Record& record : batch->records) {
      EXPECT_GE(record.raw.data(), text.data());
      EXPECT_LE(record.raw.data() + record.raw.size(), text.data() + text.size());
      got.append(record.raw) += '|';
      raw_bytes += record.raw.size() + 2;
    }
    // Beginnings of lines that a later read completed are zeros, or taken back.
    EXPECT_LE(text.size() - static_cast<std::size_t>(std::count(text.begin(), text.end(), '\0')), raw_bytes);
  }
  EXPECT_EQ(got, wanted);
  EXPECT_GT(batches.size(), 1U);
}

TEST(BatchPool, GivesTheMemoryOfAnEarlierBatchAgain) {
  const auto pool = std::make_shared<BatchPool>();
  const Record* records = nullptr;
  for (int round = 0; round < 3; ++round) {
    const auto batch = pool->take();
    EXPECT_TRUE(batch->records.empty());
    EXPECT_EQ(batch->raw_bytes, 0U);
    batch->records.emplace_back().raw = batch->arena.copy("hello");
    if (round > 0) {
      EXPECT_EQ(batch->records.data(), records);
    }
    records = batch->records.data();
  }
}

}  // namespace
}  // namespace vigil
