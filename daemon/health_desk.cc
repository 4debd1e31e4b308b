#include "daemon/health_desk.h"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "daemon/clock.h"
#include "daemon/health_keys.h"
#include "parsers/render.h"

namespace vigil {

namespace {

constexpr std::chrono::seconds kTickEvery{1};
/// Between two ticks: more, and vigild did not run (stopped, suspended, the clock was set).
constexpr std::int64_t kSleptNs = 30 * kSecond;
/// Outages of ours that are worth a line in the report.
constexpr std::int64_t kOutageNs = 60 * kSecond;

/// Days are kept of senders that sent this much, or are known for an hour: a flood of spoofed ones leaves no days behind.
constexpr std::uint64_t kTallyFrom = 16;

constexpr std::int64_t ns(std::chrono::nanoseconds time) { return time.count(); }

SourceFacts facts_of(const SourceState& source, std::int64_t now_ns) {
  SourceFacts facts;
  facts.now_ns = now_ns;
  // Counts first: what is counted while we look is older than the time it was last seen, never newer.
  facts.received = source.received;
  facts.bytes = source.bytes;
  facts.unparsed = source.unparsed;
  facts.discarded = source.discarded;
  facts.missing = source.missing;
  facts.first_seen_ns = source.first_seen_ns;
  facts.last_seen_ns = source.last_seen_ns;
  facts.clock_skew_ns = source.clock_skew_ns;
  facts.zone_minutes = source.source->zone_minutes;
  return facts;
}

std::string seconds_text(std::int64_t duration_ns) { return std::to_string(duration_ns / kSecond); }

std::string safe(std::string_view text) {
  std::string out;
  append_terminal_safe(text, out);
  return out;
}

bool is_ours(const Source& source) { return source.transport == "internal"; }

std::string_view name_of(HealthNews::What what) {
  constexpr std::string_view kNames[] = {"silence",      "silence_over", "flood",      "collapse",
                                         "volume_usual", "clock_wrong",  "clock_right"};
  return kNames[static_cast<std::size_t>(what)];
}

}  // namespace

HealthDesk::HealthDesk(SourceTable& sources, StateStore& state, OwnVoice& voice, LossBook& losses,
                       const Writer& writer, std::shared_ptr<const AssetTable> assets, HealthOptions options)
    : sources_(sources),
      state_(state),
      voice_(voice),
      losses_(losses),
      writer_(writer),
      assets_(std::move(assets)),
      options_(options) {}

void HealthDesk::load(std::int64_t now_ns) {
  listening_since_ns_ = ticked_ns_ = looked_ns_ = now_ns;
  written_ns_ = tallied_ns_ = now_ns;
  sources_.load(state_);
  if (const auto alive = state_.get(health_key::kAlive)) {
    const std::int64_t from = health_key::number(*alive);
    if (from != 0 && now_ns - from > kOutageNs) pending_.put(health_key::outage(from), std::to_string(now_ns));
  }
  sources_.for_each([this, now_ns](SourceState& source) {
    const SourceFacts facts = facts_of(source, now_ns);
    source.health->begin(facts);
    const std::int64_t today = whole_units(local_hour(now_ns, facts.zone_minutes), 24);
    if (const auto tally = state_.get(health_key::day(today, source.key)))
      source.health->resume_today(DayTally::load(today, *tally));
  });
  state_.scan(kLearnedPrefix, [this](std::string_view key, std::string_view value) {
    if (const auto source = sources_.get(std::string(key.substr(kLearnedPrefix.size())))) {
      WireReader in(value);
      const std::string_view sample = in.text();
      if (in.ok()) {
        source->last_unparsed = sample;
        source->health->load(value.substr(value.size() - in.left()));
      }
    }
    return true;
  });
}

void HealthDesk::start() {
  thread_ = std::thread([this] { run(); });
}

void HealthDesk::run() {
  pthread_setname_np(pthread_self(), "health");
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 5);
  const auto every = std::min<std::chrono::nanoseconds>(kTickEvery, options_.look_every);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, every, [this] { return stopping_; })) {
    lock.unlock();
    tick(wall_clock_ns());
    lock.lock();
  }
}

