#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil {

class HttpBodySink;

/// One request, whole.
struct HttpRequest {
  std::string method;  ///< "GET"
  std::string path;    ///< decoded once, "/api/v1/search"
  std::multimap<std::string, std::string>
      query;  ///< decoded once; of several with one name the first one counts
  std::vector<std::pair<std::string, std::string>> headers;  ///< in order, names as sent; ask header()
  std::string body;                                          ///< content-decoded
  std::shared_ptr<HttpBodySink> sink;  ///< has taken the body, which is empty then (HttpServer::Opener)
  bool body_unread = false;  ///< there is one, but the gate kept it out: answer what made it do so
  std::string peer;          ///< address; "unix" on the Unix socket
  bool trusted = false;      ///< came over the Unix socket from the data directory's owner or root
  bool loopback = false;
  bool secure = false;  ///< came over TLS
  std::string
      client_subject;  ///< of the certificate that the listener's rules let in; empty if there is none
  std::string client_fingerprint;  ///< its SHA-256
  bool foreign_host =
      false;                ///< Host names another machine: a browser may have been led here (DNS rebinding)
  bool cross_site = false;  ///< a browser sent it from another site's page
  bool wants_html = false;

  /// The first header of this name (any case); empty if there is none.
  std::string_view header(std::string_view name) const;
  std::string_view parameter(std::string_view name, std::string_view fallback = {}) const {
    const auto found = query.lower_bound(std::string(name));
    return found == query.end() || found->first != name ? fallback : std::string_view(found->second);
  }
  bool has(std::string_view name) const { return query.contains(std::string(name)); }
};

/// Reads a request's target ("/a%20b?q=x+y") into path and query, decoded once. False where it cannot be read: an absolute
/// form, a broken escape, a NUL.
bool read_target(std::string_view target, HttpRequest& request);

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
  /// Before reply(), on the I/O thread: `told` learns there, once, whether the client can have read the answer. False: it
  /// was gone before, and will ask again.
  virtual void when_delivered(std::function<void(bool)> told) { static_cast<void>(told); }
  /// On the I/O thread: the client has ended its side already.
  virtual bool peer_ended() const { return gone(); }
};

}  // namespace vigil
