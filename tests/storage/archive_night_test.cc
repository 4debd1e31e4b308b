#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "archive_helper.h"
#include "storage/block_codec.h"
#include "storage/database.h"
#include "storage/retention.h"

#include "storage/sha256.h"
#include "storage/terms.h"

namespace vigil {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): helpers of this folder

/// Where two lists begin to differ, in a line.
::testing::AssertionResult same(const std::vector<std::string>& got, const std::vector<std::string>& wanted) {
  for (std::size_t i = 0; i < std::max(got.size(), wanted.size()); ++i) {
    const std::string a = i < got.size() ? got[i] : "nothing", b = i < wanted.size() ? wanted[i] : "nothing";
    if (a != b) {
      return ::testing::AssertionFailure() << got.size() << " and " << wanted.size() << " records; at " << i
                                           << " got " << a << ", wanted " << b;
    }
  }
  return ::testing::AssertionSuccess();
}

/// Lines with words of their own, some of several lanes, over days.
std::string line(int i) {
  return "<13>Nov 20 09:00:00 srv1 app[" + std::to_string(i) + "]: user" + std::to_string(i % 97) + " word" +
         std::to_string(i) + "x from 10.0." + std::to_string(i % 250) + "." + std::to_string(i % 31) + " ok";
}

struct Site {
  explicit Site(std::size_t block_bytes = 20'000) { options.block_raw_bytes = block_bytes; }
  void open(RecoveryReport* report = nullptr) {
    archive.reset();
    options.directory = directory / "archive";
    archive = open_archive(options, report);
  }
  /// One day's lines of two organisations, sealed as they come.
  void live_a_day(int day, int lines = 600) {
    BatchMaker maker(kNoon + day * kDay);
    for (int i = 0; i < lines; ++i) {
      maker.add(line(day * 10'000 + i), i % 3 == 0 ? other : source);
      if (i % 50 == 49) {
        commit(*archive, maker.take());
        ASSERT_TRUE(archive->seal(false, maker.now()));
      }
    }
    ASSERT_TRUE(archive->seal(true, maker.now()));
  }
  NightReport night(int day, bool all = false) {
    auto report = archive->night({.now_ns = kNoon + day * kDay, .everything = all, .go_on = {}});
    EXPECT_TRUE(report) << report.error().what;
    return report ? *report : NightReport();
  }

  TemporaryDirectory directory;
  ArchiveOptions options;
  std::unique_ptr<Archive> archive;
  const std::shared_ptr<const Source> source = make_source(), other = make_source("school-b", "srv2");
};

void check_custody(const Archive& archive, const std::string& when);

TEST(Night, PacksDaysThatHaveEndedAndChangesNothingThatIsRead) {
  Site site;
  site.open();
  for (int day = 0; day < 3; ++day) site.live_a_day(day);
  const auto before = read(*site.archive, everything());
  const ArchiveStats sealed = site.archive->stats();
  const NightReport report = site.night(2);
  EXPECT_TRUE(report.troubles.empty());
  EXPECT_LT(report.blocks_after, report.blocks_before) << "neighbours become one";
  const ArchiveStats packed = site.archive->stats();
  EXPECT_GT(packed.cold_blocks, 0U);
  EXPECT_LT(packed.cold_blocks, packed.blocks) << "the day that goes on stays as it is";
  EXPECT_LT(packed.stored_bytes + packed.index_bytes, sealed.stored_bytes + sealed.index_bytes);
  EXPECT_EQ(packed.records, sealed.records);
  EXPECT_TRUE(same(read(*site.archive, everything()), before));
  EXPECT_EQ(site.night(2).blocks_before, 0U) << "nothing is packed twice";
  site.live_a_day(3);
  site.night(3, true);
  EXPECT_EQ(site.archive->stats().cold_blocks, site.archive->stats().blocks);

  RecoveryReport recovery;
  const auto all = read(*site.archive, everything());
  site.open(&recovery);
  EXPECT_TRUE(recovery.clean) << recovery.what;
  EXPECT_TRUE(same(read(*site.archive, everything()), all));
  for (const std::uint64_t sequence : {1ULL, 700ULL, 1500ULL}) {
    const auto kept = site.archive->get(sequence, {"*"});
    ASSERT_TRUE(kept) << kept.error().what;
    EXPECT_EQ(describe(kept->record), all[sequence - 1]);
  }
}

TEST(Night, TheIndexOfARunKnowsTheSameTerms) {
  Site site;
  site.open();
  for (int day = 0; day < 2; ++day) site.live_a_day(day, 900);
  site.night(2);
  for (const std::string word : {"word17x", "user5", "10.0.17.17", "word10899x", "srv1"}) {
    ScanRange range = everything();
    range.terms = {word};
    std::size_t found = 0, all = 0;
    const auto cost = site.archive->scan(range, [&](const StoredRecord& record) {
      found += record.raw.find(word) != std::string_view::npos ? 1U : 0U;
      return true;
    });
    ASSERT_TRUE(cost);
    ASSERT_TRUE(site.archive->scan(everything(), [&](const StoredRecord& record) {
      all += record.raw.find(word) != std::string_view::npos ? 1U : 0U;
      return true;
    }));
    EXPECT_EQ(found, all) << word;
    EXPECT_GT(all, 0U) << word;
  }
  ScanRange absent = everything();
  absent.terms = {"nowhere", "atall"};
  const auto cost = site.archive->scan(absent, [](const StoredRecord&) { return true; });
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->blocks_read, 0U);
}

TEST(Night, StopsWhereItIsToldToAndGoesOnAnotherNight) {
  Site site;
  site.open();
  for (int day = 0; day < 3; ++day) site.live_a_day(day);
  const auto before = read(*site.archive, everything());
  for (int questions = 0; questions < 8; ++questions) {
    int left = questions;
    const auto report = site.archive->night(
        {.now_ns = kNoon + 4 * kDay, .everything = false, .go_on = [&] { return left-- > 0; }});
    ASSERT_TRUE(report) << report.error().what;
    EXPECT_TRUE(same(read(*site.archive, everything()), before)) << questions;
  }
  site.night(4);
  EXPECT_EQ(site.archive->stats().cold_blocks, site.archive->stats().blocks);
}

TEST(Night, WorksBesideCommittingSealingAndReading) {
  Site site(4'000);
  site.open();
  Archive& archive = *site.archive;
  std::atomic<bool> stopping{false};
  std::atomic<std::uint64_t> acked{0};
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    BatchMaker maker;
    for (int i = 0; i < 400 && !HasFailure(); ++i) {
      for (int k = 0; k < 10; ++k) maker.add(line(i * 10 + k), k % 3 == 0 ? site.other : site.source);
      commit(archive, maker.take());
      acked = archive.next_sequence() - 1;
    }
    stopping = true;
  });
  threads.emplace_back([&] {
    while (!stopping) {
      EXPECT_TRUE(archive.seal(false, kNoon));
    }
  });
  threads.emplace_back([&] {
    for (int night = 0; !stopping; ++night) {
      const auto done = archive.night({.now_ns = kNoon, .everything = true, .go_on = {}});
      EXPECT_TRUE(done) << done.error().what;
      if (done) {
        EXPECT_TRUE(done->troubles.empty());
      }
    }
  });
  threads.emplace_back([&] {
    while (!stopping) {
      const std::uint64_t at_least = acked;
      std::uint64_t last = 0;
      const auto done =
          archive.scan(everything(), [&](const StoredRecord& record) { return record.sequence == ++last; });
      EXPECT_TRUE(done) << done.error().what;
      EXPECT_GE(last, at_least);
      static_cast<void>(archive.stats());
      if (at_least > 0) {
        EXPECT_TRUE(archive.get(at_least, {"*"}));
      }
    }
  });
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(archive.seal(true, kNoon));
  EXPECT_EQ(read(archive, everything()).size(), 4'000U);
  check_custody(archive, "afterwards");
}

TEST(Night, AReaderSeesWhatItBeganWith) {
  Site site;
  site.open();
  site.live_a_day(0);
  const auto before = read(*site.archive, everything());
  std::vector<std::string> seen;
  const auto scanned = site.archive->scan(everything(), [&](const StoredRecord& record) {
    if (seen.size() == 10) site.night(1);
    seen.push_back(describe(record));
    return true;
  });
  ASSERT_TRUE(scanned) << scanned.error().what;
  EXPECT_TRUE(same(seen, before));
  EXPECT_TRUE(same(read(*site.archive, everything()), before));
  site.night(1);
  EXPECT_TRUE(same(read(*site.archive, everything()), before)) << "and the old files are given up later";
}

/// Changes one leaf in the head of a block: to the night it is as if a record had been altered.
void alter_a_leaf(const std::filesystem::path& archive) {
  auto database = Database::open({.directory = archive / "db"});
  ASSERT_TRUE(database) << database.error().what;
  std::string key, head;
  ASSERT_TRUE((*database)->scan(Family::heads, {}, [&](std::string_view its_key, std::string_view value) {
    key = its_key;
    head = value;
    return false;
  }));
  BlockInfo info;
  std::vector<CustodySegment> segments;
  ASSERT_TRUE(decode_block_head(head, info, &segments));
  ASSERT_FALSE(segments.empty());
  segments.front().leaf[0] ^= 1;
  rocksdb::WriteBatch batch;
  ASSERT_TRUE((*database)->write(batch, Database::Durability::synced, [&](Database::Changes& changes) {
    changes.put(Family::heads, key, encode_block_head(info, segments));
  }));
}

TEST(Night, WhatDoesNotMatchItsCustodyLeafStaysAndIsTold) {
  Site site;
  site.open();
  site.live_a_day(0);
  const auto before = read(*site.archive, everything());
  site.archive.reset();
  alter_a_leaf(site.directory / "archive");
  site.open();
  for (int night = 1; night < 3; ++night) {
    const NightReport report = site.night(night);
    ASSERT_EQ(report.troubles.size(), 1U);
    EXPECT_NE(report.troubles[0].find("0000000000000"), std::string::npos) << report.troubles[0];
    const ArchiveStats stats = site.archive->stats();
    EXPECT_GT(stats.cold_blocks, 0U) << "the other lane is packed";
    EXPECT_LT(stats.cold_blocks, stats.blocks);
    EXPECT_TRUE(same(read(*site.archive, everything()), before)) << "and nothing is lost";
  }
}

TEST(Night, RecordsThatWereLostAndToldDoNotKeepTheirNeighboursFromBeingPacked) {
  Site site(1'000'000);
  site.open();
  BatchMaker maker;
  for (int i = 0; i < 40; ++i) commit(*site.archive, maker.add(line(i), site.source).take());
  site.archive.reset();
  std::filesystem::path segment;
  for (const auto& entry : std::filesystem::directory_iterator(site.directory / "archive" / "journal"))
    segment = entry.path();
  {
    // One frame of the journal is damaged: its record is lost.
    std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const std::size_t at = bytes.find("word20x");
    ASSERT_NE(at, std::string::npos);
    file.clear();
    file.seekp(static_cast<std::streamoff>(at));
    file.put('W');
  }
  RecoveryReport report;
  site.open(&report);
  EXPECT_EQ(report.lost_records, 1U) << report.what;
  ASSERT_TRUE(site.archive->seal(true, maker.now()));
  EXPECT_TRUE(site.night(1).troubles.empty());
  EXPECT_EQ(site.archive->stats().cold_blocks, 1U);
  EXPECT_EQ(read(*site.archive, everything()).size(), 39U);
}

TEST(Night, ABitThatFlipsInAnyTableIsToldOrChangesNothing) {
  Site site;
  site.open();
  site.live_a_day(0);
  site.live_a_day(1, 200);
  site.night(1);
  const auto before = read(*site.archive, everything());
  site.archive.reset();
  const auto archive = site.directory / "archive";
  std::size_t flips = 0, told = 0;
  for (const auto& entry : std::filesystem::directory_iterator(archive / "db")) {
    if (entry.path().extension() != ".sst") continue;
    const auto size = std::filesystem::file_size(entry.path());
    for (const std::uintmax_t at : {size / 10, size / 2, size * 9 / 10, size - 60}) {
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(static_cast<std::streamoff>(at));
      const int byte = file.get();
      const auto put = [&](int value) {
        file.seekp(static_cast<std::streamoff>(at));
        file.put(static_cast<char>(value));
        file.flush();
      };
      put(byte ^ 8);
      ++flips;
      if (auto opened = Archive::open(site.options, nullptr)) {
        std::vector<std::string> seen;
        const auto done = (*opened)->scan(everything(), [&](const StoredRecord& record) {
          seen.push_back(describe(record));
          return true;
        });
        told += done ? 0U : 1U;
        EXPECT_TRUE(!done || same(seen, before)) << entry.path() << " at " << at;
      } else {
        ++told;
        EXPECT_EQ(opened.error().code, StoreErrc::corrupt) << opened.error().what;
      }
      put(byte);
    }
  }
  EXPECT_GT(flips, 16U);
  EXPECT_GT(told, flips / 4);
  site.open();
  EXPECT_TRUE(same(read(*site.archive, everything()), before)) << "and the files were put right again";
}

/// Segment bytes, written down as the header says, by organisation and first sequence.
std::string leaf_of(const Archive& archive, const CustodyLeaf& leaf) {
  ScanRange range;
  range.organisations = {std::string(leaf.organisation)};
  range.newest_first = false;
  range.sequence_from = leaf.segment.sequence_first;
  range.sequence_to = leaf.segment.sequence_last + 1;
  std::string bytes(1, '\0');
  EXPECT_TRUE(archive.scan(range, [&](const StoredRecord& record) {
    if (record.source->in_scope != leaf.in_scope) return true;
    bytes += record_id(record.sequence) + " " + std::to_string(record.received_ns) + " " +
             std::to_string(record.raw.size()) + "\n" + std::string(record.raw) + "\n";
    return true;
  }));
  return sha256_hex(bytes);
}
std::string hex(const Sha256::Digest& digest) {
  std::string out;
  for (const std::uint8_t byte : digest) {
    out += "0123456789abcdef"[byte >> 4U];
    out += "0123456789abcdef"[byte & 15U];
  }
  return out;
}

/// Every leaf is that of its records, every record sealed has one, and none is of two days.
void check_custody(const Archive& archive, const std::string& when) {
  std::map<std::string, std::set<std::uint64_t>> covered;
  ASSERT_TRUE(archive.custody({"*"}, [&](const CustodyLeaf& leaf) {
    EXPECT_EQ(hex(leaf.segment.leaf), leaf_of(archive, leaf)) << when << " " << leaf.segment.sequence_first;
    for (std::uint64_t i = leaf.segment.sequence_first; i <= leaf.segment.sequence_last; ++i) {
      covered[std::string(leaf.organisation)].insert(i);
    }
    return true;
  }));
  const ArchiveStats stats = archive.stats();
  std::size_t uncovered = 0;
  ASSERT_TRUE(archive.scan(everything(), [&](const StoredRecord& record) {
    uncovered += covered[record.source->organisation].contains(record.sequence) ? 0U : 1U;
    return true;
  }));
  EXPECT_LE(uncovered, stats.open_records) << when;
}

TEST(Custody, EveryRecordIsInTheLeafOfOneSegment) {
  Site site(3'000'000);
  site.open();
  BatchMaker maker;
  std::mt19937 random(7);
  for (int round = 0; round < 40; ++round) {
    // Short and long pauses, small and large commits, so that segments end for each of their reasons.
    const int lines = static_cast<int>(random() % 40) + 1;
    const std::size_t length = random() % 4 == 0 ? 40'000 : 300;
    for (int i = 0; i < lines; ++i) {
      maker.add(line(round * 100 + i) + std::string(length, 'x'),
                random() % 3 == 0 ? site.other : site.source);
    }
    commit(*site.archive, maker.take());
    if (random() % 3 == 0)
      maker = BatchMaker(maker.now() + static_cast<std::int64_t>(random() % 20) * kSecond);
    if (random() % 10 == 0) maker = BatchMaker(maker.now() + kDay);
    if (random() % 5 == 0) {
      ASSERT_TRUE(site.archive->seal(random() % 2 == 0, maker.now()));
    }
    if (random() % 6 == 0) site.open();
    if (round % 10 == 9) check_custody(*site.archive, "round " + std::to_string(round));
  }
  ASSERT_TRUE(site.archive->seal(true, maker.now()));
  check_custody(*site.archive, "sealed");
  EXPECT_EQ(site.archive->stats().open_records, 0U);
  ASSERT_TRUE(site.archive->night({.now_ns = maker.now(), .everything = true, .go_on = {}}));
  check_custody(*site.archive, "packed");
  site.open();
  check_custody(*site.archive, "reopened");
}

TEST(Custody, ASegmentEndsAtAMebibyteOrTenSecondsOrMidnight) {
  Site site(64 * 1024 * 1024);
  site.open();
  struct Step {
    std::int64_t after_ns;
    std::size_t bytes;
    std::size_t ended;  ///< segments that have ended once it is committed
  };
  BatchMaker maker;
  for (const Step& step :
       {Step{0, 1000, 0}, Step{9 * kSecond, 1000, 0}, Step{kSecond, 1000, 1}, Step{0, 1'000'000, 1},
        Step{0, 500'000, 2}, Step{20 * kSecond, 10, 3}, Step{kDay, 10, 4}, Step{kSecond, 10, 4}}) {
    maker = BatchMaker(maker.now() + step.after_ns - 1'000'000);
    commit(*site.archive, maker.add(std::string(step.bytes, 'x'), site.source).take());
    std::size_t ended = 0;
    ASSERT_TRUE(site.archive->custody({"*"}, [&](const CustodyLeaf&) { return ++ended > 0; }));
    EXPECT_EQ(ended, step.ended) << step.after_ns << " " << step.bytes;
  }
}

TEST(Retention, CountsCalendarMonthsFromTheDaysLastMoment) {
  const auto day = [](int year, unsigned month, unsigned of_month) {
    return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) /
                                 static_cast<int>(of_month)}
        .time_since_epoch()
        .count();
  };
  struct Case {
    std::int64_t received;
    int months;
    std::int64_t gone;
  };
  for (const Case& c :
       {Case{day(2026, 1, 15), 6, day(2026, 7, 16)},  // the day lasts until the 16th begins
        Case{day(2026, 8, 30), 6, day(2027, 3, 1)},   // 31 August and six months is no day
        Case{day(2026, 8, 31), 6, day(2027, 3, 1)},
        Case{day(2027, 8, 30), 6, day(2028, 3, 1)},  // nor in a leap year
        Case{day(2026, 12, 31), 6, day(2027, 7, 1)}, Case{day(2026, 2, 27), 12, day(2027, 2, 28)}}) {
    EXPECT_EQ(kept_until(static_cast<std::uint16_t>(c.received), c.months), c.gone * kDay) << c.received;
  }
  EXPECT_EQ(kept_until_days(100, 184), 285 * kDay);
}

TEST(Retention, GivesUpWholeDaysAndKeepsWhatIsHeld) {
  for (const bool packed : {false, true}) {
    Site site;
    site.open();
    for (int day = 0; day < 4; ++day) site.live_a_day(day);
    if (packed) site.night(10);
    const auto all = read(*site.archive, everything());
    const std::int64_t first_day_over = kept_until(static_cast<std::uint16_t>(kNoon / kDay), 6);
    RetireRequest request{.now_ns = first_day_over - 1, .months = 6, .out_of_scope_days = 184, .holds = {}};
    auto report = site.archive->retire(request);
    ASSERT_TRUE(report) << report.error().what;
    EXPECT_EQ(report->records, 0U) << "not a moment too early";

    // Somebody holds what school-b said on the first day.
    request.now_ns = first_day_over;
    request.holds = [](const RetireRequest::Question& question) {
      return question.organisation == "school-b";
    };
    report = site.archive->retire(request);
    ASSERT_TRUE(report) << report.error().what;
    EXPECT_EQ(report->records, 400U);
    EXPECT_GT(report->held_blocks, 0U);
    std::vector<std::string> left;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i >= 600 || all[i].find("|school-b|") != std::string::npos) left.push_back(all[i]);
    }
    EXPECT_TRUE(same(read(*site.archive, everything()), left));
    check_custody(*site.archive, "held");

    RecoveryReport recovery;
    site.open(&recovery);
    EXPECT_TRUE(recovery.clean) << "what was given up is no loss: " << recovery.what;
    EXPECT_TRUE(same(read(*site.archive, everything()), left));
    ScanRange range = everything();
    range.terms = {"word3x"};
    EXPECT_FALSE(read(*site.archive, range).empty()) << "what is held is found";

    // Then the hold ends, and the next days' time is over.
    request.holds = {};
    request.now_ns += 2 * kDay;
    report = site.archive->retire(request);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->records, 200U + 2 * 600U);
    EXPECT_TRUE(same(read(*site.archive, everything()), {all.begin() + 1800, all.end()}));
    EXPECT_EQ(site.archive->stats().held_blocks, 0U);
  }
}

