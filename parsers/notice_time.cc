#include "parsers/notice_time.h"

#include "parsers/calendar.h"
#include "parsers/characters.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

constexpr int kRepublic = 1911;  ///< the year before its first

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  bool take_any(std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
      if (take(word)) return true;
    }
    return false;
  }
  bool blanks() {
    const std::size_t from = at_;
    for (;;) {
      if (char_at(text_, at_) == ' ' || char_at(text_, at_) == '\t') {
        ++at_;
      } else if (const std::size_t wide = wide_blank_length(text_.substr(at_)); wide != 0) {
        at_ += wide;
      } else {
        return at_ != from;
      }
    }
  }
  /// A number of at most `most` digits; their count, 0 if there is none or it goes on.
  std::size_t number(std::size_t most, unsigned& out) {
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < most && is_ascii_digit(char_at(text_, at_ + digits))) {
      value = value * 10 + static_cast<unsigned>(text_[at_ + digits++] - '0');
    }
    if (is_ascii_digit(char_at(text_, at_ + digits))) return 0;
    out = value;
    at_ += digits;
    return digits;
  }
  std::int64_t fraction_ns() {
    std::int64_t unit = kSecond / 10, value = 0;
    for (; is_ascii_digit(char_at(text_, at_)); ++at_, unit /= 10) value += (text_[at_] - '0') * unit;
    return value;
  }
  std::size_t at() const { return at_; }
  void back_to(std::size_t at) { at_ = at; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

enum class Half : std::uint8_t { whole, morning, afternoon };

/// False if no clock stands there.
bool read_clock(Reader& in, CivilTime& out) {
  Half half = Half::whole;
  if (in.take("上午")) half = Half::morning;
  if (in.take("下午")) half = Half::afternoon;
  in.blanks();
  if (in.number(2, out.hour) == 0) return false;
  if (!in.take_any({":", "：", "時", "點"}) || in.number(2, out.minute) == 0) return false;
  const std::size_t minute_end = in.at();
  if (in.take("分")) {
    const std::size_t sign_end = in.at();
    if (in.number(2, out.second) == 0 || !in.take("秒")) {
      out.second = 0;
      in.back_to(sign_end);
    }
  } else if (in.take_any({":", "："})) {
    if (in.number(2, out.second) == 0) {
      in.back_to(minute_end);
    } else if (in.take_any({".", ","})) {
      out.nanosecond = in.fraction_ns();
    }
  }
  const std::size_t end = in.at();
  in.blanks();
  if (in.take_any({"AM", "am"})) {
    half = Half::morning;
  } else if (in.take_any({"PM", "pm"})) {
    half = Half::afternoon;
  } else {
    in.back_to(end);
  }
  if (half == Half::morning && out.hour == 12) out.hour = 0;
  if (half == Half::afternoon && out.hour < 12) out.hour += 12;
  return true;
}

/// Takes a zone if one stands there.
void read_zone(Reader& in, int& minutes) {
  const std::size_t before = in.at();
  in.blanks();
  if (in.take_any({"Z", "UTC", "GMT"})) {
    minutes = 0;
    return;
  }
  const bool east = in.take("+");
  unsigned hours = 0, rest = 0;
  if (east || in.take("-")) {
    const std::size_t digits_at = in.at();
    if (in.number(2, hours) == 2 && (!in.take(":") || in.number(2, rest) == 2) && hours < 24 && rest < 60) {
      const int offset = static_cast<int>(hours * 60 + rest);
      minutes = east ? offset : -offset;
      return;
    }
    in.back_to(digits_at);
    if (unsigned both = 0; in.number(4, both) == 4 && both / 100 < 24 && both % 100 < 60) {
      const int offset = static_cast<int>(both / 100 * 60 + both % 100);
      minutes = east ? offset : -offset;
      return;
    }
  }
  in.back_to(before);
}

NoticeTime read_epoch(std::string_view text) {
  std::size_t digits = 0;
  while (is_ascii_digit(char_at(text, digits))) ++digits;
  const std::int64_t unit = digits == 10 ? kSecond : digits == 13 ? kSecond / 1000 : 0;
  const auto number = read_number(text.substr(0, digits));
  if (unit == 0 || !number || *number > static_cast<std::uint64_t>(INT64_MAX / unit)) return {};
  return {static_cast<std::int64_t>(*number) * unit, digits};
}

}  // namespace

NoticeTime read_notice_time_at(std::string_view text, int zone_minutes) {
  Reader in(text);
  const bool republic = in.take_any({"中華民國", "民國"});
  in.blanks();
  unsigned year = 0;
  const std::size_t digits = in.number(4, year);
  if (digits == 0) return republic ? NoticeTime() : read_epoch(text);
  CivilTime civil;
  civil.year = static_cast<int>(year) + (digits < 4 ? kRepublic : 0);
  in.blanks();
  if (!in.take_any({"-", "/", ".", "年"})) return {};
  in.blanks();
  if (in.number(2, civil.month) == 0) return {};
  in.blanks();
  if (!in.take_any({"-", "/", ".", "月"})) return {};
  in.blanks();
  if (in.number(2, civil.day) == 0) return {};
  in.blanks();
  in.take("日");
  std::size_t end = in.at();
  in.blanks();
  in.take_any({"T", "t"});
  if (CivilTime with_clock = civil; read_clock(in, with_clock)) {
    civil = with_clock;
    read_zone(in, zone_minutes);
    end = in.at();
  }
  return {time_from_civil(civil, zone_minutes), end};
}

std::optional<std::int64_t> read_notice_time(std::string_view text, int zone_minutes) {
  text = trim(text);
  const NoticeTime read = read_notice_time_at(text, zone_minutes);
  if (!read.time_ns || read.length != text.size()) return std::nullopt;
  return read.time_ns;
}

}  // namespace vigil
