#include "daemon/source_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

namespace vigil {

namespace {

constexpr std::string_view kPrefix = "source/";

/// Host names come from the network: what goes into a key is bounded (BI-33), the full text stays in the
/// record.
constexpr std::size_t kHostKeyBytesMax = 255;
/// Senders that sent at least this much are kept before those that sent less, however new these are.
constexpr std::uint64_t kEstablished = 16;

// 2 first_seen last_seen received bytes unparsed discarded missing formats kinds tags zone charset drill formats LF sequences
constexpr std::uint64_t kVersion = 2;
/// Later versions add behind; anything else is written by nobody we know.
constexpr std::uint64_t kVersionMax = 99;
constexpr std::size_t kNumbers = 15;

/// The numbers at the front of a value; those that are not there are 0.
std::array<std::uint64_t, kNumbers> read_numbers(std::string_view text) {
  std::array<std::uint64_t, kNumbers> numbers{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::uint64_t& number : numbers) {
    // Offsets are written with their sign.
    std::int64_t value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc()) break;
    number = static_cast<std::uint64_t>(value);
    at = next == end ? end : next + 1;
  }
  return numbers;
}

std::string save(SourceState& state) {
  const Source& source = *state.source;
  std::string value = std::to_string(kVersion);
  for (const std::uint64_t number :
       {static_cast<std::uint64_t>(state.first_seen_ns), static_cast<std::uint64_t>(state.last_seen_ns),
        state.received.load(), state.bytes.load(), state.unparsed.load(), state.discarded.load(),
        state.missing.load(), state.formats[0].load(), std::uint64_t{state.kinds.load()},
        state.tags.load()}) {
    value += " " + std::to_string(number);
  }
  value += " " + std::to_string(source.zone_minutes) + " " + std::to_string(static_cast<unsigned>(source.charset)) +
           (source.drill ? " 1 " : " 0 ") + std::to_string(state.formats[1].load());
  const std::lock_guard lock(state.sequence_mutex);
  if (state.sequences) value += "\n" + state.sequences->save();
  return value;
}

/// What was counted goes on where it was.
bool load(std::string_view value, SourceState& state, SourceTable::Listener& listener) {
  const auto numbers = read_numbers(value);
  if (numbers[0] < kVersion || numbers[0] > kVersionMax) return false;
  state.first_seen_ns = static_cast<std::int64_t>(numbers[1]);
  state.last_seen_ns = static_cast<std::int64_t>(numbers[2]);
  state.received = numbers[3];
  state.bytes = numbers[4];
  state.unparsed = numbers[5];
  state.discarded = state.discarded_told = numbers[6];
  state.missing = numbers[7];
  state.formats[0] = numbers[8];
  state.kinds = static_cast<std::uint8_t>(numbers[9]);
  state.tags = numbers[10];
  listener.zone_minutes = static_cast<int>(std::clamp<std::int64_t>(static_cast<std::int64_t>(numbers[11]), -1440, 1440));
  listener.charset = static_cast<Charset>(std::min<std::uint64_t>(numbers[12], static_cast<std::uint64_t>(Charset::latin1)));
  listener.drill = numbers[13] != 0;
  state.formats[1] = numbers[14];
  if (const std::size_t line = value.find('\n'); line != std::string_view::npos) {
    state.sequences = std::make_unique<SenderSequences>();
    state.sequences->load(value.substr(line + 1));
  }
  return true;
}

/// A sender heard again after the configuration has changed: the same history under a new description.
void carry_over(SourceState& from, SourceState& to) {
  to.first_seen_ns = from.first_seen_ns.load();
  to.last_seen_ns = from.last_seen_ns.load();
  to.received = from.received.load();
  to.bytes = from.bytes.load();
  to.unparsed = from.unparsed.load();
  to.discarded = from.discarded.load();
  to.discarded_told = from.discarded_told;
  to.missing = from.missing.load();
  to.tags = from.tags.load();
  for (std::size_t word = 0; word < FormatSet::kWords; ++word) to.formats[word] = from.formats[word].load();
  to.kinds = from.kinds.load();
  to.written = from.written.load();
  {
    const std::lock_guard lock(from.sample_mutex);
    to.last_unparsed = from.last_unparsed;
  }
  {
    const std::lock_guard lock(from.sequence_mutex);
    to.sequences = std::move(from.sequences);
    to.untold = from.untold;
  }
  to.health = from.health;
}

}  // namespace

std::string SourceTable::key_of(const Parts& parts) {
  // None of them can hold NUL: ids are ours, peers are addresses, hosts have their controls escaped; the envelope, whose
  // parts end with NUL, stands last.
  std::string key;
  key.append(parts.listener).push_back('\0');
  key.append(parts.peer).push_back('\0');
  key.append(parts.host.substr(0, kHostKeyBytesMax)).push_back('\0');
  key.append(parts.organisation).push_back('\0');
  key.append(parts.transport).push_back('\0');
  key.append(parts.envelope);
  return key;
}

std::optional<SourceTable::Parts> SourceTable::parts_of(std::string_view key) {
  Parts parts;
  for (std::string_view* part : {&parts.listener, &parts.peer, &parts.host, &parts.organisation, &parts.transport}) {
    const std::size_t end = key.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    *part = key.substr(0, end);
    key.remove_prefix(end + 1);
  }
  parts.envelope = key;
  return parts;
}

