#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vigil {

/// The law's log kinds (日誌種類). A line may be several: an sshd line is both OS and logon.
/// Numbers are stored in the archive: only add.
enum class Kind : std::uint8_t {
  os,           ///< 作業系統日誌
  web,          ///< 網站日誌
  application,  ///< 應用程式日誌
  logon,        ///< 登入日誌
  device        ///< 資通及防護設備日誌
};
constexpr std::size_t kKindCount = 5;

std::string_view kind_name(Kind kind);
std::optional<Kind> kind_from_name(std::string_view name);

class Kinds {
 public:
  constexpr Kinds() = default;
  constexpr explicit Kinds(std::uint8_t bits) : bits_(bits) {}
  constexpr Kinds(Kind kind) { add(kind); }  // NOLINT(google-explicit-constructor): a kind is a set of one
  constexpr Kinds operator|(Kinds other) const {
    return Kinds(static_cast<std::uint8_t>(bits_ | other.bits_));
  }
  constexpr void add(Kind kind) {
    bits_ = static_cast<std::uint8_t>(bits_ | (1U << static_cast<unsigned>(kind)));
  }
  constexpr bool has(Kind kind) const { return ((bits_ >> static_cast<unsigned>(kind)) & 1U) != 0; }
  constexpr bool none() const { return bits_ == 0; }
  constexpr std::uint8_t bits() const { return bits_; }
  constexpr bool operator==(const Kinds&) const = default;

 private:
  std::uint8_t bits_ = 0;
};
constexpr Kinds operator|(Kind a, Kind b) { return Kinds(a) | Kinds(b); }

}  // namespace vigil
