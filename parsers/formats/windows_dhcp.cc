#include "parsers/format.h"

#include <array>

#include "parsers/csv_cells.h"
#include "parsers/field_target.h"
#include "parsers/payload_text.h"
#include "parsers/windows_time.h"

namespace vigil {
namespace {

struct DhcpEvent {
  unsigned id;
  std::string_view action;
  Outcome outcome = Outcome::success;
};
// The audit log's own legend, and what stands behind it in the documentation.
constexpr DhcpEvent kEvents[] = {
    {0, "log-start"},
    {1, "log-end"},
    {2, "log-pause"},
    {10, "dhcp-new"},
    {11, "dhcp-renew"},
    {12, "dhcp-release"},
    {13, "dhcp-conflict", Outcome::failure},
    {14, "dhcp-scope-full", Outcome::failure},
    {15, "dhcp-deny", Outcome::failure},
    {16, "dhcp-delete"},
    {17, "dhcp-expire"},
    {18, "dhcp-expire"},
    {20, "bootp-new"},
    {21, "bootp-new-dynamic"},
    {22, "bootp-scope-full", Outcome::failure},
    {23, "bootp-delete"},
    {24, "ip-cleanup-start"},
    {25, "ip-cleanup-end"},
    {30, "dhcp-dns-update"},
    {31, "dhcp-dns-update", Outcome::failure},
    {32, "dhcp-dns-update"},
    {33, "dhcp-packet-dropped", Outcome::failure},
    {34, "dhcp-dns-update", Outcome::failure},
    {35, "dhcp-dns-update", Outcome::failure},
    {36, "dhcp-packet-dropped", Outcome::failure},
    {50, "rogue-server-detection", Outcome::failure},
    {11000, "dhcpv6-solicit"},
    {11001, "dhcpv6-advertise"},
    {11002, "dhcpv6-request"},
    {11003, "dhcpv6-confirm"},
    {11004, "dhcpv6-renew"},
    {11005, "dhcpv6-rebind"},
    {11006, "dhcpv6-decline", Outcome::failure},
    {11007, "dhcpv6-release"},
    {11008, "dhcpv6-information-request"},
    {11009, "dhcpv6-scope-full", Outcome::failure},
    {11010, "log-start"},
    {11011, "log-end"},
    {11012, "log-pause"},
    {11013, "dhcpv6-log-file"},
    {11014, "dhcpv6-bad-address", Outcome::failure},
    {11015, "dhcpv6-address-in-use", Outcome::failure},
    {11016, "dhcpv6-client-deleted"},
    {11017, "dhcpv6-dns-record-not-deleted"},
    {11018, "dhcpv6-expired"},
    {11019, "dhcpv6-expired-and-deleted"},
    {11020, "ip-cleanup-start"},
    {11021, "ip-cleanup-end"},
    {11022, "dhcpv6-dns-update"},
    {11023, "dhcpv6-dns-update", Outcome::failure},
    {11024, "dhcpv6-dns-update"},
    {11025, "dhcpv6-dns-update", Outcome::failure},
    {11028, "dhcpv6-dns-update", Outcome::failure},
    {11029, "dhcpv6-dns-update", Outcome::failure},
    {11030, "dhcpv6-stateless-clients-purged"},
    {11031, "dhcpv6-stateless-clients-purged"},
};

/// The outcome of looking for servers that the directory has not authorized (50 and beyond).
DhcpEvent rogue_detection(unsigned id) {
  const bool refused = id == 51 || id == 52 || id == 54 || id == 56 || id == 57 || id == 58 || id == 59 ||
                       id == 61 || id == 62 || id == 64;
  return {id, "rogue-server-detection", id == 51 || !refused ? Outcome::success : Outcome::failure};
}

constexpr std::string_view kColumnNames = "ID,Date,Time,Description,";

/// "10,11/20/26,14:59:00,": id, date, time.
bool claims_dhcp(const SyslogHeader&, std::string_view text) {
  if (text.starts_with('I')) return text.starts_with(kColumnNames);
  std::string_view rest = text.substr(0, 64);
  const std::string_view id = take_until(rest, ',');
  if (id.empty() || id.size() > 5 || !all_digits(id)) return false;
  const std::string_view date = take_until(rest, ',');
  const std::string_view time = take_until(rest, ',');
  return (date.size() == 8 || date.size() == 10) && date[2] == '/' && date[5] == '/' && is_digit(date[0]) &&
         is_digit(date[7]) && time.size() == 8 && time[2] == ':' && time[5] == ':' && is_digit(time[0]) &&
         is_digit(time[7]);
}

std::optional<std::int64_t> dhcp_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  take_until(text, ',');
  return take_windows_time(text, zone_minutes);
}

/// Ethernet's address of a client; its identifier may also be a name in hex, which is none.
bool is_mac(std::string_view id) {
  if (id.size() != 12) return false;
  for (const char c : id) {
    if (!is_digit(c) && (lower(c) < 'a' || lower(c) > 'f')) return false;
  }
  return true;
}

constexpr std::string_view kNames[] = {"transaction_id",          "q_result",   "probation_time",
                                       "correlation_id",          "dhcid",      "vendor_class",
                                       "vendor_class_text",       "user_class", "user_class_text",
                                       "relay_agent_information", "dns_error"};
constexpr std::string_view kNamesV6[] = {"error_code", "duid_length", "duid",
                                         "user_name",  "dhcid",       "subnet_prefix"};

/// A line of DhcpSrvLog-*.log or DhcpV6SrvLog-*.log:
///
///   ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID,QResult,Probationtime, CorrelationID,
///     Dhcid,VendorClass(Hex),VendorClass(ASCII),UserClass(Hex),UserClass(ASCII),RelayAgentInformation,DnsRegError.
///   ID,Date,Time,Description,IPv6 Address,Host Name,Error Code, Duid Length, Duid Bytes(Hex),User Name,Dhcid,Subnet Prefix.
void parse_dhcp(PayloadWriter& out) {
  out.observer("Microsoft", "DHCP Server", "dhcp");
  out.log_source("windows", {}, "dhcp");
  if (out.text().starts_with(kColumnNames)) return;
  CsvCells cells(out.text());
  const auto next = [&] {
    std::string_view cell;
    return cells.next(cell, out.arena()) ? trim(cell) : std::string_view();
  };
  const std::string_view code = next();
  next();  // date
  next();  // time
  const std::string_view description = next(), address = next(), name = next();
  const auto id = static_cast<unsigned>(read_number(code).value_or(0));
  const bool v6 = id >= 1000;
  out.add("event.code", code);
  out.set("message", description);
  if (const std::string_view ip = plain_address(address); !ip.empty()) {
    out.add("client.ip", ip);
  }
  std::string_view client = v6 ? std::string_view() : next();
  if (!name.empty()) {
    // host.name is the server's.
    out.add("host.hostname", name);
    if (const std::size_t dot = name.find('.'); dot != std::string_view::npos)
      out.add("host.domain", name.substr(dot + 1));
    out.add("client.domain", name);
  }
  if (is_mac(client)) put(out, target_of("client.mac"), client);
  if (!client.empty()) out.add("host.id", client);
  if (!v6) out.add("user.name", next());
  std::string_view cell;
  for (const std::string_view field :
       v6 ? std::span<const std::string_view>(kNamesV6) : std::span<const std::string_view>(kNames)) {
    if (!cells.next(cell, out.arena())) break;
    cell = trim(cell);
    if (cell.empty()) continue;
    if (field == "user_name") {
      out.add("user.name", cell);
    } else if (field == "duid") {
      out.add("host.id", cell);
    } else {
      out.add_vendor(field, cell);
    }
  }
  DhcpEvent event = id >= 50 && id < 100 ? rogue_detection(id) : DhcpEvent{id, {}};
  for (const DhcpEvent& row : kEvents) {
    if (row.id == id) event = row;
  }
  const bool service = event.action.starts_with("log-") || event.action.starts_with("ip-cleanup");
  const std::string_view type = event.action.ends_with("start") ? "start"
                                : event.action.ends_with("end") ? "end"
                                                                : "info";
  out.classify(service ? "process" : "network", service ? type : "connection", event.action, event.outcome);
}

constexpr LogSource kLogSources[] = {{"windows", "", "dhcp"}};

}  // namespace

extern const FormatSpec kFormat_windows_dhcp = {
    .number = Format{53},
    .name = "windows_dhcp",
    .title = "audit log of Windows' DHCP server",
    .sample = "10,11/20/26,14:59:00,Assign,10.1.0.7,pc7.school.local,001A2B3C4D5E,,17739,0,,,,,,,,,0",
    .reads = Reads::line,
    .rank = 30,
    .first_bytes = "0123456789I",
    .claims = claims_dhcp,
    .parse = parse_dhcp,
    .time = dhcp_time,
    .kinds = Kind::application,
    .log_sources = kLogSources,
};

}  // namespace vigil
