#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include "parsers/payload_text.h"
#include "parsers/syslog_header.h"

namespace vigil {

/// What stands in front of every message of Cisco's systems, and of those who followed: %FACILITY-LEVEL-NAME.
///
///   tag      = 1*2"%" facility 1*( "-" part ) "-" level "-" name ( ":" / " " / end )
///   level    = "0" … "9"        of syslog; above 7 only in lists of tests
///
/// "%ASA-6-302013", "%SEC_LOGIN-SW2-5-LOGIN_SUCCESS", "%ASA-session-6-302013".
struct CiscoTag {
  std::string_view facility, level, name;
  std::string_view text;  ///< the message
};

/// Of a word alone, as the header's program is.
inline std::optional<CiscoTag> read_cisco_tag(std::string_view word) {
  if (!take_prefix(word, "%")) return std::nullopt;
  take_prefix(word, "%");
  constexpr std::size_t kTagMax = 128;
  for (std::size_t at = word.find('-'); at < std::min(word.size(), kTagMax); at = word.find('-', at + 1)) {
    if (at + 3 >= word.size() || !is_digit(word[at + 1]) || word[at + 2] != '-') continue;
    return CiscoTag{word.substr(0, at), word.substr(at + 1, 1), word.substr(at + 3), {}};
  }
  return std::nullopt;
}

/// Of a message: the tag is the header's program, or stands in front of the text because another program's name did.
inline std::optional<CiscoTag> find_cisco_tag(const SyslogHeader& header, std::string_view text) {
  if (header.app.starts_with('%')) {
    auto tag = read_cisco_tag(header.app);
    if (tag) tag->text = text;
    return tag;
  }
  if (!text.starts_with('%')) return std::nullopt;
  const std::size_t end = text.find_first_of(": ");
  auto tag = read_cisco_tag(text.substr(0, end));
  if (tag && end != std::string_view::npos)
    tag->text = trim_left(text.substr(text[end] == ':' ? end + 1 : end));
  return tag;
}

}  // namespace vigil
