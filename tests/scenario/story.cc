#include "tests/scenario/story.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace vigil::scenario {
namespace {

using std::chrono::milliseconds;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Civil {
  int year, month, day, hour, minute, second, milli;
};

Civil civil(std::int64_t local_ms) {
  const std::chrono::sys_time<milliseconds> time{milliseconds(local_ms)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count())};
}

std::string zone(int minutes, std::string_view colon) {
  const int size = minutes < 0 ? -minutes : minutes;
  return fmt::format("{}{:02}{}{:02}", minutes < 0 ? '-' : '+', size / 60, colon, size % 60);
}

std::string_view month_name(const Civil& t) { return kMonths[static_cast<std::size_t>(t.month - 1)]; }

}  // namespace

Story::Story(const Scenario& scenario, std::chrono::system_clock::time_point end)
    : scenario_(scenario),
      start_ms_(std::chrono::duration_cast<milliseconds>(end.time_since_epoch() - scenario.length).count()),
      dice_(scenario.seed) {}

void Story::add(Moment at, const Host& host, const Prelude& prelude, std::string_view message) {
  if (at < Moment(0) || at >= length()) return;  // a visit that lasts past the end of the day
  const int priority = prelude.facility * 8 + prelude.severity;
  const std::string pid = prelude.pid == 0 ? "" : fmt::format("[{}]", prelude.pid);
  std::string bytes;
  switch (host.header) {
    case Header::rfc3164:
      bytes = prelude.app.empty() ? fmt::format("<{}>{} {} {}", priority, bsd_time(at), host.name, message)
                                  : fmt::format("<{}>{} {} {}{}: {}", priority, bsd_time(at), host.name,
                                                prelude.app, pid, message);
      break;
    case Header::rfc5424:
      bytes = fmt::format("<{}>1 {} {} {} {} - - {}", priority, iso_time(at), host.name,
                          prelude.app.empty() ? "-" : prelude.app,
                          prelude.pid == 0 ? "-" : std::to_string(prelude.pid), message);
      break;
    case Header::priority_only:
      bytes = fmt::format("<{}>{}", priority, message);
      break;
  }
  lines_.push_back({at, &host, std::move(bytes)});
}

std::int64_t Story::epoch_ms(Moment at) const { return start_ms_ + at.count(); }

std::string Story::clf_time(Moment at) const {
  const Civil t = civil(epoch_ms(at) + scenario_.zone_minutes * 60'000LL);
  return fmt::format("{:02}/{}/{}:{:02}:{:02}:{:02} {}", t.day, month_name(t), t.year, t.hour, t.minute,
                     t.second, zone(scenario_.zone_minutes, ""));
}

std::string Story::iso_time(Moment at) const {
  const Civil t = civil(epoch_ms(at) + scenario_.zone_minutes * 60'000LL);
  return fmt::format("{}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}{}", t.year, t.month, t.day, t.hour, t.minute,
                     t.second, t.milli, zone(scenario_.zone_minutes, ":"));
}

std::string Story::eve_time(Moment at) const {
  const Civil t = civil(epoch_ms(at) + scenario_.zone_minutes * 60'000LL);
  return fmt::format("{}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}000{}", t.year, t.month, t.day, t.hour, t.minute,
                     t.second, t.milli, zone(scenario_.zone_minutes, ""));
}

std::string Story::plain_time(Moment at) const {
  const Civil t = civil(epoch_ms(at) + scenario_.zone_minutes * 60'000LL);
  return fmt::format("{}-{:02}-{:02} {:02}:{:02}:{:02}", t.year, t.month, t.day, t.hour, t.minute, t.second);
}

std::string Story::bsd_time(Moment at) const {
  const Civil t = civil(epoch_ms(at) + scenario_.zone_minutes * 60'000LL);
  return fmt::format("{} {:2} {:02}:{:02}:{:02}", month_name(t), t.day, t.hour, t.minute, t.second);
}

std::string Story::inside_address() {
  return fmt::format("{}.{}", dice_.pick(scenario_.pupils_networks), dice_.between(10, 240));
}

std::string Story::outside_address() {
  static const std::vector<std::string> kRanges = {"192.0.2", "198.51.100", "203.0.113"};
  // Below 40, so that an ordinary visitor never has the address of an attacker in a scenario file.
  return fmt::format("{}.{}", dice_.pick(kRanges), dice_.between(1, 39));
}

std::vector<Line> Story::tell() && {
  std::ranges::stable_sort(lines_, {}, &Line::at);
  return std::move(lines_);
}

}  // namespace vigil::scenario
