#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/archive.h"
#include "storage/cell.h"
#include "storage/query_ast.h"

namespace vigil {

/// A row between two pipes: an event, or named cells that a pipe made.
struct PipeRow {
  LazyEvent* event = nullptr;
  std::uint64_t records = 1;  ///< how many it stands for; only a stats of counts is given more than one
  const std::vector<std::pair<std::string, Cell>>* columns = nullptr;

  /// Its values for a field or column, none if it has none.
  std::vector<Cell> values(const FieldRef& field) const;
};

/// What all stages of one search share.
struct PipeContext {
  /// Groups of stats, distinct rows of uniq, rows of a sort without a limit after it.
  static constexpr std::size_t kRowsMax = 100'000;
  /// All that the pipes of one search remember.
  static constexpr std::size_t kBytesMax = 64 * 1024 * 1024;
  /// Groups one event may belong to, when its keys have several values each.
  static constexpr std::size_t kCombinationsMax = 1'000;

  int zone_minutes = 480;
  const std::function<bool()>* cancelled = nullptr;
  std::size_t bytes = 0;
  std::optional<StoreError> error;

  /// Books `more` bytes. False, with the error set, once the pipes hold too much.
  bool hold(std::size_t more);
  bool fail(StoreErrc code, std::string what) {
    if (!error) error = StoreError{code, std::move(what)};
    return false;
  }
};

/// One station of the rows' way. Rows are pushed from station to station; each borrows the row for the call.
class PipeStage {
 public:
  virtual ~PipeStage() = default;
  /// False: wants no more rows (a limit is reached, the reader went away, or the context has an error).
  virtual bool push(const PipeRow& row) = 0;
  /// No more rows come: gives what it held back. False as above.
  virtual bool finish() = 0;
};

/// The stages of `pipes`, the last one followed by `last`. `context` outlives them.
std::unique_ptr<PipeStage> make_pipeline(const std::vector<Pipe>& pipes, PipeContext& context,
                                         std::unique_ptr<PipeStage> last);

// One file each.
std::unique_ptr<PipeStage> make_stats_stage(const StatsPipe& pipe, PipeContext& context,
                                            std::unique_ptr<PipeStage> next);
/// `keep`: only that many rows are wanted (a limit follows), 0 = all.
std::unique_ptr<PipeStage> make_sort_stage(const SortPipe& pipe, std::uint64_t keep, PipeContext& context,
                                           std::unique_ptr<PipeStage> next);

/// Calls `visit` with each combination of one value per field: a row whose fields have several values belongs to
/// several groups. A field without a value gives a null cell.
bool for_each_combination(const PipeRow& row, const std::vector<FieldRef>& fields,
                          const std::function<bool(const std::vector<Cell>&)>& visit);

}  // namespace vigil
