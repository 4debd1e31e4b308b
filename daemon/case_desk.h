#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "incidents/case_book.h"
#include "storage/archive.h"

namespace vigil {

/// The case book with its lock and its store: what a change did is committed before the lock is given back.
/// On a full disk the edits wait and go first with the next change, so that book and store become one again
/// by themselves.
class CaseDesk {
 public:
  CaseDesk(StateStore& state, std::shared_ptr<const AssetTable> assets, std::vector<ChannelConfig> channels,
           CaseBookOptions options)
      : state_(state), book_(state, std::move(assets), std::move(channels), options) {}

  /// Calls `work(book, change)` and commits what it put into the change. On `disk_full` the edits are kept
  /// for the next call; any other failure is for the caller: the store has to be reopened.
  template <class Work>
  Result<void, StoreError> change(Work&& work) {
    const std::lock_guard lock(mutex_);
    work(book_, waiting_);
    if (waiting_.empty()) return {};
    auto committed = state_.commit(waiting_);
    if (committed) waiting_ = StateChange();
    return committed;
  }

  /// Edits wait for space on the disk: call change() again.
  bool waiting() const {
    const std::lock_guard lock(mutex_);
    return !waiting_.empty();
  }

  template <class Look>
  auto read(Look&& look) const {
    const std::lock_guard lock(mutex_);
    return look(static_cast<const CaseBook&>(book_));
  }

 private:
  StateStore& state_;
  mutable std::mutex mutex_;
  CaseBook book_;
  StateChange waiting_;
};

}  // namespace vigil
