#include "daemon/field_survey.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <functional>

#include "parsers/render.h"
#include "storage/query_value.h"

namespace vigil {

namespace json = boost::json;

namespace {

FieldSurvey::Type text_type(std::string_view name, std::string_view text) {
  if (name == "@timestamp" || name == "event.ingested") return FieldSurvey::Type::time;
  if (IpAddress::read(text)) return FieldSurvey::Type::ip;
  const bool dated = text.size() >= 16 && text[4] == '-' && text[7] == '-' && text[10] == 'T';
  return dated && read_time(text, 0) ? FieldSurvey::Type::time : FieldSurvey::Type::text;
}

/// The type of a field that has values of both.
FieldSurvey::Type wider(FieldSurvey::Type a, FieldSurvey::Type b) {
  using enum FieldSurvey::Type;
  if (a == b) return a;
  const bool numbers = (a == integer || a == real) && (b == integer || b == real);
  return numbers ? real : text;
}

std::string shortened(std::string text) {
  if (text.size() <= FieldSurvey::kSampleBytes) return text;
  std::size_t end = FieldSurvey::kSampleBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

}  // namespace

std::string_view FieldSurvey::type_name(Type type) {
  constexpr std::array<std::string_view, 6> kNames = {"text", "integer", "real", "boolean", "ip", "time"};
  return kNames[static_cast<std::size_t>(type)];
}

void FieldSurvey::add(const SearchRow& row, int zone_minutes) {
  line_.clear();
  render_row_json(row, zone_minutes, line_);
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 256;
  const json::value event = json::parse(line_, error, json::storage_ptr(), options);
  ++records_;
  if (!error && event.is_object()) add_value("", event);
}

void FieldSurvey::add_value(const std::string& name, const json::value& value) {
  switch (value.kind()) {
    case json::kind::object:
      for (const auto& [key, child] : value.get_object()) {
        add_value(name.empty() ? std::string(key) : name + "." + std::string(key), child);
      }
      return;
    case json::kind::array:
      for (const json::value& element : value.get_array()) add_value(name, element);
      return;
    case json::kind::null:
      return;
    case json::kind::bool_:
      return add_scalar(name, value.get_bool() ? "true" : "false", Type::boolean);
    case json::kind::int64:
    case json::kind::uint64:
      return add_scalar(name, json::serialize(value), Type::integer);
    case json::kind::double_: {
      std::array<char, 32> digits{};
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value.get_double());
      return add_scalar(name, std::string(digits.data(), end.ptr), Type::real);
    }
    case json::kind::string: {
      std::string text(value.get_string());
      const Type type = text_type(name, text);
      return add_scalar(name, std::move(text), type);
    }
  }
}

void FieldSurvey::add_scalar(const std::string& name, std::string text, Type type) {
  auto known = fields_.find(name);
  if (known == fields_.end()) {
    if (fields_.size() == kNamesMax || name.size() > kNameBytesMax) {
      ++names_left_out_;
      return;
    }
    known = fields_.emplace(name, Found{}).first;
    known->second.type = type;
  }
  Found& found = known->second;
  found.type = wider(found.type, type);
  if (found.last_record != records_) {
    found.last_record = records_;
    ++found.records;
  }
  if (found.hashes.size() == kDistinctMax) return;
  const std::uint64_t hash = std::hash<std::string>{}(text);
  const auto place = std::lower_bound(found.hashes.begin(), found.hashes.end(), hash);
  if (place != found.hashes.end() && *place == hash) return;
  found.hashes.insert(place, hash);
  found.distinct = found.hashes.size();
  if (found.samples.size() < kSamples) found.samples.push_back(shortened(std::move(text)));
}

}  // namespace vigil
