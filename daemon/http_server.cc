#include "daemon/http_server.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/url_view.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <set>

#include "daemon/intake.h"
#include "daemon/socket.h"

namespace vigil {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Stream = beast::basic_stream<asio::generic::stream_protocol, asio::any_io_executor>;

namespace {
class Session;
}

struct HttpServer::Shared : std::enable_shared_from_this<HttpServer::Shared> {
  Shared(asio::io_context& context, Handler on_request, HttpLimits wanted)
      : io(context), handler(std::move(on_request)), limits(wanted) {}

  asio::io_context& io;
  Handler handler;
  HttpLimits limits;
  std::list<asio::ip::tcp::acceptor> tcp;
  std::list<asio::local::stream_protocol::acceptor> local;
  std::filesystem::path local_path;
  std::set<Session*> sessions;  ///< on the I/O thread only
  std::atomic<std::uint64_t> inflight{0};
  bool stopped = false;

  void accept(asio::ip::tcp::acceptor& acceptor);
  void accept(asio::local::stream_protocol::acceptor& acceptor);
};

namespace {

constexpr std::size_t kStreamBytesPending = 256 * 1024;

std::string decode(boost::urls::pct_string_view text) {
  boost::urls::encoding_opts options;
  options.space_as_plus = true;
  return text.decode(options);
}

/// Names that a browser on this machine may be tricked into sending us (DNS rebinding): only our own are
/// answered.
bool host_is_ours(std::string_view host) {
  if (host.empty()) return true;  // HTTP/1.0 clients and the Unix socket
  const std::size_t colon = host.rfind(':');
  std::string_view name =
      host.substr(0, host.back() == ']' || colon == std::string_view::npos ? host.size() : colon);
  if (name == "localhost") return true;
  if (name.size() > 2 && name.front() == '[') name = name.substr(1, name.size() - 2);
  boost::system::error_code not_an_address;
  asio::ip::make_address(std::string(name), not_an_address);
  return !not_an_address;
}

struct PeerInfo {
  std::string text;
  bool trusted = false;
  bool loopback = false;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<HttpServer::Shared> server, Stream stream, PeerInfo peer)
      : server_(std::move(server)), stream_(std::move(stream)), peer_(std::move(peer)) {
    server_->sessions.insert(this);
  }
  void start() { read_header(server_->limits.header_timeout); }

  void close() {
    server_->sessions.erase(this);
    gone_ = true;
    written_.notify_all();
    boost::system::error_code ignored;
    stream_.socket().close(ignored);
    server_->inflight -= std::exchange(body_counted_, 0);
  }

