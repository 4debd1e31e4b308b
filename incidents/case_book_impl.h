#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "incidents/case_book.h"
#include "incidents/case_index.h"
#include "incidents/exception_list.h"
#include "incidents/risk.h"
#include "incidents/rule_quality.h"
#include "incidents/sighting.h"

namespace vigil {

/// What the book is made of; case_book.cc has what detections do to it, case_acts.cc what people do.
struct CaseBook::Impl {
  Impl(std::shared_ptr<const AssetTable> table, std::vector<ChannelConfig> channels, CaseBookOptions book_options);

  std::shared_ptr<const AssetTable> assets;
  CaseBookOptions options;
  Outbox outbox;
  CaseIndex index;
  SightingBook sightings;
  RiskTable risk;
  ExceptionList exceptions;
  QualityBook quality;
  std::map<std::string, Case, std::less<>> cases;             // nodes never move: the index points at them
  std::map<std::string, std::uint64_t, std::less<>> numbers;  // by number_key: the last one given
  std::vector<std::string> unreadable;
  std::set<Case*> changed;  // during one call

  void load(const StateStore& state);
  void load_cases(const StateStore& state);
  int zone_of(const Case& incident, std::int64_t at_ns) const;

  /// One detection on its way to a case.
  void take(const Detection& detection, std::int64_t now_ns, StateChange& change);
  bool opens(const RuleMeta& rule) const;
  void join(const Detection& detection, const CaseIndex::Match& match, std::int64_t now_ns, StateChange& change);
  void open_for(const Detection& detection, std::int64_t now_ns, StateChange& change);
  void announce(Case& incident, const std::string& because, std::int64_t now_ns, StateChange& change);
  void weigh(const Detection& detection, std::int64_t now_ns, StateChange& change);
  Case& open(const Detection& detection, std::int64_t now_ns, StateChange& change);
  /// Gives the indexes of entities that are new, or newly a link.
  std::vector<std::size_t> fold(Case& incident, const Detection& detection, std::uint64_t times, CaseEdge edge, std::int64_t now_ns);
  std::vector<std::size_t> fold_waiting(Case& incident, Sighting& sighting, CaseEdge edge, std::int64_t now_ns);
  /// Takes what waits and names one of those entities, and what those bring along.
  void absorb(Case& incident, std::vector<std::size_t> entities, std::int64_t now_ns);
  /// Unites what the detection ties together where nobody has acted yet, else lets both name each other. Gives the case
  /// that stands afterwards.
  Case& tie(Case& incident, const CaseIndex::Match& match, std::int64_t now_ns, StateChange& change);
  void unite(Case& older, Case& younger, CaseEdge edge, std::string_view who, std::int64_t now_ns,
             StateChange& change);
  void relate(Case& incident, Case& other);
  void tell(Case& incident, std::string_view reason, std::int64_t not_before_ns, std::int64_t now_ns,
            StateChange& change);
  void tell_progress(Case& incident, const std::string& what, bool level_rose, std::int64_t now_ns,
                     StateChange& change);
  /// It goes on, nobody has acted, and people were told a while ago.
  void remind(Case& incident, std::int64_t now_ns, StateChange& change);
  void act(Case& incident, std::string_view what, std::string_view who, std::string_view note, std::int64_t now_ns);
  void save(const Case& incident, StateChange& change) const;
  /// Puts everything that changed beside the cases into the change.
  void settle(std::int64_t now_ns, StateChange& change);
  std::vector<std::string> save_changed(StateChange& change);

  Result<Case*, CaseError> existing(std::string_view id);
  Result<Case*, CaseError> candidate(std::string_view id, std::string_view verb_zh, std::string_view verb_en);
  /// The same, for every case that still takes detections.
  Result<Case*, CaseError> open_case(std::string_view id);
  void take_out(Case& whole, Case& part, std::string_view who, const std::string& what, std::int64_t now_ns,
                StateChange& change);
};

}  // namespace vigil
