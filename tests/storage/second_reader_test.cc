#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <random>

#include "storage/block_codec.h"
#include "tests/storage/archive_helper.h"
#include "tests/storage/frame_maker.h"

namespace vigil {
namespace {

/// Lines that make columns of every kind, from a few senders, and some that make none.
std::vector<std::string> lines_of_every_kind() {
  std::mt19937 random(3);
  FrameMaker make(5);
  std::vector<std::string> lines;
  const auto hex = [&](unsigned digits) {
    std::string text;
    for (unsigned i = 0; i < digits; ++i) text += "0123456789abcdef"[random() % 16];
    return text;
  };
  const auto name = [&] {
    std::string text = "student.";
    for (unsigned i = random() % 8 + 3; i > 0; --i) text += "ghijklmnop"[random() % 10];
    return text;
  };
  for (unsigned i = 0; i < 1500; ++i) {
    const std::string n = std::to_string(i), port = std::to_string(random() % 65'536);
    lines.push_back(
        "<189>date=2026-11-20 time=07:" + std::to_string(10 + i / 60) + ":" + std::to_string(10 + i % 50) +
        " eventtime=" + std::to_string(1'795'158'000'000'000'000ULL + i * 7'000'000ULL) + " srcip=10.1." +
        std::to_string(i % 200) + "." + std::to_string(random() % 256) + " srcport=" + port +
        " again=" + port + " mac=\"00:1b:" + hex(2) + ":" + hex(2) + ":44:55\" id=" + hex(7) +
        " user=" + name() + " action=\"" + (random() % 3 == 0 ? "accept" : "deny") + "\" code=00" +
        std::to_string(100 + random() % 900));
    if (i % 3 == 0) {
      lines.push_back("<134>squid[7]: GET https://www" + std::to_string(random() % 4) + ".school.edu.tw/a/" +
                      hex(9) + "Z/" + n + " tail" + std::string(random() % 20, 'y') +
                      std::string(i % 11 == 0 ? "" : " x"));
    }
    if (i % 5 == 0) lines.push_back(make.frame());
    if (i % 400 == 0) lines.push_back(hex(3) + std::string("\r\n\0 ", 4) + "\xff" + std::string(33'000, 'l'));
  }
  lines.emplace_back();
  return lines;
}

/// Its exit code; what it writes goes to two files.
int run_python(std::vector<std::string> words, const std::filesystem::path& out,
               const std::filesystem::path& said) {
  words.insert(words.begin(), "python3");
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (std::freopen(out.c_str(), "w", stdout) == nullptr ||
        std::freopen(said.c_str(), "w", stderr) == nullptr)
      ::_exit(126);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// A reader written from FORMAT.md alone, in another language, gives what the archive was given.
TEST(SecondReader, ReadsBlocksFromTheirDescription) {
  const test::TemporaryDirectory place;
  if (run_python({"-c", "import ctypes"}, place / "out", place / "said") != 0)
    GTEST_SKIP() << "there is no python3";
  const std::vector<std::string> lines = lines_of_every_kind();
  const std::shared_ptr<Source> sources[] = {test::make_source("a", "gate"), test::make_source("a", "proxy"),
                                             test::make_source("a", "rare")};
  ChunkBuilder builder;
  std::string expected;
  Arena arena;
  std::vector<std::shared_ptr<const Chunk>> chunks;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Record record;
    record.raw = arena.copy(lines[i]);
    record.sequence = 1000 + 2 * i;
    record.received_ns = test::kNoon + static_cast<std::int64_t>(i / 100) * 1'234'567;
    record.event_ns =
        test::kNoon - static_cast<std::int64_t>(i % 9) * (i % 2 == 0 ? 1'000'000'000 : 1'001'000);
    // As the device said it, which then need not be written twice.
    if (const std::size_t time = lines[i].find("eventtime="); time != std::string::npos && i % 50 != 0) {
      record.event_ns = std::stoll(lines[i].substr(time + 10));
    }
    record.format = lines[i].starts_with("<189>") ? Format::fortigate : Format::none;
    record.kinds = Kinds(i % 4 == 0 ? Kind::web : Kind::device);
    if (i % 7 == 0) record.transport_tags.add(Tag::oversize);
    const std::uint32_t source = i % 50 == 0 ? 2 : lines[i].starts_with("<189>") ? 0 : 1;
    builder.add(record, sources[source]);
  }
  chunks.push_back(builder.finish(1, {.first_sequence = 1000, .records = lines.size()}));
  for (const Row& row : chunks.front()->rows()) {
    for (const std::string& number :
         {std::to_string(row.sequence), std::to_string(row.received_ns), std::to_string(row.event_ns),
          std::to_string(row.source), std::to_string(static_cast<unsigned>(row.format)),
          std::to_string(row.kinds), std::to_string(row.tags), std::to_string(row.length)}) {
      expected += number + " ";
    }
    expected.append(chunks.front()->raw(row)) += '\n';
  }
  BlockEncoder encoder(1, 2 * 1024 * 1024);
  const auto block = encoder.encode(chunks, 1, 20'777);
  ASSERT_TRUE(block);
  EXPECT_EQ(encoder.verify_failures(), 0U);
  const auto spit = [&](const std::string& name, const std::string& bytes) {
    std::ofstream(place / name, std::ios::binary) << bytes;
  };
  spit("head", encode_block_head(block->info, {}));
  spit("rows", block->parts[0]);
  for (std::size_t part = 1; part < block->parts.size(); ++part)
    spit("text-" + std::to_string(part), block->parts[part]);

  const int ended = run_python({VIGIL_SOURCE_DIR "/tests/storage/second_reader.py", place.path().string()},
                               place / "out", place / "said");
  const auto slurp = [&](const std::string& name) {
    std::ifstream in(place / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  ASSERT_EQ(ended, 0) << slurp("said");
  EXPECT_TRUE(slurp("out") == expected);
}

}  // namespace
}  // namespace vigil
