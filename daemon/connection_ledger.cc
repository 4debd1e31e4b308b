#include "daemon/connection_ledger.h"

#include <utility>

namespace vigil {

ConnectionLedger::Verdict ConnectionLedger::open(const std::string& peer, bool exempt) {
  const std::lock_guard lock(mutex_);
  if (total_ >= limits_.connections_max) return Verdict::too_many;
  if (!exempt) {
    std::size_t& count = by_peer_[peer];
    if (count >= limits_.per_peer_max) return Verdict::too_many_of_peer;
    ++count;
  }
  ++total_;
  return Verdict::welcome;
}

void ConnectionLedger::close(const std::string& peer, bool exempt) {
  const std::lock_guard lock(mutex_);
  --total_;
  if (exempt) return;
  const auto entry = by_peer_.find(peer);
  if (entry != by_peer_.end() && --entry->second == 0) by_peer_.erase(entry);
}

ConnectionTicket::ConnectionTicket(ConnectionLedger& ledger, ListenerStats& stats, std::string peer,
                                   bool exempt)
    : ledger_(&ledger), stats_(&stats), peer_(std::move(peer)), exempt_(exempt) {
  stats_->connections.fetch_add(1, std::memory_order_relaxed);
}

ConnectionTicket::ConnectionTicket(ConnectionTicket&& other) noexcept
    : ledger_(std::exchange(other.ledger_, nullptr)),
      stats_(other.stats_),
      peer_(std::move(other.peer_)),
      exempt_(other.exempt_) {}

ConnectionTicket::~ConnectionTicket() {
  if (ledger_ == nullptr) return;
  ledger_->close(peer_, exempt_);
  stats_->connections.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace vigil
