#include "parsers/postgresql_lines.h"

#include <array>

#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/server_text.h"
#include "parsers/text_template.h"

namespace vigil {
namespace {

// clang-format off
constexpr TextRow kLines[] = {
    {"password authentication failed for user \"{user|last}\"", "authentication", "start", "postgresql_login", Outcome::failure},
    {"{method|word} authentication failed for user \"{user|last}\"", "authentication", "start", "postgresql_login", Outcome::failure},
    {"no pg_hba.conf entry for [replication connection from ]host \"{source}\", user \"{user|last}\", database \"{database}\"[, {event.reason}]$", "authentication", "start", "postgresql_login", Outcome::failure},
    {"no pg_hba.conf entry for [replication connection from ]host \"{source}\", user \"{user|last}\"", "authentication", "start", "postgresql_login", Outcome::failure},
    {"pg_hba.conf rejects [replication ]connection for host \"{source}\", user \"{user|last}\"[, database \"{database}\"]", "authentication", "start", "postgresql_login", Outcome::failure},
    {"role \"{user|last}\" does not exist$", "authentication", "start", "postgresql_unknown_role", Outcome::failure},
    {"role \"{user|last}\" is not permitted to log in$", "authentication", "start", "postgresql_login", Outcome::failure},
    {"too many connections for role \"{user|last}\"", "session", "denied", "postgresql_too_many"},
    {"connection authorized: user={user|last} database={database|last} application_name={application} SSL enabled (protocol={tls.version|word} cipher={tls.cipher|word}", "authentication", "start", "postgresql_login", Outcome::success},
    {"connection authorized: user={user|last} database={database|last} SSL enabled (protocol={tls.version|word} cipher={tls.cipher|word}", "authentication", "start", "postgresql_login", Outcome::success},
    {"connection authorized: user={user|last} database={database|last} application_name={application}$", "authentication", "start", "postgresql_login", Outcome::success},
    {"connection authorized: user={user|last} database={database}$", "authentication", "start", "postgresql_login", Outcome::success},
    {"replication connection authorized: user={user|word}", "authentication", "start", "postgresql_login", Outcome::success},
    {"connection authenticated: identity=\"{identity|last}\" method={method|word}", "authentication", "info", "postgresql_authenticated", Outcome::success},
    {"connection authenticated: user=\"{user|last}\" method={method|word}", "authentication", "info", "postgresql_authenticated", Outcome::success},
    {"connection received: host={source} port={source.port|number}", "network", "connection", "postgresql_connection"},
    {"connection received: host={source|word}", "network", "connection", "postgresql_connection"},
    {"disconnection: session time: {session_time|word} user={user|last} database={database|last} host={source|word} port={source.port|number}", "session", "end", "postgresql_disconnect"},
    {"disconnection: session time: {session_time|word} user={user|last} database={database|last} host={source|word}", "session", "end", "postgresql_disconnect"},
    {"statement: {query}", "database", "access", "postgresql_statement"},
    {"execute {statement_name|word} {query}", "database", "access", "postgresql_statement"},
    {"temporary file: path \"{file}\", size {file.size|number}", "database", "info", "postgresql_temporary_file"},
    {"AUDIT: {audit_type|word},", "database", "access", "postgresql_audit"},
    {"listening on IPv{ip_version|number} address \"{destination}\", port {destination.port|number}", "database", "info", "postgresql_listening"},
    {"database system is ready to accept", "database", "start", "postgresql_started"},
    {"database system is shut down", "database", "end", "postgresql_stopped"},
};

constexpr FieldRow kJsonKeys[] = {
    {"timestamp", "_"}, {"user", "user"}, {"dbname", "database"}, {"pid", "process.pid"}, {"remote_host", "source"},
    {"remote_port", "source.port"}, {"error_severity", "log.level"}, {"state_code", "event.code"}, {"statement", "query"},
    {"message", "message"}, {"session_start", "event.start"},
};
constexpr FieldMap kJson(kJsonKeys);
// clang-format on

constexpr std::string_view kLevels[] = {
    "LOG",     "ERROR", "FATAL",    "PANIC", "WARNING", "NOTICE", "INFO",   "DETAIL", "HINT",  "STATEMENT",
    "CONTEXT", "QUERY", "LOCATION", "DEBUG", "DEBUG1",  "DEBUG2", "DEBUG3", "DEBUG4", "DEBUG5"};

bool is_level(std::string_view word) {
  for (const std::string_view level : kLevels) {
    if (word == level) return true;
  }
  return false;
}

/// Longest log_line_prefix looked at: names of users and databases have 63 bytes each.
constexpr std::size_t kPrefixMax = 384;

struct Level {
  std::size_t at = std::string_view::npos, size = 0;
};

/// Where "LOG:  " or its kin ends the prefix. Two blanks follow it in all versions; AWS' samples show one.
Level find_level(std::string_view text, bool strict) {
  for (std::size_t colon = text.find(": "); colon != std::string_view::npos && colon < kPrefixMax;
       colon = text.find(": ", colon + 1)) {
    std::size_t begin = colon;
    while (begin > 0 && ((text[begin - 1] >= 'A' && text[begin - 1] <= 'Z') || is_digit(text[begin - 1])))
      --begin;
    const bool bounded = begin == 0 || text[begin - 1] == ' ' || text[begin - 1] == ':' ||
                         text[begin - 1] == ']' || text[begin - 1] == '>' || text[begin - 1] == '-';
    if (!bounded || !is_level(text.substr(begin, colon - begin))) continue;
    const bool two = colon + 2 < text.size() && text[colon + 2] == ' ';
    if (strict && !two && !(begin > 1 && text.substr(begin - 2, 2) == "]:")) continue;
    return {begin, colon - begin};
  }
  return {};
}

/// "%h %m …": some put the client's address before the time.
std::string_view leading_client(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space > 45 || begins_with_iso_date(line) ||
      !begins_with_iso_date(line.substr(std::min(space, line.size() - 1) + 1)))
    return {};
  const std::string_view client = line.substr(0, space);
  return plain_address(client).empty() && client != "[local]" ? std::string_view() : client;
}

bool is_csv(std::string_view line) {
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos || comma < 23 || comma > 40 || !begins_with_iso_date(line))
    return false;
  if (line[19] != '.' || line[23] != ' ') return false;
  // user, database, pid: "bob","school",7, or empty and without quotes
  const std::string_view rest = line.substr(comma + 1);
  return rest.starts_with('"') || rest.starts_with(",");
}

