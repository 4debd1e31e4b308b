#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/proxy_access.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"", "proxy", ""}};

/// Squid writes whole milliseconds and the client right behind them.
bool claims_cisco_wsa(const SyslogHeader&, std::string_view text) {
  if (!looks_like_proxy_access(text)) return false;
  take_word(text);
  const std::string_view elapsed = take_word(text), third = take_word(text);
  return elapsed.find('.') != std::string_view::npos || third == "-";
}

}  // namespace

extern const FormatSpec kFormat_cisco_wsa = {
    .number = Format{106},
    .name = "cisco_wsa",
    .title = "Cisco Secure Web Appliance",
    .sample =
        R"(1795157940.123 374.156 - 10.1.0.7 TCP_MISS/200 873 CONNECT tunnel://www.example.com:443/ www.example.com DIRECT/www.example.com -)",
    .rank = 26,
    .first_bytes = "0123456789",
    .claims = claims_cisco_wsa,
    .parse = read_proxy_access,
    .time = [](const SyslogHeader&, std::string_view text, int) { return time_of_proxy_access(text); },
    .kinds = Kind::web | Kind::device,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
