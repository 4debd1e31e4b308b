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
    {"Big5 without it: reading decides", "root", "\xB5\x6E\xA4\x4A", true},
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

TEST(NeedleFilter, AsksForEveryNeedle) {
  const NeedleFilter filter({"root", "failed"});
  EXPECT_TRUE(filter.may_hold("Failed password for root"));
  EXPECT_FALSE(filter.may_hold("Failed password for admin"));
  EXPECT_TRUE(NeedleFilter().may_hold(""));
}

}  // namespace
}  // namespace vigil
