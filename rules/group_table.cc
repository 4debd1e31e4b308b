#include "rules/group_table.h"

#include <algorithm>

namespace vigil::sigma {
namespace {

constexpr std::size_t kKeyValueMax = 256;
constexpr std::string_view kHex = "0123456789abcdef";

void append_hex(std::uint64_t value, std::string& out) {
  for (int shift = 60; shift >= 0; shift -= 4)
    out.push_back(kHex[(value >> static_cast<unsigned>(shift)) & 15U]);
}

bool is_plain(char c) {
  return static_cast<unsigned char>(c) > 0x20 && c != '/' && c != '%' && c != ',' && c != 0x7F;
}

void append_escaped(std::string_view value, std::string& out) {
  const std::string_view kept = value.substr(0, kKeyValueMax);
  if (std::all_of(kept.begin(), kept.end(), is_plain)) {
    out += kept;
  } else {
    for (const char c : kept) {
      if (is_plain(c)) {
        out.push_back(c);
        continue;
      }
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4U]);
      out.push_back(kHex[byte & 15U]);
    }
  }
  if (value.size() > kKeyValueMax) {
    out += "%..";
    append_hex(sip_hash({}, value), out);
  }
}

}  // namespace

std::size_t GroupTable::slot_of(const GroupKey& key) const {
  const auto tag = static_cast<std::uint32_t>(key.hash >> 32U);
  std::size_t at = home(key.hash);
  while (slots_[at].group != kNone) {
    if (slots_[at].tag == tag && groups_[slots_[at].group].key.text == key.text) break;
    at = (at + 1) & (slots_.size() - 1);
  }
  return at;
}

void GroupTable::prefetch_group(const GroupKey& key) const {
  if (slots_.empty()) return;
  const Slot& slot = slots_[home(key.hash)];
  if (slot.group == kNone) return;
  const auto* const bytes = reinterpret_cast<const char*>(&groups_[slot.group]);
  for (std::size_t at = 0; at < sizeof(Group) - sizeof(GroupIdentity); at += 64)
    __builtin_prefetch(bytes + at);
}

Group* GroupTable::find(const GroupKey& key) {
  if (size_ == 0) return nullptr;
  const Slot& slot = slots_[slot_of(key)];
  return slot.group == kNone ? nullptr : &groups_[slot.group];
}

std::pair<Group&, bool> GroupTable::find_or_add(const GroupKey& key) {
  if (2 * (size_ + 1) > slots_.size()) grow();
  Slot& slot = slots_[slot_of(key)];
  if (slot.group != kNone) return {groups_[slot.group], false};
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(groups_.size()));
    groups_.emplace_back();
  }
  slot = {free_.back(), static_cast<std::uint32_t>(key.hash >> 32U)};
  free_.pop_back();
  Group& group = groups_[slot.group];
  group.key = key;
  group.index = slot.group;
  ++size_;
  note(group);
  return {group, true};
}

void GroupTable::grow() {
  std::vector<Slot> before(std::max<std::size_t>(16, 2 * slots_.size()));
  before.swap(slots_);
  for (const Slot& slot : before) {
    if (slot.group != kNone) slots_[slot_of(groups_[slot.group].key)] = slot;
  }
}

void GroupTable::touch(Group& group, std::int64_t now_ns, std::uint64_t sequence) {
  group.touched_ns = std::max(group.touched_ns, now_ns);
  group.touched_sequence = std::max(group.touched_sequence, sequence);
  if (group.turn != turns_) note(group);
}

void GroupTable::note(Group& group) {
  group.turn = ++turns_;
  notes_.push_back({group.turn, group.index});
  // Stale notes are at least half of all when they are swept out: each touch pays for one.
  if (notes_.size() > 2 * size_ + 1024) drop_stale_notes();
}

void GroupTable::drop_stale_notes() {
  notes_.erase(notes_.begin(), notes_.begin() + static_cast<std::ptrdiff_t>(first_note_));
  first_note_ = 0;
  std::erase_if(notes_, [this](const Note& note) { return groups_[note.group].turn != note.turn; });
}

Group* GroupTable::oldest() {
  for (; first_note_ < notes_.size(); ++first_note_) {
    const Note& note = notes_[first_note_];
    if (groups_[note.group].turn == note.turn) return &groups_[note.group];
  }
  return nullptr;
}

void GroupTable::erase(Group& group) {
  // Those behind it move up, so that a search never meets a gap before what it looks for.
  const std::size_t mask = slots_.size() - 1;
  std::size_t gap = slot_of(group.key);
  for (std::size_t at = (gap + 1) & mask; slots_[at].group != kNone; at = (at + 1) & mask) {
    const std::size_t wanted = home(groups_[slots_[at].group].key.hash);
    if (((at - wanted) & mask) < ((at - gap) & mask)) continue;
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = Slot();
  const std::uint32_t index = group.index;
  group = Group();
  free_.push_back(index);
  --size_;
}

void GroupTable::sort_by_touch() {
  std::vector<Group*> order;
  order.reserve(size_);
  for (const Slot& slot : slots_) {
    if (slot.group != kNone) order.push_back(&groups_[slot.group]);
  }
  std::sort(order.begin(), order.end(), [](const Group* a, const Group* b) {
    return a->touched_sequence != b->touched_sequence ? a->touched_sequence < b->touched_sequence
                                                      : a->key.text < b->key.text;
  });
  notes_.clear();
  first_note_ = 0;
  for (Group* group : order) note(*group);
}

void append_group_key(const GroupIdentity& identity, std::string& out) {
  out += identity.drill ? "drill/" : "real/";
  append_escaped(identity.organisation, out);
  out.push_back('/');
  for (std::size_t i = 0; i < identity.values.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_escaped(identity.values[i], out);
  }
}

}  // namespace vigil::sigma
