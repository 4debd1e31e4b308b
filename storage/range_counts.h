#pragma once

#include "storage/logql_eval.h"

namespace vigil {

/// Counts what a range aggregation asks for, in one pass over the archive; series as `grouping` parts them,
/// else one for each set of labels. Not in any order. Fails with bad_argument once there are more than
/// `series_max`.
Result<std::vector<Series>, StoreError> count_ranges(const Archive& archive, const RangeAggregation& range,
                                                     const std::optional<LabelGrouping>& grouping,
                                                     std::size_t series_max, const MetricRequest& request,
                                                     ScanCost& cost);

StoreError too_many_series();

}  // namespace vigil
