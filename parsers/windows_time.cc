#include "parsers/windows_time.h"

#include <utility>

#include "parsers/calendar.h"
#include "parsers/payload_text.h"
#include "parsers/time_cursor.h"

namespace vigil {
namespace {

bool take_date(TimeCursor& cursor, CivilTime& civil) {
  unsigned one = 0, two = 0, three = 0;
  const std::size_t start = cursor.at();
  if (!cursor.take_number(1, 4, one)) return false;
  const bool year_first = cursor.at() - start == 4;
  const char mark = cursor.peek();
  if ((mark != '/' && mark != '-') || !cursor.take(mark)) return false;
  if (!cursor.take_number(1, 2, two) || !cursor.take(mark)) return false;
  const std::size_t year_at = cursor.at();
  if (!cursor.take_number(1, year_first ? 2 : 4, three)) return false;
  if (year_first) {
    civil.year = static_cast<int>(one);
    civil.month = two;
    civil.day = three;
    return true;
  }
  const std::size_t digits = cursor.at() - year_at;
  if (digits != 2 && digits != 4) return false;
  civil.year = static_cast<int>(digits == 2 ? 2000 + three : three);
  if (one > 12) std::swap(one, two);
  civil.month = one;
  civil.day = two;
  return true;
}

/// The half of the day at the front; nothing if it is not said.
enum class Half { none, morning, afternoon };
Half take_half(std::string_view& rest) {
  if (take_prefix(rest, "上午")) return Half::morning;
  if (take_prefix(rest, "下午")) return Half::afternoon;
  if (take_prefix(rest, "AM")) return Half::morning;
  if (take_prefix(rest, "PM")) return Half::afternoon;
  return Half::none;
}

}  // namespace

std::optional<std::int64_t> read_ctime(std::string_view text, int zone_minutes) {
  if (text.size() < 24) return std::nullopt;
  CivilTime civil;
  civil.month = month_from_name(text.substr(4, 3));
  TimeCursor cursor(text);
  cursor.back_to(text[8] == ' ' ? 9 : 8);
  unsigned year = 0;
  if (civil.month == 0 || !cursor.take_number(1, 2, civil.day) || !cursor.take(' ') ||
      !cursor.take_clock(2, civil) || !cursor.take(' ') || !cursor.take_number(4, 4, year)) {
    return std::nullopt;
  }
  civil.year = static_cast<int>(year);
  return time_from_civil(civil, zone_minutes);
}

std::optional<std::int64_t> take_windows_time(std::string_view& rest, int zone_minutes) {
  TimeCursor cursor(rest);
  CivilTime civil;
  if (!take_date(cursor, civil)) return std::nullopt;
  std::string_view behind = rest.substr(cursor.at());
  std::string_view clock = behind;
  if (!clock.empty() && (clock.front() == ',' || clock.front() == 'T' || clock.front() == ' '))
    clock.remove_prefix(1);
  clock = trim_left(clock);
  Half half = take_half(clock);
  clock = trim_left(clock);
  TimeCursor time(clock);
  if (time.take_clock(1, civil)) {
    if (time.take('.')) time.take_fraction(1, 9, civil.nanosecond);
    clock.remove_prefix(time.at());
    if (half == Half::none) {
      std::string_view after = trim_left(clock);
      half = take_half(after);
      if (half != Half::none) clock = after;
    }
    if (half == Half::afternoon && civil.hour < 12) civil.hour += 12;
    if (half == Half::morning && civil.hour == 12) civil.hour = 0;
    behind = clock;
  }
  rest = behind;
  return time_from_civil(civil, zone_minutes);
}

}  // namespace vigil
