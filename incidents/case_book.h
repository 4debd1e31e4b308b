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
};

/// A notice that has to go out, once per channel, with retries. Durable in the outbox until every channel has
/// taken it. Keys "outbox/<id>".
struct Notice {
  std::string id;            ///< grows with time
  std::string organisation, case_id;
  std::string reason;        ///< opened, confirmed, rejected
  bool drill = false;
  std::int64_t not_before_ns = 0;
  struct Delivery {
    std::string channel;
    unsigned attempts = 0;
    std::int64_t next_try_ns = 0;
    std::string last_error;
    bool done = false;
    std::int64_t done_ns = 0;
  };
  std::vector<Delivery> deliveries;
  std::string serialize() const;
  static std::optional<Notice> deserialize(std::string_view text);
};

struct CaseError {
  enum class Code : std::uint8_t { not_found, wrong_state, bad_argument } code;
  std::string what_zh, what_en;
};

/// All cases: opens candidates from detections, folds what belongs together, lets people decide, and leaves a
/// notice in the outbox for what has to be told. Every change is appended to a StateChange that the caller
/// commits together with the watch cursor, so that a candidate is neither lost nor opened twice.
///
/// Not thread-safe: the daemon holds one lock. Time is an argument.
class CaseBook {
 public:
  CaseBook(const StateStore& state, std::shared_ptr<const AssetTable> assets, std::vector<ChannelConfig> channels,
           CaseBookOptions options = {});
  ~CaseBook();

  /// Folds each detection into an open case of its organisation that shares a link entity, or opens a candidate.
  /// Returns the ids of cases that changed.
  std::vector<std::string> apply(std::span<const Detection> detections, std::int64_t now_ns, StateChange& change);

  Result<void, CaseError> confirm(std::string_view id, std::string_view who, std::string_view note,
                                  std::int64_t now_ns, StateChange& change);
  Result<void, CaseError> reject(std::string_view id, std::string_view who, std::string_view reason,
                                 std::int64_t now_ns, StateChange& change);
  Result<void, CaseError> note(std::string_view id, std::string_view who, std::string_view text, std::int64_t now_ns,
                               StateChange& change);

  const Case* find(std::string_view id) const;
  /// Newest first; empty `organisations` means none, {"*"} all.
  std::vector<const Case*> list(const std::vector<std::string>& organisations) const;

  /// Notices due now, and the earliest time at which another may be.
  std::vector<Notice> due_notices(std::int64_t now_ns) const;
  std::vector<Notice> notices() const;
  /// Records the outcome of one attempt; backs off 10 s, 30 s, 1 min, 5 min, then every 15 min.
  void record_delivery(std::string_view notice_id, std::string_view channel, bool ok, std::string_view error,
                       std::int64_t now_ns, StateChange& change);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigil
