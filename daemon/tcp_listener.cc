#include "daemon/tcp_listener.h"

#include <netinet/tcp.h>

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <functional>

#include "daemon/clock.h"
#include "daemon/socket.h"

namespace vigil {

namespace {

constexpr std::chrono::seconds kSweepEvery{5};
/// How soon a reader that paused for a full queue looks again.
constexpr std::chrono::milliseconds kCongestionPause{5};
/// How long accepting pauses when descriptors have run out and nobody can be evicted.
constexpr std::chrono::milliseconds kAcceptPause{200};

using SteadyTime = std::chrono::steady_clock::time_point;

}  // namespace

ConnectionLedger::Verdict ConnectionLedger::open(const std::string& peer, bool loopback) {
  const std::lock_guard lock(mutex_);
  if (total_ >= limits_.connections_max) return Verdict::too_many;
  if (!loopback) {
    std::size_t& count = by_peer_[peer];
    if (count >= limits_.per_peer_max) return Verdict::too_many_of_peer;
    ++count;
  }
  ++total_;
  return Verdict::welcome;
}

void ConnectionLedger::close(const std::string& peer, bool loopback) {
  const std::lock_guard lock(mutex_);
  --total_;
  if (loopback) return;
  const auto entry = by_peer_.find(peer);
  if (entry != by_peer_.end() && --entry->second == 0) by_peer_.erase(entry);
}

class TcpListener::Connection : public std::enable_shared_from_this<TcpListener::Connection> {
 public:
  Connection(TcpListener& owner, boost::asio::ip::tcp::socket socket, std::string peer, bool loopback)
      : owner_(owner),
        socket_(std::move(socket)),
        resume_timer_(owner.io_),
        peer_(std::move(peer)),
        loopback_(loopback),
        last_read_(std::chrono::steady_clock::now()),
        frame_started_(last_read_) {}

  void start() { wait(); }
  const std::string& peer() const { return peer_; }
  bool loopback() const { return loopback_; }
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
    if (!socket_.is_open()) return;
    while (read_some()) {
    }
    end_of_stream();
  }

 private:
  void wait() {
    socket_.async_wait(boost::asio::ip::tcp::socket::wait_read,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                         if (error) return;
                         self->readable();
                       });
  }

  void readable() {
    std::size_t taken = 0;
    while (taken < owner_.ledger_.limits().wake_bytes_max && !owner_.intake_.streams_wait()) {
      const std::size_t before = read_bytes_;
      if (!read_some()) break;
      taken += read_bytes_ - before;
      if (!read_filled_) break;
    }
    owner_.intake_.wake_done();
    if (!socket_.is_open()) return;
    if (!owner_.intake_.streams_wait()) return wait();
    // The queue to the writer is full: leave the bytes in the kernel, its window closes and the sender waits.
    paused_ = true;
    resume_timer_.expires_after(kCongestionPause);
    resume_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      self->paused_ = false;
      if (!error && self->socket_.is_open()) self->readable();
    });
  }

  /// False when there is nothing more to read now, or ever.
  bool read_some() {
    const std::span<char> buffer = owner_.intake_.read_buffer();
    const ssize_t n = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    owner_.intake_.read_done(buffer, n > 0 ? static_cast<std::size_t>(n) : 0);
    read_filled_ = n == static_cast<ssize_t>(buffer.size());
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (n <= 0) {
      end_of_stream();
      return false;
    }
    read_bytes_ += static_cast<std::size_t>(n);
    last_read_ = std::chrono::steady_clock::now();
    received_ns_ = wall_clock_ns();
    const bool was_mid_frame = framer_.mid_frame();
    const std::string_view data(buffer.data(), static_cast<std::size_t>(n));
    framer_.feed(data, [this, data](std::string_view frame, Tags tags) {
      const bool in_place =
          !std::less<>()(frame.data(), data.data()) && std::less<>()(frame.data(), data.data() + data.size());
      ++frames_in_read_;
      owner_.intake_.add_in_place(owner_.listener_, peer_, frame, in_place, tags, received_ns_);
    });
    owner_.intake_.read_cut();
    if (!was_mid_frame || frames_in_read_ != 0) frame_started_ = last_read_;
    frames_in_read_ = 0;
    if (framer_.closed()) {
      close(closed_reason());
      return false;
    }
    return true;
  }

  /// A frame from outside a read: of a stream that ended or was too slow.
  void take(std::string_view frame, Tags tags) {
    owner_.intake_.add(owner_.listener_, peer_, frame, tags,
                       received_ns_ == 0 ? wall_clock_ns() : received_ns_);
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
    spdlog::warn("connection from {} on {} closed: {}", peer_, owner_.listener_.description.id,
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
    if (!socket_.is_open()) return;
    boost::system::error_code ignored;
    socket_.close(ignored);
    resume_timer_.cancel();
    owner_.forget(*this);
  }

  TcpListener& owner_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer resume_timer_;
  std::string peer_;
  bool loopback_;
  bool paused_ = false;
  Framer framer_;
  SteadyTime last_read_, frame_started_;
  std::int64_t received_ns_ = 0;
  std::size_t read_bytes_ = 0;
  bool read_filled_ = false;  ///< the last read filled its buffer: there is more
  unsigned frames_in_read_ = 0;
  unsigned slow_frames_ = 0;
};

