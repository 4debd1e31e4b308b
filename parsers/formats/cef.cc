#include "parsers/format.h"

#include <algorithm>
#include <array>
#include <vector>

#include "parsers/device_kind.h"
#include "parsers/device_words.h"
#include "parsers/field_target.h"
#include "parsers/key_table.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

/// What to do with a value besides naming it.
enum class Use : std::uint8_t {
  text,
  number,
  transport,
  lower,
  source,
  destination,
  source_port,
  destination_port,
  url,
  hash,
  message,
  host,
  direction,
  outcome,
  time
};
struct CefKey {
  std::string_view key;
  std::string_view name;  ///< ECS
  Use use = Use::text;
};

constexpr CefKey kCefKeys[] = {
    {"act", "event.action"},
    {"deviceAction", "event.action"},
    {"app", "network.protocol", Use::lower},
    {"applicationProtocol", "network.protocol", Use::lower},
    {"proto", {}, Use::transport},
    {"transportProtocol", {}, Use::transport},
    {"src", {}, Use::source},
    {"sourceAddress", {}, Use::source},
    {"dst", {}, Use::destination},
    {"destinationAddress", {}, Use::destination},
    {"spt", {}, Use::source_port},
    {"sourcePort", {}, Use::source_port},
    {"dpt", {}, Use::destination_port},
    {"destinationPort", {}, Use::destination_port},
    {"shost", "source.domain"},
    {"sourceHostName", "source.domain"},
    {"dhost", "destination.domain"},
    {"destinationHostName", "destination.domain"},
    {"smac", "source.mac"},
    {"sourceMacAddress", "source.mac"},
    {"dmac", "destination.mac"},
    {"destinationMacAddress", "destination.mac"},
    {"suser", "source.user.name"},
    {"sourceUserName", "source.user.name"},
    {"suid", "source.user.id"},
    {"sourceUserId", "source.user.id"},
    {"duser", "destination.user.name"},
    {"destinationUserName", "destination.user.name"},
    {"duid", "destination.user.id"},
    {"destinationUserId", "destination.user.id"},
    {"sntdom", "source.user.domain"},
    {"dntdom", "destination.user.domain"},
    {"sourceTranslatedAddress", "source.nat.ip"},
    {"sourceTranslatedPort", "source.nat.port", Use::number},
    {"destinationTranslatedAddress", "destination.nat.ip"},
    {"destinationTranslatedPort", "destination.nat.port", Use::number},
    {"in", "source.bytes", Use::number},
    {"bytesIn", "source.bytes", Use::number},
    {"out", "destination.bytes", Use::number},
    {"bytesOut", "destination.bytes", Use::number},
    {"request", {}, Use::url},
    {"requestUrl", {}, Use::url},
    {"requestMethod", "http.request.method"},
    {"requestClientApplication", "user_agent.original"},
    {"requestContext", "http.request.referrer"},
    {"fname", "file.name"},
    {"fileName", "file.name"},
    {"filename", "file.name"},
    {"filePath", "file.path"},
    {"fsize", "file.size", Use::number},
    {"fileSize", "file.size", Use::number},
    {"fileType", "file.type"},
    {"fileHash", {}, Use::hash},
    {"msg", {}, Use::message},
    {"message", {}, Use::message},
    {"dvc", "observer.ip"},
    {"deviceAddress", "observer.ip"},
    {"agt", "observer.ip"},
    {"ahost", "observer.hostname"},
    {"dvchost", "observer.hostname", Use::host},
    {"deviceHostName", "observer.hostname", Use::host},
    {"deviceExternalId", "observer.serial_number"},
    {"deviceInboundInterface", "observer.ingress.interface.name"},
    {"deviceOutboundInterface", "observer.egress.interface.name"},
    {"deviceDirection", "network.direction", Use::direction},
    {"eventId", "event.id"},
    {"externalId", "event.id"},
    {"reason", "event.reason"},
    {"outcome", {}, Use::outcome},
    {"categoryOutcome", {}, Use::outcome},
    {"sproc", "process.name"},
    {"spid", "process.pid", Use::number},
    {"rt", {}, Use::time},  // the event's time (quick_payload_time)
};
constexpr KeyTable kKeys(kCefKeys);

constexpr bool is_key_char(char c) {
  return is_alpha(c) || is_digit(c) || c == '_' || c == '.' || c == '-' || c == '[' || c == ']';
}

