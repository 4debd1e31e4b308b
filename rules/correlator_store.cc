// What the correlator keeps beyond the process: keys, stored windows, and what another set of rules takes over.

#include <algorithm>

#include "rules/correlator_state.h"
#include "rules/varint.h"

namespace vigil::sigma {
namespace {

/// 2: rows by type, sender, times of closing. Windows of another version are dropped: counting begins anew.
constexpr std::uint64_t kFormatVersion = 2;
constexpr std::string_view kPrefix = "window/";
/// In place of a group's key: what was told of a correlation's overflow.
constexpr std::string_view kOverflowKey = "overflow";
/// Longer values are cut and told apart by a hash.
constexpr std::size_t kValueMax = 256;
constexpr std::string_view kHex = "0123456789abcdef";

bool is_plain(char c) {
  return static_cast<unsigned char>(c) > 0x20 && c != '/' && c != '%' && c != ',' && c != 0x7F;
}

void append_escaped(std::string_view value, std::string& out) {
  for (const char c : value) {
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

}  // namespace

std::uint32_t Interned::number_of(std::string_view text) {
  if (text.empty()) return 0;
  if (const auto known = numbers_.find(text); known != numbers_.end()) return known->second;
  if (texts_.size() >= most_) return 0;
  const auto number = static_cast<std::uint32_t>(texts_.size());
  numbers_.emplace(texts_.emplace_back(text), number);
  return number;
}

void Correlator::State::pack(std::string_view organisation, bool drill, std::string& out) {
  append_varint(std::uint64_t{organisations.number_of(organisation)} << 1U | (drill ? 1U : 0U), out);
}

void Correlator::State::pack_value(std::string_view value, std::string& out) {
  if (value.size() <= kValueMax) return append_text(value, out);
  std::string cut(value.substr(0, kValueMax));
  cut += "..";
  const std::uint64_t hash = sip_hash({}, value);
  for (unsigned shift = 64; shift > 0; shift -= 4) cut.push_back(kHex[hash >> (shift - 4) & 15U]);
  append_text(cut, out);
}

GroupIdentity Correlator::State::identity_of(std::string_view packed) const {
  GroupIdentity identity;
  std::uint64_t head = 0;
  read_varint(packed, head);
  identity.organisation = organisations.text(static_cast<std::uint32_t>(head >> 1U));
  identity.drill = (head & 1U) != 0;
  for (std::string_view value; read_text(packed, value);) identity.values.emplace_back(value);
  return identity;
}

// Readable, without `/` or control characters in a value: window/IDENTITY/real/ORGANISATION/VALUE,VALUE
std::string Correlator::State::store_key(std::uint32_t index, const GroupIdentity& identity) const {
  std::string key = places[index].prefix;
  key += identity.drill ? "drill/" : "real/";
  append_escaped(identity.organisation, key);
  key.push_back('/');
  for (std::size_t i = 0; i < identity.values.size(); ++i) {
    if (i > 0) key.push_back(',');
    append_escaped(identity.values[i], key);
  }
  return key;
}

std::uint16_t Correlator::State::sender_of(const Sender& sender) {
  joined.clear();
  append_text(sender.host, joined);
  append_text(sender.system, joined);
  append_varint(sender.core ? 1 : 0, joined);
  return static_cast<std::uint16_t>(senders.number_of(joined));
}

Sender Correlator::State::sender_at(std::uint16_t number) const {
  std::string_view text = senders.text(number);
  Sender sender;
  std::uint64_t core = 0;
  if (read_text(text, sender.host) && read_text(text, sender.system) && read_varint(text, core)) sender.core = core != 0;
  return sender;
}

void Correlator::take_edits(std::vector<std::pair<std::string, std::string>>& out) {
  State& state = *state_;
  if (state.any_restored) state.settle_restored();
  for (std::uint32_t index = 0; index < state.places.size(); ++index) state.drop_expired(index, state.now_ns);
  // Erasures first: a group may have been forgotten and begun anew since.
  for (std::string& key : state.erased) out.emplace_back(std::move(key), std::string());
  state.erased.clear();
  for (const auto& [index, place] : state.changed) {
    Group* const group = state.places[index].table->at_index(place);
    if (group == nullptr || !group->changed) continue;
    group->changed = false;
    group->stored = true;
    const GroupIdentity identity = state.identity_of(group->packed());
    const Sender sender = state.sender_at(group->sender);
    std::string value;
    append_varint(kFormatVersion, value);
    append_text(identity.organisation, value);
    append_varint(identity.drill ? 1 : 0, value);
    append_varint(identity.values.size(), value);
    for (const std::string& text : identity.values) append_text(text, value);
    append_text(sender.host, value);
    append_text(sender.system, value);
    append_varint((sender.core ? 1U : 0U) | (group->many ? 2U : 0U), value);
    append_signed(group->touched_ns, value);
    append_varint(group->touched_sequence, value);
    group->window.append_to(state.rules.correlations[index], value);
    out.emplace_back(state.store_key(index, identity), std::move(value));
  }
  state.changed.clear();
  for (State::Place& place : state.places) {
    if (!std::exchange(place.told_changed, false)) continue;
    std::string value;
    append_varint(kFormatVersion, value);
    append_signed(place.told_ns, value);
    append_varint(place.evicted, value);
    out.emplace_back(place.prefix + std::string(kOverflowKey), std::move(value));
  }
}

void Correlator::restore(std::string_view key, std::string_view value) {
  State& state = *state_;
  const auto drop = [&] { state.erased.emplace_back(key); };
  constexpr std::size_t kHead = kPrefix.size() + 17;
  if (!key.starts_with(kPrefix) || key.size() < kHead) return drop();
  const auto known = state.by_identity.find(key.substr(kPrefix.size(), 16));
  if (known == state.by_identity.end()) return drop();
  const std::uint32_t index = known->second;
  const Correlation& correlation = state.rules.correlations[index];
  State::Place& place = state.places[index];
  std::uint64_t version = 0;
  if (!read_varint(value, version) || version != kFormatVersion) return drop();
  if (key.substr(kHead) == kOverflowKey) {
    if (!read_signed(value, place.told_ns) || !read_varint(value, place.evicted)) return drop();
    return;
  }

  GroupIdentity identity;
  Sender sender;
  std::uint64_t drill = 0, count = 0, flags = 0, sequence = 0;
  std::int64_t touched = 0;
  bool good = read_text(value, identity.organisation) && read_varint(value, drill) && read_varint(value, count) &&
              count == correlation.group_by.size();
  identity.drill = drill != 0;
  for (std::uint64_t i = 0; good && i < count; ++i) {
    std::string_view text;
    good = read_text(value, text);
    identity.values.emplace_back(text);
  }
  Window window;
  good = good && read_text(value, sender.host) && read_text(value, sender.system) && read_varint(value, flags) &&
         read_signed(value, touched) && touched >= kEarliestNs && touched <= kLatestNs &&
         read_varint(value, sequence) && window.read_from(value, correlation);
  if (!good || key != state.store_key(index, identity)) return drop();
  sender.core = (flags & 1U) != 0;

  std::string packed;
  state.pack(identity.organisation, identity.drill, packed);
  for (const std::string& text : identity.values) State::pack_value(text, packed);
  if (packed.size() > UINT16_MAX) return drop();
  const GroupKey group_key{packed, sip_hash(state.secret, packed)};
  Group* group = place.table->find(group_key);
  if (group != nullptr) {
    state.bytes -= State::bytes_of(*group);
  } else {
    group = &place.table->add(group_key, state.sender_of(sender));
  }
  group->window = std::move(window);
  group->touched_ns = touched;
  group->touched_sequence = sequence;
  group->many = (flags & 2U) != 0;
  group->stored = true;
  state.bytes += State::bytes_of(*group);
  state.now_ns = std::max(state.now_ns, touched);
  place.restored = state.any_restored = true;
}

// Groups come back in the order of their keys: who was touched first, and which window closes next, is found again here.
void Correlator::State::settle_restored() {
  any_restored = false;
  for (Place& place : places) {
    if (!std::exchange(place.restored, false)) continue;
    place.table->sort_by_touch();
    if (!place.at_close) continue;
    place.dues.clear();
    place.table->for_each([&](Group& group) {
      if (group.window.opened_ns()) place.dues.push_back({group.window.closes_ns(), group.index});
    });
    std::sort(place.dues.begin(), place.dues.end(), [](const Due& a, const Due& b) { return a.at_ns < b.at_ns; });
  }
  find_next_due();
}

void Correlator::adopt(Correlator& before) {
  State& state = *state_;
  State& old = *before.state_;
  if (old.any_restored) old.settle_restored();
  std::vector<std::uint32_t> now_at(old.places.size(), UINT32_MAX);
  for (const auto& [identity, index] : state.by_identity) {
    const auto same = old.by_identity.find(identity);
    if (same == old.by_identity.end()) continue;
    State::Place& from = old.places[same->second];
    State::Place& to = state.places[index];
    now_at[same->second] = index;
    to.table = std::move(from.table);
    to.dues = std::move(from.dues);
    to.evicted = from.evicted;
    to.told_ns = from.told_ns;
    to.told_changed = from.told_changed;
  }
  state.erased = std::move(old.erased);
  state.bytes = old.bytes;
  for (std::uint32_t index = 0; index < old.places.size(); ++index) {
    if (now_at[index] != UINT32_MAX || old.places[index].table == nullptr) continue;
    if (old.places[index].told_ns != INT64_MIN) {
      state.erased.push_back(old.places[index].prefix + std::string(kOverflowKey));
    }
    old.places[index].table->for_each([&](Group& group) {
      state.bytes -= State::bytes_of(group);
      if (group.stored) state.erased.push_back(old.store_key(index, old.identity_of(group.packed())));
    });
  }
  for (const auto& [index, place] : old.changed) {
    if (now_at[index] != UINT32_MAX) state.changed.emplace_back(now_at[index], place);
  }
  state.overflows = std::move(old.overflows);
  std::erase_if(state.overflows, [&](Overflow& overflow) {
    overflow.correlation = now_at[overflow.correlation];
    return overflow.correlation == UINT32_MAX;
  });
  state.secret = old.secret;
  state.organisations = std::move(old.organisations);
  state.senders = std::move(old.senders);
  state.ghosts = std::move(old.ghosts);
  state.counters = old.counters;
  state.now_ns = old.now_ns;
  state.serial = old.serial;
  state.find_next_due();
}

}  // namespace vigil::sigma
