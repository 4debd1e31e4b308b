#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "storage/archive.h"

namespace vigil::test {

/// A directory of its own, removed at the end.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::filesystem::path& below = std::filesystem::temp_directory_path()) {
    // Never a name that was there before: process numbers come round, and a killed test leaves its archive behind.
    std::string name = (below / "vigil-storage-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kNoon = 1'763'600'400 * kSecond;  ///< 2025-11-20T01:00:00Z

inline std::shared_ptr<Source> make_source(std::string organisation = "school-a", std::string host = "srv1",
                                           bool in_scope = true) {
  auto source = std::make_shared<Source>();
  source->peer = "192.0.2.7";
  source->host = std::move(host);
  source->listener = "syslog-udp:0.0.0.0:5514";
  source->transport = "syslog-udp";
  source->organisation = std::move(organisation);
  source->in_scope = in_scope;
  return source;
}

/// Builds batches line by line; times grow by a millisecond a line.
class BatchMaker {
 public:
  explicit BatchMaker(std::int64_t received_ns = kNoon) : received_ns_(received_ns) {}

  /// The next batch's raw bytes lie in memory of a pool, with line feeds between them, as a stream's do.
  BatchMaker& receive_into(BufferPool& pool) {
    batch_ = std::make_shared<Batch>();
    batch_->frames = std::make_shared<FrameBuffer>(pool);
    return *this;
  }
  BatchMaker& add(std::string_view raw, const std::shared_ptr<const Source>& source) {
    if (!batch_) batch_ = std::make_shared<Batch>();
    std::uint32_t index = 0;
    while (index < batch_->sources.size() && batch_->sources[index] != source) ++index;
    if (index == batch_->sources.size()) batch_->sources.push_back(source);
    Record record;
    record.raw = own(raw);
    record.received_ns = received_ns_;
    record.event_ns = received_ns_ - kSecond;
    record.source = index;
    record.kinds = Kinds(Kind::os);
    batch_->records.push_back(record);
    batch_->raw_bytes += raw.size();
    received_ns_ += 1'000'000;
    return *this;
  }
  Record& last() { return batch_->records.back(); }
  std::shared_ptr<Batch> take() { return std::exchange(batch_, nullptr); }
  std::int64_t now() const { return received_ns_; }

 private:
  std::string_view own(std::string_view raw) {
    if (!batch_->frames) return batch_->arena.copy(raw);
    char* const at = batch_->frames->allocate(raw.size() + 1);
    *std::copy(raw.begin(), raw.end(), at) = '\n';
    return {at, raw.size()};
  }
  std::shared_ptr<Batch> batch_;
  std::int64_t received_ns_;
};

/// A record as text, whole: what was stored must be equal to what came.
inline std::string describe(const StoredRecord& record) {
  return std::to_string(record.sequence) + "|" + std::to_string(record.received_ns) + "|" +
         std::to_string(record.event_ns) + "|" + std::to_string(record.kinds.bits()) + "|" +
         std::to_string(static_cast<int>(record.format)) + "|" +
         std::to_string(record.transport_tags.bits()) + "|" + record.source->organisation + "|" +
         record.source->host + "|" + std::string(record.raw);
}
inline std::string describe(const Record& record, const Source& source) {
  return std::to_string(record.sequence) + "|" + std::to_string(record.received_ns) + "|" +
         std::to_string(record.event_ns) + "|" + std::to_string(record.kinds.bits()) + "|" +
         std::to_string(static_cast<int>(record.format)) + "|" +
         std::to_string(record.transport_tags.bits()) + "|" + source.organisation + "|" + source.host + "|" +
         std::string(record.raw);
}

inline ScanRange everything(bool newest_first = false) {
  ScanRange range;
  range.organisations = {"*"};
  range.newest_first = newest_first;
  return range;
}

inline std::vector<std::string> read(const Archive& archive, const ScanRange& range) {
  std::vector<std::string> records;
  const auto done = archive.scan(range, [&](const StoredRecord& record) {
    records.push_back(describe(record));
    return true;
  });
  EXPECT_TRUE(done) << done.error().what;
  return records;
}
/// Only the bytes.
inline std::vector<std::string> read_raw(const Archive& archive, const ScanRange& range) {
  std::vector<std::string> records;
  const auto done = archive.scan(range, [&](const StoredRecord& record) {
    records.emplace_back(record.raw);
    return true;
  });
  EXPECT_TRUE(done) << done.error().what;
  return records;
}

inline std::unique_ptr<Archive> open_archive(const ArchiveOptions& options,
                                             RecoveryReport* report = nullptr) {
  auto archive = Archive::open(options, report);
  EXPECT_TRUE(archive) << archive.error().what;
  return archive ? std::move(*archive) : nullptr;
}

inline void commit(Archive& archive, const std::shared_ptr<Batch>& batch) {
  const std::shared_ptr<Batch> batches[] = {batch};
  const auto done = archive.commit(batches);
  ASSERT_TRUE(done) << done.error().what;
}

}  // namespace vigil::test
