// Beast compiles slowly: this is the only file of the room that includes its HTTP.

#include "cli/client.h"

#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <exception>

#include "cli/connect.h"
#include "cli/language.h"

namespace vigil::cli {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

/// An answer that is collected: the incidents of years are a few MiB; past this something is wrong.
constexpr std::size_t kBodyBytesMax = std::size_t{64} * 1024 * 1024;
constexpr std::uint32_t kHeaderBytesMax = 64 * 1024;

ClientError broken(const error_code& error) {
  if (error == boost::asio::error::timed_out) {
    return {ClientError::Kind::broken, std::string(say("vigild does not answer", "vigild 沒有回應"))};
  }
  return {ClientError::Kind::broken,
          std::string(say("the connection to vigild broke: ", "與 vigild 的連線中斷：")) + error.message()};
}

http::request<http::string_body> make_request(const Target& target, const Request& request) {
  http::request<http::string_body> out(http::string_to_verb(std::string(request.method)),
                                       target.prefix + request.target, 11);
  const bool brackets = target.host.find(':') != std::string::npos;
  out.set(http::field::host, target.host.empty()
                                 ? "localhost"
                                 : (brackets ? "[" + target.host + "]" : target.host) + ":" + target.port);
  out.set(http::field::user_agent, "vigil/" VIGIL_VERSION);
  out.set(http::field::connection, "close");
  if (!target.token.empty()) out.set(http::field::authorization, "Bearer " + target.token);
  if (request.method != "GET") {
    out.set(http::field::content_type, "application/json");
    out.body() = request.body;
    out.prepare_payload();
  }
  return out;
}

Result<Response, ClientError> read_answer(SocketStream& stream,
                                          const std::function<bool(std::string_view)>& sink) {
  boost::beast::flat_buffer buffer;
  http::response_parser<http::buffer_body> parser;
  parser.header_limit(kHeaderBytesMax);
  parser.body_limit(boost::none);
  error_code error;
  http::read_header(stream, buffer, parser, error);
  if (error) return broken(error);

  Response response;
  response.status = parser.get().result_int();
  response.content_type = std::string(parser.get()[http::field::content_type]);
  const bool streamed = sink != nullptr && response.status == 200;
  std::array<char, std::size_t{32} * 1024> piece{};
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    // One step at a time, so that a line of a live tail is shown when it comes, not when the piece is full.
    http::read_some(stream, buffer, parser, error);
    if (error == http::error::need_buffer) error = {};
    const std::string_view text(piece.data(), piece.size() - parser.get().body().size);
    if (streamed) {
      if (!text.empty() && !sink(text)) return response;
    } else {
      response.body += text;
      if (response.body.size() > kBodyBytesMax) {
        return ClientError{ClientError::Kind::too_large,
                           std::string(say("the answer is larger than 64 MiB", "回應超過 64 MiB"))};
      }
    }
    if (error) return broken(error);
  }
  return response;
}

}  // namespace

Result<Response, ClientError> exchange(const Target& target, const Request& request,
                                       const std::function<bool(std::string_view)>& sink) {
  auto stream = connect_to(target);
  if (!stream) return stream.error();
  try {
    // Sending is quick or not at all; only the answer may take its time.
    stream->set_silence_max(std::chrono::seconds(60));
    const auto message = make_request(target, request);
    error_code error;
    http::write(*stream, message, error);
    if (error) return broken(error);
    stream->set_silence_max(request.silence_max);
    return read_answer(*stream, sink);
  } catch (const std::exception& failure) {
    return ClientError{ClientError::Kind::broken, failure.what()};  // A header value Beast will not write.
  }
}

}  // namespace vigil::cli
