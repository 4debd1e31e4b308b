#pragma once

#include <rocksdb/write_batch.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "parsers/buffer_pool.h"
#include "storage/ack_ledger.h"
#include "storage/archive.h"
#include "storage/block_codec.h"
#include "storage/chunk.h"
#include "storage/data_directory.h"
#include "storage/database.h"
#include "storage/days.h"
#include "storage/journal.h"
#include "storage/lane_cursor.h"
#include "storage/lanes.h"
#include "storage/loaded_block.h"
#include "storage/recovery.h"
#include "storage/rocks_state.h"

namespace vigil {

/// The archive: a journal of our own before RocksDB. What is open is in memory and, as chunks, in the journal; what is
/// sealed is in the database, with a short description of each block in memory. A chunk that a block of its lane
/// spans is sealed: nothing else is noted of the hand-over, so it happens exactly once, whatever dies when.
///
/// Files: archive_open.cc (start, recovery), archive.cc (commit, figures), archive_seal.cc, archive_scan.cc,
/// archive_night.cc (packing again), archive_retire.cc (giving up).
///
/// Locks, in the order they are taken: night_ > sealing_ > healing_ > mutex_. mutex_ guards the lanes and is never held while
/// anything is read, written or packed.
class RocksArchive final : public Archive {
 public:
  /// `env`: tests put a file system there that fails or forgets.
  static Result<std::unique_ptr<RocksArchive>, StoreError> open(const ArchiveOptions& options,
                                                                RecoveryReport* report,
                                                                rocksdb::Env* env = nullptr);
  ~RocksArchive() override;

  Result<void, StoreError> commit(std::span<const std::shared_ptr<Batch>> batches) override;
  Result<bool, StoreError> seal(bool everything, std::int64_t now_ns) override;
  Result<void, StoreError> empty_journal() override;
  Result<ScanCost, StoreError> scan(const ScanRange& range,
                                    const std::function<bool(const StoredRecord&)>& visit) const override;
  Result<ScanCost, StoreError> count(const ScanRange& range, const CountNeeds& needs,
                                     const std::function<bool(const CountedHours&)>& visit_counts,
                                     const std::function<bool(const StoredRecord&)>& visit) const override;
  Result<Kept, StoreError> get(std::uint64_t sequence,
                               const std::vector<std::string>& organisations) const override;
  Result<NightReport, StoreError> night(const NightRequest& request) override;
  Result<RetireReport, StoreError> retire(const RetireRequest& request) override;
  Result<void, StoreError> custody(const std::vector<std::string>& organisations,
                                   const std::function<bool(const CustodyLeaf&)>& visit) const override;
  ArchiveStats stats() const override;
  std::uint64_t next_sequence() const override { return next_sequence_.load(std::memory_order_acquire); }
  StateStore& state() override { return state_; }

 private:
  RocksArchive(const ArchiveOptions& options, std::unique_ptr<DataDirectory> directory,
               std::unique_ptr<Database> database);

  // archive_open.cc
  Result<void, StoreError> load(RecoveryReport& report);
  Result<void, StoreError> load_lanes();
  using Infos = std::vector<std::shared_ptr<const BlockInfo>>;
  Result<void, StoreError> list_blocks(
      const std::function<void(std::shared_ptr<const BlockInfo>)>& visit) const;
  Result<void, StoreError> load_blocks();
  void load_chunk(std::shared_ptr<const Chunk> chunk, std::vector<SequenceRange>& held);
  Lane* lane_of(LaneId id, const Sources& sources);
  Result<void, StoreError> add_sealed_sequences(std::vector<SequenceRange>& held, std::uint64_t& from) const;
  Result<std::vector<SequenceRange>, StoreError> find_losses(std::vector<SequenceRange> held);
  Result<void, StoreError> write_journal_again(const JournalFindings& findings,
                                               const std::vector<SequenceRange>& losses,
                                               RecoveryReport& report);
  Result<void, StoreError> note_losses(const std::vector<SequenceRange>& losses, RecoveryReport& report);

  // archive.cc
  Result<void, StoreError> make_writable();
  Result<void, StoreError> heal();
  Result<void, StoreError> open_lost_blocks();
  Result<void, StoreError> check_room(std::uint64_t bytes) const;
  std::shared_ptr<const Chunk> finish_chunk(ChunkBuilder& builder, LaneId lane, const CommitSpan& span,
                                            const std::shared_ptr<FrameBuffer>& frames);
  void hash_open_again();
  Result<std::vector<std::shared_ptr<const Chunk>>, StoreError> build_chunks(
      std::span<const std::shared_ptr<Batch>> batches, const CommitSpan& span);
  Result<void, StoreError> write_new_lanes();

  // archive_scan.cc
  using LaneSegments = std::vector<std::vector<Segment>>;
  LaneSegments segments_of(const std::vector<std::string>& organisations, ScanCost& cost) const;
  Result<bool, StoreError> walk(LaneSegments lanes, const ScanRange& range, ScanCost& cost,
                                const std::function<bool(const StoredRecord&)>& visit) const;
  // archive_count.cc
  std::optional<Rollup> read_counts(Family family, const std::string& key, const CountNeeds& needs,
                                    std::uint64_t records, std::int64_t from, std::int64_t to) const;
  std::vector<Segment> segments_spanning(std::uint64_t sequence,
                                         const std::vector<std::string>& organisations) const;
  Result<Kept, StoreError> get_sealed(const std::shared_ptr<const BlockInfo>& info,
                                      std::uint64_t sequence) const;

