#pragma once

#include <optional>
#include <string_view>

#include "parsers/payload_writer.h"

/// Lines of Apache's and nginx' error logs, which ModSecurity writes into too.
namespace vigil {

/// `header` tells whether its reader has taken nginx' date for its own.
bool is_web_error(const SyslogHeader& header, std::string_view text);

/// True for a line that ModSecurity wrote.
bool is_modsecurity_error(std::string_view text);

/// Tomcat's catalina log: "20-Nov-2026 14:59:00.123 INFO [main] org.apache.catalina.startup.Catalina.start …".
bool is_catalina_line(std::string_view text);
void parse_catalina_line(PayloadWriter& out);

void parse_web_error_line(PayloadWriter& out);

std::optional<std::int64_t> web_error_time(std::string_view text, int zone_minutes);

}  // namespace vigil
