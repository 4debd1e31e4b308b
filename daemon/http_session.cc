#include "daemon/http_session.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/status.hpp>
#include <cstdio>

#include "daemon/http_body_sink.h"

namespace vigil {

namespace {

constexpr std::size_t kStreamBytesPending = 256 * 1024;
/// What is read at once, of a head and of a body.
constexpr std::size_t kHeadReadBytes = 8 * 1024;
constexpr std::size_t kBodyReadBytes = 128 * 1024;
/// Read in one go before others on the thread get their turn.
constexpr int kReadsPerWake = 32;
/// Answers up to this are sent with their head in one piece.
constexpr std::size_t kJoinedBytes = 16 * 1024;

/// Names that a browser on this machine may be tricked into sending us (DNS rebinding): only our own are ours.
bool host_is_ours(std::string_view host) {
  if (host.empty()) return true;  // HTTP/1.0 clients and the Unix socket
  const std::size_t colon = host.rfind(':');
  std::string_view name =
      host.substr(0, host.back() == ']' || colon == std::string_view::npos ? host.size() : colon);
  if (name == "localhost") return true;
  if (name.size() > 2 && name.front() == '[') name = name.substr(1, name.size() - 2);
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(std::string(name), not_an_address);
  return !not_an_address;
}

bool from_another_site(const HttpHead& head) {
  const std::string_view origin = head.field("Origin");
  return origin == "null" || head.field("Sec-Fetch-Site") == "cross-site" ||
         (!origin.empty() &&
          origin.substr(std::min(origin.size(), origin.find("//") + 2)) != head.field("Host"));
}

struct Words {
  std::string_view en, zh;
};

Words words_of(HttpFault fault) {
  switch (fault) {
    case HttpFault::method_refused:
      return {"CONNECT and TRACE are not for us", "不支援 CONNECT 與 TRACE"};
    case HttpFault::target_too_long:
      return {"the request line is longer than 8 KiB", "請求列超過 8 KiB"};
    case HttpFault::header_too_large:
      return {"the header is larger than 64 KiB or has more than 100 fields",
              "標頭超過 64 KiB 或 100 個欄位"};
    case HttpFault::expectation_failed:
      return {"of expectations only 100-continue is met", "Expect 僅支援 100-continue"};
    case HttpFault::http_version:
      return {"this server speaks HTTP/1.1", "本伺服器僅支援 HTTP/1.1"};
    case HttpFault::two_lengths:
      return {"Content-Length and Transfer-Encoding exclude each other",
              "不可同時使用 Content-Length 與 Transfer-Encoding"};
    case HttpFault::bad_length:
      return {"Content-Length is not one number", "Content-Length 不是單一數字"};
    case HttpFault::bad_host:
      return {"one Host header is needed", "必須有且僅有一個 Host 標頭"};
    default:
      return {"this is no HTTP/1.1 request we can read", "無法解讀此 HTTP 請求"};
  }
}

}  // namespace

class HttpSession::Answer : public HttpAnswer {
 public:
  explicit Answer(std::shared_ptr<HttpSession> session) : session_(std::move(session)) {}
  ~Answer() override {
    // A handler that forgot its answer, or threw: the client must not wait for ever.
    if (!used_)
      Answer::reply(500, "application/json",
                    R"({"error":{"code":"internal","message":"no answer was made"}})");
  }
  void reply(unsigned status, std::string_view type, std::string body, Headers headers = {}) override {
    if (std::exchange(used_, true)) return;
    boost::asio::post(session_->io_, [session = session_, status, type = std::string(type),
                                      body = std::move(body), headers = std::move(headers)]() mutable {
      session->send_whole(status, type, std::move(body), headers);
    });
  }
  void begin(unsigned status, std::string_view type) override {
    if (std::exchange(used_, true)) return;
    boost::asio::post(session_->io_, [session = session_, status, type = std::string(type)] {
      session->send_begin(status, type);
    });
  }
  bool write(std::string chunk) override {
    return chunk.empty() ? !session_->gone_ : session_->write(std::move(chunk));
  }
  void end() override { session_->end(); }
  bool gone() const override { return session_->gone_; }
  void when_delivered(std::function<void(bool)> told) override {
    if (session_->gone_) return told(false);
    session_->told_ = std::move(told);
  }
  bool peer_ended() const override { return session_->gone_ || session_->stream_.peer_ended(); }

