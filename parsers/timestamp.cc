#include "parsers/timestamp.h"

#include <array>
#include <cstring>
#include <utility>

#include "parsers/characters.h"
#include "parsers/time_cursor.h"

// The forms, in the order they are tried ([] optional, | choice; "zone" is +08:00, +0800 or +08, "name" one
// of calendar.cc's):
//
//   iso    YYYY-MM-DD(T|t|SP)HH:MM:SS[(.|,)1-60 digits][Z|z|zone]           then SP, TAB, ':' or end
//   bsd    [YYYY SP]Mmm SP[SP]D[D][SP YYYY]SP[SP]H[H]:MM:SS[(.|,)0-9 digits]
//          [SP (AM|PM)[.1-9 digits]][SP YYYY, if a word follows]
//          [SP (name|zone), before ':'][':']                                then SP or end
//   slash  MM/DD/YYYY:HH:MM:SS[SP name]  (DD/MM if the first is above 12)   then SP
//   ymd    YYYY/MM/DD SP HH:MM:SS                                           then SP or end
//   epoch  10 digits[.1-9 digits]                                           then SP
//
// An optional part that would leave the whole without its proper end is not taken: "06:59:00 UTC:%ASA" ends
// before " UTC". A form that is there but tells no possible time gives `bad_ts`.

namespace vigil {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::int64_t floor_seconds(std::int64_t ns) { return ns / kSecond - (ns % kSecond < 0 ? 1 : 0); }

struct Zone {
  bool there = false;
  bool possible = true;
  int minutes = 0;
};

enum class Minutes { must, none };

// "+08:00" and "+0800", or just "+08". The cursor stays if there is none.
bool take_offset(TimeCursor& cursor, Minutes want, Zone& zone) {
  const std::size_t start = cursor.at();
  const bool west = cursor.peek() == '-';
  unsigned hours = 0;
  unsigned minutes = 0;
  bool there = cursor.take_any("+-") && cursor.take_two(hours);
  if (there && want == Minutes::must) {
    cursor.take(':');
    there = cursor.take_two(minutes);
  }
  if (!there) {
    cursor.back_to(start);
    return false;
  }
  const int offset = static_cast<int>(hours * 60 + minutes);
  zone = {true, hours <= 23 && minutes <= 59, west ? -offset : offset};
  return true;
}

// Up to five capitals.
std::string_view capitals_at(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && length < 5 && text[length] >= 'A' && text[length] <= 'Z') ++length;
  return text.substr(0, length);
}

// What the second's text was last read as, per thread. Bursts repeat the same second, sources that lag repeat
// its neighbours and zones its hours, so there are sixteen places by the last digits of second and hour; each
// form has its own. An entry holds a value of its text alone: reading through the memory gives what reading
// anew would. Lengths are known when compiled: comparing is two loads then, not a call.
struct Remembered {
  std::array<char, 20> text{};
  unsigned char length = 0;
  std::int64_t seconds = 0;  // since 1970, as if UTC
};

template <std::size_t kLength>
Remembered& memory_for(std::string_view text) {
  thread_local std::array<Remembered, 16> entries;
  constexpr std::size_t kHourBeforeEnd = 7;  // "2:34:56"
  const auto digit = [&](std::size_t before_end) {
    return static_cast<unsigned char>(text[text.size() - before_end]);
  };
  return entries[(digit(1) + digit(kHourBeforeEnd) * 7U) % entries.size()];
}

template <std::size_t kLength>
bool is_remembered(const Remembered& entry, std::string_view text) {
  return entry.length == kLength && text.size() == kLength &&
         std::memcmp(entry.text.data(), text.data(), kLength) == 0;
}

void remember(Remembered& entry, std::string_view text, std::int64_t seconds) {
  std::memcpy(entry.text.data(), text.data(), text.size());
  entry.length = static_cast<unsigned char>(text.size());
  entry.seconds = seconds;
}

TimestampRead bad(Tags tags) {
  tags.add(Tag::bad_ts);
  return {std::nullopt, 0, tags};
}

