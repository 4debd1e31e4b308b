#include "rules/group_table.h"

#include <algorithm>

namespace vigil::sigma {

std::size_t GroupTable::slot_of(const GroupKey& key) const {
  const auto tag = static_cast<std::uint32_t>(key.hash >> 32U);
  std::size_t place = home(key.hash);
  while (slots_[place].group != kNone) {
    // The key itself lies elsewhere, a cache miss away. Nobody who does not know the secret finds two keys of one hash.
    if (slots_[place].tag == tag && at(slots_[place].group).hash == key.hash) break;
    place = (place + 1) & (slots_.size() - 1);
  }
  return place;
}

void GroupTable::prefetch_group(std::uint64_t hash) const {
  if (slots_.empty()) return;
  const Slot& slot = slots_[home(hash)];
  if (slot.group == kNone) return;
  const auto* const bytes = reinterpret_cast<const char*>(&at(slot.group));
  for (std::size_t i = 0; i < sizeof(Group); i += 64) __builtin_prefetch(bytes + i);
}

Group* GroupTable::find(const GroupKey& key) {
  if (size_ == 0) return nullptr;
  const Slot& slot = slots_[slot_of(key)];
  return slot.group == kNone ? nullptr : &at(slot.group);
}

Group& GroupTable::add(const GroupKey& key, std::uint16_t sender) {
  if (4 * (size_ + 1) > 3 * slots_.size()) grow();
  if (free_.empty()) {
    if (used_ == slabs_.size() << kSlabShift) slabs_.push_back(std::make_unique<Group[]>(1U << kSlabShift));
    free_.push_back(used_++);
  }
  Slot& slot = slots_[slot_of(key)];
  slot = {free_.back(), static_cast<std::uint32_t>(key.hash >> 32U)};
  free_.pop_back();
  Group& group = at(slot.group);
  group.hash = key.hash;
  const auto length = static_cast<std::uint16_t>(key.packed.size());
  group.packed_text = std::make_unique_for_overwrite<char[]>(length + std::size_t{2});
  std::memcpy(group.packed_text.get(), &length, 2);
  std::memcpy(group.packed_text.get() + 2, key.packed.data(), length);
  group.index = slot.group;
  group.sender = sender;
  ++size_;
  if (lanes_.size() <= sender) lanes_.resize(sender + std::size_t{1});
  if (++lanes_[sender].size > lanes_[heaviest_].size) heaviest_ = sender;
  note(group);
  return group;
}

void GroupTable::grow() {
  std::vector<Slot> before(std::max<std::size_t>(16, 2 * slots_.size()));
  before.swap(slots_);
  for (const Slot& slot : before) {
    if (slot.group == kNone) continue;
    std::size_t place = home(at(slot.group).hash);
    while (slots_[place].group != kNone) place = (place + 1) & (slots_.size() - 1);
    slots_[place] = slot;
  }
}

void GroupTable::touch(Group& group, std::int64_t now_ns, std::uint64_t sequence) {
  const bool again = !group.many && group.touched_sequence != 0;
  group.many = group.many || again;
  group.touched_ns = std::max(group.touched_ns, now_ns);
  group.touched_sequence = std::max(group.touched_sequence, sequence);
  if (group.turn != turns_ || again) note(group);
}

void GroupTable::note(Group& group) {
  // A turn that comes round again would make old notes good: they are all swept out before.
  if (++turns_ == 0) {
    sort_by_touch();
    ++turns_;
  }
  group.turn = turns_;
  Lane& lane = lanes_[group.sender];
  Notes& notes = group.many ? lane.many : lane.once;
  notes.list.push_back({group.index, group.turn});
  drop_stale(notes, lane.size);
}

void GroupTable::drop_stale(Notes& notes, std::size_t live) {
  // Stale notes are at least half of all when they are swept out: each touch pays for one.
  if (notes.list.size() < 2 * live + 64) return;
  notes.list.erase(notes.list.begin(), notes.list.begin() + static_cast<std::ptrdiff_t>(notes.first));
  notes.first = 0;
  std::erase_if(notes.list, [this](const Note& each) { return at(each.group).turn != each.turn; });
}

Group* GroupTable::front(Notes& notes) {
  for (; notes.first < notes.list.size(); ++notes.first) {
    const Note& each = notes.list[notes.first];
    if (at(each.group).turn == each.turn) return &at(each.group);
  }
  return nullptr;
}

Group* GroupTable::victim() {
  if (size_ == 0) return nullptr;
  // As long as he who had most has more than his share, nobody else need be looked for.
  if (std::uint64_t{lanes_[heaviest_].size} * lanes_.size() < 2 * size_) {
    const auto most = std::max_element(lanes_.begin(), lanes_.end(),
                                       [](const Lane& a, const Lane& b) { return a.size < b.size; });
    heaviest_ = static_cast<std::uint16_t>(most - lanes_.begin());
  }
  Lane& lane = lanes_[heaviest_];
  Group* const group = front(lane.once);
  return group != nullptr ? group : front(lane.many);
}

void GroupTable::erase(Group& group) {
  // Those behind it move up, so that a search never meets a gap before what it looks for.
  const std::size_t mask = slots_.size() - 1;
  std::size_t gap = slot_of({group.packed(), group.hash});
  for (std::size_t place = (gap + 1) & mask; slots_[place].group != kNone; place = (place + 1) & mask) {
    const std::size_t wanted = home(at(slots_[place].group).hash);
    if (((place - wanted) & mask) < ((place - gap) & mask)) continue;
    slots_[gap] = slots_[place];
    gap = place;
  }
  slots_[gap] = Slot();
  --lanes_[group.sender].size;
  const std::uint32_t index = group.index;
  group = Group();
  free_.push_back(index);
  --size_;
}

void GroupTable::sort_by_touch() {
  std::vector<Group*> order;
  order.reserve(size_);
  for_each([&](Group& group) { order.push_back(&group); });
  std::sort(order.begin(), order.end(), [](const Group* a, const Group* b) {
    return a->touched_sequence != b->touched_sequence ? a->touched_sequence < b->touched_sequence
                                                      : a->packed() < b->packed();
  });
  for (Lane& lane : lanes_) lane.once = lane.many = Notes();
  turns_ = 0;
  for (Group* group : order) note(*group);
}

std::size_t GroupTable::table_bytes() const {
  std::size_t bytes = slabs_.size() * (sizeof(Group) << kSlabShift) + slots_.capacity() * sizeof(Slot) +
                      free_.capacity() * sizeof(std::uint32_t) + lanes_.capacity() * sizeof(Lane);
  for (const Lane& lane : lanes_) {
    bytes += (lane.once.list.capacity() + lane.many.list.capacity()) * sizeof(Note);
  }
  return bytes;
}

}  // namespace vigil::sigma
