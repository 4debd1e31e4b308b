#include "storage/block_codec.h"

#include <zstd.h>

#include <algorithm>
#include <optional>

#include "storage/block_index.h"
#include "storage/hash.h"

namespace vigil {

namespace {

constexpr std::uint8_t kHeadVersion = 2, kRowsVersion = 2;
StoreError corrupt(const BlockInfo& info, std::string_view what) {
  return {StoreErrc::corrupt, "block " + std::to_string(info.number) + ": " + std::string(what)};
}

}  // namespace

std::string encode_block_head(const BlockInfo& info, std::span<const CustodySegment> segments) {
  std::string out(1, static_cast<char>(kHeadVersion));
  const RowBounds& b = info.bounds;
  for (const std::uint64_t value :
       {std::uint64_t{info.lane}, std::uint64_t{static_cast<std::uint8_t>(info.codec)},
        std::uint64_t{info.parts}, std::uint64_t{b.rows}, b.raw_bytes, b.sequence_first, b.sequence_last,
        zigzag(b.event_min), zigzag(b.event_max), zigzag(b.received_min), zigzag(b.received_max),
        info.stored_bytes, info.index_bytes, std::uint64_t{kKindCount}}) {
    append_varint(out, value);
  }
  for (const auto& kind : info.kinds) {
    append_varint(out, kind.records);
    append_varint(out, kind.raw_bytes);
  }
  append_varint(out, static_cast<std::uint8_t>(info.place));
  append_varint(out, info.run);
  append_varint(out, info.ordinal);
  append_varint(out, info.log_pages);
  append_segments(out, segments);
  append_fixed(out, checksum64(out));
  return out;
}

bool decode_block_head(std::string_view value, BlockInfo& info, std::vector<CustodySegment>* segments) {
  if (value.size() < sizeof(std::uint64_t)) return false;
  const std::string_view body = value.substr(0, value.size() - sizeof(std::uint64_t));
  if (checksum64(body) != load_u64(body.data() + body.size())) return false;
  WireReader in(body);
  if (in.byte() != kHeadVersion) return false;
  RowBounds& b = info.bounds;
  info.lane = static_cast<LaneId>(in.varint(UINT16_MAX));
  info.codec = static_cast<BlockCodec>(in.varint(UINT8_MAX));
  info.parts = static_cast<std::uint16_t>(in.varint(UINT16_MAX));
  b.rows = static_cast<std::uint32_t>(in.varint(kRowsMax));
  b.raw_bytes = in.varint(kRawBytesMax);
  b.sequence_first = in.varint();
  b.sequence_last = in.varint();
  b.event_min = unzigzag(in.varint());
  b.event_max = unzigzag(in.varint());
  b.received_min = unzigzag(in.varint());
  b.received_max = unzigzag(in.varint());
  info.stored_bytes = in.varint();
  info.index_bytes = in.varint();
  if (in.varint() != kKindCount) return false;
  for (auto& kind : info.kinds) {
    kind.records = static_cast<std::uint32_t>(in.varint(UINT32_MAX));
    kind.raw_bytes = in.varint();
  }
  info.place = static_cast<BlockPlace>(in.varint(static_cast<std::uint8_t>(BlockPlace::held)));
  info.run = static_cast<std::uint32_t>(in.varint(UINT32_MAX));
  info.ordinal = static_cast<std::uint16_t>(in.varint(UINT16_MAX));
  info.log_pages = static_cast<std::uint8_t>(in.varint(16));
  // They are many, and asked for seldom; the checksum has vouched for them.
  if (segments == nullptr) return in.ok();
  if (!read_segments(in, *segments)) return false;
  return in.ok() && in.left() == 0;
}

namespace {
/// Decoded pieces of a text part.
struct Pieces {
  std::vector<char> text, still, calm;
  TextColumnsReader reader;
};

/// Unpacks one zstd frame; kScanPadding bytes behind it are readable.
bool unpack(ZSTD_DCtx* context, std::string_view frame, std::size_t size, std::vector<char>& out) {
  if (out.size() < size + kScanPadding) out.resize(size + kScanPadding);
  return ZSTD_decompressDCtx(context, out.data(), size, frame.data(), frame.size()) == size;
}

/// What a text part says.
struct TextContent {
  BlockCodec codec{};
  std::string_view bytes;
};

/// Nothing if it is damaged.
std::optional<TextContent> content_of(std::string_view part) {
  if (part.size() <= sizeof(std::uint64_t)) return std::nullopt;
  const std::string_view summed = part.substr(0, part.size() - sizeof(std::uint64_t));
  if (checksum64(summed) != load_u64(summed.data() + summed.size())) return std::nullopt;
  return TextContent{.codec = static_cast<BlockCodec>(summed.front()), .bytes = summed.substr(1)};
}

/// Unpacks the columns of `size` bytes of text, into memory of `pieces`.
std::optional<TextColumns> unpack_columns(ZSTD_DCtx* context, std::string_view content, std::size_t size,
                                          Pieces& pieces) {
  WireReader in(content);
  const auto unpack_piece = [&](std::vector<char>& piece) {
    // Columns that are more than the text was are not written.
    const auto bytes = static_cast<std::size_t>(in.varint(size));
    const std::string_view frame = in.text();
    if (!in.ok() || !unpack(context, frame, bytes, piece)) return std::string_view();
    return std::string_view(piece.data(), bytes);
  };
  TextColumns columns;
  columns.text = unpack_piece(pieces.text);
  columns.still = unpack_piece(pieces.still);
  columns.calm = unpack_piece(pieces.calm);
  columns.noise = in.bytes(in.left());
  if (!in.ok() || columns.text.data() == nullptr || columns.still.data() == nullptr ||
      columns.calm.data() == nullptr) {
    return std::nullopt;
  }
  return columns;
}

/// Reads a text part into `size` bytes at `out`, behind which there is room for kScanPadding more. `pieces` is memory
/// that is used again.
bool unpack_text(ZSTD_DCtx* context, std::string_view part, std::span<const std::uint64_t> times,
                 Pieces& pieces, char* out, std::size_t size) {
  const auto content = content_of(part);
  if (!content) return false;
  switch (content->codec) {
    case BlockCodec::stored:
      if (content->bytes.size() != size) return false;
      std::copy(content->bytes.begin(), content->bytes.end(), out);
      return true;
    case BlockCodec::zstd:
      return ZSTD_decompressDCtx(context, out, size, content->bytes.data(), content->bytes.size()) == size;
    case BlockCodec::columns: {
      const auto columns = unpack_columns(context, content->bytes, size, pieces);
      return columns && pieces.reader.read(*columns, out, size, times);
    }
  }
  return false;
}

/// Whether a text part reads back as `text`, behind which kScanPadding bytes are readable.
bool says(ZSTD_DCtx* context, std::string_view part, std::span<const std::uint64_t> times, Pieces& pieces,
          std::string_view text) {
  const auto content = content_of(part);
  if (content && content->codec == BlockCodec::columns) {
    const auto columns = unpack_columns(context, content->bytes, text.size(), pieces);
    return columns && pieces.reader.says(*columns, text, times);
  }
  std::vector<char> back(text.size() + kScanPadding);
  return unpack_text(context, part, times, pieces, back.data(), text.size()) &&
         std::memcmp(text.data(), back.data(), text.size()) == 0;
}

/// Reads the rows part of a block of `count` rows; null, or what is wrong with it. Offsets are left at zero. `plain` is
/// memory that is used again.
const char* unpack_rows(ZSTD_DCtx* context, std::string_view part, const BlockInfo& info, std::size_t count,
                        std::vector<char>& plain, std::uint64_t& part_bytes, Sources& sources,
                        std::vector<Row>& rows, std::vector<std::uint32_t>& order) {
  if (part.size() < sizeof(std::uint64_t)) return "its row columns are missing";
  const std::string_view summed = part.substr(0, part.size() - sizeof(std::uint64_t));
  if (checksum64(summed) != load_u64(summed.data() + summed.size())) return "its row columns are damaged";
  WireReader in(summed);
  const bool ours = in.byte() == kRowsVersion && in.varint() == info.lane && in.varint() == info.number &&
                    in.varint() == static_cast<std::uint8_t>(info.codec);
  part_bytes = in.varint(kRawBytesMax);
  const auto size = static_cast<std::size_t>(in.varint(kRawBytesMax));
  const std::string_view frame = in.text();
  if (!ours || !in.ok()) return "its row columns are of another block";
  if (!unpack(context, frame, size, plain)) return "its row columns cannot be unpacked";
  WireReader head({plain.data(), size});
  if (!read_sources(head, sources)) return "its sources cannot be read";
  const std::string_view shapes = head.text(), still = head.text(), calm = head.bytes(head.left());
  NumberReaders columns{WireReader(shapes), WireReader(still), WireReader(calm),
                        WireReader(in.bytes(in.left()))};
  if (!head.ok() ||
      !read_rows(columns, static_cast<std::uint32_t>(count), sources.size(), RowOrder::by_text, rows,
                 order) ||
      !columns.at_end()) {
    return "its row columns cannot be read";
  }
  return nullptr;
}

}  // namespace

TextLayout lay_out_text(std::vector<Row>& rows, std::vector<std::uint32_t> order, std::uint64_t part_bytes) {
  TextLayout layout;
  layout.order = std::move(order);
  std::uint64_t at = 0;
  for (std::uint32_t i = 0; i < layout.order.size(); ++i) {
    Row& row = rows[layout.order[i]];
    if (layout.parts.empty() || layout.parts.back().bytes + row.length > part_bytes) {
      layout.parts.push_back({.order_first = i, .rows = 0, .at = at, .bytes = 0});
    }
    row.offset = static_cast<std::uint32_t>(at);
    at += row.length;
    layout.parts.back().bytes += row.length;
    ++layout.parts.back().rows;
  }
  return layout;
}

struct BlockEncoder::Contexts {
  ZSTD_CCtx* text = ZSTD_createCCtx();
  ZSTD_CCtx* rows = ZSTD_createCCtx();
  ZSTD_DCtx* back = ZSTD_createDCtx();
  Pieces pieces;
  Contexts() = default;
  Contexts(const Contexts&) = delete;
  Contexts& operator=(const Contexts&) = delete;
  ~Contexts() {
    ZSTD_freeCCtx(text);
    ZSTD_freeCCtx(rows);
    ZSTD_freeDCtx(back);
  }
};

BlockEncoder::BlockEncoder(int level, std::uint64_t part_bytes)
    : contexts_(std::make_unique<Contexts>()), part_bytes_(part_bytes) {
  ZSTD_CCtx_setParameter(contexts_->text, ZSTD_c_compressionLevel, level);
  if (level == 1) {
    // What columns leave to text is little and seldom repeats: small tables of longer matches cost a quarter less.
    ZSTD_CCtx_setParameter(contexts_->text, ZSTD_c_minMatch, 5);
    ZSTD_CCtx_setParameter(contexts_->text, ZSTD_c_hashLog, 14);
  }
  ZSTD_CCtx_setParameter(contexts_->rows, ZSTD_c_compressionLevel, level);
}
BlockEncoder::~BlockEncoder() = default;

std::string BlockEncoder::put_text_part(std::string_view text, std::span<const TextLine> lines) {
  const TextColumns columns = columns_.write(text.data(), lines, terms_);
  std::string out;
  // Of what is no log, columns may be more than the text was.
  if (columns.size() <= text.size()) {
    out += static_cast<char>(BlockCodec::columns);
    for (const std::string_view piece : {columns.text, columns.still, columns.calm}) {
      append_varint(out, piece.size());
      append_text(out, pack(piece));
    }
    out.append(columns.noise);
  } else {
    out += static_cast<char>(BlockCodec::zstd);
    out.append(pack(text));
  }
  append_fixed(out, checksum64(out));
  if (says(contexts_->back, out, times_, contexts_->pieces, text)) {
    if (out.front() == static_cast<char>(BlockCodec::columns)) {
      letters_.add(columns, columns_.shown());
    } else {
      letters_.add_unknown();
    }
    return out;
  }
  letters_.add_unknown();
  ++verify_failures_;
  out.assign(1, static_cast<char>(BlockCodec::stored));
  out.append(text);
  append_fixed(out, checksum64(out));
  return out;
}

/// A zstd frame, until the next call; empty if zstd fails, which reading back finds.
std::string_view BlockEncoder::pack(std::string_view plain) {
  if (packed_.size() < ZSTD_compressBound(plain.size())) packed_.resize(ZSTD_compressBound(plain.size()));
  const std::size_t size =
      ZSTD_compress2(contexts_->text, packed_.data(), packed_.size(), plain.data(), plain.size());
  if (ZSTD_isError(size) != 0U) return {};
  return {packed_.data(), size};
}

bool BlockEncoder::put_rows_part(const BlockRecords& records, std::span<const std::uint32_t> order,
                                 const BlockInfo& info, std::string& out) {
  row_numbers_.clear();
  const std::vector<Row>& rows = records.rows;
  put_rows(rows, order, row_numbers_);
  std::string plain;
  append_sources(plain, records.sources);
  append_text(plain, row_numbers_.shapes.view());
  append_text(plain, row_numbers_.still.view());
  plain.append(row_numbers_.calm.view());
  if (packed_.size() < ZSTD_compressBound(plain.size())) packed_.resize(ZSTD_compressBound(plain.size()));
  const std::size_t packed =
      ZSTD_compress2(contexts_->rows, packed_.data(), packed_.size(), plain.data(), plain.size());
  if (ZSTD_isError(packed) != 0U) return false;

  out.assign(1, static_cast<char>(kRowsVersion));
  append_varint(out, info.lane);
  append_varint(out, info.number);
  append_varint(out, static_cast<std::uint8_t>(info.codec));
  append_varint(out, part_bytes_);
  append_varint(out, plain.size());
  append_text(out, {packed_.data(), packed});
  out.append(row_numbers_.noise.view());
  append_fixed(out, checksum64(out));

  Sources sources_back;
  std::uint64_t part_bytes = 0;
  if (unpack_rows(contexts_->back, out, info, rows.size(), contexts_->pieces.calm, part_bytes, sources_back,
                  rows_back_, order_back_) != nullptr) {
    return false;
  }
  // Offsets are not written, they follow from the rest.
  for (std::size_t i = 0; i < rows.size(); ++i) rows_back_[i].offset = rows[i].offset;
  return rows_back_ == rows && sources_back.size() == records.sources.size();
}

Result<EncodedBlock, StoreError> BlockEncoder::encode(std::span<const std::shared_ptr<const Chunk>> chunks,
                                                      std::uint32_t number, std::uint16_t day) {
  BlockRecords& records = records_;
  records.lane = chunks.front()->lane();
  std::size_t count = 0;
  for (const auto& chunk : chunks) count += chunk->rows().size();
  records.rows.resize(count);
  records.raws.resize(count);
  Row* next_row = records.rows.data();
  const char** next_raw = records.raws.data();
  SourceTableBuilder table;
  for (const auto& chunk : chunks) {
    std::vector<std::uint32_t> renumbered;
    renumbered.reserve(chunk->sources().size());
    for (const auto& source : chunk->sources()) renumbered.push_back(table.index_of(source));
    for (const Row& row : chunk->rows()) {
      *next_raw++ = chunk->raw(row).data();
      *next_row = row;
      next_row->source = renumbered[row.source];
      ++next_row;
    }
  }
  records.sources = table.take();
  return pack_block(records, number, day, true);
}

Result<EncodedBlock, StoreError> BlockEncoder::encode(BlockRecords& records, std::uint32_t number,
                                                      std::uint16_t day) {
  return pack_block(records, number, day, false);
}

Result<EncodedBlock, StoreError> BlockEncoder::pack_block(BlockRecords& records, std::uint32_t number,
                                                          std::uint16_t day, bool rolled_up) {
  EncodedBlock block;
  BlockInfo& info = block.info;
  info.number = number;
  info.day = day;
  info.lane = records.lane;
  // Per set of kinds, of which there are few: counted once a row, not five times.
  BlockInfo::PerKind by_set[256];
  for (const Row& row : records.rows) {
    info.bounds.add(row);
    ++by_set[row.kinds].records;
    by_set[row.kinds].raw_bytes += row.length;
  }
  for (std::size_t set = 0; set < std::size(by_set); ++set) {
    for (std::size_t kind = 0; kind < kKindCount; ++kind) {
      if (((set >> kind) & 1U) == 0) continue;
      info.kinds[kind].records += by_set[set].records;
      info.kinds[kind].raw_bytes += by_set[set].raw_bytes;
    }
  }
  const TextLayout layout = lay_out_text(records.rows, text_order(records.rows), part_bytes_);
  if (layout.parts.size() >= UINT16_MAX)
    return StoreError{StoreErrc::bad_argument, "a block of too many parts"};
  info.parts = static_cast<std::uint16_t>(layout.parts.size());

  block.parts.resize(1);
  letters_.clear();
  for (const TextLayout::Part& part : layout.parts) {
    const auto bytes = static_cast<std::size_t>(part.bytes);
    if (text_.size() < bytes + kScanPadding) text_.resize(bytes + kScanPadding);
    char* at = text_.data();
    lines_.clear();
    times_.clear();
    for (std::uint32_t i = part.order_first; i < part.order_first + part.rows; ++i) {
      const std::uint32_t index = layout.order[i];
      const Row& row = records.rows[index];
      const Source& source = *records.sources[row.source];
      if (row.length > 0) std::memcpy(at, records.raws[index], row.length);
      if (rolled_up) {
        const std::string_view raw(at, row.length);
        rollup_.add(row, host_without_parsing(source, row.format, raw, rollup_),
                    severity_without_parsing(source, raw));
      }
      at += row.length;
      lines_.push_back({.length = row.length, .charset = source.charset, .event_ns = row.event_ns});
      times_.push_back(static_cast<std::uint64_t>(row.event_ns));
    }
    block.parts.push_back(put_text_part({text_.data(), bytes}, lines_));
    info.stored_bytes += block.parts.back().size();
  }
  if (!put_rows_part(records, layout.order, info, block.parts.front())) {
    ++verify_failures_;
    return corrupt(info, "its row columns do not read back as they were written; the journal is kept");
  }
  info.stored_bytes += block.parts.front().size();
  block.terms = terms_.take();
  if (rolled_up) block.rollup = rollup_.finish(records.sources);
  block.letters = letters_.finish();
  return block;
}

Result<std::shared_ptr<const BlockRows>, StoreError> read_rows_part(std::string_view value,
                                                                    const BlockInfo& info) {
  std::vector<char> plain;
  std::vector<std::uint32_t> order;
  auto block = std::make_shared<BlockRows>();
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  if (!context) return StoreError{StoreErrc::io, "no memory to unpack a block"};
  std::uint64_t part_bytes = 0;
  const char* const wrong = unpack_rows(context.get(), value, info, info.bounds.rows, plain, part_bytes,
                                        block->sources, block->rows, order);
  if (wrong != nullptr) return corrupt(info, wrong);
  RowBounds bounds;
  for (const Row& row : block->rows) bounds.add(row);
  block->layout = lay_out_text(block->rows, std::move(order), part_bytes);
  if (bounds != info.bounds || block->layout.parts.size() != info.parts) {
    return corrupt(info, "its head and its rows differ");
  }
  return std::shared_ptr<const BlockRows>(std::move(block));
}

struct TextPartReader::Memory {
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{ZSTD_createDCtx(), &ZSTD_freeDCtx};
  Pieces pieces;
};

TextPartReader::TextPartReader() : memory_(std::make_unique<Memory>()) {}
TextPartReader::~TextPartReader() = default;

std::vector<std::uint64_t> BlockRows::times_of(std::size_t part) const {
  const TextLayout::Part& place = layout.parts[part];
  std::vector<std::uint64_t> times(place.rows);
  for (std::uint32_t i = 0; i < place.rows; ++i) {
    times[i] = static_cast<std::uint64_t>(rows[layout.order[place.order_first + i]].event_ns);
  }
  return times;
}

Result<TextPart, StoreError> TextPartReader::read(std::string_view value, std::uint64_t size,
                                                  std::span<const std::uint64_t> times,
                                                  const BlockInfo& info) {
  TextPart part{.bytes = nullptr, .size = static_cast<std::size_t>(size)};
  // Room behind the text, so that scanners may look at sixteen bytes at a time.
  part.bytes.reset(new char[part.size + kScanPadding]);
  ZSTD_DCtx* const context = memory_->context.get();
  if (context == nullptr) return StoreError{StoreErrc::io, "no memory to unpack a block"};
  if (unpack_text(context, value, times, memory_->pieces, part.bytes.get(), part.size)) return part;
  return corrupt(info, "a text part is damaged");
}

bool TextPartReader::may_hold(std::string_view value, ShownAscii shown, const ColumnSearch& in_text,
                              const ColumnSearch& in_bytes) {
  const auto content = content_of(value);
  // What is damaged is read, and reading it tells so.
  if (!content || content->codec != BlockCodec::columns) return true;
  WireReader in(content->bytes);
  const auto bytes = static_cast<std::size_t>(in.varint(kRawBytesMax));
  const std::string_view frame = in.text();
  std::vector<char>& text = memory_->pieces.text;
  ZSTD_DCtx* const context = memory_->context.get();
  if (!in.ok() || context == nullptr || !unpack(context, frame, bytes, text)) return true;
  const std::string_view columns(text.data(), bytes);
  return in_text.may_hold(columns, shown) && in_bytes.may_hold(columns, ShownAscii::all);
}

}  // namespace vigil
