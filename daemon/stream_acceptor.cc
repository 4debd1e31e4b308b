#include "daemon/stream_acceptor.h"

#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "daemon/socket.h"
#include "daemon/tls.h"

namespace vigil {

namespace {

/// How long accepting pauses when descriptors have run out …
constexpr std::chrono::milliseconds kAcceptPause{200};
/// … and while handshakes have to wait for their turn.
constexpr std::chrono::milliseconds kGatePause{10};

/// Lines about refused connections in so long, so that a flood of them does not become a flood of log.
constexpr std::chrono::seconds kTellPeriod{10};
constexpr unsigned kTellMax = 50;

using SteadyClock = std::chrono::steady_clock;

/// Dead peers are found within 90 s of silence, and within 120 s when they owe us acknowledgements.
void keep_watch_on(int fd) {
  const auto set = [fd](int level, int name, int value) {
    ::setsockopt(fd, level, name, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 120'000);
}

/// Relays bring the messages of many, over as many connections as they like.
bool is_relay(const IntakeListener& listener, const std::string& peer) {
  if (listener.relays.empty()) return false;
  const auto address = config::read_ip(peer);
  return address && std::ranges::any_of(listener.relays, [&address](const config::Network& relay) {
           return relay.address.v6 == address->v6 &&
                  config::masked(*address, relay.prefix) == config::masked(relay.address, relay.prefix);
         });
}

boost::asio::ip::address address_of(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    boost::asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return boost::asio::ip::address_v6(bytes);
  }
  return boost::asio::ip::address_v4(ntohl(reinterpret_cast<const sockaddr_in&>(storage).sin_addr.s_addr));
}

}  // namespace

/// A handshake under way. Its place at the gate is given back when it is gone.
class StreamAcceptor::Handshake : public std::enable_shared_from_this<StreamAcceptor::Handshake> {
 public:
  Handshake(StreamAcceptor& owner, ByteStream stream, ConnectionTicket ticket, bool exempt)
      : owner_(owner),
        stream_(std::move(stream)),
        ticket_(std::move(ticket)),
        deadline_(owner.io_),
        exempt_(exempt) {}
  ~Handshake() { owner_.ledger_.handshakes().leave(peer_, exempt_); }

  void start() {
    deadline_.expires_after(owner_.ledger_.handshakes().limits().deadline);
    deadline_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error && self->stream_.is_open())
        self->refuse(Closed::tls_timeout, "the handshake was not done in time");
    });
    go_on();
  }

  void give_up() {
    deadline_.cancel();
    stream_.close();
  }

 private:
  void go_on() {
    switch (stream_.handshake()) {
      case Io::would_block:
        return stream_.async_wait_read([self = shared_from_this()](const boost::system::error_code& error) {
          if (!error && self->stream_.is_open()) self->go_on();
        });
      case Io::done: {
        const auto self = shared_from_this();  // leaving the list lets go of us
        finish();
        return owner_.owner_.ready({std::move(stream_), std::move(ticket_)});
      }
      case Io::closed:
      case Io::failed:
        break;
    }
    refuse(stream_.reason(), stream_.trouble().empty() ? "the client went away" : stream_.trouble());
  }

  /// Refused before anything was read: one count and one audit line, never per message.
  void refuse(Closed reason, const std::string& trouble) {
    const auto self = shared_from_this();
    owner_.counters_.close(reason);
    owner_.tell(peer_, reason, trouble);
    stream_.close();
    finish();
  }

  void finish() {
    deadline_.cancel();
    owner_.handshakes_.remove_if([this](const auto& held) { return held.get() == this; });
  }

  StreamAcceptor& owner_;
  ByteStream stream_;
  ConnectionTicket ticket_;
  const std::string peer_ = ticket_.peer();
  boost::asio::steady_timer deadline_;
  bool exempt_;
};

StreamAcceptor::StreamAcceptor(boost::asio::io_context& io, int fd, const IntakeListener& listener,
                               Counters& counters, ConnectionLedger& ledger, const TlsServer* tls,
                               Owner owner)
    : io_(io),
      acceptor_(io),
      pause_timer_(io),
      listener_(listener),
      counters_(counters),
      ledger_(ledger),
      tls_(tls),
      owner_(std::move(owner)) {
  const bool v6 = bound_family_is_v6(fd);
  acceptor_.assign(v6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4(), fd);
}

