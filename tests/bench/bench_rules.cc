// What watching costs: the rules against messages of each kind, one thread.
//
//   VIGIL_RULES=dir[,dir] bench_rules     else the public Sigma rules of VIGIL_SHARED, else our pack
//   VIGIL_CORPUS=lines.txt                adds a lane of those lines
//
// Lanes: windows_fields (parsed events, the matching alone), windows (raw documents, parse included), syslog, web. Header and
// format are known before the clock runs, as they are when the archive hands a message on. Counters: messages/s,
// candidates, parsed and matched a message, allocations a message, and `missed`, which must be 0. All lanes run until
// gates have been fitted before they are measured.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "parsers/event.h"
#include "rules/compiled.h"
#include "rules/event_fields.h"
#include "rules/field_index.h"
#include "rules/log_routes.h"
#include "rules/watcher.h"
#include "tests/bench/renamed_rules.h"

namespace {
std::atomic<std::uint64_t> allocations{0};
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace vigil;
namespace fs = std::filesystem;

constexpr std::uint64_t kWarmUp = 960'000;  ///< messages; the last fit of gates comes before, those of rare messages too
constexpr std::int64_t kFirstNs = 1'795'158'000'000'000'000;

struct Corpus {
  std::deque<std::string> lines;
  Arena arena{1024 * 1024};
  std::vector<SyslogHeader> headers;
  std::vector<Format> formats;

  void add_file(const fs::path& path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (!line.empty()) lines.push_back(line);
    }
  }
  void read_headers() {
    ParseContext context;
    context.peer = "192.0.2.1";
    for (const std::string& line : lines) {
      headers.push_back(parse_syslog_header(line, context, arena));
      formats.push_back(detect_format(headers.back()));
    }
  }
};

const fs::path& shared() {
  static const fs::path kShared(VIGIL_SHARED);
  return kShared;
}

Corpus* windows_events() {
  auto* corpus = new Corpus;
  if (fs::exists(shared() / "data/attack")) {
    for (const auto& entry : fs::recursive_directory_iterator(shared() / "data/attack")) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".json") && name != "expected.json") corpus->add_file(entry.path());
    }
  }
  return corpus;
}
Corpus* syslog_lines() {
  auto* corpus = new Corpus;
  for (const char* name : {"Linux_2k.log", "OpenSSH_2k.log", "Apache_2k.log"}) corpus->add_file(shared() / "data/loghub" / name);
  return corpus;
}
/// What visitors of a school's site ask for.
Corpus* web_lines() {
  auto* corpus = new Corpus;
  std::mt19937 random(20261120);
  const auto pick = [&](std::initializer_list<const char*> list) { return std::string(*(list.begin() + random() % list.size())); };
  for (int i = 0; i < 4000; ++i) {
    std::string line = "<190>Nov 20 15:00:00 web1 nginx: 203.0.113." + std::to_string(random() % 250) + " - - [20/Nov/2026:15:00:" +
                       std::to_string(10 + random() % 50) + " +0800] \"" + pick({"GET", "GET", "GET", "POST"}) + " /" +
                       pick({"index.html", "news/list", "news/detail", "grades/query", "course/timetable", "images/banner.jpg",
                             "css/site.css", "js/app.min.js", "api/v1/calendar", "library/search"});
    if (random() % 2 == 0) line += "?id=" + std::to_string(random() % 100000) + "&page=" + std::to_string(random() % 30);
    line += " HTTP/1.1\" " + pick({"200", "200", "200", "304", "302", "404"}) + " " + std::to_string(random() % 60000) + " \"https://www.example.edu.tw/" +
            pick({"", "news/", "course/"}) + "\" \"Mozilla/5.0 (" +
            pick({"Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "iPhone; CPU iPhone OS 17_1 like Mac OS X"}) +
            ") AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1" + std::to_string(10 + random() % 20) + ".0.0.0 Safari/537.36\"";
    corpus->lines.push_back(std::move(line));
  }
  return corpus;
}
Corpus* given_lines() {
  auto* corpus = new Corpus;
  const char* path = std::getenv("VIGIL_CORPUS");
  if (path != nullptr) corpus->add_file(path);
  return corpus;
}

const Corpus& corpus_of(Corpus* (*make)()) {
  static std::vector<std::pair<Corpus* (*)(), std::unique_ptr<Corpus>>> made;
  for (const auto& [known, corpus] : made) {
    if (known == make) return *corpus;
  }
  made.emplace_back(make, make());
  made.back().second->read_headers();
  return *made.back().second;
}

std::vector<fs::path> rule_paths() {
  std::vector<fs::path> paths;
  if (const char* given = std::getenv("VIGIL_RULES")) {
    std::string_view rest = given;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      paths.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  } else if (fs::exists(shared() / "data/sigma-rules")) {
    paths.push_back(shared() / "data/sigma-rules");
  }
  return paths;
}

std::shared_ptr<const RuleSet> load_rules() {
  std::vector<RuleProblem> problems;
  const auto paths = rule_paths();
  return paths.empty() ? RuleSet::load_builtin(problems) : RuleSet::load(paths, problems);
}

/// The rules, and nine copies of them whose literals are others.
std::shared_ptr<const RuleSet> ten_times_the_rules() {
  std::vector<RuleSet::Text> texts;
  for (const fs::path& path : rule_paths()) {
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.path().extension() != ".yml") continue;
      std::ifstream file(entry.path());
      const std::string yaml{std::istreambuf_iterator<char>(file), {}};
      for (int copy = 0; copy < 10; ++copy) {
        texts.push_back({entry.path().string() + std::to_string(copy), copy == 0 ? yaml : bench::renamed_rule(yaml, copy)});
      }
    }
  }
  std::vector<RuleProblem> problems;
  return RuleSet::compile(texts, problems);
}

