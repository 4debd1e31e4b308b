#include "parsers/gelf.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "parsers/json_walk.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/zlib_stream.h"

namespace vigil {

namespace {

constexpr std::string_view kChunkMagic = "\x1e\x0f";
constexpr std::size_t kChunkHead = 12;
constexpr std::size_t kIdBytes = 8;
/// A connection that once had a large partial message does not keep its memory.
constexpr std::size_t kPartialKept = std::size_t{16} * 1024;

/// RFC 1950 2.2: method 8, a window of at most 32 KiB, and the two bytes together a multiple of 31.
bool is_zlib(std::string_view message) {
  if (message.size() < 2) return false;
  const auto method = static_cast<unsigned char>(message[0]);
  const auto flags = static_cast<unsigned char>(message[1]);
  return (method & 0x0fU) == 8 && method >> 4U <= 7 && (method * 256U + flags) % 31U == 0;
}

}  // namespace

GelfAssembler::Taken GelfAssembler::take(std::string_view peer, std::string_view datagram,
                                         std::int64_t now_ns) {
  expire(now_ns);
  if (!datagram.starts_with(kChunkMagic)) return {Verdict::whole, datagram};
  if (datagram.size() < kChunkHead) return {};
  const unsigned number = static_cast<unsigned char>(datagram[10]);
  const unsigned count = static_cast<unsigned char>(datagram[11]);
  if (count == 0 || count > kChunksMax || number >= count) return {};
  const std::string_view part = datagram.substr(kChunkHead);
  if (count == 1) return {Verdict::whole, part};  // gelf-pro sends every message so

  std::string key(datagram.substr(2, kIdBytes));
  key += peer;
  auto known = by_key_.find(key);
  if (known != by_key_.end() && known->second->count != count) {
    drop(known->second);
    ++given_up_;
    known = by_key_.end();
  }
  if (known == by_key_.end()) {
    Partial& fresh = partials_.emplace_back();
    fresh.key = key;
    fresh.first_ns = now_ns;
    fresh.count = count;
    fresh.chunks.resize(count);
    known = by_key_.emplace(std::move(key), std::prev(partials_.end())).first;
  }
  const Place place = known->second;
  std::optional<std::string>& chunk = place->chunks[number];
  if (chunk) return {Verdict::waiting, {}};
  chunk = std::string(part);
  place->bytes += part.size();
  held_bytes_ += part.size();
  if (++place->have < count) {
    while (partials_.size() > limits_.partials_max || held_bytes_ > limits_.partial_bytes_max) {
      drop(partials_.begin());
      ++given_up_;
    }
    return {Verdict::waiting, {}};
  }
  whole_.clear();
  for (const auto& piece : place->chunks) whole_ += *piece;
  drop(place);
  return {Verdict::whole, whole_};
}

void GelfAssembler::expire(std::int64_t now_ns) {
  while (!partials_.empty() && now_ns - partials_.front().first_ns > limits_.partial_ns_max) {
    drop(partials_.begin());
    ++given_up_;
  }
}

void GelfAssembler::drop(Place partial) {
  held_bytes_ -= partial->bytes;
  by_key_.erase(partial->key);
  partials_.erase(partial);
}

GelfUnpacked gelf_unpack(std::string_view message, std::string& room, const GelfLimits& limits) {
  using Verdict = GelfUnpacked::Verdict;
  const bool gzip = message.starts_with("\x1f\x8b");
  if (!gzip && !is_zlib(message)) return {Verdict::plain, message};
  ZlibStream stream(gzip ? ZlibStream::Wrapping::gzip : ZlibStream::Wrapping::zlib);
  // Grown as it is needed: a datagram cannot make us take 2 MiB by claiming to be large.
  constexpr std::size_t kFirst = std::size_t{16} * 1024;
  std::size_t used = 0;
  room.resize(std::max(room.size(), std::min(kFirst, limits.message_bytes_max + 1)));
  for (;;) {
    const ZlibStream::Step step = stream.unpack(message, std::span(room).subspan(used));
    message.remove_prefix(step.read);
    used += step.written;
    if (used > limits.message_bytes_max) return {Verdict::too_long, {}};
    if (step.state == ZlibStream::State::done)
      return {Verdict::unpacked, std::string_view(room).substr(0, used)};
    if (step.state != ZlibStream::State::full) return {Verdict::broken, {}};
    room.resize(std::min(room.size() * 2, limits.message_bytes_max + 1));
  }
}

void GelfFramer::run(std::string_view bytes, Emit emit, void* sink) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\0');
    if (end == std::string_view::npos) return keep(bytes);
    const std::string_view piece = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (partial_.empty() && !longer_) {
      const bool longer = piece.size() > limits_.message_bytes_max;
      give(piece.substr(0, limits_.message_bytes_max), longer, false, emit, sink);
      continue;
    }
    keep(piece);
    give(partial_, longer_, false, emit, sink);
    longer_ = false;
    if (partial_.capacity() > kPartialKept) {
      partial_ = std::string();
    } else {
      partial_.clear();
    }
  }
}

void GelfFramer::end(Emit emit, void* sink) {
  give(partial_, longer_, true, emit, sink);
  partial_ = std::string();
  longer_ = false;
}

void GelfFramer::keep(std::string_view bytes) {
  const std::size_t room = limits_.message_bytes_max - partial_.size();
  longer_ = longer_ || bytes.size() > room;
  partial_ += bytes.substr(0, room);
}

void GelfFramer::give(std::string_view message, bool longer, bool ended, Emit emit, void* sink) const {
  message = trim(message);
  if (message.empty()) return;
  Tags tags;
  if (longer) tags.add(Tag::oversize);
  if (ended) tags.add(Tag::partial_eof);
  emit(sink, message, tags);
}

std::optional<std::int64_t> read_gelf_time(std::string_view text) {
  // Exactly, where it is written as digits and a fraction.
  if (const auto exact = read_epoch(text)) return exact;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr double kSecondsMax = 9e9;  // the year 2255
  if (error != std::errc() || end != text.data() + text.size() || !(seconds > 0) || seconds > kSecondsMax)
    return std::nullopt;
  const double whole = std::floor(seconds);
  return static_cast<std::int64_t>(whole) * 1'000'000'000 +
         static_cast<std::int64_t>((seconds - whole) * 1e9);
}

GelfHead read_gelf_head(std::string_view document) {
  GelfHead head;
  const std::string_view host = peek_json_member(document, "host");
  constexpr std::size_t kHostBytesMax = 255;
  // An escaped name is read with the document; here it would be another name.
  if (host.size() <= kHostBytesMax && host.find('\\') == std::string_view::npos && host != "null")
    head.host = host;
  head.event_ns = read_gelf_time(peek_json_member(document, "timestamp"));
  return head;
}

}  // namespace vigil
