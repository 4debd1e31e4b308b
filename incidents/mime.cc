#include "incidents/mime.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "incidents/text.h"

namespace vigil {
namespace {

constexpr std::size_t kLine = 76;
/// Bytes of text in one encoded word: 60 base64 characters and 12 around them stay under 75.
constexpr std::size_t kWordBytes = 45;
constexpr std::size_t kHeaderBytesMax = 900;
constexpr std::size_t kAddressBytesMax = 254;

/// Printable on one line: controls and bidi overrides are made visible, never passed on.
std::string header_safe(std::string_view value) { return one_line(value, kHeaderBytesMax); }

bool plain_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }) &&
         text.find("=?") == std::string_view::npos;
}

std::string two(unsigned number) {
  return {static_cast<char>('0' + number / 10 % 10), static_cast<char>('0' + number % 10)};
}

std::string encoded_words(std::string_view rest) {
  std::string out;
  while (!rest.empty()) {
    std::size_t length = std::min(kWordBytes, rest.size());
    // An encoded word holds whole characters (RFC 2047 5).
    while (length < rest.size() && (static_cast<unsigned char>(rest[length]) & 0xC0U) == 0x80U) --length;
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(rest.substr(0, length)) + "?=";
    rest.remove_prefix(length);
  }
  return out;
}

}  // namespace

std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
      return at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U;
    };
    const std::uint32_t group = (byte(0) << 16U) | (byte(1) << 8U) | byte(2);
    out += kAlphabet[group >> 18U];
    out += kAlphabet[(group >> 12U) & 63U];
    out += at + 1 < bytes.size() ? kAlphabet[(group >> 6U) & 63U] : '=';
    out += at + 2 < bytes.size() ? kAlphabet[group & 63U] : '=';
  }
  return out;
}

std::string base64_lines(std::string_view bytes) {
  const std::string text = base64(bytes);
  std::string out;
  out.reserve(text.size() + text.size() / kLine * 2 + 2);
  for (std::size_t at = 0; at < text.size(); at += kLine) out += text.substr(at, kLine) + "\r\n";
  return out;
}

std::string header_text(std::string_view value) {
  std::string text = header_safe(value);
  if (plain_ascii(text) && text.size() <= kLine - 16) return text;
  return encoded_words(text);
}

std::string header_address(std::string_view name, std::string_view address) {
  const std::string text = header_safe(name);
  if (text.empty()) return std::string(address);
  // Encoded even when it is ASCII: a quoted phrase has rules of its own that we then need not keep.
  return encoded_words(text) + "\r\n <" + std::string(address) + ">";
}

bool is_mail_address(std::string_view address) {
  if (address.size() > kAddressBytesMax) return false;
  constexpr std::string_view kRefused = "<>()[],;:\"\\";
  for (const char c : address) {
    if (c <= ' ' || c > '~' || kRefused.find(c) != std::string_view::npos) return false;
  }
  const auto at = address.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < address.size() &&
         address.find('@', at + 1) == std::string_view::npos && !address.starts_with('-');
}

std::string mail_date(std::int64_t ns, int zone_minutes) {
  using std::chrono::days;
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_time<std::chrono::nanoseconds> utc{std::chrono::nanoseconds{ns}};
  const auto local = std::chrono::floor<std::chrono::seconds>(utc) + std::chrono::minutes{zone_minutes};
  const auto midnight = std::chrono::floor<days>(local);
  const std::chrono::year_month_day date{midnight};
  const auto seconds = static_cast<unsigned>((local - midnight).count());
  const auto zone = static_cast<unsigned>(zone_minutes < 0 ? -zone_minutes : zone_minutes);
  std::string out(kDays[std::chrono::weekday{midnight}.c_encoding()]);
  out += ", " + two(static_cast<unsigned>(date.day())) + " ";
  out += kMonths[static_cast<unsigned>(date.month()) - 1];
  out += " " + std::to_string(static_cast<int>(date.year())) + " " + two(seconds / 3600) + ":" +
         two(seconds / 60 % 60) + ":" + two(seconds % 60) + (zone_minutes < 0 ? " -" : " +") +
         two(zone / 60) + two(zone % 60);
  return out;
}

}  // namespace vigil