TimestampRead finish(const CivilTime& civil, const Zone& zone, int default_minutes, std::size_t length,
                     Tags tags) {
  if (!zone.there) tags.add(Tag::no_tz);
  if (civil.second == 60) tags.add(Tag::leap_second);
  const auto time =
      zone.possible ? time_from_civil(civil, zone.there ? zone.minutes : default_minutes) : std::nullopt;
  if (!time) return bad(tags);
  return {time, length, tags};
}

constexpr std::size_t kIsoSecond = 19;  // YYYY-MM-DDTHH:MM:SS
constexpr std::size_t kBsdSecond = 15;  // Mmm dd HH:MM:SS

bool take_iso_second(TimeCursor& cursor, CivilTime& civil) {
  unsigned year = 0;
  if (!cursor.take_number(4, 4, year)) return false;
  civil.year = static_cast<int>(year);
  return cursor.take('-') && cursor.take_two(civil.month) && cursor.take('-') && cursor.take_two(civil.day) &&
         cursor.take_any("Tt ") && cursor.take_clock(2, civil);
}

constexpr std::string_view kIsoFollowers = " :\t";

// Fraction and zone. False: what follows is none of the ends, so this is no timestamp.
bool take_iso_rest(TimeCursor& cursor, std::int64_t& nanosecond, Zone& zone) {
  if (cursor.take_any(".,") && !cursor.take_fraction(1, 60, nanosecond)) return false;
  const std::size_t start = cursor.at();
  if (cursor.take_any("Zz")) {
    zone.there = true;
  } else if (take_offset(cursor, Minutes::must, zone) && !cursor.ends_before(kIsoFollowers)) {
    cursor.back_to(start);  // "+08:00x" is +08 before a colon.
  }
  if (cursor.at() == start) take_offset(cursor, Minutes::none, zone);
  return cursor.ends_before(kIsoFollowers);
}

std::optional<TimestampRead> read_iso(std::string_view text, int zone_minutes) {
  if (text.size() < kIsoSecond) return std::nullopt;
  TimeCursor cursor(text);
  CivilTime civil;
  Zone zone;
  const std::string_view second_text = text.substr(0, kIsoSecond);
  Remembered& memory = memory_for<kIsoSecond>(second_text);
  if (is_remembered<kIsoSecond>(memory, second_text)) {
    cursor.back_to(kIsoSecond);
    if (!take_iso_rest(cursor, civil.nanosecond, zone)) return std::nullopt;
    if (zone.possible) {
      Tags tags;
      if (!zone.there) tags.add(Tag::no_tz);
      const std::int64_t seconds = memory.seconds - seconds_of(zone.there ? zone.minutes : zone_minutes);
      return TimestampRead{seconds * kSecond + civil.nanosecond, cursor.at(), tags};
    }
    cursor.back_to(0);
  }
  if (!take_iso_second(cursor, civil) || !take_iso_rest(cursor, civil.nanosecond, zone)) return std::nullopt;
  if (const auto seconds = seconds_from_civil(civil); seconds && civil.second < 60) {
    remember(memory, second_text, *seconds);
  }
  return finish(civil, zone, zone_minutes, cursor.at(), Tags());
}

// A name or offset, with the colon behind it, then a blank or the end; else the cursor stays.
Zone take_bsd_zone(TimeCursor& cursor, std::string_view text) {
  const std::size_t start = cursor.at();
  Zone zone;
  if (cursor.take(' ')) {
    if (const std::string_view name = capitals_at(text.substr(cursor.at())); !name.empty()) {
      if (const auto minutes = zone_from_name(name)) {
        zone = {true, true, *minutes};
        cursor.back_to(cursor.at() + name.size());
      }
    } else {
      take_offset(cursor, Minutes::must, zone);
    }
    if (zone.there && cursor.take(':') && cursor.ends_before(" ")) return zone;
  }
  cursor.back_to(start);
  return {};
}

// "PM" before a point, blank or colon; a fraction may follow it.
void take_half_day(TimeCursor& cursor, CivilTime& civil) {
  const std::size_t start = cursor.at();
  const char half = lower(cursor.peek(1));
  if (cursor.peek() != ' ' || (half != 'a' && half != 'p') || lower(cursor.peek(2)) != 'm') return;
  cursor.back_to(start + 3);
  const bool has_fraction = cursor.take('.');
  std::int64_t fraction = 0;
  const bool ends =
      (!has_fraction || cursor.take_fraction(1, 9, fraction)) && !cursor.at_end() &&
      (cursor.peek() == ' ' || (cursor.peek() == ':' && (cursor.peek(1) == ' ' || cursor.peek(1) == '\0')));
  if (!ends) {
    cursor.back_to(start);
    return;
  }
  if (has_fraction) civil.nanosecond = fraction;
  civil.hour = civil.hour % 12 + (half == 'p' ? 12 : 0);
}

