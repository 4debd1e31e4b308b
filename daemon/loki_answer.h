#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/http_server.h"
#include "daemon/loki_request.h"

namespace vigil {

/// Lines by their labels, as Loki answers them.
struct LokiStreams {
  struct Line {
    std::int64_t ns = 0;
    std::string text;
  };
  std::map<Labels, std::vector<Line>> streams;
  std::uint64_t lines = 0;
};

// Bodies of Loki's answers, in JSON.
std::string streams_body(LokiStreams& found, bool newest_first, const ScanCost& cost);
std::string matrix_body(const MetricAnswer& metric, const SampleTimes& times);
/// `scalar`, or a vector of the samples at the one moment.
std::string instant_body(const MetricAnswer& metric, const SampleTimes& times);
/// `{"status":"success","data":["…",…]}`
std::string names_body(const std::vector<std::string>& names);
std::string label_sets_body(const std::vector<Labels>& sets);

void reply_refusal(HttpAnswer& answer, const LokiRefusal& refused);

void append_labels(const Labels& labels, std::string& out);
/// A number as Loki writes samples: "2", "0.5", "NaN", "+Inf".
std::string sample_text(double value);

}  // namespace vigil
