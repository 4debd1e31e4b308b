// Real files in a directory of their own, a real archive, and a clock that is turned by hand.

#include "daemon/file_tail.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "config/config.h"
#include "parsers/charset.h"
#include "parsers/envelope.h"
#include "tests/storage/archive_helper.h"

namespace vigil {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr std::int64_t kNow = 1'795'158'000'000'000'000;  // 2026-11-20T07:00:00Z

void write(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void gzip(const fs::path& from, const fs::path& to) {
  const gzFile out = ::gzopen(to.c_str(), "wb");
  const std::string text = read_file(from);
  ::gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(out);
}

/// vigild's part that follows files. `Life` is one run of it: a new one on the same archive is a restart.
class FileTailTest : public testing::Test {
 protected:
  FileTailTest() {
    listener_.description = {.id = "file:test", .transport = "file", .organisation = "default"};
    listener_.zone = "Asia/Taipei";
    listener_.stats = &counters_.add_listener("file:test", "file", "test");
    ArchiveOptions options;
    options.directory = directory_ / "archive";
    archive_ = std::move(*Archive::open(options, nullptr));
    fs::create_directory(logs());
  }

  fs::path logs() const { return directory_ / "logs"; }
  fs::path log(const std::string& name) const { return logs() / name; }

  class Life {
   public:
    Life(FileTailTest& test, std::vector<std::string> patterns)
        : test_(test), writer_(*test.archive_, test.counters_) {
      FileGroup group{.listener = &test.listener_,
                      .patterns = FilePatterns(std::move(patterns)),
                      .record_start = test.record_start_,
                      .peer = "here",
                      .host = "here"};
      tail_ = std::make_unique<FileTail>(*test.archive_, writer_, test.sources_, test.counters_, test.pool_,
                                         std::vector{std::move(group)}, test.limits_);
      writer_.observe([this](const std::shared_ptr<Batch>& batch) { tail_->committed(batch); });
      writer_.start();
    }
    ~Life() { writer_.stop(); }

    /// Time goes on, and everything that can happen by then does; in steps of a look, as in life.
    void wait(std::chrono::milliseconds time = 1'000ms) {
      const auto until = test_.steady_ + time;
      for (;;) {
        settle();
        if (test_.steady_ >= until) return;
        test_.steady_ = std::min(until, test_.steady_ + 1'000ms);
      }
    }
    /// What can happen without time going on.
    void settle() {
      for (int quiet = 0; quiet < 3;) {
        const auto wait = tail_->step({test_.steady_, kNow + (test_.steady_ - SteadyStart()).count()});
        quiet = wait >= 20ms && writer_.queued_bytes() == 0 ? quiet + 1 : 0;
        ::usleep(1'000);  // for the writer's thread
      }
    }
    /// As a stop: what was read is bookmarked.
    void stop() {
      writer_.stop();
      tail_->finish();
    }
    FileTail& tail() { return *tail_; }
    Writer& writer() { return writer_; }

   private:
    FileTailTest& test_;
    Writer writer_;
    std::unique_ptr<FileTail> tail_;
  };

  static FileTail::SteadyTime SteadyStart() { return FileTail::SteadyTime(1'000s); }

  /// What is stored, in order: "name: line [tags]".
  std::string stored() const {
    std::string out;
    ScanRange range;
    range.organisations = {"*"};
    range.newest_first = false;
    const auto scanned = archive_->scan(range, [&out](const StoredRecord& record) {
      std::string path;
      Envelope::for_each(record.source->envelope,
                         [&path](std::string_view, std::string_view value) { path = value; });
      out += (out.empty() ? "" : " | ") + fs::path(path).filename().string() + ": " + std::string(record.raw);
      for (unsigned i = 0; i < static_cast<unsigned>(Tag::count_); ++i) {
        if (record.transport_tags.has(static_cast<Tag>(i)))
          out += " [" + std::string(tag_name(static_cast<Tag>(i))) + "]";
      }
      return true;
    });
    EXPECT_TRUE(scanned);
    return out;
  }
  std::map<std::string, int> stored_lines() const {
    std::map<std::string, int> out;
    ScanRange range;
    range.organisations = {"*"};
    const auto scanned = archive_->scan(range, [&out](const StoredRecord& record) {
      ++out[std::string(record.raw)];
      return true;
    });
    EXPECT_TRUE(scanned);
    return out;
  }
  void expect_each_once(int lines, std::string_view why) {
    const auto stored = stored_lines();
    EXPECT_EQ(stored.size(), static_cast<std::size_t>(lines)) << why;
    for (const auto& [line, count] : stored) EXPECT_EQ(count, 1) << why << ": " << line;
  }
  /// Lines long enough that fronts and backs of files tell them apart.
  static std::string numbered(int from, int to) {
    std::string out;
    for (int i = from; i < to; ++i)
      out += "2026-11-20T07:00:00Z app line " + std::to_string(i) + " of the log that is written\n";
    return out;
  }

  test::TemporaryDirectory directory_;
  std::unique_ptr<Archive> archive_;
  Counters counters_;
  SourceTable sources_{std::make_shared<AssetTable>(embedded_default())};
  std::shared_ptr<BatchPool> pool_ = std::make_shared<BatchPool>();
  IntakeListener listener_;
  FileTailLimits limits_;
  std::optional<RecordStart> record_start_;
  FileTail::SteadyTime steady_ = SteadyStart();
};

TEST_F(FileTailTest, ReadsAFileFromItsBeginningAndOnWhenItGrows) {
  write(log("a.log"), "one\ntwo\n");
  Life life(*this, {log("*.log")});
  life.wait();
  EXPECT_EQ(stored(), "a.log: one | a.log: two");
  write(log("a.log"), "three\n");
  life.settle();  // inotify says so at once
  life.wait();
  EXPECT_EQ(stored(), "a.log: one | a.log: two | a.log: three");
  EXPECT_EQ(life.tail().status().at(0).behind, 0U);
  EXPECT_EQ(counters_.received(), counters_.stored());
}

TEST_F(FileTailTest, WaitsFiveSecondsForTheEndOfALine) {
  write(log("a.log"), "one\ntw");
  Life life(*this, {log("a.log")});
  life.wait(4s);
  EXPECT_EQ(stored(), "a.log: one");
  write(log("a.log"), "o\nthr");
  life.wait(4s);
  EXPECT_EQ(stored(), "a.log: one | a.log: two");
  life.wait(2s);
  EXPECT_EQ(stored(), "a.log: one | a.log: two | a.log: thr [partial_eof]");
}

TEST_F(FileTailTest, ReadsARenamedFileToItsEndBeforeTheOneThatHasItsName) {
  write(log("a.log"), numbered(0, 10));
  Life life(*this, {log("a.log")});
  life.wait();
  write(log("a.log"), numbered(10, 20));
  fs::rename(log("a.log"), log("a.log.1"));
  write(log("a.log"), numbered(30, 40));
  write(log("a.log.1"), numbered(20, 30));  // its writer has not been told yet
  life.wait();
  write(log("a.log.1"), numbered(40, 41));
  life.wait();
  std::string all;
  for (const auto& [line, count] : stored_lines()) all += line + "\n";
  expect_each_once(41, "rename");
  EXPECT_LT(stored().find("line 29 "), stored().find("line 30 "));
  life.wait(70s);
  EXPECT_EQ(life.tail().status().size(), 1U) << "the old one is closed once nobody writes it";
}

TEST_F(FileTailTest, FollowsAPatternThatNamesTheRotatedFilesToo) {
  write(log("a.log"), numbered(0, 10));
  Life life(*this, {log("a.log*")});
  life.wait();
  for (int round = 1; round < 4; ++round) {
    if (fs::exists(log("a.log.1"))) fs::rename(log("a.log.1"), log("a.log.2"));
    fs::rename(log("a.log"), log("a.log.1"));
    write(log("a.log"), numbered(10 * round, 10 * round + 10));
    life.wait();
    gzip(log("a.log.1"), log("a.log.1.gz"));
    fs::remove(log("a.log.1"));
    life.wait(10s);
  }
  expect_each_once(40, "rename, then compress");
}

TEST_F(FileTailTest, ReadsATruncatedFileFromItsBeginningAgainAndSaysSo) {
  write(log("a.log"), numbered(0, 10));
  Life life(*this, {log("a.log")});
  life.wait();
  fs::resize_file(log("a.log"), 0);
  life.wait();
  write(log("a.log"), "new\nnewer\n");
  life.wait();
  const std::string all = stored();
  EXPECT_TRUE(all.ends_with("a.log: new [file_truncated] | a.log: newer")) << all;
  EXPECT_EQ(life.tail().restarts(), 1U);
}

TEST_F(FileTailTest, NoticesATruncationThoughTheFileHasGrownPastWhereItWas) {
  write(log("a.log"), numbered(0, 10));
  Life life(*this, {log("a.log")});
  life.wait();
  fs::resize_file(log("a.log"), 0);
  write(log("a.log"), numbered(10, 40));
  life.wait();
  expect_each_once(40, "truncated and written again between two looks");
}

TEST_F(FileTailTest, TakesACopyThatIsMadeBeforeATruncationForWhatItIs) {
  write(log("a.log"), numbered(0, 10));
  Life life(*this, {log("a.log*")});
  life.wait();
  // logrotate's copytruncate, with lines nobody has read yet.
  write(log("a.log"), numbered(10, 12));
  fs::copy_file(log("a.log"), log("a.log.1"));
  fs::resize_file(log("a.log"), 0);
  life.wait();
  write(log("a.log"), numbered(12, 20));
  life.wait(3s);
  expect_each_once(20, "copied, truncated");
  // A copy that was seen before the truncation.
  fs::copy_file(log("a.log"), log("a.log.2"));
  life.wait();
  fs::resize_file(log("a.log"), 0);
  write(log("a.log"), numbered(20, 25));
  life.wait(3s);
  expect_each_once(25, "copied, looked at, truncated");
}

TEST_F(FileTailTest, WaitsForACopyThatIsBeingMadeUntilItsOriginalIsTruncated) {
  write(log("a.log"), numbered(0, 200));
  Life life(*this, {log("a.log*")});
  life.wait();
  const std::string text = read_file(log("a.log"));
  write(log("a.log.1"), text.substr(0, 4096));
  life.wait();
  write(log("a.log.1"), text.substr(4096));
  life.wait();
  fs::resize_file(log("a.log"), 0);
  write(log("a.log"), numbered(200, 220));
  life.wait(3s);
  expect_each_once(220, "a copy in pieces");
  // A generation of which nothing was read before it was copied, and is read before it is truncated.
  fs::remove(log("a.log.1"));
  fs::resize_file(log("a.log"), 0);
  write(log("a.log"), numbered(220, 400));
  fs::copy_file(log("a.log"), log("a.log.1"));
  life.wait(2s);
  fs::resize_file(log("a.log"), 0);
  write(log("a.log"), numbered(400, 410));
  life.wait(3s);
  expect_each_once(410, "a young generation");
  // Nobody truncates this one.
  write(log("a.log"), numbered(410, 600));
  life.wait();
  fs::copy_file(log("a.log"), log("a.log.bak"));
  life.wait(10s);
  write(log("a.log"), numbered(600, 610));
  life.wait(3s);
  expect_each_once(610, "only a copy");
}

TEST_F(FileTailTest, KnowsACopyThatWasMadeWhileNobodyLooked) {
  write(log("a.log"), numbered(0, 20));
  {
    Life life(*this, {log("a.log*")});
    life.wait();
    life.stop();
  }
  write(log("a.log"), numbered(20, 25));
  fs::copy_file(log("a.log"), log("a.log.1"));
  fs::resize_file(log("a.log"), 0);
  write(log("a.log"), numbered(25, 30));
  Life life(*this, {log("a.log*")});
  life.wait(3s);
  expect_each_once(30, "copied and truncated while nobody looked");
}

TEST_F(FileTailTest, ReadsFilesThatOnlyBeginWithTheSameBanner) {
  const std::string banner = numbered(0, 3);
  write(log("a.log"), banner);
  Life life(*this, {log("*.log")});
  life.wait();
  write(log("b.log"), banner);
  life.wait(10s);
  write(log("b.log"), numbered(3, 5));
  life.wait(2s);
  for (const auto& [line, count] : stored_lines()) {
    EXPECT_EQ(count, banner.find(line) != std::string::npos ? 2 : 1) << line;
  }
  EXPECT_EQ(stored_lines().size(), 5U);
}

TEST_F(FileTailTest, FollowsASymbolicLinkToItsNewTarget) {
  write(log("day-1"), numbered(0, 5));
  write(log("day-2"), numbered(5, 10));
  fs::create_symlink(log("day-1"), log("current"));
  Life life(*this, {log("current")});
  life.wait();
  expect_each_once(5, "first target");
  fs::remove(log("current"));
  fs::create_symlink(log("day-2"), log("current"));
  write(log("day-1"), numbered(10, 11));
  life.wait(2s);
  expect_each_once(11, "second target");
}

TEST_F(FileTailTest, ReadsADeletedFileToItsEnd) {
  write(log("a.log"), numbered(0, 5));
  Life life(*this, {log("a.log")});
  life.wait();
  std::ofstream held(log("a.log"), std::ios::app);
  fs::remove(log("a.log"));
  held << numbered(5, 10) << "end" << std::flush;
  life.wait(10s);
  expect_each_once(11, "deleted");
  life.wait(61s);
  EXPECT_TRUE(life.tail().status().empty());
}

TEST_F(FileTailTest, FindsFilesAndDirectoriesThatAppearLater) {
  Life life(*this, {log("*/*.log")});
  life.wait();
  fs::create_directory(log("web"));
  write(log("web/a.log"), "one\n");
  life.wait();
  write(log("web/b.log"), "two\n");
  life.settle();
  life.wait();
  EXPECT_EQ(stored(), "a.log: one | b.log: two");
}

TEST_F(FileTailTest, ReadsAnArchiveOnceWhenItHasStoppedGrowing) {
  write(log("plain"), numbered(0, 5'000) + "end");
  gzip(log("plain"), log("a.gz"));
  const auto size = fs::file_size(log("a.gz"));
  fs::copy_file(log("a.gz"), log("whole"));
  fs::resize_file(log("a.gz"), size / 2);
  {
    Life life(*this, {log("*.gz")});
    life.wait(4s);
    EXPECT_EQ(stored(), "");
    fs::copy_file(log("whole"), log("a.gz"), fs::copy_options::overwrite_existing);
    life.wait(10s);
    expect_each_once(5'001, "archive");
    EXPECT_TRUE(life.tail().status().empty());
    life.stop();
  }
  Life life(*this, {log("*.gz")});
  life.wait(20s);
  expect_each_once(5'001, "archive, after a restart");
}

TEST_F(FileTailTest, KeepsWhatCanBeReadOfADamagedArchiveAndSaysSo) {
  write(log("plain"), numbered(0, 5'000));
  gzip(log("plain"), log("a.gz"));
  fs::resize_file(log("a.gz"), fs::file_size(log("a.gz")) / 2);
  write(log("b.gz"), "\x1f\x8b\x08 nothing of the kind");
  Life life(*this, {log("*.gz")});
  life.wait(7s);
  EXPECT_GT(stored_lines().size(), 1'000U);
  life.wait(20s);
  for (const auto& [line, count] : stored_lines()) EXPECT_EQ(count, 1) << line;
}

TEST_F(FileTailTest, RefusesWhatIsNoFileAndWaitsForOne) {
  ASSERT_EQ(::mkfifo(log("fifo").c_str(), 0600), 0);
  fs::create_directory(log("directory"));
  fs::create_symlink("/dev/zero", log("device"));
  Life life(*this, {log("fifo"), log("directory"), log("device"), log("missing")});
  life.wait(3s);
  std::map<std::string, std::string> troubles;
  for (const auto& file : life.tail().status()) troubles[fs::path(file.path).filename()] = file.trouble;
  EXPECT_EQ(troubles, (std::map<std::string, std::string>{
                          {"fifo", "not_a_file"}, {"directory", "not_a_file"}, {"device", "not_a_file"}}));
  fs::remove(log("fifo"));
  write(log("fifo"), "one\n");
  life.wait();
  EXPECT_EQ(stored(), "fifo: one");
}

TEST_F(FileTailTest, OpensNoMoreFilesThanTheLimitAndTheRestLater) {
  limits_.files_max = 2;
  for (const char* const name : {"a.log", "b.log", "c.log"}) write(log(name), std::string(name) + "\n");
  Life life(*this, {log("*.log")});
  life.wait();
  EXPECT_EQ(stored_lines().size(), 2U);
  const auto status = life.tail().status();
  ASSERT_EQ(status.size(), 3U);
  EXPECT_EQ(status.at(2).trouble, "too_many");
  fs::remove(status.at(0).path);
  life.wait(70s);
  EXPECT_EQ(stored_lines().size(), 3U);
}

TEST_F(FileTailTest, GoesOnWhereItStoppedAfterARestart) {
  write(log("a.log"), numbered(0, 10) + "half");
  {
    Life life(*this, {log("a.log")});
    life.wait();
    life.stop();
  }
  write(log("a.log"), " and half\n" + numbered(10, 20));
  Life life(*this, {log("a.log")});
  life.wait();
  expect_each_once(21, "restart");
  EXPECT_TRUE(stored_lines().contains("half and half"));
}

TEST_F(FileTailTest, ReadsTheRestOfAFileThatWasRenamedWhileNobodyLooked) {
  write(log("a.log"), numbered(0, 10));
  {
    Life life(*this, {log("a.log")});
    life.wait();
    life.stop();
  }
  write(log("a.log"), numbered(10, 20));
  fs::rename(log("a.log"), log("a.log.1"));
  write(log("a.log"), numbered(20, 30));
  Life life(*this, {log("a.log")});
  life.wait();
  expect_each_once(30, "renamed while stopped");
  EXPECT_LT(stored().find("line 19 "), stored().find("line 20 "));
}

TEST_F(FileTailTest, StoresNothingTwiceWhenItIsKilledBetweenTheCommitAndTheBookmark) {
  write(log("a.log"), numbered(0, 10));
  {
    Life life(*this, {log("a.log")});
    life.wait();  // bookmarked
    write(log("a.log"), numbered(10, 20) + "hal");
    life.settle();  // stored; time stands still, so no bookmark is written
    life.settle();
    EXPECT_EQ(stored_lines().size(), 20U);
  }
  write(log("a.log"), "f\n" + numbered(20, 30));
  {
    Life life(*this, {log("a.log")});
    life.settle();
  }
  Life life(*this, {log("a.log")});
  life.wait(3s);
  expect_each_once(31, "killed twice");
}

TEST_F(FileTailTest, GivesOnlyTheRestOfALineWhoseFrontIsStored) {
  write(log("a.log"), "one\n");
  limits_.save_every = 1h;
  {
    Life life(*this, {log("a.log")});
    life.wait(1s);
    write(log("a.log"), "tw");
    life.wait(7s);
  }
  EXPECT_EQ(stored(), "a.log: one | a.log: tw [partial_eof]");
  write(log("a.log"), "o\nthree\n");
  limits_.save_every = 200ms;
  Life life(*this, {log("a.log")});
  life.wait(2s);
  EXPECT_EQ(stored(), "a.log: one | a.log: tw [partial_eof] | a.log: o | a.log: three");
}

TEST_F(FileTailTest, StoresNothingTwiceWhenARotationFallsIntoTheKill) {
  write(log("a.log"), numbered(0, 10));
  {
    Life life(*this, {log("a.log")});
    life.wait();
    write(log("a.log"), numbered(10, 20));
    life.settle();
    fs::rename(log("a.log"), log("a.log.1"));
    write(log("a.log"), numbered(20, 30));
    life.settle();
    life.settle();
    EXPECT_EQ(stored_lines().size(), 30U);
  }
  Life life(*this, {log("a.log")});
  life.wait(3s);
  expect_each_once(30, "killed while rotated");
}

TEST_F(FileTailTest, KnowsANewFileThatGotTheInodeOfAnOldOne) {
  write(log("a.log"), numbered(0, 10));
  struct stat before {};
  ASSERT_EQ(::stat(log("a.log").c_str(), &before), 0);
  {
    Life life(*this, {log("a.log")});
    life.wait();
    life.stop();
  }
  fs::resize_file(log("a.log"), 0);  // the same inode with other content, as a file system may give it again
  write(log("a.log"), numbered(50, 70));
  Life life(*this, {log("a.log")});
  life.wait();
  expect_each_once(30, "inode used again");
}

TEST_F(FileTailTest, ReadsUtf16AndKeepsItsMarkBeforeEveryLine) {
  std::string text;
  for (const char16_t c : std::u16string_view(u"\ufeff登入 one\r\ntwo\r\n")) {
    text += {static_cast<char>(c & 0xff), static_cast<char>(c >> 8)};
  }
  write(log("a.log"), text.substr(0, 9));
  Life life(*this, {log("a.log")});
  life.wait();
  write(log("a.log"), text.substr(9));
  life.wait();
  std::vector<std::string> shown;
  Arena arena;
  for (const auto& [line, count] : stored_lines()) {
    shown.emplace_back(decode_text(line, Charset::automatic, Controls::escaped, arena).text);
  }
  EXPECT_EQ(shown, (std::vector<std::string>{"two", "登入 one"}));
}

TEST_F(FileTailTest, JoinsTheLinesOfATrace) {
  record_start_ = *RecordStart::compile("^[A-Z]");
  write(log("a.log"), "Exception\n\tat a\n\tat b\nNext\n");
  Life life(*this, {log("a.log")});
  life.wait();
  EXPECT_EQ(stored(), "a.log: Exception\n\tat a\n\tat b");
  life.wait(6s);
  EXPECT_EQ(stored(), "a.log: Exception\n\tat a\n\tat b | a.log: Next");
}

TEST_F(FileTailTest, ReadsWhatIsWrittenOverTheNulsOfAFileOfFixedSize) {
  const std::string lines = numbered(0, 40);
  write(log("a.log"), std::string(100'000, '\0'));
  std::fstream file(log("a.log"), std::ios::in | std::ios::out | std::ios::binary);
  file << lines.substr(0, 1'000) << std::flush;
  Life life(*this, {log("a.log")});
  life.wait();
  file << lines.substr(1'000, 1'000) << std::flush;
  life.wait();
  file << lines.substr(2'000) << std::flush;
  life.wait();
  expect_each_once(40, "written over");
}

// Long lines, so that the batches fill before the small file's turn would come.
TEST_F(FileTailTest, LetsALoudFileNotStarveTheOthers) {
  write(log("a-loud.log"), std::string(64, 'x'));
  fs::resize_file(log("a-loud.log"), 0);
  std::string loud;
  for (int i = 0; i < 40'000; ++i) loud += "loud " + std::to_string(i) + std::string(200, '.') + "\n";
  write(log("a-loud.log"), loud);
  write(log("b-quiet.log"), "quiet\n");
  Life life(*this, {log("*.log")});
  life.wait(0ms);
  const std::string all = stored();
  const std::size_t at = all.find("b-quiet.log: quiet");
  ASSERT_NE(at, std::string::npos);
  EXPECT_LT(at, all.size() / 4);
}

TEST(FileTail, ReadsNoFasterThanTheWriterTakes) {
  test::TemporaryDirectory directory;
  ArchiveOptions options;
  options.directory = directory / "archive";
  const auto archive = std::move(*Archive::open(options, nullptr));
  Counters counters;
  Writer writer(*archive, counters);  // not started: nothing is taken
  SourceTable sources(std::make_shared<AssetTable>(embedded_default()));
  IntakeListener listener;
  listener.description = {.id = "file:test", .transport = "file", .organisation = "default"};
  listener.zone = "Asia/Taipei";
  listener.stats = &counters.add_listener("file:test", "file", "test");
  std::string lines;
  for (int i = 0; i < 200'000; ++i) lines += "line " + std::to_string(i) + std::string(180, '.') + "\n";
  write(directory / "big.log", lines);
  FileGroup group{.listener = &listener,
                  .patterns = FilePatterns({directory / "big.log"}),
                  .record_start = std::nullopt,
                  .peer = "here",
                  .host = "here"};
  FileTail tail(*archive, writer, sources, counters, std::make_shared<BatchPool>(),
                std::vector{std::move(group)});
  for (int i = 0; i < 1'000; ++i) tail.step({FileTail::SteadyTime(std::chrono::seconds(1'000)), kNow});
  EXPECT_TRUE(writer.streams_wait());
  EXPECT_LT(writer.queued_bytes(), 10U * 1024 * 1024);
}

TEST(GzipFile, RefusesToGoOnWhereItIsABomb) {
  test::TemporaryDirectory directory;
  const gzFile out = ::gzopen((directory / "bomb.gz").c_str(), "wb9");
  const std::string zeros(1 << 20, '\0');
  for (int i = 0; i < 64; ++i) ::gzwrite(out, zeros.data(), 1 << 20);
  ::gzclose(out);
  const OpenFile file(::open((directory / "bomb.gz").c_str(), O_RDONLY | O_CLOEXEC));
  GzipFile gzip(file.fd());
  std::string buffer(256 * 1024, '\0');
  std::size_t bytes = 0;
  while (gzip.state() == GzipFile::State::more) bytes += gzip.read({buffer.data(), buffer.size()});
  EXPECT_EQ(gzip.state(), GzipFile::State::too_much);
  EXPECT_LT(bytes, 40U << 20U);
}

TEST(FileBookmark, IsWrittenAndReadAgain) {
  FileBookmark mark{.path = "/var/log/a b\n.log",
                    .device = 7,
                    .inode = 1ULL << 60U,
                    .front = {256, 0xdeadbeef},
                    .offset = 12,
                    .back = {12, 3},
                    .finished = 0,
                    .seen_ns = kNow};
  const auto again = FileBookmark::from_text(mark.text());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->text(), mark.text());
  EXPECT_EQ(again->path, mark.path);
  for (const std::string_view bad : {"", "1 2 3", "1 2 3 4 5 6 7 8 x /a", "1 2 3 4 5 6 7 8 9 "}) {
    EXPECT_FALSE(FileBookmark::from_text(bad)) << bad;
  }
}

TEST(KnownLines, GiveWhatIsNew) {
  KnownLines known;
  for (const char* const line : {"gone", "one", "two"}) known.add(line, KnownLines::End::seen);
  known.add("thr", KnownLines::End::not_seen);
  EXPECT_EQ(known.unknown_part("one"), "");
  EXPECT_EQ(known.unknown_part("two"), "");
  EXPECT_EQ(known.unknown_part("three"), "ee");
  EXPECT_TRUE(known.empty());
  known.add("one", KnownLines::End::seen);
  EXPECT_EQ(known.unknown_part("onerous"), "onerous") << "a line that was whole is no beginning of another";
  known.add("a\n\tb", KnownLines::End::seen);
  EXPECT_EQ(known.unknown_part("a\n\tb\n\tc"), "\tc") << "a record that has got more lines since";
  known.add("one", KnownLines::End::seen);
  known.clear();
  EXPECT_EQ(known.unknown_part("one"), "one") << "said again later, it is another line";
}

}  // namespace
}  // namespace vigil
