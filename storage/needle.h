#pragma once

#include <string>
#include <string_view>

namespace vigil {

/// Looks for one byte string, ASCII case-insensitively, at some gigabytes a second: candidates are places where the
/// string's first and last byte both fit, sixteen places at a time; each is then compared whole.
class Needle {
 public:
  explicit Needle(std::string_view text);

  /// Position of the first occurrence at or after `from`, else npos. The empty needle is found everywhere.
  std::size_t find(std::string_view text, std::size_t from = 0) const;
  std::size_t size() const { return lower_.size(); }

 private:
  bool equals(const char* at) const;
  std::string lower_;
};

/// The same without cleverness: the oracle.
std::size_t find_plain(std::string_view text, std::string_view needle, std::size_t from = 0);

}  // namespace vigil
