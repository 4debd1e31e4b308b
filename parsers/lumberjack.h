#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "parsers/zlib_stream.h"

namespace vigil {

struct LumberjackLimits {
  /// Events of one window. Filebeat's bulk_max_size is 2,048 by default; nobody sends more than this.
  std::uint32_t window_events_max = 65'536;
  /// Bytes of a J, D or C frame, as Logstash bounds them.
  std::size_t frame_bytes_max = std::size_t{10} * 1024 * 1024;
  /// Of one window's documents, and of what one C frame unpacks to.
  std::size_t window_bytes_max = std::size_t{64} * 1024 * 1024;
  /// Packed zeros reach 1,032: logs never do.
  std::size_t ratio_max = 1000;
  /// Pairs of a D frame: as many as an event may have fields.
  std::uint32_t pairs_max = 1000;
};

/// What was read. Views end with the call they were given in.
struct LumberjackItem {
  enum class Kind : std::uint8_t {
    window,   ///< a window begins, of `number` events
    event,    ///< `document` is one JSON object
    complete  ///< the window is complete: to be acknowledged with `number`, in `version`, once all is durable
  };
  Kind kind = Kind::event;
  std::string_view document;
  std::uint32_t number = 0;
  char version = '2';
};

/// Why a stream is no Lumberjack, or none we take. The enumerator's name is what the audit line says.
enum class LumberjackError : std::uint8_t {
  none,
  bad_version,
  bad_type,
  bad_window,    ///< of no events, or more than the limit
  no_window,     ///< an event that no window announced
  mid_window,    ///< a window before the one before was complete
  bad_sequence,  ///< not one more than the event before
  frame_too_long,
  window_too_long,
  bad_document,  ///< not exactly one JSON object
  bad_compression,
  ratio,
  nested,         ///< a compressed frame in a compressed frame
  trailing_bytes  ///< of a compressed frame: an unfinished frame, or bytes behind the packed stream
};
std::string_view lumberjack_error_name(LumberjackError error);

/// Reads the client's side of Lumberjack, versions 1 (logstash-forwarder) and 2 (Beats); all numbers big-endian:
///
///   frame = version type …            version = '1' | '2'
///   'W' count                         a window of so many events follows
///   'J' seq length JSON               an event                       (seq counts events, from 1 in each window;
///   'D' seq pairs *(length key length value)                          version 1 may go on counting over windows)
///   'C' length zlib                   frames, packed
///
/// What is read does not depend on how TCP cut the stream. Packed frames are unpacked as they come and never held
/// whole: a connection costs its partial event and, within a C frame, zlib's window.
class LumberjackReader {
 public:
  explicit LumberjackReader(LumberjackLimits limits = {}) : limits_(limits) {}
  ~LumberjackReader();

  /// Calls `sink(const LumberjackItem&)` for what was read. After an error nothing more is read.
  template <class Sink>
  void feed(std::string_view bytes, Sink&& sink) {
    emit_ = &call<Sink>;
    sink_ = const_cast<void*>(static_cast<const void*>(std::addressof(sink)));
    run(bytes);
  }
  LumberjackError error() const { return error_; }
  /// A frame has begun and is not whole yet.
  bool mid_frame() const { return outer_.phase != Phase::head || outer_.head_size != 0; }
  /// A window has begun and is not complete.
  bool mid_window() const { return window_left_ != 0; }
  std::size_t buffered_bytes() const { return outer_.body.capacity() + inner_.body.capacity(); }

 private:
  using Emit = void (*)(void*, const LumberjackItem&);
  template <class Sink>
  static void call(void* sink, const LumberjackItem& item) {
    (*static_cast<std::remove_reference_t<Sink>*>(sink))(item);
  }
  enum class Phase : std::uint8_t { head, document, pair_length, pair_text, packed };
  /// A stream of frames: the connection's, or what a C frame unpacks to.
  struct Level {
    Phase phase = Phase::head;
    std::array<char, 10> head{};
    std::size_t head_size = 0;
    std::uint32_t sequence = 0;
    std::size_t left = 0;     ///< bytes of what is being read
    std::uint32_t texts = 0;  ///< keys and values of a D frame still to come
    std::string body;         ///< what has come of the frame, where it spans two reads
  };
  void run(std::string_view bytes);
  std::size_t step(Level& level, std::string_view bytes);
  std::size_t read_head(Level& level, std::string_view bytes);
  void head_done(Level& level);
  std::size_t read_document(Level& level, std::string_view bytes);
  std::size_t read_pairs(Level& level, std::string_view bytes);
  std::size_t read_packed(std::string_view bytes);
  void unpack(std::string_view bytes);
  void begin_window(std::uint32_t count);
  bool accepts(std::uint32_t sequence);
  void event(Level& level, std::string_view document);
  void frame_done(Level& level);
  void fail(LumberjackError error);

  LumberjackLimits limits_;
  Emit emit_ = nullptr;
  void* sink_ = nullptr;
  Level outer_, inner_;
  std::unique_ptr<ZlibStream> packed_;  ///< of the C frame that is being read
  std::string unpacked_;                ///< room for what it gives
  bool packed_done_ = false;
  std::size_t unpacked_bytes_ = 0, unpacked_max_ = 0;
  char version_ = '2';
  std::uint32_t window_left_ = 0, last_ = 0;
  bool window_fresh_ = false;  ///< no event of the window has come
  bool any_window_ = false;    ///< one was complete
  std::size_t window_bytes_ = 0;
  LumberjackError error_ = LumberjackError::none;
};

/// The JSON document made of a D frame's pairs (its body as it came): logstash-forwarder's names become ECS names
/// (line -> message, host -> host.name, file -> log.file.path, offset -> log.offset), others stay. Empty if the body is not
/// whole pairs.
std::string lumberjack_pairs_document(std::string_view body);

/// Appends an acknowledgement of everything up to `sequence`; 0 keeps the client waiting.
void append_lumberjack_ack(char version, std::uint32_t sequence, std::string& out);

}  // namespace vigil
