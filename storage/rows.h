#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/batch.h"

namespace vigil {

/// What is known of one record beside its bytes. Rows lie in an array by sequence; `offset` and `length` say where
/// the record's bytes are in the text that belongs to the array.
struct Row {
  std::uint64_t sequence = 0;
  std::int64_t received_ns = 0;
  std::int64_t event_ns = 0;
  std::uint64_t tags = 0;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t source = 0;  ///< index in the table of sources beside the rows
  std::uint8_t kinds = 0;
  Format format = Format::none;

  bool operator==(const Row&) const = default;
};

using Sources = std::vector<std::shared_ptr<const Source>>;

/// What rows have at most and at least: read without the rows to skip what a question cannot be about.
struct RowBounds {
  std::uint64_t sequence_first = UINT64_MAX, sequence_last = 0;  ///< both inclusive
  std::int64_t event_min = INT64_MAX, event_max = INT64_MIN;
  std::int64_t received_min = INT64_MAX, received_max = INT64_MIN;
  std::uint64_t raw_bytes = 0;
  std::uint32_t rows = 0;

  void add(const Row& row) {
    if (row.sequence < sequence_first) sequence_first = row.sequence;
    if (row.sequence > sequence_last) sequence_last = row.sequence;
    if (row.event_ns < event_min) event_min = row.event_ns;
    if (row.event_ns > event_max) event_max = row.event_ns;
    if (row.received_ns < received_min) received_min = row.received_ns;
    if (row.received_ns > received_max) received_max = row.received_ns;
    raw_bytes += row.length;
    ++rows;
  }
  bool operator==(const RowBounds&) const = default;
};

/// Rows of one chunk or block at most. Bounds what a reader must allocate; 16 MiB of 16-byte lines.
constexpr std::uint32_t kRowsMax = 1024 * 1024;
/// Raw bytes of one chunk or block at most: the target is 16 MiB, and one record may be added past it.
constexpr std::uint64_t kRawBytesMax = 512ULL * 1024 * 1024;

}  // namespace vigil
