#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "parsers/arena.h"
#include "parsers/kinds.h"
#include "parsers/syslog_header.h"
#include "parsers/tags.h"

namespace vigil {

/// Which payload a message carries; decided from a few bytes and the header (detect_format). Numbers are stored in the
/// archive: only add. The formats that other rooms speak of have names here; all of them stand in parsers/formats/, one
/// file each, with their number (format.h).
enum class Format : std::uint8_t {
  none = 0,  ///< text nobody has taught us
  sshd = 1,
  pam = 2,
  sudo = 3,
  cef = 4,
  fortigate = 5,
  eve = 6,
  access_log = 7,
  windows_json = 8,
  clamav = 9,
  json = 10,
  key_value = 11,
  web_error = 12
};
/// Numbers lie below this.
constexpr std::size_t kFormatsMax = 128;

/// Which formats were met, as bits by number in two words.
class FormatSet {
 public:
  static constexpr std::size_t kWords = 2;
  void add(Format format) {
    const auto number = static_cast<std::size_t>(format) % kFormatsMax;
    words_[number / 64] |= std::uint64_t{1} << (number % 64);
  }
  bool has(Format format) const {
    const auto number = static_cast<std::size_t>(format) % kFormatsMax;
    return (words_[number / 64] >> (number % 64) & 1U) != 0;
  }
  std::uint64_t& word(std::size_t index) { return words_[index]; }

 private:
  std::array<std::uint64_t, kWords> words_{};
};

std::string_view format_name(Format format);

/// Sigma's address of a log source; absent parts are empty. An event may have several.
struct LogSource {
  std::string_view product, category, service;
};

enum class ValueType : std::uint8_t { text, integer, real, boolean, null };

/// One value of an event under its dotted ECS (or vendor) name. An array is several fields of one name.
/// `value` is the text as written (numbers too, exactly).
struct Field {
  // A constructor, so that the list builds a field in place: copying one was a tenth of a whole parse.
  Field(std::string_view its_name, std::string_view its_value, ValueType its_type = ValueType::text)
      : name(its_name), value(its_value), type(its_type) {}

  std::string_view name;
  std::string_view value;
  ValueType type;
};

/// One message, parsed. Names that are constants are views of literals; other views point into the frame or
/// the arena. Reuse one Event per worker: clear() keeps its memory.
class Event {
 public:
  SyslogHeader header;
  Format format = Format::none;
  /// Event time, UTC ns: the payload's where the header has none, else the header's, else arrival.
  std::int64_t timestamp_ns = 0;
  Tags tags;  ///< header's and payload's together

  void clear() {
    fields_.clear();
    log_sources_.clear();
    tags = Tags();
    format = Format::none;
  }
  void add(std::string_view name, std::string_view value, ValueType type = ValueType::text) {
    fields_.emplace_back(name, value, type);
  }
  /// Replaces the first field of that name, or adds it.
  void set(std::string_view name, std::string_view value, ValueType type = ValueType::text);
  /// The first value of that name.
  const Field* find(std::string_view name) const;
  std::string_view text_of(std::string_view name) const {
    const Field* field = find(name);
    return field ? field->value : std::string_view();
  }
  const std::vector<Field>& fields() const { return fields_; }
  void add_log_source(LogSource source) { log_sources_.push_back(source); }
  const std::vector<LogSource>& log_sources() const { return log_sources_; }

 private:
  std::vector<Field> fields_;
  std::vector<LogSource> log_sources_;
};

/// Raised whenever parse_event() says something else of a message it has read before: what was counted at rest by an
/// earlier one is then counted again from the messages.
constexpr std::uint32_t kParserRevision = 4;
/// That, and the parsers the site has written (user_parser.h): another number for others.
std::uint32_t parser_revision();

/// What payload a message carries: a switch on its first bytes and the header's app name; no parsing.
Format detect_format(const SyslogHeader& header);

/// Event time of a headerless payload found without parsing it whole (FortiGate eventtime or date/time, EVE
/// and JSON timestamps, CEF rt), UTC ns. Cheap enough for every message at arrival.
std::optional<std::int64_t> quick_payload_time(const SyslogHeader& header, Format format, int zone_minutes);

/// The law's kinds a message belongs to, from format, app and facility alone (the asset table may add more).
Kinds kinds_of(const SyslogHeader& header, Format format);

/// The same with what only parsing tells: a logon (event.category "authentication") of any product is
/// 登入日誌 too.
Kinds kinds_of_event(const Event& event);

/// Fills `event` from `header`: syslog fields, payload fields (ECS names; what has no ECS name stays under
/// `vendor.*` or `winlog.*`), log sources. Never fails: what does not parse is tagged and stays in `message`.
void parse_event(const SyslogHeader& header, const ParseContext& context, Event& event, Arena& arena);

/// The same for a message whose format and time were found out before, as those of stored messages were. A number
/// that is no format reads as none.
void parse_event_as(Format format, std::int64_t timestamp_ns, const SyslogHeader& header,
                    const ParseContext& context, Event& event, Arena& arena);

}  // namespace vigil
