#include "parsers/proxy_access.h"

#include "parsers/field_target.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

bool is_result(std::string_view word) {
  const std::size_t slash = word.rfind('/');
  if (slash == std::string_view::npos || word.size() != slash + 4 || !all_digits(word.substr(slash + 1)))
    return false;
  return word.starts_with("TCP_") || word.starts_with("UDP_") || word.starts_with("NONE") ||
         word.starts_with("TAG_NONE") || word.starts_with("ERR_");
}

bool is_epoch(std::string_view word) {
  const std::size_t dot = word.find('.');
  return dot == 10 && all_digits(word.substr(0, dot)) && all_digits(word.substr(dot + 1));
}

}  // namespace

bool looks_like_proxy_access(std::string_view text) {
  text = text.substr(0, 256);
  if (!is_epoch(take_word(text))) return false;
  for (int i = 0; i < 4; ++i) {
    if (is_result(take_word(text))) return true;
  }
  return false;
}

std::optional<std::int64_t> time_of_proxy_access(std::string_view text) {
  return read_epoch(take_word(text));
}

void classify_proxy(PayloadWriter& out, bool denied) {
  out.log_source({}, "proxy", {});
  out.classify("web", denied ? "denied" : "access");
  out.add("event.category", "network");
}

void read_proxy_access(PayloadWriter& out) {
  std::string_view text = out.text();
  take_word(text);
  const std::string_view elapsed = take_word(text);
  put(out, target_of("event.duration:ms"), elapsed.substr(0, elapsed.find('.')));
  std::string_view client, result = take_word(text);
  for (int i = 0; i < 3 && !is_result(result) && !text.empty(); ++i) {
    client = result;
    result = take_word(text);
  }
  out.add_endpoint(Side::source, client);
  const std::size_t slash = result.rfind('/');
  out.add("event.action", result.substr(0, slash));
  if (slash != std::string_view::npos && result.substr(slash + 1) != "000") {
    out.add_number("http.response.status_code", result.substr(slash + 1));
  }
  const std::string_view bytes = take_word(text);
  out.add_number("http.response.bytes", bytes);
  put(out, target_of("http.request.method"), take_word(text));
  out.add_url(take_word(text));
  std::string_view user = take_word(text);
  if (user.size() > 1 && user.front() == '"' && user.back() == '"') user = user.substr(1, user.size() - 2);
  put(out, target_of("user"), user);
  std::string_view peer = take_word(text);
  out.add_vendor("hierarchy", take_until(peer, '/'));
  if (!peer.empty() && peer != "-") out.add_endpoint(Side::destination, peer);
  put(out, target_of("http.response.mime_type"), take_word(text));
  if (!trim(text).empty()) out.add_vendor("more", trim(text));
  classify_proxy(out, contains(result, "DENIED") || contains(result, "BLOCK"));
}

}  // namespace vigil
