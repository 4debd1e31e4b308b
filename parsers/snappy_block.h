#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vigil {

/// Inflates one block of Snappy (not the framing format), as Prometheus and Loki clients send them. False if `bytes` are
/// none, or say that they hold more than `bytes_max`: that is known before anything is allocated.
bool inflate_snappy_block(std::string_view bytes, std::size_t bytes_max, std::string& out);

/// What a block says it holds; 0 if it is none.
std::size_t snappy_block_bytes(std::string_view bytes);

}  // namespace vigil
