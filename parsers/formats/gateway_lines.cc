#include "parsers/device_words.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr TextRow kHillstone[] = {
    {"SESSION: {source:pair}->{destination:pair}({transport|word}), application {network.application}, "
     "interface "
     "{observer.ingress.interface.name|word}, vr {vr|word}, policy {rule.id|word}, user "
     "{hillstone_user|word}, host {source.domain|word}, mac "
     "{source.mac|word}, {details}$",
     "network", "connection"},
    {"SESSION: {source:pair}->{destination:pair}({transport|word}), interface "
     "{observer.ingress.interface.name|word}, vr {vr|word}, policy "
     "{rule.id|word}, user {hillstone_user|word}, host {source.domain|word}, {details}$",
     "network", "connection"},
    {"SESSION: {source:pair}->{destination:pair}({transport}), {details}$", "network", "connection"},
    {"SNAT: {source:pair}->{destination:pair}({transport}), snat to "
     "{source.nat.ip|ip}:{source.nat.port|number}, {details}$",
     "network", "connection", "snat"},
    {"DNAT: {source:pair}->{destination:pair}({transport}), dnat to "
     "{destination.nat.ip|ip}:{destination.nat.port|number}, {details}$",
     "network", "connection", "dnat"},
    {"POLICY: policy {rule.id|word}, {details}$", "network", "connection"},
    {"Admin user \"{user|last}\" logged in through {method|word} from {source|ip}", "authentication", "start",
     "admin_login", Outcome::success},
    {"Admin user \"{user|last}\" failed to log in through {method|word} from {source|ip}", "authentication",
     "start", "admin_login", Outcome::failure},
    {"Admin user \"{user|last}\" logged out through {method|word} from {source|ip}", "authentication", "end",
     "admin_logout", Outcome::success},
    {"Admin user {user|word} logged in through {method|word} from {source|ip}", "authentication", "start",
     "admin_login", Outcome::success},
    {"Admin user {user|word} login failed through {method|word} from {source|ip}", "authentication", "start",
     "admin_login", Outcome::failure},
    {"User {user|word} login {result|word}, {details}$", "authentication", "start", "user_login",
     Outcome::unknown},
};

constexpr TextRow kKerio[] = {
    {"{event.action|word} \"{rule.name}\" packet {direction|word} {interface}, proto:{transport|word}, "
     "len:{network.bytes|number}, {source:pair|word} -> "
     "{destination:pair|word}, {details}$",
     "network", "connection"},
    {"{event.action|word} \"{rule.name}\" packet {direction|word} {interface}, proto:{transport|word}, "
     "len:{network.bytes|number}, {source|ip} -> "
     "{destination|ip}, {details}$",
     "network", "connection"},
    {"[IPS: ]Packet {event.action|word}, severity: {severity|word}, Rule ID: {rule.id|word} {rule.name}, "
     "proto:{transport|word}, ip/port:{source:pair|word} -> "
     "{destination:pair|word}",
     "intrusion_detection", "info"},
    {"[IPS: ]Port Scan, protocol: {transport|word}, source: {source|ip}", "intrusion_detection", "info",
     "port_scan"},
    {"[Authentication: ]{method}: Client: {source|ip}: User {user|word} doesn't exist", "authentication",
     "start", "login", Outcome::failure},
    {"[Authentication: ]{method}: Client: {source|ip}: User {user}: {event.reason}$", "authentication",
     "start", "login", Outcome::failure},
    {"{method}: Authentication failed for user {user|word} from {source|ip}", "authentication", "start",
     "login", Outcome::failure},
    {"\\[ID\\] {event.id|word} \\[Rule\\] {rule.name} \\[Service\\] {network.protocol} \\[User\\] {user} "
     "\\[Connection\\] {transport|word} {source:pair|word} -> "
     "{destination:pair|word} \\[Duration\\] {event.duration:seconds|number} sec \\[Bytes\\] "
     "{source.bytes|number}/{destination.bytes|number}/"
     "{network.bytes|number} \\[Packets\\] "
     "{source.packets|number}/{destination.packets|number}/{network.packets|number}",
     "network", "connection"},
    {"\\[ID\\] {event.id|word} \\[Rule\\] {rule.name} \\[Service\\] {network.protocol} \\[Connection\\] "
     "{transport|word} {source:pair|word} -> "
     "{destination:pair|word} \\[Duration\\] {event.duration:seconds|number} sec",
     "network", "connection"},
};

