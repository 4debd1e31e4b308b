#include "parsers/database_lines.h"

#include "parsers/calendar.h"
#include "parsers/field_target.h"
#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/server_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

// clang-format off
constexpr TextRow kMssql[] = {
    {"Login failed for user '{user|last}'. Reason: {event.reason} \\[CLIENT: {source|word}\\]", "authentication", "start", "mssql_login", Outcome::failure},
    {"Login failed for user '{user|last}'. \\[CLIENT: {source|word}\\]", "authentication", "start", "mssql_login", Outcome::failure},
    {"Login failed for user '{user|last}'.", "authentication", "start", "mssql_login", Outcome::failure},
    {"Login failed. {event.reason} \\[CLIENT: {source|word}\\]", "authentication", "start", "mssql_login", Outcome::failure},
    {"Login succeeded for user '{user|last}'. Connection made using {method}. \\[CLIENT: {source|word}\\]", "authentication", "start", "mssql_login", Outcome::success},
    {"Login succeeded for user '{user|last}'. Connection: {method}. \\[CLIENT: {source|word}\\]", "authentication", "start", "mssql_login", Outcome::success},
    {"Login succeeded for user '{user|last}'.", "authentication", "start", "mssql_login", Outcome::success},
    {"Error: {event.code|word} Severity: {severity|number}, State: {state|number}", "database", "error"},
    {"Server process ID is {process.pid|number}", "database", "start"},
    {"SQL Server is now ready for client connections", "database", "start", "server_started"},
    {"SQL Server is terminating", "database", "end", "server_stopping"},
    {"Configuration option '{option|last}' changed from {value_before|word} to {value|word}", "configuration", "change", "configuration_changed"},
    {"Setting database option {option|word} to {value|word} for database '{database|last}'", "configuration", "change", "database_option"},
    {"Starting up database '{database|last}'", "database", "start"},
    {"Database backed up. Database: {database|word}", "database", "info", "backup"},
};
constexpr TextRow kMongo[] = {
    {"Successfully authenticated as principal {user|last} on {database|word} from client {source:pair|word}", "authentication", "start", "mongodb_login", Outcome::success},
    {"Successfully authenticated as principal {user|last} on {database|word}", "authentication", "start", "mongodb_login", Outcome::success},
    {"{method|word} authentication failed for {user|last} on {database|word} from client {source:pair|word} ; {event.reason}", "authentication", "start", "mongodb_login", Outcome::failure},
    {"Failed to authenticate {user|last} from client {source:pair|word} with mechanism {method|word}: {event.reason}", "authentication", "start", "mongodb_login", Outcome::failure},
    {"connection accepted from {source:pair|word} #{connection_id|number}", "network", "connection", "mongodb_connection"},
    {"end connection {source:pair|word} ({open|number} connection", "network", "end", "mongodb_connection_end"},
    {"Unauthorized: not authorized on {database|word} to execute command {query}", "database", "denied", "mongodb_unauthorized", Outcome::failure},
};
constexpr TextRow kRedis[] = {
    {"Accepted {source:pair|word}", "network", "connection", "redis_connection"},
    {"Possible SECURITY ATTACK detected.", "intrusion_detection", "info", "redis_cross_protocol"},
    {"Ready to accept connections", "database", "start", "server_started"},
    {"Redis is now ready to exit", "database", "end", "server_stopped"},
    {"Replica {source:pair|word} asks for synchronization", "database", "info", "replica_sync"},
};
// clang-format on

constexpr FieldRow kMongoKeys[] = {
    {"t.$date", "_"},
    {"s", "log.level"},
    {"c", "component"},
    {"id", "event.code"},
    {"ctx", "context"},
    {"msg", "_"},
    {"attr.client", "source:pair"},
    {"attr.remote", "source:pair"},
    {"attr.principalName", "user"},
    {"attr.user", "user"},
    {"attr.mechanism", "method"},
    {"attr.authenticationDatabase", "database"},
    {"attr.db", "database"},
    {"attr.error", "event.reason"},
    {"attr.durationMillis", "event.duration:ms"},
    {"attr.ns", "namespace"},
    {"attr.appName", "application"},
    {"attr.result", "result"},
    {"attr.error.errmsg", "event.reason"},
    {"attr.clientAddr", "source:pair"},
};
constexpr FieldMap kMongoMap(kMongoKeys);