struct Extension {
  std::string_view key, value;
};

/// Takes the pair at the front of `rest`. The value ends before the next " key=".
bool next_extension(std::string_view& rest, Extension& out) {
  rest = trim_left(rest);
  std::size_t i = 0;
  for (;;) {
    const std::size_t key = i;
    while (i < rest.size() && is_key_char(rest[i])) ++i;
    if (i < rest.size() && rest[i] == '=' && i > key) {
      out.key = rest.substr(key, i - key);
      break;
    }
    // Text that belongs to no key: on to the next blank.
    while (i < rest.size() && rest[i] != ' ') ++i;
    if (i >= rest.size()) return false;
    ++i;
  }
  const std::size_t start = i + 1;
  std::size_t end = rest.size();
  std::size_t next = rest.size();
  for (std::size_t at = start; at < rest.size(); ++at) {
    if (rest[at] != '=' || rest[at - 1] == '\\') continue;
    std::size_t key = at;
    while (key > start && is_key_char(rest[key - 1])) --key;
    // A key stands behind a blank (or the LF some senders put between pairs); "a=b" inside a value does not.
    const bool after_gap = key > start && key < at && (rest[key - 1] == ' ' || rest[key - 1] == '\n');
    if (!after_gap) continue;
    end = key - 1;
    next = key;
    break;
  }
  out.value = rest.substr(start, end - start);
  rest.remove_prefix(next);
  return true;
}

/// Takes `\=`, `\\`, `\|`, `\n`, `\r` and a relay's "#012" out of a value.
std::string_view unescape(std::string_view text, Arena& arena) {
  if (text.find('\\') == std::string_view::npos && text.find("#01") == std::string_view::npos) return text;
  char* const start = arena.allocate(text.size());
  char* at = start;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\\' && (next == '=' || next == '\\' || next == '|')) {
      *at++ = next;
      ++i;
    } else if (c == '\\' && (next == 'n' || next == 'r')) {
      *at++ = next == 'n' ? '\n' : '\r';
      ++i;
    } else if (text.substr(i, 4) == "#012" || text.substr(i, 4) == "#011") {
      *at++ = text[i + 3] == '2' ? '\n' : '\t';
      i += 3;
    } else {
      *at++ = c;
    }
  }
  const auto used = static_cast<std::size_t>(at - start);
  arena.shrink_last(text.size(), used);
  return {start, used};
}

/// One field of the header: up to a '|' that is not escaped.
bool next_header_field(std::string_view& rest, std::string_view& out) {
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '\\') {
      ++i;
    } else if (rest[i] == '|') {
      out = rest.substr(0, i);
      rest.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

/// ArcSight's words for its numbers: the lower end of each range.
std::string_view severity_number(std::string_view text) {
  if (all_digits(text) && text.size() <= 3) return text;
  if (equals_ignoring_case(text, "low")) return "0";
  if (equals_ignoring_case(text, "medium")) return "4";
  if (equals_ignoring_case(text, "high")) return "7";
  if (equals_ignoring_case(text, "very-high") || equals_ignoring_case(text, "critical")) return "9";
  return {};
}

bool holds_any(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (contains_ignoring_case(text, word)) return true;
  }
  return false;
}

bool tells_of_malware(std::string_view text) {
  return holds_any(text, {"virus", "malware", "trojan", "ransom", "spyware", "worm", "eicar", "病毒", "惡意",
                          "木馬", "勒索", "間諜"});
}
bool tells_of_attack(std::string_view text) {
  return holds_any(text, {"attack", "exploit", "intrusion", "injection", "brute force", "xss",
                          "scan detected", "攻擊", "入侵", "漏洞"});
}

/// The custom fields (cs1, cn2, flexString1, deviceCustomDate1, c6a1, cfp3) that `<key>Label` gives a name.
struct Pending {
  std::string_view key, value;
};

