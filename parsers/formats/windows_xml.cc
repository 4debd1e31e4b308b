#include "parsers/format.h"

#include <array>

#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/windows_record.h"
#include "parsers/xml_scan.h"

namespace vigil {
namespace {

constexpr std::string_view kEventStarts[] = {"<Event ", "<Event>", "<?xml", "<Events>"};

bool claims_windows_xml(const SyslogHeader&, std::string_view text) {
  const std::string_view front = text.substr(0, 512);
  return contains(front, "<System>") && (contains(front, "<Provider") || contains(front, "<EventID"));
}

/// The text of the first element of that name, without reading the document.
std::string_view peek_element(std::string_view text, const SearchText& open) {
  const std::size_t at = find_text(text.substr(0, 4096), open);
  if (at == std::string_view::npos) return {};
  std::string_view rest = text.substr(at + open.size());
  if (!rest.starts_with('>'))
    take_until(rest, '>');  // attributes
  else
    rest.remove_prefix(1);
  return rest.substr(0, rest.find('<'));
}

Kinds windows_xml_kinds(const SyslogHeader&, std::string_view text) {
  const auto id = static_cast<unsigned>(read_number(peek_element(text, "<EventID")).value_or(0) & 0xFFFFU);
  return windows_channel_kinds(peek_element(text, "<Channel"), id);
}

std::optional<std::int64_t> windows_xml_time(const SyslogHeader&, std::string_view text, int) {
  constexpr SearchText kSystemTime = "SystemTime=";
  const std::size_t at = find_text(text.substr(0, 4096), kSystemTime);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view value = text.substr(at + kSystemTime.size() + 1);
  return read_iso_time(value.substr(0, value.find_first_of("'\"")), 0);
}

/// Names of levels as they stand for their numbers.
std::string_view level_name(std::string_view number) {
  constexpr std::string_view kNames[] = {"information", "critical",    "error",
                                         "warning",     "information", "verbose"};
  const auto index = read_number(number);
  return index && *index < std::size(kNames) ? kNames[*index] : number;
}

/// A Windows event as wevtapi renders it, from NXLog, a Windows Event Collector, or Sysmon for Linux:
///
///   <Event xmlns="…"><System>…</System><EventData><Data Name="x">…</Data>…</EventData></Event>
///   <Event xmlns="…"><System>…</System><UserData><EventXML xmlns="…"><Param1>…</Param1></EventXML></UserData></Event>
///
/// What was cut is taken as far as it goes, and tagged.
class EventReader {
 public:
  explicit EventReader(PayloadWriter& out) : out_(out), record_(out), scan_(out.text()) {}

  void read() {
    while (scan_.next() && fields_ < PayloadWriter::kFieldsMax) {
      switch (scan_.item()) {
        case XmlScan::Item::open:
          open();
          break;
        case XmlScan::Item::text:
          if (scan_.depth() != 0) text_ = scan_.text();
          break;
        case XmlScan::Item::close:
          close();
          break;
      }
    }
    // A value that was cut counts for what is there of it.
    if (!scan_.complete()) {
      if (scan_.cut() && scan_.depth() != 0) value();
      out_.bad_payload();
    }
    record_.finish();
  }

 private:
  enum class Part : std::uint8_t { none, system, event_data, user_data, rendering };

  /// Where the open element stands, without the wrapping <Events>.
  unsigned depth() const { return scan_.depth() - offset_; }

  void open() {
    text_ = {};
    if (scan_.name() == "Events" && scan_.depth() == 1) offset_ = 1;
    const std::size_t index = scan_.depth() - 1;
    path_[index] = scan_.name();
    data_names_[index] = scan_.attribute("Name");
    if (depth() == 2) {
      part_ = scan_.name() == "System"          ? Part::system
              : scan_.name() == "EventData"     ? Part::event_data
              : scan_.name() == "UserData"      ? Part::user_data
              : scan_.name() == "RenderingInfo" ? Part::rendering
                                                : Part::none;
    }
    if (part_ == Part::system && depth() == 3) attributes();
    leaf_ = true;
  }

  void attribute(std::string_view name, std::string_view field) { out_.add(field, scan_.attribute(name)); }

