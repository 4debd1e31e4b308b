#pragma once

#include <string_view>

#include "parsers/json_walk.h"
#include "parsers/payload_writer.h"
#include "parsers/windows_ecs.h"

namespace vigil {

/// What the event's System part says, whatever the sender calls it.
enum class WindowsPart : std::uint8_t {
  keep,  ///< a field that nothing else is derived from
  channel,
  provider,
  computer,
  event_id,
  keywords,
  event_type,  ///< AUDIT_FAILURE; but Sysmon's registry events have an EventType of their own
  outcome,
  level,
  user_name,
  user_domain,
  user_sid,
  user,  ///< DOMAIN\user
  message,
  vendor
};

/// A Windows event while it is read. Winlogbeat, NXLog, Snare, XML and plain text all fill it, so that an event looks the
/// same whichever way it came: `winlog.*`, `winlog.event_data.<Name>`, and ECS beside them.
class WindowsRecord {
 public:
  explicit WindowsRecord(PayloadWriter& out) : out_(out) {}

  /// A value of EventData (or UserData).
  void data(std::string_view name, std::string_view value, ValueType type = ValueType::text);
  void part(WindowsPart part, std::string_view value) { part_as(part, {}, value, ValueType::text); }

  /// A leaf of Winlogbeat's JSON, by its dotted path.
  void nested(const JsonField& leaf);
  /// A leaf of Wazuh's JSON: win.system.eventID, win.eventdata.targetUserName, whose first letter Windows writes large.
  void wazuh(const JsonField& leaf);
  /// A pair under NXLog's flat name: a part of System if it is one, else of EventData.
  void flat(std::string_view name, std::string_view value, ValueType type = ValueType::text);

  bool has_data() const { return has_data_; }  ///< EventData gave a value that ECS has a name for
  WindowsValues& values() { return values_; }
  PayloadWriter& out() { return out_; }
  /// Writes what follows from all of it.
  void finish() { add_windows_ecs(out_, values_); }

 private:
  void data_as(std::string_view full_name, std::string_view name, std::string_view value, ValueType type);
  void part_as(WindowsPart part, std::string_view name, std::string_view value, ValueType type,
               std::string_view own_name = {});

  PayloadWriter& out_;
  WindowsValues values_;
  bool has_data_ = false;
};

/// The text with TAB, LF, CR where rsyslog wrote #011, #012, #015 or our own decoding \x0d for them. A view of `text` if it
/// has none of those.
std::string_view without_control_escapes(std::string_view text, Arena& arena);

}  // namespace vigil
