#include "storage/chunk.h"

#include "storage/hash.h"

namespace vigil {

namespace {
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kCountsMax = 1 + 5 * kVarintMax;

/// Writes the head of a frame whose rest has `length` bytes.
void put_head(char* at, std::size_t length) {
  std::memcpy(at, Chunk::kMagic.data(), Chunk::kMagic.size());
  const auto stored = static_cast<std::uint32_t>(length);
  std::memcpy(at + 4, &stored, sizeof stored);
  const std::uint64_t check = mix(load_u64(at) ^ kMixA, kMixB);
  std::memcpy(at + 8, &check, sizeof check);
}
}  // namespace

std::optional<std::size_t> Chunk::read_head(std::string_view bytes) {
  if (bytes.size() < kHeadBytes || !bytes.starts_with(kMagic)) return std::nullopt;
  if (load_u64(bytes.data() + 8) != mix(load_u64(bytes.data()) ^ kMixA, kMixB)) return std::nullopt;
  return load_u64(bytes.data()) >> 32U;
}

void ChunkBuilder::add(const Record& record, std::uint32_t source) {
  const Row row{.sequence = record.sequence,
                .received_ns = record.received_ns,
                .event_ns = record.event_ns,
                .tags = record.transport_tags.bits(),
                .offset = static_cast<std::uint32_t>(bounds_.raw_bytes),
                .length = static_cast<std::uint32_t>(record.raw.size()),
                .source = source,
                .kinds = record.kinds.bits(),
                .format = record.format};
  rows_.push_back(row);
  raws_.push_back(record.raw.data());
  bounds_.add(row);
}

std::shared_ptr<const Chunk> ChunkBuilder::finish(LaneId lane, const CommitSpan& commit, BufferPool* pool) {
  auto chunk = std::make_shared<Chunk>();
  std::string sources;
  append_sources(sources, sources_.sources());

  // What stands before the text is written apart first: its size at worst is several times what it mostly is, and the
  // chunk's memory stays for as long as the chunk is open.
  const std::size_t before_max = Chunk::kHeadBytes + kCountsMax + sources.size() + row_columns_bytes_max(rows_.size());
  const std::unique_ptr<char[]> before(new char[before_max]);
  char* at = before.get() + Chunk::kHeadBytes;
  *at++ = static_cast<char>(kVersion);
  at = put_varint(at, lane);
  at = put_varint(at, commit.first_sequence);
  at = put_varint(at, commit.records);
  at = put_varint(at, rows_.size());
  at = put_varint(at, bounds_.raw_bytes);
  std::memcpy(at, sources.data(), sources.size());
  at = put_rows(at + sources.size(), rows_);
  chunk->text_at_ = static_cast<std::size_t>(at - before.get());
  chunk->size_ = chunk->text_at_ + static_cast<std::size_t>(bounds_.raw_bytes) + sizeof(std::uint64_t);
  put_head(before.get(), chunk->size_ - Chunk::kHeadBytes);

  chunk->aligned_ = chunk->size_ >= kAlignedBytesMin;
  BufferPool::Buffer bytes = !chunk->aligned_  ? BufferPool::make(chunk->size_)
                             : pool == nullptr ? BufferPool::make_aligned(chunk->size_)
                                               : pool->take(chunk->size_);
  std::memcpy(bytes.get(), before.get(), chunk->text_at_);
  at = bytes.get() + chunk->text_at_;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].length > 0) std::memcpy(at, raws_[i], rows_[i].length);
    at += rows_[i].length;
  }
  const char* const body = bytes.get() + Chunk::kHeadBytes;
  const std::uint64_t sum = checksum64({body, static_cast<std::size_t>(at - body)});
  std::memcpy(at, &sum, sizeof sum);
  if (chunk->aligned_) std::memset(bytes.get() + chunk->size_, 0, BufferPool::aligned(chunk->size_) - chunk->size_);

  chunk->lane_ = lane;
  chunk->commit_ = commit;
  chunk->bounds_ = bounds_;
  chunk->rows_ = rows_;
  chunk->sources_ = sources_.take();
  chunk->bytes_ = std::move(bytes);
  bounds_ = RowBounds();
  rows_.clear();
  raws_.clear();
  ++table_;
  return chunk;
}

std::shared_ptr<const Chunk> Chunk::read(std::string_view body) {
  if (body.size() < sizeof(std::uint64_t)) return nullptr;
  const std::string_view summed = body.substr(0, body.size() - sizeof(std::uint64_t));
  if (checksum64(summed) != load_u64(summed.data() + summed.size())) return nullptr;

  WireReader in(summed);
  if (in.byte() != kVersion) return nullptr;
  auto chunk = std::make_shared<Chunk>();
  chunk->lane_ = static_cast<LaneId>(in.varint(UINT16_MAX));
  chunk->commit_.first_sequence = in.varint();
  chunk->commit_.records = in.varint();
  const auto rows = static_cast<std::uint32_t>(in.varint(kRowsMax));
  const std::uint64_t raw_bytes = in.varint(kRawBytesMax);
  if (rows == 0 || !read_sources(in, chunk->sources_)) return nullptr;
  if (!read_rows(in, rows, chunk->sources_.size(), chunk->rows_)) return nullptr;
  for (Row& row : chunk->rows_) {
    row.offset = static_cast<std::uint32_t>(chunk->bounds_.raw_bytes);
    chunk->bounds_.add(row);
  }
  if (chunk->bounds_.raw_bytes != raw_bytes || in.left() != raw_bytes) return nullptr;

  chunk->size_ = kHeadBytes + body.size();
  chunk->bytes_ = BufferPool::make(chunk->size_);
  put_head(chunk->bytes_.get(), body.size());
  std::memcpy(chunk->bytes_.get() + kHeadBytes, body.data(), body.size());
  chunk->text_at_ = kHeadBytes + summed.size() - static_cast<std::size_t>(raw_bytes);
  return chunk;
}

}  // namespace vigil
