#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

constexpr std::string_view kAuth = "authentication";

// Times are {t}: the header's reader or app_time has read them.
constexpr TextRow kPanels[] = {
    // cPanel's login_log
    {"\\[{t}\\] info \\[{service|word}\\] {source|ip} - {user} \"{http.request.method|word} {url|word} {http_version|word}\" FAILED LOGIN {daemon|word}: {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"\\[{t}\\] info \\[{service|word}\\] {source|ip} - {user} \"{http.request.method|word} {url|word} {http_version|word}\" DEFERRED LOGIN {daemon|word}: {event.reason}", kAuth, "start", "logon", Outcome::failure},
    {"\\[{t}\\] info \\[{service|word}\\] {source|ip} {user|word} - SUCCESS LOGIN {daemon|word}", kAuth, "start", "logon", Outcome::success},
    {"\\[{t}\\] info \\[{service|word}\\] {source|ip} - {user} \"{http.request.method|word} {url|word} {http_version|word}\" SUCCESS LOGIN", kAuth, "start", "logon", Outcome::success},
    {"\\[{t}\\] info \\[{service|word}\\] {source|ip} NEW {user|word}:", kAuth, "start", "logon", Outcome::success},
    // Webmin's miniserv.log: the last three are what was done, to what
    {"{id|word} \\[{t}\\] {user|word} - {source|ip} global miniserv.pl \"failed\" \"{x}\" \"{event.reason}\"", kAuth, "start", "logon", Outcome::failure},
    {"{id|word} \\[{t}\\] {user|word} {session|word} {source|ip} global miniserv.pl \"login\"", kAuth, "start", "logon", Outcome::success},
    {"{id|word} \\[{t}\\] {user|word} {session|word} {source|ip} global miniserv.pl \"logout\"", kAuth, "end", "logout", Outcome::success},
    // HestiaCP, VestaCP: auth.log
    {"{t|word} {t|word} {user|word} {source|ip} failed to login", kAuth, "start", "logon", Outcome::failure},
    {"{t|word} {t|word} {user|word} {source|ip} failed to logged in", kAuth, "start", "logon", Outcome::failure},
    {"{t|word} {t|word} {user|word} {source|ip} successfully logged in", kAuth, "start", "logon", Outcome::success},
    // LiteSpeed's error log, whose peer stands in brackets
    {"{t|word} {t|word} \\[{level|word}\\] \\[{pid|number}\\] \\[{source|ip}:{source.port|number}[:{protocol|word}][#{site|word}]\\] {x}Failed Login Attempt - username:{user} ip:", kAuth, "start", "logon", Outcome::failure},
    {"{t|word} {t|word} \\[{level|word}\\] \\[{pid|number}\\] \\[{source|ip}:{source.port|number}-{protocol|word}\\] User '{user}' failed to authenticate", kAuth, "start", "logon", Outcome::failure},
    // ZoneMinder's web pages
    {"{t|last} web_php\\[{pid|number}\\].{level|word} \\[{source|ip}\\] \\[Login denied for user \"{user}\"\\]", kAuth, "start", "logon", Outcome::failure},
    {"{t|last} web_php\\[{pid|number}\\].{level|word} \\[{source|ip}\\] \\[Could not retrieve user {user} details\\]", kAuth, "start", "logon", Outcome::failure},
    {"{t|last} web_php\\[{pid|number}\\].{level|word} \\[{source|ip}\\] \\[Login successful for user \"{user}\"\\]", kAuth, "start", "logon", Outcome::success},
    // Monitorix' HTTP server
    {"{t|last} - AUTHERR - \\[{source|ip}\\] Authentication error: {url}", kAuth, "start", "logon", Outcome::failure},
    {"{t|last} - NOTALLOWED - \\[{source|ip}\\] Access not allowed: {url}", "web", "denied", "refused", Outcome::failure},
    {"{t|last} - NOTEXIST - \\[{source|ip}\\] File does not exist: {url}", "web", "error", "not_found", Outcome::failure},
    // Zimbra's audit.log
    {"{t|last};oip={source|ip};{x} security - cmd=Auth; account={user}; protocol={network.protocol}; error={event.reason}$", kAuth, "start", "logon", Outcome::failure},
    {"{t|last};oip={source|ip};{x} security - cmd=Auth; account={user}; protocol={network.protocol};", kAuth, "start", "logon", Outcome::success},
    {"{t|last}\\[ip={source|ip};{x} security - cmd=Auth; account={user}; protocol={network.protocol}; error={event.reason}$", kAuth, "start", "logon", Outcome::failure},
    {"{t|last}\\[ip={source|ip};{x} security - cmd=Auth; account={user}; protocol={network.protocol};", kAuth, "start", "logon", Outcome::success},
    // Firefly III's audit
    {"\\[{t}\\] {channel|word}: AUDIT: MFA failure count is set to {count|number}. ({source|ip} ({user}) -> {request})", kAuth, "start", "mfa", Outcome::failure},
    {"\\[{t}\\] {channel|word}: AUDIT: Login failed. Attempt for user \"{user}\" failed. ({source|ip} -> {request})", kAuth, "start", "logon", Outcome::failure},
    {"\\[{t}\\] {channel|word}: AUDIT: User \"{user}\" has been successfully logged in. ({source|ip} -> {request})", kAuth, "start", "logon", Outcome::success},
};

