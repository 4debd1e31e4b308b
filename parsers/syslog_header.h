#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "parsers/arena.h"
#include "parsers/tags.h"

namespace vigil {

/// How urgent the sender thinks the event is (RFC 5424 6.2.1). Lower is worse.
enum class Severity : std::uint8_t { emergency, alert, critical, error, warning, notice, info, debug };

/// The number between '<' and '>', known to lie in 0..191.
class Priority {
 public:
  static constexpr std::optional<Priority> from_wire(unsigned value) {
    if (value > 191) return std::nullopt;
    return Priority(static_cast<std::uint8_t>(value));
  }
  /// What a message without a (legal) PRI gets: user.notice (RFC 3164 4.3.3).
  static constexpr Priority fallback() { return Priority(13); }
  constexpr Severity severity() const { return static_cast<Severity>(value_ % 8); }
  constexpr unsigned facility() const { return value_ / 8U; }
  constexpr unsigned value() const { return value_; }
  constexpr bool operator==(const Priority&) const = default;

 private:
  explicit constexpr Priority(std::uint8_t value) : value_(value) {}
  std::uint8_t value_;
};

/// Which charset a listener or source speaks. `automatic`: UTF-8 if valid, else CP950 if valid, else UTF-8
/// with the bad bytes shown as \xHH (charset.h).
enum class Charset : std::uint8_t { automatic, utf8, cp950, latin1 };
std::optional<Charset> charset_from_name(std::string_view name);

/// What the transport knows about a frame and the message does not say.
struct ParseContext {
  std::int64_t received_ns = 0;  ///< UTC, nanoseconds since 1970
  int zone_minutes = 480;        ///< the listener's offset from UTC, for timestamps without a zone
  Charset charset = Charset::automatic;
  std::string_view peer{};  ///< address of the sender, without port; IPv4-mapped as dotted quad
  std::string_view envelope{};   ///< Source::envelope: becomes fields of the event
  std::string_view transport{};  ///< Source::transport: says in which form a document is wrapped
};

/// What the message stood in, if its frame is a document around it (wrapped_record.h).
enum class Wrapping : std::uint8_t { none, hec, document, journal };

enum class HeaderFormat : std::uint8_t { rfc5424, rfc3164, headerless };

/// The header of one syslog message. Views point into the frame, or into the arena where the text had to be
/// decoded; they live as long as both.
struct SyslogHeader {
  std::string_view text;  ///< the whole frame, trimmed and decoded to UTF-8
  Priority priority = Priority::fallback();
  HeaderFormat format = HeaderFormat::headerless;
  bool has_priority = false;  ///< a legal PRI was there
  bool host_from_message = false;
  bool has_timestamp = false;           ///< `timestamp_ns` comes from the message
  std::int64_t timestamp_ns = 0;        ///< UTC; the time of receipt where the message has none
  std::string_view host;                ///< the message's HOST, else the peer
  std::string_view app, procid, msgid;  ///< empty where absent or "-"
  std::string_view structured_data;     ///< the text of all elements `[…][…]`, checked; empty if none
  std::string_view message;
  std::optional<std::uint64_t> sequence;  ///< Cisco's message counter
  Tags tags;
  Wrapping wrapping = Wrapping::none;
  std::string_view document;  ///< of a wrapped message: what it stood in, controls as they came …
  std::string_view inner;     ///< … and the message alone, decoded, as `text` is otherwise
};

/// Reads the header of one message. Never fails: a deviation is a tag (the grammar and its rules are in
/// syslog_header.cc beside the code). `frame` has its transport framing removed and may hold any bytes.
/// An empty one (nothing but CR, LF, NUL and blanks) has Tag::empty and no message.
/// Does not allocate for clean UTF-8; decoded text goes to `arena`. Linear in the frame.
SyslogHeader parse_syslog_header(std::string_view frame, const ParseContext& context, Arena& arena);
/// The same in place, for a million of them a second: `header` is a fresh one.
void read_syslog_header(std::string_view frame, const ParseContext& context, Arena& arena,
                        SyslogHeader& header);

/// One parameter of RFC 5424 structured data.
struct SdParam {
  std::string_view id, name, value;  ///< value unescaped (`\"`, `\\`, `\]`)
};
/// Calls `sink(const SdParam&)` for each parameter of `SyslogHeader::structured_data`, in order, at most
/// 1,024 (then the rest is left out: Tag::sd_capped). An element without parameters is given once with empty
/// name.
template <class Sink>
void for_each_sd_param(std::string_view structured_data, Arena& arena, Sink&& sink);

namespace detail {
/// Steps over the next parameter. False at the end. `rest` shrinks; `id` keeps the current element.
bool next_sd_param(std::string_view& rest, std::string_view& id, SdParam& out, Arena& arena);
}  // namespace detail

template <class Sink>
void for_each_sd_param(std::string_view structured_data, Arena& arena, Sink&& sink) {
  SdParam param;
  std::string_view id;
  unsigned left = 1024;
  while (left-- > 0 && detail::next_sd_param(structured_data, id, param, arena)) sink(param);
}

}  // namespace vigil
