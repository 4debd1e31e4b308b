#include "daemon/alert_ledger.h"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "daemon/clock.h"
#include "parsers/alert_document.h"
#include "parsers/envelope.h"
#include "storage/sha256.h"

namespace vigil {

namespace {

constexpr std::string_view kPrefix = "alert/";
constexpr std::string_view kSettled = "cursor/alerts";
constexpr std::size_t kMarkDigits = 32;
/// After so many records of others the place is written anew, so that a start reads no more than that again.
constexpr std::uint64_t kQuietRecords = 100'000;
constexpr std::chrono::seconds kLookEvery{60};
constexpr std::int64_t kForgetEverySeconds = 86'400;

std::string half(std::string hex) {
  hex.resize(kMarkDigits);
  return hex;
}

std::string value_of(const AlertLedger::Entry& entry) {
  return record_id(entry.first) + " " + record_id(entry.newest) + " " + std::to_string(entry.revision) + " " +
         entry.content + " " + std::to_string(entry.received_s);
}

/// Nothing of a value that is not ours.
AlertLedger::Entry entry_of(std::string_view value) {
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const std::size_t end = std::min(value.find(' '), value.size());
    part = value.substr(0, end);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  AlertLedger::Entry entry;
  const auto first = record_sequence(parts[0]);
  const auto newest = record_sequence(parts[1]);
  const auto number = [](std::string_view text, auto& out) {
    return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc();
  };
  if (!first || !newest || !number(parts[2], entry.revision) || !number(parts[4], entry.received_s))
    return {};
  entry.first = *first;
  entry.newest = *newest;
  entry.content = parts[3];
  return entry;
}

bool is_relayed(const Source& source) {
  bool relayed = false;
  Envelope::for_each(source.envelope, [&relayed](std::string_view name, std::string_view) {
    relayed = relayed || name.starts_with("vigil.relay.");
  });
  return relayed;
}

}  // namespace

std::string AlertLedger::which(std::string_view organisation, std::string_view source, std::string_view ref) {
  std::string text(organisation);
  text.append(1, '\0').append(source).append(1, '\0').append(ref);
  return half(sha256_hex(text));
}

std::string AlertLedger::content(std::string_view document) { return half(sha256_hex(document)); }

AlertLedger::AlertLedger(Archive& archive) : archive_(archive) { find_unwritten(); }

AlertLedger::~AlertLedger() { stop(); }

/// What the archive has behind the place that was written last.
void AlertLedger::find_unwritten() {
  // Without a place there has never been an alert.
  const auto place = archive_.state().get(kSettled);
  if (place) settled_ = record_sequence(*place).value_or(0);
  ScanRange range;
  range.organisations = {"*"};
  range.sequence_from = settled_;
  range.sequence_to = archive_.next_sequence();
  range.newest_first = false;
  std::unordered_map<std::string, Entry> found;
  if (place && range.sequence_from < range.sequence_to) {
    const auto scanned = archive_.scan(range, [&](const StoredRecord& record) {
      if (record.source->transport != transport::kAlert || is_relayed(*record.source)) return true;
      const AlertMark mark = read_alert_mark(record.raw);
      if (mark.hash.size() != 2 * kMarkDigits) return true;
      const std::string name(mark.hash.substr(0, kMarkDigits));
      const auto [entry, fresh] = found.try_emplace(name);
      if (fresh) entry->second = find(name);
      Entry& known = entry->second;
      if (mark.revision <= known.revision) return true;
      if (known.first == 0) known.first = record.sequence;
      known.newest = record.sequence;
      known.revision = mark.revision;
      known.content = mark.hash.substr(kMarkDigits);
      known.received_s = record.received_ns / 1'000'000'000;
      return true;
    });
    if (!scanned) {
      spdlog::warn(
          "W-ALERTS the alerts stored last could not be read ({}); one that comes again may be stored twice "
          "/ "
          "無法讀取最近保存的告警，重送者可能重複保存",
          scanned.error().what);
    }
  }
  unwritten_ = std::move(found);
  save(Place::now);
}

AlertLedger::Entry AlertLedger::find(const std::string& which) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto unwritten = unwritten_.find(which); unwritten != unwritten_.end())
      return unwritten->second;
  }
  const auto value = archive_.state().get(std::string(kPrefix) + which);
  return value ? entry_of(*value) : Entry();
}

void AlertLedger::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "alerts");
    run();
  });
}

