#include "parsers/windows_record.h"

#include <algorithm>
#include <charconv>

#include "parsers/json_fields.h"
#include "parsers/key_table.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

struct PartName {
  std::string_view key;   ///< as the sender writes it
  std::string_view name;  ///< where it goes
  WindowsPart part = WindowsPart::keep;
};

constexpr PartName kWinlogbeatNames[] = {
    {"winlog.channel", "winlog.channel", WindowsPart::channel},
    {"winlog.provider_name", "winlog.provider_name", WindowsPart::provider},
    {"winlog.event_data.provider_name", "winlog.event_data.provider_name", WindowsPart::provider},
    {"winlog.computer_name", "winlog.computer_name", WindowsPart::computer},
    {"winlog.event_id", "winlog.event_id", WindowsPart::event_id},
    {"winlog.keywords", "winlog.keywords", WindowsPart::keywords},
    {"winlog.user.name", "winlog.user.name", WindowsPart::user_name},
    {"winlog.user.domain", "winlog.user.domain", WindowsPart::user_domain},
    {"winlog.user.identifier", "winlog.user.identifier", WindowsPart::user_sid},
    {"winlog.level", "log.level", WindowsPart::level},
    {"log.level", "log.level", WindowsPart::level},
    {"event.outcome", "event.outcome", WindowsPart::outcome},
};
constexpr KeyTable kWinlogbeat(kWinlogbeatNames);

constexpr PartName kNxlogNames[] = {
    {"Channel", "winlog.channel", WindowsPart::channel},
    {"SourceName", "winlog.provider_name", WindowsPart::provider},
    {"ProviderName", "winlog.provider_name", WindowsPart::provider},  // Fluent Bit
    {"Computer", "winlog.computer_name", WindowsPart::computer},
    {"TimeCreated", {}, WindowsPart::vendor},
    {"StringInserts", {}, WindowsPart::vendor},
    {"Hostname", "winlog.computer_name", WindowsPart::computer},
    {"EventID", "winlog.event_id", WindowsPart::event_id},
    {"Keywords", "winlog.keywords", WindowsPart::keywords},
    {"EventType", {}, WindowsPart::event_type},
    {"Severity", "log.level", WindowsPart::level},
    {"Message", "message", WindowsPart::message},
    {"AccountName", "winlog.user.name", WindowsPart::user_name},
    {"Domain", "winlog.user.domain", WindowsPart::user_domain},
    {"UserID", "winlog.user.identifier", WindowsPart::user_sid},
    {"AccountType", "winlog.user.type"},
    {"ProviderGuid", "winlog.provider_guid"},
    {"Version", "winlog.version"},
    {"Task", "winlog.task_id"},
    {"TaskValue", "winlog.task_id"},
    {"Category", "winlog.task"},
    {"Opcode", "winlog.opcode"},
    {"OpcodeValue", "winlog.opcode_id"},
    {"RecordNumber", "winlog.record_id"},
    {"ActivityID", "winlog.activity_id"},
    {"RelatedActivityID", "winlog.related_activity_id"},
    {"ProcessID", "winlog.process.pid"},
    {"ExecutionProcessID", "winlog.process.pid"},
    {"ThreadID", "winlog.process.thread.id"},
    {"ExecutionThreadID", "winlog.process.thread.id"},
    {"EventTime", {}, WindowsPart::vendor},
    {"EventReceivedTime", {}, WindowsPart::vendor},
    {"SeverityValue", {}, WindowsPart::vendor},
    {"SourceModuleName", {}, WindowsPart::vendor},
    {"SourceModuleType", {}, WindowsPart::vendor},
    {"host", {}, WindowsPart::vendor},
    {"port", {}, WindowsPart::vendor},
    {"tag", {}, WindowsPart::vendor},
};
constexpr KeyTable kNxlog(kNxlogNames);

