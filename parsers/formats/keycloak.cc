#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr std::string_view kLevels[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};

bool is_level(std::string_view word) {
  for (const std::string_view level : kLevels) {
    if (word == level) return true;
  }
  return false;
}

/// A line of the file: what a syslog header's reader takes for the host is the level.
std::string_view line_text(const SyslogHeader& header, std::string_view text) {
  return header.app.empty() && !header.has_priority ? line_of(header) : text;
}

bool is_keycloak(const SyslogHeader& header, std::string_view text) {
  const std::string_view front = line_text(header, text).substr(0, 160);
  if (front.find("] (") == std::string_view::npos) return false;
  return contains(front, "[org.keycloak.") || contains(front, "[org.jboss.") ||
         contains(front, "[org.wildfly.") || contains(front, "[io.quarkus") ||
         contains(front, "[org.infinispan.");
}

/// Takes "2026-11-20 14:59:00,123 " off the front.
void take_time(std::string_view& text) {
  if (text.size() < 24 || text[4] != '-' || text[7] != '-' || text[13] != ':') return;
  take_word(text);
  text = trim_left(text);
  if (!text.empty() && is_digit(text.front())) take_word(text);
  text = trim_left(text);
}

/// What a user's event is: {LOGIN, LOGIN_ERROR}, … by its type; the rest are actions of sessions.
void classify_user_event(PayloadWriter& out, std::string_view type) {
  std::string_view name = type;
  const bool error = take_suffix(name, "_ERROR");
  const Outcome outcome = error ? Outcome::failure : Outcome::success;
  if (is_any(name, {"LOGIN", "IDENTITY_PROVIDER_LOGIN", "IDENTITY_PROVIDER_FIRST_LOGIN", "CLIENT_LOGIN",
                    "IMPERSONATE", "FEDERATED_IDENTITY_LINK"})) {
    return out.logon(type, outcome);
  }
  if (name == "LOGOUT") return out.logon(type, outcome, "end");
  if (is_any(name, {"UPDATE_PASSWORD", "RESET_PASSWORD", "UPDATE_EMAIL", "UPDATE_PROFILE", "UPDATE_TOTP",
                    "REMOVE_TOTP", "UPDATE_CREDENTIAL", "REMOVE_CREDENTIAL"})) {
    return out.classify("iam", "change", type, outcome);
  }
  if (is_any(name, {"REGISTER", "DELETE_ACCOUNT"}))
    return out.classify("iam", name == "REGISTER" ? "creation" : "deletion", type, outcome);
  // Tokens are exchanged by programs again and again: no logon of a person.
  out.classify("session", "info", type, outcome);
}

/// Calls sink(key, value) for each of `key=value, key="value", …`; values may hold blanks.
template <class Sink>
void for_each_pair(std::string_view text, Sink&& sink) {
  for (unsigned count = 0; !text.empty() && count < 128; ++count) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return;
    const std::string_view key = trim(text.substr(0, equals));
    text.remove_prefix(equals + 1);
    std::string_view value;
    if (take_prefix(text, "\"")) {
      value = text.substr(0, text.find('"'));
      text.remove_prefix(std::min(text.size(), value.size() + 1));
      take_prefix(text, ",");
    } else {
      value = text.substr(0, text.find(", "));
      text.remove_prefix(std::min(text.size(), value.size() + 2));
    }
    text = trim_left(text);
    sink(key, trim(value));
  }
}

/// `type=LOGIN_ERROR, realmId=school, clientId=portal, userId=null, ipAddress=203.0.113.9, error=user_not_found, username=bob`
void parse_event_pairs(PayloadWriter& out, std::string_view text) {
  std::string_view type, operation, resource;
  for_each_pair(text, [&](std::string_view key, std::string_view value) {
    if (value.empty() || value == "null") return;
    if (key == "type") {
      type = value;
    } else if (key == "operationType") {
      operation = value;
    } else if (key == "resourceType") {
      resource = value;
    } else if (key == "userId") {
      out.add("user.id", value);
    } else if (key == "username") {
      out.add("user.name", value);
    } else if (key == "email") {
      out.add("user.email", value);
    } else if (key == "ipAddress") {
      out.add_endpoint(Side::source, value);
    } else if (key == "error") {
      out.add("event.code", value);
      out.add("event.reason", value);
    } else if (key == "redirect_uri") {
      out.add_url(value);
    } else if (key == "resourcePath") {
      std::string_view path = value;
      if (take_prefix(path, "users/")) out.add("user.target.id", path.substr(0, path.find('/')));
      if (take_prefix(path, "groups/")) out.add("group.id", path.substr(0, path.find('/')));
      out.add_vendor(key, value);
      return;
    }
    out.add_vendor(key, value);
  });
  if (!type.empty()) return classify_user_event(out, type);
  if (operation.empty()) return;
  const std::string_view action = resource.empty() ? operation : out.join(out.join(operation, "-"), resource);
  const std::string_view kind = operation == "CREATE"   ? "creation"
                                : operation == "DELETE" ? "deletion"
                                                        : "change";
  out.classify("iam", kind, action,
               out.event().find("event.code") == nullptr ? Outcome::success : Outcome::failure);
}

/// `2026-11-20 14:59:00,123 WARN  [org.keycloak.events] (executor-thread-4) type=…`: the server's log, over syslog or from its file.
void parse_keycloak(PayloadWriter& out) {
  const SyslogHeader& header = out.header();
  const std::string_view whole = line_text(header, out.text());
  if (whole.data() != out.text().data() && header.host_from_message && is_level(header.host))
    out.set("host.name", out.context().peer);
  out.observer("Keycloak", "Keycloak", "iam");
  std::string_view text = whole;
  take_time(text);
  if (const std::string_view level = text.substr(0, text.find(' ')); is_level(level)) {
    out.add("log.level", level);
    text = trim_left(text.substr(level.size()));
  }
  std::string_view logger;
  if (take_prefix(text, "[")) {
    logger = take_until(text, ']');
    out.add("log.logger", logger);
    text = trim_left(text);
  }
  if (text.starts_with('(')) {
    // "(default task-1)", "(ServerService Thread Pool -- 64)"
    const std::size_t end = text.find(") ");
    if (end != std::string_view::npos) {
      out.add("process.thread.name", text.substr(1, end - 1));
      text.remove_prefix(end + 2);
    }
  }
  out.set("message", trim(text));
  if (logger == "org.keycloak.events" || text.starts_with("type=") || text.starts_with("operationType="))
    parse_event_pairs(out, text);
}

Kinds keycloak_kinds(const SyslogHeader&, std::string_view text) {
  return contains(text.substr(0, 200), "org.keycloak.events") ? Kind::application | Kind::logon
                                                              : Kinds(Kind::application);
}

std::optional<std::int64_t> keycloak_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  return text.size() > 23 && text[4] == '-' ? read_iso_time(text.substr(0, 19), zone_minutes) : std::nullopt;
}

}  // namespace

extern const FormatSpec kFormat_keycloak = {
    .number = Format{68},
    .name = "keycloak",
    .title = "Keycloak",
    .sample =
        R"(2026-11-20 14:59:00,123 WARN  [org.keycloak.events] (executor-thread-4) type=LOGIN_ERROR, realmId=school, clientId=portal, userId=null, ipAddress=203.0.113.9, error=user_not_found, username=bob)",
    .rank = 60,
    .claims = is_keycloak,
    .parse = parse_keycloak,
    .time = keycloak_time,
    .kinds_of = keycloak_kinds,
};

}  // namespace vigil
