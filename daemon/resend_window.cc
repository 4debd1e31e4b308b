#include "daemon/resend_window.h"

#include <algorithm>

#include "parsers/transports.h"
#include "storage/hash.h"

namespace vigil {

namespace {

constexpr std::size_t kSeenPerLoaded = 10;

bool acknowledges(std::string_view transport) {
  return transport == transport::kRelp || transport == transport::kBeats;
}

}  // namespace

ResendWindow::Key ResendWindow::key_of(std::string_view raw) {
  // Two hashes that differ in what they begin with: 128 bits together.
  const std::uint64_t whole = checksum64(raw);
  std::uint64_t other = kMixC ^ raw.size();
  std::string_view rest = raw;
  while (rest.size() >= 8) {
    other = mix(other ^ load_u64(rest.data()), kMixD);
    rest.remove_prefix(8);
  }
  std::uint64_t last = 0;
  if (!rest.empty()) std::memcpy(&last, rest.data(), rest.size());
  return {whole, mix(other ^ last, kMixB)};
}

std::size_t ResendWindow::ClientHash::operator()(const Client& client) const {
  return static_cast<std::size_t>(
      mix(checksum64(client.peer) ^ kMixA, checksum64(client.listener) ^ checksum64(client.transport)));
}

std::unique_ptr<ResendWindow::Session> ResendWindow::open(Client client, std::size_t window,
                                                          Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  auto trail = std::make_shared<Trail>();
  trail->window = window;
  trail->active = now;
  clients_[client].push_back(trail);
  return std::make_unique<Session>(*this, std::move(client), std::move(trail), now);
}

void ResendWindow::remember(Trail& trail, std::span<const Key> keys) {
  if (keys.size() > trail.window) keys = keys.last(trail.window);
  for (const Key& key : keys) {
    if (trail.keys.size() < trail.window) {
      trail.keys.push_back(key);
      ++keys_;
    } else {
      trail.keys[trail.next] = key;
      trail.next = (trail.next + 1) % trail.keys.size();
    }
  }
}

void ResendWindow::drop(const Client& client, const std::shared_ptr<Trail>& trail) {
  const auto of_client = clients_.find(client);
  if (of_client == clients_.end()) return;
  const auto place = std::find(of_client->second.begin(), of_client->second.end(), trail);
  if (place == of_client->second.end()) return;
  keys_ -= trail->keys.size();
  of_client->second.erase(place);
  if (of_client->second.empty()) clients_.erase(of_client);
}

void ResendWindow::forget_old(Clock::time_point now) {
  while (!ended_.empty()) {
    const auto trail = ended_.front().second.lock();
    if (trail && now - trail->ended < kRemembered && keys_ <= kKeysMax) return;
    if (trail) drop(ended_.front().first, trail);
    ended_.pop_front();
  }
}

std::size_t ResendWindow::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

Result<void, StoreError> ResendWindow::load(const Archive& archive, Clock::time_point now) {
  std::unordered_map<Client, std::vector<Key>, ClientHash> newest;
  std::size_t taken = 0, seen = 0;
  ScanRange range;
  range.organisations = {"*"};
  const auto read = archive.scan(range, [&](const StoredRecord& record) {
    if (acknowledges(record.source->transport)) {
      newest[{record.source->transport, record.source->peer, record.source->listener}].push_back(
          key_of(record.raw));
      ++taken;
    }
    return taken < kLoadedMax && ++seen < kLoadedMax * kSeenPerLoaded;
  });
  const std::lock_guard lock(mutex_);
  for (auto& [client, keys] : newest) {
    auto trail = std::make_shared<Trail>();
    std::reverse(keys.begin(), keys.end());
    trail->window = keys.size();
    remember(*trail, keys);
    trail->ended = now;
    clients_[client].push_back(trail);
    ended_.emplace_back(client, trail);
  }
  if (!read) return read.error();
  return {};
}

ResendWindow::Session::Session(ResendWindow& window, Client client, std::shared_ptr<Trail> trail,
                               Clock::time_point now)
    : window_(window), client_(std::move(client)), trail_(std::move(trail)), opened_(now) {}

ResendWindow::Session::~Session() { end(false, Clock::now()); }

bool ResendWindow::Session::ready(Clock::time_point now) {
  if (chosen_) return true;
  const std::lock_guard lock(window_.mutex_);
  const Trails& trails = window_.clients_[client_];
  // A connection that is still there and sends is a neighbour, not a predecessor.
  const auto is_earlier = [this](const std::shared_ptr<Trail>& trail) {
    return trail != trail_ && (trail->ended != Clock::time_point() || trail->active < opened_) &&
           (trail->in_flight != 0 || !trail->keys.empty());
  };
  const bool any = std::any_of(trails.begin(), trails.end(), is_earlier);
  const bool undecided = std::any_of(trails.begin(), trails.end(), [&](const auto& trail) {
    return is_earlier(trail) && trail->in_flight != 0;
  });
  if (undecided || (any && now - opened_ < kGrace)) return false;
  for (auto trail = trails.rbegin(); trail != trails.rend() && earlier_.size() < kEarlierMax; ++trail) {
    if (is_earlier(*trail)) earlier_.push_back(*trail);
  }
  chosen_ = true;
  comparing_ = !earlier_.empty();
  return true;
}

bool ResendWindow::Session::is_resent(const Key& key) {
  if (!comparing_) return false;
  const std::lock_guard lock(window_.mutex_);
  for (const auto& trail : earlier_) {
    if (!trail->indexed) {
      for (const Key& known : trail->keys) ++trail->index[known];
      trail->indexed = true;
    }
    const auto found = trail->index.find(key);
    if (found == trail->index.end()) continue;
    if (--found->second == 0) trail->index.erase(found);
    // If this connection breaks too, the message may come a third time.
    window_.remember(*trail_, {&key, 1});
    misses_ = 0;
    return true;
  }
  if (++misses_ < kMissesMax) return false;
  comparing_ = false;
  earlier_.clear();
  return false;
}

void ResendWindow::Session::begin_commit() {
  const std::lock_guard lock(window_.mutex_);
  ++trail_->in_flight;
}

void ResendWindow::Session::end_commit(std::span<const Key> stored) {
  const std::lock_guard lock(window_.mutex_);
  --trail_->in_flight;
  trail_->active = Clock::now();
  window_.remember(*trail_, stored);
}

void ResendWindow::Session::end(bool all_known, Clock::time_point now) {
  if (ended_) return;
  ended_ = true;
  const std::lock_guard lock(window_.mutex_);
  if (all_known || (trail_->keys.empty() && trail_->in_flight == 0)) return window_.drop(client_, trail_);
  trail_->ended = now;
  window_.ended_.emplace_back(client_, trail_);
  window_.forget_old(now);
}

void ResendWindow::Session::widen(std::size_t window) {
  if (window <= trail_->window) return;
  const std::lock_guard lock(window_.mutex_);
  if (window_.keys_ > kKeysMax) return;
  // The ring is straightened: from here on it grows at its end.
  std::rotate(trail_->keys.begin(), trail_->keys.begin() + static_cast<std::ptrdiff_t>(trail_->next),
              trail_->keys.end());
  trail_->next = 0;
  trail_->window = window;
}

}  // namespace vigil
