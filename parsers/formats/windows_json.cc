#include "parsers/format.h"

#include <charconv>

#include "parsers/json_fields.h"
#include "parsers/key_table.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/windows_ecs.h"

namespace vigil {
namespace {

/// Fields of the event's System part that ECS needs. Winlogbeat's path and NXLog's flat name mean the same.
enum class Use : std::uint8_t {
  keep,
  channel,
  provider,
  computer,
  event_id,
  keywords,
  event_type,
  outcome,
  level,
  user_name,
  user_domain,
  user_sid,
  message,
  vendor
};
struct SystemKey {
  std::string_view key;   ///< as the sender writes it
  std::string_view name;  ///< where it goes
  Use use = Use::keep;
};

constexpr SystemKey kWinlogbeatKeys[] = {
    {"winlog.channel", "winlog.channel", Use::channel},
    {"winlog.provider_name", "winlog.provider_name", Use::provider},
    {"winlog.computer_name", "winlog.computer_name", Use::computer},
    {"winlog.event_id", "winlog.event_id", Use::event_id},
    {"winlog.keywords", "winlog.keywords", Use::keywords},
    {"winlog.user.name", "winlog.user.name", Use::user_name},
    {"winlog.user.domain", "winlog.user.domain", Use::user_domain},
    {"winlog.user.identifier", "winlog.user.identifier", Use::user_sid},
    {"winlog.level", "log.level", Use::level},
    {"log.level", "log.level", Use::level},
    {"event.outcome", "event.outcome", Use::outcome},
};
constexpr KeyTable kWinlogbeat(kWinlogbeatKeys);

constexpr SystemKey kNxlogKeys[] = {
    {"Channel", "winlog.channel", Use::channel},
    {"SourceName", "winlog.provider_name", Use::provider},
    {"Hostname", "winlog.computer_name", Use::computer},
    {"EventID", "winlog.event_id", Use::event_id},
    {"Keywords", "winlog.keywords", Use::keywords},
    {"EventType", {}, Use::event_type},
    {"Severity", "log.level", Use::level},
    {"Message", "message", Use::message},
    {"AccountName", "winlog.user.name", Use::user_name},
    {"Domain", "winlog.user.domain", Use::user_domain},
    {"UserID", "winlog.user.identifier", Use::user_sid},
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
    {"EventTime", {}, Use::vendor},
    {"EventReceivedTime", {}, Use::vendor},
    {"SeverityValue", {}, Use::vendor},
    {"SourceModuleName", {}, Use::vendor},
    {"SourceModuleType", {}, Use::vendor},
    {"host", {}, Use::vendor},
    {"port", {}, Use::vendor},
    {"tag", {}, Use::vendor},
};
constexpr KeyTable kNxlog(kNxlogKeys);

constexpr std::string_view kEventData = "winlog.event_data.";
constexpr std::string_view kUserData = "winlog.user_data.";

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

class WindowsReader {
 public:
  explicit WindowsReader(PayloadWriter& out) : out_(out) {}

  void take_nested(const JsonField& leaf) {
    if (leaf.path.starts_with(kEventData))
      return take_data(leaf, leaf.path, leaf.path.substr(kEventData.size()));
    if (leaf.path.starts_with(kUserData))
      return take_data(leaf, leaf.path, leaf.path.substr(kUserData.size()));
    if (const SystemKey* key = kWinlogbeat.find(leaf.path)) return take_system(*key, leaf);
    // Told by winlog.* as well, as a rule.
    if (leaf.path == "event.code") {
      if (values_.event_id.empty()) values_.event_id = leaf.value;
      return;
    }
    if (leaf.path == "event.provider") {
      if (values_.provider.empty()) values_.provider = leaf.value;
      return;
    }
    values_.has_ecs_names = true;
    add_json_leaf(out_, leaf);
  }

  void take_flat(const JsonField& leaf) {
    if (const SystemKey* key = kNxlog.find(leaf.path)) return take_system(*key, leaf);
    take_data(leaf, out_.join(kEventData, leaf.path), leaf.path);
  }

  void finish() { add_windows_ecs(out_, values_); }

 private:
  void take_data(const JsonField& leaf, std::string_view full_name, std::string_view name) {
    out_.event().add(full_name, leaf.value, leaf.type);
    if (leaf.type == ValueType::null) return;
    values_.take_data(name, leaf.value);
    // Defender's names hold blanks, Sigma's do not ("Threat Name", ThreatName).
    if (name.find(' ') != std::string_view::npos)
      out_.event().add(without_blanks(full_name), leaf.value, leaf.type);
  }

  void take_system(const SystemKey& key, const JsonField& leaf) {
    std::string_view value = leaf.value;
    switch (key.use) {
      case Use::channel:
        values_.channel = value;
        break;
      case Use::provider:
        values_.provider = value;
        break;
      case Use::computer:
        if (values_.computer.empty()) values_.computer = value;  // the first counts
        break;
      case Use::event_id:
        values_.event_id = value;
        break;
      case Use::keywords:
        value = keywords_in_hex(value, out_.arena());
        values_.keywords = value;
        return out_.add(key.name, value);
      case Use::event_type:
        // Sysmon's registry events have an EventType of their own ("SetValue").
        if (!is_level_word(value)) return take_data(leaf, out_.join(kEventData, leaf.path), leaf.path);
        values_.event_type = value;
        return out_.event().add(leaf.vendor_name(), value, leaf.type);
      case Use::outcome:
        values_.outcome = value;
        break;
      case Use::level:
        if (out_.event().find(key.name) == nullptr) out_.add(key.name, out_.lower_case(value));
        return;
      case Use::user_name:
        values_.user_name = value;
        break;
      case Use::user_domain:
        values_.user_domain = value;
        break;
      case Use::user_sid:
        values_.user_sid = value;
        break;
      case Use::message:
        return out_.set("message", value);
      case Use::vendor:
        return out_.event().add(leaf.vendor_name(), value, leaf.type);
      case Use::keep:
        break;
    }
    out_.add(key.name, value, leaf.type);
  }

