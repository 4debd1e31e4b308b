#include "parsers/format.h"
#include "parsers/logon_text.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

// base_url "|" timestamp "|" type "|" ip "|" request_uri "|" referer "|" uid "|" link "|" message
/// Drupal's syslog module, as its settings have it. Addresses of pages may hold bars of their own: the first four parts are read
/// from the left, the rest from the right.
struct Watchdog {
  std::string_view base, time, type, address, pages, uid, link, message;
};

bool split(std::string_view text, Watchdog& out) {
  if (!text.starts_with("http")) return false;
  std::string_view rest = text;
  out.base = take_until(rest, '|');
  out.time = take_until(rest, '|');
  out.type = take_until(rest, '|');
  out.address = take_until(rest, '|');
  if (!all_digits(out.time) || out.time.size() < 9 || plain_address(out.address).empty()) return false;
  const auto take_last = [&rest]() {
    const std::size_t bar = rest.rfind('|');
    if (bar == std::string_view::npos) return std::string_view();
    const std::string_view last = rest.substr(bar + 1);
    rest = rest.substr(0, bar);
    return last;
  };
  out.message = take_last();
  out.link = take_last();
  out.uid = take_last();
  out.pages = rest;
  return true;
}

bool is_watchdog(const SyslogHeader&, std::string_view text) {
  Watchdog parts;
  return split(text.substr(0, 4096), parts);
}

constexpr std::string_view kStarts[] = {"http://", "https://"};

void parse_drupal(PayloadWriter& out) {
  Watchdog parts;
  if (!split(trim(out.text()), parts)) return out.bad_payload();
  out.observer("Drupal", "Drupal", "web_application");
  out.set("message", parts.message);
  out.add("rule.category", parts.type);
  out.add_endpoint(Side::source, parts.address);
  std::string_view pages = parts.pages;
  out.add_url(take_until(pages, '|'));
  out.add("http.request.referrer", pages);
  if (parts.uid != "0" && all_digits(parts.uid)) out.add("user.id", parts.uid);
  if (!parts.link.empty()) out.add_vendor("link", parts.link);
  out.add_vendor("base_url", parts.base);
  std::string_view message = parts.message;
  // "Login attempt failed for bob." or, since 8, "… from bob."; without a name "… from 203.0.113.9."
  for (const std::string_view start : {"Login attempt failed for ", "Login attempt failed from "}) {
    if (!take_prefix(message, start)) continue;
    take_suffix(message, ".");
    if (plain_address(message).empty()) out.add("user.name", message);
    return out.logon("logon", Outcome::failure);
  }
  for (const std::string_view start : {"Session opened for ", "Session closed for "}) {
    if (!take_prefix(message, start)) continue;
    take_suffix(message, ".");
    out.add("user.name", message);
    return start.ends_with("opened for ") ? out.logon("logon", Outcome::success)
                                          : out.classify("session", "end", "logout");
  }
  const LogonText logon = read_logon_text(message);
  if (logon.outcome != Outcome::none) return add_logon(out, logon);
  out.classify("web", "info");
}

std::optional<std::int64_t> drupal_time(const SyslogHeader&, std::string_view text, int) {
  Watchdog parts;
  return split(text, parts) ? read_epoch(parts.time) : std::nullopt;
}

Kinds drupal_kinds(const SyslogHeader&, std::string_view text) {
  return contains(text, "|user|") ? Kind::application | Kind::logon : Kinds(Kind::application);
}

}  // namespace

extern const FormatSpec kFormat_drupal = {
    .number = Format{77},
    .name = "drupal",
    .title = "Drupal's watchdog",
    .sample =
        R"(https://www.example.org|1795157940|user|203.0.113.9|https://www.example.org/user/login|https://www.example.org/user/login|0||Login attempt failed for bob.)",
    .rank = 60,
    .starts = kStarts,
    .claims = is_watchdog,
    .parse = parse_drupal,
    .time = drupal_time,
    .kinds_of = drupal_kinds,
};

}  // namespace vigil
