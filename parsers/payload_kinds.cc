#include "parsers/event.h"
#include "parsers/payload_app.h"
#include "parsers/payload_text.h"
#include "parsers/windows_events.h"

namespace vigil {
namespace {

/// The number behind `"EventID":` or `"event_id":`, as number or string, without reading the JSON.
unsigned peek_event_id(std::string_view text) {
  for (const SearchText& name : {SearchText("\"EventID\""), SearchText("\"event_id\""), SearchText("\"winlog.event_id\"")}) {
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

Kinds windows_kinds(std::string_view text) {
  if (contains(text, "Windows Defender")) return Kind::os | Kind::device;
  const bool security = contains(text, "\"Security\"") || contains(text, "Security-Auditing");
  if (security && is_windows_logon(peek_event_id(text))) return Kind::os | Kind::logon;
  if (contains(text, "\"Application\"") && !security) return Kind::application;
  return Kind::os;
}

/// RFC 5424 table 1: 0 kern, 1 user, 2 mail, 3 daemon, 4 auth, 5 syslog, 7 news, 8 uucp, 9 cron, 10 authpriv,
/// 16 to 23 local.
Kinds facility_kinds(unsigned facility) {
  switch (facility) {
    case 4:
    case 10:
    case 13:  // log audit
      return Kind::os | Kind::logon;
    case 0:
    case 3:
    case 5:
    case 9:
    case 15:
      return Kind::os;
    default:
      return Kind::application;
  }
}

}  // namespace

Kinds kinds_of(const SyslogHeader& header, Format format) {
  switch (format) {
    case Format::sshd:
    case Format::pam:
    case Format::sudo:
      return Kind::os | Kind::logon;
    case Format::cef:
    case Format::fortigate:
    case Format::eve:
    case Format::clamav:
      return Kind::device;
    case Format::access_log:
    case Format::web_error:
      return Kind::web;
    case Format::windows_json:
      return windows_kinds(header.message);
    case Format::json:
    case Format::key_value:
    case Format::none:
    case Format::count_:
      break;
  }
  const Kinds known = app_kinds(app_kind(header.app));
  if (!known.none()) return known;
  // Pairs without a program's name are what firewalls and their kin send.
  if (format == Format::key_value && header.app.empty()) return Kind::device;
  if (!header.has_priority) return Kind::application;
  return facility_kinds(header.priority.facility());
}

Kinds kinds_of_event(const Event& event) {
  Kinds kinds = kinds_of(event.header, event.format);
  for (const Field& field : event.fields()) {
    if (field.name == "event.category" && field.value == "authentication") kinds.add(Kind::logon);
  }
  return kinds;
}

}  // namespace vigil
