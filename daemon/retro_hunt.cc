#include "daemon/retro_hunt.h"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "daemon/clock.h"
#include "daemon/hunt_codec.h"
#include "parsers/record.h"
#include "rules/watchlist_watch.h"
#include "storage/needle_filter.h"
#include "storage/terms.h"

namespace vigil {
namespace {

constexpr int kExitReopen = 75;  // as in writer.cc
/// What was found is written at least this often while indicators are looked up.
constexpr std::chrono::seconds kTellEvery{2};

std::string name_of(const IndicatorTable& table, std::size_t row) {
  return std::string(indicator_kind_name(table.kind(row))) + " " + std::string(table.value(row));
}

/// The terms by which the index finds the records that may hold an indicator, and the text that must stand in them. Empty
/// where there is none: a network, an IPv6 address (which has many spellings), a name in Unicode.
bool narrow(const IndicatorTable& table, std::size_t row, ScanRange& range) {
  std::string_view text = table.value(row);
  switch (table.kind(row)) {
    case IndicatorKind::ip:
      if (text.find_first_of(":/") != std::string_view::npos) return false;
      break;
    case IndicatorKind::url:
      text = split_url(text).host;
      if (text.starts_with('[')) return false;
      break;
    case IndicatorKind::account:
      text = text.substr(text.rfind('\\') + 1);
      break;
    default:
      break;
  }
  if (text.find("xn--") != std::string_view::npos) return false;
  if (!std::all_of(text.begin(), text.end(), NeedleFilter::is_needle_byte)) {
    terms_of_text(text, [&range](std::string_view term) { range.terms.emplace_back(term); });
    return !range.terms.empty();
  }
  terms_of_text(text, [&range](std::string_view term) { range.terms.emplace_back(term); });
  range.hints.emplace_back(text);
  return !range.terms.empty();
}

}  // namespace

std::string_view hunt_state_name(Hunt::State state) {
  constexpr std::string_view kNames[] = {"waiting", "running", "done", "cancelled"};
  return kNames[static_cast<std::size_t>(state) % std::size(kNames)];
}

/// What was found since progress was written last: by indicator, organisation, host and source.
struct RetroHunt::Tally {
  struct One {
    std::string name;
    std::uint64_t records = 0, newest = 0;
    std::map<std::string, Detection> groups;
  };
  std::map<std::pair<std::uint32_t, std::uint32_t>, One> found;

  void add(const WatchlistIndex& index, const Hunt& hunt, WatchlistHit&& hit, std::size_t told_max) {
    One& one = found[{hit.ref.list, hit.ref.row}];
    if (one.name.empty()) one.name = name_of(index.table(hit.ref), hit.ref.row);
    ++one.records;
    one.newest = std::max(one.newest, hit.detection.sequence);
    const auto before = hunt.found.find(one.name);
    const std::size_t told = before == hunt.found.end() ? 0 : before->second.told;
    std::string key = hit.detection.organisation + '\0' + (hit.detection.drill ? "drill" : "");
    std::string host = '\0' + hit.detection.host;
    for (const auto& [type, value] : hit.detection.entities) {
      if (type == "source.ip") host += '\0' + value;
    }
    if (one.groups.contains(key + host) || told + one.groups.size() < told_max) key += host;
    const auto [group, fresh] = one.groups.try_emplace(std::move(key));
    if (fresh) group->second.count = 0;
    add_up(group->second, std::move(hit.detection));
  }
};

RetroHunt::RetroHunt(Archive& archive, CaseDesk& desk, CurrentIndex index, std::function<void()> give_way,
                     RetroHuntOptions options)
    : archive_(archive), desk_(desk), index_(std::move(index)), give_way_(std::move(give_way)), options_(options) {
  archive_.state().scan("hunt/", [this](std::string_view key, std::string_view value) {
    auto hunt = read_hunt(value);
    if (hunt) {
      next_number_ = std::max(next_number_, hunt->number + 1);
      hunts_[hunt->number] = std::move(*hunt);
    } else {
      spdlog::warn("W-HUNT {} cannot be read and is left as it is / 回溯紀錄無法讀取", key);
    }
    return true;
  });
}

void RetroHunt::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "hunt");
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 10);
    run();
  });
}

void RetroHunt::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool RetroHunt::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