/// The next cell; doubled quotes inside are made one. A cut cell ends with the text.
std::string_view take_cell(std::string_view& rest, Arena& arena) {
  if (!take_prefix(rest, "\"")) return take_until(rest, ',');
  std::size_t end = 0, doubled = 0;
  while (end < rest.size()) {
    if (rest[end] == '"') {
      if (end + 1 >= rest.size() || rest[end + 1] != '"') break;
      ++doubled;
      ++end;
    }
    ++end;
  }
  std::string_view cell = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  take_prefix(rest, ",");
  if (doubled == 0) return cell;
  char* const to = arena.allocate(cell.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    to[size++] = cell[i];
    if (cell[i] == '"') ++i;
  }
  return {to, size};
}

void parse_text(PayloadWriter& out, std::string_view text) {
  out.set("message", trim(text));
  if (take_prefix(text, "duration: ")) {
    const std::string_view milliseconds = take_until(text, ' ');
    add_duration(out, milliseconds, 1'000'000);
    take_prefix(text, "ms");
    text = trim_left(text);
    const std::size_t colon = text.find(": ");
    if (colon != std::string_view::npos) {
      std::string_view step = text.substr(0, colon);
      out.add_vendor("query_step", take_word(step));
      if (!step.empty()) out.add_vendor("statement_name", step);
      out.add_vendor("query", trim(text.substr(colon + 2)));
    }
    return out.classify("database", "access", "postgresql_statement");
  }
  static const TextTable kTable(kLines);
  if (kTable.read(out, text) == nullptr) out.add("event.category", "database");
}

/// "[unknown]", where the session does not know it yet, is nobody.
bool is_somebody(std::string_view word) {
  return !word.empty() && word != "[unknown]" && word != "[local]" && word != "-";
}

void add_user(PayloadWriter& out, std::string_view user) {
  if (is_somebody(user) && out.event().find("user.name") == nullptr) out.add("user.name", user);
}

void add_client(PayloadWriter& out, std::string_view client) {
  std::string_view address = take_until(client, '(');
  if (plain_address(address).empty()) return;
  out.add_endpoint(Side::source, address);
  take_suffix(client, ")");
  out.add_port(Side::source, client);
}

