#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "storage/state_store.h"

namespace vigil {

/// Why and by whom a rule was switched off.
struct RuleSwitch {
  std::string who, reason;
  std::int64_t since_ns = 0;
  std::int64_t until_ns = 0;  ///< from then on it is on again; 0: until somebody switches it on
};

/// Rules that were switched off: they are still asked and counted, correlations that listen to them go on, but what they
/// find is told to nobody. So a switch takes effect with the next message, costs no window, and says afterwards what it
/// withheld. Durable under "rule-switch/<id>". Thread-safe.
class RuleSwitches {
 public:
  /// Reads what was switched off before. `state` must outlive it.
  explicit RuleSwitches(StateStore& state);

  /// Whether the rule is off at that time.
  bool off(std::string_view id, std::int64_t now_ns) const;
  /// The switch of a rule that is off at that time.
  std::optional<RuleSwitch> find(std::string_view id, std::int64_t now_ns) const;

  /// Durable when it returns.
  Result<void, StoreError> switch_off(const std::string& id, RuleSwitch reason);
  /// False in the result: it was on.
  Result<bool, StoreError> switch_on(const std::string& id, std::int64_t now_ns);

 private:
  using Switches = std::map<std::string, RuleSwitch, std::less<>>;
  std::shared_ptr<const Switches> now() const;
  void replace(Switches switches);

  StateStore& state_;
  std::mutex changing_;         ///< one change at a time
  mutable std::mutex mutex_;    ///< of switches_
  std::shared_ptr<const Switches> switches_;
};

}  // namespace vigil