/// Runs archive_crash to give up what is past its time; true if it died at the fault.
bool retire_until(const std::filesystem::path& archive, std::int64_t now_ns, const std::string& fault) {
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string now = std::to_string(now_ns), place = archive.string();
    ::setenv("VIGIL_FAULT", fault.c_str(), 1);
    ::execl(VIGIL_ARCHIVE_CRASH, "archive_crash", place.c_str(), "retire", now.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << status;
  return WIFSIGNALED(status);
}

TEST(Retention, WhereverDeathComesADayIsThereWholeOrGoneAndTheRestIsUntouched) {
  unsigned deaths = 0;
  for (const bool packed : {false, true}) {
    for (const std::string fault : {"retire_held:1", "retire_held:3", "retire_switched:1",
                                    "retire_switched:2", "night_cleaned:1", "night_cleaned:2"}) {
      Site site;
      site.open();
      for (int day = 0; day < 3; ++day) site.live_a_day(day);
      if (packed) site.night(10);
      const auto all = read(*site.archive, everything());
      std::vector<std::string> kept;
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (i >= 1200 || all[i].find("|school-b|") != std::string::npos) kept.push_back(all[i]);
      }
      site.archive.reset();
      const std::int64_t now = kept_until(static_cast<std::uint16_t>(kNoon / kDay) + 1, 6);
      deaths += retire_until(site.directory / "archive", now, fault) ? 1U : 0U;
      RecoveryReport recovery;
      site.open(&recovery);
      EXPECT_TRUE(recovery.clean) << fault << ": " << recovery.what;
      const auto left = read(*site.archive, everything());
      // Of school-a's first two days each is whole or gone.
      EXPECT_TRUE(
          std::includes(all.begin(), all.end(), left.begin(), left.end(),
                        [&](const auto& a, const auto& b) { return std::stoull(a) < std::stoull(b); }))
          << fault;
      EXPECT_EQ((left.size() - kept.size()) % 400, 0U) << fault << " left " << left.size();
      const auto again = site.archive->retire(
          {.now_ns = now, .months = 6, .out_of_scope_days = 184, .holds = [](const auto& question) {
             return question.organisation == "school-b";
           }});
      ASSERT_TRUE(again) << again.error().what;
      EXPECT_TRUE(same(read(*site.archive, everything()), kept)) << fault;
      check_custody(*site.archive, fault);
    }
  }
#ifdef VIGIL_FAULT_POINTS
  EXPECT_GE(deaths, 10U);
#endif
}

}  // namespace
}  // namespace vigil
