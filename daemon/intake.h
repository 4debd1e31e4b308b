#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/address.h"
#include "daemon/batch_pool.h"
#include "daemon/counters.h"
#include "daemon/peer_rate.h"
#include "daemon/source_table.h"
#include "daemon/writer.h"
#include "parsers/batch.h"

namespace vigil {

/// One listener as the intake sees it.
struct IntakeListener {
  SourceTable::Listener description;
  std::string zone;  ///< IANA name
  std::optional<int> zone_minutes{};  ///< wins over it
  ListenerStats* stats = nullptr;
  std::vector<config::Network> relays;  ///< whose connections do not count for the limit of one peer
  std::unique_ptr<PeerRate> rate;       ///< null: no limit of messages
};

/// What the transport knows of one message beside its bytes. Views are needed only during the call they are given to.
struct Arrival {
  std::string_view peer;                   ///< address as text, without port; "" where there is none
  std::string_view host_hint{};            ///< names the sender where the message does not
  std::string_view transport{};            ///< transports.h; empty: the listener's
  std::string_view organisation{};         ///< empty: the listener's
  std::string_view envelope{};             ///< Envelope::text()
  std::optional<std::int64_t> event_ns{};  ///< when it happened, as the transport says; wins over the message
  std::int64_t received_ns = 0;
  Tags tags{};  ///< what the message cannot tell again
};

/// Where frames become records: header, format, kinds, source, event time; then into the open batch. One per
/// I/O thread, used on that thread only, so nothing here is locked but the look-up of a sender not met
/// before.
class Intake {
 public:
  /// What a stream reads at once, at least and at most. A batch goes to the writer when it has no room for the least,
  /// for a message that began in an earlier read, and for what the archive writes behind the text …
  static constexpr std::size_t kReadBytesMin = 64 * 1024;
  static constexpr std::size_t kReadBytesMax = 256 * 1024;
  static constexpr std::size_t kCopyRoom = 64 * 1024;
  static constexpr std::size_t kRowRoom = 16;  ///< a record
  /// … or this long after its first record, so that a lone line is durable and visible at once.
  static constexpr std::chrono::milliseconds kLinger{5};

  /// What happens to a batch the writer has no room for.
  enum class WhenFull : std::uint8_t {
    drop,  ///< datagrams: the newest are dropped and counted
    queue  ///< streams: what was read is queued all the same; reading stops until there is room
  };

  Intake(boost::asio::io_context& io, Writer& writer, SourceTable& sources, Counters& counters,
         std::shared_ptr<BatchPool> pool, WhenFull when_full);

  /// One message. `frame` may go when it returns. `peer` as text without port. Records of senders that do not
  /// acknowledge go to the shared open batch.
  void add(const IntakeListener& listener, std::string_view peer, std::string_view frame, Tags transport_tags,
           std::int64_t received_ns) {
    add(listener, {.peer = peer, .received_ns = received_ns, .tags = transport_tags}, frame);
  }
  void add(const IntakeListener& listener, const Arrival& arrival, std::string_view frame);
  /// Room for a stream to read into, inside the open batch, so that what is read is not copied again. Frames
  /// cut from it are given to add_in_place(); before that read_done() says how much was read, and after it read_cut()
  /// that the frames are cut.
  std::span<char> read_buffer();
  void read_done(std::span<char> buffer, std::size_t used);
  /// As add(), for a frame that lies in read_buffer() (or anywhere else: then it is copied).
  void add_in_place(const IntakeListener& listener, const Arrival& arrival, std::string_view frame,
                    bool in_place);
  /// What was read behind the last whole frame is no longer needed. Hands the batch on if it is full.
  void read_cut();

  /// An empty batch for add_to().
  std::shared_ptr<Batch> new_batch();
  /// The same into a batch of the caller's own (of those who wait for its commit: delivery.h), which copies the bytes.
  /// False if the message was empty. After the last one of a batch: settle().
  bool add_to(Batch& batch, const IntakeListener& listener, const Arrival& arrival, std::string_view frame);
  /// Makes the counts of this thread visible to all. At every quiet moment none is left to publish.
  void settle();
  /// Counts the records of a batch that will not be stored, each for its sender.
  void give_up(const Batch& batch);
  boost::asio::io_context& io() { return io_; }

