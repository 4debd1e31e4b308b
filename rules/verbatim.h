#pragma once

#include <array>
#include <cstddef>
#include <span>
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

/// Where what rules look for stands in a message.
struct ShownText {
  /// A message that came inside a JSON document: itself, without the escapes the document writes it with, then what else the
  /// document says but for what its carrier tells of itself (`agent`, `input`, `log.file.path`), which no rule's literal is
  /// taken from. Any other message: its text.
  std::array<std::string_view, 10> parts;
  std::size_t count = 0;
  /// Something else in the document is written with escapes: its text does not show what a rule may look for, and every
  /// rule is asked.
  bool hidden = false;

  void add(std::string_view part) { parts[count++] = part; }
  std::span<const std::string_view> all() const { return {parts.data(), count}; }
};
ShownText shown_text(const SyslogHeader& header);

/// The text that keywords are looked for in, beside the fields: what the sender wrote, without a document around it.
std::string_view keyword_text(const SyslogHeader& header);

/// Whether the document writes anything with escapes, its message included.
bool hides_text(const SyslogHeader& header);

}  // namespace vigil::sigma
