#include "storage/chunk.h"

#include <algorithm>
#include <functional>

#include "storage/hash.h"

namespace vigil {

namespace {
constexpr std::uint8_t kVersion = 3;
/// What stands behind the description: its length and the checksum.
constexpr std::size_t kTrailerBytes = sizeof(std::uint32_t) + sizeof(std::uint64_t);

enum class Placing : std::uint8_t { joined = 0, kept = 1 };
static_assert(Chunk::kHeadBytes == FrameBuffer::kHeadRoom);

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

/// What stands behind the text, without the trailer.
std::string ChunkBuilder::describe(LaneId lane, const CommitSpan& commit,
                                   std::span<const CustodySegment> ended, bool kept) const {
  NumberPlanes rows;
  put_rows(rows_, {}, rows);
  if (kept) {
    std::vector<std::uint64_t> offsets(rows_.size());
    std::int64_t end = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      offsets[i] = zigzag(std::int64_t{rows_[i].offset} - end);
      end = std::int64_t{rows_[i].offset} + rows_[i].length;
    }
    rows.put(offsets);
  }
  std::string out(1, static_cast<char>(kVersion));
  for (const std::uint64_t number : {std::uint64_t{lane}, commit.first_sequence, commit.records,
                                     std::uint64_t{rows_.size()}, bounds_.raw_bytes}) {
    append_varint(out, number);
  }
  out += static_cast<char>(kept ? Placing::kept : Placing::joined);
  append_segments(out, ended);
  append_sources(out, sources_.sources());
  for (const std::string_view bytes :
       {rows.shapes.view(), rows.still.view(), rows.calm.view(), rows.noise.view()}) {
    append_text(out, bytes);
  }
  return out;
}

/// Gives the rows their places in a text that stays where it is. False if some of them lie elsewhere.
bool ChunkBuilder::keep_places(std::string_view text) {
  const std::less<> before;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (before(raws_[i], text.data()) || before(text.data() + text.size(), raws_[i] + rows_[i].length))
      return false;
  }
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    rows_[i].offset = static_cast<std::uint32_t>(raws_[i] - text.data());
  }
  return true;
}

/// Places the rows one after the other and copies their bytes there, behind the head.
void ChunkBuilder::join(char* text) {
  std::uint32_t offset = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    rows_[i].offset = offset;
    if (rows_[i].length > 0) std::memcpy(text + offset, raws_[i], rows_[i].length);
    offset += rows_[i].length;
  }
}

std::shared_ptr<const Chunk> ChunkBuilder::finish(LaneId lane, const CommitSpan& commit, BufferPool* pool,
                                                  const std::shared_ptr<FrameBuffer>& frames,
                                                  std::vector<CustodySegment> ended) {
  auto chunk = std::make_shared<Chunk>();
  std::string description;
  std::shared_ptr<char[]> bytes;
  std::size_t text_bytes = 0;
  const auto size = [&] { return Chunk::kHeadBytes + text_bytes + description.size() + kTrailerBytes; };
  if (frames && bounds_.raw_bytes >= kKeptTextMin && keep_places(frames->text())) {
    description = describe(lane, commit, ended, true);
    text_bytes = frames->text().size();
    if (size() <= BufferPool::kPooledBytes) bytes = {frames, frames->memory()};
  }
  if (!bytes) {
    description = describe(lane, commit, ended, false);
    text_bytes = static_cast<std::size_t>(bounds_.raw_bytes);
    bytes = size() < kAlignedBytesMin ? BufferPool::make(size())
            : pool == nullptr         ? BufferPool::make_aligned(size())
                                      : pool->take(size());
    join(bytes.get() + Chunk::kHeadBytes);
  }
  chunk->size_ = size();
  chunk->aligned_ = chunk->size_ >= kAlignedBytesMin;
  put_head(bytes.get(), chunk->size_ - Chunk::kHeadBytes);
  char* at = bytes.get() + Chunk::kHeadBytes + text_bytes;
  at = std::copy(description.begin(), description.end(), at);
  const auto described = static_cast<std::uint32_t>(description.size());
  std::memcpy(at, &described, sizeof described);
  at += sizeof described;
  const std::uint64_t sum =
      checksum64({bytes.get() + Chunk::kHeadBytes, chunk->size_ - Chunk::kHeadBytes - sizeof sum});
  std::memcpy(at, &sum, sizeof sum);
  if (chunk->aligned_)
    std::memset(bytes.get() + chunk->size_, 0, BufferPool::aligned(chunk->size_) - chunk->size_);

  chunk->lane_ = lane;
  chunk->commit_ = commit;
  chunk->bounds_ = bounds_;
  chunk->rows_ = rows_;
  chunk->segments_ended_ = std::move(ended);
  chunk->sources_ = sources_.take();
  chunk->bytes_ = std::move(bytes);
  bounds_ = RowBounds();
  rows_.clear();
  raws_.clear();
  ++table_;
  return chunk;
}

