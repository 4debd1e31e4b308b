#include "parsers/format.h"
#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr std::string_view kStarts[] = {"{\"method\":"};

/// GitLab's production_json.log and api_json.log: one request a line, of a controller of Rails.
bool is_gitlab(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  return contains(front, "\"controller\":\"") && contains(front, "\"action\":\"") &&
         contains(front, "\"path\":\"");
}

/// An answer to a sign-in: a redirection lets the user in; the form again (200), or none (0), does not.
Outcome outcome_of(std::string_view controller, std::string_view action, std::string_view status) {
  if (controller == "OmniauthCallbacksController" || controller.starts_with("Ldap::Omniauth")) {
    return action == "failure" ? Outcome::failure : status == "302" ? Outcome::success : Outcome::failure;
  }
  return status == "302" || status == "201" ? Outcome::success : Outcome::failure;
}

void parse_gitlab(PayloadWriter& out) {
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) return;
  out.observer("GitLab", "GitLab", "web_application");
  std::string_view controller, action, status, login, key, user;
  for (const JsonField& leaf : fields->leaves) {
    out.event().add(leaf.vendor_name(), leaf.value, leaf.type);
    if (leaf.type == ValueType::null) continue;
    if (leaf.path == "controller") {
      controller = leaf.value;
    } else if (leaf.path == "action") {
      action = leaf.value;
    } else if (leaf.path == "status") {
      status = leaf.value;
      out.add_number("http.response.status_code", leaf.value);
    } else if (leaf.path == "method") {
      out.add("http.request.method", leaf.value);
    } else if (leaf.path == "path") {
      out.add_url(leaf.value);
    } else if (leaf.path == "remote_ip") {
      out.add_endpoint(Side::source, leaf.value);
    } else if (leaf.path == "ua") {
      out.add("user_agent.original", leaf.value);
    } else if (leaf.path == "user_id") {
      out.add("user.id", leaf.value);
    } else if (leaf.path == "username" || leaf.path == "meta.user") {
      user = leaf.value;
    } else if (leaf.path == "params.key") {
      key = leaf.value;
    } else if (leaf.path == "params.value.login" ||
               (leaf.path == "params.value" && (key == "username" || key == "login"))) {
      login = leaf.value;
    }
  }
  out.add("user.name", login.empty() ? user : login);
  const std::string_view method = out.event().text_of("http.request.method");
  const bool sessions = controller.ends_with("SessionsController") ||
                        controller == "OmniauthCallbacksController" ||
                        controller.starts_with("Ldap::Omniauth");
  if (sessions && action == "destroy") return out.classify("session", "end", "logout");
  if (sessions && method == "POST" && action != "new")
    return out.logon("logon", outcome_of(controller, action, status));
  out.classify("web", "access", {},
               status.starts_with('2') || status.starts_with('3') ? Outcome::success : Outcome::failure);
}

std::optional<std::int64_t> gitlab_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  return peek_json_time(text, zone_minutes);
}

Kinds gitlab_kinds(const SyslogHeader&, std::string_view text) {
  return contains(text.substr(0, 512), "sign_in") || contains(text.substr(0, 512), "SessionsController") ||
                 contains(text.substr(0, 512), "OmniauthCallbacks")
             ? Kind::application | Kind::logon
             : Kinds(Kind::application);
}

constexpr std::string_view kJsonMarks[] = {"controller\""};

}  // namespace

extern const FormatSpec kFormat_gitlab = {
    .number = Format{78},
    .name = "gitlab",
    .title = "GitLab",
    .sample =
        R"({"method":"POST","path":"/users/sign_in","format":"html","controller":"SessionsController","action":"create","status":200,"time":"2026-11-20T06:59:00.000Z","params":[{"key":"user","value":{"login":"bob","password":"[FILTERED]"}}],"remote_ip":"203.0.113.9"})",
    .rank = 60,
    .starts = kStarts,
    .claims = is_gitlab,
    .json_marks = kJsonMarks,
    .parse = parse_gitlab,
    .time = gitlab_time,
    .kinds_of = gitlab_kinds,
    .writing = Writing::json,
};

}  // namespace vigil
