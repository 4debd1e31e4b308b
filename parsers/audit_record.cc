#include "parsers/audit_record.h"

#include <functional>

#include "parsers/field_target.h"
#include "parsers/key_table.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr std::string_view kUnset = "4294967295";

/// What a record of that type is. Numbers are what the kernel's own line has instead of the name.
struct AuditType {
  std::string_view key;
  std::string_view category = {}, type = {};
};
// clang-format off
constexpr AuditType kTypes[] = {
    {"USER_AUTH", "authentication", "start"}, {"USER_LOGIN", "authentication", "start"}, {"USER_ACCT", "authentication", "start"},
    {"CRED_ACQ", "authentication", "start"}, {"CRED_REFR", "authentication", "info"}, {"CRED_DISP", "authentication", "end"},
    {"USER_ERR", "authentication", "start"}, {"GRP_AUTH", "authentication", "start"}, {"USER_CHAUTHTOK", "iam", "change"},
    {"USER_START", "session", "start"}, {"USER_END", "session", "end"}, {"USER_LOGOUT", "session", "end"}, {"LOGIN", "session", "start"},
    {"USER_CMD", "process", "start"}, {"EXECVE", "process", "start"}, {"SYSCALL", "process", "info"}, {"PROCTITLE", "process", "info"},
    {"CWD", "process", "info"}, {"PATH", "file", "info"}, {"OBJ_PID", "process", "info"}, {"TTY", "process", "info"}, {"USER_TTY", "process", "info"},
    {"SERVICE_START", "process", "start"}, {"SERVICE_STOP", "process", "end"}, {"BPRM_FCAPS", "process", "info"}, {"SECCOMP", "process", "denied"},
    {"DAEMON_START", "process", "start"}, {"DAEMON_END", "process", "end"}, {"DAEMON_ABORT", "process", "end"}, {"DAEMON_ROTATE", "process", "info"},
    {"DAEMON_CONFIG", "configuration", "change"}, {"CONFIG_CHANGE", "configuration", "change"}, {"USYS_CONFIG", "configuration", "change"},
    {"NETFILTER_CFG", "configuration", "change"}, {"MAC_STATUS", "configuration", "change"}, {"MAC_POLICY_LOAD", "configuration", "change"},
    {"MAC_CONFIG_CHANGE", "configuration", "change"}, {"TIME_INJOFFSET", "configuration", "change"}, {"TIME_ADJNTPVAL", "configuration", "change"},
    {"SYSTEM_BOOT", "host", "start"}, {"SYSTEM_SHUTDOWN", "host", "end"}, {"SYSTEM_RUNLEVEL", "host", "change"},
    {"ADD_USER", "iam", "user"}, {"DEL_USER", "iam", "user"}, {"USER_MGMT", "iam", "user"}, {"ADD_GROUP", "iam", "group"}, {"DEL_GROUP", "iam", "group"},
    {"GRP_MGMT", "iam", "group"}, {"GRP_CHAUTHTOK", "iam", "group"}, {"ACCT_LOCK", "iam", "user"}, {"ACCT_UNLOCK", "iam", "user"}, {"CHUSER_ID", "iam", "user"}, {"CHGRP_ID", "iam", "group"},
    {"USER_ROLE_CHANGE", "iam", "change"}, {"ROLE_ASSIGN", "iam", "change"}, {"ROLE_REMOVE", "iam", "change"},
    {"AVC", "host", "denied"}, {"USER_AVC", "host", "denied"}, {"APPARMOR_DENIED", "host", "denied"}, {"USER_SELINUX_ERR", "host", "error"}, {"SELINUX_ERR", "host", "error"},
    {"KERN_MODULE", "driver", "start"}, {"SOFTWARE_UPDATE", "package", "installation"}, {"VIRT_CONTROL", "host", "info"}, {"VIRT_RESOURCE", "host", "info"},
    {"VIRT_MACHINE_ID", "host", "info"}, {"CRYPTO_SESSION", "network", "start"}, {"CRYPTO_KEY_USER", "network", "info"}, {"SOCKADDR", "network", "info"},
    {"NETFILTER_PKT", "network", "info"}, {"MAC_IPSEC_EVENT", "network", "info"}, {"ANOM_PROMISCUOUS", "network", "info"}, {"ANOM_ABEND", "process", "error"},
    {"ANOM_LINK", "file", "denied"}, {"ANOM_LOGIN_FAILURES", "intrusion_detection", "info"}, {"ANOM_LOGIN_SESSIONS", "intrusion_detection", "info"},
    {"ANOM_LOGIN_TIME", "intrusion_detection", "info"}, {"ANOM_LOGIN_LOCATION", "intrusion_detection", "info"}, {"ANOM_LOGIN_ACCT", "intrusion_detection", "info"},
    {"ANOM_ROOT_TRANS", "intrusion_detection", "info"}, {"BPF", "driver", "info"}, {"FANOTIFY", "file", "info"}, {"INTEGRITY_DATA", "file", "info"},
};
constexpr KeyTable kTypeTable(kTypes);

