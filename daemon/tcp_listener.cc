#include "daemon/tcp_listener.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>

#include "daemon/clock.h"
#include "parsers/envelope.h"

namespace vigil {

namespace {

constexpr std::chrono::seconds kSweepEvery{5};
/// How soon a reader that paused for a full queue looks again.
constexpr std::chrono::milliseconds kCongestionPause{5};

/// After so long without another byte a multi-line message is whole (F11).
constexpr std::chrono::seconds kLinesPause{1};

using SteadyTime = std::chrono::steady_clock::time_point;

}  // namespace

class TcpListener::Connection : public std::enable_shared_from_this<TcpListener::Connection> {
 public:
  Connection(TcpListener& owner, AcceptedStream accepted)
      : owner_(owner),
        stream_(std::move(accepted.stream)),
        ticket_(std::move(accepted.ticket)),
        resume_timer_(owner.io_),
        idle_timer_(owner.io_),
        framer_(owner.framing_),
        last_read_(std::chrono::steady_clock::now()),
        frame_started_(last_read_) {
    // Who it was is said of every message, once for all of them.
    const PeerCertificate& certificate = stream_.peer_certificate();
    envelope_.add("tls.client.x509.subject.distinguished_name", certificate.subject);
    envelope_.add("tls.client.hash.sha256", certificate.fingerprint);
  }

  void start() { wait(); }
  SteadyTime last_read() const { return last_read_; }

  /// Called every few seconds: slow and idle peers.
  void check(SteadyTime now) {
    const TcpLimits& limits = owner_.ledger_.limits();
    if (framer_.mid_frame() && now - frame_started_ > limits.frame_timeout) {
      framer_.flush_slow([this](std::string_view frame, Tags tags) { take(frame, tags); });
      owner_.intake_.wake_done();
      frame_started_ = now;
      if (++slow_frames_ >= limits.slow_frames_max) return close(Closed::slow_frame);
    }
    if (now - last_read_ > limits.idle_timeout && !paused_) close(Closed::idle);
  }

  void evict() { close(Closed::evicted); }

  /// At shutdown: what the kernel has acknowledged to the sender is read and kept.
  void finish() {
    if (!stream_.is_open()) return;
    while (read_some()) {
    }
    if (stream_.is_open()) end_of_stream();
  }

 private:
  void wait() {
    stream_.async_wait_read([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error && self->stream_.is_open()) self->readable();
    });
  }

