#include "parsers/logon_text.h"

#include "parsers/format.h"
#include "parsers/key_value.h"
#include "parsers/logon_words.h"
#include "parsers/payload_app.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr LogSource kLogSources[] = {{"", "plain_text", ""}};

/// Lines of files have no program: what a syslog header's reader takes for the host may be the sentence's first word
/// ("2026-11-20T14:59:00+08:00: authentication failure; rhost=…").
std::string_view sentence_of(const SyslogHeader& header, std::string_view text) {
  return header.app.empty() && !header.has_priority && header.format != HeaderFormat::rfc5424
             ? line_of(header)
             : text;
}

bool is_logon(const SyslogHeader& header, std::string_view text) {
  // Documents and pairs are read whole by their own formats, which ask about the logon themselves.
  if (text.starts_with('{') || text.starts_with("[{") || looks_like_key_value(text)) return false;
  const std::string_view sentence = sentence_of(header, text);
  if (!mentions_logon(sentence) || contains(text, "</")) return false;
  return read_logon_text(sentence).outcome != Outcome::none;
}

/// "[2026-11-20 14:59:00,123] …", "(W) 2026-11-20T14:59:00 - …", "ERROR    2026-11-20T14:59:00 - …": an ISO time near the front.
std::optional<std::int64_t> sentence_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  const std::string_view front = text.substr(0, 48);
  for (std::size_t i = 0; i + 19 <= front.size(); ++i) {
    if (!is_digit(front[i]) || (i > 0 && is_digit(front[i - 1]))) continue;
    if (front[i + 4] != '-' || front[i + 7] != '-' || front[i + 13] != ':') continue;
    std::string_view time = text.substr(i, 40);
    time = time.substr(0, time.find_first_of("]|)"));
    if (const auto read = read_iso_time(time, zone_minutes)) return read;
    return read_iso_time(time.substr(0, 19), zone_minutes);
  }
  return std::nullopt;
}

void parse_logon(PayloadWriter& out) {
  const SyslogHeader& header = out.header();
  const std::string_view sentence = sentence_of(header, out.text());
  const LogonText logon = read_logon_text(sentence);
  if (sentence.data() != out.text().data() && header.host_from_message) {
    // The host's place holds a word of the sentence, a level or a number.
    const Means means = meaning_of(out.lower_case(header.host));
    const bool level = is_any(
        header.host, {"WARNING", "WARN", "INFO", "ERROR", "NOTICE", "DEBUG", "CRITICAL", "Logon", "LOGIN"});
    if (means != Means::nothing || level || all_digits(header.host)) {
      out.set("message", sentence);
      out.set("host.name", out.context().peer);
    }
  }
  add_logon(out, logon);
}

Kinds logon_kinds(const SyslogHeader& header, std::string_view) {
  const Kinds known = app_kinds(app_kind(header.app));
  if (!known.none()) return known | Kind::logon;
  const unsigned facility = header.has_priority ? header.priority.facility() : 1;
  return facility == 4 || facility == 10 ? Kind::os | Kind::logon
                                         : Kind::application | Kind::logon;  // auth, authpriv
}

}  // namespace

extern const FormatSpec kFormat_logon_text = {
    .number = Format{60},
    .name = "logon_text",
    .title = "A sentence about a logon, of a program nobody has taught us",
    .sample = R"(Login failed for user "alice" from 203.0.113.9)",
    .rank = 240,
    .claims = is_logon,
    .parse = parse_logon,
    .time = sentence_time,
    .kinds_of = logon_kinds,
    .names_host = NamesHost::always,
    .log_sources = kLogSources,
};

}  // namespace vigil
