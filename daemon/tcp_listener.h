#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>

#include "daemon/connection_ledger.h"
#include "daemon/counters.h"
#include "daemon/intake.h"
#include "daemon/listener.h"
#include "daemon/stream_acceptor.h"
#include "parsers/framer.h"

namespace vigil {

/// One listening TCP socket of a listener on one I/O thread, and the connections it accepted: they never
/// migrate. Reads straight into the thread's open batch; an idle connection costs its partial frame.
class TcpListener : public Listener {
 public:
  /// `tls` may be null: then the listener is plain. It outlives this.
  TcpListener(boost::asio::io_context& io, int fd, const IntakeListener& listener, FramerOptions framing,
              Intake& intake, Counters& counters, ConnectionLedger& ledger, const TlsServer* tls = nullptr);
  ~TcpListener() override;
  void start() override;
  /// Reads what the kernel has already taken, gives partial frames, closes.
  void stop() override;

 private:
  class Connection;
  void sweep();
  void forget(Connection& connection);
  void evict_idlest();

  boost::asio::io_context& io_;
  StreamAcceptor acceptor_;
  boost::asio::steady_timer sweep_timer_;
  const IntakeListener& listener_;
  const FramerOptions framing_;
  Intake& intake_;
  Counters& counters_;
  ConnectionLedger& ledger_;
  std::list<std::shared_ptr<Connection>> connections_;
  bool stopped_ = false;
};

}  // namespace vigil
