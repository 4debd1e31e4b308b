#include "daemon/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "tests/daemon/scripted_archive.h"

namespace vigil {
namespace {

using ::testing::ElementsAre;

TEST(Writer, TellsTheSenderOnlyAfterTheCommit) {
  ScriptedArchive archive;
  Counters counters;
  Writer writer(archive, counters);
  writer.start();
  std::promise<std::size_t> stored_when_told;
  ASSERT_TRUE(writer.submit(batch_of({"a", "b"}), [&](const StoreError* error) {
    EXPECT_EQ(error, nullptr);
    const std::lock_guard lock(archive.mutex);
    stored_when_told.set_value(archive.stored.size());
  }));
  EXPECT_EQ(stored_when_told.get_future().get(), 2U);
  writer.stop();
  EXPECT_EQ(counters.stored(), 2U);
}

TEST(Writer, CommitsWhatIsQueuedBeforeItEnds) {
  ScriptedArchive archive;
  Counters counters;
  Writer writer(archive, counters);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(writer.submit(batch_of({"x"})));
  writer.start();
  writer.stop();
  EXPECT_EQ(archive.stored.size(), 10U);
  EXPECT_FALSE(writer.submit(batch_of({"late"}))) << "a stopped writer takes nothing";
}

TEST(Writer, RefusesDatagramsWhenFullButKeepsWhatAStreamHasRead) {
  ScriptedArchive archive;
  Counters counters;
  WriterOptions options;
  options.queue_bytes_max = 10;
  Writer writer(archive, counters, options);
  EXPECT_TRUE(writer.submit(batch_of({"12345678"})));
  EXPECT_FALSE(writer.submit(batch_of({"12345678"})));
  EXPECT_TRUE(writer.submit(batch_of({"12345678"}), {}, Writer::Overflow::allowed));
  EXPECT_TRUE(writer.congested());
  writer.start();
  writer.stop();
  EXPECT_EQ(archive.stored.size(), 2U);
}

TEST(Writer, LetsStreamsWaitLongBeforeItSendsOthersAway) {
  ScriptedArchive archive;
  Counters counters;
  WriterOptions options;
  options.queue_bytes_max = 100;
  options.stream_bytes_max = 10;
  Writer writer(archive, counters, options);
  EXPECT_TRUE(writer.submit(batch_of({"12345678"})));
  EXPECT_FALSE(writer.streams_wait());
  EXPECT_TRUE(writer.submit(batch_of({"12345678"})));
  EXPECT_TRUE(writer.streams_wait());
  EXPECT_FALSE(writer.congested());
}

TEST(Writer, TakesABatchLargerThanTheQueueWhenTheQueueIsEmpty) {
  ScriptedArchive archive;
  Counters counters;
  WriterOptions options;
  options.queue_bytes_max = 4;
  Writer writer(archive, counters, options);
  EXPECT_TRUE(writer.submit(batch_of({"123456789"})));
}

TEST(Writer, OnAFullDiskTellsWhoWaitsAndKeepsTheRestUntilThereIsSpace) {
  ScriptedArchive archive;
  archive.failures = {StoreErrc::disk_full, StoreErrc::disk_full};
  Counters counters;
  WriterOptions options;
  options.full_disk_retry = std::chrono::milliseconds(5);
  Writer writer(archive, counters, options);
  std::promise<bool> refused;
  ASSERT_TRUE(writer.submit(batch_of({"from tcp"})));
  ASSERT_TRUE(writer.submit(batch_of({"from http"}),
                            [&](const StoreError* error) { refused.set_value(error != nullptr); }));
  writer.start();
  EXPECT_TRUE(refused.get_future().get());
  while (writer.trouble()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  while (archive.commits < 3) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  writer.stop();
  EXPECT_THAT(archive.stored, ElementsAre("from tcp"));
  EXPECT_EQ(counters.discarded_for(Discard::unavailable), 1U);
  EXPECT_EQ(writer.queued_bytes(), 0U);
}

TEST(Writer, FindsOutByItselfThatThereIsSpaceAgain) {
  ScriptedArchive archive;
  archive.failures = {StoreErrc::disk_full, StoreErrc::disk_full};
  Counters counters;
  WriterOptions options;
  options.full_disk_retry = std::chrono::milliseconds(5);
  Writer writer(archive, counters, options);
  std::promise<void> refused;
  ASSERT_TRUE(writer.submit(batch_of({"from http"}), [&](const StoreError*) { refused.set_value(); }));
  writer.start();
  refused.get_future().wait();
  // Nobody sends any more: everybody has seen /readyz.
  while (writer.trouble()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_GE(archive.commits, 3);
  writer.stop();
}

}  // namespace
}  // namespace vigil
