#include "parsers/grok.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>

namespace vigil {
namespace {

struct Named {
  std::string_view name, expression;
};

// The names that Logstash's users know, written for RE2: sorted.
constexpr Named kNamed[] = {
    {"BASE16NUM", R"((?:0[xX])?[0-9A-Fa-f]+)"},
    {"DATA", R"(.*?)"},
    {"DATE_ISO8601", R"(\d{4}-\d\d-\d\d)"},
    {"EMAILADDRESS", R"([A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]+@[A-Za-z0-9.\-]+)"},
    {"GREEDYDATA", R"(.*)"},
    {"HOSTNAME", R"([0-9A-Za-z](?:[0-9A-Za-z_\-]{0,62})(?:\.[0-9A-Za-z_\-]{1,63})*)"},
    {"HTTPDATE", R"(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+\-]\d{4})"},
    {"INT", R"([+\-]?\d+)"},
    {"IP", R"((?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+))"},
    {"IPORHOST",
     R"((?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+|[0-9A-Za-z](?:[0-9A-Za-z_\-]{0,62})(?:\.[0-9A-Za-z_\-]{1,63})*))"},
    {"IPV4", R"(\d{1,3}(?:\.\d{1,3}){3})"},
    {"IPV6", R"([0-9A-Fa-f]*:[0-9A-Fa-f:.]+)"},
    {"LOGLEVEL", R"((?i:emerg(?:ency)?|alert|crit(?:ical)?|err(?:or)?|warn(?:ing)?|notice|info(?:rmation)?|debug|trace|fatal|severe))"},
    {"MAC", R"((?:[0-9A-Fa-f]{2}[:\-]?){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})"},
    {"NONNEGINT", R"(\d+)"},
    {"NOTSPACE", R"(\S+)"},
    {"NUMBER", R"([+\-]?\d+(?:\.\d+)?)"},
    {"PATH", R"((?:/[^\s:"']*|[A-Za-z]:\\[^"]*))"},
    {"POSINT", R"([1-9]\d*)"},
    {"QUOTEDSTRING", R"((?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))"},
    {"SPACE", R"(\s*)"},
    {"SYSLOGTIMESTAMP", R"([A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d)"},
    {"TIMESTAMP_ISO8601", R"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+\-]\d\d:?\d\d)?)"},
    {"URI", R"([A-Za-z][A-Za-z0-9+.\-]*://\S+)"},
    {"URIPATH", R"(/[^\s?#]*)"},
    {"URIPATHPARAM", R"(/\S*)"},
    {"USER", R"([0-9A-Za-z._@\\+\-]+)"},
    {"USERNAME", R"([0-9A-Za-z._@\\+\-]+)"},
    {"UUID", R"([0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12})"},
    {"WORD", R"([0-9A-Za-z_]+)"},
};

// Fields of ECS 8 that describe an event, and the targets; sorted.
constexpr std::string_view kFields[] = {
    "client.address", "client.bytes", "client.domain", "client.ip", "client.mac", "client.nat.ip", "client.nat.port",
    "client.packets", "client.port", "client.user.name", "cloud.account.id", "cloud.provider", "cloud.region", "container.id",
    "container.name", "destination", "destination.address", "destination.bytes", "destination.domain", "destination.ip",
    "destination.mac", "destination.nat.ip", "destination.nat.port", "destination.packets", "destination.port",
    "destination.user", "destination.user.domain", "destination.user.email", "destination.user.name", "destination:pair",
    "device", "dns.answers.data", "dns.id", "dns.question.class", "dns.question.name", "dns.question.type",
    "dns.resolved_ip", "dns.response_code", "dns.type", "email.attachments.file.name", "email.cc.address",
    "email.direction", "email.from.address", "email.message_id", "email.reply_to.address", "email.sender.address",
    "email.subject", "email.to.address", "error.code", "error.message", "error.type", "event.action", "event.category",
    "event.code", "event.duration", "event.end", "event.id", "event.kind", "event.module", "event.outcome",
    "event.provider", "event.reason", "event.reference", "event.risk_score", "event.sequence", "event.severity",
    "event.start", "event.type", "event.url", "executable", "file", "file.directory", "file.extension", "file.hash",
    "file.hash.md5", "file.hash.sha1", "file.hash.sha256", "file.hash.sha512", "file.mime_type", "file.name",
    "file.owner", "file.path", "file.size", "file.type", "group.domain", "group.id", "group.name", "host",
    "host.domain", "host.hostname", "host.id", "host.ip", "host.mac", "host.name", "host.os.family", "host.os.full",
    "host.os.name", "host.os.version", "host.type", "http.request.body.bytes", "http.request.bytes", "http.request.id",
    "http.request.method", "http.request.mime_type", "http.request.referrer", "http.response.body.bytes",
    "http.response.bytes", "http.response.mime_type", "http.response.status_code", "http.version", "log.level",
    "log.logger", "message", "network.application", "network.bytes", "network.community_id", "network.direction",
    "network.iana_number", "network.name", "network.packets", "network.protocol", "network.transport", "network.type",
    "network.vlan.id", "network.vlan.name", "observer.egress.interface.name", "observer.egress.zone",
    "observer.hostname", "observer.ingress.interface.name", "observer.ingress.zone", "observer.ip", "observer.mac",
    "observer.name", "observer.product", "observer.serial_number", "observer.type", "observer.vendor",
    "observer.version", "organization.id", "organization.name", "process.args", "process.command_line",
    "process.executable", "process.exit_code", "process.hash", "process.hash.md5", "process.hash.sha1",
    "process.hash.sha256", "process.name", "process.parent.command_line", "process.parent.executable",
    "process.parent.name", "process.parent.pid", "process.pid", "process.thread.id", "process.title",
    "process.working_directory", "registry.data.strings", "registry.key", "registry.path", "registry.value",
    "related.hash", "related.hosts", "related.ip", "related.user", "rule.author", "rule.category", "rule.description",
    "rule.id", "rule.name", "rule.reference", "rule.ruleset", "rule.uuid", "rule.version", "server.address",
    "server.bytes", "server.domain", "server.ip", "server.mac", "server.packets", "server.port", "server.user.name",
    "service.address", "service.id", "service.name", "service.state", "service.type", "service.version", "source",
    "source.address", "source.bytes", "source.domain", "source.ip", "source.mac", "source.nat.ip", "source.nat.port",
    "source.packets", "source.port", "source.user", "source.user.domain", "source.user.email", "source.user.id",
    "source.user.name", "source:pair", "tags", "threat.indicator.ip", "threat.indicator.name",
    "threat.indicator.type", "threat.software.name", "threat.tactic.id", "threat.tactic.name", "threat.technique.id",
    "threat.technique.name", "tls.cipher", "tls.client.ja3", "tls.client.server_name", "tls.server.hash.sha1",
    "tls.server.issuer", "tls.server.subject", "tls.version", "transport", "url", "url.domain", "url.extension",
    "url.fragment", "url.full", "url.original", "url.password", "url.path", "url.port", "url.query", "url.scheme",
    "url.username", "user", "user.changes.name", "user.domain", "user.effective", "user.effective.domain",
    "user.effective.id", "user.effective.name", "user.email", "user.full_name", "user.group.id", "user.group.name",
    "user.id", "user.name", "user.roles", "user.target", "user.target.domain", "user.target.id", "user.target.name",
    "user_agent.name", "user_agent.original", "user_agent.version", "vulnerability.id", "vulnerability.severity",
};
static_assert(std::is_sorted(std::begin(kFields), std::end(kFields)));
static_assert(std::is_sorted(std::begin(kNamed), std::end(kNamed),
                             [](const Named& a, const Named& b) { return a.name < b.name; }));

const Named* find_named(std::string_view name) {
  const auto* const at = std::lower_bound(std::begin(kNamed), std::end(kNamed), name,
                                          [](const Named& row, std::string_view wanted) { return row.name < wanted; });
  return at != std::end(kNamed) && at->name == name ? at : nullptr;
}

/// ECS names are lower case; those of products need not be.
bool is_plain_name(std::string_view name) {
  return name.size() <= 128 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  });
}

}  // namespace