// Servers inside applications: an answer 401 is a failed logon, whatever page was asked for.
constexpr TextRow kRequests[] = {
    {"\\[GIN\\] {t} | {http.response.status_code|number} | {took|word} | {source|word} | {http.request.method|word} \"{url}\"", "web", "access", "request"},
    {"{t|word} | {http.response.status_code|number} | {took|word} | {source|word} | {http.request.method|word} \"{url}\"", "web", "access", "request"},
    {"INFO: {source|ip}:{source.port|number} - \"{http.request.method|word} {url|word} HTTP/{http.version|word}\" {http.response.status_code|number}", "web", "access", "request"},
    {"INFO {t|word} - \\[{source|ip}:{source.port|number}\\] {http.response.status_code|number} {phrase} \"{http.request.method|word} {url|word} HTTP/{http.version|word}\"", "web", "access", "request"},
    {"\\[info\\] {logger|word} \\[{trace}\\] {source|ip} {http.request.method|word} {url|word} took {took|word} and returned {http.response.status_code|number} {http.response.body.bytes|number} bytes", "web", "access", "request"},
    {"{t|word} {t|word} {url|word}: {http.response.status_code|number} {source|ip} <nil>", "web", "access", "request"},
    {"{source|ip} - {user|word} \\[{t}\\] \"{http.request.method|word} {url|word} HTTP/{http.version|word}\" {http.response.status_code|number} {http.response.body.bytes|number}$", "web", "access", "request"},
    {"\\[notice\\] {t|word} {node|word} <{pid}> {id|word} {url.domain|word} {source|ip} {user|word} {http.request.method|word} {url|word} {http.response.status_code|number} ok {took|number}", "web", "access", "request"},
    // Zoraxy, a proxy before web servers
    {"{t|word} {t|word} \\[{t}\\] \\[router:{router}\\] \\[origin:{url.domain}\\] \\[client: {source|ip}\\] \\[useragent: {user_agent.original}\\] {http.request.method|word} {url|word} {http.response.status_code|number}", "web", "access", "request"},
};

bool has_request(std::string_view line) {
  const std::string_view front = line.substr(0, 400);
  if (line.starts_with("[GIN] ")) return true;
  if (is_digit(line[0]) && contains(front, "] [client: ")) return contains(front, "] [useragent: ");
  if (line.starts_with("INFO: ") || line.starts_with("INFO  "))
    return contains(front, "\" ") && contains(front, " HTTP/");
  if (line.starts_with("[info] ")) return contains(front, "AccessLogFilter [");
  if (line.starts_with("[notice] ")) return contains(front, " <0.");
  if (contains(front, " | ") && line.size() > 20 && is_digit(line[0]) && line[4] == '-')
    return contains(front, "s | ") || contains(front, "s |  ");
  if (line.ends_with(" <nil>")) return is_digit(line[0]) && line.size() > 21 && line[4] == '/';
  // Dates that the web's format does not know: "[02/sept./2026:00:11:31 +0200]"
  return is_digit(line[0]) && contains(front, "./2") && contains(front, " HTTP/");
}

