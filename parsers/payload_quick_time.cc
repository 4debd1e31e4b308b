#include "parsers/event.h"
#include "parsers/format_web_error.h"
#include "parsers/json_walk.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

/// The value of `key` in a text of pairs, without reading the pairs before it. `key` includes the "=".
std::string_view peek_pair(std::string_view text, const SearchText& key) {
  for (std::size_t at = find_text(text, key); at != std::string_view::npos;
       at = find_text(text, key, at + 1)) {
    if (at != 0 && text[at - 1] != ' ' && text[at - 1] != ',') continue;  // "devtime=" is not "time="
    std::string_view rest = text.substr(at + key.size());
    if (take_prefix(rest, "\"")) return rest.substr(0, rest.find('"'));
    std::size_t end = 0;
    while (end < rest.size() && rest[end] != ' ' && rest[end] != ',') ++end;
    return rest.substr(0, end);
  }
  return {};
}

/// "2026-11-20", "14:59:00" and perhaps a zone.
std::optional<std::int64_t> read_date_and_time(std::string_view date, std::string_view time,
                                               std::string_view zone, int zone_minutes) {
  if (date.size() != 10 || time.size() < 8 || time.size() > 18) return std::nullopt;
  char text[32];
  std::size_t size = date.copy(text, 10);
  text[size++] = 'T';
  size += time.copy(text + size, time.size());
  const auto offset = read_zone(zone);
  return read_iso_time({text, size}, offset ? *offset : zone_minutes);
}

std::optional<std::int64_t> fortigate_time(std::string_view text, int zone_minutes) {
  // The times stand in front; what a visitor of a web site can write (url, agent) comes later.
  text = text.substr(0, 512);
  // FortiOS 5 and 6 write eventtime in other units, some models with the wrong one: the number of digits
  // tells.
  if (const auto time = read_epoch(peek_pair(text, "eventtime="))) return time;
  return read_date_and_time(peek_pair(text, "date="), peek_pair(text, "time="), peek_pair(text, "tz="),
                            zone_minutes);
}

std::optional<std::int64_t> json_time(std::string_view text, int zone_minutes) {
  for (const std::string_view key :
       {"@timestamp", "timestamp", "EventTime", "time", "ts", "datetime", "date"}) {
    if (const auto time = read_any_time(peek_json_member(text, key), zone_minutes)) return time;
  }
  return std::nullopt;
}

/// The string behind `"name":`, wherever it stands.
std::string_view peek_string(std::string_view text, const SearchText& quoted_name) {
  const std::size_t at = find_text(text, quoted_name);
  if (at == std::string_view::npos) return {};
  std::string_view rest = trim_left(text.substr(at + quoted_name.size()));
  if (!take_prefix(rest, ":")) return {};
  rest = trim_left(rest);
  if (!take_prefix(rest, "\"")) return {};
  return rest.substr(0, rest.find('"'));
}

/// The event's own time comes before the collector's: Sysmon's UtcTime, Winlogbeat's time_created; its
/// @timestamp may be the collector's.
std::optional<std::int64_t> windows_time(std::string_view text, int zone_minutes) {
  if (const auto time = read_iso_time(peek_string(text, "\"UtcTime\""), 0)) return time;
  if (const auto time = read_iso_time(peek_string(text, "\"time_created\""), zone_minutes)) return time;
  return json_time(text, zone_minutes);
}

std::optional<std::int64_t> cef_time(std::string_view text, int zone_minutes, std::int64_t received_ns) {
  for (const SearchText& key : {SearchText(" rt="), SearchText(" end="), SearchText(" start="), SearchText("|rt=")}) {
    const std::size_t at = find_text(text, key);
    if (at == std::string_view::npos) continue;
    std::string_view value = text.substr(at + key.size());
    // The value runs to the blank before the next key.
    const std::size_t equals = value.find('=');
    if (equals != std::string_view::npos) value = value.substr(0, value.rfind(' ', equals));
    if (const auto time = read_cef_time(trim(value), zone_minutes, received_ns)) return time;
  }
  return std::nullopt;
}

std::optional<std::int64_t> pairs_time(std::string_view text, int zone_minutes) {
  const std::string_view time = peek_pair(text, "time=");
  if (const auto whole = read_any_time(time.substr(0, 19), zone_minutes); whole && time.size() >= 19) {
    // SonicWall: time="2026-11-20 06:59:00 UTC"
    return time.ends_with(" UTC") ? read_any_time(time.substr(0, 19), 0) : read_any_time(time, zone_minutes);
  }
  if (const auto stamp = read_any_time(peek_pair(text, "timestamp="), zone_minutes)) return stamp;
  return read_date_and_time(peek_pair(text, "date="), time, peek_pair(text, "tz="), zone_minutes);
}

std::optional<std::int64_t> web_time(std::string_view text, int zone_minutes) {
  for (std::size_t at = text.find('['); at != std::string_view::npos && at < 512;
       at = text.find('[', at + 1)) {
    if (const auto time = read_web_time(text.substr(at + 1, 27), zone_minutes)) return time;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> quick_payload_time(const SyslogHeader& header, Format format, int zone_minutes) {
  const std::string_view text = header.message;
  switch (format) {
    case Format::fortigate:
      return fortigate_time(text, zone_minutes);
    case Format::eve:
    case Format::json:
      return json_time(text, zone_minutes);
    case Format::windows_json:
      return windows_time(text, zone_minutes);
    case Format::cef:
      return cef_time(text, zone_minutes, header.timestamp_ns);
    case Format::access_log:
      return web_time(text, zone_minutes);
    case Format::web_error:
      return read_web_error_time(text, zone_minutes);
    case Format::key_value:
      return pairs_time(text, zone_minutes);
    case Format::none:
    case Format::sshd:
    case Format::pam:
    case Format::sudo:
    case Format::clamav:
    case Format::count_:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace vigil
