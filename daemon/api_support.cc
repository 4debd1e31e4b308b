#include "daemon/api_support.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "parsers/render.h"

namespace vigil {

namespace json = boost::json;

/// The text between `prefix` and `suffix` of a path; empty if it does not fit or holds a slash.
std::string_view between(std::string_view path, std::string_view prefix, std::string_view suffix) {
  if (!path.starts_with(prefix) || !path.ends_with(suffix) || path.size() < prefix.size() + suffix.size())
    return {};
  const std::string_view inner = path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
  return inner.find('/') == std::string_view::npos ? inner : std::string_view();
}

void reply_error(HttpAnswer& answer, unsigned status, std::string_view code, std::string_view message,
                 std::string_view message_zh) {
  HttpAnswer::Headers headers;
  if (status == 429 || status == 503) headers.emplace_back("Retry-After", "1");
  answer.reply(
      status, "application/json",
      json::serialize(json::object{
          {"error", json::object{{"code", code}, {"message", message}, {"message_zh", message_zh}}}}) +
          "\n",
      std::move(headers));
}

void reply_query_error(HttpAnswer& answer, std::string_view query, const QueryError& error) {
  answer.reply(
      400, "application/json",
      json::serialize(json::object{{"error", json::object{{"code", "bad_query"},
                                                          {"message", error.what},
                                                          {"message_zh", "查詢語法錯誤：" + error.what},
                                                          {"position", error.position},
                                                          {"expected", error.expected},
                                                          {"caret", error.render(query)}}}}) +
          "\n");
}

bool read_range(const HttpRequest& request, int zone_minutes, ScanRange& range, HttpAnswer& answer) {
  for (const auto& [name, bound] : {std::pair<const char*, std::int64_t*>{"from", &range.event_from_ns},
                                    std::pair<const char*, std::int64_t*>{"to", &range.event_to_ns}}) {
    if (!request.has(name)) continue;
    const auto time = read_time(request.parameter(name), zone_minutes);
    if (!time) {
      reply_error(answer, 400, "bad_time", std::string(name) + " is no time: write 2026-11-20T09:00:00+08:00",
                  std::string(name) + " 不是時間，格式如 2026-11-20T09:00:00+08:00");
      return false;
    }
    *bound = *time;
  }
  if (range.event_from_ns >= range.event_to_ns) {
    reply_error(answer, 400, "bad_time", "from must be before to", "起始時間必須早於結束時間");
    return false;
  }
  return true;
}

bool read_recent_range(const HttpRequest& request, int zone_minutes, std::int64_t now_ns, ScanRange& range,
                       HttpAnswer& answer) {
  constexpr std::int64_t kDayNs = 86'400'000'000'000;
  if (!read_range(request, zone_minutes, range, answer)) return false;
  if (!request.has("to")) range.event_to_ns = now_ns;
  if (!request.has("from")) range.event_from_ns = range.event_to_ns - kDayNs;
  // No record is from before 1970 or after 2200, and lengths within stay far from overflow.
  range.event_from_ns = std::max<std::int64_t>(range.event_from_ns, 0);
  range.event_to_ns = std::min<std::int64_t>(range.event_to_ns, 7'258'118'400'000'000'000);
  if (range.event_from_ns < range.event_to_ns) return true;
  reply_error(answer, 400, "bad_time", "from must be before to, which is now where it is not given",
              "起始時間必須早於結束時間（未指定 to 時為現在）");
  return false;
}

std::optional<std::uint64_t> read_limit(const HttpRequest& request, std::uint64_t fallback,
                                        std::uint64_t most, HttpAnswer& answer) {
  if (!request.has("limit")) return fallback;
  const auto limit = read_whole_number(request.parameter("limit"));
  if (limit && *limit >= 1 && *limit <= most) return limit;
  const std::string shown = std::to_string(most);
  reply_error(answer, 400, "bad_limit", "limit is a whole number from 1 to " + shown,
              "limit 需為 1 到 " + shown + " 的整數");
  return std::nullopt;
}

std::optional<Query> read_filter(const HttpRequest& request, int zone_minutes, HttpAnswer& answer) {
  const std::string_view text = request.parameter("q");
  auto query = Query::parse(text, zone_minutes);
  if (!query) {
    reply_query_error(answer, text, query.error());
    return std::nullopt;
  }
  if (query->has_pipes()) {
    reply_error(answer, 400, "bad_query", "q is a filter here: leave out what follows '|'",
                "此處的 q 只能是篩選條件：請去除 '|' 之後的部分");
    return std::nullopt;
  }
  return *std::move(query);
}

void reply_case_error(HttpAnswer& answer, const CaseError& error) {
  const unsigned status = error.code == CaseError::Code::not_found     ? 404
                          : error.code == CaseError::Code::wrong_state ? 409
                                                                       : 400;
  reply_error(answer, status, "refused", error.what_en, error.what_zh);
}

void reply_not_durable(HttpAnswer& answer, const StoreError& error) {
  reply_error(answer, 507, "not_durable", error.what, "無法寫入磁碟：" + error.what);
}

void reply_search_error(HttpAnswer& answer, const StoreError& error) {
  const bool asked_too_much = error.code == StoreErrc::bad_argument;
  reply_error(answer, asked_too_much ? 422 : 500, store_errc_name(error.code), error.what, error.what);
}

std::optional<std::uint64_t> read_whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

std::optional<std::map<std::string, std::string>> read_object(std::string_view body,
                                                              std::initializer_list<std::string_view> keys,
                                                              HttpAnswer& answer) {
  std::map<std::string, std::string> out;
  for (const std::string_view key : keys) out.emplace(key, "");
  boost::system::error_code error;
  const json::value parsed = json::parse(json::string_view(body.data(), body.size()), error);
  if (error || !parsed.is_object()) {
    reply_error(answer, 400, "bad_json", "the body is no JSON object", "內容不是 JSON 物件");
    return std::nullopt;
  }
  for (const auto& [key, value] : parsed.as_object()) {
    const auto known = out.find(std::string(key));
    if (known == out.end() || !value.is_string()) {
      const std::string name(key);
      reply_error(answer, 400, "bad_field",
                  known == out.end() ? "unknown field: " + name : name + " must be a string",
                  known == out.end() ? "未知欄位：" + name : name + " 必須是字串");
      return std::nullopt;
    }
    known->second = std::string(value.as_string());
  }
  return out;
}

}  // namespace vigil
