#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// A value ends where ", " and the next of these keys stand.
constexpr FieldRow kRows[] = {
    {"Event Type", "rule.category"},
    {"Event Name", "event.action"},
    {"Device Name", "computer"},
    {"Device Names", "computer"},
    {"Device Id", "host.id"},
    {"Agent Version", "observer.version"},
    {"IP Address", "host.ip"},
    {"MAC Address", "host.mac"},
    {"Logged On Users", "user"},
    {"User Name", "user"},
    {"User", "user"},
    {"OS", "host.os.full"},
    {"File Name", "file.name"},
    {"Path", "file.path"},
    {"File Path", "file.path"},
    {"MD5", "file.hash"},
    {"SHA256", "file.hash"},
    {"Process ID", "process.pid"},
    {"Process Name", "executable"},
    {"Threat Classification", "threat_class"},
    {"Threat Class", "threat_class"},
    {"Violation Type", "violation_type"},
    {"Zone Names", "zone_names"},
    {"Cylance Score", "score"},
    {"Status", "status"},
    {"Action", "action"},
    {"Provider", "method"},
    {"Source IP", "source"},
    {"Message", "audit_message"},
    {"Category", "category"},
};
constexpr FieldMap kMap(kRows);

/// The key at the front of `text`, with its ": "; nothing if none of the table's.
std::string_view key_at(std::string_view text) {
  const std::size_t colon = text.substr(0, 32).find(':');
  if (colon == std::string_view::npos || (colon + 1 < text.size() && text[colon + 1] != ' ')) return {};
  const std::string_view key = text.substr(0, colon);
  return kMap.find(key) != nullptr ? key : std::string_view();
}

constexpr std::string_view kPrograms[] = {"CylancePROTECT", "cylanceprotect", "cylance"};
constexpr std::string_view kStarts[] = {"Event Type: "};
constexpr LogSource kLogSources[] = {{"", "antivirus", ""}};

/// CylancePROTECT: `Event Type: Threat, Event Name: threat_found, Device Name: PC7, IP Address: (10.1.0.7), …`
void parse_cylance(PayloadWriter& out) {
  out.observer("Cylance", "CylancePROTECT", "antivirus");
  out.log_source({}, "antivirus", {});
  std::string_view text = out.text();
  if (const std::size_t begin = text.find("Event Type: "); begin != std::string_view::npos)
    text.remove_prefix(begin);
  for (;;) {
    const std::string_view key = key_at(text);
    if (key.empty()) break;
    text.remove_prefix(std::min(key.size() + 2, text.size()));
    std::size_t end = 0;
    for (;;) {
      end = text.find(", ", end);
      if (end == std::string_view::npos || !key_at(text.substr(end + 2)).empty()) break;
      end += 2;
    }
    std::string_view value = trim(text.substr(0, end));
    if (take_prefix(value, "(")) take_suffix(value, ")");
    if (key.starts_with("Device Name")) out.set("host.name", value);
    if (key == "IP Address" && value.find(',') != std::string_view::npos)
      value = value.substr(0, value.find(','));
    put(out, *kMap.find(key), value);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 2);
  }
  const std::string_view type = out.event().text_of("rule.category"),
                         name = out.event().text_of("event.action");
  if (type == "AuditLog" || type == "Audit Log") {
    if (name == "LoginSuccess") return out.logon({}, Outcome::success);
    if (name == "LoginFailure") return out.logon({}, Outcome::failure);
    return out.classify("configuration", "change");
  }
  const bool threat =
      type == "Threat" || type == "ExploitAttempt" || type == "ScriptControl" || type == "MemoryProtection";
  if (threat) out.alert(name);
  out.classify(threat ? "malware" : "host", "info");
}

}  // namespace

extern const FormatSpec kFormat_cylance = {
    .number = Format{117},
    .name = "cylance",
    .title = "CylancePROTECT",
    .sample =
        R"(Event Type: Threat, Event Name: threat_found, Device Name: PC7, IP Address: (10.1.0.7), File Name: a.exe, Path: c:\users\amy\, SHA256: 9cd356a59a42bf8bdb7f5c93d5677a1af079c7ae77361105a3ab2a0ba88ce2f8, Status: Unsafe)",
    .rank = 27,
    .programs = kPrograms,
    .starts = kStarts,
    .claims =
        [](const SyslogHeader&, std::string_view text) {
          return text.find("Event Type: ") != std::string_view::npos &&
                 text.find(", Event Name: ") != std::string_view::npos;
        },
    .parse = parse_cylance,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