 private:
  std::shared_ptr<HttpSession> session_;
  bool used_ = false;
};

HttpSession::HttpSession(boost::asio::io_context& io, std::shared_ptr<HttpSessions> server, HttpStream stream,
                         HttpPeer peer)
    : io_(io), server_(std::move(server)), stream_(std::move(stream)), peer_(std::move(peer)) {
  server_->all.insert(this);
}

void HttpSession::start() {
  self_ = shared_from_this();
  deadline_ = Clock::now() + server_->limits.header_timeout;
  read();
}

void HttpSession::close() {
  if (gone_.exchange(true)) return;
  const auto self = std::move(self_);
  server_->all.erase(this);
  {
    const std::lock_guard lock(mutex_);
    room_.notify_all();
  }
  release_body();
  tell_delivered(false);
  stream_.close();
}

void HttpSession::look_at_clock(Clock::time_point now) {
  if (phase_ == Phase::length || phase_ == Phase::chunks) {
    if (now < window_end_) return;
    if (window_bytes_ < server_->limits.body_window_bytes_min) {
      return refuse(408, "too_slow", "the body comes slower than 1 KiB a second", "傳送速度低於每秒 1 KiB");
    }
    window_bytes_ = 0;
    window_end_ = now + server_->limits.body_window;
    return;
  }
  if (now < deadline_) return;
  if (phase_ == Phase::head && !head_.untouched()) {
    return refuse(408, "too_slow", "the header did not come in time", "標頭傳送逾時");
  }
  if (phase_ == Phase::handling || phase_ == Phase::waiting) return;
  // A client that has been quiet since its answer has read it, unless its kernel says otherwise.
  if (phase_ == Phase::lingering || phase_ == Phase::head) tell_delivered(!stream_.was_reset());
  close();
}

// Reading.

void HttpSession::read() {
  for (int turn = 0; turn < kReadsPerWake; ++turn) {
    if (gone_ || !step()) return;
  }
  boost::asio::post(io_, [self = shared_from_this()] { self->read(); });
}

void HttpSession::wait_readable() {
  if (std::exchange(waiting_, true)) return;
  stream_.async_wait_read([self = shared_from_this()](const boost::system::error_code& error) {
    self->waiting_ = false;
    if (!error && !self->gone_) self->read();
  });
}

bool HttpSession::fill(std::size_t bytes_wanted) {
  if (in_from_ > 0) {
    std::copy(in_.data() + in_from_, in_.data() + in_to_, in_.data());
    in_to_ -= in_from_;
    in_from_ = 0;
  }
  if (in_.size() < in_to_ + bytes_wanted) in_.resize(in_to_ + bytes_wanted);
  const auto [io, bytes] = stream_.read({in_.data() + in_to_, bytes_wanted});
  in_to_ += bytes;
  if (io == Io::done) return true;
  read_ended(io);
  return false;
}

void HttpSession::read_ended(Io io) {
  if (io == Io::would_block) return wait_readable();
  // A connection that ends between requests is one whose last answer was read.
  if (io == Io::closed && phase_ == Phase::head && head_.untouched()) tell_delivered(true);
  close();
}

bool HttpSession::step() {
  switch (phase_) {
    case Phase::head: {
      const bool untouched = head_.untouched();
      const auto state = in_to_ == in_from_ ? HttpHeadReader::State::more : head_.read(buffered());
      if (untouched && !head_.untouched()) {
        tell_delivered(true);
        deadline_ = std::min(deadline_, Clock::now() + server_->limits.header_timeout);
      }
      if (state == HttpHeadReader::State::more) return fill(kHeadReadBytes);
      if (state == HttpHeadReader::State::refused) {
        refuse(head_.fault());
      } else {
        head_is_whole();
      }
      return true;
    }
    case Phase::length: {
      if (body_left_ == 0) {
        body_is_whole();
        return true;
      }
      if (const std::string_view have = buffered(); !have.empty()) {
        const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(have.size(), body_left_));
        request_.body.append(have.substr(0, taken));
        in_from_ += taken;
        body_left_ -= taken;
        return take_body_bytes(taken) && pour();
      }
      const std::size_t before = request_.body.size();
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kBodyReadBytes, body_left_));
      request_.body.resize(before + wanted);
      const auto [io, bytes] = stream_.read({request_.body.data() + before, wanted});
      request_.body.resize(before + bytes);
      if (io != Io::done) {
        read_ended(io);
        return false;
      }
      body_left_ -= bytes;
      return take_body_bytes(bytes) && pour();
    }
    case Phase::chunks: {
      if (in_from_ == in_to_ && !fill(kBodyReadBytes)) return false;
      std::size_t used = 0;
      const std::size_t before = request_.body.size();
      const auto state = chunked_.read(buffered(), request_.body, server_->limits.body_bytes_max, used);
      in_from_ += used;
      if (!take_body_bytes(request_.body.size() - before)) return false;
      if (state == ChunkedBody::State::bad) {
        refuse(HttpFault::bad_chunk);
      } else if (state == ChunkedBody::State::too_large) {
        refuse(413, "body_too_large", "the body is larger than this server takes in one request; split it",
               "內容超過單次可接受的大小，請分批傳送");
      } else if (state == ChunkedBody::State::whole) {
        if (request_.sink && !request_.body.empty()) request_.sink->take(std::exchange(request_.body, {}), [] {});
        body_is_whole();
      } else {
        return pour();
      }
      return true;
    }
    case Phase::lingering: {
      char thrown_away[4096];
      const auto [io, bytes] = stream_.read(thrown_away);
      if (io == Io::done) return true;
      if (io == Io::would_block) {
        wait_readable();
      } else if (io == Io::closed && half_closed_) {
        // It had ended its side before. Whether it still reads is told by the kernel, soon, or not at all.
      } else {
        if (io == Io::closed) tell_delivered(true);
        close();
      }
      return false;
    }
    case Phase::waiting:
    case Phase::handling:
    case Phase::sending:
      return false;
  }
  return false;
}