std::shared_ptr<const Chunk> Chunk::read(std::string_view body) {
  if (body.size() < kTrailerBytes) return nullptr;
  const std::string_view summed = body.substr(0, body.size() - sizeof(std::uint64_t));
  if (checksum64(summed) != load_u64(summed.data() + summed.size())) return nullptr;
  std::uint32_t described = 0;
  std::string_view rest = summed.substr(0, summed.size() - sizeof described);
  std::memcpy(&described, rest.data() + rest.size(), sizeof described);
  if (described > rest.size()) return nullptr;
  const std::size_t text_bytes = rest.size() - described;

  WireReader in(rest.substr(text_bytes));
  if (in.byte() != kVersion) return nullptr;
  auto chunk = std::make_shared<Chunk>();
  chunk->lane_ = static_cast<LaneId>(in.varint(UINT16_MAX));
  chunk->commit_.first_sequence = in.varint();
  chunk->commit_.records = in.varint();
  const auto rows = static_cast<std::uint32_t>(in.varint(kRowsMax));
  const std::uint64_t raw_bytes = in.varint(kRawBytesMax);
  const auto placing = static_cast<Placing>(in.byte());
  if (rows == 0 || placing > Placing::kept || !read_segments(in, chunk->segments_ended_) ||
      !read_sources(in, chunk->sources_))
    return nullptr;
  const std::string_view shapes = in.text(), still = in.text(), calm = in.text(), noise = in.text();
  if (!in.ok() || in.left() != 0) return nullptr;
  NumberReaders columns{WireReader(shapes), WireReader(still), WireReader(calm), WireReader(noise)};
  std::vector<std::uint32_t> order;
  if (!read_rows(columns, rows, chunk->sources_.size(), RowOrder::by_sequence, chunk->rows_, order))
    return nullptr;
  PlanedNumbers offsets;
  if (placing == Placing::kept && !offsets.read(columns, rows)) return nullptr;
  if (!columns.at_end()) return nullptr;
  std::uint64_t end = 0;
  std::size_t index = 0;
  for (Row& row : chunk->rows_) {
    const std::uint64_t offset =
        placing == Placing::kept ? end + static_cast<std::uint64_t>(unzigzag(offsets.next(index))) : end;
    ++index;
    if (offset > text_bytes || row.length > text_bytes - offset) return nullptr;
    row.offset = static_cast<std::uint32_t>(offset);
    end = offset + row.length;
    chunk->bounds_.add(row);
  }
  if (chunk->bounds_.raw_bytes != raw_bytes) return nullptr;
  if (placing == Placing::joined && end != text_bytes) return nullptr;

  chunk->size_ = kHeadBytes + body.size();
  std::shared_ptr<char[]> bytes = BufferPool::make(chunk->size_);
  put_head(bytes.get(), body.size());
  std::memcpy(bytes.get() + kHeadBytes, body.data(), body.size());
  chunk->bytes_ = std::move(bytes);
  return chunk;
}

}  // namespace vigil
