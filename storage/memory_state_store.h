#pragma once

#include <map>
#include <mutex>

#include "storage/state_store.h"

namespace vigil {

/// StateStore in memory, for tests and offline verbs. Nothing survives it.
class MemoryStateStore final : public StateStore {
 public:
  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view prefix,
            const std::function<bool(std::string_view key, std::string_view value)>& visit) const override;
  Result<void, StoreError> commit(const StateChange& change) override;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace vigil
