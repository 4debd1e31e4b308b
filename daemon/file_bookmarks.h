#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "storage/state_store.h"

namespace vigil {

/// A few bytes of a file as a checksum (xxHash), to know it again.
struct FileSample {
  /// Enough to tell files apart that begin with a banner and a date.
  static constexpr std::size_t kBytesMax = 256;
  std::uint64_t bytes = 0, hash = 0;
  static FileSample of(std::string_view text);
  bool operator==(const FileSample&) const = default;
};

/// How far one file has been read, so that it is read on from there after a restart, a kill or a rotation.
struct FileBookmark {
  std::string path;  ///< under which it was first found
  std::uint64_t device = 0, inode = 0;
  FileSample front;            ///< of its first bytes: an inode may be used again for another file
  std::uint64_t offset = 0;    ///< all before it is stored; of an archive's content
  FileSample back;             ///< of the bytes before `offset`: a copy has the same
  std::uint64_t finished = 0;  ///< size of an archive (gzip) that was read to its end; 0: not yet
  std::int64_t seen_ns = 0;    ///< when it was last there

  std::string text() const;
  static std::optional<FileBookmark> from_text(std::string_view text);
};

/// The bookmarks of all files, by a number of ours, in memory and in the state store: "file/<number>". Beside them
/// stands up to which record of the archive they are complete: what came from files behind it is compared when a file
/// is read on (KnownLines). One thread.
class FileBookmarks {
 public:
  /// A bookmark is forgotten this long after its file was last seen: a monthly rotation that compresses a month later is
  /// still known …
  static constexpr std::int64_t kForgetAfterNs = std::int64_t{70} * 86'400'000'000'000;
  /// … but never are more kept than these; the longest unseen goes first.
  static constexpr std::size_t kMarksMax = 10'000;

  explicit FileBookmarks(StateStore& state);

  std::uint64_t add(FileBookmark mark);
  FileBookmark& at(std::uint64_t number) { return marks_.at(number); }
  /// To be written with the next save().
  void touch(std::uint64_t number) { changed_[number] = true; }
  void erase(std::uint64_t number);
  const std::map<std::uint64_t, FileBookmark>& all() const { return marks_; }

  /// Records up to this sequence that came from files lie behind their bookmarks.
  std::uint64_t complete_to() const { return complete_to_; }
  /// Nothing was ever written: no file has been read yet.
  bool fresh() const { return fresh_; }
  /// Makes what was touched durable, together with complete_to.
  Result<void, StoreError> save(std::uint64_t complete_to);
  bool unsaved() const { return !changed_.empty(); }
  /// Forgets what has not been seen for long, but for the numbers of which `open` says true.
  template <class Open>
  void forget(std::int64_t now_ns, Open&& open) {
    for (auto it = marks_.begin(); it != marks_.end();) {
      const auto here = it++;
      if (here->second.seen_ns + kForgetAfterNs < now_ns && !open(here->first)) erase(here->first);
    }
    while (marks_.size() > kMarksMax) {
      auto oldest = marks_.end();
      for (auto it = marks_.begin(); it != marks_.end(); ++it) {
        if (!open(it->first) && (oldest == marks_.end() || it->second.seen_ns < oldest->second.seen_ns))
          oldest = it;
      }
      if (oldest == marks_.end()) return;
      erase(oldest->first);
    }
  }

 private:
  StateStore& state_;
  std::map<std::uint64_t, FileBookmark> marks_;
  std::map<std::uint64_t, bool> changed_;  ///< false: erased
  std::uint64_t next_ = 1;
  std::uint64_t complete_to_ = 0;
  bool fresh_ = true;
};

}  // namespace vigil
