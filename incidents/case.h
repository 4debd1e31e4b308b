#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "incidents/sample_set.h"

namespace vigil {

/// Life of an incident; the names are those of the API.
enum class CaseState : std::uint8_t {
  candidate,
  incident,
  notified,
  contained,
  recovered,
  reported,
  closed,
  rejected
};
std::string_view case_state_name(CaseState state);
std::optional<CaseState> case_state_from_name(std::string_view name);
/// 候選事件, 已確認事件, … for people.
std::string_view case_state_zh(CaseState state);
/// Closed and rejected cases take no more detections.
bool is_open(CaseState state);

/// 0 = nothing (無需通報) to 4, for each of the three and their maximum.
struct ImpactLevel {
  int confidentiality = 0, integrity = 0, availability = 0;
  bool proposed = true;              ///< false once a person decided
  std::vector<std::string> reasons;  ///< zh-TW sentences: which rule and which asset led to it
  int overall() const;
  bool operator==(const ImpactLevel&) const = default;
};

/// What one rule found in this case; counts stay exact, samples are a few.
struct CaseDetection {
  std::string rule_id, title, title_zh, level;
  /// Who wrote the rule, on which terms, and what it points to: licences such as the DRL want it named beside what it found.
  std::string author, license;
  std::vector<std::string> references;
  std::uint64_t count = 0;   ///< detections folded in
  std::uint64_t events = 0;  ///< events behind them
  std::int64_t first_ns = 0, last_ns = 0;
  std::vector<std::uint64_t> samples;  ///< sequences in order, at most 30: what `picked` holds
  SampleSet picked;
  std::vector<std::pair<std::string, std::string>> fields;  ///< of the newest detection
  std::string category;               ///< what this rule says it is; empty where it does not say
  std::vector<std::string> symptoms;  ///< the form's words
  std::string place;                  ///< system or host it was first seen on, for people
  int proposed_level = 0;             ///< the highest this rule led to on the assets it was seen on
  bool context = false;               ///< only accompanies: it neither opened nor changed the assessment
};

struct CaseEntity {
  std::string type, value;  ///< "source.ip", "203.0.113.9"
  std::int64_t first_ns = 0, last_ns = 0;
  std::uint64_t count = 0;  ///< detections that named it
  bool link = true;         ///< false: shown, but never a reason to fold (a firewall's own name)
  bool cut = false;         ///< a person cut it: it never links this case again
};

/// Why something is part of a case: each reason once, counted.
struct CaseEdge {
  std::int64_t at_ns = 0;   ///< when it first was the reason
  std::string kind{};       ///< opened, joined, merged, split
  std::string rule{};       ///< id of the rule whose detection came in by it; empty for merged and split
  std::string type{}, value{};  ///< the entity that ties: "source.ip", "203.0.113.9"; empty where it was another reason
  std::string incident{};   ///< the other case: merged, split
  std::uint64_t count = 1;  ///< detections that came by it
};

/// A tactic of ATT&CK that was seen.
struct CaseTactic {
  std::string tactic;  ///< "credential-access"
  std::int64_t first_ns = 0;
  std::vector<std::string> techniques;  ///< "T1110.001"
};

/// One thing done to a case; appended, never edited.
struct CaseAct {
  std::int64_t at_ns = 0;
  std::string act;  ///< opened, confirmed, rejected, level, note, told …
  std::string who;  ///< "vigild" or the person
  std::string note;
};

struct CaseClock {
  std::string id, label_zh, label_en, owner, article;
  std::int64_t started_ns = 0, due_ns = 0;
  std::optional<std::int64_t> stopped_ns;
  bool voided = false;  ///< replaced by another clock (a changed level) or no longer owed; stays visible
  std::string state_at(std::int64_t now_ns) const;  ///< running, met, late, overdue, void
};

struct Case {
  /// "school-a-2026-0001": organisation, year of opening in its zone, its number in that year. A drill's
  /// number is a series of its own, "school-a-2026-D0001". Only [A-Za-z0-9._-]: ids are part of URLs and file
  /// names.
  std::string id;
  std::string organisation;
  CaseState state = CaseState::candidate;
  bool early_warning = false, drill = false;
  std::string category = "other";
  std::vector<std::string> symptoms;
  std::string title, title_zh;
  std::int64_t opened_ns = 0, updated_ns = 0;
  std::optional<std::int64_t> occurred_ns, known_ns;
  ImpactLevel level;
  std::string profile, overlay;
  std::vector<std::string> systems;  ///< asset ids touched
  std::vector<CaseEntity> entities;
  std::vector<CaseDetection> detections;
  std::vector<std::string> holds;
  std::vector<CaseClock> clocks;
  std::vector<CaseAct> acts;
  std::vector<std::string> related;     ///< ids of other open cases that share an entity with this one
  std::vector<CaseEdge> edges;
  std::uint64_t edges_unlisted = 0;  ///< further reasons past what a case lists
  std::vector<CaseTactic> attack;    ///< in order of the tactics
  std::string merged_into;           ///< this one is closed, and part of that case
  std::vector<std::string> aliases;  ///< cases that became part of this one: their numbers go on leading here
  std::vector<std::string> apart;    ///< cases that a person took apart from this one: never united by themselves
  std::int64_t told_ns = 0;          ///< when people were last told of it
  std::uint64_t entities_unlisted = 0;  ///< mentions of further entities past what a case lists
  std::optional<std::string> reject_reason;

  /// Earliest and latest event of what counts (context left out); 0, 0 for a case without any.
  std::pair<std::int64_t, std::int64_t> event_span() const;
  /// A candidate on which no person has acted: it may still be united with another.
  bool untouched() const;

  /// The API's form (docs/api.md); clocks' states are told for `now_ns`, times in the given zone.
  std::string to_json(std::int64_t now_ns, int zone_minutes) const;
  /// The stored form: everything, exactly.
  std::string serialize() const;
  static std::optional<Case> deserialize(std::string_view text);
};

}  // namespace vigil
