#include "parsers/mysql_lines.h"

#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/server_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

// clang-format off
constexpr TextRow kLines[] = {
    {"Access denied for user '{user|last}'@'{source}' (using password: {using_password|word})$", "authentication", "start", "mysql_login", Outcome::failure},
    {"Access denied for user '{user|last}'@'{source}' to database '{database}'$", "authentication", "start", "mysql_login", Outcome::failure},
    {"Access denied for user '{user|last}'@'{source}'$", "authentication", "start", "mysql_login", Outcome::failure},
    {"Access denied for user: '{user|last}@{source}' (Using password: {using_password|word})", "authentication", "start", "mysql_login", Outcome::failure},
    {"Access denied; you need", "database", "denied", "privilege_missing", Outcome::failure},
    {"Aborted connection {connection_id|number} to db: '{database}' user: '{user|last}' host: '{source}' ({event.reason|last})", "session", "end", "connection_aborted"},
    {"Aborted connection {connection_id|number} to db: '{database}' user: '{user|last}' host: '{source}'", "session", "end", "connection_aborted"},
    {"Host '{source}' is blocked because of many connection errors", "network", "denied", "host_blocked"},
    {"IP address '{source}' could not be resolved: {event.reason}"},
    {"IP address '{source}' has been resolved to the host name '{resolved_name}', which resembles"},
    {"Hostname '{source}' does not resolve to '{resolved_address}'."},
    {"User {user} is locked", "authentication", "start", "account_locked", Outcome::failure},
    {"{executable|word}: ready for connections. Version: '{version}'", "database", "start", "server_started"},
    {"{executable|word} (mysqld {version|word}) starting as process {process.pid|number}", "database", "start", "server_starting"},
    {"{executable|word} (server {version|word}) starting as process {process.pid|number}", "database", "start", "server_starting"},
    {"{executable|word}: Normal shutdown", "database", "end", "server_stopping"},
    {"{executable|word}: Shutdown complete", "database", "end", "server_stopped"},
    {"Slave I/O thread: connected to master '{source.user}@{destination:pair}'", "network", "connection", "replication_connected"},
};

constexpr FieldRow kAuditKeys[] = {
    // MySQL Enterprise
    {"timestamp", "_"}, {"account.user", "user"}, {"login.ip", "source"}, {"class", "class"}, {"event", "event"},
    {"connection_data.connection_attributes._pid", "process.pid"}, {"connection_data.db", "database"},
    {"startup_data.server_id", "service.id"}, {"startup_data.os_version", "host.os.full"},
    {"general_data.query", "query"}, {"table_access_data.query", "query"}, {"table_access_data.db", "database"},
    {"table_access_data.table", "table"}, {"general_data.command", "command"},
    {"general_data.sql_command", "sql_command"}, {"table_access_data.sql_command", "sql_command"},
    // Percona Server
    {"audit_record.timestamp", "_"}, {"audit_record.user", "user"}, {"audit_record.ip", "source"},
    {"audit_record.host", "client_host"}, {"audit_record.db", "database"}, {"audit_record.sqltext", "query"},
    {"audit_record.command_class", "sql_command"}, {"audit_record.connection_id", "connection_id"},
    {"audit_record.name", "event"},
};
constexpr FieldMap kAudit(kAuditKeys);

// The attributes of <AUDIT_RECORD …/>, and the elements of its newer form.
constexpr FieldRow kXmlKeys[] = {
    {"TIMESTAMP", "_"}, {"USER", "user"}, {"IP", "source"}, {"HOST", "client_host"}, {"DB", "database"},
    {"SQLTEXT", "query"}, {"COMMAND_CLASS", "sql_command"}, {"CONNECTION_ID", "connection_id"}, {"NAME", "event"},
    {"OS_LOGIN", "os_login"}, {"PRIV_USER", "priv_user"}, {"PROXY_USER", "proxy_user"}, {"STATUS", "status"},
    {"RECORD", "event.id"}, {"RECORD_ID", "event.id"}, {"SERVER_ID", "service.id"},
};
constexpr FieldMap kXml(kXmlKeys);
// clang-format on

constexpr std::string_view kCommands[] = {
    "Connect",      "Query",      "Quit",           "Init DB",     "Prepare",    "Execute",
    "Close stmt",   "Field List", "Statistics",     "Ping",        "Reset stmt", "Change user",
    "Binlog Dump",  "Fetch",      "Kill",           "Refresh",     "Shutdown",   "Long Data",
    "Set option",   "Daemon",     "Delayed insert", "Drop DB",     "Create DB",  "Processlist",
    "Debug",        "Time",       "Register Slave", "Connect Out", "Table Dump", "Reset connection",
    "Bulk execute", "Sleep"};

