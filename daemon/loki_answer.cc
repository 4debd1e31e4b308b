#include "daemon/loki_answer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "daemon/api_support.h"
#include "parsers/render.h"

namespace vigil {

namespace {

constexpr std::string_view kSuccess = R"({"status":"success","data":)";

/// Seconds since 1970, with as much of a fraction as there is.
void append_seconds(std::int64_t ns, std::string& out) {
  constexpr std::int64_t kMilli = 1'000'000;
  const std::int64_t ms = ns / kMilli;
  out += std::to_string(ms / 1000);
  if (ms % 1000 == 0) return;
  const std::string fraction = std::to_string(1000 + ms % 1000);
  out += "." + fraction.substr(1);
}

void append_sample(std::int64_t ns, double value, std::string& out) {
  out += "[";
  append_seconds(ns, out);
  out += ",\"" + sample_text(value) + "\"]";
}

std::string stats_json(const ScanCost& cost, std::uint64_t lines) {
  return R"({"summary":{"totalBytesProcessed":)" + std::to_string(cost.raw_bytes) +
         R"(,"totalLinesProcessed":)" + std::to_string(cost.records_seen) + R"(,"totalEntriesReturned":)" +
         std::to_string(lines) + "}}";
}

/// A success whose data is a list.
template <class Item, class Append>
std::string list_body(const std::vector<Item>& items, Append append) {
  std::string out(kSuccess);
  out.push_back('[');
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out.push_back(',');
    append(items[i], out);
  }
  return out + "]}\n";
}

}  // namespace

std::string sample_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end.ptr};
}

void append_labels(const Labels& labels, std::string& out) {
  out.push_back('{');
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_json_string(labels[i].first, out);
    out.push_back(':');
    append_json_string(labels[i].second, out);
  }
  out.push_back('}');
}

std::string streams_body(LokiStreams& found, bool newest_first, const ScanCost& cost) {
  std::string out(kSuccess);
  out += R"({"resultType":"streams","result":[)";
  bool first_stream = true;
  for (auto& [labels, lines] : found.streams) {
    // Records come in order of arrival; a stream's lines stand in that of their times.
    std::stable_sort(lines.begin(), lines.end(),
                     [newest_first](const LokiStreams::Line& a, const LokiStreams::Line& b) {
                       return newest_first ? a.ns > b.ns : a.ns < b.ns;
                     });
    out += std::exchange(first_stream, false) ? R"({"stream":)" : R"(,{"stream":)";
    append_labels(labels, out);
    out += R"(,"values":[)";
    for (std::size_t i = 0; i < lines.size(); ++i) {
      out += (i > 0 ? ",[\"" : "[\"") + std::to_string(lines[i].ns) + "\",";
      append_json_string(lines[i].text, out);
      out.push_back(']');
    }
    out += "]}";
  }
  return out + R"(],"stats":)" + stats_json(cost, found.lines) + "}}\n";
}

std::string matrix_body(const MetricAnswer& metric, const SampleTimes& times) {
  std::string out(kSuccess);
  out += R"({"resultType":"matrix","result":[)";
  bool first_series = true;
  for (const Series& series : metric.series) {
    out += std::exchange(first_series, false) ? R"({"metric":)" : R"(,{"metric":)";
    append_labels(series.labels, out);
    out += R"(,"values":[)";
    bool first_sample = true;
    for (std::uint32_t i = 0; i < times.count; ++i) {
      if (!series.present[i]) continue;
      if (!std::exchange(first_sample, false)) out.push_back(',');
      append_sample(times.at(i), series.values[i], out);
    }
    out += "]}";
  }
  return out + R"(],"stats":)" + stats_json(metric.cost, 0) + "}}\n";
}

std::string instant_body(const MetricAnswer& metric, const SampleTimes& times) {
  std::string out(kSuccess);
  if (metric.scalar && !metric.series.empty()) {
    out += R"({"resultType":"scalar","result":)";
    append_sample(times.start_ns, metric.series.front().values.front(), out);
    return out + R"(,"stats":)" + stats_json(metric.cost, 0) + "}}\n";
  }
  out += R"({"resultType":"vector","result":[)";
  bool first_series = true;
  for (const Series& series : metric.series) {
    out += std::exchange(first_series, false) ? R"({"metric":)" : R"(,{"metric":)";
    append_labels(series.labels, out);
    out += R"(,"value":)";
    append_sample(times.start_ns, series.values.front(), out);
    out.push_back('}');
  }
  return out + R"(],"stats":)" + stats_json(metric.cost, 0) + "}}\n";
}

std::string names_body(const std::vector<std::string>& names) {
  return list_body(names, [](const std::string& name, std::string& out) { append_json_string(name, out); });
}

std::string label_sets_body(const std::vector<Labels>& sets) {
  return list_body(sets, [](const Labels& labels, std::string& out) { append_labels(labels, out); });
}

void reply_refusal(HttpAnswer& answer, const LokiRefusal& refused) {
  std::string out = R"({"status":"error","errorType":"bad_data","message":)";
  append_json_string(refused.what, out);
  out += R"(,"error":)";
  append_json_string(refused.what, out);
  out += R"(,"message_zh":)";
  append_json_string(refused.what_zh, out);
  answer.reply(refused.status, kJson, out + "}\n");
}

}  // namespace vigil
