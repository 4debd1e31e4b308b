#include "daemon/stream_session.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/clock.h"
#include "parsers/envelope.h"

namespace vigil {

namespace {

constexpr std::chrono::seconds kSweepEvery{1};
/// How soon a reader that paused looks again.
constexpr std::chrono::milliseconds kPause{5};
constexpr std::size_t kReadBytes = 256 * 1024;

using SteadyClock = std::chrono::steady_clock;

}  // namespace

StreamSession::StreamSession(const StreamParts& parts, AcceptedStream accepted)
    : parts_(parts),
      stream_(std::move(accepted.stream)),
      ticket_(std::move(accepted.ticket)),
      resume_timer_(parts.io),
      last_read_(SteadyClock::now()) {
  const PeerCertificate& certificate = stream_.peer_certificate();
  Envelope envelope;
  envelope.add("tls.client.x509.subject.distinguished_name", certificate.subject);
  envelope.add("tls.client.hash.sha256", certificate.fingerprint);
  envelope_ = envelope.text();
}

StreamSession::~StreamSession() = default;

void StreamSession::start(StreamListener& owner) {
  owner_ = &owner;
  wait();
}

void StreamSession::check(SteadyTime now) {
  if (!is_open()) return;
  if (!paused_ && now - last_read_ > idle_timeout()) return close(Closed::idle, {});
  tick(now);
}

void StreamSession::wait() {
  stream_.async_wait_read([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && self->is_open()) self->readable();
  });
}

bool StreamSession::blocked() {
  return parts_.intake.streams_wait() || out_.size() > kUnsentBytesMax || holds_back();
}

std::size_t StreamSession::wake_bytes() const {
  const TcpLimits& limits = parts_.ledger.limits();
  return parts_.intake.streams_crowd() ? limits.wake_bytes_crowded : limits.wake_bytes_max;
}

void StreamSession::readable() {
  std::size_t taken = 0;
  bool over = false;
  while (!ending_ && is_open() && taken < wake_bytes() && !blocked()) {
    const std::span<char> room = owner_->room();
    const auto [io, n] = stream_.read(room);
    if (io == Io::would_block) break;
    if (io != Io::done) {
      over = true;
      if (io == Io::failed && stream_.secure()) {
        parts_.counters.close(stream_.reason());
        spdlog::warn("connection from {} on {} closed: {}: {}", peer(), parts_.listener.description.id,
                     closed_name(stream_.reason()), stream_.trouble());
      }
      break;
    }
    taken += n;
    last_read_ = SteadyClock::now();
    received_ns_ = wall_clock_ns();
    take({room.data(), n});
    if (n < room.size()) break;
  }
  if (!is_open()) return;
  wake_done();
  if (!is_open()) return;
  if (over) {
    ended();
    return shut();
  }
  if (ending_) return;
  if (blocked()) return pause();
  wait();
}

void StreamSession::drain() {
  for (;;) {
    const std::span<char> room = owner_->room();
    const auto [io, n] = stream_.read(room);
    if (io != Io::done) return;
    received_ns_ = wall_clock_ns();
    take({room.data(), n});
  }
}

void StreamSession::pause() {
  // The bytes stay in the kernel, its window closes and the client waits.
  paused_ = true;
  resume_timer_.expires_after(kPause);
  resume_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error || !self->is_open() || self->ending_) return;
    if (self->blocked()) return self->pause();
    self->paused_ = false;
    self->last_read_ = SteadyClock::now();
    self->resumed(self->last_read_);
    self->readable();
  });
}

void StreamSession::send() {
  if (writing_ || !is_open()) return;
  std::size_t sent = 0;
  while (sent < out_.size()) {
    const auto [io, n] = stream_.write(std::string_view(out_).substr(sent));
    if (io == Io::done) {
      sent += n;
      continue;
    }
    if (io != Io::would_block) {
      // The client is gone; what it has not seen acknowledged it sends again.
      ended();
      return shut();
    }
    break;
  }
  out_.erase(0, sent);
  if (out_.empty()) {
    if (closing_) shut();
    return;
  }
  writing_ = true;
  stream_.async_wait_write([self = shared_from_this()](const boost::system::error_code& error) {
    self->writing_ = false;
    if (!error && self->is_open()) self->send();
  });
}

void StreamSession::close_after_sending() {
  ending_ = closing_ = true;
  send();
}

void StreamSession::close(Closed reason, std::string_view detail) {
  if (!is_open()) return;
  parts_.counters.close(reason);
  spdlog::warn("connection from {} on {} closed: {}{}{}", peer(), parts_.listener.description.id,
               closed_name(reason), detail.empty() ? "" : ": ", detail);
  ending_ = true;
  send();
  if (!is_open()) return;
  // What the client does not take at once is not waited for. What it has sent meanwhile is taken out of the kernel:
  // closing over unread bytes would reset the connection and take our last words from it.
  if (owner_ != nullptr) stream_.read(owner_->room());
  shut();
}

void StreamSession::shut() {
  if (!is_open()) return;
  ending_ = true;
  stream_.close();
  resume_timer_.cancel();
  if (owner_ != nullptr) owner_->forget(*this);
}

StreamListener::StreamListener(const StreamParts& parts, int fd, const TlsServer* tls,
                               std::size_t sessions_max, Make make)
    : parts_(parts),
      sessions_max_(sessions_max),
      make_(std::move(make)),
      acceptor_(parts.io, fd, parts.listener, parts.counters, parts.ledger, tls,
                {.ready =
                     [this](AcceptedStream accepted) {
                       if (parts_.listener.stats->connections.load(std::memory_order_relaxed) > sessions_max_)
                         return parts_.counters.close(Closed::limit_total);
                       sessions_.push_back(make_(parts_, std::move(accepted)));
                       sessions_.back()->start(*this);
                     },
                 .make_room = [this] { evict_idlest(); }}),
      sweep_timer_(parts.io),
      room_(kReadBytes) {}

StreamListener::~StreamListener() = default;

void StreamListener::start() {
  acceptor_.start();
  sweep();
}

void StreamListener::stop() {
  stopped_ = true;
  acceptor_.stop();
  sweep_timer_.cancel();
  const auto sessions = sessions_;  // finish() takes itself out of the list
  for (const auto& session : sessions) session->finish();
}

void StreamListener::sweep() {
  sweep_timer_.expires_after(kSweepEvery);
  sweep_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_) return;
    const auto now = SteadyClock::now();
    for (auto it = sessions_.begin(); it != sessions_.end();) {
      const std::shared_ptr<StreamSession> session = *it++;  // check() may take it out of the list
      session->check(now);
    }
    sweep();
  });
}

void StreamListener::evict_idlest() {
  const auto idlest = std::min_element(sessions_.begin(), sessions_.end(), [](const auto& a, const auto& b) {
    return a->last_read() < b->last_read();
  });
  if (idlest == sessions_.end()) return;
  const std::shared_ptr<StreamSession> session = *idlest;
  session->evict();
}

void StreamListener::forget(StreamSession& session) {
  sessions_.remove_if([&session](const auto& held) { return held.get() == &session; });
}

}  // namespace vigil
