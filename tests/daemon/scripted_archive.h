#pragma once

#include <atomic>
#include <deque>
#include <mutex>

#include "storage/archive.h"

namespace vigil {

/// An archive whose commits answer what a test scripted; what succeeded is kept in order. For the writer
/// alone.
class ScriptedArchive : public Archive {
 public:
  std::deque<StoreErrc> failures;  ///< answers of the next commits; then they succeed
  std::mutex mutex;
  std::vector<std::string> stored;
  std::atomic<int> commits{0};

  Result<void, StoreError> commit(std::span<const std::shared_ptr<Batch>> batches) override {
    const std::lock_guard lock(mutex);
    ++commits;
    if (!failures.empty()) {
      const StoreErrc code = failures.front();
      failures.pop_front();
      return StoreError{code, "scripted"};
    }
    for (const auto& batch : batches) {
      for (Record& record : batch->records) {
        record.sequence = next_++;
        stored.emplace_back(record.raw);
      }
    }
    return {};
  }
  Result<bool, StoreError> seal(bool, std::int64_t) override { return false; }
  Result<ScanCost, StoreError> scan(const ScanRange&,
                                    const std::function<bool(const StoredRecord&)>&) const override {
    return ScanCost{};
  }
  Result<Kept, StoreError> get(std::uint64_t, const std::vector<std::string>&) const override {
    return StoreError{StoreErrc::not_found, ""};
  }
  Result<void, StoreError> empty_journal() override { return {}; }
  Result<NightReport, StoreError> night(const NightRequest&) override { return NightReport(); }
  Result<RetireReport, StoreError> retire(const RetireRequest&) override { return RetireReport(); }
  Result<void, StoreError> custody(const std::vector<std::string>&,
                                   const std::function<bool(const CustodyLeaf&)>&) const override {
    return {};
  }
  ArchiveStats stats() const override { return {}; }
  std::uint64_t next_sequence() const override { return next_; }
  StateStore& state() override { throw std::logic_error("no state in this one"); }

 private:
  std::uint64_t next_ = 1;
};

inline std::shared_ptr<Batch> batch_of(std::initializer_list<std::string_view> lines) {
  auto batch = std::make_shared<Batch>();
  auto source = std::make_shared<Source>();
  source->organisation = "default";
  batch->sources.push_back(source);
  for (const std::string_view line : lines) {
    Record& record = batch->records.emplace_back();
    record.raw = batch->arena.copy(line);
    batch->raw_bytes += line.size();
  }
  return batch;
}

}  // namespace vigil
