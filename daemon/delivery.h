#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "daemon/intake.h"

namespace vigil {

/// What a transport that acknowledges has received at once (one HTTP request, one window, what one wake has read) on its
/// way to the disk: records are gathered, committed together, and only then may the sender be told.
///
///   Delivery delivery(intake, writer, counters, listener);
///   for (frame : frames) delivery.add(arrival, frame);
///   delivery.commit([connection](Delivery::Outcome outcome) { … });
///
/// Used on the intake's I/O thread, where the answer comes back too. The listener lives as long as the daemon.
class Delivery {
 public:
  enum class Outcome : std::uint8_t {
    durable,    ///< on disk: acknowledge
    busy,       ///< the queue was full, nothing was taken: the sender shall try again soon (429)
    disk_full,  ///< nothing was stored (507)
    failed      ///< nothing may be acknowledged (503)
  };
  using Done = std::function<void(Outcome)>;

  Delivery(Intake& intake, Writer& writer, Counters& counters, const IntakeListener& listener);
  /// What was added and never committed counts as discarded (unavailable), so that the sums hold: where all or nothing
  /// is stored, look at all before adding the first.
  ~Delivery();
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;
  Delivery(Delivery&&) = default;
  Delivery& operator=(Delivery&&) = delete;

  /// One message, which is copied. False if it was empty (and so counted).
  bool add(const Arrival& arrival, std::string_view raw) { return add(arrival, raw, listener_); }
  /// The same, as if it had come to another listener.
  bool add(const Arrival& arrival, std::string_view raw, const IntakeListener& listener);
  /// A message that will not be stored, counted as received and as discarded.
  void discard(Discard reason, std::uint64_t count = 1);

  std::size_t count() const { return batch_->records.size(); }
  /// What is gathered. Once it is durable its records have their sequences.
  std::shared_ptr<const Batch> batch() const { return batch_; }
  std::size_t raw_bytes() const { return batch_->raw_bytes; }

  /// Hands the records to the writer. `done` is called once, later, on the intake's I/O thread; at once where there is
  /// nothing to store. Past the queue's limit only with Overflow::allowed (of a sender that is then not read from).
  void commit(Done done, Writer::Overflow overflow = Writer::Overflow::refused);

 private:
  Intake& intake_;
  Writer& writer_;
  Counters& counters_;
  const IntakeListener& listener_;
  std::shared_ptr<Batch> batch_;
};

}  // namespace vigil
