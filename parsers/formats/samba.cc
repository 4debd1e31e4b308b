#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/json_fields.h"
#include "parsers/json_members.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::string_view kAuth = "authentication";
constexpr std::string_view kProtocol = "network.protocol=smb";

constexpr TextRow kLines[] = {
    // log level auth_audit:2 (3 also successes)
    {"Auth: \\[{service}\\] user \\[{user.domain}\\]\\\\\\[{user}\\] at \\[{x}\\] with \\[{method}\\] status \\[{event.code}\\] workstation \\[{workstation}\\] remote host \\[{remote}\\] {mapped}local host \\[{local}\\]", kAuth, "start", "logon", Outcome::none, kProtocol},
    {"Auth: \\[{service}\\] user \\[{user.domain}\\]\\\\\\[{user}\\] at \\[{x}\\] with \\[{method}\\] status \\[{event.code}\\] workstation \\[{workstation}\\] remote host \\[{remote}\\]", kAuth, "start", "logon", Outcome::none, kProtocol},
    {"Successful AuthZ: \\[{service}\\] user \\[{user.domain}\\]\\\\\\[{user}\\] \\[{user.id}\\] at \\[{x}\\] Remote host \\[{remote}\\] local host \\[{local}\\]", "session", "start", "authorized", Outcome::success, kProtocol},
    {"check_ntlm_password: Authentication for user \\[{x}\\] -> \\[{user}\\] FAILED with error {event.code|word}", kAuth, "start", "logon", Outcome::failure, kProtocol},
    {"check_ntlm_password: authentication for user \\[{x}\\] -> \\[{y}\\] -> \\[{user}\\] succeeded", kAuth, "start", "logon", Outcome::success, kProtocol},
    {"Authentication for user \\[{x}\\] -> \\[{user}\\] FAILED with error {event.code|word}", kAuth, "start", "logon", Outcome::failure, kProtocol},
    {"{name|word} ({source:pair}) connect to service {share|word} initially as user {user|word} (uid={user.id|number}, gid={group.id|number})", "session", "start", "share_connected", Outcome::success, kProtocol},
    {"{name|word} ({source:pair}) signed connect to service {share|word} initially as user {user|word} (uid={user.id|number}, gid={group.id|number})", "session", "start", "share_connected", Outcome::success, kProtocol},
    {"{name|word} ({source:pair}) closed connection to service {share|word}", "session", "end", "share_closed", Outcome::none, kProtocol},
    {"Denied connection from {name|word} ({source|ip})", "network", "denied", "host_refused", Outcome::failure, kProtocol},
    {"Denied connection from {source|ip}", "network", "denied", "host_refused", Outcome::failure, kProtocol},
    {"Allowed connection from {name|word} ({source|ip})", "network", "allowed", "connect", Outcome::success, kProtocol},
    {"Connection denied from {source|ip}", "network", "denied", "host_refused", Outcome::failure, kProtocol},
    // vfs_full_audit with the prefix of its manual: %u|%I
    {"{user}|{source|ip}|{operation|word}|ok[ (No error)]|{file}$", "file", "access", "file_audit", Outcome::success, kProtocol},
    {"{user}|{source|ip}|{operation|word}|fail ({event.reason})|{file}$", "file", "access", "file_audit", Outcome::failure, kProtocol},
    {"{user}|{source|ip}|{computer|word}|{share}|{operation|word}|ok|{file}$", "file", "access", "file_audit", Outcome::success, kProtocol},
    {"{user}|{source|ip}|{computer|word}|{share}|{operation|word}|fail ({event.reason})|{file}$", "file", "access", "file_audit", Outcome::failure, kProtocol},
};

constexpr FieldRow kKeys[] = {
    {"Authentication.status", "event.code"},
    {"Authentication.clientAccount", "user.name"},
    {"Authentication.clientDomain", "user.domain"},
    {"Authentication.becameAccount", "became_account"},
    {"Authentication.becameSid", "user.id"},
    {"Authentication.workstation", "workstation"},
    {"Authentication.serviceDescription", "service"},
    {"Authentication.passwordType", "method"},
    {"Authentication.eventId", "event_id"},
    {"Authentication.remoteAddress", "remote"},
    {"Authentication.localAddress", "local"},
    {"Authorization.account", "user.name"},
    {"Authorization.domain", "user.domain"},
    {"Authorization.sid", "user.id"},
    {"Authorization.remoteAddress", "remote"},
    {"Authorization.localAddress", "local"},
    {"Authorization.serviceDescription", "service"},
};
constexpr FieldMap kMap(kKeys);

constexpr std::string_view kPrograms[] = {"smbd", "samba", "smbd_audit", "winbindd", "nmbd"};
constexpr std::string_view kStarts[] = {"{\"timestamp\"", "Auth: ["};

bool is_samba(const SyslogHeader& header, std::string_view text) {
  if (text.starts_with('{'))
    return contains(text.substr(0, 256), "\"type\": \"Auth") ||
           contains(text.substr(0, 256), "\"type\":\"Auth");
  return !header.app.empty() || text.starts_with("Auth: [");
}

/// "ipv4:203.0.113.9:50022", "ipv6:2001:db8::5:50022"
void add_side(PayloadWriter& out, Side side, std::string_view value) {
  if (!take_prefix(value, "ipv4:") && !take_prefix(value, "ipv6:")) return;
  const std::size_t colon = value.rfind(':');
  if (colon == std::string_view::npos) return;
  out.add_endpoint(side, value.substr(0, colon));
  out.add_port(side, value.substr(colon + 1));
}

/// smbd's and the domain controller's logons (log level auth_audit, auth_json_audit), shares connected, audited files.
void parse_samba(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.observer("Samba", "Samba", "file_server");
  const std::string_view text = trim(out.text());
  if (text.starts_with('{')) {
    if (!put_json(out, kMap)) return;
    out.add("network.protocol", "smb");
    if (out.event().text_of("vendor.type") == "Authorization") {
      out.classify("session", "start", "authorized", Outcome::success);
    } else {
      out.logon("logon", Outcome::none);
    }
  } else if (table.read(out, text) == nullptr) {
    return;
  }
  add_side(out, Side::source, out.event().text_of("vendor.remote"));
  add_side(out, Side::destination, out.event().text_of("vendor.local"));
  const std::string_view status = out.event().text_of("event.code");
  if (out.event().find("event.outcome") == nullptr && !status.empty())
    out.add("event.outcome", status == "NT_STATUS_OK" ? "success" : "failure");
}

std::optional<std::int64_t> samba_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  return peek_json_time(text, zone_minutes);
}

Kinds samba_kinds(const SyslogHeader&, std::string_view text) {
  return contains(text.substr(0, 256), "uth") || contains(text.substr(0, 256), "initially as user")
             ? Kind::application | Kind::logon
             : Kinds(Kind::application);
}

}  // namespace

extern const FormatSpec kFormat_samba = {
    .number = Format{74},
    .name = "samba",
    .title = "Samba",
    .sample =
        R"(Auth: [SMB2,(null)] user [SCHOOL]\[bob] at [Fri, 20 Nov 2026 14:59:00.000000 CST] with [NTLMv2] status [NT_STATUS_WRONG_PASSWORD] workstation [PC1] remote host [ipv4:203.0.113.9:50022] mapped to [SCHOOL]\[bob]. local host [ipv4:10.1.0.5:445])",
    .rank = 40,
    .programs = kPrograms,
    .starts = kStarts,
    .claims = is_samba,
    .parse = parse_samba,
    .time = samba_time,
    .kinds_of = samba_kinds,
    .writing = Writing::json,
};

}  // namespace vigil
