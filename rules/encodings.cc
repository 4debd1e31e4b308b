#include "rules/encodings.h"

#include <cstdint>

#include "rules/case_fold.h"

namespace vigil::sigma {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kDashes[] = {"-", "/", "\u2013", "\u2014", "\u2015"};

bool is_dash(char32_t code) {
  return code == '-' || code == '/' || (code >= 0x2013 && code <= 0x2015);
}

// What regular expressions call a word character, near enough for scripts that have no case: outside ASCII
// everything but punctuation and blanks.
bool is_word(char32_t code) {
  if (code < 0x80) {
    return (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z') || code == '_';
  }
  return !(code < 0xC0 || (code >= 0x2000 && code < 0x2070) || (code >= 0x3000 && code < 0x3005) ||
           (code >= 0x3008 && code < 0x3021) || code == 0xFFFFFFFF);
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const auto byte = [&](std::size_t k) {
      return k < left ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + k])) : 0U;
    };
    const std::uint32_t group = (byte(0) << 16U) | (byte(1) << 8U) | byte(2);
    out.push_back(kAlphabet[(group >> 18U) & 63U]);
    out.push_back(kAlphabet[(group >> 12U) & 63U]);
    out.push_back(left > 1 ? kAlphabet[(group >> 6U) & 63U] : '=');
    out.push_back(left > 2 ? kAlphabet[group & 63U] : '=');
  }
  return out;
}

std::array<std::string, 3> base64_offsets(std::string_view bytes) {
  // With i bytes before it, the first `skip` characters mix them in; the last ones mix in what follows.
  constexpr std::size_t kSkip[] = {0, 2, 3};
  constexpr std::size_t kCut[] = {0, 3, 2};
  std::array<std::string, 3> out;
  for (std::size_t i = 0; i < 3; ++i) {
    std::string shifted(i, ' ');
    shifted += bytes;
    const std::string encoded = base64(shifted);
    const std::size_t cut = kCut[shifted.size() % 3];
    const std::size_t end = encoded.size() > cut ? encoded.size() - cut : 0;
    if (end > kSkip[i]) out[i] = encoded.substr(kSkip[i], end - kSkip[i]);
  }
  return out;
}

std::string utf16_bytes(std::string_view text, Utf16 order) {
  std::string out;
  const auto put = [&](char32_t unit) {
    const char high = static_cast<char>((unit >> 8U) & 0xFFU);
    const char low = static_cast<char>(unit & 0xFFU);
    out.push_back(order == Utf16::big_endian ? high : low);
    out.push_back(order == Utf16::big_endian ? low : high);
  };
  if (order == Utf16::with_mark) put(0xFEFF);
  for (std::size_t at = 0; at < text.size();) {
    char32_t code = read_utf8(text, at);
    if (code == 0xFFFFFFFF) code = 0xFFFD;
    if (code >= 0x10000) {
      put(0xD800 + ((code - 0x10000) >> 10U));
      put(0xDC00 + ((code - 0x10000) & 0x3FFU));
    } else {
      put(code);
    }
  }
  return out;
}

std::optional<std::vector<std::string>> windash_variants(std::string_view text, std::size_t variants_max) {
  std::vector<std::string> out = {""};
  bool after_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t code = read_utf8(text, at);
    std::size_t behind = at;
    const bool before_word = at < text.size() && is_word(read_utf8(text, behind));
    if (is_dash(code) && !after_word && before_word) {
      if (out.size() * std::size(kDashes) > variants_max) return std::nullopt;
      std::vector<std::string> more;
      for (const std::string& head : out) {
        for (const std::string_view dash : kDashes) more.push_back(head + std::string(dash));
      }
      out = std::move(more);
    } else {
      for (std::string& head : out) head += text.substr(from, at - from);
    }
    after_word = is_word(code);
  }
  return out;
}

}  // namespace vigil::sigma
