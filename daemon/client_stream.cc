#include "daemon/client_stream.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace vigil {

namespace {

using Clock = std::chrono::steady_clock;

/// How often a wait looks whether it should end.
constexpr std::chrono::milliseconds kSlice{100};

std::string system_error(int number) { return std::strerror(number); }

/// The newest thing OpenSSL has to say.
std::string tls_error(const char* fallback) {
  std::string text = fallback;
  while (const unsigned long code = ERR_get_error()) {
    if (const char* const reason = ERR_reason_error_string(code)) text = reason;
  }
  return text;
}

struct HostPort {
  std::string host, port;
};
HostPort split(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return {host, colon == std::string::npos ? "" : address.substr(colon + 1)};
}

bool is_address(const std::string& host) {
  in6_addr six{};
  in_addr four{};
  return ::inet_pton(AF_INET6, host.c_str(), &six) == 1 || ::inet_pton(AF_INET, host.c_str(), &four) == 1;
}

struct ContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using Context = std::unique_ptr<SSL_CTX, ContextFree>;

/// Made anew for each connection: files that were renewed are then the ones that count.
Result<Context, std::string> make_context(const UpstreamConfig::Tls& tls) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_client_method()));
  if (!context) return tls_error("out of memory");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const int trusted = tls.ca.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                     : SSL_CTX_load_verify_file(context.get(), tls.ca.c_str());
  if (trusted != 1)
    return "tls.ca cannot be read: " + tls.ca.string() + ": " + tls_error("no certificate in it");
  if (tls.certificate.empty()) return context;
  if (SSL_CTX_use_certificate_chain_file(context.get(), tls.certificate.c_str()) != 1)
    return "tls.certificate cannot be read: " + tls.certificate.string() + ": " +
           tls_error("no certificate in it");
  if (SSL_CTX_use_PrivateKey_file(context.get(), tls.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return "tls.key cannot be used: " + tls.key.string() + ": " + tls_error("it is not the certificate's");
  }
  return context;
}

}  // namespace

struct ClientStream::Impl {
  int fd = -1;
  const std::atomic<bool>& stopping;
  ClientStreamLimits limits;
  std::unique_ptr<SSL, SslFree> ssl;

  Impl(const std::atomic<bool>& stop, ClientStreamLimits given) : stopping(stop), limits(given) {}
  ~Impl() {
    if (ssl) SSL_shutdown(ssl.get());  // says goodbye, waits for nothing
    if (fd >= 0) ::close(fd);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// False after `wait`, or when it is time to end.
  bool ready(short events, Clock::time_point until) const {
    for (;;) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
      if (stopping.load(std::memory_order_relaxed)) return false;
      pollfd one{fd, events, 0};
      const auto slice = std::clamp(left, std::chrono::milliseconds(0), kSlice);
      if (::poll(&one, 1, static_cast<int>(slice.count())) > 0) return true;
      if (left.count() <= 0) return false;
    }
  }

  Result<void, std::string> connect(const addrinfo& to) {
    fd = ::socket(to.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return system_error(errno);
    if (::connect(fd, to.ai_addr, to.ai_addrlen) != 0) {
      if (errno != EINPROGRESS) return system_error(errno);
      if (!ready(POLLOUT, Clock::now() + limits.connect))
        return std::string("no answer to the connection's beginning");
      int trouble = 0;
      socklen_t size = sizeof trouble;
      ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &trouble, &size);
      if (trouble != 0) return system_error(trouble);
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    // A partition is noticed by what was sent and never acknowledged.
    const unsigned timeout = static_cast<unsigned>(limits.write.count());
    ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
    return {};
  }

  Result<void, std::string> greet(const UpstreamConfig::Tls& tls, const std::string& host) {
    auto context = make_context(tls);
    if (!context) return context.error();
    ssl.reset(SSL_new(context->get()));
    if (!ssl) return std::string("out of memory");
    const std::string& name = tls.name.empty() ? host : tls.name;
    if (is_address(name)) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), name.c_str());
    } else {
      SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      SSL_set1_host(ssl.get(), name.c_str());
      SSL_set_tlsext_host_name(ssl.get(), name.c_str());
    }
    SSL_set_fd(ssl.get(), fd);
    const auto until = Clock::now() + limits.connect;
    for (;;) {
      ERR_clear_error();
      const int done = SSL_connect(ssl.get());
      if (done == 1) return {};
      const int why = SSL_get_error(ssl.get(), done);
      if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
        if (ready(why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, until)) continue;
        ssl.reset();
        return std::string("TLS: no answer");
      }
      const long verified = SSL_get_verify_result(ssl.get());
      std::string text = verified == X509_V_OK ? "TLS: " + tls_error("the connection ended")
                                               : "its certificate is not good for '" + name +
                                                     "': " + X509_verify_cert_error_string(verified);
      ssl.reset();
      return text;
    }
  }
};

