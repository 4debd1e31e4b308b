#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <chrono>
#include <optional>

namespace vigil::cli {

/// A connected socket as Beast's synchronous stream. Asio's own sockets wait for ever in synchronous reads;
/// this one gives up after a silence.
class SocketStream {
 public:
  [[nodiscard]] explicit SocketStream(int descriptor) : descriptor_(descriptor) {}
  ~SocketStream() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  SocketStream(SocketStream&& other) noexcept
      : descriptor_(other.descriptor_), silence_max_(other.silence_max_) {
    other.descriptor_ = -1;
  }
  SocketStream& operator=(SocketStream&&) = delete;

  void set_silence_max(std::optional<std::chrono::seconds> silence) { silence_max_ = silence; }

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, boost::system::error_code& error) {
    const boost::asio::mutable_buffer buffer = first<boost::asio::mutable_buffer>(buffers);
    if (buffer.size() == 0) return done(error);
    while (wait(POLLIN, error)) {
      const ssize_t got = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
      if (got > 0) return done(error, static_cast<std::size_t>(got));
      if (got == 0) return failed(error, boost::asio::error::eof);
      if (errno != EINTR && errno != EAGAIN) return failed(error, from_errno());
    }
    return 0;
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, boost::system::error_code& error) {
    const boost::asio::const_buffer buffer = first<boost::asio::const_buffer>(buffers);
    if (buffer.size() == 0) return done(error);
    while (wait(POLLOUT, error)) {
      const ssize_t sent = ::send(descriptor_, buffer.data(), buffer.size(), MSG_NOSIGNAL);
      if (sent >= 0) return done(error, static_cast<std::size_t>(sent));
      if (errno != EINTR && errno != EAGAIN) return failed(error, from_errno());
    }
    return 0;
  }
  // Beast's concept asks for the throwing forms too; nothing of ours calls them.
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    boost::system::error_code error;
    const std::size_t size = read_some(buffers, error);
    if (error) throw boost::system::system_error(error);
    return size;
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    boost::system::error_code error;
    const std::size_t size = write_some(buffers, error);
    if (error) throw boost::system::system_error(error);
    return size;
  }

 private:
  template <class Buffer, class Buffers>
  static Buffer first(const Buffers& buffers) {
    for (auto at = boost::asio::buffer_sequence_begin(buffers);
         at != boost::asio::buffer_sequence_end(buffers); ++at) {
      const Buffer buffer(*at);
      if (buffer.size() > 0) return buffer;
    }
    return Buffer();
  }
  static boost::system::error_code from_errno() { return {errno, boost::system::system_category()}; }
  static std::size_t done(boost::system::error_code& error, std::size_t size = 0) {
    error = {};
    return size;
  }
  static std::size_t failed(boost::system::error_code& error, boost::system::error_code why) {
    error = why;
    return 0;
  }
  bool wait(short events, boost::system::error_code& error) const {
    pollfd poller{descriptor_, events, 0};
    const int milliseconds =
        silence_max_ ? static_cast<int>(std::chrono::milliseconds(*silence_max_).count()) : -1;
    for (;;) {
      const int ready = ::poll(&poller, 1, milliseconds);
      if (ready > 0) return true;
      if (ready < 0 && errno == EINTR) continue;
      error = ready == 0 ? boost::system::error_code(boost::asio::error::timed_out) : from_errno();
      return false;
    }
  }

  int descriptor_;
  std::optional<std::chrono::seconds> silence_max_;
};

}  // namespace vigil::cli
