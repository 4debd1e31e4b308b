#include "parsers/payload_writer.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "parsers/payload_text.h"

namespace vigil {

void PayloadWriter::add_number(std::string_view name, std::string_view digits) {
  add(name, digits, is_json_integer(digits) ? ValueType::integer : ValueType::text);
}

void PayloadWriter::add_number(std::string_view name, std::uint64_t number) {
  char digits[20];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  if (error != std::errc()) return;
  add(name, arena_.copy({digits, static_cast<std::size_t>(end - digits)}), ValueType::integer);
}

void PayloadWriter::add_vendor(std::string_view key, std::string_view value, ValueType type) {
  if (key.size() > kNameBytesMax) {
    key = key.substr(0, kNameBytesMax);
    event_.tags.add(Tag::fields_capped);
  }
  event_.add(join("vendor.", key.empty() ? std::string_view("_") : key), value, type);
}

void PayloadWriter::set(std::string_view name, std::string_view value, ValueType type) {
  if (!value.empty()) event_.set(name, value, type);
}

void PayloadWriter::overflow(std::string_view rest) {
  event_.tags.add(Tag::fields_capped);
  if (!rest.empty()) event_.add("vendor._overflow", rest);
}

void PayloadWriter::add_endpoint(Side side, std::string_view address) {
  const bool source = side == Side::source;
  if (const std::string_view plain = plain_address(address); !plain.empty()) {
    add(source ? "source.address" : "destination.address", plain);
    return add(source ? "source.ip" : "destination.ip", plain);
  }
  const bool nobody = address.empty() || address == "-" || equals_ignoring_case(address, "n/a") ||
                      equals_ignoring_case(address, "unknown");
  if (nobody) return;
  add(source ? "source.address" : "destination.address", address);
  add(source ? "source.domain" : "destination.domain", address);
}

void PayloadWriter::add_port(Side side, std::string_view port) {
  const auto number = read_number(port);
  if (!number || *number > 65535) return;
  while (port.size() > 1 && port.front() == '0') port.remove_prefix(1);
  add(side == Side::source ? "source.port" : "destination.port", port, ValueType::integer);
}

void PayloadWriter::add_transport(std::string_view protocol) {
  if (!all_digits(protocol)) return add("network.transport", lower_case(protocol));
  add("network.iana_number", protocol);
  if (protocol == "6") add("network.transport", "tcp");
  if (protocol == "17") add("network.transport", "udp");
  if (protocol == "1") add("network.transport", "icmp");
  if (protocol == "58") add("network.transport", "ipv6-icmp");
}

void PayloadWriter::add_url(std::string_view url) {
  if (url.empty() || url == "-") return;
  add("url.original", url);
  std::string_view path = url;
  const std::size_t scheme = path.find("://");
  if (scheme != std::string_view::npos && scheme <= 8 && path.find('/') == scheme + 1) {
    add("url.scheme", path.substr(0, scheme));
    path.remove_prefix(scheme + 3);
    const std::size_t slash = std::min(path.find('/'), path.find('?'));
    std::string_view authority = path.substr(0, slash);
    path.remove_prefix(authority.size());
    const std::size_t colon = authority.rfind(':');
    if (colon != std::string_view::npos && all_digits(authority.substr(colon + 1))) {
      add_number("url.port", authority.substr(colon + 1));
      authority = authority.substr(0, colon);
    }
    add("url.domain", authority);
  }
  path = path.substr(0, path.find('#'));
  const std::size_t question = path.find('?');
  add("url.path", path.substr(0, question));
  if (question != std::string_view::npos) add("url.query", path.substr(question + 1));
}

void PayloadWriter::add_file(std::string_view path) {
  if (path.empty() || path == "-") return;
  add("file.path", path);
  add("file.name", file_name_of(path));
}

void PayloadWriter::add_executable(std::string_view path) {
  if (path.empty() || path == "-") return;
  add("process.executable", path);
  set("process.name", file_name_of(path));
}

void PayloadWriter::add_hash(std::string_view prefix_of_names, std::string_view hash) {
  const char* algorithm = nullptr;
  switch (hash.size()) {
    case 32:
      algorithm = "md5";
      break;
    case 40:
      algorithm = "sha1";
      break;
    case 64:
      algorithm = "sha256";
      break;
    case 128:
      algorithm = "sha512";
      break;
    default:
      return;
  }
  add(join(prefix_of_names, algorithm), lower_case(hash));
}

void PayloadWriter::classify(std::string_view category, std::string_view type, std::string_view action,
                             Outcome outcome) {
  add("event.category", category);
  add("event.type", type);
  add("event.action", action);
  switch (outcome) {
    case Outcome::none:
      break;
    case Outcome::success:
      add("event.outcome", "success");
      break;
    case Outcome::failure:
      add("event.outcome", "failure");
      break;
    case Outcome::unknown:
      add("event.outcome", "unknown");
      break;
  }
}

void PayloadWriter::alert(std::string_view rule_name) {
  set("event.kind", "alert");
  add("rule.name", rule_name);
}

void PayloadWriter::observer(std::string_view vendor, std::string_view product, std::string_view type) {
  add("observer.vendor", vendor);
  add("observer.product", product);
  add("observer.type", type);
}

std::string_view PayloadWriter::join(std::string_view a, std::string_view b) {
  char* const at = arena_.allocate(a.size() + b.size());
  std::memcpy(at, a.data(), a.size());
  if (!b.empty()) std::memcpy(at + a.size(), b.data(), b.size());
  return {at, a.size() + b.size()};
}

std::string_view PayloadWriter::lower_case(std::string_view text) {
  bool changes = false;
  for (const char c : text) changes = changes || c != lower(c);
  if (!changes) return text;
  char* const at = arena_.allocate(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) at[i] = lower(text[i]);
  return {at, text.size()};
}

std::string_view file_name_of(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace vigil
