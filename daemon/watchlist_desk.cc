#include "daemon/watchlist_desk.h"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <unordered_map>

#include "daemon/clock.h"
#include "rules/sip_hash.h"

namespace vigil {

namespace json = boost::json;

namespace {

/// Of all lists together: 4 x 64 MB.
constexpr std::size_t kIndicatorsMax = 4'000'000;
constexpr std::size_t kListsMax = 1000;

std::string list_key(std::string_view id) { return "watchlist/list/" + std::string(id); }
std::string rows_prefix(std::string_view id) { return "watchlist/rows/" + std::string(id) + "/"; }
std::string rows_key(std::string_view id, unsigned chunk) { return rows_prefix(id) + std::to_string(chunk); }

/// 0 stands for a chunk that is not there.
std::uint64_t text_hash(std::string_view text) { return sigma::sip_hash({1, 2}, text) | 1U; }

std::string write_about(const WatchlistAbout& about) {
  return json::serialize(json::object{{"v", 1},
                                      {"name", about.name},
                                      {"source", about.source},
                                      {"tlp", about.tlp},
                                      {"organisation", about.organisation},
                                      {"created", about.created_ns},
                                      {"changed", about.changed_ns},
                                      {"configured", about.configured}});
}

std::optional<WatchlistAbout> read_about(std::string_view id, std::string_view text) {
  try {
    const json::value parsed = json::parse(text);
    const json::object& object = parsed.as_object();
    if (object.at("v").to_number<int>() != 1) return std::nullopt;
    WatchlistAbout about;
    about.id = id;
    about.name = std::string(object.at("name").as_string());
    about.source = std::string(object.at("source").as_string());
    about.tlp = std::string(object.at("tlp").as_string());
    about.organisation = std::string(object.at("organisation").as_string());
    about.created_ns = object.at("created").to_number<std::int64_t>();
    about.changed_ns = object.at("changed").to_number<std::int64_t>();
    about.configured = object.at("configured").as_bool();
    return about;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

WatchlistTrouble not_found(std::string_view id) {
  return {WatchlistTrouble::Code::not_found,
          {"no watchlist '" + std::string(id) + "' - vigil watchlist list shows them",
           "沒有名單「" + std::string(id) + "」；vigil watchlist list 可列出"}};
}

WatchlistTrouble in_configuration(std::string_view id) {
  return {WatchlistTrouble::Code::configured,
          {"'" + std::string(id) + "' is read from a file that the configuration names: change that file",
           "名單「" + std::string(id) + "」由設定檔所列檔案讀入，請修改該檔案"}};
}

}  // namespace

struct WatchlistDesk::Merged {
  std::shared_ptr<IndicatorTable> table = std::make_shared<IndicatorTable>();
  std::vector<std::uint32_t> fresh;  ///< rows that are new
  std::uint64_t renewed = 0, removed = 0;
};

WatchlistDesk::WatchlistDesk(Archive& archive, std::shared_ptr<const AssetTable> assets,
                             std::vector<WatchlistConfig> configured)
    : archive_(archive), assets_(std::move(assets)), configured_(std::move(configured)) {
  load();
}

void WatchlistDesk::load() {
  archive_.state().scan("watchlist/list/", [this](std::string_view key, std::string_view value) {
    const std::string_view id = key.substr(std::string_view("watchlist/list/").size());
    if (auto about = read_about(id, value)) {
      lists_[std::string(id)].about = std::move(*about);
    } else {
      spdlog::error("E-WATCHLIST '{}' was written by a newer program or is damaged and is not watched for / 名單無法讀取", id);
    }
    return true;
  });
  for (auto& [id, list] : lists_) {
    auto table = std::make_shared<IndicatorTable>();
    archive_.state().scan(rows_prefix(id), [&](std::string_view key, std::string_view value) {
      unsigned chunk = IndicatorTable::kChunks;
      std::from_chars(key.data() + rows_prefix(id).size(), key.data() + key.size(), chunk);
      if (chunk >= IndicatorTable::kChunks || !table->read_chunk(value))
        spdlog::error("E-WATCHLIST part of '{}' cannot be read ({}) / 名單部分內容無法讀取", id, key);
      if (chunk < IndicatorTable::kChunks) list.chunks[chunk] = text_hash(value);
      return true;
    });
    table->forget_rows();
    list.table = std::move(table);
  }
  index_ = build({}, nullptr, {});
}

void WatchlistDesk::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "watchlists");
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 10);
    run();
  });
}

void WatchlistDesk::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void WatchlistDesk::reload() {
  {
    const std::lock_guard lock(mutex_);
    look_now_ = true;
  }
  wake_.notify_all();
}

std::shared_ptr<const WatchlistIndex> WatchlistDesk::index() const {
  const std::lock_guard lock(mutex_);
  return index_;
}