/// Gives what has come of a body to who takes it in pieces. False if the session must wait.
bool HttpSession::pour() {
  if (!request_.sink || request_.body.empty()) return true;
  const Phase phase = phase_;
  const auto next = request_.sink->take(request_.body, [self = shared_from_this(), phase] {
    if (self->gone_ || self->phase_ != Phase::waiting) return;
    self->phase_ = phase;
    self->window_bytes_ = 0;
    self->window_end_ = Clock::now() + self->server_->limits.body_window;
    self->read();
  });
  request_.body.clear();
  release_body();
  if (next == HttpBodySink::Next::wait) {
    phase_ = Phase::waiting;
    return false;
  }
  if (next == HttpBodySink::Next::enough) {
    keep_alive_ = false;
    body_is_whole();
  }
  return true;
}

/// Counts what came. False if the session has come to its end over it.
bool HttpSession::take_body_bytes(std::size_t bytes) {
  window_bytes_ += bytes;
  counted_ += bytes;
  server_->inflight_bytes += bytes;
  if (server_->inflight_bytes <= server_->limits.inflight_bytes_max || server_->inflight_bytes == counted_)
    return true;
  refuse(503, "busy", "too many bodies are being received; try again", "同時接收的資料過多，請稍後再試");
  return true;
}

void HttpSession::head_is_whole() {
  const HttpHead& head = head_.head();
  const HttpLimits& limits = server_->limits;
  keep_alive_ = head.keep_alive && ++requests_ < limits.requests_max;
  head_only_ = head.method == "HEAD";
  HttpRequest& request = request_ = HttpRequest();
  request.method = head.method;
  request.headers.reserve(head.fields.size());
  for (const auto& [name, value] : head.fields) request.headers.emplace_back(name, value);
  request.peer = peer_.address;
  request.trusted = peer_.trusted;
  request.loopback = peer_.loopback;
  request.secure = stream_.secure();
  PeerCertificate certificate = stream_.peer_certificate();
  request.client_subject = std::move(certificate.subject);
  request.client_fingerprint = std::move(certificate.fingerprint);
  request.foreign_host = !peer_.trusted && !host_is_ours(head.field("Host"));
  request.cross_site = from_another_site(head);
  request.wants_html = head.field("Accept").find("text/html") != std::string_view::npos;
  const bool has_target = read_target(head.target, request);
  const auto coding = coding_from_name(head.field("Content-Encoding"));
  const std::uint64_t length = head.content_length.value_or(0);
  const bool chunked = head.chunked, wants_continue = head.wants_continue;
  in_from_ += head_.size();
  head_.reset();

  if (!has_target)
    return refuse(400, "bad_target", "the request's target cannot be read", "無法解讀請求路徑");
  if (server_->opener && (chunked || length > 0) && coding == Coding::identity) request.sink = server_->opener(request);
  if (length > limits.body_bytes_max && !request.sink) {
    return refuse(413, "body_too_large", "the body is larger than this server takes in one request; split it",
                  "內容超過單次可接受的大小，請分批傳送");
  }
  if (!coding) {
    return refuse(415, "unknown_encoding",
                  "Content-Encoding may be gzip, deflate, zstd or snappy, one layer of it",
                  "Content-Encoding 僅支援單層 gzip、deflate、zstd 或 snappy");
  }
  coding_ = *coding;
  if ((chunked || length > HttpServer::kUngatedBytes) && server_->gate && !server_->gate(request)) {
    request.body_unread = true;
    request.sink.reset();
    keep_alive_ = false;
    return body_is_whole();
  }
  if (!request.sink && server_->inflight_bytes > 0 &&
      server_->inflight_bytes + length > limits.inflight_bytes_max) {
    return refuse(503, "busy", "too many bodies are being received; try again",
                  "同時接收的資料過多，請稍後再試");
  }
  body_left_ = length;
  chunked_ = ChunkedBody();
  if (!request.sink) request.body.reserve(static_cast<std::size_t>(length));
  window_bytes_ = 0;
  window_end_ = Clock::now() + limits.body_window;
  phase_ = chunked ? Phase::chunks : Phase::length;
  if (wants_continue && (chunked || length > 0) && in_from_ == in_to_) {
    out_.emplace_back("HTTP/1.1 100 Continue\r\n\r\n");
    flush();
  }
}

