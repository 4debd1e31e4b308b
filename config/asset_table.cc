#include "config/asset_table.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "config/address.h"
#include "config/sections.h"
#include "parsers/caseless.h"

namespace vigil {
namespace {

using config::IpAddress;
using config::masked;
using config::read_ip;
using config::read_network;
using config::show_ip;

/// Address and prefix as one hash key: family, prefix, then the address's bytes.
std::string network_key(const IpAddress& address, unsigned prefix) {
  const IpAddress base = masked(address, prefix);
  std::string key(2, '\0');
  key[0] = base.v6 ? '6' : '4';
  key[1] = static_cast<char>(static_cast<unsigned char>(prefix));
  key.append(reinterpret_cast<const char*>(base.bytes.data()), base.v6 ? 16 : 4);
  return key;
}

/// Names as they are looked up: lower case, no dot at the end; an address in its shortest form.
std::string host_key(std::string_view host) {
  if (const auto address = read_ip(host)) return show_ip(*address);
  if (host.ends_with('.')) host.remove_suffix(1);
  return lower_ascii(host);
}

}  // namespace

struct AssetTable::Impl {
  using Candidates = std::vector<std::size_t>;  ///< indices of systems, in the order of the file

  std::vector<Organisation> organisations;
  std::vector<System> systems;
  std::vector<bool> in_scope;                       ///< by system
  std::vector<std::size_t> owner;                   ///< by system: index of its organisation
  std::vector<std::vector<std::size_t>> ancestors;  ///< by organisation: itself, its parent, … the top
  std::unordered_map<std::string, std::size_t> organisation_index, system_index;
  std::unordered_map<std::string, Candidates> hosts, networks;
  std::vector<unsigned> prefixes4, prefixes6;  ///< in use, longest first

  std::size_t organisation_or_first(std::string_view id) const {
    const auto found = organisation_index.find(std::string(id));
    return found == organisation_index.end() ? 0 : found->second;
  }

  bool below(std::size_t organisation, std::size_t top) const {
    const auto& way = ancestors[organisation];
    return std::find(way.begin(), way.end(), top) != way.end();
  }

  /// Of several systems that claim a host, the listener's own organisation wins, then a core system (what is
  /// doubtful is kept), then the order of the file.
  std::optional<std::size_t> choose(const Candidates& candidates, std::size_t organisation) const {
    std::optional<std::size_t> best;
    const auto rank = [&](std::size_t system) {
      return std::pair(owner[system] == organisation, static_cast<bool>(systems[system].core));
    };
    for (const std::size_t each : candidates) {
      if (below(owner[each], organisation) && (!best || rank(each) > rank(*best))) best = each;
    }
    return best;
  }

  std::optional<std::size_t> find_host(const std::string& key, std::size_t organisation) const {
    const auto found = hosts.find(key);
    return found == hosts.end() ? std::nullopt : choose(found->second, organisation);
  }

  std::optional<std::size_t> find_network(const IpAddress& address, std::size_t organisation) const {
    for (const unsigned prefix : address.v6 ? prefixes6 : prefixes4) {
      const auto found = networks.find(network_key(address, prefix));
      if (found == networks.end()) continue;
      if (const auto system = choose(found->second, organisation)) return system;
    }
    return std::nullopt;
  }

  std::optional<std::size_t> find_system(std::size_t organisation, std::string_view host,
                                         std::string_view peer) const {
    const auto host_address = read_ip(host), peer_address = read_ip(peer);
    if (!host.empty()) {
      const std::string key = host_key(host);
      if (const auto system = find_host(key, organisation)) return system;
      // Windows sends the full name where the table, like the school, says only the first part.
      const std::size_t dot = key.find('.');
      if (!host_address && dot != std::string::npos) {
        if (const auto system = find_host(key.substr(0, dot), organisation)) return system;
      }
    }
    if (peer_address) {
      if (const auto system = find_host(show_ip(*peer_address), organisation)) return system;
    }
    // An address in the message is nearer to the truth than the relay it came through.
    if (host_address) {
      if (const auto system = find_network(*host_address, organisation)) return system;
    }
    return peer_address ? find_network(*peer_address, organisation) : std::nullopt;
  }

