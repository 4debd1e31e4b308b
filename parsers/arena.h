#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace vigil {

/// Memory that is given back all at once. Parsers put the few bytes that are not a view of the frame
/// here (decoded Big5, unescaped values). `reset()` keeps the first chunk, so a warm arena does not
/// allocate. Not thread-safe: one arena per worker or per batch.
class Arena {
 public:
  explicit Arena(std::size_t chunk_bytes = std::size_t{64} * 1024) : chunk_bytes_(chunk_bytes) {}

  /// `bytes` uninitialised bytes, valid until reset() or destruction. Never null.
  char* allocate(std::size_t bytes) {
    if (bytes > left_) grow(bytes);
    char* const at = next_;
    next_ += bytes;
    left_ -= bytes;
    return at;
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* const at = allocate(text.size());
    std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
  }

  /// Gives back the unused end of the newest allocation: `used` of its `bytes` are kept.
  void shrink_last(std::size_t bytes, std::size_t used) {
    next_ -= bytes - used;
    left_ += bytes - used;
  }

  /// Bytes that can be allocated without another chunk.
  std::size_t room() const { return left_; }

  void reset() {
    if (chunks_.size() > 1) chunks_.resize(1);
    if (!chunks_.empty()) {
      next_ = chunks_.front().bytes.get();
      left_ = chunks_.front().size;
    }
  }

 private:
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };

  void grow(std::size_t bytes) {
    const std::size_t size = bytes > chunk_bytes_ ? bytes : chunk_bytes_;
    chunks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
    next_ = chunks_.back().bytes.get();
    left_ = size;
  }

  std::size_t chunk_bytes_;
  std::vector<Chunk> chunks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace vigil
