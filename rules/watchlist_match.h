#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "parsers/event.h"
#include "rules/detection.h"
#include "rules/observation.h"
#include "rules/watchlist_index.h"

namespace vigil {

/// How a message came to be looked at.
enum class WatchlistPass : std::uint8_t {
  stream,  ///< as it arrived
  retro    ///< long after, because the indicator is new: said in the title and as `vigil.retro`
};

/// An indicator that a message holds.
struct WatchlistHit {
  IndicatorRef ref;
  Detection detection;
};

/// Holds messages against an index: first the raw text; only what may hold an indicator is parsed, and then the indicator
/// has to stand in one of its fields (or, where no parser knows the message, in its text). One thread.
class WatchlistMatcher {
 public:
  /// Swaps the whole index.
  void use(std::shared_ptr<const WatchlistIndex> index) { index_ = std::move(index); }
  const std::shared_ptr<const WatchlistIndex>& index() const { return index_; }

  /// Appends what the message holds of what `wanted` wants. Expired indicators (at `now_ns`) and lists of other
  /// organisations are left out.
  void match(const Observation& observation, WatchlistPass pass, std::int64_t now_ns,
             const std::function<bool(IndicatorRef)>& wanted, std::vector<WatchlistHit>& out);

  std::uint64_t parsed() const { return parsed_; }

 private:
  std::vector<std::string_view> fields_with(IndicatorRef ref, std::string_view& matched) const;
  Detection make(const Observation& observation, WatchlistPass pass, IndicatorRef ref,
                 const std::vector<std::string_view>& fields, std::string_view matched) const;

  std::shared_ptr<const WatchlistIndex> index_ = std::make_shared<const WatchlistIndex>();
  std::vector<IndicatorRef> candidates_;
  mutable std::vector<IndicatorRef> again_;
  Event event_;
  Arena arena_;
  std::uint64_t parsed_ = 0;
};

/// The built-in rules that watchlists speak as: one for each kind, level and pass, "watchlist-ip-high",
/// "watchlist-retro-domain-medium". Null for other ids.
std::shared_ptr<const RuleMeta> watchlist_rule(std::string_view id);
/// 0 to 39 of confidence is low (context of a case, opens none), to 74 medium, the rest and what says nothing high.
std::shared_ptr<const RuleMeta> watchlist_rule(IndicatorKind kind, int confidence, WatchlistPass pass);

/// Whether a URL stands in a text: its host at a border of words, the port if it names one, and its path, which may go on
/// at "/", "?", "&" or "#". The scheme is not compared: devices seldom know it.
bool url_stands_in(std::string_view text, const UrlParts& url);

}  // namespace vigil
