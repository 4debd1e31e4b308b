#include "daemon/http_server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>

#include "daemon/http_session.h"
#include "daemon/intake.h"
#include "daemon/socket.h"

namespace vigil {

namespace asio = boost::asio;

namespace {

/// How often deadlines are looked at: they are seconds, and one timer for all is cheaper than one a connection.
constexpr std::chrono::milliseconds kClockEvery{100};
/// When accepting fails (no descriptor is left), it is tried again after this.
constexpr std::chrono::milliseconds kAcceptPause{100};

/// The kernel says who is at the other end: the data directory's owner or root, nobody else.
bool peer_may_enter(int fd) {
  ucred who{};
  socklen_t length = sizeof who;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) != 0) return false;
  return who.uid == ::geteuid() || who.uid == 0;
}

HttpPeer tcp_peer(const std::string& address) {
  return {address, false, address.starts_with("127.") || address == "::1"};
}

}  // namespace

struct HttpServer::Shared : std::enable_shared_from_this<HttpServer::Shared> {
  Shared(asio::io_context& context, std::shared_ptr<HttpSessions> wanted)
      : io(context), sessions(std::move(wanted)), clock(context), pause(context) {}

  asio::io_context& io;
  std::shared_ptr<HttpSessions> sessions;
  asio::steady_timer clock, pause;
  bool ticking = false;
  std::list<asio::ip::tcp::acceptor> tcp;
  std::list<asio::local::stream_protocol::acceptor> local;
  std::list<StreamAcceptor> secure;
  std::filesystem::path local_path;

  void start(HttpStream stream, HttpPeer peer) {
    if (sessions->all.size() >= sessions->limits.connections_max) {
      constexpr std::string_view kFull =
          "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: "
          "close\r\n\r\n";
      stream.write(kFull);
      return;  // closes the connection
    }
    std::make_shared<HttpSession>(io, sessions, std::move(stream), std::move(peer))->start();
    tick();
  }

  void tick() {
    if (ticking || sessions->all.empty() || sessions->stopped) return;
    ticking = true;
    clock.expires_after(kClockEvery);
    clock.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      self->ticking = false;
      if (error) return;
      const auto now = HttpSession::Clock::now();
      const auto all = self->sessions->all;  // some end as they are looked at
      for (HttpSession* session : all) {
        if (self->sessions->all.contains(session)) session->look_at_clock(now);
      }
      self->tick();
    });
  }

  template <class Acceptor, class Welcome>
  void accept(Acceptor& acceptor, Welcome welcome) {
    acceptor.async_accept(
        [self = shared_from_this(), &acceptor, welcome](const boost::system::error_code& error,
                                                        typename Acceptor::protocol_type::socket socket) {
          if (self->sessions->stopped || error == asio::error::operation_aborted) return;
          if (error) {
            self->pause.expires_after(kAcceptPause);
            self->pause.async_wait([self, &acceptor, welcome](const boost::system::error_code& ended) {
              if (!ended && !self->sessions->stopped) self->accept(acceptor, welcome);
            });
            return;
          }
          welcome(*self, std::move(socket));
          self->accept(acceptor, welcome);
        });
  }
};

HttpServer::HttpServer(asio::io_context& io, Handler handler, HttpLimits limits, Gate gate, Opener opener) {
  auto sessions = std::make_shared<HttpSessions>();
  sessions->limits = limits;
  sessions->handler = std::move(handler);
  sessions->gate = std::move(gate);
  sessions->opener = std::move(opener);
  shared_ = std::make_shared<Shared>(io, std::move(sessions));
}

HttpServer::~HttpServer() = default;

void HttpServer::listen(int fd) {
  auto& acceptor = shared_->tcp.emplace_back(shared_->io);
  acceptor.assign(bound_family_is_v6(fd) ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), fd);
  acceptor.listen();
  shared_->accept(acceptor, [](Shared& shared, asio::ip::tcp::socket socket) {
    boost::system::error_code gone;
    const auto endpoint = socket.remote_endpoint(gone);
    if (gone) return;
    socket.set_option(asio::ip::tcp::no_delay(true), gone);
    shared.start(HttpStream(HttpStream::Plain(std::move(socket))), tcp_peer(peer_text(endpoint.address())));
  });
}

void HttpServer::listen_tls(int fd, const IntakeListener& listener, Counters& counters,
                            ConnectionLedger& ledger, const TlsServer& tls) {
  StreamAcceptor::Owner owner;
  owner.ready = [shared = shared_.get()](AcceptedStream accepted) {
    const std::string peer = accepted.ticket.peer();
    shared->start(HttpStream(std::move(accepted)), tcp_peer(peer));
  };
  owner.make_room = [] {};  // idle connections go by themselves after 75 s
  shared_->secure.emplace_back(shared_->io, fd, listener, counters, ledger, &tls, std::move(owner)).start();
}

std::string HttpServer::listen_unix(const std::filesystem::path& path) {
  const std::string text = path.string();
  if (text.size() >= 108) return "the path of the Unix socket is longer than 107 bytes: " + text;
  ::unlink(text.c_str());  // We hold the data directory's lock: whoever made it is dead.
  const mode_t mask = ::umask(0177);
  boost::system::error_code error;
  auto& acceptor = shared_->local.emplace_back(shared_->io);
  acceptor.open(asio::local::stream_protocol(), error);
  if (!error) acceptor.bind(asio::local::stream_protocol::endpoint(text), error);
  if (!error) acceptor.listen(64, error);
  ::umask(mask);
  if (error) return "cannot listen on " + text + ": " + error.message();
  shared_->local_path = path;
  shared_->accept(acceptor, [](Shared& shared, asio::local::stream_protocol::socket socket) {
    if (!peer_may_enter(socket.native_handle())) return;
    shared.start(HttpStream(HttpStream::Plain(std::move(socket))), HttpPeer{"unix", true, true});
  });
  return {};
}

void HttpServer::stop() {
  shared_->sessions->stopped = true;
  boost::system::error_code ignored;
  for (auto& acceptor : shared_->tcp) acceptor.close(ignored);
  for (auto& acceptor : shared_->local) acceptor.close(ignored);
  for (auto& acceptor : shared_->secure) acceptor.stop();
  shared_->clock.cancel();
  shared_->pause.cancel();
  if (!shared_->local_path.empty()) ::unlink(shared_->local_path.c_str());
  const auto sessions = shared_->sessions->all;
  for (HttpSession* session : sessions) session->close();
}

}  // namespace vigil