std::span<const std::string_view> grok_names() {
  static constexpr auto kNames = [] {
    std::array<std::string_view, std::size(kNamed)> names;
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = kNamed[i].name;
    return names;
  }();
  return kNames;
}

std::span<const std::string_view> writable_fields() { return kFields; }

bool is_writable_field(std::string_view name) {
  for (const std::string_view open : {"vendor.", "labels.", "winlog."}) {
    if (name.starts_with(open)) return name.size() > open.size() && is_plain_name(name);
  }
  return std::binary_search(std::begin(kFields), std::end(kFields), name);
}

Result<GrokPattern, GrokFault> read_grok(std::string_view pattern) {
  using Why = GrokFault::Why;
  if (pattern.size() > kGrokBytesMax) return GrokFault{.why = Why::too_long, .offset = kGrokBytesMax};
  GrokPattern out;
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) {
      out.expression.append(pattern.substr(at, 2));
      at += 2;
      continue;
    }
    if (!pattern.substr(at).starts_with("%{")) {
      out.expression += pattern[at++];
      continue;
    }
    const std::size_t close = pattern.find('}', at);
    if (close == std::string_view::npos) return GrokFault{.why = Why::unclosed, .offset = at};
    std::string_view name = pattern.substr(at + 2, close - at - 2), field;
    const std::size_t colon = name.find(':');
    const bool captures = colon != std::string_view::npos;
    if (captures) {
      field = name.substr(colon + 1);
      name = name.substr(0, colon);
    }
    const Named* const named = find_named(name);
    if (named == nullptr) return GrokFault{.why = Why::unknown_name, .offset = at + 2, .word = std::string(name)};
    if (captures && !is_writable_field(field)) {
      return GrokFault{.why = Why::unknown_field, .offset = at + 3 + colon, .word = std::string(field)};
    }
    if (captures && out.fields.size() == kGrokFieldsMax) return GrokFault{.why = Why::too_many, .offset = at};
    out.expression.append(captures ? "(" : "(?:").append(named->expression).append(")");
    if (captures) out.fields.emplace_back(field);
    at = close + 1;
  }
  const RE2 expression(out.expression, RE2::Quiet);
  if (!expression.ok()) {
    const bool large = expression.error_code() == RE2::ErrorPatternTooLarge;
    const std::size_t at = pattern.find(expression.error_arg());
    return GrokFault{.why = large ? Why::too_complex : Why::expression,
                     .offset = at == std::string_view::npos ? 0 : at,
                     .word = expression.error_arg(),
                     .detail = expression.error()};
  }
  if (expression.ProgramSize() > kGrokProgramMax) return GrokFault{.why = Why::too_complex};
  if (static_cast<std::size_t>(expression.NumberOfCapturingGroups()) != out.fields.size()) {
    return GrokFault{.why = Why::unknown_field, .word = "("};
  }
  return out;
}

}  // namespace vigil