void HealthDesk::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) return;
    stopping_ = true;
  }
  wake_.notify_one();
  if (!thread_.joinable()) return;
  thread_.join();
  const std::int64_t now = wall_clock_ns();
  look(now);
  for (OwnVoice::Message& message : losses_.due(now, true)) voice_.say(std::move(message));
  write(now, true);
}

void HealthDesk::tick(std::int64_t now_ns) {
  watch_ourselves(now_ns);
  if (now_ns - looked_ns_ >= ns(options_.look_every)) look(now_ns);
  for (OwnVoice::Message& message : losses_.due(now_ns)) voice_.say(std::move(message));
  tell_explosion(now_ns);
  // A silence or the end of a day is rare, and a report may be asked for at any time.
  if (!pending_.empty() || now_ns - written_ns_ >= ns(kWriteEvery)) write(now_ns, false);
}

/// What was not heard because we did not listen is not a source's fault.
void HealthDesk::watch_ourselves(std::int64_t now_ns) {
  if (now_ns < ticked_ns_ || now_ns - ticked_ns_ > kSleptNs) {
    if (now_ns - ticked_ns_ > kOutageNs) pending_.put(health_key::outage(ticked_ns_), std::to_string(now_ns));
    listening_since_ns_ = now_ns;
    looked_ns_ = std::min(looked_ns_, now_ns - ns(options_.look_every));
  }
  const bool paused = writer_.streams_wait() || writer_.trouble().has_value();
  if (paused) {
    if (paused_since_ns_ == 0) paused_since_ns_ = now_ns;
    listening_since_ns_ = now_ns;
    paused_seconds_.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, now_ns - ticked_ns_) / kSecond),
                              std::memory_order_relaxed);
  }
  const std::int64_t lasted = paused_since_ns_ == 0 ? 0 : now_ns - paused_since_ns_;
  const auto say = [this, lasted](const char* id, const std::string& text) {
    voice_.say({.id = id,
                .data = {{"from", iso_time(paused_since_ns_, 0)}, {"seconds", seconds_text(lasted)}},
                .text = text});
  };
  if (paused && !pause_told_ && lasted >= ns(kPausedTold)) {
    pause_told_ = true;
    spdlog::error(
        "E-PAUSED streams have not been read for {} s because their messages cannot be written fast enough; their "
        "senders wait or discard - look at the disk / TCP 來源已暫停讀取 {} 秒，請檢查磁碟",
        lasted / kSecond, lasted / kSecond);
    say("paused", "streams have not been read for " + seconds_text(lasted) + " s; their senders wait or discard");
  }
  if (!paused && paused_since_ns_ != 0) {
    if (std::exchange(pause_told_, false)) {
      spdlog::info("streams are read again after {} s / 已恢復讀取", lasted / kSecond);
      say("paused_over", "streams are read again after " + seconds_text(lasted) + " s");
    }
    paused_since_ns_ = 0;
  }
  ticked_ns_ = now_ns;
}

void HealthDesk::look(std::int64_t now_ns) {
  looked_ns_ = now_ns;
  std::map<std::string, Summary> counted;
  std::vector<HealthNews> news;
  std::vector<DayTally> days;
  sources_.for_each([&](SourceState& source) {
    if (is_ours(*source.source)) return;
    news.clear();
    days.clear();
    look_at(source, now_ns, news, days);
    for (const HealthNews& each : news) tell(source, each);
    for (const DayTally& day : days) pending_.put(health_key::day(day.day, source.key), day.save());
    Summary& of = counted[source.source->organisation];
    const SourceHealth::View view = source.health->view(options_, now_ns, source.source->zone_minutes);
    ++of.sources;
    of.silent += view.silent_since_ns != 0 ? 1U : 0U;
    of.learning += view.learning ? 1U : 0U;
    of.clock_wrong += view.clock_wrong ? 1U : 0U;
    of.flood += view.volume == Volume::flood ? 1U : 0U;
    of.collapse += view.volume == Volume::collapse ? 1U : 0U;
  });
  const std::lock_guard lock(summary_mutex_);
  for (auto& [organisation, of] : summary_) counted[organisation].missing = of.missing;
  summary_ = std::move(counted);
}

