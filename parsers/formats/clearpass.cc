#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr FieldRow kRows[] = {
    {"Common.Username", "user"},
    {"RADIUS.Auth-Username", "user"},
    {"Common.Host-MAC-Address", "source.mac"},
    {"Common.NAS-IP-Address", "destination"},
    {"RADIUS.Acct-NAS-IP-Address", "destination"},
    {"RADIUS.Acct-Framed-IP-Address", "source"},
    {"RADIUS.Acct-Username", "user"},
    {"RADIUS.Acct-Calling-Station-Id", "source.mac"},
    {"Common.Service", "rule.name"},
    {"Common.Alerts", "event.reason"},
    {"Common.Error-Code", "error.code"},
    {"Common.Login-Status", "login_status"},
    {"Common.Request-Id", "event.id"},
    {"TACACS.Username", "user"},
    {"TACACS.Remote-Address", "source"},
    {"WEBAUTH.Host-IP-Address", "source"},
    {"User", "user"},
    {"user", "user"},
    {"username", "user"},
    {"user_name", "user"},
    {"auth_username", "user"},
    {"host_mac", "source.mac"},
    {"mac", "source.mac"},
    {"mac_address", "source.mac"},
    {"ip_address", "source"},
    {"framed_ip_address", "source"},
    {"hostname", "source.domain"},
    {"nas_ip", "destination"},
    {"nas_ip_address", "destination"},
    {"service_name", "rule.name"},
    {"alert", "event.reason"},
    {"level", "log.level:lower"},
    {"Level", "log.level:lower"},
    {"description", "message"},
    {"Description", "message"},
    {"session_id", "event.id"},
    {"error_code", "error.code"},
    {"request_status", "login_status"},
    {"Action", "event.action"},
    {"action_key", "event.action"},
};
constexpr FieldMap kMap(kRows);

/// "CPPM_System_Events 973 1 0 key=…", "My filter 4 1 0 Common.…=": where the pairs begin; 0 if it is none.
std::size_t pairs_at(std::string_view text) {
  const std::string_view front = text.substr(0, 160);
  const std::size_t equals = front.find('=');
  if (equals == std::string_view::npos) return 0;
  const std::size_t blank = front.rfind(' ', equals);
  if (blank == std::string_view::npos) return 0;
  std::string_view head = front.substr(0, blank);
  for (int numbers = 0; numbers < 3; ++numbers) {
    const std::size_t cut = head.rfind(' ');
    if (cut == std::string_view::npos || !all_digits(head.substr(cut + 1))) return 0;
    head = head.substr(0, cut);
  }
  return blank + 1;
}

bool claims_clearpass(const SyslogHeader& header, std::string_view text) {
  if (!header.app.empty() || !is_alpha(text.front())) return false;
  const std::size_t at = pairs_at(text);
  if (at == 0) return false;
  const std::string_view pairs = text.substr(at);
  return text.starts_with("CPPM_") || pairs.starts_with("Common.") || pairs.starts_with("RADIUS.") ||
         pairs.starts_with("TACACS.") || pairs.starts_with("WEBAUTH.") || pairs.starts_with("Endpoint.") ||
         pairs.starts_with("Timestamp=");
}

// pairs = pair *( "," pair )     pair = key "=" value
/// Values hold commas: a pair begins only where a key runs to a "=" behind one.
void put_clearpass(PayloadWriter& out, std::string_view text) {
  const auto begins_pair = [](std::string_view rest) {
    std::size_t end = 0;
    while (end < rest.size() && end < 64 &&
           (is_alpha(rest[end]) || is_digit(rest[end]) || rest[end] == '_' || rest[end] == '.' ||
            rest[end] == '-'))
      ++end;
    return end != 0 && end < rest.size() && rest[end] == '=';
  };
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == PayloadWriter::kFieldsMax) return out.overflow(text);
    std::size_t end = text.find(',');
    while (end != std::string_view::npos && !begins_pair(text.substr(end + 1))) end = text.find(',', end + 1);
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    FieldTable(kMap).put_or_keep(out, pair.substr(0, equals), pair.substr(equals + 1));
  }
}

constexpr LogSource kLogSources[] = {{"aruba", "", "clearpass"}};

/// Aruba ClearPass. Whether a request was let in is its login status.
void parse_clearpass(PayloadWriter& out) {
  const std::size_t at = pairs_at(out.text());
  out.observer("HPE Aruba", "ClearPass", "aaa");
  out.log_source("aruba", {}, "clearpass");
  std::string_view head = trim(out.text().substr(0, at));
  for (int numbers = 0; numbers < 3 && head.find(' ') != std::string_view::npos; ++numbers)
    head = head.substr(0, head.rfind(' '));
  out.add_vendor("filter", head);
  put_clearpass(out, out.text().substr(at));
  const std::string_view status = out.event().text_of("vendor.login_status");
  if (is_any(status, {"ACCEPT", "Authenticated", "accept"}))
    return out.logon("network_login", Outcome::success);
  if (is_any(status, {"REJECT", "Reject", "reject", "AUTH_FAIL"}))
    return out.logon("network_login", Outcome::failure);
  if (status == "TIMEOUT") return out.logon("network_login", Outcome::unknown);
  if (contains(head, "Audit")) return out.classify("configuration", "change");
  out.classify("network", "info");
}

}  // namespace

extern const FormatSpec kFormat_clearpass = {
    .number = Format{25},
    .name = "clearpass",
    .title = "HPE Aruba ClearPass",
    .sample =
        "CPPM_Session_Detail 42 1 0 "
        "Common.Username=bob,Common.Host-MAC-Address=001122334455,Common.Login-Status=REJECT",
    .rank = 43,
    .claims = claims_clearpass,
    .parse = parse_clearpass,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