/// The command of the general log at the front of `text`; empty if there is none. Three of them are two words.
std::string_view command_at(std::string_view text) {
  for (const std::string_view command : kCommands) {
    if (text.starts_with(command) && (text.size() == command.size() || text[command.size()] == '\t' ||
                                      text[command.size()] == '\n' || text[command.size()] == ' ')) {
      return command;
    }
  }
  return {};
}

/// Bytes of the time in front: "2026-11-20T06:59:00.123456Z", "2026-11-20  9:59:00", "261120 14:59:00".
std::size_t time_length(std::string_view text) {
  if (text.size() < 16) return 0;
  if (text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == ' ') && text[13] == ':' &&
      text.size() > 19) {
    std::size_t end = 19;
    while (end < text.size() && text[end] != ' ' && text[end] != '\t') ++end;
    return end;
  }
  if (text[6] == ' ' && text[9] == ':' && text[12] == ':' && all_digits(text.substr(0, 6))) return 15;
  return 0;
}

bool is_level(std::string_view word) {
  return is_any(word, {"Note", "Warning", "ERROR", "System", "Error", "note", "warning", "error",
                       "Information", "INFO"});
}

/// "[Warning] " and what follows.
bool begins_with_level(std::string_view text) {
  if (!text.starts_with('[')) return false;
  const std::size_t end = text.substr(0, 16).find(']');
  return end != std::string_view::npos && is_level(text.substr(1, end - 1));
}

void put_account(PayloadWriter& out, std::string_view account) {
  // root@localhost on db using Socket; Access denied for …
  static constexpr TextRow kAccounts[] = {
      {.text = "{user|last}@{source|word} on [{database|word} ]using {connection_type}"},
      {.text = "{user|last}@{source|word} as {priv_user} on {database|word}"},
      {.text = "{user|last}@{source|word} on {database}"}};
  static const TextTable kTable(kAccounts);
  kTable.read(out, account);
}

/// Whom CREATE USER, DROP USER, GRANT … are about: 'bob'@'10.0.0.1'. False if the statement is none of them.
bool add_target_user(PayloadWriter& out, std::string_view query) {
  std::string_view rest = query;
  const std::string_view verb = take_word(rest);
  rest = trim_left(rest);
  const bool account = equals_ignoring_case(verb, "create") || equals_ignoring_case(verb, "drop") ||
                       equals_ignoring_case(verb, "alter") || equals_ignoring_case(verb, "rename");
  if (account && !starts_with_ignoring_case(rest, "user")) return false;
  if (!account) {
    if (!equals_ignoring_case(verb, "grant") && !equals_ignoring_case(verb, "revoke")) return false;
    std::size_t at = rest.find(" TO ");
    if (at == std::string_view::npos) at = rest.find(" to ");
    if (at == std::string_view::npos) at = rest.find(" FROM ");
    if (at == std::string_view::npos) return true;
    rest = rest.substr(at);
  }
  const auto quoted = [&rest]() -> std::string_view {
    const std::size_t open = rest.find_first_of("'`\"");
    if (open == std::string_view::npos) return {};
    const char quote = rest[open];
    rest.remove_prefix(open + 1);
    return take_until(rest, quote);
  };
  out.add("user.target.name", quoted());
  if (rest.starts_with('@')) out.add("user.target.domain", quoted());
  return true;
}

void classify_logon(PayloadWriter& out, bool failed) {
  out.logon("mysql_login", failed ? Outcome::failure : Outcome::success);
}

void parse_general(PayloadWriter& out, std::string_view command, std::string_view argument) {
  argument = trim(argument);
  out.add_vendor("command", command);
  if (command == "Connect" || command == "Change user") {
    static const TextTable kDenied(kLines);
    if (argument.starts_with("Access denied")) {
      kDenied.read(out, argument);
      return;
    }
    put_account(out, argument);
    return classify_logon(out, false);
  }
  if (!argument.empty()) out.add_vendor("query", argument);
  if (command == "Quit") return out.classify("session", "end", "mysql_disconnect");
  if (add_target_user(out, argument)) out.add("event.category", "iam");
  out.classify("database", "access", "mysql_query");
}