  std::string_view without_blanks(std::string_view name) {
    char* const start = out_.arena().allocate(name.size());
    char* at = start;
    for (const char c : name) {
      if (c != ' ') *at++ = c;
    }
    return {start, static_cast<std::size_t>(at - start)};
  }

  PayloadWriter& out_;
  WindowsValues values_;
};

constexpr std::string_view kStarts[] = {"{", "[{"};
constexpr LogSource kLogSources[] = {{"windows", "*", "*"}, {"", "antivirus", ""}};

bool claims_windows_json(const SyslogHeader&, std::string_view text) {
  const std::string_view front = json_front(text);
  if (contains(front, "\"EventID\"") && (contains(front, "\"Channel\"") || contains(front, "\"SourceName\"") ||
                                         contains(front, "\"ProviderGuid\""))) {
    return true;
  }
  constexpr SearchText kWinlog = "\"winlog";
  for (std::size_t at = find_text(front, kWinlog); at != std::string_view::npos;
       at = find_text(front, kWinlog, at + 1)) {
    const std::string_view behind = front.substr(at + kWinlog.size(), 1);
    if (behind == "\"" || behind == ".") return true;
  }
  return false;
}

/// The number behind `"EventID":` or `"event_id":`, as number or string, without reading the JSON.
unsigned peek_event_id(std::string_view text) {
  for (const SearchText& name : {SearchText("\"EventID\""), SearchText("\"event_id\""), SearchText("\"winlog.event_id\"")}) {
    const std::size_t at = find_text(text, name);
    if (at == std::string_view::npos) continue;
    std::string_view rest = trim_left(text.substr(at + name.size()));
    if (!take_prefix(rest, ":")) continue;
    rest = trim_left(rest);
    take_prefix(rest, "\"");
    unsigned id = 0;
    for (std::size_t i = 0; i < rest.size() && i < 5 && is_digit(rest[i]); ++i) {
      id = id * 10 + static_cast<unsigned>(rest[i] - '0');
    }
    return id;
  }
  return 0;
}

Kinds windows_kinds(const SyslogHeader&, std::string_view text) {
  if (contains(text, "Windows Defender")) return Kind::os | Kind::device;
  const bool security = contains(text, "\"Security\"") || contains(text, "Security-Auditing");
  if (security && is_windows_logon(peek_event_id(text))) return Kind::os | Kind::logon;
  if (contains(text, "\"Application\"") && !security) return Kind::application;
  return Kind::os;
}

/// The string behind `"name":`, wherever it stands.
std::string_view peek_string(std::string_view text, const SearchText& quoted_name) {
  const std::size_t at = find_text(text, quoted_name);
  if (at == std::string_view::npos) return {};
  std::string_view rest = trim_left(text.substr(at + quoted_name.size()));
  if (!take_prefix(rest, ":")) return {};
  rest = trim_left(rest);
  if (!take_prefix(rest, "\"")) return {};
  return rest.substr(0, rest.find('"'));
}

/// The event's own time comes before the collector's: Sysmon's UtcTime, Winlogbeat's time_created; its
/// @timestamp may be the collector's.
std::optional<std::int64_t> windows_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  if (const auto time = read_iso_time(peek_string(text, "\"UtcTime\""), 0)) return time;
  if (const auto time = read_iso_time(peek_string(text, "\"time_created\""), zone_minutes)) return time;
  return peek_json_time(text, zone_minutes);
}

/// Windows events in JSON: Winlogbeat's nested `winlog.*` and NXLog's flat names alike become
/// `winlog.channel`, `winlog.event_data.<Name>` and so on, and the events that matter get ECS category,
/// outcome, user, address, process.
void parse_windows_json(PayloadWriter& out) {
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) {
    out.log_source("windows", {}, {});
    return;
  }
  bool nested = false;
  for (const JsonField& leaf : fields->leaves) nested = nested || leaf.path.starts_with("winlog.");
  WindowsReader windows(out);
  for (const JsonField& leaf : fields->leaves) {
    if (nested) {
      windows.take_nested(leaf);
    } else {
      windows.take_flat(leaf);
    }
  }
  windows.finish();
}

}  // namespace

extern const FormatSpec kFormat_windows_json = {
    .number = Format::windows_json,
    .name = "windows_json",
    .title = "Windows events in JSON (Winlogbeat, NXLog)",
    .sample =
        R"({"EventID":4625,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","TargetUserName":"administrator","IpAddress":"203.0.113.9"})",
    .rank = 30,
    .starts = kStarts,
    .claims = claims_windows_json,
    .parse = parse_windows_json,
    .time = windows_time,
    .kinds_of = windows_kinds,
    .log_sources = kLogSources,
    .writing = Writing::json,
};

}  // namespace vigil
