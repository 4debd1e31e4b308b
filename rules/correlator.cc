#include "rules/correlator.h"

#include <algorithm>
#include <bit>
#include <map>
#include <random>

namespace vigil::sigma {
namespace {

constexpr std::string_view kPrefix = "window/";
constexpr std::uint64_t kFormatVersion = 1;
/// A group is forgotten when it was not hit for its span, the time it stays quiet about a detection, and this:
/// messages that were held up on their way still find their window.
constexpr std::int64_t kGraceNs = 600'000'000'000;
/// An event cannot be newer than its receipt: a clock that runs ahead counts by receipt.
constexpr std::int64_t kAheadNs = 30'000'000'000;

SipKey random_key() {
  std::random_device random;
  const auto word = [&] { return (static_cast<std::uint64_t>(random()) << 32U) | random(); };
  return {word(), word()};
}

std::string hex(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4U) text[i] = "0123456789abcdef"[value & 15U];
  return text;
}

/// What a correlation's firing looks like to the correlations that listen to it: its group-by values.
class FiringFields final : public FieldSource {
 public:
  FiringFields(const std::vector<std::string>& names, const std::vector<std::string>& values)
      : names_(names), values_(values) {}
  bool collect(const FieldName& name, std::vector<FieldValue>& out) const override {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] != name.written) continue;
      out.push_back({values_[i], ValueType::text});
      return true;
    }
    return false;
  }
  void collect_all(std::vector<FieldValue>& out) const override {
    for (const std::string& value : values_) out.push_back({value, ValueType::text});
  }
  std::string_view raw() const override { return {}; }

 private:
  const std::vector<std::string>& names_;
  const std::vector<std::string>& values_;
};

}  // namespace

struct Correlator::State {
  State(const CompiledRules& compiled, CorrelatorOptions wanted) : rules(compiled), options(wanted) {
    for (const Correlation& correlation : compiled.correlations) {
      tables.push_back(std::make_unique<GroupTable>());
      prefixes.push_back(std::string(kPrefix) + hex(correlation.identity) + "/");
      by_identity[hex(correlation.identity)] = static_cast<std::uint32_t>(tables.size() - 1);
    }
    unsorted.resize(tables.size());
    plan_keys();
  }

  // Correlations that group one rule's hits by the same fields share the key of a hit.
  void plan_keys() {
    std::map<std::string, std::uint32_t> known;
    for (const Correlation& correlation : rules.correlations) {
      std::vector<std::uint32_t>& plan = plans.emplace_back();
      for (const Correlation::Slot& slot : correlation.slots) {
        std::string signature;
        for (const FieldName& name : slot.group_by) {
          for (const auto& group : name.groups) {
            for (const std::string& candidate : group) append_text(candidate, signature);
            signature.push_back('|');
          }
          signature.push_back('&');
        }
        plan.push_back(known.try_emplace(signature, static_cast<std::uint32_t>(known.size())).first->second);
      }
    }
    keys.resize(known.size());
  }

  const CompiledRules& rules;
  CorrelatorOptions options;
  SipKey table_secret = random_key();
  std::vector<std::unique_ptr<GroupTable>> tables;  ///< by correlation
  std::vector<std::string> prefixes;
  std::vector<bool> unsorted;                       ///< by correlation: groups were restored
  std::map<std::string, std::uint32_t, std::less<>> by_identity;
  std::vector<std::pair<std::uint32_t, Group*>> changed;
  std::vector<std::string> erased;
  Counters counters;
  std::size_t entries = 0;
  std::int64_t now_ns = kEarliestNs;                ///< newest receipt seen
  std::vector<FieldValue> values;                   ///< scratch
  std::string joined;                               ///< scratch

  /// A hit's key under one way to group, kept while the hit is dealt with.
  struct HitKey {
    std::uint64_t made_for = 0;  ///< Hit::serial
    bool complete = false;  ///< false: a field to group by is missing
    GroupIdentity identity;
    GroupKey key;
  };
  std::vector<std::vector<std::uint32_t>> plans;    ///< by correlation and slot: index into keys
  std::vector<HitKey> keys;
  std::uint64_t serial = 0;

