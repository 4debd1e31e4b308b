#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace vigil {

/// Memory of full chunks. They are made on one thread and let go of on another, some 400 a second under full
/// load; given back to the system and asked for again, each would be zeroed page by page every time. The pool
/// takes them back instead, up to a limit. Thread-safe; lives as long as its last buffer.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  /// Where a buffer begins, and what its size is a multiple of: what writes past the page cache ask for.
  static constexpr std::size_t kAlignment = 4096;
  /// Size of the buffers that are kept: a full chunk (archive.cc) of lines of 50 bytes and longer.
  static constexpr std::size_t kKeptBytes = 352 * 1024;
  /// Buffers kept: somewhat more than sealing one block gives back at once. More would not be taken again
  /// before the next block is sealed, and would only make an idle daemon larger.
  static constexpr std::size_t kKeptMax = 80;

  class GiveBack {
   public:
    GiveBack() = default;
    explicit GiveBack(std::shared_ptr<BufferPool> pool) : pool_(std::move(pool)) {}
    void operator()(char* bytes) const;

   private:
    std::shared_ptr<BufferPool> pool_;  ///< null: the buffer is not of the size that is kept
  };
  using Buffer = std::unique_ptr<char[], GiveBack>;

  /// The whole number of alignments that holds `bytes`.
  static constexpr std::size_t aligned(std::size_t bytes) {
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
  }
  /// Plain memory of just that size, of nobody's pool. What it holds is undefined, here and below.
  static Buffer make(std::size_t bytes);
  /// Aligned memory of aligned(bytes), of nobody's pool.
  static Buffer make_aligned(std::size_t bytes);
  /// An aligned buffer of at least aligned(bytes): one that was used before where the size is about what is
  /// kept.
  Buffer take(std::size_t bytes);

 private:
  friend class GiveBack;
  void give_back(Buffer buffer);

  std::mutex mutex_;
  std::vector<Buffer> kept_;
};

}  // namespace vigil
