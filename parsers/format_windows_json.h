#pragma once

#include "parsers/payload_writer.h"

namespace vigil {

/// Windows events in JSON: Winlogbeat's nested `winlog.*` and NXLog's flat names alike become
/// `winlog.channel`, `winlog.event_data.<Name>` and so on, and the events that matter get ECS category,
/// outcome, user, address, process.
void parse_windows_json(PayloadWriter& out);

}  // namespace vigil
