#include "parsers/syslog_rfc3164.h"

#include <algorithm>
#include <charconv>

#include "parsers/calendar.h"
#include "parsers/characters.h"
#include "parsers/ip_text.h"
#include "parsers/timestamp.h"

// RFC 3164 describes what was seen, not what must be, and devices have gone on since:
//
//   rest    = ["1" SP, before an epoch (Meraki)] [cisco] time [":"] *SP [origin] content
//           | [cisco] uptime … | content                           without a time no word is taken for a host
//   cisco   = [":" [blank]] [count ": "] [host ": "] [count ": "] ["*" task ": "] ["*" | "."]
//             only if a time or uptime follows it; "*" is a clock that is not synchronised
//   uptime  = "00:01:01" | "1w2d", before ": "  |  "101 21", before ": %"
//   origin  = "Message forwarded from " host ": "                  AIX
//           | "last message repeated " count " times" …            no host: all of it is the message
//           | host [cisco time ":"]                                a blank-delimited word that can be one; what a relay put
//                                                                  in front of a Cisco's message: the device's time counts
//           | host ": "                                            only before "%FACILITY-…"
//   content = ( "CEF:0" | "LEEF:" | "{" | "MSWinEventLog" ) …      a payload, all of it is the message
//           | "%FACILITY-SEVERITY-MNEMONIC" [":"] [SP] message     Cisco
//           | tag ( "[" pid "]" [":"] | ":" ) [SP] message
//           | message                                              `no_tag`
//
// A word is a tag only with ":" or "[pid]" behind it. Others bite off the first word in any case, and then
// "Synology: app=Connection" and "app=date=2026-11-20" come out.

