#include "parsers/local_time_text.h"

#include <cstdlib>

#include "parsers/payload_text.h"

namespace vigil {

void add_local_time(PayloadWriter& out, std::string_view name, std::string_view text) {
  constexpr std::size_t kSeconds = 19;  // "2026-11-20 14:59:00"
  text = trim(text);
  if (text.size() < kSeconds || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':')
    return;
  for (const std::size_t at : {0U, 1U, 2U, 3U, 5U, 6U, 8U, 9U, 11U, 12U, 14U, 15U, 17U, 18U}) {
    if (!is_digit(text[at])) return;
  }
  std::string_view seconds = text.substr(kSeconds);
  if (seconds.size() > 10) return;
  if (!seconds.empty() && (seconds.front() != '.' || !all_digits(seconds.substr(1)))) seconds = {};
  const int zone = out.context().zone_minutes;
  char* const at = out.arena().allocate(kSeconds + seconds.size() + 6);
  std::size_t size = 0;
  for (const char c : text.substr(0, kSeconds)) at[size++] = c;
  at[10] = 'T';
  for (const char c : seconds) at[size++] = c;
  if (zone == 0) {
    at[size++] = 'Z';
  } else {
    const int minutes = std::abs(zone);
    at[size++] = zone < 0 ? '-' : '+';
    at[size++] = static_cast<char>('0' + minutes / 600);
    at[size++] = static_cast<char>('0' + minutes / 60 % 10);
    at[size++] = ':';
    at[size++] = static_cast<char>('0' + minutes % 60 / 10);
    at[size++] = static_cast<char>('0' + minutes % 10);
  }
  out.add(name, {at, size});
}

}  // namespace vigil
