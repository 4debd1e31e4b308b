#pragma once

#include "parsers/payload_writer.h"

namespace vigil {

/// FortiGate and its kin: pairs of key=value (key_value.h). All pairs stay under `vendor.<key>`, so that
/// Sigma rules written for FortiGate's own names find them; what ECS has a name for is there besides.
void parse_fortigate(PayloadWriter& out);

}  // namespace vigil
