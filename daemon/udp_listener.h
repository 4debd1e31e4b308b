#pragma once

#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>

#include "daemon/intake.h"
#include "daemon/listener.h"

namespace vigil {

/// One UDP socket of a listener; there is one on every I/O thread, sharing the port (RFC 5426).
/// Reads with recvmmsg; what the kernel dropped is counted exactly and told.
class UdpListener : public Listener {
 public:
  /// Datagrams taken at once, and rounds before others on the thread get their turn.
  static constexpr std::size_t kSlots = 128;
  static constexpr int kRoundsMax = 4;
  /// A datagram can carry 65,507 bytes: slots are that large, but only touched pages cost memory.
  static constexpr std::size_t kSlotBytes = 64 * 1024;

  struct Options {
    std::size_t message_bytes_max = kSlotBytes;  ///< what is longer is kept cut and tagged `oversize`
    bool compressed_rsyslog = false;             ///< datagrams that begin with 'z' are unpacked (F12)
  };

  /// What becomes of a datagram: peer, bytes, tags, time of receipt.
  using Sink = std::function<void(std::string_view, std::string_view, Tags, std::int64_t)>;

  /// Takes the bound socket. `on_loss(n)` is told when the kernel has dropped n datagrams more. Without a `sink` every
  /// datagram is one message.
  UdpListener(boost::asio::io_context& io, int fd, const IntakeListener& listener, Options options,
              Intake& intake, std::function<void(std::uint64_t)> on_loss, Sink sink = {});
  ~UdpListener() override;
  void start() override;
  void stop() override;
  /// Asks the kernel for its drop count. Any thread.
  void poll_drops();

 private:
  void wait();
  void drain();
  void take(std::string_view datagram, Tags tags, std::int64_t now);
  void count_drops(std::uint32_t cumulative);
  void poll_later();

  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer poll_timer_;
  int fd_;
  const IntakeListener& listener_;
  const Options options_;
  Intake& intake_;
  std::function<void(std::uint64_t)> on_loss_;
  Sink sink_;
  std::atomic<std::uint32_t> dropped_{0};  ///< the kernel's cumulative count, as last seen
  char* slots_ = nullptr;                  ///< kSlots x kSlotBytes, mapped
  std::array<mmsghdr, kSlots> headers_{};
  std::array<iovec, kSlots> vectors_{};
  std::array<sockaddr_storage, kSlots> peers_{};
  std::array<std::array<char, CMSG_SPACE(sizeof(std::uint32_t)) + 64>, kSlots> controls_{};
  sockaddr_storage last_peer_{};
  std::string last_peer_text_;
  bool last_peer_suspicious_ = false;
  std::string unzipped_;
};

/// Sets the receive buffer, by force where we may; returns what the kernel really gives, in bytes.
int set_receive_buffer(int fd, int bytes);

}  // namespace vigil
