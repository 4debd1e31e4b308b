#pragma once

#include <string_view>

#include "parsers/payload_writer.h"

namespace vigil {

/// Reads a line of Exim's main log (without its time): messages that arrived, were delivered, deferred, completed; refused
/// clients; failed authentications.
void parse_exim_line(PayloadWriter& out, std::string_view text);

/// Whether what follows the time of a line is Exim's.
bool is_exim_line(std::string_view text);

}  // namespace vigil
