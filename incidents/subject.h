#pragma once

#include <string>
#include <string_view>

#include "config/asset_table.h"
#include "rules/detection.h"

namespace vigil {

/// Whom a detection is about. Mostly the sender; but a firewall, a sensor or an antivirus console reports
/// about others, and the level must be that of the machine hit, not of the one that saw it.
struct Subject {
  const System* system = nullptr;  ///< null: not in the asset table
  std::string host;                ///< its name or address as the log has it, for people
  bool core = false;
  bool reported = false;  ///< said by a protective device, not by itself
};

/// A sender that is not registered, or as a protective device only: then the first of destination.domain,
/// destination.ip, another host.name and source.ip that is a registered system; otherwise the sender itself.
Subject subject_of(const Detection& detection, const AssetTable& assets);

/// Registered for device logs and nothing else: a protective device.
bool is_protective_device(const System* system);
/// The registered system of a host name or address, null if there is none.
const System* system_of(std::string_view organisation, std::string_view host, const AssetTable& assets);

}  // namespace vigil