  void index_organisations() {
    for (std::size_t i = 0; i < organisations.size(); ++i) organisation_index.emplace(organisations[i].id, i);
    for (std::size_t i = 0; i < organisations.size(); ++i) {
      std::vector<std::size_t> way;
      std::optional<std::size_t> at = i;
      // The loader refuses loops; a table built from anything else must end all the same.
      while (at && std::find(way.begin(), way.end(), *at) == way.end()) {
        way.push_back(*at);
        const auto parent = organisation_index.find(organisations[*at].parent);
        at = parent == organisation_index.end() ? std::nullopt : std::optional(parent->second);
      }
      ancestors.push_back(std::move(way));
    }
  }

  void index_systems() {
    for (std::size_t i = 0; i < systems.size(); ++i) {
      const System& system = systems[i];
      system_index.emplace(system.id, i);
      owner.push_back(organisation_or_first(system.organisation));
      for (const std::string& host : system.hosts) hosts[host_key(host)].push_back(i);
      for (const std::string& text : system.networks) {
        const auto network = read_network(text);
        if (!network) continue;
        networks[network_key(network->address, network->prefix)].push_back(i);
        auto& prefixes = network->address.v6 ? prefixes6 : prefixes4;
        if (std::find(prefixes.begin(), prefixes.end(), network->prefix) == prefixes.end()) {
          prefixes.push_back(network->prefix);
        }
      }
    }
    std::sort(prefixes4.rbegin(), prefixes4.rend());
    std::sort(prefixes6.rbegin(), prefixes6.rend());
  }

  /// What must be kept six months (domain README 2): tier A everything, B core systems and what is connected
  /// to them, C core systems; D and E have no prescribed scope and are kept like C.
  void decide_scope() {
    std::vector<bool> beside_core(systems.size(), false);
    for (std::size_t i = 0; i < systems.size(); ++i) {
      for (const std::string& id : systems[i].connected_to) {
        const auto other = system_index.find(id);
        if (other == system_index.end()) continue;
        if (systems[other->second].core) beside_core[i] = true;
        if (systems[i].core) beside_core[other->second] = true;
      }
    }
    for (std::size_t i = 0; i < systems.size(); ++i) {
      const Tier tier = organisations[owner[i]].tier;
      in_scope.push_back(tier == Tier::A || systems[i].core || (tier == Tier::B && beside_core[i]));
    }
  }
};

AssetTable::AssetTable(const Config& from) : impl_(std::make_unique<Impl>()) {
  impl_->organisations = from.organisations;
  if (impl_->organisations.empty()) impl_->organisations.push_back(config::default_organisation());
  impl_->systems = from.systems;
  impl_->index_organisations();
  impl_->index_systems();
  impl_->decide_scope();
}

AssetTable::~AssetTable() = default;
AssetTable::AssetTable(AssetTable&&) noexcept = default;

AssetTable::Answer AssetTable::look_up(std::string_view organisation, std::string_view host,
                                       std::string_view peer) const {
  const std::size_t listener = impl_->organisation_or_first(organisation);
  const auto system = impl_->find_system(listener, host, peer);
  Answer answer;
  if (!system) {
    answer.organisation = &impl_->organisations[listener];
    return answer;
  }
  answer.system = &impl_->systems[*system];
  answer.organisation = &impl_->organisations[impl_->owner[*system]];
  answer.in_scope = impl_->in_scope[*system];
  return answer;
}

const Organisation* AssetTable::organisation(std::string_view id) const {
  const auto found = impl_->organisation_index.find(std::string(id));
  return found == impl_->organisation_index.end() ? nullptr : &impl_->organisations[found->second];
}

const System* AssetTable::find_system(std::string_view id) const {
  const auto found = impl_->system_index.find(std::string(id));
  return found == impl_->system_index.end() ? nullptr : &impl_->systems[found->second];
}

std::vector<std::string> AssetTable::visible_from(std::string_view id) const {
  std::vector<std::string> visible;
  const auto top = impl_->organisation_index.find(std::string(id));
  if (top == impl_->organisation_index.end()) return visible;
  for (std::size_t i = 0; i < impl_->organisations.size(); ++i) {
    if (impl_->below(i, top->second)) visible.push_back(impl_->organisations[i].id);
  }
  return visible;
}

}  // namespace vigil
