#include "storage/archive.h"

#include "archive_helper.h"
#include "storage/memory_state_store.h"

namespace vigil {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): helpers of this folder

TEST(RecordId, IsSixteenHexDigits) {
  EXPECT_EQ(record_id(0x1a2f), "0000000000001a2f");
  EXPECT_EQ(record_id(UINT64_MAX), "ffffffffffffffff");
  EXPECT_EQ(record_sequence("0000000000001a2f"), 0x1a2fU);
  for (const std::string_view bad :
       {"", "1a2f", "000000000000001g", "00000000000001a2f", " 00000000000001a", "-000000000000001"}) {
    EXPECT_EQ(record_sequence(bad), std::nullopt) << bad;
  }
}

std::vector<std::string> nasty_lines() {
  std::vector<std::string> lines = {"",
                                    "\r",
                                    "a\rb",
                                    "a\nb",
                                    std::string("a\0b", 3),
                                    std::string(5, '\0'),
                                    "\xff\xfe",
                                    "\xc3\x28 bad utf-8",
                                    "\xb5\x6e\xa4\x4a Big5",
                                    "登入失敗",
                                    "\x1b[31m",
                                    "trailing CR LF\r\n",
                                    "\"quoted\\\""};
  lines.emplace_back(64 * 1024 - 1, 'a');
  lines.emplace_back(64 * 1024, 'b');
  lines.emplace_back(64 * 1024 + 1, 'c');
  lines.emplace_back(2 * 1024 * 1024 + 17, 'd');
  return lines;
}

/// Commits the lines one batch each; what was stored, described.
std::vector<std::string> commit_lines(Archive& archive, const std::vector<std::string>& lines,
                                      const std::shared_ptr<const Source>& source, BatchMaker& maker) {
  std::vector<std::string> expected;
  for (const std::string& line : lines) {
    maker.add(line, source);
    maker.last().transport_tags.add(Tag::oversize);
    maker.last().format = Format::cef;
    const auto batch = maker.take();
    commit(archive, batch);
    expected.push_back(describe(batch->records[0], *source));
  }
  return expected;
}

TEST(Archive, GivesBackEveryByteOpenSealedAndReopened) {
  TemporaryDirectory directory;
  const ArchiveOptions options{.directory = directory / "archive"};
  BatchMaker maker;
  std::vector<std::string> expected;
  {
    const auto archive = open_archive(options);
    expected = commit_lines(*archive, nasty_lines(), make_source(), maker);
    EXPECT_EQ(read(*archive, everything()), expected) << "open";
    ASSERT_TRUE(archive->seal(true, maker.now()));
    EXPECT_EQ(archive->stats().open_records, 0U);
    EXPECT_EQ(archive->stats().blocks, 1U);
    EXPECT_EQ(read(*archive, everything()), expected) << "sealed";
    const auto more = commit_lines(*archive, nasty_lines(), make_source(), maker);
    expected.insert(expected.end(), more.begin(), more.end());
    EXPECT_EQ(read(*archive, everything()), expected) << "half and half";
  }
  RecoveryReport report;
  const auto archive = open_archive(options, &report);
  EXPECT_TRUE(report.clean) << report.what;
  EXPECT_EQ(read(*archive, everything()), expected) << "reopened";
  std::vector<std::string> reversed(expected.rbegin(), expected.rend());
  EXPECT_EQ(read(*archive, everything(true)), reversed) << "newest first";
  EXPECT_EQ(archive->next_sequence(), expected.size() + 1);
}

