#include "daemon/histogram.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <functional>
#include <unordered_map>

#include "parsers/render.h"
#include "storage/query_build.h"

namespace vigil {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000, kMinute = 60 * kSecond, kHour = 60 * kMinute,
                       kDay = 24 * kHour, kWeek = 7 * kDay;
constexpr std::int64_t kIntervals[] = {kSecond,      2 * kSecond,  5 * kSecond, 10 * kSecond, 15 * kSecond,
                                       30 * kSecond, kMinute,      2 * kMinute, 5 * kMinute,  10 * kMinute,
                                       15 * kMinute, 30 * kMinute, kHour,       2 * kHour,    3 * kHour,
                                       6 * kHour,    12 * kHour,   kDay,        2 * kDay,     kWeek};
constexpr std::int64_t kBucketsWanted = 120;

std::uint64_t read_count(std::string_view json) {
  std::uint64_t count = 0;
  std::from_chars(json.data(), json.data() + json.size(), count);
  return count;
}

/// Runs `query` and gives the columns of each row.
using Columns = std::vector<std::pair<std::string, std::string>>;
Result<void, StoreError> for_each_row(const Archive& archive, const Query& query,
                                      const SearchRequest& request,
                                      const std::function<void(const Columns&)>& visit) {
  const auto done = search(archive, query, request, [&](const SearchRow& row) {
    visit(*row.columns);
    return true;
  });
  if (!done) return done.error();
  return {};
}

class HistogramMaker {
 public:
  HistogramMaker(const Archive& archive, const SearchRequest& request, std::int64_t interval_ns)
      : archive_(archive), request_(request) {
    made_.interval_ns = interval_ns;
    made_.first_ns = histogram_bucket(request.range.event_from_ns, interval_ns, request.zone_minutes);
    const std::int64_t length = request.range.event_to_ns - made_.first_ns;
    made_.counts.resize(static_cast<std::size_t>((length + interval_ns - 1) / interval_ns));
  }

  Result<void, StoreError> count(const Query& filter) {
    const Query counted = with_pipes(filter, {count_by({bucket_key()})});
    return for_each_row(archive_, counted, request_, [this](const Columns& columns) {
      const std::uint64_t count = read_count(columns[1].second);
      made_.total += count;
      if (const auto bucket = bucket_of(columns[0].second)) made_.counts[*bucket] += count;
    });
  }

  Result<void, StoreError> split(const Query& filter, const FieldRef& by) {
    const Query counted = with_pipes(filter, {count_by({bucket_key(), {by, 0, "value"}})});
    auto done = for_each_row(archive_, counted, request_, [this](const Columns& columns) {
      add(columns[1].second, bucket_of(columns[0].second), read_count(columns[2].second));
    });
    if (done) {
      keep_largest();
      return {};
    }
    if (done.error().code != StoreErrc::bad_argument) return done;
    // Too many values in too many buckets: first which are the largest, then those alone.
    return split_largest(filter, by);
  }

  Histogram take() { return std::move(made_); }

 private:
  GroupKey bucket_key() const { return {field_named("@timestamp"), made_.interval_ns, "bucket"}; }

  std::optional<std::size_t> bucket_of(std::string_view json) const {
    if (json.size() < 2 || json.front() != '"') return std::nullopt;
    const auto start = read_time(json.substr(1, json.size() - 2), request_.zone_minutes);
    if (!start || *start < made_.first_ns) return std::nullopt;
    const auto index = static_cast<std::size_t>((*start - made_.first_ns) / made_.interval_ns);
    return index < made_.counts.size() ? std::optional(index) : std::nullopt;
  }

  void add(const std::string& value, std::optional<std::size_t> bucket, std::uint64_t count) {
    const auto [place, added] = by_value_.try_emplace(value, made_.groups.size());
    if (added) made_.groups.push_back({value, 0, {}});
    Histogram::Group& group = made_.groups[place->second];
    group.count += count;
    if (bucket) sparse_.push_back({place->second, *bucket, count});
  }

