#include "daemon/rule_sights.h"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>

#include "daemon/clock.h"
#include "parsers/record.h"
#include "rules/log_routes.h"
#include "storage/stored_event.h"

namespace vigil {

namespace json = boost::json;

namespace {

constexpr std::string_view kPrefix = "rule-seen/";
constexpr char kBetween = '\x1f';
constexpr std::int64_t kDayNs = 86'400'000'000'000;
/// Batches kept for looking at; when more come they are not looked at.
constexpr std::size_t kQueueMax = 8;
/// Messages of one sender and format in a second that are looked at before others have had their turn.
constexpr unsigned kFirstLooks = 8;
/// Half of the looks are kept for those.
constexpr unsigned kReserved = RuleSights::kLooksPerSecond / 2;
constexpr std::chrono::seconds kWriteEvery{60};
/// Newest records looked at when nothing is known yet: after an upgrade the archive is full.
constexpr std::size_t kLookBackRecords = 20'000;
constexpr std::chrono::milliseconds kWaitMax{2000};

std::string key_of(const LogSource& source, std::string_view code) {
  std::string key(source.product);
  for (const std::string_view part : {source.category, source.service, code}) {
    key.push_back(kBetween);
    key.append(part);
  }
  return key;
}

std::vector<std::string> parts_of(std::string_view key) {
  std::vector<std::string> parts(1);
  for (const char c : key) {
    if (c == kBetween) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  parts.resize(4);
  return parts;
}

}  // namespace

RuleSights::RuleSights(Archive& archive) : archive_(archive) {
  archive_.state().scan(kPrefix, [this](std::string_view key, std::string_view value) {
    boost::system::error_code error;
    const json::value stored = json::parse(json::string_view(value.data(), value.size()), error);
    const json::object* const object = error ? nullptr : stored.if_object();
    if (object == nullptr) return true;
    Kind& kind = kinds_[std::string(key.substr(kPrefix.size()))];
    for (const auto& [name, day] : *object) {
      if (!day.is_int64()) continue;
      if (name.empty()) {
        kind.last_day = day.as_int64();
      } else {
        kind.fields[std::string(name)] = day.as_int64();
      }
    }
    return true;
  });
}

void RuleSights::start() {
  second_ = written_ = std::chrono::steady_clock::now();
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "sights");
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 10);
    run();
  });
}

void RuleSights::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void RuleSights::offer(const std::shared_ptr<Batch>& batch) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= kQueueMax) return;
    queue_.push_back(batch);
  }
  wake_.notify_one();
}

void RuleSights::run() {
  look_back();
  for (;;) {
    std::shared_ptr<Batch> batch;
    {
      std::unique_lock lock(mutex_);
      busy_ = false;
      if (queue_.empty()) idle_.notify_all();
      wake_.wait_for(lock, kWriteEvery, [this] { return stopping_ || !queue_.empty(); });
      if (!queue_.empty()) {
        batch = std::move(queue_.front());
        queue_.pop_front();
        busy_ = true;
      } else if (stopping_) {
        break;
      }
    }
    if (batch) look_at(*batch);
    if (std::chrono::steady_clock::now() - written_ >= kWriteEvery) write();
  }
  write();
}

/// Nothing is known, but something was received: of an earlier version, or before a crash.
void RuleSights::look_back() {
  {
    const std::lock_guard lock(kinds_mutex_);
    if (!kinds_.empty()) return;
  }
  ScanRange range;
  range.organisations = {"*"};
  std::size_t looked = 0;
  const auto done = archive_.scan(range, [&](const StoredRecord& record) {
    arena_.reset();
    event_.clear();
    parse_stored(record, event_, arena_);
    look(event_, record.received_ns);
    const std::lock_guard lock(mutex_);
    return ++looked < kLookBackRecords && !stopping_;
  });
  if (!done) spdlog::warn("W-RULE-SEEN the archive could not be looked through: {}", done.error().what);
}

