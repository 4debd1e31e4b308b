#include "storage/number_planes.h"

#include <bit>

namespace vigil {

namespace {

/// Bytes looked at to tell noise, and how many different ones make it noise: 64 bytes drawn from 256 are 57 different
/// ones on average, from 128 they are 50.
constexpr std::size_t kNoiseSample = 64;
constexpr int kNoiseDifferent = 52;

bool is_noise(std::span<const std::uint64_t> values, unsigned shift) {
  if (values.size() < kNoiseSample) return false;
  std::array<std::uint64_t, 4> seen{};
  for (std::size_t i = 0; i < kNoiseSample; ++i) {
    const std::uint64_t byte = values[i * values.size() / kNoiseSample] >> shift & 0xffU;
    seen[byte / 64] |= std::uint64_t{1} << (byte % 64);
  }
  int different = 0;
  for (const std::uint64_t bits : seen) different += std::popcount(bits);
  return different >= kNoiseDifferent;
}

}  // namespace

void NumberPlanes::put(std::span<std::uint64_t> values) {
  std::uint64_t least = UINT64_MAX, most = 0, distances = 0;
  std::uint64_t before = values.front();
  for (const std::uint64_t value : values) {
    least = std::min(least, value);
    most = std::max(most, value);
    distances |= zigzag(static_cast<std::int64_t>(value - before));
    before = value;
  }
  // Distances need three bits less at least: values that only jump about have larger ones.
  const bool by_distance = std::bit_width(distances) + 3 <= std::bit_width(most - least);
  if (by_distance) {
    least = before = values.front();
    for (std::uint64_t& value : values) {
      const std::uint64_t here = value;
      value = zigzag(static_cast<std::int64_t>(here - before));
      before = here;
    }
  } else {
    for (std::uint64_t& value : values) value -= least;
  }
  const unsigned width =
      (static_cast<unsigned>(std::bit_width(by_distance ? distances : most - least)) + 7) / 8;
  unsigned noisy = 0;
  for (unsigned plane = 0; plane < width; ++plane) noisy |= is_noise(values, 8 * plane) ? 1U << plane : 0;
  shapes.varint(least);
  const char head[2] = {static_cast<char>(width + (by_distance ? 16U : 0U)), static_cast<char>(noisy)};
  shapes.bytes(head, sizeof head);
  for (unsigned plane = 0; plane < width; ++plane) {
    ColumnStream& stream = (noisy >> plane & 1U) != 0 ? noise : calm;
    char* const out = stream.room(values.size());
    const unsigned shift = 8 * plane;
    for (std::size_t i = 0; i < values.size(); ++i)
      out[i] = static_cast<char>(values.data()[i] >> shift & 0xffU);
    stream.end(out + values.size());
  }
}

bool PlanedNumbers::read(NumberReaders& in, std::size_t count) {
  value_ = in.shapes.varint();
  const unsigned head = in.shapes.byte(), noisy = in.shapes.byte();
  width_ = head % 16;
  distances_ = head / 16 == 1;
  if (!in.shapes.ok() || width_ > 8 || head > 31) return false;
  for (unsigned plane = 0; plane < width_; ++plane) {
    WireReader& stream = (noisy >> plane & 1U) != 0 ? in.noise : in.calm;
    planes_[plane] = reinterpret_cast<const unsigned char*>(stream.bytes(count).data());
    if (!stream.ok()) return false;
  }
  return true;
}

}  // namespace vigil
