#include <algorithm>
#include <array>

#include "parsers/calendar.h"
#include "parsers/csv_fields.h"
#include "parsers/device_words.h"
#include "parsers/format.h"
#include "parsers/paloalto_columns.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/timestamp.h"

namespace vigil {
namespace {

using paloalto::Kin;
using paloalto::kTypes;
using paloalto::Type;

const Type* find_type(std::string_view word) {
  for (const Type& type : kTypes) {
    if (equals_ignoring_case(type.word, word)) return &type;
  }
  return nullptr;
}

/// The cells in front of every line, as they stand.
struct Head {
  std::string_view received, serial, type, subtype, generated;
};

bool looks_like_time(std::string_view cell) {
  return cell.size() >= 19 && is_digit(cell[0]) && (cell[4] == '/' || cell[4] == '-') && cell[7] == cell[4] &&
         cell[13] == ':';
}

bool is_type(std::string_view word) {
  return word.size() > 2 && word.size() < 24 &&
         word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == std::string_view::npos;
}

bool read_head(CsvReader& reader, Head& head) {
  std::string_view unused;
  const bool known = reader.peek(unused) && (unused.empty() || all_digits(unused)) &&
                     reader.peek(head.received) && looks_like_time(head.received) &&
                     reader.peek(head.serial) && reader.peek(head.type);
  if (!known) return false;
  const bool whole = reader.peek(head.subtype) && reader.peek(unused) && reader.peek(head.generated);
  // A type of later releases is in capitals, and a second time stands where it does in all of them.
  return find_type(head.type) != nullptr ||
         (is_type(head.type) && (!whole || looks_like_time(head.generated)));
}

bool claims_paloalto(const SyslogHeader&, std::string_view text) {
  CsvReader reader(text.substr(0, 256));
  Head head;
  return read_head(reader, head);
}

/// "2026/11/20 14:59:00" (local), "2026-11-20T14:59:00.123+08:00".
std::optional<std::int64_t> panos_time(std::string_view cell, int zone_minutes) {
  if (cell.size() == 19 && cell[4] == '/') return read_timestamp(cell, zone_minutes, 0).time_ns;
  return read_iso_time(cell, zone_minutes);
}

std::optional<std::int64_t> paloalto_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  CsvReader reader(text.substr(0, 256));
  Head head;
  if (!read_head(reader, head)) return std::nullopt;
  if (const auto time = panos_time(head.generated, zone_minutes)) return time;
  return panos_time(head.received, zone_minutes);
}

std::string_view value_of(PayloadWriter& out, std::string_view name) { return out.event().text_of(name); }

bool is_address(std::string_view text) {
  return !text.empty() && text != "0.0.0.0" && text != "::" && text != "0:0:0:0:0:0:0:0";
}

/// Without translation PAN-OS writes 0.0.0.0 and port 0.
void add_nat(PayloadWriter& out) {
  const std::string_view source = value_of(out, "vendor.nat_source");
  if (is_address(source)) {
    out.add("source.nat.ip", source);
    out.add_number("source.nat.port", value_of(out, "vendor.nat_source_port"));
  }
  const std::string_view destination = value_of(out, "vendor.nat_destination");
  if (is_address(destination)) {
    out.add("destination.nat.ip", destination);
    out.add_number("destination.nat.port", value_of(out, "vendor.nat_destination_port"));
  }
}

void add_times(PayloadWriter& out) {
  const auto start = panos_time(value_of(out, "vendor.start_time"), out.context().zone_minutes);
  const auto elapsed = read_number(value_of(out, "vendor.elapsed_time"));
  constexpr std::uint64_t kSecondsMax = 4'000'000'000;  // more than a century is no session
  if (!elapsed || *elapsed > kSecondsMax) return;
  out.add_number("event.duration", *elapsed * static_cast<std::uint64_t>(kSecond));
  if (!start) return;
  add_time(out, "event.start", *start);
  constexpr std::int64_t kEndMax = 9'000'000'000 * kSecond;
  if (*start <= kEndMax - static_cast<std::int64_t>(*elapsed) * kSecond) {
    add_time(out, "event.end", *start + static_cast<std::int64_t>(*elapsed) * kSecond);
  }
}

void finish_traffic(PayloadWriter& out, std::string_view subtype) {
  out.classify("network", "connection");
  if (equals_ignoring_case(subtype, "start")) out.add("event.type", "start");
  if (equals_ignoring_case(subtype, "end")) out.add("event.type", "end");
  add_verdict(out, equals_ignoring_case(subtype, "drop") || equals_ignoring_case(subtype, "deny")
                       ? "deny"
                       : value_of(out, "event.action"));
  add_times(out);
  out.log_source("paloalto", "firewall", {});
}

/// "Virus/Linux.example(419149938)", "(9999)": a name and its number.
void add_threat(PayloadWriter& out, std::string_view subtype) {
  std::string_view name = value_of(out, "vendor.threat"), number;
  if (name.ends_with(')')) {
    if (const std::size_t open = name.rfind('('); open != std::string_view::npos) {
      number = name.substr(open + 1, name.size() - open - 2);
      name = name.substr(0, open);
    }
  } else if (all_digits(name)) {
    number = name;
    name = {};
  }
  out.add("rule.id", number);
  // What a filter of URLs, files or data lets through or stops is no threat by itself.
  const bool filter = is_any(subtype, {"url", "file", "data", "wildfire"});
  if (name.empty() || (filter && subtype != "wildfire")) {
    out.classify("network", {});
    return;
  }
  const bool malware = is_any(subtype, {"virus", "wildfire-virus", "spyware", "wildfire", "ml-virus"});
  const bool benign = subtype == "wildfire" && value_of(out, "rule.category") == "benign";
  if (benign) return out.classify("file", "info");
  out.set("event.kind", "alert");
  out.add("threat.indicator.name", name);
  out.classify(malware ? "malware" : "intrusion_detection", {});
  if (malware) out.log_source({}, "antivirus", {});
}

void finish_threat(PayloadWriter& out, std::string_view subtype) {
  const std::string_view misc = value_of(out, "vendor.misc");
  if (is_any(subtype, {"file", "virus", "wildfire", "wildfire-virus", "data", "ml-virus"})) {
    out.add_file(misc);
  } else if (value_of(out, "network.application") == "dns") {
    out.add("dns.question.name", misc);
  } else if (!misc.empty()) {
    // The URL stands without its scheme: "www.example.com/path", "www.example.com:443/".
    out.add("url.original", misc);
    if (misc.find("://") == std::string_view::npos) {
      std::string_view rest = misc;
      const std::size_t slash = misc.find('/');
      std::string_view domain = misc.substr(0, slash);
      domain = domain.substr(0, domain.rfind(':'));
      out.add("url.domain", domain);
      out.add("destination.domain", domain);
      if (slash != std::string_view::npos) {
        rest = misc.substr(slash);
        const std::size_t question = rest.find('?');
        out.add("url.path", rest.substr(0, question));
        if (question != std::string_view::npos) out.add("url.query", rest.substr(question + 1));
      }
    }
    if (subtype == "url") out.log_source("paloalto", "proxy", {});
  }
  add_threat(out, subtype);
  add_verdict(out, value_of(out, "event.action"));
  add_severity_word(out, value_of(out, "log.level"));
  out.log_source("paloalto", "firewall", {});
}

void finish_config(PayloadWriter& out) {
  const std::string_view host = value_of(out, "vendor.config_host");
  out.add_endpoint(Side::source, host);
  const std::string_view action = value_of(out, "event.action");
  const Outcome outcome = outcome_of(value_of(out, "vendor.result"));
  out.classify("configuration",
               is_any(action, {"add", "clone"}) ? "creation"
               : action == "delete"             ? "deletion"
                                                : "change",
               {}, outcome);
}

/// The text behind a word: "From: 10.1.0.5." is 10.1.0.5.
std::string_view word_after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return {};
  std::string_view rest = trim_left(text.substr(at + mark.size()));
  std::string_view word = rest.substr(0, rest.find_first_of(" ,;"));
  if (word.starts_with('\'') && word.size() > 1) {
    rest = rest.substr(1);
    word = rest.substr(0, rest.find('\''));
  }
  while (word.ends_with('.') || word.ends_with('\'')) word.remove_suffix(1);
  return word;
}

