#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "storage/archive.h"

namespace vigil {

/// Which alerts are in the archive, so that one that comes again is there once: by organisation, `source` and `source_ref`,
/// durably.
///
/// An alert is answered only after its record and then its entry here are on disk. Between those two writes a crash leaves
/// records without an entry: at the start the archive is read from the last place where all had one, and each record says
/// itself which alert it is (AlertMark).
///
///   key    alert/<which>             32 hex digits of SHA-256 over organisation, source and source_ref
///   value  first newest revision content received     hex, hex, decimal, 32 hex digits, seconds since 1970
///
/// Thread-safe. Its own thread writes; answers that wait for it are called there.
class AlertLedger {
 public:
  /// Entries kept; the oldest go first. At some 150 bytes each in the state store.
  static constexpr std::size_t kEntriesMax = 1'000'000;
  /// … and for how long: a year and a month, so that a yearly drill's tickets are known when they are looked through.
  static constexpr std::int64_t kKeptSeconds = std::int64_t{400} * 86'400;

  explicit AlertLedger(Archive& archive);
  ~AlertLedger();
  AlertLedger(const AlertLedger&) = delete;
  AlertLedger& operator=(const AlertLedger&) = delete;

  void start();
  void stop();

  struct Entry {
    std::uint64_t first = 0, newest = 0;  ///< sequences of the first and the newest record; 0: not there
    std::uint64_t revision = 0;           ///< of the newest, from 1
    std::string content;                  ///< what the newest says
    std::int64_t received_s = 0;
  };
  /// Claims alerts for one who is about to store them, all of them or none. True: `known` has what is known of each, in
  /// their order, and commit() or release() must follow. False: one is just being stored by somebody else; `again` is called
  /// when that is over.
  bool claim(std::span<const std::string> which, std::vector<Entry>& known, std::function<void()> again);

  /// True once what was told is on disk.
  using Told = std::function<void(bool durable)>;
  /// Claimed alerts are in the archive. All that were claimed are free again afterwards.
  void commit(std::vector<std::string> claimed, std::vector<std::pair<std::string, Entry>> stored, Told told);
  void release(const std::vector<std::string>& claimed);

  /// The mark of an alert in its record: which it is, and what it says.
  static std::string which(std::string_view organisation, std::string_view source, std::string_view ref);
  static std::string content(std::string_view document);

 private:
  struct Commit {
    std::vector<std::string> claimed;
    std::vector<std::pair<std::string, Entry>> stored;
    Told told;
  };
  Entry find(const std::string& which) const;
  void find_unwritten();
  void run();
  enum class Place : std::uint8_t { when_due, now };
  void save(Place place);
  void forget_old(std::int64_t now_s);
  std::vector<std::function<void()>> free(const std::vector<std::string>& claimed);

  Archive& archive_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::unordered_map<std::string, std::vector<std::function<void()>>> claimed_;  ///< and who waits for each
  std::vector<Commit> commits_;
  std::unordered_map<std::string, Entry>
      unwritten_;              ///< of alerts in the archive; stays while it cannot be written
  std::uint64_t settled_ = 0;  ///< every alert before this sequence has its entry; as written
  std::int64_t looked_s_ = 0;  ///< when old entries were looked for
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vigil
