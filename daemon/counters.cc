#include "daemon/counters.h"

namespace vigil {

std::string_view discard_name(Discard reason) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Discard::count_)> kNames = {
      "empty",     "queue_full", "oversize",  "rate_limited",  "unavailable",
      "duplicate", "malformed",  "bad_chunk", "chunks_missing", "relay_loop"};
  return kNames[static_cast<std::size_t>(reason)];
}

std::string_view closed_name(Closed reason) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Closed::count_)> kNames = {
      "tls_on_plain", "http_on_syslog",     "frame_len_insane",
      "desync",       "slow_frame",         "idle",
      "limit_total",  "limit_peer",         "evicted",
      "tls_broken",   "tls_protocol",       "tls_timeout",
      "tls_busy",     "tls_no_certificate", "tls_untrusted",
      "tls_expired",  "tls_not_yet_valid",  "tls_revoked",
      "tls_crl",      "tls_purpose",        "tls_not_permitted",
      "tls_limit",    "tls_renegotiation",  "bad_relp",
      "bad_beats",    "slow_window",        "disk_full",
      "unavailable"};
  return kNames[static_cast<std::size_t>(reason)];
}

ListenerStats& Counters::add_listener(std::string id, std::string protocol, std::string address) {
  ListenerStats& stats = listeners_.emplace_back();
  stats.id = std::move(id);
  stats.protocol = std::move(protocol);
  stats.address = std::move(address);
  return stats;
}

std::uint64_t Counters::received() const {
  std::uint64_t sum = 0;
  for (const auto& listener : listeners_) sum += listener.received.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t Counters::stored() const {
  std::uint64_t sum = 0;
  for (const auto& n : stored_) sum += n.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t Counters::discarded() const {
  std::uint64_t sum = 0;
  for (const auto& n : discarded_) sum += n.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t Counters::kernel_dropped() const {
  std::uint64_t sum = 0;
  for (const auto& listener : listeners_) sum += listener.kernel_dropped.load(std::memory_order_relaxed);
  return sum;
}

std::size_t Counters::primary(Kinds kinds) {
  for (const Kind kind : {Kind::logon, Kind::device, Kind::web, Kind::application, Kind::os}) {
    if (kinds.has(kind)) return static_cast<std::size_t>(kind);
  }
  return kKindCount;
}

std::string_view Counters::primary_name(std::size_t index) {
  return index < kKindCount ? kind_name(static_cast<Kind>(index)) : std::string_view("none");
}

}  // namespace vigil
