#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// What a directory of files held when somebody looked at it, so that it can be told later whether it still does.
///
/// Its manifest is what `sha256sum` writes, one line a file, "<64 hex>  <path>", by path; `sha256` is that of the manifest
/// and stands for all of it.
struct ContentPin {
  struct File {
    std::string path;  ///< below the directory, with slashes
    std::string sha256;
    bool operator==(const File&) const = default;
  };
  std::vector<File> files;  ///< by path

  std::string manifest() const;
  std::string sha256() const;
};

/// One file of the directory and its bytes.
struct PinnedText {
  std::string path;
  std::string_view text;
};
ContentPin pin_of(std::span<const PinnedText> texts);

/// Reads a manifest; nothing where a line is none, names a path above the directory, or one twice.
std::optional<ContentPin> read_manifest(std::string_view text);

/// "changed: a.yml, b.yml; new: c.yml; gone: d.yml"; empty where both hold the same. At most ten names each.
std::string pin_difference(const ContentPin& pinned, const ContentPin& found);

/// Where a directory keeps its manifest.
constexpr std::string_view kManifestName = "MANIFEST.sha256";

}  // namespace vigil
