#include "parsers/device_words.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr FieldRow kKeys[] = {
    {"date", "_"},
    {"time", "_"},
    {"timezone", "_"},
    {"tz", "_"},
    {"device_id", "observer.serial_number"},
    {"devid", "observer.serial_number"},
    {"devsn", "observer.serial_number"},
    {"deviceid", "observer.serial_number"},
    {"dev_id", "observer.serial_number"},
    {"device", "device"},
    {"devname", "device"},
    {"log_id", "event.code"},
    {"logid", "event.code"},
    {"msg_id", "event.id"},
    {"pri", "log.level"},
    {"level", "log.level"},
    {"severity_level", "severity"},
    {"user", "user"},
    {"user_name", "user"},
    {"username", "user"},
    {"action", "event.action"},
    {"msg", "message"},
    {"desc", "message"},
    {"description", "message"},
    {"reason", "event.reason"},
    {"src", "source"},
    {"srcip", "source"},
    {"src_ip", "source"},
    {"sip", "source"},
    {"client_ip", "source"},
    {"original_src", "network.forwarded_ip"},
    {"dst", "destination"},
    {"dstip", "destination"},
    {"dst_ip", "destination"},
    {"dip", "destination"},
    {"src_port", "source.port"},
    {"srcport", "source.port"},
    {"sport", "source.port"},
    {"dst_port", "destination.port"},
    {"dstport", "destination.port"},
    {"dport", "destination.port"},
    {"proto", "transport"},
    {"protocol", "transport"},
    {"http_host", "url.domain"},
    {"http_url", "url"},
    {"url", "url"},
    {"http_method", "http.request.method"},
    {"http_agent", "user_agent.original"},
    {"http_refer", "http.request.referrer"},
    {"http_retcode", "http.response.status_code"},
    {"http_version", "http.version"},
    {"policy", "rule.name"},
    {"policy_name", "rule.name"},
    {"policy_id", "rule.id"},
    {"signature_id", "rule.id"},
    {"signature_cve_id", "vulnerability.id"},
    {"main_type", "rule.category"},
    {"from", "email.from.address"},
    {"mailer_from", "email.from.address"},
    {"to", "email.to.address"},
    {"subject", "email.subject"},
    {"message_id", "email.message_id"},
    {"direction", "network.direction"},
    {"client_name", "source.domain"},
    {"hostname", "host"},
    {"nas", "nas"},
    {"typeid", "event.code"},
    {"file", "file"},
    {"filename", "file"},
    {"filehash", "file.hash"},
    {"sha256", "file.hash"},
    {"md5", "file.hash"},
    {"virus", "rule.name"},
};
constexpr FieldMap kMap(kKeys);

/// Serial numbers begin with the model.
struct Product {
  std::string_view serial, name, type;
};
constexpr Product kProducts[] = {
    {"FV", "FortiWeb", "waf"},
    {"FE", "FortiMail", "mail"},
    {"FAZ", "FortiAnalyzer", "log"},
    {"FL", "FortiAnalyzer", "log"},
    {"FMG", "FortiManager", "management"},
    {"FI", "FortiDDoS", "ddos"},
    {"FAC", "FortiAuthenticator", "authentication"},
    {"FSA", "FortiSandbox", "sandbox"},
    {"FAD", "FortiADC", "proxy"},
    {"FCT", "FortiClient", "antivirus"},
    {"FPX", "FortiProxy", "proxy"},
    {"FNC", "FortiNAC", "nac"},
};

bool claims_fortinet(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  if (contains(front, "category=\"") && contains(front, "subcategory=\"") && contains(front, "typeid="))
    return true;
  const bool dated = contains(front, "date=") && contains(front, "time=");
  if (contains(front, "device_id=F") || contains(front, "device_id=\"F")) return true;
  return dated && contains(front, "log_id=") && (contains(front, "type=") || contains(front, "pri="));
}

std::optional<std::int64_t> fortinet_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  const std::string_view front = text.substr(0, 512);
  const bool commas = front.substr(0, 30).find(',') != std::string_view::npos;
  const auto peek = [&](const SearchText& key) {
    const std::string_view value = peek_pair(front, key);
    return commas ? value.substr(0, value.find(',')) : value;
  };
  const std::string_view zone = peek("tz=");
  return read_date_and_time(peek("date="), peek("time="), read_zone(zone) ? zone : std::string_view(),
                            zone_minutes);
}

/// `http(10.1.0.5)`, `ssh(10.1.0.5)`: how and from where an administrator came.
void add_ui(PayloadWriter& out) {
  std::string_view inside = out.event().text_of("vendor.ui");
  const std::size_t open = inside.find('(');
  if (open == std::string_view::npos || !out.event().text_of("source.address").empty()) return;
  inside = inside.substr(open + 1);
  inside = inside.substr(0, inside.find(')'));
  if (!plain_address(inside).empty()) out.add_endpoint(Side::source, inside);
}