// A year after the time, if a word follows. Only a plausible one: the message itself may begin with a number.
std::optional<unsigned> take_year_behind(TimeCursor& cursor) {
  const std::size_t start = cursor.at();
  unsigned year = 0;
  if (cursor.take(' ') && cursor.take_number(4, 4, year) && cursor.peek() == ' ' && year >= 1970 &&
      year < 2200) {
    const char next = cursor.peek(1);
    if (next != '\0' && next != ' ' && next != ':') return year;
  }
  cursor.back_to(start);
  return std::nullopt;
}

// From the month (or the year before it) to the second.
bool take_bsd_second(TimeCursor& cursor, std::string_view text, CivilTime& civil,
                     std::optional<unsigned>& year) {
  unsigned number = 0;
  if (cursor.take_number(4, 4, number)) {
    if (!cursor.take(' ')) return false;
    year = number;
  }
  civil.month = month_from_name(text.substr(cursor.at()));
  if (civil.month == 0) return false;
  cursor.back_to(cursor.at() + 3);
  if (!cursor.take(' ')) return false;
  cursor.take(' ');
  if (!cursor.take_number(1, 2, civil.day) || !cursor.take(' ')) return false;
  if (is_ascii_digit(cursor.peek(3)) && cursor.take_number(4, 4, number)) {
    if (!cursor.take(' ')) return false;
    if (!year) year = number;
  }
  cursor.take(' ');
  return cursor.take_clock(1, civil);
}

// True if the cursor stands behind a second none of whose optional parts follows.
bool is_followed_by_word(TimeCursor& cursor, std::string_view text) {
  if (cursor.peek() != ' ') return false;
  // A small letter begins none of them but "am" and "pm": most names of hosts.
  const char next = cursor.peek(1);
  if (next >= 'a' && next <= 'z' && lower(cursor.peek(2)) != 'm') return true;
  const std::size_t start = cursor.at();
  CivilTime unused;
  take_half_day(cursor, unused);
  return cursor.at() == start && !take_year_behind(cursor) && !take_bsd_zone(cursor, text).there;
}

std::optional<TimestampRead> read_bsd(std::string_view text, int zone_minutes, std::int64_t received_ns) {
  if (text.size() < kBsdSecond - 1) return std::nullopt;
  // The plain form of nearly every line: fifteen characters and a blank, and then none of the optional parts.
  const std::string_view second_text = text.substr(0, kBsdSecond);
  Remembered& memory = memory_for<kBsdSecond>(second_text);
  TimeCursor cursor(text);
  if (is_remembered<kBsdSecond>(memory, second_text)) {
    cursor.back_to(kBsdSecond);
    if (is_followed_by_word(cursor, text)) {
      // In this span the remembered year is the one that time_without_year() would choose.
      const std::int64_t seconds = memory.seconds - seconds_of(zone_minutes);
      const std::int64_t received = floor_seconds(received_ns);
      if (received >= seconds - kAheadMax / kSecond && received < seconds + 335 * kSecondsPerDay) {
        Tags tags;
        tags.add(Tag::no_tz);
        tags.add(Tag::no_year);
        return TimestampRead{seconds * kSecond, kBsdSecond, tags};
      }
    }
    cursor.back_to(0);
  }

  CivilTime civil;
  std::optional<unsigned> year;
  if (!take_bsd_second(cursor, text, civil, year)) return std::nullopt;
  const bool plain = cursor.at() == kBsdSecond && !year && cursor.peek() == ' ';
  if (cursor.take_any(".,")) cursor.take_fraction(0, 9, civil.nanosecond);
  take_half_day(cursor, civil);
  if (const auto behind = take_year_behind(cursor); !year) year = behind;
  const Zone zone = take_bsd_zone(cursor, text);
  cursor.take(':');
  if (!cursor.ends_before(" ")) return std::nullopt;

  if (year) {
    civil.year = static_cast<int>(*year);
    return finish(civil, zone, zone_minutes, cursor.at(), Tags());
  }
  Tags tags;
  if (!zone.there) tags.add(Tag::no_tz);
  if (!zone.possible) return bad(tags);
  const int offset = zone.there ? zone.minutes : zone_minutes;
  const auto time = time_without_year(civil, offset, received_ns);
  if (!time) return bad(tags);
  if (civil.second == 60) tags.add(Tag::leap_second);
  tags.add(Tag::no_year);
  if (plain && cursor.at() == kBsdSecond && civil.second < 60) {
    remember(memory, second_text, *time / kSecond + seconds_of(offset));
  }
  return TimestampRead{time, cursor.at(), tags};
}

