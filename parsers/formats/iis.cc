#include "parsers/format.h"

#include <algorithm>
#include <array>

#include "parsers/field_target.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

/// The words of a line, parted by single blanks; "-" stands for nothing.
constexpr std::size_t kWordsMax = 40;  // W3C's columns are 22, and a few of one's own
struct Words {
  std::array<std::string_view, kWordsMax> word;
  std::size_t count = 0;
  std::string_view at(std::size_t i) const { return i < count ? word[i] : std::string_view(); }
};

Words split(std::string_view text, std::size_t most = kWordsMax) {
  Words words;
  while (!text.empty() && words.count < most) words.word[words.count++] = take_until(text, ' ');
  return words;
}

/// "2026-11-20 06:59:00 "
bool has_time(std::string_view text) {
  return text.size() > 20 && text[4] == '-' && text[7] == '-' && text[10] == ' ' && text[13] == ':' &&
         text[16] == ':' && text[19] == ' ' && is_digit(text[0]) && is_digit(text[18]);
}

bool is_method(std::string_view word) {
  if (word.size() < 3 || word.size() > 24) return false;
  for (const char c : word) {
    if ((c < 'A' || c > 'Z') && c != '_' && c != '-') return false;
  }
  return true;
}

bool is_port(std::string_view word) { return word.size() <= 5 && all_digits(word); }
bool is_status(std::string_view word) {
  return word.size() == 3 && all_digits(word) && word[0] >= '1' && word[0] <= '5';
}
bool is_ip(std::string_view word) { return !plain_address(word).empty(); }

bool is_site(std::string_view word) {
  return (word.starts_with("W3SVC") || word.starts_with("MSFTPSVC") || word.starts_with("FTPSVC")) &&
         is_digit(word.back());
}

/// Where the method stands in a web server's line, counted from the date; 0 if the line is none:
///
///   date time [site] [computer] [server ip] method stem query port user client-ip …
std::size_t method_at(const Words& words) {
  for (std::size_t i = 2; i < 6 && i + 5 < words.count; ++i) {
    const bool before = i == 2 || is_ip(words.at(i - 1)) || is_site(words.at(2));
    if (before && i != 2 && is_method(words.at(i)) && is_port(words.at(i + 3)) && is_ip(words.at(i + 5)))
      return i;
  }
  return 0;
}

/// HTTP.sys' own errors: date time client-ip port server-ip port version method url [stream] status site reason queue
bool is_httperr(const Words& words) {
  return words.count >= 10 && is_ip(words.at(2)) && is_port(words.at(3)) && is_ip(words.at(4)) &&
         is_port(words.at(5)) && (words.at(6).starts_with("HTTP/") || words.at(6) == "-");
}

/// FTP: date time client-ip [port] user server-ip port command …; the place of the server's address, else 0.
std::size_t ftp_server_at(const Words& words) {
  if (!is_ip(words.at(2))) return 0;
  const std::size_t server = is_port(words.at(3)) ? 5 : 4;
  const bool command =
      words.count > server + 3 && is_alpha(words.at(server + 2).empty() ? ' ' : words.at(server + 2)[0]);
  return is_ip(words.at(server)) && is_port(words.at(server + 1)) && command ? server : 0;
}

constexpr std::string_view kDirectives[] = {"#Software: Microsoft Internet Information",
                                            "#Software: Microsoft HTTP", "#Version: 1.0", "#Date: 20",
                                            "#Fields: date time "};

bool claims_iis(const SyslogHeader&, std::string_view text) {
  if (text.starts_with('#')) {
    const bool firewall = contains(text.substr(0, 64), "action protocol");
    return !firewall && std::any_of(std::begin(kDirectives), std::end(kDirectives),
                                    [text](std::string_view start) { return text.starts_with(start); });
  }
  if (!has_time(text)) return false;
  const Words words = split(text, 12);
  return method_at(words) != 0 || is_httperr(words) || ftp_server_at(words) != 0;
}

std::optional<std::int64_t> iis_time(const SyslogHeader&, std::string_view text, int) {
  if (!has_time(text)) return std::nullopt;
  return read_iso_time(text.substr(0, 19), 0);  // always UTC
}

class LineReader {
 public:
  explicit LineReader(PayloadWriter& out) : out_(out), words_(split(out.text())) {}

