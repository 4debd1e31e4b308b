#pragma once

#include <string>
#include <string_view>

#include "config/config.h"

namespace vigil {

/// All diagnostics as "line:column field: message | hint", one a line; "ok" where the text loads.
inline std::string describe(std::string_view yaml) {
  const auto config = parse_config(yaml, "t.yaml");
  if (config) return "ok";
  std::string out;
  for (const Diagnostic& each : config.error()) {
    out += (out.empty() ? "" : "\n") + std::to_string(each.line) + ":" + std::to_string(each.column) + " " +
           each.field + ": " + each.message + " | " + each.hint;
  }
  return out;
}

/// `text` without its Chinese halves （…）: tests expect the English, which is shorter to read beside the
/// YAML.
inline std::string english(std::string text) {
  constexpr std::string_view kOpen = "（", kClose = "）";
  for (std::size_t at = text.find(kOpen); at != std::string::npos; at = text.find(kOpen)) {
    const std::size_t end = text.find(kClose, at);
    if (end == std::string::npos) break;
    text.erase(at, end + kClose.size() - at);
  }
  return text;
}

}  // namespace vigil
