#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdlib>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>

#include "archive_helper.h"

extern char** environ;

namespace vigil {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): helpers of this folder

/// What one life of archive_crash said before it died.
struct Life {
  std::uint64_t acked = 0, state = 0;
  std::string reports, trouble;
  bool opened = false;
};

/// Runs archive_crash and kills it some time after its first acknowledgement, unless `fault` lets it die by itself.
Life live(const std::filesystem::path& directory, unsigned seed, std::chrono::milliseconds kill_after,
          const std::string& fault = {}) {
  int pipe_ends[2];
  EXPECT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  if (!fault.empty()) variables.push_back("VIGIL_FAULT=" + fault);
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  std::string program = VIGIL_ARCHIVE_CRASH, where = directory.string(), number = std::to_string(seed);
  char* arguments[] = {program.data(), where.data(), number.data(), nullptr};
  pid_t child = 0;
  EXPECT_EQ(::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environment.data()), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);

  std::string said;
  const auto read_some = [&](int timeout_ms) {
    pollfd waiting{.fd = pipe_ends[0], .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, timeout_ms) <= 0) return true;
    char bytes[65'536];
    const ssize_t count = ::read(pipe_ends[0], bytes, sizeof bytes);
    if (count > 0) said.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
  };
  const auto started = std::chrono::steady_clock::now();
  while (said.find("acked") == std::string::npos && read_some(1000) &&
         std::chrono::steady_clock::now() - started < std::chrono::seconds(60)) {
  }
  const auto until =
      std::chrono::steady_clock::now() + (fault.empty() ? kill_after : std::chrono::milliseconds(20'000));
  while (std::chrono::steady_clock::now() < until && read_some(1)) {
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  while (read_some(0) && [&] {
    pollfd waiting{.fd = pipe_ends[0], .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, 0) > 0;
  }()) {
  }
  ::close(pipe_ends[0]);

  Life life;
  std::string_view rest = said;
  for (std::size_t end; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1)) {
    const std::string line(rest.substr(0, end));
    if (line.starts_with("open "))
      life.opened = true;
    else if (line.starts_with("acked "))
      life.acked = std::stoull(line.substr(6));
    else if (line.starts_with("state "))
      life.state = std::stoull(line.substr(6));
    else if (line.starts_with("report "))
      life.reports += line;
    else
      life.trouble += line;
  }
  return life;
}

/// Opens what a killed process left: everything acknowledged is there once, in order, unchanged.
void check(const std::filesystem::path& directory, const Life& life, const std::string& why) {
  EXPECT_EQ(life.trouble, "") << why;
  EXPECT_EQ(life.reports, "") << why;
  RecoveryReport report;
  const auto archive = open_archive({.directory = directory}, &report);
  ASSERT_TRUE(archive) << why;
  EXPECT_TRUE(report.clean) << why << ": " << report.what;
  std::uint64_t next = 1;
  const auto done = archive->scan(everything(), [&](const StoredRecord& record) {
    EXPECT_EQ(record.sequence, next) << why;
    const std::string name = "record " + std::to_string(next);
    EXPECT_TRUE(record.raw.starts_with(name) &&
                record.raw.find_first_not_of('.', name.size()) == std::string_view::npos)
        << why << ": " << record.raw;
    ++next;
    return !testing::Test::HasFailure();
  });
  ASSERT_TRUE(done) << why << ": " << done.error().what;
  EXPECT_GT(next, life.acked) << why << ": something acknowledged is missing";
  EXPECT_EQ(archive->next_sequence(), next) << why;
  if (life.state > 0) {
    EXPECT_GE(std::stoull(archive->state().get("cursor").value_or("0")), life.state) << why;
  }
}

/// VIGIL_LONG: the long runs of ./test.sh --long.
unsigned cycles(unsigned normally, unsigned at_length) {
  return std::getenv("VIGIL_LONG") != nullptr ? at_length : normally;
}

TEST(ArchiveCrash, NothingAcknowledgedIsMissingOrDoubledAfterKill9) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  std::unique_ptr<TemporaryDirectory> directory;
  for (unsigned cycle = 0; cycle < cycles(20, 500) && !HasFailure(); ++cycle) {
    if (cycle % 5 == 0) directory = std::make_unique<TemporaryDirectory>();
    const std::filesystem::path place = *directory / "archive";
    const auto after = std::chrono::milliseconds(random() % 120);
    const Life life = live(place, static_cast<unsigned>(random()), after);
    check(place, life, "seed " + std::to_string(seed) + ", cycle " + std::to_string(cycle));
  }
}

TEST(ArchiveCrash, NothingIsMissingOrDoubledWhereverDeathComes) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  for (const std::string point : {"journal_written", "journal_synced", "ledger_written", "seal_encoded",
                                  "seal_written", "segment_begun", "night_intended", "night_packed",
                                  "night_written", "night_switched", "night_cleaned"}) {
    TemporaryDirectory directory;
    for (unsigned round = 0; round < cycles(3, 40) && !HasFailure(); ++round) {
      const std::string fault = point + ":" +
                                std::to_string(point == "segment_begun"      ? 1
                                               : point.starts_with("night_") ? 1 + random() % 4
                                                                             : 1 + random() % 40);
      const Life life =
          live(directory / "archive", static_cast<unsigned>(random()), std::chrono::seconds(20), fault);
      check(directory / "archive", life, fault + ", seed " + std::to_string(seed));
    }
  }
}

TEST(ArchiveCrash, DyingWhileADamagedJournalIsWrittenAgainLosesNothingMore) {
  TemporaryDirectory directory;
  const std::filesystem::path place = directory / "archive";
  live(place, 5, std::chrono::milliseconds(30));
  std::uint64_t before = 0;
  {
    const auto archive = open_archive({.directory = place});
    BatchMaker maker;
    for (int i = 0; i < 20; ++i) {
      const std::string name = "record " + std::to_string(archive->next_sequence());
      commit(*archive, maker.add(name, make_source("school-a")).take());
    }
    before = archive->next_sequence();
  }
  // A bit in the middle of the newest segment, which nothing of is sealed.
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(place / "journal"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::ifstream in(files.back(), std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(files.back(), std::ios::binary) << bytes;

  const Life life = live(place, 6, std::chrono::seconds(20), "salvage_written:1");
  EXPECT_FALSE(life.opened) << "it died while it recovered";
  RecoveryReport report;
  const auto archive = open_archive({.directory = place}, &report);
  ASSERT_TRUE(archive);
  EXPECT_FALSE(report.clean);
  EXPECT_EQ(report.lost_records, 1U) << report.what;
  std::uint64_t seen = 0, last = 0;
  const auto done = archive->scan(everything(), [&](const StoredRecord& record) {
    EXPECT_GT(record.sequence, last) << "doubled";
    last = record.sequence;
    ++seen;
    return true;
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(seen, before - 2);
}

}  // namespace
}  // namespace vigil
