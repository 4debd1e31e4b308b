#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/block_codec.h"
#include "storage/custody.h"
#include "storage/database.h"
#include "storage/day_index.h"
#include "storage/loaded_block.h"
#include "storage/query_ast.h"
#include "storage/rollup.h"
#include "storage/stored_event.h"

namespace vigil {

/// Makes the blocks and the index of one run of the night, out of sealed blocks of one lane and day. What it writes is named
/// by no head yet: whoever uses it changes the heads once finish() has said that all is durable. One thread.
class NightPacker {
 public:
  using Blocks = std::vector<std::shared_ptr<const BlockInfo>>;
  struct Made {
    BlockInfo info;
    std::vector<CustodySegment> segments;
    std::string letters;
  };

  /// Blocks are numbered from `first_number` on, which is also the run's number.
  NightPacker(Database& database, LaneId lane, std::uint16_t day, std::uint32_t first_number);

  /// Proves neighbours by their leaves of custody and packs them into one block. A reason for the operator if they must stay
  /// as they are; an error if nothing can be packed any more.
  Result<void, StoreError> pack(const Blocks& blocks, std::optional<std::string>& trouble);
  bool empty() const { return made_.empty(); }
  /// Writes the index and the rollup; then all is durable.
  Result<void, StoreError> finish();

  const std::vector<Made>& made() const { return made_; }
  /// The blocks they take the place of.
  const Blocks& before() const { return before_; }
  /// Blocks that did not read back, since the last call.
  std::uint64_t take_verify_failures() { return std::exchange(verify_failures_, 0); }

 private:
  Result<void, StoreError> gather(const Blocks& blocks, BlockRecords& records,
                                  std::vector<std::shared_ptr<LoadedBlock>>& loaded,
                                  std::vector<CustodySegment>& segments) const;
  bool is_proven(SegmentHasher& hasher, const CustodySegment& segment) const;
  void count(const BlockRecords& records);
  void count(const StoredRecord& record, Row row);

  Database& database_;
  const LaneId lane_;
  const std::uint16_t day_;
  const std::uint32_t first_number_;
  BlockEncoder encoder_;
  DayIndexBuilder index_;
  SourceTableBuilder sources_;
  RollupBuilder rollup_;
  LazyEvent event_;
  const FieldRef host_, severity_;
  std::vector<Made> made_;
  Blocks before_;
  std::uint64_t verify_failures_ = 0;
};

}  // namespace vigil
