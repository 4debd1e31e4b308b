#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>

namespace vigil::test {

/// A file system that forgets what was not synced when the power goes, and fails when it is told to.
///
/// What is forgotten: bytes behind the last sync of a file (some of them may be kept, torn), names of files made since
/// their directory was synced, and the taking away of names since then.
class FaultyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  using Status = rocksdb::IOStatus;
  /// Asked before every write and sync; not ok: it fails that way. `doing` is "append", "append direct" (past the page
  /// cache), "open direct" or "sync".
  using Fault = std::function<Status(const std::string& file, const std::string& doing)>;

  FaultyFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultyFileSystem"; }

  void set_fault(Fault fault) {
    const std::lock_guard lock(mutex_);
    fault_ = std::move(fault);
  }
  /// Syncs say "done" and do nothing: a disk that lies.
  void lie() { lying_ = true; }

  /// The power goes: from now on nothing is written.
  void power_off() { off_ = true; }
  /// After everything that used it is gone: makes the directory what the disk would hold, and starts anew.
  void power_on(std::mt19937& random) {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, file] : files_) {
      std::error_code error;
      if (!std::filesystem::exists(path, error)) continue;
      const auto size = std::filesystem::file_size(path, error);
      if (!file.named) {
        std::filesystem::remove(path, error);
      } else if (size > file.synced) {
        std::filesystem::resize_file(path, file.synced + random() % (size - file.synced + 1), error);
      }
    }
    for (const auto& [path, bytes] : removed_) {
      if (!std::filesystem::exists(path) && random() % 2 == 0) std::ofstream(path, std::ios::binary) << bytes;
    }
    files_.clear();
    removed_.clear();
    off_ = false;
  }

  Status NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                         std::unique_ptr<rocksdb::FSWritableFile>* result, rocksdb::IODebugContext* debug) override {
    if (auto status = may(path, "append"); !status.ok()) return status;
    std::unique_ptr<rocksdb::FSWritableFile> file;
    auto status = target()->NewWritableFile(path, options, &file, debug);
    if (!status.ok()) return status;
    {
      const std::lock_guard lock(mutex_);
      files_[path] = {};
    }
    *result = std::make_unique<File>(*this, path, std::move(file));
    return status;
  }
  Status ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                            std::unique_ptr<rocksdb::FSWritableFile>* result,
                            rocksdb::IODebugContext* debug) override {
    if (auto status = may(path, options.use_direct_writes ? "open direct" : "append"); !status.ok()) return status;
    std::unique_ptr<rocksdb::FSWritableFile> file;
    auto status = target()->ReopenWritableFile(path, options, &file, debug);
    if (!status.ok()) return status;
    {
      const std::lock_guard lock(mutex_);
      files_.try_emplace(path);
    }
    *result = std::make_unique<File>(*this, path, std::move(file));
    return status;
  }
  Status NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                      std::unique_ptr<rocksdb::FSDirectory>* result, rocksdb::IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSDirectory> directory;
    auto status = target()->NewDirectory(path, options, &directory, debug);
    if (status.ok()) *result = std::make_unique<Directory>(*this, path);
    return status;
  }
  Status RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                    rocksdb::IODebugContext* debug) override {
    if (auto status = may(from, "append"); !status.ok()) return status;
    const std::lock_guard lock(mutex_);
    auto status = target()->RenameFile(from, to, options, debug);
    if (!status.ok()) return status;
    if (const auto known = files_.find(from); known != files_.end()) {
      files_[to] = known->second;
      files_[to].named = true;  // a rename over an older file: one of both is there, and RocksDB syncs before it trusts
      files_.erase(known);
    }
    return status;
  }
  Status DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                    rocksdb::IODebugContext* debug) override {
    if (auto status = may(path, "append"); !status.ok()) return status;
    const std::lock_guard lock(mutex_);
    // Journals and logs only: they are what may come back to haunt us; tables are too large to remember.
    if (path.ends_with(".log")) {
      std::ifstream in(path, std::ios::binary);
      removed_[path] = {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }
    files_.erase(path);
    return target()->DeleteFile(path, options, debug);
  }

 private:
  struct Known {
    std::uint64_t synced = 0;
    bool named = false;
  };

  class File : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(FaultyFileSystem& system, std::string path, std::unique_ptr<rocksdb::FSWritableFile> file)
        : FSWritableFileOwnerWrapper(std::move(file)), system_(system), path_(std::move(path)) {}
    Status Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                  rocksdb::IODebugContext* debug) override {
      const bool direct = target()->use_direct_io();
      if (auto status = system_.may(path_, direct ? "append direct" : "append"); !status.ok()) {
        // A full disk takes what still fits.
        const std::size_t half = direct ? data.size() / 8192 * 4096 : data.size() / 2;
        if (status.IsNoSpace() && half > 0) {
          target()->Append(rocksdb::Slice(data.data(), half), options, debug).PermitUncheckedError();
        }
        return status;
      }
      return target()->Append(data, options, debug);
    }
    Status Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                  const rocksdb::DataVerificationInfo&, rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    Status Truncate(std::uint64_t size, const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      return system_.off_ ? Status::IOError("off") : target()->Truncate(size, options, debug);
    }
    Status Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      if (auto status = system_.may(path_, "sync"); !status.ok()) return status;
      if (auto flushed = target()->Flush(options, debug); !flushed.ok()) return flushed;
      system_.synced(path_);
      return Status::OK();
    }
    Status Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      return Sync(options, debug);
    }
    Status RangeSync(std::uint64_t, std::uint64_t, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      return Status::OK();  // promises nothing
    }

   private:
    FaultyFileSystem& system_;
    std::string path_;
  };

  class Directory : public rocksdb::FSDirectory {
   public:
    Directory(FaultyFileSystem& system, std::string path) : system_(system), path_(std::move(path)) {}
    Status Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      if (auto status = system_.may(path_, "sync"); !status.ok()) return status;
      system_.names_synced(path_);
      return Status::OK();
    }

   private:
    FaultyFileSystem& system_;
    std::string path_;
  };

  Status may(const std::string& path, const std::string& doing) {
    if (off_) return Status::IOError("the power is off");
    const std::lock_guard lock(mutex_);
    return fault_ ? fault_(path, doing) : Status::OK();
  }
  void synced(const std::string& path) {
    const std::lock_guard lock(mutex_);
    std::error_code error;
    if (!lying_) files_[path].synced = std::filesystem::file_size(path, error);
  }
  void names_synced(const std::string& directory) {
    const std::lock_guard lock(mutex_);
    const auto inside = [&](const std::string& path) {
      return std::filesystem::path(path).parent_path() == std::filesystem::path(directory).lexically_normal() ||
             std::filesystem::path(path).parent_path() / "" == std::filesystem::path(directory);
    };
    for (auto& [path, file] : files_) file.named |= inside(path);
    std::erase_if(removed_, [&](const auto& entry) { return inside(entry.first); });
  }

  std::mutex mutex_;
  std::map<std::string, Known> files_;
  std::map<std::string, std::string> removed_;
  Fault fault_;
  std::atomic<bool> off_{false}, lying_{false};
};

}  // namespace vigil::test
