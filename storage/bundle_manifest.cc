#include "storage/bundle_manifest.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "parsers/caseless.h"
#include "storage/bundle_names.h"
#include "storage/sha256.h"

namespace vigil::bundle {
namespace {

bool is_small_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// Takes the text up to `mark`, which is taken off too. False without a mark.
bool take_until(std::string_view& text, char mark, std::string_view& out) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return false;
  out = text.substr(0, at);
  text.remove_prefix(at + 1);
  return true;
}

bool read_plain_number(std::string_view text, std::uint64_t& out) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  // Kept far from the end of the range, so that offset + length cannot overflow.
  return error == std::errc() && end == text.data() + text.size() && out < (std::uint64_t{1} << 62U);
}

}  // namespace

Result<std::map<std::string, std::string>, TextError> read_manifest(std::string_view text) {
  std::map<std::string, std::string> files;
  std::set<std::string> lower_names;
  if (text.empty()) return TextError{1, "is empty", "是空的"};
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line;
    if (!take_until(text, '\n', line)) return TextError{number, "does not end with a line feed", "結尾沒有換行"};
    if (!is_small_hex(line.substr(0, Sha256::kHexDigits), Sha256::kHexDigits)) {
      return TextError{number, "has a digest that is not 64 small hex digits", "雜湊值不是 64 位小寫十六進位"};
    }
    if (line.substr(Sha256::kHexDigits, 2) != "  ") {
      return TextError{number, "has a line that is no entry", "有一行格式不符"};
    }
    const std::string_view name = line.substr(Sha256::kHexDigits + 2);
    if (!is_safe_path(name)) {
      return TextError{number, "names what is not a plain path inside the bundle", "列出的不是證據包內的路徑"};
    }
    if (!lower_names.insert(lower_ascii(name)).second) {
      return TextError{number, "names a file twice", "重複列出同一檔案"};
    }
    if (files.size() == kFilesMax) return TextError{number, "names too many files", "列出太多檔案"};
    files.emplace(name, line.substr(0, Sha256::kHexDigits));
  }
  return files;
}

std::optional<IndexRow> read_index_row(std::string_view row) {
  IndexRow out;
  std::string_view line, offset, length;
  if (!take_until(row, ',', out.segment) || !take_until(row, ',', line) || !take_until(row, ',', offset) ||
      !take_until(row, ',', length) || !take_until(row, ',', out.digest) || !take_until(row, ',', out.id)) {
    return std::nullopt;
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (out.segment.size() != 10 || !std::all_of(out.segment.begin(), out.segment.end(), is_digit)) return std::nullopt;
  if (!read_plain_number(line, out.line) || !read_plain_number(offset, out.offset) ||
      !read_plain_number(length, out.length) || !is_small_hex(out.digest, Sha256::kHexDigits) ||
      !is_small_hex(out.id, 16)) {
    return std::nullopt;
  }
  return out;
}

std::optional<std::string_view> payload_oxum(std::string_view bag_info) {
  constexpr std::string_view kLabel = "Payload-Oxum: ";
  std::optional<std::string_view> found;
  std::string_view line;
  while (take_until(bag_info, '\n', line)) {
    if (line.starts_with(kLabel)) found = line.substr(kLabel.size());
  }
  return found;
}

std::optional<TextError> check_custody(std::string_view text, std::string_view manifest_digest) {
  std::string previous(kNoEntry);
  std::string_view line;
  std::size_t number = 0;
  if (text.empty() || text.back() != '\n') return TextError{1, "does not end with a line feed", "結尾沒有換行"};
  while (take_until(text, '\n', line)) {
    ++number;
    if (!line.starts_with("{\"prev\":\"" + previous + "\",") || !line.ends_with("}")) {
      return TextError{number, "has an entry that does not follow from the one before it",
                       "有一筆保管紀錄與前一筆不相連"};
    }
    previous = sha256_hex(line);
  }
  const std::string about = "\"manifest_sha256\":\"" + std::string(manifest_digest) + "\"";
  if (line.find(about) == std::string_view::npos) {
    return TextError{number, "ends with an entry about another payload", "最後一筆保管紀錄與內容不符"};
  }
  return std::nullopt;
}

}  // namespace vigil::bundle
