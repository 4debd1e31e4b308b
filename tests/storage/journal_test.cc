#include "storage/journal.h"

#include <fstream>

#include "archive_helper.h"
#include "faulty_file_system.h"

namespace vigil {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): helpers of this folder

/// A journal on a file system that can be made to fail, and a reading of what it holds.
class JournalOfCommits : public testing::Test {
 protected:
  void open() { journal_ = std::make_unique<Journal>(place_.path(), files_); }
  /// One commit: chunks with these many raw bytes each, in records of 1,000 bytes or fewer.
  Result<void, StoreError> commit(const std::vector<std::size_t>& chunk_bytes) {
    std::uint64_t records = 0;
    for (const std::size_t bytes : chunk_bytes) records += (bytes + 999) / 1000;
    const CommitSpan span{.first_sequence = next_, .records = records};
    std::vector<std::shared_ptr<const Chunk>> chunks;
    std::uint64_t sequence = next_;
    for (std::size_t left : chunk_bytes) {
      ChunkBuilder builder;
      while (left > 0) {
        Record record;
        const std::string text = text_of(sequence, std::min<std::size_t>(left, 1000));
        record.raw = arena_.copy(text);
        record.sequence = sequence++;
        builder.add(record, source_);
        left -= text.size();
      }
      chunks.push_back(builder.finish(1, span, pool_.get()));
    }
    return append(chunks, sequence);
  }
  /// One commit of one chunk whose text stays where it was received: records of 1,000 bytes in any order, other bytes
  /// between them.
  Result<void, StoreError> commit_received(std::size_t records) {
    const auto frames = std::make_shared<FrameBuffer>(*pool_);
    std::vector<std::string_view> raws(records);
    for (std::size_t i = 0; i < records; ++i) {
      const std::size_t at = i % 2 == 0 && i + 1 < records ? i + 1 : i - i % 2;  // 1, 0, 3, 2, …
      const std::string text = text_of(next_ + at, 1000);
      char* const place = frames->allocate(text.size() + 2);
      std::copy(text.begin(), text.end(), place);
      std::copy_n("\r\n", 2, place + text.size());
      raws[at] = {place, text.size()};
    }
    ChunkBuilder builder;
    std::uint64_t sequence = next_;
    for (const std::string_view raw : raws) {
      Record record;
      record.raw = raw;
      record.sequence = sequence++;
      builder.add(record, source_);
    }
    auto chunk = builder.finish(1, {.first_sequence = next_, .records = records}, pool_.get(), frames);
    kept_ = chunk->raw(chunk->rows().front()).data() == raws.front().data();
    return append({chunk}, sequence);
  }
  Result<void, StoreError> append(const std::vector<std::shared_ptr<const Chunk>>& chunks,
                                  std::uint64_t sequence) {
    auto done = journal_->append(chunks, next_);
    if (done) next_ = sequence;
    return done;
  }
  static std::string text_of(std::uint64_t sequence, std::size_t length) {
    std::string text = std::to_string(sequence) + "|";
    text.resize(length, static_cast<char>('a' + sequence % 26));
    return text;
  }
  /// What a start would find: "1-7", "1-7 torn", "1-3 5-7 damaged" …
  static std::string found(const std::filesystem::path& place, std::uint64_t acknowledged_before) {
    Journal journal(place, rocksdb::FileSystem::Default());
    std::string text;
    std::uint64_t first = 0, last = 0;
    const auto flush = [&] {
      if (first > 0) text += std::to_string(first) + "-" + std::to_string(last) + " ";
    };
    const auto findings = journal.read(acknowledged_before, [&](const std::shared_ptr<const Chunk>& chunk) {
      for (const Row& row : chunk->rows()) {
        EXPECT_EQ(chunk->raw(row), text_of(row.sequence, row.length));
        if (first == 0 || row.sequence != last + 1) {
          flush();
          first = row.sequence;
        }
        last = row.sequence;
      }
    });
    flush();
    if (!findings) return findings.error().what;
    if (!findings->damaged.empty()) text += "damaged ";
    if (!findings->torn.empty()) text += "torn ";
    return text;
  }
  std::string found() const { return found(place_.path(), next_); }
  std::string all() const { return "1-" + std::to_string(next_ - 1) + " "; }
  std::filesystem::path segment(const std::string& number = "00000001") const {
    return place_ / (number + ".log");
  }
  static std::string slurp(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  static void spit(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }

  TemporaryDirectory place_;
  std::shared_ptr<FaultyFileSystem> files_ = std::make_shared<FaultyFileSystem>();
  std::shared_ptr<BufferPool> pool_ = std::make_shared<BufferPool>();
  std::shared_ptr<const Source> source_ = make_source();
  Arena arena_{std::size_t{1024} * 1024};
  std::unique_ptr<Journal> journal_;
  std::uint64_t next_ = 1;
  bool kept_ = false;  ///< the latest commit_received() copied nothing
};

constexpr std::size_t kLarge = 300'000, kMiddle = 100'000;

/// Commits of every shape one after the other.
const std::vector<std::vector<std::size_t>> kShapes = {
    {10},
    {kLarge},
    {20},
    {30, 40},
    {kLarge, kLarge},
    {kLarge, 10, 20, kMiddle, 30, kLarge},
    {kMiddle},
    {50'000, 50'000, 50'000, 50'000, 50'000, 50'000},
    {5},
    {kLarge, 7},
};

TEST_F(JournalOfCommits, LargeAndSmallOnesAreReadAgainInTheirOrder) {
  open();
  for (int round = 0; round < 3; ++round) {
    for (const auto& shape : kShapes) {
      ASSERT_TRUE(commit(shape));
      ASSERT_EQ(found(), all());
    }
  }
  EXPECT_EQ(journal_->bytes(), slurp(segment()).size());
}

TEST_F(JournalOfCommits, TextThatStaysWhereItWasReceivedIsReadAgain) {
  open();
  for (const std::size_t records : {std::size_t{1}, std::size_t{2}, std::size_t{400}, std::size_t{590}}) {
    ASSERT_TRUE(commit_received(records));
    EXPECT_EQ(kept_, records >= 400) << records;  // of little text most of the memory would lie unused
    ASSERT_EQ(found(), all());
    ASSERT_TRUE(commit({10}));
    ASSERT_EQ(found(), all());
  }
}

TEST_F(JournalOfCommits, ALargeOneBeginsAtAMultipleOf4096AndIsAsLong) {
  open();
  ASSERT_TRUE(commit({10}));
  const std::size_t small = slurp(segment()).size();
  EXPECT_LT(small, 300U) << "a small one is not padded";
  ASSERT_TRUE(commit({kLarge}));
  const std::string bytes = slurp(segment());
  EXPECT_EQ(bytes.size() % 4096, 0U);
  EXPECT_EQ(bytes.find_first_not_of('\0', small), 4096U) << "zeros, then the next frame";
  EXPECT_EQ(bytes.substr(4096, 4), Chunk::kMagic);
}

TEST_F(JournalOfCommits, WhereTheFileSystemRefusesDirectWritesTheyGoThroughThePageCache) {
  for (const std::string refused : {"open direct", "append direct"}) {
    TemporaryDirectory fresh;
    int refusals = 0;
    files_->set_fault([&](const std::string&, const std::string& doing) {
      return doing == refused && ++refusals > 0 ? rocksdb::IOStatus::IOError("EINVAL, injected")
                                                : rocksdb::IOStatus::OK();
    });
    journal_ = std::make_unique<Journal>(fresh.path(), files_);
    journal_->set_segment_bytes(1'000'000);
    next_ = 1;
    for (const auto& shape : kShapes) {
      ASSERT_TRUE(commit(shape)) << refused;
      ASSERT_EQ(found(fresh.path(), next_), all()) << refused;
    }
    EXPECT_EQ(refusals, 1) << "asked once, for all segments";
  }
}

TEST_F(JournalOfCommits, AFailedDirectWriteAfterOneThatWorkedEndsAcknowledging) {
  open();
  ASSERT_TRUE(commit({kLarge}));
  files_->set_fault([](const std::string&, const std::string& doing) {
    return doing == "append direct" ? rocksdb::IOStatus::IOError("EIO, injected") : rocksdb::IOStatus::OK();
  });
  const auto failed = commit({kLarge});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, StoreErrc::io);
  files_->set_fault({});
  EXPECT_FALSE(commit({10})) << "and stays so until it is opened again";
  EXPECT_EQ(found(), all());
}

