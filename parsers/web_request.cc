#include "parsers/web_request.h"

#include "parsers/payload_text.h"

namespace vigil {
namespace {

bool is_method(std::string_view word) {
  if (word.empty() || word.size() > 32) return false;
  for (const char c : word) {
    if (!(c >= 'A' && c <= 'Z') && c != '-' && c != '_') return false;
  }
  return true;
}

}  // namespace

void add_request(PayloadWriter& out, std::string_view request) {
  if (request.empty() || request == "-") return;
  const std::size_t space = request.find(' ');
  const std::string_view method = request.substr(0, space);
  if (space == std::string_view::npos || !is_method(method)) return out.add("url.original", request);
  std::string_view url = request.substr(space + 1);
  const std::size_t version = url.rfind(" HTTP/");
  if (version != std::string_view::npos) {
    out.add("http.version", url.substr(version + 6));
    url = url.substr(0, version);
  }
  out.add("http.request.method", method);
  out.add_url(url);
}

bool take_quoted(std::string_view& rest, std::string_view& out) {
  rest = trim_left(rest);
  if (!take_prefix(rest, "\"")) return false;
  std::size_t end = 0;
  while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' && end + 1 < rest.size() ? 2U : 1U;
  out = rest.substr(0, end);
  rest.remove_prefix(end < rest.size() ? end + 1 : rest.size());
  return true;
}

void add_status(PayloadWriter& out, std::string_view status) {
  if (status.size() != 3 || !all_digits(status)) return;
  out.add_number("http.response.status_code", status);
  out.add("event.outcome", status[0] >= '4' ? "failure" : "success");
}

void add_peer(PayloadWriter& out, Side side, std::string_view peer) {
  take_prefix(peer, "unix:");
  const std::size_t colon = peer.rfind(':');
  const bool port =
      colon != std::string_view::npos && all_digits(peer.substr(colon + 1)) && colon + 6 >= peer.size();
  // An IPv6 address may end in what looks like a port; with the port it has one group too many, or is in brackets.
  const bool whole = !plain_address(peer).empty();
  if (whole || !port) return out.add_endpoint(side, peer);
  out.add_endpoint(side, peer.substr(0, colon));
  out.add_port(side, peer.substr(colon + 1));
}

}  // namespace vigil