TEST(Archive, SealsAtEverySize) {
  for (const std::size_t block_bytes : {1U, 100U, 1000U, 10'000U, 1'000'000U}) {
    TemporaryDirectory directory;
    ArchiveOptions options{.directory = directory / "archive"};
    options.block_raw_bytes = block_bytes;
    const auto archive = open_archive(options);
    BatchMaker maker;
    std::vector<std::string> expected;
    const auto source = make_source();
    for (int i = 0; i < 200; ++i) {
      std::vector<std::string> line = {"line " + std::to_string(i) +
                                       std::string(static_cast<std::size_t>(i), '.')};
      const auto more = commit_lines(*archive, line, source, maker);
      expected.insert(expected.end(), more.begin(), more.end());
      if (i % 7 == 0) {
        ASSERT_TRUE(archive->seal(false, maker.now()));
        ASSERT_EQ(read(*archive, everything()), expected) << block_bytes << " after " << i;
      }
    }
    EXPECT_EQ(read(*archive, everything()), expected) << block_bytes;
  }
}

TEST(Archive, SealsWhatIsDue) {
  TemporaryDirectory directory;
  ArchiveOptions options{.directory = directory / "archive"};
  options.block_raw_bytes = 1000;
  options.block_age_max = std::chrono::minutes(30);
  options.tail_raw_bytes_max = 2500;
  const auto archive = open_archive(options);
  const auto quiet = make_source("quiet"), busy = make_source("busy");
  BatchMaker maker;
  commit(*archive, maker.add("a line", quiet).take());
  const auto nothing = archive->seal(false, maker.now());
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing) << "neither large nor old";
  commit(*archive, maker.add(std::string(1000, 'x'), busy).take());
  ASSERT_TRUE(archive->seal(false, maker.now()));
  EXPECT_EQ(archive->stats().blocks, 1U) << "the busy lane is large";
  EXPECT_EQ(archive->stats().open_records, 1U);
  ASSERT_TRUE(archive->seal(false, maker.now() + 31 * 60 * kSecond));
  EXPECT_EQ(archive->stats().open_records, 0U) << "the quiet lane is old";
  for (int lane = 0; lane < 6; ++lane) {
    commit(*archive, maker.add(std::string(500, 'y'), make_source("lane" + std::to_string(lane))).take());
  }
  ASSERT_TRUE(archive->seal(false, maker.now()));
  EXPECT_LE(archive->stats().open_raw_bytes, 2500U) << "many small lanes are too much together";
  EXPECT_GT(archive->stats().open_raw_bytes, 1500U) << "but not all are sealed for it";
}

TEST(Archive, ABlockIsOfOneDay) {
  TemporaryDirectory directory;
  const auto archive = open_archive({.directory = directory / "archive"});
  const auto source = make_source();
  BatchMaker today(kNoon), tomorrow(kNoon + kDay);
  commit(*archive, today.add("today", source).take());
  commit(*archive, tomorrow.add("tomorrow", source).take());
  const auto sealed = archive->seal(false, tomorrow.now());
  ASSERT_TRUE(sealed);
  EXPECT_TRUE(*sealed);
  EXPECT_EQ(archive->stats().blocks, 1U);
  EXPECT_EQ(archive->stats().open_records, 1U) << "the day that is over is sealed, the other is not due";
}

TEST(Archive, NumbersRecordsInOrderOverAllLanes) {
  TemporaryDirectory directory;
  const auto archive = open_archive({.directory = directory / "archive"});
  BatchMaker maker;
  const auto a = make_source("a"), b = make_source("b");
  for (int i = 0; i < 10; ++i) maker.add("line " + std::to_string(i), i % 2 == 0 ? a : b);
  const auto batch = maker.take();
  const auto second = maker.add("line 10", a).take();
  const std::shared_ptr<Batch> batches[] = {batch, second};
  ASSERT_TRUE(archive->commit(batches));
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(batch->records[i].sequence, i + 1);
  EXPECT_EQ(second->records[0].sequence, 11U);
  EXPECT_EQ(archive->next_sequence(), 12U);
  const auto lines = read_raw(*archive, everything());
  for (std::size_t i = 0; i < 11; ++i) EXPECT_EQ(lines[i], "line " + std::to_string(i));
  EXPECT_TRUE(archive->commit({})) << "nothing is nothing";
  EXPECT_EQ(archive->next_sequence(), 12U);
}

