#include "rules/indicator.h"

#include <arpa/inet.h>
#include <idn2.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

#include "parsers/caseless.h"

namespace vigil {
namespace {

constexpr std::size_t kValueBytesMax = 2048;
constexpr std::size_t kDomainBytesMax = 253, kLabelBytesMax = 63;  // RFC 1035 2.3.4
constexpr std::size_t kAccountBytesMax = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alpha(char c) { return is_alnum(c) && !is_digit(c); }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kAround = " \t\r\n\"'`<>";
  const std::size_t from = text.find_first_not_of(kAround);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kAround) - from + 1);
}

IndicatorFault wrong(std::string en, std::string zh) { return {{std::move(en), std::move(zh)}, false}; }
IndicatorFault dangerous(std::string en, std::string zh) {
  return {{std::move(en) + " - add it with --force if it is really meant", std::move(zh) + "；確定要加入請用 --force"},
          true};
}

/// How reports keep their readers from clicking, and what is meant.
std::string refanged(std::string_view text) {
  struct Spelling {
    std::string_view written, meant;
  };
  constexpr Spelling kSpellings[] = {{"[.]", "."},   {"(.)", "."},     {"{.}", "."},   {"[dot]", "."}, {"(dot)", "."},
                                     {"[:]", ":"},   {"[://]", "://"}, {"[/]", "/"},   {"[@]", "@"},   {"[at]", "@"},
                                     {"(at)", "@"},  {"\\.", "."}};
  std::string out;
  out.reserve(text.size());
  const std::string folded = lower_ascii(text);
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const Spelling* found = nullptr;
    if (c == '[' || c == '(' || c == '{' || c == '\\') {
      for (const Spelling& each : kSpellings) {
        if (folded.compare(at, each.written.size(), each.written) == 0) {
          found = &each;
          break;
        }
      }
    }
    if (found != nullptr) {
      out += found->meant;
      at += found->written.size();
    } else {
      out += text[at++];
    }
  }
  const std::string front = lower_ascii(out.substr(0, 9));
  for (const std::string_view scheme : {"hxxp", "hxtp", "htxp", "meow"}) {
    if (!front.starts_with(scheme)) continue;
    if (front.substr(4).starts_with("://") || front.substr(4).starts_with("s://")) out.replace(0, 4, "http");
  }
  return out;
}

/// RFC 5952's shortest form.
std::string show(const IndicatorNetwork& network) {
  char text[INET6_ADDRSTRLEN] = "";
  ::inet_ntop(network.v6 ? AF_INET6 : AF_INET, network.bytes.data(), text, sizeof text);
  std::string out = text;
  if (network.prefix != (network.v6 ? 128U : 32U)) out += "/" + std::to_string(network.prefix);
  return out;
}

