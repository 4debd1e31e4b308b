#include "incidents/profile.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <yaml-cpp/yaml.h>

#include "parsers/embedded.h"

namespace vigil {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr int kTaiwanMinutes = 480;
constexpr int kLevels = 4;

std::string text_of(const YAML::Node& map, const char* key) {
  const YAML::Node node = map[key];
  if (!node || !node.IsScalar() || node.Scalar().empty()) {
    throw ProfileError{"line " + std::to_string(map.Mark().line + 1) + ": missing " + key};
  }
  return node.Scalar();
}

/// "72h", "10m", "1 month".
std::optional<ClockPeriod> period_of(std::string_view text, ClockPeriod grace) {
  if (text == "at_once") return grace;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number <= 0) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit == "h") return ClockPeriod{.seconds = std::int64_t{number} * 3600};
  if (unit == "m") return ClockPeriod{.seconds = std::int64_t{number} * 60};
  if (unit == " month" || unit == " months") return ClockPeriod{.months = number};
  return std::nullopt;
}

/// Midnight of a date in Taiwan.
std::optional<std::int64_t> date_of(const std::string& text) {
  int part[3] = {0, 0, 0};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int i = 0; i < 3; ++i) {
    const auto [next, error] = std::from_chars(at, end, part[i]);
    if (error != std::errc()) return std::nullopt;
    at = next;
    if (i < 2 && (at == end || *at++ != '-')) return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{part[0]},
                                         std::chrono::month{static_cast<unsigned>(part[1])},
                                         std::chrono::day{static_cast<unsigned>(part[2])}};
  if (at != end || !date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return (std::int64_t{days} * 86400 - std::int64_t{kTaiwanMinutes} * 60) * kSecondNs;
}

ClockRule clock_of(const YAML::Node& node, ClockPeriod grace) {
  ClockRule rule;
  rule.id = text_of(node, "id");
  rule.label_zh = text_of(node, "label_zh");
  rule.label_en = text_of(node, "label_en");
  rule.owner = text_of(node, "owner");
  rule.article = text_of(node, "article");
  const std::string start = text_of(node, "starts");
  if (start == "known") {
    rule.start = ClockRule::Start::known;
  } else if (start == "occurred") {
    rule.start = ClockRule::Start::occurred;
  } else if (start == "contained") {
    rule.start = ClockRule::Start::contained;
  } else {
    throw ProfileError{"clock " + rule.id + ": starts is known, occurred or contained"};
  }
  const YAML::Node due = node["due"];
  if (!due || !due.IsMap()) throw ProfileError{"clock " + rule.id + ": due is a map from level to period"};
  for (const auto& row : due) {
    const int level = row.first.as<int>();
    const auto period = period_of(row.second.Scalar(), grace);
    if (level < 1 || level > kLevels || !period) {
      throw ProfileError{"clock " + rule.id +
                         ": levels are 1 to 4, periods are at_once, 72h, 30m or 1 month"};
    }
    rule.due[static_cast<std::size_t>(level)] = period;
  }
  return rule;
}

RegulationProfile profile_of(const YAML::Node& root) {
  RegulationProfile profile;
  profile.id = text_of(root, "id");
  profile.name = text_of(root, "name");
  profile.name_en = text_of(root, "name_en");
  const auto from = date_of(text_of(root, "in_force_from"));
  if (!from) throw ProfileError{"in_force_from is a date"};
  profile.from_ns = *from;
  if (root["in_force_until"]) {
    const auto until = date_of(text_of(root, "in_force_until"));
    if (!until || *until <= profile.from_ns)
      throw ProfileError{"in_force_until is a date after in_force_from"};
    profile.until_ns = *until;
  }
  const auto grace = period_of(text_of(root, "grace"), {});
  if (!grace || grace->seconds == 0) throw ProfileError{"grace is a period such as 10m"};
  for (const auto& node : root["clocks"]) profile.clocks.push_back(clock_of(node, *grace));
  if (profile.clocks.empty()) throw ProfileError{"no clocks"};
  return profile;
}

