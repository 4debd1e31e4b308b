#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "storage/row_columns.h"
#include "storage/rows.h"

namespace vigil {

/// Number of a lane: one organisation in or out of scope (catalog.h). Rows of two lanes never share a chunk or block.
using LaneId = std::uint16_t;

// A chunk on disk, version 1: a frame of the journal.
//
//   magic "VJC1", 4 bytes | length of the rest, 4 | check of both, 8
//   version 1 byte | lane | first sequence and records of the whole commit | rows | raw bytes (varints) | sources
//   | row columns | raw bytes, back to back, by sequence
//   | checksum64 of everything since the version, 8 bytes
//
// The head has a check of its own: where only the rest is damaged, the next frame is found without searching.

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
  std::string_view text() const { return {bytes_.get() + text_at_, static_cast<std::size_t>(bounds_.raw_bytes)}; }
  std::string_view raw(const Row& row) const { return {bytes_.get() + text_at_ + row.offset, row.length}; }
  /// What stands in the journal, with its head.
  std::string_view frame() const { return {bytes_.get(), size_}; }

 private:
  friend class ChunkBuilder;
  LaneId lane_ = 0;
  CommitSpan commit_;
  RowBounds bounds_;
  std::vector<Row> rows_;
  Sources sources_;
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0, text_at_ = 0;
};

/// Gathers records of one lane. The records' bytes must live until finish().
class ChunkBuilder {
 public:
  bool empty() const { return rows_.empty(); }
  std::size_t rows() const { return rows_.size(); }
  std::uint64_t raw_bytes() const { return bounds_.raw_bytes; }
  void add(const Record& record, const std::shared_ptr<const Source>& source);
  /// The chunk; the builder is empty again.
  std::shared_ptr<const Chunk> finish(LaneId lane, const CommitSpan& commit);

 private:
  RowBounds bounds_;
  std::vector<Row> rows_;
  std::vector<const char*> raws_;
  SourceTableBuilder sources_;
  const Source* last_ = nullptr;  ///< neighbours mostly share their source
  std::uint32_t last_index_ = 0;
};

}  // namespace vigil