bool covers(const IndicatorNetwork& wide, const IndicatorNetwork& narrow) {
  if (wide.v6 != narrow.v6 || wide.prefix > narrow.prefix) return false;
  for (unsigned bit = 0; bit < wide.prefix; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((wide.bytes[bit / 8] ^ narrow.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

/// Addresses that stand in everybody's logs (RFC 6890).
constexpr std::string_view kEverywhere[] = {"0.0.0.0/8",      "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",
                                            "169.254.0.0/16", "172.16.0.0/12",  "192.168.0.0/16", "224.0.0.0/4",
                                            "240.0.0.0/4",    "::/128",         "::1/128",        "fc00::/7",
                                            "fe80::/10",      "ff00::/8"};

std::optional<IndicatorFault> danger_of(const IndicatorNetwork& network) {
  if (network.prefix < (network.v6 ? 16U : 8U)) {
    return dangerous("'" + show(network) + "' is a large part of the Internet (wider than " + (network.v6 ? "/16)" : "/8)"),
                     "「" + show(network) + "」涵蓋大部分網際網路（比 " + (network.v6 ? "/16" : "/8") + " 還寬）");
  }
  for (const std::string_view each : kEverywhere) {
    const auto range = read_ip_network(each);
    if (range && (covers(*range, network) || covers(network, *range))) {
      return dangerous("'" + show(network) + "' is a private, loopback or reserved address: every line of the own network may hold it",
                       "「" + show(network) + "」屬私有、迴路或保留位址，內部紀錄隨處可見");
    }
  }
  return std::nullopt;
}

/// Feeds of command servers write "203.0.113.9:443".
std::string_view without_port(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) return text;
  const std::string_view port = text.substr(colon + 1);
  return !port.empty() && std::all_of(port.begin(), port.end(), is_digit) ? text.substr(0, colon) : text;
}

Result<NormalIndicator, IndicatorFault> normal_ip(std::string_view text, Danger danger) {
  std::string_view bare = text;
  if (bare.starts_with('[') && bare.ends_with(']')) bare = bare.substr(1, bare.size() - 2);
  const auto network = read_ip_network(without_port(bare));
  if (!network) {
    return wrong("'" + std::string(text) + "' is no address - write 203.0.113.9, 198.51.100.0/24 or 2001:db8::/32",
                 "「" + std::string(text) + "」不是位址，請寫成 203.0.113.9、198.51.100.0/24 或 2001:db8::/32");
  }
  if (danger == Danger::refused) {
    if (auto fault = danger_of(*network)) return *fault;
  }
  return NormalIndicator{IndicatorKind::ip, show(*network)};
}

/// Lower case and Punycode; empty where it is no name.
std::string ascii_domain(std::string_view text) {
  std::string name(text);
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (plain) return lower_ascii(name);
  char* found = nullptr;
  if (::idn2_to_ascii_8z(name.c_str(), &found, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK) return {};
  std::string out = found;
  ::idn2_free(found);
  return lower_ascii(out);
}

bool is_domain(std::string_view name) {
  if (name.empty() || name.size() > kDomainBytesMax) return false;
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    if (!is_alnum(c) && c != '-' && c != '_') return false;
    if (++label > kLabelBytesMax) return false;
  }
  // What begins or ends otherwise is not looked for in texts: there the signs belong to the sentence.
  if (label == 0 || !is_alnum(name.front()) || !is_alnum(name.back())) return false;
  const std::string_view last = name.substr(name.rfind('.') + 1);
  return std::any_of(last.begin(), last.end(), is_alpha);  // 1.2.3.4, 300.1.1.1 and 7.1-2 are no names
}

/// Names below which others register theirs: a single label, and the second levels that country registries use.
bool is_public_suffix(std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return true;
  if (name.find('.', dot + 1) != std::string_view::npos) return false;
  const std::string_view second = name.substr(0, dot), top = name.substr(dot + 1);
  constexpr std::string_view kSecond[] = {"com", "net", "org", "edu", "gov", "mil", "idv", "game", "ebiz", "club", "co",
                                          "ac",  "or",  "ne",  "go",  "gob", "gouv", "nom", "ltd",  "plc",  "sch",  "nhs"};
  return top.size() == 2 && std::find(std::begin(kSecond), std::end(kSecond), second) != std::end(kSecond);
}

std::optional<IndicatorFault> danger_of_domain(std::string_view name) {
  if (!is_public_suffix(name)) return std::nullopt;
  return dangerous("'" + std::string(name) + "' is a name below which everybody registers (a public suffix), or a bare host name",
                   "「" + std::string(name) + "」為公共後綴或單一主機名，會比對到所有人");
}

Result<NormalIndicator, IndicatorFault> normal_domain(std::string_view text, Danger danger) {
  std::string_view bare = text;
  if (bare.starts_with("*.")) bare.remove_prefix(2);
  while (bare.starts_with('.')) bare.remove_prefix(1);
  while (bare.ends_with('.')) bare.remove_suffix(1);
  std::string name = ascii_domain(bare);
  if (!is_domain(name)) {
    return wrong("'" + std::string(text) + "' is no domain - write it as evil.example (a URL belongs to the kind url)",
                 "「" + std::string(text) + "」不是網域，請寫成 evil.example（網址請用類型 url）");
  }
  if (danger == Danger::refused) {
    if (auto fault = danger_of_domain(name)) return *fault;
  }
  return NormalIndicator{IndicatorKind::domain, std::move(name)};
}

Result<NormalIndicator, IndicatorFault> normal_url(std::string_view text, Danger danger) {
  const auto no_url = [&] {
    return wrong("'" + std::string(text) + "' is no URL - write it as http://evil.example/path",
                 "「" + std::string(text) + "」不是網址，請寫成 http://evil.example/path");
  };
  std::string scheme = "http";
  std::string_view rest = text;
  if (const std::size_t mark = rest.find("://"); mark != std::string_view::npos) {
    scheme = lower_ascii(rest.substr(0, mark));
    if (scheme.empty() || !std::all_of(scheme.begin(), scheme.end(), [](char c) { return is_alnum(c) || c == '+' || c == '-'; }))
      return no_url();
    rest.remove_prefix(mark + 3);
  }
  rest = trimmed(rest.substr(0, rest.find('#')));
  const std::size_t host_end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, host_end);
  std::string path(rest.substr(host_end));
  if (const std::size_t user = authority.rfind('@'); user != std::string_view::npos) authority.remove_prefix(user + 1);
  std::string_view host = authority, port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return no_url();
    host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else if (const std::size_t colon = authority.rfind(':'); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (!port.empty() && (port.size() < 2 || port[0] != ':' || port.size() > 6 ||
                        !std::all_of(port.begin() + 1, port.end(), is_digit)))
    return no_url();
  if ((scheme == "http" && port == ":80") || (scheme == "https" && port == ":443")) port = {};
  std::string name;
  if (const auto address = read_ip_network(host); address && host.find('/') == std::string_view::npos) {
    if (danger == Danger::refused) {
      if (auto fault = danger_of(*address)) return *fault;
    }
    name = address->v6 ? "[" + show(*address) + "]" : show(*address);
  } else {
    while (host.ends_with('.')) host.remove_suffix(1);
    name = ascii_domain(host);
    if (!is_domain(name)) return no_url();
    if (danger == Danger::refused) {
      if (auto fault = danger_of_domain(name)) return *fault;
    }
  }
  if (path.empty() || path[0] == '?') path.insert(0, "/");
  for (const char c : path) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return no_url();
  }
  return NormalIndicator{IndicatorKind::url, scheme + "://" + name + std::string(port) + path};
}

bool is_hash(std::string_view text) {
  return (text.size() == 32 || text.size() == 40 || text.size() == 64 || text.size() == 128) &&
         std::all_of(text.begin(), text.end(), is_hex);
}

Result<NormalIndicator, IndicatorFault> normal_hash(std::string_view text, Danger danger) {
  if (!is_hash(text)) {
    return wrong("'" + std::string(text) + "' is no MD5, SHA-1, SHA-256 or SHA-512 (32, 40, 64 or 128 hex digits)",
                 "「" + std::string(text) + "」不是 MD5、SHA-1、SHA-256 或 SHA-512（32、40、64 或 128 個十六進位數字）");
  }
  std::string value = lower_ascii(text);
  constexpr std::string_view kNobody[] = {
      "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"};
  const bool one_digit = value.find_first_not_of(value[0]) == std::string::npos;
  if (danger == Danger::refused && (one_digit || std::find(std::begin(kNobody), std::end(kNobody), value) != std::end(kNobody))) {
    return dangerous("'" + value + "' is the hash of the empty file, or none that was computed",
                     "「" + value + "」為空檔案的雜湊或非實際計算所得");
  }
  return NormalIndicator{IndicatorKind::hash, std::move(value)};
}

Result<NormalIndicator, IndicatorFault> normal_mail(std::string_view text) {
  const auto no_mail = [&] {
    return wrong("'" + std::string(text) + "' is no mail address - write it as someone@evil.example",
                 "「" + std::string(text) + "」不是電子郵件地址，請寫成 someone@evil.example");
  };
  if (text.size() > 7 && lower_ascii(text.substr(0, 7)) == "mailto:") text.remove_prefix(7);
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > 64) return no_mail();
  std::string local = lower_ascii(text.substr(0, at));
  for (const char c : local) {
    if (!is_alnum(c) && std::string_view(".!#$%&'*+/=?^_`{|}~-").find(c) == std::string_view::npos) return no_mail();
  }
  std::string_view host = text.substr(at + 1);
  while (host.ends_with('.')) host.remove_suffix(1);
  const std::string name = ascii_domain(host);
  if (!is_domain(name) || name.find('.') == std::string::npos) return no_mail();
  return NormalIndicator{IndicatorKind::mail, local + "@" + name};
}

/// Accounts that every machine has and every guesser tries.
constexpr std::string_view kEverybody[] = {"root",  "administrator", "admin", "system", "guest", "nobody", "user", "test",
                                           "daemon", "www-data", "oracle", "postgres", "mysql", "anonymous", "backup",
                                           "operator", "service", "support", "ubuntu", "debian", "git", "ftp"};

Result<NormalIndicator, IndicatorFault> normal_account(std::string_view text, Danger danger) {
  std::string value = lower_ascii(text);
  const std::size_t slash = value.rfind('\\');
  const std::string name = slash == std::string::npos ? value : value.substr(slash + 1);
  const auto fits = [](std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
      return is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '@' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
    });
  };
  if (value.size() > kAccountBytesMax || !fits(name) || (slash != std::string::npos && !fits(value.substr(0, slash)))) {
    return wrong("'" + std::string(text) + "' is no account - letters, digits and . _ - @ $, or DOMAIN\\name",
                 "「" + std::string(text) + "」不是帳號，僅可用文字、數字與 . _ - @ $，或 DOMAIN\\name");
  }
  if (danger == Danger::refused && slash == std::string::npos &&
      std::find(std::begin(kEverybody), std::end(kEverybody), name) != std::end(kEverybody)) {
    return dangerous("'" + name + "' is an account that every machine has", "「" + name + "」是每台主機都有的帳號");
  }
  return NormalIndicator{IndicatorKind::account, std::move(value)};
}

