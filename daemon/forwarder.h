#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "daemon/own_voice.h"
#include "daemon/upstream_sink.h"
#include "storage/query.h"

namespace vigil {

class AssetTable;
class LazyEvent;

struct ForwarderOptions {
  /// Records read from the archive at once, and looked at for it. All that an upstream costs in memory, whether it answers
  /// or has been away for a week: what waits, waits in the archive.
  std::size_t window_bytes_max = std::size_t{8} * 1024 * 1024;
  std::size_t window_records_max = 20'000;
  /// What is sent at once, and may be sent twice after a crash.
  std::size_t batch_bytes_max = std::size_t{1024} * 1024;
  std::size_t batch_records_max = 2'000;
  /// How often the archive is asked for something new.
  std::chrono::milliseconds look_every{100};
  /// Pauses between tries, growing from one to the other, each a fifth shorter or longer by chance so that children whose
  /// parent comes back do not come all at once.
  std::chrono::milliseconds backoff_min{1'000}, backoff_max{30'000};
  /// How often the cursor is written where nothing was sent because nothing was meant.
  std::chrono::milliseconds cursor_every{1'000};
};

/// How one upstream is doing.
struct UpstreamStatus {
  /// The enumerator's name is what users see.
  enum class State : std::uint8_t { connecting, sending, idle, waiting };
  std::string id, kind, address;
  State state = State::connecting;
  std::uint64_t cursor = 0;       ///< what lies before is on the other side, or was not meant for it
  std::uint64_t lag_records = 0;  ///< in the archive and not yet looked at or acknowledged
  std::int64_t lag_ns = 0;        ///< age of the oldest record that is to be sent and is not acknowledged
  std::uint64_t sent = 0, acknowledged = 0;
  std::uint64_t filtered = 0;    ///< not meant: query, organisation, drill
  std::uint64_t looped = 0;      ///< not sent, because they come from there or have been here before
  std::uint64_t missing = 0;     ///< sequences without a record any more: past retention, or lost
  std::uint64_t sent_again = 0;  ///< sequences told again because the other side had lost them
  std::uint64_t errors = 0;
  std::string last_error;  ///< of the newest failure; empty since the last success
  std::int64_t last_error_ns = 0, last_acknowledged_ns = 0;
};
std::string_view upstream_state_name(UpstreamStatus::State state);
std::string_view upstream_kind_name(UpstreamConfig::Kind kind);

/// Sends what the archive gets to one upstream, in order, from a durable cursor. The archive itself is the spool: an
/// upstream that is away costs neither memory nor speed, and one that comes back gets what it has missed, as far back as
/// retention goes. What could not be told is counted, and said in the log itself.
///
/// The cursor moves when the other side has acknowledged; a crash between the two sends up to a batch again, which a parent
/// Vigil knows (relay_ledger.h). Where the parent keeps count, it has the last word: what it lost after all is sent again
/// (BI-98). Own thread.
class Forwarder {
 public:
  /// Says something in our own log.
  using Say = std::function<void(OwnVoice::Message)>;
  using MakeSink = std::function<std::unique_ptr<UpstreamSink>(const std::atomic<bool>& stopping)>;

  /// Whose records are meant, and which.
  struct Choice {
    std::set<std::string, std::less<>> organisations;  ///< empty: all
    std::optional<Query> query;                        ///< none: all
    bool drills = false;                               ///< of drills and production which
    bool both = false;                                 ///< the other side tells them apart
  };

  Forwarder(Archive& archive, const UpstreamConfig& config, Choice choice, std::string instance,
            const MakeSink& make_sink, Say say, ForwarderOptions options = {});
  ~Forwarder();
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  void start();
  /// Writes the cursor, ends the thread. What has not been sent is sent after the next start.
  void stop();
  UpstreamStatus status() const;

 private:
  void load();
  bool save();
  void run();
  bool connect();
  bool agree(const UpstreamSink::Opened& opened);
  /// Fills the window from the cursor. False if the archive could not be read.
  bool gather();
  bool take(const StoredRecord& record, LazyEvent* lazy);
  void copy(const StoredRecord& record);
  ForwardBatch& open_batch(std::uint64_t first);
  bool send_front();
  void pass(const ForwardBatch& batch);
  void say_gap(std::uint64_t from, std::uint64_t to, std::uint64_t missing, std::string text);
  void trouble(std::string what);
  void pause(std::chrono::milliseconds time);
  void set_state(UpstreamStatus::State state);

  Archive& archive_;
  const UpstreamConfig config_;
  const Choice choice_;
  const std::string instance_;
  const Say say_;
  const ForwarderOptions options_;
  const std::string key_;  ///< in the state store

  // The thread's own.
  std::unique_ptr<UpstreamSink> sink_;
  bool open_ = false;
  std::string upstream_instance_;
  std::string stream_;       ///< id under which the other side counts our sequences
  std::uint64_t begin_ = 0;  ///< where the stream began
  std::uint64_t cursor_ = 0;
  std::uint64_t saved_ = 0;
  bool save_failing_ = false;
  std::chrono::steady_clock::time_point saved_at_;
  std::deque<ForwardBatch> window_;
  std::uint64_t gathered_seen_ = 0;
  std::chrono::milliseconds backoff_;
  std::string told_trouble_;
  std::minstd_rand dice_;

  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  UpstreamStatus status_;
  std::int64_t pending_since_ns_ = 0;  ///< receipt of the oldest record that is to be sent; 0: none is known
  std::thread thread_;
};

/// The forwarders of a configuration. A sentence where one cannot be made (a query that cannot be read).
Result<std::vector<std::unique_ptr<Forwarder>>, std::string> make_forwarders(
    Archive& archive, const std::vector<UpstreamConfig>& configs, const AssetTable& assets, bool drill,
    const std::string& instance, const Forwarder::Say& say);

}  // namespace vigil