/// "User 'admin' logged in via Web from 10.1.0.5 using https", "failed authentication for user 'admin'.  Reason: Invalid
/// username/password. From: 203.0.113.9.", "GlobalProtect gateway user login succeeded. Login from: …, User name: …".
bool add_system_logon(PayloadWriter& out, std::string_view subtype) {
  const std::string_view code = value_of(out, "event.code"), text = value_of(out, "message");
  const bool words = contains_ignoring_case(text, "authenticat") ||
                     contains_ignoring_case(text, "logged in") || contains_ignoring_case(text, "login") ||
                     contains_ignoring_case(text, "logged out");
  const bool known =
      subtype == "auth" || contains_ignoring_case(code, "auth-fail") ||
      contains_ignoring_case(code, "auth-success") || contains_ignoring_case(code, "auth-succ") ||
      contains_ignoring_case(code, "login") || contains_ignoring_case(code, "logout") ||
      (subtype == "general" && (text.starts_with("User ") || text.starts_with("failed authentication"))) ||
      (subtype == "globalprotect" && contains_ignoring_case(code, "-auth"));
  if (!known || !words) return false;
  const bool end = contains_ignoring_case(text, "logged out") || contains_ignoring_case(text, "logout") ||
                   contains_ignoring_case(code, "logout");
  Outcome outcome = outcome_of(code);
  if (outcome == Outcome::none) outcome = outcome_of(text);
  if (outcome == Outcome::none && (contains_ignoring_case(text, "logged in") || end))
    outcome = Outcome::success;
  if (outcome == Outcome::none) return false;
  std::string_view user = word_after(text, "User name:");
  if (user.empty()) user = word_after(text, "for user");
  if (user.empty()) user = word_after(text, "User");
  if (const std::size_t slash = user.rfind('\\'); slash != std::string_view::npos) {
    out.add("user.domain", user.substr(0, slash));
    user = user.substr(slash + 1);
  }
  out.add("user.name", user);
  std::string_view from = word_after(text, "From:");
  if (from.empty()) from = word_after(text, "from:");
  if (from.empty()) from = word_after(text, " from ");
  if (!plain_address(from).empty()) out.add_endpoint(Side::source, from);
  if (const std::size_t reason = text.find("Reason:"); reason != std::string_view::npos) {
    const std::string_view rest = trim_left(text.substr(reason + 7));
    out.add("event.reason", rest.substr(0, std::min(rest.find('.'), rest.find(", "))));
  }
  out.logon({}, outcome, end ? "end" : "start");
  return true;
}