bool has_panel(std::string_view line) {
  const std::string_view front = line.substr(0, 320);
  if (line.starts_with('[')) {
    return contains(front, "] info [") ? contains(front, " LOGIN") || contains(front, " NEW ")
                                       : contains(front, " AUDIT: ") && contains(front, " -> ");
  }
  if (contains(front, " web_php[") || contains(line.substr(0, 600), " security - cmd=Auth;")) return true;
  if (contains(front, " miniserv.pl \"")) return true;
  if (contains(front, "failed to log") || contains(front, "successfully logged in"))
    return is_digit(line[0]) && line.size() > 30 && line[4] == '-' && line[10] == ' ' && line[19] == ' ';
  if (contains(front, "] [") &&
      (contains(front, "Failed Login Attempt - username:") || contains(front, "' failed to authenticate")))
    return is_digit(line[0]);
  return contains(front, " - AUTHERR - [") || contains(front, " - NOTALLOWED - [") ||
         contains(front, " - NOTEXIST - [");
}

const TextTable& panels() {
  static const TextTable table(kPanels);
  return table;
}
const TextTable& requests() {
  static const TextTable table(kRequests);
  return table;
}

constexpr LogSource kLogSources[] = {{"", "webserver", ""}};

bool is_app_log(const SyslogHeader& header, std::string_view line) {
  if (header.has_priority || line.size() < 24) return false;
  if (has_request(line)) return requests().find(line) != nullptr;
  return has_panel(line) && panels().find(line) != nullptr;
}

void parse_app_log(PayloadWriter& out) {
  const std::string_view line = trim(out.text());
  if (panels().read(out, line) != nullptr) return;
  if (requests().read(out, line) == nullptr) return;
  out.log_source({}, "webserver", {});
  const std::string_view status = out.event().text_of("http.response.status_code");
  const bool refused =
      status == "401" || (status == "403" && contains(out.event().text_of("url.path"), "login"));
  if (refused) return out.classify(kAuth, "start", {}, Outcome::failure);
  out.classify({}, {}, {},
               status.starts_with('2') || status.starts_with('3') ? Outcome::success : Outcome::failure);
}

/// The time in the first brackets, or the first two words.
std::optional<std::int64_t> app_time(const SyslogHeader&, std::string_view line, int zone_minutes) {
  if (line.starts_with('[') && line.size() > 20 && is_digit(line[1])) {
    return read_iso_time(line.substr(1, line.find(']') - 1), zone_minutes);
  }
  if (const std::size_t open = line.substr(0, 64).find('[');
      open != std::string_view::npos && line.size() > open + 21) {
    if (line[open + 3] == '/') {
      std::string_view time = line.substr(open + 1, line.find(']', open) - open - 1);
      return read_web_time(time, zone_minutes);
    }
  }
  return line.size() > 19 && line[4] == '-' ? read_iso_time(line.substr(0, 19), zone_minutes) : std::nullopt;
}

Kinds app_kinds_of(const SyslogHeader&, std::string_view line) {
  if (!has_request(line)) return Kind::application | Kind::logon;
  const std::string_view front = line.substr(0, 400);
  return contains(front, " 401 ") || contains(front, "login") ? Kind::web | Kind::logon : Kinds(Kind::web);
}

}  // namespace

extern const FormatSpec kFormat_app_log = {
    .number = Format{76},
    .name = "app_log",
    .title =
        "Files of panels and applications: cPanel, Webmin, HestiaCP, LiteSpeed, ZoneMinder, Gin, Uvicorn …",
    .sample =
        R"(1795157940.7.0 [20/Nov/2026 14:59:00] admin - 203.0.113.9 global miniserv.pl "failed" "-" "wrongpass")",
    .reads = Reads::line,
    .rank = 120,
    .first_bytes = "[0123456789ISMTWF",
    .claims = is_app_log,
    .parse = parse_app_log,
    .time = app_time,
    .kinds_of = app_kinds_of,
    .log_sources = kLogSources,
};

}  // namespace vigil