// D-Link's and kindred routers
constexpr TextRow kRouter[] = {
    {"Blocked incoming {transport|word} packet from {source:pair|word} to {destination:pair|word} as "
     "{event.reason}$",
     "network", "denied", "blocked"},
    {"Blocked outgoing {transport|word} packet from {source:pair|word} to {destination:pair|word} as "
     "{event.reason}$",
     "network", "denied", "blocked"},
    {"Blocked incoming {transport|word} connection request from {source:pair|word} to "
     "{destination:pair|word}",
     "network", "denied", "blocked"},
    {"Blocked outgoing {transport|word} packet from {source:pair|word} to {destination:pair|word}", "network",
     "denied", "blocked"},
    {"Blocked incoming {transport|word} packet from {source:pair|word} to {destination:pair|word}", "network",
     "denied", "blocked"},
    {"Allowed configuration authentication by IP address {source|ip}", "authentication", "start",
     "admin_login", Outcome::success},
    {"Failed configuration authentication by IP address {source|ip}", "authentication", "start",
     "admin_login", Outcome::failure},
    {"Remote management login failed from {source|ip}", "authentication", "start", "admin_login",
     Outcome::failure},
};

// FreeBSD's and older macOS' packet filter
constexpr TextRow kIpfw[] = {
    {"[ipfw: ]{rule.id|number} {event.action|word} {transport|word} {source:pair|word} "
     "{destination:pair|word} {direction|word} via {interface|word}",
     "network", "connection"},
    {"[ipfw: ]{rule.id|number} {event.action|word} {transport|word}:{icmp_type|word} {source|ip} "
     "{destination|ip} {direction|word} via {interface|word}",
     "network", "connection"},
};

// Sangfor NGAF writes "key:value, key:value" in Chinese or English.
constexpr FieldRow kSangforKeys[] = {
    {"日志类型", "log_type"},
    {"日誌類型", "log_type"},
    {"Log Type", "log_type"},
    {"策略名称", "rule.name"},
    {"策略名稱", "rule.name"},
    {"Policy Name", "rule.name"},
    {"规则ID", "rule.id"},
    {"漏洞ID", "rule.id"},
    {"Vulnerability ID", "rule.id"},
    {"漏洞名称", "threat_name"},
    {"Vulnerability Name", "threat_name"},
    {"病毒名", "virus_name"},
    {"源IP", "source"},
    {"來源IP", "source"},
    {"Src IP", "source"},
    {"源端口", "source.port"},
    {"Src Port", "source.port"},
    {"目的IP", "destination"},
    {"目標IP", "destination"},
    {"Dst IP", "destination"},
    {"目的端口", "destination.port"},
    {"Dst Port", "destination.port"},
    {"协议", "transport"},
    {"协议类型", "transport"},
    {"Protocol", "transport"},
    {"攻击类型", "rule.category"},
    {"攻击名称", "threat_name"},
    {"Attack Type", "rule.category"},
    {"严重级别", "severity"},
    {"严重等级", "severity"},
    {"Severity", "severity"},
    {"系统动作", "event.action"},
    {"动作", "event.action"},
    {"Action", "event.action"},
    {"URL", "url"},
    {"URL/目录", "url"},
    {"域名", "url.domain"},
    {"用户名", "user"},
    {"用户", "user"},
    {"User", "user"},
    {"应用名称", "network.application"},
    {"Application", "network.application"},
    {"转换前源IP", "source"},
    {"转换后的源IP", "source.nat.ip"},
    {"操作对象", "object"},
    {"描述", "message"},
};
constexpr FieldMap kSangfor(kSangforKeys);

