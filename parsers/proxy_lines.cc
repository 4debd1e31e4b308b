#include "parsers/proxy_lines.h"

#include "parsers/field_target.h"
#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/server_text.h"
#include "parsers/web_request.h"

namespace vigil {
namespace {

// clang-format off
constexpr FieldRow kJsonKeys[] = {
    // nginx, as its documentation and most examples name them
    {"remote_addr", "source"}, {"remote_port", "source.port"}, {"remote_user", "user"}, {"request", "_"}, {"status", "_"}, {"request_method", "http.request.method"},
    {"request_uri", "_"}, {"uri", "_"}, {"body_bytes_sent", "http.response.body.bytes"}, {"bytes_sent", "http.response.bytes"},
    {"request_length", "http.request.bytes"}, {"http_referer", "http.request.referrer"}, {"http_referrer", "http.request.referrer"},
    {"http_user_agent", "user_agent.original"}, {"http_x_forwarded_for", "forwarded"}, {"server_name", "url.domain"}, {"http_host", "url.domain"},
    {"request_time", "_"}, {"upstream_addr", "destination:pair"}, {"ssl_protocol", "tls.version"}, {"ssl_cipher", "tls.cipher"},
    {"time_iso8601", "_"}, {"time_local", "_"}, {"request_id", "http.request.id"}, {"connection", "connection"},
    // Caddy
    {"request.remote_ip", "source"}, {"request.client_ip", "client.ip"}, {"request.remote_port", "source.port"}, {"request.method", "http.request.method"},
    {"request.host", "url.domain"}, {"request.uri", "_"}, {"request.proto", "_"}, {"request.headers.User-Agent", "user_agent.original"},
    {"request.headers.Referer", "http.request.referrer"}, {"user_id", "user"}, {"size", "http.response.body.bytes"}, {"ts", "_"}, {"msg", "message"},
    {"request.headers.Cookie", "_"}, {"request.headers.Authorization", "_"},
    // Traefik
    {"ClientHost", "source"}, {"ClientPort", "source.port"}, {"ClientUsername", "user"}, {"ClientAddr", "_"}, {"RequestMethod", "http.request.method"},
    {"RequestPath", "_"}, {"RequestHost", "url.domain"}, {"RequestProtocol", "_"}, {"RequestScheme", "url.scheme"}, {"DownstreamStatus", "_"},
    {"OriginStatus", "origin_status"}, {"DownstreamContentSize", "http.response.body.bytes"}, {"RequestContentSize", "http.request.body.bytes"},
    {"Duration", "event.duration:number"}, {"request_User-Agent", "user_agent.original"}, {"request_Referer", "http.request.referrer"},
    {"StartUTC", "event.start"}, {"time", "_"}, {"level", "log.level"},
    // Envoy, Istio
    {"downstream_remote_address", "source:pair"}, {"upstream_host", "destination:pair"}, {"authority", "url.domain"}, {"method", "http.request.method"}, {"path", "_"},
    {"protocol", "_"}, {"response_code", "_"}, {"user_agent", "user_agent.original"}, {"bytes_received", "http.request.body.bytes"}, {"x_forwarded_for", "forwarded"},
    {"start_time", "_"}, {"duration", "_"}, {"response_flags", "response_flags"},
};
// clang-format on
constexpr FieldMap kJson(kJsonKeys);

bool is_word_of_capitals(std::string_view word) {
  if (word.empty()) return false;
  for (const char c : word) {
    if (!(c >= 'A' && c <= 'Z') && c != '_' && !is_digit(c)) return false;
  }
  return true;
}

std::string_view next_word(std::string_view& rest) {
  rest = trim_left(rest);
  return take_word(rest);
}

void add_version(PayloadWriter& out, std::string_view protocol) {
  if (take_prefix(protocol, "HTTP/")) out.add("http.version", protocol);
}

}  // namespace

bool is_squid_line(std::string_view text) {
  const std::string_view time = next_word(text);
  if (time.size() < 14 || time.size() > 17 || time[10] != '.' || !all_digits(time.substr(0, 10)))
    return false;
  if (!all_digits(next_word(text)) || next_word(text).empty()) return false;
  std::string_view result = next_word(text);
  const std::string_view tag = take_until(result, '/');
  return is_word_of_capitals(tag) && result.size() == 3 && all_digits(result);
}

// time elapsed client result/status bytes method url user hierarchy/server type [more]
void parse_squid(PayloadWriter& out, std::string_view text) {
  next_word(text);
  const std::string_view elapsed = next_word(text);
  add_duration(out, elapsed, 1'000'000);
  out.add_endpoint(Side::source, next_word(text));
  std::string_view result = next_word(text);
  const std::string_view tag = take_until(result, '/');
  out.add_vendor("cache_result", tag);
  // 000: the client left before there was an answer.
  if (result != "000") add_status(out, result);
  const std::string_view bytes = next_word(text);
  if (all_digits(bytes)) out.add_number("http.response.bytes", bytes);
  const std::string_view method = next_word(text);
  out.add("http.request.method", method);
  const std::string_view url = next_word(text);
  if (method == "CONNECT" && url.find("://") == std::string_view::npos) {
    out.add("url.original", url);
    const std::size_t colon = url.rfind(':');
    out.add("url.domain", url.substr(0, colon));
    if (colon != std::string_view::npos && all_digits(url.substr(colon + 1)))
      out.add_number("url.port", url.substr(colon + 1));
  } else {
    out.add_url(url);
  }
  std::string_view user = next_word(text);
  // Cisco's WSA quotes DOMAIN\user@realm.
  take_prefix(user, "\"");
  take_suffix(user, "\"");
  put(out, target_of("user"), user);
  std::string_view server = next_word(text);
  const std::string_view hierarchy = take_until(server, '/');
  if (!hierarchy.empty()) out.add_vendor("hierarchy", hierarchy);
  out.add_endpoint(Side::destination, server);
  const std::string_view type = next_word(text);
  if (!type.empty() && type != "-") out.add("http.response.mime_type", type);
  text = trim(text);
  if (!text.empty()) out.add_vendor("more", text);
  const bool denied = tag.find("DENIED") != std::string_view::npos;
  out.classify("web", denied ? "denied" : "access", denied ? "proxy_denied" : "proxy_request");
}

bool is_haproxy_line(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos || space > 64 || text.size() < space + 27) return false;
  const std::string_view peer = text.substr(0, space);
  if (peer.rfind(':') == std::string_view::npos || text[space + 1] != '[') return false;
  // Milliseconds, which no web server's log has: "[20/Nov/2026:14:59:00.123]".
  return text[space + 4] == '/' && text[space + 8] == '/' && text[space + 22] == '.' &&
         text.find(']', space) == space + 26;
}

