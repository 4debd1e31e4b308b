#include "storage/rocks_state.h"

#include <utility>
#include <vector>

namespace vigil {

std::optional<std::string> RocksState::get(std::string_view key) const {
  rocksdb::PinnableSlice pin;
  const auto value = database_.get(Family::state, key, pin);
  if (!value) return std::nullopt;
  return std::string(*value);
}

void RocksState::scan(std::string_view prefix,
                      const std::function<bool(std::string_view key, std::string_view value)>& visit) const {
  // Read first, then visited: `visit` may change the store, which must not happen under the iterator.
  std::vector<std::pair<std::string, std::string>> found;
  const auto read = database_.scan(Family::state, prefix, [&](std::string_view key, std::string_view value) {
    found.emplace_back(key, value);
    return true;
  });
  if (!read) return;
  for (const auto& [key, value] : found) {
    if (!visit(key, value)) return;
  }
}

Result<void, StoreError> RocksState::commit(const StateChange& change) {
  if (change.empty()) return {};
  if (auto writable = make_writable_(); !writable) return writable.error();
  rocksdb::WriteBatch batch;
  return database_.write(batch, Database::Durability::synced, [&](Database::Changes& changes) {
    for (const StateChange::Edit& edit : change.edits()) {
      if (edit.erase) {
        changes.erase(Family::state, edit.key);
      } else {
        changes.put(Family::state, edit.key, edit.value);
      }
    }
  });
}

}  // namespace vigil
