#include "parsers/alert_document.h"

#include <algorithm>

#include "parsers/characters.h"
#include "parsers/charset.h"
#include "parsers/json_fields.h"
#include "parsers/ip_text.h"
#include "parsers/json_members.h"
#include "parsers/json_tree.h"
#include "parsers/json_walk.h"
#include "parsers/key_table.h"
#include "parsers/notice_time.h"
#include "parsers/payload_text.h"
#include "parsers/render.h"

namespace vigil {
namespace {

/// What a field is about, and so how its value is read.
enum class Role : std::uint8_t {
  source,
  ref,
  title,
  severity,
  level,
  detected,  ///< when it happened: the record's own time
  time,
  text,
  word,  ///< text in small letters
  address,
  port,
  url,
  user,
  hash,
  flag_early_warning,
  flag_drill,
  indicator
};

struct FieldRow {
  std::string_view key;  ///< as senders write it
  Role role;
  std::string_view name;  ///< under which it is stored
};
constexpr FieldRow kFields[] = {
    {"source", Role::source, "event.provider"},
    {"source_ref", Role::ref, "event.id"},
    {"title", Role::title, "message"},
    {"message", Role::title, "message"},
    {"severity", Role::severity, "event.severity"},
    {"level", Role::level, "level"},
    {"detected_at", Role::detected, "event.start"},
    {"detected_until", Role::time, "event.end"},
    {"published_at", Role::time, "event.created"},
    {"deadline", Role::time, "deadline"},
    {"description", Role::text, "event.reason"},
    {"rule", Role::text, "rule.name"},
    {"rule.name", Role::text, "rule.name"},
    {"rule.id", Role::text, "rule.id"},
    {"event_type", Role::text, "rule.category"},
    {"protocol", Role::word, "network.transport"},
    {"organisation_name", Role::text, "organization.name"},
    {"vendor", Role::text, "observer.vendor"},
    {"product", Role::text, "observer.product"},
    {"ip", Role::address, "ip"},
    {"src_ip", Role::address, "source.ip"},
    {"source_ip", Role::address, "source.ip"},
    {"src.ip", Role::address, "source.ip"},
    {"dst_ip", Role::address, "destination.ip"},
    {"destination_ip", Role::address, "destination.ip"},
    {"dst.ip", Role::address, "destination.ip"},
    {"src_nat_ip", Role::address, "source.nat.ip"},
    {"src.nat_ip", Role::address, "source.nat.ip"},
    {"dst_nat_ip", Role::address, "destination.nat.ip"},
    {"dst.nat_ip", Role::address, "destination.nat.ip"},
    {"port", Role::port, "port"},
    {"src_port", Role::port, "source.port"},
    {"source_port", Role::port, "source.port"},
    {"src.port", Role::port, "source.port"},
    {"dst_port", Role::port, "destination.port"},
    {"destination_port", Role::port, "destination.port"},
    {"dst.port", Role::port, "destination.port"},
    {"user", Role::user, "user.name"},
    {"url", Role::url, "url.original"},
    {"hash", Role::hash, "file.hash"},
    {"hash.md5", Role::hash, "file.hash"},
    {"hash.sha1", Role::hash, "file.hash"},
    {"hash.sha256", Role::hash, "file.hash"},
    {"hash.sha512", Role::hash, "file.hash"},
    {"early_warning", Role::flag_early_warning, "early_warning"},
    {"drill", Role::flag_drill, "drill"},
    {"indicators", Role::indicator, ""},
    {"indicators.value", Role::indicator, ""},
};
constexpr KeyTable kByKey(kFields);

/// Names that other formats of JSON are told by, or that would be taken for something the alert has said.
struct SniffedName {
  std::string_view key;
};
constexpr SniffedName kSniffed[] = {
    {"short_message"}, {"host"},  {"version"}, {"EventID"}, {"Channel"},  {"SourceName"}, {"ProviderGuid"},
    {"winlog"},        {"stats"}, {"msg"},     {"Message"}, {"username"}, {"user_name"},
};
constexpr KeyTable kSniffedNames(kSniffed);

/// ECS names that say what only we say of an alert.
bool is_decided(std::string_view name) {
  return is_any(
      name, {"event.id", "event.provider", "event.hash", "event.sequence", "event.start", "event.severity",
             "host.name", "message", "observer.name", "log.level", "process.name", "process.pid"});
}

struct SeverityWord {
  std::string_view key;
  std::string_view number;
  std::string_view level;
};
/// As FortiGate's severities are numbered: two steps each.
constexpr SeverityWord kSeverities[] = {
    {"informational", "1", "info"}, {"information", "1", "info"}, {"info", "1", "info"},
    {"資訊", "1", "info"},          {"low", "3", "low"},          {"低", "3", "low"},
    {"medium", "5", "medium"},      {"moderate", "5", "medium"},  {"中", "5", "medium"},
    {"warning", "5", "medium"},     {"high", "7", "high"},        {"高", "7", "high"},
    {"critical", "9", "critical"},  {"severe", "9", "critical"},  {"嚴重", "9", "critical"},
    {"緊急", "9", "critical"},
};
constexpr KeyTable kSeverityWords(kSeverities);

struct LevelWord {
  std::string_view key;
  unsigned level;
};
constexpr LevelWord kLevelWords[] = {{"一", 1}, {"二", 2}, {"三", 3}, {"四", 4}, {"無", 0}, {"none", 0}};

std::optional<unsigned> read_level(std::string_view text) {
  text = trim(text);
  take_prefix(text, "第");
  take_suffix(text, "級");
  text = trim(text);
  for (const LevelWord& word : kLevelWords) {
    if (text == word.key) return word.level;
  }
  const auto number = read_number(text);
  if (!number || *number > AlertLimits::kLevelMax) return std::nullopt;
  return static_cast<unsigned>(*number);
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string small(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

/// The kind of a digest by its length; empty if it is none.
std::string_view hash_kind(std::string_view text) {
  const bool hex = std::all_of(text.begin(), text.end(),
                               [](char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); });
  if (!hex) return {};
  switch (text.size()) {
    case 32:
      return "md5";
    case 40:
      return "sha1";
    case 64:
      return "sha256";
    case 128:
      return "sha512";
    default:
      return {};
  }
}

bool is_domain(std::string_view text) {
  if (text.size() > 253 || text.find('.') == std::string_view::npos || text.front() == '.' ||
      text.front() == '-')
    return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_ascii_alnum(c) || c == '.' || c == '-' || c == '_'; });
}

/// Members of a flat document, those of one name gathered into a list.
class Members {
 public:
  void add(std::string_view name, std::string_view value, ValueType type = ValueType::text) {
    if (value.empty() && type == ValueType::text) return;
    Member& member = at(name);
    const bool there = std::any_of(member.values.begin(), member.values.end(),
                                   [value](const auto& each) { return each.first == value; });
    if (!there) member.values.emplace_back(value, type);
  }
  const std::string* find(std::string_view name) const {
    for (const Member& member : members_) {
      if (member.name == name) return &member.values.front().first;
    }
    return nullptr;
  }
  std::string write() const {
    std::string out = "{";
    for (const Member& member : members_) {
      if (out.size() > 1) out += ',';
      append_json_string(member.name, out);
      out += member.values.size() > 1 ? ":[" : ":";
      for (std::size_t i = 0; i < member.values.size(); ++i) {
        if (i != 0) out += ',';
        append_value(member.values[i], out);
      }
      if (member.values.size() > 1) out += ']';
    }
    return out + "}";
  }

