#include "daemon/byte_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "daemon/tls.h"

namespace vigil {

void FreeTlsSession::operator()(ssl_st* session) const { SSL_free(session); }

ByteStream::ByteStream(boost::asio::ip::tcp::socket socket, TlsSession session)
    : socket_(std::move(socket)), session_(std::move(session)), ready_(session_ == nullptr) {
  if (!session_) return;
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
  SSL_set_fd(session_.get(), socket_.native_handle());
  SSL_set_accept_state(session_.get());
}

ByteStream::~ByteStream() {
  if (socket_.is_open()) close();
}

Moved ByteStream::fail(Closed reason, std::string trouble) {
  reason_ = reason;
  trouble_ = std::move(trouble);
  ready_ = false;
  return {Io::failed, 0};
}

Moved ByteStream::plain_result(ssize_t moved) {
  if (moved > 0) return {Io::done, static_cast<std::size_t>(moved)};
  if (moved == 0) return {Io::closed, 0};
  if (errno == EAGAIN || errno == EINTR) return {Io::would_block, 0};
  return fail(Closed::tls_broken, std::strerror(errno));
}

Io ByteStream::session_result(int result, bool& wants_other) {
  const int sys_error = errno;
  const int error = SSL_get_error(session_.get(), result);
  wants_other = false;
  switch (error) {
    case SSL_ERROR_WANT_READ:
      wants_other = &wants_other == &write_wants_read_;
      return Io::would_block;
    case SSL_ERROR_WANT_WRITE:
      wants_other = &wants_other == &read_wants_write_;
      return Io::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return Io::closed;
    default:
      break;
  }
  if (error == SSL_ERROR_SYSCALL && ERR_peek_error() == 0) {
    return fail(Closed::tls_broken, sys_error != 0 ? std::strerror(sys_error) : "the client went away").io;
  }
  const TlsFailure failure = explain_failure(session_.get());
  return fail(failure.reason, failure.text()).io;
}

Io ByteStream::handshake() {
  if (!session_ || ready_) return Io::done;
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(session_.get());
  if (result == 1) {
    ready_ = true;
    more_ = true;  // The client's first bytes may have come with its last handshake message.
    read_wants_write_ = false;
    peer_ = vigil::peer_certificate(session_.get());
    return Io::done;
  }
  return session_result(result, read_wants_write_);
}

Moved ByteStream::read(std::span<char> room) {
  if (session_) return read_session(room);
  return plain_result(::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT));
}

Moved ByteStream::read_session(std::span<char> room) {
  more_ = false;
  if (next_read_ != Io::done) return {next_read_, 0};
  if (!ready_) return {Io::failed, 0};
  // One call gives one record of at most 16 KiB; a caller with more room gets more of them.
  std::size_t filled = 0;
  Io io = Io::done;
  while (filled < room.size()) {
    ERR_clear_error();
    errno = 0;
    std::size_t n = 0;
    const int result = SSL_read_ex(session_.get(), room.data() + filled, room.size() - filled, &n);
    if (result != 1) {
      io = session_result(result, read_wants_write_);
      break;
    }
    filled += n;
  }
  if (renegotiation_asked(session_.get())) io = fail(Closed::tls_renegotiation, "it asked to renegotiate").io;
  if (filled == 0) return {io, 0};
  if (io == Io::closed || io == Io::failed) next_read_ = io;
  more_ = io != Io::would_block;
  return {Io::done, filled};
}

Moved ByteStream::write(std::string_view bytes) {
  if (bytes.empty()) return {Io::done, 0};
  if (!session_) {
    return plain_result(
        ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
  }
  if (!ready_) return {Io::failed, 0};
  ERR_clear_error();
  errno = 0;
  std::size_t n = 0;
  const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &n);
  if (result == 1) return {Io::done, n};
  return {session_result(result, write_wants_read_), 0};
}

void ByteStream::close() {
  if (!socket_.is_open()) return;
  if (session_ && ready_) {
    ERR_clear_error();
    SSL_shutdown(session_.get());  // What does not fit into the send buffer is not waited for.
    ERR_clear_error();
  }
  ready_ = session_ == nullptr;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace vigil
