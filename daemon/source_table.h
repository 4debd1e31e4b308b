#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/asset_table.h"
#include "parsers/batch.h"
#include "storage/state_store.h"

namespace vigil {

/// What is known of one sender; counted by I/O threads, read by anybody.
struct SourceState {
  std::string key;  ///< under which it is remembered
  std::shared_ptr<const Source> source;
  std::atomic<std::int64_t> first_seen_ns{0}, last_seen_ns{0};
  std::atomic<std::uint64_t> received{0}, bytes{0}, unparsed{0};
  std::atomic<std::int64_t> clock_skew_ns{0};  ///< newest message's own time minus arrival
  std::atomic<std::uint32_t> formats{0};       ///< bit per Format seen
  std::atomic<std::uint8_t> kinds{0};
  std::mutex sample_mutex;
  std::string last_unparsed;  ///< first 512 bytes of the newest message no format was found for
  std::atomic<bool> dirty{true};
};

/// Every sender seen, by (listener, peer, host), and by what its transport says besides. Bounded: a flood of spoofed senders pushes out the quietest,
/// and what they sent is still kept under its own peer and host (BI-10). Thread-safe.
class SourceTable {
 public:
  /// Senders remembered; each costs about half a KiB.
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

  /// First seen, last seen and counts survive a restart.
  void load(const StateStore& state);
  StateChange changes();

 private:
  struct Remembered {
    std::int64_t first_seen_ns = 0, last_seen_ns = 0;
    std::uint64_t received = 0, bytes = 0, unparsed = 0;
  };
  static std::string key_of(const Listener& listener, const Sender& sender);
  void evict_quietest();

  std::shared_ptr<const AssetTable> assets_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<SourceState>> sources_;
  std::unordered_map<std::string, Remembered> remembered_;  ///< of earlier runs, not seen again yet
  std::atomic<std::uint64_t> evicted_{0};
};

}  // namespace vigil
