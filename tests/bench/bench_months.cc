// Six months of a site: made day by day, packed by night, then asked, with cold and warm caches.
//
//   bench_months DIRECTORY CORPUS… [--days 180] [--day-bytes N] [--rounds 5] [--keep]
//
// Each day takes the next of the corpora, up to so many bytes, received over its twenty-four hours; one line of each day has
// a word of its own. With --keep an archive that is there already is asked without making it anew. Caches are dropped through
// /proc/sys/vm/drop_caches where that is allowed; else only the archive's own are cold, and it says so.

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "storage/archive.h"
#include "storage/days.h"
#include "storage/query.h"
#include "tests/bench/corpus_batches.h"

namespace {

using namespace vigil;

constexpr std::int64_t kFirstDay = 20'400 * kDayNs;  // 2025-11-08

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
double cpu() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}
double resident_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

struct Settings {
  std::filesystem::path directory;
  std::vector<std::string> corpora;
  long days = 180, day_bytes = 105'000'000, rounds = 5;
  bool keep = false;
};

bool read_settings(const std::vector<std::string>& arguments, Settings& settings) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--keep") {
      settings.keep = true;
    } else if (argument.starts_with("--")) {
      long* const number = argument == "--days"        ? &settings.days
                           : argument == "--day-bytes" ? &settings.day_bytes
                           : argument == "--rounds"    ? &settings.rounds
                                                       : nullptr;
      if (number == nullptr || ++i == arguments.size()) return false;
      std::from_chars(arguments[i].data(), arguments[i].data() + arguments[i].size(), *number);
    } else if (settings.directory.empty()) {
      settings.directory = argument;
    } else {
      settings.corpora.push_back(argument);
    }
  }
  return !settings.directory.empty() && (settings.keep || !settings.corpora.empty()) && settings.days > 0;
}

int fail(const StoreError& error) {
  std::fprintf(stderr, "%s\n", error.what.c_str());
  return 4;
}

