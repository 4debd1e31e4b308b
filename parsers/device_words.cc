#include "parsers/device_words.h"

#include <cstdint>

#include "parsers/calendar.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

bool begins_with_any(std::string_view word, std::initializer_list<std::string_view> starts) {
  for (const std::string_view start : starts) {
    if (starts_with_ignoring_case(word, start)) return true;
  }
  return false;
}

bool is_word(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (equals_ignoring_case(text, word)) return true;
  }
  return false;
}

void write_digits(char* at, std::uint64_t value, std::size_t digits) {
  while (digits > 0) {
    at[--digits] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace

Verdict verdict_of(std::string_view word) {
  if (begins_with_any(
          word, {"allow", "accept", "pass", "permit", "forward", "bypass", "detect", "monitor", "alert"})) {
    return Verdict::allowed;
  }
  if (begins_with_any(word, {"deny", "denied", "drop", "block", "reject", "reset", "prevent", "discard",
                             "quarantine", "sinkhole", "refuse", "rst", "blackhole", "forbid"})) {
    return Verdict::denied;
  }
  return Verdict::none;
}

Outcome outcome_of(std::string_view word) {
  if (contains_ignoring_case(word, "unsuccess") || contains_ignoring_case(word, "fail") ||
      contains_ignoring_case(word, "denied") || contains_ignoring_case(word, "reject") ||
      contains_ignoring_case(word, "invalid") || contains_ignoring_case(word, "incorrect") ||
      contains_ignoring_case(word, "not allowed") || contains_ignoring_case(word, "error") ||
      contains_ignoring_case(word, "失敗")) {
    return Outcome::failure;
  }
  if (contains_ignoring_case(word, "succe") || contains_ignoring_case(word, "accepted") ||
      contains_ignoring_case(word, "成功") || contains_ignoring_case(word, "allowed") ||
      is_word(word, {"ok", "yes", "true", "granted", "permitted", "pass", "passed"})) {
    return Outcome::success;
  }
  return Outcome::none;
}

void add_verdict(PayloadWriter& out, std::string_view word) {
  const Verdict verdict = verdict_of(word);
  if (verdict != Verdict::none) out.add("event.type", verdict == Verdict::allowed ? "allowed" : "denied");
}

void add_severity_word(PayloadWriter& out, std::string_view word) {
  const unsigned number =
      is_word(word, {"informational", "information", "info", "debug", "notice", "notification"}) ? 1U
      : is_word(word, {"low"})                                                                   ? 3U
      : is_word(word, {"medium", "warning", "warn", "moderate"})                                 ? 5U
      : is_word(word, {"high", "error", "err", "major", "alert"})                                ? 7U
      : is_word(word, {"critical", "crit", "very high", "emergency", "emerg", "severe"})         ? 9U
                                                                                                 : 0U;
  if (number != 0) out.add_number("event.severity", number);
}

void add_time(PayloadWriter& out, std::string_view name, std::int64_t time_ns, int zone_minutes) {
  const std::int64_t local = time_ns + seconds_of(zone_minutes) * kSecond;
  if (time_ns < kDay || local < 0 || time_ns > INT64_MAX - kDay) return;
  const Date date = date_from_days(local / kDay);
  const auto of_day = static_cast<std::uint64_t>(local % kDay);
  const std::uint64_t seconds = of_day / static_cast<std::uint64_t>(kSecond);
  constexpr std::size_t kLengthMax = sizeof("2026-11-20T14:59:00.000+08:00") - 1;
  char* const at = out.arena().allocate(kLengthMax);
  write_digits(at, static_cast<std::uint64_t>(date.year), 4);
  at[4] = at[7] = '-';
  write_digits(at + 5, date.month, 2);
  write_digits(at + 8, date.day, 2);
  at[10] = 'T';
  write_digits(at + 11, seconds / 3600, 2);
  write_digits(at + 14, seconds / 60 % 60, 2);
  write_digits(at + 17, seconds % 60, 2);
  at[13] = at[16] = ':';
  at[19] = '.';
  write_digits(at + 20, of_day / 1'000'000 % 1000, 3);
  if (zone_minutes == 0) {
    at[23] = 'Z';
    out.arena().shrink_last(kLengthMax, 24);
    return out.add(name, {at, 24});
  }
  const auto zone = static_cast<std::uint64_t>(zone_minutes < 0 ? -zone_minutes : zone_minutes);
  at[23] = zone_minutes < 0 ? '-' : '+';
  write_digits(at + 24, zone / 60, 2);
  at[26] = ':';
  write_digits(at + 27, zone % 60, 2);
  out.add(name, {at, kLengthMax});
}

void add_sum(PayloadWriter& out, std::string_view name, std::string_view a, std::string_view b) {
  const auto first = read_number(a), second = read_number(b);
  if (!first || !second || *first > UINT64_MAX / 2 || *second > UINT64_MAX / 2) return;
  out.add_number(name, *first + *second);
}

void share_user(PayloadWriter& out) {
  const Event& event = out.event();
  const std::string_view user = event.text_of("user.name"), source = event.text_of("source.user.name");
  const std::string_view domain = event.text_of("user.domain"),
                         source_domain = event.text_of("source.user.domain");
  if (user.empty()) {
    out.add("user.name", source);
    if (domain.empty()) out.add("user.domain", source_domain);
  } else if (source.empty()) {
    out.add("source.user.name", user);
    if (source_domain.empty()) out.add("source.user.domain", domain);
  }
}

}  // namespace vigil
