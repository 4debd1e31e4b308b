#include <algorithm>
#include <set>

#include "config/address.h"
#include "config/sections.h"

namespace vigil::config {
namespace {

using Protocol = ListenerConfig::Protocol;

constexpr Choice<Protocol> kProtocols[] = {
    {"syslog-udp", Protocol::syslog_udp}, {"syslog-tcp", Protocol::syslog_tcp}, {"http", Protocol::http}};
constexpr std::string_view kLaterProtocols[] = {"syslog-tls", "relp", "beats", "gelf"};
constexpr Choice<Charset> kCharsets[] = {{"auto", Charset::automatic}, {"utf8", Charset::utf8},
                                         {"utf-8", Charset::utf8},     {"cp950", Charset::cp950},
                                         {"big5", Charset::cp950},     {"latin1", Charset::latin1}};
/// The kernel doubles what it is asked for, and the doubled value has to fit an int.
constexpr std::int64_t kReceiveBufferMax = (std::int64_t{1} << 30) - 1;
/// Below a datagram of the largest size nothing could arrive.
constexpr std::int64_t kReceiveBufferMin = 4096;

/// True for a protocol this version serves; `later` is set for one that a later version will.
bool read_protocol(Fields& fields, Protocol& out, bool& later) {
  std::string word;
  fields.required("protocol");
  if (!fields.text("protocol", word)) return false;
  later =
      std::find(std::begin(kLaterProtocols), std::end(kLaterProtocols), word) != std::end(kLaterProtocols);
  if (later) {
    fields.wrong("protocol", not_yet(word),
                 {"this version listens for syslog-udp, syslog-tcp and http",
                  "本版本可接收 syslog-udp、syslog-tcp 與 http"});
    return false;
  }
  return fields.choice("protocol", std::span<const Choice<Protocol>>(kProtocols), out);
}

void read_address(Fields& fields, ListenerConfig& listener, std::optional<Endpoint>& endpoint) {
  fields.required("address");
  if (!fields.text("address", listener.address)) return;
  const EndpointRead read = read_endpoint(listener.address);
  const std::string quoted = "'" + listener.address + "'";
  switch (read.fault) {
    case EndpointFault::none:
      endpoint = read.endpoint;
      return;
    case EndpointFault::no_port:
      fields.wrong("address", {quoted + " has no port", quoted + " 沒有埠號"},
                   {"as \"0.0.0.0:5514\" or \"[::]:5514\"", "例如 \"0.0.0.0:5514\" 或 \"[::]:5514\""});
      return;
    case EndpointFault::port_out_of_range:
      fields.wrong("address", {"the port of " + quoted + " is out of range", quoted + " 的埠號超出範圍"},
                   {"1 – 65535, or 0 for any free one", "1 – 65535，或 0 表示任一可用的埠"});
      return;
    case EndpointFault::unbracketed:
      fields.wrong("address",
                   {quoted + ": an IPv6 address stands in brackets", quoted + "：IPv6 位址須加方括號"},
                   {"as \"[::1]:5514\"", "例如 \"[::1]:5514\""});
      return;
    case EndpointFault::bad_address:
      fields.wrong("address", {quoted + " does not begin with an address", quoted + " 開頭不是 IP 位址"},
                   {"an address of this machine, no name: 127.0.0.1, 0.0.0.0 for all, [::] for all of IPv6",
                    "請寫本機的 IP 位址而非名稱：127.0.0.1；0.0.0.0 表示全部；[::] 表示全部 IPv6"});
      return;
  }
}

/// The organisation of a listener that names none: the one at the top of the tree.
const Organisation* only_top(const Config& config) {
  const Organisation* top = nullptr;
  for (const Organisation& each : config.organisations) {
    if (!each.parent.empty()) continue;
    if (top != nullptr) return nullptr;
    top = &each;
  }
  return top;
}

void read_owner(Fields& fields, const Config& config, ListenerConfig& listener) {
  const Organisation* const top = only_top(config);
  if (fields.has("organisation")) {
    read_organisation_id(fields, "organisation", config, listener.organisation);
  } else if (top != nullptr) {
    listener.organisation = top->id;
  } else if (listener.protocol == Protocol::http) {
    listener.organisation = config.organisations.front().id;
  } else {
    fields.wrong("organisation",
                 {"several organisations stand at the top: 'organisation' says whose logs arrive here",
                  "有多個最上層機關，須以 'organisation' 指明此處收到的日誌屬於哪一個"});
  }
  fields.find("organisation");
  for (const Organisation& each : config.organisations) {
    if (each.id == listener.organisation) listener.timezone = each.timezone;
  }
}

}  // namespace

std::vector<ListenerConfig> default_listeners(const std::string& organisation, const std::string& timezone) {
  std::vector<ListenerConfig> listeners(3);
  listeners[0].protocol = Protocol::syslog_udp;
  listeners[0].address = "0.0.0.0:5514";
  listeners[1].protocol = Protocol::syslog_tcp;
  listeners[1].address = "0.0.0.0:5514";
  listeners[2].protocol = Protocol::http;
  listeners[2].address = "127.0.0.1:8514";
  for (ListenerConfig& each : listeners) {
    each.organisation = organisation;
    each.timezone = timezone;
  }
  return listeners;
}

void read_listeners(Fields& top, Config& config) {
  struct Taken {
    bool datagrams;
    Endpoint endpoint;
    std::size_t line;
  };
  std::vector<Taken> taken;
  const bool given = top.sequence("listeners", [&](const YamlNode& node, const std::string& path) {
    ListenerConfig listener;
    Fields fields(node, path, top.report());
    bool later = false;
    read_protocol(fields, listener.protocol, later);
    std::optional<Endpoint> endpoint;
    read_address(fields, listener, endpoint);
    read_owner(fields, config, listener);
    read_zone(fields, listener.timezone);
    fields.choice("charset", std::span<const Choice<Charset>>(kCharsets), listener.charset);
    fields.integer("receive_buffer_bytes", kReceiveBufferMin, kReceiveBufferMax, "bytes",
                   listener.receive_buffer_bytes);
    fields.boolean("drill", listener.drill);
    // A protocol that comes later has said so itself; its own keys need no second complaint.
    for (const std::string_view key : {"tls", "multiline", "compressed"})
      later ? void(fields.find(key)) : fields.later(key);
    fields.finish();
    if (later) return;
    if (endpoint && endpoint->port != 0) {
      const bool datagrams = listener.protocol == Protocol::syslog_udp;
      const auto same = std::find_if(taken.begin(), taken.end(), [&](const Taken& each) {
        return each.datagrams == datagrams && each.endpoint == *endpoint;
      });
      if (same != taken.end()) {
        const std::string line = std::to_string(same->line + 1);
        fields.wrong("address",
                     {"two listeners have the address '" + listener.address + "'",
                      "兩個接收端使用相同位址 '" + listener.address + "'"},
                     {"the first one is on line " + line, "第一個在第 " + line + " 行"});
      }
      taken.push_back({datagrams, *endpoint, fields.place_of("address").line});
    }
    config.listeners.push_back(std::move(listener));
  });
  if (given) return;
  const Organisation* const owner = only_top(config);
  const Organisation& first = owner != nullptr ? *owner : config.organisations.front();
  config.listeners = default_listeners(first.id, first.timezone);
}

}  // namespace vigil::config
