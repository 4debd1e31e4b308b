#include "daemon/loss_book.h"

#include <algorithm>
#include <array>

#include "parsers/render.h"

namespace vigil {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Loss::count_)> kNames = {"gap", "sequence_gap",
                                                                                         "discarded"};
/// A place where nothing more was lost is forgotten after this.
constexpr std::chrono::hours kForgotten{25};

constexpr std::int64_t ns(std::chrono::nanoseconds time) { return time.count(); }

std::string sentence(const LossBook::Place& place, const std::string& count, const std::string& kind) {
  switch (place.loss) {
    case Loss::gap:
      return count + " datagrams were lost in the kernel's buffer of " + place.listener;
    case Loss::sequence_gap:
      return count + " messages of " + place.source + " never came, by its own numbers (" + kind + ")";
    case Loss::discarded:
      return count + " messages" + (place.source.empty() ? "" : " of " + place.source) +
             " were received and could not be stored";
    case Loss::count_:
      break;
  }
  return count;
}

}  // namespace

std::string_view loss_name(Loss loss) { return kNames[static_cast<std::size_t>(loss)]; }

std::size_t LossBook::Hash::operator()(const Place& place) const {
  const std::hash<std::string_view> hash;
  return hash(place.listener) ^ hash(place.source) * 3 ^ hash(place.peer) * 5 ^ hash(place.organisation) * 7 ^
         static_cast<std::size_t>(place.loss);
}

LossBook::Entry& LossBook::entry_for(const Place& place) {
  if (const auto known = places_.find(place); known != places_.end()) return known->second;
  if (places_.size() < kPlacesMax) return places_[place];
  Place together = place;
  together.source = together.peer = {};
  return places_[together];
}

bool LossBook::add(const Place& place, std::uint64_t count, std::int64_t now_ns) {
  if (count == 0) return false;
  const std::lock_guard lock(mutex_);
  Entry& entry = entry_for(place);
  if (entry.pending.count == 0) entry.from_ns = now_ns;
  entry.pending.count += count;
  entry.to_ns = now_ns;
  return now_ns >= due_ns(entry);
}

void LossBook::add(const Place& place, const MissingNumbers& missing, std::string_view kind, bool habitual,
                   std::int64_t now_ns) {
  if (missing.count == 0) return;
  const std::lock_guard lock(mutex_);
  Entry& entry = entry_for(place);
  if (entry.pending.count == 0) entry.from_ns = now_ns;
  entry.pending.add(missing);
  entry.to_ns = now_ns;
  entry.kind = kind;
  entry.habitual = habitual;
}

std::int64_t LossBook::due_ns(const Entry& entry) {
  const std::int64_t every = entry.habitual ? ns(kHabitualEvery) : ns(kEvery);
  return entry.told_ns == INT64_MIN ? entry.from_ns : std::max(entry.from_ns, entry.told_ns + every);
}

OwnVoice::Message LossBook::record(const Place& place, const Entry& entry) {
  const std::string count = std::to_string(entry.pending.count);
  OwnVoice::Message out;
  out.id = loss_name(place.loss);
  out.organisation = place.organisation;
  out.drill = place.drill;
  out.data.emplace_back("listener", place.listener);
  if (!place.source.empty()) out.data.emplace_back("source", place.source);
  if (!place.peer.empty()) out.data.emplace_back("peer", place.peer);
  out.data.emplace_back("lost", count);
  if (place.loss == Loss::sequence_gap) {
    out.data.emplace_back("kind", entry.kind);
    out.data.emplace_back("first", std::to_string(entry.pending.first));
    out.data.emplace_back("last", std::to_string(entry.pending.last));
    if (entry.habitual) out.data.emplace_back("habitual", "true");
  }
  const std::string from = iso_time(entry.from_ns, 0), to = iso_time(entry.to_ns, 0);
  out.data.emplace_back("from", from);
  out.data.emplace_back("to", to);
  out.text = sentence(place, count, entry.kind) + ", noticed between " + from + " and " + to;
  return out;
}

std::vector<OwnVoice::Message> LossBook::due(std::int64_t now_ns, bool all) {
  std::vector<OwnVoice::Message> out;
  const std::lock_guard lock(mutex_);
  for (auto at = places_.begin(); at != places_.end();) {
    auto& [place, entry] = *at;
    if (entry.pending.count != 0 && (all || now_ns >= due_ns(entry))) {
      out.push_back(record(place, entry));
      entry.pending = {};
      entry.told_ns = now_ns;
    }
    const bool over = entry.pending.count == 0 && now_ns - entry.told_ns > ns(kForgotten);
    at = over ? places_.erase(at) : std::next(at);
  }
  return out;
}

}  // namespace vigil