/// What follows the time and the thread: "[Warning] [MY-010453] [Server] text", or the text alone.
void parse_error(PayloadWriter& out, std::string_view text) {
  bool first = true;
  while (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || end > 40) break;
    const std::string_view inside = text.substr(1, end - 1);
    if (first && !is_level(inside)) break;
    if (first) {
      out.add("log.level", inside);
    } else if (inside.starts_with("MY-")) {
      out.add("event.code", inside);
    } else {
      out.add("event.provider", inside);
    }
    first = false;
    text = trim_left(text.substr(end + 1));
  }
  out.set("message", trim(text));
  static const TextTable kTable(kLines);
  if (kTable.read(out, text) == nullptr) out.add("event.category", "database");
}

/// The pairs of slow log lines: "# Query_time: 2.000652  Lock_time: 0.000000  Rows_sent: 1". Values have no blanks and may
/// be missing.
void parse_slow_pairs(PayloadWriter& out, std::string_view line) {
  std::string_view key;
  while (!line.empty()) {
    line = trim_left(line);
    const std::string_view word = take_word(line);
    if (word.ends_with(':')) {
      key = word.substr(0, word.size() - 1);
      continue;
    }
    if (key.empty()) continue;
    if (key == "Query_time") {
      add_duration(out, word, 1'000'000'000);
    } else if (key == "Start") {
      out.add("event.start", word);
    } else if (key == "End") {
      out.add("event.end", word);
    } else if (key == "Schema") {
      out.add_vendor("database", word);
    } else if (key == "Bytes_sent") {
      out.add_number("source.bytes", word);
    }
    if (key != "Schema") out.add_vendor(key, word);
    key = {};
  }
}

/// "root[root] @ localhost [10.0.0.1]  Id: 7"
void parse_slow_user(PayloadWriter& out, std::string_view line) {
  const std::size_t at = line.find(" @ ");
  std::string_view user = line.substr(0, at);
  out.add("user.name", trim(user.substr(0, user.find('['))));
  if (at == std::string_view::npos) return;
  std::string_view rest = line.substr(at + 3);
  const std::string_view host = trim(take_until(rest, '['));
  const std::string_view address = take_until(rest, ']');
  if (!plain_address(address).empty()) {
    out.add_endpoint(Side::source, address);
    out.add("source.domain", host);
  } else {
    out.add_endpoint(Side::source, host);
  }
  parse_slow_pairs(out, rest);
}

/// An entry of the slow query log: lines that begin with #, perhaps "use db;" and "SET timestamp=…;", then the query.
void parse_slow(PayloadWriter& out, std::string_view text) {
  while (!text.empty()) {
    std::string_view rest = text;
    std::string_view line = trim(take_until(rest, '\n'));
    if (!line.starts_with('#')) break;
    take_prefix(line, "#");
    line = trim_left(line);
    if (take_prefix(line, "User@Host: ")) {
      parse_slow_user(out, line);
    } else if (!line.starts_with("Time: ") && !line.starts_with("explain: ") &&
               !line.starts_with("No InnoDB")) {
      parse_slow_pairs(out, line);
    }
    text = rest;
  }
  while (text.starts_with("use ") || text.starts_with("SET timestamp=")) {
    std::string_view rest = text;
    std::string_view line = take_until(rest, '\n');
    if (line.size() == text.size()) break;
    if (take_prefix(line, "use ")) out.add_vendor("database", trim(line.substr(0, line.find(';'))));
    text = rest;
  }
  out.add_vendor("query", trim(text));
  out.classify("database", "info", "slow_query");
}

void finish_audit(PayloadWriter& out, std::string_view event, std::string_view status) {
  const bool connect = is_any(event, {"connect", "Connect", "Change user", "CONNECT", "FAILED_CONNECT"});
  const bool ok = status.empty() || status == "0";
  if (connect) return classify_logon(out, !ok || event == "FAILED_CONNECT");
  if (is_any(event, {"disconnect", "Quit", "DISCONNECT"}))
    return out.classify("session", "end", "mysql_disconnect");
  out.classify("database", "access", "mysql_audit");
  if (!status.empty()) out.add("event.outcome", ok ? "success" : "failure");
}

void parse_audit_json(PayloadWriter& out, std::string_view text) {
  // Records stand in an array: "{…}," or "[{…}" or "{…}]" when cut into lines.
  while (take_prefix(text, "[") || take_prefix(text, ",")) text = trim_left(text);
  text = trim(text);
  if (text.ends_with(',')) text.remove_suffix(1);
  if (text.ends_with("}]")) text.remove_suffix(1);
  JsonFields& fields = json_scratch();
  if (!walk_json(text, out.arena(), fields)) return out.bad_payload();
  const FieldTable table = kAudit;
  std::string_view event, status, host, arguments, query;
  bool address = false;
  for (const JsonField& leaf : fields.leaves) {
    if (leaf.path == "event" || leaf.path == "audit_record.name") event = leaf.value;
    if (leaf.path.ends_with(".status")) status = leaf.value;
    if (leaf.path == "account.host" || leaf.path == "audit_record.host") host = leaf.value;
    if (leaf.path == "login.ip" || leaf.path == "audit_record.ip") address = !leaf.value.empty();
    if (leaf.path == "startup_data.args") {
      if (arguments.empty()) out.add_executable(leaf.value);
      arguments = arguments.empty() ? leaf.value : out.join(out.join(arguments, " "), leaf.value);
    }
    if (leaf.path.ends_with("_data.query") || leaf.path == "audit_record.sqltext") query = leaf.value;
    const Target* target = leaf.type == ValueType::null ? nullptr : table.find(leaf.path);
    if (target != nullptr) {
      put(out, *target, leaf.value);
    } else {
      out.event().add(leaf.vendor_name(), leaf.value, leaf.type);
    }
  }
  if (address) {
    out.add("source.domain", host);
  } else {
    out.add_endpoint(Side::source, host);
  }
  if (arguments.empty()) out.set("process.name", "mysqld");
  out.add("process.command_line", arguments);
  if (add_target_user(out, query)) out.add("event.category", "iam");
  finish_audit(out, event, status);
}

/// Attributes NAME="value", or elements <NAME>value</NAME>.
void parse_audit_xml(PayloadWriter& out, std::string_view text) {
  const FieldTable table = kXml;
  std::string_view event, status;
  const auto give = [&](std::string_view key, std::string_view value) {
    if (key == "NAME") event = value;
    if (key == "STATUS") status = value;
    table.put_or_keep(out, key, value);
  };
  std::string_view rest = text;
  take_until(rest, ' ');
  if (text.starts_with("<AUDIT_RECORD>")) {
    rest = text.substr(14);
    for (unsigned left = 64; left > 0 && !rest.empty(); --left) {
      take_until(rest, '<');
      if (rest.starts_with('/') || rest.empty()) continue;
      const std::string_view key = take_until(rest, '>');
      give(key, rest.substr(0, rest.find('<')));
    }
  } else {
    for (unsigned left = 64; left > 0 && !rest.empty(); --left) {
      const std::string_view key = trim(take_until(rest, '='));
      if (!take_prefix(rest, "\"")) break;
      give(key, take_until(rest, '"'));
    }
  }
  finish_audit(out, event, status);
}

/// host,user,client,connection,query,operation,database,object,code; the object is quoted.
void parse_audit_csv(PayloadWriter& out, std::string_view text) {
  out.add("observer.name", take_until(text, ','));
  out.add("user.name", take_until(text, ','));
  out.add_endpoint(Side::source, take_until(text, ','));
  out.add_vendor("connection_id", take_until(text, ','));
  out.add_vendor("query_id", take_until(text, ','));
  const std::string_view operation = take_until(text, ',');
  out.add_vendor("operation", operation);
  const std::string_view database = take_until(text, ',');
  if (!database.empty()) out.add_vendor("database", database);
  const std::size_t comma = text.rfind(',');
  std::string_view object = text.substr(0, comma), code;
  if (comma != std::string_view::npos && all_digits(text.substr(comma + 1))) code = text.substr(comma + 1);
  take_prefix(object, "'");
  take_suffix(object, "'");
  if (!object.empty()) out.add_vendor("query", object);
  out.add("event.code", code == "0" ? std::string_view() : code);
  finish_audit(out, operation, code);
}

/// Where the audit's columns begin, if these are any: behind the time, or (syslog) at the front.
std::string_view audit_columns(std::string_view text) {
  if (text.size() > 18 && text[8] == ' ' && text[17] == ',' && all_digits(text.substr(0, 8)))
    return text.substr(18);
  return {};
}

}  // namespace

