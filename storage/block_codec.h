#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/result.h"
#include "storage/chunk.h"
#include "storage/column_search.h"
#include "storage/letter_index.h"
#include "storage/rollup.h"
#include "storage/store_error.h"
#include "storage/terms.h"
#include "storage/text_columns.h"

namespace vigil {

// A sealed block on disk. Its number grows by one from block to block over all lanes and is never used again.
//
//   heads   day, number        -> head: what is known without reading the rows
//   fresh   day, number, 0     -> rows: version | lane | number | codec | part size | size | zstd frame, with its length, of
//                                 sources | shapes and still, each with its length | calm; noise | checksum64
//                                 (row_columns.h)
//   fresh   day, number, 1..   -> text: how (1 byte, below) | what that needs | checksum64 of all before
//   fidx    day, number        -> term index (block_index.h)
//   fidx    day, number, 1     -> rollup (rollup.h)
//   fidx    day, number, 2     -> letter index (letter_index.h)
//
// In the text, records of one format and source lie together, by sequence inside: neighbours then look alike. The order
// follows from the row columns, so it is not written. A part is closed before the record that would take it past the part
// size; a record is never cut.

/// How text is written. 2 was a way of columns that no release has written.
enum class BlockCodec : std::uint8_t {
  stored = 0,   ///< text as it is: the way out if what another codec wrote does not read back
  zstd = 1,     ///< a zstd frame of the text, where columns would be larger
  columns = 3,  ///< text_columns.h: of text, still and calm each: bytes, zstd frame with its length; noise
};

/// Where a block's parts are.
enum class BlockPlace : std::uint8_t {
  fresh = 0,  ///< as it was sealed, with an index of its own
  cold = 1,   ///< packed again by night, in an index of its day (day_index.h)
  held = 2,   ///< past its time and kept for somebody; without an index
};

/// What the archive keeps in memory of each block.
struct BlockInfo {
  std::uint32_t number = 0;
  std::uint16_t day = 0;  ///< of receipt, UTC days since 1970: first in the keys, so that a day is a range
  LaneId lane = 0;
  BlockCodec codec = BlockCodec::columns;
  std::uint16_t parts = 0;  ///< text parts
  RowBounds bounds;
  std::uint64_t stored_bytes = 0;  ///< rows and text
  std::uint64_t index_bytes = 0;
  struct PerKind {
    std::uint32_t records = 0;
    std::uint64_t raw_bytes = 0;
    bool operator==(const PerKind&) const = default;
  };
  PerKind kinds[kKindCount];
  BlockPlace place = BlockPlace::fresh;
  std::uint32_t run = 0;       ///< of a cold block: the night's run that made it, and …
  std::uint16_t ordinal = 0;   ///< … which of that run's blocks it is
  std::uint8_t log_pages = 0;  ///< of the run's index (day_index.h)
  bool operator==(const BlockInfo&) const = default;
};

std::string encode_block_head(const BlockInfo& info, std::span<const CustodySegment> segments);
/// Day and number are in the key and not filled. False if the bytes are not what was written. `segments`, if asked for:
/// those whose records the block has.
bool decode_block_head(std::string_view value, BlockInfo& info,
                       std::vector<CustodySegment>* segments = nullptr);

struct EncodedBlock {
  BlockInfo info;
  std::vector<std::string> parts;    ///< rows, then text
  std::vector<std::uint32_t> terms;  ///< hashes, sorted, each once
  std::string rollup;                ///< of what is known without parsing (rollup.h)
  std::string letters;               ///< letter index of the parts (letter_index.h)
};

/// Where the text of rows lies: computed alike when a block is written and read.
struct TextLayout {
  struct Part {
    std::uint32_t order_first = 0, rows = 0;  ///< in `order`
    std::uint64_t at = 0, bytes = 0;          ///< in the whole text
  };
  std::vector<std::uint32_t> order;  ///< indexes of rows in order of their text
  std::vector<Part> parts;
};
/// Gives each row its offset in the whole text. `order` is text_order(rows).
TextLayout lay_out_text(std::vector<Row>& rows, std::vector<std::uint32_t> order, std::uint64_t part_bytes);

/// The records of a block, of one lane and by sequence.
struct BlockRecords {
  LaneId lane = 0;
  Sources sources;
  std::vector<Row> rows;          ///< offsets do not count
  std::vector<const char*> raws;  ///< of each row
};

/// Makes blocks. Keeps its buffers and zstd's between blocks; one thread at a time.
class BlockEncoder {
 public:
  /// `part_bytes`: text of one part, which is what is read and unpacked for one record.
  BlockEncoder(int level, std::uint64_t part_bytes);
  ~BlockEncoder();

