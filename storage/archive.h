#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/batch.h"
#include "parsers/result.h"
#include "storage/custody.h"
#include "storage/state_store.h"
#include "storage/store_error.h"

namespace vigil {

struct Rollup;

struct ArchiveOptions {
  std::filesystem::path directory;  ///< holds the journal and RocksDB's files; made if missing
  /// A lane's open records are sealed into a block at this many raw bytes (16 MiB) …
  std::size_t block_raw_bytes = 16 * 1024 * 1024;
  /// … or at this age, so that a quiet lane's records are compressed too.
  std::chrono::minutes block_age_max{30};
  /// All lanes' open records together; past it the largest lane is sealed first. Bounds memory with many lanes.
  std::size_t tail_raw_bytes_max = 64 * 1024 * 1024;
  /// zstd level of sealed blocks. Low: sealing is on the ingest budget; the night work recompresses.
  int seal_level = 1;
  bool read_only = false;
};

/// What a committed record looks like when it is read again. Views live until the cursor moves.
struct StoredRecord {
  std::uint64_t sequence = 0;
  std::string_view raw;  ///< may be empty if the scan needs no text
  std::int64_t received_ns = 0;
  std::int64_t event_ns = 0;
  const Source* source = nullptr;
  Kinds kinds;
  Format format = Format::none;
  Tags transport_tags;
};

/// Which part of the archive a scan covers. Blocks outside are not read.
struct ScanRange {
  /// Organisations to be seen; empty means none (isolation is not optional). "*" stands for all and is for
  /// the daemon itself.
  std::vector<std::string> organisations;
  std::int64_t event_from_ns = INT64_MIN;  ///< event time, inclusive
  std::int64_t event_to_ns = INT64_MAX;    ///< event time, exclusive
  std::uint64_t sequence_from = 0;         ///< inclusive
  std::uint64_t sequence_to = UINT64_MAX;  ///< exclusive
  bool newest_first = true;                ///< by order of arrival (sequence)
  /// Terms that must all occur in a block, lower case, as term_hash of block index sees them: the planner fills
  /// them. Blocks that lack one are skipped. Needles (below) are checked on the decoded text.
  std::vector<std::string> terms;
  /// Byte strings of which each must occur (ASCII case-insensitively) in a record's raw bytes or the record is
  /// skipped before it is handed out. Only used where decoding cannot change the answer.
  std::vector<std::string> needles;
  /// Byte strings of which each must occur (ASCII case-insensitively) in the text that is read from a record, made of
  /// bytes that NeedleFilter allows: the planner fills them. What surely lacks one is skipped, a record, a part of a
  /// block or all of it. What is handed out may lack them.
  std::vector<std::string> hints;
  /// If not, records may be handed out without their bytes: what is asked about them stands in their rows and sources.
  bool text_needed = true;
  /// Asked before each block and each open chunk, if there is one: then the scan fails with cancelled.
  const std::function<bool()>* cancelled = nullptr;
};

/// Counters of one scan, for `--explain` and tests. Parts are what a block's text is cut into; `total` is before anything
/// was left out.
struct ScanCost {
  std::uint64_t rollups_read = 0;  ///< of a count
  std::uint64_t blocks_total = 0, blocks_read = 0;  ///< read: at least their rows
  std::uint64_t parts_total = 0;
  std::uint64_t parts_searched = 0;  ///< for hints, as columns (column_search.h)
  std::uint64_t parts_read = 0;      ///< made text of; once for each time
  std::uint64_t records_seen = 0, raw_bytes = 0;

