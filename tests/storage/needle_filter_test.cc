#include "storage/needle_filter.h"

#include <gtest/gtest.h>

namespace vigil {
namespace {

struct Case {
  std::string_view why, needle, raw;
  bool may_hold;
};

using namespace std::string_view_literals;

constexpr Case kCases[] = {
    {"it is there", "root", "for root from", true},
    {"case does not count", "root", "for ROOT from", true},
    {"it is not there", "root", "for admin from", false},
    {"inside another word: reading decides", "root", "chroot", true},
    {"not there, in UTF-8", "root", "使用者登入", false},
    {"Big5's second byte looks like ASCII: reading decides", "nroot", "\xB5nroot", true},
    {"Big5 without it", "root", "\xB5\x6E\xA4\x4A", false},
    {"Big5, and what may be a picture's end: reading decides", "eroot", "\xB5\x6E\xA4 root", true},
    {"BI-37: UTF-16", "root", "\xFF\xFEr\0o\0o\0t\0"sv, true},
    {"bytes of no charset are shown as \\xHH", "xb5", "\xB5", true},
    {"a control character is shown as \\xHH", "x1b", "\x1B[31m", true},
    {"TAB and LF are not", "x09", "a\tb\nc", false},
    {"JSON may spell ASCII as escapes", "root", "{\"user\":\"\\u0072oot\"}", true},
    {"other escapes spell no ASCII", "root", "{\"user\":\"\\u738b\\n\\/\"}", false},
};

TEST(NeedleFilter, LeavesOutOnlyWhatCannotHoldTheNeedle) {
  for (const auto& [why, needle, raw, may_hold] : kCases) {
    EXPECT_EQ(NeedleFilter({std::string(needle)}).may_hold(raw), may_hold) << why;
  }
}

struct Shown {
  std::string_view why, raw;
  ShownAscii shown;
};
constexpr auto kAll = ShownAscii::all, kButPictures = ShownAscii::but_pictures, kNotAll = ShownAscii::not_all;

constexpr Shown kShown[] = {
    {"nothing", "", kAll},
    {"ASCII", "Failed password for root from 10.0.0.5", kAll},
    {"TAB and LF", "a\tb\nc", kAll},
    {"UTF-8", "使用者登入", kAll},
    {"Big5", "\xB5\x6E\xA4\x4A", kButPictures},
    {"bytes of no charset", "a\xFF", kButPictures},
    {"controls", "a\x1B[31m", kButPictures},
    {"a line's CR", "a line\r", kButPictures},
    {"NUL", "a\0b"sv, kButPictures},
    {"DEL", "a\x7F", kButPictures},
    {"UTF-16, either way", "\xFF\xFEr\0o\0"sv, kNotAll},
    {"UTF-16 of high bytes first", "\xFE\xFF\0r\0o"sv, kNotAll},
    {"a mark of UTF-16 that is none", "r \xFF\xFE", kNotAll},
    {"an escaped letter", "\\u0072oot", kNotAll},
    {"an escaped digit, in capital digits", "\\u003A", kNotAll},
    {"an escaped control", "\\u001b", kNotAll},
    {"an escape that is cut", "\\u00", kNotAll},
    {"escapes of what no needle has", "\\u0026 \\u003c \\u003E \\u0027 \\u00e9 \\u5b78 \\n \\\\ \\/", kAll},
    {"full-width letters are read as ASCII", "帳號Ａ", kNotAll},
    {"full-width digits", "１", kNotAll},
    {"full-width punctuation is not", "帳號：王，（一）", kAll},
    {"full-width letters in Big5", "\xA4\xA4\xA2\xCF", kNotAll},
    {"half a full-width letter in Big5 and half another character", "\xA4\xA2\xCF\xA4", kButPictures},
    {"an escaped full-width letter", "\\uFF41", kNotAll},
    {"an escaped dot", "a\\.b", kNotAll},
    {"a path", "C:\\Windows\\System32", kAll},
    {"a backslash at the end", "C:\\", kAll},
};

TEST(NeedleFilter, KnowsWhatFramesShow) {
  for (const auto& [why, raw, shown] : kShown) EXPECT_EQ(shown_ascii(raw), shown) << why;
}

struct Picture {
  std::string_view needle, behind;
};

TEST(NeedleFilter, KnowsWhatOfANeedleIsBehindAPicture) {
  constexpr Picture kPictures[] = {
      {"root", "root"}, {"x1broot", "root"}, {"1broot", "root"}, {"broot", "root"}, {"abcd", "cd"}, {"x1", ""},   {"x", ""},
      {"xzroot", "xzroot"}, {"x1zroot", "x1zroot"}, {"1x1b", "x1b"}, {"A", ""},         {"XABc", "c"},  {"", ""},
  };
  for (const auto& [needle, behind] : kPictures) EXPECT_EQ(NeedleFilter::behind_picture(needle), behind) << needle;
}

TEST(NeedleFilter, AsksForEveryNeedle) {
  const NeedleFilter filter({"root", "failed"});
  EXPECT_TRUE(filter.may_hold("Failed password for root"));
  EXPECT_FALSE(filter.may_hold("Failed password for admin"));
  EXPECT_TRUE(NeedleFilter().may_hold(""));
}

}  // namespace
}  // namespace vigil
