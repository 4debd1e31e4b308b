#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "storage/archive.h"

namespace vigil {

/// How far we have got in the streams of those who send us their records, so that each record is here once (BI-98).
///
/// A stream is told its number only after that is durable, and a batch is acknowledged only after its records and then the
/// stream's new number are. Between those two writes a crash leaves records whose number is not written: at the start the
/// archive is read from the last place where all was, and what is found there of the stream is known again by its content
/// when the sender repeats it. So whichever side dies at whatever moment, nothing is lost and nothing is there twice.
///
/// Thread-safe. Its own thread writes; answers that wait for it are called there.
class RelayLedger {
 public:
  /// Streams remembered. Each is one child's way to us; a new one is refused beyond it.
  static constexpr std::size_t kStreamsMax = 10'000;

  /// Reads what is known, and the records that came after it was written.
  RelayLedger(Archive& archive, std::string instance);
  ~RelayLedger();
  RelayLedger(const RelayLedger&) = delete;
  RelayLedger& operator=(const RelayLedger&) = delete;

  void start();
  void stop();
  const std::string& instance() const { return instance_; }

  /// A stream, as the one who let it in names it: two organisations cannot meet.
  struct Stream {
    std::string organisation, id;
    auto operator<=>(const Stream&) const = default;
  };
  /// True once what was told is on disk.
  using Told = std::function<void(bool durable, std::uint64_t next)>;
  /// The sender introduces itself; `begin` is where its stream begins. False: there are too many streams.
  bool hello(const Stream& stream, std::string_view origin, std::uint64_t begin, Told told);

  enum class Claim : std::uint8_t {
    taken,    ///< the batch is ours to store: commit() or release() must follow
    unknown,  ///< say hello first
    busy,     ///< its last batch is still on its way to the disk
    ahead     ///< it begins behind what we have: ask again
  };
  /// `next` is the first sequence we have not got.
  Claim claim(const Stream& stream, std::uint64_t first, std::uint64_t& next);
  /// Whether a record of a claimed stream is here already, stored right before a crash. Each is found once.
  bool is_repeated(const Stream& stream, std::string_view peer, std::int64_t received_ns,
                   std::string_view raw);
  /// The claimed batch is on disk, or had nothing to store.
  void commit(const Stream& stream, std::uint64_t next, Told told);
  void release(const Stream& stream);

  std::uint64_t repeated() const;

 private:
  struct Entry {
    std::string origin;
    std::uint64_t next = 0;
    std::uint64_t since = 0;  ///< in our archive, all records of the stream from here on are behind `next`
    bool busy = false;        ///< a batch is on its way …
    bool committed = false;   ///< … its records are on disk, its number is not
    bool dirty = false, found = false;
    unsigned fresh = 0;                                    ///< batches without a repeated record
    std::unordered_map<std::size_t, unsigned> repeatable;  ///< records that may come again, by content
  };
  /// Batches of a stream in which nothing was found again, after which nothing will be.
  static constexpr unsigned kFreshBatches = 8;
  struct Waiting {
    Told told;
    std::uint64_t next;
  };
  static std::string key_of(const Stream& stream);
  void load();
  void find_repeatable();
  void run();
  void save();

  Archive& archive_;
  const std::string instance_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<Stream, Entry> entries_;
  std::vector<Waiting> waiting_;
  std::uint64_t repeated_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vigil
