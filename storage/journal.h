#pragma once

#include <rocksdb/file_system.h>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "parsers/result.h"
#include "storage/chunk.h"
#include "storage/segment_file.h"
#include "storage/store_error.h"

namespace vigil {

// The journal: what was committed and is not safely sealed yet, in the order of its commits.
//
//   journal/00000001.log, 00000002.log, …    segments of about 64 MiB
//
//   segment   magic "VIGILJ1\n", 8 bytes | number, 8 | first sequence, 8 | check of these, 8 | frames (chunk.h)
//
// Frames follow each other at once, or zeros fill the space up to a multiple of 4096 where a large commit begins or a
// part of it ends (segment_file.h). A frame begins with its magic, so the two cannot be mistaken for each other.
//
// A segment is only ever appended to, by the process that began it. Its first sequence says: what stands in earlier
// segments at or after this sequence was never acknowledged (a commit that failed half-way and was tried again).
// Segments go, oldest first, when all their records are in blocks that are in synced tables.

/// What reading the journal found.
struct JournalFindings {
  std::vector<std::filesystem::path> damaged;  ///< segments with bytes that are not what was written before good ones
  std::vector<std::filesystem::path> torn;     ///< segments that end in bytes nothing good follows
};

/// Appends and forgets. Threads: append() from one thread at a time; trim() and the figures from any.
class Journal {
 public:
  static constexpr std::uint64_t kSegmentBytesMax = 64ULL * 1024 * 1024;

  Journal(std::filesystem::path directory, std::shared_ptr<rocksdb::FileSystem> files)
      : directory_(std::move(directory)), files_(std::move(files)) {}
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// A new segment is begun past this many bytes.
  void set_segment_bytes(std::uint64_t bytes) { segment_bytes_ = bytes; }

  /// Reads all segments in order, calling `visit` for each chunk that was acknowledged or may have been. Never stuck:
  /// damage is stepped over and told. The last commit is left out if only a piece of it is there and it was not
  /// acknowledged (`acknowledged_before`: sequence after the last that was). Called once, before anything else.
  Result<JournalFindings, StoreError> read(std::uint64_t acknowledged_before,
                                           const std::function<void(std::shared_ptr<const Chunk>)>& visit);

  /// Makes the chunks durable: one sync for all of them. `first_sequence` is the first of this commit. On disk_full
  /// nothing of it is left and it may be tried again; on io nobody knows, and every later call fails too.
  Result<void, StoreError> append(std::span<const std::shared_ptr<const Chunk>> chunks, std::uint64_t first_sequence);

  /// Removes segments of which every record is before `sequence`, oldest first.
  Result<void, StoreError> trim(std::uint64_t sequence);

  /// The next chunk begins a new segment, so that trim() can remove all before it. As append(): not beside it.
  Result<void, StoreError> end_segment(std::uint64_t next_sequence);

  /// Removes every segment but the one being appended to; what they hold is elsewhere by now.
  Result<void, StoreError> drop_earlier();

  std::uint64_t bytes() const;
  /// Last sequence of the oldest segment that is no longer appended to; 0 if there is none.
  std::uint64_t oldest_segment_last() const;

 private:
  struct Segment {
    std::uint64_t number = 0;
    std::uint64_t first_sequence = 0, last_sequence = 0;
    std::uint64_t bytes = 0;
  };
  std::filesystem::path path_of(std::uint64_t number) const;
  Result<void, StoreError> list_segments();
  Result<void, StoreError> begin_segment(std::uint64_t first_sequence);
  Result<void, StoreError> remove_front();
  StoreError failed(const rocksdb::IOStatus& status, const std::string& doing);

  std::filesystem::path directory_;
  std::shared_ptr<rocksdb::FileSystem> files_;
  SegmentFile::DirectWrites direct_ = SegmentFile::DirectWrites::untried;
  std::unique_ptr<SegmentFile> open_;  ///< the last of segments_, if any is appended to
  std::uint64_t segment_bytes_ = kSegmentBytesMax;
  bool dead_ = false;                              ///< a sync failed: the file's state is unknown

  mutable std::mutex mutex_;  ///< guards segments_
  std::deque<Segment> segments_;
  std::uint64_t next_number_ = 1;
};

}  // namespace vigil