void AlertLedger::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool AlertLedger::claim(std::span<const std::string> which, std::vector<Entry>& known,
                        std::function<void()> again) {
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& each : which) {
      if (const auto taken = claimed_.find(each); taken != claimed_.end()) {
        taken->second.push_back(std::move(again));
        return false;
      }
    }
    for (const std::string& each : which) claimed_[each];
  }
  known.clear();
  for (const std::string& each : which) known.push_back(find(each));
  return true;
}

std::vector<std::function<void()>> AlertLedger::free(const std::vector<std::string>& claimed) {
  std::vector<std::function<void()>> waiting;
  for (const std::string& each : claimed) {
    const auto found = claimed_.find(each);
    if (found == claimed_.end()) continue;
    std::move(found->second.begin(), found->second.end(), std::back_inserter(waiting));
    claimed_.erase(found);
  }
  return waiting;
}

void AlertLedger::release(const std::vector<std::string>& claimed) {
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting = free(claimed);
  }
  for (const auto& each : waiting) each();
}

void AlertLedger::commit(std::vector<std::string> claimed, std::vector<std::pair<std::string, Entry>> stored,
                         Told told) {
  {
    const std::lock_guard lock(mutex_);
    commits_.push_back({std::move(claimed), std::move(stored), std::move(told)});
  }
  wake_.notify_one();
}

void AlertLedger::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kLookEvery, [this] { return stopping_ || !commits_.empty(); });
      if (stopping_ && commits_.empty()) break;
    }
    save(Place::when_due);
    if (const std::int64_t now = wall_clock_ns() / 1'000'000'000; now - looked_s_ > kForgetEverySeconds) {
      looked_s_ = now;
      forget_old(now);
    }
  }
  save(Place::now);
}

void AlertLedger::save(Place place) {
  StateChange change;
  std::vector<Commit> commits;
  std::uint64_t settled = 0;
  {
    const std::lock_guard lock(mutex_);
    commits.swap(commits_);
    std::size_t in_archive = 0;
    for (Commit& each : commits) {
      in_archive += each.claimed.size();
      for (auto& [name, entry] : each.stored) unwritten_[name] = std::move(entry);
    }
    for (const auto& [name, entry] : unwritten_) change.put(std::string(kPrefix) + name, value_of(entry));
    // Where nobody else is about to store an alert, all that are in the archive by now have their entry after this write.
    const std::uint64_t next = archive_.next_sequence();
    const bool all = in_archive == claimed_.size();
    const bool due = !change.empty() || next - std::min(next, settled_) > kQuietRecords;
    if (all && (due || (place == Place::now && next != settled_))) settled = next;
  }
  if (settled != 0) change.put(std::string(kSettled), record_id(settled));
  bool durable = true;
  if (!change.empty()) {
    const auto done = archive_.state().commit(change);
    durable = static_cast<bool>(done);
    if (!done) {
      spdlog::error(
          "E-ALERTS which alerts are stored could not be written: {} - they are not acknowledged, and known "
          "when they come "
          "again / 告警索引無法寫入，暫不確認",
          done.error().what);
    }
  }
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    if (durable) unwritten_.clear();
    if (durable && settled != 0) settled_ = settled;
    for (const Commit& each : commits) {
      std::vector<std::function<void()>> freed = free(each.claimed);
      std::move(freed.begin(), freed.end(), std::back_inserter(waiting));
    }
  }
  for (const Commit& each : commits) each.told(durable);
  for (const auto& each : waiting) each();
}

/// Entries whose time is over, and the oldest beyond the limit.
void AlertLedger::forget_old(std::int64_t now_s) {
  std::vector<std::pair<std::int64_t, std::string>> all;
  archive_.state().scan(kPrefix, [&all](std::string_view key, std::string_view value) {
    all.emplace_back(entry_of(value).received_s, key);
    return true;
  });
  const std::size_t over = all.size() - std::min(all.size(), kEntriesMax);
  if (over != 0) std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(over), all.end());
  StateChange change;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i < over || now_s - all[i].first > kKeptSeconds) change.erase(std::move(all[i].second));
  }
  if (change.empty()) return;
  if (const auto done = archive_.state().commit(change); !done) {
    spdlog::warn("W-ALERTS old entries of the alerts' index stay: {} / 舊告警索引未能清除",
                 done.error().what);
  }
}

}  // namespace vigil
