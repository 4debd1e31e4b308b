#pragma once

#include <optional>
#include <string_view>

#include "parsers/payload_writer.h"

/// What PostgreSQL writes: lines of its own file with any log_line_prefix, csvlog, jsonlog, and syslog.
namespace vigil {

/// "2026-11-20 14:59:00.123 CST [7] user@db FATAL:  …", or the columns of csvlog.
bool is_postgresql_line(std::string_view line);

/// A record of jsonlog (PostgreSQL 15).
bool is_postgresql_json(std::string_view text);

void parse_postgresql(PayloadWriter& out, std::string_view text);

/// The time it says.
std::optional<std::int64_t> postgresql_time(std::string_view text, int zone_minutes);

/// Whether the text may tell of a logon: cheap, for the kinds at arrival.
bool tells_of_postgresql_logon(std::string_view text);

}  // namespace vigil