std::vector<WatchlistSummary> WatchlistDesk::lists() const {
  std::vector<std::pair<WatchlistSummary, std::shared_ptr<const IndicatorTable>>> found;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, list] : lists_) {
      WatchlistSummary summary;
      summary.about = list.about;
      summary.refused = list.refused;
      summary.trouble = list.trouble;
      found.emplace_back(std::move(summary), list.table);
    }
  }
  const std::int64_t now = wall_clock_ns();
  std::vector<WatchlistSummary> out;
  for (auto& [summary, table] : found) {
    summary.indicators = table->size();
    for (std::size_t row = 0; row < table->size(); ++row) {
      ++summary.of_kind[static_cast<std::size_t>(table->kind(row))];
      if (table->expired(row, now)) ++summary.expired;
    }
    for (const WatchlistConfig& config : configured_) {
      if (config.id == summary.about.id && summary.about.configured) summary.path = config.path.native();
    }
    out.push_back(std::move(summary));
  }
  return out;
}

Result<std::vector<Indicator>, WatchlistTrouble> WatchlistDesk::indicators(std::string_view id, std::size_t skip,
                                                                           std::size_t limit) const {
  std::shared_ptr<const IndicatorTable> table;
  {
    const std::lock_guard lock(mutex_);
    const auto found = lists_.find(id);
    if (found == lists_.end()) return not_found(id);
    table = found->second.table;
  }
  std::vector<Indicator> out;
  for (std::size_t row = skip; row < table->size() && out.size() < limit; ++row) out.push_back(table->indicator(row));
  return out;
}

std::vector<std::string> WatchlistDesk::lists_with(std::string_view value) const {
  std::vector<std::string> out;
  const auto index = this->index();
  for (const std::optional<IndicatorKind> kind : {std::optional<IndicatorKind>(), std::optional(IndicatorKind::account)}) {
    const auto normal = normal_indicator(kind, value, Danger::taken);
    if (!normal) continue;
    for (const Watchlist& list : index->lists()) {
      if (list.table->find(normal->kind, normal->value) != list.table->size()) out.push_back(list.id);
    }
  }
  return out;
}

Result<WatchlistChange, WatchlistTrouble> WatchlistDesk::add(WatchlistAbout about, std::string_view bytes,
                                                             WatchlistFormat format, const WatchlistDefaults& defaults, How how) {
  WatchlistReading reading = read_watchlist(bytes, format, defaults);
  {
    const std::lock_guard lock(mutex_);
    const auto found = lists_.find(about.id);
    if (found != lists_.end() && found->second.about.configured && !about.configured) return in_configuration(about.id);
    if (found == lists_.end() && lists_.size() >= kListsMax)
      return WatchlistTrouble{WatchlistTrouble::Code::too_many, {"there are 1,000 watchlists already", "名單已達 1,000 個"}};
  }
  // Nothing of it can be used: the list stays as it is, and nobody empties one by a broken download.
  if (reading.table.size() == 0 && reading.refused != 0) {
    WatchlistChange nothing;
    nothing.format = reading.format;
    nothing.refused = reading.refused;
    nothing.passed_over = reading.passed_over;
    nothing.problems = std::move(reading.problems);
    return nothing;
  }
  return change(std::move(about), std::move(reading), how, defaults.now_ns);
}

WatchlistDesk::Merged WatchlistDesk::merge(const List& list, const IndicatorTable& read, How how, std::int64_t now_ns) const {
  Merged out;
  const IndicatorTable& old = *list.table;
  std::unordered_map<std::string_view, std::uint32_t> known[kIndicatorKinds];
  for (std::uint32_t row = 0; row < old.size(); ++row) known[static_cast<std::size_t>(old.kind(row))].emplace(old.value(row), row);
  std::vector<bool> again(old.size());
  for (std::size_t row = 0; row < read.size(); ++row) {
    const auto& rows = known[static_cast<std::size_t>(read.kind(row))];
    const auto found = rows.find(read.value(row));
    Indicator indicator = read.indicator(row);
    const bool alive = found != rows.end() && !old.expired(found->second, now_ns);
    if (found != rows.end()) {
      again[found->second] = true;
      ++out.renewed;
    }
    if (alive) {
      indicator.added_ns = old.added_ns(found->second);
      out.table->add(indicator, old.since(found->second), old.batch(found->second));
    } else {
      out.fresh.push_back(static_cast<std::uint32_t>(out.table->size()));
      out.table->add(indicator, UINT64_MAX);
    }
  }
  for (std::size_t row = 0; row < old.size(); ++row) {
    if (again[row]) continue;
    if (how == How::merge) {
      out.table->add(old.indicator(row), old.since(row), old.batch(row));
    } else {
      ++out.removed;
    }
  }
  out.table->forget_rows();
  return out;
}

