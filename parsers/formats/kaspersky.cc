#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/syslog_header.h"

namespace vigil {
namespace {

constexpr FieldRow kRows[] = {
    {"hdn", "host_display_name"}, {"hip", "host.ip"},   {"gn", "group_name"}, {"et", "event.code"},
    {"etdn", "rule.description"}, {"tdn", "task_name"}, {"tid", "task_id"},
};
constexpr FieldMap kMap(kRows);

/// The lines of the event's text, in English and Chinese.
constexpr FieldRow kLines[] = {
    {"User", "user"},
    {"使用者", "user"},
    {"Object", "file"},
    {"物件", "file"},
    {"Object\\Path", "file"},
    {"Name", "name"},
    {"Detected object", "threat_name"},
    {"Threat name", "threat_name"},
    {"Result\\Name", "threat_name"},
    {"Type", "threat_type"},
    {"Action", "event.action"},
    {"Result", "result"},
    {"Result description", "result"},
    {"MD5", "file.hash"},
    {"SHA256", "file.hash"},
    {"MD5 file hash", "file.hash"},
    {"SHA256 file hash", "file.hash"},
    {"Application", "application"},
    {"Application\\Path", "process_path"},
    {"Remote address", "source"},
    {"Remote port", "source.port"},
    {"Attacker's address", "source"},
    {"Local port", "destination.port"},
    {"Protocol", "transport"},
    {"Computer", "computer"},
};
constexpr FieldMap kLineMap(kLines);

constexpr std::string_view kPrograms[] = {"KES",  "KSC",      "KSWS",     "KSV",      "KAVWSEE",
                                          "SRVR", "klnagent", "klserver", "Kaspersky"};
constexpr LogSource kLogSources[] = {{"", "antivirus", ""}};

bool claims_kaspersky(const SyslogHeader& header, std::string_view) {
  return header.app.find('|') != std::string_view::npos || header.msgid.starts_with("GNRL_") ||
         header.msgid.starts_with("KLPRCI") || header.msgid.starts_with("KLSRV") ||
         header.msgid.starts_with("KLAUD") || header.app.starts_with("kl") || header.app == "Kaspersky";
}

/// Kaspersky Security Center over syslog (RFC 5424): the program is `KES|11.0.0.0`, the message's id the event's type, the
/// structured data `[event@23668 …]` its facts, and the text a list of lines `Name: value` in the console's language.
void parse_kaspersky(PayloadWriter& out) {
  out.observer("Kaspersky", "Security Center", "antivirus");
  out.log_source({}, "antivirus", {});
  const SyslogHeader& header = out.header();
  out.add("event.code", header.msgid);
  if (const std::size_t bar = header.app.find('|'); bar != std::string_view::npos)
    out.add("observer.version", header.app.substr(bar + 1));
  for_each_sd_param(header.structured_data, out.arena(), [&out](const SdParam& parameter) {
    if (parameter.name == "et" || parameter.value.empty()) return;
    if (parameter.name == "hdn") out.set("host.name", parameter.value);
    FieldTable(kMap).put_or_keep(out, parameter.name, parameter.value);
  });
  std::string_view text = out.text();
  while (!text.empty()) {
    std::string_view line = trim(take_until(text, '\n'));
    const std::string_view key = line.substr(0, line.find(": "));
    if (key.size() == line.size()) continue;
    if (const Target* target = kLineMap.find(key)) put(out, *target, line.substr(key.size() + 2));
  }
  const bool found = contains(header.msgid, "VIRUS") || contains(header.msgid, "MALWARE") ||
                     contains(header.msgid, "THREAT") || contains(header.msgid, "SUSPICIOUS");
  const bool attack = contains(header.msgid, "ATTACK");
  if (found || attack) {
    const std::string_view name = out.event().text_of("vendor.threat_name");
    out.alert(!name.empty() ? name : out.event().text_of("rule.description"));
  }
  if (contains(header.msgid, "KLAUD_EV_SERVERCONNECT")) return out.logon("server_connect", Outcome::success);
  out.classify(found ? "malware" : attack ? "intrusion_detection" : "host", "info");
}

}  // namespace

extern const FormatSpec kFormat_kaspersky = {
    .number = Format{114},
    .name = "kaspersky",
    .title = "Kaspersky Security Center",
    .sample = 
        R"(<14>1 2026-11-20T14:59:00+08:00 pc7 KES|11.0.0.0 - GNRL_EV_VIRUS_FOUND [event@23668 et="GNRL_EV_VIRUS_FOUND" etdn="Malicious object detected" hdn="pc7" hip="10.1.0.7" gn="Lab"] Event type: Malicious object detected)",
    .rank = 22,
    .programs = kPrograms,
    .claims = claims_kaspersky,
    .parse = parse_kaspersky,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