enum class Maker : std::uint8_t { none, hillstone, kerio, router, ipfw, sangfor };

/// "SESSION: …" stands behind "46086680 Traffic@FLOW: " or "Event@MGMT: ".
std::size_t hillstone_at(std::string_view front) {
  for (const SearchText& mark :
       {SearchText("@FLOW: "), SearchText("@NAT: "), SearchText("@MGMT: "), SearchText("@POLICY: "),
        SearchText("@AAA: "), SearchText("@SEC: "), SearchText("@LOGIN: ")}) {
    const std::size_t at = find_text(front, mark);
    if (at != std::string_view::npos && at >= 5) return at + mark.size();
  }
  return std::string_view::npos;
}

/// "[20/Nov/2026 14:59:00] "
std::string_view without_kerio_time(std::string_view text) {
  const bool dated =
      text.size() > 23 && text[0] == '[' && text[3] == '/' && text[7] == '/' && text[21] == ']';
  return dated ? trim_left(text.substr(22)) : text;
}

/// Some of their first words read like a program's name.
Maker maker_of(const SyslogHeader& header, std::string_view text) {
  const std::string_view front = text.substr(0, 160);
  if (header.app == "日志类型" || header.app == "日誌類型") return Maker::sangfor;
  if (front.starts_with("ipfw: ") || header.app == "ipfw")
    return contains(front, " via ") ? Maker::ipfw : Maker::none;
  if (header.app == "Authentication") return contains(front, ": Client: ") ? Maker::kerio : Maker::none;
  if (header.app == "IPS")
    return front.starts_with("Packet ") || front.starts_with("Port Scan") ? Maker::kerio : Maker::none;
  if (hillstone_at(front) != std::string_view::npos) return Maker::hillstone;
  const std::string_view line = without_kerio_time(text).substr(0, 160);
  const bool verdict = line.starts_with("DROP \"") || line.starts_with("PERMIT \"") ||
                       line.starts_with("DENY \"") || line.starts_with("ALLOW \"");
  if (verdict && contains(line, "packet ")) return Maker::kerio;
  if (line.starts_with("IPS: P") || (line.starts_with("Authentication: ") && contains(line, ": Client: ")) ||
      (line.starts_with("[ID] ") && contains(line, "[Rule] ")))
    return Maker::kerio;
  if ((line.starts_with("Blocked incoming ") || line.starts_with("Blocked outgoing ")) &&
      contains(line, " from "))
    return Maker::router;
  if (contains(line, " configuration authentication by IP address ")) return Maker::router;
  if (front.starts_with("日志类型:") || front.starts_with("日誌類型:") || front.starts_with("Log Type:") ||
      front.starts_with("日志类型："))
    return Maker::sangfor;
  return Maker::none;
}

bool claims_lines(const SyslogHeader& header, std::string_view text) {
  return maker_of(header, text) != Maker::none;
}

void read_sangfor(PayloadWriter& out) {
  std::string_view rest = out.text();
  // The first key is the header's tag where no blank stands behind its colon.
  if (!out.header().app.empty() && rest.find(':') > rest.find(','))
    out.add_vendor("log_type", trim(take_until(rest, ',')));
  for (std::size_t count = 0; !rest.empty() && count < PayloadWriter::kFieldsMax; ++count) {
    std::string_view value = trim_left(take_until(rest, ','));
    const std::string_view key = trim(take_until(value, ':'));
    if (key.empty() || key.size() > 64) continue;
    kSangfor.find(key) != nullptr ? put(out, *kSangfor.find(key), trim(value))
                                  : out.add_vendor(key, trim(value));
  }
  const std::string_view action = out.event().text_of("event.action");
  std::string_view threat = out.event().text_of("vendor.threat_name");
  if (threat.empty()) threat = out.event().text_of("vendor.virus_name");
  if (!threat.empty() || !out.event().text_of("rule.category").empty()) {
    out.alert(threat);
    out.add("event.category", "intrusion_detection");
  }
  out.classify("network", action == "拒绝" || action == "拒絕" || action == "阻断" ? "denied"
                          : action == "允许" || action == "允許"                   ? "allowed"
                                                                                   : std::string_view());
}

