#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

/// Small readers that the payload formats share. Plain functions on views; none allocates.
namespace vigil {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// True if `text` is one or more decimal digits.
bool all_digits(std::string_view text);
/// True if `text` can stand as a number in JSON as it is: "0", "-12", not "007".
bool is_json_integer(std::string_view text);
/// The number a text of digits holds; nothing if it is not one or does not fit.
std::optional<std::uint64_t> read_number(std::string_view text);

/// True if `text` is one of the words.
bool is_any(std::string_view text, std::initializer_list<std::string_view> words);
bool equals_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
/// ASCII letters of either case are the same; `needle` is given in lower case.
bool contains_ignoring_case(std::string_view text, std::string_view needle);
/// A text to be looked for, with the places of its two rarest bytes: find_text() looks for those and compares
/// the rest only where both stand. From a literal this is done by the compiler.
class SearchText {
 public:
  template <std::size_t kSize>
  consteval SearchText(const char (&literal)[kSize])  // NOLINT(google-explicit-constructor): stands for the text
      : SearchText(std::string_view(literal, kSize - 1)) {}
  constexpr explicit SearchText(std::string_view text) : text_(text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (commonness(text[i]) < commonness(text[one_])) {
        two_ = one_;
        one_ = i;
      } else if (two_ == one_ || commonness(text[i]) < commonness(text[two_])) {
        two_ = i;
      }
    }
  }
  constexpr std::string_view text() const { return text_; }
  constexpr std::size_t size() const { return text_.size(); }
  constexpr std::size_t one() const { return one_; }  ///< where the rarest byte stands …
  constexpr std::size_t two() const { return two_; }  ///< … and the next one

 private:
  // Roughly how often a byte stands in logs: quotes and blanks stand everywhere, capitals and "_" hardly.
  static constexpr int commonness(char c) {
    constexpr std::string_view kLetters = "etaoinsrlcd";
    if (c == ' ' || c == '"') return 5;
    if (kLetters.find(c) != std::string_view::npos) return 4;
    if ((c >= '0' && c <= '9') || c == '.' || c == ',' || c == ':' || c == '=') return 3;
    if (c >= 'a' && c <= 'z') return 2;
    return 1;
  }

  std::string_view text_;
  std::size_t one_ = 0, two_ = 0;
};

/// As std::string_view::find, from offset `from` on, but fast where the first byte of `needle` is frequent,
/// as quotes in JSON are: looks at two of its bytes in 16 or 32 places at once.
std::size_t find_text(std::string_view text, const SearchText& needle, std::size_t from = 0);
inline bool contains(std::string_view text, const SearchText& needle) {
  return find_text(text, needle) != std::string_view::npos;
}

std::string_view trim(std::string_view text);  ///< without blanks (SP, TAB, CR, LF) at both ends
std::string_view trim_left(std::string_view text);

/// Takes `prefix` off the front of `text` if it is there.
bool take_prefix(std::string_view& text, std::string_view prefix);
bool take_suffix(std::string_view& text, std::string_view suffix);
/// Takes everything up to `mark` and the mark itself; the whole text if there is no mark.
std::string_view take_until(std::string_view& text, char mark);
/// Takes the next word: what stands before the next blank.
std::string_view take_word(std::string_view& text);

enum class AddressKind : std::uint8_t { none, ipv4, ipv6 };
/// Whether `text` is the text form of an IP address (RFC 4291 2.2; a dotted quad is read as decimal, zeros in
/// front or not).
AddressKind address_kind(std::string_view text);
/// An address as people compare it: without brackets and zone ("%eth0"), an IPv4-mapped one as dotted quad. A
/// view of `text`. Empty if it is no address.
std::string_view plain_address(std::string_view text);

}  // namespace vigil