StreamAcceptor::~StreamAcceptor() = default;

void StreamAcceptor::start() {
  boost::system::error_code error;
  acceptor_.listen(4096, error);
  if (error) spdlog::error("E-LISTEN cannot accept on {}: {}", listener_.description.id, error.message());
  wait();
}

void StreamAcceptor::stop() {
  stopped_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_timer_.cancel();
  for (const auto& handshake : handshakes_) handshake->give_up();
  handshakes_.clear();
}

void StreamAcceptor::wait() {
  acceptor_.async_wait(boost::asio::ip::tcp::acceptor::wait_read,
                       [this](const boost::system::error_code& error) {
                         if (!error && !stopped_) accept_some();
                       });
}

void StreamAcceptor::pause(std::chrono::milliseconds time) {
  pause_timer_.expires_after(time);
  pause_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !stopped_) accept_some();
  });
}

void StreamAcceptor::accept_some() {
  for (int n = 0; n < kAcceptsPerWake; ++n) {
    if (tls_ != nullptr && ledger_.handshakes().look(SteadyClock::now()) == HandshakeGate::Verdict::wait) {
      return pause(kGatePause);
    }
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    const int fd = ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&from), &length,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      admit(fd, address_of(from));
      continue;
    }
    if (errno == EAGAIN) break;
    if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO) continue;
    // Out of descriptors: the longest idle connection makes room; if there is none, wait a little (BI-18).
    spdlog::error("E-ACCEPT {}: {} - raise the limit of open files (LimitNOFILE) / 請提高可開啟檔案數上限",
                  listener_.description.id, std::strerror(errno));
    owner_.make_room();
    return pause(kAcceptPause);
  }
  wait();
}

void StreamAcceptor::admit(int fd, const boost::asio::ip::address& address) {
  boost::asio::ip::tcp::socket socket(io_);
  boost::system::error_code error;
  socket.assign(address.is_v6() ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4(), fd, error);
  if (error) {
    ::close(fd);
    return;
  }
  const std::string peer = peer_text(address);
  const bool exempt = peer.starts_with("127.") || peer == "::1" || is_relay(listener_, peer);
  ConnectionLedger::Verdict verdict = ledger_.open(peer, exempt);
  if (verdict == ConnectionLedger::Verdict::too_many) {
    owner_.make_room();
    verdict = ledger_.open(peer, exempt);
  }
  if (verdict != ConnectionLedger::Verdict::welcome) {
    counters_.close(verdict == ConnectionLedger::Verdict::too_many ? Closed::limit_total
                                                                   : Closed::limit_peer);
    return;
  }
  ConnectionTicket ticket(ledger_, *listener_.stats, peer, exempt);
  keep_watch_on(fd);
  if (tls_ == nullptr) return owner_.ready({ByteStream(std::move(socket)), std::move(ticket)});

  TlsSession session = tls_->new_session();
  if (!session) return counters_.close(Closed::tls_broken);
  if (ledger_.handshakes().enter(peer, exempt, SteadyClock::now()) != HandshakeGate::Verdict::welcome) {
    return counters_.close(Closed::tls_busy);
  }
  begin(ByteStream(std::move(socket), std::move(session)), std::move(ticket), exempt);
}

void StreamAcceptor::tell(const std::string& peer, Closed reason, const std::string& trouble) {
  const auto now = SteadyClock::now();
  if (now - told_since_ > kTellPeriod) {
    if (untold_ != 0)
      spdlog::warn(
          "{} more connections on {} were refused, which only the counters tell / 另有 {} 個連線遭拒",
          untold_, listener_.description.id, untold_);
    told_since_ = now;
    told_ = untold_ = 0;
  }
  if (told_ == kTellMax) {
    ++untold_;
    return;
  }
  ++told_;
  spdlog::warn("connection from {} on {} refused: {}: {}", peer, listener_.description.id,
               closed_name(reason), trouble);
}

void StreamAcceptor::begin(ByteStream stream, ConnectionTicket ticket, bool exempt) {
  handshakes_.push_back(std::make_shared<Handshake>(*this, std::move(stream), std::move(ticket), exempt));
  // The list may change while this one goes on.
  const std::shared_ptr<Handshake> handshake = handshakes_.back();
  handshake->start();
}

}  // namespace vigil
