#include "parsers/syslog_header.h"

#include <algorithm>

#include "parsers/characters.h"
#include "parsers/charset.h"
#include "parsers/ip_text.h"
#include "parsers/structured_data.h"
#include "parsers/syslog_rfc3164.h"
#include "parsers/timestamp.h"

// One message, after decoding (charset.h):
//
//   message    = [count SP] [PRI] *SP ( headerless | rfc5424 | rfc3164 )
//   count      = 1*10 digits, only before a PRI: octet counting in a datagram, `unexpected_framing`
//   PRI        = "<" 1*3 digits ">"           above 191: user.notice and `bad_pri`
//                                             another "<" stays in the text, `bad_pri`
//   headerless = ( "{" | "[{" | "CEF:" digit | "LEEF:" digit | "<?xml" | "<Event"
//                | "date=" | "device=" | "id=" ) …         a payload that carries its own time and host
//   rfc5424    = "1" SP ( "-" | date … )      only after a PRI
//                TIMESTAMP SP HOST SP APP SP PROCID SP MSGID [SP ( "-" | elements )] [SP [BOM] MSG]
//   rfc3164    = syslog_rfc3164.cc
//
// RFC 5424 fields may have any length and may stand apart by several blanks (`extra_space`). Structured data
// that does not parse is the beginning of MSG (`bad_sd`), and so is a word where it should be (`no_sd`). MSG
// is verbatim: of the blanks before it only one is taken.