 private:
  using Value = std::pair<std::string, ValueType>;
  struct Member {
    std::string name;
    std::vector<Value> values;
  };
  Member& at(std::string_view name) {
    for (Member& member : members_) {
      if (member.name == name) return member;
    }
    return members_.emplace_back(Member{std::string(name), {}});
  }
  static void append_value(const Value& value, std::string& out) {
    const auto& [text, type] = value;
    const bool number = type == ValueType::integer || type == ValueType::real;
    if (type == ValueType::null) {
      out += "null";
    } else if ((number && is_json_number(text)) ||
               (type == ValueType::boolean && is_any(text, {"true", "false"}))) {
      out += text;
    } else {
      append_json_string(text, out);
    }
  }
  std::vector<Member> members_;
};

/// Reads value after value; what they make is there at the end.
class Maker {
 public:
  Maker(int zone_minutes, AlertReading reading, std::vector<AlertFault>& faults)
      : zone_minutes_(zone_minutes), reading_(reading), faults_(faults) {}

  void take(const AlertValue& value) {
    if (value.type == ValueType::null) return;
    const FieldRow* const row = kByKey.find(value.name);
    if (row == nullptr) return keep(value);
    if (value.type == ValueType::boolean && row->role != Role::flag_early_warning &&
        row->role != Role::flag_drill) {
      return wrong(value, {"true and false are no value of this field", "此欄位不接受 true 或 false",
                           "send text or a number", "請填文字或數字"});
    }
    read(*row, value);
  }

