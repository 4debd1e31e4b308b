#include "storage/memory_state_store.h"

#include <utility>
#include <vector>

namespace vigil {

std::optional<std::string> MemoryStateStore::get(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

void MemoryStateStore::scan(
    std::string_view prefix,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const {
  std::vector<std::pair<std::string, std::string>> found;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = values_.lower_bound(prefix); at != values_.end() && at->first.starts_with(prefix); ++at) {
      found.push_back(*at);
    }
  }
  for (const auto& [key, value] : found) {
    if (!visit(key, value)) return;
  }
}

Result<void, StoreError> MemoryStateStore::commit(const StateChange& change) {
  const std::lock_guard lock(mutex_);
  for (const StateChange::Edit& edit : change.edits()) {
    if (edit.erase) {
      values_.erase(edit.key);
    } else {
      values_[edit.key] = edit.value;
    }
  }
  return {};
}

}  // namespace vigil
