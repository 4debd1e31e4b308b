#include "daemon/loki_query.h"

#include <algorithm>

#include "parsers/charset.h"
#include "parsers/render.h"
#include "storage/label_names.h"

namespace vigil {

namespace {

constexpr std::int64_t kHourNs = 3'600'000'000'000;
/// Lines and labels of one answer: five thousand lines may each be as long as a frame.
constexpr std::size_t kAnswerBytesMax = 64 * 1024 * 1024;

/// What the event shows as `event.original`: control characters stay, JSON has its own way to write them.
std::string line_of(const SearchRow& row) {
  const SyslogHeader& header = row.event->header;
  if (!header.tags.has(Tag::ctrl)) return std::string(header.text);
  Arena arena;
  return std::string(decode_text(row.record->raw, row.record->source->charset, Controls::kept, arena).text);
}

Loki<std::string> answer_lines(const LokiParts& parts, const HttpRequest& request,
                               const LogSelection& selection, const LokiSpan& span) {
  const auto limit = read_lines(request, kLokiLines, kLokiLinesMax);
  if (!limit) return limit.error();
  const std::string_view direction = request.parameter("direction", "backward");
  const bool newest_first = direction == "backward" || direction == "BACKWARD";
  if (!newest_first && direction != "forward" && direction != "FORWARD")
    return refusal(400, "direction is backward or forward", "direction 需為 backward 或 forward");
  SearchRequest wanted;
  wanted.range = loki_range(span);
  wanted.range.newest_first = newest_first;
  wanted.limit = *limit;
  wanted.cancelled = &parts.cancelled;
  const LabelReader reader(selection);
  LazyEvent subject;
  LokiStreams found;
  Labels labels;
  std::size_t bytes = 0;
  const auto done = search(parts.archive, selection.query(), wanted, [&](const SearchRow& row) {
    subject.reset(*row.record, *row.event);
    reader.read(subject, labels);
    bytes += row.record->raw.size();
    for (const auto& [name, value] : labels) bytes += name.size() + value.size();
    if (bytes > kAnswerBytesMax) return false;
    found.streams[labels].push_back({row.record->event_ns, line_of(row)});
    ++found.lines;
    return true;
  });
  if (bytes > kAnswerBytesMax)
    return refusal(422, "the answer would be larger than 64 MiB: lower limit, or narrow the selector",
                   "結果超過 64 MiB：請降低 limit 或縮小選擇範圍");
  if (!done) return refusal(done.error());
  return streams_body(found, newest_first, done->cost);
}

Loki<MetricAnswer> answer_metric(const LokiParts& parts, const MetricExpr& metric, const SampleTimes& times) {
  MetricRequest wanted;
  wanted.organisations = {"*"};
  wanted.times = times;
  wanted.cancelled = &parts.cancelled;
  auto answered = evaluate_metric(parts.archive, metric, wanted);
  if (!answered) return refusal(answered.error());
  return *std::move(answered);
}

/// Bytes by label over a range: `sum by (…) (bytes_over_time({…}[range]))`.
Loki<MetricExpr> volume_metric(const HttpRequest& request, std::int64_t range_ns) {
  auto selection = read_selection(request.parameter("query"));
  if (!selection) return selection.error();
  VectorAggregation sum;
  sum.grouping.emplace();
  // As Loki: without target labels by those that the selector names.
  std::string_view names = request.parameter("targetLabels");
  if (names.empty()) sum.grouping->labels = selection->matched;
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    if (comma > 0) sum.grouping->labels.emplace_back(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 1, names.size()));
    if (sum.grouping->labels.size() > LogqlQuery::kNestingMax)
      return refusal(400, "too many targetLabels", "targetLabels 太多");
  }
  RangeAggregation range;
  range.function = RangeFunction::bytes_over_time;
  range.selection = *std::move(selection);
  range.range_ns = range_ns;
  sum.of.push_back(MetricExpr{std::move(range)});
  return MetricExpr{std::move(sum)};
}