using Rules = std::shared_ptr<const RuleSet> (*)();
std::shared_ptr<const RuleSet> once(Rules load) {
  static std::vector<std::pair<Rules, std::shared_ptr<const RuleSet>>> loaded;
  for (const auto& [known, rules] : loaded) {
    if (known == load) return rules;
  }
  loaded.emplace_back(load, load());
  return loaded.back().second;
}

void set_rate(benchmark::State& state, double messages, double allocated) {
  state.counters["messages/s"] = benchmark::Counter(messages, benchmark::Counter::kIsRate);
  state.counters["allocations"] = allocated / messages;
}

void watch(benchmark::State& state, Corpus* (*make)(), Rules load) {
  const Corpus& corpus = corpus_of(make);
  if (corpus.lines.empty()) return state.SkipWithError("no messages for this lane");
  const auto rules = once(load);
  Watcher watcher(rules);
  Source source;
  source.organisation = "school-a";
  source.host = "srv1";
  std::vector<Detection> out;
  std::vector<Watcher::WindowEdit> edits;
  std::uint64_t sequence = 0;
  std::int64_t now = kFirstNs;
  const auto pass = [&] {
    for (std::size_t i = 0; i < corpus.lines.size(); ++i) {
      Observation observation;
      observation.header = &corpus.headers[i];
      observation.format = corpus.formats[i];
      observation.source = &source;
      observation.sequence = ++sequence;
      observation.received_ns = observation.event_ns = now += 20'000'000;
      watcher.observe(observation, out);
      if (sequence % 1000 == 0) watcher.take_window_edits(edits);
      out.clear();
      edits.clear();
    }
  };
  while (sequence < kWarmUp) pass();
  const Watcher::Counters before = watcher.counters();
  const std::uint64_t allocated = allocations;
  for (auto _ : state) pass();
  const Watcher::Counters after = watcher.counters();
  const auto messages = static_cast<double>(after.observed - before.observed);
  set_rate(state, messages, static_cast<double>(allocations - allocated));
  state.counters["rules"] = static_cast<double>(rules->size());
  state.counters["candidates"] = static_cast<double>(after.candidates - before.candidates) / messages;
  state.counters["parsed"] = static_cast<double>(after.parsed - before.parsed) / messages;
  state.counters["matched"] = static_cast<double>(after.matched - before.matched) / messages;
  state.counters["missed"] = static_cast<double>(after.missed);
}

