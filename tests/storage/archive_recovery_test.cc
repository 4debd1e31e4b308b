#include <fstream>
#include <iterator>

#include "archive_helper.h"
#include "storage/archive.h"
#include "storage/recovery.h"

namespace vigil {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): helpers of this folder

TEST(FindGaps, NamesExactlyWhatIsMissing) {
  struct Case {
    std::string_view why;
    std::vector<SequenceRange> held;
    std::uint64_t from, to;
    std::string_view expected;
  };
  const Case cases[] = {
      {"nothing asked", {}, 5, 5, ""},
      {"all missing", {}, 1, 4, "1-3 "},
      {"all there", {{1, 3}}, 1, 4, ""},
      {"the first is missing", {{2, 3}}, 1, 4, "1-1 "},
      {"the last is missing", {{1, 2}}, 1, 4, "3-3 "},
      {"holes, out of order and overlapping", {{8, 9}, {1, 2}, {2, 4}, {6, 6}}, 1, 11, "5-5 7-7 10-10 "},
      {"what lies outside does not matter", {{1, 100}, {200, 300}}, 50, 150, "101-149 "},
  };
  for (const auto& [why, held, from, to, expected] : cases) {
    std::string gaps;
    for (const auto& gap : find_gaps(held, from, to)) gaps += std::to_string(gap.first) + "-" + std::to_string(gap.last) + " ";
    EXPECT_EQ(gaps, expected) << why;
  }
}

class ArchiveRecovery : public testing::Test {
 protected:
  /// Commits of ten records each: sequences 10k+1 to 10k+10.
  void commit_tens(Archive& archive, int count) {
    for (int i = 0; i < count; ++i) {
      for (int j = 0; j < 10; ++j) maker_.add("record number " + std::to_string(++number_), j % 2 == 0 ? a_ : b_);
      commit(archive, maker_.take());
    }
  }
  std::vector<std::filesystem::path> segments() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(options_.directory / "journal")) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
  }
  static std::string slurp(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  static void spit(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }
  static void flip(const std::filesystem::path& file, std::size_t at) {
    std::string bytes = slurp(file);
    bytes.at(at) = static_cast<char>(bytes[at] ^ 8);
    spit(file, bytes);
  }
  /// Sequences of the archive, as runs.
  static std::string runs(const Archive& archive) {
    std::string text;
    std::uint64_t first = 0, last = 0;
    const auto flush = [&] {
      if (first > 0) text += std::to_string(first) + "-" + std::to_string(last) + " ";
    };
    const auto done = archive.scan(everything(), [&](const StoredRecord& record) {
      EXPECT_EQ(record.raw, "record number " + std::to_string(record.sequence));
      if (first == 0 || record.sequence != last + 1) {
        flush();
        first = record.sequence;
      }
      last = record.sequence;
      return true;
    });
    EXPECT_TRUE(done);
    flush();
    return text;
  }

  TemporaryDirectory directory_;
  ArchiveOptions options_{.directory = directory_ / "archive"};
  BatchMaker maker_;
  std::shared_ptr<const Source> a_ = make_source("school-a"), b_ = make_source("school-b");
  int number_ = 0;
};

TEST_F(ArchiveRecovery, BI_101_ABitFlippedInTheMiddleOfTheJournalIsToldWithItsExactRange) {
  commit_tens(*open_archive(options_), 20);
  const std::string whole = slurp(segments().at(0));
  // The eleventh commit has records 101 to 110, those of school-a (odd) in a chunk of their own.
  const std::size_t at = whole.find("record number 105");
  ASSERT_NE(at, std::string::npos);
  flip(segments().at(0), at);
  RecoveryReport report;
  {
    const auto archive = open_archive(options_, &report);
    EXPECT_FALSE(report.clean);
    EXPECT_EQ(report.lost_from, 101U);
    EXPECT_EQ(report.lost_to, 110U);
    EXPECT_EQ(report.lost_records, 5U) << "the five of that chunk and no more";
    ASSERT_EQ(report.lost.size(), 5U);
    EXPECT_EQ(report.lost[2].from, 105U);
    EXPECT_EQ(report.lost[2].to, 106U);
    EXPECT_EQ(report.salvaged, 195U);
    EXPECT_NE(report.what.find(record_id(105)), std::string::npos) << report.what;
    EXPECT_EQ(slurp(report.quarantine / "00000001.log").size(), whole.size()) << "kept as it was found";
    EXPECT_FALSE(slurp(report.quarantine / "SHA256SUMS").empty());
    EXPECT_EQ(runs(*archive).substr(0, 14), "1-100 102-102 ");
    EXPECT_EQ(archive->next_sequence(), 201U);
    commit_tens(*archive, 1);
  }
  const auto archive = open_archive(options_, &report);
  EXPECT_TRUE(report.clean) << "told once: " << report.what;
  EXPECT_EQ(runs(*archive), "1-100 102-102 104-104 106-106 108-108 110-210 ");
}

