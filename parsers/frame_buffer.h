#pragma once

#include <cstring>
#include <string_view>

#include "parsers/buffer_pool.h"

namespace vigil {

/// Memory that messages are received into and that the archive then keeps as it is, so that their bytes are written
/// once: room for the archive's head, the text as it came (with the framing between the messages), and behind it room
/// for what the archive adds. Filled by one thread, then handed on whole; who holds it last gives it back to its pool.
class FrameBuffer {
 public:
  /// Before the text.
  static constexpr std::size_t kHeadRoom = 16;
  static constexpr std::size_t kTextMax = std::size_t{592} * 1024;
  static_assert(kHeadRoom + kTextMax < BufferPool::kPooledBytes);

  explicit FrameBuffer(BufferPool& pool) : memory_(pool.take(BufferPool::kPooledBytes)) {}

  /// Bytes that can still be allocated.
  std::size_t room() const { return kTextMax - used_; }
  /// At most room() bytes. Undefined until written: what is never written must be zeroed or taken back.
  char* allocate(std::size_t bytes) {
    char* const at = memory_.get() + kHeadRoom + used_;
    used_ += bytes;
    return at;
  }
  /// Gives up the bytes from `at` to `end`, which were allocated: they are taken back if they are the last, else zeroed.
  void give_up(char* at, char* end) {
    if (end == memory_.get() + kHeadRoom + used_) {
      used_ -= static_cast<std::size_t>(end - at);
    } else {
      std::memset(at, 0, static_cast<std::size_t>(end - at));
    }
  }

  std::string_view text() const { return {memory_.get() + kHeadRoom, used_}; }
  /// All of the memory: BufferPool::kPooledBytes, aligned.
  char* memory() const { return memory_.get(); }

 private:
  BufferPool::Buffer memory_;
  std::size_t used_ = 0;
};

}  // namespace vigil