/// Events that were parsed before: what the index and the rules themselves cost.
void match_fields(benchmark::State& state, Corpus* (*make)(), Rules load) {
  const Corpus& corpus = corpus_of(make);
  if (corpus.lines.empty()) return state.SkipWithError("no messages for this lane");
  const auto rules = once(load);
  const CompiledRules& compiled = rules->compiled();
  Arena arena(16 * 1024 * 1024);
  std::vector<Event> events(corpus.lines.size());
  ParseContext context;
  context.peer = "192.0.2.1";
  for (std::size_t i = 0; i < events.size(); ++i) {
    parse_event_as(corpus.formats[i], kFirstNs, corpus.headers[i], context, events[i], arena);
  }
  sigma::FieldIndex index(compiled.rules);
  sigma::Evaluator evaluator;
  std::uint64_t seen = 0, candidates = 0, matched = 0, by_index = 0;
  const auto pass = [&] {
    for (const Event& event : events) {
      const sigma::EventFields fields(event);
      ++seen;
      const std::uint64_t before = allocations;
      const auto& asked = index.candidates(event, false);
      by_index += allocations - before;
      evaluator.begin_event();
      for (const std::uint32_t rule : asked) {
        ++candidates;
        if (evaluator.matches(compiled.rules[rule].expression, fields)) ++matched;
      }
    }
  };
  while (seen < kWarmUp) pass();
  seen = candidates = matched = by_index = 0;
  const std::uint64_t allocated = allocations;
  for (auto _ : state) pass();
  const auto messages = static_cast<double>(seen);
  set_rate(state, messages, static_cast<double>(allocations - allocated));
  state.counters["rules"] = static_cast<double>(rules->size());
  state.counters["candidates"] = static_cast<double>(candidates) / messages;
  state.counters["matched"] = static_cast<double>(matched) / messages;
  state.counters["index_allocations"] = static_cast<double>(by_index) / messages;
  state.counters["index_MB"] = static_cast<double>(index.memory()) / 1e6;
}

std::size_t heap_bytes() {
  malloc_trim(0);
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// From files to rules that a first message of every kind can be asked about.
void load(benchmark::State& state) {
  const Corpus& corpus = corpus_of(windows_events);
  std::size_t size = 0, resident = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::size_t before = heap_bytes();
    state.ResumeTiming();
    const auto rules = load_rules();
    Watcher watcher(rules);
    Source source;
    std::vector<Detection> out;
    if (!corpus.lines.empty()) {
      Observation observation;
      observation.header = &corpus.headers.front();
      observation.format = corpus.formats.front();
      observation.source = &source;
      watcher.observe(observation, out);
    }
    state.PauseTiming();
    size = rules->size();
    resident = heap_bytes() - before;
    state.ResumeTiming();
  }
  state.counters["rules"] = static_cast<double>(size);
  state.counters["resident_MB"] = static_cast<double>(resident) / 1e6;
}

BENCHMARK(load)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(match_fields, windows, windows_events, load_rules)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(watch, windows, windows_events, load_rules)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(watch, syslog, syslog_lines, load_rules)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(watch, web, web_lines, load_rules)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(watch, given, given_lines, load_rules)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(match_fields, windows_tenfold, windows_events, ten_times_the_rules)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(watch, windows_tenfold, windows_events, ten_times_the_rules)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(watch, syslog_tenfold, syslog_lines, ten_times_the_rules)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(watch, web_tenfold, web_lines, ten_times_the_rules)->Unit(benchmark::kMillisecond);

}  // namespace
