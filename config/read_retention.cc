#include "config/sections.h"

namespace vigil::config {
namespace {

/// The law's floor (domain: at least the last six months), counted in calendar months.
constexpr std::int64_t kMonthsMin = 6;
/// A century: more is a slip of the keyboard.
constexpr std::int64_t kMonthsMax = 1200;
constexpr std::int64_t kDaysMax = 36'500;
/// Surroundings of what an incident cites. More than a month would hold the whole archive.
constexpr std::int64_t kSurroundingsSecondsMax = std::int64_t{31} * 86'400;

}  // namespace

void read_retention(Fields& top, RetentionConfig& retention) {
  const Words floor{"six calendar months are the floor of the law; write retention: {months: 6} or more",
                    "法規要求至少保存六個月，請寫 retention: {months: 6} 以上"};
  top.refuse("retention_days", {"retention is counted in calendar months", "保存期限以月計算"}, floor);
  top.refuse("retention_months", {"the months stand in 'retention'", "月數請寫在 'retention' 內"}, floor);
  const YamlNode* const node = top.find("retention");
  if (node == nullptr) return;
  Fields fields(*node, "retention", top.report());
  for (const std::string_view key : {"days", "weeks"}) {
    fields.refuse(key, {"retention is counted in calendar months", "保存期限以月計算"}, floor);
  }
  int months = retention.months;
  if (fields.integer("months", 0, kMonthsMax, "months", months)) {
    if (months < kMonthsMin) {
      fields.wrong("months",
                   {std::to_string(months) + " months are too few", std::to_string(months) + " 個月太短"},
                   floor);
    } else {
      retention.months = months;
    }
  }
  fields.integer("out_of_scope_days", 0, kDaysMax, "days", retention.out_of_scope_days);
  std::string span;
  if (fields.text("hold_surroundings", span)) {
    const auto seconds = read_duration_seconds(span);
    if (seconds && *seconds <= kSurroundingsSecondsMax) {
      retention.hold_surroundings = std::chrono::ceil<std::chrono::minutes>(std::chrono::seconds(*seconds));
    } else {
      fields.wrong("hold_surroundings",
                   {"'" + span + "' is no span of time up to 31d", "'" + span + "' 不是 31d 以內的時間長度"},
                   {"a number and s, m, h or d: 30m, 1h", "數字加上 s、m、h 或 d，例如 30m、1h"});
    }
  }
  fields.finish();
}

}  // namespace vigil::config