TEST_F(JournalOfCommits, AFullDiskInTheMiddleOfALargeOneHeals) {
  open();
  ASSERT_TRUE(commit({10}));
  for (int nth = 1; nth <= 4; ++nth) {
    int writes = 0;
    files_->set_fault([&](const std::string&, const std::string& doing) {
      return doing.starts_with("append") && ++writes == nth ? rocksdb::IOStatus::NoSpace("injected")
                                                            : rocksdb::IOStatus::OK();
    });
    const auto full = commit({kLarge, kLarge, 10});
    if (nth == 4 && full) break;
    ASSERT_FALSE(full) << nth;
    EXPECT_EQ(full.error().code, StoreErrc::disk_full) << full.error().what;
    files_->set_fault({});
    EXPECT_EQ(found(), all()) << "write " << nth;
    ASSERT_TRUE(commit({10})) << nth;
    ASSERT_TRUE(commit({kLarge})) << nth;
    EXPECT_EQ(found(), all()) << "write " << nth;
  }
}

TEST_F(JournalOfCommits, WhereverItIsCutTheAcknowledgedOnesAreThereAndAPieceIsNone) {
  open();
  ASSERT_TRUE(commit({10, 20}));
  const std::uint64_t acknowledged = next_;
  const std::size_t whole = slurp(segment()).size();
  const std::string expected = all();
  ASSERT_TRUE(commit({kLarge, 10, kLarge, 30}));
  const std::string bytes = slurp(segment());
  TemporaryDirectory copy;
  std::mt19937 random(7);
  for (std::size_t size = whole; size + 4096 < bytes.size(); size += 1 + random() % 9000) {
    spit(copy / "00000001.log", bytes.substr(0, size));
    const std::string text = found(copy.path(), acknowledged);
    EXPECT_EQ(text.substr(0, expected.size()), expected) << size;
    EXPECT_TRUE(text == expected || text == expected + "torn ") << size << ": " << text;
    // Space that was given to the file and never written reads as zeros.
    spit(copy / "00000001.log", bytes.substr(0, size) + std::string(bytes.size() - size, '\0'));
    EXPECT_EQ(found(copy.path(), acknowledged), expected + "torn ") << size;
  }
}

