#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "parsers/calendar.h"
#include "parsers/payload_text.h"
#include "parsers/payload_writer.h"

/// What firewalls, routers and switches of all makers write alike.
namespace vigil {

namespace detail {
struct ProtocolRow {
  std::string_view name, number;
};
/// IANA's protocol numbers that devices name.
constexpr ProtocolRow kProtocols[] = {
    {"tcp", "6"},    {"udp", "17"},      {"icmp", "1"},  {"ipv6-icmp", "58"}, {"icmpv6", "58"},
    {"icmp6", "58"}, {"igmp", "2"},      {"gre", "47"},  {"esp", "50"},       {"ah", "51"},
    {"ospf", "89"},  {"eigrp", "88"},    {"pim", "103"}, {"vrrp", "112"},     {"sctp", "132"},
    {"ipip", "4"},   {"ipinip", "4"},    {"ipv6", "41"}, {"l2tp", "115"},     {"egp", "8"},
    {"igp", "9"},    {"udplite", "136"}, {"rsvp", "46"}, {"ipcomp", "108"}};

inline void append_two(char*& at, std::uint64_t number) {
  *at++ = static_cast<char>('0' + number / 10 % 10);
  *at++ = static_cast<char>('0' + number % 10);
}

/// "2026-11-20T06:59:00.123Z"
inline std::string_view utc_text(std::int64_t ns, Arena& arena) {
  std::int64_t days = ns / kDay, rest = ns % kDay;
  if (rest < 0) {
    rest += kDay;
    --days;
  }
  const Date date = date_from_days(days);
  const auto milliseconds = static_cast<std::uint64_t>(rest / 1'000'000);
  const std::uint64_t seconds = milliseconds / 1000;
  constexpr std::size_t kLength = 24;
  char* const text = arena.allocate(kLength);
  char* at = text;
  append_two(at, static_cast<std::uint64_t>(date.year) / 100);
  append_two(at, static_cast<std::uint64_t>(date.year) % 100);
  *at++ = '-';
  append_two(at, date.month);
  *at++ = '-';
  append_two(at, date.day);
  *at++ = 'T';
  append_two(at, seconds / 3600);
  *at++ = ':';
  append_two(at, seconds / 60 % 60);
  *at++ = ':';
  append_two(at, seconds % 60);
  *at++ = '.';
  *at++ = static_cast<char>('0' + milliseconds / 100 % 10);
  append_two(at, milliseconds % 100);
  *at++ = 'Z';
  return {text, kLength};
}
}  // namespace detail

/// network.iana_number beside a network.transport that the text gave by name, and the other way round.
inline void complete_transport(PayloadWriter& out) {
  const std::string_view name = out.event().text_of("network.transport");
  const std::string_view number = out.event().text_of("network.iana_number");
  if (name.empty() == number.empty()) return;
  for (const detail::ProtocolRow& row : detail::kProtocols) {
    if (!name.empty() && row.name == name) return out.add("network.iana_number", row.number);
    if (!number.empty() && row.number == number) return out.add("network.transport", row.name);
  }
}

/// Seconds of "0:01:07", "92:24:20", "0h:32m:16s", "1d 02h:03m:04s", "67".
inline std::optional<std::uint64_t> read_span(std::string_view text) {
  std::uint64_t total = 0, number = 0;
  bool digits = false, any = false, units = false;
  for (const char c : text) {
    if (is_digit(c)) {
      if (number > 1'000'000'000) return std::nullopt;
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
      digits = any = true;
      continue;
    }
    const std::uint64_t unit = c == 'd' ? 86'400 : c == 'h' ? 3600 : c == 'm' ? 60 : c == 's' ? 1 : 0;
    if (digits && unit != 0) {
      total += number * unit;
      units = true;
    } else if (digits && c == ':' && !units) {
      total = (total + number) * 60;
    } else if (c != ' ' && c != ':' && c != ',') {
      return std::nullopt;
    }
    number = 0;
    digits = false;
  }
  if (digits) total += number;
  constexpr std::uint64_t kSecondsMax = 4'000'000'000;  // some 120 years: fits as nanoseconds
  if (!any || total > kSecondsMax) return std::nullopt;
  return total;
}

/// What ends now has begun so long ago: event.duration, event.start, event.end.
inline void add_span(PayloadWriter& out, std::uint64_t seconds) {
  out.add_number("event.duration", seconds * 1'000'000'000);
  const std::int64_t end = out.event().timestamp_ns;
  out.add("event.end", detail::utc_text(end, out.arena()));
  out.add("event.start", detail::utc_text(end - static_cast<std::int64_t>(seconds) * kSecond, out.arena()));
}

/// The same of what a line's template left in vendor.duration.
inline void add_told_span(PayloadWriter& out) {
  if (const auto seconds = read_span(out.event().text_of("vendor.duration"))) add_span(out, *seconds);
}

/// "10.0.0.1", "inside:10.0.0.1/443", "10.0.0.1:443", "(10.0.0.1)," and what may hang on either end: address and port.
struct LooseEnd {
  std::string_view interface, address, port;
};
inline std::optional<LooseEnd> read_loose_end(std::string_view word) {
  while (!word.empty() && std::string_view("([<'\"").find(word.front()) != std::string_view::npos)
    word.remove_prefix(1);
  while (!word.empty() && std::string_view(")]>'\".,;:").find(word.back()) != std::string_view::npos)
    word.remove_suffix(1);
  LooseEnd end;
  constexpr std::size_t kWordMax = 128;
  if (word.size() > kWordMax || word.find_first_of(".:") == std::string_view::npos) return std::nullopt;
  if (!plain_address(word).empty()) return LooseEnd{{}, word, {}};
  if (const std::size_t cut = word.find_last_of("/:(");
      cut != std::string_view::npos && all_digits(word.substr(cut + 1))) {
    end.port = word.substr(cut + 1);
    word = word.substr(0, cut);
    take_suffix(word, "]");
    take_prefix(word, "[");
  }
  if (!plain_address(word).empty()) {
    end.address = word;
    return end;
  }
  const std::size_t colon = word.find_first_of(":/=");
  if (colon == std::string_view::npos || plain_address(word.substr(colon + 1)).empty()) return std::nullopt;
  end.interface = word.substr(0, colon);
  end.address = word.substr(colon + 1);
  return end;
}

/// For a line that no template knows: the first addresses in it, which "from", "to" and the like say the side of; the first
/// is the source where nothing does. A user where "user" names one beyond doubt.
inline void put_loose_ends(PayloadWriter& out, std::string_view text) {
  constexpr std::size_t kBytesMax = 1024;  // what matters stands in front
  text = text.substr(0, kBytesMax);
  bool source = out.event().find("source.address") != nullptr;
  bool destination = out.event().find("destination.address") != nullptr;
  bool user = out.event().find("user.name") != nullptr;
  // Where a template or pair named one end already, only a word names the other.
  const bool told = source || destination;
  std::string_view before;
  while (!text.empty() && !(source && destination && user)) {
    const std::string_view word = take_word(text);
    if (const auto end = read_loose_end(word)) {
      const bool says_destination =
          is_any(before, {"to", "dst", "dest", "destination", "->", "server", "==>"});
      const bool says_source = is_any(before, {"from", "src", "source", "client", "host"});
      if (told && !says_source && !says_destination) {
        // may be that end once more
      } else if (!source && !says_destination) {
        source = true;
        out.add_endpoint(Side::source, end->address);
        out.add_port(Side::source, end->port);
      } else if (!destination && !says_source) {
        destination = true;
        out.add_endpoint(Side::destination, end->address);
        out.add_port(Side::destination, end->port);
      }
    } else if (!user && word.size() > 2 && (word.front() == '\'' || word.front() == '"') &&
               (equals_ignoring_case(before, "user") || equals_ignoring_case(before, "username"))) {
      std::string_view name = word.substr(1);
      name = name.substr(0, name.find(word.front()));
      out.add("user.name", name);
      user = true;
    }
    before = word;
    text = trim_left(text);
  }
}

}  // namespace vigil
