#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/compiled.h"

namespace vigil::sigma {

struct CorrelatorOptions {
  /// Groups kept for one correlation; then one has to make room and is counted. An attacker can make groups by inventing
  /// addresses; 100,000 of them cost about 20 MB.
  std::size_t groups_max = 100'000;
  /// Bytes of all keys and windows together: bounds memory where thresholds are large, values long, correlations many.
  std::size_t bytes_max = 256UL * 1024 * 1024;
  /// Groups that had to make room after one hit and are remembered by that hit, 32 bytes each.
  std::size_t ghosts_max = 4UL * 1024 * 1024;
  /// False: a condition that stays true is told of at every hit, and all are judged at every hit, as
  /// `vigil rules match` does.
  bool suppress = true;
  /// True: correlations that only feed others are told of too.
  bool tell_silent = false;
};

/// Whose message a hit came in: who makes many groups pays with his own.
struct Sender {
  std::string_view host, system;
  bool core = false;
};

/// One match as correlations see it.
struct Hit {
  const FieldSource* fields = nullptr;
  std::string_view organisation;
  bool drill = false;
  std::uint64_t sequence = 0;  ///< below 2^56
  std::int64_t event_ns = 0;
  std::int64_t received_ns = 0;
  Sender sender{};
  std::uint64_t serial = 0;  ///< the correlator's own: tells one hit's fields from another's
};

/// A correlation whose condition came true.
struct Firing {
  std::uint32_t correlation = 0;
  std::uint64_t count = 0;
  std::int64_t first_ns = 0, last_ns = 0;
  std::vector<std::string> group;         ///< values, as Correlation::group_by names them
  std::vector<std::uint64_t> references;  ///< the firing event last
  /// Its window closed: no event of now made it fire, and what follows is of the last one that was counted.
  bool closed = false;
  std::string organisation, host, system;
  bool core = false, drill = false;
};

/// Groups of a correlation had to make room for others.
struct Overflow {
  std::uint32_t correlation = 0;
  std::uint64_t evicted = 0;  ///< groups let go since this was told last
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
  /// The receiver's clock has come to `now_ns`: windows that are judged when they close are closed, those due first.
  /// Cheap when none is due. Before the hits of each message, with its time of receipt, and in quiet hours. True if one
  /// closed.
  bool advance(std::int64_t now_ns, std::vector<Firing>& out);
  /// Correlations whose groups had to make room, each at most once an hour of event time.
  void take_overflows(std::vector<Overflow>& out);

  /// Changed windows since the last call as (key, value); an empty value erases.
  void take_edits(std::vector<std::pair<std::string, std::string>>& out);
  /// Puts a window back. One of an unknown or changed correlation, or of another format, is dropped, and erased with the
  /// next edits.
  void restore(std::string_view key, std::string_view value);

  /// Takes over what `before` holds for correlations of the same identity; the other windows are erased with the next
  /// edits. `before` is of no use afterwards.
  void adopt(Correlator& before);

  struct Counters {
    std::uint64_t late = 0;        ///< hits older than their window reaches back
    std::uint64_t evicted = 0;     ///< groups let go for want of room
    std::uint64_t ungrouped = 0;   ///< hits without a field to group by
    std::uint64_t groups = 0;      ///< now
    std::uint64_t bytes = 0;       ///< of all windows, groups and tables now
  };
  Counters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vigil::sigma
