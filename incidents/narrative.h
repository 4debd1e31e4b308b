#pragma once

#include <string>

#include "config/asset_table.h"
#include "incidents/case.h"

namespace vigil {

/// 事件說明及影響範圍, from the evidence alone: when, from where, against what, which rules with exact
/// counts, and what they say about the outcome. zh-TW, a paragraph and one line per finding. Nothing in it is
/// guessed; what a person must still judge is said to be open. Values from logs are shown inert (text.h).
std::string describe_case(const Case& incident, const AssetTable& assets, int zone_minutes);

/// The same in two lines for the English half of a mail.
std::string summarise_case_en(const Case& incident, int zone_minutes);

/// True for an address outside the organisation's own networks: not private, shared, link-local, loopback or
/// unique-local.
bool is_external_ip(std::string_view ip);

}  // namespace vigil
