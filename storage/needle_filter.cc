#include "storage/needle_filter.h"

#include <algorithm>

#include "parsers/charset.h"
#include "storage/caseless.h"

namespace vigil {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7F;
}

bool escapes_ascii(std::string_view raw) {
  for (std::size_t at = raw.find('\\'); at != std::string_view::npos; at = raw.find('\\', at + 1)) {
    const std::string_view rest = raw.substr(at + 1);
    if (rest.starts_with("u00") || rest.starts_with("U00")) return true;
    if (!rest.empty() && NeedleFilter::kAlso.find(rest.front()) != std::string_view::npos) return true;
  }
  return false;
}

/// True if reading the frame cannot bring forth ASCII that its bytes do not show.
bool shows_its_ascii(std::string_view raw) {
  return std::none_of(raw.begin(), raw.end(), is_control) && is_utf8(raw) && !escapes_ascii(raw);
}

}  // namespace

bool NeedleFilter::is_needle_byte(char c) { return is_word_byte(c) || kAlso.find(c) != std::string_view::npos; }

NeedleFilter::NeedleFilter(const std::vector<std::string>& needles) {
  for (const std::string& needle : needles) needles_.emplace_back(needle);
  std::stable_sort(needles_.begin(), needles_.end(),
                   [](const Needle& a, const Needle& b) { return a.size() > b.size(); });
}

bool NeedleFilter::may_hold(std::string_view raw) const {
  for (const Needle& needle : needles_) {
    if (needle.find(raw) == std::string_view::npos) return !shows_its_ascii(raw);
  }
  return true;
}

}  // namespace vigil
