#include <fcntl.h>
#include <malloc.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/program_options.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>

#include "config/config.h"
#include "config/parser_files.h"
#include "daemon/daemon.h"
#include "daemon/enrichment_loader.h"
#include "daemon/socket.h"

namespace {

namespace po = boost::program_options;

constexpr int kExitNo = 1;
constexpr int kExitUsage = 2;
constexpr int kExitOther = 4;

constexpr std::string_view kExamples = R"(
Examples / 範例:
  vigild                                         embedded default: syslog on 5514, HTTP on 127.0.0.1:8514
  vigild --config /etc/vigil/vigil.yaml          an organisation's own configuration
  vigild --check-config --config vigil.yaml      only check it
  vigild --data /srv/vigil --syslog 0.0.0.0:514
)";

/// A daemon started without standard streams must not give their numbers to a database file (BI-113).
void reserve_standard_streams() {
  int fd = 0;
  do {
    fd = ::open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd > STDERR_FILENO) ::close(fd);
}

/// The daemon's large buffers come and go many times a second. Left to itself glibc maps and unmaps each of
/// them, and the kernel zeroes every page anew: a quarter of the receiving thread's time (measured
/// 2026-11-20).
void keep_large_buffers() {
  ::mallopt(M_MMAP_THRESHOLD, 64 * 1024 * 1024);
  ::mallopt(M_TRIM_THRESHOLD, 32 * 1024 * 1024);
  ::mallopt(M_ARENA_MAX, 4);
}

/// For the end-to-end tests of source health, which cannot wait a week: "LEARNING,QUIET,LOOK" in milliseconds. Not in the
/// help; an operator has no use for it.
std::optional<vigil::HealthOptions> read_test_health(const std::string& text) {
  long learning = 0, quiet = 0, look = 0;
  if (std::sscanf(text.c_str(), "%ld,%ld,%ld", &learning, &quiet, &look) != 3 || learning < 1 || quiet < 1 || look < 1)
    return std::nullopt;
  vigil::HealthOptions options;
  options.learning = std::chrono::milliseconds(learning);
  options.look_every = options.clock_every = options.quiet.unit = std::chrono::milliseconds(look);
  options.quiet.at_least = std::chrono::milliseconds(quiet);
  options.hours_min = 0;
  return options;
}

int usage(const std::string& what) {
  std::cerr << "vigild: " << what << "\nTry 'vigild --help' / 請參考 vigild --help\n";
  return kExitUsage;
}

void replace_listeners(vigil::Config& config,
                       std::initializer_list<vigil::ListenerConfig::Protocol> protocols,
                       const std::string& address) {
  for (const auto protocol : protocols) {
    std::erase_if(config.listeners,
                  [protocol](const auto& listener) { return listener.protocol == protocol; });
    vigil::ListenerConfig listener;
    listener.protocol = protocol;
    listener.address = address;
    if (!config.organisations.empty()) {
      listener.organisation = config.organisations.front().id;
      listener.timezone = config.organisations.front().timezone;
    }
    config.listeners.push_back(listener);
  }
}

}  // namespace

int main(int argc, char** argv) {
  reserve_standard_streams();
  keep_large_buffers();
  std::signal(SIGPIPE, SIG_IGN);

  po::options_description options(
      "vigild - keeps logs, watches them, opens notifications (守望：保存、監看、通報)");
  // clang-format off
  options.add_options()
      ("config", po::value<std::string>()->value_name("FILE"), "configuration (YAML) / 設定檔")
      ("data", po::value<std::string>()->value_name("DIR"), "data directory (default ./vigil-data) / 資料目錄")
      ("http", po::value<std::string>()->value_name("ADDR:PORT"), "HTTP listener / HTTP 監聽位址")
      ("syslog", po::value<std::string>()->value_name("ADDR:PORT"), "syslog, UDP and TCP / syslog 監聽位址")
      ("check-config", "check the configuration and end / 只檢查設定檔")
      ("log-level", po::value<std::string>()->default_value("info"), "debug, info, warn or error / 記錄等級")
      ("version", "print the version / 版本")
      ("help", "this text / 本說明");
  // clang-format on
  po::options_description hidden;
  hidden.add_options()("test-health", po::value<std::string>());
  po::options_description every;
  every.add(options).add(hidden);
  po::variables_map given;
  try {
    po::store(po::command_line_parser(argc, argv).options(every).run(), given);
    po::notify(given);
  } catch (const po::error& error) {
    return usage(error.what());
  }
  if (given.contains("help")) {
    std::cout << options << kExamples;
    return EXIT_SUCCESS;
  }
  if (given.contains("version")) {
    std::cout << "vigild " << VIGIL_VERSION << "\n";
    return EXIT_SUCCESS;
  }
  spdlog::set_default_logger(spdlog::stderr_color_mt("vigild"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  const std::string& level_text = given["log-level"].as<std::string>();
  const auto level = spdlog::level::from_str(level_text);
  if (level == spdlog::level::off && level_text != "off")
    return usage("--log-level takes debug, info, warn or error");
  spdlog::set_level(level);

  vigil::Config config = vigil::embedded_default();
  if (given.contains("config")) {
    auto loaded = vigil::load_config(given["config"].as<std::string>());
    if (!loaded) {
      for (const vigil::Diagnostic& mistake : loaded.error()) std::cerr << mistake.render() << "\n";
      return kExitUsage;
    }
    config = std::move(*loaded);
    auto parsers = vigil::load_parsers(config.parsers.directories);
    if (!parsers) {
      for (const vigil::Diagnostic& mistake : parsers.error()) std::cerr << mistake.render() << "\n";
      return kExitUsage;
    }
    vigil::UserParsers::install(std::move(*parsers));
  } else if (given.contains("check-config")) {
    return usage("--check-config needs --config FILE");
  }
  if (given.contains("check-config")) {
    if (const auto enrichment = vigil::load_enrichment(config); !enrichment) {
      std::cerr << enrichment.error() << "\n";
      return kExitUsage;
    }
    std::cout << given["config"].as<std::string>() << ": ok / 設定檔正確\n";
    return EXIT_SUCCESS;
  }
  using Protocol = vigil::ListenerConfig::Protocol;
  for (const std::string flag : {"http", "syslog"}) {
    if (!given.contains(flag)) continue;
    const std::string& address = given[flag].as<std::string>();
    if (const auto endpoint = vigil::parse_endpoint(address); !endpoint) {
      return usage("--" + flag + ": " + endpoint.error());
    }
    if (flag == "http") {
      replace_listeners(config, {Protocol::http}, address);
    } else {
      replace_listeners(config, {Protocol::syslog_udp, Protocol::syslog_tcp}, address);
    }
  }
  if (given.contains("data")) vigil::move_data(config, given["data"].as<std::string>());

  vigil::HealthOptions health;
  if (given.contains("test-health")) {
    const auto read = read_test_health(given["test-health"].as<std::string>());
    if (!read) return usage("--test-health takes LEARNING,QUIET,LOOK in milliseconds");
    health = *read;
  }
  auto daemon = vigil::Daemon::open(config, health);
  if (!daemon) {
    spdlog::critical("{}", daemon.error());
    return kExitNo;
  }
  if (const auto ran = (*daemon)->run_until_signal(); !ran) {
    spdlog::critical("{}", ran.error());
    return kExitOther;
  }
  return EXIT_SUCCESS;
}