  void listen(const std::vector<Listener>& listeners, const Hit& hit, std::uint64_t weight, std::vector<Firing>& out) {
    // Groups lie scattered: all are called for before the first is waited for.
    for (const Listener& listener : listeners) tables[listener.correlation]->prefetch_slot(key_of(listener, hit).key);
    for (const Listener& listener : listeners) tables[listener.correlation]->prefetch_group(key_of(listener, hit).key);
    for (const Listener& listener : listeners) update(listener, hit, weight, out);
  }
  void update(const Listener& listener, const Hit& hit, std::uint64_t weight, std::vector<Firing>& out);
  bool first_value(const FieldName& name, const Hit& hit, std::string_view& value);
  const HitKey& key_of(const Listener& listener, const Hit& hit);
  bool tag_of(const Correlation& correlation, const Correlation::Slot& slot, const Hit& hit, std::uint64_t weight,
              std::uint64_t& tag);
  Group* group_for(const Listener& listener, const HitKey& key, const Hit& hit);
  Firing firing_of(std::uint32_t index, const Group& group, const Window::Finding& finding, const Hit& hit) const;
  void make_room(std::uint32_t index, std::int64_t now);
  bool expired(std::uint32_t index, const Group& group, std::int64_t now) const;
  void forget(std::uint32_t index, Group& group);
  void mark(std::uint32_t index, Group& group) {
    if (group.changed) return;
    group.changed = true;
    changed.emplace_back(index, &group);
  }
};

bool Correlator::State::first_value(const FieldName& name, const Hit& hit, std::string_view& value) {
  values.clear();
  hit.fields->collect(name, values);
  for (const FieldValue& found : values) {
    if (found.type == ValueType::null) continue;
    value = found.text;
    return true;
  }
  return false;
}

const Correlator::State::HitKey& Correlator::State::key_of(const Listener& listener, const Hit& hit) {
  HitKey& key = keys[plans[listener.correlation][listener.slot]];
  if (key.made_for == hit.serial) return key;
  key.made_for = hit.serial;
  key.complete = false;
  key.identity.organisation = hit.organisation;
  key.identity.drill = hit.drill;
  key.identity.values.clear();
  for (const FieldName& name : rules.correlations[listener.correlation].slots[listener.slot].group_by) {
    std::string_view value;
    if (!first_value(name, hit, value)) return key;
    key.identity.values.emplace_back(value);
  }
  key.key.text.clear();
  append_group_key(key.identity, key.key.text);
  key.key.rehash(table_secret);
  key.complete = true;
  return key;
}

bool Correlator::State::tag_of(const Correlation& correlation, const Correlation::Slot& slot, const Hit& hit,
                               std::uint64_t weight, std::uint64_t& tag) {
  tag = weight;
  if (slot.values.empty()) return true;
  joined.clear();
  for (const FieldName& name : slot.values) {
    std::string_view value;
    if (!first_value(name, hit, value)) return false;
    if (correlation.type != Correlation::Type::value_count) {
      const auto number = number_of(value);
      if (number) tag = std::bit_cast<std::uint64_t>(*number);
      return number.has_value();
    }
    append_text(value, joined);
  }
  // Unkeyed, for the windows outlive the process; colliding values would only make the count smaller.
  tag = sip_hash({}, joined);
  return true;
}

bool Correlator::State::expired(std::uint32_t index, const Group& group, std::int64_t now) const {
  const Correlation& correlation = rules.correlations[index];
  return group.touched_ns < now - correlation.span_ns - correlation.suppress_ns - kGraceNs;
}

void Correlator::State::forget(std::uint32_t index, Group& group) {
  erased.push_back(prefixes[index] + group.key.text);
  entries -= group.window.size();
  if (group.changed) std::erase(changed, std::pair<std::uint32_t, Group*>(index, &group));
  tables[index]->erase(group);
}

// Called with the group that needs the room already there, as the newest.
void Correlator::State::make_room(std::uint32_t index, std::int64_t now) {
  GroupTable& table = *tables[index];
  while (table.size() > 1 && expired(index, *table.oldest(), now)) forget(index, *table.oldest());
  while (table.size() > 1 && (table.size() > options.groups_max || entries >= options.entries_max)) {
    forget(index, *table.oldest());
    ++counters.evicted;
  }
}

