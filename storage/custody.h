#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/rows.h"
#include "storage/sha256.h"
#include "storage/wire.h"

namespace vigil {

class Chunk;

// Custody: what the signed ledger is made of. The records of a lane are cut into segments, runs of whole chunks of one
// day, and each segment's bytes are one leaf:
//
//   segment bytes = for each record, by sequence: id, 16 hex digits | " " | time of receipt, UTC ns, decimal | " " |
//                   length, decimal | LF | the record as received | LF
//   leaf          = SHA-256(0x00 || segment bytes), as RFC 6962 has it
//
// So a segment written to a file is proven with `sha256sum`, and neither the bytes nor when they came can be changed. A leaf
// is found at commit; the next chunk of the lane carries it in the journal, the block of its last record in its head.
// Packing the block again never touches it.

/// One leaf: the records [sequence_first, sequence_last] of a lane.
struct CustodySegment {
  std::uint64_t sequence_first = 0, sequence_last = 0;
  Sha256::Digest leaf{};
  bool operator==(const CustodySegment&) const = default;
};

/// A segment is closed before the chunk that would take it past this many raw bytes …
constexpr std::uint64_t kCustodySegmentBytes = 1024 * 1024;
/// … or that came this long after the segment's first record, or on another day.
constexpr std::int64_t kCustodySegmentSpan = 10'000'000'000;

/// What stands before a record's bytes in its segment.
void append_segment_line(std::string& out, std::uint64_t sequence, std::int64_t received_ns,
                         std::size_t length);

/// Hashes the segments of one lane, chunk by chunk. One thread.
class SegmentHasher {
 public:
  bool empty() const { return sequence_first_ == 0; }
  /// Whether a chunk of these bounds still belongs to the open segment. `bytes_max`: kCustodySegmentBytes, or less where blocks
  /// are smaller than that.
  bool takes(const RowBounds& bounds, std::uint64_t bytes_max = kCustodySegmentBytes) const;
  void add(const Chunk& chunk);
  void add(std::uint64_t sequence, std::int64_t received_ns, std::string_view raw);
  /// Ends the open segment, which is not empty.
  CustodySegment close();

 private:
  Sha256 hash_;
  std::string piece_;
  std::uint64_t sequence_first_ = 0, sequence_last_ = 0, raw_bytes_ = 0;
  std::int64_t received_first_ = 0;
};

/// On disk: count | for each: first sequence, less the end of the one before, and records' span, varints | leaf.
void append_segments(std::string& out, std::span<const CustodySegment> segments);
/// False if the bytes are not what was written.
bool read_segments(WireReader& in, std::vector<CustodySegment>& segments);

}  // namespace vigil