  void readable() {
    std::size_t taken = 0;
    while (taken < wake_bytes() && !owner_.intake_.streams_wait()) {
      const std::size_t before = read_bytes_;
      if (!read_some()) break;
      taken += read_bytes_ - before;
      if (!read_filled_) break;
    }
    owner_.intake_.wake_done();
    if (!stream_.is_open()) return;
    if (!owner_.intake_.streams_wait()) return wait();
    // The queue to the writer is full: leave the bytes in the kernel, its window closes and the sender waits.
    paused_ = true;
    resume_timer_.expires_after(kCongestionPause);
    resume_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      self->paused_ = false;
      if (!error && self->stream_.is_open()) self->readable();
    });
  }

  std::size_t wake_bytes() const {
    const TcpLimits& limits = owner_.ledger_.limits();
    return owner_.intake_.streams_crowd() ? limits.wake_bytes_crowded : limits.wake_bytes_max;
  }

  /// False when there is nothing more to read now, or ever.
  bool read_some() {
    const std::span<char> buffer = owner_.intake_.read_buffer();
    const std::span<char> room = buffer.first(std::min(buffer.size(), wake_bytes()));
    const auto [io, n] = stream_.read(room);
    owner_.intake_.read_done(buffer, n);
    read_filled_ = n == room.size();
    if (io == Io::would_block) return false;
    if (io != Io::done) {
      if (io == Io::failed && stream_.secure()) tell_failure();
      end_of_stream();
      return false;
    }
    read_bytes_ += n;
    last_read_ = std::chrono::steady_clock::now();
    received_ns_ = wall_clock_ns();
    const bool was_mid_frame = framer_.mid_frame();
    const std::string_view data(buffer.data(), n);
    framer_.feed(data, [this, data](std::string_view frame, Tags tags) {
      const bool in_place =
          !std::less<>()(frame.data(), data.data()) && std::less<>()(frame.data(), data.data() + data.size());
      ++frames_in_read_;
      owner_.intake_.add_in_place(owner_.listener_, arrival(tags), frame, in_place);
    });
    owner_.intake_.read_cut();
    if (!was_mid_frame || frames_in_read_ != 0) frame_started_ = last_read_;
    frames_in_read_ = 0;
    if (framer_.closed()) {
      close(closed_reason());
      return false;
    }
    if (owner_.framing_.multiline_pri && framer_.mid_frame()) wait_for_more_lines();
    return true;
  }

  Arrival arrival(Tags tags) const {
    return {.peer = peer(), .envelope = envelope_.text(), .received_ns = received_ns_, .tags = tags};
  }

  /// F11: the last message of a sender that has no more to say for now.
  void wait_for_more_lines() {
    idle_timer_.expires_after(kLinesPause);
    idle_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (error || !self->stream_.is_open()) return;
      self->framer_.flush_idle([&self](std::string_view frame, Tags tags) { self->take(frame, tags); });
      self->owner_.intake_.wake_done();
    });
  }

  /// A frame from outside a read: of a stream that ended or was too slow.
  void take(std::string_view frame, Tags tags) {
    if (received_ns_ == 0) received_ns_ = wall_clock_ns();
    owner_.intake_.add(owner_.listener_, arrival(tags), frame);
  }

  /// TLS that broke after its handshake: whatever had been read whole is kept.
  void tell_failure() {
    owner_.counters_.close(stream_.reason());
    spdlog::warn("connection from {} on {} closed: {}: {}", peer(), owner_.listener_.description.id,
                 closed_name(stream_.reason()), stream_.trouble());
  }

  Closed closed_reason() const {
    switch (framer_.error()) {
      case FramingError::tls_on_plain:
        return Closed::tls_on_plain;
      case FramingError::http_on_syslog:
        return Closed::http_on_syslog;
      case FramingError::frame_len_insane:
        return Closed::frame_len_insane;
      case FramingError::desync:
      case FramingError::none:
        break;
    }
    return Closed::desync;
  }

  void end_of_stream() {
    framer_.finish([this](std::string_view frame, Tags tags) { take(frame, tags); });
    owner_.intake_.wake_done();
    shut();
  }

  void close(Closed reason) {
    owner_.counters_.close(reason);
    // One audit line per closed connection, never per message; peers are addresses, so nothing needs
    // escaping.
    spdlog::warn("connection from {} on {} closed: {}", peer(), owner_.listener_.description.id,
                 closed_name(reason));
    framer_.flush_slow([this](std::string_view frame, Tags tags) {
      if (reason_keeps_partial()) take(frame, tags);
    });
    owner_.intake_.wake_done();
    shut();
  }

  /// Bytes that were not syslog at all (TLS, HTTP) are not stored (BI-22).
  bool reason_keeps_partial() const {
    return framer_.error() != FramingError::tls_on_plain && framer_.error() != FramingError::http_on_syslog;
  }

  void shut() {
    if (!stream_.is_open()) return;
    stream_.close();
    resume_timer_.cancel();
    idle_timer_.cancel();
    owner_.forget(*this);
  }

  const std::string& peer() const { return ticket_.peer(); }

  TcpListener& owner_;
  ByteStream stream_;
  ConnectionTicket ticket_;
  boost::asio::steady_timer resume_timer_, idle_timer_;
  Envelope envelope_;
  bool paused_ = false;
  Framer framer_;
  SteadyTime last_read_, frame_started_;
  std::int64_t received_ns_ = 0;
  std::size_t read_bytes_ = 0;
  bool read_filled_ = false;  ///< the last read filled its buffer: there is more
  unsigned frames_in_read_ = 0;
  unsigned slow_frames_ = 0;
};

TcpListener::TcpListener(boost::asio::io_context& io, int fd, const IntakeListener& listener,
                         FramerOptions framing, Intake& intake, Counters& counters, ConnectionLedger& ledger,
                         const TlsServer* tls)
    : io_(io),
      acceptor_(io, fd, listener, counters, ledger, tls,
                {.ready =
                     [this](AcceptedStream accepted) {
                       connections_.push_back(std::make_shared<Connection>(*this, std::move(accepted)));
                       connections_.back()->start();
                     },
                 .make_room = [this] { evict_idlest(); }}),
      sweep_timer_(io),
      listener_(listener),
      framing_(framing),
      intake_(intake),
      counters_(counters),
      ledger_(ledger) {}

TcpListener::~TcpListener() = default;

void TcpListener::start() {
  acceptor_.start();
  sweep();
}

void TcpListener::stop() {
  stopped_ = true;
  acceptor_.stop();
  sweep_timer_.cancel();
  const auto connections = connections_;  // finish() takes itself out of the list
  for (const auto& connection : connections) connection->finish();
}

void TcpListener::sweep() {
  sweep_timer_.expires_after(kSweepEvery);
  sweep_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_) return;
    const SteadyTime now = std::chrono::steady_clock::now();
    for (auto it = connections_.begin(); it != connections_.end();) {
      const std::shared_ptr<Connection> connection = *it++;  // check() may take it out of the list
      connection->check(now);
    }
    sweep();
  });
}

void TcpListener::evict_idlest() {
  std::shared_ptr<Connection> idlest;
  for (const auto& connection : connections_) {
    if (!idlest || connection->last_read() < idlest->last_read()) idlest = connection;
  }
  if (idlest) idlest->evict();
}

void TcpListener::forget(Connection& connection) {
  connections_.remove_if([&connection](const auto& held) { return held.get() == &connection; });
}

}  // namespace vigil
