#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "parsers/result.h"
#include "storage/archive.h"
#include "storage/data_directory.h"
#include "storage/database.h"

namespace vigil {

// Opening after a crash: never silent, never stuck (reliability.md 3.2).
//
//   1. Open with TolerateCorruptedTailRecords. Good: a torn last record was never acknowledged.
//   2. It refuses: copy journal, MANIFEST and CURRENT to quarantine/NNNN/ with SHA256SUMS, synced, before anything
//      else can change them.
//   3. Look, read-only and with PointInTime, how far the journal is whole.
//   4. Open with SkipAnyCorruptedRecords: every record of the journal is one WriteBatch with its own checksum, so what
//      is applied is all that was written but the damaged batches. Should even that fail: PointInTime.
//   5. Compare what is there with what was acknowledged (find_gaps): a gap is a loss, with its exact range.

/// The database, opened or salvaged. `report` says what was done; losses are not known yet.
struct Recovered {
  std::unique_ptr<Database> database;
  bool salvaged = false;
  std::uint64_t whole_until = UINT64_MAX;  ///< if salvaged: sequence after the last record before the damage
};
Result<Recovered, StoreError> open_or_recover(const DataDirectory& directory, const DatabaseOptions& options,
                                              RecoveryReport& report);

/// Sequences in [from, to) that none of the ranges hold. Ranges are [first, last], in any order, and may overlap.
struct SequenceRange {
  std::uint64_t first = 0, last = 0;
};
std::vector<SequenceRange> find_gaps(std::vector<SequenceRange> held, std::uint64_t from, std::uint64_t to);

}  // namespace vigil
