#pragma once

#include <span>

#include "parsers/embedded.h"

namespace vigil::embedded {

/// Files that stand in every evidence bundle as they are: verify.sh and the two READMEs (storage/bundle/).
std::span<const File> bundle_files();

}  // namespace vigil::embedded