struct TypeNumber {
  std::string_view key, name;
};
constexpr TypeNumber kNumbers[] = {
    {"1100", "USER_AUTH"}, {"1101", "USER_ACCT"}, {"1102", "USER_MGMT"}, {"1103", "CRED_ACQ"}, {"1104", "CRED_DISP"}, {"1105", "USER_START"},
    {"1106", "USER_END"}, {"1107", "USER_AVC"}, {"1108", "USER_CHAUTHTOK"}, {"1109", "USER_ERR"}, {"1110", "CRED_REFR"}, {"1111", "USYS_CONFIG"}, {"1112", "USER_LOGIN"},
    {"1113", "USER_LOGOUT"}, {"1114", "ADD_USER"}, {"1115", "DEL_USER"}, {"1116", "ADD_GROUP"}, {"1117", "DEL_GROUP"}, {"1123", "USER_CMD"},
    {"1127", "SYSTEM_BOOT"}, {"1128", "SYSTEM_SHUTDOWN"}, {"1129", "SYSTEM_RUNLEVEL"}, {"1130", "SERVICE_START"}, {"1131", "SERVICE_STOP"},
    {"1134", "ACCT_LOCK"}, {"1135", "ACCT_UNLOCK"}, {"1300", "SYSCALL"}, {"1302", "PATH"}, {"1305", "CONFIG_CHANGE"}, {"1306", "SOCKADDR"}, {"1307", "CWD"}, {"1309", "EXECVE"},
    {"1006", "LOGIN"}, {"1318", "OBJ_PID"}, {"1319", "TTY"}, {"1320", "EOE"}, {"1325", "NETFILTER_CFG"}, {"1326", "SECCOMP"}, {"1327", "PROCTITLE"}, {"1330", "KERN_MODULE"},
    {"1334", "BPF"}, {"1400", "AVC"}, {"1403", "MAC_POLICY_LOAD"}, {"1404", "MAC_STATUS"}, {"1503", "APPARMOR_DENIED"}, {"1700", "ANOM_PROMISCUOUS"}, {"1701", "ANOM_ABEND"},
};
constexpr KeyTable kNumberTable(kNumbers);

/// Values that auditd writes in hex digits where they hold a quote, a blank or a control character.
struct Encoded {
  std::string_view key;
};
constexpr Encoded kEncoded[] = {{"acct"}, {"exe"}, {"comm"}, {"name"}, {"cwd"}, {"proctitle"}, {"cmd"}, {"data"}, {"path"}, {"key"},
                                {"grp"}, {"vm"}, {"ocomm"}, {"dir"}, {"sw"}, {"old-disk"}, {"new-disk"}, {"device"}, {"watch"}, {"file"}};
constexpr KeyTable kEncodedTable(kEncoded);

constexpr FieldRow kFields[] = {
    {"pid", "_"}, {"ppid", "process.parent.pid"}, {"exe", "executable"}, {"comm", "_"}, {"acct", "_"}, {"addr", "_"}, {"hostname", "_"},
    {"cwd", "process.working_directory"}, {"grp", "group.name"}, {"laddr", "destination"}, {"lport", "destination.port"}, {"rport", "source.port"},
    {"src", "source"}, {"dst", "destination"}, {"saddr", "source"}, {"daddr", "destination"}, {"sport", "source.port"}, {"dport", "destination.port"},
    {"unit", "service.name"}, {"path", "file"}, {"reason", "event.reason"}, {"capability", "_"},
};
constexpr FieldMap kFieldMap(kFields);
// clang-format on

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Bytes of hex digits, in the arena; NULs, which part arguments, become blanks. The text itself if it is no hex.
std::string_view unhex(std::string_view text, Arena& arena) {
  if (text.size() < 2 || text.size() % 2 != 0) return text;
  for (const char c : text) {
    if (hex_digit(c) < 0) return text;
  }
  char* const to = arena.allocate(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int byte = hex_digit(text[i]) * 16 + hex_digit(text[i + 1]);
    to[i / 2] = byte == 0 ? ' ' : static_cast<char>(byte);
  }
  return trim({to, text.size() / 2});
}

/// The separator before the names that log_format=ENRICHED adds; our header's reader writes it as \x1d, rsyslog as #035.
bool take_enrichment_mark(std::string_view& text) {
  return take_prefix(text, "\x1d") || take_prefix(text, "\\x1d") || take_prefix(text, "\\x1D") ||
         take_prefix(text, "#035");
}

struct Pair {
  std::string_view key, value;
  bool quoted = false;
};

constexpr bool is_key_char(char c) {
  return is_alpha(c) || is_digit(c) || c == '_' || c == '-' || c == '[' || c == ']';
}

/// key=value, key="value"; msg='…' opens a list of pairs of its own. Words that are no pair are stepped over.
bool next_pair(std::string_view& rest, Pair& pair) {
  while (!rest.empty()) {
    rest = rest.substr(std::min(rest.find_first_not_of(" ,\n\t'"), rest.size()));
    while (take_enrichment_mark(rest)) {
    }
    std::size_t end = 0;
    while (end < rest.size() && is_key_char(rest[end])) ++end;
    if (end == 0 || end >= rest.size() || rest[end] != '=') {
      // "sending auid=0": not a pair; step behind the word.
      std::size_t step = std::max<std::size_t>(end, 1);
      while (step < rest.size() && rest[step] != ' ' && rest[step] != ',' && rest[step] != '\'') ++step;
      rest.remove_prefix(std::min(step, rest.size()));
      continue;
    }
    pair.key = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (pair.key == "msg" && rest.starts_with('\'')) continue;
    pair.quoted = take_prefix(rest, "\"");
    if (pair.quoted) {
      pair.value = take_until(rest, '"');
      return true;
    }
    std::size_t stop = 0;
    while (stop < rest.size() && rest[stop] != ' ' && rest[stop] != ',' && rest[stop] != '\'' &&
           rest[stop] != '\x1d' && rest[stop] != '\n' &&
           !(rest[stop] == '\\' && rest.substr(stop, 4) == "\\x1d") &&
           !(rest[stop] == '#' && rest.substr(stop, 4) == "#035")) {
      ++stop;
    }
    pair.value = rest.substr(0, stop);
    rest.remove_prefix(stop);
    return true;
  }
  return false;
}

bool is_nothing(std::string_view value) {
  return value.empty() || value == "?" || value == "(null)" || value == "(none)" || value == "-";
}

/// False for what was decoded: a name in hex stays vendor.acct, since who looks for a user is shown what holds the name.
bool stands_in(std::string_view text, std::string_view part) {
  const std::less<const char*> before;
  return !before(part.data(), text.data()) && !before(text.data() + text.size(), part.data() + part.size());
}

/// saddr= of SOCKADDR: struct sockaddr in hex. The address is no `destination.ip`: what is found by that name stands in the
/// message as it is read (PAYLOADS.md). 0200 port address (IPv4), 0A00 port flow address (IPv6), 0100 path.
void add_socket_address(PayloadWriter& out, std::string_view hex) {
  const auto byte = [hex](std::size_t at) -> unsigned {
    if (at * 2 + 1 >= hex.size() || hex_digit(hex[at * 2]) < 0 || hex_digit(hex[at * 2 + 1]) < 0) return 0;
    return static_cast<unsigned>(hex_digit(hex[at * 2]) * 16 + hex_digit(hex[at * 2 + 1]));
  };
  const auto append = [](char* at, unsigned number) {
    if (number >= 100) *at++ = static_cast<char>('0' + number / 100);
    if (number >= 10) *at++ = static_cast<char>('0' + number / 10 % 10);
    *at++ = static_cast<char>('0' + number % 10);
    return at;
  };
  if (hex.starts_with("0200") && hex.size() >= 16) {
    char text[16];
    char* at = text;
    for (std::size_t i = 0; i < 4; ++i) {
      if (i != 0) *at++ = '.';
      at = append(at, byte(4 + i));
    }
    out.add("destination.address", out.arena().copy({text, static_cast<std::size_t>(at - text)}));
  } else if (hex.starts_with("0A00") && hex.size() >= 48) {
    char text[39];
    for (std::size_t i = 0, at = 0; i < 32; ++i) {
      if (i != 0 && i % 4 == 0) text[at++] = ':';
      text[at++] = lower(hex[16 + i]);
    }
    out.add("destination.address", out.arena().copy({text, sizeof text}));
  } else if (hex.starts_with("0100")) {
    const std::string_view path = unhex(hex.substr(4), out.arena());
    if (path.starts_with('/')) out.add_file(path.substr(0, path.find(' ')));
    return;
  } else {
    return;
  }
  const unsigned port = byte(2) * 256 + byte(3);
  if (port != 0) out.add_number("destination.port", port);
}

/// a0, a1, a2[0], a2[1] …: an argument too long stands in several pieces. a2_len says how long, argc how many.
bool is_argument(std::string_view key) {
  return key.size() > 1 && key[0] == 'a' && is_digit(key[1]) && !key.ends_with("_len");
}

/// Who: uid acted as, auid logged in as, acct is asked for.
struct People {
  std::string_view uid, auid, euid, gid, acct, user, id, uid_name, auid_name, euid_name, op;
};

void add_people(PayloadWriter& out, const People& who, std::string_view type) {
  const bool of_kernel = is_any(type, {"SYSCALL", "SECCOMP", "ANOM_ABEND", "ANOM_PROMISCUOUS", "BPF"});
  const bool logged_in =
      !is_nothing(who.auid) && who.auid != kUnset && who.auid != "-1" && who.auid != "unset";
  const std::string_view user_id = of_kernel || !logged_in ? who.uid : who.auid;
  if (!is_nothing(user_id)) out.add("user.id", user_id);
  if (of_kernel) {
    if (!is_nothing(who.euid)) out.add("user.effective.id", who.euid);
  } else if (logged_in && !is_nothing(who.uid)) {
    out.add("user.effective.id", who.uid);
  }
  if (!is_nothing(who.gid)) out.add("user.group.id", who.gid);

  std::string_view name = is_nothing(who.acct) ? who.user : who.acct;
  const bool account =
      is_any(type, {"ADD_USER", "DEL_USER", "USER_MGMT", "ACCT_LOCK", "ACCT_UNLOCK", "CHUSER_ID"});
  if (account) {
    if (!is_nothing(name)) out.add("user.target.name", name);
    if (!is_nothing(who.id)) out.add("user.target.id", who.id);
    name = {};
  } else if (is_any(type, {"ADD_GROUP", "DEL_GROUP", "GRP_MGMT", "CHGRP_ID"})) {
    if (!is_nothing(who.id)) out.add("group.id", who.id);
  } else if (type == "USER_LOGIN" && !is_nothing(who.id) && who.id != kUnset) {
    out.add("user.effective.id", who.id);
  }
  if (is_nothing(name)) name = logged_in && !of_kernel ? who.auid_name : who.uid_name;
  if (!is_nothing(name) && name != "unset" && name != "(unknown user)" && name != "(unknown)" &&
      name != "unknown(0)" && stands_in(out.text(), name)) {
    out.add("user.name", name);
  }
  if (of_kernel && !is_nothing(who.euid_name)) out.add("user.effective.name", who.euid_name);
}

}  // namespace

