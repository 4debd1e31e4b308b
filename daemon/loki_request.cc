#include "daemon/loki_request.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "daemon/api_support.h"
#include "parsers/render.h"
#include "storage/duration_text.h"

namespace vigil {

namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
/// 2200-01-01: no record is later, and lengths of time within stay far from overflow.
constexpr std::int64_t kLastNs = 7'258'118'400 * kSecondNs;

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<double> read_real(std::string_view text) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

LokiRefusal no_time(std::string_view name) {
  const std::string shown(name);
  return refusal(400, shown + " is no time: write nanoseconds or seconds since 1970, or RFC 3339",
                 shown + " 不是時間：請用 1970 年起的奈秒或秒，或 RFC 3339");
}

}  // namespace

LokiRefusal refusal(unsigned status, std::string_view what, std::string_view what_zh) {
  return {status, std::string(what), std::string(what_zh)};
}

LokiRefusal refusal(const QueryError& error, std::string_view query) {
  const std::string_view before = query.substr(0, error.position);
  const auto line = std::to_string(1 + std::count(before.begin(), before.end(), '\n'));
  const std::size_t begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  // Columns count characters, as an editor does.
  const auto column = std::to_string(
      1 + std::count_if(before.begin() + static_cast<std::ptrdiff_t>(begin), before.end(),
                        [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  return {
      400,
      "parse error at line " + line + ", col " + column + ": " + error.what + "; expected " + error.expected,
      "第 " + line + " 行第 " + column + " 字語法錯誤：" + error.what_zh + "；應為" + error.expected_zh};
}

LokiRefusal refusal(const StoreError& error) {
  return {error.code == StoreErrc::bad_argument ? 422U : 500U, error.what, error.what};
}

std::optional<std::int64_t> read_loki_time(std::string_view text) {
  std::optional<std::int64_t> ns;
  if (all_digits(text)) {
    const auto number = read_whole_number(text);
    if (number && *number <= static_cast<std::uint64_t>(kLastNs)) {
      ns = static_cast<std::int64_t>(*number);
      if (text.size() <= 10) *ns *= kSecondNs;
    }
  } else if (const auto seconds = read_real(text)) {
    if (*seconds >= 0 && *seconds < static_cast<double>(kLastNs / kSecondNs)) {
      const double whole = std::floor(*seconds);
      // The whole part by itself: a double has no room for nanoseconds since 1970.
      ns = static_cast<std::int64_t>(whole) * kSecondNs + std::llround((*seconds - whole) * 1e9);
    }
  } else if (text.find('T') != std::string_view::npos) {
    ns = read_time(text, 0);
  }
  if (!ns || *ns < 0 || *ns > kLastNs) return std::nullopt;
  return ns;
}

Loki<LokiSpan> read_span(const HttpRequest& request, std::int64_t now_ns, std::int64_t fallback_ns) {
  LokiSpan span;
  span.end_ns = now_ns;
  if (request.has("end")) {
    const auto end = read_loki_time(request.parameter("end"));
    if (!end) return no_time("end");
    span.end_ns = *end;
  }
  span.start_ns = std::max<std::int64_t>(span.end_ns - fallback_ns, 0);
  if (request.has("start")) {
    const auto start = read_loki_time(request.parameter("start"));
    if (!start) return no_time("start");
    span.start_ns = *start;
  } else if (request.has("since")) {
    const auto since = read_duration(request.parameter("since"));
    if (!since) return refusal(400, "since is no length of time such as 1h", "since 不是時間長度，例如 1h");
    span.start_ns = std::max<std::int64_t>(span.end_ns - *since, 0);
  }
  if (span.start_ns >= span.end_ns)
    return refusal(400, "end must be after start", "結束時間必須晚於起始時間");
  return span;
}

Loki<SampleTimes> read_times(const HttpRequest& request, const LokiSpan& span) {
  constexpr std::int64_t kDefaultPoints = 250;
  SampleTimes times;
  times.start_ns = span.start_ns;
  times.step_ns =
      std::max<std::int64_t>((span.end_ns - span.start_ns) / kDefaultPoints / kSecondNs, 1) * kSecondNs;
  if (request.has("step")) {
    const std::string_view text = request.parameter("step");
    const auto seconds = read_real(text);
    const auto length = read_duration(text);
    const bool sane = seconds && *seconds > 0 && *seconds < static_cast<double>(kLastNs / kSecondNs);
    times.step_ns = sane ? std::llround(*seconds * 1e9) : length.value_or(0);
    if (times.step_ns <= 0)
      return refusal(400, "step is no length of time: write seconds, or a length such as 15s",
                     "step 不是時間長度：請用秒數，或如 15s 的長度");
  }
  const std::int64_t points = (span.end_ns - span.start_ns) / times.step_ns + 1;
  if (points > kLokiPointsMax) {
    return refusal(
        400,
        "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step "
        "parameter",
        "每條數列最多 11,000 點，請加大 step");
  }
  times.count = static_cast<std::uint32_t>(points);
  return times;
}

Loki<std::uint64_t> read_lines(const HttpRequest& request, std::uint64_t fallback, std::uint64_t most) {
  if (!request.has("limit")) return Loki<std::uint64_t>(boost::system::in_place_value, fallback);
  const auto limit = read_whole_number(request.parameter("limit"));
  const std::string shown = std::to_string(most);
  if (!limit || *limit == 0 || *limit > most) {
    return refusal(400, "limit is a whole number from 1 to " + shown + " (max entries limit per query)",
                   "limit 需為 1 到 " + shown + " 的整數");
  }
  return Loki<std::uint64_t>(boost::system::in_place_value, *limit);
}

Loki<LogSelection> read_selection(std::string_view text) {
  if (text.empty()) return LogSelection{};
  auto query = LogqlQuery::parse(text);
  if (!query) return refusal(query.error(), text);
  if (query->selection() == nullptr)
    return refusal(400, "a selector such as {job=\"vigil\"} is meant here, not a metric",
                   "此處需為選擇器，例如 {job=\"vigil\"}");
  return std::get<LogSelection>(std::move(query->what));
}

ScanRange loki_range(const LokiSpan& span) {
  ScanRange range;
  range.organisations = {"*"};
  range.event_from_ns = span.start_ns;
  range.event_to_ns = span.end_ns;
  return range;
}

}  // namespace vigil
