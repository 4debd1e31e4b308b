#pragma once

#include "parsers/payload_writer.h"

namespace vigil {

/// clamd, clamscan, clamonacc, clamav-milter and freshclam: `/path: Name FOUND`, `stream(10.0.0.5@53214):
/// Name FOUND`, `fd[10]: …`, `… OK`, `… ERROR`. Paths may hold ": ", so the line is read from the right.
void parse_clamav(PayloadWriter& out);

}  // namespace vigil
