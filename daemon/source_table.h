#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/asset_table.h"
#include "daemon/source_health.h"
#include "parsers/batch.h"
#include "parsers/event.h"
#include "parsers/sender_sequence.h"
#include "storage/state_store.h"

namespace vigil {

/// What is known of one sender; counted by I/O threads, read by anybody.
struct SourceState {
  std::string key;  ///< under which it is remembered
  std::shared_ptr<const Source> source;
  std::atomic<std::int64_t> first_seen_ns{0}, last_seen_ns{0};
  std::atomic<std::uint64_t> received{0}, bytes{0}, unparsed{0};
  std::atomic<std::uint64_t> discarded{0};     ///< received, but not stored
  std::atomic<std::uint64_t> missing{0};       ///< numbers of its own that never came
  std::atomic<std::int64_t> clock_skew_ns{0};  ///< newest message's own time minus arrival; 0: it has none
  std::atomic<std::uint64_t> tags{0};          ///< every Tag met
  std::array<std::atomic<std::uint64_t>, FormatSet::kWords> formats{};  ///< the words of the FormatSet seen
  std::atomic<std::uint8_t> kinds{0};
  std::mutex sample_mutex;
  std::string last_unparsed;  ///< first 512 bytes of the newest message no format was found for
  std::mutex sequence_mutex;
  std::unique_ptr<SenderSequences> sequences;  ///< of senders that number their messages
  MissingNumbers untold;                       ///< of them, for the next gap record
  std::uint64_t discarded_told = 0;  ///< of the health desk alone
  std::shared_ptr<SourceHealth> health = std::make_shared<SourceHealth>();
  std::atomic<bool> remembered{false};  ///< of an earlier run, not heard since
  std::atomic<bool> dirty{true}, written{false};
};

/// Every sender seen, by (listener, peer, host), and by what its transport says besides. Bounded: a flood of spoofed
/// senders pushes out those that sent least, so that they push out each other; what they sent is still kept under its
/// own peer and host (BI-10). Thread-safe.
class SourceTable {
 public:
  /// Senders remembered; each costs about a KiB, and half of one more once its rhythm is learned.
  static constexpr std::size_t kSourcesMax = 50'000;

  explicit SourceTable(std::shared_ptr<const AssetTable> assets) : assets_(std::move(assets)) {}

  struct Listener {
    std::string id, transport, organisation;
    int zone_minutes = 480;
    Charset charset = Charset::automatic;
    bool drill = false;
  };
  /// Who sends, beside the listener. `envelope` as Envelope makes it.
  struct Sender {
    std::string_view peer, host, envelope{};
  };
  /// The state for that sender, made when new.
  std::shared_ptr<SourceState> find(const Listener& listener, const Sender& sender, std::int64_t now_ns);

  void for_each(const std::function<void(SourceState&)>& visit) const;
  std::size_t size() const;
  std::uint64_t evicted() const { return evicted_.load(std::memory_order_relaxed); }

  /// The state remembered under that key; null if there is none.
  std::shared_ptr<SourceState> get(const std::string& key) const;

  /// Who a key stands for, by today's configuration; null if it is none.
  std::shared_ptr<const Source> describe(std::string_view key) const;

  /// What is counted survives a restart, and so do senders that have not been heard since.
  void load(const StateStore& state);
  /// What has changed since the last call, senders that were pushed out too.
  StateChange changes();
  /// Drops those last heard before.
  void forget(std::int64_t heard_before_ns);

 private:
  struct Parts {
    std::string_view listener, peer, host, organisation, transport, envelope;
  };
  static std::string key_of(const Parts& parts);
  static std::optional<Parts> parts_of(std::string_view key);
  std::shared_ptr<const Source> describe(const Listener& listener, const Sender& sender) const;
  void evict_quietest();
  void drop(const std::string& key);

  std::shared_ptr<const AssetTable> assets_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<SourceState>> sources_;
  std::vector<std::string> dropped_;  ///< keys that were written once and must go from the store
  std::atomic<std::uint64_t> evicted_{0};
};

/// Where what is learned of a source is kept (health_desk.h); its counts lie under "source/".
constexpr std::string_view kLearnedPrefix = "source-learned/";

}  // namespace vigil
