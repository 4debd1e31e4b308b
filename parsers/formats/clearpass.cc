#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr FieldRow kRows[] = {
    {"Common.Username", "user"},
    {"RADIUS.Acct-Username", "user"},
    {"TACACS.Username", "user"},
    {"username", "user"},
    {"user_name", "user"},
    {"User", "user"},
    {"Common.Host-MAC-Address", "source.mac"},
    {"host_mac", "source.mac"},
    {"mac_address", "source.mac"},
    {"RADIUS.Acct-Calling-Station-Id", "source.mac"},
    {"RADIUS.Acct-Framed-IP-Address", "source"},
    {"ip_address", "source"},
    {"client_ip", "source"},
    {"TACACS.Remote-Address", "source"},
    {"Common.NAS-IP-Address", "destination"},
    {"nas_ip", "destination"},
    {"RADIUS.Acct-NAS-IP-Address", "destination"},
    {"Common.Service", "service.name"},
    {"service_name", "service.name"},
    {"Common.Login-Status", "login_status"},
    {"login_status", "login_status"},
    {"auth_status", "login_status"},
    {"Common.Error-Code", "event.code"},
    {"error_code", "event.code"},
    {"Common.Alerts", "event.reason"},
    {"alert", "event.reason"},
    {"RADIUS.Auth-Method", "method"},
    {"auth_type", "method"},
    {"Common.Request-Id", "event.id"},
    {"session_id", "event.id"},
    {"Common.Session-Id", "event.id"},
    {"hostname", "source.domain"},
    {"Level", "log.level"},
    {"level", "log.level"},
    {"description", "message"},
    {"Description", "message"},
    {"action", "event.action"},
    {"Action", "event.action"},
};
constexpr FieldMap kMap(kRows);

/// A key stands behind the text's beginning or a comma, and before "=": letters, digits, "._-".
std::size_t key_length(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && end < 64 &&
         (is_alpha(text[end]) || is_digit(text[end]) || text[end] == '.' || text[end] == '_' ||
          text[end] == '-'))
    ++end;
  return end > 0 && end < text.size() && text[end] == '=' ? end : 0;
}

/// Name of the export filter, two or three counters: `CPPM_RADIUS_Session 42 1 0 `. Nothing if there are none.
std::string_view body_of(std::string_view text) {
  const std::size_t equals = text.substr(0, 200).find('=');
  if (equals == std::string_view::npos) return {};
  std::size_t begin = equals;
  while (begin > 0 && text[begin - 1] != ' ') --begin;
  if (begin < 6) return {};
  std::string_view front = text.substr(0, begin - 1);
  for (int i = 0; i < 3; ++i) {
    const std::size_t blank = front.rfind(' ');
    if (blank == std::string_view::npos || !all_digits(front.substr(blank + 1))) return {};
    front = front.substr(0, blank);
  }
  return text.substr(begin);
}

bool claims_clearpass(const SyslogHeader&, std::string_view text) {
  const std::string_view body = body_of(text);
  if (body.empty()) return false;
  return text.starts_with("CPPM_") || body.starts_with("Common.") || body.starts_with("RADIUS.") ||
         body.starts_with("TACACS.") || body.starts_with("Timestamp=") || body.starts_with("event_source=") ||
         contains(body.substr(0, 512), ",Common.");
}

/// Aruba ClearPass: a filter's name and counters, then pairs parted by commas, whose values hold commas and blanks.
void parse_clearpass(PayloadWriter& out) {
  out.observer("HPE Aruba", "ClearPass", "nac");
  std::string_view text = body_of(out.text());
  std::size_t count = 0;
  while (const std::size_t length = key_length(text)) {
    if (count++ == PayloadWriter::kFieldsMax) return out.overflow(text);
    const std::string_view key = text.substr(0, length);
    text.remove_prefix(length + 1);
    std::size_t end = 0;
    for (;;) {
      end = text.find(',', end);
      if (end == std::string_view::npos || key_length(trim_left(text.substr(end + 1))) > 0) break;
      ++end;
    }
    FieldTable(kMap).put_or_keep(out, key, text.substr(0, end));
    if (end == std::string_view::npos) break;
    text = trim_left(text.substr(end + 1));
  }
  const std::string_view status = out.event().text_of("vendor.login_status");
  const std::string_view reason = out.event().text_of("event.reason");
  if (status == "ACCEPT" || status == "User") return out.logon("login", Outcome::success);
  if (status == "REJECT" || status == "Failed" || contains_ignoring_case(reason, "authentication failed") ||
      contains_ignoring_case(reason, "not present in [")) {
    return out.logon("login", Outcome::failure);
  }
  out.classify("network", "info");
}

}  // namespace

extern const FormatSpec kFormat_clearpass = {
    .number = Format{115},
    .name = "clearpass",
    .title = "Aruba ClearPass",
    .sample =
        R"(CPPM_RADIUS_Session 42 1 0 Common.Username=amy,Common.Host-MAC-Address=001122aabbcc,Common.NAS-IP-Address=10.1.0.2,Common.Login-Status=ACCEPT)",
    .rank = 63,
    .claims = claims_clearpass,
    .parse = parse_clearpass,
    .kinds = Kind::device | Kind::application,
};

}  // namespace vigil
