#include "daemon/api_support.h"

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