Hunt RetroHunt::plan(Hunt wanted, StateChange& change) {
  const std::lock_guard lock(mutex_);
  wanted.number = next_number_++;
  change.put(hunt_key(wanted.number), write_hunt(wanted));
  std::size_t over = static_cast<std::size_t>(
      std::count_if(hunts_.begin(), hunts_.end(), [](const auto& each) { return each.second.over(); }));
  for (auto at = hunts_.begin(); at != hunts_.end() && over > options_.kept_max;) {
    if (!at->second.over()) {
      ++at;
      continue;
    }
    change.erase(hunt_key(at->first));
    at = hunts_.erase(at);
    --over;
  }
  return wanted;
}

void RetroHunt::accept(Hunt hunt) {
  {
    const std::lock_guard lock(mutex_);
    hunts_[hunt.number] = std::move(hunt);
  }
  wake_.notify_all();
}

std::vector<Hunt> RetroHunt::hunts() const {
  const std::lock_guard lock(mutex_);
  std::vector<Hunt> out;
  for (auto at = hunts_.rbegin(); at != hunts_.rend(); ++at) out.push_back(at->second);
  return out;
}

std::optional<Hunt> RetroHunt::next() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopping_) return std::nullopt;
    for (auto& [number, hunt] : hunts_) {
      if (hunt.over()) continue;
      hunt.state = Hunt::State::running;
      return hunt;
    }
    wake_.wait(lock);
  }
}

void RetroHunt::run() {
  while (auto next_hunt = next()) hunt(*next_hunt);
}

void RetroHunt::hunt(Hunt& hunt) {
  const auto index = index_();
  const auto list = std::find_if(index->lists().begin(), index->lists().end(),
                                 [&](const Watchlist& each) { return each.id == hunt.list; });
  if (list == index->lists().end()) return end(hunt, Hunt::State::cancelled);
  const IndicatorTable& table = *list->table;
  const auto number = static_cast<std::uint32_t>(list - index->lists().begin());
  std::vector<IndicatorRef> lookups, others;
  const std::int64_t now = wall_clock_ns();
  for (std::uint32_t row = 0; row < table.size(); ++row) {
    if (table.expired(row, now)) continue;
    if (hunt.reason == Hunt::Reason::fresh && (table.since(row) != hunt.sequence_to || table.batch(row) != hunt.batch()))
      continue;
    if (!hunt.value.empty() && name_of(table, row) != hunt.value) continue;
    ScanRange range;
    (narrow(table, row, range) ? lookups : others).push_back({number, row});
  }
  if (lookups.size() > options_.lookups_max) {
    others.insert(others.end(), lookups.begin(), lookups.end());
    lookups.clear();
  }
  // In an order of their own: rows move when the list changes.
  std::sort(lookups.begin(), lookups.end(), [&](IndicatorRef a, IndicatorRef b) { return name_of(table, a.row) < name_of(table, b.row); });
  hunt.indicators = lookups.size() + others.size();
  WatchlistMatcher matcher;
  matcher.use(index);
  if (!hunt.looked_up && !look_up(hunt, matcher, lookups)) return;
  if (!others.empty() && !read_all(hunt, matcher, others)) return;
  hunt.searched = hunt.indicators;
  end(hunt, Hunt::State::done);
}

/// False when it is time to end, or nobody looks for the list's indicators any more.
bool RetroHunt::goes_on(Hunt& hunt, const WatchlistIndex& begun_with) {
  if (stopping()) return false;
  const auto now = index_();
  if (now.get() == &begun_with) return true;
  const bool there = std::any_of(now->lists().begin(), now->lists().end(), [&](const Watchlist& list) { return list.id == hunt.list; });
  if (!there) end(hunt, Hunt::State::cancelled);
  return there;
}

/// One search of the index for each. False: stopped on the way.
bool RetroHunt::look_up(Hunt& hunt, WatchlistMatcher& matcher, const std::vector<IndicatorRef>& rows) {
  Tally tally;
  auto told_at = std::chrono::steady_clock::now();
  for (const IndicatorRef row : rows) {
    const IndicatorTable& table = matcher.index()->table(row);
    std::string name = name_of(table, row.row);
    if (name <= hunt.after) continue;
    if (give_way_) give_way_();
    if (!goes_on(hunt, *matcher.index())) return false;
    ScanRange range;
    narrow(table, row.row, range);
    if (!scan(hunt, std::move(range), matcher, [row](IndicatorRef ref) { return ref == row; }, tally)) return false;
    hunt.after = std::move(name);
    ++hunt.searched;
    if (std::chrono::steady_clock::now() - told_at < kTellEvery && tally.found.size() < 64) continue;
    tell(hunt, tally);
    told_at = std::chrono::steady_clock::now();
  }
  hunt.looked_up = true;
  tell(hunt, tally);
  return true;
}

