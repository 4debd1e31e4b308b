#include "storage/chunk.h"

#include "storage/hash.h"

namespace vigil {

namespace {
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeadMax = 1 + 3 * kVarintMax;
}  // namespace

void ChunkBuilder::add(const Record& record, const std::shared_ptr<const Source>& source) {
  if (source.get() != last_) {
    last_index_ = sources_.index_of(source);
    last_ = source.get();
  }
  const Row row{.sequence = record.sequence,
                .received_ns = record.received_ns,
                .event_ns = record.event_ns,
                .tags = record.transport_tags.bits(),
                .offset = static_cast<std::uint32_t>(bounds_.raw_bytes),
                .length = static_cast<std::uint32_t>(record.raw.size()),
                .source = last_index_,
                .kinds = record.kinds.bits(),
                .format = record.format};
  rows_.push_back(row);
  raws_.push_back(record.raw.data());
  bounds_.add(row);
}

std::shared_ptr<const Chunk> ChunkBuilder::finish(LaneId lane) {
  auto chunk = std::make_shared<Chunk>();
  std::string sources;
  append_sources(sources, sources_.sources());

  // new char[] rather than a vector: a quarter megabyte need not be zeroed before it is filled.
  const std::size_t text_bytes = static_cast<std::size_t>(bounds_.raw_bytes);
  const std::size_t room =
      kHeadMax + sources.size() + row_columns_bytes_max(rows_.size()) + text_bytes + sizeof(std::uint64_t);
  std::unique_ptr<char[]> bytes(new char[room]);
  char* at = bytes.get();
  *at++ = static_cast<char>(kVersion);
  at = put_varint(at, lane);
  at = put_varint(at, rows_.size());
  at = put_varint(at, bounds_.raw_bytes);
  std::memcpy(at, sources.data(), sources.size());
  at = put_rows(at + sources.size(), rows_);
  chunk->text_at_ = static_cast<std::size_t>(at - bytes.get());
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].length > 0) std::memcpy(at, raws_[i], rows_[i].length);
    at += rows_[i].length;
  }
  const std::uint64_t sum = checksum64({bytes.get(), static_cast<std::size_t>(at - bytes.get())});
  std::memcpy(at, &sum, sizeof sum);
  chunk->size_ = static_cast<std::size_t>(at - bytes.get()) + sizeof sum;

  chunk->lane_ = lane;
  chunk->bounds_ = bounds_;
  chunk->rows_ = rows_;
  chunk->sources_ = sources_.take();
  chunk->bytes_ = std::move(bytes);
  bounds_ = RowBounds();
  rows_.clear();
  raws_.clear();
  last_ = nullptr;
  return chunk;
}

std::shared_ptr<const Chunk> Chunk::read(std::string_view value) {
  if (value.size() < sizeof(std::uint64_t)) return nullptr;
  const std::string_view body = value.substr(0, value.size() - sizeof(std::uint64_t));
  if (checksum64(body) != load_u64(body.data() + body.size())) return nullptr;

  WireReader in(body);
  if (in.byte() != kVersion) return nullptr;
  auto chunk = std::make_shared<Chunk>();
  chunk->lane_ = static_cast<LaneId>(in.varint(UINT16_MAX));
  const auto rows = static_cast<std::uint32_t>(in.varint(kRowsMax));
  const std::uint64_t raw_bytes = in.varint(kRawBytesMax);
  if (rows == 0 || !read_sources(in, chunk->sources_)) return nullptr;
  if (!read_rows(in, rows, chunk->sources_.size(), chunk->rows_)) return nullptr;
  for (Row& row : chunk->rows_) {
    row.offset = static_cast<std::uint32_t>(chunk->bounds_.raw_bytes);
    chunk->bounds_.add(row);
  }
  if (chunk->bounds_.raw_bytes != raw_bytes || in.left() != raw_bytes) return nullptr;

  chunk->bytes_.reset(new char[value.size()]);
  std::memcpy(chunk->bytes_.get(), value.data(), value.size());
  chunk->size_ = value.size();
  chunk->text_at_ = body.size() - static_cast<std::size_t>(raw_bytes);
  return chunk;
}

}  // namespace vigil
