#include "parsers/format.h"

#include "parsers/payload_text.h"
#include "parsers/windows_time.h"

namespace vigil {
namespace {

/// The rest behind "11/20/2026 2:59:00 PM 0E9C "; nothing if the text does not begin so.
std::optional<std::string_view> behind_thread(std::string_view text) {
  text = text.substr(0, 1024);
  if (!take_windows_time(text, 0)) return std::nullopt;
  const std::string_view thread = take_word(text);
  if (thread.size() < 3 || thread.size() > 8) return std::nullopt;
  for (const char c : thread) {
    if (!is_digit(c) && (lower(c) < 'a' || lower(c) > 'f')) return std::nullopt;
  }
  return trim_left(text);
}

/// DNS debug logging: PACKET, EVENT, DSPOLL, TASK … behind the thread's number.
bool claims_dns(const SyslogHeader&, std::string_view text) {
  const auto rest = behind_thread(text);
  if (!rest) return false;
  for (const std::string_view context :
       {"PACKET ", "EVENT ", "Note: ", "DSPOLL ", "INIT ", "TASK ", "TOMBSTN ", "RPC "}) {
    if (rest->starts_with(context)) return true;
  }
  return false;
}

std::optional<std::int64_t> dns_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  return take_windows_time(text, zone_minutes);
}

/// "(3)www(7)example(3)com(0)": the lengths are dots.
std::string_view dotted(std::string_view name, Arena& arena) {
  char* const start = arena.allocate(name.size());
  std::size_t size = 0;
  while (take_prefix(name, "(")) {
    take_until(name, ')');
    const std::string_view label = name.substr(0, name.find('('));
    if (label.empty()) break;
    if (size != 0) start[size++] = '.';
    size += label.copy(start + size, label.size());
    name.remove_prefix(label.size());
  }
  return {start, size};
}

/// date time thread "PACKET" address protocol "Rcv" / "Snd" client xid [ "R" ] opcode "[" flags code "]" type name
void parse_dns(PayloadWriter& out) {
  out.observer("Microsoft", "DNS Server", "dns");
  out.log_source("windows", {}, "dns-server");
  out.log_source("windows", "dns", {});
  const auto behind = behind_thread(out.text());
  if (!behind) return out.bad_payload();
  // The name may be longer than what behind_thread() looks at.
  std::string_view rest = out.text().substr(static_cast<std::size_t>(behind->data() - out.text().data()));
  const std::string_view context = take_word(rest);
  out.add_vendor("context", context);
  if (context != "PACKET") return out.set("message", trim(rest));
  take_word(rest);  // the packet's address in memory
  const std::string_view protocol = take_word(rest), direction = take_word(rest), client = take_word(rest);
  out.add_transport(protocol);
  out.add("network.protocol", "dns");
  const bool received = direction == "Rcv";
  out.add("network.direction", received ? "inbound" : "outbound");
  out.add_endpoint(received ? Side::source : Side::destination, client);
  out.add("dns.id", take_word(rest));
  rest = trim_left(rest);
  const bool answer = rest.starts_with("R ");
  if (answer) rest.remove_prefix(2);
  out.add("dns.type", answer ? "answer" : "query");
  const std::string_view opcode = take_word(rest);
  if (opcode == "Q") out.add("dns.op_code", "QUERY");
  if (opcode == "N") out.add("dns.op_code", "NOTIFY");
  if (opcode == "U") out.add("dns.op_code", "UPDATE");
  rest = trim_left(rest);
  if (take_prefix(rest, "[")) {
    const std::string_view flags = trim(take_until(rest, ']'));
    const std::string_view code = flags.substr(flags.rfind(' ') + 1);
    out.add("dns.response_code", code);
    if (answer) out.add("event.outcome", code == "NOERROR" ? "success" : "failure");
  }
  out.add("dns.question.type", take_word(rest));
  // Not dns.question.name: what is found by that name stands in the message as it is read (PAYLOADS.md).
  out.add_vendor("question_name", dotted(trim(rest), out.arena()));
  out.classify("network", "protocol", "dns_packet");
}

constexpr LogSource kLogSources[] = {{"windows", "", "dns-server"}, {"windows", "dns", ""}};

}  // namespace

extern const FormatSpec kFormat_windows_dns = {
    .number = Format{54},
    .name = "windows_dns",
    .title = "debug log of Windows' DNS server",
    .sample =
        "11/20/2026 2:59:00 PM 0E9C PACKET  00000000028657F0 UDP Rcv 10.1.0.7        a6c4   Q [0001   D   "
        "NOERROR] A      "
        "(3)www(7)example(3)com(0)",
    .reads = Reads::line,
    .rank = 45,
    .first_bytes = "0123456789",
    .claims = claims_dns,
    .parse = parse_dns,
    .time = dns_time,
    .kinds = Kind::application,
    .log_sources = kLogSources,
    .altered = ".",
};

}  // namespace vigil
