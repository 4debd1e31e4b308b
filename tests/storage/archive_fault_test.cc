#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>

#include "archive_helper.h"
#include "faulty_file_system.h"
#include "storage/rocks_archive.h"

namespace vigil {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): helpers of this folder

/// An archive on a file system that can be made to fail.
class ArchiveFault : public testing::Test {
 protected:
  void open(RecoveryReport* report = nullptr) {
    auto opened = RocksArchive::open(options_, report, env_.get());
    ASSERT_TRUE(opened) << opened.error().what;
    archive_ = std::move(*opened);
  }
  /// Commits `count` records that name their sequence; the reason if it could not.
  std::optional<StoreError> commit_some(int count) {
    const std::uint64_t first = archive_->next_sequence();
    for (int i = 0; i < count; ++i) {
      maker_.add("record " + std::to_string(first + static_cast<std::uint64_t>(i)), i % 3 == 0 ? a_ : b_);
    }
    const std::shared_ptr<Batch> batches[] = {maker_.take()};
    if (auto done = archive_->commit(batches); !done) return done.error();
    acked_ = archive_->next_sequence() - 1;
    return std::nullopt;
  }
  /// Everything acknowledged is there once and in order. Records nobody was told of may follow.
  void check(const std::string& why) {
    std::uint64_t last = 0;
    const auto done = archive_->scan(everything(), [&](const StoredRecord& record) {
      EXPECT_EQ(record.sequence, last + 1) << why;
      EXPECT_EQ(record.raw, "record " + std::to_string(record.sequence)) << why;
      last = record.sequence;
      return !HasFailure();
    });
    ASSERT_TRUE(done) << why << ": " << done.error().what;
    EXPECT_GE(last, acked_) << why;
  }

  TemporaryDirectory directory_;
  ArchiveOptions options_{.directory = directory_ / "archive"};
  std::shared_ptr<FaultyFileSystem> files_ = std::make_shared<FaultyFileSystem>();
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(files_);
  std::unique_ptr<RocksArchive> archive_;
  BatchMaker maker_;
  std::shared_ptr<const Source> a_ = make_source("school-a"), b_ = make_source("school-b");
  std::uint64_t acked_ = 0;
};

TEST_F(ArchiveFault, APowerCutLosesNothingThatWasAcknowledged) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  options_.block_raw_bytes = 500;
  const unsigned cycles = std::getenv("VIGIL_LONG") != nullptr ? 500 : 25;
  for (unsigned cycle = 0; cycle < cycles && !HasFailure(); ++cycle) {
    const std::string why = "seed " + std::to_string(seed) + ", cycle " + std::to_string(cycle);
    RecoveryReport report;
    open(&report);
    EXPECT_TRUE(report.clean) << why << ": " << report.what;
    check(why);
    const unsigned commits = static_cast<unsigned>(random() % 30);
    for (unsigned i = 0; i < commits; ++i) {
      ASSERT_FALSE(commit_some(1 + static_cast<int>(random() % 20))) << why;
      if (random() % 3 == 0) {
        ASSERT_TRUE(archive_->seal(random() % 2 == 0, maker_.now())) << why;
      }
      if (random() % 8 == 0) {
        ASSERT_TRUE(archive_->night({.now_ns = maker_.now(), .everything = true, .go_on = {}})) << why;
      }
      if (random() % 5 == 0) {
        StateChange change;
        change.put("cursor", std::to_string(acked_));
        ASSERT_TRUE(archive_->state().commit(change)) << why;
      }
    }
    files_->power_off();
    archive_.reset();
    files_->power_on(random);
  }
}

TEST_F(ArchiveFault, ADiskThatLiesIsFoundOut) {
  std::mt19937 random(1);
  open();
  ASSERT_FALSE(commit_some(10));
  files_->lie();
  for (int i = 0; i < 50; ++i) ASSERT_FALSE(commit_some(10));
  files_->power_off();
  archive_.reset();
  files_->power_on(random);
  RecoveryReport report;
  open(&report);
  EXPECT_FALSE(report.clean);
  EXPECT_GT(report.lost_records, 0U);
  EXPECT_EQ(report.lost_to, 511U) << "the ledger knows up to where it was acknowledged";
  EXPECT_EQ(archive_->next_sequence(), 511U);
}

