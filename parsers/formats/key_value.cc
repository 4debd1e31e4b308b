#include "parsers/format.h"

#include "parsers/key_table.h"
#include "parsers/key_value.h"
#include "parsers/logon_members.h"
#include "parsers/payload_app.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
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

std::optional<std::int64_t> pairs_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  const std::string_view time = peek_pair(text, "time=");
  if (const auto whole = read_any_time(time.substr(0, 19), zone_minutes); whole && time.size() >= 19) {
    // SonicWall: time="2026-11-20 06:59:00 UTC"
    return time.ends_with(" UTC") ? read_any_time(time.substr(0, 19), 0) : read_any_time(time, zone_minutes);
  }
  if (const auto stamp = read_any_time(peek_pair(text, "timestamp="), zone_minutes)) return stamp;
  return read_date_and_time(peek_pair(text, "date="), time, peek_pair(text, "tz="), zone_minutes);
}

/// Pairs of a product nobody has taught us: all of them under `vendor.<key>`, and the few names that mean the same wherever
/// they are met (src, dst, srcip, user, msg …) as ECS fields besides.
void parse_key_value(PayloadWriter& out) {
  KeyValueReader reader(out.text());
  KeyValue pair;
  for (std::size_t count = 0; reader.next(pair); ++count) {
    if (count == PayloadWriter::kFieldsMax) {
      out.overflow(pair_onwards(pair, out.text()));
      break;
    }
    const std::string_view value = unescape_quotes(pair, out.arena());
    out.add_vendor(pair.key, value);
    if (const CommonKey* common = kCommon.find(pair.key)) add_common(out, common->meaning, value);
  }
  add_logon_of_members(out);
}

/// Pairs without a program's name are what firewalls and their kin send.
Kinds key_value_kinds(const SyslogHeader& header, std::string_view text) {
  Kinds kinds = header.app.empty() ? Kinds(Kind::device) : app_kinds(app_kind(header.app));
  if (!tells_of_logon(text)) return header.app.empty() ? kinds : Kinds();
  // Programs write their pairs with a level; devices do not.
  const bool program = contains(text.substr(0, 256), " level=") || text.starts_with("level=");
  if (kinds.none() || (header.app.empty() && program)) kinds = Kind::application;
  return kinds | Kind::logon;
}

}  // namespace

extern const FormatSpec kFormat_key_value = {
    .number = Format::key_value,
    .name = "key_value",
    .title = "key=value pairs of a product nobody has taught us",
    .sample = R"(src=203.0.113.9 dst=10.1.0.5 user=alice action=deny)",
    .rank = 251,
    .claims = [](const SyslogHeader&, std::string_view text) { return looks_like_key_value(text); },
    .parse = parse_key_value,
    .time = pairs_time,
    .kinds_of = key_value_kinds,
    .names_host = NamesHost::never,
};

}  // namespace vigil