void finish_system(PayloadWriter& out, std::string_view subtype) {
  if (!add_system_logon(out, subtype)) {
    if (subtype == "vpn") {
      out.classify("network", "connection");
    } else {
      out.classify("host", "info");
    }
  }
  add_severity_word(out, value_of(out, "log.level"));
}

/// Who knocks is seen under the public address; the private one is that of the user's own network, or none yet.
void finish_global_protect(PayloadWriter& out) {
  out.log_source("paloalto", "appliance", "globalprotect");
  const std::string_view code = value_of(out, "event.code");
  const std::string_view addresses[] = {
      value_of(out, "vendor.public_ip"), value_of(out, "vendor.public_ipv6"),
      value_of(out, "vendor.private_ip"), value_of(out, "vendor.private_ipv6")};
  for (const std::string_view address : addresses) {
    if (!is_address(address)) continue;
    out.add_endpoint(Side::source, address);
    break;
  }
  if (is_address(addresses[0])) out.add("source.nat.ip", addresses[0]);
  for (const std::size_t i : {std::size_t{2}, std::size_t{3}}) {
    if (is_address(addresses[i])) out.add("host.ip", addresses[i]);
  }
  if (const auto seconds = read_number(value_of(out, "vendor.login_duration"));
      seconds && *seconds < 1'000'000'000) {
    out.add_number("event.duration", *seconds * static_cast<std::uint64_t>(kSecond));
  }
  const Outcome outcome = outcome_of(value_of(out, "vendor.status"));
  const std::string_view stage = value_of(out, "vendor.stage");
  const bool out_of = contains_ignoring_case(code, "logout");
  // portal-auth, gateway-auth, gateway-login, portal-login …; what comes before and behind is no attempt.
  const bool attempt = contains_ignoring_case(code, "-auth") || contains_ignoring_case(code, "login");
  if ((attempt && !contains_ignoring_case(code, "prelogin") && stage != "before-login") || out_of) {
    out.logon(code, outcome == Outcome::none ? Outcome::unknown : outcome, out_of ? "end" : "start");
  } else {
    out.classify("network", "connection", code, outcome);
  }
}