/// Everything is read once, step by step, and held against all of them.
bool RetroHunt::read_all(Hunt& hunt, WatchlistMatcher& matcher, const std::vector<IndicatorRef>& rows) {
  const std::uint32_t list = rows.front().list;
  std::vector<bool> meant(matcher.index()->lists()[list].table->size());
  for (const IndicatorRef row : rows) meant[row.row] = true;
  const auto wanted = [&](IndicatorRef ref) { return ref.list == list && meant[ref.row]; };
  Tally tally;
  while (hunt.cursor < hunt.sequence_to) {
    if (give_way_) give_way_();
    if (!goes_on(hunt, *matcher.index())) return false;
    ScanRange range;
    range.sequence_from = hunt.cursor;
    const std::uint64_t to = std::min(hunt.sequence_to, hunt.cursor + options_.step_records);
    range.sequence_to = to;
    if (!scan(hunt, std::move(range), matcher, wanted, tally)) return false;
    hunt.cursor = to;
    tell(hunt, tally);
  }
  return true;
}

bool RetroHunt::scan(Hunt& hunt, ScanRange range, WatchlistMatcher& matcher,
                     const std::function<bool(IndicatorRef)>& wanted, Tally& tally) {
  range.organisations = {"*"};
  range.newest_first = false;
  range.event_from_ns = hunt.from_ns;
  range.event_to_ns = hunt.to_ns;
  range.sequence_to = std::min(range.sequence_to, hunt.sequence_to);
  const std::function<bool()> cancelled = [this] { return stopping(); };
  range.cancelled = &cancelled;
  const std::int64_t now = wall_clock_ns();
  Arena arena;
  std::vector<WatchlistHit> hits;
  const auto scanned = archive_.scan(range, [&](const StoredRecord& stored) {
    if (stored.sequence < range.sequence_from || stored.sequence >= range.sequence_to) return true;
    if (stored.event_ns < range.event_from_ns || stored.event_ns >= range.event_to_ns) return true;
    arena.reset();
    const SyslogHeader header = parse_record_header(stored.raw, *stored.source, stored.received_ns, arena);
    const Observation observation = observation_of(stored, header, *stored.source);
    hits.clear();
    matcher.match(observation, WatchlistPass::retro, now, wanted, hits);
    for (WatchlistHit& hit : hits) tally.add(*matcher.index(), hunt, std::move(hit), options_.told_max);
    return true;
  });
  if (stopping()) return false;  // What this step found is found again.
  // What can be read was read; a damaged block is the archive's to tell.
  if (!scanned) hunt.trouble = scanned.error().what;
  return true;
}

/// Makes detections of what was found and writes them with the progress.
void RetroHunt::tell(Hunt& hunt, Tally& tally) {
  std::vector<Detection> detections;
  for (auto& [ref, one] : tally.found) {
    hunt.records += one.records;
    const bool tells = hunt.reason == Hunt::Reason::fresh;
    if (hunt.found.size() < Hunt::kFoundMax || hunt.found.contains(one.name)) {
      Hunt::Found& found = hunt.found[one.name];
      found.records += one.records;
      found.newest = std::max(found.newest, one.newest);
      if (tells) found.told += one.groups.size();
    }
    if (!tells) continue;
    for (auto& [key, detection] : one.groups) detections.push_back(std::move(detection));
  }
  tally.found.clear();
  hunt.told += detections.size();
  bool changed = false;
  const auto committed = desk_.change([&](CaseBook& book, StateChange& change) {
    if (!detections.empty()) changed = !book.apply(detections, wall_clock_ns(), change).empty();
    change.put(hunt_key(hunt.number), write_hunt(hunt));
  });
  if (!committed && committed.error().code != StoreErrc::disk_full) {
    spdlog::critical("E-STORE-IO cases could not be written: {} - stopping so that the store is reopened",
                     committed.error().what);
    std::_Exit(kExitReopen);
  }
  {
    const std::lock_guard lock(mutex_);
    hunts_[hunt.number] = hunt;
  }
  if (changed && on_cases_changed) on_cases_changed();
}

void RetroHunt::end(Hunt& hunt, Hunt::State state) {
  hunt.state = state;
  hunt.ended_ns = wall_clock_ns();
  Tally nothing;
  tell(hunt, nothing);
  spdlog::info("{} of watchlist {} is over: {} of {} indicators, {} records hold one / 回溯比對完成，命中 {} 筆", hunt.id(), hunt.list,
               hunt.searched, hunt.indicators, hunt.records, hunt.records);
}

}  // namespace vigil