bool is_mariadb_audit(std::string_view line) {
  std::string_view columns = audit_columns(line);
  for (unsigned i = 0; i < 5; ++i) {
    const std::string_view column = take_until(columns, ',');
    if (i >= 3 && !all_digits(column)) return false;
  }
  const std::string_view operation = columns.substr(0, columns.find(','));
  return operation.size() > 2 && operation.size() < 20 && operation[0] >= 'A' && operation[0] <= 'Z';
}

bool is_mysql_line(std::string_view line) {
  const std::size_t length = time_length(line);
  if (length == 0) return false;
  const bool old = line[6] == ' ';
  std::string_view rest = trim_left(line.substr(length));
  if (old && (rest.starts_with("InnoDB: ") || rest.starts_with("mysqld_safe ") ||
              rest.starts_with("Percona ") || rest.starts_with("mysqld ") || begins_with_level(rest))) {
    return true;
  }
  const std::string_view thread = rest.substr(0, rest.find_first_of(" \t"));
  if (!all_digits(thread)) return !old && rest.starts_with("mysqld_safe ");
  rest = trim_left(rest.substr(thread.size()));
  if (begins_with_level(rest)) return true;
  const std::string_view command = command_at(rest);
  // Of words like these, a tab behind them says that it is the general log.
  return !command.empty() && (rest.size() == command.size() || rest[command.size()] == '\t');
}

