// What questions cost: wall and CPU time of searches over an archive that bench_archive has made.
//
//   bench_search DIRECTORY [QUERY]...
//
// Each query runs five times, newest first, all rows; the median is told, with how much of the archive was read, and what
// that is for a GiB of the archive's raw bytes.
// Without queries it asks those of the figures in storage/README.md.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "storage/query.h"

namespace {

using namespace vigil;

constexpr int kRuns = 5;

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

constexpr double kGiB = 1024.0 * 1024 * 1024;

bool ask(const Archive& archive, const std::string& text) {
  const auto query = Query::parse(text);
  if (!query) {
    std::fprintf(stderr, "%s\n", query.error().render(text).c_str());
    return false;
  }
  std::vector<double> wall, cpu;
  SearchSummary summary;
  for (int run = 0; run < kRuns; ++run) {
    SearchRequest request;
    request.range.organisations = {"*"};
    request.limit = 0;
    const auto begin = std::chrono::steady_clock::now();
    const double cpu_begin = cpu_seconds();
    const auto found = search(archive, *query, request, [](const SearchRow&) { return true; });
    if (!found) {
      std::fprintf(stderr, "%s: %s\n", text.c_str(), found.error().what.c_str());
      return false;
    }
    cpu.push_back((cpu_seconds() - cpu_begin) * 1e3);
    wall.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    summary = *found;
  }
  const double gib = static_cast<double>(archive.stats().raw_bytes) / kGiB;
  std::printf("%9.2f ms wall %9.2f ms CPU %8.1f ms/GiB %7llu rows  blocks %4llu, parts %5llu searched %5llu read of %5llu"
              "  %7.1f MB  %s\n",
              median(wall), median(cpu), median(wall) / gib, static_cast<unsigned long long>(summary.rows),
              static_cast<unsigned long long>(summary.cost.blocks_read),
              static_cast<unsigned long long>(summary.cost.parts_searched),
              static_cast<unsigned long long>(summary.cost.parts_read),
              static_cast<unsigned long long>(summary.cost.parts_total),
              static_cast<double>(summary.cost.raw_bytes) * 1e-6, text.c_str());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("bench_search DIRECTORY [QUERY]...\n", stderr);
    return 2;
  }
  ArchiveOptions options;
  options.directory = argv[1];
  options.read_only = true;
  RecoveryReport report;
  const auto archive = Archive::open(options, &report);
  if (!archive) {
    std::fprintf(stderr, "%s\n", archive.error().what.c_str());
    return 1;
  }
  std::vector<std::string> queries(argv + 2, argv + argc);
  if (queries.empty()) {
    queries = {"zebrafish",      "*ebrafis*",  "*qzxv*",  "10.5.126.105", "Teardown", "4624", "source.ip:10.5.126.105",
               "user.name:root", "/Tear.own/", "| stats count() by bucket(1h), vigil.kinds",
               "| stats count() by source.ip | sort -count | limit 10"};
  }
  for (const std::string& text : queries) {
    if (!ask(**archive, text)) return 1;
  }
  return 0;
}