/// The largest `limit` series, most first.
void keep_largest(MetricAnswer& metric, std::uint64_t limit) {
  const auto total = [](const Series& series) {
    double sum = 0;
    for (const double value : series.values) sum += value;
    return sum;
  };
  std::stable_sort(metric.series.begin(), metric.series.end(),
                   [&](const Series& a, const Series& b) { return total(a) > total(b); });
  if (metric.series.size() > limit)
    metric.series.erase(metric.series.begin() + static_cast<std::ptrdiff_t>(limit), metric.series.end());
}

}  // namespace

Loki<std::string> loki_query(const LokiParts& parts, const HttpRequest& request) {
  const std::string_view text = request.parameter("query");
  const auto query = LogqlQuery::parse(text);
  if (!query) return refusal(query.error(), text);
  if (query->metric() == nullptr) {
    return refusal(400,
                   "log queries are not supported as an instant query type, please change your query to a "
                   "range query type",
                   "即時查詢僅支援統計式，查詢紀錄請改用區間查詢（range）");
  }
  SampleTimes times;
  times.start_ns = parts.now_ns;
  if (request.has("time")) {
    const auto at = read_loki_time(request.parameter("time"));
    if (!at)
      return refusal(400, "time is no time: write nanoseconds or seconds since 1970, or RFC 3339",
                     "time 不是時間：請用 1970 年起的奈秒或秒，或 RFC 3339");
    times.start_ns = *at;
  }
  const auto metric = answer_metric(parts, *query->metric(), times);
  if (!metric) return metric.error();
  return instant_body(*metric, times);
}

Loki<std::string> loki_query_range(const LokiParts& parts, const HttpRequest& request) {
  const std::string_view text = request.parameter("query");
  const auto query = LogqlQuery::parse(text);
  if (!query) return refusal(query.error(), text);
  const auto span = read_span(request, parts.now_ns, kHourNs);
  if (!span) return span.error();
  if (query->selection() != nullptr) return answer_lines(parts, request, *query->selection(), *span);
  const auto times = read_times(request, *span);
  if (!times) return times.error();
  const auto metric = answer_metric(parts, *query->metric(), *times);
  if (!metric) return metric.error();
  return matrix_body(*metric, *times);
}

Loki<std::string> loki_format_query(const LokiParts&, const HttpRequest& request) {
  const std::string_view text = request.parameter("query");
  const auto query = LogqlQuery::parse(text);
  if (!query) return refusal(query.error(), text);
  std::string out = R"({"status":"success","data":)";
  append_json_string(text, out);
  return out + "}\n";
}

Loki<std::string> loki_volume(const LokiParts& parts, const HttpRequest& request) {
  const auto span = read_span(request, parts.now_ns, kHourNs);
  if (!span) return span.error();
  const auto limit = read_lines(request, kLokiLines, kLokiLinesMax);
  if (!limit) return limit.error();
  const auto metric = volume_metric(request, span->end_ns - span->start_ns);
  if (!metric) return metric.error();
  SampleTimes times;
  times.start_ns = span->end_ns;
  auto answered = answer_metric(parts, *metric, times);
  if (!answered) return answered.error();
  keep_largest(*answered, *limit);
  return instant_body(*answered, times);
}

Loki<std::string> loki_volume_range(const LokiParts& parts, const HttpRequest& request) {
  const auto span = read_span(request, parts.now_ns, kHourNs);
  if (!span) return span.error();
  const auto limit = read_lines(request, kLokiLines, kLokiLinesMax);
  if (!limit) return limit.error();
  const auto times = read_times(request, *span);
  if (!times) return times.error();
  const auto metric = volume_metric(request, times->step_ns);
  if (!metric) return metric.error();
  auto answered = answer_metric(parts, *metric, *times);
  if (!answered) return answered.error();
  keep_largest(*answered, *limit);
  return matrix_body(*answered, *times);
}

}  // namespace vigil