  // The three that answers call; any thread.
  void reply(http::response<http::string_body> response) {
    asio::post(stream_.get_executor(), [self = shared_from_this(), response = std::move(response)]() mutable {
      self->send_whole(std::move(response));
    });
  }
  void begin(unsigned status, std::string type) {
    asio::post(stream_.get_executor(), [self = shared_from_this(), status, type = std::move(type)] {
      self->send_head(status, type);
    });
  }
  bool write(std::string chunk) {
    std::unique_lock lock(mutex_);
    const bool room = written_.wait_for(lock, server_->limits.stalled_reader_timeout,
                                        [this] { return gone_ || pending_bytes_ < kStreamBytesPending; });
    if (!room || gone_) {
      asio::post(stream_.get_executor(), [self = shared_from_this()] { self->close(); });
      return false;
    }
    pending_bytes_ += chunk.size();
    chunks_.push_back(std::move(chunk));
    lock.unlock();
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->send_chunks(); });
    return true;
  }
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->send_chunks(); });
  }
  bool gone() const { return gone_; }

 private:
  void read_header(std::chrono::seconds limit) {
    parser_.emplace();
    parser_->header_limit(server_->limits.header_bytes_max);
    parser_->body_limit(server_->limits.body_bytes_max);
    stream_.expires_after(limit);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                              self->header_read(error);
                            });
  }

  void header_read(const boost::system::error_code& error) {
    if (error) return failed(error);
    const auto& head = parser_->get();
    keep_alive_ = head.keep_alive();
    head_only_ = head.method() == http::verb::head;
    const std::uint64_t length = parser_->content_length().value_or(0);
    if (length > server_->limits.body_bytes_max) {
      return refuse(413, "body_too_large",
                    "the body is larger than this server takes in one request; split it",
                    "內容超過單次可接受的大小，請分批傳送");
    }
    if (server_->inflight + length > server_->limits.inflight_bytes_max) {
      return refuse(503, "busy", "too many bodies are being received; try again",
                    "同時接收的資料過多，請稍後再試");
    }
    server_->inflight += length;
    body_counted_ = length;
    const auto limit =
        server_->limits.body_timeout + std::chrono::seconds(static_cast<std::int64_t>(length / (64 * 1024)));
    stream_.expires_after(limit);
    if (http::token_list(head[http::field::expect]).exists("100-continue")) {
      auto go = std::make_shared<http::response<http::empty_body>>(http::status::continue_, 11);
      http::async_write(stream_, *go,
                        [self = shared_from_this(), go](boost::system::error_code wrong, std::size_t) {
                          if (wrong) return self->failed(wrong);
                          self->read_body();
                        });
      return;
    }
    read_body();
  }

  void read_body() {
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                       self->body_read(error);
                     });
  }

  void body_read(const boost::system::error_code& error) {
    if (error) return failed(error);
    stream_.expires_never();
    auto message = parser_->release();
    HttpRequest request;
    request.method = std::string(message.method_string());
    request.body = std::move(message.body());
    for (const auto& field : message) request.headers.emplace_back(field.name_string(), field.value());
    request.peer = peer_.text;
    request.trusted = peer_.trusted;
    request.loopback = peer_.loopback;
    const std::string_view origin = message["Origin"];
    const std::string_view site = message["Sec-Fetch-Site"];
    request.cross_site =
        (!origin.empty() && origin != "null" &&
         origin.substr(std::min(origin.size(), origin.find("//") + 2)) != message[http::field::host]) ||
        origin == "null" || site == "cross-site";
    request.wants_html = message[http::field::accept].find("text/html") != beast::string_view::npos;
    if (!peer_.trusted && !host_is_ours(message[http::field::host])) {
      return refuse(421, "wrong_host", "this name is not ours: use the address or localhost",
                    "主機名稱不符，請使用位址或 localhost");
    }
    const auto url = boost::urls::parse_origin_form(message.target());
    if (!url) return refuse(400, "bad_target", "the request's target cannot be read", "無法解讀請求路徑");
    request.path = decode(url->encoded_path());
    for (const auto& parameter : url->encoded_params()) {
      request.query.emplace(decode(parameter.key), decode(parameter.value));
    }
    if (request.path.find('\0') != std::string::npos) {
      return refuse(400, "bad_target", "a NUL cannot stand in a path", "路徑不可含 NUL");
    }
    server_->handler(std::move(request), std::make_shared<Answer>(shared_from_this()));
  }

  void refuse(unsigned status, std::string_view code, std::string_view message, std::string_view message_zh) {
    keep_alive_ = false;
    http::response<http::string_body> response(static_cast<http::status>(status), 11);
    response.set(http::field::content_type, "application/json");
    if (status == 503) response.set(http::field::retry_after, "1");
    response.body() = R"({"error":{"code":")" + std::string(code) + R"(","message":")" +
                      std::string(message) + R"(","message_zh":")" + std::string(message_zh) + "\"}}\n";
    send_whole(std::move(response));
  }

  void failed(const boost::system::error_code& error) {
    if (error == http::error::body_limit) {
      return refuse(413, "body_too_large",
                    "the body is larger than this server takes in one request; split it",
                    "內容超過單次可接受的大小，請分批傳送");
    }
    if (error == http::error::header_limit) {
      return refuse(431, "header_too_large", "the header is larger than 64 KiB", "標頭超過 64 KiB");
    }
    if (error.category() == http::make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
      return refuse(400, "bad_request", "this is no HTTP/1.1 request we can read", "無法解讀此 HTTP 請求");
    }
    close();
  }

  void decorate(http::fields& fields) {
    fields.set(http::field::server, "vigil");
    fields.set("X-Content-Type-Options", "nosniff");
    fields.set("Content-Security-Policy",
               "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    fields.set("Referrer-Policy", "no-referrer");
    fields.set(http::field::cache_control, "no-store");
  }

  void send_whole(http::response<http::string_body> response) {
    server_->inflight -= std::exchange(body_counted_, 0);
    decorate(response);
    response.keep_alive(keep_alive_ && !server_->stopped);
    response.prepare_payload();
    if (head_only_) response.body().clear();
    auto message = std::make_shared<http::response<http::string_body>>(std::move(response));
    stream_.expires_after(server_->limits.stalled_reader_timeout);
    http::async_write(stream_, *message,
                      [self = shared_from_this(), message](boost::system::error_code error, std::size_t) {
                        if (error || !message->keep_alive()) return self->close();
                        self->read_header(self->server_->limits.idle_timeout);
                      });
  }

  void send_head(unsigned status, const std::string& type) {
    server_->inflight -= std::exchange(body_counted_, 0);
    auto head = std::make_shared<http::response<http::empty_body>>(static_cast<http::status>(status), 11);
    head->set(http::field::content_type, type);
    decorate(*head);
    head->keep_alive(false);
    head->chunked(true);
    auto serializer = std::make_shared<http::response_serializer<http::empty_body>>(*head);
    sending_ = true;
    stream_.expires_after(server_->limits.stalled_reader_timeout);
    http::async_write_header(
        stream_, *serializer,
        [self = shared_from_this(), head, serializer](boost::system::error_code error, std::size_t) {
          self->sending_ = false;
          self->head_sent_ = true;
          if (error) return self->close();
          self->send_chunks();
        });
  }

  void send_chunks() {
    if (sending_ || !head_sent_ || gone_) return;  // The write under way calls us again.
    auto data = std::make_shared<std::string>();
    bool last = false;
    {
      const std::lock_guard lock(mutex_);
      for (auto& chunk : chunks_) data->append(chunk);
      chunks_.clear();
      last = ended_;
    }
    if (data->empty() && !last) return;
    sending_ = true;
    const std::size_t bytes = data->size();
    std::string framed;
    if (!data->empty()) {
      char size[24];
      const int n = std::snprintf(size, sizeof size, "%zx\r\n", data->size());
      framed.assign(size, static_cast<std::size_t>(n));
      framed.append(*data).append("\r\n");
    }
    if (last) framed.append("0\r\n\r\n");
    *data = std::move(framed);
    stream_.expires_after(server_->limits.stalled_reader_timeout);
    asio::async_write(
        stream_, asio::buffer(*data),
        [self = shared_from_this(), data, bytes, last](boost::system::error_code error, std::size_t) {
          self->sending_ = false;
          {
            const std::lock_guard lock(self->mutex_);
            self->pending_bytes_ -= bytes;
          }
          self->written_.notify_all();
          if (error || last) return self->close();
          self->send_chunks();
        });
  }

  class Answer : public HttpAnswer {
   public:
    explicit Answer(std::shared_ptr<Session> session) : session_(std::move(session)) {}
    ~Answer() override {
      // A handler that forgot its answer, or threw: the client must not wait for ever.
      if (!used_)
        reply(500, "application/json", R"({"error":{"code":"internal","message":"no answer was made"}})");
    }
    void reply(unsigned status, std::string_view type, std::string body, Headers headers = {}) override {
      if (std::exchange(used_, true)) return;
      http::response<http::string_body> response(static_cast<http::status>(status), 11);
      response.set(http::field::content_type, beast::string_view(type.data(), type.size()));
      for (const auto& [name, value] : headers) response.set(name, value);
      response.body() = std::move(body);
      session_->reply(std::move(response));
    }
    void begin(unsigned status, std::string_view type) override {
      if (!std::exchange(used_, true)) session_->begin(status, std::string(type));
    }
    bool write(std::string chunk) override {
      return chunk.empty() ? !session_->gone() : session_->write(std::move(chunk));
    }
    void end() override { session_->end(); }
    bool gone() const override { return session_->gone(); }

   private:
    std::shared_ptr<Session> session_;
    bool used_ = false;
  };

  std::shared_ptr<HttpServer::Shared> server_;
  Stream stream_;
  PeerInfo peer_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::uint64_t body_counted_ = 0;
  bool keep_alive_ = false;
  bool head_only_ = false;
  bool sending_ = false;
  bool head_sent_ = false;
  std::atomic<bool> gone_{false};
  std::mutex mutex_;
  std::condition_variable written_;
  std::list<std::string> chunks_;
  std::size_t pending_bytes_ = 0;
  bool ended_ = false;
};

