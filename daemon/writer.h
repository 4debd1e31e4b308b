#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "daemon/counters.h"
#include "storage/archive.h"

namespace vigil {

struct WriterOptions {
  /// Raw bytes that may wait for the journal. Full: HTTP says 429, UDP drops and counts. 64 MiB is a good half
  /// second at 100k messages a second.
  std::size_t queue_bytes_max = 64 * 1024 * 1024;
  /// Streams stop being read at this many: their senders can wait, and what waits in the kernel instead need not
  /// find room here. Two commits, so that the writer never waits for a reader.
  std::size_t stream_bytes_max = 8 * 1024 * 1024;
  /// Raw bytes of one group commit: enough to make the sync cheap, little enough to answer within 50 ms.
  std::size_t commit_bytes_max = 4 * 1024 * 1024;
  /// How long to wait before a full disk is tried again.
  std::chrono::milliseconds full_disk_retry{200};
};

/// The one thread that commits. Batches come from the I/O threads through a bounded queue; each commit takes
/// what has gathered, so the sync is shared. After the commit the batch goes to the observers (rules, live
/// tails) and, where the transport acknowledges, `done` is called.
class Writer {
 public:
  /// Told on the writer's thread once the batch is durable (null), or cannot be made so (the reason).
  using Done = std::function<void(const StoreError*)>;
  using Observer = std::function<void(const std::shared_ptr<Batch>&)>;

  Writer(Archive& archive, Counters& counters, WriterOptions options = {});
  ~Writer();

  /// Before start(): called after each commit, on the writer's thread; must not block.
  void observe(Observer observer) { observers_.push_back(std::move(observer)); }
  void start();

  /// May a batch go past the queue's limit? Allowed for what was read from a stream before its reader paused.
  enum class Overflow : std::uint8_t { refused, allowed };
  /// False if there was no room (or the writer has stopped): nothing was taken, and the batch is the caller's as before.
  /// With `done` the transport acknowledges.
  bool submit(std::shared_ptr<Batch>&& batch, Done done = {}, Overflow overflow = Overflow::refused);
  /// The queue is so full that clients should be sent away for a while.
  bool congested() const {
    return queued_bytes_.load(std::memory_order_relaxed) > options_.queue_bytes_max / 20 * 19;
  }
  /// Streams should not be read for now.
  bool streams_wait() const {
    return queued_bytes_.load(std::memory_order_relaxed) > options_.stream_bytes_max;
  }
  /// Mostly full: streams should be read a little at a time.
  bool streams_crowd() const {
    return queued_bytes_.load(std::memory_order_relaxed) > options_.stream_bytes_max / 10 * 7;
  }
  std::size_t queued_bytes() const { return queued_bytes_.load(std::memory_order_relaxed); }
  /// Null while commits succeed; else why a line could not be acknowledged now.
  std::optional<std::string> trouble() const;
  std::int64_t last_commit_ns() const { return last_commit_ns_.load(std::memory_order_relaxed); }

  /// Commits what is queued, then ends the thread.
  void stop();

 private:
  struct Item {
    std::shared_ptr<Batch> batch;
    Done done;
  };
  void run();
  void commit(std::vector<Item>& items);
  void commits_again();
  void finish(const Item& item);

  Archive& archive_;
  Counters& counters_;
  WriterOptions options_;
  std::vector<Observer> observers_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Item> queue_;
  std::string trouble_;
  bool stopping_ = false;
  std::atomic<std::size_t> queued_bytes_{0};
  std::atomic<std::int64_t> last_commit_ns_{0};
  std::thread thread_;
};

}  // namespace vigil
