#include "cli/times.h"

#include <charconv>
#include <chrono>
#include <ctime>

#include "config/asset_table.h"
#include "parsers/render.h"

namespace vigil::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kSpanSecondsMax = 100LL * 366 * 86'400;

bool complain_about(std::string_view option, std::string_view value, std::string_view form) {
  complain("--" + std::string(option) + " '" + std::string(value) +
           "': " + std::string(say("expected ", "格式應為 ")) + std::string(form));
  return false;
}

}  // namespace

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

int local_zone_minutes(std::int64_t at_ns) {
  const std::time_t seconds = at_ns / kSecond;
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return 0;
  return static_cast<int>(local.tm_gmtoff / 60);
}

std::optional<std::int64_t> read_local_time(std::string_view text) {
  std::string iso(text);
  // "2026-11-20 14:00" is what people type; RFC 3339 wants a T and seconds.
  if (iso.size() > 10 && iso[10] == ' ') iso[10] = 'T';
  if (iso.size() == 16 && iso[10] == 'T') iso += ":00";
  const auto first = read_time(iso, local_zone_minutes(now_ns()));
  if (!first) return std::nullopt;
  // The offset that counts is the one of that day, which may not be today's.
  return read_time(iso, local_zone_minutes(*first));
}

std::optional<std::int64_t> read_span_ns(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const std::int64_t factor = unit == "s"   ? 1
                              : unit == "m" ? 60
                              : unit == "h" ? 3600
                              : unit == "d" ? 86'400
                              : unit == "w" ? 7 * 86'400
                                            : 0;
  if (factor == 0 || number > kSpanSecondsMax / factor) return std::nullopt;
  return number * factor * kSecond;
}

std::optional<int> read_zone_minutes(std::string_view text, std::int64_t at_ns) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() >= 3 && (text[0] == '+' || text[0] == '-')) {
    std::string digits;
    for (const char c : text.substr(1)) {
      if (c != ':') digits += c;
    }
    if (digits.size() == 2) digits += "00";
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool good = digits.size() == 4 && error == std::errc() && end == digits.data() + digits.size();
    if (!good || value % 100 > 59 || value / 100 > 18) return std::nullopt;
    const int minutes = value / 100 * 60 + value % 100;
    return text[0] == '-' ? -minutes : minutes;
  }
  const std::string name(text);
  return zone_known(name) ? std::optional(zone_offset_minutes(name, at_ns)) : std::nullopt;
}

std::optional<TimeRange> read_time_range(const Arguments& arguments) {
  TimeRange range;
  const std::int64_t now = now_ns();
  std::optional<std::int64_t> from, to;
  if (const auto since = arguments.get("since")) {
    const auto span = read_span_ns(*since);
    if (!span) {
      complain_about("since", *since, "30m, 24h, 7d, 2w");
      return std::nullopt;
    }
    from = now - *span;
    if (arguments.has("from")) {
      complain(say("--since and --from exclude each other", "--since 與 --from 不能同時使用"));
      return std::nullopt;
    }
  }
  constexpr std::string_view kForm = "2026-11-20, 2026-11-20T14:00:00+08:00";
  for (const auto& [name, bound] :
       {std::pair<std::string_view, std::optional<std::int64_t>*>{"from", &from}, {"to", &to}}) {
    const auto text = arguments.get(name);
    if (!text) continue;
    *bound = read_local_time(*text);
    if (!*bound) {
      complain_about(name, *text, kForm);
      return std::nullopt;
    }
  }
  if (from && to && *from >= *to) {
    complain(say("--from must be before --to", "--from 必須早於 --to"));
    return std::nullopt;
  }
  if (from) range.from = iso_time(*from, local_zone_minutes(*from));
  if (to) range.to = iso_time(*to, local_zone_minutes(*to));
  return range;
}

}  // namespace vigil::cli