void start_session(const std::shared_ptr<HttpServer::Shared>& shared,
                   asio::generic::stream_protocol::socket socket, PeerInfo peer) {
  if (shared->sessions.size() >= shared->limits.connections_max) return;  // closes the socket
  std::make_shared<Session>(shared, Stream(std::move(socket)), std::move(peer))->start();
}

/// The kernel says who is at the other end: the data directory's owner or root, nobody else.
bool peer_may_enter(int fd) {
  ucred who{};
  socklen_t length = sizeof who;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) != 0) return false;
  return who.uid == ::geteuid() || who.uid == 0;
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& [have, value] : headers) {
    if (beast::iequals(have, name)) return value;
  }
  return {};
}

bool add_form(std::string_view form, std::multimap<std::string, std::string>& parameters) {
  const auto parsed = boost::urls::parse_query(form);
  if (!parsed) return false;
  std::multimap<std::string, std::string> all;
  for (const auto& parameter : *parsed) all.emplace(decode(parameter.key), decode(parameter.value));
  all.merge(parameters);
  parameters = std::move(all);
  return true;
}

void HttpServer::Shared::accept(asio::ip::tcp::acceptor& acceptor) {
  acceptor.async_accept(
      [self = shared_from_this(), &acceptor](boost::system::error_code error, asio::ip::tcp::socket socket) {
        if (self->stopped || error == asio::error::operation_aborted) return;
        if (!error) {
          boost::system::error_code gone;
          const auto endpoint = socket.remote_endpoint(gone);
          if (!gone) {
            PeerInfo peer{peer_text(endpoint.address()), false, false};
            peer.loopback = peer.text.rfind("127.", 0) == 0 || peer.text == "::1";
            start_session(self, asio::generic::stream_protocol::socket(std::move(socket)), std::move(peer));
          }
        }
        self->accept(acceptor);
      });
}

