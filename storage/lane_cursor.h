#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/archive.h"
#include "storage/block_codec.h"
#include "storage/chunk.h"
#include "storage/database.h"
#include "storage/loaded_block.h"
#include "storage/needle.h"

namespace vigil {

/// What a scan asks, made ready once.
struct ScanPlan {
  explicit ScanPlan(const ScanRange& scan_range);

  bool overlaps(const RowBounds& bounds) const;
  bool holds(const Row& row) const;

  const ScanRange& range;
  std::vector<Needle> needles, hints;
  ColumnSearch needle_columns, hint_columns;
  std::vector<std::uint32_t> terms;  ///< hashes
  std::uint64_t window_bytes = 0;    ///< text a cursor may keep to itself; 0: as much as a block has
};

/// A piece of a lane: a sealed block or an open chunk.
struct Segment {
  std::shared_ptr<const BlockInfo> block;
  std::shared_ptr<const Chunk> chunk;
  const RowBounds& bounds() const { return block ? block->bounds : chunk->bounds(); }
};

/// Walks the records of one lane that a plan asks for, in its order, one step at a time so that many lanes can be
/// merged and none is read before its turn.
///
/// Of many lanes read side by side each may keep only a small window of text (ScanPlan::window_bytes): what lies
/// beyond is read again when its turn comes, so the memory of a scan is bounded whatever the number of lanes.
class LaneCursor {
 public:
  /// `segments` in the order of the walk.
  LaneCursor(const Database& database, const ScanPlan& plan, std::vector<Segment> segments, TextPartReader& reader,
             ScanCost& cost)
      : database_(database), plan_(plan), segments_(std::move(segments)), part_reader_(reader), cost_(cost) {}

  /// No record to come is before this sequence (in the order of the walk); nothing at the end.
  std::optional<std::uint64_t> bound() const;
  /// Goes to the next record, if it is known: true. Else reads the next segment, or a window of it: false. A block
  /// that cannot be read is left out, and trouble() says so.
  bool step();
  const StoredRecord& record() const { return record_; }
  const std::optional<StoreError>& trouble() const { return trouble_; }

 private:
  struct Hit {
    std::uint32_t row;
    std::uint64_t sequence;
  };
  /// False only if an index says that one of the terms is not in the block.
  bool may_hold_terms(const BlockInfo& info);
  void ask_run(const BlockInfo& info);
  void load_chunk();
  void load_block();
  /// What of a part has to be looked at.
  enum class Answer : std::uint8_t {
    nothing,
    bytes,    ///< of its records those whose bytes hold the hints: all their ASCII is shown (needle_filter.h)
    records,  ///< each of its records
  };
  /// What the block's letters and columns say of needles and hints, part by part; empty if all of it is left out.
  std::vector<Answer> search_columns();
  void search_block(std::span<const Answer> answers, std::vector<char>& wanted);
  void search_part(std::size_t part, std::string_view text, const Needle& needle, std::vector<char>& wanted) const;
  void count_read(std::size_t part);
  void take_hits(const std::vector<Row>& rows, const std::vector<char>& wanted);
  void fill_window();
  void show(const Row& row, std::string_view raw, const Sources& sources);
  void fail(const StoreError& error);

  const Database& database_;
  const ScanPlan& plan_;
  std::vector<Segment> segments_;
  std::size_t next_segment_ = 0;
  TextPartReader& part_reader_;
  ScanCost& cost_;

  /// What the index of the run asked last says of its blocks, by ordinal.
  std::uint32_t run_ = 0;
  std::uint16_t run_day_ = 0;
  std::vector<char> run_may_hold_;

  Segment segment_;                     ///< the one that is being walked
  std::shared_ptr<LoadedBlock> block_;  ///< its block, while it is in memory
  std::vector<Hit> hits_;               ///< its rows that are asked for, in the order of the walk
  std::size_t next_hit_ = 0;

  std::vector<Row> window_;  ///< the next hits, copied out of the block; offsets are into window_text_
  std::size_t next_window_ = 0;
  std::string window_text_;
  Sources window_sources_;

  StoredRecord record_;
  std::optional<StoreError> trouble_;
};

}  // namespace vigil
