#include "incidents/link.h"

#include <algorithm>
#include <array>

#include "parsers/caseless.h"

namespace vigil {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

template <std::size_t N>
bool listed(const std::array<std::string_view, N>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// What programs write where they know nothing.
constexpr std::array<std::string_view, 12> kNothing = {"",     "-",    "--",     "?",       "n/a",       "na",
                                                       "none", "null", "(null)", "unknown", "(unknown)", "0"};

/// Accounts found on every machine, and the names that password guessers try everywhere.
constexpr std::array<std::string_view, 44> kEverybody = {"root",
                                                         "administrator",
                                                         "admin",
                                                         "system",
                                                         "local service",
                                                         "network service",
                                                         "anonymous logon",
                                                         "anonymous",
                                                         "guest",
                                                         "nobody",
                                                         "daemon",
                                                         "www-data",
                                                         "apache",
                                                         "nginx",
                                                         "nt authority",
                                                         "local system",
                                                         "localsystem",
                                                         "localservice",
                                                         "networkservice",
                                                         "iusr",
                                                         "window manager",
                                                         "test",
                                                         "user",
                                                         "user1",
                                                         "oracle",
                                                         "postgres",
                                                         "mysql",
                                                         "ubuntu",
                                                         "debian",
                                                         "centos",
                                                         "ec2-user",
                                                         "pi",
                                                         "ftp",
                                                         "ftpuser",
                                                         "git",
                                                         "support",
                                                         "service",
                                                         "backup",
                                                         "operator",
                                                         "invalid user",
                                                         "invalid",
                                                         "illegal",
                                                         "系統管理員",
                                                         "訪客"};

constexpr std::array<std::string_view, 4> kThisHost = {"localhost", "localhost.localdomain", "localhost6",
                                                       "ip6-localhost"};

/// MD5, SHA-1 and SHA-256 of no bytes: every empty file has them.
constexpr std::array<std::string_view, 3> kEmptyFile = {
    "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"};

enum class Sort { hash, process, address, mail, user, device, host, other };

Sort sort_of(std::string_view type) {
  if (type.find(".hash.") != std::string_view::npos || type.starts_with("hash.")) return Sort::hash;
  if (type == "process.entity_id" || type == "process.parent.entity_id") return Sort::process;
  if (type.starts_with("email.") && type.ends_with(".address")) return Sort::mail;
  if (type == "device.serial_number" || type == "device.id") return Sort::device;
  // Of the other names a person may have only the security identifier says the same everywhere.
  if (type == "user.id" || type.ends_with(".user.id")) return Sort::user;
  if (type == "ip" || type.ends_with(".ip") || type.ends_with(".address")) return Sort::address;
  if (type == "user" || type.ends_with("user.name")) return Sort::user;
  // Antivirus consoles name the machine they speak of as the destination.
  if (type == "host" || type == "host.name" || type == "host.hostname" || type == "destination.domain") {
    return Sort::host;
  }
  return Sort::other;
}

/// Security identifiers of those who are on every machine; the built-in administrator is 500 of each domain.
bool is_everybody_sid(std::string_view sid) {
  return !sid.starts_with("s-1-5-21-") || sid.ends_with("-500") || sid.ends_with("-501");
}

bool is_sid(std::string_view text) { return text.starts_with("s-1-"); }

/// "10.", "172.16." …, and IPv6's own: networks that many sites have.
bool is_private(std::string_view ip) {
  const auto second = [&](int low, int high) {
    const auto dot = ip.find('.', 4);
    int value = 0;
    if (dot == std::string_view::npos) return false;
    for (const char c : ip.substr(4, dot - 4)) value = value * 10 + (c - '0');
    return value >= low && value <= high;
  };
  return ip.starts_with("10.") || ip.starts_with("192.168.") || ip.starts_with("169.254.") ||
         (ip.starts_with("172.") && second(16, 31)) || (ip.starts_with("100.") && second(64, 127)) ||
         ip.starts_with("fc") || ip.starts_with("fd") || ip.starts_with("fe80");
}

/// Four numbers, or colons: a field of addresses may hold a name.
bool looks_like_ip(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return text.find_first_not_of("0123456789abcdef:.") == std::string_view::npos;
  return std::count(text.begin(), text.end(), '.') == 3 &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool unroutable(std::string_view ip) {
  return is_loopback(ip) || ip == "0.0.0.0" || ip == "::" || ip == "255.255.255.255" || ip.starts_with("ff0");
}

}  // namespace

bool is_strong_key(std::string_view key) {
  if (key.starts_with("hash ") || key.starts_with("process ")) return true;
  if (!key.starts_with("ip ")) return false;
  const std::string_view ip = key.substr(3);
  return looks_like_ip(ip) && !is_private(ip);
}

bool is_loopback(std::string_view ip) {
  return ip == "::1" || ip.starts_with("127.") || ip.starts_with("::ffff:127.");
}

int link_strength(std::string_view type) { return static_cast<int>(sort_of(type)); }

std::optional<std::string> link_key(std::string_view type, std::string_view value) {
  std::string text = lower_ascii(trim(value));
  if (listed(kNothing, text)) return std::nullopt;
  switch (sort_of(type)) {
    case Sort::hash:
      if (listed(kEmptyFile, text)) return std::nullopt;
      return "hash " + text;
    case Sort::address: {
      constexpr std::string_view kMapped = "::ffff:";
      if (text.starts_with(kMapped) && text.find('.') != std::string::npos) text.erase(0, kMapped.size());
      if (const auto scope = text.find('%'); scope != std::string::npos) text.resize(scope);
      if (unroutable(text)) return std::nullopt;
      return "ip " + text;
    }
    case Sort::process:
      if (text.find_first_not_of("{}0-") == std::string::npos) return std::nullopt;
      std::erase_if(text, [](char c) { return c == '{' || c == '}'; });
      return "process " + text;
    case Sort::mail:
      if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
      if (text.find('@') == std::string::npos) return std::nullopt;
      return "mail " + text;
    case Sort::device:
      return "device " + text;
    case Sort::user:
      if (is_sid(text)) return is_everybody_sid(text) ? std::nullopt : std::optional("user " + text);
      if (type.ends_with("user.id")) return std::nullopt;  // 0, 1001: numbers of one machine
      if (const auto domain = text.rfind('\\'); domain != std::string::npos) text.erase(0, domain + 1);
      if (const auto suffix = text.find('@'); suffix != std::string::npos && suffix > 0) text.resize(suffix);
      if (text.ends_with('$') || listed(kNothing, text) || listed(kEverybody, text)) return std::nullopt;
      return "user " + text;
    case Sort::host:
      if (text.ends_with('.')) text.pop_back();
      if (listed(kThisHost, text) || unroutable(text)) return std::nullopt;
      return "host " + text;
    case Sort::other:
      break;
  }
  return std::nullopt;
}

}  // namespace vigil
