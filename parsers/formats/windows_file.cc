#include "parsers/format.h"

#include <algorithm>
#include <array>

namespace vigil {

extern const FormatSpec kFormat_exchange, kFormat_iis, kFormat_mssql, kFormat_nps, kFormat_windows_dhcp,
    kFormat_windows_dns, kFormat_windows_firewall;

namespace {

/// The formats of Windows' log files, which agents also send with a syslog header before each line.
constexpr const FormatSpec* kFiles[] = {&kFormat_windows_dhcp,     &kFormat_nps,      &kFormat_mssql,
                                        &kFormat_windows_firewall, &kFormat_exchange, &kFormat_iis,
                                        &kFormat_windows_dns};

const FormatSpec* file_of(const SyslogHeader& header, std::string_view text) {
  for (const FormatSpec* const file : kFiles) {
    if (file->first_bytes.find(text.front()) != std::string_view::npos && file->claims(header, text))
      return file;
  }
  return nullptr;
}

bool claims_file(const SyslogHeader& header, std::string_view text) {
  return file_of(header, text) != nullptr;
}

std::optional<std::int64_t> file_time(const SyslogHeader& header, std::string_view text, int zone_minutes) {
  const FormatSpec* const file = file_of(header, text);
  return file == nullptr ? std::nullopt : file->time(header, text, zone_minutes);
}

Kinds file_kinds(const SyslogHeader& header, std::string_view text) {
  const FormatSpec* const file = text.empty() ? nullptr : file_of(header, text);
  return file == nullptr ? Kinds() : file->kinds;
}

void parse_file(PayloadWriter& out) {
  const FormatSpec* const file = out.text().empty() ? nullptr : file_of(out.header(), out.text());
  if (file == nullptr) return out.bad_payload();
  out.set("event.dataset", file->name);
  file->parse(out);
}

constexpr LogSource kLogSources[] = {
    {"windows", "*", "*"}, {"iis", "webserver", ""}, {"mssql", "", ""}, {"exchange", "", ""}};

constexpr std::string_view kDerived[] = {"dns.", "event.reason", "user_agent.original"};

}  // namespace

extern const FormatSpec kFormat_windows_file = {
    .number = Format{59},
    .name = "windows_file",
    .title = "lines of Windows' log files behind a syslog header (IIS, DHCP, DNS, NPS, Exchange, SQL Server)",
    .sample =
        "2026-11-20 06:59:00 10.1.0.5 GET /index.html - 443 - 203.0.113.9 Mozilla/5.0+(Windows+NT+10.0) - "
        "200 0 0 46",
    .rank = 60,
    .first_bytes = "0123456789#\"<I",
    .claims = claims_file,
    .parse = parse_file,
    .time = file_time,
    .kinds_of = file_kinds,
    .names_host = NamesHost::always,
    .log_sources = kLogSources,
    .altered = "&<>'",
    .derived = kDerived,
    .tag_is_program = false,
};

}  // namespace vigil