  // archive_night.cc
  /// Blocks of one lane and day, by sequence, that are packed in one go.
  struct NightRun {
    LaneId lane = 0;
    std::uint16_t day = 0;
    Infos blocks;
  };
  std::vector<NightRun> night_runs(const NightRequest& request) const;
  Result<bool, StoreError> pack_run(const NightRun& run, const NightRequest& request, NightReport& report);
  Result<void, StoreError> forget_unfinished_run();
  void replace_blocks(LaneId lane, const Infos& before, const Infos& after);
  Result<void, StoreError> clean_days(const std::function<bool()>& go_on);
  Result<void, StoreError> clean_day(std::uint16_t day);

  // archive_retire.cc
  Result<void, StoreError> hold_block(LaneId lane, const std::shared_ptr<const BlockInfo>& block);
  Result<void, StoreError> retire_lane_day(const NightRun& due, const std::vector<char>& held,
                                           RetireReport& report);

  // archive_seal.cc
  struct Due {
    LaneId lane = 0;
    std::uint16_t day = 0;
    std::vector<std::shared_ptr<const Chunk>> chunks;
    std::vector<CustodySegment> segments;  ///< the chunks' segments, whole
    bool waits = false;  ///< for the lane's open segment to be ended: nothing to be sealed before that
  };
  /// What is asked of one call of seal().
  struct Round {
    bool everything = false;
    std::int64_t now_ns = 0;
    std::uint64_t before = 0;        ///< only what was there when it began
    std::uint64_t pinned_until = 0;  ///< lanes with something this old keep too much of the journal
    std::vector<LaneId> skip;        ///< lanes that could not be sealed
  };
  Due next_due(const Round& round) const;
  void end_segment(LaneId lane);
  Result<bool, StoreError> seal_blocks(bool everything, std::int64_t now_ns, std::size_t most);
  Result<void, StoreError> seal_block(const Due& due);
  std::uint64_t oldest_open() const;
  Result<void, StoreError> trim_journal(std::uint64_t keep_bytes);

  ArchiveOptions options_;
  std::unique_ptr<DataDirectory> directory_;
  std::unique_ptr<Database> database_;
  AckLedger ledger_;
  Journal journal_;
  std::uint64_t journal_keep_bytes_ = 0;  ///< past this, what is sealed of the journal goes
  RocksState state_;

  std::mutex healing_;
  mutable std::mutex mutex_;
  Lanes lanes_;
  std::atomic<std::uint64_t> open_raw_bytes_{0};
  std::atomic<std::uint64_t> next_sequence_{1};  ///< 0 is no record: cursors begin there

  // The committing thread's own, or of who holds healing_.
  std::shared_ptr<BufferPool> buffers_ = std::make_shared<BufferPool>();
  std::unordered_map<LaneId, ChunkBuilder> builders_;
  std::unordered_map<LaneId, SegmentHasher> hashers_;  ///< each lane's open segment
  bool hashers_stale_ = false;                         ///< a commit failed after it was hashed
  bool unknown_ = false;  ///< a commit failed so that nobody knows what of it is on disk

  mutable std::mutex recent_mutex_;  ///< guards the block get() read last, and its reading
  mutable std::shared_ptr<LoadedBlock> recent_;

  std::mutex night_;  ///< the night's work and retention: one at a time
  std::vector<std::pair<std::uint16_t, std::weak_ptr<const BlockInfo>>>
      retired_;  ///< by day; readers may hold them

  std::mutex sealing_;  ///< guards what follows
  BlockEncoder encoder_;
  rocksdb::WriteBatch seal_scratch_;
  std::uint32_t next_block_ = 1;
  std::uint16_t sealed_day_ = 0;  ///< of the block sealed last
  std::atomic<std::uint64_t> verify_failures_{0};
};

/// Keys of a block (block_codec.h).
std::string block_key(const BlockInfo& info);
std::string letters_key(const BlockInfo& info);
std::string part_key(const BlockInfo& info, std::uint16_t part);
std::string rollup_key(const BlockInfo& info);
/// Where a block's parts are.
Family family_of(BlockPlace place);
/// Key of a run's index page (day_index.h), of its rollup, or, with the ordinal added, of a block's letter index.
std::string run_key(const BlockInfo& info, std::uint16_t page);
constexpr std::uint16_t kLettersPage = 0x8000, kRollupPage = UINT16_MAX;
/// Family meta: known losses, "loss/" and the first sequence -> the last, both big-endian. So that one is told once.
constexpr std::string_view kLossPrefix = "loss/";
/// Notes that a day has parts which no head names any more.
void note_unclean(Database::Changes& changes, std::uint16_t day);
/// Family meta: "retained/" and a lane's number -> the sequence before which retention has given up its records, both
/// big-endian. What the journal still has of them does not come back, and they are no loss.
constexpr std::string_view kRetainedPrefix = "retained/";
std::string retained_key(LaneId lane);
/// First key of a day, or of a block number or lane in it.
std::string day_key(std::uint16_t day);
std::string day_key(std::uint16_t day, std::uint32_t number);
std::string day_key(std::uint16_t day, LaneId lane);

}  // namespace vigil