ClientStream::ClientStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClientStream::~ClientStream() = default;

Result<std::unique_ptr<ClientStream>, std::string> ClientStream::connect(
    const std::string& address, const std::optional<UpstreamConfig::Tls>& tls,
    const std::atomic<bool>& stopping, ClientStreamLimits limits) {
  const HostPort where = split(address);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  if (is_address(where.host)) hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(where.host.c_str(), where.port.c_str(), &hints, &found); code != 0)
    return "its name is not known: " + std::string(::gai_strerror(code));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  std::string trouble = "its name has no address";
  for (const addrinfo* to = found; to != nullptr; to = to->ai_next) {
    auto impl = std::make_unique<Impl>(stopping, limits);
    auto outcome = impl->connect(*to);
    if (outcome && tls) outcome = impl->greet(*tls, where.host);
    if (outcome) return std::unique_ptr<ClientStream>(new ClientStream(std::move(impl)));
    trouble = outcome.error();
  }
  return trouble;
}

Result<void, std::string> ClientStream::write(std::string_view bytes) {
  Impl& d = *impl_;
  auto until = Clock::now() + d.limits.write;
  while (!bytes.empty()) {
    ssize_t written = 0;
    short wanted = POLLOUT;
    if (d.ssl) {
      ERR_clear_error();
      written = SSL_write(d.ssl.get(), bytes.data(),
                          static_cast<int>(std::min<std::size_t>(bytes.size(), 1U << 20U)));
      if (written <= 0) {
        const int why = SSL_get_error(d.ssl.get(), static_cast<int>(written));
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
          return "TLS: " + tls_error("the connection ended");
        wanted = why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
      }
    } else {
      written = ::send(d.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (written < 0 && errno != EAGAIN && errno != EINTR) return system_error(errno);
    }
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
      until = Clock::now() + d.limits.write;
    } else if (!d.ready(wanted, until)) {
      return std::string("the other side takes nothing");
    }
  }
  return {};
}

Result<std::size_t, std::string> ClientStream::read(std::span<char> into, std::chrono::milliseconds wait) {
  Impl& d = *impl_;
  const auto until = Clock::now() + wait;
  for (;;) {
    ssize_t got = 0;
    short wanted = POLLIN;
    if (d.ssl) {
      ERR_clear_error();
      got = SSL_read(d.ssl.get(), into.data(), static_cast<int>(into.size()));
      if (got <= 0) {
        const int why = SSL_get_error(d.ssl.get(), static_cast<int>(got));
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
          return why == SSL_ERROR_ZERO_RETURN ? std::string("the other side closed the connection")
                                              : "TLS: " + tls_error("the connection ended");
        wanted = why == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
      }
    } else {
      got = ::recv(d.fd, into.data(), into.size(), 0);
      if (got == 0) return std::string("the other side closed the connection");
      if (got < 0 && errno != EAGAIN && errno != EINTR) return system_error(errno);
    }
    if (got > 0) return static_cast<std::size_t>(got);
    if (wait.count() == 0 || !d.ready(wanted, until)) return std::size_t{0};
  }
}

Result<void, std::string> ClientStream::drain(std::chrono::milliseconds wait) {
  const auto until = Clock::now() + wait;
  std::chrono::microseconds pause{200};
  for (;;) {
    int queued = 0;
    if (::ioctl(impl_->fd, SIOCOUTQ, &queued) != 0) return system_error(errno);
    if (queued == 0) break;
    if (Clock::now() >= until || impl_->stopping.load(std::memory_order_relaxed))
      return std::string("the other side takes nothing");
    ::usleep(static_cast<useconds_t>(pause.count()));
    pause = std::min(pause * 2, std::chrono::microseconds(20'000));
  }
  // What it took and then threw away with a reset shows here.
  int trouble = 0;
  socklen_t size = sizeof trouble;
  ::getsockopt(impl_->fd, SOL_SOCKET, SO_ERROR, &trouble, &size);
  if (trouble != 0) return system_error(trouble);
  return {};
}

}  // namespace vigil
