#include "parsers/exim_line.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

/// "2026-11-20 14:59:00[.123][ +0800] ": its bytes; 0 if the line does not begin so.
std::size_t time_bytes(std::string_view line) {
  if (line.size() < 24 || line[4] != '-' || line[7] != '-' || line[10] != ' ' || line[13] != ':' ||
      line[16] != ':' || !is_digit(line[18]))
    return 0;
  std::size_t at = 19;
  if (line[at] == '.') {
    ++at;
    while (at < line.size() && is_digit(line[at])) ++at;
  }
  if (line.size() > at + 7 && (line[at + 1] == '+' || line[at + 1] == '-') &&
      all_digits(line.substr(at + 2, 4)))
    at += 6;
  return at < line.size() && line[at] == ' ' ? at + 1 : 0;
}

bool is_exim_log(const SyslogHeader&, std::string_view line) {
  const std::size_t time = time_bytes(line);
  return time > 0 && is_exim_line(line.substr(time));
}

void parse_exim_log(PayloadWriter& out) {
  const std::string_view text = trim(out.text().substr(std::min(out.text().size(), time_bytes(out.text()))));
  out.set("message", text);
  parse_exim_line(out, text);
}

std::optional<std::int64_t> exim_time(const SyslogHeader&, std::string_view line, int zone_minutes) {
  const std::size_t bytes = time_bytes(line);
  return bytes == 0 ? std::nullopt : read_iso_time(line.substr(0, bytes - 1), zone_minutes);
}

Kinds exim_log_kinds(const SyslogHeader&, std::string_view line) {
  return contains(line.substr(0, 512), " authenticator failed ") || contains(line, " A=")
             ? Kind::application | Kind::logon
             : Kinds(Kind::application);
}

}  // namespace

extern const FormatSpec kFormat_exim_log = {
    .number = Format{64},
    .name = "exim_log",
    .title = "Exim's main log, line by line",
    .sample =
        R"(2026-11-20 14:59:00 1o6abc-0005Lz-1F <= alice@example.org H=mail.example.org [203.0.113.9]:50022 P=esmtpsa A=login:alice S=1843)",
    .reads = Reads::line,
    .rank = 40,
    .first_bytes = "12",
    .claims = is_exim_log,
    .parse = parse_exim_log,
    .time = exim_time,
    .kinds_of = exim_log_kinds,
};

}  // namespace vigil
