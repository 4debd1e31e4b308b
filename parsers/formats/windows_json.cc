#include "parsers/format.h"

#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/windows_message.h"

namespace vigil {
namespace {

constexpr std::string_view kStarts[] = {"{", "[{"};
constexpr LogSource kLogSources[] = {{"windows", "*", "*"}, {"", "antivirus", ""}};

bool claims_windows_json(const SyslogHeader& header, std::string_view text) {
  const std::string_view front = json_front(text);
  if (header.app.starts_with("Microsoft-Windows-") && contains(front, "\"EventID\"")) return true;
  if (contains(front, "\"EventID\"") &&
      (contains(front, "\"Channel\"") || contains(front, "\"SourceName\"") ||
       contains(front, "\"ProviderGuid\""))) {
    return true;
  }
  if (contains(front, "\"win\":{\"") && contains(front, "\"eventID\"")) return true;
  constexpr SearchText kWinlog = "\"winlog";
  for (std::size_t at = find_text(front, kWinlog); at != std::string_view::npos;
       at = find_text(front, kWinlog, at + 1)) {
    const std::string_view behind = front.substr(at + kWinlog.size(), 1);
    if (behind == "\"" || behind == ".") return true;
  }
  return false;
}

/// The number behind `"EventID":` or `"event_id":`, as number or string, without reading the JSON.
unsigned peek_event_id(std::string_view text) {
  for (const SearchText& name : {SearchText("\"EventID\""), SearchText("\"eventID\""),
                                 SearchText("\"event_id\""), SearchText("\"winlog.event_id\"")}) {
    const std::size_t at = find_text(text, name);
    if (at == std::string_view::npos) continue;
    std::string_view rest = trim_left(text.substr(at + name.size()));
    if (!take_prefix(rest, ":")) continue;
    rest = trim_left(rest);
    take_prefix(rest, "\"");
    unsigned id = 0;
    for (std::size_t i = 0; i < rest.size() && i < 5 && is_digit(rest[i]); ++i) {
      id = id * 10 + static_cast<unsigned>(rest[i] - '0');
    }
    return id;
  }
  return 0;
}

Kinds windows_kinds(const SyslogHeader&, std::string_view text) {
  if (contains(text, "Windows Defender")) return Kind::os | Kind::device;
  if (contains(text, "OpenSSH/Operational")) return Kind::os | Kind::logon;
  const bool security = contains(text, "\"Security\"") || contains(text, "Security-Auditing");
  if (security && is_windows_logon(peek_event_id(text))) return Kind::os | Kind::logon;
  if (contains(text, "\"Application\"") && !security) return Kind::application;
  return Kind::os;
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
std::optional<std::int64_t> windows_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  if (const auto time = read_iso_time(peek_string(text, "\"UtcTime\""), 0)) return time;
  if (const auto time = read_iso_time(peek_string(text, "\"time_created\""), zone_minutes)) return time;
  return peek_json_time(text, zone_minutes);
}

/// Windows events in JSON: Winlogbeat's nested `winlog.*` and NXLog's flat names alike become
/// `winlog.channel`, `winlog.event_data.<Name>` and so on, and the events that matter get ECS category,
/// outcome, user, address, process.
void parse_windows_json(PayloadWriter& out) {
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) {
    out.log_source("windows", {}, {});
    return;
  }
  bool nested = false, wazuh = false;
  for (const JsonField& leaf : fields->leaves) {
    nested = nested || leaf.path.starts_with("winlog.");
    wazuh = wazuh || leaf.path.starts_with("win.system.") || leaf.path.starts_with("data.win.system.");
  }
  WindowsRecord windows(out);
  for (const JsonField& leaf : fields->leaves) {
    if (nested) {
      windows.nested(leaf);
    } else if (wazuh) {
      windows.wazuh(leaf);
    } else {
      windows.flat(leaf.path, leaf.value, leaf.type);
    }
  }
  // Fluent Bit and others leave the names of EventData away: the message has them.
  if (!windows.has_data()) {
    const std::string_view message = out.event().text_of("message");
    if (windows.values().channel == "Security" || looks_like_windows_message(message)) {
      read_windows_message(
          windows, message,
          static_cast<unsigned>(read_number(windows.values().event_id).value_or(0) & 0xFFFFU));
    }
  }
  windows.finish();
}

constexpr std::string_view kDerived[] = {"event.reason"};

constexpr std::string_view kJsonMarks[] = {"EventID\"", "eventID\"", "winlog"};

}  // namespace

extern const FormatSpec kFormat_windows_json = {
    .number = Format::windows_json,
    .name = "windows_json",
    .title = "Windows events in JSON (Winlogbeat, NXLog, Fluent Bit, Wazuh)",
    .sample =
        R"({"EventID":4625,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","TargetUserName":"administrator","IpAddress":"203.0.113.9"})",
    .rank = 7,
    .starts = kStarts,
    .claims = claims_windows_json,
    .json_marks = kJsonMarks,
    .parse = parse_windows_json,
    .time = windows_time,
    .kinds_of = windows_kinds,
    .names_host = NamesHost::always,
    .log_sources = kLogSources,
    .writing = Writing::json,
    .derived = kDerived,
    .tag_is_program = false,
};

}  // namespace vigil
