#pragma once

#include <span>
#include <string_view>

/// Files compiled into the program (cmake/embed.cmake), so that it works unconfigured and from any directory.
namespace vigil::embedded {

struct File {
  std::string_view name, text;
};

std::span<const File> rule_pack();  ///< rules/pack/*.yml, in librules
std::span<const File> profiles();   ///< incidents/profiles/*.yaml: regulation profiles and the form, in libincidents

}  // namespace vigil::embedded
