#include "parsers/web_error_line.h"

#include "parsers/format.h"
#include "parsers/logon_text.h"
#include "parsers/payload_text.h"
#include "parsers/server_text.h"
#include "parsers/timestamp.h"
#include "parsers/web_request.h"

namespace vigil {
namespace {

bool is_level(std::string_view word) {
  return is_any(word, {"emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"}) ||
         (word.starts_with("trace") && word.size() == 6);
}

/// Takes "[inside] " off the front.
bool take_bracket(std::string_view& text, std::string_view& inside) {
  if (!text.starts_with('[')) return false;
  // The address of a client may have brackets of its own: "[client [2001:db8::5]:51548] ".
  const std::size_t end = text.find("] ");
  if (end == std::string_view::npos) return false;
  inside = text.substr(1, end - 1);
  text.remove_prefix(end + 2);
  return true;
}

/// "Wed Jul 17 23:20:45 2013" or "Sat Jul 20 21:34:49.453232 2013", behind an optional bracket.
std::string_view apache_time(std::string_view text) {
  if (!text.starts_with('[') || text.size() < 26) return {};
  const std::string_view inside = text.substr(1, text.find(']') - 1);
  if (inside.size() < 24 || inside.size() > 32 || inside[3] != ' ' || inside[7] != ' ') return {};
  return month_from_name(inside.substr(4, 3)) != 0 ? inside.substr(4) : std::string_view();
}

/// "yyyy/mm/dd hh:mm:ss "
bool begins_with_slash_date(std::string_view text) {
  return text.size() > 20 && text[4] == '/' && text[7] == '/' && text[10] == ' ' && text[13] == ':' &&
         text[19] == ' ' && all_digits(text.substr(0, 4));
}

/// The level in "[error]" or "[auth_basic:error]" at the front; empty if there is none.
std::string_view level_at(std::string_view text) {
  std::string_view inside;
  if (!take_bracket(text, inside)) return {};
  const std::size_t colon = inside.rfind(':');
  const std::string_view level = colon == std::string_view::npos ? inside : inside.substr(colon + 1);
  return is_level(level) ? level : std::string_view();
}

void add_pid(PayloadWriter& out, std::string_view pid) {
  if (is_json_integer(pid)) out.set("process.pid", pid, ValueType::integer);
}

/// The user of a line about a password, with the words that say it failed.
void add_logon(PayloadWriter& out, std::string_view text) {
  constexpr SearchText kFailures[] = {"not found",        "authentication failure", "assword mismatch",
                                      "assword Mismatch", "not authenticated",      "authorization failure"};
  std::string_view user = text;
  take_prefix(user, "Digest: ") || take_prefix(user, "PAM: ");
  if (!take_prefix(user, "user ")) return;
  const char quote = user.empty() ? '\0' : user.front();
  bool failed = false;
  if (quote == '"' || quote == '`' || quote == '\'') {
    // nginx: user "x": password mismatch / user "x" was not found in; Apache: user `x' in realm …
    const char close = quote == '"' ? '"' : '\'';
    user.remove_prefix(1);
    const std::size_t end = user.find(close);
    if (end == std::string_view::npos) return;
    for (const SearchText& words : kFailures) failed = failed || contains(user.substr(end), words);
    user = user.substr(0, end);
  } else {
    std::size_t end = std::string_view::npos;
    for (const std::string_view words :
         {" not found", ": authentication failure", ": password mismatch", ": authorization failure"}) {
      end = std::min(end, user.find(words));
    }
    failed = end != std::string_view::npos;
    user = user.substr(0, end);
  }
  if (!failed) return;
  out.add("user.name", trim(user));
  out.logon("web_login", Outcome::failure);
}

/// The value of `[name "value"]` in a line of ModSecurity.
std::string_view tag_value(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    if (at == 0 || text[at - 1] != '[') continue;
    std::string_view rest = text.substr(at + name.size());
    std::string_view value;
    return take_quoted(rest, value) ? value : std::string_view();
  }
  return {};
}

void add_unless_set(PayloadWriter& out, std::string_view name, std::string_view value) {
  if (!value.empty() && out.event().find(name) == nullptr) out.add(name, value);
}

/// ModSecurity: Warning. Matched … [file "…"] [id "942100"] [msg "…"] [severity "CRITICAL"] [hostname "…"] [uri "/"] …
void add_modsecurity(PayloadWriter& out, std::string_view text) {
  out.observer("OWASP", "ModSecurity", "waf");
  text = text.substr(text.find("ModSecurity: ") + 13);
  const std::string_view id = tag_value(text, "id ");
  const bool denied = text.starts_with("Access denied");
  if (const std::size_t code = text.find("with code "); denied && code < 32) {
    const std::string_view status = text.substr(code + 10, 3);
    if (all_digits(status)) out.add_number("http.response.status_code", status);
  }
  out.add("rule.id", id);
  out.add("rule.ruleset", tag_value(text, "ver "));
  const std::string_view message = tag_value(text, "msg ");
  if (!id.empty()) out.alert(message);
  if (const std::string_view file = tag_value(text, "file "); !file.empty())
    out.add_vendor("rule_file", file);
  if (const std::string_view data = tag_value(text, "data "); !data.empty()) out.add_vendor("data", data);
  if (const std::string_view severity = tag_value(text, "severity "); !severity.empty())
    out.add_vendor("severity", severity);
  if (const std::string_view unique = tag_value(text, "unique_id "); !unique.empty())
    out.add("event.id", unique);
  // [hostname] is whom the request was for; nginx' connector writes the server's address there.
  const std::string_view host = tag_value(text, "hostname ");
  if (plain_address(host).empty()) {
    add_unless_set(out, "url.domain", host);
  } else {
    out.add_endpoint(Side::destination, host);
  }
  if (out.event().find("url.path") == nullptr) out.add_url(tag_value(text, "uri "));
  if (out.event().find("source.ip") == nullptr) {
    if (const std::size_t client = text.find("[client "); client != std::string_view::npos) {
      const std::string_view peer = text.substr(client + 8);
      add_peer(out, Side::source, peer.substr(0, peer.find(']')));
    }
  }
  if (id.empty()) return;
  out.classify("intrusion_detection", denied ? "denied" : "info", denied ? "request_denied" : "rule_matched");
}

/// What a script has written into the server's log: nobody knows all of them, so the sentence is read.
void add_logon_of_script(PayloadWriter& out, std::string_view text) {
  if (!out.event().text_of("event.category").empty()) return;
  constexpr std::string_view kPhp = "PHP message: ";
  const std::size_t php = text.find(kPhp);
  if (php != std::string_view::npos) {
    text = text.substr(php + kPhp.size());
  } else if (!out.event().text_of("vendor.module").starts_with("php")) {
    return;
  }
  if (mentions_logon(text)) vigil::add_logon(out, read_logon_text(text));
}

void parse_apache(PayloadWriter& out, std::string_view text) {
  std::string_view inside;
  if (!apache_time(text).empty()) take_bracket(text, inside);
  out.add("log.level", level_at(text));
  take_bracket(text, inside);
  if (const std::size_t colon = inside.rfind(':'); colon != std::string_view::npos && colon > 0) {
    out.add_vendor("module", inside.substr(0, colon));
  }
  while (text.starts_with('[')) {
    std::string_view ahead = text;
    if (!take_bracket(ahead, inside)) break;
    if (take_prefix(inside, "client ") || take_prefix(inside, "remote ")) {
      add_peer(out, Side::source, inside);
      text = ahead;
      break;
    }
    if (!take_prefix(inside, "pid ")) break;
    add_pid(out, inside.substr(0, inside.find(':')));
    text = ahead;
  }
  if (const std::size_t referer = text.rfind(", referer: "); referer != std::string_view::npos) {
    out.add("http.request.referrer", text.substr(referer + 11));
    text = text.substr(0, referer);
  }
  out.set("message", text);
  if (text.starts_with("AH") && text.size() > 9 && text[7] == ':' && all_digits(text.substr(2, 5))) {
    out.add("event.code", text.substr(0, 7));
    text.remove_prefix(9);
  }
  std::string_view path = text;
  if (take_prefix(path, "File does not exist: ") ||
      take_prefix(path, "client denied by server configuration: ") ||
      take_prefix(path, "script not found or unable to stat: ")) {
    out.add_file(path);
  }
  if (text.find("ModSecurity: ") != std::string_view::npos) return add_modsecurity(out, text);
  add_logon(out, text);
  add_logon_of_script(out, text);
}

/// The value of `, name: value` in nginx' tail; quoted or up to the next comma.
std::string_view tail_value(std::string_view tail, std::string_view name) {
  const std::size_t at = tail.find(name);
  if (at == std::string_view::npos) return {};
  std::string_view value = tail.substr(at + name.size());
  if (take_prefix(value, "\"")) return value.substr(0, value.find('"'));
  return value.substr(0, value.find(','));
}

void parse_nginx(PayloadWriter& out, std::string_view text) {
  if (begins_with_slash_date(text)) text.remove_prefix(20);
  out.add("log.level", level_at(text));
  std::string_view inside;
  take_bracket(text, inside);
  if (const std::size_t colon = text.find(": "); colon != std::string_view::npos && colon < 24) {
    add_pid(out, text.substr(0, text.find('#')));
    text.remove_prefix(colon + 2);
  }
  if (text.starts_with('*')) take_word(text);
  text = trim_left(text);
  // A user's name may hold anything, a client's part too; nginx writes it behind the name and before the
  // request.
  constexpr std::string_view kClient = ", client: ";
  std::string_view mail_user;
  const std::size_t client = text.starts_with("user \"") ? text.rfind(kClient) : text.find(kClient);
  if (client != std::string_view::npos) {
    const std::string_view tail = text.substr(client);
    add_peer(out, Side::source, tail_value(tail, kClient));
    out.add("url.domain", tail_value(tail, ", host: "));
    std::string_view request = tail_value(tail, ", request: ");
    const std::string_view method = take_word(request);
    if (const std::size_t version = request.rfind(" HTTP/"); version != std::string_view::npos) {
      out.add("http.request.method", method);
      out.add_url(trim(request.substr(0, version)));
    }
    out.add("http.request.referrer", tail_value(tail, ", referrer: "));
    mail_user = tail_value(tail, ", login: ");
    text = text.substr(0, client);
  }
  out.set("message", text);
  if (text.find("ModSecurity: ") != std::string_view::npos) return add_modsecurity(out, text);
  if (text.starts_with("client login failed")) {  // nginx as a mail server's proxy
    out.add("user.name", mail_user);
    return out.logon("mail_login", Outcome::failure);
  }
  add_logon(out, text);
  add_logon_of_script(out, text);
}

/// "web1 nginx[7]: 2026/11/20 …": a header that has no time, so it could not be read as one.
std::string_view without_bare_header(std::string_view text) {
  const std::size_t colon = text.substr(0, 96).find(": ");
  if (colon == std::string_view::npos || text.substr(0, colon).find("nginx") == std::string_view::npos)
    return text;
  const std::string_view rest = text.substr(colon + 2);
  if (begins_with_slash_date(rest)) return rest;
  const std::size_t again = rest.substr(0, 64).find(": ");
  if (again == std::string_view::npos || !begins_with_slash_date(rest.substr(again + 2))) return text;
  return rest.substr(again + 2);
}

}  // namespace

