#pragma once

#include <simdjson.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/tags.h"

/// Shared by the tests of this room: one-line renderings, and the vectors kept outside the tree.
namespace vigil {

/// "no_tz no_year", in alphabetical order.
inline std::string names_of(Tags tags) {
  std::vector<std::string_view> names;
  for (unsigned i = 0; i < static_cast<unsigned>(Tag::count_); ++i) {
    if (tags.has(static_cast<Tag>(i))) names.push_back(tag_name(static_cast<Tag>(i)));
  }
  std::sort(names.begin(), names.end());
  std::string out;
  for (const std::string_view name : names) out.append(out.empty() ? "" : " ").append(name);
  return out;
}

/// Bytes below 0x20 and DEL as \xHH.
inline std::string printable(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      out += c;
    } else {
      out.append("\\x").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
    }
  }
  return out;
}

inline std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return out;
}

/// One line of a vector file.
struct Vector {
  std::shared_ptr<simdjson::dom::parser> parser;  // owns what `json` points to
  simdjson::dom::element json;
  std::string id() const { return std::string(std::string_view(json["id"])); }
  std::string bytes(std::string_view key) const { return from_hex(std::string_view(json[key])); }
};

/// Empty if the file is not there.
inline std::vector<Vector> read_vectors(const std::string& name) {
  std::vector<Vector> out;
  std::ifstream file(std::string(VIGIL_SHARED) + "/vectors/" + name);
  for (std::string line; std::getline(file, line);) {
    Vector vector{std::make_shared<simdjson::dom::parser>(), {}};
    if (vector.parser->parse(line).get(vector.json) == simdjson::SUCCESS) out.push_back(std::move(vector));
  }
  return out;
}

}  // namespace vigil