namespace vigil {
namespace {

constexpr std::string_view kMark = "\xef\xbb\xbf";

std::size_t digits_at(std::string_view text, std::size_t at, std::size_t most) {
  std::size_t count = 0;
  while (count < most && is_ascii_digit(char_at(text, at + count))) ++count;
  return count;
}

// Length of "<" 1*3 digits ">" at an offset, 0 if it is not there.
std::size_t pri_length(std::string_view text, std::size_t at) {
  if (char_at(text, at) != '<') return 0;
  const std::size_t digits = digits_at(text, at + 1, 3);
  return digits > 0 && char_at(text, at + 1 + digits) == '>' ? digits + 2 : 0;
}

// Reads PRI, and a count before it. Returns where the rest begins.
std::size_t read_priority(std::string_view text, SyslogHeader& header) {
  std::size_t at = 0;
  if (const std::size_t count = digits_at(text, 0, 10);
      count > 0 && char_at(text, count) == ' ' && pri_length(text, count + 1) > 0) {
    header.tags.add(Tag::unexpected_framing);
    at = count + 1;
  }
  const std::size_t length = pri_length(text, at);
  if (length == 0) {
    header.tags.add(char_at(text, at) == '<' ? Tag::bad_pri : Tag::no_pri);
    return at;
  }
  unsigned value = 0;
  for (std::size_t i = at + 1; i < at + length - 1; ++i)
    value = value * 10 + static_cast<unsigned>(text[i] - '0');
  if (const auto priority = Priority::from_wire(value)) {
    header.priority = *priority;
    header.has_priority = true;
  } else {
    header.tags.add(Tag::bad_pri);
  }
  return at + length;
}

bool is_payload_alone(std::string_view rest, Tags tags) {
  switch (char_at(rest, 0)) {
    case '{':
      return !tags.has(Tag::bad_pri);  // After a number that is no PRI nothing says that this is JSON.
    case '[':
      return char_at(rest, 1) == '{';
    case 'C':
      return rest.starts_with("CEF:") && is_ascii_digit(char_at(rest, 4));
    case 'L':
      return rest.starts_with("LEEF:") && is_ascii_digit(char_at(rest, 5));
    case '<':
      return rest.starts_with("<?xml") || rest.starts_with("<Event ") || rest.starts_with("<Event>");
    case 'd':
      return rest.starts_with("date=") || rest.starts_with("device=");
    case 'i':
      return rest.starts_with("id=");
    default:
      return false;
  }
}

// "1" SP, then NILVALUE or something that begins like a date.
bool is_rfc5424(std::string_view rest) {
  if (!rest.starts_with("1 ")) return false;
  rest.remove_prefix(2);
  if (char_at(rest, 0) == '-') return rest.size() == 1 || rest[1] == ' ';
  if (digits_at(rest, 0, 4) != 4 || char_at(rest, 4) != '-') return false;
  if (digits_at(rest, 5, 2) == 2 && char_at(rest, 7) == '-' && digits_at(rest, 8, 2) == 2) {
    const char mark = char_at(rest, 10);
    if (mark == 'T' || mark == 't' || mark == ' ') return true;
  }
  const std::size_t end = rest.find_first_of(" \t\n");
  return end != std::string_view::npos && rest[end] == ' ';
}

// The next blank-delimited word; "-" is empty. `at` moves behind it.
std::string_view next_word(std::string_view text, std::size_t& at, Tags& tags) {
  if (char_at(text, at) == ' ' && char_at(text, at + 1) == ' ') tags.add(Tag::extra_space);
  while (char_at(text, at) == ' ') ++at;
  const std::string_view word = text.substr(at, text.find(' ', at) - at);
  at += word.size();
  return word == "-" ? std::string_view() : word;
}

void read_rfc5424(std::string_view rest, const ParseContext& context, Arena& arena, SyslogHeader& header) {
  header.format = HeaderFormat::rfc5424;
  std::size_t at = 2;
  if (char_at(rest, at) == '-') {
    ++at;
    header.tags.add(Tag::ts_nil);
  } else {
    const TimestampRead time = read_iso_timestamp(rest.substr(at), context.zone_minutes);
    header.tags.add(time.tags);
    if (time.time_ns) {
      header.timestamp_ns = *time.time_ns;
      header.has_timestamp = true;
      at += time.length;
    } else {
      header.tags.add(Tag::bad_ts);
      at = std::min(rest.find(' ', at), rest.size());
    }
  }

  if (const std::string_view host = next_word(rest, at, header.tags); !host.empty()) {
    header.host = normal_host(host, arena);
    header.host_from_message = true;
  }
  header.app = next_word(rest, at, header.tags);
  header.procid = next_word(rest, at, header.tags);
  header.msgid = next_word(rest, at, header.tags);

  if (char_at(rest, at) == ' ') ++at;
  bool verbatim = false;  // MSG begins right here
  if (char_at(rest, at) == '-' && (at + 1 == rest.size() || rest[at + 1] == ' ')) {
    ++at;
  } else if (char_at(rest, at) == '[') {
    const SdFound found = find_structured_data(rest.substr(at));
    if (found.unquoted) header.tags.add(Tag::sd_unquoted);
    if (found.good) {
      header.structured_data = rest.substr(at, found.length);
      if (found.params > kSdParamsMax) header.tags.add(Tag::sd_capped);
      at += found.length;
    } else {
      header.tags.add(Tag::bad_sd);
      verbatim = true;
    }
  } else if (at < rest.size()) {
    header.tags.add(Tag::no_sd);
    verbatim = true;
  }
  if (!verbatim && char_at(rest, at) == ' ') ++at;
  if (rest.substr(at).starts_with(kMark)) {
    at += kMark.size();
    header.tags.add(Tag::bom);
  }
  header.message = rest.substr(at);
}

}  // namespace

SyslogHeader parse_syslog_header(std::string_view frame, const ParseContext& context, Arena& arena) {
  SyslogHeader header;
  read_syslog_header(frame, context, arena, header);
  return header;
}

void read_syslog_header(std::string_view frame, const ParseContext& context, Arena& arena,
                        SyslogHeader& header) {
  header.host = context.peer;
  header.timestamp_ns = context.received_ns;
  const DecodedText decoded = decode_text(frame, context.charset, Controls::escaped, arena);
  header.text = decoded.text;
  header.tags = decoded.tags;
  std::string_view rest = header.text;
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t' || rest.front() == '\n'))
    rest.remove_prefix(1);
  if (rest.empty()) return header.tags.add(Tag::empty);

  rest = header.text.substr(read_priority(header.text, header));
  while (char_at(rest, 0) == ' ') rest.remove_prefix(1);
  if (is_payload_alone(rest, header.tags)) {
    header.message = rest;
  } else if (!header.tags.has(Tag::no_pri) && is_rfc5424(rest)) {
    read_rfc5424(rest, context, arena, header);
  } else {
    read_rfc3164(rest, context, arena, header);
  }
  if (!header.has_timestamp) header.tags.add(Tag::ts_recv);
}

}  // namespace vigil
