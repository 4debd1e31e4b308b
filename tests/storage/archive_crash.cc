// Opens an archive, commits records that name their own sequence, and says after each commit up to where it was told
// "durable": until it is killed. archive_crash DIRECTORY SEED
// archive_crash DIRECTORY retire NS gives up what is past its time then, but for what school-b said.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>

#include "archive_helper.h"

namespace {

using namespace vigil;

void say(const std::string& line) {
  // One write each: a line is in the pipe whole or not at all, whenever death comes.
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(3);
}

int run(const std::string& directory, unsigned seed) {
  std::mt19937 random(seed);
  ArchiveOptions options{.directory = directory};
  options.block_raw_bytes = 1U << (10 + random() % 8);
  options.tail_raw_bytes_max = 1U << (12 + random() % 8);
  RecoveryReport report;
  auto opened = Archive::open(options, &report);
  if (!opened) {
    say("refused " + opened.error().what + "\n");
    return 1;
  }
  Archive& archive = **opened;
  if (!report.clean) say("report " + report.what + "\n");
  say("open " + std::to_string(archive.next_sequence()) + "\n");

  std::thread sealer([&archive, seed] {
    std::mt19937 mine(seed + 1);
    for (;;) {
      if (!archive.seal(mine() % 4 == 0, test::kNoon)) say("seal failed\n");
      std::this_thread::sleep_for(std::chrono::microseconds(mine() % 3000));
    }
  });
  sealer.detach();
  // The night's work beside it, of whatever is sealed; its fault points are met within the first second.
  std::thread night([&archive] {
    for (;;) {
      if (!archive.night({.now_ns = test::kNoon, .everything = true, .go_on = {}})) say("night failed\n");
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  night.detach();

  const std::shared_ptr<const Source> sources[] = {test::make_source("school-a"),
                                                   test::make_source("school-b"),
                                                   test::make_source("school-a", "srv2", false)};
  test::BatchMaker maker;
  for (;;) {
    const std::uint64_t first = archive.next_sequence();
    // Mostly a few, now and then many, and now and then so many that they are written past the page cache.
    const unsigned shape = random() % 64;
    const std::uint64_t count = 1 + random() % (shape == 0 ? 8000 : shape < 8 ? 400 : 12);
    for (std::uint64_t i = 0; i < count; ++i) {
      maker.add("record " + std::to_string(first + i) + std::string(random() % 200, '.'),
                sources[random() % 3]);
    }
    const std::shared_ptr<Batch> batches[] = {maker.take()};
    if (const auto done = archive.commit(batches); !done) {
      say("commit failed " + done.error().what + "\n");
      return 1;
    }
    say("acked " + std::to_string(first + count - 1) + "\n");
    if (random() % 16 == 0) {
      StateChange change;
      change.put("cursor", std::to_string(first + count - 1));
      if (archive.state().commit(change)) say("state " + std::to_string(first + count - 1) + "\n");
    }
  }
}

int retire(const std::string& directory, std::int64_t now_ns) {
  auto opened = Archive::open({.directory = directory}, nullptr);
  if (!opened) return 1;
  const auto done = (*opened)->retire(
      {.now_ns = now_ns, .months = 6, .out_of_scope_days = 184, .holds = [](const auto& question) {
         return question.organisation == "school-b";
       }});
  return done ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[2]) == "retire")
    return retire(argv[1], std::strtoll(argv[3], nullptr, 10));
  if (argc != 3) return 2;
  return run(argv[1], static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)));
}
