#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/compiled.h"
#include "rules/group_table.h"

namespace vigil::sigma {

struct CorrelatorOptions {
  /// Groups kept for one correlation; then the one not hit for longest is let go and counted. An attacker can
  /// make groups by inventing addresses; 100,000 of them cost about 30 MB.
  std::size_t groups_max = 100'000;
  /// Hits kept in all windows together (40 bytes each): bounds memory where thresholds are large.
  std::size_t entries_max = 4'000'000;
  /// False: a condition that stays true is told of at every hit, as `vigil rules match` does.
  bool suppress = true;
  /// True: correlations that only feed others are told of too.
  bool tell_silent = false;
};

/// One match as correlations see it.
struct Hit {
  const FieldSource* fields = nullptr;
  std::string_view organisation;
  bool drill = false;
  std::uint64_t sequence = 0;
  std::int64_t event_ns = 0;
  std::int64_t received_ns = 0;
  std::uint64_t serial = 0;  ///< the correlator's own: tells one hit's fields from another's
};

/// A correlation whose condition came true.
struct Firing {
  std::uint32_t correlation = 0;
  std::uint64_t count = 0;
  std::int64_t first_ns = 0, last_ns = 0;
  std::vector<std::string> group;         ///< values, as Correlation::group_by names them
  std::vector<std::uint64_t> references;  ///< the firing event last
};

/// Holds the windows of all correlations. One thread. What it does depends only on the hits it was given, their
/// order and their times: a replay after restoring comes to the same.
class Correlator {
 public:
  /// `rules` must outlive it.
  explicit Correlator(const CompiledRules& rules, CorrelatorOptions options = {});
  ~Correlator();

  /// A plain rule matched. Appends what fires, inner correlations before outer ones.
  void matched(std::uint32_t rule, const Hit& hit, std::vector<Firing>& out);

  /// Changed windows since the last call as (key, value); an empty value erases.
  void take_edits(std::vector<std::pair<std::string, std::string>>& out);
  /// Puts a window back. One of an unknown or changed correlation is dropped, and erased with the next edits.
  void restore(std::string_view key, std::string_view value);

  /// Takes over what `before` holds for correlations of the same identity; the other windows are erased with the next
  /// edits. `before` is of no use afterwards.
  void adopt(Correlator& before);

  struct Counters {
    std::uint64_t late = 0;        ///< hits older than their window reaches back
    std::uint64_t evicted = 0;     ///< groups let go for want of room
    std::uint64_t ungrouped = 0;   ///< hits without a field to group by
    std::uint64_t groups = 0;      ///< now
  };
  Counters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vigil::sigma
