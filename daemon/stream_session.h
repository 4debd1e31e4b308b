#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/connection_ledger.h"
#include "daemon/counters.h"
#include "daemon/intake.h"
#include "daemon/listener.h"
#include "daemon/stream_acceptor.h"

namespace vigil {

/// What the connections of a listener on one I/O thread work with. Everything outlives them.
struct StreamParts {
  boost::asio::io_context& io;
  const IntakeListener& listener;
  Intake& intake;
  Writer& writer;
  Counters& counters;
  ConnectionLedger& ledger;
};

class StreamListener;

/// One connection of a protocol that answers or keeps its own frames. What all of them share is here: reading in wakes,
/// waiting while the writer's queue is full, writing what the kernel takes, deadlines, one audit line at a close.
/// Protocols say what the bytes mean. All on one I/O thread; kept alive by its listener and by what it waits for.
class StreamSession : public std::enable_shared_from_this<StreamSession> {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;
  /// A client that sends and does not read its answers is not read from once so much waits to be sent.
  static constexpr std::size_t kUnsentBytesMax = 256 * 1024;

  StreamSession(const StreamParts& parts, AcceptedStream accepted);
  virtual ~StreamSession();
  StreamSession(const StreamSession&) = delete;
  StreamSession& operator=(const StreamSession&) = delete;

  void start(StreamListener& owner);
  /// Called every second.
  void check(SteadyTime now);
  void evict() { close(Closed::evicted, {}); }
  /// At shutdown.
  virtual void finish() { shut(); }
  SteadyTime last_read() const { return last_read_; }
  const std::string& peer() const { return ticket_.peer(); }

 protected:
  /// The bytes of one read; they may go when it returns.
  virtual void take(std::string_view bytes) = 0;
  /// All reads of one wake are taken: what they brought is handed on together.
  virtual void wake_done() = 0;
  /// The client has ended its side, or the connection broke. Then the session is closed.
  virtual void ended() {}
  /// Whether the protocol itself does not want to be read now; asked again every few milliseconds.
  virtual bool holds_back() { return false; }
  /// Every second: deadlines and keep-alives of the protocol.
  virtual void tick(SteadyTime now) = 0;
  /// How long the client may be silent.
  virtual std::chrono::seconds idle_timeout() const { return parts_.ledger.limits().idle_timeout; }
  /// Reading went on after it had been held back: deadlines count from now.
  virtual void resumed(SteadyTime now) { static_cast<void>(now); }

  /// At shutdown, where nobody is told: takes what the kernel has acknowledged to the client.
  void drain();
  /// Sends what was appended to `out_`, as far as the kernel takes it now; the rest later.
  void send();
  /// Closes once everything in `out_` is sent; nothing more is read.
  void close_after_sending();
  /// Counts the reason and says so in one line. `detail` is ours or escaped.
  void close(Closed reason, std::string_view detail);
  void shut();
  bool is_open() const { return stream_.is_open(); }
  bool paused() const { return paused_; }

  const StreamParts parts_;
  std::string out_;
  std::string envelope_;  ///< who the client has shown to be
  std::int64_t received_ns_ = 0;
  bool ending_ = false;  ///< nothing more is read

 private:
  void wait();
  void readable();
  void pause();
  std::size_t wake_bytes() const;
  bool blocked();

  ByteStream stream_;
  ConnectionTicket ticket_;
  StreamListener* owner_ = nullptr;
  boost::asio::steady_timer resume_timer_;
  SteadyTime last_read_;
  bool paused_ = false, writing_ = false;
  bool closing_ = false;  ///< close once all is sent
};

/// One listening TCP socket of such a protocol on one I/O thread, and its connections.
class StreamListener : public Listener {
 public:
  using Make = std::function<std::shared_ptr<StreamSession>(const StreamParts&, AcceptedStream)>;
  /// Takes the bound socket. `tls` may be null; it outlives this. `sessions_max`: of the listener, on all threads.
  StreamListener(const StreamParts& parts, int fd, const TlsServer* tls, std::size_t sessions_max, Make make);
  ~StreamListener() override;
  void start() override;
  void stop() override;

  std::span<char> room() { return room_; }
  void forget(StreamSession& session);

 private:
  void sweep();
  void evict_idlest();

  const StreamParts parts_;
  const std::size_t sessions_max_;
  Make make_;
  StreamAcceptor acceptor_;
  boost::asio::steady_timer sweep_timer_;
  std::list<std::shared_ptr<StreamSession>> sessions_;
  std::vector<char> room_;  ///< what is read is copied from here once, by the delivery
  bool stopped_ = false;
};

}  // namespace vigil
