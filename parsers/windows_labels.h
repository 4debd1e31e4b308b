#pragma once

#include <cstdint>
#include <string_view>

namespace vigil {

/// The parts of a rendered Windows message: under each, "Account Name" is another's.
enum class WindowsSection : std::uint8_t {
  none,
  subject,      ///< who acts
  logon,        ///< whose logon it is: New Logon, Account For Which Logon Failed
  credentials,  ///< Account Whose Credentials Were Used
  target,       ///< the account or group acted on
  member,       ///< who joins or leaves a group
  account,      ///< Account Information of Kerberos events
  process,
  target_process,
  provider,
  callout,
  filter,
  layer,
  sublayer,
  machine,  ///< Client Machine of a RADIUS event
  other
};

/// How far a label's value reaches.
enum class LabelUse : std::uint8_t {
  heading,  ///< opens a section, as a rule without a value
  word,     ///< one word: numbers, addresses, identifiers
  text,     ///< up to the next label or paragraph
  list      ///< up to the next label, whatever blanks are inside
};

struct WindowsLabel {
  std::string_view text;  ///< as Windows writes it before the colon
  std::string_view name;  ///< of EventData; by itself or below a section (windows_data_name)
  LabelUse use = LabelUse::text;
  WindowsSection section = WindowsSection::none;
};

/// The longest label, English or Chinese (zh-TW), that ends where `text` ends; null if none does. A label of one English
/// word must stand behind a blank; others may be glued to the value before, as messages put on one line have it.
const WindowsLabel* windows_label_at_end(std::string_view text);

/// What EventData calls that value below that section: Sid below Subject is SubjectUserSid.
std::string_view windows_data_name(WindowsSection section, std::string_view name);

/// The number of the event that a message's first sentence tells of, in either language; 0 for unknown ones.
unsigned windows_event_of_sentence(std::string_view text);

}  // namespace vigil
