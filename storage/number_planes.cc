#include "storage/number_planes.h"

#include <bit>

namespace vigil {

namespace {

/// Bytes looked at to tell the stream, and how many different ones there are at most in it: 64 bytes drawn from 256 are 57
/// different ones on average, from 128 they are 50.
constexpr std::size_t kSample = 64;
constexpr int kStillMost = 24, kCalmMost = 51;

enum class Stream : std::uint8_t { still = 0, calm = 1, noise = 2 };

Stream stream_of(std::span<const std::uint64_t> values, unsigned shift) {
  if (values.size() < kSample) return Stream::still;
  std::array<std::uint64_t, 4> seen{};
  for (std::size_t i = 0; i < kSample; ++i) {
    const std::uint64_t byte = values[i * values.size() / kSample] >> shift & 0xffU;
    seen[byte / 64] |= std::uint64_t{1} << (byte % 64);
  }
  int different = 0;
  for (const std::uint64_t bits : seen) different += std::popcount(bits);
  return different <= kStillMost ? Stream::still : different <= kCalmMost ? Stream::calm : Stream::noise;
}

constexpr std::array<std::uint64_t, 4> kUnits = {1, 1'000, 1'000'000, 1'000'000'000};

/// The largest unit by whose multiples all numbers differ. The compiler makes a multiplication of each division.
template <std::size_t kUnit>
std::size_t unit_of(std::span<const std::uint64_t> values, std::size_t from) {
  if constexpr (kUnit > 0) {
    // What differs by multiples of a larger unit does so by those of a smaller.
    for (; from < values.size(); ++from) {
      if (static_cast<std::int64_t>(values[from] - values.front()) %
              static_cast<std::int64_t>(kUnits[kUnit]) !=
          0) {
        return unit_of<kUnit - 1>(values, from);
      }
    }
  }
  return kUnit;
}

}  // namespace

template <std::size_t kUnit>
void NumberPlanes::put_in(std::span<std::uint64_t> values, std::uint64_t least, std::uint64_t most) {
  constexpr auto kBy = static_cast<std::int64_t>(kUnits[kUnit]);
  const std::uint64_t first = values.front();
  std::uint64_t before = first, distances = 0;
  std::size_t repeated = 0;
  for (const std::uint64_t value : values) {
    distances |= zigzag(static_cast<std::int64_t>(value - before) / kBy);
    repeated += value == before ? 1 : 0;
    before = value;
  }
  // Distances need three bits less at least: values that only jump about have larger ones.
  const std::uint64_t range = (most - least) / kUnits[kUnit];
  // Where most are as the one before, distances are zeros: a batch's records came at one time.
  const bool mostly_repeated = repeated >= values.size() / 4 * 3 && std::bit_width(range) > 8;
  const bool by_distance = std::bit_width(distances) + 3 <= std::bit_width(range) || mostly_repeated;
  if (by_distance) {
    least = before = first;
    for (std::uint64_t& value : values) {
      const std::uint64_t here = value;
      value = zigzag(static_cast<std::int64_t>(here - before) / kBy);
      before = here;
    }
  } else {
    for (std::uint64_t& value : values) value = (value - least) / kUnits[kUnit];
  }
  const unsigned width = (static_cast<unsigned>(std::bit_width(by_distance ? distances : range)) + 7) / 8;
  std::array<Stream, 8> streams{};
  unsigned bits = 0;
  for (unsigned plane = 0; plane < width; ++plane) {
    streams[plane] = stream_of(values, 8 * plane);
    bits |= static_cast<unsigned>(streams[plane]) << (2 * plane);
  }
  shapes.varint(least);
  const auto head = static_cast<char>(width + (by_distance ? 16U : 0U) + 32U * kUnit);
  shapes.bytes(&head, 1);
  shapes.varint(bits);
  for (unsigned plane = 0; plane < width; ++plane) {
    ColumnStream& stream = streams[plane] == Stream::still  ? still
                           : streams[plane] == Stream::calm ? calm
                                                            : noise;
    char* const out = stream.room(values.size());
    const unsigned shift = 8 * plane;
    for (std::size_t i = 0; i < values.size(); ++i)
      out[i] = static_cast<char>(values.data()[i] >> shift & 0xffU);
    stream.end(out + values.size());
  }
}

void NumberPlanes::put(std::span<std::uint64_t> values) {
  std::uint64_t least = UINT64_MAX, most = 0;
  for (const std::uint64_t value : values) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
  // Times differ by whole milliseconds or seconds; small numbers are not worth a look.
  const bool large = std::bit_width(most - least) > 20 && most - least <= INT64_MAX;
  switch (large ? unit_of<kUnits.size() - 1>(values, 0) : 0) {
    case 0:
      return put_in<0>(values, least, most);
    case 1:
      return put_in<1>(values, least, most);
    case 2:
      return put_in<2>(values, least, most);
    default:
      return put_in<3>(values, least, most);
  }
}

bool PlanedNumbers::read(NumberReaders& in, std::size_t count) {
  value_ = in.shapes.varint();
  const unsigned head = in.shapes.byte();
  const auto bits = static_cast<unsigned>(in.shapes.varint(UINT16_MAX));
  width_ = head % 16;
  distances_ = head / 16 % 2 == 1;
  if (!in.shapes.ok() || width_ > 8 || head / 32 >= kUnits.size()) return false;
  unit_ = kUnits[head / 32];
  for (unsigned plane = 0; plane < width_; ++plane) {
    const unsigned which = bits >> (2 * plane) & 3U;
    if (which > static_cast<unsigned>(Stream::noise)) return false;
    WireReader& stream = which == 0 ? in.still : which == 1 ? in.calm : in.noise;
    planes_[plane] = reinterpret_cast<const unsigned char*>(stream.bytes(count).data());
    if (!stream.ok()) return false;
  }
  return true;
}

}  // namespace vigil
