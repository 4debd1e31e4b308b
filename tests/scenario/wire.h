#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/scenario/story.h"

namespace vigil::scenario {

struct Target {
  std::string address;
  std::uint16_t port = 0;
};
/// "127.0.0.1:5514". Throws std::runtime_error.
Target read_target(const std::string& text);

struct Sent {
  std::array<std::uint64_t, 3> by_via{};  ///< index: Via
  std::uint64_t total() const { return by_via[0] + by_via[1] + by_via[2]; }
};

struct PlayOptions {
  Target udp, tcp;
  /// Seconds of the day in one real second; 0 = as fast as the sockets take it.
  double speed = 3600;
  /// Datagrams a second at most, so that a day played at once does not run over a small receive buffer.
  double udp_rate_max = 20'000;
};

/// Sends each line from its host's own socket: one connection a host, as devices do. Returns when everything
/// is with the kernel and the connections are closed. Throws std::runtime_error when a target cannot be
/// reached.
Sent play(const std::vector<Line>& lines, const PlayOptions& options);

/// Writes one file a host (NAME.log, a line each) below `directory`.
Sent write_files(const std::vector<Line>& lines, const std::filesystem::path& directory);

}  // namespace vigil::scenario
