#include "daemon/source_health.h"

#include <algorithm>
#include <utility>

namespace vigil {

namespace {

// version silent_since hours_heard flags low_hours clock, then quiet and volume if flag 1 is set
constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kHasRhythm = 1, kClockWrong = 2, kFlood = 4, kCollapse = 8;

/// A rhythm is learned of senders that have sent this much.
constexpr std::uint64_t kRhythmFrom = 20;
/// What is shown as the rate fades over this time.
constexpr double kRateSeconds = 60;
constexpr std::int64_t kTenMinutes = kHour / 6;
/// A collapse is told after two such hours: one may be a late start.
constexpr std::uint8_t kLowHours = 2;

}  // namespace

void SourceHealth::begin(const SourceFacts& facts) {
  const std::lock_guard lock(mutex_);
  before_ = facts;
  begun_ = true;
  hour_ = local_hour(facts.now_ns, facts.zone_minutes);
  tenth_ = whole_units(facts.now_ns, kTenMinutes);
  today_.day = whole_units(hour_, 24);
}

void SourceHealth::look(const SourceFacts& facts, const HealthOptions& options, std::vector<HealthNews>& news,
                        std::vector<DayTally>& days) {
  const std::lock_guard lock(mutex_);
  if (!begun_) {
    // A new sender: everything it has sent came since the previous look.
    before_ = {};
    before_.now_ns = facts.now_ns - options.look_every.count();
    before_.last_seen_ns = before_.first_seen_ns = facts.first_seen_ns;
    begun_ = true;
    hour_ = local_hour(facts.now_ns, facts.zone_minutes);
    tenth_ = whole_units(facts.now_ns, kTenMinutes);
    today_.day = whole_units(hour_, 24);
  }
  known_long_enough_ = !learning(facts, options);
  close_hours(facts, options, news);
  count(facts, days);
  const std::uint64_t more = facts.received - before_.received;
  const double seconds = static_cast<double>(std::max<std::int64_t>(facts.now_ns - before_.now_ns, 1)) / 1e9;
  const double weight = std::min(1.0, seconds / kRateSeconds);
  per_second_ = static_cast<float>(per_second_ + (static_cast<double>(more) / seconds - per_second_) * weight);
  if (per_second_ < 1e-4F) per_second_ = 0;
  if (more != 0) {
    hear(facts, options, news);
  } else {
    miss(facts, options, news);
  }
  before_ = facts;
}

bool SourceHealth::learning(const SourceFacts& facts, const HealthOptions& options) const {
  return !learned_ || hours_heard_ < options.hours_min ||
         facts.now_ns - facts.first_seen_ns < options.learning.count();
}

void SourceHealth::hear(const SourceFacts& facts, const HealthOptions& options, std::vector<HealthNews>& news) {
  if (!learned_ && facts.received >= kRhythmFrom) learned_ = std::make_unique<Learned>();
  if (learned_) {
    learned_->quiet.learn(std::max(before_.last_seen_ns, facts.listening_since_ns), facts.last_seen_ns,
                          facts.zone_minutes, silent_since_ns_ != 0, options.quiet);
  }
  if (silent_since_ns_ != 0) {
    HealthNews back;
    back.what = HealthNews::What::silence_over;
    back.from_ns = silent_since_ns_;
    back.to_ns = facts.last_seen_ns;
    news.push_back(back);
    silent_since_ns_ = 0;
    learned_changed_ = true;
  }
  check_flood(facts, news);
  check_clock(facts, options, news);
}

void SourceHealth::miss(const SourceFacts& facts, const HealthOptions& options, std::vector<HealthNews>& news) {
  if (silent_since_ns_ != 0 || !known_long_enough_) return;
  const std::int64_t from = std::max(facts.last_seen_ns, facts.listening_since_ns);
  if (facts.now_ns - from < options.quiet.at_least.count()) return;
  if (learned_->quiet.used(from, facts.now_ns, facts.zone_minutes, options.quiet) < 1) return;
  HealthNews silence;
  silence.what = HealthNews::What::silence;
  silence.from_ns = facts.last_seen_ns;
  silence.to_ns = facts.now_ns;
  silence.allowed_ns =
      learned_->quiet.allowed_ns(week_hour(local_hour(facts.now_ns, facts.zone_minutes)), options.quiet);
  news.push_back(silence);
  silent_since_ns_ = facts.last_seen_ns;
  volume_ = Volume::usual;  // The silence says more.
  learned_changed_ = true;
}

std::uint64_t SourceHealth::steady_count() const { return hour_count_ - std::max(busiest_count_, tenth_count_); }

void SourceHealth::close_hours(const SourceFacts& facts, const HealthOptions& options, std::vector<HealthNews>& news) {
  const std::int64_t tenth = whole_units(facts.now_ns, kTenMinutes);
  const std::int64_t hour = local_hour(facts.now_ns, facts.zone_minutes);
  if (tenth != tenth_) {
    busiest_count_ = std::max(busiest_count_, tenth_count_);
    tenth_count_ = 0;
    tenth_ = tenth;
  }
  if (hour == hour_) return;
  // More than an hour ahead: we slept, or the clock was set. Nothing can be said about what lies between.
  const bool next = hour == hour_ + 1 && facts.now_ns - before_.now_ns < kHour / 2;
  if (hour_count_ != 0) ++hours_heard_;
  if (learned_) {
    learned_->quiet.fade(week_hour(hour_));
    learned_changed_ = learned_changed_ || hour_count_ != 0;
    if (next && hour_whole_ && silent_since_ns_ == 0) {
      known_long_enough_ = !learning(facts, options);
      judge_hour(facts, news);
      learned_->volume.learn(week_hour(hour_), hour_count_);
    }
  }
  hour_whole_ = next && facts.listening_since_ns <= hour_begin_ns(hour, facts.zone_minutes);
  hour_ = hour;
  hour_count_ = tenth_count_ = busiest_count_ = 0;
}

void SourceHealth::judge_hour(const SourceFacts& facts, std::vector<HealthNews>& news) {
  if (!known_long_enough_) return;
  const std::size_t at = week_hour(hour_);
  HealthNews about;
  about.from_ns = hour_begin_ns(hour_, facts.zone_minutes);
  about.to_ns = about.from_ns + kHour;
  about.count = hour_count_;
  about.usual = learned_->volume.usual(at);
  low_hours_ = learned_->volume.collapse(at, hour_count_) ? static_cast<std::uint8_t>(std::min(low_hours_ + 1, 255)) : 0;
  if (low_hours_ >= kLowHours) {
    if (volume_ == Volume::collapse) return;
    volume_ = Volume::collapse;
    about.what = HealthNews::What::collapse;
    today_.marks |= DayTally::collapse;
  } else {
    // A flood is told while it lasts; what is left here is its end.
    if (volume_ == Volume::usual || low_hours_ != 0 || learned_->volume.flood(at, steady_count())) return;
    volume_ = Volume::usual;
    about.what = HealthNews::What::volume_usual;
  }
  news.push_back(about);
  learned_changed_ = true;
}

void SourceHealth::check_flood(const SourceFacts& facts, std::vector<HealthNews>& news) {
  if (!known_long_enough_ || volume_ == Volume::flood) return;
  const std::size_t at = week_hour(hour_);
  if (!learned_->volume.flood(at, steady_count())) return;
  volume_ = Volume::flood;
  today_.marks |= DayTally::flood;
  HealthNews about;
  about.what = HealthNews::What::flood;
  about.from_ns = hour_begin_ns(hour_, facts.zone_minutes);
  about.to_ns = facts.now_ns;
  about.count = hour_count_;
  about.usual = learned_->volume.usual(at);
  news.push_back(about);
  learned_changed_ = true;
}

void SourceHealth::check_clock(const SourceFacts& facts, const HealthOptions& options, std::vector<HealthNews>& news) {
  clock_.add(facts.clock_skew_ns, facts.now_ns, options.clock_every);
  const bool wrong = clock_.wrong(clock_wrong_);
  if (wrong) today_.marks |= DayTally::clock_wrong;
  if (wrong == clock_wrong_) return;
  clock_wrong_ = wrong;
  HealthNews about;
  about.what = wrong ? HealthNews::What::clock_wrong : HealthNews::What::clock_right;
  about.skew_ns = clock_.median_ns().value_or(0);
  about.to_ns = facts.now_ns;
  news.push_back(about);
  learned_changed_ = true;
}

/// Adds what is new to the day, the hour and its ten minutes.
void SourceHealth::count(const SourceFacts& facts, std::vector<DayTally>& days) {
  const std::int64_t day = whole_units(hour_, 24);
  if (day != today_.day) {
    if (today_changed_ || today_.received != 0) days.push_back(today_);
    today_ = {};
    today_.day = day;
    today_changed_ = false;
  }
  const std::uint64_t more = facts.received - before_.received;
  const std::uint64_t missing = facts.missing - before_.missing;
  const std::uint64_t discarded = facts.discarded - before_.discarded;
  if (more == 0 && missing == 0 && discarded == 0) return;
  if (more != 0) today_.hours |= 1U << static_cast<unsigned>(hour_ - day * 24);
  today_.received += more;
  today_.bytes += facts.bytes - before_.bytes;
  today_.unparsed += facts.unparsed - before_.unparsed;
  today_.missing += missing;
  today_.discarded += discarded;
  today_.skew_seconds = clock_.median_ns().value_or(0) / kSecond;
  hour_count_ += more;
  tenth_count_ += more;
  today_changed_ = true;
}

SourceHealth::View SourceHealth::view(const HealthOptions& options, std::int64_t now_ns, int zone_minutes) const {
  const std::lock_guard lock(mutex_);
  View view;
  SourceFacts facts = before_;
  facts.now_ns = now_ns;
  view.learning = learning(facts, options);
  view.silent_since_ns = silent_since_ns_;
  view.per_second = per_second_;
  view.volume = volume_;
  view.skew_ns = clock_.median_ns();
  view.clock_wrong = clock_wrong_;
  if (learned_) {
    const std::size_t at = week_hour(local_hour(now_ns, zone_minutes));
    view.allowed_ns = learned_->quiet.allowed_ns(at, options.quiet);
    view.usual_per_hour = learned_->volume.usual(at);
  }
  return view;
}

std::optional<DayTally> SourceHealth::take_today() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(today_changed_, false)) return std::nullopt;
  return today_;
}