/// Webmail's users stand in the message; `user` is the daemon.
constexpr TextRow kMessages[] = {
    {"WebMail: Login for '{user|last}' from {source|ip}"},
    {"WebMail: User {user|word} from {source|ip} logged in"},
    {"User {user|word} from {source|ip} logged in"},
    {"User {user|word} login successfully from {method}({source|ip})"},
    {"User {user|word} login failed from {method}({source|ip})"},
    {"Administrator {user|word} login failed from {method}({source|ip})"},
};

/// action=login, or a message of an administrator's or user's logon.
bool is_logon(std::string_view action, std::string_view subtype, std::string_view message) {
  if (is_any(action, {"login", "logout", "Login", "Logout", "logon", "Authentication"})) return true;
  const bool people = is_any(subtype, {"admin", "user", "webmail", "imap", "pop3", "Authentication", "auth"});
  return people &&
         (contains_ignoring_case(message, "login") || contains_ignoring_case(message, "logged in") ||
          contains_ignoring_case(message, "authentication"));
}

void finish(PayloadWriter& out) {
  static const TextTable messages(kMessages);
  const Event& event = out.event();
  const std::string_view serial = event.text_of("observer.serial_number");
  const bool authenticator = !event.text_of("vendor.subcategory").empty();
  std::string_view product = authenticator ? "FortiAuthenticator" : "Fortinet",
                   type = authenticator ? "authentication" : "appliance";
  for (const Product& one : kProducts) {
    if (!serial.starts_with(one.serial)) continue;
    product = one.name;
    type = one.type;
    break;
  }
  out.observer("Fortinet", product, type);
  add_ui(out);
  const std::string_view action = event.text_of("event.action"), status = event.text_of("vendor.status");
  const std::string_view kind = event.text_of("vendor.type"), subtype = event.text_of("vendor.subtype");
  const std::string_view message = event.text_of("message");
  if (is_logon(action, subtype, message)) {
    if (subtype == "webmail" || event.find("user.name") == nullptr) messages.read(out, message);
    Outcome outcome = outcome_of(status);
    if (outcome == Outcome::none) outcome = outcome_of(message);
    const bool end = contains_ignoring_case(action, "logout");
    out.logon({}, outcome == Outcome::none ? Outcome::unknown : outcome, end ? "end" : "start");
  } else if (kind == "attack" || kind == "virus") {
    std::string_view name = event.text_of("rule.name");
    if (name.empty() || kind == "attack")
      name = event.text_of("vendor.signature_subclass").empty() ? message
                                                                : event.text_of("vendor.signature_subclass");
    out.alert(name);
    out.classify(kind == "virus" ? "malware" : "intrusion_detection", {});
    add_verdict(out, action);
    add_severity_word(out, event.text_of("vendor.severity").empty() ? event.text_of("log.level")
                                                                    : event.text_of("vendor.severity"));
    if (kind == "virus") out.log_source({}, "antivirus", {});
  } else if (subtype == "config") {
    out.classify("configuration", "change");
  } else {
    const bool mail = !event.text_of("email.from.address").empty() || type == "mail";
    out.classify(mail ? "email" : "network", "info", {}, outcome_of(status));
  }
  out.log_source("fortinet", {}, kind);
  share_user(out);
}

/// FortiMail, FortiWeb, FortiAnalyzer, FortiAuthenticator and what else of Fortinet is no FortiGate: pairs that name the
/// device `device_id` and the message `log_id`, separated by blanks or commas.
void parse_fortinet(PayloadWriter& out) {
  put_pairs(out, out.text(), kMap);
  finish(out);
}

constexpr std::string_view kStarts[] = {
    "date=", "device_id=", "timestamp=", "itime=", "category=", " category="};
constexpr LogSource kLogSources[] = {{"fortinet", "", "*"}, {"", "antivirus", ""}};

}  // namespace

extern const FormatSpec kFormat_fortinet = {
    .number = Format{34},
    .name = "fortinet",
    .title = "FortiMail, FortiWeb, FortiAnalyzer and kin",
    .sample =
        R"(date=2026-11-20,time=14:59:00.246,device_id=FEVM02TM23000064,log_id=0701002124,type=kevent,subtype=admin,pri=information,user=admin,ui=ssh(10.1.0.2),action=login,status=success,reason=none,msg="User admin login successfully from ssh(10.1.0.2).")",
    .rank = 21,
    .starts = kStarts,
    .claims = claims_fortinet,
    .parse = parse_fortinet,
    .time = fortinet_time,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
