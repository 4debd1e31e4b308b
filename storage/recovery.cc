#include "storage/recovery.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <system_error>

namespace vigil {

namespace fs = std::filesystem;

namespace {

StoreError quarantine_failed(const fs::path& path, const std::error_code& error) {
  return {error == std::errc::no_space_on_device ? StoreErrc::disk_full : StoreErrc::io,
          "putting the damaged journal aside: " + path.string() + ": " + error.message()};
}

std::optional<std::string> sha256_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!in || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) return std::nullopt;
  std::vector<char> bytes(256 * 1024);
  while (in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) || in.gcount() > 0) {
    EVP_DigestUpdate(context.get(), bytes.data(), static_cast<std::size_t>(in.gcount()));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += kHex[digest[i] >> 4U];
    text += kHex[digest[i] & 15U];
  }
  return text;
}

Result<void, StoreError> sync_file(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int reason = errno;
  if (file >= 0) ::close(file);
  if (!synced) return quarantine_failed(path, std::error_code(reason, std::generic_category()));
  return {};
}

/// Logs and what says which files belong together. Tables are not copied: recovery does not change them.
std::vector<fs::path> log_files(const fs::path& database) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(database, error)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".log") || name.starts_with("MANIFEST-") || name == "CURRENT") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<fs::path, StoreError> put_aside(const std::vector<fs::path>& files, const fs::path& quarantine) {
  std::error_code error;
  if (!fs::create_directory(quarantine, error) && error) return quarantine_failed(quarantine, error);
  fs::path place;
  for (unsigned number = 1;; ++number) {
    std::string name = std::to_string(number);
    name.insert(0, name.size() < 4 ? 4 - name.size() : 0, '0');
    place = quarantine / name;
    if (fs::create_directory(place, error)) break;
    if (error) return quarantine_failed(place, error);
  }
  std::string sums;
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    const fs::path copy = place / name;
    if (!fs::copy_file(file, copy, error)) {
      // No room for a copy, or a sector that cannot be read: a second name for the same file does it too. Nobody writes
      // into files of the past, their names are only taken away.
      std::error_code ignored;
      fs::remove(copy, ignored);
      fs::create_hard_link(file, copy, error);
    }
    if (error) return quarantine_failed(copy, error);
    if (auto synced = sync_file(copy); !synced) return synced.error();
    sums += sha256_of(copy).value_or("unreadable") + "  " + name + "\n";
  }
  const fs::path list = place / "SHA256SUMS";
  std::ofstream(list) << sums;
  if (auto synced = sync_file(list); !synced) return synced.error();
  if (auto synced = sync_directory(place); !synced) return synced.error();
  if (auto synced = sync_directory(quarantine); !synced) return synced.error();
  return place;
}

Result<std::unique_ptr<Database>, StoreError> open_or_recover(const DataDirectory& directory,
                                                              const DatabaseOptions& options, RecoveryReport& report) {
  using Mode = rocksdb::WALRecoveryMode;
  DatabaseOptions attempt = options;
  attempt.recovery = Mode::kTolerateCorruptedTailRecords;
  auto opened = Database::open(attempt);
  if (opened || opened.error().code != StoreErrc::corrupt) return opened;
  const std::string reason = opened.error().what;

  // If not even this opens, the damage is not in the log: nothing is touched, and nothing is copied again at every
  // start.
  attempt.read_only = true;
  attempt.recovery = Mode::kSkipAnyCorruptedRecords;
  if (auto looked = Database::open(attempt); !looked) {
    return StoreError{StoreErrc::corrupt,
                      "資料庫已損壞，無法開啟；未更動任何檔案，請保留資料目錄並由備份還原 (the database is damaged and cannot be "
                      "opened; nothing was changed: keep the data directory and restore a backup): " +
                          reason};
  }
  report.clean = false;
  report.what += "資料庫的預寫日誌受損 (the database's write-ahead log was damaged): " + reason +
                 ". No record is lost by it; the latest changes of the state may be. ";
  attempt.read_only = options.read_only;
  if (!options.read_only) {
    auto place = put_aside(log_files(directory.database()), directory.quarantine());
    if (!place) return place.error();
    report.quarantine = *place;
    report.what += "It was put aside as it was found in " + place->string() + ". ";
  }
  auto salvaged = Database::open(attempt);
  if (salvaged) return salvaged;
  attempt.recovery = Mode::kPointInTimeRecovery;
  return Database::open(attempt);
}

std::vector<SequenceRange> find_gaps(std::vector<SequenceRange> held, std::uint64_t from, std::uint64_t to) {
  std::sort(held.begin(), held.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<SequenceRange> gaps;
  for (const SequenceRange& range : held) {
    if (from >= to) break;
    if (range.first > from) gaps.push_back({.first = from, .last = std::min(range.first, to) - 1});
    if (range.last >= from) from = range.last + 1;
  }
  if (from < to) gaps.push_back({.first = from, .last = to - 1});
  return gaps;
}

}  // namespace vigil
