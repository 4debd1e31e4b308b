#pragma once

#include <string_view>

#include "parsers/payload_writer.h"

/// What MySQL, MariaDB and Percona Server write, be it into their own files or to syslog.
namespace vigil {

/// True for a line of the error log or the general log as it stands in a file: its time, then what tells it apart.
bool is_mysql_line(std::string_view line);

/// True for a record of an audit plugin (JSON, XML), or of the slow query log.
bool is_mysql_record(std::string_view text);

/// "20261120 14:59:00,host,user,client,7,0,CONNECT,db,,0": MariaDB's server_audit, in a file.
bool is_mariadb_audit(std::string_view line);

/// Reads any of them.
void parse_mysql(PayloadWriter& out, std::string_view text);

/// The time it says.
std::optional<std::int64_t> mysql_time(std::string_view text, int zone_minutes);

}  // namespace vigil
