#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/yaml_tree.h"

namespace vigil::config {

/// Collects every mistake of one file with its place.
class Report {
 public:
  /// More than this is no list anybody reads; the rest is counted.
  static constexpr std::size_t kDiagnosticsMax = 100;

  Report(std::string file, const SourceText& source) : file_(std::move(file)), source_(source) {}

  /// From here on source lines are left out: the file may be one that must not be shown.
  void hide_source() { show_source_ = false; }
  void add(Place place, std::string field, const Words& message, const Words& hint = {});
  bool full() const { return diagnostics_.size() == kDiagnosticsMax; }
  bool clean() const { return diagnostics_.empty(); }
  /// In the order of the file.
  std::vector<Diagnostic> take();

 private:
  std::string file_;
  const SourceText& source_;
  bool show_source_ = true;
  std::size_t left_out_ = 0;
  std::vector<Diagnostic> diagnostics_;
};

/// A name a value may have.
template <class T>
struct Choice {
  std::string_view name;
  T value;
};

/// "did you mean 'x'?", or the names there are.
Words suggest(std::string_view word, std::span<const std::string_view> names);
Words suggest(std::string_view word, const std::vector<std::string>& names);
Words not_yet(std::string_view what);

/// One YAML mapping being read: each key is asked for once, what nobody asked for is an unknown key. The
/// names asked for are the valid ones, so the hints are never out of date.
class Fields {
 public:
  /// `path` is the mapping's own address: "listeners[0]", or empty at the top.
  Fields(const YamlNode& node, std::string path, Report& report);

  bool is_mapping() const { return mapping_ != nullptr; }
  const YamlNode* find(std::string_view key);  ///< null where absent
  bool has(std::string_view key) const;
  Place place_of(std::string_view key) const;  ///< of its value; of the mapping where absent
  Place place() const { return place_; }
  std::string path_of(std::string_view key) const;
  Report& report() { return report_; }

  // Each leaves `out` alone where the key is absent or wrong; wrong ones are reported. True if read.
  bool text(std::string_view key, std::string& out);
  bool identifier(std::string_view key, std::string& out);
  bool boolean(std::string_view key, bool& out);
  bool integer(std::string_view key, std::int64_t minimum, std::int64_t maximum, std::string_view unit,
               int& out);
  bool decimal(std::string_view key, double minimum, double maximum, double& out);
  bool path(std::string_view key, const std::filesystem::path& base, std::filesystem::path& out);
  bool texts(std::string_view key, std::vector<std::string>& out);
  /// Calls `each(item, path)` for every item of a sequence.
  bool sequence(std::string_view key, const std::function<void(const YamlNode&, const std::string&)>& each);
  template <class T>
  bool choice(std::string_view key, std::span<const Choice<T>> choices, T& out) {
    std::string word;
    if (!text(key, word)) return false;
    std::vector<std::string_view> names;
    for (const Choice<T>& each : choices) {
      if (each.name == word) {
        out = each.value;
        return true;
      }
      names.push_back(each.name);
    }
    unknown_name(key, word, names);
    return false;
  }

  void required(std::string_view key);
  void wrong(std::string_view key, const Words& message, const Words& hint = {});
  void unknown_name(std::string_view key, std::string_view word, std::span<const std::string_view> names);
  /// The key's behaviour comes with a later version: said, not ignored. An empty list or mapping asks for
  /// nothing.
  void later(std::string_view key);
  /// A key that is not ours but has an obvious meaning: refused with what to write instead.
  void refuse(std::string_view key, const Words& message, const Words& hint);
  /// Reports the keys nobody asked for.
  void finish();

 private:
  const YamlNode* scalar(std::string_view key, const Words& expected);

  const YamlNode* mapping_ = nullptr;
  Place place_;
  std::string path_;
  Report& report_;
  std::vector<std::string> asked_;    ///< valid names
  std::vector<std::string> refused_;  ///< names that have their own answer
};

/// A text a person or a mail header will see: one line, no control characters, at most 1,024 bytes.
bool check_text(const YamlNode& node, const std::string& path, Report& report, std::string& out);
/// "90s", "30m", "1h", "2d".
std::optional<std::int64_t> read_duration_seconds(std::string_view text);

}  // namespace vigil::config
