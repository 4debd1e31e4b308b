#include <algorithm>
#include <map>

#include "storage/pipeline.h"

namespace vigil {
namespace {

/// A copy of a record that outlives the scan. Its source is shared by all records that came the same way.
struct HeldRecord {
  StoredRecord record;
  std::string raw;
  std::shared_ptr<const Source> source;
};

struct SortRow {
  std::vector<Cell> keys;
  std::uint64_t arrival = 0;  ///< rows that are equal stay in the order they came
  HeldRecord event;
  std::vector<std::pair<std::string, Cell>> columns;
};

/// Holds rows until all have come. With a limit behind it only those that can still be shown are kept (a heap with the
/// last of them on top).
class SortStage : public PipeStage {
 public:
  SortStage(const SortPipe& pipe, std::uint64_t keep, PipeContext& context, std::unique_ptr<PipeStage> next)
      : pipe_(pipe), keep_(keep), context_(context), next_(std::move(next)) {}

  bool push(const PipeRow& row) override {
    SortRow held;
    held.arrival = arrivals_++;
    for (const SortKey& key : pipe_.keys) {
      std::vector<Cell> cells = row.values(key.field);
      held.keys.push_back(cells.empty() ? Cell() : std::move(cells.front()));
    }
    const auto before = [this](const SortRow& a, const SortRow& b) { return comes_before(a, b); };
    const bool full = keep_ > 0 && rows_.size() == keep_;
    if (full && !before(held, rows_.front())) return true;
    if (row.event) {
      events_ = true;
      hold_event(row.event->record(), held.event);
    } else {
      held.columns = *row.columns;
    }
    if (full) {
      std::pop_heap(rows_.begin(), rows_.end(), before);
      context_.bytes -= std::min(context_.bytes, cost_of(rows_.back()));
      rows_.pop_back();
    }
    if (!context_.hold(cost_of(held))) return false;
    rows_.push_back(std::move(held));
    if (keep_ > 0) std::push_heap(rows_.begin(), rows_.end(), before);
    if (keep_ == 0 && rows_.size() > PipeContext::kRowsMax) {
      return context_.fail(StoreErrc::bad_argument,
                           "sort would hold more than 100,000 rows: put a limit after it or narrow the search "
                           "(sort 會超過 100,000 列：請在其後加上 limit，或縮小搜尋範圍)");
    }
    return true;
  }

  bool finish() override {
    std::sort(rows_.begin(), rows_.end(), [this](const SortRow& a, const SortRow& b) { return comes_before(a, b); });
    for (const SortRow& held : rows_) {
      if (!(events_ ? push_event(held.event) : push_columns(held))) break;
    }
    return !context_.error && next_->finish();
  }

 private:
  static std::size_t cost_of(const SortRow& row) {
    std::size_t cost = sizeof(SortRow) + row.event.raw.size();
    for (const Cell& cell : row.keys) cost += cell.cost();
    for (const auto& [name, cell] : row.columns) cost += name.size() + sizeof(std::string) + cell.cost();
    return cost;
  }

  /// What has no value comes last, in either direction.
  bool comes_before(const SortRow& a, const SortRow& b) const {
    for (std::size_t i = 0; i < pipe_.keys.size(); ++i) {
      const Cell& left = a.keys[i];
      const Cell& right = b.keys[i];
      if (left.is_null() != right.is_null()) return right.is_null();
      const auto order = compare_cells(left, right);
      if (order != 0) return pipe_.keys[i].descending ? order > 0 : order < 0;
    }
    return a.arrival < b.arrival;
  }

  bool push_columns(const SortRow& held) {
    PipeRow row;
    row.columns = &held.columns;
    return next_->push(row);
  }

  void hold_event(const StoredRecord& record, HeldRecord& held) {
    held.record = record;
    held.raw = record.raw;
    const Source& source = *record.source;
    std::string key;
    for (const std::string* part : {&source.peer, &source.host, &source.listener, &source.organisation, &source.system}) {
      key.append(*part).push_back('\0');
    }
    std::shared_ptr<const Source>& known = sources_[key];
    // What else a source says may change with the configuration; then it is another one from here on.
    if (!known || !same_reading(*known, source)) {
      known = std::make_shared<Source>(source);
      context_.hold(sizeof(Source) + 2 * key.size());
    }
    held.source = known;
  }

  static bool same_reading(const Source& a, const Source& b) {
    return a.transport == b.transport && a.core == b.core && a.in_scope == b.in_scope && a.drill == b.drill &&
           a.system_kinds == b.system_kinds && a.zone_minutes == b.zone_minutes && a.charset == b.charset && a.envelope == b.envelope;
  }

  bool push_event(const HeldRecord& held) {
    if (context_.cancelled && (*context_.cancelled)()) {
      return context_.fail(StoreErrc::cancelled, "the search was cancelled");
    }
    StoredRecord record = held.record;
    record.raw = held.raw;
    record.source = held.source.get();
    subject_.reset(record);
    PipeRow row;
    row.event = &subject_;
    return next_->push(row);
  }

  const SortPipe& pipe_;
  std::uint64_t keep_;
  PipeContext& context_;
  std::unique_ptr<PipeStage> next_;
  std::vector<SortRow> rows_;
  std::uint64_t arrivals_ = 0;
  bool events_ = false;
  std::map<std::string, std::shared_ptr<const Source>> sources_;
  LazyEvent subject_;
};

}  // namespace

std::unique_ptr<PipeStage> make_sort_stage(const SortPipe& pipe, std::uint64_t keep, PipeContext& context,
                                           std::unique_ptr<PipeStage> next) {
  return std::make_unique<SortStage>(pipe, keep, context, std::move(next));
}

}  // namespace vigil
