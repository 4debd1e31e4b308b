#include "storage/database.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <mutex>

namespace vigil {

namespace {

constexpr std::size_t kMiB = 1024 * 1024;
/// Blocks of files that were read: indexes of files, small families. Parts of blocks pass it by.
constexpr std::size_t kCacheBytes = 32 * kMiB;
/// All families' memory together: the bound under which the daemon keeps its promise of 700 MiB at full load.
constexpr std::size_t kWriteBuffersMax = 64 * kMiB;
/// Past this the oldest families are written to files, so that their share of the write-ahead log can go.
constexpr std::uint64_t kLogMax = 64 * kMiB;

constexpr const char* kNames[kFamilyCount] = {"default", "state", "heads", "fresh",
                                              "fidx",    "cold",  "cidx",  "held"};

rocksdb::ColumnFamilyOptions common_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;  // else every open file keeps its own in memory
  table.format_version = 5;                    // the newest that the oldest supported library reads
  table.checksum = rocksdb::kXXH3;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = 4 * kMiB;
  options.ttl = 0;  // the default rewrites every file once a month
  options.periodic_compaction_seconds = 0;
  return options;
}

/// Values written once under growing keys, packed already: files move down as they are, nothing is rewritten.
rocksdb::ColumnFamilyOptions append_options(const std::shared_ptr<rocksdb::Cache>& cache,
                                            std::size_t buffer_bytes) {
  rocksdb::ColumnFamilyOptions options = common_options(cache);
  options.compression = rocksdb::kNoCompression;
  options.write_buffer_size = buffer_bytes;
  options.num_levels = 2;
  options.level0_file_num_compaction_trigger = 2;
  options.level0_slowdown_writes_trigger = 40;  // far away: a stall can hang for good (7.8)
  options.level0_stop_writes_trigger = 80;
  options.target_file_size_base = 64 * kMiB;
  options.max_bytes_for_level_base = std::uint64_t{1} << 50U;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> descriptors(std::size_t buffer_bytes) {
  const auto cache = rocksdb::NewLRUCache(kCacheBytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> all;
  all.emplace_back(kNames[0], common_options(cache));
  all.emplace_back(kNames[1], common_options(cache));
  all.emplace_back(kNames[2], common_options(cache));
  all.emplace_back(kNames[3], append_options(cache, buffer_bytes));
  all.emplace_back(kNames[4], append_options(cache, buffer_bytes / 4));
  all.emplace_back(kNames[5], append_options(cache, buffer_bytes));
  all.emplace_back(kNames[6], append_options(cache, buffer_bytes / 4));
  all.emplace_back(kNames[7], append_options(cache, buffer_bytes / 4));
  return all;
}

rocksdb::DBOptions database_options(const DatabaseOptions& ours) {
  rocksdb::DBOptions options;
  if (ours.env != nullptr) options.env = ours.env;
  options.create_if_missing = ours.create;
  options.create_missing_column_families = !ours.read_only;
  options.wal_recovery_mode = ours.recovery;
  options.paranoid_checks = true;
  options.manual_wal_flush = true;  // a block's parts cost no write() of their own
  options.max_total_wal_size = kLogMax;
  options.wal_compression = rocksdb::kNoCompression;  // recovery of packed logs is broken before 8.0
  options.track_and_verify_wals_in_manifest = false;  // reports missing logs that are there (7.10)
  options.max_bgerror_resume_count = 0;               // see Database: we reopen instead
  options.allow_fallocate = false;                    // would reserve megabytes it never needs
  options.db_write_buffer_size = kWriteBuffersMax;
  options.max_background_jobs = 2;
  options.bytes_per_sync = kMiB;
  options.max_manifest_file_size = 32 * kMiB;
  options.max_open_files = 200;  // the descriptors belong to the listeners
  options.write_dbid_to_manifest = true;
  options.skip_stats_update_on_db_open = true;  // opening must not read every file
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.max_log_file_size = 4 * kMiB;
  options.keep_log_file_num = 3;
  return options;
}

bool is_full(const rocksdb::Status& status) {
  return status.IsNoSpace() || status.subcode() == rocksdb::Status::kNoSpace;
}

}  // namespace

StoreError store_error(const rocksdb::Status& status, const std::string& what) {
  const std::string text = what + ": " + status.ToString();
  if (is_full(status)) return {StoreErrc::disk_full, "磁碟已滿 (the disk is full): " + text};
  if (status.IsNotFound()) return {StoreErrc::not_found, text};
  if (status.IsCorruption()) return {StoreErrc::corrupt, text};
  if (status.IsInvalidArgument() || status.IsNotSupported()) {
    // What a newer version left and this one does not know: families, formats of files.
    return {StoreErrc::newer_format,
            "資料由較新的版本寫入，未更動 (written by a newer version, left untouched): " + text};
  }
  for (const char* const refused : {"Permission denied", "Read-only file system", "Not a directory"}) {
    if (text.find(refused) != std::string::npos) {
      return {StoreErrc::no_access, "無法存取資料目錄 (no access to the data directory): " + text};
    }
  }
  return {StoreErrc::io, text};
}

void Database::Changes::put(Family family, std::string_view key, std::string_view value) {
  batch_.Put(handles_[static_cast<std::size_t>(family)], key, value);
}
void Database::Changes::erase(Family family, std::string_view key) {
  batch_.Delete(handles_[static_cast<std::size_t>(family)], key);
}

Result<std::unique_ptr<Database>, StoreError> Database::open(const DatabaseOptions& options) {
  std::unique_ptr<Database> database(new Database(options));
  if (auto opened = database->open_files(); !opened) return opened.error();
  return database;
}

Database::~Database() { close_files(); }

Result<void, StoreError> Database::open_files() {
  rocksdb::DB* db = nullptr;
  const std::string path = options_.directory.string();
  const rocksdb::Status status =
      options_.read_only ? rocksdb::DB::OpenForReadOnly(database_options(options_), path,
                                                        descriptors(options_.buffer_bytes), &handles_, &db)
                         : rocksdb::DB::Open(database_options(options_), path,
                                             descriptors(options_.buffer_bytes), &handles_, &db);
  if (!status.ok()) return store_error(status, "opening " + path);
  db_.reset(db);
  failed_.store(false, std::memory_order_release);
  return {};
}

void Database::close_files() {
  if (!db_) return;
  // What was written "with next" has no next any more. Should it fail, the journal still has what blocks were made of.
  if (!options_.read_only && writable()) db_->FlushWAL(true).PermitUncheckedError();
  for (rocksdb::ColumnFamilyHandle* const handle : handles_) {
    db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  handles_.clear();
  db_->Close().PermitUncheckedError();
  db_.reset();
}

Result<void, StoreError> Database::reopen() {
  const std::unique_lock lock(reopening_);
  close_files();
  return open_files();
}

Result<void, StoreError> Database::write(rocksdb::WriteBatch& scratch, Durability durability,
                                         const std::function<void(Changes&)>& fill) {
  const std::shared_lock lock(reopening_);
  if (!db_ || !writable())
    return StoreError{StoreErrc::io, "the database failed before and was not opened again"};
  scratch.Clear();
  Changes changes(scratch, handles_);
  fill(changes);
  rocksdb::Status status = db_->Write(rocksdb::WriteOptions(), &scratch);
  if (status.ok() && durability == Durability::synced) status = db_->FlushWAL(true);
  if (status.ok()) return {};
  failed_.store(true, std::memory_order_release);
  return store_error(status, "writing " + options_.directory.string());
}

Result<std::string_view, StoreError> Database::get(Family family, std::string_view key,
                                                   rocksdb::PinnableSlice& pin) const {
  const std::shared_lock lock(reopening_);
  if (!db_) return StoreError{StoreErrc::io, "the database could not be opened again"};
  rocksdb::ReadOptions options;
  // Blocks are read once, and large: the page cache has them.
  options.fill_cache = family == Family::meta || family == Family::state || family == Family::heads;
  pin.Reset();
  const rocksdb::Status status = db_->Get(options, handle(family), key, &pin);
  if (!status.ok()) return store_error(status, "reading " + options_.directory.string());
  return std::string_view(pin.data(), pin.size());
}

Result<void, StoreError> Database::scan(
    Family family, std::string_view prefix,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const {
  const std::shared_lock lock(reopening_);
  if (!db_) return StoreError{StoreErrc::io, "the database could not be opened again"};
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options, handle(family)));
  for (it->Seek(prefix); it->Valid() && it->key().ToStringView().starts_with(prefix); it->Next()) {
    if (!visit(it->key().ToStringView(), it->value().ToStringView())) return {};
  }
  if (!it->status().ok()) return store_error(it->status(), "reading " + options_.directory.string());
  return {};
}

// Parts before heads: should only some of it be done, there are parts that no head names, and never the reverse.
Result<void, StoreError> Database::flush_blocks() {
  return flush({Family::fresh, Family::fidx, Family::held, Family::heads});
}

Result<void, StoreError> Database::flush_all() {
  if (auto blocks = flush_blocks(); !blocks) return blocks;
  return flush({Family::meta, Family::state});
}

Result<void, StoreError> Database::flush(std::initializer_list<Family> families) {
  const std::shared_lock lock(reopening_);
  if (!db_ || !writable())
    return StoreError{StoreErrc::io, "the database failed before and was not opened again"};
  for (const Family family : families) {
    const rocksdb::Status status = db_->Flush(rocksdb::FlushOptions(), handle(family));
    if (status.ok()) continue;
    failed_.store(true, std::memory_order_release);
    return store_error(status, "writing tables in " + options_.directory.string());
  }
  return {};
}

Result<void, StoreError> Database::put_unlogged(Family family, std::string_view key, std::string_view value) {
  const std::shared_lock lock(reopening_);
  if (!db_ || !writable())
    return StoreError{StoreErrc::io, "the database failed before and was not opened again"};
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  const rocksdb::Status status = db_->Put(options, handle(family), key, value);
  if (status.ok()) return {};
  failed_.store(true, std::memory_order_release);
  return store_error(status, "writing " + options_.directory.string());
}

Result<void, StoreError> Database::flush_night() { return flush({Family::cold, Family::cidx}); }

Result<void, StoreError> Database::drop(Family family, std::string_view from, std::string_view to) {
  const std::shared_lock lock(reopening_);
  if (!db_ || !writable())
    return StoreError{StoreErrc::io, "the database failed before and was not opened again"};
  const rocksdb::Slice first(from), end(to);
  const auto failed = [&](const rocksdb::Status& status) {
    failed_.store(true, std::memory_order_release);
    return store_error(status, "giving up old tables of " + options_.directory.string());
  };
  const auto is_empty = [&] {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    options.iterate_upper_bound = &end;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options, handle(family)));
    it->Seek(first);
    return !it->Valid() && it->status().ok();
  };
  if (is_empty()) return {};
  // Files at the top level are passed over by what follows: they are moved down first, as they are.
  rocksdb::CompactRangeOptions moved;
  moved.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kSkip;
  if (auto status = db_->Flush(rocksdb::FlushOptions(), handle(family)); !status.ok()) return failed(status);
  if (auto status = db_->CompactRange(moved, handle(family), &first, &end); !status.ok())
    return failed(status);
  const rocksdb::RangePtr range(&first, &end);
  if (auto status = rocksdb::DeleteFilesInRanges(db_.get(), handle(family), &range, 1, false); !status.ok()) {
    return failed(status);
  }
  if (is_empty()) return {};
  // A file that holds others' keys too: only these are rewritten.
  if (auto status = db_->DeleteRange(rocksdb::WriteOptions(), handle(family), first, end); !status.ok()) {
    return failed(status);
  }
  if (auto status = db_->Flush(rocksdb::FlushOptions(), handle(family)); !status.ok()) return failed(status);
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  if (auto status = db_->CompactRange(all, handle(family), &first, &end); !status.ok()) return failed(status);
  return {};
}

std::shared_ptr<rocksdb::FileSystem> Database::files() const {
  rocksdb::Env* const env = options_.env != nullptr ? options_.env : rocksdb::Env::Default();
  return env->GetFileSystem();
}

}  // namespace vigil