  /// One block of the chunks' records, which are of one lane and in order of sequence. Every part is decoded again
  /// and compared before this returns; what does not read back is stored as it is, and `verify_failures` counts it.
  /// Fails with corrupt where even that does not read back: the chunks must be kept.
  Result<EncodedBlock, StoreError> encode(std::span<const std::shared_ptr<const Chunk>> chunks,
                                          std::uint32_t number, std::uint16_t day);
  /// The same of records that lie anywhere, and without a rollup.
  Result<EncodedBlock, StoreError> encode(BlockRecords& records, std::uint32_t number, std::uint16_t day);
  std::uint64_t verify_failures() const { return verify_failures_; }

 private:
  struct Contexts;
  bool put_rows_part(const BlockRecords& records, std::span<const std::uint32_t> order, const BlockInfo& info,
                     std::string& out);
  Result<EncodedBlock, StoreError> pack_block(BlockRecords& records, std::uint32_t number, std::uint16_t day,
                                              bool rolled_up);
  std::string put_text_part(std::string_view text, std::span<const TextLine> lines);
  std::string_view pack(std::string_view plain);

  std::unique_ptr<Contexts> contexts_;
  TermCollector terms_;
  TextColumnsWriter columns_;
  LetterIndexWriter letters_;
  NumberPlanes row_numbers_;
  const std::uint64_t part_bytes_;
  BlockRecords records_;
  RollupBuilder rollup_;
  std::vector<Row> rows_back_;
  std::vector<std::uint32_t> order_back_;
  std::vector<TextLine> lines_;
  std::vector<std::uint64_t> times_;  ///< of these
  std::vector<char> text_, packed_;
  std::uint64_t verify_failures_ = 0;
};

/// Text of one part, and how long it is.
struct TextPart {
  std::unique_ptr<char[]> bytes;
  std::size_t size = 0;
};

/// The rows of a block, decoded. Immutable.
struct BlockRows {
  std::vector<Row> rows;
  Sources sources;
  TextLayout layout;
  /// Event times of a part's rows, in order of their text: what reading the part needs.
  std::vector<std::uint64_t> times_of(std::size_t part) const;
};

/// Fails with corrupt, naming the block.
Result<std::shared_ptr<const BlockRows>, StoreError> read_rows_part(std::string_view value,
                                                                    const BlockInfo& info);

/// Reads text parts. Keeps its memory, about three times a part, from one to the next; one thread.
class TextPartReader {
 public:
  TextPartReader();
  ~TextPartReader();
  TextPartReader(const TextPartReader&) = delete;
  TextPartReader& operator=(const TextPartReader&) = delete;

  /// Fails with corrupt, naming the block.
  /// `times`: event time of each of the part's rows, in order of their text.
  Result<TextPart, StoreError> read(std::string_view value, std::uint64_t size,
                                    std::span<const std::uint64_t> times, const BlockInfo& info);

  /// What a part's columns say of needles, without making text of them; its records show so much of their ASCII.
  /// False only if no record can hold all of `in_text` in the text that is read from it, and `in_bytes` in its bytes.
  bool may_hold(std::string_view value, ShownAscii shown, const ColumnSearch& in_text,
                const ColumnSearch& in_bytes);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace vigil