DayTally SourceHealth::today() const {
  const std::lock_guard lock(mutex_);
  return today_;
}

void SourceHealth::resume_today(const DayTally& tally) {
  const std::lock_guard lock(mutex_);
  if (tally.day == today_.day) today_.add(tally);
}

std::optional<std::string> SourceHealth::take_learned() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(learned_changed_, false)) return std::nullopt;
  std::string out;
  append_varint(out, kVersion);
  append_varint(out, static_cast<std::uint64_t>(silent_since_ns_));
  append_varint(out, hours_heard_);
  append_varint(out, (learned_ ? kHasRhythm : 0) | (clock_wrong_ ? kClockWrong : 0) |
                         (volume_ == Volume::flood ? kFlood : 0) | (volume_ == Volume::collapse ? kCollapse : 0));
  append_varint(out, low_hours_);
  clock_.save(out);
  if (learned_) {
    learned_->quiet.save(out);
    learned_->volume.save(out);
  }
  return out;
}

void SourceHealth::load(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  WireReader in(bytes);
  if (in.varint() < kVersion) return;
  silent_since_ns_ = static_cast<std::int64_t>(in.varint(INT64_MAX));
  hours_heard_ = static_cast<std::uint32_t>(in.varint(UINT32_MAX));
  const std::uint64_t flags = in.varint();
  low_hours_ = static_cast<std::uint8_t>(in.varint(UINT8_MAX));
  clock_.load(in);
  clock_wrong_ = (flags & kClockWrong) != 0;
  volume_ = (flags & kFlood) != 0 ? Volume::flood : (flags & kCollapse) != 0 ? Volume::collapse : Volume::usual;
  if ((flags & kHasRhythm) == 0) return;
  learned_ = std::make_unique<Learned>();
  learned_->quiet.load(in);
  learned_->volume.load(in);
}

}  // namespace vigil