TEST_F(ArchiveRecovery, BI_101_WhereverABitFlipsNothingIsLostSilently) {
  commit_tens(*open_archive(options_), 6);
  const std::string whole = slurp(segments().at(0));
  const auto segment = segments().at(0);
  std::mt19937 random(2);
  for (int round = 0; round < 60; ++round) {
    const std::size_t at = random() % whole.size();
    TemporaryDirectory copy;
    std::filesystem::copy(options_.directory, copy / "archive", std::filesystem::copy_options::recursive);
    flip(copy / "archive" / "journal" / segment.filename(), at);
    RecoveryReport report;
    const auto archive = open_archive({.directory = copy / "archive"}, &report);
    ASSERT_TRUE(archive);
    std::uint64_t held = 0;
    std::vector<bool> seen(61);
    const auto done = archive->scan(everything(), [&](const StoredRecord& record) {
      EXPECT_EQ(record.raw, "record number " + std::to_string(record.sequence)) << "no changed byte gets through";
      EXPECT_FALSE(seen[record.sequence]) << "no record is doubled";
      seen[record.sequence] = true;
      ++held;
      return true;
    });
    ASSERT_TRUE(done);
    EXPECT_EQ(held + report.lost_records, 60U) << "byte " << at << ": " << report.what;
    for (const auto& loss : report.lost) {
      for (std::uint64_t sequence = loss.from; sequence < loss.to; ++sequence) EXPECT_FALSE(seen[sequence]);
    }
    EXPECT_EQ(report.clean, report.lost_records == 0 && report.what.empty()) << "byte " << at << ": " << report.what;
  }
}

TEST_F(ArchiveRecovery, ATornEndLosesNothingThatWasAcknowledged) {
  commit_tens(*open_archive(options_), 3);
  const std::string whole = slurp(segments().at(0));
  // What a commit that never was synced may leave: a piece of a frame.
  spit(segments().at(0), whole + whole.substr(40, 90));
  RecoveryReport report;
  const auto archive = open_archive(options_, &report);
  EXPECT_TRUE(report.clean) << report.what;
  EXPECT_EQ(runs(*archive), "1-30 ");
  commit_tens(*archive, 1);
  EXPECT_EQ(runs(*archive), "1-40 ");
}

TEST_F(ArchiveRecovery, APieceOfACommitNobodyWasToldOfIsLeftOut) {
  commit_tens(*open_archive(options_), 3);
  // The last commit's second chunk is cut off, and the ledger does not know of that commit: as if the power had gone
  // in its midst.
  const std::string whole = slurp(segments().at(0));
  spit(segments().at(0), whole.substr(0, whole.size() - 10));
  std::string slots = slurp(options_.directory / "acked");
  slots[3 * 512 + 20] = 'x';
  spit(options_.directory / "acked", slots);
  RecoveryReport report;
  {
    const auto archive = open_archive(options_, &report);
    EXPECT_TRUE(report.clean) << report.what;
    EXPECT_EQ(runs(*archive), "1-20 ");
    number_ = 20;
    commit_tens(*archive, 1);
  }
  const auto archive = open_archive(options_, &report);
  EXPECT_TRUE(report.clean) << report.what;
  EXPECT_EQ(runs(*archive), "1-30 ") << "the new commit has taken its place";
}

TEST_F(ArchiveRecovery, AnAcknowledgedEndThatIsCutOffIsALoss) {
  commit_tens(*open_archive(options_), 3);
  const std::string whole = slurp(segments().at(0));
  spit(segments().at(0), whole.substr(0, whole.size() - 10));
  RecoveryReport report;
  {
    const auto archive = open_archive(options_, &report);
    EXPECT_FALSE(report.clean);
    EXPECT_EQ(report.lost_records, 5U);
    EXPECT_EQ(archive->next_sequence(), 31U) << "what was given once is not given again";
    number_ = 30;
    commit_tens(*archive, 1);
  }
  const auto archive = open_archive(options_, &report);
  EXPECT_TRUE(report.clean) << report.what;
}

TEST_F(ArchiveRecovery, AJournalThatIsGoneIsALossOfWhatWasOpen) {
  {
    const auto archive = open_archive(options_);
    commit_tens(*archive, 2);
    ASSERT_TRUE(archive->seal(true, maker_.now()));
    commit_tens(*archive, 2);
  }
  std::filesystem::remove_all(options_.directory / "journal");
  RecoveryReport report;
  const auto archive = open_archive(options_, &report);
  EXPECT_FALSE(report.clean);
  EXPECT_EQ(report.lost_from, 21U);
  EXPECT_EQ(report.lost_to, 41U);
  EXPECT_EQ(report.lost_records, 20U);
  EXPECT_EQ(runs(*archive), "1-20 ");
}

