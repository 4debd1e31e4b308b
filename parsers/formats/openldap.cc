#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::string_view kProtocol = "network.protocol=ldap";

constexpr TextRow kLines[] = {
    {"conn={conn|number} fd={fd|number} ACCEPT from IP={source:pair|word} (IP={destination:pair})", "network", "connection", "ldap_connect", Outcome::none, kProtocol},
    {"conn={conn|number} fd={fd|number} ACCEPT from PATH={path}", "network", "connection", "ldap_connect", Outcome::none, kProtocol},
    {"conn={conn|number} fd={fd|number} TLS established {tls}", "network", "connection", "ldap_tls", Outcome::none, kProtocol},
    {"conn={conn|number} fd={fd|number} closed[ ({event.reason})]", "network", "end", "ldap_closed", Outcome::none, kProtocol},
    {"conn={conn|number} op={op|number} BIND dn=\"{dn}\" mech={method|word}", "authentication", "start", "ldap_bind", Outcome::unknown, kProtocol},
    {"conn={conn|number} op={op|number} BIND dn=\"{dn}\" method={method|word}", "authentication", "start", "ldap_bind", Outcome::unknown, kProtocol},
    {"conn={conn|number} op={op|number} BIND authcid=\"{authcid}\"", "authentication", "start", "ldap_bind", Outcome::unknown, kProtocol},
    // 97 is BindResponse; 49 invalidCredentials, 0 success (RFC 4511 4.2.2)
    {"conn={conn|number} op={op|number} RESULT tag=97 err=0 [qtime={q|word} etime={e|word} ]text=", "authentication", "start", "ldap_bind_result", Outcome::success, kProtocol},
    {"conn={conn|number} op={op|number} RESULT tag=97 err=14 ", "authentication", "start", "ldap_bind_continues", Outcome::unknown, kProtocol},
    {"conn={conn|number} op={op|number} RESULT tag=97 err={event.code|number} [qtime={q|word} etime={e|word} ]text={event.reason}", "authentication", "start", "ldap_bind_result", Outcome::failure, kProtocol},
    {"conn={conn|number} op={op|number} RESULT err=0 tag=97 {rest}dn=\"{dn}\"", "authentication", "start", "ldap_bind_result", Outcome::success, kProtocol},
    {"conn={conn|number} op={op|number} RESULT err=0 tag=97 ", "authentication", "start", "ldap_bind_result", Outcome::success, kProtocol},
    {"conn={conn|number} op={op|number} RESULT err=14 tag=97 ", "authentication", "start", "ldap_bind_continues", Outcome::unknown, kProtocol},
    {"conn={conn|number} op={op|number} RESULT err={event.code|number} tag=97 ", "authentication", "start", "ldap_bind_result", Outcome::failure, kProtocol},
    {"conn={conn|number} op={op|number} RESULT tag={tag|number} err={event.code|number} ", "database", "info", "ldap_result", Outcome::none, kProtocol},
    {"conn={conn|number} op={op|number} RESULT err={event.code|number} tag={tag|number} ", "database", "info", "ldap_result", Outcome::none, kProtocol},
    {"conn={conn|number} op={op|number} SEARCH RESULT tag={tag|number} err={event.code|number} {rest}nentries={entries|number}", "database", "access", "ldap_result", Outcome::none, kProtocol},
    {"conn={conn|number} op={op|number} SRCH base=\"{base}\" scope={scope|word} [deref={deref|word} ]filter=\"{filter|last}\"", "database", "access", "ldap_search", Outcome::none, kProtocol},
    {"conn={conn|number} op={op|number} SRCH attr={attributes}", "database", "access", "ldap_search", Outcome::none, kProtocol},
    {"conn={conn|number} op={op|number} UNBIND", "session", "end", "ldap_unbind", Outcome::none, kProtocol},
    {"conn={conn|number} op={op|number} PASSMOD[ id=\"{dn}\"]", "iam", "change", "ldap_password", Outcome::none, kProtocol},
    {"conn={conn|number} op={op|number} {operation|word} dn=\"{dn}\"", "database", "change", "ldap_change", Outcome::none, kProtocol},
    {"conn={conn|number} op={op|number} EXT oid={oid|word}", "database", "info", "ldap_extended", Outcome::none, kProtocol},
    {"conn={conn|number} op={op|number} STARTTLS", "network", "connection", "ldap_tls", Outcome::none, kProtocol},
    // 389 Directory Server
    {"conn={conn|number} fd={fd|number} slot={slot|number} [SSL ]connection from {source|ip} to {destination|ip}", "network", "connection", "ldap_connect", Outcome::none, kProtocol},
    {"conn={conn|number} op={op|word} fd={fd|number} closed[ error][ - {event.reason}]", "network", "end", "ldap_closed", Outcome::none, kProtocol},
};

constexpr std::string_view kPrograms[] = {"slapd", "ns-slapd", "slapd2"};
constexpr std::string_view kStarts[] = {"["};

/// 389 Directory Server's own file: "[20/Nov/2026:14:59:00.123456789 +0800] conn=7 op=0 BIND …"
bool is_ldap(const SyslogHeader& header, std::string_view text) {
  if (header.app.starts_with("slapd") || header.app.starts_with("ns-slapd")) return true;
  return text.starts_with('[') && contains(text.substr(0, 64), "] conn=");
}

/// "uid=bob,ou=people,dc=example,dc=org": bob
std::string_view name_of(std::string_view dn) {
  const std::size_t equals = dn.find('=');
  if (equals == std::string_view::npos) return dn;
  dn.remove_prefix(equals + 1);
  return dn.substr(0, dn.find(','));
}

void parse_ldap(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.observer("OpenLDAP", "OpenLDAP", "directory");
  std::string_view text = trim(out.text());
  if (text.starts_with('[')) {
    take_until(text, ']');
    text = trim_left(text);
  }
  const TextRow* const row = table.read(out, text);
  if (row == nullptr || row->category != "authentication") return;
  const std::string_view dn = out.event().text_of("vendor.dn");
  const std::string_view id = out.event().text_of("vendor.authcid");
  if (dn.empty() && id.empty()) return;
  out.add("user.name", id.empty() ? name_of(dn) : id);
}

std::optional<std::int64_t> ldap_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  return text.starts_with('[') ? read_web_time(text.substr(1), zone_minutes) : std::nullopt;
}

Kinds ldap_kinds(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 160);
  return contains(front, " BIND ") || contains(front, "tag=97") ? Kind::application | Kind::logon
                                                                : Kinds(Kind::application);
}

}  // namespace

extern const FormatSpec kFormat_openldap = {
    .number = Format{69},
    .name = "openldap",
    .title = "OpenLDAP's slapd, 389 Directory Server",
    .sample = R"(conn=1001 op=0 RESULT tag=97 err=49 text=)",
    .rank = 20,
    .programs = kPrograms,
    .starts = kStarts,
    .claims = is_ldap,
    .parse = parse_ldap,
    .time = ldap_time,
    .kinds_of = ldap_kinds,
};

}  // namespace vigil