  void attributes() {
    if (scan_.name() == "Provider") {
      std::string_view name = scan_.attribute("Name");
      if (name.empty()) name = scan_.attribute("EventSourceName");
      if (!name.empty()) record_.part(WindowsPart::provider, XmlScan::unescape(name, out_.arena()));
      attribute("Guid", "winlog.provider_guid");
    } else if (scan_.name() == "Execution") {
      out_.add_number("winlog.process.pid", scan_.attribute("ProcessID"));
      out_.add_number("winlog.process.thread.id", scan_.attribute("ThreadID"));
    } else if (scan_.name() == "Security") {
      if (const std::string_view sid = scan_.attribute("UserID"); !sid.empty())
        record_.part(WindowsPart::user_sid, sid);
    } else if (scan_.name() == "Correlation") {
      attribute("ActivityID", "winlog.activity_id");
      attribute("RelatedActivityID", "winlog.related_activity_id");
    } else if (scan_.name() == "TimeCreated") {
      attribute("SystemTime", "vendor.SystemTime");
    }
  }

  void close() {
    if (leaf_) value();
    leaf_ = false;
    text_ = {};
    if (depth() < 2) part_ = Part::none;
  }

  /// The value of the element that ends here.
  void value() {
    const std::size_t index = scan_.item() == XmlScan::Item::close ? scan_.depth() : scan_.depth() - 1;
    if (index >= path_.size()) return;
    const std::string_view name = path_[index];
    const std::string_view value = XmlScan::unescape(trim(text_), out_.arena());
    ++fields_;
    const std::size_t level = index + 1 - offset_;
    if (part_ == Part::system && level == 3) return take_system(name, value);
    if (part_ == Part::event_data && level == 3) return data(data_names_[index], name, value);
    if (part_ == Part::user_data && level >= 4) return record_.data(name, value);
    if (part_ == Part::rendering && level == 3) return rendering(name, value);
  }

  void take_system(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (name == "EventID") return record_.part(WindowsPart::event_id, value);
    if (name == "Channel") return record_.part(WindowsPart::channel, value);
    if (name == "Computer") return record_.part(WindowsPart::computer, value);
    if (name == "Keywords") return record_.part(WindowsPart::keywords, value);
    if (name == "Level") return record_.part(WindowsPart::level, level_name(value));
    if (name == "EventRecordID") return out_.add_number("winlog.record_id", value);
    if (name == "Version") return out_.add_number("winlog.version", value);
    if (name == "Task") return out_.add("winlog.task_id", value);
    if (name == "Opcode") return out_.add("winlog.opcode_id", value);
  }

  /// Logs of old have <Data> without names: param1, param2, as Winlogbeat calls them.
  void data(std::string_view given, std::string_view element, std::string_view value) {
    if (!given.empty()) return record_.data(XmlScan::unescape(given, out_.arena()), value);
    if (element != "Data") return record_.data(element, value);
    constexpr std::string_view kNames[] = {"param1", "param2", "param3", "param4", "param5",
                                           "param6", "param7", "param8", "param9", "param10"};
    record_.data(unnamed_ < std::size(kNames) ? kNames[unnamed_++] : std::string_view("Data"), value);
  }

  void rendering(std::string_view name, std::string_view value) {
    if (name == "Message" && !value.empty()) return record_.part(WindowsPart::message, value);
    if (name == "Task") return out_.add("winlog.task", value);
    if (name == "Opcode") return out_.add("winlog.opcode", value);
  }

  PayloadWriter& out_;
  WindowsRecord record_;
  XmlScan scan_;
  std::array<std::string_view, XmlScan::kDepthMax> path_{}, data_names_{};
  std::string_view text_;
  Part part_ = Part::none;
  unsigned offset_ = 0;
  std::size_t fields_ = 0, unnamed_ = 0;
  bool leaf_ = false;
};

void parse_windows_xml(PayloadWriter& out) { EventReader(out).read(); }

constexpr LogSource kLogSources[] = {{"windows", "*", "*"}, {"linux", "*", ""}, {"", "antivirus", ""}};

constexpr std::string_view kDerived[] = {"event.reason"};

}  // namespace

extern const FormatSpec kFormat_windows_xml = {
    .number = Format{49},
    .name = "windows_xml",
    .title = "Windows events in XML (NXLog, Windows Event Collector), Sysmon for Linux",
    .sample =
        R"(<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Security-Auditing"/><EventID>4625</EventID><Channel>Security</Channel><Computer>DC1.school.local</Computer></System><EventData><Data Name="TargetUserName">administrator</Data><Data Name="IpAddress">203.0.113.9</Data></EventData></Event>)",
    .rank = 20,
    .starts = kEventStarts,
    .claims = claims_windows_xml,
    .parse = parse_windows_xml,
    .time = windows_xml_time,
    .kinds_of = windows_xml_kinds,
    .names_host = NamesHost::always,
    .log_sources = kLogSources,
    .altered = "&<>'",
    .derived = kDerived,
    .tag_is_program = false,
};

}  // namespace vigil
