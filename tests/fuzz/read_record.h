#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "parsers/payload_text.h"
#include "parsers/record.h"
#include "parsers/render.h"
#include "tests/fuzz/require.h"

/// What came over a transport is read as a stored record: views can be read, an event comes out as JSON that another parser
/// takes, and reading it again says the same.
inline void read_as_record(std::string_view transport, std::string_view bytes) {
  using namespace vigil;
  constexpr std::int64_t kReceived = 1'795'158'000'000'000'000;
  const std::string raw(bytes);  // of its own, so that reading beyond it is seen
  Source source;
  source.peer = "192.0.2.9";
  source.host = "h";
  source.transport = transport;
  static Event event;
  std::string first, again;
  for (std::string* out : {&first, &again}) {
    Arena arena(1024);
    const SyslogHeader header = parse_record_header(raw, source, kReceived, arena);
    parse_event(header, record_context(source, kReceived), event, arena);
    std::size_t sum = 0;
    for (const Field& field : event.fields()) {
      require(!field.name.empty(), "a field has a name");
      for (const char c : field.name) sum += static_cast<unsigned char>(c);
      for (const char c : field.value) sum += static_cast<unsigned char>(c);
      if (field.type == ValueType::integer) require(is_json_integer(field.value), "an integer is one");
    }
    require(sum != SIZE_MAX, "everything can be read");
    require(event.fields().size() <= 10'000, "fields are capped");
    render_event_json(event, {.received_ns = kReceived, .raw = raw, .source = &source}, *out);
  }
  require(first == again, "reading again says the same");
  static simdjson::dom::parser parser;
  simdjson::dom::element element;
  // Numbers beyond what this reader takes are exact text in ours; it refuses those alone.
  const auto error = parser.parse(first).get(element);
  require(error == simdjson::SUCCESS || error == simdjson::NUMBER_ERROR, "an event is valid JSON");
}
