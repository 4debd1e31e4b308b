#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::string_view kAuth = "authentication";
constexpr std::string_view kProtocol = "network.protocol=kerberos";

constexpr TextRow kLines[] = {
    // MIT
    {"AS_REQ ({etypes}) {source|ip}: ISSUE: authtime {authtime|number}, etypes {etypes_used|last}, {user} for {service}$", kAuth, "start", "kerberos_as", Outcome::success, kProtocol},
    {"AS_REQ ({etypes}) {source|ip}: NEEDED_PREAUTH: {user} for {service}, {event.reason}", "network", "info", "kerberos_preauth", Outcome::none, kProtocol},
    {"AS_REQ ({etypes}) {source|ip}: {event.code}: {user} for {service|word}, {event.reason}", kAuth, "start", "kerberos_as", Outcome::failure, kProtocol},
    {"TGS_REQ ({etypes}) {source|ip}: ISSUE: authtime {authtime|number}, etypes {etypes_used|last}, {user} for {service}$", "session", "info", "kerberos_tgs", Outcome::success, kProtocol},
    {"TGS_REQ ({etypes}) {source|ip}: {event.code}: authtime {authtime|number}, {user} for {service|word}, {event.reason}", "session", "denied", "kerberos_tgs", Outcome::failure, kProtocol},
    {"TGS_REQ ({etypes}) {source|ip}: {event.code}: authtime {authtime|number}, {user} for {service}", "session", "denied", "kerberos_tgs", Outcome::failure, kProtocol},
    {"preauth ({method}) verify failure: {event.reason}", "network", "info", "kerberos_preauth", Outcome::none, kProtocol},
    {"Request: {operation|word} {user|word}, {result|word}, client={client|word}, service={service|word}, addr={source|ip}", "iam", "change", "kadmin"},
    {"Request: {operation|word} {object|word}, {result|last}, client={user|word}, service={service|word}, addr={source|ip}", "iam", "change", "kadmin"},
    // Heimdal
    {"AS-REQ {user|word} from {family|word}:{source|ip} for {service|word}", "network", "connection", "kerberos_as", Outcome::none, kProtocol},
    {"TGS-REQ {user|word} from {family|word}:{source|ip} for {service|word}", "network", "connection", "kerberos_tgs", Outcome::none, kProtocol},
    {"Failed to decrypt PA-DATA -- {user|word}", kAuth, "start", "kerberos_as", Outcome::failure, kProtocol},
    {"{method|word} Pre-authentication succeeded -- {user|word}", kAuth, "start", "kerberos_as", Outcome::success, kProtocol},
    {"UNKNOWN -- {user|word}: {event.reason}", kAuth, "start", "kerberos_as", Outcome::failure, kProtocol},
    {"Client not found in database: {user|word}", kAuth, "start", "kerberos_as", Outcome::failure, kProtocol},
    {"Client ({user|word}) is {event.reason}", kAuth, "start", "kerberos_as", Outcome::failure, kProtocol},
};

constexpr std::string_view kPrograms[] = {"krb5kdc", "kdc", "kadmind", "heimdal-kdc"};

/// MIT's file: "Nov 20 14:59:00 kdc1 krb5kdc[7](info): AS_REQ …" reads like syslog; over syslog the level is not there.
void parse_kerberos(PayloadWriter& out) {
  static const TextTable table(kLines);
  out.log_source("linux", {}, "auth");
  std::string_view text = trim(out.text());
  if (text.starts_with("(info): ") || text.starts_with("(Error): ")) text.remove_prefix(text.find(' ') + 1);
  table.read(out, text);
  // bob@EXAMPLE.ORG: the realm is the domain.
  const std::string_view user = out.event().text_of("user.name");
  const std::size_t at = user.rfind('@');
  if (at == std::string_view::npos || at == 0) return;
  out.set("user.name", user.substr(0, at));
  out.add("user.domain", user.substr(at + 1));
}

constexpr LogSource kLogSources[] = {{"linux", "", "auth"}};

}  // namespace

extern const FormatSpec kFormat_kerberos = {
    .number = Format{73},
    .name = "kerberos",
    .title = "Kerberos KDC: MIT, Heimdal",
    .sample =
        R"(AS_REQ (8 etypes {18 17 20 19}) 203.0.113.9: PREAUTH_FAILED: bob@EXAMPLE.ORG for krbtgt/EXAMPLE.ORG@EXAMPLE.ORG, Preauthentication failed)",
    .rank = 30,
    .programs = kPrograms,
    .parse = parse_kerberos,
    .kinds = Kind::application | Kind::logon,
    .log_sources = kLogSources,
};

}  // namespace vigil
