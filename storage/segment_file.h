#pragma once

#include <rocksdb/file_system.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "storage/chunk.h"

namespace vigil {

/// The segment of the journal that is appended to.
///
/// Small commits go through the page cache and lie back to back. A large one goes past it, where the file
/// system lets it (O_DIRECT): under full load copying into fresh pages, and finding them a place, costs as
/// much as all the rest of a commit. What is written that way begins and ends at multiples of 4096 (here: ‖).
/// A large frame begins at one, small ones of the same commit are gathered up to one, and what is left before
/// the next one is zeros:
///
///   small | small | zeros ‖ large | zeros ‖ small | small | zeros ‖ large | zeros ‖ small | …
///   one commit    | a large commit                                                | the next
///
/// Both ways a commit is durable after sync(), and not before.
///
/// One thread at a time.
class SegmentFile {
 public:
  /// Do writes past the page cache work here? Some file systems say no when a file is opened, some at the
  /// first write.
  enum class DirectWrites : std::uint8_t { untried, work, refused };
  /// Commits from this size on are written past the page cache. Smaller ones gain nothing: what costs is the
  /// sync.
  static constexpr std::size_t kDirectBytesMin = 256 * 1024;
  /// Zeros between two frames never reach past a multiple of this.
  static constexpr std::size_t kPadding = BufferPool::kAlignment;

  /// Makes the file, with what it begins with. `direct` is what is known so far, and is told what is found.
  static rocksdb::IOStatus make(std::shared_ptr<rocksdb::FileSystem> files, std::string path,
                                std::string_view head, DirectWrites& direct,
                                std::unique_ptr<SegmentFile>& made);

  /// Appends the chunks of one commit. If this fails, part of them may be in the file.
  rocksdb::IOStatus append(std::span<const std::shared_ptr<const Chunk>> chunks);
  rocksdb::IOStatus sync();
  rocksdb::IOStatus truncate(std::uint64_t size);
  void close();
  std::uint64_t size() const { return size_; }

 private:
  SegmentFile(std::shared_ptr<rocksdb::FileSystem> files, std::string path, DirectWrites& direct)
      : files_(std::move(files)), path_(std::move(path)), direct_(direct) {}
  bool open_direct();
  rocksdb::IOStatus append_cached(std::span<const std::shared_ptr<const Chunk>> chunks);
  rocksdb::IOStatus append_direct(std::span<const std::shared_ptr<const Chunk>> chunks);
  rocksdb::IOStatus write_cached(std::string_view bytes);
  rocksdb::IOStatus write_direct(std::string_view bytes);
  rocksdb::IOStatus stage(std::string_view bytes);
  rocksdb::IOStatus write_staged();

  std::shared_ptr<rocksdb::FileSystem> files_;
  std::string path_;
  DirectWrites& direct_;
  // Two ways into one file. Both append, wherever the file ends by then.
  std::unique_ptr<rocksdb::FSWritableFile> cached_file_, direct_file_;
  std::uint64_t size_ = 0;
  BufferPool::Buffer staged_;  ///< small frames of a large commit, gathered
  std::size_t staged_bytes_ = 0;
};

}  // namespace vigil
