#pragma once

#include <functional>
#include <mutex>

#include "storage/database.h"
#include "storage/state_store.h"

namespace vigil {

/// StateStore in the family `state` of the archive's database: one journal, one sync.
class RocksState final : public StateStore {
 public:
  /// `make_writable` is asked before each change: it mends the database after a full disk.
  RocksState(Database& database, std::function<Result<void, StoreError>()> make_writable)
      : database_(database), make_writable_(std::move(make_writable)) {}

  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view prefix,
            const std::function<bool(std::string_view key, std::string_view value)>& visit) const override;
  Result<void, StoreError> commit(const StateChange& change) override;

 private:
  Database& database_;
  std::function<Result<void, StoreError>()> make_writable_;
};

}  // namespace vigil