std::shared_ptr<const Source> SourceTable::describe(const Listener& listener, const Sender& sender) const {
  const auto& [peer, host, envelope] = sender;
  const AssetTable::Answer answer = assets_->look_up(listener.organisation, host == peer ? "" : host, peer);
  auto source = std::make_shared<Source>();
  source->peer = peer;
  source->host = host;
  source->listener = listener.id;
  source->transport = listener.transport;
  source->organisation = answer.organisation->id;
  if (answer.system != nullptr) {
    source->system = answer.system->id;
    source->core = answer.system->core;
    source->system_kinds = answer.system->kinds;
  }
  source->in_scope = answer.in_scope;
  source->drill = listener.drill;
  source->zone_minutes = listener.zone_minutes;
  source->charset = listener.charset;
  source->envelope = envelope;
  return source;
}

std::shared_ptr<SourceState> SourceTable::find(const Listener& listener, const Sender& sender,
                                               std::int64_t now_ns) {
  std::string key = key_of({.listener = listener.id,
                            .peer = sender.peer,
                            .host = sender.host,
                            .organisation = listener.organisation,
                            .transport = listener.transport,
                            .envelope = sender.envelope});
  const std::lock_guard lock(mutex_);
  const auto known = sources_.find(key);
  if (known != sources_.end()) {
    SourceState& old = *known->second;
    const Source& was = *old.source;
    const bool same = was.zone_minutes == listener.zone_minutes && was.charset == listener.charset &&
                      was.drill == listener.drill && was.host == sender.host;
    if (!old.remembered.exchange(false) || same) return known->second;
  } else if (sources_.size() >= kSourcesMax) {
    evict_quietest();
  }
  auto state = std::make_shared<SourceState>();
  state->key = key;
  state->source = describe(listener, sender);
  state->first_seen_ns = state->last_seen_ns = now_ns;
  if (known != sources_.end()) {
    carry_over(*known->second, *state);
    known->second = state;
  } else {
    sources_.emplace(std::move(key), state);
  }
  return state;
}

std::shared_ptr<const Source> SourceTable::describe(std::string_view key) const {
  const auto parts = parts_of(key);
  if (!parts) return nullptr;
  return describe({std::string(parts->listener), std::string(parts->transport), std::string(parts->organisation)},
                  {parts->peer, parts->host, parts->envelope});
}

std::shared_ptr<SourceState> SourceTable::get(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto known = sources_.find(key);
  return known == sources_.end() ? nullptr : known->second;
}

void SourceTable::evict_quietest() {
  // Rare (only beyond 50,000 senders) and linear; an eighth goes at once so that a flood does not pay it each
  // time. Spoofed senders are new, but have sent next to nothing.
  using Rank = std::tuple<std::uint64_t, std::int64_t, std::string>;
  std::vector<Rank> ranks;
  ranks.reserve(sources_.size());
  for (const auto& [key, state] : sources_)
    ranks.emplace_back(std::min(state->received.load(), kEstablished), state->last_seen_ns.load(), key);
  const auto middle = ranks.begin() + static_cast<std::ptrdiff_t>(ranks.size() / 8);
  std::nth_element(ranks.begin(), middle, ranks.end());
  for (auto it = ranks.begin(); it != middle; ++it) drop(std::get<2>(*it));
  evicted_ += static_cast<std::uint64_t>(middle - ranks.begin());
}

void SourceTable::drop(const std::string& key) {
  const auto known = sources_.find(key);
  if (known->second->written) dropped_.push_back(key);
  sources_.erase(known);
}

void SourceTable::forget(std::int64_t heard_before_ns) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> old;
  for (const auto& [key, state] : sources_) {
    if (state->remembered && state->last_seen_ns < heard_before_ns) old.push_back(key);
  }
  for (const std::string& key : old) drop(key);
}

void SourceTable::for_each(const std::function<void(SourceState&)>& visit) const {
  std::vector<std::shared_ptr<SourceState>> all;
  {
    const std::lock_guard lock(mutex_);
    all.reserve(sources_.size());
    for (const auto& [key, state] : sources_) all.push_back(state);
  }
  for (const auto& state : all) visit(*state);
}

std::size_t SourceTable::size() const {
  const std::lock_guard lock(mutex_);
  return sources_.size();
}

void SourceTable::load(const StateStore& state) {
  const std::lock_guard lock(mutex_);
  state.scan(kPrefix, [this](std::string_view full, std::string_view value) {
    const std::string_view key = full.substr(kPrefix.size());
    const auto parts = parts_of(key);
    if (!parts) return true;
    auto remembered = std::make_shared<SourceState>();
    Listener listener{std::string(parts->listener), std::string(parts->transport), std::string(parts->organisation)};
    if (!vigil::load(value, *remembered, listener)) return true;  // Counting starts anew.
    remembered->key = key;
    remembered->source = describe(listener, {parts->peer, parts->host, parts->envelope});
    remembered->remembered = remembered->written = true;
    remembered->dirty = false;
    sources_.emplace(key, std::move(remembered));
    return sources_.size() < kSourcesMax;
  });
}

StateChange SourceTable::changes() {
  StateChange change;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& key : dropped_) {
      if (sources_.contains(key)) continue;
      change.erase(std::string(kPrefix) + key);
      change.erase(std::string(kLearnedPrefix) + key);
    }
    dropped_.clear();
  }
  for_each([&change](SourceState& state) {
    if (!state.dirty.exchange(false)) return;
    state.written = true;
    change.put(std::string(kPrefix) + state.key, save(state));
  });
  return change;
}

}  // namespace vigil
