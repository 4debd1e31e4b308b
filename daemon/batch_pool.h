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
  /// Batches kept: what a full write queue and a full watch queue hold together, at about 700 KiB each.
  static constexpr std::size_t kKeptMax = 64;

  std::shared_ptr<Batch> take() {
    std::unique_ptr<Batch> batch;
    {
      const std::lock_guard lock(mutex_);
      if (!kept_.empty()) {
        batch = std::move(kept_.back());
        kept_.pop_back();
      }
    }
    if (!batch) batch = std::make_unique<Batch>();
    return {batch.release(),
            [pool = shared_from_this()](Batch* used) { pool->give_back(std::unique_ptr<Batch>(used)); }};
  }

 private:
  void give_back(std::unique_ptr<Batch> batch) {
    batch->clear();
    const std::lock_guard lock(mutex_);
    if (kept_.size() < kKeptMax) kept_.push_back(std::move(batch));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Batch>> kept_;
};

}  // namespace vigil
