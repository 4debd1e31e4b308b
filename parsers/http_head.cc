#include "parsers/http_head.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace vigil {

namespace {

constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";

constexpr bool is_token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kTokenMarks.find(c) != std::string_view::npos;
}
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string_view trim_blanks(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

/// Digits and nothing else: no sign, no blank, no list.
std::optional<std::uint64_t> read_digits(std::string_view text) {
  constexpr std::size_t kDigitsMax = 18;
  if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool list_holds(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (same_name(trim_blanks(list.substr(0, comma)), token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view http_fault_name(HttpFault fault) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(HttpFault::count_)> kNames = {
      "none",
      "not_http",
      "bad_line_end",
      "bad_header",
      "bad_host",
      "bad_length",
      "two_lengths",
      "bad_transfer_encoding",
      "bad_chunk",
      "method_refused",
      "target_too_long",
      "header_too_large",
      "expectation_failed",
      "http_version"};
  return kNames[static_cast<std::size_t>(fault)];
}

unsigned http_fault_status(HttpFault fault) {
  switch (fault) {
    case HttpFault::method_refused:
      return 405;
    case HttpFault::target_too_long:
      return 414;
    case HttpFault::expectation_failed:
      return 417;
    case HttpFault::header_too_large:
      return 431;
    case HttpFault::http_version:
      return 505;
    default:
      return 400;
  }
}

std::string_view HttpHead::field(std::string_view name) const {
  for (const auto& [have, value] : fields) {
    if (same_name(have, name)) return value;
  }
  return {};
}

HttpFault HttpHeadReader::read_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return HttpFault::not_http;
  head_.method = line.substr(0, first);
  head_.target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!version.starts_with("HTTP/")) return HttpFault::not_http;
  // Methods are told apart by case (RFC 9110 9.1): "get" is none.
  if (head_.method.empty() ||
      !std::ranges::all_of(head_.method, [](char c) { return is_token(c) && (c < 'a' || c > 'z'); }))
    return HttpFault::not_http;
  if (head_.target.empty() || std::ranges::any_of(head_.target, [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
      }))
    return HttpFault::not_http;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return HttpFault::http_version;
  head_.version_1_0 = version == "HTTP/1.0";
  if (head_.method == "CONNECT" || head_.method == "TRACE") return HttpFault::method_refused;
  return HttpFault::none;
}

HttpFault HttpHeadReader::read_field(std::string_view line) {
  // A blank in front continues the line before (obs-fold); one before the colon hides the name from some readers.
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || !std::ranges::all_of(line.substr(0, colon), is_token))
    return HttpFault::bad_header;
  if (head_.fields.size() == kFieldsMax) return HttpFault::header_too_large;
  head_.fields.emplace_back(line.substr(0, colon), trim_blanks(line.substr(colon + 1)));
  return HttpFault::none;
}

HttpFault HttpHeadReader::conclude() {
  unsigned hosts = 0, lengths = 0, encodings = 0;
  bool close = false, stay = false;
  for (const auto& [name, value] : head_.fields) {
    if (same_name(name, "host")) {
      ++hosts;
    } else if (same_name(name, "content-length")) {
      ++lengths;
      head_.content_length = read_digits(value);
      if (!head_.content_length) return HttpFault::bad_length;
    } else if (same_name(name, "transfer-encoding")) {
      ++encodings;
      if (!same_name(value, "chunked")) return HttpFault::bad_transfer_encoding;
      head_.chunked = true;
    } else if (same_name(name, "connection")) {
      close = close || list_holds(value, "close");
      stay = stay || list_holds(value, "keep-alive");
    } else if (same_name(name, "expect")) {
      if (!same_name(value, "100-continue")) return HttpFault::expectation_failed;
      head_.wants_continue = !head_.version_1_0;
    }
  }
  if (lengths > 0 && encodings > 0) return HttpFault::two_lengths;
  if (lengths > 1) return HttpFault::bad_length;
  if (encodings > 1 || (encodings > 0 && head_.version_1_0)) return HttpFault::bad_transfer_encoding;
  if (hosts > 1 || (hosts == 0 && !head_.version_1_0)) return HttpFault::bad_host;
  head_.keep_alive = head_.version_1_0 ? stay && !close : !close;
  return HttpFault::none;
}

HttpHeadReader::State HttpHeadReader::read(std::string_view received) {
  while (begin_ == seen_ && received.substr(begin_).starts_with("\r\n") && begin_ < kLineBytesMax) {
    begin_ += 2;
    seen_ = begin_;
  }
  // What was seen may end in the middle of a line's end: that one byte is looked at again.
  for (std::size_t i = seen_; i < received.size(); ++i) {
    const char c = received[i];
    if (c == '\0') return refuse(HttpFault::bad_line_end);
    if (c == '\r') {
      if (i + 1 == received.size()) break;
      if (received[i + 1] != '\n') return refuse(HttpFault::bad_line_end);
    } else if (c == '\n') {
      if (i == begin_ || received[i - 1] != '\r') return refuse(HttpFault::bad_line_end);
      const std::string_view so_far = received.substr(begin_, i + 1 - begin_);
      if (!has_line_) {
        if (so_far.size() > kLineBytesMax) return refuse(HttpFault::target_too_long);
        const HttpFault fault = read_request_line(so_far.substr(0, so_far.size() - 2));
        if (fault != HttpFault::none) return refuse(fault);
        has_line_ = true;
      } else if (so_far.ends_with("\r\n\r\n")) {
        size_ = i + 1;
        if (size_ - begin_ > kHeadBytesMax) return refuse(HttpFault::header_too_large);
        // The bytes may have moved since their lines were seen: all are read now.
        head_ = HttpHead();
        std::string_view rest = so_far.substr(0, so_far.size() - 2);
        for (bool first = true; !rest.empty(); first = false) {
          const std::size_t end = rest.find("\r\n");
          const std::string_view line = rest.substr(0, end);
          const HttpFault fault = first ? read_request_line(line) : read_field(line);
          if (fault != HttpFault::none) return refuse(fault);
          rest.remove_prefix(end + 2);
        }
        const HttpFault fault = conclude();
        return fault == HttpFault::none ? State::whole : refuse(fault);
      }
    }
    seen_ = i + 1;
  }
  // Another protocol is told by its first byte: TLS, SSH and syslog need not wait for a line's end.
  if (received.size() > begin_ && !is_token(received[begin_]) && received[begin_] != '\r')
    return refuse(HttpFault::not_http);
  if (!has_line_ && received.size() - begin_ > kLineBytesMax) return refuse(HttpFault::target_too_long);
  if (received.size() - begin_ > kHeadBytesMax) return refuse(HttpFault::header_too_large);
  return State::more;
}

}  // namespace vigil
