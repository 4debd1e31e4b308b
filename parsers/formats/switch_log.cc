#include "parsers/device_text.h"
#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/formats/switch_log_lines.h"
#include "parsers/payload_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

/// Whose line it is, told by its shape.
enum class Maker : std::uint8_t {
  none,
  smartzone,
  exos,
  fastpath,
  fastiron,
  omniswitch,
  dlink,
  omada,
  radware,
  riverbed,
  a10,
  sonic,
  fabric_os
};

struct Named {
  std::string_view vendor, product, type;
};
constexpr Named kNames[] = {{"", "", ""},
                            {"Ruckus", "SmartZone", "wireless"},
                            {"Extreme", "EXOS", "switch"},
                            {"", "FASTPATH", "switch"},  // Dell PowerSwitch N, Netgear, EdgeSwitch
                            {"Ruckus", "FastIron", "switch"},
                            {"Alcatel-Lucent", "OmniSwitch", "switch"},
                            {"D-Link", "", "switch"},
                            {"TP-Link", "Omada", "wireless"},
                            {"Radware", "DefensePro", "ids"},
                            {"Riverbed", "SteelHead", "network"},
                            {"A10", "ACOS", "load-balancer"},
                            {"", "SONiC", "switch"},
                            {"Brocade", "Fabric OS", "switch"}};

bool begins_with_any(std::string_view text, std::initializer_list<std::string_view> starts) {
  for (const std::string_view start : starts) {
    if (text.starts_with(start)) return true;
  }
  return false;
}

/// "cmd_logger_api.c(83) 29333 %% NOTE …": file, line, sequence.
bool is_fastpath(std::string_view text) {
  const std::string_view front = text.substr(0, 96);
  const std::size_t file = front.find(".c(");
  if (file == std::string_view::npos || front.substr(0, file).find(' ') != std::string_view::npos)
    return false;
  const std::size_t close = front.find(") ", file);
  const std::size_t mark = front.find(" %% ", file);
  return close != std::string_view::npos && mark != std::string_view::npos &&
         all_digits(front.substr(close + 2, mark - close - 2));
}

/// "<Info:AAA.authPass> …"
bool is_exos(std::string_view text) {
  const std::size_t colon = text.substr(0, 16).find(':');
  const std::size_t close = text.substr(0, 80).find("> ");
  return text.starts_with('<') && colon != std::string_view::npos && close != std::string_view::npos &&
         colon < close &&
         is_any(text.substr(1, colon - 1), {"Info", "Warn", "Noti", "Erro", "Crit", "Debu", "Summ", "Verb"});
}

bool is_riverbed(std::string_view text) {
  const std::size_t close = text.substr(0, 64).find(']');
  if (!text.starts_with('[') || close == std::string_view::npos) return false;
  const std::string_view inside = text.substr(1, close - 1);
  return inside.ends_with(".INFO") || inside.ends_with(".NOTICE") || inside.ends_with(".WARN") ||
         inside.ends_with(".ERR") || inside.ends_with(".WARNING") || inside.ends_with(".ALERT");
}

/// "M_20000: …", before it perhaps "[Device: name address] ".
std::string_view radware_message(std::string_view text) {
  if (text.starts_with("[Device: ")) {
    const std::size_t close = text.substr(0, 160).find("] ");
    if (close == std::string_view::npos) return {};
    text = text.substr(close + 2);
  }
  return text.starts_with("M_") && text.size() > 8 && all_digits(text.substr(2, 5)) && text[7] == ':'
             ? text
             : std::string_view();
}