TEST_F(ArchiveFault, AFailedSyncEndsAcknowledgingUntilReopened) {
  for (int nth = 1; nth <= 20; ++nth) {
    TemporaryDirectory fresh;
    options_.directory = fresh / "archive";
    acked_ = 0;
    open();
    std::atomic<int> syncs{0};
    files_->set_fault([&](const std::string& file, const std::string& doing) {
      const bool journal = file.find("/journal/") != std::string::npos;
      return journal && doing == "sync" && ++syncs == nth ? rocksdb::IOStatus::IOError("EIO, injected")
                                                          : rocksdb::IOStatus::OK();
    });
    std::optional<StoreError> trouble;
    for (int i = 0; i < 30 && !trouble; ++i) trouble = commit_some(5);
    ASSERT_TRUE(trouble) << nth;
    EXPECT_EQ(trouble->code, StoreErrc::io) << trouble->what;
    const auto again = commit_some(5);
    ASSERT_TRUE(again) << "a sync after a failed one must not be believed";
    EXPECT_EQ(again->code, StoreErrc::io);
    check("still readable");
    archive_.reset();
    files_->set_fault({});
    RecoveryReport report;
    open(&report);
    EXPECT_TRUE(report.clean) << report.what;
    check("reopened after sync " + std::to_string(nth));
    ASSERT_FALSE(commit_some(5));
    check("and on");
    archive_.reset();
  }
}

TEST_F(ArchiveFault, AFullDiskStopsAcknowledgingAndHealsByItself) {
  open();
  ASSERT_FALSE(commit_some(10));
  for (int round = 0; round < 5; ++round) {
    std::atomic<bool> full{true};
    files_->set_fault([&](const std::string& file, const std::string& doing) {
      const bool journal = file.find("/journal") != std::string::npos;
      return full && journal && doing == "append" ? rocksdb::IOStatus::NoSpace("injected")
                                                  : rocksdb::IOStatus::OK();
    });
    for (int i = 0; i < 3; ++i) {
      const auto trouble = commit_some(7);
      ASSERT_TRUE(trouble);
      EXPECT_EQ(trouble->code, StoreErrc::disk_full) << trouble->what;
      EXPECT_EQ(archive_->next_sequence(), acked_ + 1) << "no sequence is used up";
    }
    check("full");
    full = false;
    ASSERT_FALSE(commit_some(7)) << "there is space again";
    check("healed");
  }
  files_->set_fault({});
  archive_.reset();
  RecoveryReport report;
  open(&report);
  EXPECT_TRUE(report.clean) << report.what;
  check("reopened");
  EXPECT_EQ(read(*archive_, everything()).size(), acked_) << "what was tried in vain is not there";
}

TEST_F(ArchiveFault, ADatabaseThatIsFullIsMendedToo) {
  open();
  ASSERT_FALSE(commit_some(10));
  std::atomic<bool> full{true};
  files_->set_fault([&](const std::string& file, const std::string& doing) {
    const bool database = file.find("/db/") != std::string::npos;
    return full && database && doing == "append" ? rocksdb::IOStatus::NoSpace("injected")
                                                 : rocksdb::IOStatus::OK();
  });
  StateChange change;
  change.put("cursor", "1");
  const auto refused = archive_->state().commit(change);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, StoreErrc::disk_full);
  full = false;
  EXPECT_TRUE(archive_->seal(true, maker_.now()));
  EXPECT_TRUE(archive_->state().commit(change));
  EXPECT_EQ(archive_->state().get("cursor"), "1");
  ASSERT_FALSE(commit_some(10));
  check("mended");
  files_->set_fault({});
  archive_.reset();
  open();
  check("reopened");
}

