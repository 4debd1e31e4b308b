#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "parsers/frame_buffer.h"
#include "storage/custody.h"
#include "storage/row_columns.h"
#include "storage/rows.h"

namespace vigil {

/// Number of a lane: one organisation in or out of scope (catalog.h). Rows of two lanes never share a chunk or block.
using LaneId = std::uint16_t;

// A chunk on disk, version 3: a frame of the journal.
//
//   magic "VJC1", 4 bytes | length of the rest, 4 | check of both, 8
//   text
//   version 1 byte | lane | first sequence and records of the whole commit | rows | raw bytes (varints) | placing 1 byte
//   | custody segments that ended with the lane's chunk before (custody.h)
//   | sources | shapes, still, calm and noise of rows and offsets, each with its length
//   length since the version, 4 bytes | checksum64 of everything since the text, 8 bytes
//
// Placing 0: the text is the records' raw bytes, back to back, by sequence, and there are no offsets. Placing 1: the
// text is as it was received, framing bytes between the records; an offset is the zig-zag distance of a record's first
// byte from the end of the record before (mostly 1, a line feed). The head has a check of its own: where only the rest
// is damaged, the next frame is found without searching. What describes the text stands behind it, because it is known
// last and the text stays where it was received.

/// The commit a chunk was part of: with it a piece of a commit can be told from a whole one.
struct CommitSpan {
  std::uint64_t first_sequence = 0, records = 0;
};

/// A piece of the journal: some records of one lane that were committed together. Immutable. What is open in memory
/// is made of these, so the value that went to disk is the only copy of the text.
class Chunk {
 public:
  /// Size of a frame's head.
  static constexpr std::size_t kHeadBytes = 16;
  static constexpr std::string_view kMagic = "VJC1";
  /// Reads a frame's head: how many bytes follow it. Nothing if it is not what was written.
  static std::optional<std::size_t> read_head(std::string_view bytes);
  /// Reads what follows the head. Null if it is not what was written.
  static std::shared_ptr<const Chunk> read(std::string_view body);

  LaneId lane() const { return lane_; }
  const CommitSpan& commit() const { return commit_; }
  const RowBounds& bounds() const { return bounds_; }
  const std::vector<Row>& rows() const { return rows_; }
  const Sources& sources() const { return sources_; }
  /// Custody segments that ended when this chunk was committed, of records before it.
  const std::vector<CustodySegment>& segments_ended() const { return segments_ended_; }
  std::string_view raw(const Row& row) const { return {bytes_.get() + kHeadBytes + row.offset, row.length}; }
  /// What stands in the journal, with its head.
  std::string_view frame() const { return {bytes_.get(), size_}; }
  /// The same and zeros up to a multiple of BufferPool::kAlignment, if it also begins at one; else nothing. Only large
  /// chunks that were committed in this life of the process are kept so.
  std::string_view aligned_frame() const { return {bytes_.get(), aligned_ ? BufferPool::aligned(size_) : 0}; }

 private:
  friend class ChunkBuilder;
  LaneId lane_ = 0;
  CommitSpan commit_;
  RowBounds bounds_;
  std::vector<Row> rows_;
  Sources sources_;
  std::vector<CustodySegment> segments_ended_;
  std::shared_ptr<const char[]> bytes_;
  std::size_t size_ = 0;
  bool aligned_ = false;
};

/// Gathers records of one lane. The records' bytes must live until finish().
class ChunkBuilder {
 public:
  /// Frames from this size on are aligned (Chunk::aligned_frame). A smaller one is quickly copied, and padding it would
  /// cost a quiet lane's chunk many times its size.
  static constexpr std::size_t kAlignedBytesMin = 64 * 1024;
  /// Text stays where it was received from this size on: for less, most of the memory would lie unused while the chunk is
  /// open.
  static constexpr std::size_t kKeptTextMin = BufferPool::kPooledBytes / 2;

  bool empty() const { return rows_.empty(); }
  std::size_t rows() const { return rows_.size(); }
  std::uint64_t raw_bytes() const { return bounds_.raw_bytes; }
  const RowBounds& bounds() const { return bounds_; }
  /// Index of a source in the chunk that is being made. Good until finish(): table() is another one then.
  std::uint32_t index_of(const std::shared_ptr<const Source>& source) { return sources_.index_of(source); }
  std::uint64_t table() const { return table_; }
  void add(const Record& record, std::uint32_t source);
  void add(const Record& record, const std::shared_ptr<const Source>& source) {
    add(record, index_of(source));
  }
  /// The chunk; the builder is empty again. A large one takes its memory from `pool`, if there is one. Where all records
  /// added lie in `frames` and there is room for the rest of the chunk, that memory becomes the chunk's; nobody may
  /// allocate from it any more. `ended` is what the chunk carries of the segments before it.
  std::shared_ptr<const Chunk> finish(LaneId lane, const CommitSpan& commit, BufferPool* pool = nullptr,
                                      const std::shared_ptr<FrameBuffer>& frames = nullptr,
                                      std::vector<CustodySegment> ended = {});

 private:
  std::string describe(LaneId lane, const CommitSpan& commit, std::span<const CustodySegment> ended,
                       bool kept) const;
  bool keep_places(std::string_view text);
  void join(char* text);

  RowBounds bounds_;
  std::vector<Row> rows_;
  std::vector<const char*> raws_;
  SourceTableBuilder sources_;
  std::uint64_t table_ = 1;
};

}  // namespace vigil