void parse_mongo_json(PayloadWriter& out) {
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) return;
  const FieldTable table = kMongoMap;
  std::string_view message, audit_type, result;
  for (const JsonField& leaf : fields->leaves) {
    if (leaf.type == ValueType::null) continue;
    if (leaf.path == "msg") message = leaf.value;
    if (leaf.path == "atype") audit_type = leaf.value;
    if (leaf.path == "result") result = leaf.value;
    // The audit log (Enterprise, Percona, Atlas): {"atype":"authenticate","ts":{"$date":…},"remote":{"ip":…,"port":…},…}
    if (leaf.path == "remote.ip") out.add_endpoint(Side::source, leaf.value);
    if (leaf.path == "remote.port") out.add_port(Side::source, leaf.value);
    if (leaf.path == "local.ip") out.add_endpoint(Side::destination, leaf.value);
    if (leaf.path == "local.port") out.add_port(Side::destination, leaf.value);
    if (leaf.path == "param.user" || (leaf.path == "users.user" && audit_type != "authenticate"))
      out.add("user.name", leaf.value);
    table.put_or_keep(out, leaf.path, leaf.value, leaf.type);
  }
  if (!message.empty()) out.set("message", message);
  if (message.starts_with("Authentication succeeded") || message.starts_with("Successfully authenticated"))
    return out.logon("mongodb_login", Outcome::success);
  if (message.starts_with("Authentication failed") || message.starts_with("Failed to authenticate"))
    return out.logon("mongodb_login", Outcome::failure);
  if (audit_type == "authenticate")
    return out.logon("mongodb_login", result == "0" ? Outcome::success : Outcome::failure);
  if (message == "Connection accepted") return out.classify("network", "connection", "mongodb_connection");
  if (message == "Connection ended") return out.classify("network", "end", "mongodb_connection_end");
  if (message == "Slow query") return out.classify("database", "info", "slow_query");
  if (audit_type == "authCheck")
    return out.classify("database", "access", "mongodb_auth_check",
                        result == "0" ? Outcome::success : Outcome::failure);
  out.classify("database", "info", out.lower_case(audit_type));
}

/// "(HOST=10.0.0.1)" in Oracle's nested parentheses.
std::string_view oracle_value(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + name.size());
  return rest.substr(0, rest.find_first_of(")("));
}

void parse_oracle_listener(PayloadWriter& out, std::string_view text) {
  // time * connect data * address * event * service * code
  text.remove_prefix(std::min(text.find(" * "), text.size()));
  const std::size_t address = text.find("(ADDRESS=");
  const std::string_view connect = text.substr(0, address);
  out.add("user.name", oracle_value(connect, "(USER="));
  if (const std::string_view program = oracle_value(connect, "(PROGRAM="); !program.empty())
    out.add_vendor("program", program);
  if (address != std::string_view::npos) {
    const std::string_view from = text.substr(address);
    out.add_endpoint(Side::source, oracle_value(from, "(HOST="));
    out.add_port(Side::source, oracle_value(from, "(PORT="));
    const std::string_view protocol = oracle_value(from, "(PROTOCOL=");
    if (equals_ignoring_case(protocol, "tcp") || equals_ignoring_case(protocol, "tcps"))
      out.add("network.transport", "tcp");
    text = from;
  }
  const std::size_t last = text.rfind(" * ");
  if (last == std::string_view::npos) return;
  const std::string_view code = trim(text.substr(last + 3));
  out.add("event.code", code);
  std::string_view before = text.substr(0, last);
  const std::size_t service = before.rfind(" * ");
  if (service != std::string_view::npos) {
    out.add("service.name", trim(before.substr(service + 3)));
    before = before.substr(0, service);
    const std::size_t act = before.rfind(" * ");
    if (act != std::string_view::npos) out.add("event.action", trim(before.substr(act + 3)));
  }
  out.classify("network", "connection", {}, code == "0" ? Outcome::success : Outcome::failure);
}