void HttpServer::Shared::accept(asio::local::stream_protocol::acceptor& acceptor) {
  acceptor.async_accept([self = shared_from_this(), &acceptor](boost::system::error_code error,
                                                               asio::local::stream_protocol::socket socket) {
    if (self->stopped || error == asio::error::operation_aborted) return;
    if (!error && peer_may_enter(socket.native_handle())) {
      start_session(self, asio::generic::stream_protocol::socket(std::move(socket)),
                    PeerInfo{"unix", true, true});
    }
    self->accept(acceptor);
  });
}

HttpServer::HttpServer(asio::io_context& io, Handler handler, HttpLimits limits)
    : shared_(std::make_shared<Shared>(io, std::move(handler), limits)) {}

HttpServer::~HttpServer() = default;

void HttpServer::listen(int fd) {
  auto& acceptor = shared_->tcp.emplace_back(shared_->io);
  acceptor.assign(bound_family_is_v6(fd) ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), fd);
  acceptor.listen();
  shared_->accept(acceptor);
}

std::string HttpServer::listen_unix(const std::filesystem::path& path) {
  const std::string text = path.string();
  if (text.size() >= 108) return "the path of the Unix socket is longer than 107 bytes: " + text;
  ::unlink(text.c_str());  // We hold the data directory's lock: whoever made it is dead.
  const mode_t mask = ::umask(0177);
  boost::system::error_code error;
  auto& acceptor = shared_->local.emplace_back(shared_->io);
  acceptor.open(asio::local::stream_protocol(), error);
  if (!error) acceptor.bind(asio::local::stream_protocol::endpoint(text), error);
  if (!error) acceptor.listen(64, error);
  ::umask(mask);
  if (error) return "cannot listen on " + text + ": " + error.message();
  shared_->local_path = path;
  shared_->accept(acceptor);
  return {};
}

void HttpServer::stop() {
  shared_->stopped = true;
  boost::system::error_code ignored;
  for (auto& acceptor : shared_->tcp) acceptor.close(ignored);
  for (auto& acceptor : shared_->local) acceptor.close(ignored);
  if (!shared_->local_path.empty()) ::unlink(shared_->local_path.c_str());
  const auto sessions = shared_->sessions;
  for (Session* session : sessions) session->close();
}

}  // namespace vigil
