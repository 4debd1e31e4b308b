#pragma once

#include "storage/logql_eval.h"

namespace vigil {

/// Counts what a range aggregation asks for, in one pass over the archive; series as `grouping` parts them, else one for each
/// set of labels. Not in any order.
Result<std::vector<Series>, StoreError> count_ranges(const Archive& archive, const RangeAggregation& range,
                                                     const std::optional<LabelGrouping>& grouping,
                                                     const MetricRequest& request, ScanCost& cost);

}  // namespace vigil