/// NAME :[length] 'value' pairs; the length tells where a value with quotes in it ends.
void parse_oracle_audit(PayloadWriter& out, std::string_view text) {
  std::string_view action, status;
  for (unsigned left = 48; left > 0 && !text.empty(); --left) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) break;
    std::string_view name = trim(text.substr(0, colon));
    text = trim_left(text.substr(colon + 1));
    std::optional<std::uint64_t> length;
    if (take_prefix(text, "[")) {
      length = read_number(take_until(text, ']'));
      text = trim_left(text);
    }
    const char quote = text.starts_with('"') ? '"' : '\'';
    if (text.empty() || (text[0] != '\'' && text[0] != '"')) break;
    text.remove_prefix(1);
    std::size_t end = text.find(quote);
    if (length && *length < text.size() && text[*length] == quote) end = static_cast<std::size_t>(*length);
    const std::string_view value = text.substr(0, end);
    text.remove_prefix(std::min(end == std::string_view::npos ? text.size() : end + 1, text.size()));
    if (name == "ACTION") {
      action = value;
    } else if (name == "STATUS" || name == "RETURNCODE") {
      status = value;
      out.add("event.code", value);
    } else if (name == "DATABASE USER" || name == "USERID") {
      put(out, target_of("user"), value == "/" ? std::string_view() : value);
    } else if (name == "CLIENT USER" || name == "OS$USERID") {
      out.add("source.user.name", value);
    } else if (name == "USERHOST") {
      put(out, target_of("source"), value);
    } else if (name == "SESSIONID") {
      out.add_vendor("session_id", value);
    } else if (!name.empty()) {
      out.add_vendor(name, value);
    }
    text = trim_left(text);
  }
  if (!action.empty()) out.add_vendor("action", action);
  // 100 is LOGON, 101 LOGOFF in the audit's table of actions; SYS' own trail writes the word.
  if (equals_ignoring_case(action, "CONNECT") || action == "100")
    return out.logon("oracle_login", status == "0" ? Outcome::success : Outcome::failure);
  if (action == "101" || action == "102" || equals_ignoring_case(action, "DISCONNECT"))
    return out.classify("session", "end", "oracle_logoff");
  out.classify("database", "access", "oracle_audit");
  if (!status.empty()) out.add("event.outcome", status == "0" ? "success" : "failure");
}

/// "Oracle Audit[7]: ", "Oracle Unified Audit[7]: ": a tag of several words, which no header's reader takes for one.
std::string_view without_oracle_tag(std::string_view text) {
  if (!text.starts_with("Oracle ")) return text;
  const std::size_t end = text.substr(0, 40).find("]: ");
  return end == std::string_view::npos ? text : trim_left(text.substr(end + 3));
}

/// Where the day stands in a Redis line: behind "1:M " or "[1] "; 0 if it is none.
std::size_t redis_time_at(std::string_view line) {
  std::size_t at = 0;
  while (at < line.size() && is_digit(line[at])) ++at;
  if (at == 0 || at > 8 || at + 3 >= line.size() || line[at] != ':' ||
      std::string_view("MSCX").find(line[at + 1]) == std::string_view::npos || line[at + 2] != ' ')
    return 0;
  return at + 3;
}

}  // namespace

bool is_mssql_line(std::string_view line) {
  if (!begins_with_iso_date(line) || line.size() < 30 || line[10] != ' ' || line[19] != '.') return false;
  if (!is_digit(line[20]) || !is_digit(line[21]) || line[22] != ' ') return false;
  const std::string_view source = line.substr(23, line.find(' ', 23) - 23);
  return is_any(source, {"Server", "Logon", "Backup", "Error"}) ||
         (source.starts_with("spid") && source.size() > 4 && is_digit(source[4]));
}

bool is_mongo_line(std::string_view line) {
  // 2026-11-20T14:59:00.123+0800 I ACCESS   [conn12]
  if (line.size() < 42 || line[10] != 'T' || !begins_with_iso_date(line)) return false;
  const std::size_t space = line.find(' ');
  if (space > 30 || space + 4 > line.size() ||
      std::string_view("FEWIDS").find(line[space + 1]) == std::string_view::npos || line[space + 2] != ' ')
    return false;
  const std::string_view component = line.substr(space + 3, line.find(' ', space + 3) - space - 3);
  for (const char c : component) {
    if (!(c >= 'A' && c <= 'Z') && c != '_' && c != '-') return false;
  }
  return line.substr(0, 64).find('[', space) != std::string_view::npos;
}

bool is_mongo_json(std::string_view text) {
  const std::string_view front = text.substr(0, 160);
  return text.starts_with("{\"t\":{\"$date\":") || text.starts_with("{\"t\": {\"$date\":") ||
         text.starts_with("{ \"atype\"") || (text.starts_with("{\"atype\":") && contains(front, "\"$date\""));
}

bool is_redis_line(std::string_view line) {
  const std::size_t at = redis_time_at(line);
  return at != 0 && line.size() > at + 24 && month_from_name(line.substr(at + 3, 3)) != 0;
}