Maker maker_of(const SyslogHeader& header, std::string_view text) {
  const std::string_view app = header.app;
  switch (text.front()) {
    case '@':
      if (text.starts_with("@@") && text.substr(0, 8).find(',') != std::string_view::npos)
        return Maker::smartzone;
      break;
    case '<':
      if (is_exos(text)) return Maker::exos;
      break;
    case '[':
      if (!radware_message(text).empty()) return Maker::radware;
      if (!header.procid.empty() && is_riverbed(text) &&
          is_any(app, {"sport", "mgmtd", "rcud", "wdt", "qosd", "statsd", "cli", "webasd", "sched", "pm"})) {
        return Maker::riverbed;
      }
      if (app == "a10logd" || text.starts_with("[ACOS]<")) return Maker::a10;
      if (begins_with_any(text, {"[Failed]", "[Main Administrator]", "[Master Admin]",
                                 "[client:", "[ap:", "[switch:", "[gateway:", "[osg:"}) &&
          begins_with_any(app, {"Omada", "omada", "OC2", "OC3"})) {
        return Maker::omada;
      }
      break;
    case 'M':
      if (!radware_message(text).empty()) return Maker::radware;
      break;
    default:
      break;
  }
  if (app.empty() && begins_with_any(text, {"M_0", "M_1", "M_2"}) && !radware_message(text).empty())
    return Maker::radware;
  if (app.starts_with("M_") && app.size() == 7 && all_digits(app.substr(2))) return Maker::radware;
  if (app == "raslogd") return Maker::fabric_os;
  if (app == "swlogd") return Maker::omniswitch;
  if (app == "a10logd") return Maker::a10;
  if (app.starts_with("Omada Controller") || app.starts_with("Omada_")) return Maker::omada;
  const std::size_t hash = app.find('#');
  if (hash != std::string_view::npos && hash > 1 && hash + 1 < app.size()) return Maker::sonic;
  if (!app.empty() && is_fastpath(text)) return Maker::fastpath;
  if (is_any(app,
             {"System", "STP", "Security", "PORT", "DOT1X", "MAC-AUTH", "OSPF", "VRRP", "Trunk", "LACP"}) &&
      begins_with_any(text, {"VLAN ",
                             "PoE: ",
                             "SSH ",
                             "ssh ",
                             "telnet ",
                             "Telnet ",
                             "console ",
                             "Console ",
                             "Interface ethernet ",
                             "startup-config ",
                             "running-config ",
                             "web ",
                             "Web ",
                             "Port ",
                             "user ",
                             "User ",
                             "Stack unit ",
                             "Local authentication ",
                             "password ",
                             "enable ",
                             "PORT: ",
                             "Cold start",
                             "Warm start",
                             "dot1x ",
                             "DOT1X: ",
                             "RADIUS ",
                             "SNMP "})) {
    return Maker::fastiron;
  }
  if (is_any(app, {"INFO", "WARN", "CRIT", "ERRO", "NOTE", "Info", "Warn"}) || app.empty()) {
    if (begins_with_any(text, {"Successful login through ", "Login failed through ", "Logout through ",
                               "Session timed out through "}) &&
        contains(text.substr(0, 160), "(Username: ")) {
      return Maker::dlink;
    }
    if (app.size() == 4 && text.starts_with("Port ") && contains(text.substr(0, 64), " link "))
      return Maker::dlink;
  }
  return Maker::none;
}

bool claims_switch(const SyslogHeader& header, std::string_view text) {
  return maker_of(header, text) != Maker::none;
}

constexpr FieldRow kSmartZoneRows[] = {{"clientMac", "source.mac"},
                                       {"clientIP", "source"},
                                       {"userName", "user"},
                                       {"srcProcess", "process"},
                                       {"apMac", "observer.mac"},
                                       {"apName", "device"},
                                       {"apIpAddress", "observer.ip"},
                                       {"ssid", "network.name"},
                                       {"vlanId", "network.vlan.id"},
                                       {"reason", "event.reason"},
                                       {"ip", "source"},
                                       {"rogueMac", "source.mac"},
                                       {"hostname", "source.domain"},
                                       {"serialNumber", "observer.serial_number"},
                                       {"sessionDuration", "session_duration"},
                                       {"rxBytes", "source.bytes"},
                                       {"txBytes", "destination.bytes"},
                                       {"adminUserName", "user"},
                                       {"clientIp", "source"}};
constexpr FieldMap kSmartZone(kSmartZoneRows);

