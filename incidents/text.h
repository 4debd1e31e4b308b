#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vigil {

/// What comes from a log and goes into a case or onto paper passes through here. Nothing in it is ever read
/// as a template, a format, markup or a header (BI-41, BI-91, BI-92): it is only made safe to show.

/// Valid UTF-8 of at most `bytes_max` bytes: bad bytes become U+FFFD, a longer text is cut at a character and
/// ends in "…". Control characters stay: this is the stored form.
std::string clean_text(std::string_view text, std::size_t bytes_max);

/// One line for people: control characters (CR and LF too) and bidi overrides become visible escapes.
std::string one_line(std::string_view text, std::size_t bytes_max = 512);

/// Text inside an HTML element or a quoted attribute.
void append_html(std::string_view text, std::string& out);
std::string html(std::string_view text);

/// "2026-11-20 14:59:07 +08:00": whole seconds, for people.
std::string shown_time(std::int64_t ns, int zone_minutes);
/// The same without its zone, where the text has said it once.
std::string local_time(std::int64_t ns, int zone_minutes);
/// "1,284".
std::string shown_count(std::uint64_t count);

}  // namespace vigil
