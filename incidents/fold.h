#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/asset_table.h"
#include "incidents/case.h"
#include "rules/detection.h"

namespace vigil {

/// What a sender can make a case hold has these limits; counts stay exact past them.
inline constexpr std::size_t kSamplesMax = SampleSet::kAllMax;  ///< per rule
inline constexpr std::size_t kEntitiesPerTypeMax = 200;  ///< listed values of one type in one case
inline constexpr std::size_t kEntityBytesMax = 256;
inline constexpr std::size_t kFieldsMax = 24;  ///< shown fields of the newest detection of a rule
inline constexpr std::size_t kFieldBytesMax = 1024;
inline constexpr std::size_t kSystemsMax = 200;
inline constexpr std::size_t kEdgesMax = 200;  ///< reasons a case lists
inline constexpr std::size_t kTechniquesMax = 16;
inline constexpr std::size_t kReferencesMax = 8;  ///< links of one rule

/// One entity of a detection as a case keeps it.
struct FoldEntity {
  std::string type, value;
  bool link = true;
};

/// The detection's entities, its host added as context where the rule names none; where the source is a
/// loopback address the host is the source, and links. A host that is registered as a protective device only
/// (a firewall reports about others) never links.
std::vector<FoldEntity> entities_of(const Detection& detection, const AssetTable& assets);

/// Event time used for windows and occurrence: a device clock that runs ahead of arrival is not believed.
std::int64_t event_time(const Detection& detection);

/// Adds one detection to a case: counts, samples, entities, systems, and (unless it is only context)
/// symptoms, category, title, level and time of occurrence. Appends to `added` the indexes of entities that
/// are new, or newly a link. `times` detections are folded at once where this one stands for so many.
void fold_detection(Case& incident, const Detection& detection, const AssetTable& assets, std::int64_t now_ns,
                    std::vector<std::size_t>& added, std::uint64_t times = 1);

/// Does a match of this rule only accompany? Then it neither opens a case nor changes what is thought of one.
bool is_context(const RuleMeta& rule);

/// Writes down why something is part of the case; a reason that stands there already is counted.
void add_edge(Case& incident, CaseEdge edge);

/// Title, category and symptoms from the rules that speak for the case, after one went or came.
void take_lead(Case& incident);

/// The rule that speaks for the case: the highest Sigma level, then the gravest proposal, then the first
/// seen.
const CaseDetection* leading_detection(const Case& incident);
/// critical 4 … informational 0.
int level_rank(std::string_view level);

}  // namespace vigil