TEST_F(ArchiveRecovery, ADamagedLogOfTheDatabaseLosesNoRecord) {
  {
    const auto archive = open_archive(options_);
    for (int i = 0; i < 5; ++i) {
      commit_tens(*archive, 4);
      ASSERT_TRUE(archive->seal(true, maker_.now()));
      StateChange change;
      // RocksDB gives up the rest of 32 KiB around damage: what is further away must be there.
      change.put("key" + std::to_string(i), "value" + std::string(40'000, 'v'));
      ASSERT_TRUE(archive->state().commit(change));
    }
  }
  std::filesystem::path log;
  for (const auto& entry : std::filesystem::directory_iterator(options_.directory / "db")) {
    if (entry.path().extension() == ".log" && entry.file_size() > 1000) log = entry.path();
  }
  ASSERT_FALSE(log.empty());
  flip(log, slurp(log).size() / 2);
  RecoveryReport report;
  const auto archive = open_archive(options_, &report);
  ASSERT_TRUE(archive);
  EXPECT_FALSE(report.clean);
  EXPECT_EQ(report.lost_records, 0U) << report.what;
  EXPECT_FALSE(slurp(report.quarantine / log.filename()).empty());
  EXPECT_EQ(runs(*archive), "1-200 ") << "a block that is gone is still in the journal";
  EXPECT_TRUE(archive->state().get("key0")) << "what came before the damage is there";
  EXPECT_TRUE(archive->state().get("key4")) << "what came after it is there";
  EXPECT_NE(report.what.find("state"), std::string::npos) << "the state may have lost changes: " << report.what;
  ASSERT_TRUE(archive->seal(true, maker_.now()));
  EXPECT_EQ(runs(*archive), "1-200 ");
}

TEST_F(ArchiveRecovery, TheCatalogOfLanesCanBeLost) {
  {
    const auto archive = open_archive(options_);
    commit_tens(*archive, 1);
  }
  // Without its log the database is as it was made: empty.
  for (const auto& entry : std::filesystem::directory_iterator(options_.directory / "db")) {
    if (entry.path().extension() == ".log") std::filesystem::resize_file(entry.path(), 0);
  }
  const auto archive = open_archive(options_);
  EXPECT_EQ(runs(*archive), "1-10 ");
  ScanRange range = everything();
  range.organisations = {"school-a"};
  EXPECT_EQ(read(*archive, range).size(), 5U) << "a lane's name is known from its records";
}

TEST_F(ArchiveRecovery, ATableThatIsDamagedIsNotReadAsIfItWereWhole) {
  {
    const auto archive = open_archive(options_);
    commit_tens(*archive, 50);
    ASSERT_TRUE(archive->seal(true, maker_.now()));
  }
  open_archive(options_);  // puts the log into tables, and lets go of the journal
  commit_tens(*open_archive(options_), 1);
  std::size_t flipped = 0;
  for (const auto& entry : std::filesystem::directory_iterator(options_.directory / "db")) {
    if (entry.path().extension() != ".sst") continue;
    const std::string bytes = slurp(entry.path());
    const std::size_t at = bytes.find("zstd");  // no such text: any place in the first half will do
    flip(entry.path(), at == std::string::npos ? bytes.size() / 8 : at);
    ++flipped;
  }
  ASSERT_GT(flipped, 0U);
  RecoveryReport report;
  const auto archive = Archive::open(options_, &report);
  if (!archive) {
    EXPECT_EQ(archive.error().code, StoreErrc::corrupt) << archive.error().what;
    return;
  }
  const auto done = (*archive)->scan(everything(), [&](const StoredRecord& record) {
    EXPECT_EQ(record.raw, "record number " + std::to_string(record.sequence));
    return true;
  });
  ASSERT_FALSE(done) << "BI-102: detected, not silent";
  EXPECT_EQ(done.error().code, StoreErrc::corrupt);
}

TEST_F(ArchiveRecovery, ASealedBlockAndItsJournalAreNotShownTwice) {
  {
    const auto archive = open_archive(options_);
    commit_tens(*archive, 10);
    ASSERT_TRUE(archive->seal(true, maker_.now()));
    EXPECT_FALSE(segments().empty()) << "the journal is kept until blocks are in tables";
  }
  const auto archive = open_archive(options_);
  EXPECT_EQ(runs(*archive), "1-100 ");
  EXPECT_EQ(archive->stats().open_records, 0U);
}

}  // namespace
}  // namespace vigil