bool is_mysql_record(std::string_view text) {
  if (text.starts_with("# User@Host: ") || text.starts_with("<AUDIT_RECORD")) return true;
  if (text.starts_with("# Time: ")) return text.find("\n# User@Host: ") != std::string_view::npos;
  const std::string_view front = text.substr(0, 512);
  if (!front.starts_with('{') && !front.starts_with('[')) return false;
  if (contains(front, "\"audit_record\"")) return true;
  return contains(front, "\"class\"") && contains(front, "\"connection_id\"") && contains(front, "\"event\"");
}

void parse_mysql(PayloadWriter& out, std::string_view text) {
  text = trim(text);
  if (text.starts_with("#")) return parse_slow(out, text);
  if (text.starts_with('{') || (text.starts_with("[") && trim_left(text.substr(1)).starts_with('{'))) {
    return parse_audit_json(out, text);
  }
  if (text.starts_with("<AUDIT_RECORD")) return parse_audit_xml(out, text);
  if (is_mariadb_audit(text)) return parse_audit_csv(out, audit_columns(text));
  if (out.header().app == "mysql-server_auditing") return parse_audit_csv(out, trim_left(text));

  const std::size_t length = time_length(text);
  std::string_view rest = trim_left(text.substr(length));
  const std::string_view thread = rest.substr(0, rest.find_first_of(" \t"));
  if (length != 0 && all_digits(thread)) {
    rest = trim_left(rest.substr(thread.size()));
    out.add_number("process.thread.id", thread);
    if (const std::string_view command = command_at(rest); !command.empty() && !begins_with_level(rest)) {
      return parse_general(out, command, rest.substr(command.size()));
    }
  }
  parse_error(out, rest);
}

std::optional<std::int64_t> mysql_time(std::string_view text, int zone_minutes) {
  if (text.starts_with('#') || text.starts_with("<")) {
    if (const std::size_t at = find_text(text, "SET timestamp="); at != std::string_view::npos) {
      const std::string_view digits = text.substr(at + 14);
      return read_epoch(digits.substr(0, digits.find_first_of("; \n")));
    }
    if (const std::size_t at = find_text(text, "TIMESTAMP"); at != std::string_view::npos && at < 512) {
      std::string_view time = text.substr(at + 9);
      time = time.substr(std::min(time.find_first_of("0123456789"), time.size()));
      return read_iso_time(time.substr(0, 19), 0);
    }
    if (text.starts_with("# Time: ")) {
      const std::string_view time = text.substr(8, text.find('\n') - 8);
      return begins_with_iso_date(time) ? read_iso_time(time, zone_minutes)
                                        : read_compact_time(time, zone_minutes);
    }
    return std::nullopt;
  }
  if (text.starts_with('{') || text.starts_with('[')) {
    while (take_prefix(text, "[") || take_prefix(text, ",")) text = trim_left(text);
    if (const auto time = read_iso_time(peek_json_member(text, "timestamp"), 0)) return time;
    const std::size_t at = find_text(text.substr(0, 512), "\"timestamp\":\"");
    return at == std::string_view::npos ? std::nullopt : read_iso_time(text.substr(at + 13, 19), 0);
  }
  if (text.size() > 12 && text[4] == '-') {
    // MariaDB writes hours below ten with a blank: "2026-11-20  9:46:45".
    if (text[11] == ' ' && text.size() > 18) {
      char padded[19];
      text.copy(padded, sizeof padded);
      padded[11] = '0';
      return read_iso_time({padded, sizeof padded}, zone_minutes);
    }
    return read_iso_time(text.substr(0, time_length(text)), zone_minutes);
  }
  return read_compact_time(text, zone_minutes);
}

}  // namespace vigil
