// What watching costs a message: the whole of Watcher::observe, with the header parsed before the clock runs.
//
//   VIGIL_CORPUS=lines.txt bench_rules            our pack
//   VIGIL_CORPUS=lines.txt VIGIL_RULES=dir bench_rules
//
// Counters: candidates, parsed and matched per message; ns/message is the time divided by the messages.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "parsers/event.h"
#include "rules/compiled.h"
#include "rules/watcher.h"

namespace {

using namespace vigil;

struct Corpus {
  std::vector<std::string> lines;
  Arena arena{1024 * 1024};
  std::vector<SyslogHeader> headers;
  std::vector<Format> formats;
  std::size_t bytes = 0;
};

const Corpus& corpus() {
  static const Corpus* const kCorpus = [] {
    auto* made = new Corpus;
    const char* path = std::getenv("VIGIL_CORPUS");
    std::ifstream file(path != nullptr ? path : "");
    for (std::string line; std::getline(file, line);) made->lines.push_back(line);
    ParseContext context;
    context.peer = "192.0.2.1";
    for (const std::string& line : made->lines) {
      made->headers.push_back(parse_syslog_header(line, context, made->arena));
      made->formats.push_back(detect_format(made->headers.back()));
      made->bytes += line.size();
    }
    return made;
  }();
  return *kCorpus;
}

std::shared_ptr<const RuleSet> rules() {
  std::vector<RuleProblem> problems;
  if (const char* path = std::getenv("VIGIL_RULES")) {
    const std::filesystem::path directory = path;
    return RuleSet::load({&directory, 1}, problems);
  }
  return RuleSet::load_builtin(problems);
}

constexpr Format kEveryFormat{255};

/// All messages of one format, or of all.
void watch(benchmark::State& state, Format only) {
  const Corpus& lines = corpus();
  if (lines.lines.empty()) return state.SkipWithError("set VIGIL_CORPUS to a file of messages");
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < lines.lines.size(); ++i) {
    if (only == kEveryFormat || lines.formats[i] == only) chosen.push_back(i);
  }
  if (chosen.empty()) return state.SkipWithError("no message of that format");
  Watcher watcher(rules());
  Source source;
  source.organisation = "school-a";
  source.host = "srv1";
  std::vector<Detection> out;
  std::vector<Watcher::WindowEdit> edits;
  std::uint64_t sequence = 0, detections = 0;
  std::int64_t now = 1'795'158'000'000'000'000;
  for (auto _ : state) {
    for (const std::size_t i : chosen) {
      Observation observation;
      observation.header = &lines.headers[i];
      observation.format = lines.formats[i];
      observation.source = &source;
      observation.sequence = ++sequence;
      observation.received_ns = observation.event_ns = now += 20'000'000;
      watcher.observe(observation, out);
      if (sequence % 1000 == 0) watcher.take_window_edits(edits);
      detections += out.size();
      out.clear();
      edits.clear();
    }
  }
  const auto messages = static_cast<double>(sequence);
  const Watcher::Counters counters = watcher.counters();
  state.SetItemsProcessed(static_cast<std::int64_t>(sequence));
  state.counters["ns/message"] = benchmark::Counter(messages / 1e9, benchmark::Counter::kIsRate |
                                                                        benchmark::Counter::kInvert);
  state.counters["candidates"] = static_cast<double>(counters.candidates) / messages;
  state.counters["parsed"] = static_cast<double>(counters.parsed) / messages;
  state.counters["matched"] = static_cast<double>(counters.matched) / messages;
  state.counters["detections"] = static_cast<double>(detections);
  state.counters["missed"] = static_cast<double>(counters.missed);
}

void watch_all(benchmark::State& state) { watch(state, kEveryFormat); }
BENCHMARK(watch_all)->Unit(benchmark::kMillisecond);

void watch_format(benchmark::State& state) {
  const auto format = static_cast<Format>(state.range(0));
  state.SetLabel(std::string(format_name(format)));
  watch(state, format);
}
BENCHMARK(watch_format)->DenseRange(0, static_cast<int>(kFormatsMax) - 1)->Unit(benchmark::kMillisecond);

void compile_rules(benchmark::State& state) {
  std::size_t size = 0;
  for (auto _ : state) {
    const auto set = rules();
    size = set->size();
    benchmark::DoNotOptimize(set->compiled().prefilter().rules_of(Format::none).size());
  }
  state.counters["rules"] = static_cast<double>(size);
}
BENCHMARK(compile_rules)->Unit(benchmark::kMillisecond);

}  // namespace
