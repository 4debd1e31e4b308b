#pragma once

#include <filesystem>
#include <memory>

#include "parsers/result.h"
#include "storage/store_error.h"

namespace vigil {

// What lies in the archive's directory:
//
//   FORMAT       "vigil archive 1\n": a newer number is refused and nothing is touched
//   LOCK         locked by the one process that may write
//   acked        the ledger of acknowledgements (ack_ledger.h)
//   journal/     what was committed and is not sealed for good (journal.h)
//   db/          RocksDB: blocks and state
//   quarantine/  0001/, 0002/ …: journals that were damaged, as they were found, each with SHA256SUMS

/// The directory, checked and locked; unlocked when this goes. Nothing in it is read or written before that.
class DataDirectory {
 public:
  /// Makes the directory if only it itself is missing. Fails with locked (BI-99), no_access (BI-100: missing parent,
  /// not a directory, no right to write, read-only), newer_format, corrupt (FORMAT stands there and the database does
  /// not, or the other way round), disk_full. A read-only opener does not lock.
  static Result<std::unique_ptr<DataDirectory>, StoreError> open(const std::filesystem::path& path, bool read_only);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path database() const { return path_ / "db"; }
  std::filesystem::path database_current() const { return database() / "CURRENT"; }
  std::filesystem::path journal() const { return path_ / "journal"; }
  std::filesystem::path ledger() const { return path_ / "acked"; }
  std::filesystem::path quarantine() const { return path_ / "quarantine"; }
  /// Nothing has been stored here yet: a database may be made.
  bool fresh() const { return fresh_; }
  /// Writes FORMAT, synced; the last step of making an archive.
  Result<void, StoreError> write_format();

 private:
  explicit DataDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  Result<void, StoreError> make_and_check(bool read_only);
  Result<void, StoreError> lock();
  Result<void, StoreError> read_format();

  std::filesystem::path path_;
  int lock_ = -1;
  bool fresh_ = false;
};

/// Syncs a directory, so that the names in it are durable.
Result<void, StoreError> sync_directory(const std::filesystem::path& path);

}  // namespace vigil
