#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr FieldRow kRows[] = {
    {"UserName", "user"},
    {"User-Name", "user"},
    {"AdminName", "user"},
    {"Calling-Station-ID", "calling_station"},
    {"Called-Station-ID", "called_station"},
    {"Framed-IP-Address", "source"},
    {"AdminIPAddress", "source"},
    {"Remote-Address", "source"},
    {"Device IP Address", "observer.ip"},
    {"NAS-IP-Address", "destination"},
    {"NAS IP Address", "destination"},
    {"NAS-Port-Id", "observer.ingress.interface.name"},
    {"DestinationIPAddress", "destination"},
    {"DestinationPort", "destination.port"},
    {"NetworkDeviceName", "device"},
    {"Protocol", "network.protocol:lower"},
    {"FailureReason", "event.reason"},
    {"Failure Reason", "event.reason"},
    {"AcsSessionID", "event.id"},
    {"AuthenticationMethod", "method"},
    {"SelectedAuthorizationProfiles", "rule.name"},
    {"EndPointMACAddress", "source.mac"},
    {"EndpointMacAddress", "source.mac"},
    {"Acct-Input-Octets", "source.bytes"},
    {"Acct-Output-Octets", "destination.bytes"},
    {"Acct-Input-Packets", "source.packets"},
    {"Acct-Output-Packets", "destination.packets"},
    {"Acct-Session-Time", "event.duration:seconds"},
    {"CmdSet", "process.command_line"},
    {"Server", "observer.name"},
};
constexpr FieldMap kMap(kRows);

// attributes = attribute *( "," SP attribute )      attribute = name "=" value
// Commas within values are written "\,"; a comma begins an attribute only before a blank.
void put_attributes(PayloadWriter& out, std::string_view text, char separator) {
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == PayloadWriter::kFieldsMax) return out.overflow(text);
    std::size_t end = text.find(separator);
    while (end != std::string_view::npos && end > 0 && text[end - 1] == '\\')
      end = text.find(separator, end + 1);
    const std::string_view attribute = trim(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    const std::size_t equals = attribute.find('=');
    if (equals == std::string_view::npos) continue;
    FieldTable(kMap).put_or_keep(out, trim(attribute.substr(0, equals)), trim(attribute.substr(equals + 1)));
  }
}

/// A station that is a card's address is one, and one that is an IP address is that (VPN).
void finish_station(PayloadWriter& out) {
  static constexpr Target kMac{"source.mac", Put::mac};
  const std::string_view station = out.event().text_of("vendor.calling_station");
  if (station.empty()) return;
  if (!plain_address(station).empty()) {
    if (out.event().find("source.ip") == nullptr) out.add_endpoint(Side::source, station);
  } else if (out.event().find("source.mac") == nullptr) {
    put(out, kMac, station);
  }
}

constexpr std::string_view kStarts[] = {"CISE_"};
constexpr LogSource kLogSources[] = {{"cisco", "", "ise"}, {"cisco", "", "aaa"}};

void finish_ise(PayloadWriter& out, std::string_view category, std::string_view code) {
  if (category == "Passed_Authentications") {
    // 5205 and others above are what follows an authentication (authorization changed).
    return out.logon("network_login", Outcome::success);
  }
  if (category == "Failed_Attempts") {
    // A request that was dropped or repeated is no attempt that failed (5405, 5411, 5413, 5440, 5441).
    if (is_any(code, {"5405", "5411", "5413", "5440", "5441"}))
      return out.classify("network", "error", "request_dropped");
    return out.logon("network_login", Outcome::failure);
  }
  if (category == "Administrative_and_Operational_Audit") {
    if (is_any(code, {"51001"})) return out.logon("login", Outcome::success);
    if (is_any(code, {"51000", "51003", "51004", "51005", "51006", "51007", "51020", "51021"}))
      return out.logon("login", Outcome::failure);
    if (is_any(code, {"51002", "51008"})) return out.logon("logout", Outcome::success, "end");
    return out.classify("configuration", "change", "audit");
  }
  if (category == "TACACS_Accounting") return out.classify("configuration", "info", "accounting");
  if (category == "RADIUS_Accounting") return out.classify("session", "info", "accounting");
  out.classify("host", "info");
}

// line = "CISE_" category SP message-id SP segments SP segment SP date SP time SP zone SP sequence SP code SP severity SP class
//        ":" SP text *( "," SP attribute )
/// Cisco Identity Services Engine. A long record comes in several segments with one message-id (vendor.message_id, .segment):
/// each is read as what it is, those after the first are attributes alone.
void parse_ise(PayloadWriter& out) {
  std::string_view text = out.text().substr(5);
  const std::string_view category = take_word(text);
  out.observer("Cisco", "ISE", "aaa");
  out.log_source("cisco", {}, "ise");
  out.log_source("cisco", {}, "aaa");
  out.add_vendor("category", category);
  text = trim_left(text);
  std::string_view rest = text;
  const std::string_view id = take_word(rest);
  if (!all_digits(id)) {
    // CISE_Alarm WARN: sentence : name=value; name=value
    const std::string_view level = id.substr(0, id.find(':'));
    out.add("log.level", out.lower_case(level));
    rest = trim_left(rest);
    out.set("message", rest);
    const std::size_t colon = rest.find(" : ");
    if (colon != std::string_view::npos) put_attributes(out, rest.substr(colon + 3), ';');
    finish_station(out);
    return finish_ise(out, category, {});
  }
  out.add_vendor("message_id", id);
  rest = trim_left(rest);
  out.add_vendor("segments", take_word(rest));
  rest = trim_left(rest);
  const std::string_view segment = take_word(rest);
  out.add_vendor("segment", segment);
  rest = trim_left(rest);
  if (segment != "0" && !(rest.size() > 10 && rest[4] == '-' && is_digit(rest.front()))) {
    put_attributes(out, rest, ',');
    return finish_station(out);
  }
  take_word(rest);  // date
  rest = trim_left(rest);
  take_word(rest);  // time
  rest = trim_left(rest);
  take_word(rest);  // zone
  rest = trim_left(rest);
  out.add_vendor("sequence", take_word(rest));
  rest = trim_left(rest);
  const std::string_view code = take_word(rest);
  out.add("event.code", code);
  rest = trim_left(rest);
  out.add("log.level", out.lower_case(take_word(rest)));
  rest = trim_left(rest);
  const std::size_t comma = rest.find(", ");
  out.set("message", rest.substr(0, comma));
  if (comma != std::string_view::npos) put_attributes(out, rest.substr(comma + 2), ',');
  finish_station(out);
  finish_ise(out, category, code);
}

}  // namespace

extern const FormatSpec kFormat_cisco_ise = {
    .number = Format{17},
    .name = "cisco_ise",
    .title = "Cisco ISE",
    .sample =
        "CISE_Failed_Attempts 0000001 1 0 2026-11-20 14:59:00.123 +08:00 0000000042 5400 NOTICE "
        "Failed-Attempt: Authentication failed, "
        "UserName=bob, Calling-Station-ID=00-11-22-33-44-55",
    .rank = 20,
    .starts = kStarts,
    .parse = parse_ise,
    .kinds = Kind::application,
    .log_sources = kLogSources,
};

}  // namespace vigil