/// A word of the prefix: "[7]", "[7-1]", "user@db", "10.0.0.1(50022)", "user=bob,db=x,client=10.0.0.1". What it is tells its
/// form, since administrators choose the order.
void read_prefix_word(PayloadWriter& out, std::string_view word) {
  if (word.find('=') != std::string_view::npos) {
    while (!word.empty()) {
      std::string_view pair = take_until(word, ',');
      const std::string_view key = take_until(pair, '=');
      if (is_any(key, {"user", "usr", "u"})) {
        add_user(out, pair);
      } else if (is_any(key, {"db", "database", "d"}) && is_somebody(pair)) {
        out.add_vendor("database", pair);
      } else if (is_any(key, {"client", "host", "h", "remote"})) {
        add_client(out, pair);
      } else if (is_any(key, {"app", "application"}) && is_somebody(pair)) {
        out.add_vendor("application", pair);
      } else if (key == "pid" && is_json_integer(pair)) {
        out.set("process.pid", pair, ValueType::integer);
      }
    }
    return;
  }
  if (word.starts_with('[') && word.size() > 2 && is_digit(word[1])) {
    std::string_view pid = word.substr(1);
    pid = pid.substr(0, pid.find_first_not_of("0123456789"));
    if (is_json_integer(pid)) out.set("process.pid", pid, ValueType::integer);
    return;
  }
  if (!word.empty() && is_digit(word[0])) return add_client(out, word);
  const std::size_t at = word.rfind('@');
  if (at == std::string_view::npos) return;
  add_user(out, word.substr(0, at));
  if (is_somebody(word.substr(at + 1))) out.add_vendor("database", word.substr(at + 1));
}

void parse_prefix(PayloadWriter& out, std::string_view prefix) {
  if (begins_with_iso_date(prefix)) {
    prefix.remove_prefix(19);
    prefix = prefix.substr(std::min(prefix.find_first_of(" :"), prefix.size()));
    prefix = trim_left(prefix);
    std::string_view ahead = prefix;
    const std::string_view zone = ahead.substr(0, ahead.find_first_of(" :[("));
    // The zone: "CEST", "UTC", "+08".
    if (zone.size() < 7 && zone.find_first_of("=@") == std::string_view::npos)
      prefix.remove_prefix(zone.size());
  }
  // Amazon's: "UTC:10.0.0.1(50022):bob@school:[7]:"
  const bool colons = prefix.starts_with(':');
  for (unsigned left = 16; left > 0 && !prefix.empty(); --left) {
    prefix = trim_left(prefix);
    if (colons) {
      take_prefix(prefix, ":");
      const std::size_t end = prefix.find(':');
      read_prefix_word(out, prefix.substr(0, end));
      prefix.remove_prefix(std::min(end, prefix.size()));
      continue;
    }
    std::string_view word = take_word(prefix);
    take_suffix(word, ":");
    read_prefix_word(out, word);
  }
}

void parse_csv(PayloadWriter& out, std::string_view text) {
  // log_time,user_name,database_name,process_id,connection_from,session_id,session_line_num,command_tag,
  // session_start_time,virtual_transaction_id,transaction_id,error_severity,sql_state_code,message,detail,hint,
  // internal_query,internal_query_pos,context,query,query_pos,location,application_name,backend_type,leader_pid,query_id
  constexpr std::size_t kColumns = 24;
  std::array<std::string_view, kColumns> cells;
  for (std::size_t i = 0; i < kColumns && !text.empty(); ++i) cells[i] = take_cell(text, out.arena());
  add_user(out, cells[1]);
  if (!cells[2].empty()) out.add_vendor("database", cells[2]);
  if (is_json_integer(cells[3])) out.set("process.pid", cells[3], ValueType::integer);
  const std::size_t colon = cells[4].rfind(':');
  if (colon != std::string_view::npos && all_digits(cells[4].substr(colon + 1))) {
    out.add_endpoint(Side::source, cells[4].substr(0, colon));
    out.add_port(Side::source, cells[4].substr(colon + 1));
  } else if (is_somebody(cells[4])) {
    out.add_endpoint(Side::source, cells[4]);
  }
  constexpr std::string_view kNames[] = {"",
                                         "",
                                         "",
                                         "",
                                         "",
                                         "session_id",
                                         "",
                                         "command_tag",
                                         "",
                                         "",
                                         "",
                                         "",
                                         "",
                                         "",
                                         "detail",
                                         "hint",
                                         "",
                                         "",
                                         "context",
                                         "query",
                                         "",
                                         "location",
                                         "application",
                                         "backend_type"};
  for (std::size_t i = 5; i < kColumns; ++i) {
    if (!kNames[i].empty() && !cells[i].empty()) out.add_vendor(kNames[i], cells[i]);
  }
  out.add("log.level", cells[11]);
  out.add("event.code", cells[12]);
  parse_text(out, cells[13]);
}