namespace vigil {
namespace {

constexpr std::size_t kTagMax = 128;  // characters
constexpr std::size_t kPidMax = 64;

constexpr AsciiSet kTagStops(" \t\n:[]{}<>\"=|,;");
constexpr AsciiSet kPidStops(" \t\n]");
constexpr AsciiSet kUptimeUnits("ywdh");
constexpr AsciiSet kHostCharacters("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._@/-");
constexpr AsciiSet kBracketedCharacters("0123456789abcdefABCDEF:.%");

bool is_word_character(char c) {  // letters of any script count, as bytes of UTF-8
  return is_ascii_alnum(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool all_digits(std::string_view text) {
  for (const char c : text) {
    if (!is_ascii_digit(c)) return false;
  }
  return !text.empty();
}

std::size_t digits_at(std::string_view text, std::size_t at, std::size_t most = std::string_view::npos) {
  std::size_t count = 0;
  while (count < most && is_ascii_digit(char_at(text, at + count))) ++count;
  return count;
}

bool blank_after_colon(std::string_view text, std::size_t at) {
  return char_at(text, at) == ':' && char_at(text, at + 1) == ' ';
}

bool two_digits_and(std::string_view text, std::size_t at, char next) {
  return digits_at(text, at, 2) == 2 && char_at(text, at + 2) == next;
}

// "00:01:01" before ": ", with `hours` digits at most in front. 0: it is not there.
std::size_t clock_length(std::string_view text, std::size_t hours) {
  const std::size_t digits = digits_at(text, 0, hours);
  if (digits == 0 || char_at(text, digits) != ':' || !two_digits_and(text, digits + 1, ':') ||
      digits_at(text, digits + 4, 2) != 2 || !blank_after_colon(text, digits + 6)) {
    return 0;
  }
  return digits + 6;
}

std::size_t uptime_length(std::string_view text) {
  if (const std::size_t clock = clock_length(text, 3)) return clock;
  const std::size_t first = digits_at(text, 0);
  if (first == 0) return 0;
  if (kUptimeUnits.has(char_at(text, first))) {  // 1w2d
    const std::size_t second = digits_at(text, first + 1);
    const std::size_t end = first + 1 + second;
    return second > 0 && kUptimeUnits.has(char_at(text, end)) && blank_after_colon(text, end + 1) ? end + 1 : 0;
  }
  const std::size_t second = char_at(text, first) == ' ' ? digits_at(text, first + 1) : 0;
  const std::size_t end = first + 1 + second;
  return second > 0 && text.substr(end).starts_with(": %") ? end : 0;
}

struct CiscoPrefix {
  std::size_t length = 0;
  std::string_view count, host;
  bool unsynced = false;
};

// count ": "; the length with both, 0 if it is not there.
std::size_t count_length(std::string_view text, std::size_t at) {
  const std::size_t digits = digits_at(text, at, 10);
  return digits > 0 && blank_after_colon(text, at + digits) ? digits + 2 : 0;
}

CiscoPrefix cisco_prefix(std::string_view text) {
  CiscoPrefix prefix;
  std::size_t at = 0;
  if (char_at(text, 0) == ':') {
    const char blank = char_at(text, 1);
    at = blank == ' ' || blank == '\t' || blank == '\n' ? 2 : 1 + wide_blank_length(text.substr(1));
  }
  if (const std::size_t length = count_length(text, at)) {
    prefix.count = text.substr(at, length - 2);
    at += length;
  }
  // A host may hold colons; it is the run of its characters up to the colon before the blank. "00:01:01: "
  // and "1w2d: %" look like one and are uptimes.
  const std::string_view behind = text.substr(at);
  const std::size_t uptime = uptime_length(behind);
  const bool is_uptime =
      clock_length(behind, std::string_view::npos) > 0 || behind.substr(uptime).starts_with(": %");
  if (is_ascii_alnum(char_at(text, at)) && !is_uptime) {
    std::size_t end = at;
    while (is_word_character(char_at(text, end)) || char_at(text, end) == '.' || char_at(text, end) == ':' ||
           char_at(text, end) == '-') {
      ++end;
    }
    if (end > at + 1 && blank_after_colon(text, end - 1)) {
      prefix.host = text.substr(at, end - 1 - at);
      at = end + 1;
    }
  }
  at += count_length(text, at);
  if (char_at(text, at) == '*' && is_ascii_alnum(char_at(text, at + 1)) && !is_ascii_digit(text[at + 1])) {
    std::size_t end = at + 2;
    while (is_word_character(char_at(text, end))) ++end;
    if (blank_after_colon(text, end)) at = end + 2;
  }
  if (char_at(text, at) == '*' || char_at(text, at) == '.') {
    prefix.unsynced = text[at] == '*';
    ++at;
  }
  prefix.length = at;
  return prefix;
}

struct TimeFound {
  bool there = false;  // a time or an uptime
  std::size_t end = 0;
};

void take_time(const TimestampRead& read, SyslogHeader& header) {
  header.tags.add(read.tags);
  if (!read.time_ns) return;
  header.timestamp_ns = *read.time_ns;
  header.has_timestamp = true;
}

TimeFound find_time(std::string_view text, const ParseContext& context, SyslogHeader& header) {
  const TimestampRead read = read_timestamp(text, context.zone_minutes, context.received_ns);
  take_time(read, header);
  if (read.time_ns) return {true, read.length};

  const CiscoPrefix prefix = cisco_prefix(text);
  const std::string_view behind = text.substr(prefix.length);
  const std::size_t uptime = uptime_length(behind);
  if (prefix.length > 0) {
    const TimestampRead second = read_timestamp(behind, context.zone_minutes, context.received_ns);
    if (!second.time_ns && uptime == 0) return {};
    take_time(second, header);
    std::uint64_t count = 0;
    if (std::from_chars(prefix.count.data(), prefix.count.data() + prefix.count.size(), count).ec ==
        std::errc()) {
      header.sequence = count;
    }
    if (!prefix.host.empty() && !all_digits(prefix.host)) {
      header.host = prefix.host;
      header.host_from_message = true;
    }
    if (prefix.unsynced) header.tags.add(Tag::clock_unsynced);
    if (second.time_ns) return {true, prefix.length + second.length};
  }
  if (uptime == 0) return {};
  header.tags.add(Tag::uptime_ts);
  return {true, prefix.length + uptime};
}

// "last message repeated 5 times", "message repeated 2 times: [ … ]"
bool is_repetition(std::string_view text) {
  constexpr std::string_view kRepeated = "message repeated ";
  if (text.starts_with("last ")) text.remove_prefix(5);
  if (!text.starts_with(kRepeated)) return false;
  const std::size_t digits = digits_at(text, kRepeated.size());
  return digits > 0 && text.substr(kRepeated.size() + digits).starts_with(" times");
}

bool is_payload(std::string_view text) {
  return ((text.starts_with("CEF:") && is_ascii_digit(char_at(text, 4))) ||
          (text.starts_with("LEEF:") && is_ascii_digit(char_at(text, 5))) ||
          text.starts_with("MSWinEventLog"));
}

// Names, IPv4 (both "host" by their characters), IPv6, and IPv6 in brackets.
bool can_be_host(std::string_view word) {
  std::size_t end = 0;
  while (end < word.size() && kHostCharacters.has(word[end])) ++end;
  if (end == word.size()) return end > 0 && (is_ascii_alnum(word.front()) || word.front() == '_');
  if (is_ipv6_text(word)) return true;
  if (word.size() < 3 || word.front() != '[' || word.back() != ']') return false;
  for (const char c : word.substr(1, word.size() - 2)) {
    if (!kBracketedCharacters.has(c)) return false;
  }
  return true;
}

// A relay put its own time and host before a Cisco's "count: time: %FACILITY-…" (or "… last message repeated"): the time and
// count are the device's. Returns where what follows it begins; `at` if there is no such thing.
std::size_t read_inner_cisco(std::string_view text, std::size_t at, const ParseContext& context,
                             SyslogHeader& header) {
  constexpr std::size_t kPrefixMax = 96;
  const char first = char_at(text, at);
  if (!is_ascii_digit(first) && first != '*' && first != '.' && !is_ascii_upper(first)) return at;
  const std::string_view front = text.substr(at, kPrefixMax);
  std::size_t end = front.find(": %");
  if (end == std::string_view::npos) end = front.find(": last message repeated ");
  if (end == std::string_view::npos) return at;
  const CiscoPrefix prefix = cisco_prefix(front.substr(0, end + 2));
  // A zone's name is one only before a colon.
  const TimestampRead read = read_timestamp(front.substr(prefix.length, end + 1 - prefix.length),
                                            context.zone_minutes, context.received_ns);
  const std::size_t read_to = prefix.length + read.length;
  if (!read.time_ns || (read_to != end && read_to != end + 1)) return at;
  header.tags.remove(Tag::no_tz);
  header.tags.remove(Tag::no_year);
  take_time(read, header);
  std::uint64_t count = 0;
  if (std::from_chars(prefix.count.data(), prefix.count.data() + prefix.count.size(), count).ec ==
      std::errc()) {
    header.sequence = count;
  }
  if (prefix.unsynced) header.tags.add(Tag::clock_unsynced);
  return at + end + 2;
}

std::size_t cisco_mnemonic_length(std::string_view text);

// "14:59:00 UTC : %…", "14:59:00 sw1 CST: %…": the zone of a time that was read without one stands where none is looked for.
// Returns where what follows it begins; `at` if there is no such thing.
std::size_t read_late_zone(std::string_view text, std::size_t at, const ParseContext& context,
                           SyslogHeader& header) {
  std::size_t end = at;
  while (is_ascii_upper(char_at(text, end)) && end - at < 6) ++end;
  std::size_t colon = end;
  if (char_at(text, colon) == ' ') ++colon;
  if (end - at < 2 || !text.substr(std::min(colon, text.size())).starts_with(": %") ||
      !header.tags.has(Tag::no_tz))
    return at;
  const auto zone = zone_from_name(text.substr(at, end - at));
  if (!zone) return at;
  header.timestamp_ns += seconds_of(context.zone_minutes - *zone) * kSecond;
  header.tags.remove(Tag::no_tz);
  return colon + 2;
}

// Takes the word at `at` as HOST if it can be one. Returns where the rest begins.
std::size_t read_host(std::string_view text, std::size_t at, Arena& arena, SyslogHeader& header) {
  std::size_t end = at;
  while (end < text.size() && text[end] != ' ' && text[end] != '\t') ++end;
  std::string_view word = text.substr(at, end - at);
  const char behind = char_at(text, end);
  // "fw1: %ASA-…": no program has such messages.
  if (word.ends_with(':') && behind == ' ' && cisco_mnemonic_length(text.substr(end + 1)) != 0)
    word.remove_suffix(1);
  if (behind != '\t' && can_be_host(word)) {
    header.host = normal_host(word, arena);
    header.host_from_message = true;
    at = end;
  }
  while (char_at(text, at) == ' ') ++at;
  return text.substr(at).starts_with(": ") ? at + 2 : at;  // ASA: "host : %ASA-…"
}

// "%FAC-SUB-6-MNEMONIC": segments of capitals, digits and "_", the last but one of them a single digit. 0: it
// is not.
std::size_t cisco_mnemonic_length(std::string_view text) {
  if (char_at(text, 0) != '%') return 0;
  std::size_t length = 0;
  bool digit_before = false;
  for (std::size_t start = 1, index = 0;; ++index) {
    std::size_t end = start;
    while (is_ascii_upper(char_at(text, end)) || is_ascii_digit(char_at(text, end)) ||
           char_at(text, end) == '_')
      ++end;
    if (end == start) return length;
    // "%UC_AUDITLOG-5-AdministrativeEvent" is no mnemonic, and not one as far as "A" either.
    const bool cut = is_word_character(char_at(text, end));
    if (digit_before && !cut) length = end;
    digit_before = index > 0 && end == start + 1 && is_ascii_digit(text[start]);
    if (char_at(text, end) != '-') return length;
    start = end + 1;
  }
}

// Takes a tag at the front of `text`. Returns where the message begins, 0 if there is no tag.
std::size_t read_tag(std::string_view text, SyslogHeader& header) {
  const std::size_t length = run_length(text, kTagStops, kTagMax);
  if (length == 0 || all_digits(text.substr(0, length))) return 0;
  std::size_t at = length;
  std::string_view pid;
  const bool has_pid = char_at(text, at) == '[';
  if (has_pid) {
    const std::size_t pid_length = run_length(text.substr(at + 1), kPidStops, kPidMax);
    pid = text.substr(at + 1, pid_length);
    at += 1 + pid_length;
    if (char_at(text, at) != ']') return 0;
    ++at;
  }
  if (char_at(text, at) == ':') {
    ++at;
  } else if (!has_pid || (at < text.size() && text[at] != ' ' && text[at] != '\t')) {
    return 0;
  }
  header.app = text.substr(0, length);
  header.procid = pid;
  return char_at(text, at) == ' ' ? at + 1 : at;
}

void read_content(std::string_view text, bool has_time, SyslogHeader& header) {
  header.format = HeaderFormat::rfc3164;
  header.message = text;
  if (text.starts_with("CEF:0") || text.starts_with("LEEF:") || text.starts_with("{")) return;
  if (text.starts_with("MSWinEventLog")) {
    header.app = text.substr(0, 13);
    return;
  }
  if (std::size_t at = cisco_mnemonic_length(text)) {
    header.app = text.substr(0, at);
    if (char_at(text, at) == ':') ++at;
    if (char_at(text, at) == ' ') ++at;
    header.message = text.substr(at);
    return;
  }
  if (!has_time) header.format = HeaderFormat::headerless;
  const std::size_t at = read_tag(text, header);
  if (at == 0) header.tags.add(Tag::no_tag);
  header.message = text.substr(at);
}

}  // namespace

void read_rfc3164(std::string_view rest, const ParseContext& context, Arena& arena, SyslogHeader& header) {
  if (rest.starts_with("1 ") && digits_at(rest, 2, 10) == 10 &&
      (char_at(rest, 12) == '.' || char_at(rest, 12) == ' ')) {
    rest.remove_prefix(2);
  }
  const TimeFound time = find_time(rest, context, header);
  std::size_t at = time.end;
  if (char_at(rest, at) == ':') ++at;
  while (char_at(rest, at) == ' ') ++at;
  if (!time.there) header.tags.add(Tag::no_ts);

  constexpr std::string_view kForwarded = "Message forwarded from ";
  const std::string_view origin = rest.substr(at);
  if (origin.starts_with(kForwarded)) {
    const std::size_t end = origin.find_first_of(": \t\n", kForwarded.size());
    if (end != std::string_view::npos && end > kForwarded.size() && blank_after_colon(origin, end)) {
      header.host = origin.substr(kForwarded.size(), end - kForwarded.size());
      header.host_from_message = true;
      header.tags.add(Tag::aix_fwd);
      at += end + 2;
    }
  } else if (is_repetition(origin)) {
    header.format = HeaderFormat::rfc3164;
    header.message = origin;
    return;
  } else if (time.there && !header.host_from_message && !origin.empty() && origin.front() != '%' &&
             origin.front() != '{' && origin.front() != '"' && !is_payload(origin)) {
    const std::size_t zone_end = read_late_zone(rest, at, context, header);
    at = zone_end == at ? read_host(rest, at, arena, header) : zone_end;
    if (header.host_from_message) at = read_late_zone(rest, at, context, header);
    if (header.host_from_message) at = read_inner_cisco(rest, at, context, header);
  }
  read_content(rest.substr(at), time.there, header);
}

}  // namespace vigil
