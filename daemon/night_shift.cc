#include "daemon/night_shift.h"

#include <pthread.h>
#include <sched.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "config/asset_table.h"
#include "daemon/clock.h"

namespace vigil {

namespace {

constexpr std::chrono::minutes kBetweenLooks{10};
/// The hours of the night, local time.
constexpr int kNightBegins = 1, kNightEnds = 6;
/// What has waited for so long is packed by day too.
constexpr std::int64_t kBacklogNs = std::int64_t{2} * 24 * 3600 * 1'000'000'000;
/// More than this in the writer's queue: others need the machine.
constexpr std::size_t kQueueBytesMax = 1024 * 1024;

int local_hour(const std::string& zone, std::int64_t now_ns) {
  const std::int64_t minutes = now_ns / 60'000'000'000 + zone_offset_minutes(zone, now_ns);
  return static_cast<int>(minutes / 60 % 24);
}

/// Only what is idle for the calling thread: on a busy machine the night takes longer, and nothing else does.
void take_only_what_is_idle() {
  const sched_param parameter{};
  pthread_setschedparam(pthread_self(), SCHED_IDLE, &parameter);
}

}  // namespace

void NightShift::start() {
  thread_ = std::thread([this] { run(); });
}

void NightShift::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

/// Waits while records wait. False when it is time to end.
bool NightShift::go_on() {
  std::unique_lock lock(mutex_);
  while (!stopping_ && writer_.queued_bytes() > kQueueBytesMax)
    wake_.wait_for(lock, std::chrono::milliseconds(200));
  return !stopping_;
}

bool NightShift::is_held(const RetireRequest::Question& question) const {
  const std::int64_t around = std::chrono::nanoseconds(retention_.hold_surroundings).count();
  return desk_.read([&](const CaseBook& book) {
    const auto cases = book.list({std::string(question.organisation)});
    return std::any_of(cases.begin(), cases.end(), [&](const Case* incident) {
      if (incident->state == CaseState::closed || incident->state == CaseState::rejected) return false;
      const auto [first, last] = incident->event_span();
      return last != 0 && first - around <= question.bounds.event_max &&
             last + around >= question.bounds.event_min;
    });
  });
}

Result<NightReport, StoreError> NightShift::pack_now() {
  take_only_what_is_idle();
  if (auto sealed = archive_.seal(true, wall_clock_ns()); !sealed) return sealed.error();
  return archive_.night({.now_ns = wall_clock_ns(), .everything = true, .go_on = [this] { return go_on(); }});
}

Result<RetireReport, StoreError> NightShift::retire_now() {
  return archive_.retire({.now_ns = wall_clock_ns(),
                          .months = retention_.months,
                          .out_of_scope_days = retention_.out_of_scope_days,
                          .holds = [this](const auto& question) { return is_held(question); }});
}

void NightShift::run() {
  pthread_setname_np(pthread_self(), "night");
  take_only_what_is_idle();
  std::set<std::string> told;  // a block that cannot be packed is met every night
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kBetweenLooks, [this] { return stopping_; });
      if (stopping_) return;
    }
    const std::int64_t now = wall_clock_ns();
    const int hour = local_hour(zone_, now);
    const bool night = hour >= kNightBegins && hour < kNightEnds;
    const auto packed = archive_.night(
        {.now_ns = night ? now : now - kBacklogNs, .everything = false, .go_on = [this] { return go_on(); }});
    if (!packed) {
      spdlog::error(
          "E-NIGHT {} - what was sealed stays as it is and is tried again / "
          "夜間整理失敗，資料未受影響，將再試",
          packed.error().what);
      continue;
    }
    for (const std::string& trouble : packed->troubles) {
      if (!told.insert(trouble).second) continue;
      spdlog::error("E-NIGHT {} - left as it is; keep the disk and look into it / 維持原狀，請查明", trouble);
    }
    if (packed->blocks_before > 0) {
      spdlog::info("night: {} blocks packed into {}, {} -> {} bytes / 夜間整理完成", packed->blocks_before,
                   packed->blocks_after, packed->bytes_before, packed->bytes_after);
    }
    const auto retired = retire_now();
    if (!retired) {
      spdlog::error("E-RETENTION {} - tried again / 逾期資料清除失敗，將再試", retired.error().what);
    } else if (retired->blocks > 0) {
      spdlog::info("retention: {} records past their time given up, {} blocks held / 逾期紀錄已清除",
                   retired->records, retired->held_blocks);
    }
  }
}

}  // namespace vigil
