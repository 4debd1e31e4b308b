#include "parsers/snort_alert.h"

#include "parsers/field_target.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

/// The next cell of comma separated values (RFC 4180), without quotes and the blanks around it. A quote that is never closed
/// ends with the text: it was cut.
std::string_view take_cell(std::string_view& rest, Arena& arena) {
  rest = trim_left(rest);
  if (!rest.starts_with('"')) return trim(take_until(rest, ','));
  std::size_t end = 1;
  bool doubled = false;
  for (; end < rest.size(); ++end) {
    if (rest[end] != '"') continue;
    if (end + 1 >= rest.size() || rest[end + 1] != '"') break;
    doubled = true;
    ++end;
  }
  std::string_view cell = rest.substr(1, end - 1);
  rest.remove_prefix(end < rest.size() ? end + 1 : rest.size());
  take_until(rest, ',');
  if (!doubled) return cell;
  char* const out = arena.allocate(cell.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    out[size++] = cell[i];
    if (cell[i] == '"') ++i;
  }
  arena.shrink_last(cell.size(), size);
  return {out, size};
}

/// Takes "[…]" off the front: what stands inside.
std::optional<std::string_view> take_brackets(std::string_view& text) {
  text = trim_left(text);
  if (!text.starts_with('[')) return std::nullopt;
  const std::size_t end = text.find(']');
  const std::string_view inside = text.substr(1, end == std::string_view::npos ? end : end - 1);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return inside;
}

bool is_rule_id(std::string_view text) {
  const std::string_view gid = take_until(text, ':'), sid = take_until(text, ':');
  return all_digits(gid) && all_digits(sid) && all_digits(text);
}

constexpr std::string_view kEndsOfMessage[] = {" [**]", " [Classification", " [Priority", " [AppID", " {",
                                               "\n"};

std::string_view take_message(std::string_view& text) {
  text = trim_left(text);
  std::size_t end = text.size();
  for (const std::string_view mark : kEndsOfMessage) end = std::min(end, text.find(mark));
  std::string_view message = trim(text.substr(0, end));
  text.remove_prefix(end);
  if (take_prefix(message, "\"")) take_suffix(message, "\"");
  return message;
}

void read_ends(PayloadWriter& out, std::string_view text, bool has_port) {
  const std::size_t arrow = text.find(" ->");
  if (arrow == std::string_view::npos) return;
  const std::string_view source = text.substr(0, arrow);
  const std::string_view rest = trim_left(text.substr(arrow + 3));
  add_snort_end(out, Side::source, source.substr(source.find_last_of(" \n") + 1), has_port);
  const std::size_t end = rest.find_first_of(" \n\r");
  add_snort_end(out, Side::destination, rest.substr(0, end), has_port);
}

std::string_view read_labels(PayloadWriter& out, std::string_view& text) {
  std::string_view action;
  while (const auto label = take_brackets(text)) {
    std::string_view value = *label;
    if (value == "**") continue;
    const std::string_view key = take_until(value, ':');
    value = trim(value);
    if (key == "Classification") {
      out.add("rule.category", value);
    } else if (key == "Priority") {
      out.add_number("event.severity", value);
    } else if (key == "AppID") {
      out.add("network.application", value);
    } else if (!value.empty()) {
      out.add_vendor(key, value);
    } else if (key.find("=>") == std::string_view::npos) {
      action = key;
    }
  }
  return action;
}

constexpr std::string_view kSnort2Columns[] = {
    "source",    "source.port", "destination",  "destination.port", "source.mac", "destination.mac",
    "eth_len",   "tcp_flags",   "tcp_sequence", "tcp_ack",          "tcp_length", "tcp_window",
    "ttl",       "tos",         "id",           "datagram_length",  "ip_length",  "icmp_type",
    "icmp_code", "icmp_id",     "icmp_sequence"};

void put_column(PayloadWriter& out, std::string_view target, std::string_view value) {
  if (!value.empty()) put(out, target_of(target), value);
}

/// timestamp, gid, sid, rev, "msg", proto, src, … (Snort 2); timestamp, number, proto, source of packet, length, direction,
/// src:port, dst:port, gid:sid:rev, action (Snort 3).
void read_columns(PayloadWriter& out, std::string_view rest) {
  Arena& arena = out.arena();
  const std::string_view first = take_cell(rest, arena), second = take_cell(rest, arena);
  if (!all_digits(second)) {
    add_snort_protocol(out, second);
    out.add_vendor("packet_number", first);
    out.add_vendor("packet_source", take_cell(rest, arena));
    out.add_number("network.bytes", take_cell(rest, arena));
    out.add_vendor("direction", take_cell(rest, arena));
    const bool has_port = second == "TCP" || second == "UDP";
    add_snort_end(out, Side::source, take_cell(rest, arena), has_port);
    add_snort_end(out, Side::destination, take_cell(rest, arena), has_port);
    add_snort_rule(out, take_cell(rest, arena), {});
    return classify_snort(out, take_cell(rest, arena));
  }
  const std::string_view revision = take_cell(rest, arena);
  out.alert(take_cell(rest, arena));
  out.add_vendor("generator_id", first);
  out.add("rule.id", second);
  out.add("rule.version", revision);
  add_snort_protocol(out, take_cell(rest, arena));
  for (const std::string_view column : kSnort2Columns) {
    if (rest.empty()) break;
    put_column(out, column, take_cell(rest, arena));
  }
  classify_snort(out, {});
}

}  // namespace

