#include "daemon/rule_sources.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "storage/content_pin.h"

namespace vigil {

namespace {

constexpr std::string_view kPin = "#sha256=";

ContentPin pin_of_texts(const std::filesystem::path& directory, const std::vector<RuleSet::Text>& texts) {
  std::vector<PinnedText> pinned;
  for (const RuleSet::Text& text : texts)
    pinned.push_back({std::filesystem::path(text.file).lexically_relative(directory).generic_string(), text.yaml});
  return pin_of(pinned);
}

/// Which files differ, where the directory still has the manifest that was pinned.
std::string differing(const std::filesystem::path& directory, const std::string& pin, const ContentPin& found) {
  std::ifstream file(directory / kManifestName, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto pinned = read_manifest(text);
  if (!pinned || pinned->sha256() != pin) return {};
  return " (" + pin_difference(*pinned, found) + ")";
}

RuleProblem whole(const std::filesystem::path& path, std::string reason) {
  return {path.string(), 0, 0, {}, std::move(reason), true};
}

}  // namespace

std::vector<RuleSet::Text> read_rule_sources(std::span<const std::filesystem::path> directories,
                                             std::vector<RuleProblem>& problems) {
  if (directories.empty()) return RuleSet::builtin_texts();
  std::vector<RuleSet::Text> all;
  for (const std::filesystem::path& configured : directories) {
    const std::string text = configured.string();
    const std::size_t at = text.rfind(kPin);
    const std::filesystem::path directory = text.substr(0, at);
    std::vector<RuleSet::Text> texts = RuleSet::read({&directory, 1}, problems);
    if (at != std::string::npos) {
      std::string pin = text.substr(at + kPin.size());
      std::transform(pin.begin(), pin.end(), pin.begin(), [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
      if (pin.size() != 64 || pin.find_first_not_of("0123456789abcdef") != std::string::npos) {
        problems.push_back(whole(directory, "what follows #sha256= is not 64 hex digits: 'vigil rules pin' prints them"));
        continue;
      }
      const ContentPin found = pin_of_texts(directory, texts);
      if (found.sha256() != pin) {
        problems.push_back(whole(directory, "is not what was pinned" + differing(directory, pin, found) +
                                                ": none of it is loaded; its content is sha256 " + found.sha256() +
                                                ", pinned is " + pin));
        continue;
      }
    }
    for (RuleSet::Text& each : texts) all.push_back(std::move(each));
  }
  return all;
}

}  // namespace vigil