std::optional<TimestampRead> read_slash(std::string_view text, int zone_minutes) {
  TimeCursor cursor(text);
  CivilTime civil;
  unsigned year = 0;
  if (!cursor.take_two(civil.month) || !cursor.take('/') || !cursor.take_two(civil.day) ||
      !cursor.take('/') || !cursor.take_number(4, 4, year) || !cursor.take(':') ||
      !cursor.take_clock(2, civil) || cursor.peek() != ' ') {
    return std::nullopt;
  }
  civil.year = static_cast<int>(year);
  if (civil.month > 12) std::swap(civil.month, civil.day);
  Zone zone;
  const std::string_view name = capitals_at(text.substr(cursor.at() + 1));
  if (name.size() >= 2 && cursor.peek(1 + name.size()) == ' ') {
    if (const auto minutes = zone_from_name(name)) zone = {true, true, *minutes};
    cursor.back_to(cursor.at() + 1 + name.size());
  }
  return finish(civil, zone, zone_minutes, cursor.at(), Tags());
}

std::optional<TimestampRead> read_ymd(std::string_view text, int zone_minutes) {
  TimeCursor cursor(text);
  CivilTime civil;
  unsigned year = 0;
  if (!cursor.take_number(4, 4, year) || !cursor.take('/') || !cursor.take_two(civil.month) ||
      !cursor.take('/') || !cursor.take_two(civil.day) || !cursor.take(' ') || !cursor.take_clock(2, civil) ||
      !cursor.ends_before(" ")) {
    return std::nullopt;
  }
  civil.year = static_cast<int>(year);
  return finish(civil, Zone(), zone_minutes, cursor.at(), Tags());
}

std::optional<TimestampRead> read_epoch(std::string_view text) {
  std::size_t digits = 0;
  std::int64_t seconds = 0;
  while (digits < 10 && digits < text.size() && is_ascii_digit(text[digits])) {
    seconds = seconds * 10 + (text[digits++] - '0');
  }
  if (digits != 10) return std::nullopt;
  TimeCursor cursor(text);
  cursor.back_to(digits);
  std::int64_t nanoseconds = 0;
  if (cursor.take('.') && !cursor.take_fraction(1, 9, nanoseconds)) return std::nullopt;
  if (cursor.peek() != ' ') return std::nullopt;
  constexpr std::int64_t kSecondsMax = 9'223'372'035;
  Tags tags;
  tags.add(Tag::epoch_ts);
  if (seconds > kSecondsMax) return bad(tags);
  return TimestampRead{seconds * kSecond + nanoseconds, cursor.at(), tags};
}

}  // namespace

TimestampRead read_iso_timestamp(std::string_view text, int zone_minutes) {
  return read_iso(text, zone_minutes).value_or(TimestampRead());
}

TimestampRead read_timestamp(std::string_view text, int zone_minutes, std::int64_t received_ns) {
  if (text.empty()) return {};
  if (!is_ascii_digit(text.front()))
    return read_bsd(text, zone_minutes, received_ns).value_or(TimestampRead());
  if (const auto iso = read_iso(text, zone_minutes)) return *iso;
  if (const auto bsd = read_bsd(text, zone_minutes, received_ns)) return *bsd;
  if (const auto slash = read_slash(text, zone_minutes)) return *slash;
  if (const auto ymd = read_ymd(text, zone_minutes)) return *ymd;
  return read_epoch(text).value_or(TimestampRead());
}

}  // namespace vigil
