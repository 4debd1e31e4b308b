#include "daemon/relay_ledger.h"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

#include "parsers/envelope.h"

namespace vigil {

namespace {

constexpr std::string_view kPrefix = "relay/stream/";
/// Streams that were quiet for so many records of others are brought up to date, so that a start reads no more than that
/// again for their sake.
constexpr std::uint64_t kQuietRecords = 100'000;
constexpr std::chrono::seconds kLookEvery{60};

/// Numbers are compared within one run only.
std::size_t content_of(std::string_view peer, std::int64_t received_ns, std::string_view raw) {
  const std::hash<std::string_view> hash;
  return (hash(raw) * 31 + hash(peer)) * 31 + static_cast<std::size_t>(received_ns);
}

}  // namespace

RelayLedger::RelayLedger(Archive& archive, std::string instance)
    : archive_(archive), instance_(std::move(instance)) {
  load();
  find_repeatable();
}

RelayLedger::~RelayLedger() { stop(); }

/// Organisations' ids have no slash in them, nor have streams'.
std::string RelayLedger::key_of(const Stream& stream) {
  return std::string(kPrefix) + stream.organisation + "/" + stream.id;
}

/// "next since origin" under "relay/stream/<organisation>/<stream>".
void RelayLedger::load() {
  archive_.state().scan(kPrefix, [this](std::string_view key, std::string_view value) {
    key.remove_prefix(kPrefix.size());
    const std::size_t slash = key.rfind('/');
    if (slash == std::string_view::npos) return true;
    Entry entry;
    const char* const end = value.data() + value.size();
    const auto next = std::from_chars(value.data(), end, entry.next);
    if (next.ec != std::errc() || next.ptr == end) return true;
    const auto since = std::from_chars(next.ptr + 1, end, entry.since);
    if (since.ec != std::errc()) return true;
    if (since.ptr != end) entry.origin.assign(since.ptr + 1, end);
    entries_.emplace(Stream{std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))},
                     std::move(entry));
    return entries_.size() < kStreamsMax;
  });
}

void RelayLedger::find_repeatable() {
  if (entries_.empty()) return;
  std::unordered_map<std::string_view, Entry*> by_id;
  ScanRange range;
  range.organisations = {"*"};
  range.newest_first = false;
  range.sequence_from = archive_.next_sequence();
  for (auto& [stream, entry] : entries_) {
    by_id.emplace(stream.id, &entry);
    range.sequence_from = std::min(range.sequence_from, entry.since);
  }
  const auto read = archive_.scan(range, [&by_id](const StoredRecord& record) {
    if (record.source->envelope.empty()) return true;
    Envelope::for_each(record.source->envelope, [&](std::string_view name, std::string_view value) {
      if (name != "vigil.relay.stream") return;
      const auto found = by_id.find(value);
      if (found == by_id.end() || record.sequence < found->second->since) return;
      ++found->second->repeatable[content_of(record.source->peer, record.received_ns, record.raw)];
    });
    return true;
  });
  if (!read) {
    spdlog::error(
        "E-RELAY the newest records could not be read: {} - some that are relayed again may be there twice / "
        "無法讀取最新紀錄，轉送紀錄可能重複",
        read.error().what);
  }
}

void RelayLedger::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "relay-ledger");
    run();
  });
}

void RelayLedger::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool RelayLedger::hello(const Stream& stream, std::string_view origin, std::uint64_t begin, Told told) {
  {
    const std::lock_guard lock(mutex_);
    auto found = entries_.find(stream);
    if (found == entries_.end()) {
      if (entries_.size() >= kStreamsMax) return false;
      found = entries_.emplace(stream, Entry()).first;
      found->second.next = begin;
      found->second.since = archive_.next_sequence();
    }
    Entry& entry = found->second;
    entry.origin = origin;
    entry.dirty = true;
    waiting_.push_back({std::move(told), entry.next});
  }
  wake_.notify_one();
  return true;
}

RelayLedger::Claim RelayLedger::claim(const Stream& stream, std::uint64_t first, std::uint64_t& next) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(stream);
  if (found == entries_.end()) return Claim::unknown;
  Entry& entry = found->second;
  next = entry.next;
  if (entry.busy) return Claim::busy;
  if (first > entry.next) return Claim::ahead;
  entry.busy = true;
  return Claim::taken;
}

bool RelayLedger::is_repeated(const Stream& stream, std::string_view peer, std::int64_t received_ns,
                              std::string_view raw) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[stream];
  auto& repeatable = entry.repeatable;
  if (repeatable.empty()) return false;
  const auto found = repeatable.find(content_of(peer, received_ns, raw));
  if (found == repeatable.end()) return false;
  if (--found->second == 0) repeatable.erase(found);
  entry.found = true;
  ++repeated_;
  return true;
}

void RelayLedger::commit(const Stream& stream, std::uint64_t next, Told told) {
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[stream];
    entry.next = std::max(entry.next, next);
    entry.committed = true;
    entry.dirty = true;
    entry.fresh = entry.found ? 0 : entry.fresh + 1;
    entry.found = false;
    if (entry.fresh >= kFreshBatches) entry.repeatable.clear();
    waiting_.push_back({std::move(told), entry.next});
  }
  wake_.notify_one();
}

void RelayLedger::release(const Stream& stream) {
  const std::lock_guard lock(mutex_);
  entries_[stream].busy = false;
}

std::uint64_t RelayLedger::repeated() const {
  const std::lock_guard lock(mutex_);
  return repeated_;
}

void RelayLedger::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kLookEvery, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_ && waiting_.empty()) return;
    }
    save();
  }
}

void RelayLedger::save() {
  StateChange change;
  std::vector<Waiting> waiting;
  std::vector<Stream> written;
  {
    const std::lock_guard lock(mutex_);
    waiting.swap(waiting_);
    const std::uint64_t ours = archive_.next_sequence();
    for (auto& [stream, entry] : entries_) {
      // Nothing of a stream that is not busy is on its way: what we have of it lies before `ours`. While records of before
      // a crash may still come again, their place is kept.
      const bool settled = (!entry.busy || entry.committed) && entry.repeatable.empty();
      const bool quiet = settled && ours - std::min(ours, entry.since) > kQuietRecords;
      if (!entry.dirty && !quiet) continue;
      if (settled) entry.since = ours;
      entry.dirty = false;
      change.put(key_of(stream),
                 std::to_string(entry.next) + " " + std::to_string(entry.since) + " " + entry.origin);
      written.push_back(stream);
    }
  }
  const auto done = archive_.state().commit(change);
  if (!done) {
    spdlog::error(
        "E-RELAY how far relayed records have come could not be written: {} - they are not acknowledged and "
        "come "
        "again / 轉送進度無法寫入，將重送",
        done.error().what);
  }
  {
    const std::lock_guard lock(mutex_);
    for (const Stream& stream : written) {
      Entry& entry = entries_[stream];
      entry.dirty = entry.dirty || !done;
      // Only now may another batch of it come: whatever is behind its number is behind its place too.
      if (entry.committed) entry.busy = entry.committed = false;
    }
  }
  for (const Waiting& each : waiting) each.told(static_cast<bool>(done), each.next);
}

}  // namespace vigil