  void read() {
    out_.log_source("windows", "webserver", {});
    out_.log_source("iis", "webserver", {});
    if (out_.text().starts_with('#')) return;
    if (const std::size_t method = method_at(words_); method != 0) {
      web(method);
    } else if (is_httperr(words_)) {
      http_error();
    } else if (const std::size_t server = ftp_server_at(words_); server != 0) {
      ftp(server);
    } else {
      out_.bad_payload();
    }
  }

 private:
  std::string_view value(std::size_t i) const {
    const std::string_view word = words_.at(i);
    return word == "-" ? std::string_view() : word;
  }

  /// Blanks in browsers' names are written as "+".
  std::string_view with_blanks(std::string_view text) {
    if (text.find('+') == std::string_view::npos) return text;
    char* const copy = out_.arena().allocate(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) copy[i] = text[i] == '+' ? ' ' : text[i];
    return {copy, text.size()};
  }

  /// Addresses of the link have their zone behind them: "fe80::1%3".
  void endpoint(Side side, std::string_view word) {
    if (word.find('%') == std::string_view::npos) return out_.add_endpoint(side, word);
    out_.add(side == Side::source ? "source.address" : "destination.address", word);
    out_.add(side == Side::source ? "source.ip" : "destination.ip", plain_address(word));
  }

  void version(std::string_view word) {
    if (take_prefix(word, "HTTP/")) out_.add("http.version", word);
  }

  void status(std::string_view code) {
    out_.add_number("http.response.status_code", code);
    out_.add("event.outcome", code[0] >= '4' ? "failure" : "success");
  }

  void web(std::size_t method) {
    std::size_t i = 2;
    if (is_site(words_.at(i))) out_.add_vendor("site", words_.at(i++));
    if (i < method && !is_ip(words_.at(i))) {
      const std::string_view computer = words_.at(i++);
      if (computer != "-") out_.set("host.name", computer);
    }
    if (i < method) endpoint(Side::destination, words_.at(i));
    out_.add("http.request.method", words_.at(method));
    out_.add_url(value(method + 1));
    out_.add("url.query", value(method + 2));
    out_.add_port(Side::destination, words_.at(method + 3));
    put(out_, target_of("user"), value(method + 4));
    endpoint(Side::source, words_.at(method + 5));
    i = method + 6;
    if (words_.at(i).starts_with("HTTP/")) version(words_.at(i++));
    const std::size_t status_at = find_status(i);
    texts(i, status_at);
    out_.classify("web", "access");
    if (status_at < words_.count) results(status_at);
  }

  /// Status, substatus, Windows' status: three numbers behind the texts. What the browser sent is no such thing.
  std::size_t find_status(std::size_t from) const {
    for (std::size_t i = from; i < words_.count; ++i) {
      if (!is_status(words_.at(i))) continue;
      if (i + 2 >= words_.count || (all_digits(words_.at(i + 1)) && all_digits(words_.at(i + 2)))) return i;
    }
    return words_.count;
  }

  /// Agent, cookie, referer, host: which of them are there, their number and looks tell.
  void texts(std::size_t begin, std::size_t end) {
    const std::size_t count = end - begin;
    if (count == 0) return;
    out_.add("user_agent.original", with_blanks(value(begin)));
    if (count == 2) return referrer(begin + 1);
    if (count >= 4) {
      if (!value(begin + 1).empty()) out_.add_vendor("cookie", words_.at(begin + 1));
      referrer(begin + 2);
      return host(value(begin + 3));
    }
    if (count != 3) return;
    const bool url = words_.at(begin + 2).find("://") != std::string_view::npos;
    if (url || (words_.at(begin + 2) == "-" && words_.at(begin + 1).find('=') != std::string_view::npos)) {
      if (!value(begin + 1).empty()) out_.add_vendor("cookie", words_.at(begin + 1));
      return referrer(begin + 2);
    }
    referrer(begin + 1);
    host(value(begin + 2));
  }

  void referrer(std::size_t i) { out_.add("http.request.referrer", value(i)); }

  void host(std::string_view name) {
    const std::size_t colon = name.rfind(':');
    if (colon != std::string_view::npos && is_port(name.substr(colon + 1))) name = name.substr(0, colon);
    if (name.empty()) return;
    out_.add("url.domain", name);
    out_.add("destination.domain", name);
  }

