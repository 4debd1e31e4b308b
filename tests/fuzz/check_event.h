#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "parsers/event.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/render.h"
#include "tests/fuzz/require.h"

/// What must be true of every event, whatever was received.
namespace vigil {

inline void check_fields(const Event& event) {
  std::size_t bytes = 0;
  for (const Field& field : event.fields()) {
    require(!field.name.empty(), "a field has a name");
    require(field.name.size() <= 600, "names are short");
    for (const char c : field.name) bytes += static_cast<unsigned char>(c);
    for (const char c : field.value) bytes += static_cast<unsigned char>(c);
    if (field.type == ValueType::integer) require(is_json_integer(field.value), "an integer is one");
    if (field.name == "source.ip" || field.name == "destination.ip") {
      require(!plain_address(field.value).empty() || find_format(event.format)->writing == Writing::json,
              "an address is one, unless the sender said so under our name");
    }
  }
  for (const LogSource& source : event.log_sources()) bytes += source.product.size() + source.service.size();
  require(bytes != SIZE_MAX, "everything can be read");
  require(event.fields().size() <= 5 * 1000 + 100, "fields are capped");
  require(event.find("message") != nullptr || event.header.message.empty(), "there is a message");
}

inline void check_json(const Event& event, std::string_view frame, std::int64_t received_ns) {
  static simdjson::dom::parser parser;
  std::string json;
  render_event_json(event, {.received_ns = received_ns, .raw = frame, .id = "i"}, json);
  simdjson::dom::element element;
  // Numbers beyond what this reader takes are exact text in ours; it refuses those alone.
  const auto error = parser.parse(json).get(element);
  require(error == simdjson::SUCCESS || error == simdjson::NUMBER_ERROR, "an event is valid JSON");
}

}  // namespace vigil
