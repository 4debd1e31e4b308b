#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace vigil {

struct RelpLimits {
  /// Longest data kept of one frame: librelp's own default. What goes beyond is skipped, and the frame says `cut` …
  std::size_t data_bytes_max = std::size_t{128} * 1024;
  /// … or, where nothing may be stored in part, ends the connection.
  enum class Longer : std::uint8_t { cut, refuse } longer = Longer::cut;
};

/// One frame. Views end with the call they were given in.
struct RelpFrame {
  std::uint32_t txnr = 0;
  std::string_view command, data;
  bool cut = false;  ///< `data` is the beginning of something longer than the limit
};

/// Why a stream is no RELP. The enumerator's name is what the audit line says.
enum class RelpError : std::uint8_t { none, bad_txnr, bad_command, bad_length, bad_trailer, data_too_long };
std::string_view relp_error_name(RelpError error);

/// Cuts the bytes of one connection into RELP frames:
///
///   frame   = TXNR SP COMMAND SP DATALEN [SP DATA] LF
///   TXNR    = 1*9 digits        COMMAND = 1*32 letters        DATALEN = 1*9 digits
///
/// DATALEN 0 has no SP and no data (an SP there is passed over). The frames do not depend on how TCP cut the stream;
/// one that lies whole in `bytes` is a view of it. An idle connection costs a few bytes, a partial frame what has
/// come of it; nothing is allocated by a claimed length.
class RelpCutter {
 public:
  static constexpr unsigned kNumberDigitsMax = 9;
  static constexpr std::size_t kCommandBytesMax = 32;

  explicit RelpCutter(RelpLimits limits = {}) : limits_(limits) {}

  /// Calls `sink(const RelpFrame&) -> bool` for each frame; false: the rest is not wanted, and not read. After an
  /// error nothing more is read.
  template <class Sink>
  void feed(std::string_view bytes, Sink&& sink) {
    run(bytes, &call<Sink>, const_cast<void*>(static_cast<const void*>(std::addressof(sink))));
  }
  RelpError error() const { return error_; }
  bool mid_frame() const { return state_ != State::txnr || digits_ != 0; }
  std::size_t buffered_bytes() const { return data_.capacity(); }

 private:
  using Emit = bool (*)(void*, const RelpFrame&);
  template <class Sink>
  static bool call(void* sink, const RelpFrame& frame) {
    return (*static_cast<std::remove_reference_t<Sink>*>(sink))(frame);
  }
  enum class State : std::uint8_t { txnr, command, length, data, trailer };
  void run(std::string_view bytes, Emit emit, void* sink);
  void head(char c);
  std::size_t take_data(std::string_view bytes);
  bool give(std::string_view data, Emit emit, void* sink);
  void fail(RelpError error);

  RelpLimits limits_;
  State state_ = State::txnr;
  RelpError error_ = RelpError::none;
  unsigned digits_ = 0;
  std::uint32_t txnr_ = 0, length_ = 0;
  std::uint32_t left_ = 0;  ///< bytes of the data still to come
  std::size_t command_size_ = 0;
  std::array<char, kCommandBytesMax> command_{};
  std::string data_;  ///< of a frame that spans two reads
};

/// The server's side of one RELP connection: what each frame is answered with. Numbers count from 1, and from
/// 999,999,999 to 1 again; every answer goes out in their order.
class RelpDialogue {
 public:
  struct Step {
    enum class Act : std::uint8_t {
      message,   ///< a log message: to be answered "200 OK" once it is durable
      answer,    ///< nothing to store: answer with `text`
      closing,   ///< the client is done: answer with `text`, then serverclose
      refuse,    ///< answer with `text`, then serverclose: a protocol error of the client's
      break_off  ///< serverclose at once, without an answer: the stream is out of step
    };
    Act act = Act::break_off;
    std::string text;
  };
  Step take(const RelpFrame& frame);
  bool is_open() const { return open_; }

 private:
  std::uint32_t expected_ = 1;
  bool open_ = false;
};

constexpr std::string_view kRelpOk = "200 OK";
/// What ends a connection from the server's side: a hint, so its number is 0.
constexpr std::string_view kRelpServerClose = "0 serverclose 0\n";
/// Appends "TXNR rsp LENGTH TEXT LF".
void append_relp_answer(std::uint32_t txnr, std::string_view text, std::string& out);

/// The message without the CR, LF and NUL that senders end it with.
std::string_view relp_message(std::string_view data);

}  // namespace vigil
