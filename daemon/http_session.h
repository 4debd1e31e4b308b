#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "daemon/http_server.h"
#include "daemon/http_stream.h"
#include "parsers/http_chunks.h"
#include "parsers/http_head.h"

namespace vigil {

class HttpSession;

/// What the sessions of one server share. The I/O thread's alone.
struct HttpSessions {
  HttpLimits limits;
  HttpServer::Handler handler;
  HttpServer::Gate gate;
  HttpServer::Opener opener;
  std::set<HttpSession*> all;
  std::uint64_t inflight_bytes = 0;
  bool stopped = false;
};

/// Who is at the other end.
struct HttpPeer {
  std::string address;
  bool trusted = false, loopback = false;
};

/// One connection: reads a request, hands it on, writes the answer, reads the next. On the I/O thread but for what answers
/// call.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  using Clock = std::chrono::steady_clock;

  HttpSession(boost::asio::io_context& io, std::shared_ptr<HttpSessions> server, HttpStream stream,
              HttpPeer peer);
  void start();
  /// Gives up, whatever is under way.
  void close();
  /// Several times a second: what takes too long is answered or closed.
  void look_at_clock(Clock::time_point now);

 private:
  class Answer;
  enum class Phase : std::uint8_t {
    head,      ///< waiting for a request, or in its head
    length,    ///< in a body whose length is known
    chunks,    ///< in one that comes in chunks
    waiting,   ///< who takes the body needs time
    handling,  ///< the handler has it
    sending,   ///< an answer is being written
    lingering  ///< it is written; the client's end is awaited
  };

  // Reading.
  void read();
  void wait_readable();
  /// False if the session must wait or has ended.
  bool step();
  bool fill(std::size_t bytes_wanted);
  void head_is_whole();
  bool take_body_bytes(std::size_t bytes);
  bool pour();
  void body_is_whole();
  void read_ended(Io io);
  std::string_view buffered() const { return {in_.data() + in_from_, in_to_ - in_from_}; }

  // Answering.
  void refuse(unsigned status, std::string_view code, std::string_view message, std::string_view message_zh);
  void refuse(HttpFault fault);
  void send_whole(unsigned status, std::string_view type, std::string body,
                  const HttpAnswer::Headers& headers);
  void send_begin(unsigned status, std::string_view type);
  void send_chunks();
  void flush();
  void sent();
  void next_request();
  void release_body();
  void tell_delivered(bool delivered);
  std::string head_of(unsigned status, std::string_view type, const HttpAnswer::Headers& headers) const;

  // Of answers that stream; any thread.
  bool write(std::string chunk);
  void end();

  boost::asio::io_context& io_;
  const std::shared_ptr<HttpSessions> server_;
  HttpStream stream_;
  const HttpPeer peer_;
  Phase phase_ = Phase::head;
  Clock::time_point deadline_{};
  bool waiting_ = false;  ///< for the socket to be readable

  std::string in_;  ///< bytes read beyond what was asked for
  std::size_t in_from_ = 0, in_to_ = 0;
  HttpHeadReader head_;
  HttpRequest request_;
  Coding coding_ = Coding::identity;
  std::uint64_t body_left_ = 0;
  ChunkedBody chunked_;
  std::uint64_t counted_ = 0;  ///< of HttpSessions::inflight_bytes
  std::uint64_t window_bytes_ = 0;
  Clock::time_point window_end_{};

  unsigned requests_ = 0;
  bool keep_alive_ = false, head_only_ = false;
  bool half_closed_ = false;  ///< the client had ended its side before it was answered
  std::function<void(bool)> told_;

  std::deque<std::string> out_;
  std::size_t out_from_ = 0;
  bool flushing_ = false;
  bool streaming_ = false, stream_end_ = false;
  std::shared_ptr<HttpSession> self_;  ///< until close(): between events nobody else may hold an open session
  std::atomic<bool> gone_{false};
  std::mutex mutex_;  ///< what streams, from here on
  std::condition_variable room_;
  std::list<std::string> chunks_;
  std::size_t pending_bytes_ = 0;
  bool ended_ = false;
};

}  // namespace vigil