  Alert finish() {
    if (alert_.source.empty())
      missing("source", "the name of who gives the alert, such as \"nsoc\"", "發出告警的單位，例如 \"nsoc\"");
    if (alert_.ref.empty()) {
      missing("source_ref", "the number that the alert has there; the same number again is the same alert",
              "該單位的告警編號；編號相同視為同一則告警");
    }
    front_.add("event.kind", "alert");
    front_.add("event.provider", alert_.source);
    front_.add("event.id", alert_.ref);
    const std::string* const rule = rest_.find("rule.name");
    const std::string* const reason = rest_.find("event.reason");
    std::string message = !title_.empty()     ? title_
                          : rule != nullptr   ? *rule
                          : reason != nullptr ? *reason
                                              : alert_.source + " " + alert_.ref;
    if (title_.empty() && message.size() > AlertLimits::kMessageBytesMax) {
      message.resize(AlertLimits::kMessageBytesMax);
      while (!message.empty() && !is_utf8(message)) message.pop_back();
    }
    front_.add("message", message);
    if (rule == nullptr) front_.add("rule.name", message);
    front_.add("observer.name", alert_.source);
    if (rest_.find("observer.type") == nullptr) front_.add("observer.type", "soc");
    alert_.document = front_.write();
    const std::string rest = rest_.write();
    if (rest.size() > 2) {
      alert_.document.back() = ',';
      alert_.document.append(rest, 1);
    }
    return std::move(alert_);
  }

 private:
  struct Words {
    std::string_view reason, reason_zh, remedy, remedy_zh;
  };

  void missing(std::string_view field, std::string_view remedy, std::string_view remedy_zh) {
    // What is there and wrong has been told.
    if (std::any_of(faults_.begin(), faults_.end(),
                    [field](const AlertFault& fault) { return fault.field == field; }))
      return;
    faults_.push_back({std::string(field), "it is missing", "缺少此欄位", remedy, remedy_zh});
  }

  void wrong(const AlertValue& value, const Words& words) {
    if (reading_ == AlertReading::lenient) return rest_.add("unread." + value.name, value.value);
    faults_.push_back({value.name, words.reason, words.reason_zh, words.remedy, words.remedy_zh});
  }

  /// A field nobody has given a meaning.
  void keep(const AlertValue& value) {
    const std::string_view name = value.name;
    const std::string_view first = name.substr(0, name.find('.'));
    // Names of ours and of other formats would say what they must not.
    if (is_decided(name) ||
        (!is_open_ecs_name(name) && (name.starts_with("event.") || name.starts_with("log."))) ||
        kSniffedNames.find(first) != nullptr || name.empty() || name == "tags") {
      return rest_.add("attributes." + value.name, value.value, value.type);
    }
    rest_.add(name, value.value, value.type);
  }

  /// What there can be only one of. A second one that says something else is kept, but as an attribute.
  bool is_second(std::string& there, const AlertValue& value) {
    if (there.empty()) return false;
    if (there != value.value) rest_.add("attributes." + value.name, value.value, value.type);
    return true;
  }

  void read(const FieldRow& row, const AlertValue& value) {
    const std::string_view text = trim(value.value);
    if (text.empty()) return;
    switch (row.role) {
      case Role::source:
        return read_name(value, alert_.source, AlertLimits::kSourceBytesMax);
      case Role::ref:
        return read_name(value, alert_.ref, AlertLimits::kRefBytesMax);
      case Role::title:
        if (!is_second(title_, value)) title_ = text;
        return;
      case Role::severity:
        return read_severity(value);
      case Role::level:
        if (const auto level = read_level(text))
          return rest_.add("level", std::to_string(*level), ValueType::integer);
        return wrong(value, {"it is no level", "不是事件等級", "0 (none) to 4", "0（無）至 4"});
      case Role::detected:
      case Role::time:
        return read_when(row, value);
      case Role::text:
        return rest_.add(row.name, text);
      case Role::word:
        return rest_.add(row.name, small(text));
      case Role::address:
        return read_address(row, value);
      case Role::port:
        if (const auto port = read_number(text); port && *port <= 65535 && is_json_integer(text)) {
          return rest_.add(row.name, text, ValueType::integer);
        }
        return wrong(value,
                     {"it is no port", "不是連接埠", "a whole number from 0 to 65535", "0 至 65535 的整數"});
      case Role::url:
        return rest_.add(row.name, text);
      case Role::user:
        rest_.add(row.name, text);
        return rest_.add("related.user", text);
      case Role::hash:
        return read_hash(value);
      case Role::flag_early_warning:
        return read_flag(value, alert_.early_warning);
      case Role::flag_drill:
        return read_flag(value, alert_.drill);
      case Role::indicator:
        return read_indicator(value);
    }
  }

