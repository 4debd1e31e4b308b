#pragma once

#include <string_view>

#include "parsers/windows_labels.h"
#include "parsers/windows_record.h"

namespace vigil {

/// Reads a message as Windows renders it for people, English or Chinese, on many lines or put on one:
///
///   message = sentence *( label ":" value ) [ explanation ]
///   label   = heading / the name of a value             (windows_labels.cc)
///
///   An account failed to log on. Subject: Security ID: S-1-5-18 … Account For Which Logon Failed: Account Name: bob …
///   帳戶無法登入。 主旨: 安全性識別碼: S-1-5-18 … 登入失敗的帳戶: 帳戶名稱: bob …
///
/// Both become what EventData calls them: SubjectUserSid, TargetUserName. What stands before the first label is kept as
/// vendor.header. `event` is the event's number, 0 if unknown: then the sentence or the headings tell it. `first` is a heading
/// before the text, one that was taken for a syslog tag.
void read_windows_message(WindowsRecord& record, std::string_view text, unsigned event,
                          const WindowsLabel& first = {});

/// The number of the event that a message tells of, from its sentence or headings; 0 if neither says. Looks at the first
/// kilobyte.
unsigned windows_event_of_message(std::string_view text);

/// True if the text's first half kilobyte has labels that only Windows' messages have.
bool looks_like_windows_message(std::string_view text);

}  // namespace vigil
