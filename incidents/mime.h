#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vigil {

/// The pieces of a mail (RFC 5322, 2045, 2047). Nothing given to them can start a header of its own: CR, LF
/// and other controls are gone before a value is encoded (BI-92).

std::string base64(std::string_view bytes);
/// The same in lines of 76 characters, CRLF after each.
std::string base64_lines(std::string_view bytes);

/// An unstructured header value: plain ASCII as it is, anything else as encoded words of at most 75
/// characters, folded.
std::string header_text(std::string_view value);
/// "=?UTF-8?B?…?= <a@b.example>", or the address alone where there is no name.
std::string header_address(std::string_view name, std::string_view address);

/// One usable address: printable ASCII without blanks, brackets, commas, semicolons, quotes or backslashes,
/// one '@' with something on both sides, at most 254 characters (RFC 5321 4.5.3.1).
bool is_mail_address(std::string_view address);

/// "Fri, 20 Nov 2026 14:59:07 +0800".
std::string mail_date(std::int64_t ns, int zone_minutes);

}  // namespace vigil
