#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/query.h"
#include "storage/query_ast.h"

namespace vigil {

/// How many records a filter means, bucket by bucket over a range of time.
struct Histogram {
  /// One value of the field that splits the buckets. `value` is JSON; null: records without such a field.
  struct Group {
    std::string value;
    std::uint64_t count = 0;
    std::vector<std::uint64_t> counts;  ///< one a bucket
  };
  std::int64_t interval_ns = 0, first_ns = 0;  ///< bucket i begins at first + i * interval
  std::uint64_t total = 0;
  std::vector<std::uint64_t> counts;
  std::vector<Group> groups;   ///< the largest ones, most first
  std::optional<Group> other;  ///< all further values together
};

/// Groups shown by themselves: as many as can be told apart in a diagram.
constexpr std::size_t kHistogramGroups = 10;
/// Buckets of one answer: more than a screen has pixels.
constexpr std::int64_t kHistogramBucketsMax = 5'000;

/// A length that people count in (1m, 15m, 1h, 1d, …), so that there are about 60 to 120 buckets.
std::int64_t choose_interval(std::int64_t from_ns, std::int64_t to_ns);

/// Where the bucket of `ns` begins, as `bucket()` of the query language has it: days at local midnight,
/// weeks on Monday.
std::int64_t histogram_bucket(std::int64_t ns, std::int64_t interval_ns, int zone_minutes);

/// Counts what `filter` means in the request's range, by `stats`. At most kHistogramBucketsMax buckets: the
/// caller has looked.
Result<Histogram, StoreError> count_histogram(const Archive& archive, const Query& filter,
                                              const SearchRequest& request, std::int64_t interval_ns,
                                              const std::optional<FieldRef>& by);

}  // namespace vigil
