#include "storage/range_counts.h"

#include <algorithm>
#include <unordered_map>

#include "storage/matching.h"

namespace vigil {
namespace {

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

/// One line while it is counted: by how much the sum changes from one moment to the next. So a record costs
/// two additions, however many moments' ranges it lies in.
struct Counted {
  Labels labels;
  std::vector<std::int64_t> changes;
};

class RangeCounter {
 public:
  RangeCounter(const RangeAggregation& range, const std::optional<LabelGrouping>& grouping,
               std::size_t series_max, const SampleTimes& times)
      : range_(range), reader_(range.selection, grouping), series_max_(series_max), times_(times) {}

  /// False once there are too many lines.
  bool add(LazyEvent& subject) {
    const std::int64_t after = subject.record().event_ns + range_.offset_ns - times_.start_ns;
    const auto last = static_cast<std::int64_t>(times_.count) - 1;
    const std::int64_t first = std::max<std::int64_t>(floor_divide(after, times_.step_ns) + 1, 0);
    const std::int64_t end = std::min(floor_divide(after + range_.range_ns, times_.step_ns), last) + 1;
    if (first >= end) return true;  // between two ranges, where the step is longer than they are
    Counted* const line = find_line(subject);
    if (line == nullptr) return false;
    const bool bytes =
        range_.function == RangeFunction::bytes_over_time || range_.function == RangeFunction::bytes_rate;
    const std::int64_t weight = bytes ? static_cast<std::int64_t>(subject.record().raw.size()) : 1;
    line->changes[static_cast<std::size_t>(first)] += weight;
    line->changes[static_cast<std::size_t>(end)] -= weight;
    return true;
  }

  std::vector<Series> take() {
    const bool rate = range_.function == RangeFunction::rate || range_.function == RangeFunction::bytes_rate;
    const double divisor = rate ? static_cast<double>(range_.range_ns) / 1e9 : 1;
    std::vector<Series> out;
    for (Counted& line : lines_) {
      Series series;
      series.labels = std::move(line.labels);
      series.values.reserve(times_.count);
      std::int64_t sum = 0;
      for (std::uint32_t i = 0; i < times_.count; ++i) {
        sum += line.changes[i];
        series.values.push_back(static_cast<double>(sum) / divisor);
        series.present.push_back(sum != 0);
      }
      line.changes = {};
      out.push_back(std::move(series));
    }
    return out;
  }

 private:
  Counted* find_line(LazyEvent& subject) {
    reader_.read(subject, labels_);
    key_.clear();
    for (const auto& [name, value] : labels_) {
      key_.append(name).append(1, '\0').append(std::to_string(value.size())).append(1, ':').append(value);
    }
    const auto known = by_labels_.find(key_);
    if (known != by_labels_.end()) return &lines_[known->second];
    label_bytes_ += 2 * key_.size();  // held as a key and as labels
    if (lines_.size() == series_max_ || label_bytes_ > MetricRequest::kLabelBytesMax) return nullptr;
    by_labels_.emplace(key_, lines_.size());
    lines_.push_back({labels_, std::vector<std::int64_t>(std::size_t{times_.count} + 1)});
    return &lines_.back();
  }

  const RangeAggregation& range_;
  LabelReader reader_;
  const std::size_t series_max_;
  const SampleTimes& times_;
  std::vector<Counted> lines_;
  std::unordered_map<std::string, std::size_t> by_labels_;
  Labels labels_;
  std::string key_;
  std::size_t label_bytes_ = 0;
};

}  // namespace

Result<std::vector<Series>, StoreError> count_ranges(const Archive& archive, const RangeAggregation& range,
                                                     const std::optional<LabelGrouping>& grouping,
                                                     std::size_t series_max, const MetricRequest& request,
                                                     ScanCost& cost) {
  ScanRange scanned;
  scanned.organisations = request.organisations;
  scanned.newest_first = false;
  scanned.event_from_ns = request.times.start_ns - range.range_ns - range.offset_ns;
  scanned.event_to_ns = request.times.at(request.times.count - 1) - range.offset_ns;
  RangeCounter counter(range, grouping, series_max, request.times);
  bool too_many = false;
  const auto done =
      for_each_match(archive, range.selection.query(), scanned, request.cancelled, [&](LazyEvent& subject) {
        too_many = !counter.add(subject);
        return !too_many;
      });
  if (!done) return done.error();
  cost.blocks_total += done->blocks_total;
  cost.blocks_read += done->blocks_read;
  cost.records_seen += done->records_seen;
  cost.raw_bytes += done->raw_bytes;
  if (too_many) return too_many_series();
  return counter.take();
}

StoreError too_many_series() {
  return {StoreErrc::bad_argument,
          "the answer would have more than 500 series or more than 1,000,000 samples, or be made from too "
          "many: sum by fewer "
          "labels, narrow the selector or take a longer step (數列超過 500 條或樣本超過 1,000,000 個：請減少 "
          "by 的標籤、"
          "縮小選擇範圍或加大 step)"};
}

}  // namespace vigil
