#include "storage/buffer_pool.h"

#include <cstdlib>
#include <new>

namespace vigil {

void BufferPool::GiveBack::operator()(char* bytes) const {
  if (pool_) {
    pool_->give_back(Buffer(bytes));
  } else {
    std::free(bytes);
  }
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
  if (bytes > kKeptBytes || bytes <= kKeptBytes / 2) return make_aligned(bytes);
  Buffer kept;
  {
    const std::lock_guard lock(mutex_);
    if (!kept_.empty()) {
      kept = std::move(kept_.back());
      kept_.pop_back();
    }
  }
  if (!kept) kept = make_aligned(kKeptBytes);
  return {kept.release(), GiveBack(shared_from_this())};
}

void BufferPool::give_back(Buffer buffer) {
  const std::lock_guard lock(mutex_);
  if (kept_.size() < kKeptMax) kept_.push_back(std::move(buffer));
}

}  // namespace vigil
