#pragma once

#include <netinet/in.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "daemon/byte_stream.h"
#include "daemon/connection_ledger.h"
#include "daemon/intake.h"

namespace vigil {

class TlsServer;

/// A connection that is welcome and, with TLS, whose handshake is done.
struct AcceptedStream {
  ByteStream stream;
  ConnectionTicket ticket;  ///< keep it as long as the connection
};

/// One listening TCP socket of a listener on one I/O thread: accepts within the limits of the ledger, does the TLS
/// handshake, and hands over what came of it. Every protocol on TCP stands on this. Connections never migrate.
class StreamAcceptor {
 public:
  /// Connections taken from the backlog before others on the thread get their turn.
  static constexpr int kAcceptsPerWake = 64;

  struct Owner {
    /// Takes over a connection.
    std::function<void(AcceptedStream)> ready;
    /// Closes the longest idle connection to make room; does nothing if there is none.
    std::function<void()> make_room;
  };

  /// Takes the bound socket. `tls` may be null; it outlives this.
  StreamAcceptor(boost::asio::io_context& io, int fd, const IntakeListener& listener, Counters& counters,
                 ConnectionLedger& ledger, const TlsServer* tls, Owner owner);
  ~StreamAcceptor();
  void start();
  /// Accepts no more and gives up handshakes under way.
  void stop();

 private:
  class Handshake;
  void wait();
  void accept_some();
  void pause(std::chrono::milliseconds time);
  void admit(int fd, const boost::asio::ip::address& address);
  void tell(const std::string& peer, Closed reason, const std::string& trouble);
  void begin(ByteStream stream, ConnectionTicket ticket, bool exempt);

  boost::asio::io_context& io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_timer_;
  const IntakeListener& listener_;
  Counters& counters_;
  ConnectionLedger& ledger_;
  const TlsServer* tls_;
  Owner owner_;
  std::list<std::shared_ptr<Handshake>> handshakes_;
  std::chrono::steady_clock::time_point told_since_{};
  unsigned told_ = 0, untold_ = 0;  ///< lines about refused connections since then, written and left out
  bool stopped_ = false;
};

}  // namespace vigil
