#pragma once

#include <boost/json/array.hpp>
#include <vector>

#include "daemon/forwarder.h"
#include "daemon/prometheus.h"

namespace vigil {

/// Upstreams in /api/v1/status.
boost::json::array upstream_rows(const std::vector<const Forwarder*>& upstream, int zone_minutes);
/// And in /metrics.
void append_upstream_metrics(const std::vector<const Forwarder*>& upstream, Prometheus& out);

}  // namespace vigil
