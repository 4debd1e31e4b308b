#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parsers/result.h"

namespace vigil::config {

/// Largest configuration read. A county with 300 schools and 20,000 systems needs about 3 MiB; what is larger
/// is another file given by mistake, and must not cost memory first.
constexpr std::size_t kConfigBytesMax = std::size_t{4} * 1024 * 1024;

/// A sentence in the two languages of the product.
struct Words {
  std::string en, zh;
  Words() = default;
  Words(std::string english, std::string chinese) : en(std::move(english)), zh(std::move(chinese)) {}
  bool empty() const { return en.empty(); }
  /// "unknown key 'adress'（不認得的鍵 'adress'）": both, because nobody knows who reads a start-up log.
  std::string both() const;
};

/// A place in a text: both from 0, `byte` counted in bytes from the start of its line.
struct Place {
  std::size_t line = 0, byte = 0;
};

/// The text of one configuration file, cut into lines. Owns its bytes.
class SourceText {
 public:
  explicit SourceText(std::string text);

  /// The text without a byte order mark.
  std::string_view text() const { return text_; }
  /// Line from 0, without its end; empty past the last.
  std::string_view line(std::size_t number) const;
  std::size_t line_count() const { return starts_.size(); }

 private:
  std::string text_;
  std::vector<std::size_t> starts_;
};

/// Reads a regular file of at most kConfigBytesMax. A symbolic link, a directory, a pipe or a device is
/// refused without a byte of it being read.
Result<std::string, Words> read_config_file(const std::filesystem::path& file);

/// What is wrong with the bytes before they are YAML: UTF-16, NUL, not UTF-8 (Big5).
struct EncodingFault {
  Place place;
  Words message, hint;
};
std::optional<EncodingFault> find_encoding_fault(std::string_view bytes);

}  // namespace vigil::config