std::optional<IndicatorKind> guess(std::string_view text) {
  if (text.find("://") != std::string_view::npos) return IndicatorKind::url;
  if (is_hash(text)) return IndicatorKind::hash;
  if (read_ip_network(without_port(text))) return IndicatorKind::ip;
  if (text.find('\\') != std::string_view::npos) return IndicatorKind::account;
  if (text.find('/') != std::string_view::npos) {
    const std::string_view front = text.substr(0, text.find('/'));
    const bool like_a_network = std::all_of(front.begin(), front.end(), [](char c) { return is_digit(c) || c == '.'; }) &&
                                std::all_of(text.begin() + static_cast<std::ptrdiff_t>(front.size()) + 1, text.end(), is_digit);
    return like_a_network ? IndicatorKind::ip : IndicatorKind::url;
  }
  if (text.find('@') != std::string_view::npos) return IndicatorKind::mail;
  if (std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; })) return IndicatorKind::ip;
  if (text.find('.') != std::string_view::npos) return IndicatorKind::domain;
  return std::nullopt;
}

}  // namespace

std::string_view indicator_kind_name(IndicatorKind kind) {
  constexpr std::string_view kNames[] = {"ip", "domain", "url", "hash", "mail", "account"};
  return kNames[static_cast<std::size_t>(kind) % kIndicatorKinds];
}

std::optional<IndicatorKind> indicator_kind_from_name(std::string_view name) {
  struct Name {
    std::string_view name;
    IndicatorKind kind;
  };
  constexpr Name kNames[] = {
      {"ip", IndicatorKind::ip},           {"ipv4", IndicatorKind::ip},          {"ipv6", IndicatorKind::ip},
      {"ipv4-addr", IndicatorKind::ip},    {"ipv6-addr", IndicatorKind::ip},     {"ip-src", IndicatorKind::ip},
      {"ip-dst", IndicatorKind::ip},       {"cidr", IndicatorKind::ip},          {"address", IndicatorKind::ip},
      {"network", IndicatorKind::ip},      {"domain", IndicatorKind::domain},    {"hostname", IndicatorKind::domain},
      {"host", IndicatorKind::domain},     {"fqdn", IndicatorKind::domain},      {"domain-name", IndicatorKind::domain},
      {"url", IndicatorKind::url},         {"uri", IndicatorKind::url},          {"hash", IndicatorKind::hash},
      {"md5", IndicatorKind::hash},        {"sha1", IndicatorKind::hash},        {"sha-1", IndicatorKind::hash},
      {"sha256", IndicatorKind::hash},     {"sha-256", IndicatorKind::hash},     {"sha512", IndicatorKind::hash},
      {"sha-512", IndicatorKind::hash},    {"file", IndicatorKind::hash},        {"filehash", IndicatorKind::hash},
      {"mail", IndicatorKind::mail},       {"email", IndicatorKind::mail},       {"e-mail", IndicatorKind::mail},
      {"email-addr", IndicatorKind::mail}, {"email-src", IndicatorKind::mail},   {"email-dst", IndicatorKind::mail},
      {"account", IndicatorKind::account}, {"user", IndicatorKind::account},     {"username", IndicatorKind::account},
      {"user-account", IndicatorKind::account},
      {"位址", IndicatorKind::ip},         {"網域", IndicatorKind::domain},      {"網址", IndicatorKind::url},
      {"雜湊", IndicatorKind::hash},       {"信箱", IndicatorKind::mail},        {"帳號", IndicatorKind::account}};
  const std::string folded = lower_ascii(trimmed(name));
  for (const Name& each : kNames) {
    if (each.name == folded) return each.kind;
  }
  return std::nullopt;
}

Result<NormalIndicator, IndicatorFault> normal_indicator(std::optional<IndicatorKind> kind, std::string_view text,
                                                         Danger danger) {
  if (text.size() > kValueBytesMax)
    return wrong("longer than 2,048 bytes: no device logs that whole", "超過 2,048 位元組，設備不會完整記錄");
  std::string value(trimmed(text));
  // What is left when one spelling is taken out may be another: "[[.]]".
  for (std::string before; value != before;) {
    before = value;
    value = trimmed(refanged(before));
  }
  if (value.empty()) return wrong("empty", "空白");
  for (const char c : value) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      return wrong("holds control characters", "含有控制字元");
  }
  if (!kind) kind = guess(value);
  if (!kind) {
    return wrong("'" + value + "': neither address, domain, URL, hash nor mail address - say its kind (account, …)",
                 "「" + value + "」不是位址、網域、網址、雜湊或信箱，請指明類型（account 等）");
  }
  switch (*kind) {
    case IndicatorKind::ip:
      return normal_ip(value, danger);
    case IndicatorKind::domain:
      return normal_domain(value, danger);
    case IndicatorKind::url:
      return normal_url(value, danger);
    case IndicatorKind::hash:
      return normal_hash(value, danger);
    case IndicatorKind::mail:
      return normal_mail(value);
    case IndicatorKind::account:
      break;
  }
  return normal_account(value, danger);
}

std::optional<std::string> normal_tlp(std::string_view text) {
  std::string word = lower_ascii(trimmed(text));
  if (word.starts_with("tlp")) word.erase(0, word.find_first_not_of(":-_ ", 3));
  if (word == "white") word = "clear";
  if (word == "amber-strict" || word == "amber strict") word = "amber+strict";
  for (const std::string_view known : {"clear", "green", "amber", "amber+strict", "red"}) {
    if (word == known) return word;
  }
  return std::nullopt;
}

std::string unicode_domain(std::string_view domain) {
  if (domain.find("xn--") == std::string_view::npos) return {};
  char* found = nullptr;
  if (::idn2_to_unicode_8z8z(std::string(domain).c_str(), &found, 0) != IDN2_OK) return {};
  std::string out = found;
  ::idn2_free(found);
  return out == domain ? std::string() : out;
}

std::optional<IndicatorNetwork> read_ip_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  if (address.size() >= INET6_ADDRSTRLEN || address.empty()) return std::nullopt;
  IndicatorNetwork out;
  out.v6 = address.find(':') != std::string::npos;
  if (::inet_pton(out.v6 ? AF_INET6 : AF_INET, address.c_str(), out.bytes.data()) != 1) return std::nullopt;
  const unsigned bits = out.v6 ? 128 : 32;
  out.prefix = bits;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.prefix);
    if (error != std::errc() || end != digits.data() + digits.size() || out.prefix > bits) return std::nullopt;
  }
  constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (out.v6 && out.prefix >= 96 && std::memcmp(out.bytes.data(), kMapped, 12) == 0) {
    std::copy(out.bytes.begin() + 12, out.bytes.end(), out.bytes.begin());
    std::fill(out.bytes.begin() + 4, out.bytes.end(), std::uint8_t{0});
    out.v6 = false;
    out.prefix -= 96;
  }
  for (unsigned bit = out.prefix; bit < (out.v6 ? 128U : 32U); ++bit) {
    out.bytes[bit / 8] = static_cast<std::uint8_t>(out.bytes[bit / 8] & ~(0x80U >> (bit % 8)));
  }
  return out;
}

UrlParts split_url(std::string_view url) {
  UrlParts out;
  const std::size_t mark = url.find("://");
  if (mark == std::string_view::npos) return out;
  out.scheme = url.substr(0, mark);
  std::string_view rest = url.substr(mark + 3);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  out.path = rest.substr(slash);
  out.host = rest.substr(0, slash);
  const std::size_t bracket = out.host.rfind(']');
  const std::size_t colon = out.host.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    out.port = out.host.substr(colon);
    out.host = out.host.substr(0, colon);
  }
  return out;
}

}  // namespace vigil
