#pragma once

#include <cstdint>
#include <string_view>

#include "parsers/calendar.h"
#include "parsers/characters.h"

namespace vigil {

/// A timestamp's text and how far it has been read. Every reader either steps over what it was asked for or
/// stays.
class TimeCursor {
 public:
  explicit TimeCursor(std::string_view text) : text_(text) {}

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
    while (at_ - start < most && !at_end() && is_ascii_digit(text_[at_])) {
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
    while (at_ - start < most && !at_end() && is_ascii_digit(text_[at_])) {
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

}  // namespace vigil
