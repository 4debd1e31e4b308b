#pragma once

#include <string_view>

#include "parsers/event.h"

namespace vigil::sigma {

/// True if a field of that name holds, in messages of that format, what the sender wrote; false if our parsers
/// computed it (event.category, observer.vendor, …). Keywords look only at what the sender wrote, and the prefilter
/// takes its literals only from there.
bool is_verbatim(std::string_view field, Format format);

/// True if the character stands for itself in the raw text of that format wherever a field's value holds it: JSON
/// escapes quotes, backslashes and perhaps slashes, CEF also `=` and `|`, key=value quotes and backslashes.
bool stands_for_itself(char c, Format format);

/// Where rules' words stand of a message that came inside a JSON document.
struct ShownText {
  /// The message without the escapes the document writes it with, to be looked through beside SyslogHeader::text.
  std::string_view beside;
  /// Something else in the document is written with escapes: its text does not show what a rule may look for, and every
  /// rule is asked.
  bool hidden = false;
};
ShownText shown_text(const SyslogHeader& header);

/// Whether the document writes anything with escapes, its message included.
bool hides_text(const SyslogHeader& header);

}  // namespace vigil::sigma
