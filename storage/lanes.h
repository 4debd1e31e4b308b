#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/block_codec.h"
#include "storage/chunk.h"

namespace vigil {

// A lane on disk: family meta, key "lane/" and its number, big-endian; value: version 1 byte | in scope 1 byte |
// organisation. Numbers are given in order and never again.

/// One organisation in or out of scope, and where its records are.
struct Lane {
  LaneId id = 0;
  std::string organisation;
  bool in_scope = true;
  std::vector<std::shared_ptr<const BlockInfo>> blocks;  ///< sealed, by sequence
  std::vector<std::shared_ptr<const Chunk>> open;        ///< not sealed yet, by sequence
  std::uint64_t open_raw_bytes = 0;
  std::vector<CustodySegment> segments;  ///< of open chunks, those that have ended, by sequence
  std::uint64_t retained_from = 0;       ///< what came before it was given up, but for what is held
  bool durable = false;                  ///< its row in the catalog is on disk
};

/// By their first record. Blocks of one lane do not overlap.
void sort_by_sequence(std::vector<std::shared_ptr<const BlockInfo>>& blocks);
std::string lane_key(LaneId id);
std::string lane_value(const Lane& lane);
/// False if the row is damaged.
bool read_lane(std::string_view key, std::string_view value, Lane& lane);

/// All lanes. Not locked: the archive's mutex guards it.
class Lanes {
 public:
  /// Lanes there can be; a number has two bytes. One organisation needs two.
  static constexpr std::size_t kLanesMax = UINT16_MAX;

  /// Null if there are too many.
  Lane* find_or_add(std::string_view organisation, bool in_scope);
  /// A lane read from disk. False if its number or name is there already.
  bool restore(Lane lane);
  Lane* by_id(LaneId id);
  /// Those the organisations may see; "*" sees all.
  std::vector<const Lane*> visible(const std::vector<std::string>& organisations) const;
  std::vector<std::unique_ptr<Lane>>& all() { return lanes_; }
  const std::vector<std::unique_ptr<Lane>>& all() const { return lanes_; }

 private:
  std::vector<std::unique_ptr<Lane>> lanes_;  ///< by number; gaps are null
  std::map<std::pair<std::string, bool>, LaneId, std::less<>> by_name_;
};

}  // namespace vigil
