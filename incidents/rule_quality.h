#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "incidents/case.h"
#include "incidents/sighting.h"
#include "storage/state_store.h"

namespace vigil {

/// What people decided about what a rule found: an attack; a false alarm (the rule was wrong); harmless (the rule was
/// right, but it was wanted).
enum class Disposition : std::uint8_t { true_positive, false_positive, benign };
std::optional<Disposition> disposition_from_name(std::string_view name);  ///< "true", "false", "benign"

struct Dispositions {
  std::uint64_t right = 0, wrong = 0, benign = 0;
  std::uint64_t all() const { return right + wrong + benign; }
  void add(Disposition disposition);
};

/// How many of a rule's cases were attacks, as people decided.
struct RuleQuality {
  static constexpr std::uint64_t kDecidedMin = 20;
  static constexpr double kPrecisionMin = 0.05;

  std::string organisation, rule, title, title_zh, logsource;
  Dispositions cases;
  std::vector<std::pair<std::string, Dispositions>> entities;  ///< "source.ip=203.0.113.9"; at most 64

  double precision() const;  ///< of those decided; 0 where there are none
  /// Bounds of the 95 % confidence interval (Wilson 1927).
  double lower_bound() const;
  double upper_bound() const;
  bool wants_filter() const { return cases.all() >= kDecidedMin && precision() < kPrecisionMin; }
  /// A Sigma filter that leaves out what was never an attack, to be read, tried and put among the rules by a person.
  std::string filter() const;
};

/// Part of CaseBook, with the same rules about changes. Rows "quality/<organisation>/<rule>".
class QualityBook {
 public:
  void load(const StateStore& state, std::vector<std::string>& unreadable);
  /// A case was decided; `sightings` are what it is made of.
  void record(const Case& incident, const std::vector<Sighting*>& sightings, Disposition disposition,
              StateChange& change);
  /// Worst first.
  std::vector<RuleQuality> list(const std::vector<std::string>& organisations) const;

 private:
  std::map<std::string, RuleQuality, std::less<>> rules_;  // by row key
};

}  // namespace vigil
