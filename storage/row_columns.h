#pragma once

#include <span>
#include <string>
#include <unordered_map>

#include "storage/rows.h"
#include "storage/wire.h"

namespace vigil {

// Rows on disk, version 1: columns one after the other, each over all rows, in order of sequence.
//
//   sequence  varint   the first, then the distance to the one before, less one
//   received  zig-zag  the first, then the difference to the one before
//   event     zig-zag  the same
//   length    varint   raw bytes
//   source    varint   index in the table of sources
//   tags      varint   transport tags
//   kinds     1 byte a row
//   format    1 byte a row
//
// Sources on disk: their count, then each one's strings (length-prefixed) and numbers in the order of struct Source.
// The table stands beside the rows it belongs to, not in one place for all: a chunk or block is whole by itself, a
// deleted day takes its sources along, and a million spoofed senders cost nothing that stays (BI-10).

/// Bytes that the columns of that many rows take at most.
constexpr std::size_t row_columns_bytes_max(std::size_t rows) { return rows * (6 * kVarintMax + 2); }

/// Writes the columns to `at`, where there is room for row_columns_bytes_max(). Returns the end. Offsets are not
/// written: they follow from the lengths and the order in which the text is kept.
char* put_rows(char* at, std::span<const Row> rows);

/// Reads `count` rows. False if the bytes cannot be rows: sequences that do not grow, a source beyond `sources`, more
/// raw bytes than kRawBytesMax.
bool read_rows(WireReader& in, std::uint32_t count, std::size_t sources, std::vector<Row>& rows);

void append_sources(std::string& out, const Sources& sources);
bool read_sources(WireReader& in, Sources& sources);

/// Collects the sources of many batches into one table. Known by address first (every record of a sender points to
/// the same object), then by content. The table keeps the sources alive, so an address is not given twice.
class SourceTableBuilder {
 public:
  std::uint32_t index_of(const std::shared_ptr<const Source>& source);
  const Sources& sources() const { return sources_; }
  /// The table; the builder is empty again.
  Sources take();

 private:
  Sources sources_;
  std::unordered_map<const Source*, std::uint32_t> by_address_;
  std::unordered_map<std::string, std::uint32_t> by_content_;
};

}  // namespace vigil
