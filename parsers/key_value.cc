#include "parsers/key_value.h"

#include <cstring>

#include "parsers/key_table.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr bool is_gap(char c) {
  return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '\n' || c == '\r';
}

constexpr bool is_key_char(char c) {
  return is_alpha(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '[' || c == ']' || c == '/' ||
         c == '@';
}

/// End of a quoted value: the first quote without a backslash before it.
std::size_t closing_quote(std::string_view text, bool& escaped) {
  std::size_t from = 0;
  for (;;) {
    const void* const found = std::memchr(text.data() + from, '"', text.size() - from);
    if (found == nullptr) return std::string_view::npos;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    std::size_t backslashes = 0;
    while (backslashes < at && text[at - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return at;
    escaped = true;
    from = at + 1;
  }
}

}  // namespace

bool KeyValueReader::separated_by_commas(std::string_view text) {
  const std::size_t end = text.find_first_of(" ,\"");
  if (end == std::string_view::npos || text[end] != ',') return false;
  const std::string_view next = text.substr(end + 1, 64);
  const std::size_t equals = next.find('=');
  return equals != std::string_view::npos && equals != 0 && next.find_first_of(" ,\"") > equals;
}

bool KeyValueReader::next(KeyValue& out) {
  const char* at = rest_.data();
  const char* const end = at + rest_.size();
  const auto left = [&at, end] { return std::string_view(at, static_cast<std::size_t>(end - at)); };
  for (;;) {
    while (at != end && is_gap(*at)) ++at;
    const char* const key = at;
    while (at != end && is_key_char(*at)) ++at;
    if (at == end) {
      rest_ = left();
      return false;
    }
    if (*at == '=' && at != key) {
      out = {};
      out.key = {key, static_cast<std::size_t>(at - key)};
      ++at;
      break;
    }
    // Not a pair: on to the next gap.
    while (at != end && !is_gap(*at)) ++at;
  }
  if (at != end && *at == '"') {
    ++at;
    out.quoted = true;
    const std::size_t quote = closing_quote(left(), out.escaped);
    out.unterminated = quote == std::string_view::npos;
    out.value = left().substr(0, quote);
    at = out.unterminated ? end : at + quote + 1;
  } else {
    const char* const value = at;
    // Commas and semicolons may be parts of a value ("a=1,2"); they end it only before a blank.
    while (at != end && *at != ' ' && *at != '\t' && *at != '\n' && *at != '\r' && !(commas_ && *at == ','))
      ++at;
    const char* last = at;
    if (at != end && last != value && (last[-1] == ',' || last[-1] == ';')) --last;
    out.value = {value, static_cast<std::size_t>(last - value)};
  }
  rest_ = left();
  return true;
}

std::string_view pair_onwards(const KeyValue& pair, std::string_view text) {
  return text.substr(static_cast<std::size_t>(pair.key.data() - text.data()));
}

std::string_view unescape_quotes(const KeyValue& pair, Arena& arena) {
  if (!pair.escaped) return pair.value;
  char* const start = arena.allocate(pair.value.size());
  char* at = start;
  for (std::size_t i = 0; i < pair.value.size(); ++i) {
    if (pair.value[i] == '\\' && i + 1 < pair.value.size() && pair.value[i + 1] == '"') ++i;
    *at++ = pair.value[i];
  }
  const auto used = static_cast<std::size_t>(at - start);
  arena.shrink_last(pair.value.size(), used);
  return {start, used};
}

bool looks_like_key_value(std::string_view text) {
  // The first pair must stand at the very front, so that prose with one "a=b" in it is not taken for pairs.
  std::size_t i = 0;
  while (i < text.size() && is_key_char(text[i])) ++i;
  if (i == 0 || i > 64 || i + 1 >= text.size() || text[i] != '=' || !(is_alpha(text[0]) || text[0] == '_')) {
    return false;
  }
  KeyValueReader reader(text.substr(0, 512));
  KeyValue first, second;
  return reader.next(first) && reader.next(second) &&
         second.key.data() <= first.value.data() + first.value.size() + 3;
}

namespace {

enum class Meaning : std::uint8_t {
  source,
  source_port,
  destination,
  destination_port,
  user,
  message,
  action,
  protocol,
  device,
  url,
  source_bytes,
  destination_bytes
};
struct CommonKey {
  std::string_view key;
  Meaning meaning;
};
constexpr CommonKey kCommonKeys[] = {
    {"src", Meaning::source},
    {"srcip", Meaning::source},
    {"src_ip", Meaning::source},
    {"SRC", Meaning::source},
    {"saddr", Meaning::source},
    {"source_ip", Meaning::source},
    {"dst", Meaning::destination},
    {"dstip", Meaning::destination},
    {"dst_ip", Meaning::destination},
    {"DST", Meaning::destination},
    {"daddr", Meaning::destination},
    {"dest_ip", Meaning::destination},
    {"srcport", Meaning::source_port},
    {"src_port", Meaning::source_port},
    {"SPT", Meaning::source_port},
    {"sport", Meaning::source_port},
    {"dstport", Meaning::destination_port},
    {"dst_port", Meaning::destination_port},
    {"DPT", Meaning::destination_port},
    {"dport", Meaning::destination_port},
    {"dest_port", Meaning::destination_port},
    {"user", Meaning::user},
    {"usr", Meaning::user},
    {"username", Meaning::user},
    {"user_name", Meaning::user},
    {"msg", Meaning::message},
    {"message", Meaning::message},
    {"action", Meaning::action},
    {"act", Meaning::action},
    {"proto", Meaning::protocol},
    {"protocol", Meaning::protocol},
    {"PROTO", Meaning::protocol},
    {"devname", Meaning::device},
    {"device_name", Meaning::device},
    {"url", Meaning::url},
    {"sentbyte", Meaning::source_bytes},
    {"sent_bytes", Meaning::source_bytes},
    {"rcvdbyte", Meaning::destination_bytes},
    {"recv_bytes", Meaning::destination_bytes},
};
constexpr KeyTable kCommon(kCommonKeys);

/// "10.0.0.1:443:X1" (SonicWall: address, port, interface) or "10.0.0.1:443" is split; a bare address is not.
void add_end(PayloadWriter& out, Side side, std::string_view value) {
  const bool known =
      out.event().find(side == Side::source ? "source.address" : "destination.address") != nullptr;
  if (known) return;  // the first of several names for the same end
  if (!plain_address(value).empty()) return out.add_endpoint(side, value);
  std::string_view rest = value;
  const std::string_view address = take_until(rest, ':');
  if (address_kind(address) != AddressKind::ipv4) return out.add_endpoint(side, value);
  out.add_endpoint(side, address);
  out.add_port(side, take_until(rest, ':'));
}

void add_common(PayloadWriter& out, Meaning meaning, std::string_view value) {
  switch (meaning) {
    case Meaning::source:
      return add_end(out, Side::source, value);
    case Meaning::destination:
      return add_end(out, Side::destination, value);
    case Meaning::source_port:
      return out.add_port(Side::source, value);
    case Meaning::destination_port:
      return out.add_port(Side::destination, value);
    case Meaning::user:
      return value == "N/A" || value == "-" ? void() : out.add("user.name", value);
    case Meaning::message:
      return out.set("message", value);
    case Meaning::action:
      return out.add("event.action", value);
    case Meaning::protocol:
      return out.add_transport(value);
    case Meaning::device:
      return out.add("observer.name", value);
    case Meaning::url:
      return out.add_url(value);
    case Meaning::source_bytes:
      return out.add_number("source.bytes", value);
    case Meaning::destination_bytes:
      return out.add_number("destination.bytes", value);
  }
}

}  // namespace

void parse_key_value(PayloadWriter& out) {
  KeyValueReader reader(out.text());
  KeyValue pair;
  for (std::size_t count = 0; reader.next(pair); ++count) {
    if (count == PayloadWriter::kFieldsMax) return out.overflow(pair_onwards(pair, out.text()));
    const std::string_view value = unescape_quotes(pair, out.arena());
    out.add_vendor(pair.key, value);
    if (const CommonKey* common = kCommon.find(pair.key)) add_common(out, common->meaning, value);
  }
}

}  // namespace vigil
