#include <algorithm>

#include "config/address.h"
#include "config/sections.h"

namespace vigil::config {
namespace {

using Protocol = ListenerConfig::Protocol;

constexpr Choice<Protocol> kProtocols[] = {{"syslog-udp", Protocol::syslog_udp},
                                           {"syslog-tcp", Protocol::syslog_tcp},
                                           {"syslog-tls", Protocol::syslog_tls},
                                           {"relp", Protocol::relp},
                                           {"beats", Protocol::beats},
                                           {"gelf", Protocol::gelf},
                                           {"http", Protocol::http}};
constexpr Choice<Charset> kCharsets[] = {{"auto", Charset::automatic}, {"utf8", Charset::utf8},
                                         {"utf-8", Charset::utf8},     {"cp950", Charset::cp950},
                                         {"big5", Charset::cp950},     {"latin1", Charset::latin1}};
/// The kernel doubles what it is asked for, and the doubled value has to fit an int.
constexpr std::int64_t kReceiveBufferMax = (std::int64_t{1} << 30) - 1;
/// Below a datagram of the largest size nothing could arrive.
constexpr std::int64_t kReceiveBufferMin = 4096;

/// Frames may be kept up to this long; ingest.md 8.
constexpr std::int64_t kFrameBytesMin = 480, kFrameBytesMax = 1024 * 1024;
constexpr int kRelpBytesDefault = 128 * 1024;
constexpr std::int64_t kRateMax = 10'000'000;

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

bool is_syslog(Protocol protocol) {
  return protocol == Protocol::syslog_udp || protocol == Protocol::syslog_tcp ||
         protocol == Protocol::syslog_tls;
}

/// A key that only some protocols have.
void only_for(bool has_it, Fields& fields, std::string_view key, const Words& who) {
  if (has_it || !fields.has(key)) return;
  fields.wrong(key,
               {"'" + std::string(key) + "' is for " + who.en + " only",
                "'" + std::string(key) + "' 僅適用於" + who.zh},
               {"remove it", "請移除"});
}

void read_knobs(Fields& fields, ListenerConfig& listener) {
  const Protocol protocol = listener.protocol;
  const bool stream = protocol == Protocol::syslog_tcp || protocol == Protocol::syslog_tls;
  fields.integer("receive_buffer_bytes", kReceiveBufferMin, kReceiveBufferMax, "bytes",
                 listener.receive_buffer_bytes);
  // What librelp takes by default.
  if (protocol == Protocol::relp) listener.frame_bytes_max = kRelpBytesDefault;
  fields.integer("frame_bytes_max", kFrameBytesMin, kFrameBytesMax, "bytes", listener.frame_bytes_max);
  std::string multiline;
  if (fields.text("multiline", multiline)) {
    listener.multiline_pri = multiline == "pri";
    if (multiline != "pri") {
      fields.wrong("multiline", {"'" + multiline + "' is unknown", "不認得 '" + multiline + "'"},
                   {"pri: a line break ends a message only before '<digits'",
                    "pri：換行後接 '<數字' 才算一則訊息結束"});
    }
  }
  std::string compressed;
  if (fields.text("compressed", compressed)) {
    listener.compressed_rsyslog = compressed == "rsyslog";
    if (compressed != "rsyslog") {
      fields.wrong("compressed", {"'" + compressed + "' is unknown", "不認得 '" + compressed + "'"},
                   {"rsyslog: messages that begin with 'z' are zlib (omfwd's ZipLevel)",
                    "rsyslog：以 'z' 開頭者為 zlib 壓縮"});
    }
  }
  fields.integer("messages_per_second_per_peer", 0, kRateMax, "messages",
                 listener.messages_per_second_per_peer);
  if (fields.texts("relays", listener.relays)) {
    for (const std::string& relay : listener.relays) {
      if (read_network(relay)) continue;
      fields.wrong("relays", {"'" + relay + "' is no address or network", "'" + relay + "' 不是位址或網段"},
                   {"as 10.1.0.9 or 10.1.0.0/24", "例如 10.1.0.9 或 10.1.0.0/24"});
    }
  }
  only_for(stream, fields, "multiline", {"syslog-tcp and syslog-tls", " syslog-tcp 與 syslog-tls"});
  only_for(is_syslog(protocol), fields, "compressed", {"syslog", " syslog"});
  only_for(is_syslog(protocol) || protocol == Protocol::relp, fields, "messages_per_second_per_peer",
           {"syslog and relp", " syslog 與 relp"});
}

void read_listener_tls(Fields& fields, const std::filesystem::path& base, ListenerConfig& listener) {
  const Protocol protocol = listener.protocol;
  if (protocol == Protocol::syslog_tls) fields.required("tls");
  if (protocol == Protocol::syslog_udp || protocol == Protocol::syslog_tcp) {
    if (!fields.has("tls")) return void(fields.find("tls"));
    fields.wrong("tls",
                 {std::string(protocol_name(protocol)) + " has no TLS",
                  std::string(protocol_name(protocol)) + " 不支援 TLS"},
                 {"the protocol for that is syslog-tls", "請改用 syslog-tls"});
    return void(fields.find("tls"));
  }
  listener.tls = read_tls(fields, base);
}

}  // namespace

void read_owner(Fields& fields, const Config& config, std::string& organisation, std::string& timezone) {
  const Organisation* const top = only_top(config);
  if (fields.has("organisation")) {
    read_organisation_id(fields, "organisation", config, organisation);
  } else if (top != nullptr) {
    organisation = top->id;
  } else {
    fields.wrong("organisation",
                 {"several organisations stand at the top: 'organisation' says whose logs arrive here",
                  "有多個最上層機關，須以 'organisation' 指明此處收到的日誌屬於哪一個"});
  }
  fields.find("organisation");
  for (const Organisation& each : config.organisations) {
    if (each.id == organisation) timezone = each.timezone;
  }
}

bool read_charset(Fields& fields, Charset& out) {
  return fields.choice("charset", std::span<const Choice<Charset>>(kCharsets), out);
}

std::vector<ListenerConfig> default_listeners(const std::string& organisation, const std::string& timezone) {
  struct Default {
    Protocol protocol;
    std::string_view address;
    bool optional;
  };
  // What needs no certificate. On loopback what agents of this machine speak; a second vigild for a try-out beside the
  // first must start all the same.
  constexpr Default kDefaults[] = {
      {Protocol::syslog_udp, "0.0.0.0:5514", false}, {Protocol::syslog_tcp, "0.0.0.0:5514", false},
      {Protocol::http, "127.0.0.1:8514", false},     {Protocol::relp, "127.0.0.1:2514", true},
      {Protocol::beats, "127.0.0.1:5044", true},     {Protocol::gelf, "127.0.0.1:12201", true},
  };
  std::vector<ListenerConfig> listeners;
  for (const auto& [protocol, address, optional] : kDefaults) {
    ListenerConfig& listener = listeners.emplace_back();
    listener.protocol = protocol;
    listener.address = address;
    listener.optional = optional;
    if (protocol == Protocol::relp) listener.frame_bytes_max = kRelpBytesDefault;
  }
  for (ListenerConfig& each : listeners) {
    each.organisation = organisation;
    each.timezone = timezone;
  }
  return listeners;
}

void read_listeners(Fields& top, const std::filesystem::path& base, Config& config) {
  struct Taken {
    bool datagrams;
    Endpoint endpoint;
    std::size_t line;
  };
  std::vector<Taken> taken;
  const bool given = top.sequence("listeners", [&](const YamlNode& node, const std::string& path) {
    ListenerConfig listener;
    Fields fields(node, path, top.report());
    fields.required("protocol");
    fields.choice("protocol", std::span<const Choice<Protocol>>(kProtocols), listener.protocol);
    std::optional<Endpoint> endpoint;
    read_address(fields, listener, endpoint);
    if (listener.protocol == Protocol::http && !fields.has("organisation") && only_top(config) == nullptr) {
      // Its API belongs to nobody in particular.
      listener.organisation = config.organisations.front().id;
      listener.timezone = config.organisations.front().timezone;
      fields.find("organisation");
    } else {
      read_owner(fields, config, listener.organisation, listener.timezone);
    }
    read_zone(fields, listener.timezone);
    read_charset(fields, listener.charset);
    fields.boolean("drill", listener.drill);
    read_knobs(fields, listener);
    read_listener_tls(fields, base, listener);
    fields.finish();
    if (endpoint && endpoint->port != 0) {
      const bool datagrams = listener.protocol == Protocol::syslog_udp;
      const bool both = listener.protocol == Protocol::gelf;
      const auto same = std::find_if(taken.begin(), taken.end(), [&](const Taken& each) {
        return (both || each.datagrams == datagrams) && each.endpoint == *endpoint;
      });
      if (same != taken.end()) {
        const std::string line = std::to_string(same->line + 1);
        fields.wrong("address",
                     {"two listeners have the address '" + listener.address + "'",
                      "兩個接收端使用相同位址 '" + listener.address + "'"},
                     {"the first one is on line " + line, "第一個在第 " + line + " 行"});
      }
      const std::size_t line = fields.place_of("address").line;
      taken.push_back({datagrams, *endpoint, line});
      if (both) taken.push_back({true, *endpoint, line});
    }
    config.listeners.push_back(std::move(listener));
  });
  if (given) return;
  const Organisation* const owner = only_top(config);
  const Organisation& first = owner != nullptr ? *owner : config.organisations.front();
  config.listeners = default_listeners(first.id, first.timezone);
}

}  // namespace vigil::config

namespace vigil {

std::string_view protocol_name(ListenerConfig::Protocol protocol) {
  for (const auto& [name, value] : config::kProtocols) {
    if (value == protocol) return name;
  }
  return "";
}

}  // namespace vigil
