#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "parsers/result.h"
#include "storage/sha256.h"
#include "storage/store_error.h"

namespace vigil::bundle {

/// What an errno means to the store's callers.
StoreError file_error(std::string_view what, const std::filesystem::path& path, int code);

/// One file of a bundle while it is written: counts and hashes what goes through it.
class OutFile {
 public:
  /// `mode` as for open(2). The file must not be there yet.
  static Result<OutFile, StoreError> create(const std::filesystem::path& path, unsigned mode = 0640);
  OutFile(OutFile&& other) noexcept;
  OutFile& operator=(OutFile&&) = delete;
  ~OutFile();

  Result<void, StoreError> write(std::string_view bytes);
  /// Writes the rest, syncs, closes; gives the digest in hex.
  Result<std::string, StoreError> finish();
  std::size_t size() const { return size_; }

 private:
  OutFile(int descriptor, std::filesystem::path path) : descriptor_(descriptor), path_(std::move(path)) {}
  Result<void, StoreError> flush();

  int descriptor_;
  std::filesystem::path path_;
  std::string buffer_;
  std::size_t size_ = 0;
  Sha256 hash_;
};

/// Makes a directory's entries durable.
Result<void, StoreError> sync_directory(const std::filesystem::path& directory);

}  // namespace vigil::bundle