TEST(ArchiveDiskFull, OnASmallDiskStateStillWorksAndCommitsResumeByThemselves) {
  TemporaryDirectory directory;
  if (::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=64m") != 0) {
    GTEST_SKIP() << "mounting a small disk is not permitted here";
  }
  {
    ArchiveOptions options{.directory = directory / "archive"};
    options.block_raw_bytes = 1024 * 1024;
    const auto archive = open_archive(options);
    const auto source = make_source();
    BatchMaker maker;
    std::mt19937_64 random(4);
    std::vector<std::string> kept;
    for (int round = 0; round < 3; ++round) {
      std::ofstream(directory / "filler") << std::string(30 * 1024 * 1024, 'f');
      std::optional<StoreError> trouble;
      for (int i = 0; i < 2000 && !trouble; ++i) {
        std::string noise;
        while (noise.size() < 64 * 1024) noise += "word" + std::to_string(random() % 100'000) + " ";
        const std::shared_ptr<Batch> batches[] = {maker.add(noise, source).take()};
        if (auto done = archive->commit(batches); !done) {
          trouble = done.error();
        } else {
          kept.push_back(std::move(noise));
        }
        if (i % 20 == 0) static_cast<void>(archive->seal(false, maker.now()).has_value());
      }
      ASSERT_TRUE(trouble);
      EXPECT_EQ(trouble->code, StoreErrc::disk_full) << trouble->what;
      EXPECT_NE(trouble->what.find("磁碟"), std::string::npos);
      StateChange change;
      change.put("round", std::to_string(round));
      const auto written = archive->state().commit(change);
      EXPECT_TRUE(written) << "what the administrator does still can be written: " << written.error().what;
      std::filesystem::remove(directory / "filler");
      const std::shared_ptr<Batch> batches[] = {maker.add("back again", source).take()};
      const auto again = archive->commit(batches);
      ASSERT_TRUE(again) << again.error().what;
      kept.emplace_back("back again");
      EXPECT_EQ(read_raw(*archive, everything()), kept);
      if (kept.size() > 300) break;
    }
  }
  ::umount2(directory.path().c_str(), MNT_DETACH);
}

TEST_F(ArchiveFault, EveryWriteMayFailOnceOrForEver) {
  // One life with a bit of everything; in turn each of its writes and syncs fails, once or from then on.
  const bool at_length = std::getenv("VIGIL_LONG") != nullptr;
  for (const bool forever : {false, true}) {
    for (const bool no_space : {false, true}) {
      int operations = 0;
      for (int target = 0; target == 0 || target <= operations; target += at_length ? 1 : 29) {
        TemporaryDirectory fresh;
        options_.directory = fresh / "archive";
        acked_ = 0;
        std::atomic<int> count{0};
        files_->set_fault([&](const std::string&, const std::string&) {
          const int now = ++count;
          if (target == 0 || (forever ? now < target : now != target)) return rocksdb::IOStatus::OK();
          return no_space ? rocksdb::IOStatus::NoSpace("injected") : rocksdb::IOStatus::IOError("injected");
        });
        auto opened = RocksArchive::open(options_, nullptr, env_.get());
        if (opened) {
          archive_ = std::move(*opened);
          for (int i = 0; i < 6; ++i) {
            if (const auto trouble = commit_some(4); trouble && trouble->code == StoreErrc::io) break;
            if (i % 2 == 1) static_cast<void>(archive_->seal(true, maker_.now()).has_value());
            if (i == 3) static_cast<void>(archive_->empty_journal().has_value());
            if (i == 4)
              static_cast<void>(
                  archive_->night({.now_ns = maker_.now(), .everything = true, .go_on = {}}).has_value());
          }
          // On a disk that takes nothing any more the database cannot be opened again, and then nobody can read it.
          const auto readable = archive_->scan(everything(), [](const StoredRecord&) { return true; });
          if (!forever || readable || readable.error().code != StoreErrc::io) check("while it fails");
        }
        archive_.reset();
        opened = StoreError{};
        files_->set_fault({});
        if (target == 0) operations = count;
        RecoveryReport report;
        open(&report);
        EXPECT_TRUE(report.clean) << report.what << ", operation " << target;
        check("after operation " + std::to_string(target));
        archive_.reset();
        if (HasFailure()) return;
      }
    }
  }
}

}  // namespace
}  // namespace vigil
