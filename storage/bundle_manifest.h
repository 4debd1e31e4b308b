#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "parsers/result.h"

/// The texts in a bundle, read strictly: what is not exactly as it should be is refused, not repaired.
namespace vigil::bundle {

/// Why a text could not be read.
struct TextError {
  std::size_t line;  ///< from 1
  const char* what;
  const char* what_zh;
};

/// name -> digest. Each line is 64 small hex digits, two blanks, a safe relative path, LF (BI-82: no CRLF, no capitals,
/// no "*"); each name once, also when compared without case; at most kFilesMax.
constexpr std::size_t kFilesMax = 100'000;
Result<std::map<std::string, std::string>, TextError> read_manifest(std::string_view text);

/// The machine's part of a row of index.csv.
struct IndexRow {
  std::string_view segment;  ///< ten digits
  std::uint64_t line = 0, offset = 0, length = 0;
  std::string_view digest;
  std::string_view id;
};
/// Reads one row (without LF): plain numbers without leading zeros, 64 small hex digits, 16 for the id.
std::optional<IndexRow> read_index_row(std::string_view row);

/// Payload-Oxum of bag-info.txt, "octets.files".
std::optional<std::string_view> payload_oxum(std::string_view bag_info);

/// Nothing if each entry carries the digest of the line before it and the last one names `manifest_digest`.
std::optional<TextError> check_custody(std::string_view text, std::string_view manifest_digest);

}  // namespace vigil::bundle
