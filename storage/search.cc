#include <algorithm>

#include "storage/counted_search.h"
#include "storage/matching.h"
#include "storage/pipeline.h"
#include "storage/query.h"
#include "storage/query_leaf.h"

namespace vigil {
namespace {

/// The end of the pipes: rows become answers.
class SinkStage : public PipeStage {
 public:
  SinkStage(std::uint64_t limit, const PipeContext& context,
            const std::function<bool(const SearchRow&)>& sink)
      : limit_(limit), context_(context), sink_(sink) {}

  bool push(const PipeRow& row) override {
    SearchRow out;
    std::vector<std::pair<std::string, std::string>> columns;
    if (row.event) {
      out.event = &row.event->event();
      out.record = &row.event->record();
    } else {
      for (const auto& [name, cell] : *row.columns) {
        columns.emplace_back(name, std::string());
        cell.append_json(context_.zone_minutes, columns.back().second);
      }
      out.columns = &columns;
    }
    ++rows_;
    return sink_(out) && (limit_ == 0 || rows_ < limit_);
  }
  bool finish() override { return true; }
  std::uint64_t rows() const { return rows_; }

 private:
  std::uint64_t limit_;
  const PipeContext& context_;
  const std::function<bool(const SearchRow&)>& sink_;
  std::uint64_t rows_ = 0;
};

/// Whether the query says itself how many rows it wants.
bool sets_own_limit(const std::vector<Pipe>& pipes) {
  return std::any_of(pipes.begin(), pipes.end(), [](const Pipe& pipe) {
    return std::holds_alternative<StatsPipe>(pipe) || std::holds_alternative<LimitPipe>(pipe);
  });
}

/// Whether an answer depends on more of a record than its row and source. Columns are made of an event by the first pipe
/// that makes columns; where none does, it is the event that is shown.
bool needs_text(const Query::Impl& impl) {
  const auto in_text = [](const FieldRef& field) { return need_of(field) != Need::record; };
  if (impl.filter.need != Need::record) return true;
  for (const Pipe& pipe : impl.pipes) {
    if (const auto* fields = std::get_if<FieldsPipe>(&pipe)) {
      return std::any_of(fields->fields.begin(), fields->fields.end(), in_text);
    }
    if (const auto* uniq = std::get_if<UniqPipe>(&pipe)) {
      return std::any_of(uniq->fields.begin(), uniq->fields.end(), in_text);
    }
    if (const auto* stats = std::get_if<StatsPipe>(&pipe)) {
      return std::any_of(stats->keys.begin(), stats->keys.end(),
                         [&](const GroupKey& key) { return in_text(key.field); }) ||
             std::any_of(stats->aggregates.begin(), stats->aggregates.end(), [&](const Aggregate& aggregate) {
               return !aggregate.field.name.empty() && in_text(aggregate.field);
             });
    }
    const auto* sort = std::get_if<SortPipe>(&pipe);
    if (sort && std::any_of(sort->keys.begin(), sort->keys.end(),
                            [&](const SortKey& key) { return in_text(key.field); })) {
      return true;
    }
  }
  return true;
}

}  // namespace

Result<SearchSummary, StoreError> search(const Archive& archive, const Query& query,
                                         const SearchRequest& request,
                                         const std::function<bool(const SearchRow&)>& sink) {
  ScanRange range = request.range;
  query.plan(range);
  range.cancelled = request.cancelled;
  range.text_needed = needs_text(query.impl());
  const Query::Impl& impl = query.impl();

  PipeContext context;
  context.zone_minutes = request.zone_minutes;
  context.cancelled = request.cancelled;
  auto last = std::make_unique<SinkStage>(sets_own_limit(impl.pipes) ? 0 : request.limit, context, sink);
  const SinkStage& end = *last;
  const auto pipeline = make_pipeline(impl.pipes, context, std::move(last));

  SearchSummary summary;
  if (range.event_from_ns < range.event_to_ns && range.sequence_from < range.sequence_to) {
    MatchVisitor see(query, range, [&](LazyEvent& subject) {
      PipeRow row;
      row.event = &subject;
      return pipeline->push(row);
    });
    // Counts by hour, source and the like are kept ready: records are read only where those do not reach.
    const bool whole = range.sequence_from == 0 && range.sequence_to == UINT64_MAX;
    const auto needs = whole ? needs_of_counts(impl, request.zone_minutes) : std::nullopt;
    std::optional<CountedRows> counted;
    if (needs) counted.emplace(impl);
    const auto add = [&](const Archive::CountedHours& hours) {
      if (request.cancelled && (*request.cancelled)()) {
        context.error = MatchVisitor::cancelled_error();
        return false;
      }
      return counted->add(hours) ||
             context.fail(StoreErrc::bad_argument,
                          "stats would hold more than 1,000,000 groups: narrow the search "
                          "(stats 會超過 1,000,000 組：請縮小搜尋範圍)");
    };
    const auto cost =
        needs ? archive.count(range, *needs, add, std::ref(see)) : archive.scan(range, std::ref(see));
    if (see.was_cancelled()) return MatchVisitor::cancelled_error();
    if (!cost) return cost.error();
    if (counted && !context.error) counted->give(*pipeline);
    summary.cost = *cost;
  }
  if (!context.error) pipeline->finish();
  if (context.error) return *context.error;
  summary.rows = end.rows();
  return summary;
}

void render_row_json(const SearchRow& row, int zone_minutes, std::string& out) {
  if (row.event) {
    Surroundings around;
    const std::string id = record_id(row.record->sequence);
    around.raw = row.record->raw;
    around.received_ns = row.record->received_ns;
    around.id = id;
    around.source = row.record->source;
    around.kinds = row.record->kinds;
    around.transport_tags = row.record->transport_tags;
    around.zone_minutes = zone_minutes;
    render_event_json(*row.event, around, out);
    return;
  }
  out.push_back('{');
  for (std::size_t i = 0; row.columns && i < row.columns->size(); ++i) {
    if (i > 0) out.push_back(',');
    append_json_string((*row.columns)[i].first, out);
    out.append(":").append((*row.columns)[i].second);
  }
  out.push_back('}');
}

}  // namespace vigil
