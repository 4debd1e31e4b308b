#pragma once

#include <string>
#include <string_view>

#include "parsers/batch.h"
#include "parsers/event.h"

namespace vigil {

/// What surrounds an event when it is shown and is not in its bytes.
struct Surroundings {
  std::int64_t received_ns = 0;
  std::string_view id;            ///< vigil.id; left out when empty
  const Source* source = nullptr; ///< left out when null
  Kinds kinds;
  Tags transport_tags;
  int zone_minutes = 480;         ///< offset in which times are written
};

/// Appends the event as one line of JSON without LF, as contract.md "An event in JSON": nested ECS objects,
/// `event.original`, `vigil.*`. Valid UTF-8 whatever the frame held; control characters are escaped.
/// Two names that clash (`a` and `a.b`) keep both: the shorter moves to `a.value`.
void render_event_json(const Event& event, const Surroundings& surroundings, std::string& out);

/// Appends `text` as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string_view text, std::string& out);

/// Appends "2026-11-20T14:59:00.123456789+08:00"; fraction in 0, 3, 6 or 9 digits, as few as are exact.
void append_iso_time(std::int64_t ns, int zone_minutes, std::string& out);
std::string iso_time(std::int64_t ns, int zone_minutes);
/// Reads RFC 3339 (with zone, else `zone_minutes`), "YYYY-MM-DD" (midnight) or epoch seconds. UTC ns.
std::optional<std::int64_t> read_time(std::string_view text, int zone_minutes);

/// Appends `text` safe for a terminal: ESC, other C0/C1 controls and bidi overrides become \xHH or \u{HHHH}.
void append_terminal_safe(std::string_view text, std::string& out);

}  // namespace vigil
