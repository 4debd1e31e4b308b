#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/detection.h"
#include "rules/enrichment.h"
#include "rules/observation.h"
#include "rules/rule_set.h"

namespace vigil {

/// Watches the stream: prefilter by literals, payload parse only where a rule can still match, exact match, then
/// correlation over sliding windows in event time, keyed by organisation and group-by values. One thread.
class Watcher {
 public:
  explicit Watcher(std::shared_ptr<const RuleSet> rules);
  ~Watcher();

  /// Appends what fired to `out`.
  void observe(const Observation& observation, std::vector<Detection>& out);

  /// Closes the windows that are due at `now_ns` of the receiver's clock: while messages arrive they see to that, in
  /// quiet hours the caller does. Appends what fired to `out`. True if windows closed: then they must be stored in the
  /// same change as the detections, for no message will close them again.
  bool tick(std::int64_t now_ns, std::vector<Detection>& out);

  /// What computed fields are told from, from the next message on; before that, Enrichment::plain(). Never null.
  void use(std::shared_ptr<const Enrichment> enrichment);

  /// The windows' changes since the last call, as durable (key, value) pairs; an empty value erases. The caller
  /// writes them in one change with the cursor, so a restart neither forgets nor counts twice.
  struct WindowEdit {
    std::string key, value;
  };
  void take_window_edits(std::vector<WindowEdit>& out);
  /// Puts back a window written before. Unknown or changed correlations are ignored.
  void restore_window(std::string_view key, std::string_view value);

  /// Goes on where `before` stands, which was given other rules and is of no use afterwards: windows of correlations
  /// that mean the same are taken over, those of others are erased with the next edits; counters go on.
  void adopt(Watcher& before);

  struct Counters {
    std::uint64_t observed = 0, candidates = 0, parsed = 0, matched = 0, late = 0, evicted = 0;
    std::uint64_t ungrouped = 0;  ///< matches without a field that a correlation groups by
    std::uint64_t groups = 0;     ///< correlation windows held now
    std::uint64_t state_bytes = 0;  ///< of those, their groups and tables
    /// Matches that the prefilter would have missed, found by asking every rule about every 4,096th message. Not
    /// zero: a fault of ours.
    std::uint64_t missed = 0;
    /// Answers of rules that are not sure, because a regular expression would have taken too long.
    std::uint64_t degraded = 0;
  };
  Counters counters() const;
  /// What was missed or not sure since the last call, by rule: for the operator's log. Seldom anything.
  struct Trouble {
    std::shared_ptr<const RuleMeta> rule;
    std::uint64_t sequence = 0;  ///< of the first message it was noticed at
    bool missed = false;         ///< else degraded
    std::uint64_t count = 0;
  };
  std::vector<Trouble> take_troubles();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigil
