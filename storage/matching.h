#pragma once

#include <functional>

#include "storage/needle_filter.h"
#include "storage/query.h"
#include "storage/stored_event.h"

namespace vigil {

/// What stands between a scan and a query: gives `visit` the records that the query's filter means, and ends the scan when
/// `visit` says false or `cancelled` says so. Borrows all it is given; `range` is the one the query has planned.
class MatchVisitor {
 public:
  MatchVisitor(const Query& query, const ScanRange& range, std::function<bool(LazyEvent&)> visit);
  bool operator()(const StoredRecord& record);
  bool was_cancelled() const { return was_cancelled_; }
  static StoreError cancelled_error();

 private:
  const Query& query_;
  const ScanRange& range_;
  const NeedleFilter needles_;
  const std::function<bool(LazyEvent&)> visit_;
  LazyEvent subject_;
  std::uint64_t seen_ = 0;
  bool was_cancelled_ = false;
};

/// Calls `visit` for each record that the query's filter means, in the order the range asks for, until it
/// says false. Pipes play no part, and a record is read only as far as the filter and `visit` ask. Fails
/// with cancelled where `cancelled` says so.
Result<ScanCost, StoreError> for_each_match(const Archive& archive, const Query& query, ScanRange range,
                                            const std::function<bool()>* cancelled,
                                            const std::function<bool(LazyEvent&)>& visit);

}  // namespace vigil
