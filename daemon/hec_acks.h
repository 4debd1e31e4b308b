#pragma once

#include <cstdint>
#include <list>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace vigil {

/// Splunk's acknowledgements: each channel numbers its requests from 0, and a client asks later which of them are safe. A
/// number is told once and then forgotten, a channel that nobody uses for five minutes too: as Splunk has it. Beyond the
/// limits the oldest goes; its client then sends again, which is a repetition and no loss. One thread.
class HecAcks {
 public:
  static constexpr std::int64_t kIdleNs = std::int64_t{300} * 1'000'000'000;
  /// A channel is one client process. Each costs some hundred bytes, a number some dozens.
  static constexpr std::size_t kChannelsMax = 10'000;
  static constexpr std::size_t kNumbersMax = 10'000;

  /// The number of a request that is on disk.
  std::uint64_t give(const std::string& channel, std::int64_t now_ns);
  /// Whether that request is safe; it is true once.
  bool take(const std::string& channel, std::uint64_t number, std::int64_t now_ns);
  std::size_t channels() const { return channels_.size(); }

 private:
  struct Channel {
    std::uint64_t next = 0;
    std::set<std::uint64_t> safe;
    std::int64_t used_ns = 0;
    std::list<std::string>::iterator place;  ///< in used_
  };
  void forget_idle(std::int64_t now_ns);
  void touch(Channel& channel, std::int64_t now_ns);

  std::unordered_map<std::string, Channel> channels_;
  std::list<std::string> used_;  ///< the longest unused first
};

}  // namespace vigil
