// Whatever the body: it is refused, or what was read comes out the same when it is written and read again; nothing read is
// longer than its limit, and all of it lies in the body.

#include <cstdint>
#include <string>
#include <string_view>

#include "parsers/relay.h"
#include "tests/fuzz/require.h"

namespace {

using namespace vigil;

bool same(const RelaySource& a, const RelaySource& b) {
  return a.peer == b.peer && a.host == b.host && a.listener == b.listener && a.transport == b.transport &&
         a.organisation == b.organisation && a.zone_minutes == b.zone_minutes && a.charset == b.charset &&
         a.drill == b.drill && a.hops == b.hops && a.envelope == b.envelope;
}
bool same(const RelayRecord& a, const RelayRecord& b) {
  return a.source == b.source && a.sequence == b.sequence && a.received_ns == b.received_ns &&
         a.event_ns == b.event_ns && a.tags == b.tags && a.raw == b.raw;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto body = read_relay_body(bytes);
  if (!body) {
    require(body.error().offset <= size, "the place of a mistake lies in the body");
    require(!relay_error_name(body.error().code).empty(), "a mistake has a name");
    return 0;
  }
  RelayWriter writer;
  writer.begin(body->head);
  for (const RelaySource& source : body->sources) writer.add_source(source);
  for (const RelayRecord& record : body->records) {
    require(record.raw.empty() || (record.raw.data() >= bytes.data() &&
                                   record.raw.data() + record.raw.size() <= bytes.data() + bytes.size()),
            "what was read lies in the body");
    writer.add_record(record);
  }
  const std::string written(writer.end(body->next));
  const auto again = read_relay_body(written);
  require(static_cast<bool>(again), "what was written can be read");
  require(again->head.origin == body->head.origin && again->head.stream == body->head.stream &&
              again->head.name == body->head.name && again->head.first == body->head.first &&
              again->next == body->next,
          "the head stays the same");
  require(again->sources.size() == body->sources.size() && again->records.size() == body->records.size(),
          "nothing is left out");
  for (std::size_t i = 0; i < body->sources.size(); ++i)
    require(same(body->sources[i], again->sources[i]), "a source stays the same");
  for (std::size_t i = 0; i < body->records.size(); ++i)
    require(same(body->records[i], again->records[i]), "a record stays the same");
  return 0;
}
