#include "storage/bundle_names.h"

#include <algorithm>

#include "parsers/caseless.h"

namespace vigil::bundle {

bool is_safe_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_word_byte(c) || c == '.' || c == '-'; });
}

bool is_safe_path(std::string_view path) {
  if (path.size() > 1024) return false;
  for (;;) {
    const std::size_t slash = path.find('/');
    if (!is_safe_name(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace vigil::bundle
