#include <gtest/gtest.h>

#include "storage/query.h"
#include "storage/stored_event.h"
#include "tests/storage/archive_helper.h"
#include "tests/storage/frame_maker.h"

namespace vigil {
namespace {

using test::kNoon;

/// Fills an archive with frames of all sorts: some sealed into blocks, some still open, in two lanes.
void fill(Archive& archive, FrameMaker& make, unsigned commits, unsigned frames) {
  const auto source = test::make_source(), other = test::make_source("school-b");
  test::BatchMaker batches;
  for (unsigned i = 0; i < commits; ++i) {
    for (unsigned k = 0; k < frames; ++k) batches.add(make.frame(), k % 5 == 0 ? other : source);
    test::commit(archive, batches.take());
    if (i + 1 < commits) {
      const auto sealed = archive.seal(true, batches.now());
      ASSERT_TRUE(sealed) << sealed.error().what;
    }
  }
}

std::vector<std::uint64_t> brute_force(const Archive& archive, const Query& query, const ScanRange& range) {
  std::vector<std::uint64_t> found;
  const auto done = archive.scan(range, [&](const StoredRecord& record) {
    Arena arena;
    Event event;
    parse_stored(record, event, arena);
    if (query.matches(event, record)) found.push_back(record.sequence);
    return true;
  });
  EXPECT_TRUE(done);
  return found;
}

TEST(SearchArchive, FindsInBlocksAndInTheOpenTailWhatReadingEveryRecordFinds) {
  const test::TemporaryDirectory directory;
  const auto archive = test::open_archive({.directory = directory / "archive"});
  ASSERT_TRUE(archive);
  FrameMaker make(3);
  fill(*archive, make, 6, 60);
  std::size_t hits = 0, left_out = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string text = make.query();
    const auto query = Query::parse(text);
    ASSERT_TRUE(query) << text;
    SearchRequest request;
    request.limit = 0;
    request.range.newest_first = i % 2 == 0;
    request.range.organisations = {i % 3 == 0 ? "*" : "school-a"};
    const auto expected = brute_force(*archive, *query, request.range);
    std::vector<std::uint64_t> found;
    const auto summary = search(*archive, *query, request, [&](const SearchRow& row) {
      found.push_back(row.record->sequence);
      return true;
    });
    ASSERT_TRUE(summary) << summary.error().what;
    EXPECT_EQ(found, expected) << text;
    hits += expected.size();
    left_out += summary->cost.blocks_total - summary->cost.blocks_read;
    if (HasFailure()) return;
  }
  EXPECT_GT(hits, 1'000U);
  EXPECT_GT(left_out, 0U) << "the index spares reading some blocks";
}

/// Blocks of a few sorts of frames, so that many show all their ASCII, some all but pictures, and some not; and enough
/// frames in each that columns are of all kinds.
TEST(SearchArchive, LeavesOutByColumnsOnlyWhatReadingEveryRecordDoesNotFind) {
  std::size_t hits = 0, parts = 0, searched = 0, read = 0;
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const test::TemporaryDirectory directory;
    const auto archive = test::open_archive({.directory = directory / "archive"});
    ASSERT_TRUE(archive);
    FrameMaker make(seed);
    const auto source = test::make_source();
    test::BatchMaker batches;
    for (std::size_t block = 0; block < FrameMaker::kSorts; ++block) {
      for (unsigned i = 0; i < 60; ++i) batches.add(make.frame((block + i % 2 * seed) % FrameMaker::kSorts), source);
      test::commit(*archive, batches.take());
      ASSERT_TRUE(archive->seal(true, batches.now()));
    }
    for (unsigned i = 0; i < 150; ++i) {
      constexpr std::string_view kParts[] = {"assword", "x1bro", "g_f", "nvalid", "evname", "h2", "eb app", "rro", "b5d"};
      const std::string text = i % 2 == 0 ? make.query() : "*" + std::string(kParts[i / 2 % std::size(kParts)]) + "*";
      const auto query = Query::parse(text);
      ASSERT_TRUE(query) << text;
      SearchRequest request;
      request.limit = 0;
      request.range.organisations = {"*"};
      const auto expected = brute_force(*archive, *query, request.range);
      std::vector<std::uint64_t> found;
      const auto summary = search(*archive, *query, request, [&](const SearchRow& row) {
        found.push_back(row.record->sequence);
        return true;
      });
      ASSERT_TRUE(summary) << summary.error().what;
      ASSERT_EQ(found, expected) << "seed " << seed << ": " << text;
      hits += expected.size();
      searched += summary->cost.parts_searched;
      if (i % 2 == 0) continue;
      parts += summary->cost.parts_total;
      read += summary->cost.parts_read;
    }
  }
  EXPECT_GT(hits, 5'000U);
  EXPECT_GT(searched, 500U);
  EXPECT_LT(read + 500, parts);
}

TEST(SearchArchive, CanBeCancelledThoughNothingIsFound) {
  const test::TemporaryDirectory directory;
  const auto archive = test::open_archive({.directory = directory / "archive"});
  ASSERT_TRUE(archive);
  FrameMaker make(3);
  fill(*archive, make, 6, 60);
  const auto query = Query::parse("*qzxvqzxv*");
  ASSERT_TRUE(query);
  int asked = 0;
  const std::function<bool()> cancelled = [&asked] { return ++asked == 3; };
  SearchRequest request;
  request.range.organisations = {"*"};
  request.cancelled = &cancelled;
  const auto summary = search(*archive, *query, request, [](const SearchRow&) { return true; });
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, StoreErrc::cancelled);
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace vigil
