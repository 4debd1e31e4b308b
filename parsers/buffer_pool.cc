#include "parsers/buffer_pool.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace vigil {

static_assert(BufferPool::kPooledBytes % BufferPool::kAlignment == 0);

void BufferPool::GiveBack::operator()(char* bytes) const {
  if (pool_) {
    pool_->give_back(bytes);
  } else {
    std::free(bytes);
  }
}

BufferPool::~BufferPool() { trim(); }

void BufferPool::trim() {
  std::vector<char*> unused;
  {
    const std::lock_guard lock(mutex_);
    unused.swap(unused_);
  }
  for (char* const buffer : unused) ::munmap(buffer, kPooledBytes);
}

BufferPool::Buffer BufferPool::make(std::size_t bytes) {
  auto* const memory = static_cast<char*>(std::malloc(bytes));
  if (memory == nullptr) throw std::bad_alloc();
  return Buffer(memory);
}

BufferPool::Buffer BufferPool::make_aligned(std::size_t bytes) {
  auto* const memory = static_cast<char*>(std::aligned_alloc(kAlignment, aligned(bytes)));
  if (memory == nullptr) throw std::bad_alloc();
  return Buffer(memory);
}

BufferPool::Buffer BufferPool::take(std::size_t bytes) {
  if (bytes > kPooledBytes || bytes <= kPooledBytes / 2) return make_aligned(bytes);
  {
    const std::lock_guard lock(mutex_);
    if (!unused_.empty()) {
      char* const buffer = unused_.back();
      unused_.pop_back();
      return {buffer, GiveBack(shared_from_this())};
    }
  }
  // Mapped by ourselves: what goes back to malloc() stays with its arenas, and with the process.
  void* const memory =
      ::mmap(nullptr, kPooledBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return {static_cast<char*>(memory), GiveBack(shared_from_this())};
}

void BufferPool::give_back(char* buffer) {
  {
    const std::lock_guard lock(mutex_);
    if (unused_.size() < kUnusedMax) {
      unused_.push_back(buffer);
      return;
    }
  }
  ::munmap(buffer, kPooledBytes);
}

}  // namespace vigil
