#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/file_bookmarks.h"
#include "daemon/file_patterns.h"
#include "daemon/gzip_file.h"
#include "daemon/intake.h"
#include "daemon/known_lines.h"
#include "parsers/line_cutter.h"

namespace vigil {

/// Files that one entry of the configuration names, and what it says of them.
struct FileGroup {
  const IntakeListener* listener = nullptr;  ///< organisation, zone, charset
  FilePatterns patterns;
  std::optional<RecordStart> record_start;
  std::string peer;  ///< this machine's name
  std::string host;  ///< whose logs these are where a line does not say
};

/// A descriptor that closes itself.
class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_(fd) {}
  OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile();
  int fd() const { return fd_; }
  /// The bytes at an offset, fewer at the end; none where they cannot be read.
  std::string bytes_at(std::uint64_t offset, std::size_t most) const;

 private:
  int fd_;
};

/// A path is any bytes; what is shown of an event is text.
std::string readable_path(std::string_view path);

/// One file that is open and read to its end, and on from there when it grows. One thread.
class TailedFile {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;
  /// A last line without its end is taken after this long without more of it, and so is a record of several lines.
  static constexpr std::chrono::seconds kLineWait{5};

  struct Found {
    std::string path;
    const FileGroup* group = nullptr;
    struct stat st {};
  };
  /// `number`: of its bookmark, which says where to begin.
  TailedFile(OpenFile file, Found found, std::uint64_t number, const FileBookmark& mark,
             std::shared_ptr<KnownLines> known);

  std::uint64_t number() const { return number_; }
  const std::string& path() const { return path_; }
  const FileGroup& group() const { return *group_; }
  bool same_inode(const struct stat& st) const { return st.st_dev == device_ && st.st_ino == inode_; }
  bool compressed() const { return gzip_ != nullptr; }

  /// What has become of it since it was looked at last.
  enum class Change : std::uint8_t {
    none,
    grew,
    restarted,  ///< it is shorter than what was read, or begins otherwise: it is read from its front again
    lost        ///< it cannot be asked any more (a network file system lost it): to be opened again
  };
  Change look();
  /// It may have grown.
  void hint() { ready_ = true; }
  bool ready() const { return ready_; }
  bool at_end() const { return at_end_; }
  std::uint64_t offset() const { return cutter_.next_offset(); }
  /// True if the front of this file, as it is now, is all that `other` has: `other` is a copy of it, or becomes one.
  bool has_all_of(const OpenFile& other, std::uint64_t size) const;
  /// False if it was truncated since that was last looked for, and something else stands in it, or nothing.
  bool begins_as_marked() const;
  /// Bytes not read yet.
  std::uint64_t behind() const { return at_end_ || size_ <= offset() ? 0 : size_ - offset(); }
  std::uint64_t size() const { return size_; }
  SteadyTime grew_at() const { return grew_at_; }

  /// Reads once, at most what a stream reads at once.
  void read(Intake& intake, std::int64_t now_ns, SteadyTime now);
  /// Takes what has waited for its end too long; `even_if_young` when nobody will wait.
  void take_waiting(Intake& intake, std::int64_t now_ns, SteadyTime now, bool even_if_young);
  bool waiting() const { return cutter_.waiting(); }

  /// An archive (gzip) that has been read to its end, and why it ended there.
  std::optional<GzipFile::State> finished() const;

  /// Where the file would be read on if the daemon began anew: behind what it has handed on.
  const FileBookmark& mark();
  /// The same as of the last call: of a file that has been truncated since.
  const FileBookmark& last_mark() const { return mark_; }

  // Kept by FileTail.
  std::optional<SteadyTime> gone_since;  ///< its path is another file's, or nobody's
  std::uint64_t after = 0;               ///< the file that bore this path before: it is read to its end first
  bool seen = false;                     ///< in this look

 private:
  void begin(std::uint64_t offset);
  std::size_t fill(std::span<char> buffer);
  bool skip_compressed();
  void give(Intake& intake, std::string_view line, Tags tags, bool in_place, std::int64_t now_ns);

  OpenFile file_;
  std::string path_;
  const FileGroup* group_;
  std::uint64_t number_;
  dev_t device_;
  ino_t inode_;
  FileBookmark mark_;
  LineCutter cutter_;
  std::unique_ptr<GzipFile> gzip_;
  std::uint64_t skip_to_ = 0;  ///< of an archive: what lies before this offset of its content is known
  std::uint64_t skipped_ = 0;
  std::string skipped_back_;
  FileEncoding encoding_ = FileEncoding::bytes;
  std::shared_ptr<KnownLines> known_;
  std::string envelope_;
  bool restarted_ = false;  ///< the next line is the first after a truncation
  bool ready_ = true, at_end_ = false;
  std::uint64_t size_ = 0;
  timespec modified_{};
  std::uint64_t furthest_ = 0;     ///< largest offset read to but for padding
  std::uint64_t padded_size_ = 0;  ///< size of the file when all of its end was NULs
  SteadyTime grew_at_{};
};

}  // namespace vigil
