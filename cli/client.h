#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parsers/result.h"

namespace vigil::cli {

/// Where the daemon is: a socket in its data directory, or http://host:port.
struct Target {
  std::filesystem::path socket;  ///< used where `host` is empty
  std::string host, port, prefix;
  std::string token;
};
/// Reads `--server` ("http://[::1]:8514/prefix"); the error says what is wrong with it.
Result<Target, std::pair<std::string, std::string>> read_server(std::string_view url);

struct ClientError {
  enum class Kind : std::uint8_t { unreachable, broken, too_large } kind = Kind::unreachable;
  std::string what;  ///< in the user's language
};

struct Request {
  std::string_view method = "GET";
  std::string target;  ///< path and query, already escaped
  std::string body;    ///< JSON; empty for none
  /// How long the daemon may stay silent. None for what waits on purpose (tail).
  std::optional<std::chrono::seconds> silence_max = std::chrono::seconds(60);
};

struct Response {
  unsigned status = 0;
  std::string content_type;
  std::string body;  ///< empty where it was streamed
};

/// Escapes a query value or a path segment (RFC 3986 unreserved stays).
std::string percent_encode(std::string_view text);
/// "/path?a=1&b=2"; pairs with an empty value are left out.
std::string with_query(std::string path, const std::vector<std::pair<std::string_view, std::string>>& query);

/// One HTTP/1.1 exchange over a connection of its own, HTTP being spoken by Boost.Beast over a plain
/// descriptor. A 200's body goes to `sink` in pieces as it arrives; false stops and closes. Every other
/// answer, and every answer where `sink` is null, is collected in `Response::body` up to 64 MiB.
Result<Response, ClientError> exchange(const Target& target, const Request& request,
                                       const std::function<bool(std::string_view)>& sink = nullptr);

}  // namespace vigil::cli