  void keep_largest() {
    std::vector<std::size_t> order(made_.groups.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
      const auto &left = made_.groups[a], &right = made_.groups[b];
      return left.count != right.count ? left.count > right.count : left.value < right.value;
    });
    std::vector<std::size_t> place(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = std::min(i, kHistogramGroups);
    std::vector<Histogram::Group> kept;
    for (std::size_t i = 0; i < std::min(order.size(), kHistogramGroups); ++i) {
      kept.push_back({made_.groups[order[i]].value, 0, std::vector<std::uint64_t>(made_.counts.size())});
    }
    if (order.size() > kHistogramGroups) {
      made_.other = Histogram::Group{"", 0, std::vector<std::uint64_t>(made_.counts.size())};
    }
    for (const auto& [value, bucket, count] : sparse_) {
      Histogram::Group& group = place[value] < kHistogramGroups ? kept[place[value]] : *made_.other;
      group.count += count;
      group.counts[bucket] += count;
    }
    made_.groups = std::move(kept);
  }

  Result<void, StoreError> split_largest(const Query& filter, const FieldRef& by) {
    made_.groups.clear();
    by_value_.clear();
    sparse_.clear();
    std::vector<std::optional<std::string>> values;
    const Query largest =
        with_pipes(filter, {count_by({{by, 0, "value"}}), most_first(), LimitPipe{kHistogramGroups}});
    auto done = for_each_row(archive_, largest, request_, [&](const Columns& columns) {
      by_value_.emplace(columns[0].second, made_.groups.size());
      made_.groups.push_back({columns[0].second, 0, std::vector<std::uint64_t>(made_.counts.size())});
      values.push_back(plain_value(columns[0].second));
    });
    if (!done) return done;
    const Query those = with_condition(filter, has_one_of(by, values));
    std::vector<std::uint64_t> rest = made_.counts;
    done = for_each_row(archive_, with_pipes(those, {count_by({bucket_key(), {by, 0, "value"}})}), request_,
                        [&](const Columns& columns) {
                          const auto known = by_value_.find(columns[1].second);
                          const auto bucket = bucket_of(columns[0].second);
                          if (known == by_value_.end() || !bucket) return;
                          const std::uint64_t count = read_count(columns[2].second);
                          Histogram::Group& group = made_.groups[known->second];
                          group.count += count;
                          group.counts[*bucket] += count;
                          rest[*bucket] -= std::min(rest[*bucket], count);
                        });
    if (!done) return done;
    made_.other = Histogram::Group{"", 0, std::move(rest)};
    for (const std::uint64_t count : made_.other->counts) made_.other->count += count;
    return {};
  }

  /// The value of a cell of JSON; nothing for null.
  static std::optional<std::string> plain_value(const std::string& json_text) {
    boost::system::error_code error;
    const auto value = boost::json::parse(json_text, error);
    if (error || value.is_null()) return std::nullopt;
    return value.is_string() ? std::string(value.as_string()) : json_text;
  }

  const Archive& archive_;
  const SearchRequest& request_;
  Histogram made_;
  std::unordered_map<std::string, std::size_t> by_value_;
  struct Sparse {
    std::size_t value, bucket;
    std::uint64_t count;
  };
  std::vector<Sparse> sparse_;
};

}  // namespace

std::int64_t choose_interval(std::int64_t from_ns, std::int64_t to_ns) {
  const std::int64_t length = to_ns - from_ns;
  for (const std::int64_t interval : kIntervals) {
    if (length / interval < kBucketsWanted) return interval;
  }
  return kWeek * (length / kWeek / kBucketsWanted + 1);
}

std::int64_t histogram_bucket(std::int64_t ns, std::int64_t interval_ns, int zone_minutes) {
  // 1970-01-01 was a Thursday; Monday is four days on.
  const std::int64_t origin = (interval_ns % kWeek == 0 ? 4 * kDay : 0) - zone_minutes * kMinute;
  const std::int64_t inside = ((ns - origin) % interval_ns + interval_ns) % interval_ns;
  return ns - inside;
}

Result<Histogram, StoreError> count_histogram(const Archive& archive, const Query& filter,
                                              const SearchRequest& request, std::int64_t interval_ns,
                                              const std::optional<FieldRef>& by) {
  HistogramMaker maker(archive, request, interval_ns);
  auto done = maker.count(filter);
  if (done && by) done = maker.split(filter, *by);
  if (!done) return done.error();
  return maker.take();
}

}  // namespace vigil