/// Each sender and format first, the others as long as looks are left.
bool RuleSights::may_look(const Source* source, Format format) {
  if (looks_left_ == 0) return false;
  const auto key = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(source)) * 131 + static_cast<std::uint64_t>(format);
  if (++met_[key] > kFirstLooks && looks_left_ <= kReserved) return false;
  --looks_left_;
  return true;
}

void RuleSights::look_at(const Batch& batch) {
  const auto now = std::chrono::steady_clock::now();
  if (now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    looks_left_ = kLooksPerSecond;
    met_.clear();
  }
  for (const Record& record : batch.records) {
    const Source& source = batch.source_of(record);
    if (!may_look(&source, record.format)) continue;
    arena_.reset();
    event_.clear();
    parse_event_as(record.format, record.event_ns, record.header, record_context(source, record.received_ns), event_,
                   arena_);
    look(event_, record.received_ns);
  }
}

void RuleSights::look(const Event& event, std::int64_t now_ns) {
  const std::int64_t day = now_ns / kDayNs;
  static const sigma::RuleLogSource kPlainText{"", "plain_text", ""};
  const std::lock_guard lock(kinds_mutex_);
  for (const LogSource& source : event.log_sources()) {
    note(source, source.product == "windows" ? event.text_of("event.code") : std::string_view(), event, day);
  }
  if (sigma::may_apply(event.format, kPlainText)) note({"", "plain_text", ""}, {}, event, day);
  if (event.log_sources().empty()) note({"", "", ""}, {}, event, day);
}

void RuleSights::note(const LogSource& source, std::string_view code, const Event& event, std::int64_t day) {
  std::string key = key_of(source, code);
  auto found = kinds_.find(key);
  if (found == kinds_.end()) {
    if (kinds_.size() >= kKindsMax) return;
    found = kinds_.emplace(std::move(key), Kind()).first;
  }
  Kind& kind = found->second;
  if (kind.last_day < day) {
    kind.last_day = day;
    kind.dirty = true;
  }
  for (const Field& field : event.fields()) {
    const auto known = kind.fields.find(field.name);
    if (known != kind.fields.end()) {
      if (known->second >= day) continue;
      known->second = day;
    } else if (kind.fields.size() < kFieldsMax) {
      kind.fields.emplace(field.name, day);
    } else {
      continue;
    }
    kind.dirty = true;
  }
}

void RuleSights::write() {
  written_ = std::chrono::steady_clock::now();
  const std::int64_t oldest = wall_clock_ns() / kDayNs - kDaysKept;
  StateChange change;
  {
    const std::lock_guard lock(kinds_mutex_);
    for (auto at = kinds_.begin(); at != kinds_.end();) {
      auto& [key, kind] = *at;
      if (kind.last_day < oldest) {
        change.erase(std::string(kPrefix) + key);
        at = kinds_.erase(at);
        continue;
      }
      if (std::exchange(kind.dirty, false)) {
        json::object stored{{"", kind.last_day}};
        for (const auto& [name, day] : kind.fields) stored[name] = day;
        change.put(std::string(kPrefix) + key, json::serialize(stored));
      }
      ++at;
    }
  }
  if (change.empty()) return;
  if (const auto done = archive_.state().commit(change); !done)
    spdlog::warn("W-RULE-SEEN what was seen could not be written, it is written again when it changes: {}", done.error().what);
}

std::vector<sigma::Sighting> RuleSights::seen(std::int64_t now_ns) {
  {
    std::unique_lock lock(mutex_);
    idle_.wait_for(lock, kWaitMax, [this] { return stopping_ || (queue_.empty() && !busy_); });
  }
  const std::int64_t oldest = now_ns / kDayNs - kDaysKept;
  std::vector<sigma::Sighting> out;
  const std::lock_guard lock(kinds_mutex_);
  for (const auto& [key, kind] : kinds_) {
    if (kind.last_day < oldest) continue;
    const std::vector<std::string> parts = parts_of(key);
    sigma::Sighting& sighting = out.emplace_back();
    sighting.source = {parts[0], parts[1], parts[2]};
    sighting.code = parts[3];
    for (const auto& [name, day] : kind.fields) {
      if (day >= oldest) sighting.fields.insert(name);
    }
  }
  return out;
}

}  // namespace vigil
