// What the archive costs: CPU per event of committing and of sealing, bytes on disk.
//
//   bench_archive CORPUS [DIRECTORY] [--level N] [--batch-bytes N] [--lanes N] [--night]
//
// One line of the corpus is one event, as a listener would hand it on. Records are made before the clock runs. The
// archive is made anew in DIRECTORY (default: a temporary one), so put it on the disk that is meant.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "storage/archive.h"
#include "tests/bench/corpus_batches.h"

namespace {

using namespace vigil;

double seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}
double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Settings {
  std::string corpus;
  std::filesystem::path directory;
  bool night = false;
  long level = 1, batch_bytes = 256 * 1024, lanes = 1;
};

bool read_settings(const std::vector<std::string>& arguments, Settings& settings) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!argument.starts_with("--")) {
      if (settings.corpus.empty()) {
        settings.corpus = argument;
      } else {
        settings.directory = argument;
      }
      continue;
    }
    if (argument == "--night") {
      settings.night = true;
      continue;
    }
    long* const number = argument == "--level"         ? &settings.level
                         : argument == "--batch-bytes" ? &settings.batch_bytes
                         : argument == "--lanes"       ? &settings.lanes
                                                       : nullptr;
    if (number == nullptr || ++i == arguments.size()) return false;
    std::from_chars(arguments[i].data(), arguments[i].data() + arguments[i].size(), *number);
  }
  return !settings.corpus.empty();
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (!read_settings({argv + 1, argv + argc}, settings)) {
    std::fputs("bench_archive CORPUS [DIRECTORY] [--level N] [--batch-bytes N] [--lanes N] [--night]\n",
               stderr);
    return 2;
  }
  if (settings.directory.empty())
    settings.directory = std::filesystem::temp_directory_path() / "bench_archive";
  std::filesystem::remove_all(settings.directory);
  std::ifstream in(settings.corpus, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  auto batches = make_batches(text, {.batch_bytes = static_cast<std::size_t>(settings.batch_bytes),
                                     .lanes = static_cast<std::size_t>(settings.lanes)});
  double events = 0;
  for (const auto& batch : batches) events += static_cast<double>(batch->records.size());

  auto archive = Archive::open(
      {.directory = settings.directory, .seal_level = static_cast<int>(settings.level)}, nullptr);
  if (!archive) {
    std::fprintf(stderr, "%s\n", archive.error().what.c_str());
    return 4;
  }
  double commit = 0, seal = 0;
  std::size_t commits = 0;
  const double process_start = seconds(CLOCK_PROCESS_CPUTIME_ID), wall_start = now();
  // A commit takes what has gathered: here eight batches, as the writer does under load.
  for (std::size_t i = 0; i < batches.size();) {
    const std::size_t count = std::min<std::size_t>(8, batches.size() - i);
    const double start = seconds(CLOCK_THREAD_CPUTIME_ID);
    if (auto done = (*archive)->commit(std::span(batches).subspan(i, count)); !done) {
      std::fprintf(stderr, "%s\n", done.error().what.c_str());
      return 4;
    }
    const double middle = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (std::size_t j = i; j < i + count; ++j) batches[j].reset();
    i += count;
    ++commits;
    const double before_seal = seconds(CLOCK_THREAD_CPUTIME_ID);
    if (auto done = (*archive)->seal(i == batches.size(), 0); !done) {
      std::fprintf(stderr, "%s\n", done.error().what.c_str());
      return 4;
    }
    seal += seconds(CLOCK_THREAD_CPUTIME_ID) - before_seal;
    commit += middle - start;
  }
  const double wall = now() - wall_start;
  const ArchiveStats stats = (*archive)->stats();
  const double to_close = seconds(CLOCK_PROCESS_CPUTIME_ID);
  archive->reset();
  const double process = seconds(CLOCK_PROCESS_CPUTIME_ID) - process_start;
  const double raw = static_cast<double>(stats.raw_bytes);
  std::printf("events %.0f  raw %.0f  commits %zu  blocks %llu\n", events, raw, commits,
              static_cast<unsigned long long>(stats.blocks));
  std::printf("us/event: commit %.3f  seal %.3f  all threads, with closing %.3f (closing %.3f)  wall %.3f\n",
              commit / events * 1e6, seal / events * 1e6, process / events * 1e6,
              (seconds(CLOCK_PROCESS_CPUTIME_ID) - to_close) / events * 1e6, wall / events * 1e6);
  std::printf("stored %llu  index %llu (%.2f %% of raw)  ratio %.2f  verify failures %llu\n",
              static_cast<unsigned long long>(stats.stored_bytes),
              static_cast<unsigned long long>(stats.index_bytes),
              100.0 * static_cast<double>(stats.index_bytes) / raw,
              raw / static_cast<double>(stats.stored_bytes + stats.index_bytes),
              static_cast<unsigned long long>(stats.verify_failures));
  if (settings.night) {
    archive = Archive::open({.directory = settings.directory}, nullptr);
    if (!archive) return 4;
    const double before = seconds(CLOCK_PROCESS_CPUTIME_ID);
    const auto report = (*archive)->night({.now_ns = 0, .everything = true, .go_on = {}});
    if (!report) {
      std::fprintf(stderr, "%s\n", report.error().what.c_str());
      return 4;
    }
    std::printf("night: us/event %.3f  blocks %llu -> %llu  stored %llu -> %llu, index included\n",
                (seconds(CLOCK_PROCESS_CPUTIME_ID) - before) / events * 1e6,
                static_cast<unsigned long long>(report->blocks_before),
                static_cast<unsigned long long>(report->blocks_after),
                static_cast<unsigned long long>(report->bytes_before),
                static_cast<unsigned long long>(report->bytes_after));
  }
  return 0;
}
