#pragma once

#include "parsers/payload_writer.h"

namespace vigil {

/// Suricata EVE: one JSON object per event; `event_type` says which. What ECS has no name for stays under
/// `vendor.<path>`, arrays as several fields of one name.
void parse_eve(PayloadWriter& out);

}  // namespace vigil
