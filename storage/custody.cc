#include "storage/custody.h"

#include <charconv>

#include "storage/chunk.h"
#include "storage/days.h"

namespace vigil {

namespace {
/// Bytes that are handed to the hash at once: records are short, and each call costs as much as a hundred bytes.
constexpr std::size_t kPieceBytes = 32 * 1024;
/// Longer than any line before a record.
constexpr std::size_t kLineBytesMax = 16 + 1 + 20 + 1 + 20 + 1;
/// Segments a chunk or block may name: one for each record at most.
constexpr std::uint64_t kSegmentsMax = kRowsMax;

char* put_line(char* at, std::uint64_t sequence, std::int64_t received_ns, std::size_t length) {
  static constexpr char kHex[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) *at++ = kHex[(sequence >> static_cast<unsigned>(shift)) & 15U];
  *at++ = ' ';
  at = std::to_chars(at, at + 20, received_ns).ptr;
  *at++ = ' ';
  at = std::to_chars(at, at + 20, length).ptr;
  *at++ = '\n';
  return at;
}
}  // namespace

void append_segment_line(std::string& out, std::uint64_t sequence, std::int64_t received_ns,
                         std::size_t length) {
  char line[kLineBytesMax];
  out.append(line, static_cast<std::size_t>(put_line(line, sequence, received_ns, length) - line));
}

bool SegmentHasher::takes(const RowBounds& bounds, std::uint64_t bytes_max) const {
  return !empty() && raw_bytes_ + bounds.raw_bytes <= bytes_max &&
         bounds.received_min - received_first_ < kCustodySegmentSpan &&
         day_of(bounds.received_min) == day_of(received_first_);
}

void SegmentHasher::add(std::uint64_t sequence, std::int64_t received_ns, std::string_view raw) {
  if (empty()) {
    sequence_first_ = sequence;
    received_first_ = received_ns;
    piece_.assign(1, '\0');
  }
  sequence_last_ = sequence;
  raw_bytes_ += raw.size();
  append_segment_line(piece_, sequence, received_ns, raw.size());
  if (raw.size() < kPieceBytes) {
    piece_.append(raw);
  } else {
    hash_.add(piece_);
    hash_.add(raw);
    piece_.clear();
  }
  piece_.push_back('\n');
  if (piece_.size() >= kPieceBytes) {
    hash_.add(piece_);
    piece_.clear();
  }
}

void SegmentHasher::add(const Chunk& chunk) {
  for (const Row& row : chunk.rows()) add(row.sequence, row.received_ns, chunk.raw(row));
}

CustodySegment SegmentHasher::close() {
  hash_.add(piece_);
  const CustodySegment segment{
      .sequence_first = sequence_first_, .sequence_last = sequence_last_, .leaf = hash_.finish()};
  piece_.clear();
  sequence_first_ = sequence_last_ = raw_bytes_ = 0;
  return segment;
}

void append_segments(std::string& out, std::span<const CustodySegment> segments) {
  append_varint(out, segments.size());
  std::uint64_t end = 0;
  for (const CustodySegment& segment : segments) {
    append_varint(out, segment.sequence_first - end);
    append_varint(out, segment.sequence_last - segment.sequence_first);
    out.append(reinterpret_cast<const char*>(segment.leaf.data()), segment.leaf.size());
    end = segment.sequence_last;
  }
}

bool read_segments(WireReader& in, std::vector<CustodySegment>& segments) {
  segments.clear();
  std::uint64_t end = 0;
  for (std::uint64_t left = in.varint(kSegmentsMax); left > 0 && in.ok(); --left) {
    CustodySegment segment;
    segment.sequence_first = end + in.varint();
    segment.sequence_last = segment.sequence_first + in.varint();
    const std::string_view leaf = in.bytes(segment.leaf.size());
    if (!in.ok() || segment.sequence_first < end || segment.sequence_last < segment.sequence_first)
      return false;
    std::copy(leaf.begin(), leaf.end(), reinterpret_cast<char*>(segment.leaf.data()));
    segments.push_back(segment);
    end = segment.sequence_last;
  }
  return in.ok();
}

}  // namespace vigil