// Batches of one lane become chunks where they lie; those of several, and what came before them, are copied.
TEST(Archive, GivesBackEveryByteOfWhatStaysWhereItWasReceived) {
  TemporaryDirectory directory;
  const auto pool = std::make_shared<BufferPool>();
  const auto a = make_source("a"), b = make_source("b");
  std::vector<std::string> wanted;
  {
    const auto archive = open_archive({.directory = directory / "archive"});
    BatchMaker maker;
    std::vector<std::shared_ptr<Batch>> batches;
    const auto batch_of = [&](const std::string& shape, std::size_t lines) {
      if (shape != "small") maker.receive_into(*pool);
      for (std::size_t i = 0; i < lines; ++i) {
        wanted.push_back(shape + " " + std::to_string(wanted.size()) +
                         std::string(lines > 2000 ? 1 : i % 700, 'x'));
        maker.add(wanted.back(), shape == "mixed" && i % 3 == 0 ? b : a);
      }
      return maker.take();
    };
    for (const auto& [shape, lines] :
         std::initializer_list<std::pair<std::string, std::size_t>>{{"small", 3},
                                                                    {"whole", 1400},
                                                                    {"whole", 1400},
                                                                    {"mixed", 1400},
                                                                    {"small", 2},
                                                                    {"short", 20'000},
                                                                    {"whole", 1400}}) {
      batches.push_back(batch_of(shape, lines));
    }
    ASSERT_TRUE(archive->commit(batches));
    batches.clear();
    EXPECT_EQ(read_raw(*archive, everything()), wanted);
  }
  const auto archive = open_archive({.directory = directory / "archive"});
  EXPECT_EQ(read_raw(*archive, everything()), wanted) << "from the journal";
  ASSERT_TRUE(archive->seal(true, kNoon));
  EXPECT_EQ(read_raw(*archive, everything()), wanted) << "from blocks";
}

TEST(Archive, CountsWhatItHolds) {
  TemporaryDirectory directory;
  const auto archive = open_archive({.directory = directory / "archive"});
  const auto source = make_source();
  BatchMaker maker;
  for (int i = 0; i < 100; ++i) {
    maker.add("0123456789", source);
    maker.last().kinds = i % 2 == 0 ? Kind::os | Kind::logon : Kinds(Kind::web);
  }
  commit(*archive, maker.take());
  for (const bool sealed : {false, true}) {
    if (sealed) {
      ASSERT_TRUE(archive->seal(true, maker.now()));
    }
    const ArchiveStats stats = archive->stats();
    EXPECT_EQ(stats.records, 100U);
    EXPECT_EQ(stats.raw_bytes, 1000U);
    EXPECT_EQ(stats.open_records, sealed ? 0U : 100U);
    EXPECT_EQ(stats.last_sequence, 100U);
    EXPECT_EQ(stats.oldest_received_ns, kNoon);
    EXPECT_EQ(stats.kinds[static_cast<int>(Kind::os)].records, 50U);
    EXPECT_EQ(stats.kinds[static_cast<int>(Kind::logon)].raw_bytes, 500U);
    EXPECT_EQ(stats.kinds[static_cast<int>(Kind::web)].records, 50U);
    EXPECT_EQ(stats.kinds[static_cast<int>(Kind::device)].records, 0U);
    EXPECT_GT(stats.stored_bytes, 0U);
    EXPECT_EQ(stats.verify_failures, 0U);
  }
}

TEST(Archive, StateSurvivesAndChangesTogether) {
  TemporaryDirectory directory;
  const ArchiveOptions options{.directory = directory / "archive"};
  const auto exercise = [](StateStore& state) {
    StateChange change;
    change.put("case/a/2", "two");
    change.put("case/a/1", "one");
    change.put("case/b/1", std::string("b\0b", 3));
    change.put("cursor/watch", "17");
    ASSERT_TRUE(state.commit(change));
    StateChange second;
    second.erase("case/a/2");
    second.put("case/a/3", "");
    ASSERT_TRUE(state.commit(second));
    ASSERT_TRUE(state.commit(StateChange())) << "no change is none";
  };
  const auto keys = [](const StateStore& state, std::string_view prefix) {
    std::string all;
    state.scan(prefix, [&](std::string_view key, std::string_view) {
      all += std::string(key) + " ";
      return true;
    });
    return all;
  };
  const auto check = [&](const StateStore& state) {
    EXPECT_EQ(keys(state, "case/a/"), "case/a/1 case/a/3 ");
    EXPECT_EQ(keys(state, ""), "case/a/1 case/a/3 case/b/1 cursor/watch ");
    EXPECT_EQ(state.get("case/b/1"), std::string("b\0b", 3));
    EXPECT_EQ(state.get("case/a/3"), "");
    EXPECT_EQ(state.get("case/a/2"), std::nullopt);
    unsigned seen = 0;
    state.scan("", [&](std::string_view, std::string_view) { return ++seen < 2; });
    EXPECT_EQ(seen, 2U) << "stops when told";
  };
  MemoryStateStore memory;
  exercise(memory);
  check(memory);
  {
    const auto archive = open_archive(options);
    exercise(archive->state());
    check(archive->state());
  }
  check(open_archive(options)->state());
}

TEST(Archive, MayBeReadWhereNothingMayBeWritten) {
  TemporaryDirectory directory;
  ArchiveOptions options{.directory = directory / "archive"};
  BatchMaker maker;
  const auto source = make_source();
  {
    const auto archive = open_archive(options);
    commit(*archive, maker.add("sealed", source).take());
    ASSERT_TRUE(archive->seal(true, maker.now()));
    commit(*archive, maker.add("open", source).take());
  }
  options.read_only = true;
  const auto archive = open_archive(options);
  EXPECT_EQ(read_raw(*archive, everything()), (std::vector<std::string>{"sealed", "open"}));
  const auto batch = maker.add("more", source).take();
  const std::shared_ptr<Batch> batches[] = {batch};
  const auto done = archive->commit(batches);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, StoreErrc::no_access);
  EXPECT_FALSE(archive->seal(true, maker.now()));
}

}  // namespace
}  // namespace vigil