// client:port [time] frontend backend/server timers status bytes cookie cookie flags counts queues {…} {…} "request"
// client:port [time] frontend backend/server Tw/Tc/Tt bytes flags counts queues            (TCP)
// client:port [time] frontend/bind: error                                                  (errors)
void parse_haproxy(PayloadWriter& out, std::string_view text) {
  add_peer(out, Side::source, next_word(text));
  next_word(text);
  std::string_view frontend = next_word(text);
  if (frontend.ends_with(':')) {
    take_suffix(frontend, ":");
    out.add_vendor("frontend", frontend);
    out.add("error.message", trim(text));
    return out.classify("network", "error", "haproxy_connection_error");
  }
  // "~" marks a listener with TLS.
  if (take_suffix(frontend, "~")) out.add("network.protocol", "https");
  out.add_vendor("frontend", frontend);
  std::string_view server = next_word(text);
  out.add_vendor("backend", take_until(server, '/'));
  if (!server.empty()) out.add_vendor("server", server);
  const std::string_view timers = next_word(text);
  out.add_vendor("timers", timers);
  std::string_view total = timers.substr(timers.rfind('/') + 1);
  take_prefix(total, "+");
  if (all_digits(total)) add_duration(out, total, 1'000'000);
  std::string_view ahead = text;
  const std::string_view first = next_word(ahead);
  std::string_view second = next_word(ahead);
  take_prefix(second, "+");
  const bool http = (first.size() == 3 || first == "-1") && all_digits(second);
  if (http) {
    add_status(out, first);
    out.add_number("http.response.bytes", second);
    next_word(ahead);
    next_word(ahead);
    out.add_vendor("flags", next_word(ahead));
    const std::size_t quote = ahead.find('"');
    std::string_view captured = trim(ahead.substr(0, quote));
    if (const std::size_t brace = captured.find('{'); brace != std::string_view::npos)
      out.add_vendor("captured", captured.substr(brace));
    std::string_view request;
    if (quote != std::string_view::npos) {
      std::string_view rest = ahead.substr(quote);
      if (take_quoted(rest, request) && request != "<BADREQ>") add_request(out, request);
    }
    return out.classify("web", "access");
  }
  if (all_digits(first)) out.add_number("destination.bytes", first);
  out.add_vendor("flags", second);
  out.add("network.transport", "tcp");
  out.classify("network", "connection");
}

bool is_envoy_line(std::string_view text) {
  if (text.size() < 40 || text[0] != '[' || !begins_with_iso_date(text.substr(1))) return false;
  const std::size_t close = text.find("] \"");
  return close != std::string_view::npos && close < 34 && text[close - 1] == 'Z';
}

