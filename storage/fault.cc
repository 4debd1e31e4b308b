#include "storage/fault.h"

#ifdef VIGIL_FAULT_POINTS

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace vigil {

void fault_point(const char* name) {
  static const char* const setting = std::getenv("VIGIL_FAULT");
  if (setting == nullptr) return;
  const std::string_view text(setting);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.substr(0, colon) != name) return;
  unsigned wanted = 1;
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), wanted);
  static std::atomic<unsigned> reached{0};
  if (++reached == wanted) std::raise(SIGKILL);
}

}  // namespace vigil

#endif
