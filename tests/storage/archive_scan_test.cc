#include <thread>

#include "archive_helper.h"
#include "storage/archive.h"
#include "storage/needle.h"

namespace vigil {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): helpers of this folder

/// Three organisations' records, interleaved; some sealed, some open.
class ArchiveScan : public testing::Test {
 protected:
  void SetUp() override {
    ArchiveOptions options{.directory = directory_ / "archive"};
    options.block_raw_bytes = 2000;
    archive_ = open_archive(options);
    const std::shared_ptr<const Source> sources[] = {make_source("school-a"), make_source("school-b"),
                                                     make_source("school-a", "srv2", false), make_source("county")};
    BatchMaker maker;
    for (int i = 0; i < 600; ++i) {
      const auto& source = sources[static_cast<std::size_t>(i * i + i / 3) % 4];
      std::string line = source->organisation + " line " + std::to_string(i);
      if (i % 50 == 0) line += " NEEDLE in the hay";
      if (i % 97 == 0) line += " from 10.1.2." + std::to_string(i % 7);
      if (i % 100 == 99) line += " 登入失敗";
      maker.add(line, source);
      // Event times go up and down.
      maker.last().event_ns = kNoon + (i % 2 == 0 ? i : -i) * kSecond;
      if (i % 13 != 0) continue;
      const auto batch = maker.take();
      commit(*archive_, batch);
      remember(*batch);
      if (i % 5 == 0 && i < 500) {
        ASSERT_TRUE(archive_->seal(i % 2 == 0, maker.now()));
      }
    }
    ASSERT_GT(archive_->stats().blocks, 3U);
    ASSERT_GT(archive_->stats().open_records, 0U);
  }
  void remember(const Batch& batch) {
    for (const Record& record : batch.records) {
      all_.push_back({record.sequence, record.event_ns, batch.source_of(record).organisation, std::string(record.raw),
                      describe(record, batch.source_of(record))});
    }
  }
  struct Known {
    std::uint64_t sequence;
    std::int64_t event_ns;
    std::string organisation, raw, described;
  };
  /// What a scan of that range must give, by looking at everything.
  std::vector<std::string> expected(const ScanRange& range) const {
    std::vector<std::string> found;
    for (const Known& known : all_) {
      const bool visible = std::any_of(range.organisations.begin(), range.organisations.end(),
                                       [&](const auto& name) { return name == "*" || name == known.organisation; });
      const bool held = std::all_of(range.needles.begin(), range.needles.end(), [&](const auto& needle) {
        return find_plain(known.raw, needle) != std::string_view::npos;
      });
      if (visible && held && known.sequence >= range.sequence_from && known.sequence < range.sequence_to &&
          known.event_ns >= range.event_from_ns && known.event_ns < range.event_to_ns) {
        found.push_back(known.described);
      }
    }
    if (range.newest_first) std::reverse(found.begin(), found.end());
    return found;
  }
  void check(ScanRange range, const std::string& why) const {
    for (const bool newest_first : {false, true}) {
      range.newest_first = newest_first;
      EXPECT_EQ(read(*archive_, range), expected(range)) << why << (newest_first ? ", newest first" : ", oldest first");
    }
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Archive> archive_;
  std::vector<Known> all_;
};

TEST_F(ArchiveScan, MergesLanesInOrderOfArrival) { check(everything(), "everything"); }

TEST_F(ArchiveScan, ShowsAnOrganisationItsOwnAndNothingElse) {
  for (const std::vector<std::string>& organisations :
       std::vector<std::vector<std::string>>{{"school-a"}, {"school-b", "county"}, {}, {"unknown"}, {""}, {"school"}}) {
    ScanRange range = everything();
    range.organisations = organisations;
    check(range, organisations.empty() ? "nobody" : organisations.front());
  }
}

TEST_F(ArchiveScan, KeepsToTimesAndSequences) {
  for (const auto& [from, to] : std::vector<std::pair<int, int>>{{0, 0}, {-50, 50}, {100, 101}, {-1000, -400}, {500, 900}}) {
    ScanRange range = everything();
    range.event_from_ns = kNoon + from * kSecond;
    range.event_to_ns = kNoon + to * kSecond;
    check(range, "event times from " + std::to_string(from));
  }
  for (const auto& [from, to] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 1}, {1, 2}, {17, 300}, {599, 9999}}) {
    ScanRange range = everything();
    range.sequence_from = from;
    range.sequence_to = to;
    check(range, "sequences from " + std::to_string(from));
    range.organisations = {"county"};
    check(range, "one organisation, sequences from " + std::to_string(from));
  }
}

TEST_F(ArchiveScan, NeedlesLeaveOnlyWhatHoldsThem) {
  for (const std::vector<std::string>& needles : std::vector<std::vector<std::string>>{
           {"needle"}, {"Needle", "HAY"}, {"line 1"}, {"10.1.2."}, {"登入"}, {"absent"}, {"school-b line", "needle"}, {""}}) {
    ScanRange range = everything();
    range.needles = needles;
    check(range, "needle " + needles.front());
    range.organisations = {"school-a", "school-b"};
    check(range, "in two organisations, needle " + needles.front());
  }
}

