#pragma once

#include <cstdint>
#include <string>

namespace vigil {

/// Why the store could not do it. RocksDB's Status ends here; nobody above storage/ sees it.
enum class StoreErrc : std::uint8_t {
  locked,        ///< another vigild uses this data directory (BI-99)
  no_access,     ///< missing rights, read-only, not a directory (BI-100)
  disk_full,     ///< no space: nothing was acknowledged; heals when there is space again
  io,            ///< a write or sync failed: what was not acknowledged is unknown, reopen the store
  corrupt,       ///< stored bytes are not what was written
  newer_format,  ///< written by a newer version: refused, never touched
  not_found,
  bad_argument,
  cancelled
};
std::string_view store_errc_name(StoreErrc code);

struct StoreError {
  StoreErrc code;
  std::string what;  ///< says the file or key and the remedy, for the operator
};

}  // namespace vigil