TcpListener::TcpListener(boost::asio::io_context& io, int fd, const IntakeListener& listener, Intake& intake,
                         Counters& counters, ConnectionLedger& ledger)
    : io_(io),
      acceptor_(io),
      pause_timer_(io),
      sweep_timer_(io),
      listener_(listener),
      intake_(intake),
      counters_(counters),
      ledger_(ledger) {
  const bool v6 = bound_family_is_v6(fd);
  acceptor_.assign(v6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4(), fd);
}

TcpListener::~TcpListener() = default;

void TcpListener::start() {
  boost::system::error_code error;
  acceptor_.listen(4096, error);
  if (error) spdlog::error("E-LISTEN cannot accept on {}: {}", listener_.description.id, error.message());
  accept();
  sweep();
}

void TcpListener::stop() {
  stopped_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_timer_.cancel();
  sweep_timer_.cancel();
  const auto connections = connections_;  // finish() takes itself out of the list
  for (const auto& connection : connections) connection->finish();
}

void TcpListener::accept() {
  acceptor_.async_accept([this](const boost::system::error_code& error, boost::asio::ip::tcp::socket socket) {
    if (stopped_ || error == boost::asio::error::operation_aborted) return;
    if (error) {
      // Out of descriptors: the longest idle connection makes room; if there is none, wait a little (BI-18).
      spdlog::error("E-ACCEPT {}: {} - raise the limit of open files (LimitNOFILE) / 請提高可開啟檔案數上限",
                    listener_.description.id, error.message());
      evict_idlest();
      pause_timer_.expires_after(kAcceptPause);
      pause_timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled && !stopped_) accept();
      });
      return;
    }
    boost::system::error_code gone;
    const auto endpoint = socket.remote_endpoint(gone);
    if (!gone) {
      const std::string peer = peer_text(endpoint.address());
      const bool loopback = peer.rfind("127.", 0) == 0 || peer == "::1";
      ConnectionLedger::Verdict verdict = ledger_.open(peer, loopback);
      if (verdict == ConnectionLedger::Verdict::too_many && !connections_.empty()) {
        evict_idlest();
        verdict = ledger_.open(peer, loopback);
      }
      if (verdict == ConnectionLedger::Verdict::welcome) {
        const int on = 1;
        const int idle = 60;
        const int interval = 10;
        const int probes = 3;
        const int fd = socket.native_handle();
        ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
        ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
        ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
        ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
        auto connection = std::make_shared<Connection>(*this, std::move(socket), peer, loopback);
        connections_.push_back(connection);
        listener_.stats->connections.fetch_add(1, std::memory_order_relaxed);
        connection->start();
      } else {
        counters_.close(verdict == ConnectionLedger::Verdict::too_many ? Closed::limit_total
                                                                       : Closed::limit_peer);
      }
    }
    accept();
  });
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
  ledger_.close(connection.peer(), connection.loopback());
  listener_.stats->connections.fetch_sub(1, std::memory_order_relaxed);
  connections_.remove_if([&connection](const auto& held) { return held.get() == &connection; });
}

}  // namespace vigil
