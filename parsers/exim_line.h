#pragma once

#include <string_view>

#include "parsers/payload_writer.h"

/// Lines of Exim's main log, be they in its file or by syslog.
namespace vigil {

/// "2026-11-20 14:59:00 1rABCD-0001ab-2C <= …": a message's id, behind a time and a process where there are some.
bool is_exim_line(std::string_view text);

/// Reads who sent what to whom; false if it is no line about a message.
bool parse_exim(PayloadWriter& out, std::string_view text);

/// "<bob@example.com>" without its angles.
std::string_view without_angles(std::string_view address);

}  // namespace vigil
