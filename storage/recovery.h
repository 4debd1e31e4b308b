#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "parsers/result.h"
#include "storage/archive.h"
#include "storage/data_directory.h"
#include "storage/database.h"

namespace vigil {

// Opening after a crash: never silent, never stuck. Two things can be damaged.
//
// The journal (journal.h) has frames with checks of their own: what is damaged is stepped over, the rest is read. What
// was acknowledged and is in neither a frame nor a block is a gap between sequences: a loss, with its exact range
// (find_gaps; the ledger says where the sequences must end). Then the segments are put aside as they were found, and
// what could be read is written again.
//
// RocksDB's write-ahead log holds blocks until they are in tables, and the state.
//   1. Open with TolerateCorruptedTailRecords. Good: a torn last record was never acknowledged.
//   2. It refuses: see, read-only, whether it could be opened at all. If not, nothing is touched.
//   3. Put log, MANIFEST and CURRENT aside, synced, before anything can change them.
//   4. Open with SkipAnyCorruptedRecords: every record is one WriteBatch with its own checksum, so what is applied is
//      all that was written but the damaged batches. Should even that fail: PointInTime. A block that is gone is made
//      again: the journal keeps its records until it is in a table.

/// The database, opened or salvaged; `report` says what was done.
Result<std::unique_ptr<Database>, StoreError> open_or_recover(const DataDirectory& directory,
                                                              const DatabaseOptions& options, RecoveryReport& report);

/// Copies files as they are into a new numbered directory below `quarantine`, with SHA256SUMS, all synced.
Result<std::filesystem::path, StoreError> put_aside(const std::vector<std::filesystem::path>& files,
                                                    const std::filesystem::path& quarantine);

/// Sequences in [from, to) that none of the ranges hold. Ranges are [first, last], in any order, and may overlap.
struct SequenceRange {
  std::uint64_t first = 0, last = 0;
};
std::vector<SequenceRange> find_gaps(std::vector<SequenceRange> held, std::uint64_t from, std::uint64_t to);

}  // namespace vigil
