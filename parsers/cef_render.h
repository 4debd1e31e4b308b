#pragma once

#include <string>
#include <string_view>

#include "parsers/render.h"

namespace vigil {

/// Appends an event as one line of ArcSight CEF without LF, for SOCs that take nothing else:
///
///   CEF:0|vendor|product|version|event class|name|severity|key=value key=value …
///
/// Vendor, product and version are the observer's where there is one, else Vigil's. Values come from the event's ECS fields
/// (the table stands in cef_render.cc); what CEF has no key for is not there, the original is not repeated. In the header
/// `|` and `\`, in values `=` and `\` are escaped, line ends become `\n` and `\r`, and other control characters `\\xHH`, so
/// that no value can begin a field, a frame or a terminal's sequence (BI-93). Blanks around a value are left out.
///
/// Reading it with parse_cef gives these values back. `around.source` must be there.
void append_cef(const Event& event, const Surroundings& around, std::string_view version, std::string& out);

/// The header of RFC 3164 that CEF is sent behind: `<134>Nov 20 14:59:00 host `, in the source's own zone.
void append_cef_syslog_header(const Event& event, const Source& source, std::string& out);

}  // namespace vigil
