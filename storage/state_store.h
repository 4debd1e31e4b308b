#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/result.h"
#include "storage/store_error.h"

namespace vigil {

/// Changes that happen together or not at all.
class StateChange {
 public:
  void put(std::string key, std::string value) { edits_.push_back({std::move(key), std::move(value), false}); }
  void erase(std::string key) { edits_.push_back({std::move(key), {}, true}); }
  void append(StateChange other) {
    for (auto& edit : other.edits_) edits_.push_back(std::move(edit));
  }
  bool empty() const { return edits_.empty(); }
  struct Edit {
    std::string key, value;
    bool erase;
  };
  const std::vector<Edit>& edits() const { return edits_; }

 private:
  std::vector<Edit> edits_;
};

/// Small things that must survive: cases, the outbox, correlation windows, cursors. Keys are readable paths,
/// first the kind: "case/<org>/<id>", "outbox/<id>", "cursor/watch". Thread-safe.
class StateStore {
 public:
  virtual ~StateStore() = default;
  virtual std::optional<std::string> get(std::string_view key) const = 0;
  /// Keys that begin with `prefix`, in byte order, until `visit` says false. A snapshot.
  virtual void scan(std::string_view prefix,
                    const std::function<bool(std::string_view key, std::string_view value)>& visit) const = 0;
  /// Durable when it returns (the journal is synced).
  virtual Result<void, StoreError> commit(const StateChange& change) = 0;
};

/// The same in memory, for tests and offline verbs.
class MemoryStateStore;

}  // namespace vigil
