#include "parsers/format.h"

#include "parsers/payload_text.h"
#include "parsers/windows_message.h"

namespace vigil {
namespace {

/// What stands before the message itself.
struct Front {
  std::string_view channel, type, id, provider, user, domain, computer;
  std::string_view message;
};

constexpr SearchText kWinEvtLog = "WinEvtLog: ";

/// OSSEC's and Wazuh's agents:
///
///   WinEvtLog: channel: type(id): provider: user: domain: computer: message
bool read_ossec(std::string_view text, Front& front) {
  const std::size_t marks = text.find("): ");
  if (marks == std::string_view::npos || marks > 160) return false;
  std::string_view head = text.substr(0, marks);
  const std::size_t open = head.rfind('(');
  if (open == std::string_view::npos || !all_digits(head.substr(open + 1))) return false;
  front.id = head.substr(open + 1);
  head = head.substr(0, open);
  const std::size_t colon = head.rfind(": ");
  if (colon == std::string_view::npos) return false;
  front.channel = head.substr(0, colon);
  front.type = head.substr(colon + 2);
  std::string_view rest = text.substr(marks + 3);
  for (std::string_view* part : {&front.provider, &front.user, &front.domain, &front.computer}) {
    const std::size_t end = rest.find(": ");
    if (end == std::string_view::npos) break;
    *part = rest.substr(0, end);
    rest.remove_prefix(end + 2);
  }
  front.message = rest;
  return true;
}

/// EventLog-to-syslog and agents like it: id ": " [ "AUDIT_SUCCESS " / "AUDIT_FAILURE " ] message
bool read_numbered(std::string_view text, Front& front) {
  const std::size_t colon = text.find(": ");
  if (colon == 0 || colon > 5 || !all_digits(text.substr(0, colon))) return false;
  front.id = text.substr(0, colon);
  front.message = text.substr(colon + 2);
  return true;
}

bool is_provider(std::string_view app) {
  return app.starts_with("Microsoft-Windows-") || app.starts_with("Microsoft_Windows_") ||
         is_any(app, {"Security-Auditing",
                      "Security",
                      "Service_Control_Manager",
                      "Service-Control-Manager",
                      "EventLog",
                      "Eventlog",
                      "MSSQLSERVER",
                      "Windows_Defender",
                      "Windows-Defender",
                      "Sysmon",
                      "PowerShell",
                      "GroupPolicy",
                      "Time-Service",
                      "Kernel-General",
                      "Kernel-Power",
                      "WindowsUpdateClient",
                      "TermService",
                      "TerminalServices-RemoteConnectionManager",
                      "TerminalServices-LocalSessionManager",
                      "DNS-Client",
                      "DistributedCOM",
                      "NETLOGON",
                      "Application_Error",
                      "Application_Hang",
                      "Windows_Error_Reporting",
                      "MsiInstaller",
                      "ESENT",
                      "VSS",
                      "DhcpServer",
                      "DNS-Server-Service"});
}

/// NXLog's RFC 5424 form has the fields as parameters of this element.
bool has_nxlog_parameters(const SyslogHeader& header) {
  return header.structured_data.starts_with("[NXLOG@14506 ") &&
         header.structured_data.find(" EventID=\"") != std::string_view::npos;
}

/// Splunk's forwarders: lines `name=value`, the last of which is the message.
bool is_splunk(std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  return contains(front, "LogName=") && contains(front, "EventCode=");
}
std::string_view splunk_value(std::string_view text, const SearchText& name) {
  const std::size_t at = find_text(text, name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + name.size());
  return trim(rest.substr(0, rest.find_first_of("\r\n")));
}
void read_splunk(std::string_view text, Front& front) {
  front.channel = splunk_value(text, "LogName=");
  front.id = splunk_value(text, "EventCode=");
  front.provider = splunk_value(text, "SourceName=");
  front.type = splunk_value(text, "Keywords=");
  front.computer = splunk_value(text, "ComputerName=");
  constexpr SearchText kMessage = "Message=";
  const std::size_t at = find_text(text, kMessage);
  if (at != std::string_view::npos) front.message = text.substr(at + kMessage.size());
}

/// Datagram's SyslogAgent: the tag says which log and how it ended, "security[failure]", and the text begins with the id.
bool is_log_tag(const SyslogHeader& header) {
  return is_any(header.procid, {"success", "failure"}) && equals_ignoring_case(header.app, "security");
}

Front front_of(const SyslogHeader& header, std::string_view text) {
  Front front;
  if (is_splunk(text)) {
    read_splunk(text, front);
    return front;
  }
  if (is_log_tag(header)) {
    front.channel = "Security";
    front.type = header.procid;
    front.message = text;
    std::string_view rest = text;
    if (const std::string_view id = take_word(rest); all_digits(id)) {
      front.id = id;
      front.message = trim_left(rest);
    }
    return front;
  }
  if (header.app == "WinEvtLog" && read_ossec(text, front)) return front;
  if (const std::size_t at = find_text(text.substr(0, 160), kWinEvtLog); at != std::string_view::npos) {
    if (read_ossec(text.substr(at + kWinEvtLog.size()), front)) return front;
  }
  if (is_provider(header.app)) front.provider = header.app;
  if (read_numbered(text, front)) return front;
  front.message = text;
  return front;
}

/// Headings that messages begin with; a syslog header's reader takes them for the tag.
bool is_first_heading(std::string_view app) {
  return is_any(app, {"Subject", "主旨", "主體", "應用程式資訊", "帳戶資訊", "使用者"});
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// Asked about every message that no other format took: the first characters decide who is looked at more closely.
bool claims_windows_text(const SyslogHeader& header, std::string_view text) {
  if (header.app == "WinEvtLog" || has_nxlog_parameters(header) || is_log_tag(header)) return true;
  if (header.app.starts_with("Microsoft-Windows-")) return text.front() != '{' && text.front() != '<';
  const char first = text.front();
  if (is_digit(first)) {
    if (text.size() > 4 && (text[1] == '/' || text[2] == '/')) return is_splunk(text);
    Front front;
    if (!read_numbered(text, front)) return false;
    return is_provider(header.app) || front.message.starts_with("AUDIT_SUCCESS") ||
           front.message.starts_with("AUDIT_FAILURE") || windows_event_of_sentence(front.message) != 0 ||
           looks_like_windows_message(front.message);
  }
  if (first == '(') return contains(text.substr(0, 160), kWinEvtLog);
  if (is_first_heading(header.app)) return looks_like_windows_message(text);
  if (static_cast<unsigned char>(first) >= 0x80) return looks_like_windows_message(text);
  if (!is_upper(first)) return false;
  for (const std::string_view start :
       {"AUDIT_SUCCESS ", "AUDIT_FAILURE ", "WinEvtLog: ", "Application Information: Process ID:"}) {
    if (text.starts_with(start)) return true;
  }
  if (first == 'L') return is_splunk(text);
  const std::string_view front = text.substr(0, 512);
  return contains(front, "Security ID:") || contains(front, "Account Domain:") ||
         contains(front, "Logon Account:");
}

/// The value of an SD parameter that needs no unescaping, or what is there of it.
std::string_view peek_parameter(std::string_view data, const SearchText& name) {
  const std::size_t at = find_text(data, name);
  if (at == std::string_view::npos) return {};
  const std::string_view value = data.substr(at + name.size());
  return value.substr(0, value.find('"'));
}

unsigned number_of(std::string_view id) {
  return static_cast<unsigned>(read_number(id).value_or(0) & 0xFFFFU);
}

Kinds windows_text_kinds(const SyslogHeader& header, std::string_view text) {
  if (has_nxlog_parameters(header)) {
    return windows_channel_kinds(peek_parameter(header.structured_data, " Channel=\""),
                                 number_of(peek_parameter(header.structured_data, " EventID=\"")));
  }
  const Front front = front_of(header, text);
  unsigned id = number_of(front.id);
  if (!front.channel.empty()) return windows_channel_kinds(front.channel, id);
  if (front.provider.ends_with("Defender")) return Kind::os | Kind::device;
  for (const std::string_view service : {"MSSQL", "DNS-Server", "DHCP-Server", "DhcpServer", "IIS-"}) {
    if (front.provider.find(service) != std::string_view::npos) return Kind::application;
  }
  const bool security = front.provider.empty() || front.provider.find("Security") != std::string_view::npos;
  if (id == 0 && security) id = windows_event_of_message(front.message);
  return security ? windows_channel_kinds("Security", id) : Kind::os;
}

/// Windows' messages as text for people, with or without what an agent put before them; windows_message.h has the text's
/// grammar. A heading at its beginning ("主旨: …") reads like a syslog tag.
void parse_windows_text(PayloadWriter& out) {
  const SyslogHeader& header = out.header();
  // Newlines that a relay escaped part Splunk's values too.
  const Front front = front_of(header, without_control_escapes(out.text(), out.arena()));
  WindowsRecord record(out);
  out.set("message", front.message);
  if (!front.channel.empty()) record.part(WindowsPart::channel, front.channel);
  if (!front.id.empty()) record.part(WindowsPart::event_id, front.id);
  if (!front.provider.empty()) record.part(WindowsPart::provider, front.provider);
  if (!front.type.empty()) record.part(WindowsPart::keywords, front.type);
  if (!front.user.empty() && front.user != "(no user)") record.part(WindowsPart::user_name, front.user);
  if (!front.domain.empty() && front.domain != "no domain")
    record.part(WindowsPart::user_domain, front.domain);
  if (!front.computer.empty()) record.part(WindowsPart::computer, front.computer);
  bool has_data = false;
  if (has_nxlog_parameters(header)) {
    for_each_sd_param(header.structured_data, out.arena(), [&](const SdParam& param) {
      if (param.id != "NXLOG@14506" || param.name.empty()) return;
      has_data = has_data || param.name.ends_with("UserName");
      record.flat(param.name, param.value);
    });
  }
  if (!has_data) {
    const WindowsLabel* const heading = windows_label_at_end(header.app);
    const bool tag_is_heading = heading != nullptr && heading->text == header.app;
    const unsigned id = number_of(record.values().event_id);
    read_windows_message(record, front.message, id, tag_is_heading ? *heading : WindowsLabel{});
  }
  record.finish();
}

constexpr LogSource kLogSources[] = {{"windows", "*", "*"}, {"", "antivirus", ""}};

constexpr std::string_view kDerived[] = {"event.reason"};

}  // namespace

extern const FormatSpec kFormat_windows_text = {
    .number = Format{50},
    .name = "windows_text",
    .title = "Windows events as text, English or Chinese (EventLog-to-syslog, NXLog, OSSEC agents)",
    .sample =
        "4625: AUDIT_FAILURE 帳戶無法登入。 主旨: 安全性識別碼: S-1-5-18 帳戶名稱: DC1$ 登入失敗的帳戶: "
        "帳戶名稱: "
        "administrator 網路資訊: 來源網路位址: 203.0.113.9",
    .rank = 190,
    .claims = claims_windows_text,
    .parse = parse_windows_text,
    .kinds_of = windows_text_kinds,
    .names_host = NamesHost::always,
    .log_sources = kLogSources,
    .altered = "#",
    .derived = kDerived,
    .tag_is_program = false,
};

}  // namespace vigil
