#pragma once

#include <arpa/inet.h>

#include <cstdint>
#include <string>

namespace vigil::test {

/// A MaxMind database of one IPv4 network (MaxMind DB 2.0): a tree of 24-bit records that follows the network's bits, one
/// entry {"country": {"iso_code": …, "names": {"en": …}}}, and the metadata.
inline std::string mmdb_of(const char* network, unsigned bits, const std::string& country, const std::string& name) {
  const auto text = [](const std::string& value) { return static_cast<char>(0x40 + value.size()) + value; };  // below 29 bytes
  const auto map = [](int pairs) { return std::string(1, static_cast<char>(0xE0 + pairs)); };
  const auto number = [](int type, std::uint32_t value, int bytes) {
    std::string out(1, static_cast<char>((type > 7 ? 0 : type << 5) + bytes));
    if (type > 7) out += static_cast<char>(type - 7);
    for (int i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i));
    return out;
  };
  std::uint32_t address = 0;
  inet_pton(AF_INET, network, &address);
  address = ntohl(address);

  std::string tree;
  const auto record = [&](std::uint32_t value) {
    for (int i = 2; i >= 0; --i) tree += static_cast<char>(value >> (8 * i));
  };
  for (unsigned node = 0; node < bits; ++node) {
    // A record is another node, the number of nodes (nothing), or an entry 16 bytes further on.
    const std::uint32_t next = node + 1 < bits ? node + 1 : bits + 16;
    const bool one = ((address >> (31 - node)) & 1U) != 0;
    record(one ? bits : next);
    record(one ? next : bits);
  }
  const std::string data = map(1) + text("country") + map(2) + text("iso_code") + text(country) + text("names") +
                           map(1) + text("en") + text(name);
  const std::string metadata = map(9) + text("binary_format_major_version") + number(5, 2, 2) +
                               text("binary_format_minor_version") + number(5, 0, 2) + text("build_epoch") +
                               number(9, 1, 4) + text("database_type") + text("Test") + text("description") + map(0) +
                               text("ip_version") + number(5, 4, 2) + text("languages") + std::string("\x00\x04", 2) +
                               text("node_count") + number(6, bits, 4) + text("record_size") + number(5, 24, 2);
  return tree + std::string(16, '\0') + data + "\xAB\xCD\xEFMaxMind.com" + metadata;
}

}  // namespace vigil::test