// "@@" code "," name *( "," DQUOTE key DQUOTE "=" DQUOTE value DQUOTE )
void put_smartzone(PayloadWriter& out, std::string_view text) {
  text.remove_prefix(2);
  out.add("event.code", take_until(text, ','));
  const std::string_view name = take_until(text, ',');
  out.add("event.action", name);
  for (std::size_t count = 0; text.starts_with('"'); ++count) {
    if (count == PayloadWriter::kFieldsMax) return out.overflow(text);
    text.remove_prefix(1);
    const std::string_view key = take_until(text, '"');
    if (!take_prefix(text, "=\"")) break;
    FieldTable(kSmartZone).put_or_keep(out, key, take_until(text, '"'));
    take_prefix(text, ",");
  }
  if (is_any(name, {"clientAuthorization", "clientAuthorizationSuccess", "eapAuthSuccess"}))
    return out.logon({}, Outcome::success);
  if (is_any(name, {"clientAuthFailure", "clientAuthorizationFailure", "eapAuthFail", "adminAuthFailed"}))
    return out.logon({}, Outcome::failure);
  if (is_any(name, {"clientJoin", "clientRoaming"})) return out.classify("session", "start");
  if (is_any(name, {"clientDisconnect", "clientInactivityTimeout"})) return out.classify("session", "end");
  const bool rogue = contains_ignoring_case(name, "rogue") || contains_ignoring_case(name, "spoof") ||
                     contains_ignoring_case(name, "malicious");
  if (rogue) out.alert(name);
  out.classify(rogue ? "intrusion_detection" : "network", "info");
}

/// What stands before the sentence: EXOS' level and component, FASTPATH's file and level, A10's module.
std::string_view without_front(PayloadWriter& out, Maker maker, std::string_view text) {
  switch (maker) {
    case Maker::exos: {
      text.remove_prefix(1);
      out.add("log.level", out.lower_case(take_until(text, ':')));
      out.add("event.code", take_until(text, '>'));
      text = trim_left(text);
      // "MSM-A: ", "Slot-1: "
      const std::size_t colon = text.substr(0, 16).find(": ");
      if (colon != std::string_view::npos && text.substr(0, colon).find(' ') == std::string_view::npos)
        text = text.substr(colon + 2);
      return text;
    }
    case Maker::fastpath: {
      text = trim_left(text.substr(text.find(" %% ") + 4));
      std::string_view rest = text;
      const std::string_view level = take_word(rest);
      if (!is_any(level, {"NOTE", "INFO", "WARN", "ERR", "CRIT", "ALRT", "EMRG", "DBG", "NOTICE"}))
        return text;
      out.add("log.level", out.lower_case(level));
      return trim_left(rest);
    }
    case Maker::radware: {
      if (std::string_view front = text; front.starts_with("[Device: ")) {
        front = front.substr(9);
        out.add("observer.name", take_word(front));
        front = trim_left(front);
        const std::size_t close = front.find(']');
        if (!plain_address(front.substr(0, close)).empty()) out.add("observer.ip", front.substr(0, close));
      }
      if (out.header().app.starts_with("M_")) {
        out.add("event.code", out.header().app);
        return trim_left(text);
      }
      const std::string_view message = radware_message(text);
      out.add("event.code", message.substr(0, 7));
      return trim_left(message.substr(8));
    }
    case Maker::a10: {
      const std::size_t close = text.substr(0, 48).find("> ");
      return close == std::string_view::npos ? text : text.substr(close + 2);
    }
    default:
      return text;
  }
}

constexpr LogSource kLogSources[] = {{"", "plain_text", ""}, {"switch", "", "syslog"}};

/// Switches, access points and appliances of makers whose lines are few or plain, told by their shape.
void parse_switch(PayloadWriter& out) {
  static const TextTable lines(switches::kLines);
  const Maker maker = maker_of(out.header(), out.text());
  const Named& named = kNames[static_cast<std::size_t>(maker)];
  out.observer(named.vendor, named.product, named.type);
  if (out.header().host_from_message) out.add("observer.name", out.header().host);
  out.log_source("switch", {}, "syslog");
  if (maker == Maker::smartzone) return put_smartzone(out, out.text());
  const std::string_view text = without_front(out, maker, out.text());
  out.set("message", text);
  const TextRow* const row = lines.read(out, text);
  if (row == nullptr) return put_loose_ends(out, text);
  if (row->category == "intrusion_detection") out.set("event.kind", "alert");
}

}  // namespace

extern const FormatSpec kFormat_switch_log = {
    .number = Format{24},
    .name = "switch_log",
    .title =
        "Ruckus, Extreme, Dell, Netgear, Brocade, Alcatel-Lucent, D-Link, TP-Link, Radware, Riverbed, A10, "
        "SONiC",
    .sample = "<Warn:AAA.authFail> Login failed for user admin through ssh (203.0.113.9)",
    .rank = 42,
    .claims = claims_switch,
    .parse = parse_switch,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
