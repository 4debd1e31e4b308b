#include "rules/watchlist.h"

#include <algorithm>

#include "parsers/charset.h"
#include "parsers/timestamp.h"

namespace vigil {

std::string_view watchlist_format_name(WatchlistFormat format) {
  constexpr std::string_view kNames[] = {"auto", "text", "csv", "stix", "misp"};
  return kNames[static_cast<std::size_t>(format) % std::size(kNames)];
}

std::optional<WatchlistFormat> watchlist_format_from_name(std::string_view name) {
  for (const WatchlistFormat each : {WatchlistFormat::automatic, WatchlistFormat::text, WatchlistFormat::csv,
                                     WatchlistFormat::stix, WatchlistFormat::misp}) {
    if (watchlist_format_name(each) == name) return each;
  }
  return std::nullopt;
}

namespace detail {

bool WatchlistSink::add(std::optional<IndicatorKind> kind, std::string_view value, Indicator row) {
  if (full_) return false;
  if (!kind) kind = defaults_.kind;
  auto normal = normal_indicator(kind, value, defaults_.danger);
  if (!normal) {
    refuse(value, normal.error().reason);
    return true;
  }
  row.kind = normal->kind;
  row.value = std::move(normal->value);
  row.added_ns = defaults_.now_ns;
  if (row.source.empty()) row.source = defaults_.source;
  if (row.tlp.empty()) row.tlp = defaults_.tlp;
  if (row.confidence < 0) row.confidence = defaults_.confidence;
  if (row.expires_ns == 0 && defaults_.lifetime_ns != 0) {
    row.expires_ns = (defaults_.seen_ns != 0 ? defaults_.seen_ns : defaults_.now_ns) + defaults_.lifetime_ns;
  }
  if (row.expires_ns != 0 && row.expires_ns <= defaults_.now_ns) {
    pass_over();
    return true;
  }
  if (out_.table.size() >= limits_.indicators_max) {
    full_ = true;
    refuse(value, {"more than " + std::to_string(limits_.indicators_max) + " indicators: the rest was not read - split the list",
                   "超過 " + std::to_string(limits_.indicators_max) + " 筆，其餘未讀入，請拆分名單"});
    return false;
  }
  if (!out_.table.add(row, 0)) ++out_.doubled;
  return true;
}

void WatchlistSink::refuse(std::string_view value, Sentence reason) {
  ++out_.refused;
  if (out_.problems.size() >= limits_.problems_max) return;
  std::size_t most = std::min<std::size_t>(value.size(), 200);
  while (most > 0 && most < value.size() && (static_cast<unsigned char>(value[most]) & 0xC0U) == 0x80U) --most;
  out_.problems.push_back({line_, path_, std::string(value.substr(0, most)), std::move(reason)});
}

void read_watchlist_text(std::string_view text, WatchlistSink& sink) {
  std::size_t number = 0;
  while (!text.empty() && !sink.full()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    std::string_view line = text.substr(0, end);
    const bool crlf = text.substr(end, 2) == "\r\n";
    text.remove_prefix(std::min(text.size(), end + (crlf ? 2 : 1)));
    sink.at_line(++number);
    const std::size_t from = line.find_first_not_of(" \t");
    if (from == std::string_view::npos || line[from] == '#' || line[from] == ';') continue;
    line.remove_prefix(from);
    Indicator row;
    // What follows a blank and '#' or ';' is a comment; a URL's own '#' has no blank before it.
    for (const std::string_view mark : {" #", "\t#", " ;", "\t;"}) {
      const std::size_t at = line.find(mark);
      if (at == std::string_view::npos) continue;
      row.comment = line.substr(std::min(line.size(), at + mark.size()));
      row.comment.erase(0, row.comment.find_first_not_of(" \t"));
      line = line.substr(0, at);
    }
    sink.add(std::nullopt, line, std::move(row));
  }
}

std::optional<std::int64_t> read_list_time(std::string_view text) {
  if (text.size() == 10 && text[4] == '-' && text[7] == '-') return read_list_time(std::string(text) + "T00:00:00Z");
  const bool digits = !text.empty() && text.size() <= 13 &&
                      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits && text.size() >= 9) {
    const long long number = std::stoll(std::string(text));
    return text.size() > 11 ? number * 1'000'000 : number * 1'000'000'000;
  }
  const TimestampRead read = read_iso_timestamp(text, 0);
  return read.length == text.size() ? read.time_ns : std::nullopt;
}

}  // namespace detail

WatchlistReading read_watchlist(std::string_view bytes, WatchlistFormat format, const WatchlistDefaults& defaults,
                                const WatchlistLimits& limits) {
  WatchlistReading out;
  detail::WatchlistSink sink(out, defaults, limits);
  const auto too_large = [&](std::size_t most) {
    sink.refuse({}, {"larger than " + std::to_string(most >> 20U) + " MB - split the list",
                     "超過 " + std::to_string(most >> 20U) + " MB，請拆分名單"});
  };
  out.format = format == WatchlistFormat::automatic ? WatchlistFormat::text : format;
  if (bytes.size() > limits.text_bytes_max) {
    too_large(limits.text_bytes_max);
    return out;
  }
  Arena arena;
  const std::string_view text = decode_text(bytes, Charset::automatic, Controls::kept, arena).text;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    sink.refuse({}, {"the list is empty", "名單沒有內容"});
    return out;
  }
  const bool json = text[first] == '{' || (text[first] == '[' && text.find_first_of("{]", first) != std::string_view::npos &&
                                           text[text.find_first_of("{]", first)] == '{');
  if (format == WatchlistFormat::stix || format == WatchlistFormat::misp || (format == WatchlistFormat::automatic && json)) {
    if (text.size() > limits.json_bytes_max) {
      too_large(limits.json_bytes_max);
      return out;
    }
    out.format = detail::read_watchlist_json(text, format, sink);
  } else if (format == WatchlistFormat::csv || (format == WatchlistFormat::automatic && detail::resembles_csv(text))) {
    out.format = WatchlistFormat::csv;
    detail::read_watchlist_csv(text, sink);
  } else {
    detail::read_watchlist_text(text, sink);
  }
  return out;
}

}  // namespace vigil
