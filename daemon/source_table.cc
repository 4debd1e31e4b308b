#include "daemon/source_table.h"

#include <algorithm>
#include <charconv>

namespace vigil {

namespace {

constexpr std::string_view kPrefix = "source/";

/// Host names come from the network: what goes into a key is bounded (BI-33), the full text stays in the
/// record.
constexpr std::size_t kHostKeyBytesMax = 255;

}  // namespace

namespace {

struct KeyParts {
  std::string_view listener, peer, host, organisation, transport, envelope;
};

std::string make_key(const KeyParts& parts) {
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

}  // namespace

std::string SourceTable::key_of(const Listener& listener, const Sender& sender) {
  return make_key({.listener = listener.id,
                   .peer = sender.peer,
                   .host = sender.host,
                   .organisation = listener.organisation,
                   .transport = listener.transport,
                   .envelope = sender.envelope});
}

std::shared_ptr<SourceState> SourceTable::find(const Listener& listener, const Sender& sender,
                                               std::int64_t now_ns) {
  const auto& [peer, host, envelope] = sender;
  std::string key = key_of(listener, sender);
  const std::lock_guard lock(mutex_);
  if (const auto known = sources_.find(key); known != sources_.end()) return known->second;
  if (sources_.size() >= kSourcesMax) evict_quietest();

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

  auto state = std::make_shared<SourceState>();
  state->key = key;
  state->source = std::move(source);
  state->first_seen_ns = now_ns;
  if (const auto old = remembered_.find(key); old != remembered_.end()) {
    state->first_seen_ns = old->second.first_seen_ns;
    state->received = old->second.received;
    state->bytes = old->second.bytes;
    state->unparsed = old->second.unparsed;
    remembered_.erase(old);
  }
  sources_.emplace(std::move(key), state);
  return state;
}

void SourceTable::evict_quietest() {
  // Rare (only beyond 50,000 senders) and linear; an eighth goes at once so that a flood does not pay it each
  // time.
  std::vector<std::pair<std::int64_t, std::string>> by_age;
  by_age.reserve(sources_.size());
  for (const auto& [key, state] : sources_) by_age.emplace_back(state->last_seen_ns.load(), key);
  const auto middle = by_age.begin() + static_cast<std::ptrdiff_t>(by_age.size() / 8);
  std::nth_element(by_age.begin(), middle, by_age.end());
  for (auto it = by_age.begin(); it != middle; ++it) sources_.erase(it->second);
  evicted_ += static_cast<std::uint64_t>(middle - by_age.begin());
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
  state.scan(kPrefix, [this](std::string_view key, std::string_view value) {
    std::uint64_t numbers[5] = {};
    const char* at = value.data();
    const char* const end = at + value.size();
    for (std::uint64_t& number : numbers) {
      const auto [next, error] = std::from_chars(at, end, number);
      if (error != std::errc()) return true;  // Written by nobody we know: start counting anew.
      at = next == end ? end : next + 1;
    }
    remembered_[std::string(key.substr(kPrefix.size()))] = {static_cast<std::int64_t>(numbers[0]),
                                                            static_cast<std::int64_t>(numbers[1]), numbers[2],
                                                            numbers[3], numbers[4]};
    return remembered_.size() < kSourcesMax;
  });
}

StateChange SourceTable::changes() {
  StateChange change;
  for_each([&change](SourceState& state) {
    if (!state.dirty.exchange(false)) return;
    std::string value;
    for (const std::uint64_t number :
         {static_cast<std::uint64_t>(state.first_seen_ns), static_cast<std::uint64_t>(state.last_seen_ns),
          state.received.load(), state.bytes.load(), state.unparsed.load()}) {
      if (!value.empty()) value.push_back(' ');
      value += std::to_string(number);
    }
    change.put(std::string(kPrefix) + state.key, std::move(value));
  });
  return change;
}

}  // namespace vigil
