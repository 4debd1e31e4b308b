#include "parsers/format.h"

#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

/// Takes a quoted text off the front; nginx and Apache write `\"` for a quote inside. A missing end is the
/// text's end.
bool take_quoted(std::string_view& rest, std::string_view& out) {
  rest = trim_left(rest);
  if (!take_prefix(rest, "\"")) return false;
  std::size_t end = 0;
  while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' && end + 1 < rest.size() ? 2U : 1U;
  out = rest.substr(0, end);
  rest.remove_prefix(end < rest.size() ? end + 1 : rest.size());
  return true;
}

bool is_method(std::string_view word) {
  if (word.empty() || word.size() > 32) return false;
  for (const char c : word) {
    if (!(c >= 'A' && c <= 'Z') && c != '-' && c != '_') return false;
  }
  return true;
}

// method SP url [ SP "HTTP/" version ]; the url of a clumsy client may hold blanks.
void add_request(PayloadWriter& out, std::string_view request) {
  if (request.empty() || request == "-") return;
  const std::size_t space = request.find(' ');
  const std::string_view method = request.substr(0, space);
  if (space == std::string_view::npos || !is_method(method)) return out.add("url.original", request);
  std::string_view url = request.substr(space + 1);
  const std::size_t version = url.rfind(" HTTP/");
  if (version != std::string_view::npos) {
    out.add("http.version", url.substr(version + 6));
    url = url.substr(0, version);
  }
  out.add("http.request.method", method);
  out.add_url(url);
}

/// "client ident user" or "vhost[:port] client ident user"; the user may hold blanks.
bool add_client(PayloadWriter& out, std::string_view text) {
  text = trim(text);
  std::string_view rest = text;
  std::string_view client = take_word(rest);
  // A virtual host stands before an address.
  std::string_view after = rest;
  std::string_view second = take_word(after);
  const bool several = take_suffix(second, ",");
  if (plain_address(client).empty() && !client.ends_with(',') && !plain_address(second).empty()) {
    const std::size_t colon = client.rfind(':');
    const bool port = colon != std::string_view::npos && all_digits(client.substr(colon + 1));
    out.add("url.domain", client.substr(0, port ? colon : std::string_view::npos));
    if (port) out.add_number("url.port", client.substr(colon + 1));
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

constexpr LogSource kLogSources[] = {{"*", "webserver", ""}, {"*", "", "access"}};

/// "[26/Dec/2016:16:16:29" within the first 512 bytes and a quote behind it.
bool claims_access_log(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  for (std::size_t at = front.find('['); at != std::string_view::npos; at = front.find('[', at + 1)) {
    const std::string_view date = text.substr(at + 1, 21);
    if (date.size() == 21 && date[2] == '/' && date[6] == '/' && date[11] == ':' && is_digit(date[0]) &&
        is_digit(date[7])) {
      return at > 2 && text.find('"', at) != std::string_view::npos;
    }
  }
  return false;
}

std::optional<std::int64_t> access_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  for (std::size_t at = text.find('['); at != std::string_view::npos && at < 512; at = text.find('[', at + 1)) {
    if (const auto time = read_web_time(text.substr(at + 1, 27), zone_minutes)) return time;
  }
  return std::nullopt;
}

/// Access logs of nginx and Apache:
///
///   line    = [ vhost [ ":" port ] SP ] client SP ident SP user SP "[" time "]" SP DQUOTE request DQUOTE SP
///   status SP
///             bytes [ SP DQUOTE referer DQUOTE SP DQUOTE agent DQUOTE ] [ SP more ]
///   request = method SP url [ SP "HTTP/" version ] / anything: scanners send TLS hellos and worse
///
/// A request that is none is kept whole as url.original.
void parse_access_log(PayloadWriter& out) {
  const std::string_view app = out.header().app;
  const bool nginx = app.starts_with("nginx");
  const bool apache = app.starts_with("apache") || app.starts_with("httpd");
  const std::string_view product = nginx ? "nginx" : apache ? "apache" : std::string_view();
  out.log_source(product, "webserver", {});
  if (!product.empty()) out.log_source(product, {}, "access");

  std::string_view rest = out.text();
  const std::size_t open = rest.find('[');
  const std::size_t close = rest.find(']', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos ||
      !add_client(out, rest.substr(0, open))) {
    return out.bad_payload();
  }
  rest.remove_prefix(close + 1);
  std::string_view request;
  if (!take_quoted(rest, request)) return out.bad_payload();
  add_request(out, request);

  const std::string_view status = take_word(rest);
  if (all_digits(status) && status.size() == 3) {
    out.add_number("http.response.status_code", status);
    out.add("event.outcome", status[0] >= '4' ? "failure" : "success");
  }
  const std::string_view bytes = take_word(rest);
  if (all_digits(bytes)) out.add_number("http.response.body.bytes", bytes);
  std::string_view quoted;
  if (take_quoted(rest, quoted) && quoted != "-") out.add("http.request.referrer", quoted);
  if (take_quoted(rest, quoted) && quoted != "-") out.add("user_agent.original", quoted);
  rest = trim(rest);
  if (!rest.empty() && rest != "\"-\"") out.add_vendor("more", rest);
  out.classify("web", "access");
}

}  // namespace

extern const FormatSpec kFormat_access_log = {
    .number = Format::access_log,
    .name = "access_log",
    .title = "access logs of Apache, nginx and their kin",
    .sample =
        R"(203.0.113.9 - - [20/Nov/2026:14:59:00 +0800] "GET / HTTP/1.1" 200 153 "-" "curl/8.5.0")",
    .rank = 210,
    .claims = claims_access_log,
    .parse = parse_access_log,
    .time = access_time,
    .kinds = Kind::web,
    .names_host = NamesHost::never,
    .log_sources = kLogSources,
};

}  // namespace vigil
