#pragma once

#include <sys/socket.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <cerrno>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "daemon/byte_stream.h"
#include "daemon/stream_acceptor.h"

namespace vigil {

/// A connection as the HTTP server reads and writes it, never blocking: a plain one (TCP or Unix socket), or one over TLS
/// whose handshake is done.
class HttpStream {
 public:
  using Plain = boost::asio::generic::stream_protocol::socket;

  explicit HttpStream(Plain socket) : stream_(std::move(socket)) {
    boost::system::error_code ignored;
    std::get<Plain>(stream_).non_blocking(true, ignored);
  }
  explicit HttpStream(AcceptedStream accepted) : stream_(std::move(accepted)) {}

  Moved read(std::span<char> room) {
    if (AcceptedStream* const accepted = over_tls()) return accepted->stream.read(room);
    return result(::recv(descriptor(), room.data(), room.size(), 0), room.size());
  }
  Moved write(std::string_view bytes) {
    if (AcceptedStream* const accepted = over_tls()) return accepted->stream.write(bytes);
    return result(::send(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL), bytes.size());
  }
  template <class Handler>
  void async_wait_read(Handler&& handler) {
    if (AcceptedStream* const accepted = over_tls())
      return accepted->stream.async_wait_read(std::forward<Handler>(handler));
    std::get<Plain>(stream_).async_wait(Plain::wait_read, std::forward<Handler>(handler));
  }
  template <class Handler>
  void async_wait_write(Handler&& handler) {
    if (AcceptedStream* const accepted = over_tls())
      return accepted->stream.async_wait_write(std::forward<Handler>(handler));
    std::get<Plain>(stream_).async_wait(Plain::wait_write, std::forward<Handler>(handler));
  }

  /// The peer has ended its side and nothing it sent waits to be read. Over TLS its goodbye waits to be read: then no.
  bool peer_ended() {
    char one = 0;
    return ::recv(descriptor(), &one, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
  }
  /// The peer threw away what we sent.
  bool was_reset() {
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(descriptor(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0;
  }
  /// Nothing more will be written. TLS says so when it closes.
  void end_writing() {
    if (over_tls() == nullptr) ::shutdown(descriptor(), SHUT_WR);
  }
  void close() {
    if (AcceptedStream* const accepted = over_tls()) return accepted->stream.close();
    boost::system::error_code ignored;
    std::get<Plain>(stream_).close(ignored);
  }

  bool secure() const { return std::holds_alternative<AcceptedStream>(stream_); }
  PeerCertificate peer_certificate() const {
    return secure() ? std::get<AcceptedStream>(stream_).stream.peer_certificate() : PeerCertificate();
  }

 private:
  AcceptedStream* over_tls() { return std::get_if<AcceptedStream>(&stream_); }
  int descriptor() {
    AcceptedStream* const accepted = over_tls();
    return accepted != nullptr ? accepted->stream.socket().native_handle()
                               : std::get<Plain>(stream_).native_handle();
  }
  static Moved result(ssize_t moved, std::size_t wanted) {
    if (moved > 0) return {Io::done, static_cast<std::size_t>(moved)};
    if (moved == 0) return {wanted == 0 ? Io::done : Io::closed, 0};
    return {errno == EAGAIN || errno == EINTR ? Io::would_block : Io::failed, 0};
  }

  std::variant<Plain, AcceptedStream> stream_;
};

}  // namespace vigil
