#include "parsers/snappy_block.h"

#include <snappy.h>

namespace vigil {
namespace {

/// Snappy writes a copy of up to 64 bytes in at least two bytes. What claims more than this is no block, and is refused
/// before room is made for it.
constexpr std::size_t kRatioMax = 64;

}  // namespace

std::size_t snappy_block_bytes(std::string_view bytes) {
  std::size_t size = 0;
  return snappy::GetUncompressedLength(bytes.data(), bytes.size(), &size) ? size : 0;
}

bool inflate_snappy_block(std::string_view bytes, std::size_t bytes_max, std::string& out) {
  const std::size_t size = snappy_block_bytes(bytes);
  if (size > bytes_max || size / kRatioMax > bytes.size()) return false;
  out.resize(size);
  return snappy::RawUncompress(bytes.data(), bytes.size(), out.data());
}

}  // namespace vigil