void HttpSession::body_is_whole() {
  phase_ = Phase::handling;
  if (coding_ != Coding::identity && !request_.body_unread && !request_.body.empty()) {
    std::string plain;
    InflateLimits limits = server_->limits.inflate;
    // What does not fit beside the others is not even decompressed.
    const std::uint64_t others = server_->inflight_bytes - counted_;
    const std::uint64_t room =
        others == 0 ? limits.bytes_max
                    : server_->limits.inflight_bytes_max -
                          std::min(server_->limits.inflight_bytes_max, server_->inflight_bytes);
    const bool squeezed = room < limits.bytes_max;
    limits.bytes_max = std::min(limits.bytes_max, room);
    switch (inflate(coding_, request_.body, plain, limits)) {
      case InflateFault::none:
        break;
      case InflateFault::corrupt:
        return refuse(400, "bad_encoding",
                      "the body is not what its Content-Encoding says; nothing of it was stored",
                      "內容與 Content-Encoding 不符，未保存任何資料");
      case InflateFault::too_large:
        if (squeezed && plain.size() / server_->limits.inflate.ratio_max <= request_.body.size()) {
          return refuse(503, "busy", "too many bodies are being received; try again",
                        "同時接收的資料過多，請稍後再試");
        }
        return refuse(413, "body_too_large",
                      "the body decompresses to more than this server takes in one request; split it",
                      "解壓縮後超過單次可接受的大小，請分批傳送");
    }
    counted_ += plain.size();
    server_->inflight_bytes += plain.size();
    server_->inflight_bytes -= request_.body.size();
    counted_ -= request_.body.size();
    request_.body = std::move(plain);
  }
  server_->handler(std::move(request_), std::make_shared<Answer>(shared_from_this()));
}

// Answering.

void HttpSession::release_body() { server_->inflight_bytes -= std::exchange(counted_, 0); }

void HttpSession::tell_delivered(bool delivered) {
  if (told_) std::exchange(told_, {})(delivered);
}

void HttpSession::refuse(HttpFault fault) {
  const auto [en, zh] = words_of(fault);
  refuse(http_fault_status(fault), http_fault_name(fault), en, zh);
}

void HttpSession::refuse(unsigned status, std::string_view code, std::string_view message,
                         std::string_view message_zh) {
  keep_alive_ = false;
  HttpAnswer::Headers headers;
  if (status == 503) headers.emplace_back("Retry-After", "1");
  if (status == 405) headers.emplace_back("Allow", "GET, HEAD, POST, PUT, OPTIONS");
  std::string body = R"({"error":{"code":")";
  body.append(code)
      .append(R"(","message":")")
      .append(message)
      .append(R"(","message_zh":")")
      .append(message_zh);
  body.append("\"}}\n");
  send_whole(status, "application/json", std::move(body), headers);
}

std::string HttpSession::head_of(unsigned status, std::string_view type,
                                 const HttpAnswer::Headers& headers) const {
  namespace http = boost::beast::http;
  const auto reason = http::obsolete_reason(static_cast<http::status>(status));
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head.append(reason.data(), reason.size());
  if (!type.empty()) head.append("\r\nContent-Type: ").append(type);
  for (const auto& [name, value] : headers) {
    if (name != "Connection") head.append("\r\n").append(name).append(": ").append(value);
  }
  head +=
      "\r\nServer: vigil\r\nX-Content-Type-Options: nosniff"
      "\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
      "\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\n";
  return head;
}

