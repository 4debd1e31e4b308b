#pragma once

#include <span>
#include <string>
#include <unordered_map>

#include "storage/number_planes.h"
#include "storage/rows.h"

namespace vigil {

// Rows as numbers (number_planes.h), one after the other, each of all rows in order of sequence:
//
//   sequence, less its place in the order | received | source, an index in the table of sources | format
//
// then those that follow the text (in a chunk that is the order of sequence; in a block, text_order()):
//
//   kinds | transport tags | for each run: length | event
//
// In a chunk there is one run. In a block there are several, since each source has its own lengths, precision and pace:
// one for each source and format with 64 records or more, one for all smaller ones that stand together.
//
// Sources on disk: their count, then each one's strings (length-prefixed) and numbers in the order of struct Source.
// The table stands beside the rows it belongs to, not in one place for all: a chunk or block is whole by itself, a
// deleted day takes its sources along, and a million spoofed senders cost nothing that stays (BI-10).

/// Rows in the order in which a block keeps their text: by format, source and sequence.
std::vector<std::uint32_t> text_order(const std::vector<Row>& rows);

/// Writes rows, of which there is at least one. `order` is that of the text; empty: by sequence. Offsets are not written:
/// they follow from the lengths and the order.
void put_rows(const std::vector<Row>& rows, std::span<const std::uint32_t> order, NumberPlanes& out);

enum class RowOrder : std::uint8_t { by_sequence, by_text };
/// Reads `count` rows; `order` gets that of the text, if there is one. False if the bytes cannot be rows: sequences that do
/// not grow, a source beyond `sources`, more raw bytes than kRawBytesMax.
bool read_rows(NumberReaders& in, std::uint32_t count, std::size_t sources, RowOrder kind,
               std::vector<Row>& rows, std::vector<std::uint32_t>& order);

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
