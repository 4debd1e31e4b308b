#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "storage/pipeline.h"

namespace vigil {
namespace {

/// What one aggregate of one group has seen so far.
struct Tally {
  std::uint64_t count = 0;
  std::int64_t whole_sum = 0;
  double real_sum = 0;
  bool whole = true;  ///< the sum still fits 64 bits exactly
  Cell extreme;
  std::unordered_set<std::string> distinct;
};

struct Group {
  std::vector<Cell> keys;
  std::vector<Tally> tallies;
};

/// Groups of `stats`: one in memory per combination of keys, given at the end in the order of their keys.
class StatsStage : public PipeStage {
 public:
  StatsStage(const StatsPipe& pipe, PipeContext& context, std::unique_ptr<PipeStage> next)
      : pipe_(pipe), context_(context), next_(std::move(next)) {
    for (const GroupKey& key : pipe_.keys) key_fields_.push_back(key.field);
  }

  bool push(const PipeRow& row) override {
    return for_each_combination(row, key_fields_, [&](const std::vector<Cell>& found) {
      std::vector<Cell> keys = found;
      std::string key;
      for (std::size_t i = 0; i < keys.size(); ++i) {
        if (pipe_.keys[i].bucket_ns > 0 && keys[i].kind == Cell::Kind::time) {
          keys[i].time_ns = bucket_start(keys[i].time_ns, pipe_.keys[i].bucket_ns);
        }
        keys[i].append_key(key);
      }
      Group* group = find_group(std::move(key), keys);
      return group && add(row, *group);
    });
  }

  bool finish() override {
    // Without keys there is one group, also over nothing: count() of nothing is 0.
    if (pipe_.keys.empty() && groups_.empty() && !find_group({}, {})) return false;
    std::vector<const Group*> sorted;
    for (const auto& [key, group] : groups_) sorted.push_back(&group);
    std::sort(sorted.begin(), sorted.end(), [](const Group* a, const Group* b) {
      for (std::size_t i = 0; i < a->keys.size(); ++i) {
        if (const auto order = compare_cells(a->keys[i], b->keys[i]); order != 0) return order < 0;
      }
      return false;
    });
    for (const Group* group : sorted) {
      std::vector<std::pair<std::string, Cell>> columns;
      for (std::size_t i = 0; i < group->keys.size(); ++i) columns.emplace_back(pipe_.keys[i].column, group->keys[i]);
      for (std::size_t i = 0; i < pipe_.aggregates.size(); ++i) {
        columns.emplace_back(pipe_.aggregates[i].column, result(pipe_.aggregates[i], group->tallies[i]));
      }
      PipeRow row;
      row.columns = &columns;
      if (!next_->push(row)) break;
    }
    return next_->finish();
  }

 private:
  /// Cut down to the bucket's start in the searcher's zone: a day begins at local midnight, a week on Monday.
  std::int64_t bucket_start(std::int64_t ns, std::int64_t length) const {
    constexpr std::int64_t kDay = 86400LL * 1'000'000'000;
    // 1970-01-01 was a Thursday; Monday is four days on.
    const std::int64_t origin = (length % (7 * kDay) == 0 ? 4 * kDay : 0) - context_.zone_minutes * 60LL * 1'000'000'000;
    const std::int64_t since = ns - origin;
    const std::int64_t inside = ((since % length) + length) % length;
    return ns - inside;
  }

  Group* find_group(std::string key, const std::vector<Cell>& keys) {
    const auto known = groups_.find(key);
    if (known != groups_.end()) return &known->second;
    if (groups_.size() == PipeContext::kRowsMax) {
      context_.fail(StoreErrc::bad_argument,
                    "stats would hold more than 100,000 groups: narrow the search or group by fewer values "
                    "(stats 會超過 100,000 組：請縮小搜尋範圍，或改用較少值的欄位分組)");
      return nullptr;
    }
    std::size_t cost = key.size() + sizeof(Group) + pipe_.aggregates.size() * sizeof(Tally) + 64;
    for (const Cell& cell : keys) cost += cell.cost();
    if (!context_.hold(cost)) return nullptr;
    return &groups_.emplace(std::move(key), Group{keys, std::vector<Tally>(pipe_.aggregates.size())}).first->second;
  }

  bool add(const PipeRow& row, Group& group) {
    for (std::size_t i = 0; i < pipe_.aggregates.size(); ++i) {
      const Aggregate& aggregate = pipe_.aggregates[i];
      Tally& tally = group.tallies[i];
      if (aggregate.field.name.empty()) {
        tally.count += row.records;
        continue;
      }
      const std::vector<Cell> values = row.values(aggregate.field);
      if (aggregate.function == Aggregate::Function::count) {
        tally.count += values.empty() ? 0U : row.records;
        continue;
      }
      for (const Cell& value : values) {
        if (!add(aggregate.function, value, tally)) return false;
      }
    }
    return true;
  }

  bool add(Aggregate::Function function, const Cell& value, Tally& tally) {
    switch (function) {
      case Aggregate::Function::count:
        break;
      case Aggregate::Function::count_distinct: {
        std::string key;
        value.append_key(key);
        const std::size_t cost = key.size() + 64;
        if (tally.distinct.insert(std::move(key)).second) return context_.hold(cost);
        break;
      }
      case Aggregate::Function::sum:
      case Aggregate::Function::avg: {
        if (!value.number) break;
        ++tally.count;
        tally.real_sum += value.number->real();
        const auto whole = value.number->integer();
        tally.whole = tally.whole && whole && !__builtin_add_overflow(tally.whole_sum, *whole, &tally.whole_sum);
        break;
      }
      case Aggregate::Function::min:
        if (tally.extreme.is_null() || compare_cells(value, tally.extreme) < 0) tally.extreme = value;
        break;
      case Aggregate::Function::max:
        if (tally.extreme.is_null() || compare_cells(value, tally.extreme) > 0) tally.extreme = value;
        break;
    }
    return true;
  }

  static Cell result(const Aggregate& aggregate, const Tally& tally) {
    switch (aggregate.function) {
      case Aggregate::Function::count:
        return Cell::of_integer(static_cast<std::int64_t>(tally.count));
      case Aggregate::Function::count_distinct:
        return Cell::of_integer(static_cast<std::int64_t>(tally.distinct.size()));
      case Aggregate::Function::sum:
        if (tally.count == 0) return {};
        return tally.whole ? Cell::of_integer(tally.whole_sum) : Cell::of_real(tally.real_sum);
      case Aggregate::Function::avg:
        return tally.count == 0 ? Cell() : Cell::of_real(tally.real_sum / static_cast<double>(tally.count));
      case Aggregate::Function::min:
      case Aggregate::Function::max:
        return tally.extreme;
    }
    return {};
  }

  const StatsPipe& pipe_;
  PipeContext& context_;
  std::vector<FieldRef> key_fields_;
  std::unordered_map<std::string, Group> groups_;
  std::unique_ptr<PipeStage> next_;
};

}  // namespace

std::unique_ptr<PipeStage> make_stats_stage(const StatsPipe& pipe, PipeContext& context,
                                            std::unique_ptr<PipeStage> next) {
  return std::make_unique<StatsStage>(pipe, context, std::move(next));
}

}  // namespace vigil
