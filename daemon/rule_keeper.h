#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/model.h"
#include "parsers/result.h"
#include "rules/rule_set.h"

namespace vigil {

/// Which rules are in force, where they come from, and what is wrong with them. A load reads the configured directories
/// again (without any: the pack built into the program) and hands the new set on whole, or leaves the old one in force.
///
/// A rule that is refused does not hold up the others: it is left out and told as a problem. The set of before stays where
/// a directory cannot be read, or where nothing at all would be left to watch with. Any thread; one load at a time.
class RuleKeeper {
 public:
  explicit RuleKeeper(RulesConfig config);
  ~RuleKeeper() { stop(); }

  /// Before the daemon starts: takes whatever there is.
  void load();

  struct State {
    std::shared_ptr<const RuleSet> rules;  ///< in force; never null after load()
    std::vector<RuleProblem> problems;     ///< of the last load, taken or not
    std::vector<std::string> disabled;     ///< ids that were left out of the set in force
    std::int64_t loaded_ns = 0;            ///< since when the set is in force
    std::string failure;                   ///< why the last load was not taken; empty: it was
  };
  State state() const;
  std::shared_ptr<const RuleSet> rules() const;

  /// The set that would be there with one file more, which goes before all others: where it holds a rule that is loaded
  /// already, its own counts. Nothing is put in force; the problems are those of the file alone.
  std::shared_ptr<const RuleSet> with(RuleSet::Text extra, std::vector<RuleProblem>& problems) const;

  /// What a reload changed, by rule id.
  struct Report {
    std::size_t loaded = 0, refused = 0;
    std::vector<std::string> added, removed;
    std::vector<std::string> restarted;  ///< correlations whose meaning changed: their windows start empty
  };
  /// Reads everything again, compiles it on the calling thread (a few hundred milliseconds with thousands of rules) and
  /// puts it in force. `disabled` are the ids that are left out from now on. Fails with the reason why the old set
  /// stays; the problems stand in state().
  Result<Report, std::string> reload(std::vector<std::string> disabled);
  /// The same with the ids that are left out already.
  Result<Report, std::string> reload();
  /// The same on a thread of our own; what came of it stands in the log. For signal handlers.
  void reload_soon();
  /// Waits for a load that is under way; from then on nothing is loaded.
  void stop();

  /// Told of each new set, on the thread that loaded it. Set before the first reload.
  std::function<void(const std::shared_ptr<const RuleSet>&)> on_replaced;
  /// Told of each reload that was taken, after on_replaced: for the audit trail.
  std::function<void(const Report&)> on_report;

 private:
  RuleSetOptions options(std::vector<std::string> disabled, std::vector<RuleProblem>& problems) const;
  std::shared_ptr<const RuleSet> read(const std::vector<std::string>& disabled, std::vector<RuleProblem>& problems) const;

  const RulesConfig config_;
  std::mutex loading_;         ///< one load at a time
  bool stopped_ = false;       ///< under loading_
  mutable std::mutex mutex_;   ///< of state_
  State state_;
  boost::asio::thread_pool loader_{1};
};

}  // namespace vigil