void HttpSession::send_whole(unsigned status, std::string_view type, std::string body,
                             const HttpAnswer::Headers& headers) {
  if (gone_) return;
  release_body();
  request_ = HttpRequest();
  keep_alive_ = keep_alive_ && !server_->stopped;
  half_closed_ = told_ && stream_.peer_ended();
  std::string head = head_of(status, type, headers);
  // A handler may end the connection with its answer.
  for (const auto& [name, value] : headers) keep_alive_ = keep_alive_ && name != "Connection";
  head += keep_alive_ ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  if (status != 204 && status != 304) head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  head += "\r\n";
  if (head_only_ || status == 204) body.clear();
  if (body.size() <= kJoinedBytes) {
    out_.push_back(std::move(head.append(body)));
  } else {
    out_.push_back(std::move(head));
    out_.push_back(std::move(body));
  }
  phase_ = Phase::sending;
  deadline_ = Clock::now() + server_->limits.stalled_reader_timeout;
  flush();
}

void HttpSession::send_begin(unsigned status, std::string_view type) {
  if (gone_) return;
  release_body();
  request_ = HttpRequest();
  keep_alive_ = false;
  out_.push_back(head_of(status, type, {}) + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  phase_ = Phase::sending;
  streaming_ = true;
  deadline_ = Clock::now() + server_->limits.stalled_reader_timeout;
  flush();
  send_chunks();
}

bool HttpSession::write(std::string chunk) {
  std::unique_lock lock(mutex_);
  const bool room = room_.wait_for(lock, server_->limits.stalled_reader_timeout,
                                   [this] { return gone_ || pending_bytes_ < kStreamBytesPending; });
  if (!room || gone_) {
    boost::asio::post(io_, [self = shared_from_this()] { self->close(); });
    return false;
  }
  pending_bytes_ += chunk.size();
  chunks_.push_back(std::move(chunk));
  lock.unlock();
  boost::asio::post(io_, [self = shared_from_this()] { self->send_chunks(); });
  return true;
}

void HttpSession::end() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  boost::asio::post(io_, [self = shared_from_this()] { self->send_chunks(); });
}

void HttpSession::send_chunks() {
  if (gone_ || !streaming_ || !out_.empty() || stream_end_) return;  // flush() calls again
  std::string data;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& chunk : chunks_) data.append(chunk);
    chunks_.clear();
    stream_end_ = ended_;
  }
  if (data.empty() && !stream_end_) {
    // A reader that waits for something to be said is not slow.
    deadline_ = Clock::time_point::max();
    return;
  }
  deadline_ = Clock::now() + server_->limits.stalled_reader_timeout;
  if (!data.empty()) {
    char size[24];
    const int n = std::snprintf(size, sizeof size, "%zx\r\n", data.size());
    out_.emplace_back(size, static_cast<std::size_t>(n));
    out_.push_back(std::move(data.append("\r\n")));
  }
  if (stream_end_) out_.emplace_back("0\r\n\r\n");
  flush();
}

void HttpSession::flush() {
  if (flushing_) return;
  while (!out_.empty()) {
    const std::string_view left = std::string_view(out_.front()).substr(out_from_);
    const auto [io, bytes] = stream_.write(left);
    out_from_ += bytes;
    if (io == Io::would_block) {
      flushing_ = true;
      return stream_.async_wait_write([self = shared_from_this()](const boost::system::error_code& error) {
        self->flushing_ = false;
        if (!error && !self->gone_) self->flush();
      });
    }
    if (io != Io::done) return close();
    if (bytes > 0 && phase_ == Phase::sending)
      deadline_ = Clock::now() + server_->limits.stalled_reader_timeout;
    if (out_from_ == out_.front().size()) {
      out_.pop_front();
      out_from_ = 0;
    }
  }
  if (phase_ == Phase::sending) sent();
}

void HttpSession::sent() {
  if (streaming_) {
    {
      const std::lock_guard lock(mutex_);
      pending_bytes_ = 0;
      for (const auto& chunk : chunks_) pending_bytes_ += chunk.size();
    }
    room_.notify_all();
    if (!stream_end_) return send_chunks();
  }
  if (keep_alive_ && !half_closed_) return next_request();
  phase_ = Phase::lingering;
  deadline_ = Clock::now() + server_->limits.linger;
  stream_.end_writing();
  read();
}

void HttpSession::next_request() {
  phase_ = Phase::head;
  deadline_ = Clock::now() + server_->limits.idle_timeout;
  // Not from within: a client that sends ahead must not deepen the stack.
  boost::asio::post(io_, [self = shared_from_this()] { self->read(); });
}

}  // namespace vigil