  void read_name(const AlertValue& value, std::string& out, std::size_t bytes_max) {
    const std::string_view text = trim(value.value);
    if (value.type == ValueType::real) {
      return wrong(value, {"it is no whole number", "不是整數", "send it as text", "請以文字傳送"});
    }
    if (text.size() > bytes_max || has_control(text)) {
      return wrong(value, {"it is too long, or has control characters", "過長或含控制字元",
                           "one line: source of at most 128 bytes, source_ref of at most 256",
                           "單行：source 至多 128 位元組、source_ref 至多 256"});
    }
    if (out.empty() || out == text) {
      out = text;
      return;
    }
    wrong(value, {"it is given twice", "重複指定", "give it once", "只填一次"});
  }

  void read_severity(const AlertValue& value) {
    const std::string_view text = trim(value.value);
    if (const SeverityWord* const word = kSeverityWords.find(small(text)); word != nullptr) {
      rest_.add("event.severity", word->number, ValueType::integer);
      return rest_.add("log.level", word->level);
    }
    if (const auto number = read_number(text);
        number && *number <= AlertLimits::kSeverityMax && is_json_integer(text)) {
      return rest_.add("event.severity", text, ValueType::integer);
    }
    wrong(value, {"it is no severity", "不是嚴重程度",
                  "a whole number from 0 to 1000, or info, low, medium, high, critical",
                  "0 至 1000 的整數，或 info、low、medium、high、critical（資訊、低、中、高、嚴重）"});
  }

  void read_when(const FieldRow& row, const AlertValue& value) {
    std::string_view text = trim(value.value);
    const NoticeTime from = read_notice_time_at(text, zone_minutes_);
    if (!from.time_ns) return wrong_time(value);
    // A range: from when to when.
    std::string_view behind = trim(text.substr(from.length));
    const bool range = take_prefix(behind, "~") || take_prefix(behind, "～") || take_prefix(behind, "至") ||
                       take_prefix(behind, "- ");
    const auto until = range ? read_notice_time(behind, zone_minutes_) : std::nullopt;
    if (!behind.empty() && !until) return wrong_time(value);
    rest_.add(row.name, iso_time(*from.time_ns, zone_minutes_));
    if (until) rest_.add("event.end", iso_time(*until, zone_minutes_));
    if (row.role == Role::detected && !alert_.time_ns) alert_.time_ns = from.time_ns;
  }
  void wrong_time(const AlertValue& value) {
    wrong(value, {"it is no time", "不是時間",
                  "as 2026-11-20T14:59:00+08:00, 115/11/20 14:59, or seconds since 1970",
                  "例如 2026-11-20T14:59:00+08:00、115/11/20 14:59，或 1970 年起的秒數"});
  }

