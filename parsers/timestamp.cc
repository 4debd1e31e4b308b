#include "parsers/timestamp.h"

#include <array>
#include <cstring>
#include <utility>

// The forms, in the order they are tried ([] optional, | choice; "zone" is +08:00, +0800 or +08, "name" one
// of kZones):
//
//   iso    YYYY-MM-DD(T|t|SP)HH:MM:SS[(.|,)1-60 digits][Z|z|zone]                     then SP, TAB, ':' or
//   end bsd    [YYYY SP]Mmm SP[SP]D[D][SP YYYY]SP[SP]H[H]:MM:SS[(.|,)0-9 digits][SP (AM|PM)[(.|,)1-9 digits]]
//          [SP YYYY, if another word follows][SP (name|zone), before ':'][':']        then SP or end
//   slash  MM/DD/YYYY:HH:MM:SS[SP name]  (DD/MM if the first is above 12)             then SP
//   ymd    YYYY/MM/DD SP HH:MM:SS                                                     then SP or end
//   epoch  10 digits[.1-9 digits]                                                     then SP
//
// An optional part that would leave the whole without its proper end is not taken: "06:59:00 UTC:%ASA" ends
// before " UTC". A form that is there but tells no possible time gives `bad_ts`.

namespace vigil {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kFutureMax = 30 * kDay;  // a date without year may lie this far ahead of receipt

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// The text and how far it has been read. Every reader either steps over what it was asked for or stays.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  void back_to(std::size_t at) { at_ = at; }
  bool at_end() const { return at_ == text_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool ends_before(std::string_view followers) const {
    return at_end() || followers.find(text_[at_]) != std::string_view::npos;
  }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_any(std::string_view of) {
    if (at_end() || of.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }
  // `most` bounds the digits read, so no number overflows.
  bool take_number(std::size_t least, std::size_t most, unsigned& value) {
    const std::size_t start = at_;
    unsigned number = 0;
    while (at_ - start < most && !at_end() && is_digit(text_[at_])) {
      number = number * 10 + static_cast<unsigned>(text_[at_++] - '0');
    }
    if (at_ - start < least) {
      at_ = start;
      return false;
    }
    value = number;
    return true;
  }
  bool take_two(unsigned& value) { return take_number(2, 2, value); }
  bool take_clock(std::size_t hour_digits, CivilTime& civil) {
    return take_number(hour_digits, 2, civil.hour) && take(':') && take_two(civil.minute) && take(':') &&
           take_two(civil.second);
  }
  // A fraction without its point: digits beyond the nanosecond are read and cut off.
  bool take_fraction(std::size_t least, std::size_t most, std::int64_t& nanoseconds) {
    const std::size_t start = at_;
    std::int64_t value = 0;
    std::int64_t unit = kSecond;
    while (at_ - start < most && !at_end() && is_digit(text_[at_])) {
      unit /= 10;
      value += unit * (text_[at_++] - '0');
    }
    if (at_ - start < least) {
      at_ = start;
      return false;
    }
    nanoseconds = value;
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// Offsets are minutes in our types; times are counted in seconds.
std::int64_t seconds_of(int minutes) { return std::int64_t{minutes} * 60; }

std::int64_t floor_seconds(std::int64_t ns) { return ns / kSecond - (ns % kSecond < 0 ? 1 : 0); }

struct Zone {
  bool there = false;
  bool possible = true;
  int minutes = 0;
};

enum class Minutes { must, none };

// "+08:00" and "+0800", or just "+08". The cursor stays if there is none.
bool take_offset(Cursor& cursor, Minutes want, Zone& zone) {
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

struct ZoneName {
  std::string_view name;
  int minutes;
};

// Abbreviations clash all over the world; CST is China Standard Time here, IST India's.
constexpr ZoneName kZones[] = {
    {"UTC", 0},    {"GMT", 0},    {"Z", 0},      {"WET", 0},    {"CET", 60},   {"CEST", 120}, {"EET", 120},
    {"EEST", 180}, {"MSK", 180},  {"IST", 330},  {"JST", 540},  {"KST", 540},  {"HKT", 480},  {"CST", 480},
    {"TST", 480},  {"SGT", 480},  {"EST", -300}, {"EDT", -240}, {"CDT", -300}, {"MST", -420}, {"MDT", -360},
    {"PST", -480}, {"PDT", -420}, {"AEST", 600}, {"AEDT", 660},
};

// Up to five capitals.
std::string_view capitals_at(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && length < 5 && text[length] >= 'A' && text[length] <= 'Z') ++length;
  return text.substr(0, length);
}

constexpr bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr unsigned days_in_month(int year, unsigned month) {
  constexpr std::array<unsigned char, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

// Seconds since 1970 as if the civil time were UTC.
std::optional<std::int64_t> seconds_from_civil(const CivilTime& civil) {
  // Nanoseconds in 64 bits reach from 1677-09-21 to 2262-04-11; whole years within leave room for any zone.
  if (civil.year < 1678 || civil.year > 2261 || civil.month < 1 || civil.month > 12) return std::nullopt;
  if (civil.day < 1 || civil.day > days_in_month(civil.year, civil.month)) return std::nullopt;
  if (civil.hour > 23 || civil.minute > 59 || civil.second > 60) return std::nullopt;
  const unsigned second = civil.second == 60 ? 59 : civil.second;
  const unsigned of_day = civil.hour * 3600 + civil.minute * 60 + second;
  return days_from_date(civil.year, civil.month, civil.day) * kSecondsPerDay + of_day;
}

// What the second's text was last read as, per thread. Bursts repeat the same second, and sources that lag
// repeat its neighbours, so there is one entry for each of eight last digits. An entry holds a value of its
// text alone: reading through the memory gives what reading anew would.
struct Remembered {
  std::array<char, 20> text{};
  unsigned char length = 0;
  std::int64_t seconds = 0;  // since 1970, as if UTC
};

Remembered& memory_for(std::string_view text) {
  thread_local std::array<Remembered, 8> entries;
  return entries[static_cast<unsigned char>(text.back()) % entries.size()];
}

bool is_remembered(const Remembered& entry, std::string_view text) {
  return entry.length == text.size() && std::memcmp(entry.text.data(), text.data(), text.size()) == 0;
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

bool take_iso_second(Cursor& cursor, CivilTime& civil) {
  unsigned year = 0;
  if (!cursor.take_number(4, 4, year)) return false;
  civil.year = static_cast<int>(year);
  return cursor.take('-') && cursor.take_two(civil.month) && cursor.take('-') && cursor.take_two(civil.day) &&
         cursor.take_any("Tt ") && cursor.take_clock(2, civil);
}

constexpr std::string_view kIsoFollowers = " :\t";

// Fraction and zone. False: what follows is none of the ends, so this is no timestamp.
bool take_iso_rest(Cursor& cursor, std::int64_t& nanosecond, Zone& zone) {
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
  Cursor cursor(text);
  CivilTime civil;
  Zone zone;
  const std::string_view second_text = text.substr(0, kIsoSecond);
  Remembered& memory = memory_for(second_text);
  if (is_remembered(memory, second_text)) {
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
Zone take_bsd_zone(Cursor& cursor, std::string_view text) {
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
void take_half_day(Cursor& cursor, CivilTime& civil) {
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
std::optional<unsigned> take_year_behind(Cursor& cursor) {
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
bool take_bsd_second(Cursor& cursor, std::string_view text, CivilTime& civil, std::optional<unsigned>& year) {
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
  if (is_digit(cursor.peek(3)) && cursor.take_number(4, 4, number)) {
    if (!cursor.take(' ')) return false;
    if (!year) year = number;
  }
  cursor.take(' ');
  return cursor.take_clock(1, civil);
}

std::optional<TimestampRead> read_bsd(std::string_view text, int zone_minutes, std::int64_t received_ns) {
  if (text.size() < kBsdSecond - 1) return std::nullopt;
  // The plain form of nearly every line: fifteen characters and a blank, and then none of the optional parts.
  const std::string_view second_text = text.substr(0, kBsdSecond);
  Remembered& memory = memory_for(second_text);
  Cursor cursor(text);
  if (is_remembered(memory, second_text)) {
    cursor.back_to(kBsdSecond);
    CivilTime civil;
    take_half_day(cursor, civil);
    if (cursor.peek() == ' ' && cursor.at() == kBsdSecond && !take_year_behind(cursor) &&
        !take_bsd_zone(cursor, text).there) {
      // In this span the remembered year is the one that time_without_year() would choose.
      const std::int64_t seconds = memory.seconds - seconds_of(zone_minutes);
      const std::int64_t received = floor_seconds(received_ns);
      if (received >= seconds - kFutureMax / kSecond && received < seconds + 335 * kSecondsPerDay) {
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
  Cursor cursor(text);
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
  Cursor cursor(text);
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
  while (digits < 10 && digits < text.size() && is_digit(text[digits])) {
    seconds = seconds * 10 + (text[digits++] - '0');
  }
  if (digits != 10) return std::nullopt;
  Cursor cursor(text);
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

Date date_from_days(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146'097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned month_from_march = (5 * day_of_year + 2) / 153;
  const unsigned month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const int year = static_cast<int>(year_of_era) + static_cast<int>(era) * 400 + (month <= 2 ? 1 : 0);
  return {year, month, day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

std::optional<std::int64_t> time_from_civil(const CivilTime& civil, int zone_minutes) {
  const auto seconds = seconds_from_civil(civil);
  if (!seconds || zone_minutes <= -1440 || zone_minutes >= 1440) return std::nullopt;
  return (*seconds - seconds_of(zone_minutes)) * kSecond + civil.nanosecond;
}

std::optional<std::int64_t> time_without_year(CivilTime civil, int zone_minutes, std::int64_t received_ns) {
  const std::int64_t received_days = received_ns / kDay - (received_ns % kDay < 0 ? 1 : 0);
  const int year = date_from_days(received_days).year;
  for (civil.year = year + 1; civil.year >= year - 4; --civil.year) {
    const auto time = time_from_civil(civil, zone_minutes);
    if (time && *time - kFutureMax <= received_ns) return time;
  }
  return std::nullopt;
}

std::optional<int> zone_from_name(std::string_view name) {
  for (const auto& zone : kZones) {
    if (zone.name == name) return zone.minutes;
  }
  return std::nullopt;
}

unsigned month_from_name(std::string_view name) {
  if (name.size() < 3) return 0;
  constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  for (unsigned month = 0; month < 12; ++month) {
    const char* const want = kMonths.data() + std::size_t{month} * 3;
    if (lower(name[0]) == want[0] && lower(name[1]) == want[1] && lower(name[2]) == want[2]) return month + 1;
  }
  return 0;
}

TimestampRead read_iso_timestamp(std::string_view text, int zone_minutes) {
  return read_iso(text, zone_minutes).value_or(TimestampRead());
}

TimestampRead read_timestamp(std::string_view text, int zone_minutes, std::int64_t received_ns) {
  if (text.empty()) return {};
  if (!is_digit(text.front())) return read_bsd(text, zone_minutes, received_ns).value_or(TimestampRead());
  if (const auto iso = read_iso(text, zone_minutes)) return *iso;
  if (const auto bsd = read_bsd(text, zone_minutes, received_ns)) return *bsd;
  if (const auto slash = read_slash(text, zone_minutes)) return *slash;
  if (const auto ymd = read_ymd(text, zone_minutes)) return *ymd;
  return read_epoch(text).value_or(TimestampRead());
}

}  // namespace vigil