/// The index with this list's table (none: as the lists are).
std::shared_ptr<const WatchlistIndex> WatchlistDesk::build(std::string_view id, std::shared_ptr<const IndicatorTable> table,
                                                           const WatchlistAbout& about) const {
  std::vector<Watchlist> lists;
  const auto add = [&](const WatchlistAbout& each, std::shared_ptr<const IndicatorTable> rows) {
    std::vector<std::string> organisations;
    if (!each.organisation.empty()) organisations = assets_->visible_from(each.organisation);
    lists.push_back({each.id, each.name, std::move(organisations), std::move(rows)});
  };
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, list] : lists_) {
      if (name != id) add(list.about, list.table);
    }
  }
  if (table) add(about, std::move(table));
  return std::make_shared<const WatchlistIndex>(std::move(lists));
}

Result<WatchlistChange, WatchlistTrouble> WatchlistDesk::change(WatchlistAbout about, WatchlistReading&& reading, How how,
                                                                std::int64_t now_ns) {
  const std::lock_guard one(changing_);
  List list;
  std::size_t others = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = lists_.find(about.id);
    if (found != lists_.end()) list = found->second;
    for (const auto& [id, each] : lists_) others += id == about.id ? 0 : each.table->size();
  }
  Merged merged = merge(list, reading.table, how, now_ns);
  if (others + merged.table->size() > kIndicatorsMax) {
    return WatchlistTrouble{WatchlistTrouble::Code::too_many,
                            {"all watchlists together hold at most 4,000,000 indicators", "所有名單合計最多 4,000,000 筆"}};
  }
  about.created_ns = list.about.created_ns != 0 ? list.about.created_ns : now_ns;
  about.changed_ns = now_ns;
  if (about.name.empty()) about.name = list.about.name.empty() ? about.id : list.about.name;
  if (about.source.empty()) about.source = list.about.source;
  if (about.tlp.empty()) about.tlp = list.about.tlp;
  if (about.organisation.empty()) about.organisation = list.about.organisation;

  auto hunt = commit(about, *merged.table, merged.fresh, build(about.id, merged.table, about), list.chunks);
  if (!hunt) return hunt.error();
  WatchlistChange out;
  out.format = reading.format;
  out.added = merged.fresh.size();
  out.renewed = merged.renewed;
  out.removed = merged.removed;
  out.refused = reading.refused;
  out.passed_over = reading.passed_over;
  out.indicators = merged.table->size();
  out.problems = std::move(reading.problems);
  out.hunt = std::move(*hunt);
  const std::lock_guard lock(mutex_);
  List& stored = lists_[about.id];
  stored.about = std::move(about);
  stored.table = merged.table;
  stored.chunks = list.chunks;
  stored.refused = out.refused;
  stored.trouble.clear();
  return out;
}

/// Writes a list as it shall be and makes its index the current one, both at one record. Returns the hunt's id.
Result<std::string, WatchlistTrouble> WatchlistDesk::commit(const WatchlistAbout& about, IndicatorTable& table,
                                                            std::span<const std::uint32_t> fresh,
                                                            std::shared_ptr<const WatchlistIndex> index,
                                                            std::array<std::uint64_t, IndicatorTable::kChunks>& chunks) {
  StateChange change;
  std::optional<Hunt> hunt;
  std::array<std::uint64_t, IndicatorTable::kChunks> written{};
  {
    // Whoever watches waits here for the moment: what it took before is before `since`.
    const std::lock_guard lock(mutex_);
    const std::uint64_t since = archive_.next_sequence();
    if (!fresh.empty() && since > 1 && hunts_ != nullptr) {
      Hunt wanted;
      wanted.list = about.id;
      wanted.sequence_to = since;
      wanted.indicators = fresh.size();
      wanted.created_ns = about.changed_ns;
      hunt = hunts_->plan(std::move(wanted), change);
    }
    for (const std::uint32_t row : fresh) table.set_since(row, since, hunt ? hunt->batch() : std::uint16_t{0});
    change.put(list_key(about.id), write_about(about));
    table.write_chunks([&](unsigned chunk, std::string&& text) {
      written[chunk] = text_hash(text);
      if (written[chunk] != chunks[chunk]) change.put(rows_key(about.id, chunk), std::move(text));
    });
    for (unsigned chunk = 0; chunk < IndicatorTable::kChunks; ++chunk) {
      if (written[chunk] == 0 && chunks[chunk] != 0) change.erase(rows_key(about.id, chunk));
    }
    if (const auto committed = archive_.state().commit(change); !committed) {
      return WatchlistTrouble{WatchlistTrouble::Code::not_durable,
                              {"could not be written: " + committed.error().what, "無法寫入：" + committed.error().what}};
    }
    index_ = std::move(index);
  }
  chunks = written;
  if (!hunt) return std::string();
  const std::string id = hunt->id();
  hunts_->accept(std::move(*hunt));
  return id;
}

