#pragma once

#include <optional>
#include <string_view>

#include "parsers/payload_writer.h"

/// What SQL Server, MongoDB, Redis and Oracle write, be it into files or by syslog.
namespace vigil {

/// SQL Server's ERRORLOG: "2026-11-20 14:59:00.12 Logon       Login failed for user 'sa'. …".
bool is_mssql_line(std::string_view line);
/// MongoDB before 4.4: "2026-11-20T14:59:00.123+0800 I ACCESS   [conn12] …".
bool is_mongo_line(std::string_view line);
/// MongoDB since 4.4.
bool is_mongo_json(std::string_view text);
/// "1:M 20 Nov 2026 14:59:00.123 * Ready to accept connections".
bool is_redis_line(std::string_view line);
/// Oracle's listener: "20-NOV-2026 14:59:00 * (CONNECT_DATA=…) * (ADDRESS=…) * establish * orcl * 0".
bool is_oracle_listener(std::string_view line);
/// Oracle's audit trail by syslog: "LENGTH : '160' ACTION :[7] 'CONNECT' DATABASE USER:[6] 'SYSTEM' …".
bool is_oracle_audit(std::string_view text);

/// Reads any of them; false if it is none.
bool parse_database(PayloadWriter& out, std::string_view text);

/// What SQL Server says of a logon, whoever carries it. False if it is none of its sentences.
bool read_mssql_text(PayloadWriter& out, std::string_view text);

std::optional<std::int64_t> database_time(std::string_view text, int zone_minutes);
bool is_database_logon(std::string_view text);

}  // namespace vigil