bool is_web_error(const SyslogHeader& header, std::string_view text) {
  text = without_bare_header(text);
  if (begins_with_slash_date(text)) return !level_at(text.substr(20)).empty();
  if (!apache_time(text).empty()) {
    const std::size_t end = text.find("] ");
    return end != std::string_view::npos && !level_at(text.substr(end + 2)).empty();
  }
  // Over syslog the time may be left out: "[authz_core:error] [pid 1] …", "[error] 31#31: *46 …"
  if (level_at(text).empty()) return false;
  if (begins_with_slash_date(line_of(header))) return true;
  const std::string_view rest = text.substr(text.find("] ") + 2);
  if (rest.starts_with("[pid ") || rest.starts_with("[client ")) return true;
  const std::string_view first = rest.substr(0, rest.find(':'));
  return first.size() > 2 && first.size() < 24 && first.find('#') != std::string_view::npos &&
         is_digit(first[0]);
}

bool is_catalina_line(std::string_view text) {
  if (text.size() < 40 || text[2] != '-' || text[6] != '-' || text[11] != ' ' || text[20] != '.' ||
      text[24] != ' ')
    return false;
  const std::string_view rest = text.substr(25);
  const std::string_view level = rest.substr(0, rest.find(' '));
  return is_any(level, {"INFO", "WARNING", "SEVERE", "CONFIG", "FINE", "FINER", "FINEST"}) &&
         rest.size() > level.size() + 1 && rest[level.size() + 1] == '[';
}