// [start] "method path protocol" code flags … bytes_received bytes_sent duration upstream_time "forwarded" "agent" "id" "authority" "upstream"
void parse_envoy(PayloadWriter& out, std::string_view text) {
  text.remove_prefix(text.find(']') + 1);
  std::string_view request;
  if (take_quoted(text, request)) add_request(out, request);
  add_status(out, next_word(text));
  out.add_vendor("response_flags", next_word(text));
  // Istio puts details and a termination reason between: words and quoted texts that are no numbers.
  std::string_view numbers[3];
  std::size_t count = 0;
  while (count < 3 && !text.empty()) {
    text = trim_left(text);
    std::string_view quoted;
    if (text.starts_with('"')) {
      take_quoted(text, quoted);
      continue;
    }
    const std::string_view word = next_word(text);
    if (all_digits(word)) numbers[count++] = word;
  }
  out.add_number("http.request.body.bytes", numbers[0]);
  out.add_number("http.response.body.bytes", numbers[1]);
  if (!numbers[2].empty()) add_duration(out, numbers[2], 1'000'000);
  next_word(text);
  constexpr std::string_view kQuoted[] = {"_", "user_agent.original", "http.request.id", "url.domain",
                                          "destination:pair"};
  for (const std::string_view name : kQuoted) {
    std::string_view value;
    if (!take_quoted(text, value)) break;
    if (name == "_") {
      const std::string_view client = value.substr(0, value.find(','));
      out.add_endpoint(Side::source, client);
    } else {
      put(out, target_of(name), value);
    }
  }
  if (!trim(text).empty()) out.add_vendor("more", trim(text));
  out.classify("web", "access");
}

bool is_json_access(std::string_view text) {
  const std::string_view front = json_front(text);
  if (contains(front, "\"http.log.access")) return true;  // Caddy
  if (contains(front, "\"DownstreamStatus\":") && contains(front, "\"RequestMethod\":"))
    return true;  // Traefik
  if (contains(front, "\"response_code\":") && contains(front, "\"downstream_remote_address\":"))
    return true;  // Envoy
  return contains(front, "\"remote_addr\":") && contains(front, "\"status\":") &&
         (contains(front, "\"request\":") || contains(front, "\"request_uri\":") ||
          contains(front, "\"request_method\":"));
}

void parse_json_access(PayloadWriter& out) {
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) return;
  const FieldTable table = kJson;
  std::string_view request, uri;
  for (const JsonField& leaf : fields->leaves) {
    if (leaf.type == ValueType::null) continue;
    if (leaf.path == "request") request = leaf.value;
    if (is_any(leaf.path, {"status", "DownstreamStatus", "response_code"})) add_status(out, leaf.value);
    if (is_any(leaf.path, {"request_uri", "request.uri", "RequestPath", "path"})) uri = leaf.value;
    if (leaf.path == "uri" && uri.empty()) uri = leaf.value;
    if (is_any(leaf.path, {"request.proto", "RequestProtocol", "protocol"})) add_version(out, leaf.value);
    if (leaf.path == "request_time" ||
        (leaf.path == "duration" && leaf.value.find('.') != std::string_view::npos))
      add_duration(out, leaf.value, 1'000'000'000);
    else if (leaf.path == "duration")
      add_duration(out, leaf.value, 1'000'000);
    const Target* const target = table.find(leaf.path);
    if (target == nullptr) {
      add_json_leaf(out, leaf);
    } else if (target->put != Put::number || all_digits(leaf.value)) {
      put(out, *target, leaf.value);
    }
  }
  if (!request.empty()) {
    add_request(out, request);
  } else {
    out.add_url(uri);
  }
  out.classify("web", "access");
}

std::optional<std::int64_t> proxy_time(std::string_view text, int zone_minutes) {
  if (text.starts_with('{')) {
    for (const std::string_view key :
         {"time_iso8601", "ts", "StartUTC", "time", "start_time", "@timestamp", "timestamp"}) {
      if (const auto time = read_any_time(peek_json_member(text, key), zone_minutes)) return time;
    }
    return read_web_time(peek_json_member(text, "time_local"), zone_minutes);
  }
  if (text.starts_with('[')) return read_iso_time(text.substr(1, text.find(']') - 1), 0);
  if (is_squid_line(text)) return read_epoch(next_word(text));
  const std::size_t open = text.find('[');
  if (open == std::string_view::npos) return std::nullopt;
  auto time = read_web_time(text.substr(open + 1, 20), zone_minutes);
  if (time && text.size() > open + 25 && text[open + 21] == '.' && all_digits(text.substr(open + 22, 3)))
    *time += static_cast<std::int64_t>(read_number(text.substr(open + 22, 3)).value_or(0)) * 1'000'000;
  return time;
}

}  // namespace vigil
