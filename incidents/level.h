#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/asset_table.h"
#include "incidents/case.h"
#include "rules/detection.h"

namespace vigil {

/// What the law's table of levels asks of an asset. Later ones are graver.
enum class AssetClass : std::uint8_t {
  ordinary,   ///< not core
  core,       ///< core, not of critical infrastructure
  sensitive,  ///< official secrets, sensitive information (personal data too), or core of critical
              ///< infrastructure
  state_secret
};

enum class Dimension : std::uint8_t { confidentiality, integrity, availability };
std::string_view dimension_zh(Dimension dimension);

/// The table itself: how grave a slight (1) or serious (2) impact on such an asset is. 0 for no impact.
/// Availability: 1 = works again within the tolerable outage, 2 = does not.
int level_of(Dimension dimension, int impact, AssetClass asset);

/// Which row of the table a system is in. What it keeps counts for confidentiality and integrity only: an
/// outage is as grave as the service, not as its secrets.
AssetClass asset_class(const System* system, bool core, Dimension dimension);

/// The level one detection leads to on the asset it is about (subject.h), with a zh-TW sentence per dimension
/// that names rule and asset. A rule that does not say what it damages (every foreign one) proposes nothing
/// and says so.
ImpactLevel propose_level(const Detection& detection, const AssetTable& assets);

/// Takes the graver of both, dimension by dimension, with its reason. A level that a person decided stays.
void raise_level(ImpactLevel& level, const ImpactLevel& proposal);

/// The sentence of that dimension; nothing if no rule said anything about it.
std::optional<std::string> level_reason(const ImpactLevel& level, Dimension dimension);
int level_value(const ImpactLevel& level, Dimension dimension);

}  // namespace vigil