/// Labels that many products give, and keys of their own that are not in ArcSight's dictionary. Labels as label_name() has
/// them: one underscore for blanks and dots.
constexpr FieldRow kNamedRows[] = {
    {"RuleID", "rule.id"},
    {"Rule_ID", "rule.id"},
    {"Rule_UID", "rule.uuid"},
    {"rule_uid", "rule.uuid"},
    {"RuleName", "rule.name"},
    {"Rule_Name", "rule.name"},
    {"Rule", "rule.name"},
    {"Policy_Name", "rule.ruleset"},
    {"Signature_ID", "rule.id"},
    {"Duration_in_Seconds", "event.duration:seconds"},
    {"Duration", "event.duration:seconds"},
    {"Elapsed_time_in_seconds", "event.duration:seconds"},
    {"FTNTFGTduration", "event.duration:seconds"},
    {"FTNTFGTpolicyid", "rule.id"},
    {"FTNTFGTpoluuid", "rule.uuid"},
    {"FTNTFGTpolicyname", "rule.name"},
    {"FTNTFGTlevel", "log.level"},
    {"FTNTFGTuser", "user"},
    {"FTNTFGTgroup", "user.group.name"},
    {"FTNTFGTsrcmac", "source.mac"},
    {"FTNTFGTattack", "rule.name"},
    {"FTNTFGTvirus", "rule.name"},
    {"FTNTFGTcatdesc", "rule.category"},
    {"FTNTFGTlogdesc", "rule.description"},
    {"PanOSRuleUUID", "rule.uuid"},
    {"PanOSSourceUserName", "source.user"},
    {"SrcUser", "source.user"},
    {"User_Name", "user"},
    {"Url_Category", "rule.category"},
    {"URL_Category", "rule.category"},
    {"Source_Zone", "observer.ingress.zone"},
    {"Destination_Zone", "observer.egress.zone"},
    {"inzone", "observer.ingress.zone"},
    {"outzone", "observer.egress.zone"},
    {"sha1", "file.hash"},
    {"sha256", "file.hash"},
    {"SHA256", "file.hash"},
    {"md5", "file.hash"},
    {"method", "http.request.method"},
    {"usr", "user"},
    {"usrName", "user"},
    {"dproc", "process.target.name"},
    {"dpid", "process.target.pid"},
    {"deviceProcessName", "process.name"},
    {"dvcpid", "process.pid"},
    {"loguid", "event.id"},
    {"srcPort", "source.port"},
    {"dstPort", "destination.port"},
};
constexpr FieldMap kNamed(kNamedRows);

std::string_view label_name(std::string_view label, Arena& arena) {
  char* const start = arena.allocate(label.size());
  for (std::size_t i = 0; i < label.size(); ++i)
    start[i] = label[i] == ' ' || label[i] == '.' ? '_' : label[i];
  return {start, label.size()};
}

class CefBody {
 public:
  explicit CefBody(PayloadWriter& out) : out_(out) {}

  void read(std::string_view rest) {
    thread_local std::vector<Pending> labelled, labels;
    labelled.clear();
    labels.clear();
    Extension pair;
    std::size_t count = 0;
    while (next_extension(rest, pair)) {
      if (++count > PayloadWriter::kFieldsMax) {
        out_.overflow(out_.text().substr(static_cast<std::size_t>(pair.key.data() - out_.text().data())));
        break;
      }
      const std::string_view value = unescape(trim(pair.value), out_.arena());
      if (pair.key.size() > 5 && pair.key.ends_with("Label")) {
        labels.push_back({pair.key.substr(0, pair.key.size() - 5), value});
      } else if (const CefKey* key = kKeys.find(pair.key); key != nullptr) {
        use(*key, value);
      } else {
        labelled.push_back({pair.key, value});
      }
    }
    for (const Pending& field : labelled) add_custom(field, labels);
  }

  std::string_view category;  ///< `cat`, which says what kind of alert it is

 private:
  void add_custom(const Pending& field, const std::vector<Pending>& labels) {
    if (field.key == "cat" || field.key == "deviceEventCategory") category = field.value;
    for (const Pending& label : labels) {
      if (label.key != field.key || label.value.empty()) continue;
      if (field.key == "c6a2" && contains_ignoring_case(label.value, "source")) {
        return out_.add_endpoint(Side::source, field.value);
      }
      if (field.key == "c6a3" && contains_ignoring_case(label.value, "destination")) {
        return out_.add_endpoint(Side::destination, field.value);
      }
      return add_named(label_name(label.value, out_.arena()), field.value);
    }
    add_named(field.key, field.value);
  }

  /// Besides ECS its own name stays, which rules written for the product know.
  void add_named(std::string_view name, std::string_view value) {
    out_.add_vendor(name, value);
    const Target* const target = kNamed.find(name);
    if (target != nullptr && target->put != Put::vendor) put(out_, *target, value);
  }

