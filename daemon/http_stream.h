#pragma once

#include <sys/socket.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace vigil {

/// A connected socket (TCP or Unix) that never blocks, as the HTTP server reads and writes it.
class HttpStream {
 public:
  enum class Io : std::uint8_t {
    done,         ///< bytes were moved
    would_block,  ///< nothing now: wait, then call again
    closed,       ///< the peer has ended its side
    failed        ///< reset
  };
  struct Moved {
    Io io = Io::would_block;
    std::size_t bytes = 0;
  };
  using Socket = boost::asio::generic::stream_protocol::socket;

  explicit HttpStream(Socket socket) : socket_(std::move(socket)) {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
  }

  Moved read(std::span<char> room) {
    return result(::recv(socket_.native_handle(), room.data(), room.size(), 0), room.size());
  }
  Moved write(std::string_view bytes) {
    return result(::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL), bytes.size());
  }
  template <class Handler>
  void async_wait_read(Handler&& handler) {
    socket_.async_wait(Socket::wait_read, std::forward<Handler>(handler));
  }
  template <class Handler>
  void async_wait_write(Handler&& handler) {
    socket_.async_wait(Socket::wait_write, std::forward<Handler>(handler));
  }

  /// The peer has ended its side and nothing it sent waits to be read.
  bool peer_ended() const {
    char one = 0;
    return ::recv(const_cast<Socket&>(socket_).native_handle(), &one, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
  }
  /// The peer threw away what we sent.
  bool was_reset() {
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0;
  }
  /// Nothing more will be written.
  void end_writing() { ::shutdown(socket_.native_handle(), SHUT_WR); }
  bool is_open() const { return socket_.is_open(); }
  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  auto executor() { return socket_.get_executor(); }

 private:
  static Moved result(ssize_t moved, std::size_t wanted) {
    if (moved > 0) return {Io::done, static_cast<std::size_t>(moved)};
    if (moved == 0) return {wanted == 0 ? Io::done : Io::closed, 0};
    return {errno == EAGAIN || errno == EINTR ? Io::would_block : Io::failed, 0};
  }

  Socket socket_;
};

}  // namespace vigil