void parse_jsonlog(PayloadWriter& out) {
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) return;
  const FieldTable table = kJson;
  std::string_view message;
  for (const JsonField& leaf : fields->leaves) {
    if (leaf.type == ValueType::null) continue;
    if (leaf.path == "message") message = leaf.value;
    if (leaf.path == "pid") {
      out.set("process.pid", leaf.value, leaf.type);
    } else if (leaf.path != "session_start") {
      table.put_or_keep(out, leaf.path, leaf.value, leaf.type);
    }
  }
  parse_text(out, message);
}

}  // namespace

bool is_postgresql_line(std::string_view line) {
  if (const std::string_view client = leading_client(line); !client.empty())
    line.remove_prefix(client.size() + 1);
  if (!begins_with_iso_date(line)) return false;
  if (is_csv(line)) return true;
  const Level level = find_level(line, true);
  if (level.at == std::string_view::npos) return false;
  // A zone or a process number stands in front; other programs' "… ERROR: text" have neither, or no two blanks.
  const std::string_view prefix = line.substr(19, level.at - 19);
  return prefix.find('[') != std::string_view::npos || prefix.find('@') != std::string_view::npos ||
         prefix.find('=') != std::string_view::npos ||
         read_time_and_zone(line, 0) != read_time_and_zone(line, 1) ||
         prefix.find("UTC") != std::string_view::npos || prefix.find("GMT") != std::string_view::npos;
}

bool is_postgresql_json(std::string_view text) {
  const std::string_view front = json_front(text);
  return contains(front, "\"error_severity\":") &&
         (contains(front, "\"session_id\":") || contains(front, "\"backend_type\":"));
}

void parse_postgresql(PayloadWriter& out, std::string_view text) {
  text = trim(text);
  if (text.starts_with('{')) return parse_jsonlog(out);
  if (is_csv(text)) return parse_csv(out, text);
  // By syslog a counter stands first: "[3-1] 2026-11-20 …"; "[3-2] \trest" goes on with the entry before.
  if (text.starts_with('[')) {
    std::string_view rest = text;
    std::string_view counter = take_until(rest, ']');
    if (counter.find('-') != std::string_view::npos &&
        counter.find_first_not_of("[0123456789-") == std::string_view::npos)
      text = trim_left(rest);
  }
  if (const std::string_view client = leading_client(text); !client.empty()) {
    out.add_endpoint(Side::source, client);
    text.remove_prefix(client.size() + 1);
  }
  const Level level = find_level(text, false);
  if (level.at == std::string_view::npos) {
    out.add("event.category", "database");
    return;
  }
  out.add("log.level", text.substr(level.at, level.size));
  const std::string_view said = trim_left(text.substr(level.at + level.size + 1));
  parse_prefix(out, text.substr(0, level.at));
  const std::string_view word = text.substr(level.at, level.size);
  if (is_any(word, {"DETAIL", "HINT", "STATEMENT", "CONTEXT", "QUERY", "LOCATION"})) {
    // They belong to the entry before: "DETAIL:  Role "bob" does not exist." is not a second failure.
    out.set("message", said);
    if (word == "STATEMENT") out.add_vendor("query", said);
    return out.classify("database", "info", "postgresql_detail");
  }
  parse_text(out, said);
}

std::optional<std::int64_t> postgresql_time(std::string_view text, int zone_minutes) {
  if (text.starts_with('{')) return read_time_and_zone(peek_json_member(text, "timestamp"), zone_minutes);
  if (text.starts_with('[')) {
    take_until(text, ']');
    text = trim_left(text);
  }
  text.remove_prefix(leading_client(text).empty() ? 0 : text.find(' ') + 1);
  if (!begins_with_iso_date(text)) return std::nullopt;
  return read_time_and_zone(text.substr(0, 64), zone_minutes);
}

bool tells_of_postgresql_logon(std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  return contains(front, "authentication failed for") || contains(front, "connection authorized: ") ||
         contains(front, "connection authenticated: ") || contains(front, "pg_hba.conf") ||
         contains(front, "\" does not exist") || contains(front, "not permitted to log in");
}

}  // namespace vigil