Group* Correlator::State::group_for(const Listener& listener, const HitKey& key, const Hit& hit) {
  const std::uint32_t index = listener.correlation;
  GroupTable& table = *tables[index];
  if (unsorted[index]) {
    table.sort_by_touch();
    unsorted[index] = false;
  }
  // The second step without a first begins nothing: else every ordinary logon would open a window that waits for
  // failures which cannot come before it any more.
  const bool begins = rules.correlations[index].type != Correlation::Type::temporal_ordered || listener.slot == 0;
  if (!begins && table.find(key.key) == nullptr) return nullptr;
  auto [group, fresh] = table.find_or_add(key.key);
  if (fresh) {
    group.identity = key.identity;
    table.touch(group, hit.received_ns, hit.sequence);
    make_room(index, hit.received_ns);
  } else if (expired(index, group, hit.received_ns)) {
    // Forgetting happens at quiet moments; the answer must not depend on when that was.
    entries -= group.window.size();
    group.window = Window();
  }
  table.touch(group, hit.received_ns, hit.sequence);
  return &group;
}

void Correlator::State::update(const Listener& listener, const Hit& hit, std::uint64_t weight,
                               std::vector<Firing>& out) {
  const Correlation& correlation = rules.correlations[listener.correlation];
  const Correlation::Slot& slot = correlation.slots[listener.slot];
  const HitKey& key = key_of(listener, hit);
  WindowEntry entry;
  if (!key.complete || !tag_of(correlation, slot, hit, weight, entry.tag)) {
    ++counters.ungrouped;
    return;
  }
  entry.at_ns = hit.event_ns;
  entry.sequence = hit.sequence;
  entry.slot = listener.slot;

  Group* const found = group_for(listener, key, hit);
  if (found == nullptr) return;
  Group& group = *found;
  Window& window = group.window;
  mark(listener.correlation, group);
  const std::size_t before = window.size();
  const bool counted = window.take(correlation, entry);
  entries = entries - before + window.size();
  if (!counted) {
    ++counters.late;
    return;
  }
  const bool quiet = (options.suppress || correlation.own_suppress) && window.reported_ns != INT64_MIN &&
                     entry.at_ns < window.reported_ns + correlation.suppress_ns;
  const auto& listeners = rules.correlation_listeners[listener.correlation];
  if (quiet && listeners.empty()) return;
  const bool tell = !quiet && (correlation.alerts || options.tell_silent);
  const auto finding = window.holds(correlation, entry, tell ? Window::Detail::references : Window::Detail::count);
  if (!finding) return;
  if (tell) out.push_back(firing_of(listener.correlation, group, *finding, hit));
  if (!quiet) {
    window.reported_ns = std::max(window.reported_ns, entry.at_ns);
    window.since_report = 0;
    if (correlation.reset) {
      entries -= window.size();
      window.empty();
    }
  }
  if (listeners.empty()) return;
  // Correlations that listen to this one hear every hit at which it holds: a success long after the first alarm is
  // still a success after many failures.
  const FiringFields fields(correlation.group_by, group.identity.values);
  Hit inner = hit;
  inner.fields = &fields;
  inner.serial = ++serial;
  listen(listeners, inner, std::max<std::uint64_t>(1, finding->count), out);
}

Firing Correlator::State::firing_of(std::uint32_t index, const Group& group, const Window::Finding& finding,
                                    const Hit& hit) const {
  const Correlation& correlation = rules.correlations[index];
  const Window& window = group.window;
  Firing firing;
  firing.correlation = index;
  firing.count = finding.count;
  firing.first_ns = finding.first_ns;
  firing.last_ns = finding.last_ns;
  firing.group = group.identity.values;
  firing.references = finding.references;
  std::erase(firing.references, hit.sequence);
  if (firing.references.size() > 9) firing.references.erase(firing.references.begin() + 4);
  firing.references.push_back(hit.sequence);
  const bool again = window.reported_ns != INT64_MIN && window.reported_ns >= finding.first_ns - correlation.span_ns;
  if (again && correlation.type == Correlation::Type::event_count) {
    // What was counted while the group was kept quiet: all detections together count each event once.
    firing.count = window.since_report;
    firing.first_ns = window.reported_ns;
  }
  return firing;
}

Correlator::Correlator(const CompiledRules& rules, CorrelatorOptions options)
    : state_(std::make_unique<State>(rules, options)) {}
Correlator::~Correlator() = default;

void Correlator::matched(std::uint32_t rule, const Hit& hit, std::vector<Firing>& out) {
  const auto& listeners = state_->rules.rule_listeners[rule];
  if (listeners.empty()) return;
  Hit numbered = hit;
  numbered.received_ns = std::clamp(hit.received_ns, kEarliestNs, kLatestNs);
  numbered.event_ns = std::clamp(hit.event_ns, kEarliestNs, numbered.received_ns + kAheadNs);
  state_->now_ns = std::max(state_->now_ns, numbered.received_ns);
  numbered.serial = ++state_->serial;
  state_->listen(listeners, numbered, 1, out);
}