void HealthDesk::look_at(SourceState& source, std::int64_t now_ns, std::vector<HealthNews>& news,
                         std::vector<DayTally>& days) {
  const Source& about = *source.source;
  {
    const std::lock_guard lock(source.sequence_mutex);
    if (source.sequences) {
      const MissingNumbers settled = source.sequences->settle();
      if (settled.count != 0) {
        source.missing.fetch_add(settled.count, std::memory_order_relaxed);
        source.untold.add(settled);
        source.dirty = true;
      }
      if (source.untold.count != 0) {
        losses_.add({.loss = Loss::sequence_gap,
                     .listener = about.listener,
                     .organisation = about.organisation,
                     .source = about.host,
                     .peer = about.peer,
                     .drill = about.drill},
                    source.untold, source.sequences->kinds(), source.sequences->habitual(), now_ns);
        const std::lock_guard summary(summary_mutex_);
        summary_[about.organisation].missing += source.untold.count;
        source.untold = {};
      }
    }
  }
  if (const std::uint64_t discarded = source.discarded; discarded != source.discarded_told) {
    losses_.add({.loss = Loss::discarded,
                 .listener = about.listener,
                 .organisation = about.organisation,
                 .source = about.host,
                 .peer = about.peer,
                 .drill = about.drill},
                discarded - source.discarded_told, now_ns);
    source.discarded_told = discarded;
  }
  SourceFacts facts = facts_of(source, now_ns);
  facts.listening_since_ns = listening_since_ns_;
  source.health->look(facts, options_, news, days);
}

void HealthDesk::tell(const SourceState& source, const HealthNews& news) {
  using What = HealthNews::What;
  const Source& about = *source.source;
  OwnVoice::Message message;
  message.id = name_of(news.what);
  message.organisation = about.organisation;
  message.drill = about.drill;
  message.data = {{"source", about.host}, {"peer", about.peer}, {"listener", about.listener}};
  if (!about.system.empty()) message.data.emplace_back("system", about.system);
  const auto add = [&message](const char* name, std::string value) { message.data.emplace_back(name, std::move(value)); };
  const std::string who = safe(about.host) + " (" + safe(about.peer) + ", " + about.organisation + ")";
  const std::int64_t zone = about.zone_minutes;
  const std::string from = iso_time(news.from_ns, static_cast<int>(zone));
  switch (news.what) {
    case What::silence:
      add("last_seen", from);
      add("quiet_seconds", seconds_text(news.to_ns - news.from_ns));
      add("allowed_seconds", seconds_text(news.allowed_ns));
      message.text = about.host + " has been silent since " + from + ", longer than it ever is at this hour";
      pending_.put(health_key::silence(news.from_ns, source.key), "0");
      spdlog::warn("W-SILENT {} has been silent since {} - is it running, and can it reach us? / 來源靜默，請確認設備與連線", who, from);
      break;
    case What::silence_over:
      add("from", from);
      add("to", iso_time(news.to_ns, static_cast<int>(zone)));
      add("silent_seconds", seconds_text(news.to_ns - news.from_ns));
      message.text = about.host + " is heard again after " + seconds_text(news.to_ns - news.from_ns) + " s";
      pending_.put(health_key::silence(news.from_ns, source.key), std::to_string(news.to_ns));
      spdlog::info("{} is heard again after {} s / 來源恢復", who, (news.to_ns - news.from_ns) / kSecond);
      break;
    case What::flood:
    case What::collapse:
    case What::volume_usual:
      add("hour", from);
      add("count", std::to_string(news.count));
      add("usual", std::to_string(news.usual));
      message.text = about.host + " sent " + std::to_string(news.count) + " messages in the hour from " + from + "; " +
                     std::to_string(news.usual) + " are usual";
      if (news.what != What::volume_usual)
        spdlog::warn("W-VOLUME {}: {} messages in the hour from {}, usual are {} / 訊息量異常", who, news.count, from,
                     news.usual);
      break;
    case What::clock_wrong:
    case What::clock_right: {
      const std::int64_t skew = news.skew_ns / kSecond;
      add("skew_seconds", std::to_string(skew));
      const bool zone_suspected = news.what == What::clock_wrong && SenderClock::looks_like_zone(news.skew_ns);
      if (zone_suspected) add("zone_suspected", "true");
      message.text = "the clock of " + about.host + " is off by " + std::to_string(skew) + " s" +
                     (zone_suspected ? ": its time zone is probably set wrongly" : "");
      if (news.what == What::clock_wrong)
        spdlog::warn("W-CLOCK the clock of {} is steadily off by {} s - let it ask a time server{} / 來源時鐘偏差", who, skew,
                     zone_suspected ? ", and look at its time zone" : "");
      break;
    }
  }
  voice_.say(std::move(message));
}

