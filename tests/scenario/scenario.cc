#include "tests/scenario/scenario.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace vigil::scenario {
namespace {

[[noreturn]] void refuse(const YAML::Node& at, const std::string& why) {
  throw std::runtime_error(fmt::format("line {}: {}", at.Mark().line + 1, why));
}

Via read_via(const YAML::Node& node) {
  const auto text = node.as<std::string>("udp");
  if (text == "udp") return Via::udp;
  if (text == "tcp") return Via::tcp_lf;
  if (text == "tcp-counted") return Via::tcp_counted;
  refuse(node, fmt::format("via: {}: udp, tcp or tcp-counted", text));
}

Header read_header(const YAML::Node& node) {
  const auto text = node.as<std::string>("rfc3164");
  if (text == "rfc3164") return Header::rfc3164;
  if (text == "rfc5424") return Header::rfc5424;
  if (text == "none") return Header::priority_only;
  refuse(node, fmt::format("header: {}: rfc3164, rfc5424 or none", text));
}

std::vector<std::string> read_words(const YAML::Node& node) {
  std::vector<std::string> words;
  for (const auto& word : node) words.push_back(word.as<std::string>());
  return words;
}

Step read_step(const YAML::Node& node) {
  Step step;
  for (const auto& pair : node) {
    const auto name = pair.first.as<std::string>();
    const auto value = pair.second.as<std::string>();
    if (name == "kind") {
      step.kind = value;
    } else if (name == "host") {
      step.host = value;
    } else if (name == "before_end") {
      step.before_end = read_duration(value);
    } else {
      step.settings[name] = value;
    }
  }
  return step;
}

Scenario read_scenario(const YAML::Node& root) {
  Scenario day;
  day.title = root["title"].as<std::string>("");
  day.seed = root["seed"].as<std::uint64_t>(1);
  if (root["length"]) day.length = read_duration(root["length"].as<std::string>());
  day.zone_minutes = root["zone_minutes"].as<int>(480);
  for (const auto& node : root["hosts"]) {
    day.hosts.push_back({.name = node["name"].as<std::string>(),
                         .address = node["address"].as<std::string>(),
                         .peer = node["peer"].as<std::string>("127.0.0.1"),
                         .header = read_header(node["header"]),
                         .via = read_via(node["via"])});
  }
  day.admins = read_words(root["admins"]);
  day.teachers = read_words(root["teachers"]);
  day.pupils_networks = read_words(root["pupils_networks"]);
  day.domains = read_words(root["domains"]);
  day.pages = read_words(root["pages"]);
  for (const auto& node : root["traffic"]) {
    day.traffic.push_back({.kind = node["kind"].as<std::string>(),
                           .host = node["host"].as<std::string>(),
                           .per_hour = node["per_hour"].as<double>()});
    day.host(day.traffic.back().host);
  }
  for (const auto& node : root["steps"]) {
    day.steps.push_back(read_step(node));
    day.host(day.steps.back().host);
  }
  for (const auto* words : {&day.admins, &day.teachers, &day.pupils_networks, &day.domains, &day.pages}) {
    if (words->empty())
      refuse(root, "admins, teachers, pupils_networks, domains and pages need an entry each");
  }
  return day;
}

}  // namespace

std::string Step::get(const std::string& name, const std::string& otherwise) const {
  const auto found = settings.find(name);
  return found == settings.end() ? otherwise : found->second;
}

int Step::number(const std::string& name, int otherwise) const {
  const auto found = settings.find(name);
  return found == settings.end() ? otherwise : std::stoi(found->second);
}

const Host& Scenario::host(const std::string& name) const {
  const auto found = std::ranges::find(hosts, name, &Host::name);
  if (found == hosts.end()) throw std::runtime_error(fmt::format("no host is called {}", name));
  return *found;
}

Scenario load_scenario(const std::filesystem::path& file) {
  try {
    return read_scenario(YAML::LoadFile(file.string()));
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{}: {}", file.string(), error.what()));
  }
}

std::chrono::seconds read_duration(const std::string& text) {
  std::chrono::seconds sum{0};
  long number = 0;
  bool digits = false;
  for (const char c : text) {
    if (std::isdigit(static_cast<unsigned char>(c)) != 0 && number < 1'000'000) {
      number = number * 10 + (c - '0');
      digits = true;
      continue;
    }
    if (!digits || (c != 'h' && c != 'm' && c != 's'))
      throw std::runtime_error(text + ": a duration is 5h10m or 90s");
    sum += std::chrono::seconds(number * (c == 'h' ? 3600 : c == 'm' ? 60 : 1));
    number = 0;
    digits = false;
  }
  if (digits || text.empty()) throw std::runtime_error(text + ": a duration ends with h, m or s");
  return sum;
}

}  // namespace vigil::scenario
