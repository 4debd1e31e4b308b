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

}  // namespace
}  // namespace vigil
