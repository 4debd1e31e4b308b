#pragma once

#include <string>

#include "daemon/loki_answer.h"

namespace vigil {

// What Grafana's Loki data source asks; each gives the body of its answer (docs/loki.md).

Loki<std::string> loki_query(const LokiParts& parts, const HttpRequest& request);
Loki<std::string> loki_query_range(const LokiParts& parts, const HttpRequest& request);
Loki<std::string> loki_format_query(const LokiParts& parts, const HttpRequest& request);
Loki<std::string> loki_volume(const LokiParts& parts, const HttpRequest& request);
Loki<std::string> loki_volume_range(const LokiParts& parts, const HttpRequest& request);

Loki<std::string> loki_labels(const LokiParts& parts, const HttpRequest& request);
Loki<std::string> loki_label_values(const LokiParts& parts, const HttpRequest& request,
                                    const std::string& label);
Loki<std::string> loki_field_values(const LokiParts& parts, const HttpRequest& request,
                                    const std::string& label);
Loki<std::string> loki_series(const LokiParts& parts, const HttpRequest& request);
Loki<std::string> loki_index_stats(const LokiParts& parts, const HttpRequest& request);
Loki<std::string> loki_detected_labels(const LokiParts& parts, const HttpRequest& request);
Loki<std::string> loki_detected_fields(const LokiParts& parts, const HttpRequest& request);

}  // namespace vigil
