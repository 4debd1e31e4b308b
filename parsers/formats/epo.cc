#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// Elements (and attributes) of an EPOevent that mean something; others stand under vendor.<name>.
constexpr FieldRow kRows[] = {
    {"MachineName", "computer"},
    {"AgentGUID", "agent.id"},
    {"IPAddress", "host.ip"},
    {"RawMACAddress", "host.mac"},
    {"OSName", "host.os.name"},
    {"UserName", "user"},
    {"EventID", "event.code"},
    {"Severity", "event.severity"},
    {"ProductName", "observer.product"},
    {"ProductVersion", "observer.version"},
    {"Analyzer", "analyzer"},
    {"AnalyzerName", "analyzer_name"},
    {"AnalyzerHostName", "analyzer_host"},
    {"AnalyzerIPV4", "analyzer_ip"},
    {"SourceIPV4", "source"},
    {"SourceIPV6", "source"},
    {"SourceHostName", "source.domain"},
    {"SourceMAC", "source.mac"},
    {"SourceUserName", "source.user"},
    {"SourceProcessName", "executable"},
    {"SourcePort", "source.port"},
    {"SourceURL", "url"},
    {"TargetIPV4", "destination"},
    {"TargetIPV6", "destination"},
    {"TargetHostName", "destination.domain"},
    {"TargetMAC", "destination.mac"},
    {"TargetUserName", "user"},
    {"TargetPort", "destination.port"},
    {"TargetProtocol", "transport"},
    {"TargetFileName", "file"},
    {"TargetPath", "file.directory"},
    {"TargetName", "target_name"},
    {"TargetHash", "file.hash"},
    {"TargetFileSize", "file.size"},
    {"FileName", "file"},
    {"VirusName", "virus"},
    {"ThreatName", "threat"},
    {"ThreatEventID", "event.code"},
    {"ThreatSeverity", "event.severity"},
    {"ThreatCategory", "rule.category"},
    {"ThreatType", "threat_type"},
    {"ThreatActionTaken", "event.action"},
    {"ThreatHandled", "threat_handled"},
    {"GMTTime", "gmt_time"},
};
constexpr FieldMap kMap(kRows);

/// A name as it stands behind "<" or a blank: no namespace.
std::string_view take_name(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && (is_alpha(text[end]) || is_digit(text[end]) || text[end] == '_' ||
                               text[end] == '-' || text[end] == ':'))
    ++end;
  std::string_view name = text.substr(0, end);
  text.remove_prefix(end);
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

class EpoReader {
 public:
  explicit EpoReader(PayloadWriter& out) : out_(out) {}

  /// Every element that holds text alone is a field, and so are attributes. A text that was cut ends where it ends.
  void read(std::string_view xml) {
    std::size_t count = 0;
    while (!xml.empty() && count++ < PayloadWriter::kFieldsMax) {
      const std::size_t open = xml.find('<');
      if (open == std::string_view::npos) return;
      xml.remove_prefix(open + 1);
      if (xml.starts_with('/') || xml.starts_with('?') || xml.starts_with('!')) continue;
      const std::string_view name = take_name(xml);
      const std::size_t close = xml.find('>');
      if (close == std::string_view::npos) return attributes(xml);
      attributes(xml.substr(0, close));
      const bool empty = close > 0 && xml[close - 1] == '/';
      xml.remove_prefix(close + 1);
      if (empty) continue;
      const std::string_view value = xml.substr(0, xml.find('<'));
      if (xml.size() > value.size() + 1 && xml[value.size() + 1] != '/') continue;
      take(name, trim(value));
    }
  }

  bool threat() const { return threat_; }

 private:
  void attributes(std::string_view text) {
    for (;;) {
      const std::size_t equals = text.find('=');
      if (equals == std::string_view::npos) return;
      const std::size_t begin = text.find_last_of(" \t\n", equals);
      const std::string_view key = text.substr(begin == std::string_view::npos ? 0 : begin + 1,
                                               equals - (begin == std::string_view::npos ? 0 : begin + 1));
      text.remove_prefix(equals + 1);
      if (text.empty() || (text.front() != '"' && text.front() != '\'')) continue;
      const char quote = text.front();
      text.remove_prefix(1);
      const std::string_view value = take_until(text, quote);
      if (!key.starts_with("xmlns") && !key.starts_with("xsi:")) take(key, value);
    }
  }

  void take(std::string_view name, std::string_view value) {
    if (name.empty() || is_any(value, {"", "_", "-", "N/A"})) return;
    if (name == "MachineName") return out_.set("host.name", value);
    if (name == "ThreatName" || name == "VirusName") {
      threat_ = true;
      out_.alert(value);
      return;
    }
    if (is_any(name, {"ThreatSeverity", "Severity", "EventID", "ThreatEventID"}) && seen(name))
      return out_.add_vendor(name, value);
    FieldTable(kMap).put_or_keep(out_, name, value);
  }

  bool seen(std::string_view name) const {
    return out_.event().find(name.ends_with("Severity") ? "event.severity" : "event.code") != nullptr;
  }

  PayloadWriter& out_;
  bool threat_ = false;
};

constexpr std::string_view kPrograms[] = {"EPOEvents", "EPOEvent", "McAfee", "Trellix"};
constexpr LogSource kLogSources[] = {{"", "antivirus", ""}};

bool claims_epo(const SyslogHeader&, std::string_view text) {
  const std::size_t at = text.substr(0, 256).find('<');
  if (at == std::string_view::npos) return false;
  const std::string_view front = text.substr(at, 512);
  return front.find("<EPOevent") != std::string_view::npos ||
         front.find("<EPOEvent") != std::string_view::npos ||
         front.find("<UpdateEvents") != std::string_view::npos;
}

/// McAfee's (Trellix') ePolicy Orchestrator forwards its agents' events as XML, often cut by the transport.
void parse_epo(PayloadWriter& out) {
  out.add("observer.vendor", "Trellix");
  out.add("observer.type", "antivirus");
  out.log_source({}, "antivirus", {});
  EpoReader reader(out);
  reader.read(out.text());
  out.classify(reader.threat() ? "malware" : "host", "info");
}

}  // namespace

extern const FormatSpec kFormat_epo = {
    .number = Format{111},
    .name = "epo",
    .title = "McAfee/Trellix ePolicy Orchestrator",
    .sample =
        R"(<?xml version="1.0" encoding="UTF-8"?><EPOevent><MachineInfo><MachineName>PC7</MachineName><IPAddress>10.1.0.7</IPAddress></MachineInfo><SoftwareInfo ProductName="McAfee Endpoint Security"><Event><EventID>1027</EventID><CommonFields><ThreatName>EICAR test file</ThreatName></CommonFields></Event></SoftwareInfo></EPOevent>)",
    .rank = 21,
    .programs = kPrograms,
    .first_bytes = "<",
    .claims = claims_epo,
    .parse = parse_epo,
    .kinds = Kind::device,
    .log_sources = kLogSources,
};

}  // namespace vigil
