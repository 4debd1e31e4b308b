#pragma once

#include <cstdint>
#include <string_view>

#include "parsers/payload_writer.h"

namespace vigil {

/// What a Windows event means in ECS, by its number within one family of channels.
enum class WindowsFamily : std::uint8_t {
  security,
  system,
  defender,
  sysmon,
  powershell,
  classic_powershell,
  terminal,  ///< remote desktop sessions
  other
};

struct WindowsEvent {
  WindowsFamily family;
  unsigned id;
  std::string_view category, type, action;
  Outcome outcome = Outcome::none;
};
/// The row for an event; null for those that have none (they keep their own fields only).
const WindowsEvent* windows_event(WindowsFamily family, unsigned id);

/// One channel: its family and Sigma's service name for it.
struct WindowsChannel {
  std::string_view key;
  std::string_view service;
  WindowsFamily family = WindowsFamily::other;
};
/// By the full channel name, any case; null for unknown ones.
const WindowsChannel* windows_channel(std::string_view channel);

/// Sigma's category for a Sysmon event ("process_creation" for 1 …); empty if it has none.
std::string_view sysmon_category(unsigned id);

/// True for Security events that tell of a logon, logoff or an attempt: what makes a message 登入日誌.
bool is_windows_logon(unsigned id);

/// The law's kinds of an event by its channel and number.
Kinds windows_channel_kinds(std::string_view channel, unsigned id);

/// "Interactive" for 2, "Network" for 3 …; empty for unknown ones.
std::string_view windows_logon_type(std::string_view number);

}  // namespace vigil
