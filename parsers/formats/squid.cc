#include "parsers/format.h"
#include "parsers/proxy_access.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"", "proxy", ""}};

}  // namespace

extern const FormatSpec kFormat_squid = {
    .number = Format{106},
    .name = "squid",
    .title = "Squid, Cisco Secure Web Appliance",
    .sample =
        R"(1795157940.123     45 10.1.0.7 TCP_MISS/200 4646 GET http://www.example.com/a?b=c amy HIER_DIRECT/203.0.113.80 text/html)",
    .reads = Reads::message,
    .rank = 26,
    .first_bytes = "0123456789",
    .claims = [](const SyslogHeader&, std::string_view text) { return looks_like_proxy_access(text); },
    .parse = read_proxy_access,
    .time = [](const SyslogHeader&, std::string_view text, int) { return time_of_proxy_access(text); },
    .kinds = Kind::web | Kind::device,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