std::vector<RegulationProfile> load_embedded() {
  std::vector<RegulationProfile> out;
  for (const auto& file : embedded::profiles()) {
    if (!file.name.starts_with("tw-")) continue;
    // What is built in is checked by a test; one that does not parse cannot be here.
    if (auto profile = parse_profile(file.text)) out.push_back(std::move(*profile));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.from_ns < b.from_ns; });
  return out;
}

std::int64_t due_after(std::int64_t start_ns, const ClockPeriod& period, int zone_minutes) {
  return add_months(start_ns, period.months, zone_minutes) + period.seconds * kSecondNs;
}

std::optional<std::int64_t> start_of(const Case& incident, const ClockRule& rule) {
  switch (rule.start) {
    case ClockRule::Start::known:
      return incident.known_ns;
    case ClockRule::Start::occurred:
      return incident.known_ns ? incident.occurred_ns : std::nullopt;
    case ClockRule::Start::contained:
      return std::nullopt;  // starts with that act
  }
  return std::nullopt;
}

}  // namespace

Result<RegulationProfile, ProfileError> parse_profile(std::string_view yaml) {
  try {
    return profile_of(YAML::Load(std::string(yaml)));
  } catch (const ProfileError& error) {
    return error;
  } catch (const YAML::Exception& error) {
    return ProfileError{error.what()};
  }
}

std::span<const RegulationProfile> regulation_profiles() {
  static const std::vector<RegulationProfile> kProfiles = load_embedded();
  return kProfiles;
}

const RegulationProfile& profile_for(std::string_view chosen, std::int64_t known_ns) {
  const auto profiles = regulation_profiles();
  const RegulationProfile* found = &profiles.back();
  for (const auto& profile : profiles) {
    if (!profile.in_force(known_ns)) continue;
    found = &profile;
    if (profile.id == chosen) break;
  }
  return *found;
}

void start_clocks(Case& incident, const RegulationProfile& profile, int zone_minutes, std::int64_t now_ns) {
  int level = incident.level.overall();
  if (level == 0) {
    if (!incident.level.proposed) return;
    level = 1;
  }
  const bool first = incident.clocks.empty();
  for (const auto& rule : profile.clocks) {
    const auto& period = rule.due[static_cast<std::size_t>(level)];
    const auto start = start_of(incident, rule);
    if (!period || !start) continue;
    const auto running =
        std::find_if(incident.clocks.begin(), incident.clocks.end(),
                     [&](const CaseClock& clock) { return clock.id == rule.id && !clock.voided; });
    CaseClock clock;
    clock.id = rule.id;
    clock.label_zh = rule.label_zh;
    clock.label_en = rule.label_en;
    clock.owner = rule.owner;
    clock.article = rule.article;
    clock.started_ns = *start;
    if (running == incident.clocks.end()) {
      // A duty that only the new level brings cannot have been owed before that level was known.
      if (rule.start == ClockRule::Start::known && !first) clock.started_ns = now_ns;
      clock.due_ns = due_after(clock.started_ns, *period, zone_minutes);
      incident.clocks.push_back(std::move(clock));
    } else {
      clock.started_ns = running->started_ns;
      clock.due_ns = due_after(clock.started_ns, *period, zone_minutes);
      if (running->stopped_ns || running->due_ns == clock.due_ns) continue;
      running->voided = true;
      incident.clocks.push_back(std::move(clock));
    }
  }
}

std::int64_t add_months(std::int64_t ns, int months, int zone_minutes) {
  if (months == 0) return ns;
  using std::chrono::days;
  const std::int64_t offset = std::int64_t{zone_minutes} * 60 * kSecondNs;
  const std::chrono::sys_time<std::chrono::nanoseconds> local{std::chrono::nanoseconds{ns + offset}};
  const auto midnight = std::chrono::floor<days>(local);
  std::chrono::year_month_day date{midnight};
  date += std::chrono::months{months};
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  const auto moved = std::chrono::sys_days(date) + (local - midnight);
  return std::chrono::sys_time<std::chrono::nanoseconds>(moved).time_since_epoch().count() - offset;
}

}  // namespace vigil