  void results(std::size_t at) {
    status(words_.at(at));
    if (!value(at + 1).empty()) out_.add_vendor("sc_substatus", words_.at(at + 1));
    if (!value(at + 2).empty()) out_.add_vendor("sc_win32_status", words_.at(at + 2));
    std::size_t end = at + 3;
    while (end < words_.count && all_digits(words_.at(end))) ++end;
    const std::size_t numbers = end < at + 3 ? 0 : end - (at + 3);
    if (numbers >= 2) out_.add_number("http.response.body.bytes", words_.at(at + 3));
    if (numbers >= 3) out_.add_number("http.request.body.bytes", words_.at(at + 4));
    if (numbers >= 1) {
      put(out_, target_of("event.duration:ms"), words_.at(at + (numbers >= 3 ? 5 : numbers + 2)));
    }
    if (end < words_.count) forwarded(value(end));
    // Unknown user or wrong password (401.1, ERROR_LOGON_FAILURE); the 401s of a handshake in progress have other numbers.
    if (words_.at(at) == "401" && words_.at(at + 2) == "1326") out_.logon("web_login", Outcome::none);
  }

  /// X-Forwarded-For, the one column of one's own that everybody adds: "203.0.113.9,+10.1.0.1"
  void forwarded(std::string_view list) {
    if (list.empty()) return;
    const std::string_view first = list.substr(0, list.find_first_of(",+"));
    if (is_ip(first)) out_.add("network.forwarded_ip", plain_address(first));
    out_.add_vendor("forwarded", list);
  }

  void http_error() {
    endpoint(Side::source, words_.at(2));
    out_.add_port(Side::source, words_.at(3));
    endpoint(Side::destination, words_.at(4));
    out_.add_port(Side::destination, words_.at(5));
    version(words_.at(6));
    out_.add("http.request.method", value(7));
    out_.classify("web", "error");
    // The url of a clumsy client may hold blanks: the status is looked for from the right.
    std::size_t at = words_.count;
    for (std::size_t i = words_.count; i > 8 && at == words_.count; --i) {
      if (is_status(words_.at(i - 1))) at = i - 1;
    }
    out_.add_url(value(8));
    if (at < words_.count) status(words_.at(at));
    const std::size_t behind = at < words_.count ? at + 1 : 10;
    if (!value(behind).empty()) out_.add_vendor("site_id", words_.at(behind));
    out_.add("event.reason", value(behind + 1));
    if (!value(behind + 2).empty()) out_.add_vendor("queue", words_.at(behind + 2));
  }

  void ftp(std::size_t server) {
    endpoint(Side::source, words_.at(2));
    if (server == 5) out_.add_port(Side::source, words_.at(3));
    put(out_, target_of("user"), value(server - 1));
    endpoint(Side::destination, words_.at(server));
    out_.add_port(Side::destination, words_.at(server + 1));
    const std::string_view command = words_.at(server + 2);
    out_.add_vendor("command", command);
    out_.add("network.protocol", "ftp");
    if (!value(server + 3).empty() && command != "PASS") out_.add_vendor("argument", words_.at(server + 3));
    const std::string_view code = words_.at(server + 4);
    if (all_digits(code)) out_.add("event.code", code);
    if (command == "PASS" && code == "230") return out_.logon("ftp_login", Outcome::success);
    if (command == "PASS" && code == "530") return out_.logon("ftp_login", Outcome::failure);
    out_.classify("network", "access");
  }

  PayloadWriter& out_;
  Words words_;
};

/// Lines of IIS' log in W3C's form, of HTTP.sys' error log and of the FTP service. The columns are those somebody ticked, in
/// an order that is always the same; without the "#Fields:" line, which came long ago, their looks tell which are there.
void parse_iis(PayloadWriter& out) { LineReader(out).read(); }

constexpr LogSource kLogSources[] = {{"windows", "webserver", ""}, {"iis", "webserver", ""}};

constexpr std::string_view kDerived[] = {"event.reason", "user_agent.original"};

}  // namespace

extern const FormatSpec kFormat_iis = {
    .number = Format{55},
    .name = "iis",
    .title = "IIS (W3C), HTTP.sys errors, IIS FTP",
    .sample =
        "2026-11-20 06:59:00 10.1.0.5 GET /index.html - 443 - 203.0.113.9 Mozilla/5.0+(Windows+NT+10.0) - "
        "200 0 0 46",
    .reads = Reads::line,
    .rank = 40,
    .first_bytes = "0123456789#",
    .claims = claims_iis,
    .parse = parse_iis,
    .time = iis_time,
    .kinds = Kind::web,
    .names_host = NamesHost::always,
    .log_sources = kLogSources,
    .derived = kDerived,
};

}  // namespace vigil
