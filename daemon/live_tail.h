#pragma once

#include <condition_variable>
#include <deque>
#include <list>
#include <memory>
#include <mutex>

#include "parsers/batch.h"

namespace vigil {

/// Hands committed batches to whoever follows live. A follower that cannot keep up misses batches, and is
/// told how many records it missed; the archive has them all.
class LiveTail {
 public:
  static constexpr std::size_t kFollowersMax = 8;
  static constexpr std::size_t kBatchesWaitingMax = 64;

  class Follower {
   public:
    /// The next batch, null after `wait` without one. `missed` counts records that were let go.
    std::shared_ptr<Batch> next(std::chrono::milliseconds wait, std::uint64_t& missed) {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, wait, [this] { return !waiting_.empty(); });
      missed = std::exchange(missed_, 0);
      if (waiting_.empty()) return nullptr;
      auto batch = std::move(waiting_.front());
      waiting_.pop_front();
      return batch;
    }

   private:
    friend class LiveTail;
    void give(const std::shared_ptr<Batch>& batch) {
      {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= kBatchesWaitingMax) {
          missed_ += batch->records.size();
          return;
        }
        waiting_.push_back(batch);
      }
      wake_.notify_one();
    }
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::shared_ptr<Batch>> waiting_;
    std::uint64_t missed_ = 0;
  };

  /// Null when there are too many already. Let go of it to stop following.
  std::shared_ptr<Follower> follow() {
    const std::lock_guard lock(mutex_);
    std::erase_if(followers_, [](const auto& follower) { return follower.expired(); });
    if (followers_.size() >= kFollowersMax) return nullptr;
    auto follower = std::make_shared<Follower>();
    followers_.push_back(follower);
    return follower;
  }

  /// For the writer's thread; never blocks.
  void publish(const std::shared_ptr<Batch>& batch) {
    const std::lock_guard lock(mutex_);
    for (const auto& weak : followers_) {
      if (const auto follower = weak.lock()) follower->give(batch);
    }
  }

 private:
  std::mutex mutex_;
  std::list<std::weak_ptr<Follower>> followers_;
};

}  // namespace vigil