TEST_F(ArchiveScan, TermsSkipBlocksThatLackThem) {
  ScanRange range = everything();
  range.needles = {"10.1.2.3"};
  range.terms = {"10.1.2.3"};
  EXPECT_EQ(read(*archive_, range), expected(range));
  const auto narrow = archive_->scan(range, [](const StoredRecord&) { return true; });
  range.terms.clear();
  const auto wide = archive_->scan(range, [](const StoredRecord&) { return true; });
  ASSERT_TRUE(narrow && wide);
  EXPECT_LT(narrow->blocks_read, wide->blocks_read);
  EXPECT_EQ(narrow->blocks_total, archive_->stats().blocks);
  range.terms = {"absentword"};
  const auto none = archive_->scan(range, [](const StoredRecord&) { return true; });
  ASSERT_TRUE(none);
  EXPECT_EQ(none->blocks_read, 0U);
  range.needles = {"登入"};
  range.terms = {"登入", "入失"};
  EXPECT_EQ(read(*archive_, range), expected(range));
}

TEST_F(ArchiveScan, StopsWhenTold) {
  unsigned seen = 0;
  const auto done = archive_->scan(everything(), [&](const StoredRecord&) { return ++seen < 5; });
  ASSERT_TRUE(done);
  EXPECT_EQ(seen, 5U);
}

TEST_F(ArchiveScan, GetFindsEachRecordForThoseWhoMaySeeIt) {
  for (const Known& known : all_) {
    const auto found = archive_->get(known.sequence, {known.organisation});
    ASSERT_TRUE(found) << known.sequence << ": " << found.error().what;
    EXPECT_EQ(describe(found->record), known.described);
    const auto other = archive_->get(known.sequence, {known.organisation == "county" ? "school-a" : "county"});
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, StoreErrc::not_found);
    EXPECT_FALSE(archive_->get(known.sequence, {}));
  }
  EXPECT_TRUE(archive_->get(1, {"*"}));
  EXPECT_FALSE(archive_->get(0, {"*"}));
  EXPECT_FALSE(archive_->get(all_.size() + 1, {"*"}));
}

TEST_F(ArchiveScan, WhatGetGaveLivesOnAfterOthers) {
  const auto first = archive_->get(1, {"*"});
  ASSERT_TRUE(first);
  const std::string before = describe(first->record);
  for (const Known& known : all_) ASSERT_TRUE(archive_->get(known.sequence, {"*"}));
  EXPECT_EQ(describe(first->record), before);
}

TEST(ArchiveScanOfManyLanes, ReadsThemThroughWindows) {
  TemporaryDirectory directory;
  const auto archive = open_archive({.directory = directory / "archive"});
  BatchMaker maker;
  std::vector<std::shared_ptr<const Source>> sources;
  for (int i = 0; i < 40; ++i) sources.push_back(make_source("org" + std::to_string(i)));
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < 4000; ++i) {
    const std::string line = "line " + std::to_string(i) + std::string(i % 40 == 0 ? 20'000 : 10, 'z');
    maker.add(line, sources[i % 40]);
    expected.push_back(line);
  }
  commit(*archive, maker.take());
  ASSERT_TRUE(archive->seal(true, maker.now()));
  EXPECT_EQ(archive->stats().blocks, 40U);
  EXPECT_EQ(read_raw(*archive, everything()), expected);
  std::reverse(expected.begin(), expected.end());
  EXPECT_EQ(read_raw(*archive, everything(true)), expected);
}

TEST(ArchiveConcurrency, ScansAreWholeWhileOthersCommitAndSeal) {
  TemporaryDirectory directory;
  ArchiveOptions options{.directory = directory / "archive"};
  options.block_raw_bytes = 20'000;
  const auto archive = open_archive(options);
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> committed{0};
  std::thread writer([&] {
    BatchMaker maker;
    const auto a = make_source("a"), b = make_source("b");
    for (int round = 0; round < 300; ++round) {
      for (int i = 0; i < 20; ++i) {
        const int n = round * 20 + i + 1;
        maker.add("line " + std::to_string(n), n % 3 == 0 ? a : b);
      }
      commit(*archive, maker.take());
      committed = archive->next_sequence() - 1;
    }
    done = true;
  });
  std::thread sealer([&] {
    while (!done) {
      EXPECT_TRUE(archive->seal(false, kNoon));
      StateChange change;
      change.put("cursor", std::to_string(committed.load()));
      EXPECT_TRUE(archive->state().commit(change));
      std::this_thread::yield();
    }
    EXPECT_TRUE(archive->seal(true, kNoon));
  });
  while (!done) {
    const std::uint64_t at_least = committed;
    std::uint64_t next = 1;
    const auto scanned = archive->scan(everything(), [&](const StoredRecord& record) {
      EXPECT_EQ(record.sequence, next);
      EXPECT_EQ(record.raw, "line " + std::to_string(next));
      ++next;
      return !testing::Test::HasFailure();
    });
    ASSERT_TRUE(scanned);
    EXPECT_GE(next, at_least + 1) << "what is committed is found";
    if (at_least > 0) {
      EXPECT_TRUE(archive->get(at_least, {"*"}));
    }
    archive->stats();
  }
  writer.join();
  sealer.join();
  EXPECT_EQ(read(*archive, everything()).size(), 6000U);
}

}  // namespace
}  // namespace vigil
