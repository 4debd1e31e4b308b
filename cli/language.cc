#include "cli/language.h"

#include <cstdlib>

namespace vigil::cli {

bool chinese() {
  static const bool kChinese = [] {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
      const char* const value =
          std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing sets the environment
      if (value != nullptr && *value != '\0') return std::string_view(value).starts_with("zh");
    }
    return false;
  }();
  return kChinese;
}

}  // namespace vigil::cli