  /// After a wake of reading: publishes the counts and arms the linger.
  void wake_done();
  /// Hands on what is open.
  void flush();
  /// Called with each open batch just before the writer gets it: for who must know when its records are committed
  /// (Writer::observe()).
  void observe(std::function<void(const std::shared_ptr<Batch>&)> leaves) { leaves_ = std::move(leaves); }
  /// Streams should not be read until this is false again.
  bool streams_wait() const { return writer_.streams_wait(); }
  /// It will soon come to that: read little at a time.
  bool streams_crowd() const { return writer_.streams_crowd(); }

 private:
  /// A sender as this thread knows it. What it sent is counted here without locks and published by settle().
  struct Known {
    std::shared_ptr<SourceState> state;
    const IntakeListener* listener = nullptr;
    std::string organisation;  ///< of the listener or its token; the source's own may be one below it
    bool is_document = false, is_journal = false;
    const Batch* batch = nullptr;  ///< in whose `sources` it stands …
    std::uint64_t batch_serial = 0;
    std::uint32_t index = 0;  ///< … at this index

    std::uint64_t received = 0, bytes = 0, unparsed = 0;  ///< since settle()
    std::int64_t last_seen_ns = 0, clock_skew_ns = 0;
    FormatSet formats;
    Kinds kinds;
    Tags tags;
    std::uint64_t samples = 0;  ///< unparsed messages ever: one in so many is kept as a sample
  };
  /// Hands the batch on if it is full: never between a read and its frames.
  void flush_if_full();
  /// Bytes of a message for the open batch to own.
  std::string_view own(std::string_view frame);
  FrameBuffer& frames();
  /// Appends a record whose bytes the batch owns already.
  bool append(Batch& batch, const IntakeListener& listener, const Arrival& arrival, std::string_view raw);
  /// A message with a number of its sender's own: are there some before it that have not come?
  void take_number(Known& known, const SenderSequence& number);
  Known& known_source(const IntakeListener& listener, const Arrival& arrival, std::string_view host);
  int zone_minutes(const IntakeListener& listener, std::int64_t now_ns);

  boost::asio::io_context& io_;
  Writer& writer_;
  SourceTable& sources_;
  Counters& counters_;
  std::shared_ptr<BatchPool> pool_;
  WhenFull when_full_;
  boost::asio::steady_timer linger_;
  bool lingering_ = false;
  std::function<void(const std::shared_ptr<Batch>&)> leaves_;
  std::shared_ptr<Batch> open_;
  char *cut_to_ = nullptr, *read_end_ = nullptr;  ///< of the latest read: end of its last whole frame, end
  std::uint64_t serial_ = 0;                      ///< distinguishes batches that were given the same address
  std::unordered_map<std::string, Known> known_;
  /// Senders by a few bytes of their names, so that most records need no look-up in `known_`.
  static constexpr std::size_t kRecent = 256;
  std::array<Known*, kRecent> recent_{};
  std::vector<Known*> unsettled_;            ///< with counts to publish
  const IntakeListener* counted_ = nullptr;  ///< whose messages these are:
  std::uint64_t received_ = 0, received_bytes_ = 0;
  std::string key_;  ///< reused
  std::unordered_map<const IntakeListener*, std::pair<std::int64_t, int>>
      zones_;  ///< offset, good for one minute
  const IntakeListener* zone_listener_ = nullptr;
  std::int64_t zone_from_ns_ = 0;  ///< the minute `zone_offset_` is good for begins here
  int zone_offset_ = 480;
};

/// Peer address as text: no port, IPv4-mapped IPv6 as dotted quad.
std::string peer_text(const boost::asio::ip::address& address);

}  // namespace vigil
