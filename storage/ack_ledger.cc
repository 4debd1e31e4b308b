#include "storage/ack_ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "storage/hash.h"

namespace vigil {

namespace {
constexpr std::uint32_t kMagic = 0x4b434156, kVersion = 1;
constexpr std::size_t kSlotBytes = 512, kSlots = 8;

struct Slot {
  std::uint32_t magic, version;
  std::uint64_t counter, next_sequence, sum;
};
std::uint64_t sum_of(const Slot& slot) {
  return checksum64({reinterpret_cast<const char*>(&slot), offsetof(Slot, sum)});
}
StoreError failed(const char* doing) {
  const int reason = errno;
  return {reason == ENOSPC ? StoreErrc::disk_full : (reason == EACCES || reason == EROFS) ? StoreErrc::no_access
                                                                                         : StoreErrc::io,
          std::string(doing) + " the ledger of acknowledgements: " + std::generic_category().message(reason)};
}
}  // namespace

AckLedger::~AckLedger() {
  if (file_ >= 0) ::close(file_);
}

Result<void, StoreError> AckLedger::open(const std::filesystem::path& file, bool read_only) {
  file_ = ::open(file.c_str(), (read_only ? O_RDONLY : O_RDWR | O_CREAT) | O_CLOEXEC, 0640);
  if (file_ < 0) {
    if (read_only && errno == ENOENT) return {};
    return failed("opening");
  }
  char bytes[kSlotBytes * kSlots] = {};
  if (::pread(file_, bytes, sizeof bytes, 0) < 0) return failed("reading");
  for (std::size_t i = 0; i < kSlots; ++i) {
    Slot slot;
    std::memcpy(&slot, bytes + i * kSlotBytes, sizeof slot);
    if (slot.magic != kMagic || slot.version != kVersion || slot.sum != sum_of(slot)) continue;
    if (slot.counter < counter_) continue;
    counter_ = slot.counter;
    next_sequence_ = slot.next_sequence;
  }
  // All slots get their place on the disk now: writing one later then needs no space and no change of the file's size.
  if (!read_only && ::lseek(file_, 0, SEEK_END) < static_cast<off_t>(sizeof bytes)) {
    if (::pwrite(file_, bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes)) return failed("writing");
    if (::fsync(file_) != 0) return failed("syncing");
  }
  return {};
}

Result<void, StoreError> AckLedger::write(std::uint64_t next_sequence) {
  Slot slot{.magic = kMagic, .version = kVersion, .counter = counter_ + 1, .next_sequence = next_sequence, .sum = 0};
  slot.sum = sum_of(slot);
  const auto at = static_cast<off_t>(slot.counter % kSlots * kSlotBytes);
  if (::pwrite(file_, &slot, sizeof slot, at) != static_cast<ssize_t>(sizeof slot)) return failed("writing");
  counter_ = slot.counter;
  next_sequence_ = next_sequence;
  dirty_.store(true, std::memory_order_relaxed);
  return {};
}

Result<void, StoreError> AckLedger::sync() {
  if (file_ < 0 || !dirty_.exchange(false, std::memory_order_relaxed)) return {};
  if (::fdatasync(file_) != 0) return failed("syncing");
  return {};
}

}  // namespace vigil
