#include "parsers/format.h"

#include <array>
#include <iterator>

#include "parsers/csv_cells.h"
#include "parsers/field_target.h"
#include "parsers/payload_text.h"
#include "parsers/windows_time.h"
#include "parsers/xml_scan.h"

namespace vigil {
namespace {

/// What one record says that decides what it is.
struct Record {
  std::string_view packet_type, reason_code, calling_station;
};

/// The names of RADIUS attributes as the XML form has them.
constexpr FieldRow kRows[] = {
    {"Computer-Name", "host"},
    {"Event-Source", "_"},
    {"Timestamp", "_"},
    {"Record-Date", "_"},
    {"Record-Time", "_"},
    {"User-Name", "user"},
    {"SAM-Account-Name", "sam_account_name"},
    {"Fully-Qualifed-User-Name", "fully_qualified_user_name"},
    {"Fully-Qualified-User-Name", "fully_qualified_user_name"},
    {"Called-Station-Id", "called_station_id"},
    {"Calling-Station-Id", "calling_station_id"},
    {"Callback-Number", "callback_number"},
    {"Framed-IP-Address", "client.ip"},
    {"NAS-Identifier", "nas_identifier"},
    {"NAS-IP-Address", "nas_ip_address"},
    {"NAS-IPv6-Address", "nas_ip_address"},
    {"NAS-Port", "nas_port"},
    {"NAS-Port-Type", "nas_port_type"},
    {"Client-Vendor", "client_vendor"},
    {"Client-IP-Address", "source"},
    {"Client-Friendly-Name", "client_friendly_name"},
    {"Event-Timestamp", "event_timestamp"},
    {"Port-Limit", "port_limit"},
    {"Connection-Info", "connect_info"},
    {"Service-Type", "service_type"},
    {"Framed-Protocol", "framed_protocol"},
    {"Policy-Name", "policy_name"},
    {"Proxy-Policy-Name", "proxy_policy_name"},
    {"NP-Policy-Name", "rule.name"},
    {"Authentication-Type", "authentication_type"},
    {"Packet-Type", "packet_type"},
    {"Reason-Code", "event.code"},
    {"Class", "class"},
    {"Session-Timeout", "session_timeout"},
    {"Acct-Status-Type", "acct_status_type"},
    {"Acct-Input-Octets", "source.bytes"},
    {"Acct-Output-Octets", "destination.bytes"},
    {"Acct-Input-Packets", "source.packets"},
    {"Acct-Output-Packets", "destination.packets"},
    {"Acct-Session-Id", "acct_session_id"},
    {"Acct-Session-Time", "event.duration:seconds"},
    {"Acct-Terminate-Cause", "acct_terminate_cause"},
    {"Tunnel-Client-Endpt", "tunnel_client"},
    {"EAP-Friendly-Name", "eap_friendly_name"},
    {"Provider-Type", "provider_type"},
    {"Quarantine-State", "quarantine_state"},
};
constexpr FieldMap kMap(kRows);

// The columns of the form that databases import, in their order.
constexpr std::string_view kColumns[] = {
    "Computer-Name",        "Event-Source",           "Record-Date",         "Record-Time",
    "Packet-Type",          "User-Name",              "Fully-Qualified-User-Name", "Called-Station-Id",
    "Calling-Station-Id",   "Callback-Number",        "Framed-IP-Address",   "NAS-Identifier",
    "NAS-IP-Address",       "NAS-Port",               "Client-Vendor",       "Client-IP-Address",
    "Client-Friendly-Name", "Event-Timestamp",        "Port-Limit",          "NAS-Port-Type",
    "Connection-Info",      "Framed-Protocol",        "Service-Type",        "Authentication-Type",
    "Policy-Name",          "Reason-Code",            "Class",               "Session-Timeout",
    "Idle-Timeout",         "Termination-Action",     "EAP-Friendly-Name",   "Acct-Status-Type",
    "Acct-Delay-Time",      "Acct-Input-Octets",      "Acct-Output-Octets",  "Acct-Session-Id",
    "Acct-Authentic",       "Acct-Session-Time",      "Acct-Input-Packets",  "Acct-Output-Packets",
    "Acct-Terminate-Cause", "Acct-Multi-Ssn-ID",      "Acct-Link-Count",     "Acct-Interim-Interval",
    "Tunnel-Type",          "Tunnel-Medium-Type",     "Tunnel-Client-Endpt", "Tunnel-Server-Endpt",
    "Acct-Tunnel-Conn",     "Tunnel-Pvt-Group-ID",    "Tunnel-Assignment-ID", "Tunnel-Preference",
    "MS-Acct-Auth-Type",    "MS-Acct-EAP-Type",       "MS-RAS-Version",      "MS-RAS-Vendor",
    "MS-CHAP-Error",        "MS-CHAP-Domain",         "MS-MPPE-Encryption-Types", "MS-MPPE-Encryption-Policy",
    "Proxy-Policy-Name",    "Provider-Type",          "Provider-Name",       "Remote-Server-Address",
    "MS-RAS-Client-Name",   "MS-RAS-Client-Version"};

struct Reason {
  std::string_view code, words;
};
// Reason codes of Network Policy Server that logons end with.
constexpr Reason kReasons[] = {
    {"1", "internal error"},
    {"2", "access denied"},
    {"3", "malformed request"},
    {"4", "global catalog unavailable"},
    {"5", "domain unavailable"},
    {"6", "server unavailable"},
    {"7", "domain does not exist"},
    {"8", "user name does not exist"},
    {"16", "bad user name or password"},
    {"17", "password change failed"},
    {"18", "authentication type not supported"},
    {"19", "no reversibly encrypted password"},
    {"20", "LAN Manager authentication not enabled"},
    {"21", "rejected by an extension"},
    {"22", "EAP type cannot be processed by the server"},
    {"23", "unexpected error, possibly of EAP"},
    {"32", "local users only"},
    {"33", "password must be changed"},
    {"34", "account disabled"},
    {"35", "account expired"},
    {"36", "account locked out"},
    {"37", "outside authorized hours"},
    {"38", "account restriction"},
    {"48", "no matching network policy"},
    {"49", "no matching connection request policy"},
    {"64", "dial-in locked"},
    {"65", "dial-in disabled for the account"},
    {"66", "authentication type not enabled by the policy"},
    {"67", "calling station not allowed"},
    {"68", "outside hours of the policy"},
    {"69", "called station not allowed"},
    {"70", "port type not allowed"},
    {"73", "EAP certificate purpose missing"},
    {"80", "NTLM not allowed"},
    {"96", "timed out"},
    {"97", "unexpected authentication request"},
    {"112", "remote RADIUS server rejected it"},
    {"256", "certificate revoked"},
    {"257", "revocation cannot be checked"},
    {"258", "revocation cannot be checked"},
    {"259", "revocation server unavailable"},
    {"260", "EAP message altered"},
    {"262", "EAP message incomplete"},
    {"265", "certificate's authority not trusted"},
    {"266", "unexpected EAP message"},
    {"293", "certificate expired or not yet valid"},
};

constexpr std::string_view kXmlStart = "<Event><Timestamp data_type=";

/// "NPS1","IAS",11/20/2026,14:59:00, or the XML form.
bool claims_nps(const SyslogHeader&, std::string_view text) {
  if (text.starts_with('<')) return text.starts_with(kXmlStart);
  std::string_view rest = text.substr(0, 320);
  take_until(rest, ',');
  return rest.starts_with("\"IAS\",") || rest.starts_with("\"RAS\",") || rest.starts_with("\"NPS\",");
}

std::optional<std::int64_t> nps_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  if (text.starts_with('<')) {
    text.remove_prefix(std::min(text.size(), text.find('>', kXmlStart.size())));
    take_prefix(text, ">");
  } else {
    take_until(text, ',');
    take_until(text, ',');
  }
  return take_windows_time(text, zone_minutes);
}

void add_attribute(PayloadWriter& out, Record& record, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (name == "Packet-Type") record.packet_type = value;
  if (name == "Reason-Code") record.reason_code = value;
  if (name == "Calling-Station-Id") record.calling_station = value;
  FieldTable(kMap).put_or_keep(out, name, value);
}

/// A record of a request is half of a logon: the answer tells how it ended.
void classify(PayloadWriter& out, const Record& record) {
  if (record.calling_station.size() >= 12) {
    put(out, target_of("source.mac"), record.calling_station.substr(0, 17));
  }
  for (const Reason& reason : kReasons) {
    if (reason.code == record.reason_code) out.add("event.reason", reason.words);
  }
  if (record.packet_type == "2") return out.logon("radius_login", Outcome::success);
  if (record.packet_type == "3") return out.logon("radius_login", Outcome::failure);
  if (record.packet_type == "1") return out.classify("network", "protocol", "radius_request");
  if (record.packet_type == "4") return out.classify("network", "info", "radius_accounting");
  if (record.packet_type == "11") return out.classify("network", "protocol", "radius_challenge");
  out.classify("network", "info");
}

/// A record of Network Policy Server (once IAS), in the form for databases or in XML:
///
///   "computer","IAS",date,time,packet type,"user","domain/path/user",…
///   <Event><Timestamp data_type="4">…</Timestamp><Computer-Name data_type="1">…</Computer-Name>…</Event>
void parse_nps(PayloadWriter& out) {
  out.log_source("windows", {}, "nps");
  out.observer("Microsoft", "Network Policy Server", "aaa");
  Record record;
  if (out.text().starts_with('<')) {
    XmlScan scan(out.text());
    std::string_view name;
    std::size_t count = 0;
    while (scan.next() && count < PayloadWriter::kFieldsMax) {
      if (scan.item() == XmlScan::Item::open) name = scan.name();
      if (scan.item() != XmlScan::Item::text || scan.depth() != 2) continue;
      add_attribute(out, record, name, XmlScan::unescape(trim(scan.text()), out.arena()));
      ++count;
    }
    if (!scan.complete()) out.bad_payload();
  } else {
    CsvCells cells(out.text());
    std::string_view cell;
    for (const std::string_view name : kColumns) {
      if (!cells.next(cell, out.arena())) break;
      add_attribute(out, record, name, trim(cell));
    }
  }
  classify(out, record);
}

constexpr LogSource kLogSources[] = {{"windows", "", "nps"}};

constexpr std::string_view kDerived[] = {"event.reason"};

}  // namespace

extern const FormatSpec kFormat_nps = {
    .number = Format{56},
    .name = "nps",
    .title = "Network Policy Server (RADIUS), IAS",
    .sample = R"("NPS1","IAS",11/20/2026,14:59:00,3,"SCHOOL\bob","school.local/Staff/bob",,,,,,,,0,"10.1.0.30","ap-30",,,19,,,2,5,"Wireless",16)",
    .reads = Reads::line,
    .rank = 30,
    .first_bytes = "\"<",
    .claims = claims_nps,
    .parse = parse_nps,
    .time = nps_time,
    .kinds = Kind::application | Kind::logon,
    .names_host = NamesHost::always,
    .log_sources = kLogSources,
    .altered = "&<>'",
    .derived = kDerived,
};

}  // namespace vigil