/// "alice@local", "-@-"
void add_hillstone_user(PayloadWriter& out) {
  std::string_view domain = out.event().text_of("vendor.hillstone_user");
  const std::string_view name = take_until(domain, '@');
  if (name.empty() || name == "-") return;
  out.add("user.name", name);
  if (domain != "-") out.add("user.domain", domain);
}

/// ",send packets 1,send bytes 46,receive packets 0,…"
void add_hillstone_counts(PayloadWriter& out) {
  std::string_view rest = out.event().text_of("vendor.details");
  struct Count {
    std::string_view words, name;
  };
  static constexpr Count kCounts[] = {{"send packets ", "source.packets"},
                                      {"send bytes ", "source.bytes"},
                                      {"receive packets ", "destination.packets"},
                                      {"receive bytes ", "destination.bytes"}};
  while (!rest.empty()) {
    std::string_view part = trim(take_until(rest, ','));
    for (const Count& count : kCounts) {
      std::string_view value = part;
      if (take_prefix(value, count.words)) out.add_number(count.name, value);
    }
  }
}

void parse_lines(PayloadWriter& out) {
  static const TextTable hillstone(kHillstone), kerio(kKerio), router(kRouter), ipfw(kIpfw);
  const std::string_view text = out.text();
  const TextRow* row = nullptr;
  switch (maker_of(out.header(), text)) {
    case Maker::none:
      return out.bad_payload();
    case Maker::hillstone:
      out.observer("Hillstone", "StoneOS", "firewall");
      row = hillstone.read(out, trim_left(text.substr(hillstone_at(text.substr(0, 160)))));
      add_hillstone_user(out);
      add_hillstone_counts(out);
      break;
    case Maker::kerio:
      out.observer("GFI", "Kerio Control", "firewall");
      row = kerio.read(out, without_kerio_time(text));
      break;
    case Maker::router:
      out.observer({}, {}, "router");
      row = router.read(out, text);
      break;
    case Maker::ipfw:
      out.observer({}, "ipfw", "firewall");
      row = ipfw.read(out, trim_left(text));
      break;
    case Maker::sangfor:
      out.observer("Sangfor", "NGAF", "firewall");
      out.log_source({}, "firewall", {});
      return read_sangfor(out);
  }
  out.log_source({}, "firewall", {});
  if (row == nullptr) return out.classify("network", "info");
  if (row->category == "intrusion_detection") {
    out.set("event.kind", "alert");
    add_severity_word(out, out.event().text_of("vendor.severity"));
  }
  if (row->type == "connection" || row->type == "info") add_verdict(out, out.event().text_of("event.action"));
  share_user(out);
}

constexpr std::string_view kPrograms[] = {"日志类型", "日誌類型", "Authentication", "IPS", "ipfw"};
constexpr LogSource kLogSources[] = {{"", "firewall", ""}};

}  // namespace

extern const FormatSpec kFormat_gateway_lines = {
    .number = Format{47},
    .name = "gateway_lines",
    .title = "Hillstone, Kerio Control, Sangfor, D-Link routers, ipfw",
    .sample =
        R"(46086680 Traffic@FLOW: SESSION: 10.1.0.7:52013->203.0.113.80:443(TCP), application HTTPS, interface ethernet0/1, vr trust-vr, policy 1, user alice@local, host -, mac 0000.5e00.5301, send packets 10,send bytes 1460,receive packets 9,receive bytes 8000)",
    .rank = 63,
    .programs = kPrograms,
    .first_bytes = "0123456789[ABDFILPRTEi\xE6",
    .claims = claims_lines,
    .parse = parse_lines,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
