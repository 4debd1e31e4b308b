#include "parsers/format.h"

#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/proxy_lines.h"
#include "parsers/server_text.h"
#include "parsers/web_request.h"

namespace vigil {
namespace {

/// "client ident user" or "vhost[:port] client ident user"; the user may hold blanks. A virtual host is known by the word
/// behind it, which is no ident.
bool add_client(PayloadWriter& out, std::string_view text) {
  text = trim(text);
  std::string_view rest = text;
  std::string_view client = take_word(rest);
  std::string_view after = rest;
  std::string_view second = take_word(after);
  const bool several = take_suffix(second, ",");
  std::string_view ahead = after;
  const std::string_view third = take_word(ahead);
  const bool listed = client.ends_with(',');
  const bool ident_later = third == "-" && !trim(ahead).empty();
  if (!listed && second != "-" && (several || !plain_address(second).empty() || ident_later)) {
    const std::size_t colon = client.rfind(':');
    const bool port = plain_address(client).empty() && colon != std::string_view::npos &&
                      all_digits(client.substr(colon + 1));
    const std::string_view host = client.substr(0, port ? colon : std::string_view::npos);
    if (plain_address(host).empty()) {
      out.add("url.domain", host);
      if (port) out.add_number("url.port", client.substr(colon + 1));
    }
    out.add_endpoint(Side::destination, host);
    if (port) out.add_port(Side::destination, client.substr(colon + 1));
    client = several ? std::string_view(second.data(), second.size() + 1) : second;
    rest = after;
  }
  // "10.0.0.2, 10.0.0.1, 127.0.0.1 - -": X-Forwarded-For, nearest to the client first.
  if (take_suffix(client, ",")) {
    const std::string_view list = rest;
    while (take_word(rest).ends_with(',')) {
    }
    out.add_vendor("forwarded", trim(list.substr(0, list.size() - rest.size())));
  }
  if (client.empty()) return false;
  out.add_endpoint(Side::source, client);
  take_word(rest);  // ident: never used
  const std::string_view user = trim(rest);
  if (user != "-" && user != "\"\"") out.add("user.name", user);
  return true;
}

/// X-Forwarded-For="10.0.0.2,10.0.0.1": who sent the request to the proxy.
void add_forwarded(PayloadWriter& out, std::string_view more) {
  const std::size_t at = more.find("X-Forwarded-For=\"");
  if (at == std::string_view::npos) return;
  const std::string_view list = more.substr(at + 17);
  const std::string_view first = list.substr(0, list.find_first_of(",\" "));
  if (!plain_address(first).empty()) out.add("client.ip", plain_address(first));
}

/// What stands behind the agent: seconds of nginx ("0.123", "rt=0.123") and of its ingress, milliseconds of Traefik ("3ms"),
/// Squid's result.
void add_more(PayloadWriter& out, std::string_view more) {
  out.add_vendor("more", more);
  add_forwarded(out, more);
  for (const std::string_view key : {"rt=", "request_time="}) {
    const std::string_view seconds = value_of(more, key);
    if (!seconds.empty()) return add_duration(out, seconds, 1'000'000'000);
  }
  std::string_view rest = more;
  const std::string_view first = take_word(rest);
  rest = trim_left(rest);
  if (first.starts_with("TCP_") || first.starts_with("NONE")) {
    std::string_view route = first;
    out.add_vendor("cache_result", take_until(route, ':'));
    return;
  }
  std::string_view ahead = rest;
  const std::string_view second = take_word(ahead);
  const auto is_seconds = [](std::string_view word) {
    const std::size_t point = word.find('.');
    return point != std::string_view::npos && point != 0 && all_digits(word.substr(0, point)) &&
           all_digits(word.substr(point + 1));
  };
  if (all_digits(first) && is_seconds(second) && trim_left(ahead).starts_with('[')) {
    // nginx ingress: length time [upstream name] [alternative] upstream …
    out.add_number("http.request.bytes", first);
    add_duration(out, second, 1'000'000'000);
    ahead = trim_left(ahead).substr(1);
    out.add_vendor("upstream_name", take_until(ahead, ']'));
    ahead = trim_left(ahead);
    if (take_prefix(ahead, "[")) take_until(ahead, ']');
    ahead = trim_left(ahead);
    add_peer(out, Side::destination, take_word(ahead));
  } else if (all_digits(first) && rest.starts_with('"')) {
    // Traefik: count "router" "backend" 3ms
    std::string_view router, backend;
    take_quoted(rest, router);
    take_quoted(rest, backend);
    out.add_vendor("router", router);
    out.add_vendor("backend", backend);
    rest = trim(rest);
    if (take_suffix(rest, "ms")) add_duration(out, rest, 1'000'000);
  } else if (is_seconds(first)) {
    add_duration(out, first, 1'000'000'000);
  }
}

/// Where the first "[26/Dec/2016:16:16:29" stands within the first 512 bytes; the day may have one digit.
std::size_t find_time(std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  for (std::size_t at = front.find('['); at != std::string_view::npos; at = front.find('[', at + 1)) {
    std::string_view date = text.substr(at + 1, 22);
    const std::size_t slash = date.find('/');
    if (slash != 1 && slash != 2) continue;
    date.remove_prefix(slash + 1);
    if (date.size() > 17 && date[3] == '/' && date[8] == ':' && date[11] == ':' && is_digit(date[4]) &&
        is_alpha(date[0]) && is_digit(text[at + 1])) {
      return at;
    }
  }
  return std::string_view::npos;
}

constexpr LogSource kLogSources[] = {{"*", "webserver", ""}, {"*", "", "access"}};

/// "[time] 10.0.0.1 TLSv1.2 …": the client of mod_ssl's log.
std::string_view ssl_client(std::string_view text) {
  const std::size_t close = text.find("] ");
  if (close == std::string_view::npos) return {};
  std::string_view rest = text.substr(close + 2);
  const std::string_view client = take_word(rest);
  rest = trim_left(rest);
  return !plain_address(client).empty() && (rest.starts_with("TLSv") || rest.starts_with("SSLv"))
             ? client
             : std::string_view();
}

/// "[time] - 200 200 - GET https www.example.com "/path" [Client 203.0.113.9] [Length 12] …"
bool is_proxy_manager(std::string_view text) {
  const std::string_view front = text.substr(0, 2048);
  return contains(front, "\" [Client ") && contains(front, "[Length ");
}

void parse_proxy_manager(PayloadWriter& out, std::string_view rest) {
  const auto word = [&rest]() -> std::string_view {
    rest = trim_left(rest);
    return take_word(rest);
  };
  word();  // the cache's verdict
  const std::string_view upstream = word();
  std::string_view status = word();
  if (status == "-") status = upstream;
  add_status(out, status);
  if (word() != "-") word();  // a dash, or a status and a dash
  out.add("http.request.method", word());
  out.add("url.scheme", word());
  out.add("url.domain", word());
  std::string_view quoted;
  if (take_quoted(rest, quoted)) out.add_url(quoted);
  const auto bracket = [&rest](std::string_view name) -> std::string_view {
    const std::size_t at = rest.find(name);
    if (at == std::string_view::npos) return {};
    const std::string_view value = rest.substr(at + name.size());
    return value.substr(0, value.find(']'));
  };
  out.add_endpoint(Side::source, bracket("[Client "));
  const std::string_view length = bracket("[Length ");
  if (all_digits(length)) out.add_number("http.response.body.bytes", length);
  out.add_endpoint(Side::destination, bracket("[Sent-to "));
  rest = rest.substr(std::min(rest.find('"'), rest.size()));
  if (take_quoted(rest, quoted) && quoted != "-") out.add("user_agent.original", quoted);
  if (take_quoted(rest, quoted) && quoted != "-") out.add("http.request.referrer", quoted);
  out.classify("web", "access");
}

bool claims_access_log(const SyslogHeader&, std::string_view text) {
  const std::size_t at = find_time(text);
  if (at == std::string_view::npos || text.find('"', at) == std::string_view::npos) return false;
  if (at > 2) return true;
  // ssl_request_log: the time, then the client and TLS; Nginx Proxy Manager: the time, then the answer.
  if (at != 0) return false;
  return !ssl_client(text).empty() || is_proxy_manager(text);
}

std::optional<std::int64_t> access_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  const std::size_t at = find_time(text);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view time = text.substr(at + 1, 27);
  if (time[1] != '/') return read_web_time(time, zone_minutes);
  char padded[27] = {'0'};
  const std::size_t size = time.copy(padded + 1, sizeof padded - 1);
  return read_web_time({padded, size + 1}, zone_minutes);
}

/// Access logs of nginx and Apache:
///
///   line    = [ vhost [ ":" port ] SP ] client SP ident SP user SP "[" time "]" SP DQUOTE request DQUOTE SP
///   status SP
///             bytes [ SP DQUOTE referer DQUOTE SP DQUOTE agent DQUOTE ] [ SP more ]
/// and mod_ssl's: "[" time "]" SP client SP protocol SP cipher SP DQUOTE request DQUOTE SP bytes
void parse_access_log(PayloadWriter& out) {
  const std::string_view app = out.header().app;
  const bool nginx = app.starts_with("nginx");
  const bool apache = app.starts_with("apache") || app.starts_with("httpd");
  const std::string_view product = nginx ? "nginx" : apache ? "apache" : std::string_view();
  out.log_source(product, "webserver", {});
  if (!product.empty()) out.log_source(product, {}, "access");

  std::string_view rest = out.text();
  // A HAProxy line without a header: its client's port is what a header's reader takes for the end of a tag.
  if (is_haproxy_line(rest)) return parse_haproxy(out, rest);
  const std::size_t open = find_time(rest);
  const std::size_t close = rest.find(']', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return out.bad_payload();
  std::string_view request;
  if (open == 0 && is_proxy_manager(rest)) return parse_proxy_manager(out, rest.substr(close + 1));
  if (open == 0) {
    rest.remove_prefix(close + 1);
    rest = trim_left(rest);
    out.add_endpoint(Side::source, take_word(rest));
    rest = trim_left(rest);
    out.add("tls.version", rest.substr(0, rest.find(' ')));
    take_word(rest);
    rest = trim_left(rest);
    out.add("tls.cipher", rest.substr(0, rest.find(' ')));
    take_word(rest);
    if (!take_quoted(rest, request)) return out.bad_payload();
    add_request(out, request);
    const std::string_view bytes = take_word(rest = trim_left(rest));
    if (all_digits(bytes)) out.add_number("http.response.body.bytes", bytes);
    return out.classify("web", "access");
  }
  if (!add_client(out, rest.substr(0, open))) return out.bad_payload();
  rest.remove_prefix(close + 1);
  if (!take_quoted(rest, request)) return out.bad_payload();
  add_request(out, request);

  add_status(out, take_word(rest));
  const std::string_view bytes = take_word(rest);
  if (all_digits(bytes)) out.add_number("http.response.body.bytes", bytes);
  std::string_view quoted;
  if (take_quoted(rest, quoted) && quoted != "-") out.add("http.request.referrer", quoted);
  if (take_quoted(rest, quoted) && quoted != "-") out.add("user_agent.original", quoted);
  rest = trim(rest);
  if (!rest.empty() && rest != "\"-\"") add_more(out, rest);
  out.classify("web", "access");
}

}  // namespace

extern const FormatSpec kFormat_access_log = {
    .number = Format::access_log,
    .name = "access_log",
    .title = "access logs of Apache, nginx and their kin",
    .sample = R"(203.0.113.9 - - [20/Nov/2026:14:59:00 +0800] "GET / HTTP/1.1" 200 153 "-" "curl/8.5.0")",
    .rank = 210,
    .claims = claims_access_log,
    .parse = parse_access_log,
    .time = access_time,
    .kinds = Kind::web,
    .names_host = NamesHost::never,
    .log_sources = kLogSources,
};

}  // namespace vigil
