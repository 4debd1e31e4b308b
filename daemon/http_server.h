#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "daemon/http_request.h"
#include "parsers/content_coding.h"

namespace vigil {

class ConnectionLedger;
class Counters;
class TlsServer;
struct IntakeListener;

struct HttpLimits {
  /// One request's body as it is sent: what Elasticsearch takes (http.max_content_length). Agents split what is larger; the
  /// answer is 413 before it is read.
  std::uint64_t body_bytes_max = std::uint64_t{100} * 1024 * 1024;
  /// What it may become when it is decompressed: 413.
  InflateLimits inflate;
  /// All bodies together, as they came and decompressed, until they are answered; past it 503 with Retry-After. One that is
  /// alone is taken all the same, or it would be sent for ever.
  std::uint64_t inflight_bytes_max = std::uint64_t{128} * 1024 * 1024;
  std::size_t connections_max = 1000;
  /// Requests of one connection; then it is closed, so that clients behind a balancer spread anew.
  unsigned requests_max = 1000;
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds idle_timeout{75'000};
  /// A body must bring so many bytes in each window, else 408 (BI-50): 1 KiB/s on average.
  std::chrono::milliseconds body_window{10'000};
  std::uint64_t body_window_bytes_min = 10 * 1024;
  /// A streamed answer whose reader takes nothing for so long is given up, so that its snapshot is released
  /// (BI-65).
  std::chrono::milliseconds stalled_reader_timeout{60'000};
  /// After an answer that ends the connection, what the client still sends is read and thrown away for so long: closing at
  /// once would reset the connection and take the answer from it.
  std::chrono::milliseconds linger{2'000};
};

/// HTTP/1.1 on TCP and on a Unix socket. Requests are read on the I/O thread and handed to `handler` there: it must not
/// block, and may keep the answer for later. What is wrong with a request as such (its head, its length, its coding, its
/// pace) is answered here; the table is in docs/api.md.
class HttpServer {
 public:
  using Handler = std::function<void(HttpRequest, std::shared_ptr<HttpAnswer>)>;
  /// Asked once the head is there, when the body is large: false keeps it out, and the handler gets the request without.
  using Gate = std::function<bool(const HttpRequest&)>;
  /// Asked then too, of a body that is not compressed: who takes it piece by piece. Null: it is read into the request.
  using Opener = std::function<std::shared_ptr<HttpBodySink>(const HttpRequest&)>;
  /// Bodies up to this are read whoever sends them: cheaper than closing the connection.
  static constexpr std::uint64_t kUngatedBytes = 64 * 1024;

  HttpServer(boost::asio::io_context& io, Handler handler, HttpLimits limits = {}, Gate gate = {}, Opener opener = {});
  ~HttpServer();
  /// Takes a bound TCP socket.
  void listen(int fd);
  /// The same over TLS: who does not come through the handshake is never seen here.
  void listen_tls(int fd, const IntakeListener& listener, Counters& counters, ConnectionLedger& ledger,
                  const TlsServer& tls);
  /// Makes the socket for its owner alone (0600); replaces a dead one. The reason if it cannot.
  std::string listen_unix(const std::filesystem::path& path);
  /// Closes listeners and connections. On the I/O thread.
  void stop();

  struct Shared;

 private:
  std::shared_ptr<Shared> shared_;
};

}  // namespace vigil
