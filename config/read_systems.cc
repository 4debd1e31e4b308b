#include <algorithm>
#include <set>

#include "config/address.h"
#include "config/sections.h"

namespace vigil::config {
namespace {

constexpr std::string_view kKinds[] = {"os", "web", "application", "logon", "device"};
constexpr std::string_view kInformation[] = {"personal_data", "sensitive", "official_secret", "state_secret"};
/// A year. What may stand still longer is not in use.
constexpr double kOutageHoursMax = 8784;

void read_kinds(Fields& fields, Kinds& out) {
  fields.sequence("kinds", [&](const YamlNode& node, const std::string& path) {
    std::string name;
    if (!check_text(node, path, fields.report(), name)) return;
    if (const auto kind = kind_from_name(name)) {
      out.add(*kind);
    } else {
      fields.report().add(node.place, path, {"'" + name + "' is no log kind", "'" + name + "' 不是日誌種類"},
                          suggest(name, kKinds));
    }
  });
}

void read_networks(Fields& fields, std::vector<std::string>& out) {
  fields.sequence("networks", [&](const YamlNode& node, const std::string& path) {
    std::string text;
    if (!check_text(node, path, fields.report(), text)) return;
    const auto network = read_network(text);
    if (!network) {
      fields.report().add(node.place, path, {"'" + text + "' is no network", "'" + text + "' 不是網段"},
                          {"as 10.1.0.0/24 or 2001:db8::/48; the prefix at most 32 or 128",
                           "例如 10.1.0.0/24 或 2001:db8::/48，前置長度最大 32 或 128"});
      return;
    }
    const IpAddress base = masked(network->address, network->prefix);
    if (base != network->address) {
      const std::string meant = show_ip(base) + "/" + std::to_string(network->prefix);
      fields.report().add(
          node.place, path,
          {"'" + text + "' has bits set past its prefix", "'" + text + "' 在前置長度之後仍有位元"},
          {"did you mean '" + meant + "'?", "您是不是要寫 '" + meant + "'？"});
      return;
    }
    out.push_back(text);
  });
}

/// A host is a name or an address, never a network or a pattern: those would silently match nothing.
void read_hosts(Fields& fields, std::vector<std::string>& out) {
  fields.sequence("hosts", [&](const YamlNode& node, const std::string& path) {
    std::string host;
    if (!check_text(node, path, fields.report(), host)) return;
    if (host.empty() || host.size() > 255 || host.find_first_of(" */\\") != std::string::npos) {
      fields.report().add(node.place, path,
                          {"'" + host + "' is no host", "'" + host + "' 不是主機名稱或位址"},
                          {"a name or one address; networks go into 'networks'",
                           "請寫名稱或單一位址；網段請寫在 'networks'"});
      return;
    }
    out.push_back(host);
  });
}

struct Link {
  std::string to;
  Place place;
  std::string path;
};

}  // namespace

bool read_organisation_id(Fields& fields, std::string_view key, const Config& config, std::string& out) {
  std::string id;
  if (!fields.text(key, id)) return false;
  std::vector<std::string> names;
  for (const Organisation& each : config.organisations) names.push_back(each.id);
  if (std::find(names.begin(), names.end(), id) == names.end()) {
    fields.wrong(key, {"there is no organisation '" + id + "'", "沒有機關 '" + id + "'"}, suggest(id, names));
    return false;
  }
  out = id;
  return true;
}

void read_systems(Fields& top, Config& config) {
  std::set<std::string> ids;
  std::vector<Link> links;
  top.sequence("systems", [&](const YamlNode& node, const std::string& path) {
    System system;
    Fields fields(node, path, top.report());
    fields.required("id");
    if (fields.identifier("id", system.id) && !ids.insert(system.id).second) {
      fields.wrong("id", {"there are two systems '" + system.id + "'", "系統 '" + system.id + "' 重複"});
    }
    if (!fields.text("name", system.name)) system.name = system.id;
    if (!fields.has("organisation") && config.organisations.size() == 1) {
      system.organisation = config.organisations.front().id;
    } else {
      fields.required("organisation");
    }
    read_organisation_id(fields, "organisation", config, system.organisation);
    fields.boolean("core", system.core);
    read_hosts(fields, system.hosts);
    read_networks(fields, system.networks);
    fields.sequence("connected_to", [&](const YamlNode& item, const std::string& where) {
      std::string to;
      if (!check_text(item, where, top.report(), to)) return;
      links.push_back({to, item.place, where});
      system.connected_to.push_back(std::move(to));
    });
    read_kinds(fields, system.kinds);
    fields.decimal("tolerable_outage_hours", 0, kOutageHoursMax, system.tolerable_outage_hours);
    fields.sequence("information", [&](const YamlNode& item, const std::string& where) {
      std::string name;
      if (!check_text(item, where, top.report(), name)) return;
      if (std::find(std::begin(kInformation), std::end(kInformation), name) == std::end(kInformation)) {
        top.report().add(item.place, where,
                         {"'" + name + "' is no class of information", "'" + name + "' 不是資訊類別"},
                         suggest(name, kInformation));
        return;
      }
      system.information.push_back(std::move(name));
    });
    fields.boolean("critical_infrastructure", system.critical_infrastructure);
    fields.text("operating_system", system.operating_system);
    fields.text("vendor", system.vendor);
    fields.text("purpose", system.purpose);
    fields.text("url", system.url);
    fields.finish();
    config.systems.push_back(std::move(system));
  });
  const std::vector<std::string> names(ids.begin(), ids.end());
  for (const Link& link : links) {
    if (ids.contains(link.to)) continue;
    top.report().add(link.place, link.path,
                     {"there is no system '" + link.to + "'", "沒有系統 '" + link.to + "'"},
                     suggest(link.to, names));
  }
}

}  // namespace vigil::config