  ScanCost& operator+=(const ScanCost& other);
};

struct RecoveryReport {
  bool clean = true;  ///< nothing had to be salvaged
  std::uint64_t lost_from = 0,
                lost_to = 0;  ///< acknowledged sequences that could not be recovered lie in [from, to) …
  struct Loss {
    std::uint64_t from = 0, to = 0;  ///< [from, to)
  };
  std::vector<Loss> lost;  ///< … and are exactly these
  std::uint64_t lost_records = 0;
  std::uint64_t salvaged = 0;        ///< records read from the damaged journal and written again
  std::filesystem::path quarantine;  ///< where the damaged journal was put
  std::string what;                  ///< one paragraph for the operator
};

/// The night's work: sealed blocks packed again, tighter, and their indexes merged.
struct NightRequest {
  std::int64_t now_ns = 0;
  bool everything = false;  ///< whatever is sealed; else days that have ended (UTC)
  /// Asked between blocks, a few times a second: may wait while others need the machine; false: go on another night.
  std::function<bool()> go_on;
};
struct NightReport {
  std::uint64_t blocks_before = 0, blocks_after = 0, raw_bytes = 0;
  std::uint64_t bytes_before = 0, bytes_after = 0;  ///< index included
  bool finished = true;                             ///< false: go_on said so
  std::vector<std::string> troubles;                ///< blocks left as they were, and why
};

/// Retention: what has been kept for its time is given up, by whole days.
struct RetireRequest {
  std::int64_t now_ns = 0;
  int months = 6;               ///< calendar months from receipt, for what is in scope
  int out_of_scope_days = 184;  ///< for the rest
  /// Whether somebody holds records of a block that is due. Such blocks are moved aside first and stay readable.
  struct Question {
    std::string_view organisation;
    bool in_scope = true;
    RowBounds bounds;
  };
  std::function<bool(const Question&)> holds;
};
struct RetireReport {
  std::uint64_t blocks = 0, records = 0, raw_bytes = 0, bytes = 0;  ///< given up
  std::uint64_t held_blocks = 0;  ///< kept beyond their time, now or since earlier
};

/// A leaf of custody (custody.h) and whose records it is of.
struct CustodyLeaf {
  std::string_view organisation;
  bool in_scope = true;
  CustodySegment segment;
};

struct ArchiveStats {
  std::uint64_t records = 0, raw_bytes = 0, stored_bytes = 0, index_bytes = 0, blocks = 0, open_records = 0,
                open_raw_bytes = 0;
  std::uint64_t cold_blocks = 0,
                held_blocks = 0;  ///< of the blocks: packed again by night, and kept past their time
  std::uint64_t last_sequence = 0;
  std::int64_t oldest_received_ns = 0;
  std::uint64_t verify_failures = 0;  ///< blocks whose decoded bytes differed at sealing; kept as plain zstd
  /// Per kind: records, raw bytes and, shared by proportion, stored bytes; oldest receipt.
  struct PerKind {
    std::uint64_t records = 0, raw_bytes = 0, stored_bytes = 0;
    std::int64_t oldest_received_ns = 0;
  };
  PerKind kinds[kKindCount];
};

/// The preserved logs of all organisations, byte for byte. Journal with group commit, then
/// sealed blocks; lanes (organisation x scope) never mix. Blocks and journal are readable while it is written.
///
/// Threads: commit() from one thread at a time; everything else from any thread at any time.
class Archive {
 public:
  /// Opens or makes the archive and recovers what a crash left: "never silent, never stuck".
  /// Says what it did in `report`. Fails with locked, no_access, newer_format, or corrupt where even the
  /// salvaged rest cannot be opened.
  static Result<std::unique_ptr<Archive>, StoreError> open(const ArchiveOptions& options,
                                                           RecoveryReport* report);

  virtual ~Archive() = default;

  /// Makes the batches durable in one synced write and gives their records their sequence. When it returns
  /// they cannot be lost and are found by scans. Without records it says whether one could be committed now. On failure nothing may be acknowledged; `disk_full` may be
  /// tried again, `io` needs a new Archive.
  virtual Result<void, StoreError> commit(std::span<const std::shared_ptr<Batch>> batches) = 0;

  /// Seals lanes that are due; `everything` seals all open records. Runs beside commit(), on a worker thread.
  /// True if something was sealed.
  virtual Result<bool, StoreError> seal(bool everything, std::int64_t now_ns) = 0;

  /// Lets the journal go as far as it is sealed. Else it keeps some of that, up to 192 MiB, as a second copy until a table
  /// of the usual size is full.
  virtual Result<void, StoreError> empty_journal() = 0;

  /// Calls `visit` for each record in range, in order, until it says false. Terms and needles only narrow what
  /// is read: the caller still checks each record. Reads a consistent snapshot.
  virtual Result<ScanCost, StoreError> scan(const ScanRange& range,
                                            const std::function<bool(const StoredRecord&)>& visit) const = 0;
  // A damaged block does not hide the others: everything readable is visited, then the scan fails with corrupt and
  // names the block.

  /// What a count needs to know of records beside their source, kinds and hour.
  struct CountNeeds {
    bool host = false, severity = false;
  };
  /// Counts of records that fall into whole hours of event time, from rollups: entries of hours outside [from, to) do not
  /// count.
  struct CountedHours {
    const Rollup& rollup;
    std::int64_t from = 0, to = 0;
  };
  /// Every record of the range once, in no order: as counts where rollups know them, else as itself. Only event times and
  /// organisations of the range are looked at. The default gives all as themselves.
  virtual Result<ScanCost, StoreError> count(const ScanRange& range, const CountNeeds& needs,
                                             const std::function<bool(const CountedHours&)>& visit_counts,
                                             const std::function<bool(const StoredRecord&)>& visit) const;

  /// The record of that sequence, if one of `organisations` may see it. Views live as long as `keep`.
  struct Kept {
    std::shared_ptr<const void> owner;
    StoredRecord record;
  };
  virtual Result<Kept, StoreError> get(std::uint64_t sequence,
                                       const std::vector<std::string>& organisations) const = 0;

  /// Does the night's work, block by block, beside everything else; one caller at a time. What it has done stays done,
  /// wherever it is stopped or dies. Fails where it cannot go on at all.
  virtual Result<NightReport, StoreError> night(const NightRequest& request) = 0;

  /// Gives up the days whose time is over. Beside everything else; scans that are under way see what they began with.
  virtual Result<RetireReport, StoreError> retire(const RetireRequest& request) = 0;

  /// The segments of custody that have ended, lane by lane and by sequence, until `visit` says false.
  virtual Result<void, StoreError> custody(const std::vector<std::string>& organisations,
                                           const std::function<bool(const CustodyLeaf&)>& visit) const = 0;

  virtual ArchiveStats stats() const = 0;
  /// Sequence that the next record will get.
  virtual std::uint64_t next_sequence() const = 0;

  /// The state column family of the same database: changes there are synced with the same journal.
  virtual StateStore& state() = 0;
};

/// "0000000000001a2f": how a sequence is written as `vigil.id`, and read back.
std::string record_id(std::uint64_t sequence);
std::optional<std::uint64_t> record_sequence(std::string_view id);

}  // namespace vigil
