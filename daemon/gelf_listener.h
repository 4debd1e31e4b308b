#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/stream_session.h"
#include "daemon/udp_listener.h"
#include "parsers/gelf.h"

namespace vigil {

/// GELF messages of one I/O thread on their way into its batches: unpacked, their sender and time read. What does not
/// unpack or is no JSON is kept as it came, tagged `bad_payload` or `not_json`.
class GelfIntake {
 public:
  GelfIntake(Intake& intake, const IntakeListener& listener) : intake_(intake), listener_(listener) {}
  /// `message` may be packed.
  void take_packed(std::string_view peer, std::string_view message, Tags tags, std::int64_t received_ns);
  void take(const Arrival& arrival, std::string_view document);

 private:
  Intake& intake_;
  const IntakeListener& listener_;
  std::string room_;
};

/// The parts of an arrival that the document itself tells.
void describe_gelf(std::string_view document, Arrival& arrival);

/// GELF over UDP on one I/O thread: chunks are put together, packed messages unpacked (ingest.md 3.6). Nobody is told, so
/// what is lost is counted: messages whose chunks did not all come, datagrams that are no chunk.
class GelfUdpListener : public Listener {
 public:
  GelfUdpListener(boost::asio::io_context& io, int fd, const IntakeListener& listener, Intake& intake,
                  Counters& counters, std::function<void(std::uint64_t)> on_loss);
  void start() override;
  void stop() override;

 private:
  void take(std::string_view peer, std::string_view datagram, Tags tags, std::int64_t now_ns);
  void expire_later();
  void count_given_up();
  void discard(Discard reason, std::uint64_t count);

  const IntakeListener& listener_;
  Counters& counters_;
  GelfIntake into_;
  GelfAssembler assembler_;
  std::uint64_t counted_ = 0;
  boost::asio::steady_timer timer_;
  UdpListener udp_;
};

struct GelfTcpOptions {
  GelfLimits messages;
  /// Connections of one listener, on all threads.
  std::size_t sessions_max = 1000;
};

/// Makes the connections of GELF over TCP: JSON, each document ended by NUL. Nothing is acknowledged; while the writer's
/// queue is full nothing is read.
StreamListener::Make gelf_sessions(GelfTcpOptions options);

}  // namespace vigil