  void use(const CefKey& key, std::string_view value) {
    switch (key.use) {
      case Use::text:
        if (key.name == "file.name") return add_file_name(value);
        return out_.add(key.name, value);
      case Use::number:
        return out_.add_number(key.name, value);
      case Use::transport:
        return out_.add_transport(value);
      case Use::lower:
        return out_.add(key.name, out_.lower_case(value));
      case Use::source:
        return out_.add_endpoint(Side::source, value);
      case Use::destination:
        return out_.add_endpoint(Side::destination, value);
      case Use::source_port:
        return out_.add_port(Side::source, value);
      case Use::destination_port:
        return out_.add_port(Side::destination, value);
      case Use::url:
        return out_.add_url(value);
      case Use::hash:
        return out_.add_hash("file.hash.", value);
      case Use::message:
        return out_.set("message", value);
      case Use::host:
        if (!out_.header().host_from_message) out_.set("host.name", value);
        return out_.add(key.name, value);
      case Use::direction:
        return out_.add(key.name, value == "0"   ? "inbound"
                                  : value == "1" ? "outbound"
                                                 : out_.lower_case(value));
      case Use::outcome:
        if (contains_ignoring_case(value, "success")) return out_.add("event.outcome", "success");
        if (contains_ignoring_case(value, "fail")) return out_.add("event.outcome", "failure");
        return out_.add_vendor("outcome", value);
      case Use::time:
        return out_.add_vendor(key.key, value);  // kept as written: it may differ from the header's
    }
  }

  void add_file_name(std::string_view value) {
    out_.add("file.name", value);
    if (value.find_first_of("/\\") != std::string_view::npos) out_.add("file.path", value);
  }

  PayloadWriter& out_;
};

constexpr std::string_view kStarts[] = {"CEF:", "0|"};
constexpr LogSource kLogSources[] = {{"", "antivirus", ""}, {"", "firewall", ""}, {"", "", "cef"}};

/// Some senders put their host's or product's name once more in front: "appliance1 CEF:0|…".
std::string_view from_mark(std::string_view text, std::string_view mark) {
  if (text.starts_with(mark)) return text;
  constexpr std::size_t kNameMax = 64;
  const std::size_t blank = text.substr(0, kNameMax).find(' ');
  if (blank == std::string_view::npos) return text;
  const std::string_view rest = trim_left(text.substr(blank));
  return rest.starts_with(mark) ? rest : text;
}

bool claims_cef(const SyslogHeader&, std::string_view text) {
  text = from_mark(text, "CEF:");
  if (take_prefix(text, "CEF:")) {
    text = trim_left(text.substr(0, 8));
    return text.size() > 1 && is_digit(text[0]);
  }
  // Check Point's exporter can lose the "CEF:".
  if (!text.starts_with("0|")) return false;
  return std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(text.size(), 1024)), '|') >= 7;
}

std::optional<std::int64_t> cef_time(const SyslogHeader& header, std::string_view text, int zone_minutes) {
  for (const SearchText& key : {SearchText(" rt="), SearchText(" end="), SearchText(" start="), SearchText("|rt=")}) {
    const std::size_t at = find_text(text, key);
    if (at == std::string_view::npos) continue;
    std::string_view value = text.substr(at + key.size());
    // The value runs to the blank before the next key.
    const std::size_t equals = value.find('=');
    if (equals != std::string_view::npos) value = value.substr(0, value.rfind(' ', equals));
    if (const auto time = read_cef_time(trim(value), zone_minutes, header.timestamp_ns)) return time;
  }
  return std::nullopt;
}

/// "User Signed In", "Login failed", "Administrator logon": an attempt, told by the event's own name and how it ended.
bool add_logon(PayloadWriter& out, std::string_view name) {
  const bool in = holds_any(name, {"login", "logon", "log in", "logged in", "logged on", "signed in", "sign in", "sign-in", "authentication",
                                   "登入", "登錄", "登录"});
  const bool ended = holds_any(name, {"logout", "logoff", "log out", "log off", "logged out", "logged off", "signed out", "sign out", "登出"});
  if (!in && !ended) return false;
  Outcome outcome = outcome_of(name);
  if (outcome == Outcome::none) outcome = outcome_of(out.event().text_of("event.outcome"));
  if (outcome == Outcome::none) outcome = outcome_of(out.event().text_of("event.action"));
  if (outcome == Outcome::none) {
    // "logged in", "signed in", "logged out": it has happened.
    const bool happened = ended || holds_any(name, {"logged in", "logged on", "signed in", "登入成功"});
    if (!happened) return false;
    outcome = Outcome::success;
  }
  out.add("rule.name", name);
  out.log_source({}, {}, "cef");
  const bool known = !out.event().text_of("event.outcome").empty();
  out.logon({}, known ? Outcome::none : outcome, ended ? "end" : "start");
  return true;
}

