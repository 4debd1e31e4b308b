#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace vigil::scenario {

/// How a host's lines travel. The daemon has to tell the two TCP framings apart by itself.
enum class Via : std::uint8_t { udp, tcp_lf, tcp_counted };

/// What stands before a host's message.
enum class Header : std::uint8_t {
  rfc3164,
  rfc5424,
  priority_only  ///< "<189>date=…": firewalls that write their own header as key=value
};

/// A machine of the school. `peer` is the address its packets come from when the daemon is on loopback: any
/// address of 127.0.0.0/8, so that sources look as they do in a real network.
struct Host {
  std::string name, address, peer;
  Header header = Header::rfc3164;
  Via via = Via::udp;
};

/// A stream of ordinary lines: `per_hour` of them on average, following the school's day.
struct Traffic {
  std::string kind, host;
  double per_hour = 0;
};

/// One thing that happens once. What `settings` may hold stands beside each kind in attacks.cc.
struct Step {
  std::string kind, host;
  std::chrono::seconds before_end{0};  ///< how long before the end of the day it begins
  std::map<std::string, std::string> settings;
  /// The setting, or `otherwise`.
  std::string get(const std::string& name, const std::string& otherwise) const;
  int number(const std::string& name, int otherwise) const;
};

/// A day of a school, as read from a scenario file.
struct Scenario {
  std::string title;
  std::uint64_t seed = 1;
  std::chrono::seconds length{std::chrono::hours(9)};
  int zone_minutes = 480;
  std::vector<Host> hosts;
  std::vector<std::string> admins, teachers, pupils_networks, domains, pages;
  std::vector<Traffic> traffic;
  std::vector<Step> steps;

  const Host& host(const std::string& name) const;
};

/// Reads a scenario. Throws std::runtime_error with file and line: this is a tool, and its only caller is
/// main().
Scenario load_scenario(const std::filesystem::path& file);

/// "5h10m" or "90s". Throws like load_scenario.
std::chrono::seconds read_duration(const std::string& text);

}  // namespace vigil::scenario
