#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/counters.h"

struct ssl_st;

namespace vigil {

/// A TLS session of OpenSSL's (SSL*), freed with its owner. TlsServer::new_session() makes them.
struct FreeTlsSession {
  void operator()(ssl_st* session) const;
};
using TlsSession = std::unique_ptr<ssl_st, FreeTlsSession>;

/// What a client has shown of itself in the handshake.
struct PeerCertificate {
  std::string subject;      ///< distinguished name as in RFC 2253, controls and what is not UTF-8 escaped
  std::string fingerprint;  ///< SHA-256 of the certificate, 64 hex digits in upper case as ECS writes hashes
};

/// How far a call came.
enum class Io : std::uint8_t {
  done,         ///< bytes were moved; a handshake is complete
  would_block,  ///< nothing now: wait, then call again
  closed,       ///< the peer has ended its side
  failed        ///< reset, a broken record, a refused handshake: see reason() and trouble()
};
struct Moved {
  Io io = Io::would_block;
  std::size_t bytes = 0;
};

/// An accepted TCP connection, plain or TLS, that never blocks. Protocols read and write it without knowing which it is.
/// One thread.
///
///   switch (const auto [io, bytes] = stream.read(room); io) …
///   stream.async_wait_read([self](const auto& error) { if (!error && self->stream.is_open()) self->readable(); });
class ByteStream {
 public:
  /// Plain, or TLS with `session`. A session that could not be made is not a plain stream: hand over only what is there.
  explicit ByteStream(boost::asio::ip::tcp::socket socket, TlsSession session = {});
  ByteStream(ByteStream&&) noexcept = default;
  ByteStream& operator=(ByteStream&&) = delete;
  ~ByteStream();

  bool secure() const { return session_ != nullptr; }
  /// Must be `done` before anything is read or written; it is at once on a plain stream. Wait with async_wait_read().
  Io handshake();

  /// Reads what has come, at most `room`. Fewer bytes than room: there is no more now.
  Moved read(std::span<char> room);
  /// Writes what the kernel takes, perhaps not all. After `would_block` the next call begins with the same bytes.
  Moved write(std::string_view bytes);

  /// Calls `handler(error_code)` once reading (or the handshake) can go on, on the stream's executor, never from within.
  /// A handler that was waiting when close() is called may still be called, without an error: ask is_open().
  template <class Handler>
  void async_wait_read(Handler&& handler) {
    if (more_) {
      boost::asio::post(socket_.get_executor(), [handler = std::forward<Handler>(handler)]() mutable {
        handler(boost::system::error_code());
      });
      return;
    }
    using Socket = boost::asio::ip::tcp::socket;
    socket_.async_wait(read_wants_write_ ? Socket::wait_write : Socket::wait_read,
                       std::forward<Handler>(handler));
  }
  /// The same for writing.
  template <class Handler>
  void async_wait_write(Handler&& handler) {
    using Socket = boost::asio::ip::tcp::socket;
    socket_.async_wait(write_wants_read_ ? Socket::wait_read : Socket::wait_write,
                       std::forward<Handler>(handler));
  }

  /// Empty on a plain stream, in mode anon, and before the handshake is done.
  const PeerCertificate& peer_certificate() const { return peer_; }
  /// After `failed`: why in words, escaped for a log line, and (with TLS) what to count it as. A plain connection that was
  /// reset is nothing to count: connections end.
  Closed reason() const { return reason_; }
  const std::string& trouble() const { return trouble_; }

  bool is_open() const { return socket_.is_open(); }
  /// Says goodbye (close_notify) if it can do so at once, and closes.
  void close();
  boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
  Moved fail(Closed reason, std::string trouble);
  Moved plain_result(ssize_t moved);
  Moved read_session(std::span<char> room);
  /// What a session's call that did not succeed means.
  Io session_result(int result, bool& wants_other);

  boost::asio::ip::tcp::socket socket_;
  TlsSession session_;
  PeerCertificate peer_;
  std::string trouble_;
  Closed reason_ = Closed::tls_broken;
  Io next_read_ = Io::done;  ///< how the stream ended, when bytes came before its end in the same read
  bool ready_ = false;       ///< the handshake is done, nothing has failed
  bool more_ = false;        ///< the session may hold bytes the socket no longer shows
  bool read_wants_write_ = false, write_wants_read_ = false;
};

}  // namespace vigil
