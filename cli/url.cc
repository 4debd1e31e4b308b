#include <algorithm>
#include <charconv>

#include "cli/client.h"
#include "cli/language.h"

namespace vigil::cli {

Result<Target, std::pair<std::string, std::string>> read_server(std::string_view url) {
  const auto wrong = [&](std::string_view english, std::string_view chinese) {
    return std::pair("'" + std::string(url) + "': " + std::string(say(english, chinese)),
                     std::string(say("as http://127.0.0.1:8514", "例如 http://127.0.0.1:8514")));
  };
  if (url.starts_with("https://")) {
    return wrong("https is not supported by this version yet", "本版本尚未支援 https");
  }
  if (!url.starts_with("http://"))
    return wrong("a server is written as http://host:port", "伺服器須寫作 http://主機:埠");
  std::string_view rest = url.substr(7);
  Target target;
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos) {
    target.prefix = rest.substr(slash);
    while (target.prefix.ends_with('/')) target.prefix.pop_back();
    rest = rest.substr(0, slash);
  }
  const bool odd = std::any_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F || c == '@' ||
           c == '?' || c == '#';
  });
  if (odd) return wrong("only host, port and path belong here", "此處只能有主機、埠與路徑");
  target.port = "8514";
  std::size_t colon = rest.rfind(':');
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return wrong("']' is missing", "缺少 ']'");
    target.host = rest.substr(1, end - 1);
    colon = end + 1 < rest.size() && rest[end + 1] == ':' ? end + 1 : std::string_view::npos;
  } else {
    target.host = rest.substr(0, colon);
  }
  if (colon != std::string_view::npos) target.port = rest.substr(colon + 1);
  unsigned number = 0;
  const char* const last = target.port.data() + target.port.size();
  const auto [end, error] = std::from_chars(target.port.data(), last, number);
  if (error != std::errc() || end != last || number == 0 || number > 65535) {
    return wrong("the port is not one of 1 – 65535", "埠號須在 1 – 65535 之間");
  }
  if (target.host.empty()) return wrong("the host is missing", "缺少主機");
  return target;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string with_query(std::string path, const std::vector<std::pair<std::string_view, std::string>>& query) {
  char separator = '?';
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    path += separator + std::string(name) + "=" + percent_encode(value);
    separator = '&';
  }
  return path;
}

}  // namespace vigil::cli