TEST_F(JournalOfCommits, BI_101_ABitThatFlipsInOneFrameOrBesideItCostsNoOther) {
  open();
  ASSERT_TRUE(commit({10}));
  ASSERT_TRUE(commit({kLarge, 10, kLarge}));
  ASSERT_TRUE(commit({10}));
  const std::string bytes = slurp(segment());
  TemporaryDirectory copy;
  std::mt19937 random(3);
  for (int round = 0; round < 100; ++round) {
    const std::size_t at = 32 + random() % (bytes.size() - 32);
    std::string bent = bytes;
    bent[at] = static_cast<char>(bent[at] ^ 16);
    spit(copy / "00000001.log", bent);
    const std::string text = found(copy.path(), next_);
    EXPECT_TRUE(text.ends_with("damaged ") || text.ends_with("torn ")) << "byte " << at << ": " << text;
    const bool one_gone = text == "2-602 damaged " || text == "1-1 302-603 damaged " ||
                          text == "1-301 303-603 damaged " || text == "1-302 603-603 damaged " ||
                          text == "1-602 torn ";
    EXPECT_TRUE(one_gone || text == "1-603 damaged ") << "byte " << at << ": " << text;
  }
}

TEST_F(JournalOfCommits, AJournalWithoutPaddingIsReadToo) {
  // As it was written before large commits went past the page cache: frames back to back.
  files_->set_fault([](const std::string&, const std::string& doing) {
    return doing == "open direct" ? rocksdb::IOStatus::NotSupported("injected") : rocksdb::IOStatus::OK();
  });
  open();
  for (const auto& shape : kShapes) ASSERT_TRUE(commit(shape));
  EXPECT_EQ(slurp(segment()).find(std::string(8, '\0') + "VJC1"), std::string::npos);
  EXPECT_EQ(found(), all());
}

TEST_F(JournalOfCommits, APowerCutLosesNothingThatWasAcknowledged) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  for (int cycle = 0; cycle < 20; ++cycle) {
    TemporaryDirectory fresh;
    journal_ = std::make_unique<Journal>(fresh.path(), files_);
    journal_->set_segment_bytes(1'000'000);
    next_ = 1;
    for (std::uint64_t i = random() % 8; i > 0; --i) ASSERT_TRUE(commit(kShapes[random() % kShapes.size()]));
    // The power goes before a sync: what was written till then may be there or not.
    files_->set_fault([](const std::string&, const std::string& doing) {
      return doing == "sync" ? rocksdb::IOStatus::IOError("off") : rocksdb::IOStatus::OK();
    });
    EXPECT_FALSE(commit(kShapes[random() % kShapes.size()]));
    files_->power_off();
    journal_.reset();
    files_->set_fault({});
    files_->power_on(random);
    const std::string text = found(fresh.path(), next_), expected = next_ > 1 ? all() : "";
    const std::string also = "1-";  // the last commit, if all of it came through
    EXPECT_TRUE(text == expected || text == expected + "torn " || text.starts_with(also))
        << "seed " << seed << ": " << text;
    if (next_ > 1) {
      ASSERT_TRUE(text.starts_with(also)) << "seed " << seed << ": " << text;
      EXPECT_GE(std::stoull(text.substr(2)), next_ - 1) << "seed " << seed << ": " << text;
    }
  }
}

}  // namespace
}  // namespace vigil
