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

/// True for a message inside a JSON document that may be written there with escapes which its own format does not have:
/// then the text does not show what a rule may look for, and every rule is asked.
bool hides_text(const SyslogHeader& header);

}  // namespace vigil::sigma
