#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parsers/batch.h"
#include "parsers/event.h"

namespace vigil {

/// What surrounds an event when it is shown and is not in its bytes.
struct Surroundings {
  std::int64_t received_ns = 0;
  /// The bytes as they came; `event.original` is decoded from them. Without, it is the header's text, in
  /// which control characters already read `\xHH`.
  std::string_view raw{};
  std::string_view id{};           ///< vigil.id; left out when empty
  const Source* source = nullptr;  ///< left out when null
  Kinds kinds{};
  Tags transport_tags{};
  int zone_minutes = 480;  ///< offset in which times are written
};

/// Appends the event as one line of JSON without LF: nested ECS 8 objects, `event.original`, `vigil.*`. Valid
/// UTF-8 whatever the frame held; control characters are escaped.
///
/// - What the header says (`log.syslog.*`, `host.name`, `message`) gives way to the event's own field.
/// - `@timestamp`, `event.ingested`, `event.original`, `log.source.address` and `vigil.*` are ours alone: what a
///   sender writes under these names stands below `vendor.`.
/// - A repeated name is a list; `event.category`, `event.type`, `related.*` and their like always are.
/// - Two names that clash (`a` and `a.b`) keep both: the shorter moves to `a.value`.
/// - Numbers are written as they came if JSON can say them, else as strings.
void render_event_json(const Event& event, const Surroundings& surroundings, std::string& out);

/// Appends `text` as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD. C0 and C1 controls, DEL and
/// marks of writing direction are escaped, so that the line also does no harm on a terminal.
void append_json_string(std::string_view text, std::string& out);

/// Appends "2026-11-20T14:59:00.123456789+08:00"; fraction in 0, 3, 6 or 9 digits, as few as are exact.
void append_iso_time(std::int64_t ns, int zone_minutes, std::string& out);
std::string iso_time(std::int64_t ns, int zone_minutes);
/// Reads RFC 3339 (with zone, else `zone_minutes`), the same without seconds or without clock (midnight), or
/// epoch seconds with or without a fraction. UTC ns. Nothing if anything else stands there.
std::optional<std::int64_t> read_time(std::string_view text, int zone_minutes);

/// Appends `text` safe for a terminal and on one line: C0 controls but TAB, DEL, C1 controls and bytes that
/// are not UTF-8 become `\xHH`, line separators and marks of writing direction `\u{HHHH}`.
void append_terminal_safe(std::string_view text, std::string& out);

}  // namespace vigil
