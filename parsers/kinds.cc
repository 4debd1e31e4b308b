#include "parsers/kinds.h"

#include <array>

namespace vigil {
namespace {

// In the order of the enumeration; the names are the contract's `vigil.kinds`.
constexpr std::array<std::string_view, kKindCount> kNames = {"os", "web", "application", "logon", "device"};

}  // namespace

std::string_view kind_name(Kind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<Kind> kind_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

}  // namespace vigil
