#pragma once

#include <string>

#include "storage/state_store.h"

namespace vigil {

/// 128 random bits from the kernel, as 32 digits of lower-case hex.
std::string random_id();

/// The id of this instance, which relayed records carry so that none runs in circles: made once, kept with the archive.
/// Fails where it can neither be read nor written.
Result<std::string, StoreError> instance_id(StateStore& state);

/// What people call this machine; "vigil" where it has no name.
std::string machine_name();

}  // namespace vigil
