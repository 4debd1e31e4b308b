#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

#include "parsers/kinds.h"

namespace vigil {

/// Why something that arrived was not stored. The enumerator's name is its metric label.
enum class Discard : std::uint8_t {
  empty,           ///< a datagram of nothing but CR, LF and NUL
  queue_full,      ///< UDP while the writer could not keep up
  oversize,        ///< an HTTP event above the limit; the client was told
  rate_limited,    ///< beyond messages_per_second_per_peer; one is told once a minute how much
  unavailable,     ///< HTTP while nothing could be acknowledged; the client was told
  duplicate,       ///< an acknowledged transport brought it again; it is stored once
  malformed,       ///< a document that is none, in a protocol that refuses those; the client was told
  bad_chunk,       ///< a GELF datagram that is no chunk of anything
  chunks_missing,  ///< a GELF message whose chunks did not all come in time
  relay_loop,      ///< relayed to us, and has been here before or made too many hops
  count_
};
std::string_view discard_name(Discard reason);

/// Why a connection was closed by us. The enumerator's name is its metric label.
enum class Closed : std::uint8_t {
  tls_on_plain,
  http_on_syslog,
  frame_len_insane,
  desync,
  slow_frame,
  idle,
  limit_total,
  limit_peer,
  evicted,
  // What happened to TLS. Each is told in one audit line with the peer and its certificate.
  tls_broken,          ///< no TLS at all, a broken record, or the client gave up
  tls_protocol,        ///< an old version, or no cipher in common
  tls_timeout,         ///< the handshake was not done in time
  tls_busy,            ///< too many handshakes under way
  tls_no_certificate,  ///< a certificate is required and none came
  tls_untrusted,       ///< a certificate signed by itself, or by a CA that is not ours
  tls_expired,
  tls_not_yet_valid,
  tls_revoked,
  tls_crl,            ///< the CRL that would tell is missing or out of date
  tls_purpose,        ///< a certificate that is not for clients
  tls_not_permitted,  ///< a good certificate whose fingerprint or name is not among permitted_peers
  tls_limit,          ///< a chain, key or list of names beyond our limits
  tls_renegotiation,  ///< asked to renegotiate
  // What protocols that acknowledge end a connection for; the audit line says more.
  bad_relp,     ///< out of step, or a command that cannot be
  bad_beats,    ///< no Lumberjack, or beyond its limits
  slow_window,  ///< a Beats window that was not complete in time
  disk_full,    ///< Beats while nothing can be stored: the client keeps its window
  unavailable,  ///< the daemon is stopping
  count_
};
std::string_view closed_name(Closed reason);

/// What one listener counted. Lives as long as the daemon; written by its I/O threads, read by anybody.
struct ListenerStats {
  std::string id, protocol, address;
  std::atomic<std::uint64_t> received{0};  ///< messages, also those then discarded
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> kernel_dropped{0};  ///< datagrams the kernel dropped on our sockets
  std::atomic<std::uint64_t> connections{0};     ///< open now
};

/// The daemon's ledger: at every quiet moment received = stored + discarded.
class Counters {
 public:
  ListenerStats& add_listener(std::string id, std::string protocol, std::string address);
  void discard(Discard reason, std::uint64_t n = 1) {
    discarded_[static_cast<std::size_t>(reason)].fetch_add(n, std::memory_order_relaxed);
  }
  void close(Closed reason) {
    closed_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  }
  /// Each record is counted under one kind, its most telling one, so that the sum over kinds is what was
  /// stored.
  void stored(Kinds kinds, std::uint64_t n = 1) {
    stored_[primary(kinds)].fetch_add(n, std::memory_order_relaxed);
  }

  std::uint64_t received() const;
  std::uint64_t stored() const;
  std::uint64_t discarded() const;
  std::uint64_t kernel_dropped() const;
  std::uint64_t stored_as(std::size_t index) const { return stored_[index].load(std::memory_order_relaxed); }
  std::uint64_t discarded_for(Discard reason) const {
    return discarded_[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
  }
  std::uint64_t closed_for(Closed reason) const {
    return closed_[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
  }
  const std::deque<ListenerStats>& listeners() const { return listeners_; }

  /// Index into stored_: the kinds in order, then "none".
  static std::size_t primary(Kinds kinds);
  static std::string_view primary_name(std::size_t index);
  static constexpr std::size_t kPrimaryCount = kKindCount + 1;

 private:
  std::deque<ListenerStats> listeners_;  ///< filled before the threads start
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Discard::count_)> discarded_{};
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Closed::count_)> closed_{};
  std::array<std::atomic<std::uint64_t>, kPrimaryCount> stored_{};
};

}  // namespace vigil