constexpr PartName kWazuhNames[] = {
    {"channel", "winlog.channel", WindowsPart::channel},
    {"providerName", "winlog.provider_name", WindowsPart::provider},
    {"providerGuid", "winlog.provider_guid"},
    {"computer", "winlog.computer_name", WindowsPart::computer},
    {"eventID", "winlog.event_id", WindowsPart::event_id},
    {"keywords", "winlog.keywords", WindowsPart::keywords},
    {"severityValue", {}, WindowsPart::event_type},
    {"message", "message", WindowsPart::message},
    {"eventRecordID", "winlog.record_id"},
    {"processID", "winlog.process.pid"},
    {"threadID", "winlog.process.thread.id"},
    {"task", "winlog.task_id"},
    {"opcode", "winlog.opcode_id"},
    {"version", "winlog.version"},
};
constexpr KeyTable kWazuh(kWazuhNames);

constexpr std::string_view kEventData = "winlog.event_data.";
constexpr std::string_view kUserData = "winlog.user_data.";

/// Where a part goes that is given without a name.
constexpr std::string_view name_of(WindowsPart part) {
  for (const PartName& row : kNxlogNames) {
    if (row.part == part && part != WindowsPart::keep) return row.name;
  }
  return {};
}

/// NXLog writes the keywords, an unsigned 64-bit mask, as a signed number: -9214364837600034816 is
/// 0x8020000000000000, Audit Success.
std::string_view keywords_in_hex(std::string_view value, Arena& arena) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) return value;
  char digits[16];
  const auto written = std::to_chars(digits, digits + sizeof digits, static_cast<std::uint64_t>(number), 16);
  const auto count = static_cast<std::size_t>(written.ptr - digits);
  char* const out = arena.allocate(2 + count);
  out[0] = '0';
  out[1] = 'x';
  std::copy(digits, written.ptr, out + 2);
  return {out, 2 + count};
}

/// NXLog's own words for the event's type.
bool is_level_word(std::string_view word) {
  return is_any(word, {"AUDIT_SUCCESS", "AUDIT_FAILURE", "INFO", "WARNING", "ERROR", "CRITICAL", "VERBOSE"});
}

std::string_view without_blanks(std::string_view name, Arena& arena) {
  char* const start = arena.allocate(name.size());
  char* const end = std::remove_copy(name.begin(), name.end(), start, ' ');
  return {start, static_cast<std::size_t>(end - start)};
}

/// The character that "#011" or "\\x0d" stands for; 0 if it is none of those. All are four characters long.
char escaped_control(std::string_view text) {
  if (text.starts_with("\\x0d")) return '\r';
  if (text.size() < 4 || text[0] != '#' || text[1] != '0') return 0;
  if (text.substr(2, 2) == "11") return '\t';
  if (text.substr(2, 2) == "12") return '\n';
  if (text.substr(2, 2) == "15") return '\r';
  return 0;
}

}  // namespace

void WindowsRecord::data(std::string_view name, std::string_view value, ValueType type) {
  data_as(out_.join(kEventData, name), name, value, type);
}

void WindowsRecord::data_as(std::string_view full_name, std::string_view name, std::string_view value,
                            ValueType type) {
  out_.event().add(full_name, value, type);
  if (type == ValueType::null) return;
  has_data_ = values_.take_data(name, value) || has_data_;
  // Defender's names hold blanks, Sigma's do not ("Threat Name", ThreatName).
  if (name.find(' ') != std::string_view::npos) {
    out_.event().add(without_blanks(full_name, out_.arena()), value, type);
  }
}