void Correlator::take_edits(std::vector<std::pair<std::string, std::string>>& out) {
  State& state = *state_;
  for (std::uint32_t index = 0; index < state.tables.size(); ++index) {
    if (state.unsorted[index]) continue;
    GroupTable& table = *state.tables[index];
    while (table.oldest() != nullptr && state.expired(index, *table.oldest(), state.now_ns)) {
      state.forget(index, *table.oldest());
    }
  }
  // Erasures first: a group may have been forgotten and begun anew since.
  for (std::string& key : state.erased) out.emplace_back(std::move(key), std::string());
  state.erased.clear();
  for (const auto& [index, group] : state.changed) {
    group->changed = false;
    std::string value;
    append_varint(kFormatVersion, value);
    append_text(group->identity.organisation, value);
    append_varint(group->identity.drill ? 1 : 0, value);
    append_varint(group->identity.values.size(), value);
    for (const std::string& text : group->identity.values) append_text(text, value);
    append_signed(group->touched_ns, value);
    append_varint(group->touched_sequence, value);
    group->window.append_to(value);
    out.emplace_back(state.prefixes[index] + group->key.text, std::move(value));
  }
  state.changed.clear();
}

void Correlator::restore(std::string_view key, std::string_view value) {
  State& state = *state_;
  const auto drop = [&] { state.erased.emplace_back(key); };
  if (!key.starts_with(kPrefix) || key.size() < kPrefix.size() + 17) return drop();
  const auto known = state.by_identity.find(key.substr(kPrefix.size(), 16));
  if (known == state.by_identity.end()) return drop();
  const std::uint32_t index = known->second;
  const Correlation& correlation = state.rules.correlations[index];

  GroupIdentity identity;
  std::uint64_t version = 0, drill = 0, count = 0, sequence = 0;
  std::int64_t touched = 0;
  bool good = read_varint(value, version) && version == kFormatVersion && read_text(value, identity.organisation) &&
              read_varint(value, drill) && read_varint(value, count) && count == correlation.group_by.size();
  identity.drill = drill != 0;
  for (std::uint64_t i = 0; good && i < count; ++i) {
    identity.values.emplace_back();
    good = read_text(value, identity.values.back());
  }
  Window window;
  good = good && read_signed(value, touched) && touched >= kEarliestNs && touched <= kLatestNs &&
         read_varint(value, sequence) && window.read_from(value, correlation);
  GroupKey group_key;
  append_group_key(identity, group_key.text);
  if (!good || key.substr(kPrefix.size() + 17) != group_key.text) return drop();
  group_key.rehash(state.table_secret);

  auto [group, fresh] = state.tables[index]->find_or_add(group_key);
  if (!fresh) state.entries -= group.window.size();
  group.identity = std::move(identity);
  group.window = std::move(window);
  group.touched_ns = touched;
  group.touched_sequence = sequence;
  state.entries += group.window.size();
  state.now_ns = std::max(state.now_ns, touched);
  state.unsorted[index] = true;
}

void Correlator::adopt(Correlator& before) {
  State& state = *state_;
  State& old = *before.state_;
  for (std::uint32_t index = 0; index < state.tables.size(); ++index) {
    const auto same = old.by_identity.find(hex(state.rules.correlations[index].identity));
    if (same == old.by_identity.end()) continue;
    state.tables[index] = std::move(old.tables[same->second]);
    state.unsorted[index] = old.unsorted[same->second];
    for (const auto& [from, group] : old.changed) {
      if (from == same->second) state.changed.emplace_back(index, group);
    }
    old.by_identity.erase(same);
  }
  state.erased = std::move(old.erased);
  state.entries = old.entries;
  for (const auto& [identity, from] : old.by_identity) {
    old.tables[from]->for_each([&](const Group& group) {
      state.erased.push_back(old.prefixes[from] + group.key.text);
      state.entries -= group.window.size();
    });
  }
  state.table_secret = old.table_secret;
  state.counters = old.counters;
  state.now_ns = old.now_ns;
}

Correlator::Counters Correlator::counters() const {
  Counters counters = state_->counters;
  for (const auto& table : state_->tables) counters.groups += table->size();
  return counters;
}

}  // namespace vigil::sigma
