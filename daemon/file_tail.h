#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "daemon/directory_watch.h"
#include "daemon/file_bookmarks.h"
#include "daemon/known_lines.h"
#include "daemon/tailed_file.h"
#include "storage/archive.h"

namespace vigil {

struct FileTailLimits {
  /// Files open at once: each costs a descriptor and is looked at every second. What is beyond waits until one closes.
  std::size_t files_max = 1'000;
  /// Paths of one entry that are looked at.
  std::size_t paths_max = 10'000;
  /// How often all files and patterns are looked at: all there is on NFS, where nobody tells what changed.
  std::chrono::milliseconds look_every{1'000};
  /// A file that lost its name is kept open until nothing was written to it for so long: whoever writes it may take a
  /// while to be told of the rotation.
  std::chrono::seconds gone_quiet{60};
  /// An archive, or what looks like a copy that is being made of an open file, is read when it has not grown for so
  /// long: it is being written until then.
  std::chrono::seconds archive_ripe{5};
  /// Bookmarks are written at most so often: each write is a sync of the journal.
  std::chrono::milliseconds save_every{200};
  /// … and so often where no lines came, so that little is compared after a kill.
  std::chrono::seconds idle_save_every{10};
  /// Lines behind the bookmarks that are compared after a kill; past it some may be stored twice.
  std::size_t known_bytes_max = std::size_t{64} * 1024 * 1024;
};

/// What somebody may want to know of one file.
struct FileStatus {
  std::string path, organisation;
  std::uint64_t size = 0, offset = 0, behind = 0;
  std::string trouble;  ///< why it is not read; empty if it is
};

/// Reads files that grow: those that patterns name, from their beginnings, across rotation, truncation, restart and kill.
///
///   patterns ─ look (each second, or when told) ─▶ TailedFile ─ lines ─▶ Intake ─ batch ─▶ Writer ─▶ committed ─▶ bookmark
///
/// A file is known by device, inode and a checksum of its front. Its bookmark is written after the commit of its lines, so
/// a kill loses none; what was committed behind it is compared when the file is read on, so that none is stored twice.
///
///   renamed, new one made       the old one is read to its end first, and on for a while
///   copied, then truncated      from the front again; the copy, where a pattern names it, from where the original was
///                               left, once what was read of that is committed
///   compressed                  once, from where the file that is in it was left
///   deleted                     to its end
///
/// One thread, which blocks on nothing but the disk. Each file gets one read a turn, so that a loud one does not starve the
/// others; nothing is read while streams are to wait (Writer) or nothing can be stored.
class FileTail {
 public:
  using SteadyTime = TailedFile::SteadyTime;
  struct Now {
    SteadyTime steady;
    std::int64_t wall_ns = 0;
  };

  FileTail(Archive& archive, Writer& writer, SourceTable& sources, Counters& counters,
           std::shared_ptr<BatchPool> pool, std::vector<FileGroup> groups, FileTailLimits limits = {});
  ~FileTail();

  /// What has been committed: for Writer::observe().
  void committed(const std::shared_ptr<Batch>& batch);

  void start();
  /// Hands on what was read and ends the thread; what is committed by then is bookmarked by finish(), once the writer has
  /// stopped.
  void stop();
  void finish();

  /// One round of everything; how long may be waited for the next. The thread's loop, or a test's.
  std::chrono::milliseconds step(Now now);

  // From any thread.
  std::vector<FileStatus> status() const;
  std::uint64_t restarts() const { return restarts_.load(std::memory_order_relaxed); }

 private:
  /// Why a path is not read. Said once, with what to do.
  enum class Trouble : std::uint8_t { not_allowed, unreadable, not_a_file, too_many, cut, damaged, too_much };
  using Marks = std::map<std::uint64_t, FileBookmark>;

  void run();
  void look(Now now);
  void look_at_open(Now now);
  void look_at(TailedFile& file);
  void restarted(TailedFile& file);
  std::vector<TailedFile::Found> find_new(Now now);
  void find_renamed(std::vector<TailedFile::Found>& found);
  void open(const TailedFile::Found& found, Now now);
  bool ripe(const TailedFile::Found& found, Now now);
  std::uint64_t bookmark_of(const OpenFile& file, const struct stat& st) const;
  std::uint64_t copied_from(const std::string& front, std::uint64_t size, const OpenFile* plain) const;
  const TailedFile* copied_from_open(const OpenFile& file, std::uint64_t size) const;
  /// Where a file is begun of which nothing is known; nothing if that cannot be told yet.
  std::optional<FileBookmark> first_mark(const OpenFile& file, const TailedFile::Found& found,
                                         bool compressed, Now now);
  bool former_on_their_way() const;
  void share_known_lines(const std::string& original, const std::string& copy);
  void close_gone(Now now);
  void close(TailedFile& file);
  bool read_round(Now now);
  void hand_on(const std::shared_ptr<Batch>& batch);
  void flush();
  void settle_marks(Now now);
  void load_known_lines();
  void complain(const std::string& path, Trouble trouble, std::string_view detail);
  void publish_status();
  Marks marks_of_touched();
  void met(std::uint64_t number, Now now);
  TailedFile* open_file(std::uint64_t number);

  Archive& archive_;
  Writer& writer_;
  std::vector<FileGroup> groups_;
  FileTailLimits limits_;
  FileBookmarks bookmarks_;
  boost::asio::io_context unused_;  ///< an Intake wants one for its linger; here the loop flushes
  Intake intake_;
  DirectoryWatch watch_;
  int wake_fd_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};

  std::map<std::uint64_t, TailedFile> files_;               ///< by the number of their bookmarks
  std::unordered_map<std::string, std::uint64_t> by_path_;  ///< the newest of each path
  std::uint64_t turn_ = 0;                                  ///< number of the file that was read last
  std::unordered_map<std::string, Trouble> troubles_, troubles_before_;
  struct Unripe {
    std::uint64_t size = 0;
    SteadyTime since{}, met{};
  };
  std::unordered_map<std::string, Unripe> unripe_;  ///< archives and copies that may still be written
  std::unordered_set<std::string> empty_;           ///< paths of files with nothing in them yet
  std::unordered_map<std::string, std::shared_ptr<KnownLines>> known_;  ///< by path as shown
  bool first_look_ = true, look_now_ = true, look_soon_ = false, unsaved_open_ = false;
  bool status_changed_ = false;
  SteadyTime next_look_{}, next_save_{}, next_idle_save_{};

  std::set<std::uint64_t> touched_;  ///< files with lines in the open batch
  std::uint64_t settled_to_ =
      0;  ///< records up to here that are from files are behind bookmarks (some not yet saved)

  struct Pending {
    const Batch* batch;
    Marks marks;
  };
  mutable std::mutex mutex_;
  std::deque<Pending> pending_;  ///< handed on, in order
  std::deque<Marks> done_;       ///< committed
  std::uint64_t done_to_ = 0;    ///< sequence of the last record of those
  std::vector<FileStatus> status_;
  std::atomic<std::uint64_t> restarts_{0};
};

}  // namespace vigil
