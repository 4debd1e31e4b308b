#include "rules/correlator.h"

#include <algorithm>
#include <bit>
#include <random>

#include "rules/correlator_state.h"
#include "rules/field_names.h"
#include "rules/varint.h"

namespace vigil::sigma {
namespace {

/// A group is forgotten when it was not hit for its span, the time it stays quiet about a detection, and this:
/// messages that were held up on their way still find their window.
constexpr std::int64_t kGraceNs = 600'000'000'000;
/// An event cannot be newer than its receipt: a clock that runs ahead counts by receipt.
constexpr std::int64_t kAheadNs = 30'000'000'000;
/// Nor is a message of today from before 2010: a clock without a battery, which counts by receipt too.
constexpr std::int64_t kNoClockNs = std::int64_t{1'262'304'000} * 1'000'000'000;

SipKey random_key() {
  std::random_device random;
  const auto word = [&] { return (static_cast<std::uint64_t>(random()) << 32U) | random(); };
  return {word(), word()};
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

Correlator::State::State(const CompiledRules& compiled, CorrelatorOptions wanted)
    : rules(compiled), options(wanted), secret(random_key()), places(compiled.correlations.size()),
      ghosts(wanted.ghosts_max) {
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    const Correlation& correlation = rules.correlations[i];
    places[i].at_close = options.suppress && judged_at_close(correlation);
    const std::string identity = hash_text(correlation.identity);
    places[i].prefix = "window/" + identity + "/";
    by_identity.try_emplace(identity, i);
  }
  plan_keys();
}

// Correlations that group one rule's hits by the same fields share the key of a hit.
void Correlator::State::plan_keys() {
  std::map<std::string, std::uint32_t> known;
  for (const Correlation& correlation : rules.correlations) {
    std::vector<std::uint32_t>& plan = plans.emplace_back();
    for (const Correlation::Slot& slot : correlation.slots) {
      std::string signature;
      for (const FieldName& name : slot.group_by) append_text(signature_of(name), signature);
      plan.push_back(known.try_emplace(signature, static_cast<std::uint32_t>(known.size())).first->second);
    }
  }
  keys.resize(known.size());
}

void Correlator::State::listen(const std::vector<Listener>& listeners, const Hit& hit, std::uint64_t weight,
                               std::vector<Firing>& out) {
  // Groups lie scattered: all are called for before the first is waited for.
  for (const Listener& each : listeners) places[each.correlation].table->prefetch_slot(key_of(each, hit).hash);
  for (const Listener& each : listeners) places[each.correlation].table->prefetch_group(key_of(each, hit).hash);
  for (const Listener& each : listeners) update(each, hit, weight, out);
}

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
  key.packed.clear();
  pack(hit.organisation, hit.drill, key.packed);
  for (const FieldName& name : rules.correlations[listener.correlation].slots[listener.slot].group_by) {
    std::string_view value;
    if (!first_value(name, hit, value)) return key;
    pack_value(value, key.packed);
  }
  key.hash = sip_hash(secret, key.packed);
  key.complete = true;
  return key;
}

bool Correlator::State::tag_of(const Correlation& correlation, const Correlation::Slot& slot, const Hit& hit,
                               std::uint64_t weight, std::uint64_t& tag) {
  using Type = Correlation::Type;
  tag = weight;
  if (slot.values.empty()) return true;
  joined.clear();
  for (const FieldName& name : slot.values) {
    std::string_view value;
    if (!first_value(name, hit, value)) return false;
    if (correlation.type != Type::value_count && correlation.type != Type::new_value) {
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

// ---- room

bool Correlator::State::expired(std::uint32_t index, const Group& group, std::int64_t now) const {
  const Correlation& correlation = rules.correlations[index];
  return group.touched_ns < now - correlation.span_ns - correlation.suppress_ns - kGraceNs;
}

void Correlator::State::forget(std::uint32_t index, Group& group) {
  if (group.stored) erased.push_back(store_key(index, identity_of(group.packed())));
  bytes -= bytes_of(group);
  places[index].table->erase(group);
}

void Correlator::State::drop_expired(std::uint32_t index, std::int64_t now) {
  places[index].table->drop_oldest([&](Group& group) {
    if (!expired(index, group, now)) return false;
    forget(index, group);
    return true;
  });
}

void Correlator::State::evict(std::uint32_t index, Group& group, const Hit& hit) {
  Place& place = places[index];
  if (!place.at_close) {
    if (const auto single = group.window.single(rules.correlations[index])) {
      ghosts.put(ghost_key(index, group.hash), *single);
    }
  }
  forget(index, group);
  ++counters.evicted;
  ++place.evicted;
  place.told_changed = true;
  if (place.told_ns != INT64_MIN && hit.event_ns < place.told_ns + kHourNs) return;
  place.told_ns = hit.event_ns;
  overflows.push_back({index, std::exchange(place.evicted, 0)});
}

// Called with the group that needs the room already there, as the newest.
void Correlator::State::make_room(std::uint32_t index, const Hit& hit) {
  GroupTable& table = *places[index].table;
  if (table.size() > options.groups_max) drop_expired(index, hit.received_ns);
  while (table.size() > std::max<std::size_t>(1, options.groups_max)) evict(index, *table.victim(), hit);
  while (bytes > options.bytes_max) {
    std::uint32_t fullest = 0;
    for (std::uint32_t i = 1; i < places.size(); ++i) {
      if (places[i].table->size() > places[fullest].table->size()) fullest = i;
    }
    if (places[fullest].table->size() < 2) return;
    evict(fullest, *places[fullest].table->victim(), hit);
  }
}

Group* Correlator::State::group_for(const Listener& listener, const HitKey& key, const Hit& hit) {
  const std::uint32_t index = listener.correlation;
  const Correlation& correlation = rules.correlations[index];
  GroupTable& table = *places[index].table;
  if (Group* const known = table.find(key.key())) {
    if (expired(index, *known, hit.received_ns)) {
      // Forgetting happens at quiet moments; the answer must not depend on when that was.
      bytes -= bytes_of(*known);
      known->window = Window();
      bytes += bytes_of(*known);
    }
    table.touch(*known, hit.received_ns, hit.sequence);
    return known;
  }
  std::optional<WindowEntry> ghost;
  if (!ghosts.empty()) ghost = ghosts.take(ghost_key(index, key.hash));
  // The second step without a first begins nothing: else every ordinary logon would open a window that waits for
  // failures which cannot come before it any more.
  const bool begins = correlation.type != Correlation::Type::temporal_ordered || listener.slot == 0;
  if (!begins && !ghost) return nullptr;
  Group& group = table.add(key.key(), sender_of(hit.sender));
  bytes += bytes_of(group);
  table.touch(group, hit.received_ns, ghost ? ghost->sequence : hit.sequence);
  if (ghost) {
    table.touch(group, hit.received_ns, hit.sequence);
    const std::size_t before = bytes_of(group);
    group.window.take(correlation, *ghost);
    bytes += bytes_of(group) - before;
  }
  // The newest of its sender's is the last to go, unless it is the only one that was hit once.
  const std::uint32_t place = group.index;
  make_room(index, hit);
  Group* const still = table.at_index(place);
  return still != nullptr && still->packed() == key.packed ? still : nullptr;
}

// ---- counting

void Correlator::State::update(const Listener& listener, const Hit& hit, std::uint64_t weight,
                               std::vector<Firing>& out) {
  const std::uint32_t index = listener.correlation;
  const Correlation& correlation = rules.correlations[index];
  const Correlation::Slot& slot = correlation.slots[listener.slot];
  const HitKey& key = key_of(listener, hit);
  WindowEntry entry;
  if (!key.complete || !tag_of(correlation, slot, hit, weight, entry.tag)) {
    ++counters.ungrouped;
    return;
  }
  entry.at_ns = hit.event_ns;
  entry.sequence = hit.sequence & (UINT64_MAX >> 8U);
  entry.slot = listener.slot;

  Group* const found = group_for(listener, key, hit);
  if (found == nullptr) return;
  Group& group = *found;
  Window& window = group.window;
  mark(index, group);
  const bool at_close = places[index].at_close;
  const std::uint64_t hash = group.hash;
  while (at_close && window.opened_ns() &&
         entry.at_ns > *window.opened_ns() + correlation.span_ns + Window::kLatenessNs) {
    close_window(index, group, out);
  }
  // What listens to a closed window may have needed the room.
  if (group.turn == 0 || group.hash != hash) return;
  const std::size_t before = bytes_of(group);
  const Window::Taken taken = window.take(correlation, entry);
  bytes += bytes_of(group) - before;
  if (taken == Window::Taken::late) {
    ++counters.late;
    return;
  }
  if (at_close) {
    if (window.open(correlation, now_ns)) note_open(index, group);
    return;
  }
  if (correlation.type == Correlation::Type::new_value) {
    if (taken == Window::Taken::fresh) judge_new_value(index, group, entry, hit, out);
    return;
  }
  judge(index, group, entry, hit, out);
}

void Correlator::State::judge(std::uint32_t index, Group& group, const WindowEntry& entry, const Hit& hit,
                              std::vector<Firing>& out) {
  const Correlation& correlation = rules.correlations[index];
  Window& window = group.window;
  const bool quiet = (options.suppress || correlation.own_suppress) && window.reported_ns != INT64_MIN &&
                     entry.at_ns < window.reported_ns + correlation.suppress_ns;
  const auto& listeners = rules.correlation_listeners[index];
  if (quiet && listeners.empty()) return;
  const bool tell = !quiet && (correlation.alerts || options.tell_silent);
  const auto finding = window.holds(correlation, entry, tell ? Window::Detail::references : Window::Detail::count);
  if (!finding) return;
  if (tell) {
    Firing& firing = out.emplace_back(firing_of(index, group, *finding));
    std::erase(firing.references, hit.sequence);
    if (firing.references.size() > 9) firing.references.erase(firing.references.begin() + 4);
    firing.references.push_back(hit.sequence);
  }
  if (!quiet) {
    window.reported_ns = std::max(window.reported_ns, entry.at_ns);
    window.since_report = 0;
    if (correlation.reset) {
      const std::size_t before = bytes_of(group);
      window.empty();
      bytes += bytes_of(group) - before;
    }
  }
  // Correlations that listen to this one hear every hit at which it holds: a success long after the first alarm is
  // still a success after many failures.
  pass_on(index, group, hit, finding->count, out);
}

void Correlator::State::judge_new_value(std::uint32_t index, Group& group, const WindowEntry& entry, const Hit& hit,
                                        std::vector<Firing>& out) {
  const Correlation& correlation = rules.correlations[index];
  Window& window = group.window;
  // The value that a group begins with is new to us, not to it.
  const std::int64_t since = window.known_since_ns();
  if (entry.at_ns - since < correlation.learn_ns || (entry.at_ns == since && window.size() == 1)) return;
  const bool quiet = correlation.own_suppress && window.reported_ns != INT64_MIN &&
                     entry.at_ns < window.reported_ns + correlation.suppress_ns;
  if (quiet) return;
  window.reported_ns = std::max(window.reported_ns, entry.at_ns);
  if (correlation.alerts || options.tell_silent) {
    Window::Finding finding{1, entry.at_ns, entry.at_ns, {hit.sequence}};
    out.push_back(firing_of(index, group, finding));
  }
  pass_on(index, group, hit, 1, out);
}

void Correlator::State::pass_on(std::uint32_t index, const Group& group, const Hit& like, std::uint64_t weight,
                                std::vector<Firing>& out) {
  const auto& listeners = rules.correlation_listeners[index];
  if (listeners.empty()) return;
  const std::vector<std::string> group_values = identity_of(group.packed()).values;
  const FiringFields fields(rules.correlations[index].group_by, group_values);
  Hit inner = like;
  inner.fields = &fields;
  inner.serial = ++serial;
  listen(listeners, inner, std::max<std::uint64_t>(1, weight), out);
}

Firing Correlator::State::firing_of(std::uint32_t index, const Group& group, const Window::Finding& finding) const {
  const Correlation& correlation = rules.correlations[index];
  const Window& window = group.window;
  Firing firing;
  firing.correlation = index;
  firing.count = finding.count;
  firing.first_ns = finding.first_ns;
  firing.last_ns = finding.last_ns;
  firing.group = identity_of(group.packed()).values;
  firing.references = finding.references;
  const bool again = window.reported_ns != INT64_MIN && window.reported_ns >= finding.first_ns - correlation.span_ns;
  if (again && correlation.type == Correlation::Type::event_count && !places[index].at_close) {
    // What was counted while the group was kept quiet: all detections together count each event once.
    firing.count = window.since_report;
    firing.first_ns = window.reported_ns;
  }
  return firing;
}

// ---- windows that are judged when they close

void Correlator::State::note_open(std::uint32_t index, Group& group) {
  auto& dues = places[index].dues;
  auto place = dues.end();
  while (place != dues.begin() && std::prev(place)->at_ns > group.window.closes_ns()) --place;
  dues.insert(place, {group.window.closes_ns(), group.index});
  next_due_ns = std::min(next_due_ns, group.window.closes_ns());
}

void Correlator::State::close_window(std::uint32_t index, Group& group, std::vector<Firing>& out) {
  const Correlation& correlation = rules.correlations[index];
  Window& window = group.window;
  mark(index, group);
  const std::int64_t end_ns = window.opened_ns().value_or(now_ns) + correlation.span_ns;
  // As if it had closed when it was due, however long we were not told the time.
  const std::int64_t closed_at_ns = std::min(window.closes_ns(), now_ns);
  const std::size_t before = bytes_of(group);
  const auto finding = window.close(correlation);
  if (window.open(correlation, closed_at_ns)) note_open(index, group);
  bytes += bytes_of(group) - before;
  if (!finding) return;
  const bool quiet = correlation.own_suppress && window.reported_ns != INT64_MIN &&
                     end_ns < window.reported_ns + correlation.suppress_ns;
  if (quiet) return;
  window.reported_ns = end_ns;
  const GroupIdentity identity = identity_of(group.packed());
  const Sender sender = sender_at(group.sender);
  if (correlation.alerts || options.tell_silent) {
    Firing& firing = out.emplace_back(firing_of(index, group, *finding));
    firing.closed = true;
    firing.organisation = identity.organisation;
    firing.drill = identity.drill;
    firing.host = sender.host;
    firing.system = sender.system;
    firing.core = sender.core;
  }
  Hit like;
  like.organisation = identity.organisation;
  like.drill = identity.drill;
  like.sequence = finding->references.empty() ? 0 : finding->references.back();
  like.event_ns = end_ns;
  like.received_ns = now_ns;
  like.sender = sender;
  pass_on(index, group, like, finding->count, out);
}

void Correlator::State::find_next_due() {
  next_due_ns = INT64_MAX;
  for (const Place& place : places) {
    if (!place.dues.empty()) next_due_ns = std::min(next_due_ns, place.dues.front().at_ns);
  }
}

bool Correlator::advance(std::int64_t now_ns, std::vector<Firing>& out) {
  State& state = *state_;
  if (state.any_restored) state.settle_restored();
  state.now_ns = std::max(state.now_ns, std::clamp(now_ns, kEarliestNs, kLatestNs));
  if (state.next_due_ns > state.now_ns) return false;
  bool closed = false;
  for (std::uint32_t index = 0; index < state.places.size(); ++index) {
    auto& dues = state.places[index].dues;
    while (!dues.empty() && dues.front().at_ns <= state.now_ns) {
      const State::Due due = dues.front();
      dues.pop_front();
      Group* const group = state.places[index].table->at_index(due.group);
      // Gone, or closed by a later event since.
      if (group == nullptr || !group->window.opened_ns() || group->window.closes_ns() != due.at_ns) continue;
      state.close_window(index, *group, out);
      closed = true;
    }
  }
  state.find_next_due();
  return closed;
}

Correlator::Correlator(const CompiledRules& rules, CorrelatorOptions options)
    : state_(std::make_unique<State>(rules, options)) {}
Correlator::~Correlator() = default;

void Correlator::matched(std::uint32_t rule, const Hit& hit, std::vector<Firing>& out) {
  State& state = *state_;
  const auto& listeners = state.rules.rule_listeners[rule];
  if (listeners.empty()) return;
  if (state.any_restored) state.settle_restored();
  Hit numbered = hit;
  numbered.received_ns = std::clamp(hit.received_ns, kEarliestNs, kLatestNs);
  numbered.event_ns = std::clamp(hit.event_ns, kEarliestNs, numbered.received_ns + kAheadNs);
  if (numbered.event_ns < kNoClockNs && numbered.received_ns >= kNoClockNs) numbered.event_ns = numbered.received_ns;
  state.now_ns = std::max(state.now_ns, numbered.received_ns);
  numbered.serial = ++state.serial;
  state.listen(listeners, numbered, 1, out);
}

void Correlator::take_overflows(std::vector<Overflow>& out) {
  out.insert(out.end(), state_->overflows.begin(), state_->overflows.end());
  state_->overflows.clear();
}

Correlator::Counters Correlator::counters() const {
  const State& state = *state_;
  Counters counters = state.counters;
  counters.bytes = state.bytes + state.ghosts.bytes();
  for (const State::Place& place : state.places) {
    counters.groups += place.table->size();
    counters.bytes += place.table->table_bytes();
  }
  return counters;
}

}  // namespace vigil::sigma
