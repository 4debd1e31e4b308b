#include "parsers/format.h"

#include "parsers/web_error_line.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"tomcat", "", "catalina"}, {"*", "webserver", ""}, {"*", "", "error"}};

}  // namespace

extern const FormatSpec kFormat_web_error = {
    .number = Format::web_error,
    .name = "web_error",
    .title = "error logs of Apache, nginx and Tomcat",
    .sample =
        R"([Fri Nov 20 14:59:00.000000 2026] [auth_basic:error] [pid 7] [client 203.0.113.9:50022] AH01617: user bob: authentication failure for "/": Password Mismatch)",
    .rank = 211,
    .claims = [](const SyslogHeader& header,
                 std::string_view text) { return is_web_error(header, text) || is_catalina_line(text); },
    .parse =
        [](PayloadWriter& out) {
          is_catalina_line(out.text()) ? parse_catalina_line(out) : parse_web_error_line(out);
        },
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return web_error_time(text, zone); },
    .kinds = Kind::web,
    .names_host = NamesHost::never,
    .log_sources = kLogSources,
};

}  // namespace vigil
