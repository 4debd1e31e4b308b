#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil {

struct HttpLimits {
  /// One request's body. Agents split what is larger; the answer is 413 before the rest is read.
  std::uint64_t body_bytes_max = 64 * 1024 * 1024;
  /// All bodies being received together; past it 503 with Retry-After.
  std::uint64_t inflight_bytes_max = 128 * 1024 * 1024;
  std::size_t connections_max = 1000;
  std::uint32_t header_bytes_max = 64 * 1024;
  std::chrono::seconds header_timeout{10};
  std::chrono::seconds idle_timeout{75};
  /// A body may take this long and one second more per 64 KiB of it.
  std::chrono::seconds body_timeout{30};
  /// A streamed answer whose reader takes nothing for so long is given up, so that its snapshot is released
  /// (BI-65).
  std::chrono::seconds stalled_reader_timeout{60};
};

/// One request, whole.
struct HttpRequest {
  std::string method;                        ///< "GET"
  std::string path;                          ///< decoded once, "/api/v1/search"
  std::multimap<std::string, std::string>
      query;  ///< decoded once; of several with one name the first one counts
  std::vector<std::pair<std::string, std::string>> headers;  ///< in order, names as sent; ask header()
  std::string body;      ///< content-decoded
  std::string peer;      ///< address; "unix" on the Unix socket
  bool trusted = false;  ///< came over the Unix socket from the data directory's owner or root
  bool loopback = false;
  bool cross_site = false;  ///< a browser sent it from another site's page
  bool wants_html = false;

  std::string_view parameter(std::string_view name, std::string_view fallback = {}) const {
    const auto found = query.lower_bound(std::string(name));
    return found == query.end() || found->first != name ? fallback : std::string_view(found->second);
  }
  /// The first header of this name (any case); empty if there is none.
  std::string_view header(std::string_view name) const;
  bool has(std::string_view name) const { return query.contains(std::string(name)); }
};

/// Adds the parameters of a form (application/x-www-form-urlencoded) to those of the request, before them. False if `form`
/// cannot be one.
bool add_form(std::string_view form, std::multimap<std::string, std::string>& parameters);

/// How an answer gets out. Any thread; one answer a request: reply(), or begin(), write()…, end().
class HttpAnswer {
 public:
  virtual ~HttpAnswer() = default;
  using Headers = std::vector<std::pair<std::string, std::string>>;
  virtual void reply(unsigned status, std::string_view type, std::string body, Headers headers = {}) = 0;
  virtual void begin(unsigned status, std::string_view type) = 0;
  /// Waits while the reader is slow. False when it has gone or stalled: stop producing.
  virtual bool write(std::string chunk) = 0;
  virtual void end() = 0;
  virtual bool gone() const = 0;
};

/// HTTP/1.1 on TCP and on a Unix socket (Boost.Beast). Requests are read on the I/O thread and handed to
/// `handler` there: it must not block, and may keep the answer for later.
class HttpServer {
 public:
  using Handler = std::function<void(HttpRequest, std::shared_ptr<HttpAnswer>)>;

  HttpServer(boost::asio::io_context& io, Handler handler, HttpLimits limits = {});
  ~HttpServer();
  /// Takes a bound TCP socket.
  void listen(int fd);
  /// Makes the socket for its owner alone (0600); replaces a dead one. The reason if it cannot.
  std::string listen_unix(const std::filesystem::path& path);
  /// Closes listeners and connections. On the I/O thread.
  void stop();

  struct Shared;

 private:
  std::shared_ptr<Shared> shared_;
};

}  // namespace vigil
