#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/asset_table.h"
#include "incidents/case.h"
#include "incidents/case_error.h"
#include "incidents/exception_list.h"
#include "incidents/notice.h"
#include "incidents/risk.h"
#include "incidents/rule_quality.h"
#include "incidents/sighting.h"
#include "parsers/result.h"
#include "rules/detection.h"
#include "storage/state_store.h"

namespace vigil {

struct CaseBookOptions {
  /// Detections that share an entity with a case are folded into it while it is this young (by event time
  /// between the detection and the case's latest).
  std::chrono::hours fold_window{24};
  /// A candidate is told this long after it opened, so that the first notice carries what followed at once.
  std::chrono::milliseconds notice_delay{3000};
  /// An entity value in more open cases than this is a context, not a link (proxy, NAT, scanner).
  std::size_t entity_cases_max = 50;
  /// A case that holds more values of one type than this no longer takes detections in by that type alone:
  /// what one scanner dragged in must not pull strangers after it.
  std::size_t entity_values_max = 50;
  /// With more open cases than this (per organisation; a flood of invented senders) a detection that links to
  /// none is counted in the newest case of its rule instead of opening one more.
  std::size_t open_cases_max = 1000;
  /// Alerts of a SOC and tickets from this level on open a candidate; none: they only join one.
  std::optional<Level> alerts_open = Level::medium;
  /// A candidate that goes on and that nobody has looked at is told again after so long; sooner from level high on.
  std::chrono::hours repeat{4}, repeat_high{1};
  SightingOptions sightings{};
  RiskOptions risk{};
};

/// All cases: opens candidates from detections, folds what belongs together, lets people decide, and leaves a
/// notice in the outbox for what has to be told. Every change is appended to a StateChange that the caller
/// commits together with the watch cursor, so that a candidate is neither lost nor opened twice.
///
/// The book is ahead of the store until that commit: if it fails for good, throw the book away and make a new
/// one from the store. Keys: "case/<organisation>/<id>", "case-number/<organisation>/<year>" and ".../drill",
/// "outbox/<notice id>", "sighting/<hash>", "risk/<hash>", "exception/<id>", "quality/<organisation>/<rule>".
///
/// People are told when a case opens, when it moves forward (a higher level, another category, a rule of a
/// higher level of high or critical, a later tactic), when it is confirmed or rejected, and again where a candidate
/// goes on and nobody has acted; not for each detection. While a notice of a case waits for its first attempt, what
/// follows is told by that one.
///
/// Not thread-safe: the daemon holds one lock. Time is an argument.
class CaseBook {
 public:
  CaseBook(const StateStore& state, std::shared_ptr<const AssetTable> assets,
           std::vector<ChannelConfig> channels, CaseBookOptions options = {});
  ~CaseBook();

  /// What an exception covers is counted there and goes no further. Each other detection is folded into an open case of
  /// its organisation that shares a link entity (CaseIndex says what links); else its rule opens a candidate at once, or
  /// its risk is added to those it names, and they open one when it is enough (risk.h). Cases that a detection ties
  /// together and on which nobody has acted become one. Returns the ids of cases that changed, each once.
  std::vector<std::string> apply(std::span<const Detection> detections, std::int64_t now_ns,
                                 StateChange& change);

  Result<void, CaseError> confirm(std::string_view id, std::string_view who, std::string_view note,
                                  std::int64_t now_ns, StateChange& change);
  /// `as` is false_positive or benign.
  Result<void, CaseError> reject(std::string_view id, std::string_view who, std::string_view reason,
                                 std::int64_t now_ns, StateChange& change,
                                 Disposition as = Disposition::false_positive);
  Result<void, CaseError> note(std::string_view id, std::string_view who, std::string_view text,
                               std::int64_t now_ns, StateChange& change);

  /// Takes what names the entity out of the case and makes a candidate of it; gives its id. The two are never united by
  /// themselves again. Fails where nothing of it, or nothing but it, would remain.
  Result<std::string, CaseError> split(std::string_view id, std::string_view type, std::string_view value,
                                       std::string_view who, std::int64_t now_ns, StateChange& change);
  /// Takes a case that became part of this one out again, under its own number.
  Result<std::string, CaseError> split_case(std::string_view id, std::string_view part, std::string_view who,
                                            std::int64_t now_ns, StateChange& change);
  /// Makes one case of two of an organisation; gives the id that stands: the confirmed one, else the older.
  Result<std::string, CaseError> merge(std::string_view id, std::string_view other, std::string_view who,
                                       std::int64_t now_ns, StateChange& change);

  Result<CaseException, CaseError> add_exception(CaseException wanted, std::int64_t now_ns, StateChange& change);
  Result<CaseException, CaseError> end_exception(std::string_view id, std::string_view who, std::int64_t now_ns,
                                                 StateChange& change);
  std::vector<CaseException> exceptions() const;
  std::vector<RuleQuality> quality(const std::vector<std::string>& organisations) const;
  std::vector<RiskEntity> risk(const std::vector<std::string>& organisations, std::int64_t now_ns,
                               std::size_t limit) const;

  struct Limits {
    std::size_t sightings = 0, risk_entities = 0;
    std::uint64_t sightings_evicted = 0, risk_evicted = 0;  ///< since the start: people should be told
  };
  Limits limits() const;

  /// Keys of stored cases and notices that could not be read (written by a newer version, or damaged). They
  /// are left as they are; the operator should be told.
  const std::vector<std::string>& unreadable() const;

  /// The case as it stands under that number, also where it became part of another (`merged_into`).
  const Case* find(std::string_view id) const;
  /// Newest first; empty `organisations` means none, {"*"} all. What became part of another case is left out.
  std::vector<const Case*> list(const std::vector<std::string>& organisations) const;

  /// Notices with an attempt due now, and the earliest time at which another may be.
  std::vector<Notice> due_notices(std::int64_t now_ns) const;
  std::optional<std::int64_t> next_notice_ns() const;
  /// All, oldest first; delivered ones too.
  std::vector<Notice> notices() const;
  /// Records the outcome of one attempt; backs off 10 s, 30 s, 1 min, 5 min, then every 15 min. A success is
  /// also an act ("told") of the case. Unknown notices and channels are ignored.
  void record_delivery(std::string_view notice_id, std::string_view channel, bool ok, std::string_view error,
                       std::int64_t now_ns, StateChange& change);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigil
