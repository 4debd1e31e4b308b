#include "storage/recovery.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <system_error>

#include "storage/block_codec.h"
#include "storage/chunk.h"
#include "storage/wire.h"

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

/// Journals and what says which files belong together. Tables are not copied: recovery does not change them.
bool belongs_in_quarantine(const std::string& name) {
  return name.ends_with(".log") || name.starts_with("MANIFEST-") || name == "CURRENT";
}

/// Puts the journal aside as it was found. Where there is no room for a copy, a second name for the same file does
/// it: RocksDB takes names away, it does not write into old journals.
Result<fs::path, StoreError> put_aside(const fs::path& database, const fs::path& quarantine) {
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
  for (const auto& entry : fs::directory_iterator(database, error)) {
    const std::string name = entry.path().filename().string();
    if (!belongs_in_quarantine(name)) continue;
    const fs::path copy = place / name;
    if (!fs::copy_file(entry.path(), copy, error)) {
      std::error_code ignored;
      fs::remove(copy, ignored);
      fs::create_hard_link(entry.path(), copy, error);
    }
    if (error) return quarantine_failed(copy, error);
    if (auto synced = sync_file(copy); !synced) return synced.error();
    sums += sha256_of(copy).value_or("unreadable") + "  " + name + "\n";
  }
  if (error) return quarantine_failed(database, error);
  const fs::path list = place / "SHA256SUMS";
  std::ofstream(list) << sums;
  if (auto synced = sync_file(list); !synced) return synced.error();
  if (auto synced = sync_directory(place); !synced) return synced.error();
  if (auto synced = sync_directory(quarantine); !synced) return synced.error();
  return place;
}

/// Sequence of the last record in the database, 0 if there is none.
std::uint64_t last_sequence(const Database& database) {
  std::uint64_t last = 0;
  const auto heads = database.scan(Family::heads, {}, [&](std::string_view, std::string_view value) {
    BlockInfo info;
    if (decode_block_head(value, info)) last = std::max(last, info.bounds.sequence_last);
    return true;
  });
  const auto chunks = database.scan(
      Family::hot, {},
      [&](std::string_view, std::string_view value) {
        if (const auto chunk = Chunk::read(value)) last = std::max(last, chunk->bounds().sequence_last);
        return true;
      },
      Database::Checks::trust_nothing);
  return heads && chunks ? last : 0;
}

}  // namespace

Result<Recovered, StoreError> open_or_recover(const DataDirectory& directory, const DatabaseOptions& options,
                                              RecoveryReport& report) {
  using Mode = rocksdb::WALRecoveryMode;
  DatabaseOptions attempt = options;
  attempt.recovery = Mode::kTolerateCorruptedTailRecords;
  auto opened = Database::open(attempt);
  if (opened) return Recovered{.database = std::move(*opened)};
  if (opened.error().code != StoreErrc::corrupt) return opened.error();
  const std::string reason = opened.error().what;

  // How far the journal is whole. If not even this opens, the damage is not in the journal: nothing is touched, and
  // nothing is copied again at every start.
  attempt.read_only = true;
  attempt.recovery = Mode::kPointInTimeRecovery;
  auto looked = Database::open(attempt);
  if (!looked) {
    return StoreError{StoreErrc::corrupt,
                      "資料庫已損壞，無法開啟；未更動任何檔案，請保留資料目錄並由備份還原 (the database is damaged and cannot be "
                      "opened; nothing was changed: keep the data directory and restore a backup): " +
                          reason};
  }
  Recovered recovered{.database = nullptr, .salvaged = true, .whole_until = last_sequence(**looked) + 1};
  looked->reset();

  report.clean = false;
  report.what = "日誌檔受損 (the journal was damaged): " + reason + ". ";
  attempt = options;
  attempt.recovery = Mode::kSkipAnyCorruptedRecords;
  if (!options.read_only) {
    auto place = put_aside(directory.database(), directory.quarantine());
    if (!place) return place.error();
    report.quarantine = *place;
    report.what += "It was put aside as it was found in " + place->string() + ". ";
  }
  auto salvaged = Database::open(attempt);
  if (!salvaged) {
    attempt.recovery = Mode::kPointInTimeRecovery;
    salvaged = Database::open(attempt);
  }
  if (!salvaged) return salvaged.error();
  recovered.database = std::move(*salvaged);
  return recovered;
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