void finish_authentication(PayloadWriter& out) {
  const std::string_view result = value_of(out, "vendor.event_result");
  Outcome outcome = outcome_of(result);
  if (outcome == Outcome::none) outcome = outcome_of(value_of(out, "message"));
  out.logon(result, outcome == Outcome::none ? Outcome::unknown : outcome);
}

void finish(PayloadWriter& out, const Type& type, std::string_view subtype) {
  switch (type.kin) {
    case Kin::traffic:
    case Kin::decryption:
    case Kin::tunnel:
    case Kin::gtp:
    case Kin::sctp:
      return finish_traffic(out, type.kin == Kin::tunnel ? type.word : subtype);
    case Kin::threat:
      return finish_threat(out, subtype);
    case Kin::config:
      return finish_config(out);
    case Kin::system:
      return finish_system(out, subtype);
    case Kin::user_id:
      return out.classify("iam", "info", subtype);
    case Kin::ip_tag:
    case Kin::hip_match:
      return out.classify("host", "info", subtype);
    case Kin::global_protect:
      return finish_global_protect(out);
    case Kin::authentication:
      return finish_authentication(out);
    case Kin::correlation:
      out.set("event.kind", "alert");
      out.classify("intrusion_detection", "info");
      return add_severity_word(out, value_of(out, "log.level"));
  }
}

/// Palo Alto Networks' own syslog format: one line of CSV, whose columns hang on its type and grow with each release; they
/// are counted from the left, and columns of later releases stand in vendor._overflow.
void parse_paloalto(PayloadWriter& out) {
  CsvReader reader(out.text());
  Head head;
  if (!read_head(reader, head)) return out.bad_payload();
  static constexpr Type kUnknown{{}, {}, Kin::ip_tag, false, {}};
  const Type* const found = find_type(head.type);
  const Type& type = found == nullptr ? kUnknown : *found;
  out.observer("Palo Alto Networks", "PAN-OS", "firewall");
  out.add("observer.serial_number", head.serial);
  out.add_vendor("type", head.type);
  out.add_vendor("subtype", head.subtype);
  out.log_source("paloalto", {}, type.service);
  if (type.session) put_columns(out, reader, paloalto::kSession);
  put_columns(out, reader, type.columns);
  if (type.kin == Kin::config) {
    // The change's details stand there only if the administrator asked for them.
    CsvReader ahead = reader;
    std::string_view sequence, flags;
    const bool plain = ahead.peek(sequence) && ahead.peek(flags) && flags.starts_with("0x");
    if (!plain) put_columns(out, reader, paloalto::kConfigDetails);
    put_columns(out, reader, paloalto::kConfigTail);
  }
  if (!reader.rest().empty()) out.add_vendor("_overflow", reader.rest());
  if (type.session) add_nat(out);
  finish(out, type, head.subtype);
  share_user(out);
}

constexpr LogSource kLogSources[] = {{"paloalto", "", "*"},
                                     {"paloalto", "appliance", "globalprotect"},
                                     {"paloalto", "firewall", ""},
                                     {"paloalto", "proxy", ""},
                                     {"", "antivirus", ""}};

}  // namespace

extern const FormatSpec kFormat_paloalto = {
    .number = Format{30},
    .name = "paloalto",
    .title = "Palo Alto Networks PAN-OS",
    .sample =
        R"(1,2026/11/20 14:59:00,012801096514,TRAFFIC,end,2561,2026/11/20 14:59:00,10.1.0.7,203.0.113.80,198.51.100.1,203.0.113.80,out,,,ssl,vsys1,trust,untrust,ethernet1/2,ethernet1/1,all,2026/11/20 14:59:00,28191,1,52984,443,37679,443,0x400019,tcp,allow,1500,700,800,12,2026/11/20 14:58:48,12,any)",
    .rank = 25,
    .first_bytes = "0123456789,",
    .claims = claims_paloalto,
    .parse = parse_paloalto,
    .time = paloalto_time,
    .time_first = true,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .own_action = false,
};

}  // namespace vigil
