#pragma once

#include <cctype>
#include <string>
#include <string_view>

namespace vigil::bench {

/// A Sigma rule of the same shape that looks for other things: letters of its values are moved on in the alphabet, numbers
/// get digits in front. For asking what ten times as many rules cost. Values of regular expressions, networks and
/// references stay.
inline std::string renamed_rule(std::string_view yaml, int copy) {
  std::string out;
  bool in_detection = false, keeps = false;
  const auto rename = [&](std::string_view value) {
    const std::string_view bare = value.substr(0, value.find_last_not_of(" \r") + 1);
    if (bare == "null" || bare == "true" || bare == "false") return std::string(value);
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const char c = value[i];
      if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
        const char first = std::islower(static_cast<unsigned char>(c)) != 0 ? 'a' : 'A';
        text.push_back(static_cast<char>(first + (c - first + copy) % 26));
      } else {
        const bool begins = std::isdigit(static_cast<unsigned char>(c)) != 0 && (i == 0 || std::isdigit(static_cast<unsigned char>(value[i - 1])) == 0);
        if (begins && c != '0') text += std::to_string(copy);
        text.push_back(c);
      }
    }
    return text;
  };
  while (!yaml.empty()) {
    const std::size_t end = std::min(yaml.find('\n'), yaml.size());
    const std::string_view line = yaml.substr(0, end);
    yaml.remove_prefix(std::min(end + 1, yaml.size()));
    const std::size_t text = std::min(line.find_first_not_of(' '), line.size());
    if (text == 0 && !line.empty()) in_detection = line.starts_with("detection:");
    const std::string_view content = line.substr(text);
    if (line.starts_with("id: ")) {
      out += std::string(line) + "-" + std::to_string(copy);
    } else if (!in_detection || content.starts_with("condition")) {
      out += line;
    } else {
      const std::size_t quote = content.find_first_of("'\"");
      const std::size_t colon = content.find(": ");
      const bool keyed = colon != std::string_view::npos && (quote == std::string_view::npos || colon < quote);
      const bool heads_list = !content.empty() && content.find(':') != std::string_view::npos && content.find_last_not_of(" \r") == content.find_last_of(':') && quote == std::string_view::npos;
      if (keyed || heads_list) {
        keeps = content.find("|re") != std::string_view::npos || content.find("|cidr") != std::string_view::npos ||
                content.find("|fieldref") != std::string_view::npos || content.find("|exists") != std::string_view::npos ||
                content.find("|base64") != std::string_view::npos;
      }
      const std::size_t value = keyed ? text + colon + 2 : content.starts_with("- ") ? text + 2 : line.size();
      out += line.substr(0, value);
      out += keeps || heads_list ? std::string(line.substr(value)) : rename(line.substr(value));
    }
    out.push_back('\n');
  }
  return out;
}

}  // namespace vigil::bench
