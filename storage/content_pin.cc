#include "storage/content_pin.h"

#include <algorithm>

#include "storage/sha256.h"

namespace vigil {

namespace {

constexpr std::size_t kNamesMax = 10;

bool is_hex(std::string_view text) {
  return text.size() == Sha256::kHexDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool stays_below(std::string_view path) {
  if (path.empty() || path.front() == '/') return false;
  return path != ".." && !path.starts_with("../") && path.find("/../") == std::string_view::npos && !path.ends_with("/..");
}

void add_names(std::string_view what, const std::vector<std::string>& names, std::string& out) {
  if (names.empty()) return;
  out += (out.empty() ? "" : "; ") + std::string(what) + ": ";
  for (std::size_t i = 0; i < names.size() && i < kNamesMax; ++i) out += (i > 0 ? ", " : "") + names[i];
  if (names.size() > kNamesMax) out += " and " + std::to_string(names.size() - kNamesMax) + " more";
}

const ContentPin::File* find_file(const ContentPin& pin, std::string_view path) {
  const auto at = std::lower_bound(pin.files.begin(), pin.files.end(), path,
                                   [](const ContentPin::File& file, std::string_view wanted) { return file.path < wanted; });
  return at == pin.files.end() || at->path != path ? nullptr : &*at;
}

}  // namespace

std::string ContentPin::manifest() const {
  std::string out;
  for (const File& file : files) out += file.sha256 + "  " + file.path + "\n";
  return out;
}

std::string ContentPin::sha256() const { return sha256_hex(manifest()); }

ContentPin pin_of(std::span<const PinnedText> texts) {
  ContentPin pin;
  for (const PinnedText& each : texts) pin.files.push_back({each.path, sha256_hex(each.text)});
  std::sort(pin.files.begin(), pin.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return pin;
}

std::optional<ContentPin> read_manifest(std::string_view text) {
  ContentPin pin;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    constexpr std::size_t kPathAt = Sha256::kHexDigits + 2;  // two blanks, or a blank and the star of "binary"
    if (line.size() <= kPathAt || !is_hex(line.substr(0, Sha256::kHexDigits)) || line[Sha256::kHexDigits] != ' ') return std::nullopt;
    const std::string_view path = line.substr(kPathAt);
    if (!stays_below(path)) return std::nullopt;
    pin.files.push_back({std::string(path), std::string(line.substr(0, Sha256::kHexDigits))});
  }
  std::sort(pin.files.begin(), pin.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  const auto twice = std::adjacent_find(pin.files.begin(), pin.files.end(),
                                        [](const auto& a, const auto& b) { return a.path == b.path; });
  if (twice != pin.files.end()) return std::nullopt;
  return pin;
}

std::string pin_difference(const ContentPin& pinned, const ContentPin& found) {
  std::vector<std::string> changed, fresh, gone;
  for (const ContentPin::File& file : found.files) {
    const ContentPin::File* const before = find_file(pinned, file.path);
    if (before == nullptr) {
      fresh.push_back(file.path);
    } else if (before->sha256 != file.sha256) {
      changed.push_back(file.path);
    }
  }
  for (const ContentPin::File& file : pinned.files) {
    if (find_file(found, file.path) == nullptr) gone.push_back(file.path);
  }
  std::string out;
  add_names("changed", changed, out);
  add_names("new", fresh, out);
  add_names("gone", gone, out);
  return out;
}

}  // namespace vigil
