#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "parsers/tags.h"

namespace vigil {

struct FramerOptions {
  /// Longest frame kept. RFC 5425 4.3.1 hopes receivers take 8192; cloud audit records need more.
  /// The rest of a longer frame is skipped and the frame is tagged `oversize`.
  std::size_t frame_bytes_max = std::size_t{64} * 1024;
  /// A larger octet count cannot be meant: the stream is out of step and is closed.
  std::size_t count_max = std::size_t{16} * 1024 * 1024;
  /// Frames out of step with counting (F9) before the connection is closed.
  unsigned desync_max = 10;
  /// LF ends a frame only before '<' and a digit (F11): for senders whose messages have several lines.
  bool multiline_pri = false;
  /// Counted frames that begin with 'z' are unpacked (F12).
  bool compressed_rsyslog = false;
};

/// Why a connection has to be closed. The enumerator's name is also its metric label.
enum class FramingError : std::uint8_t { none, tls_on_plain, http_on_syslog, frame_len_insane, desync };
std::string_view framing_error_name(FramingError error);

/// Cuts the byte stream of one TCP connection into frames (RFC 6587 3.4.1 and 3.4.2, told apart per
/// frame; the rules F1 to F9 and F13 stand at the top of framer.cc).
///
/// The frames do not depend on how TCP cut the stream. A frame that lies whole in `data` is given as a
/// view of it; only one that spans two calls is put together in the framer's own buffer, so an idle
/// connection costs what its partial frame costs.
class Framer {
 public:
  explicit Framer(FramerOptions options = {}) : options_(options) {}

  /// Calls `sink(std::string_view frame, Tags tags)` for each frame; the view ends with the call. Trailing
  /// CR, LF and NUL are trimmed; what is then empty is not a frame. After an error nothing more is read.
  template <class Sink>
  void feed(std::string_view data, Sink&& sink) {
    run(data, false, &call<Sink>, address_of(sink));
  }
  /// The stream has ended: gives what is left (tags `partial_eof`, `truncated_frame`).
  template <class Sink>
  void finish(Sink&& sink) {
    run({}, true, &call<Sink>, address_of(sink));
  }
  /// Gives up waiting for the rest of a partial frame (F10): gives it with tag `slow_frame`.
  template <class Sink>
  void flush_slow(Sink&& sink) {
    flush(&call<Sink>, address_of(sink));
  }
  /// Nothing has come for a second: gives a multi-line frame whose latest line is whole (F11). Else does nothing.
  template <class Sink>
  void flush_idle(Sink&& sink) {
    flush_line(&call<Sink>, address_of(sink));
  }

  FramingError error() const { return error_; }  ///< Not `none`: close the connection.
  bool closed() const { return error_ != FramingError::none; }
  unsigned desyncs() const {
    return desyncs_;
  }  ///< Frames out of step so far; `desync` once they are too many.
  bool mid_frame() const { return !buffer_.empty(); }  ///< A partial frame is waiting.
  std::size_t buffered_bytes() const { return buffer_.capacity(); }

 private:
  using Emit = void (*)(void*, std::string_view, Tags);
  template <class Sink>
  static void* address_of(Sink& sink) {
    return const_cast<void*>(static_cast<const void*>(std::addressof(sink)));
  }
  template <class Sink>
  static void call(void* sink, std::string_view frame, Tags tags) {
    (*static_cast<std::remove_reference_t<Sink>*>(sink))(frame, tags);
  }
  void run(std::string_view data, bool end, Emit emit, void* sink);
  void flush(Emit emit, void* sink);
  void flush_line(Emit emit, void* sink);

  /// What the next byte belongs to.
  enum class Mode : std::uint8_t {
    frame_start,  ///< a new frame
    lf_frame,     ///< the rest of an LF frame whose beginning flush_slow() gave
    owed,         ///< the rest of a counted frame whose beginning flush_slow() gave: `left_` bytes
    skip,         ///< the rest of an oversize counted frame: `left_` bytes
    discard       ///< the rest of an oversize LF frame, up to its end
  };
  std::size_t step(std::string_view work, bool end, Emit emit, void* sink);
  std::size_t start_frame(std::string_view work, bool end, Emit emit, void* sink);
  std::size_t lf_frame(std::string_view work, bool end, bool desync, Tags tags, Emit emit, void* sink);
  std::size_t counted_frame(std::string_view work, std::size_t head, std::size_t count, bool end, Tags tags,
                            Emit emit, void* sink);
  std::size_t discard(std::string_view work, bool end);
  std::size_t wanted(std::string_view data) const;
  std::size_t close(FramingError error, std::string_view work);
  void drop_buffer();

  FramerOptions options_;
  std::string unzipped_;          ///< The latest frame that was unpacked.
  std::string buffer_;            ///< The partial frame, from its first byte.
  std::size_t scanned_ = 0;       ///< No end of frame lies before this offset of a partial LF frame.
  std::size_t counted_need_ = 0;  ///< Bytes the partial counted frame waits for, head and kept body; 0: none.
  std::size_t left_ =
      0;  ///< Bytes of a counted frame still to come; while it waits, with those in the buffer.
  Mode mode_ = Mode::frame_start;
  bool counted_before_ = false;  ///< This connection has sent a counted frame ("sticky").
  bool first_ = true;            ///< Nothing but blanks has been seen yet.
  FramingError error_ = FramingError::none;
  unsigned desyncs_ = 0;
};

}  // namespace vigil
