#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "incidents/case_error.h"
#include "parsers/result.h"
#include "rules/detection.h"
#include "storage/state_store.h"

namespace vigil {

/// "Not this, until then": detections of a rule, about an entity, or both, that open nothing and join nothing. They are
/// counted, and the list says who wanted it and why.
struct CaseException {
  std::string id;                        ///< "X-0001"
  std::string rule;                      ///< id of the rule; empty: any
  std::string entity_type, entity_value; ///< empty: any
  std::string organisation;              ///< empty: all
  std::string owner, reason;
  std::int64_t created_ns = 0, expires_ns = 0;
  std::int64_t ended_ns = 0;             ///< when a person took it back; 0: nobody did
  std::string ended_by;
  std::uint64_t count = 0;               ///< detections it kept out
  std::int64_t last_ns = 0;              ///< the newest of them, event time
  std::vector<std::uint64_t> samples;    ///< sequences of the newest three

  bool active(std::int64_t now_ns) const { return ended_ns == 0 && now_ns < expires_ns; }
  bool covers(const Detection& detection) const;
  std::string state_at(std::int64_t now_ns) const;  ///< active, expired, removed
};

/// All of them. Part of CaseBook, with the same rules about changes. Rows "exception/<id>".
class ExceptionList {
 public:
  static constexpr std::size_t kActiveMax = 1000;
  static constexpr std::int64_t kLongestNs = 366LL * 86'400 * 1'000'000'000;  ///< a year
  /// What is over stays in the list for so long.
  static constexpr std::int64_t kKeptNs = 400LL * 86'400 * 1'000'000'000;

  void load(const StateStore& state, std::vector<std::string>& unreadable);
  /// Fails where neither rule nor entity is named, the expiry is missing, past or further than a year, or text is missing.
  Result<CaseException, CaseError> add(CaseException wanted, std::int64_t now_ns, StateChange& change);
  Result<CaseException, CaseError> end(std::string_view id, std::string_view who, std::int64_t now_ns,
                                       StateChange& change);
  /// The first that covers the detection counts it.
  bool keeps_out(const Detection& detection, std::int64_t now_ns);
  std::vector<CaseException> list() const;
  void settle(std::int64_t now_ns, StateChange& change);

 private:
  std::map<std::string, CaseException, std::less<>> exceptions_;
  std::vector<std::string> changed_;
  std::uint64_t last_number_ = 0;
};

}  // namespace vigil
