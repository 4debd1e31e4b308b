// Plays a day of a school against a log server: reads a scenario, writes its lines, sends them through real
// sockets.

#include <charconv>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "tests/scenario/scenario.h"
#include "tests/scenario/story.h"
#include "tests/scenario/wire.h"

namespace {

constexpr std::string_view kHelp = R"(sample_day [OPTION…] SCENARIO.yaml: plays a day that ends now

  --to ADDRESS:PORT    syslog over UDP and TCP (both framings) to this server
  --out DIRECTORY      write one file a host instead
  --speed N            seconds of the day in one real second (default 3600; 0 = at once)
  --end SECONDS        the day's last moment as seconds since 1970 (default: now)
  --help

Example: sample_day --to 127.0.0.1:5514 --speed 3600 tests/scenario/school-day.yaml
)";

struct Arguments {
  std::string scenario, to, out;
  double speed = 3600;
  std::optional<long long> end;
};

std::optional<Arguments> read_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with("--")) {
      arguments.scenario = word;
      continue;
    }
    if (i + 1 == argc) return std::nullopt;
    const std::string value = argv[++i];
    if (word == "--to") {
      arguments.to = value;
    } else if (word == "--out") {
      arguments.out = value;
    } else if (word == "--speed") {
      arguments.speed = std::strtod(value.c_str(), nullptr);
    } else if (word == "--end") {
      arguments.end = std::strtoll(value.c_str(), nullptr, 10);
    } else {
      return std::nullopt;
    }
  }
  if (arguments.scenario.empty() || arguments.to.empty() == arguments.out.empty()) return std::nullopt;
  return arguments;
}

}  // namespace

int main(int argc, char** argv) try {
  using namespace vigil::scenario;
  const auto arguments = read_arguments(argc, argv);
  if (!arguments) {
    const bool asked = argc == 2 && std::string_view(argv[1]) == "--help";
    (asked ? std::cout : std::cerr) << kHelp;
    return asked ? EXIT_SUCCESS : 2;
  }
  const Scenario scenario = load_scenario(arguments->scenario);
  const auto end = arguments->end
                       ? std::chrono::system_clock::time_point(std::chrono::seconds(*arguments->end))
                       : std::chrono::system_clock::now();
  Story story(scenario, end);
  for (const Traffic& traffic : scenario.traffic) write_everyday(story, traffic);
  for (const Step& step : scenario.steps) write_step(story, step);
  const auto lines = std::move(story).tell();

  Sent sent;
  if (arguments->out.empty()) {
    const Target target = read_target(arguments->to);
    sent = play(lines, {.udp = target, .tcp = target, .speed = arguments->speed});
  } else {
    sent = write_files(lines, arguments->out);
  }
  std::cout << fmt::format("{} lines: {} udp, {} tcp, {} tcp-counted\n", sent.total(), sent.by_via[0],
                           sent.by_via[1], sent.by_via[2]);
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  std::cerr << "sample_day: " << error.what() << '\n';
  return EXIT_FAILURE;
}
