#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil {

/// Why a request's head is refused. The enumerator's name is the `code` of the answer.
enum class HttpFault : std::uint8_t {
  none,
  not_http,               ///< no request line: another protocol, HTTP/0.9
  bad_line_end,           ///< CR or LF alone, NUL
  bad_header,             ///< no name, a blank before the colon, a line that continues the one before
  bad_host,               ///< none in HTTP/1.1, or several
  bad_length,             ///< a Content-Length that is no number, or several
  two_lengths,            ///< Content-Length and Transfer-Encoding: requests could be smuggled past a proxy
  bad_transfer_encoding,  ///< anything but "chunked"
  bad_chunk,              ///< a chunk's size or end that cannot be read
  method_refused,         ///< CONNECT, TRACE
  target_too_long,
  header_too_large,
  expectation_failed,  ///< an Expect that is not 100-continue
  http_version,        ///< HTTP/2 and whatever else comes
  count_
};
std::string_view http_fault_name(HttpFault fault);
/// The status it is answered with: 400, 405, 414, 417, 431 or 505.
unsigned http_fault_status(HttpFault fault);

/// The head of one HTTP/1.0 or 1.1 request. Views point into the text it was read from.
struct HttpHead {
  std::string_view method, target;
  bool version_1_0 = false;
  std::vector<std::pair<std::string_view, std::string_view>> fields;  ///< in order; values trimmed
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = false;      ///< what the client wishes
  bool wants_continue = false;  ///< it waits for "100 Continue" before it sends its body

  /// The first field of this name, in any case; empty if there is none.
  std::string_view field(std::string_view name) const;
};

/// Reads a head as it arrives. Strict where leniency lets two readers see two requests (RFC 9112 11.2): what a proxy
/// before us could read otherwise is refused, not repaired. A body of at most 2^63 - 1 bytes is announced.
///
///   request-line  method SP target SP HTTP/1.x CRLF       at most 8 KiB; empty lines before it are passed over
///   field         name ":" OWS value OWS CRLF             at most 100; all together at most 64 KiB
///   end           CRLF
class HttpHeadReader {
 public:
  static constexpr std::size_t kLineBytesMax = 8 * 1024;
  static constexpr std::size_t kHeadBytesMax = 64 * 1024;
  static constexpr std::size_t kFieldsMax = 100;

  enum class State : std::uint8_t { more, whole, refused };
  /// `received` is everything of this request so far: each time the same bytes and more. Linear over all calls.
  State read(std::string_view received);

  HttpFault fault() const { return fault_; }      ///< after `refused`
  const HttpHead& head() const { return head_; }  ///< after `whole`; points into the newest `received`
  std::size_t size() const { return size_; }      ///< after `whole`: bytes of the head, its end included
  /// Nothing of a request has come but line ends.
  bool untouched() const { return begin_ == seen_; }
  /// For the next request.
  void reset() { *this = HttpHeadReader(); }

 private:
  State refuse(HttpFault fault) {
    fault_ = fault;
    return State::refused;
  }
  HttpFault read_request_line(std::string_view line);
  HttpFault read_field(std::string_view line);
  HttpFault conclude();

  std::size_t begin_ = 0, seen_ = 0, size_ = 0;
  bool has_line_ = false;
  HttpFault fault_ = HttpFault::none;
  HttpHead head_;
};

/// Equal but for the case of ASCII letters: names of fields, tokens.
bool same_name(std::string_view a, std::string_view b);

}  // namespace vigil
