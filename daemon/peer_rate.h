#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vigil {

/// A listener's limit of messages a second from one peer. What is beyond is dropped and counted, and once a minute one is
/// told how much that was. Thread-safe: a peer's connections and datagrams come in on several threads.
class PeerRate {
 public:
  /// Peers remembered; those who kept within their rate go first.
  static constexpr std::size_t kPeersMax = 50'000;
  /// A peer is told of at most this often.
  static constexpr std::int64_t kTellEveryNs = 60'000'000'000;

  /// A peer may send what it saved up in one second at once.
  explicit PeerRate(std::uint32_t per_second) : per_second_(per_second) {}

  /// Whether one message more of `peer` is within the limit.
  bool take(std::string_view peer, std::int64_t now_ns);

  struct Suppressed {
    std::string peer;
    std::uint64_t count = 0;
  };
  /// Peers of whom something was dropped that nobody has been told yet, if it is time; `all` at the end.
  std::vector<Suppressed> to_tell(std::int64_t now_ns, bool all);

 private:
  struct Bucket {
    double tokens = 0;
    std::int64_t filled_ns = 0;
    std::uint64_t suppressed = 0;  ///< since it was told
    std::int64_t since_ns = 0;     ///< when the first of these was dropped
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  void forget_the_quiet(std::int64_t now_ns);

  const std::uint32_t per_second_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket, Hash, std::equal_to<>> peers_;
};

}  // namespace vigil
