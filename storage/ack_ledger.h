#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>

#include "parsers/result.h"
#include "storage/store_error.h"

namespace vigil {

// The file `acked`: eight slots of 512 bytes (one sector each, so a torn write spoils one slot), written in turn.
//
//   magic "VACK", 4 bytes | version, 4 | counter, 8 | next sequence, 8 | checksum64 of these, 8 | zeros
//
// The slot with the highest counter says up to where records were acknowledged, beside the journal and not in it, so
// that a journal which was cut short or bent can be told from one that simply ended there.
//
// A slot is written after the journal's sync has succeeded and before anyone is told: it never claims what is not
// durable, and it outlives the death of the process by kill -9 at no cost (a pwrite, 1 µs a commit). Its own sync to
// the device would double the syncs, so that is left to sync(), which the archive calls with each seal() (about once a
// second) and at the end. After a power cut the ledger may therefore lag by about a second; what it then cannot
// vouch for is vouched for by the journal's sync, and by later records wherever the journal is readable again behind
// the damage.
class AckLedger {
 public:
  AckLedger() = default;
  ~AckLedger();
  AckLedger(const AckLedger&) = delete;
  AckLedger& operator=(const AckLedger&) = delete;

  /// Opens or makes the file. A damaged one counts as "nothing acknowledged" and is written anew.
  Result<void, StoreError> open(const std::filesystem::path& file, bool read_only);

  /// Sequence after the last acknowledged one; 0 if there was none.
  std::uint64_t next_sequence() const { return next_sequence_; }
  Result<void, StoreError> write(std::uint64_t next_sequence);
  Result<void, StoreError> sync();

 private:
  int file_ = -1;
  std::uint64_t counter_ = 0;
  std::uint64_t next_sequence_ = 0;
  std::atomic<bool> dirty_{false};
};

}  // namespace vigil
