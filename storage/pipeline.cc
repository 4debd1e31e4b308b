#include "storage/pipeline.h"

#include <unordered_set>

#include "parsers/caseless.h"

namespace vigil {

std::vector<Cell> PipeRow::values(const FieldRef& field) const {
  std::vector<Cell> cells;
  if (event) {
    any_value(*event, field, [&](const FieldValue& value) {
      if (value.type != ValueType::null) cells.push_back(Cell::of(value));
      return false;
    });
    return cells;
  }
  for (const auto& [name, cell] : *columns) {
    if (equal_caseless(name, field.lower) && !cell.is_null()) cells.push_back(cell);
  }
  return cells;
}

bool PipeContext::hold(std::size_t more) {
  bytes += more;
  if (bytes <= kBytesMax) return true;
  return fail(StoreErrc::bad_argument,
              "the pipes would hold more than 64 MiB: narrow the search by time or field, or group by fewer values "
              "(管線需要超過 64 MiB 的記憶體：請縮小時間範圍、加上欄位條件，或改用較少值的欄位分組)");
}

bool for_each_combination(const PipeRow& row, const std::vector<FieldRef>& fields,
                          const std::function<bool(const std::vector<Cell>&)>& visit) {
  std::vector<std::vector<Cell>> values;
  for (const FieldRef& field : fields) {
    values.push_back(row.values(field));
    if (values.back().empty()) values.back().emplace_back();
  }
  std::vector<std::size_t> choice(fields.size(), 0);
  std::vector<Cell> cells(fields.size());
  for (std::size_t left = PipeContext::kCombinationsMax; left > 0; --left) {
    for (std::size_t i = 0; i < fields.size(); ++i) cells[i] = values[i][choice[i]];
    if (!visit(cells)) return false;
    std::size_t digit = 0;  // counts through the choices like an odometer
    while (digit < fields.size() && ++choice[digit] == values[digit].size()) choice[digit++] = 0;
    if (digit == fields.size()) return true;
  }
  return true;
}

namespace {

class LimitStage : public PipeStage {
 public:
  LimitStage(std::uint64_t rows, std::unique_ptr<PipeStage> next) : left_(rows), next_(std::move(next)) {}
  bool push(const PipeRow& row) override {
    if (left_ == 0) return false;
    --left_;
    return next_->push(row) && left_ > 0;
  }
  bool finish() override { return next_->finish(); }

 private:
  std::uint64_t left_;
  std::unique_ptr<PipeStage> next_;
};

class FieldsStage : public PipeStage {
 public:
  FieldsStage(std::vector<FieldRef> fields, int zone_minutes, std::unique_ptr<PipeStage> next)
      : fields_(std::move(fields)), zone_minutes_(zone_minutes), next_(std::move(next)) {}

  bool push(const PipeRow& row) override {
    std::vector<std::pair<std::string, Cell>> columns;
    for (const FieldRef& field : fields_) {
      std::vector<Cell> cells = row.values(field);
      Cell cell;
      if (cells.size() == 1) cell = std::move(cells.front());
      if (cells.size() > 1) cell = array_of(cells);
      columns.emplace_back(field.name, std::move(cell));
    }
    PipeRow out;
    out.columns = &columns;
    return next_->push(out);
  }
  bool finish() override { return next_->finish(); }

 private:
  Cell array_of(const std::vector<Cell>& cells) const {
    Cell array;
    array.kind = Cell::Kind::json;
    for (const Cell& cell : cells) {
      array.text.push_back(array.text.empty() ? '[' : ',');
      cell.append_json(zone_minutes_, array.text);
    }
    array.text.push_back(']');
    return array;
  }

  std::vector<FieldRef> fields_;
  int zone_minutes_;
  std::unique_ptr<PipeStage> next_;
};

class UniqStage : public PipeStage {
 public:
  UniqStage(std::vector<FieldRef> fields, PipeContext& context, std::unique_ptr<PipeStage> next)
      : fields_(std::move(fields)), context_(context), next_(std::move(next)) {}

  bool push(const PipeRow& row) override {
    return for_each_combination(row, fields_, [&](const std::vector<Cell>& cells) {
      std::string key;
      bool empty = true;
      for (const Cell& cell : cells) {
        cell.append_key(key);
        empty = empty && cell.is_null();
      }
      if (empty) return true;
      const std::size_t cost = key.size() + 64;
      if (!seen_.insert(std::move(key)).second) return true;
      if (seen_.size() > PipeContext::kRowsMax) {
        return context_.fail(StoreErrc::bad_argument,
                             "uniq found more than 100,000 different rows: narrow the search "
                             "(uniq 找到超過 100,000 種不同的值：請縮小搜尋範圍)");
      }
      if (!context_.hold(cost)) return false;
      std::vector<std::pair<std::string, Cell>> columns;
      for (std::size_t i = 0; i < fields_.size(); ++i) columns.emplace_back(fields_[i].name, cells[i]);
      PipeRow out;
      out.columns = &columns;
      return next_->push(out);
    });
  }
  bool finish() override { return next_->finish(); }

 private:
  std::vector<FieldRef> fields_;
  PipeContext& context_;
  std::unordered_set<std::string> seen_;
  std::unique_ptr<PipeStage> next_;
};

}  // namespace

std::unique_ptr<PipeStage> make_pipeline(const std::vector<Pipe>& pipes, PipeContext& context,
                                         std::unique_ptr<PipeStage> last) {
  std::unique_ptr<PipeStage> stage = std::move(last);
  for (std::size_t i = pipes.size(); i-- > 0;) {
    if (const auto* stats = std::get_if<StatsPipe>(&pipes[i])) {
      stage = make_stats_stage(*stats, context, std::move(stage));
    } else if (const auto* sort = std::get_if<SortPipe>(&pipes[i])) {
      const auto* limit = i + 1 < pipes.size() ? std::get_if<LimitPipe>(&pipes[i + 1]) : nullptr;
      stage = make_sort_stage(*sort, limit ? limit->rows : 0, context, std::move(stage));
    } else if (const auto* rows = std::get_if<LimitPipe>(&pipes[i])) {
      stage = std::make_unique<LimitStage>(rows->rows, std::move(stage));
    } else if (const auto* fields = std::get_if<FieldsPipe>(&pipes[i])) {
      stage = std::make_unique<FieldsStage>(fields->fields, context.zone_minutes, std::move(stage));
    } else if (const auto* uniq = std::get_if<UniqPipe>(&pipes[i])) {
      stage = std::make_unique<UniqStage>(uniq->fields, context, std::move(stage));
    }
  }
  return stage;
}

}  // namespace vigil