void WindowsRecord::nested(const JsonField& leaf) {
  if (const PartName* row = kWinlogbeat.find(leaf.path)) {
    return part_as(row->part, row->name, leaf.value, leaf.type, leaf.path);
  }
  for (const std::string_view prefix : {kEventData, kUserData}) {
    if (leaf.path.starts_with(prefix)) {
      return data_as(leaf.path, leaf.path.substr(prefix.size()), leaf.value, leaf.type);
    }
  }
  // Told by winlog.* as well, as a rule.
  if (leaf.path == "event.code") {
    if (values_.event_id.empty()) values_.event_id = leaf.value;
    return;
  }
  if (leaf.path == "event.provider") {
    if (values_.provider.empty()) values_.provider = leaf.value;
    return;
  }
  if (leaf.path == "log.syslog.appname") values_.reporter = leaf.value;
  values_.has_ecs_names = true;
  add_json_leaf(out_, leaf);
}

void WindowsRecord::wazuh(const JsonField& leaf) {
  std::string_view path = leaf.path;
  take_prefix(path, "data.");  // in an alert of its manager
  if (take_prefix(path, "win.system.")) {
    if (const PartName* row = kWazuh.find(path))
      return part_as(row->part, row->name, leaf.value, leaf.type, path);
  } else if (take_prefix(path, "win.eventdata.") && !path.empty()) {
    const char first = path.front();
    const char large[] = {first >= 'a' && first <= 'z' ? static_cast<char>(first - 'a' + 'A') : first};
    const std::string_view full = out_.join(out_.join(kEventData, {large, 1}), path.substr(1));
    return data_as(full, full.substr(kEventData.size()), leaf.value, leaf.type);
  }
  out_.event().add(leaf.vendor_name(), leaf.value, leaf.type);
}

void WindowsRecord::flat(std::string_view name, std::string_view value, ValueType type) {
  if (const PartName* row = kNxlog.find(name)) return part_as(row->part, row->name, value, type, name);
  data(name, value, type);
}

void WindowsRecord::part_as(WindowsPart part, std::string_view name, std::string_view value, ValueType type,
                            std::string_view own_name) {
  if (name.empty()) name = name_of(part);
  switch (part) {
    case WindowsPart::channel:
      values_.channel = value;
      break;
    case WindowsPart::provider:
      values_.provider = value;
      break;
    case WindowsPart::computer:
      if (values_.computer.empty()) values_.computer = value;  // the first counts
      break;
    case WindowsPart::event_id:
      values_.event_id = value;
      break;
    case WindowsPart::keywords:
      value = keywords_in_hex(value, out_.arena());
      values_.keywords = value;
      return out_.add(name, value);
    case WindowsPart::event_type:
      if (!is_level_word(value)) return data("EventType", value, type);
      values_.event_type = value;
      return out_.add_vendor("EventType", value, type);
    case WindowsPart::outcome:
      values_.outcome = value;
      break;
    case WindowsPart::level:
      if (out_.event().find(name) == nullptr) out_.add(name, out_.lower_case(value));
      return;
    case WindowsPart::user_name:
      values_.user_name = value;
      break;
    case WindowsPart::user_domain:
      values_.user_domain = value;
      break;
    case WindowsPart::user_sid:
      values_.user_sid = value;
      break;
    case WindowsPart::user: {
      const std::size_t slash = value.find('\\');
      if (slash != std::string_view::npos) {
        this->part(WindowsPart::user_domain, value.substr(0, slash));
        value.remove_prefix(slash + 1);
      }
      return this->part(WindowsPart::user_name, value);
    }
    case WindowsPart::message:
      return out_.set("message", value);
    case WindowsPart::vendor:
      return out_.add_vendor(own_name, value, type);
    case WindowsPart::keep:
      break;
  }
  out_.add(name, value, type);
}

std::string_view without_control_escapes(std::string_view text, Arena& arena) {
  if (text.find("#01") == std::string_view::npos && text.find("\\x0d") == std::string_view::npos) return text;
  char* const start = arena.allocate(text.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] == '#' || text[i] == '\\' ? escaped_control(text.substr(i)) : '\0';
    start[size++] = c == 0 ? text[i] : c;
    if (c != 0) i += 3;
  }
  return {start, size};
}

}  // namespace vigil