void parse_catalina_line(PayloadWriter& out) {
  // time level [thread] class.method text
  std::string_view text = trim(out.text());
  out.log_source("tomcat", {}, "catalina");
  text.remove_prefix(25);
  out.add("log.level", take_word(text));
  text = trim_left(text);
  take_prefix(text, "[");
  out.add("process.thread.name", take_until(text, ']'));
  text = trim_left(text);
  out.add("log.logger", take_word(text));
  text = trim(text);
  out.set("message", text);
  constexpr std::string_view kLocked = "An attempt was made to authenticate the locked user [";
  if (text.starts_with(kLocked)) {
    const std::string_view user = text.substr(kLocked.size());
    out.add("user.name", user.substr(0, user.find(']')));
    return out.logon("tomcat_locked_user", Outcome::failure);
  }
  if (text.starts_with("Server startup in")) return out.classify("web", "start", "server_started");
  out.add("event.category", "web");
}

bool is_modsecurity_error(std::string_view text) {
  const std::size_t at = find_text(text.substr(0, 512), "ModSecurity: ");
  return at != std::string_view::npos;
}

// Error logs of Apache and nginx, which name who knocked in vain:
//
//   apache = "[" time "] [" [ module ":" ] level "] " [ "[pid " n [ ":tid " n ] "] " ] [ "[client " address
//   "] " ] text nginx  = [ yyyy/mm/dd hh:mm:ss SP ] "[" level "] " pid "#" tid ": " [ "*" n SP ] text [ ",
//   client: " address
//            ", server: " name ", request: " DQUOTE request DQUOTE ", host: " DQUOTE name DQUOTE … ]
//
// Wrong passwords are logons that failed; the rest is what it is: an error.
void parse_web_error_line(PayloadWriter& out) {
  const std::string_view text = trim(without_bare_header(trim(out.text())));
  const std::string_view rest = begins_with_slash_date(text) ? text.substr(20) : text;
  std::string_view after = rest, inside;
  take_bracket(after, inside);
  // nginx' process number looks like no other: "31#31: "
  const bool nginx =
      apache_time(text).empty() && ((!after.empty() && is_digit(after.front()) &&
                                     after.substr(0, 24).find('#') != std::string_view::npos) ||
                                    begins_with_slash_date(line_of(out.header())));
  const std::string_view product = nginx ? "nginx" : "apache";
  out.log_source(product, {}, "error");
  out.log_source(product, "webserver", {});
  if (nginx) {
    parse_nginx(out, text);
  } else {
    parse_apache(out, text);
  }
  out.add("event.category", "web");
  out.add("event.type", "error");
}

std::optional<std::int64_t> web_error_time(std::string_view text, int zone_minutes) {
  if (is_catalina_line(text)) return read_dashed_time(text.substr(0, 24), zone_minutes);
  text = without_bare_header(text);
  if (begins_with_slash_date(text)) return read_timestamp(text, zone_minutes, 0).time_ns;
  const std::string_view apache = apache_time(text);
  return apache.empty() ? std::nullopt : asctime_time(text.substr(1, text.find(']') - 1), zone_minutes);
}

}  // namespace vigil