int make(Archive& archive, const Settings& settings) {
  std::vector<std::string> texts;
  for (const std::string& corpus : settings.corpora) {
    std::ifstream in(corpus, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    text.resize(std::min(text.size(), static_cast<std::size_t>(settings.day_bytes)));
    text.resize(text.rfind('\n') + 1);
    texts.push_back(std::move(text));
  }
  double ingest = 0, night = 0, records = 0;
  for (long day = 0; day < settings.days; ++day) {
    const std::string& text = texts[static_cast<std::size_t>(day) % texts.size()];
    const std::int64_t begin = kFirstDay + day * kDayNs;
    const auto lines = std::count(text.begin(), text.end(), '\n');
    auto batches = make_batches(
        text + "<13>Nov 20 09:00:00 srv1 app: marker ofday" + std::to_string(day) + "only\n",
        {.received_ns = begin, .between_ns = kDayNs / (lines + 1000), .events_follow_receipt = true});
    const double start = cpu();
    for (std::size_t i = 0; i < batches.size(); i += 8) {
      const std::size_t count = std::min<std::size_t>(8, batches.size() - i);
      records += static_cast<double>(batches[i]->records.size());
      if (auto done = archive.commit(std::span(batches).subspan(i, count)); !done) return fail(done.error());
      if (auto done = archive.seal(i + 8 >= batches.size(), 0); !done) return fail(done.error());
    }
    const double middle = cpu();
    if (auto done = archive.night({.now_ns = begin + 2 * kDayNs, .everything = false, .go_on = {}}); !done)
      return fail(done.error());
    ingest += middle - start;
    night += cpu() - middle;
  }
  std::printf("made: CPU s of ingest %.1f, of the night's work %.1f\n", ingest, night);
  return 0;
}

/// False if nobody may.
bool drop_caches() {
  ::sync();
  std::ofstream out("/proc/sys/vm/drop_caches");
  out << "3" << std::flush;
  return out.good();
}

struct Question {
  const char* what;
  std::string query;
  std::uint64_t limit = 100;
};

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (!read_settings({argv + 1, argv + argc}, settings)) {
    std::fputs("bench_months DIRECTORY CORPUS... [--days N] [--day-bytes N] [--rounds N] [--keep]\n", stderr);
    return 2;
  }
  if (!settings.keep) std::filesystem::remove_all(settings.directory);
  const ArchiveOptions options{.directory = settings.directory};
  {
    auto archive = Archive::open(options, nullptr);
    if (!archive) return fail(archive.error());
    if (!settings.keep) {
      if (const int failed = make(**archive, settings); failed != 0) return failed;
    }
  }
  const double opening = now();
  auto archive = Archive::open(options, nullptr);
  if (!archive) return fail(archive.error());
  std::printf("opened in %.3f s\n", now() - opening);
  const ArchiveStats stats = (*archive)->stats();
  const double raw = static_cast<double>(stats.raw_bytes);
  std::printf(
      "records %llu  raw %.2f GB  stored %.3f GB  index %.3f GB (%.2f %% of raw)  ratio %.2f  blocks %llu\n",
      static_cast<unsigned long long>(stats.records), raw / 1e9,
      static_cast<double>(stats.stored_bytes) / 1e9, static_cast<double>(stats.index_bytes) / 1e9,
      100.0 * static_cast<double>(stats.index_bytes) / raw,
      raw / static_cast<double>(stats.stored_bytes + stats.index_bytes),
      static_cast<unsigned long long>(stats.blocks));

  const double gib = raw / (1024.0 * 1024 * 1024);
  const Question questions[] = {
      {"word, absent", "nowhereatall"},
      {"word, on one day", "ofday" + std::to_string(settings.days / 3) + "only"},
      {"address, absent", "198.51.100.77"},
      {"two words, absent together", "teardown ofday3only nowhere"},
      {"part of a word, absent", "*qzxv*"},
      {"part of words, absent", "\"ardow buil\""},
      {"first page of a word that is everywhere", "teardown"},
      {"first page of everything", ""},
      {"first page of a part", "*ardow*"},
      {"first page of a field", "event.outcome:failure"},
      {"count by hour and source", "| stats count() by bucket(1h), log.source.address"},
      {"count by day and host", "| stats count() by bucket(1d), host.name"},
      {"count by hour, kind", "| stats count() by bucket(1h), vigil.kinds"},
  };
  std::printf("%-42s %10s %10s %10s   %s\n", "question", "cold ms", "warm ms", "rows",
              "cold per GiB, warm per GiB");
  bool dropped = true;
  for (const Question& question : questions) {
    const auto query = Query::parse(question.query);
    if (!query) return 3;
    std::vector<double> cold, warm;
    std::uint64_t rows = 0;
    for (long round = 0; round < 2 * settings.rounds; ++round) {
      const bool is_cold = round < settings.rounds;
      if (is_cold) {
        archive->reset();
        archive = Archive::open(options, nullptr);
        if (!archive) return fail(archive.error());
        dropped = drop_caches() && dropped;
      }
      SearchRequest request;
      request.range.organisations = {"*"};
      request.limit = question.limit;
      const double start = now();
      const auto done = search(**archive, *query, request, [](const SearchRow&) { return true; });
      if (!done) return fail(done.error());
      (is_cold ? cold : warm).push_back((now() - start) * 1e3);
      rows = done->rows;
    }
    std::sort(cold.begin(), cold.end());
    std::sort(warm.begin(), warm.end());
    const double c = cold[cold.size() / 2], w = warm[warm.size() / 2];
    std::printf("%-42s %10.2f %10.2f %10llu   %.2f, %.2f\n", question.what, c, w,
                static_cast<unsigned long long>(rows), c / gib, w / gib);
  }
  std::printf("page cache %s; at most %.0f MiB resident\n",
              dropped ? "dropped before each cold question" : "could not be dropped", resident_mib());
  return 0;
}
