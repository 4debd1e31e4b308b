#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "parsers/payload_writer.h"

/// What the logs of servers (databases, name servers, application servers) have in common: their times and durations.
namespace vigil {

/// "20-Nov-2026 14:59:00.123", "20-NOV-2026 14:59:00": BIND, Tomcat, Oracle. UTC ns.
std::optional<std::int64_t> read_dashed_time(std::string_view text, int zone_minutes);

/// "261120 14:59:00", "261120  9:46:45", "20261120 14:59:00": MySQL before 5.7, MariaDB's audit. UTC ns.
std::optional<std::int64_t> read_compact_time(std::string_view text, int zone_minutes);

/// "Fri Nov 20 14:59:00.123456 2026", as asctime() writes it, with or without a fraction. UTC ns.
std::optional<std::int64_t> asctime_time(std::string_view text, int zone_minutes);

/// "2026-11-20 14:59:00.123 CEST", "… UTC", "… +08": a zone's name or offset behind the time. UTC ns.
std::optional<std::int64_t> read_time_and_zone(std::string_view text, int zone_minutes);

/// True for "2026-11-20" and a blank or T behind it.
bool begins_with_iso_date(std::string_view text);

/// event.duration of a decimal number ("6921.284") of units of so many ns.
void add_duration(PayloadWriter& out, std::string_view decimal, std::uint64_t unit_ns);

/// Takes "word=" and its value off a text; the value ends at a blank, or at its quote. Empty if the key does not stand
/// there as a word of its own.
std::string_view value_of(std::string_view text, std::string_view key_and_equals);

/// The rest of a line whose collector kept the sender's address in front of the program: "10.0.0.1 dhcpd[7]: text". Sets
/// process.name and .pid from it; other texts come back as they are.
std::string_view without_second_header(PayloadWriter& out, std::string_view text);

/// host.ip of the server that reports, where its header (or `second`, the address before the program) gives one, and
/// host.domain where the header's name is a full one: what inventories are matched by.
void add_reporting_server(PayloadWriter& out, std::string_view second);

/// Sigma's linux/syslog and its kin, where the message is a Linux program's.
void add_linux_service(PayloadWriter& out);

/// The program in such a line, without setting anything; empty if it is none.
std::string_view second_program(std::string_view text);

}  // namespace vigil
