#pragma once

#include <string_view>

#include "storage/stored_event.h"

namespace vigil {

/// Every level there is.
constexpr std::string_view kLogLevels[] = {"critical", "error", "warn", "info", "debug", "unknown"};

/// How bad a record says it is, in the words Grafana colours lines by: critical, error, warn, info, debug,
/// else unknown. By the priority of the record where it has one, else by what the
/// document calls its level.
std::string_view log_level(LazyEvent& subject);

}  // namespace vigil
