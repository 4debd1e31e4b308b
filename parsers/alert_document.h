#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/event.h"

namespace vigil {

/// One thing that an alert says, under a name of docs/alerts.md ("src_ip", "rule.name") or any other.
struct AlertValue {
  std::string name, value;  ///< both UTF-8
  ValueType type = ValueType::text;
};

/// Why an alert is not taken: which field, what is wrong with it, and what to write instead.
struct AlertFault {
  std::string field;
  std::string_view reason, reason_zh, remedy, remedy_zh;
};

/// An alert of a SOC, or an early-warning ticket, as it is stored: one flat JSON document under ECS names, which the generic
/// JSON format reads.
struct Alert {
  std::string source, ref;  ///< who gives it, and the number it has there: together they are that alert
  std::optional<std::int64_t> time_ns;
  bool early_warning = false, drill = false;
  std::string document;  ///< `{…}`: what it says
  std::string beside;    ///< members behind it, each after a comma, that may differ when it comes again
};

struct AlertLimits {
  static constexpr std::size_t kSourceBytesMax = 128;  ///< becomes a name in the table of senders
  static constexpr std::size_t kRefBytesMax = 256;
  static constexpr std::size_t kMessageBytesMax =
      1024;                                            ///< of a description that has to stand in for a title
  static constexpr unsigned kLevelMax = 4;             ///< 事件等級 1 to 4; 0: none
  static constexpr std::uint64_t kSeverityMax = 1000;  ///< no scale that is in use goes further
};

/// What becomes of a value that its field cannot have.
enum class AlertReading : std::uint8_t {
  strict,  ///< a fault: its sender is a program that can be told
  lenient  ///< kept as it stands, under `unread.<field>`: nobody is there to be told
};

/// An alert made of what was said about it. `zone_minutes` is that of times without a zone. Faults are added in the order of
/// the values, those of missing fields last; with one the alert is not to be used.
Alert make_alert(const std::vector<AlertValue>& values, int zone_minutes, AlertReading reading,
                 std::vector<AlertFault>& faults);

/// Reads one JSON object of `POST /api/v1/alerts`, strictly.
Alert read_alert(std::string_view json, int zone_minutes, std::vector<AlertFault>& faults);

/// The bytes that are stored. `hash` is the store's own mark of which alert it is and what it says; a revision beyond the
/// first is told as `event.sequence`.
std::string alert_record(const Alert& alert, std::string_view hash, std::uint64_t revision);

/// The mark and the revision of a stored alert; an empty mark if `raw` is none.
struct AlertMark {
  std::string_view hash;
  std::uint64_t revision = 1;
};
AlertMark read_alert_mark(std::string_view raw);

/// Appends `,"name":"text"`.
void append_alert_member(std::string_view name, std::string_view text, std::string& out);

}  // namespace vigil
