#include "parsers/json_fields.h"

#include "parsers/key_table.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

// The field sets of ECS 8 that describe an event; each is an object, so a plain "user":"root" is none of
// them.
struct FieldSet {
  std::string_view key;
};
constexpr FieldSet kFieldSets[] = {
    {"agent"},   {"client"},   {"cloud"},   {"container"},   {"destination"},  {"dll"},           {"dns"},
    {"ecs"},     {"email"},    {"error"},   {"event"},       {"file"},         {"group"},         {"host"},
    {"http"},    {"log"},      {"network"}, {"observer"},    {"organization"}, {"orchestrator"},  {"package"},
    {"process"}, {"registry"}, {"related"}, {"rule"},        {"server"},       {"service"},       {"source"},
    {"threat"},  {"tls"},      {"url"},     {"user"},        {"user_agent"},   {"vulnerability"}, {"winlog"},
    {"x509"},    {"labels"},   {"trace"},   {"transaction"}, {"faas"},
};
constexpr KeyTable kSets(kFieldSets);

bool is_ours(std::string_view path) {
  return path == "event.original" || path == "event.ingested" || path == "event.kind" ||
         path.starts_with("log.source.") || path.starts_with("log.syslog.");
}

}  // namespace

bool is_open_ecs_name(std::string_view path) {
  if (path == "message" || path == "tags") return true;
  const std::size_t dot = path.find('.');
  return dot != std::string_view::npos && kSets.find(path.substr(0, dot)) != nullptr && !is_ours(path);
}

const JsonFields* read_json(PayloadWriter& out) {
  JsonFields& fields = json_scratch();
  if (!walk_json(out.text(), out.arena(), fields)) {
    out.bad_payload();
    return nullptr;
  }
  if (fields.capped) out.event().tags.add(Tag::fields_capped);
  return &fields;
}

void add_json_leaf(PayloadWriter& out, const JsonField& leaf) {
  if (!is_open_ecs_name(leaf.path)) return out.event().add(leaf.vendor_name(), leaf.value, leaf.type);
  // These stand in the event already, taken from the syslog header; the payload knows better.
  if (leaf.path == "message" || leaf.path == "host.name" || leaf.path == "process.name" ||
      leaf.path == "process.pid") {
    return out.set(leaf.path, leaf.value, leaf.type);
  }
  out.event().add(leaf.path, leaf.value, leaf.type);
}

void add_common_name(PayloadWriter& out, std::string_view path, std::string_view value) {
  Event& event = out.event();
  const auto lacks = [&event](std::string_view name) { return event.find(name) == nullptr; };
  if (is_any(path, {"src_ip", "source_ip", "srcip", "client_ip", "clientip", "remote_addr", "remoteAddr", "remote_ip", "remoteIp", "id.orig_h"})) {
    if (lacks("source.address")) out.add_endpoint(Side::source, value);
  } else if (is_any(path, {"dest_ip", "dst_ip", "dstip", "destination_ip", "id.resp_h"})) {
    if (lacks("destination.address")) out.add_endpoint(Side::destination, value);
  } else if (is_any(path, {"src_port", "srcport", "source_port", "id.orig_p"})) {
    if (lacks("source.port")) out.add_port(Side::source, value);
  } else if (is_any(path, {"dest_port", "dst_port", "dstport", "id.resp_p"})) {
    if (lacks("destination.port")) out.add_port(Side::destination, value);
  } else if (is_any(path, {"username", "user", "user_name"})) {
    if (lacks("user.name")) out.add("user.name", value);
  } else if (is_any(path, {"msg", "Message"})) {
    out.set("message", value);
  }
}

}  // namespace vigil
