#pragma once

#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/result.h"
#include "storage/store_error.h"

namespace vigil {

/// Column families. The names are on disk; the order is ours.
enum class Family : std::uint8_t {
  meta,   ///< RocksDB's default: lanes, known losses
  state,  ///< cases, outbox, windows, cursors (StateStore)
  heads,  ///< one head for each block
  fresh,  ///< the parts of blocks
  fidx,   ///< term indexes and rollups of blocks
  cold,   ///< the parts of blocks that the night has packed again; not in the log (put_unlogged)
  cidx,   ///< their term index and rollup, one for each run
  held,   ///< the parts of blocks past their time that something holds
};
constexpr std::size_t kFamilyCount = 8;

struct DatabaseOptions {
  std::filesystem::path directory;
  bool read_only = false;
  bool create = false;
  rocksdb::WALRecoveryMode recovery = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  std::size_t buffer_bytes = 16 * 1024 * 1024;  ///< blocks in memory before they are written to a table
  rocksdb::Env* env = nullptr;                  ///< tests: file systems that fail or lose what was not synced
};

/// RocksDB's reason in our words. `what` says what was tried, with the file or key.
StoreError store_error(const rocksdb::Status& status, const std::string& what);

/// RocksDB, opened the way the archive needs it (each option's reason stands beside it in database.cc). Everything
/// above speaks of families and keys.
///
/// Threads: any. A write that fails leaves the database unwritable, whatever the reason: RocksDB's own recovery from
/// an error of its write-ahead log can leave families inconsistent (7.8, manual_wal_flush). reopen() mends it.
class Database {
 public:
  static Result<std::unique_ptr<Database>, StoreError> open(const DatabaseOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Changes that are written together or not at all.
  class Changes {
   public:
    void put(Family family, std::string_view key, std::string_view value);
    void erase(Family family, std::string_view key);

   private:
    friend class Database;
    Changes(rocksdb::WriteBatch& batch, const std::vector<rocksdb::ColumnFamilyHandle*>& handles)
        : batch_(batch), handles_(handles) {}
    rocksdb::WriteBatch& batch_;
    const std::vector<rocksdb::ColumnFamilyHandle*>& handles_;
  };
  /// Synced: durable when it returns. With_next: durable with the next synced write or flush.
  enum class Durability : std::uint8_t { synced, with_next };
  /// `scratch` keeps its memory from call to call; `fill` says what changes.
  Result<void, StoreError> write(rocksdb::WriteBatch& scratch, Durability durability,
                                 const std::function<void(Changes&)>& fill);

  /// The value of a key; it lives in `pin`. Fails with not_found.
  Result<std::string_view, StoreError> get(Family family, std::string_view key,
                                           rocksdb::PinnableSlice& pin) const;

  /// Keys that begin with `prefix`, in byte order, until `visit` says false: a snapshot. `visit` must not write.
  Result<void, StoreError> scan(
      Family family, std::string_view prefix,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) const;

  /// Writes what the blocks' families have in memory to files. When it returns, blocks written before are in tables,
  /// synced.
  Result<void, StoreError> flush_blocks();
  /// The same of all families, so that the write-ahead log becomes empty.
  Result<void, StoreError> flush_all();
  /// Values of the night's families: without the write-ahead log, so durable only after flush_night(). What names them is
  /// written afterwards.
  Result<void, StoreError> put_unlogged(Family family, std::string_view key, std::string_view value);
  Result<void, StoreError> flush_night();
  /// Gives up all keys in [from, to): whole files at once, what is left of others by rewriting these few.
  Result<void, StoreError> drop(Family family, std::string_view from, std::string_view to);

  /// The file system the database is on: for files of our own beside it.
  std::shared_ptr<rocksdb::FileSystem> files() const;
  bool writable() const { return !failed_.load(std::memory_order_acquire); }

  /// Closes and opens again, after a full disk. Waits for readers.
  Result<void, StoreError> reopen();

 private:
  explicit Database(DatabaseOptions options) : options_(std::move(options)) {}
  Result<void, StoreError> flush(std::initializer_list<Family> families);
  Result<void, StoreError> open_files();
  void close_files();
  rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return handles_[static_cast<std::size_t>(family)];
  }

  DatabaseOptions options_;
  mutable std::shared_mutex reopening_;  ///< held shared by every user of db_
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::atomic<bool> failed_{false};
};

}  // namespace vigil