/// The law's kinds of the product that sends.
Kinds cef_kinds(const SyslogHeader&, std::string_view text) {
  const DeviceName name = device_name(from_mark(text, "CEF:").substr(0, 512));
  return device_kind(name.vendor, name.product).kinds;
}

/// ArcSight Common Event Format, as antivirus, IPS and firewalls send it:
///
///   cef  = "CEF:" version "|" vendor "|" product "|" version "|" id "|" name "|" severity "|" [ extension ]
///          in header fields: "\|" and "\\" are escapes
///   extension = pair *( SP pair ) ; pair = key "=" value
///          key = 1*( letter / digit / "_" / "." / "-" / "[" / "]" )
///          value: runs to the blank before the next key, so it may hold blanks and "=";
///          escapes "\=", "\\", "\n", "\r", and "#012", "#011" where a relay wrote control characters so
///
/// `cs1=x cs1Label=Rule Name` becomes `vendor.Rule_Name=x`. Keys without an ECS name are kept under
/// vendor.<key>.
void parse_cef(PayloadWriter& out) {
  std::string_view rest = from_mark(trim_left(out.text()), "CEF:");
  take_prefix(rest, "CEF:");
  rest = trim_left(rest);
  std::array<std::string_view, 7> header;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (next_header_field(rest, header[i])) continue;
    // The last bar may be missing where there is no extension.
    if (i == 6) {
      header[6] = rest;
      rest = {};
      break;
    }
    return out.bad_payload();
  }
  for (std::string_view& field : header) field = unescape(trim(field), out.arena());
  const auto& [version, vendor, product, product_version, code, name, severity] = header;
  const std::string_view type = device_kind(vendor, product).type;
  out.observer(vendor, product, type);
  out.add("observer.version", product_version);
  out.add("event.code", code);
  if (!version.empty()) out.add_vendor("cef_version", version);
  out.add_number("event.severity", severity_number(severity));
  if (severity_number(severity).empty() && !severity.empty()) out.add_vendor("severity", severity);
  out.set("message", name);

  CefBody body(out);
  body.read(rest);

  const std::string_view user = out.event().text_of("source.user.name");
  if (out.event().find("user.name") == nullptr) {
    out.add("user.name", user.empty() ? out.event().text_of("destination.user.name") : user);
  }

  if (add_logon(out, name)) return;
  const bool malware = tells_of_malware(name) || tells_of_malware(body.category) || tells_of_malware(code);
  const bool attack =
      tells_of_attack(name) || tells_of_attack(body.category) || type == "ids" || type == "waf";
  const std::string_view level = severity_number(severity);
  const bool grave = level.size() == 2 || (level.size() == 1 && level[0] >= '7');
  out.add("rule.name", name);
  if (malware || attack || grave) {
    out.set("event.kind", "alert");
    out.add("event.category", malware ? "malware" : "intrusion_detection");
  }
  if (malware || type == "antivirus") out.log_source({}, "antivirus", {});
  if (type == "firewall") out.log_source({}, "firewall", {});
  add_verdict(out, out.event().text_of("event.action"));
  out.log_source({}, {}, "cef");
}

}  // namespace

extern const FormatSpec kFormat_cef = {
    .number = Format::cef,
    .name = "cef",
    .title = "ArcSight Common Event Format",
    .sample =
        R"(CEF:0|Trend Micro|Apex Central|2019|AV:File renamed|Eicar_test_1|3|deviceExternalId=102 dvchost=PC1 src=10.1.0.7)",
    .rank = 4,
    .starts = kStarts,
    .first_bytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    .claims = claims_cef,
    .parse = parse_cef,
    .time = cef_time,
    .kinds = Kind::device,
    .kinds_of = cef_kinds,
    .log_sources = kLogSources,
    .writing = Writing::cef,
    .own_action = true,
};

}  // namespace vigil
