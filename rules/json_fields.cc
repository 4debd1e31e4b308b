#include "rules/json_fields.h"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <deque>

#include "parsers/render.h"

namespace vigil::sigma {
namespace {

namespace json = boost::json;

/// Names that shippers put before a Windows event's own, for documents in their raw form.
constexpr std::string_view kRawPrefixes[] = {"winlog.event_data.", "winlog.", "Event.EventData.", "Event.System.",
                                             "EventData.", "System."};

json::string_view as_json(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

struct JsonFields::Document {
  json::value root;
  /// Numbers as text; the views that collect() gives point here.
  mutable std::deque<std::string> texts;

  std::string_view keep(std::string text) const {
    texts.push_back(std::move(text));
    return texts.back();
  }

  void add_scalar(const json::value& value, std::vector<FieldValue>& out) const {
    switch (value.kind()) {
      case json::kind::null: out.push_back({{}, ValueType::null}); break;
      case json::kind::bool_:
        out.push_back({value.get_bool() ? "true" : "false", ValueType::boolean});
        break;
      case json::kind::string: {
        const json::string& text = value.get_string();
        out.push_back({{text.data(), text.size()}, ValueType::text});
        break;
      }
      case json::kind::int64: out.push_back({keep(std::to_string(value.get_int64())), ValueType::integer}); break;
      case json::kind::uint64: out.push_back({keep(std::to_string(value.get_uint64())), ValueType::integer}); break;
      case json::kind::double_: out.push_back({keep(text_of(value.get_double())), ValueType::real}); break;
      case json::kind::array:
      case json::kind::object: break;
    }
  }

  static std::string text_of(double number) {
    if (number == std::floor(number) && std::abs(number) < 1e15) {
      return std::to_string(static_cast<std::int64_t>(number));
    }
    char buffer[64];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
    return error == std::errc() ? std::string(buffer, end) : std::string();
  }

  void add_values(const json::value& value, std::vector<FieldValue>& out) const {
    if (!value.is_array()) return add_scalar(value, out);
    for (const json::value& item : value.get_array()) add_scalar(item, out);
  }

  /// The literal key first, then each way to cut the path at a dot.
  bool find(const json::object& object, std::string_view path, std::vector<FieldValue>& out) const {
    if (const json::value* value = object.if_contains(as_json(path))) {
      add_values(*value, out);
      return true;
    }
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
      const json::value* head = object.if_contains(as_json(path.substr(0, dot)));
      if (head == nullptr) continue;
      const std::string_view rest = path.substr(dot + 1);
      if (head->is_object() && find(head->get_object(), rest, out)) return true;
      if (!head->is_array()) continue;
      bool there = false;
      for (const json::value& item : head->get_array()) {
        if (item.is_object()) there = find(item.get_object(), rest, out) || there;
      }
      if (there) return true;
    }
    return false;
  }

  void add_all(const json::value& value, std::vector<FieldValue>& out) const {
    if (value.is_object()) {
      for (const auto& member : value.get_object()) add_all(member.value(), out);
    } else if (value.is_array()) {
      for (const json::value& item : value.get_array()) add_all(item, out);
    } else if (!value.is_null()) {
      add_scalar(value, out);
    }
  }
};

JsonFields::JsonFields(std::unique_ptr<Document> document) : document_(std::move(document)) {}
JsonFields::JsonFields(JsonFields&&) noexcept = default;
JsonFields::~JsonFields() = default;

std::optional<JsonFields> JsonFields::parse(std::string_view text, std::string& error) {
  json::parse_options options;
  options.max_depth = 64;
  options.allow_invalid_utf8 = true;
  json::error_code code;
  auto document = std::make_unique<Document>();
  document->root = json::parse(as_json(text), code, {}, options);
  if (code) {
    error = "not JSON: " + code.message();
    return std::nullopt;
  }
  if (!document->root.is_object()) {
    error = "not a JSON object";
    return std::nullopt;
  }
  return JsonFields(std::move(document));
}

bool JsonFields::collect(const FieldName& name, std::vector<FieldValue>& out) const {
  const json::object& root = document_->root.get_object();
  for (const auto& group : name.groups) {
    bool there = false;
    for (const std::string& candidate : group) there = document_->find(root, candidate, out) || there;
    if (there) return true;
  }
  for (const std::string_view prefix : kRawPrefixes) {
    if (document_->find(root, std::string(prefix) + name.written, out)) return true;
  }
  return false;
}

void JsonFields::collect_all(std::vector<FieldValue>& out) const { document_->add_all(document_->root, out); }

std::optional<std::int64_t> JsonFields::timestamp_ns(int zone_minutes) const {
  std::vector<FieldValue> found;
  if (!document_->find(document_->root.get_object(), "@timestamp", found) || found.empty()) return std::nullopt;
  return read_time(found.front().text, zone_minutes);
}

}  // namespace vigil::sigma
