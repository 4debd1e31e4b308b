#pragma once

#include <string_view>

#include "parsers/payload_writer.h"

namespace vigil {

/// Adds `2026-11-20 14:59:00`, a local time of the sender, under its ECS name (event.start, event.end) as ISO 8601 with the
/// source's time zone. Other texts are left out.
void add_local_time(PayloadWriter& out, std::string_view name, std::string_view text);

}  // namespace vigil
