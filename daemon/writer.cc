#include "daemon/writer.h"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>

#include "daemon/clock.h"

namespace vigil {

namespace {
/// EX_TEMPFAIL: the journal failed in a way only reopening the store can mend. A service
/// manager with Restart=always brings the daemon back; recovery then says what was kept.
constexpr int kExitReopen = 75;
}  // namespace

Writer::Writer(Archive& archive, Counters& counters, WriterOptions options)
    : archive_(archive), counters_(counters), options_(options) {}

Writer::~Writer() { stop(); }

void Writer::start() {
  last_commit_ns_ = wall_clock_ns();
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "writer");
    run();
  });
}

bool Writer::submit(std::shared_ptr<Batch>&& batch, Done done, Overflow overflow) {
  const std::size_t bytes = batch->raw_bytes;
  {
    const std::lock_guard lock(mutex_);
    // A single batch larger than the queue must still pass when the queue is empty.
    const std::size_t queued = queued_bytes_.load(std::memory_order_relaxed);
    if (stopping_) return false;
    if (overflow == Overflow::refused && queued != 0 && queued + bytes > options_.queue_bytes_max)
      return false;
    queued_bytes_.fetch_add(bytes, std::memory_order_relaxed);
    queue_.push_back({std::move(batch), std::move(done)});
  }
  wake_.notify_one();
  return true;
}

std::optional<std::string> Writer::trouble() const {
  const std::lock_guard lock(mutex_);
  if (trouble_.empty()) return std::nullopt;
  return trouble_;
}

void Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Writer::run() {
  std::vector<Item> items;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      const auto something = [this] { return stopping_ || !queue_.empty(); };
      if (trouble_.empty()) {
        wake_.wait(lock, something);
      } else if (!wake_.wait_for(lock, options_.full_disk_retry, something)) {
        // Nobody waits, perhaps because /readyz sends them away: ask the archive ourselves whether there is
        // space again.
        lock.unlock();
        if (archive_.commit({})) commits_again();
        continue;
      }
      if (queue_.empty()) return;
      std::size_t bytes = 0;
      while (!queue_.empty() &&
             (items.empty() || bytes + queue_.front().batch->raw_bytes <= options_.commit_bytes_max)) {
        bytes += queue_.front().batch->raw_bytes;
        items.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    commit(items);
    items.clear();
  }
}

void Writer::commit(std::vector<Item>& items) {
  std::vector<std::shared_ptr<Batch>> batches;
  for (;;) {
    batches.clear();
    for (const auto& item : items) batches.push_back(item.batch);
    if (batches.empty()) return;
    const auto committed = archive_.commit(batches);
    if (committed) break;

    const StoreError& error = committed.error();
    if (error.code != StoreErrc::disk_full) {
      spdlog::critical(
          "E-STORE-IO the journal could not be written: {} - stopping so that it is reopened / 日誌無法寫入，"
          "即將停止以便重新開啟",
          error.what);
      for (const auto& item : items) {
        if (item.done) item.done(&error);
      }
      std::_Exit(kExitReopen);
    }
    // A full disk heals. Clients that wait for an answer are told at once and keep their data; what came over
    // UDP and TCP waits here, so that TCP senders are held back and nothing read is dropped.
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = trouble_.empty();
      trouble_ = "disk full: " + error.what;
    }
    if (first) {
      spdlog::error(
          "E-DISK-FULL {} - free some space; accepting resumes by itself / 磁碟已滿，釋出空間後將自動恢復",
          error.what);
    }
    const auto waiting =
        std::stable_partition(items.begin(), items.end(), [](const Item& item) { return !item.done; });
    for (auto item = waiting; item != items.end(); ++item) {
      item->done(&error);
      counters_.discard(Discard::unavailable, item->batch->records.size());
      queued_bytes_.fetch_sub(item->batch->raw_bytes, std::memory_order_relaxed);
    }
    items.erase(waiting, items.end());
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, options_.full_disk_retry, [this] { return stopping_; })) {
      spdlog::error(
          "E-DISK-FULL stopped while the disk was full: {} batches that nobody had acknowledged were not "
          "stored",
          items.size());
      for (const auto& item : items) counters_.discard(Discard::unavailable, item.batch->records.size());
      return;
    }
  }
  last_commit_ns_.store(wall_clock_ns(), std::memory_order_relaxed);
  commits_again();
  for (const auto& item : items) finish(item);
}

void Writer::commits_again() {
  const std::lock_guard lock(mutex_);
  if (!trouble_.empty())
    spdlog::info("the disk has space again; accepting as before / 磁碟已有空間，恢復接收");
  trouble_.clear();
}

void Writer::finish(const Item& item) {
  std::array<std::uint64_t, Counters::kPrimaryCount> by_kind{};
  for (const auto& record : item.batch->records) ++by_kind[Counters::primary(record.kinds)];
  for (std::size_t i = 0; i < by_kind.size(); ++i) {
    if (by_kind[i] != 0) {
      counters_.stored(i < kKindCount ? Kinds(static_cast<Kind>(i)) : Kinds(), by_kind[i]);
    }
  }
  queued_bytes_.fetch_sub(item.batch->raw_bytes, std::memory_order_relaxed);
  if (item.done) item.done(nullptr);
  for (const auto& observer : observers_) observer(item.batch);
}

}  // namespace vigil