AuditRecord find_audit_record(std::string_view text) {
  AuditRecord record;
  text = trim_left(text);
  if (take_prefix(text, "node=")) record.node = take_word(text);
  text = trim_left(text);
  // The kernel's own line: "[   12.345678] audit: type=1400 audit(1795157940.123:8): …"
  if (text.starts_with('[') && text.find(']') < 20) text = trim_left(text.substr(text.find(']') + 1));
  take_prefix(text, "audit: ");
  if (take_prefix(text, "type=")) {
    record.type = take_word(text);
    text = trim_left(text);
  }
  take_prefix(text, "msg=");
  if (!take_prefix(text, "audit(")) return {};
  const std::size_t close = text.substr(0, 64).find(')');
  const std::size_t colon = text.substr(0, close).rfind(':');
  if (close == std::string_view::npos || colon == std::string_view::npos) return {};
  // ausearch -i writes "audit(20/11/26 14:59:00.123:42)".
  record.seconds = text.substr(0, colon);
  record.serial = text.substr(colon + 1, close - colon - 1);
  text.remove_prefix(close + 1);
  take_prefix(text, ":");
  if (const TypeNumber* number = kNumberTable.find(record.type)) record.type = number->name;
  record.body = trim(text);
  return record;
}

void parse_audit_record(PayloadWriter& out, const AuditRecord& record) {
  out.log_source("linux", {}, "auditd");
  if (record.type == "EXECVE") out.log_source("linux", "process_creation", {});
  if (!record.node.empty()) {
    if (!out.header().host_from_message) out.set("host.name", record.node);
    out.add_vendor("node", record.node);
  }
  out.add_vendor("type", record.type);
  out.add("event.id", record.serial);

  const FieldTable table = kFieldMap;
  People who;
  Pair pair;
  std::string_view outcome, address, host, arguments, denied;
  std::string_view rest = record.body;
  if (record.type == "AVC" || record.type == "USER_AVC" || record.type == "APPARMOR_DENIED") {
    const std::size_t avc = rest.find("avc:");
    denied = avc == std::string_view::npos ? std::string_view() : trim_left(rest.substr(avc + 4));
    denied = denied.substr(0, denied.find(' '));
    if (const std::size_t open = rest.find("{ "); open != std::string_view::npos) {
      std::string_view permissions = rest.substr(open + 2);
      out.add_vendor("permissions", trim(permissions.substr(0, permissions.find('}'))));
    }
  }
  // One argument more than kFieldsMax is enough for anybody; the rest of a long command is kept as text.
  for (std::size_t count = 0; next_pair(rest, pair); ++count) {
    if (count == PayloadWriter::kFieldsMax) {
      out.overflow(rest);
      break;
    }
    const bool argument = record.type == "EXECVE" && is_argument(pair.key);
    std::string_view value = pair.value;
    if (!pair.quoted && (argument || kEncodedTable.find(pair.key) != nullptr))
      value = unhex(value, out.arena());
    if (pair.key == "op" && !pair.quoted) {
      // "op=adding group to /etc/group id=1004": the words up to the next pair belong to it.
      const std::size_t from = static_cast<std::size_t>(value.data() - record.body.data());
      const std::size_t equals = record.body.find('=', from);
      const std::size_t end =
          equals == std::string_view::npos ? record.body.size() : record.body.rfind(' ', equals);
      if (end != std::string_view::npos && end > from && end - from < 128)
        value = trim(record.body.substr(from, end - from));
    }
    out.add_vendor(pair.key, value);
    if (is_nothing(value)) continue;

    if (argument) {
      const bool piece = pair.key.find('[') != std::string_view::npos && !pair.key.ends_with("[0]");
      if (pair.key == "a0") out.add_executable(value);
      if (!piece) out.add("process.args", value);
      // A command of 64 KiB is cut here; its arguments stand above.
      if (arguments.size() < std::size_t{8} * 1024) {
        if (!arguments.empty() && !piece) arguments = out.join(arguments, " ");
        arguments = arguments.empty() ? value : out.join(arguments, value);
      }
      continue;
    }
    if (pair.key == "uid")
      who.uid = value;
    else if (pair.key == "auid")
      who.auid = value;
    else if (pair.key == "euid")
      who.euid = value;
    else if (pair.key == "gid")
      who.gid = value;
    else if (pair.key == "acct")
      who.acct = value;
    else if (pair.key == "user")
      who.user = value;
    else if (pair.key == "id")
      who.id = value;
    else if (pair.key == "UID")
      who.uid_name = value;
    else if (pair.key == "AUID")
      who.auid_name = value;
    else if (pair.key == "EUID")
      who.euid_name = value;
    else if (pair.key == "addr")
      address = value;
    else if (pair.key == "hostname")
      host = value;
    else if (pair.key == "res" || pair.key == "success" || pair.key == "result")
      outcome = value;
    else if (pair.key == "pid")
      out.set("process.pid", value, is_json_integer(value) ? ValueType::integer : ValueType::text);
    else if (pair.key == "comm")
      out.set("process.name", value);
    else if (pair.key == "proctitle" || pair.key == "cmd")
      out.add("process.command_line", value);
    else if (pair.key == "name" && (record.type == "PATH" || record.type == "AVC"))
      value.starts_with('/') ? out.add_file(value) : out.add("file.name", file_name_of(value));
    else if (pair.key == "saddr" && record.type == "SOCKADDR")
      add_socket_address(out, value);
    else if (pair.key == "exe")
      out.add("process.executable", value);
    else if (const Target* target = table.find(pair.key))
      put(out, *target, value);
  }
  out.add("process.command_line", arguments);
  if (out.event().find("process.name") == nullptr) {
    if (const std::string_view exe = out.event().text_of("process.executable"); !exe.empty())
      out.add("process.name", file_name_of(exe));
  }
  if (!address.empty()) {
    out.add_endpoint(Side::source, address);
    if (host != address) out.add("source.domain", host);
  } else if (record.type == "USER_AUTH" || record.type == "USER_LOGIN") {
    out.add_endpoint(Side::source, host);
  }
  add_people(out, who, record.type);

  const AuditType* const what = kTypeTable.find(record.type);
  Outcome ended = Outcome::none;
  if (is_any(outcome, {"success", "yes", "1", "Success"})) ended = Outcome::success;
  if (is_any(outcome, {"failed", "no", "0", "fail"})) ended = Outcome::failure;
  if (denied == "denied" || record.type == "APPARMOR_DENIED") ended = Outcome::failure;
  out.classify(what == nullptr ? std::string_view() : what->category,
               what == nullptr ? std::string_view() : what->type, out.lower_case(record.type), ended);
}

std::optional<std::int64_t> audit_time(std::string_view text) {
  return read_epoch(find_audit_record(text).seconds);
}

bool is_audit_logon(std::string_view text) {
  const std::string_view type = find_audit_record(text).type;
  const AuditType* const what = kTypeTable.find(type);
  return what != nullptr && what->category == "authentication";
}

}  // namespace vigil
