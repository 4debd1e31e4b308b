#include "daemon/batch_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <functional>
#include <new>

namespace vigil {

namespace {

/// 2 MiB that begin where a huge page can. Where the kernel has no huge pages to give they are plain memory.
std::shared_ptr<char[]> map_slab() {
  constexpr std::size_t kSize = BatchPool::kSlabBytes;
  // Twice the size holds an aligned one somewhere; what is before and behind it goes back at once.
  void* const mapped = ::mmap(nullptr, 2 * kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  void* aligned = mapped;
  std::size_t room = 2 * kSize;
  std::align(kSize, kSize, aligned, room);
  auto* const slab = static_cast<char*>(aligned);
  const std::size_t before = 2 * kSize - room;
  if (before > 0) ::munmap(mapped, before);
  if (room > kSize) ::munmap(slab + kSize, room - kSize);
  ::madvise(slab, kSize, MADV_HUGEPAGE);
  return {slab, [](char* memory) { ::munmap(memory, kSize); }};
}

/// Where a batch's memory lies, for the order.
bool lies_higher(const std::unique_ptr<Batch>& a, const std::unique_ptr<Batch>& b) {
  return std::greater<>()(a->records.data(), b->records.data());
}

}  // namespace

std::shared_ptr<Batch> BatchPool::take() {
  std::unique_ptr<Batch> batch;
  while (!batch) {
    {
      const std::lock_guard lock(mutex_);
      if (!kept_.empty()) {
        batch = std::move(kept_.back());
        kept_.pop_back();
      }
    }
    if (!batch) add_slab();
  }
  return {batch.release(),
          [pool = shared_from_this()](Batch* used) { pool->give_back(std::unique_ptr<Batch>(used)); }};
}

void BatchPool::add_slab() {
  const std::shared_ptr<char[]> slab = map_slab();
  for (std::size_t at = 0; at < kSlabBytes; at += kBatchMemory) {
    const std::shared_ptr<char[]> memory(slab, slab.get() + at);
    auto batch = std::make_unique<Batch>(memory, kArenaBytes, kBatchMemory);
    const std::lock_guard lock(mutex_);
    keep(std::move(batch));
  }
}

void BatchPool::give_back(std::unique_ptr<Batch> batch) {
  batch->clear();
  std::unique_ptr<Batch> surplus;  // Goes after the lock.
  const std::lock_guard lock(mutex_);
  keep(std::move(batch));
  if (kept_.size() > kKeptMax) {
    surplus = std::move(kept_.front());
    kept_.erase(kept_.begin());
  }
}

void BatchPool::keep(std::unique_ptr<Batch> batch) {
  const auto place = std::upper_bound(kept_.begin(), kept_.end(), batch, lies_higher);
  kept_.insert(place, std::move(batch));
}

}  // namespace vigil
