#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "parsers/tags.h"

/// GELF 1.1: one JSON object a message. Over UDP it may be packed (gzip or zlib) and cut into chunks; over TCP messages
/// end with NUL; over HTTP a body is one.
namespace vigil {

struct GelfLimits {
  /// What a packed message may unpack to, and the longest over TCP.
  std::size_t message_bytes_max = std::size_t{2} * 1024 * 1024;
  /// Partial messages held, by number and bytes; past it the oldest goes.
  std::size_t partials_max = 1024;
  std::size_t partial_bytes_max = std::size_t{32} * 1024 * 1024;
  /// All chunks of a message come within this, or it goes.
  std::int64_t partial_ns_max = 5'000'000'000;
};

/// Puts chunked datagrams together:
///
///   chunk = 1e 0f, id (8 bytes), number (1), count (1, at most 128), its part of the message
///
/// Messages are told apart by sender and id. A chunk that comes twice counts once; one that contradicts what came
/// before begins the message anew. Time is an argument; one thread at a time.
class GelfAssembler {
 public:
  static constexpr unsigned kChunksMax = 128;

  explicit GelfAssembler(GelfLimits limits = {}) : limits_(limits) {}

  enum class Verdict : std::uint8_t {
    whole,     ///< `message` is one, maybe packed
    waiting,   ///< kept until the other chunks come
    bad_chunk  ///< no head, a count of 0 or above the limit, a number not below the count
  };
  struct Taken {
    Verdict verdict = Verdict::bad_chunk;
    std::string_view message;  ///< of the datagram, or valid until the next call
  };
  Taken take(std::string_view peer, std::string_view datagram, std::int64_t now_ns);
  /// Lets go of messages that waited too long.
  void expire(std::int64_t now_ns);
  /// Messages given up so far: too late, or to make room.
  std::uint64_t given_up() const { return given_up_; }
  std::size_t partials() const { return partials_.size(); }
  std::size_t held_bytes() const { return held_bytes_; }

 private:
  struct Partial {
    std::string key;
    std::int64_t first_ns = 0;
    unsigned count = 0, have = 0;
    std::size_t bytes = 0;
    std::vector<std::optional<std::string>> chunks;
  };
  using Place = std::list<Partial>::iterator;
  void drop(Place partial);

  GelfLimits limits_;
  std::list<Partial> partials_;  ///< oldest first
  std::unordered_map<std::string, Place> by_key_;
  std::size_t held_bytes_ = 0;
  std::uint64_t given_up_ = 0;
  std::string whole_;
};

/// What became of a message that may be packed.
struct GelfUnpacked {
  enum class Verdict : std::uint8_t {
    plain,     ///< not packed: the message itself
    unpacked,  ///< the text is in `room`
    broken,    ///< no gzip or zlib to its end
    too_long   ///< unpacks to more than the limit
  };
  Verdict verdict = Verdict::plain;
  std::string_view text;
};
/// Told by the first bytes: 1f 8b gzip, 78 xx zlib (checked as RFC 1950 says), else plain.
GelfUnpacked gelf_unpack(std::string_view message, std::string& room, const GelfLimits& limits = {});

/// Cuts a TCP stream into messages at NUL. The messages do not depend on how TCP cut the stream. What is longer than the
/// limit is kept up to it, tagged `oversize`; CR and LF around a message are not part of it.
class GelfFramer {
 public:
  explicit GelfFramer(GelfLimits limits = {}) : limits_(limits) {}
  /// Calls `sink(std::string_view message, Tags)`; the view ends with the call.
  template <class Sink>
  void feed(std::string_view bytes, Sink&& sink) {
    run(bytes, &call<Sink>, const_cast<void*>(static_cast<const void*>(std::addressof(sink))));
  }
  /// The stream has ended: gives what is left, tagged `partial_eof`.
  template <class Sink>
  void finish(Sink&& sink) {
    end(&call<Sink>, const_cast<void*>(static_cast<const void*>(std::addressof(sink))));
  }
  bool mid_frame() const { return !partial_.empty(); }
  std::size_t buffered_bytes() const { return partial_.capacity(); }

 private:
  using Emit = void (*)(void*, std::string_view, Tags);
  template <class Sink>
  static void call(void* sink, std::string_view message, Tags tags) {
    (*static_cast<std::remove_reference_t<Sink>*>(sink))(message, tags);
  }
  void run(std::string_view bytes, Emit emit, void* sink);
  void end(Emit emit, void* sink);
  void keep(std::string_view bytes);
  void give(std::string_view message, bool longer, bool ended, Emit emit, void* sink) const;

  GelfLimits limits_;
  std::string partial_;
  bool longer_ = false;
};

/// What a transport has to know of a document before it is stored.
struct GelfHead {
  std::string_view host;                 ///< a view of the document; empty if it says none
  std::optional<std::int64_t> event_ns;  ///< of `timestamp`, UTC
};
GelfHead read_gelf_head(std::string_view document);

/// GELF's time: seconds since 1970 with a fraction, as a number or in a string, with an exponent or not. UTC ns.
std::optional<std::int64_t> read_gelf_time(std::string_view text);

}  // namespace vigil
