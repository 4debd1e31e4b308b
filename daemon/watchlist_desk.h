#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "config/asset_table.h"
#include "daemon/retro_hunt.h"
#include "rules/watchlist.h"
#include "rules/watchlist_index.h"
#include "storage/archive.h"

namespace vigil {

/// What is known of a list beside its indicators.
struct WatchlistAbout {
  std::string id, name, source, tlp;
  std::string organisation;  ///< for this one and below; empty: for all
  std::int64_t created_ns = 0, changed_ns = 0;
  bool configured = false;  ///< it is read from files that the configuration names
};

/// A list as it is shown.
struct WatchlistSummary {
  WatchlistAbout about;
  std::string path;                                   ///< of a configured one
  std::size_t indicators = 0, expired = 0;
  std::array<std::size_t, kIndicatorKinds> of_kind{};
  std::uint64_t refused = 0;  ///< rows of the last reading that were not taken
  std::string trouble;        ///< why the files could not be read last; the list of before stays
};

/// Why something was not done.
struct WatchlistTrouble {
  enum class Code : std::uint8_t { not_found, bad_argument, configured, too_many, not_durable } code;
  Sentence what;
};

/// What an added text came to.
struct WatchlistChange {
  WatchlistFormat format = WatchlistFormat::text;
  std::uint64_t added = 0, renewed = 0, removed = 0, refused = 0, passed_over = 0;
  std::size_t indicators = 0;  ///< of the list, afterwards
  std::vector<WatchlistProblem> problems;
  std::string hunt;  ///< the retro-hunt for what was added; empty: nothing was, or nothing is preserved
};

/// All watchlists: those that were added, kept in the state store ("watchlist/list/<id>", "watchlist/rows/<id>/<chunk>"),
/// and those that the configuration names, read again whenever their files change (a thread of its own looks every few
/// seconds) and kept as well, so that a start watches at once. Thread-safe.
///
/// A change is one write: rows, list, and the retro-hunt for what is new. It takes effect at one record: those before it
/// are the hunt's, it and those after are the stream's, whatever is lagging (index() is the point: a batch that was taken
/// from the queue before asking it is before that record).
class WatchlistDesk {
 public:
  WatchlistDesk(Archive& archive, std::shared_ptr<const AssetTable> assets, std::vector<WatchlistConfig> configured);
  ~WatchlistDesk() { stop(); }
  /// Whom new indicators are given to. Before start().
  void hunt_with(RetroHunt& hunts) { hunts_ = &hunts; }
  void start();
  void stop();
  /// The files are looked at now (SIGHUP).
  void reload();

  /// What is watched for. Ask it after taking the batch that is held against it.
  std::shared_ptr<const WatchlistIndex> index() const;

  std::vector<WatchlistSummary> lists() const;
  /// A list's indicators in their order, `skip` left out at the front, at most `limit`.
  Result<std::vector<Indicator>, WatchlistTrouble> indicators(std::string_view id, std::size_t skip, std::size_t limit) const;

  enum class How : std::uint8_t { merge, replace };
  /// Adds a document's indicators to a list, which is made if there is none; `replace` lets those go that are not in it.
  Result<WatchlistChange, WatchlistTrouble> add(WatchlistAbout about, std::string_view bytes, WatchlistFormat format,
                                                const WatchlistDefaults& defaults, How how);
  Result<void, WatchlistTrouble> remove(std::string_view id);
  Result<void, WatchlistTrouble> remove(std::string_view id, std::string_view value);
  /// Searches what is preserved for a list's indicators, or one of them, and counts.
  Result<Hunt, WatchlistTrouble> hunt(std::string_view id, std::string_view value, std::int64_t from_ns, std::int64_t to_ns);
  /// The lists that hold a value in any of its spellings.
  std::vector<std::string> lists_with(std::string_view value) const;

 private:
  struct List {
    WatchlistAbout about;
    std::shared_ptr<const IndicatorTable> table = std::make_shared<const IndicatorTable>();
    std::array<std::uint64_t, IndicatorTable::kChunks> chunks{};  ///< hashes of the texts in the store; 0: none
    std::uint64_t refused = 0;
    std::string trouble;
  };
  struct Merged;

  void load();
  void run();
  void read_configured(const WatchlistConfig& config);
  Result<WatchlistChange, WatchlistTrouble> change(WatchlistAbout about, WatchlistReading&& reading, How how, std::int64_t now_ns);
  Merged merge(const List& list, const IndicatorTable& read, How how, std::int64_t now_ns) const;
  std::shared_ptr<const WatchlistIndex> build(std::string_view id, std::shared_ptr<const IndicatorTable> table, const WatchlistAbout& about) const;
  Result<std::string, WatchlistTrouble> commit(const WatchlistAbout& about, IndicatorTable& table, std::span<const std::uint32_t> fresh,
                                               std::shared_ptr<const WatchlistIndex> index,
                                               std::array<std::uint64_t, IndicatorTable::kChunks>& chunks);

  Archive& archive_;
  std::shared_ptr<const AssetTable> assets_;
  const std::vector<WatchlistConfig> configured_;
  RetroHunt* hunts_ = nullptr;

  std::mutex changing_;          ///< one change at a time
  mutable std::mutex mutex_;     ///< of what follows
  std::map<std::string, List, std::less<>> lists_;
  std::shared_ptr<const WatchlistIndex> index_ = std::make_shared<const WatchlistIndex>();
  std::condition_variable wake_;
  bool stopping_ = false, look_now_ = true;
  std::map<std::string, std::string> signatures_;  ///< of configured files as read last
  std::thread thread_;
};

}  // namespace vigil
