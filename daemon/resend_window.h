#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/archive.h"

namespace vigil {

/// What a client whose connection broke may send again: it repeats all it has seen no acknowledgement of, and some of
/// that is stored already. The newest messages of every connection of an acknowledging stream (RELP, Beats) are
/// remembered by hash, and what a new connection of the same peer sends first is compared with them.
///
/// Two identical lines are two events. So a message counts as sent again only if
///   - it comes at the beginning of a connection, before the first run of messages that are not known, and
///   - an earlier connection of that peer to that listener, which did not end with everything acknowledged, stored it
///     not long ago; and each stored message is found once.
///
/// Thread-safe; a Session is used by one thread.
class ResendWindow {
 public:
  using Clock = std::chrono::steady_clock;

  /// How long a connection's messages are remembered when it has ended.
  static constexpr std::chrono::minutes kRemembered{10};
  /// Unknown messages in a row after which a new connection is taken to be done with repeating.
  static constexpr unsigned kMissesMax = 8;
  /// Before a new connection is read, one that may have been its predecessor gets so long to be read to its end.
  static constexpr std::chrono::milliseconds kGrace{20};
  /// Hashes of all connections together, 16 bytes each; past it the connection that ended first is forgotten.
  static constexpr std::size_t kKeysMax = 1'000'000;
  /// Earlier connections of one peer that are compared with.
  static constexpr std::size_t kEarlierMax = 64;
  /// Records read when the daemon starts.
  static constexpr std::size_t kLoadedMax = 20'000;

  /// Of a message's exact bytes, which hold its host and its time as text. Peer and listener are the window's.
  struct Key {
    std::uint64_t a = 0, b = 0;
    bool operator==(const Key&) const = default;
  };
  static Key key_of(std::string_view raw);

  /// Who sends: a connection is compared with earlier ones of the same.
  struct Client {
    std::string transport, peer, listener;
    bool operator==(const Client&) const = default;
  };

  class Session;
  /// A connection has been made. `window`: messages its client keeps unacknowledged at most.
  std::unique_ptr<Session> open(Client client, std::size_t window, Clock::time_point now);

  /// Remembers the newest records of acknowledging streams, as after a crash: what was committed and not acknowledged is
  /// sent again. Before any session. Reads at most `kLoadedMax` of them and looks at ten times as many.
  Result<void, StoreError> load(const Archive& archive, Clock::time_point now);

  std::size_t keys() const;

 private:
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return static_cast<std::size_t>(key.a); }
  };
  struct ClientHash {
    std::size_t operator()(const Client& client) const;
  };
  /// What is remembered of one connection.
  struct Trail {
    std::vector<Key> keys;  ///< a ring once it is `window` long
    std::size_t next = 0, window = 0;
    bool indexed = false;
    std::unordered_map<Key, unsigned, KeyHash>
        index;                            ///< made when first compared with; counts what was not found yet
    unsigned in_flight = 0;               ///< commits under way
    Clock::time_point active{}, ended{};  ///< `ended` zero: still there
  };
  using Trails = std::deque<std::shared_ptr<Trail>>;

  void remember(Trail& trail, std::span<const Key> keys);
  void forget_old(Clock::time_point now);
  void drop(const Client& client, const std::shared_ptr<Trail>& trail);

  mutable std::mutex mutex_;
  std::unordered_map<Client, Trails, ClientHash> clients_;
  std::deque<std::pair<Client, std::weak_ptr<Trail>>> ended_;  ///< in the order in which they ended
  std::size_t keys_ = 0;
};

class ResendWindow::Session {
 public:
  Session(ResendWindow& window, Client client, std::shared_ptr<Trail> trail, Clock::time_point now);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Whether what earlier connections have under way is decided: not to be read before.
  bool ready(Clock::time_point now);
  /// Whether this message was stored before, on an earlier connection. Asked of each message in order, after ready().
  bool is_resent(const Key& key);
  /// Whether is_resent() may still say yes; else it need not be asked.
  bool comparing() const { return comparing_; }

  /// A commit is under way …
  void begin_commit();
  /// … and has ended: these are stored, or (empty) none is. Also after end().
  void end_commit(std::span<const Key> stored);

  /// The connection has ended. `all_known`: the client has been told of everything, nothing will come again.
  void end(bool all_known, Clock::time_point now);
  /// The client turned out to keep more unacknowledged.
  void widen(std::size_t window);

 private:
  ResendWindow& window_;
  const Client client_;
  const std::shared_ptr<Trail> trail_;
  const Clock::time_point opened_;
  std::vector<std::shared_ptr<Trail>> earlier_;
  bool comparing_ = true, chosen_ = false, ended_ = false;
  unsigned misses_ = 0;
};

}  // namespace vigil
