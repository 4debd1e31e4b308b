#include "storage/lanes.h"

#include <algorithm>

#include "storage/wire.h"

namespace vigil {

namespace {
constexpr std::string_view kPrefix = "lane/";
constexpr std::uint8_t kVersion = 1;
}  // namespace

void sort_by_sequence(std::vector<std::shared_ptr<const BlockInfo>>& blocks) {
  std::sort(blocks.begin(), blocks.end(),
            [](const auto& a, const auto& b) { return a->bounds.sequence_first < b->bounds.sequence_first; });
}

std::string lane_key(LaneId id) {
  std::string key(kPrefix);
  append_big_endian(key, id);
  return key;
}

std::string lane_value(const Lane& lane) {
  std::string value(1, static_cast<char>(kVersion));
  value += static_cast<char>(lane.in_scope ? 1 : 0);
  append_text(value, lane.organisation);
  return value;
}

bool read_lane(std::string_view key, std::string_view value, Lane& lane) {
  if (key.size() != kPrefix.size() + sizeof(LaneId) || !key.starts_with(kPrefix)) return false;
  lane.id = read_big_endian<LaneId>(key.data() + kPrefix.size());
  WireReader in(value);
  if (in.byte() != kVersion) return false;
  lane.in_scope = in.byte() != 0;
  lane.organisation = in.text();
  lane.durable = true;
  return in.ok() && in.left() == 0;
}

Lane* Lanes::find_or_add(std::string_view organisation, bool in_scope) {
  const std::pair<std::string, bool> name(organisation, in_scope);
  if (const auto known = by_name_.find(name); known != by_name_.end()) return lanes_[known->second].get();
  if (lanes_.size() >= kLanesMax) return nullptr;
  auto lane = std::make_unique<Lane>();
  lane->id = static_cast<LaneId>(lanes_.size());
  lane->organisation = organisation;
  lane->in_scope = in_scope;
  by_name_.emplace(name, lane->id);
  lanes_.push_back(std::move(lane));
  return lanes_.back().get();
}

bool Lanes::restore(Lane lane) {
  if (lanes_.size() <= lane.id) lanes_.resize(lane.id + std::size_t{1});
  if (lanes_[lane.id]) return false;
  if (!by_name_.emplace(std::pair(lane.organisation, lane.in_scope), lane.id).second) return false;
  const LaneId id = lane.id;
  lanes_[id] = std::make_unique<Lane>(std::move(lane));
  return true;
}

Lane* Lanes::by_id(LaneId id) { return id < lanes_.size() ? lanes_[id].get() : nullptr; }

std::vector<const Lane*> Lanes::visible(const std::vector<std::string>& organisations) const {
  const auto holds = [&](std::string_view name) {
    return std::find(organisations.begin(), organisations.end(), name) != organisations.end();
  };
  const bool everything = holds("*");
  std::vector<const Lane*> lanes;
  for (const auto& lane : lanes_) {
    if (lane && (everything || holds(lane->organisation))) lanes.push_back(lane.get());
  }
  return lanes;
}

}  // namespace vigil
