#include "storage/day_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>

namespace vigil {
namespace {

struct IndexedRun {
  std::vector<std::vector<std::uint32_t>> blocks;
  std::vector<std::string> pages;
  unsigned log_pages = 0;

  IndexedRun(std::size_t count, std::size_t terms, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::uint32_t> common(terms / 4);
    for (auto& hash : common) hash = static_cast<std::uint32_t>(random());
    DayIndexBuilder builder;
    for (std::size_t block = 0; block < count; ++block) {
      std::vector<std::uint32_t> hashes;
      for (std::size_t i = 0; i < terms; ++i) {
        hashes.push_back(i % 4 == 0 && !common.empty() ? common[random() % common.size()]
                                                       : static_cast<std::uint32_t>(random()));
      }
      std::sort(hashes.begin(), hashes.end());
      hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
      builder.add(static_cast<std::uint16_t>(block), hashes);
      blocks.push_back(std::move(hashes));
    }
    pages = builder.finish();
    log_pages = static_cast<unsigned>(std::bit_width(pages.size()) - 1);
  }

  std::vector<char> ask(std::uint32_t hash) const {
    std::vector<char> may(blocks.size(), 1);
    EXPECT_TRUE(narrow_by_day_index(pages[day_index_page(hash, log_pages)], log_pages, hash, may));
    return may;
  }
};

TEST(DayIndex, NeverExcludesWhatIsThereAndNearlyAlwaysWhatIsNot) {
  struct Shape {
    std::size_t blocks, terms;
  };
  for (const Shape& shape : {Shape{1, 0}, Shape{1, 1}, Shape{2, 3}, Shape{5, 1000}, Shape{100, 2000},
                             Shape{256, 300}, Shape{3, 30'000}}) {
    const IndexedRun run(shape.blocks, shape.terms, 7);
    EXPECT_TRUE(std::has_single_bit(run.pages.size()));
    for (std::size_t block = 0; block < shape.blocks; ++block) {
      for (std::size_t i = 0; i < run.blocks[block].size(); i += 17) {
        ASSERT_NE(run.ask(run.blocks[block][i])[block], 0)
            << shape.blocks << " blocks, " << shape.terms << " terms";
      }
    }
    std::mt19937 random(99);
    std::size_t wrong = 0;
    constexpr std::size_t kAbsent = 2000;
    for (std::size_t i = 0; i < kAbsent; ++i) {
      const auto may = run.ask(static_cast<std::uint32_t>(random()));
      wrong += static_cast<std::size_t>(std::count(may.begin(), may.end(), 1));
    }
    EXPECT_LT(wrong, kAbsent / 20) << shape.blocks << " blocks, " << shape.terms << " terms";
  }
}

TEST(DayIndex, TakesLittleMoreForManyBlocksThanForOne) {
  const IndexedRun run(40, 5000, 3);
  std::size_t bytes = 0, pairs = 0;
  for (const auto& page : run.pages) bytes += page.size();
  for (const auto& block : run.blocks) pairs += block.size();
  EXPECT_LT(static_cast<double>(bytes) * 8 / static_cast<double>(pairs), 20.0) << "bits a term and block";
}

TEST(DayIndex, OfADamagedPageNothingIsBelieved) {
  const IndexedRun run(3, 500, 5);
  for (std::size_t i = 0; i < run.pages[0].size(); ++i) {
    std::string bad = run.pages[0];
    bad[i] = static_cast<char>(bad[i] ^ 4);
    std::vector<char> may(3, 1);
    EXPECT_FALSE(narrow_by_day_index(bad, run.log_pages, run.blocks[0][0], may)) << i;
    EXPECT_EQ(may, std::vector<char>(3, 1)) << i;
    EXPECT_FALSE(narrow_by_day_index(std::string_view(run.pages[0]).substr(0, i), run.log_pages, 1, may))
        << i;
  }
}

}  // namespace
}  // namespace vigil
