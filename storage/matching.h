#pragma once

#include <functional>

#include "storage/query.h"
#include "storage/stored_event.h"

namespace vigil {

/// Calls `visit` for each record that the query's filter means, in the order the range asks for, until it
/// says false. Pipes play no part, and a record is read only as far as the filter and `visit` ask. Fails
/// with cancelled where `cancelled` says so.
Result<ScanCost, StoreError> for_each_match(const Archive& archive, const Query& query, ScanRange range,
                                            const std::function<bool()>* cancelled,
                                            const std::function<bool(LazyEvent&)>& visit);

}  // namespace vigil
