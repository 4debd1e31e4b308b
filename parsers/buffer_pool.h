#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace vigil {

/// Memory that messages lie in from the socket until they are sealed. It is taken on one thread and let go of on
/// another, some thousand times a second under full load; given back to the system and asked for again, each would be zeroed and mapped page by page every time.
/// The pool takes them back instead, up to a limit. Thread-safe; lives as long as its last buffer.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  /// Where a buffer begins, and what its size is a multiple of: what writes past the page cache ask for.
  static constexpr std::size_t kAlignment = 4096;
  /// Size of a buffer of the pool: a full batch (frame_buffer.h), or a full chunk (storage/archive.cc).
  static constexpr std::size_t kPooledBytes = std::size_t{640} * 1024;
  /// Unused buffers kept: what a full tail of open records is made of, so that a daemon that takes in as much as it
  /// can touches no new memory. trim() gives them back once the burst is over.
  static constexpr std::size_t kUnusedMax = 160;

  class GiveBack {
   public:
    GiveBack() = default;
    explicit GiveBack(std::shared_ptr<BufferPool> pool) : pool_(std::move(pool)) {}
    void operator()(char* bytes) const;

   private:
    std::shared_ptr<BufferPool> pool_;  ///< null: the buffer is none of a pool
  };
  using Buffer = std::unique_ptr<char[], GiveBack>;

  BufferPool() = default;
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  /// The whole number of alignments that holds `bytes`.
  static constexpr std::size_t aligned(std::size_t bytes) {
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
  }
  /// Plain memory of just that size, of nobody's pool. What it holds is undefined, here and below.
  static Buffer make(std::size_t bytes);
  /// Aligned memory of aligned(bytes), of nobody's pool.
  static Buffer make_aligned(std::size_t bytes);
  /// Aligned memory of aligned(bytes): the pool's, where that is about the size of its buffers.
  Buffer take(std::size_t bytes);
  /// Gives what is unused back to the system.
  void trim();

 private:
  friend class GiveBack;
  void give_back(char* buffer);

  std::mutex mutex_;
  std::vector<char*> unused_;  ///< the latest used last: it may still be in a processor's cache
};

}  // namespace vigil
