#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "parsers/batch.h"

namespace vigil {

/// Batches are made on one thread and let go of on another, thousands a second. The pool takes them back, so
/// that a warm daemon neither allocates nor has fresh pages zeroed per batch. Thread-safe; outlived by no
/// batch's last user.
class BatchPool : public std::enable_shared_from_this<BatchPool> {
 public:
  /// Batches kept, at about 0.4 MiB of records each: more than wait while the writer and the rules keep up. Those of a
  /// burst beyond are given back.
  static constexpr std::size_t kKeptMax = 40;
  /// What a full batch holds of lines such as devices send: a fresh one need not grow step by step.
  static constexpr std::size_t kRecordsUsual = 1800;

  /// Memory to receive into.
  BufferPool& buffers() { return *buffers_; }
  /// Gives all that is unused back.
  void trim() {
    std::vector<std::unique_ptr<Batch>> kept;
    {
      const std::lock_guard lock(mutex_);
      kept.swap(kept_);
    }
    kept.clear();
    buffers_->trim();
  }

  std::shared_ptr<Batch> take() {
    std::unique_ptr<Batch> batch;
    {
      const std::lock_guard lock(mutex_);
      if (!kept_.empty()) {
        batch = std::move(kept_.back());
        kept_.pop_back();
      }
    }
    if (!batch) {
      batch = std::make_unique<Batch>();
      batch->records.reserve(kRecordsUsual);
    }
    return {batch.release(),
            [pool = shared_from_this()](Batch* used) { pool->give_back(std::unique_ptr<Batch>(used)); }};
  }

 private:
  void give_back(std::unique_ptr<Batch> batch) {
    batch->clear();
    const std::lock_guard lock(mutex_);
    if (kept_.size() < kKeptMax) kept_.push_back(std::move(batch));
  }

  const std::shared_ptr<BufferPool> buffers_ = std::make_shared<BufferPool>();
  std::mutex mutex_;
  std::vector<std::unique_ptr<Batch>> kept_;
};

}  // namespace vigil
