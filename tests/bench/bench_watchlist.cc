// What the watchlists cost a message: WatchlistWatch::observe over messages that hold no indicator, with the header parsed
// before the clock runs, for lists of nothing, a thousand and a million indicators of all kinds.
//
//   VIGIL_CORPUS=lines.txt bench_watchlist

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "rules/watchlist.h"
#include "rules/watchlist_watch.h"

namespace {

using namespace vigil;

std::shared_ptr<const IndicatorTable> made_up(std::size_t count) {
  IndicatorTable table;
  Indicator each;
  each.source = "bench";
  std::uint64_t state = 88172645463325252ULL;
  const auto next = [&] {
    state ^= state << 13U;
    state ^= state >> 7U;
    return state ^= state << 17U;
  };
  const auto hex = [&](std::size_t digits) {
    std::string out;
    while (out.size() < digits) out += "0123456789abcdef"[next() % 16];
    return out;
  };
  while (table.size() < count) {
    switch (next() % 10) {
      case 0:
      case 1:
      case 2:
        each.kind = IndicatorKind::ip;
        each.value = "45." + std::to_string(next() % 256) + "." + std::to_string(next() % 256) + "." + std::to_string(next() % 256);
        break;
      case 3:
        each.kind = IndicatorKind::ip;
        each.value = "46." + std::to_string(next() % 256) + "." + std::to_string(next() % 256) + ".0/24";
        break;
      case 4:
      case 5:
      case 6:
        each.kind = IndicatorKind::domain;
        each.value = hex(10) + (next() % 2 == 0 ? ".com" : ".com.tw");
        break;
      case 7:
        each.kind = IndicatorKind::url;
        each.value = "http://" + hex(8) + ".net/" + hex(6);
        break;
      default:
        each.kind = IndicatorKind::hash;
        each.value = hex(64);
    }
    table.add(each, 0);
  }
  table.forget_rows();
  return std::make_shared<const IndicatorTable>(std::move(table));
}

void watch(benchmark::State& state) {
  const char* path = std::getenv("VIGIL_CORPUS");
  std::ifstream file(path != nullptr ? path : "");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  if (lines.empty()) return state.SkipWithError("set VIGIL_CORPUS to a file of messages");
  Arena arena{1024 * 1024};
  ParseContext context;
  std::vector<SyslogHeader> headers;
  std::size_t bytes = 0;
  for (const std::string& line : lines) {
    headers.push_back(parse_syslog_header(line, context, arena));
    bytes += line.size();
  }
  const auto table = made_up(static_cast<std::size_t>(state.range(0)));
  const auto index = std::make_shared<const WatchlistIndex>(std::vector<Watchlist>{{"bench", "bench", {}, table}});
  WatchlistWatch watch;
  watch.use(index);
  Source source;
  std::vector<Detection> out;
  std::uint64_t sequence = 0;
  for (auto _ : state) {
    for (const SyslogHeader& header : headers) {
      Observation observation;
      observation.header = &header;
      observation.source = &source;
      observation.sequence = ++sequence;
      watch.observe(observation, out);
    }
  }
  state.counters["ns/message"] = benchmark::Counter(static_cast<double>(sequence) / 1e9,
                                                    benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["bytes/message"] = static_cast<double>(bytes) / static_cast<double>(lines.size());
  state.counters["hits"] = static_cast<double>(out.size());
  state.counters["bytes/indicator"] =
      static_cast<double>(index->memory_bytes() + table->memory_bytes()) / static_cast<double>(std::max<std::size_t>(1, table->size()));
}
BENCHMARK(watch)->Arg(0)->Arg(1000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void build(benchmark::State& state) {
  const auto table = made_up(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(WatchlistIndex({{"bench", "bench", {}, table}}).size());
}
BENCHMARK(build)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