Result<void, WatchlistTrouble> WatchlistDesk::remove(std::string_view id) {
  const std::lock_guard one(changing_);
  {
    const std::lock_guard lock(mutex_);
    const auto found = lists_.find(id);
    if (found == lists_.end()) return not_found(id);
    const bool named = std::any_of(configured_.begin(), configured_.end(), [&](const auto& each) { return each.id == id; });
    if (found->second.about.configured && named) return in_configuration(id);
    StateChange change;
    change.erase(list_key(id));
    for (unsigned chunk = 0; chunk < IndicatorTable::kChunks; ++chunk) {
      if (found->second.chunks[chunk] != 0) change.erase(rows_key(id, chunk));
    }
    if (const auto committed = archive_.state().commit(change); !committed) {
      return WatchlistTrouble{WatchlistTrouble::Code::not_durable,
                              {"could not be written: " + committed.error().what, "無法寫入：" + committed.error().what}};
    }
    lists_.erase(found);
  }
  auto index = build({}, nullptr, {});
  const std::lock_guard lock(mutex_);
  index_ = std::move(index);
  return {};
}

Result<void, WatchlistTrouble> WatchlistDesk::remove(std::string_view id, std::string_view value) {
  const std::lock_guard one(changing_);
  List list;
  {
    const std::lock_guard lock(mutex_);
    const auto found = lists_.find(id);
    if (found == lists_.end()) return not_found(id);
    if (found->second.about.configured) return in_configuration(id);
    list = found->second;
  }
  const IndicatorTable& old = *list.table;
  std::size_t gone = old.size();
  for (const std::optional<IndicatorKind> kind : {std::optional<IndicatorKind>(), std::optional(IndicatorKind::account)}) {
    const auto normal = normal_indicator(kind, value, Danger::taken);
    if (normal && gone == old.size()) gone = old.find(normal->kind, normal->value);
  }
  if (gone == old.size()) {
    return WatchlistTrouble{WatchlistTrouble::Code::not_found,
                            {"'" + std::string(value) + "' is not on '" + std::string(id) + "'",
                             "名單「" + std::string(id) + "」沒有「" + std::string(value) + "」"}};
  }
  auto table = std::make_shared<IndicatorTable>();
  for (std::size_t row = 0; row < old.size(); ++row) {
    if (row != gone) table->add(old.indicator(row), old.since(row), old.batch(row));
  }
  table->forget_rows();
  list.about.changed_ns = wall_clock_ns();
  auto done = commit(list.about, *table, {}, build(id, table, list.about), list.chunks);
  if (!done) return done.error();
  const std::lock_guard lock(mutex_);
  list.table = std::move(table);
  lists_[std::string(id)] = std::move(list);
  return {};
}

Result<Hunt, WatchlistTrouble> WatchlistDesk::hunt(std::string_view id, std::string_view value, std::int64_t from_ns, std::int64_t to_ns) {
  Hunt wanted;
  {
    const std::lock_guard lock(mutex_);
    const auto found = lists_.find(id);
    if (found == lists_.end()) return not_found(id);
    wanted.indicators = found->second.table->size();
    if (!value.empty()) {
      for (const std::optional<IndicatorKind> kind : {std::optional<IndicatorKind>(), std::optional(IndicatorKind::account)}) {
        const auto normal = normal_indicator(kind, value, Danger::taken);
        if (!normal || found->second.table->find(normal->kind, normal->value) == found->second.table->size()) continue;
        wanted.value = std::string(indicator_kind_name(normal->kind)) + " " + normal->value;
        break;
      }
      wanted.indicators = 1;
      if (wanted.value.empty()) {
        return WatchlistTrouble{WatchlistTrouble::Code::not_found,
                                {"'" + std::string(value) + "' is not on '" + std::string(id) + "' - add it first",
                                 "名單「" + std::string(id) + "」沒有「" + std::string(value) + "」，請先加入"}};
      }
    }
  }
  wanted.list = id;
  wanted.reason = Hunt::Reason::asked;
  wanted.created_ns = wall_clock_ns();
  wanted.from_ns = from_ns;
  wanted.to_ns = to_ns;
  wanted.sequence_to = archive_.next_sequence();
  StateChange change;
  Hunt planned = hunts_->plan(std::move(wanted), change);
  if (const auto committed = archive_.state().commit(change); !committed) {
    return WatchlistTrouble{WatchlistTrouble::Code::not_durable,
                            {"could not be written: " + committed.error().what, "無法寫入：" + committed.error().what}};
  }
  hunts_->accept(planned);
  return planned;
}

}  // namespace vigil