void HealthDesk::tell_explosion(std::int64_t now_ns) {
  const std::uint64_t evicted = sources_.evicted();
  if (evicted == evicted_told_) return;
  if (explosion_told_ns_ != 0 && now_ns - explosion_told_ns_ < ns(kExplosionEvery)) return;
  const std::string pushed = std::to_string(evicted - evicted_told_);
  evicted_told_ = evicted;
  explosion_told_ns_ = now_ns;
  spdlog::error(
      "E-SOURCES source_explosion: more than {} senders at once; {} that sent least are no longer remembered (what they "
      "sent is kept) - somebody may be spoofing addresses / 來源數異常暴增，可能為偽造來源",
      SourceTable::kSourcesMax, pushed);
  voice_.say({.id = "source_explosion",
              .data = {{"limit", std::to_string(SourceTable::kSourcesMax)}, {"forgotten", pushed}},
              .text = "more than " + std::to_string(SourceTable::kSourcesMax) + " senders at once; " + pushed +
                      " that sent least are no longer remembered, what they sent is kept"});
}

void HealthDesk::write(std::int64_t now_ns, bool all) {
  written_ns_ = now_ns;
  StateChange change = sources_.changes();
  change.append(pending_);
  const bool tallies = all || now_ns - tallied_ns_ >= ns(kTalliesEvery);
  if (tallies) tallied_ns_ = now_ns;
  sources_.for_each([&](SourceState& source) {
    if (is_ours(*source.source) || !source.written) return;
    if (auto learned = source.health->take_learned()) {
      std::string value;
      {
        const std::lock_guard lock(source.sample_mutex);
        append_text(value, source.last_unparsed);
      }
      change.put(std::string(kLearnedPrefix) + source.key, value + *learned);
    }
    const bool spoofed_perhaps = source.received < kTallyFrom && now_ns - source.first_seen_ns < kHour;
    if (!tallies || (spoofed_perhaps && !all)) return;
    if (const auto today = source.health->take_today()) change.put(health_key::day(today->day, source.key), today->save());
  });
  change.put(std::string(health_key::kAlive), std::to_string(now_ns));
  if (const auto written = state_.commit(change)) {
    pending_ = {};
  } else {
    spdlog::warn("W-SOURCES what is known of the sources could not be written: {}", written.error().what);
  }
  if (now_ns - pruned_ns_ > kDay) prune(now_ns);
}

void HealthDesk::prune(std::int64_t now_ns) {
  pruned_ns_ = now_ns;
  const std::int64_t before = now_ns - kKeptDays * kDay;
  StateChange change;
  const auto older = [this, &change](std::string_view prefix, const std::string& limit) {
    state_.scan(prefix, [&](std::string_view key, std::string_view) {
      if (key.substr(prefix.size(), limit.size()) >= limit) return false;
      change.erase(std::string(key));
      return true;
    });
  };
  older(health_key::kDay, day_text(before / kDay));
  older(health_key::kSilence, health_key::time_digits(before));
  older(health_key::kOutage, health_key::time_digits(before));
  sources_.forget(before);
  if (!change.empty() && !state_.commit(change)) pruned_ns_ = now_ns - kDay + kHour;  // Again in an hour.
}

std::map<std::string, HealthDesk::Summary> HealthDesk::summary() const {
  const std::lock_guard lock(summary_mutex_);
  return summary_;
}

}  // namespace vigil
