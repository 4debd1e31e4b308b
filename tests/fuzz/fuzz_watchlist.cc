// Whatever is handed in as a list: reading it ends, reading it again says the same, each problem has a place and words in
// both languages, each value that was taken reads as itself, and the index finds each in its own text.
//
// The first byte chooses the form.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/watchlist.h"
#include "rules/watchlist_index.h"
#include "rules/watchlist_match.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vigil;
  if (size == 0) return 0;
  const auto format = static_cast<WatchlistFormat>(data[0] % 5);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  WatchlistDefaults defaults;
  defaults.now_ns = 1'795'158'000'000'000'000;
  defaults.danger = (data[0] & 0x80U) != 0 ? Danger::taken : Danger::refused;
  WatchlistReading reading = read_watchlist(text, format, defaults);
  const WatchlistReading again = read_watchlist(text, format, defaults);
  require(reading.table.size() == again.table.size() && reading.refused == again.refused, "reading again gives the same");
  for (const WatchlistProblem& problem : reading.problems) {
    require(!problem.reason.en.empty() && !problem.reason.zh.empty(), "a problem is told in both languages");
  }
  IndicatorTable stored;
  reading.table.write_chunks([&](unsigned, std::string&& chunk) { require(stored.read_chunk(chunk), "a chunk reads back"); });
  require(stored.size() == reading.table.size(), "all rows come back");
  const auto table = std::make_shared<const IndicatorTable>(std::move(reading.table));
  const WatchlistIndex index({{"l", "l", {}, table}});
  std::vector<IndicatorRef> found;
  index.find(text, found);
  for (std::size_t row = 0; row < table->size(); ++row) {
    const std::string value(table->value(row));
    const auto normal = normal_indicator(table->kind(row), value, Danger::taken);
    require(normal && normal->value == value, "a normal value is its own normal form");
    if (table->kind(row) == IndicatorKind::account) continue;
    if (table->kind(row) == IndicatorKind::domain && value.find('.') == std::string::npos) continue;  // a bare word is no name
    if (table->kind(row) == IndicatorKind::ip && value.find('/') != std::string::npos) continue;
    if (table->kind(row) == IndicatorKind::url) {
      require(url_stands_in(value, split_url(value)), "a URL stands in itself");
      continue;
    }
    found.clear();
    index.find(" " + value + " ", found);
    bool there = false;
    for (const IndicatorRef ref : found) there = there || ref.row == row;
    require(there, "an indicator is found in its own text");
  }
  return 0;
}