bool is_oracle_listener(std::string_view line) {
  return line.size() > 24 && line[2] == '-' && line[6] == '-' && line[11] == ' ' &&
         line.substr(20, 3) == " * " && month_from_name(line.substr(3, 3)) != 0;
}

bool is_oracle_audit(std::string_view text) {
  const std::string_view front = without_oracle_tag(text).substr(0, 256);
  return (front.starts_with("LENGTH") || front.starts_with("SESSIONID") || front.starts_with("ACTION")) &&
         (contains(front, "ACTION :[") || contains(front, "ACTION:["));
}

bool read_mssql_text(PayloadWriter& out, std::string_view text) {
  static const TextTable kTable(kMssql);
  return kTable.read(out, text) != nullptr;
}

bool parse_database(PayloadWriter& out, std::string_view text) {
  text = trim(text);
  if (is_mongo_json(text)) {
    out.log_source("mongodb", {}, {});
    parse_mongo_json(out);
    return true;
  }
  if (is_mssql_line(text)) {
    out.log_source("mssql", {}, {});
    std::string_view rest = text.substr(23);
    out.add_vendor("source", take_word(rest));
    rest = trim(rest);
    out.set("message", rest);
    if (!read_mssql_text(out, rest)) out.add("event.category", "database");
    return true;
  }
  if (is_mongo_line(text)) {
    out.log_source("mongodb", {}, {});
    std::string_view rest = text.substr(text.find(' ') + 1);
    out.add("log.level", take_word(rest));
    rest = trim_left(rest);
    out.add_vendor("component", take_word(rest));
    rest = trim_left(rest);
    if (take_prefix(rest, "[")) out.add_vendor("context", take_until(rest, ']'));
    rest = trim(rest);
    out.set("message", rest);
    static const TextTable kTable(kMongo);
    if (kTable.read(out, rest) == nullptr) out.add("event.category", "database");
    return true;
  }
  if (is_oracle_listener(text)) {
    out.log_source("oracle", {}, "listener");
    parse_oracle_listener(out, text);
    return true;
  }
  if (is_oracle_audit(text)) {
    out.log_source("oracle", {}, "audit");
    parse_oracle_audit(out, without_oracle_tag(text));
    return true;
  }
  if (const std::size_t at = redis_time_at(text); is_redis_line(text)) {
    out.log_source("redis", {}, {});
    const std::string_view pid = text.substr(0, text.find(':'));
    if (is_json_integer(pid)) out.set("process.pid", pid, ValueType::integer);
    // "20 Nov 2026 14:59:00.123 * text"
    std::string_view rest = text.substr(at);
    for (unsigned i = 0; i < 4; ++i) {
      take_word(rest);
      rest = trim_left(rest);
    }
    out.add("log.level", take_word(rest));
    rest = trim(rest);
    out.set("message", rest);
    static const TextTable kTable(kRedis);
    if (kTable.read(out, rest) == nullptr) out.add("event.category", "database");
    return true;
  }
  return false;
}

std::optional<std::int64_t> database_time(std::string_view text, int zone_minutes) {
  if (text.starts_with('{')) {
    const std::size_t date = text.substr(0, 256).find("\"$date\":");
    if (date == std::string_view::npos) return std::nullopt;
    const std::size_t quote = text.find('"', date + 8);
    if (quote == std::string_view::npos) return std::nullopt;
    const std::string_view time = text.substr(quote + 1);
    return read_iso_time(time.substr(0, time.find('"')), zone_minutes);
  }
  if (is_oracle_listener(text)) return read_dashed_time(text.substr(0, 20), zone_minutes);
  if (begins_with_iso_date(text)) return read_iso_time(text.substr(0, text.find(' ', 11)), zone_minutes);
  if (const std::size_t at = redis_time_at(text); at != 0 && is_redis_line(text)) {
    // "20 Nov 2026 14:59:00.123": the same as BIND's, parted by blanks.
    char dashed[24];
    const std::size_t size = text.substr(at).copy(dashed, sizeof dashed);
    dashed[2] = dashed[6] = '-';
    return read_dashed_time({dashed, size}, zone_minutes);
  }
  return std::nullopt;
}

bool is_database_logon(std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  return contains(front, "Login failed") || contains(front, "Login succeeded") ||
         contains(front, "uthenticat") || contains(front, "'CONNECT'") ||
         contains(front, "ACTION:[3] \"100\"");
}

}  // namespace vigil