std::size_t snort_time_length(std::string_view text) {
  const auto digits = [text](std::size_t at, std::size_t count) {
    return at + count <= text.size() && all_digits(text.substr(at, count));
  };
  if (!digits(0, 2) || !text.substr(2).starts_with('/') || !digits(3, 2)) return 0;
  std::size_t at = 5;
  if (text.substr(at).starts_with('/')) {
    const std::size_t year = digits(at + 1, 4) ? 4 : 2;
    if (!digits(at + 1, year)) return 0;
    at += 1 + year;
  }
  if (!text.substr(at).starts_with('-') || !digits(at + 1, 2) || !digits(at + 4, 2) || !digits(at + 7, 2))
    return 0;
  if (text[at + 3] != ':' || text[at + 6] != ':') return 0;
  at += 9;
  if (text.substr(at).starts_with('.')) ++at;
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

std::optional<std::int64_t> snort_time(std::string_view text, int zone_minutes, std::int64_t received_ns) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t length = snort_time_length(text);
  if (length == 0) return std::nullopt;
  const std::size_t dash = text.find('-');
  const std::string_view month = text.substr(0, 2), day = text.substr(3, 2);
  const std::string_view clock = text.substr(dash + 1, length - dash - 1);
  char buffer[40];
  std::size_t size = 0;
  const auto append = [&](std::string_view part) {
    for (const char c : part.substr(0, sizeof buffer - size)) buffer[size++] = c;
  };
  if (dash > 5) {
    if (dash == 8) append("20");
    append(text.substr(6, dash - 6));
    append("-");
    append(month);
    append("-");
    append(day);
    append("T");
    append(clock);
    return read_iso_time({buffer, size}, zone_minutes);
  }
  const auto number = read_number(month);
  if (!number || *number < 1 || *number > 12) return std::nullopt;
  append(kMonths.substr((*number - 1) * 3, 3));
  append(" ");
  append(day);
  append(" ");
  append(clock);
  return read_cef_time({buffer, size}, zone_minutes, received_ns);
}

bool begins_with_snort_rule(std::string_view text) {
  for (int i = 0; i < 4; ++i) {
    const auto inside = take_brackets(text);
    if (!inside) return false;
    if (is_rule_id(*inside)) return text.starts_with(' ');
    if (*inside != "**" && !is_any(*inside, {"Drop", "wDrop", "Reject", "drop", "reject", "block"}))
      return false;
  }
  return false;
}

void add_snort_rule(PayloadWriter& out, std::string_view id, std::string_view message) {
  out.alert(message);
  out.add_vendor("generator_id", take_until(id, ':'));
  out.add("rule.id", take_until(id, ':'));
  out.add("rule.version", id);
}

void classify_snort(PayloadWriter& out, std::string_view action) {
  const bool denied = contains_ignoring_case(action, "drop") || contains_ignoring_case(action, "reject") ||
                      contains_ignoring_case(action, "block");
  out.classify("intrusion_detection", denied ? "denied" : "info");
  out.add("event.category", "network");
  out.add("event.action", action);
}

void add_snort_protocol(PayloadWriter& out, std::string_view protocol) {
  out.add_transport(protocol);
  if (equals_ignoring_case(protocol, "tcp")) out.add("network.iana_number", "6");
  if (equals_ignoring_case(protocol, "udp")) out.add("network.iana_number", "17");
  if (equals_ignoring_case(protocol, "icmp")) out.add("network.iana_number", "1");
  if (equals_ignoring_case(protocol, "ipv6-icmp") || equals_ignoring_case(protocol, "icmp6"))
    out.add("network.iana_number", "58");
}

void add_snort_end(PayloadWriter& out, Side side, std::string_view end, bool has_port) {
  end = trim(end);
  const std::size_t colon = end.rfind(':');
  if (colon != std::string_view::npos && all_digits(end.substr(colon + 1)) &&
      (has_port || plain_address(end).empty()) && !plain_address(end.substr(0, colon)).empty()) {
    out.add_port(side, end.substr(colon + 1));
    end = end.substr(0, colon);
  }
  out.add_endpoint(side, end);
}

void read_snort_alert(PayloadWriter& out) {
  std::string_view text = trim(out.text());
  out.observer("Snort", "Snort", "ids");
  out.log_source("snort", {}, {});
  if (const std::size_t time = snort_time_length(text); time > 0) {
    text = trim_left(text.substr(time));
    if (take_prefix(text, ",")) return read_columns(out, text);
  }
  std::string_view action, id;
  while (id.empty()) {
    const auto inside = take_brackets(text);
    if (!inside) return;
    if (is_rule_id(*inside)) {
      id = *inside;
    } else if (*inside != "**") {
      action = *inside;
    }
  }
  const std::string_view message = take_message(text);
  add_snort_rule(out, id, message);
  if (const std::string_view late = read_labels(out, text); !late.empty()) action = late;
  classify_snort(out, action);
  text = trim_left(text);
  take_prefix(text, ":");
  text = trim_left(text);
  if (take_prefix(text, "<")) {
    out.add("observer.ingress.interface.name", take_until(text, '>'));
    text = trim_left(text);
  }
  bool has_port = true;
  if (take_prefix(text, "{")) {
    const std::string_view protocol = take_until(text, '}');
    add_snort_protocol(out, protocol);
    has_port = protocol == "TCP" || protocol == "UDP";
  } else if (const std::size_t ttl = text.find(" TTL:"); ttl != std::string_view::npos) {
    const std::size_t line = text.rfind('\n', ttl);
    if (line != std::string_view::npos) add_snort_protocol(out, text.substr(line + 1, ttl - line - 1));
  }
  read_ends(out, text, has_port);
}

}  // namespace vigil
