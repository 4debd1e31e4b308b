#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/model.h"
#include "parsers/arena.h"
#include "storage/archive.h"

namespace vigil {

/// Records on their way to an upstream, copied out of the archive: what it holds stays valid however long the other side
/// takes.
struct ForwardBatch {
  std::uint64_t first = 0, next = 0;  ///< all that is to be told of [first, next) is in here …
  std::uint64_t filtered = 0, looped = 0;
  std::uint64_t missing = 0;   ///< … but for these sequences, of which the archive has no record any more
  std::deque<Source> sources;  ///< stay where they are
  std::vector<StoredRecord> records;
  std::size_t raw_bytes = 0;
  Arena arena;
};

/// Where a forwarder's records go. Called on the forwarder's thread alone; everything may take a while, has a time-out, and
/// ends soon after `stopping`.
class UpstreamSink {
 public:
  explicit UpstreamSink(const std::atomic<bool>& stopping) : stopping_(stopping) {}
  virtual ~UpstreamSink() = default;
  UpstreamSink(const UpstreamSink&) = delete;
  UpstreamSink& operator=(const UpstreamSink&) = delete;

  /// What the other side says at the beginning.
  struct Opened {
    std::optional<std::uint64_t> next;  ///< the first sequence it has not got, where it keeps count
    std::string instance;               ///< its id, where it is a Vigil that says so
  };
  /// Connects. `begin` is where the stream of that id began. A sentence on failure.
  virtual Result<Opened, std::string> open(const std::string& stream, std::uint64_t begin) = 0;

  struct Sent {
    std::size_t acknowledged = 0;  ///< of the batch's records, from the front
    std::string error;             ///< empty: the whole batch is where it should be
  };
  /// Sends a batch and waits until the other side has it. After an error close() and open() anew.
  virtual Sent send(const ForwardBatch& batch) = 0;
  virtual void close() = 0;

 protected:
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }
  const std::atomic<bool>& stopping_flag() const { return stopping_; }

 private:
  const std::atomic<bool>& stopping_;
};

/// Who we are, for those we send to.
struct UpstreamSelf {
  std::string instance, name;
};

std::unique_ptr<UpstreamSink> make_vigil_sink(const UpstreamConfig& config, const UpstreamSelf& self,
                                              const std::atomic<bool>& stopping);
std::unique_ptr<UpstreamSink> make_relp_sink(const UpstreamConfig& config, const UpstreamSelf& self,
                                             const std::atomic<bool>& stopping);
/// syslog-tcp, syslog-tls and cef.
std::unique_ptr<UpstreamSink> make_syslog_sink(const UpstreamConfig& config, const UpstreamSelf& self,
                                               const std::atomic<bool>& stopping);
std::unique_ptr<UpstreamSink> make_sink(const UpstreamConfig& config, const UpstreamSelf& self,
                                        const std::atomic<bool>& stopping);

}  // namespace vigil
