#include "storage/store_error.h"

#include <string_view>

namespace vigil {

std::string_view store_errc_name(StoreErrc code) {
  switch (code) {
    case StoreErrc::locked: return "locked";
    case StoreErrc::no_access: return "no_access";
    case StoreErrc::disk_full: return "disk_full";
    case StoreErrc::io: return "io";
    case StoreErrc::corrupt: return "corrupt";
    case StoreErrc::newer_format: return "newer_format";
    case StoreErrc::not_found: return "not_found";
    case StoreErrc::bad_argument: return "bad_argument";
    case StoreErrc::cancelled: return "cancelled";
  }
  return "unknown";
}

}  // namespace vigil