  /// Notices name several in one line, with ports and remarks: "192.0.2.1:80、[2001:db8::1]（NAT）".
  void read_address(const FieldRow& row, const AlertValue& value) {
    std::string text = value.value;
    if (reading_ == AlertReading::lenient) {
      for (const std::string_view mark : {"、", "，", "；", "（", "）"}) {
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at))
          text.replace(at, mark.size(), " ");
      }
    }
    bool remarks = false;
    std::vector<std::string> addresses;
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t end = rest.find_first_of(",; \t\n");
      std::string_view word = rest.substr(0, end);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      if (word.empty()) continue;
      std::string_view address = plain_address(word);
      if (address.empty() && reading_ == AlertReading::lenient) address = take_port(row, word);
      if (address.empty()) {
        remarks = true;
        continue;
      }
      Arena arena(256);
      addresses.emplace_back(normal_host(address, arena));
    }
    if (remarks || addresses.empty()) {
      wrong(value, {"it is no IP address", "不是 IP 位址",
                    "IPv4 or IPv6 without a port; names go into url or description",
                    "IPv4 或 IPv6，不含埠號；主機名稱請填於 url 或 description"});
    }
    for (const std::string& address : addresses) {
      rest_.add(row.name, address);
      rest_.add("related.ip", address);
    }
  }

  /// The address of "192.0.2.1:80" or "[2001:db8::1]:80", whose port is kept too; empty if it is none.
  std::string_view take_port(const FieldRow& row, std::string_view word) {
    const std::size_t colon = word.rfind(':');
    if (colon == std::string_view::npos) return {};
    const std::string_view address = plain_address(word.substr(0, colon));
    const auto port = read_number(word.substr(colon + 1));
    const bool bracket = word.front() == '[';
    if (address.empty() || !port || *port > 65535 ||
        (!bracket && address.find(':') != std::string_view::npos))
      return {};
    if (std::string name(row.name); take_back(name, "ip") && name.find("nat") == std::string::npos) {
      rest_.add(name + "port", std::to_string(*port), ValueType::integer);
    }
    return address;
  }
  static bool take_back(std::string& text, std::string_view end) {
    if (!std::string_view(text).ends_with(end)) return false;
    text.resize(text.size() - end.size());
    return true;
  }

  void read_hash(const AlertValue& value) {
    const std::string text = small(trim(value.value));
    const std::string_view kind = hash_kind(text);
    if (kind.empty()) {
      return wrong(value, {"it is no digest", "不是雜湊值", "MD5, SHA-1, SHA-256 or SHA-512 in hex",
                           "十六進位的 MD5、SHA-1、SHA-256 或 SHA-512"});
    }
    rest_.add("file.hash." + std::string(kind), text);
    rest_.add("related.hash", text);
  }

  void read_flag(const AlertValue& value, bool& out) {
    const bool given = is_any(value.value, {"true", "false"}) &&
                       (value.type == ValueType::boolean || reading_ == AlertReading::lenient);
    if (!given)
      return wrong(value, {"it is neither true nor false", "應為 true 或 false",
                           "true or false, without quotes", "true 或 false，不加引號"});
    out = value.value == "true";
    rest_.add(value.name, value.value, ValueType::boolean);
  }

  /// What the indicator is, its text says.
  void read_indicator(const AlertValue& value) {
    const std::string_view text = trim(value.value);
    if (const std::string_view address = plain_address(text); !address.empty()) {
      Arena arena(256);
      const std::string_view normal = normal_host(address, arena);
      rest_.add("threat.indicator.ip", normal);
      rest_.add("related.ip", normal);
    } else if (text.find("://") != std::string_view::npos) {
      rest_.add("threat.indicator.url.original", text);
    } else if (const std::string_view kind = hash_kind(text); !kind.empty()) {
      const std::string digest = small(text);
      rest_.add("threat.indicator.file.hash." + std::string(kind), digest);
      rest_.add("related.hash", digest);
    } else if (is_domain(text)) {
      rest_.add("threat.indicator.url.domain", small(text));
      rest_.add("related.hosts", small(text));
    } else {
      rest_.add("threat.indicator.name", text);
    }
  }

  const int zone_minutes_;
  const AlertReading reading_;
  std::vector<AlertFault>& faults_;
  Alert alert_;
  std::string title_;
  Members front_, rest_;
};

}  // namespace

Alert make_alert(const std::vector<AlertValue>& values, int zone_minutes, AlertReading reading,
                 std::vector<AlertFault>& faults) {
  Maker maker(zone_minutes, reading, faults);
  for (const AlertValue& value : values) maker.take(value);
  return maker.finish();
}

Alert read_alert(std::string_view json, int zone_minutes, std::vector<AlertFault>& faults) {
  Arena arena;
  JsonFields& fields = json_scratch();
  if (!json.starts_with('{') || !walk_json(json, arena, fields)) {
    faults.push_back({"", "it is not one JSON object", "不是 JSON 物件",
                      "one object for each alert, in UTF-8", "每則告警一個 JSON 物件，以 UTF-8 編碼"});
    return {};
  }
  std::vector<AlertValue> values;
  values.reserve(fields.leaves.size());
  for (const JsonField& leaf : fields.leaves)
    values.push_back({std::string(leaf.path), std::string(leaf.value), leaf.type});
  return make_alert(values, zone_minutes, AlertReading::strict, faults);
}

void append_alert_member(std::string_view name, std::string_view text, std::string& out) {
  out += ',';
  append_json_string(name, out);
  out += ':';
  append_json_string(text, out);
}

std::string alert_record(const Alert& alert, std::string_view hash, std::uint64_t revision) {
  std::string out = alert.document;
  out.pop_back();
  out += alert.beside;
  append_alert_member("event.hash", hash, out);
  if (revision > 1) out += ",\"event.sequence\":" + std::to_string(revision);
  return out + "}";
}

AlertMark read_alert_mark(std::string_view raw) {
  AlertMark mark;
  if (!raw.starts_with("{\"event.kind\":\"alert\",")) return mark;
  const JsonMember hash = find_json_member(raw, "event.hash");
  if (hash.is_string()) mark.hash = hash.value.substr(1, hash.value.size() - 2);
  mark.revision = read_number(find_json_member(raw, "event.sequence").value).value_or(1);
  return mark;
}

}  // namespace vigil
