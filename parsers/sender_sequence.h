#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/syslog_header.h"

namespace vigil {

/// Numbers that senders give their messages one by one, so that a receiver can tell what never arrived. The
/// enumerator's name is shown in gap records. Numbers are stored: only add.
enum class SequenceKind : std::uint8_t {
  cisco,        ///< `<189>364241: …`: IOS counts what it sent (logging message-counter syslog)
  sequence_id,  ///< RFC 5424 7.3.1 `[meta sequenceId="…"]`; after 2147483647 comes 1
  pan_os,       ///< seqno of PAN-OS TRAFFIC, THREAT and SYSTEM logs; each type counts by itself
  snare,        ///< the event counter of `MSWinEventLog`
  journal,      ///< `__SEQNUM` of a journal export entry (systemd 254); one series for each `__SEQNUM_ID`
  count_
};
std::string_view sequence_kind_name(SequenceKind kind);

/// A message's number, and which of its sender's series it belongs to.
struct SenderSequence {
  SequenceKind kind = SequenceKind::cisco;
  std::uint32_t series = 0;  ///< tells series of one kind apart: a hash of what names them; 0 where there is but one
  std::uint64_t number = 0;
  bool operator==(const SenderSequence&) const = default;
};

/// A few comparisons that are false for most messages without a number: ask this first, a million times a second.
inline bool may_have_sequence(const SyslogHeader& header) {
  const std::string_view message = header.message;
  return header.sequence.has_value() || !header.structured_data.empty() ||
         (message.size() > 2 && message[1] == ',' && (message[0] == '1' || message[0] == '0')) ||
         (!header.has_priority ? header.format == HeaderFormat::headerless
                               : header.app.size() == 13 && header.app[0] == 'M');
}

/// The number of a syslog message, if it has one of a kind we know. Never allocates; linear in the message.
std::optional<SenderSequence> find_sequence(const SyslogHeader& header);
/// The same for an entry in the journal's export format.
std::optional<SenderSequence> find_journal_sequence(std::string_view entry);

/// Numbers that did not come.
struct MissingNumbers {
  std::uint64_t count = 0;
  std::uint64_t first = 0, last = 0;  ///< the lowest and the highest of them; others between may have come
  void add(const MissingNumbers& more);
};

/// One series of numbers as it arrives. A number is missing when it is more than 256 behind the newest, or when
/// patience (settle()) has run out: until then it may be on its way, for UDP reorders. Not missing is what a
/// restarted sender does not repeat: counting that begins anew (two numbers in a row far behind, or four in a row
/// that were there before) or leaps by more than a million starts a new series. A number that comes twice counts once.
class SequenceTracker {
 public:
  static constexpr std::size_t kWindow = 256;
  static constexpr std::uint64_t kLeapMax = 1'000'000;

  explicit SequenceTracker(std::uint64_t first) : newest_(first), mark_(first) { seen_.set(); }

  /// What is missing for certain now that this number came.
  MissingNumbers take(std::uint64_t number);
  /// What is missing of the numbers before the newest one of the previous settle(): call it every few seconds.
  MissingNumbers settle();

  std::uint64_t newest() const { return newest_; }
  std::uint64_t restarts() const { return restarts_; }
  /// Numbers passed over that may still come.
  std::uint64_t awaited() const { return kWindow - seen_.count(); }
  /// More than a third of the numbers come after a hole: the sender gives numbers to messages it does not send us
  /// (a severity filter, other receivers). Holes are then no news.
  bool habitual() const { return steps_ >= kHabitSteps && holes_ > kHabitHoles; }

 private:
  static constexpr std::uint32_t kHabitSteps = 64;
  static constexpr std::uint32_t kOne = 1U << 16U;
  static constexpr std::uint32_t kHabitHoles = kOne / 3;

  MissingNumbers advance(std::uint64_t ahead);
  MissingNumbers take_known(std::uint64_t number, bool far_behind);
  MissingNumbers restart(std::uint64_t at);
  /// The numbers `behind_from` … `behind_to` - 1 behind the newest that have not come.
  MissingNumbers unseen(std::size_t behind_from, std::size_t behind_to) const;

  std::uint64_t newest_;
  std::bitset<kWindow> seen_;  ///< bit i: newest_ - i came, or is not waited for
  std::uint64_t mark_;         ///< newest_ when settle() was last called
  std::uint64_t again_first_ = 0, again_last_ = 0;  ///< a run of numbers that lie behind
  std::uint32_t again_count_ = 0;
  std::uint32_t steps_ = 0;
  std::uint32_t holes_ = 0;  ///< share of steps after a hole, lately: of kOne
  std::uint32_t restarts_ = 0;
};

/// All series of one sender: at most eight, the one that was silent longest goes first.
class SenderSequences {
 public:
  static constexpr std::size_t kSeriesMax = 8;

  MissingNumbers take(const SenderSequence& sequence);
  MissingNumbers settle();

  bool empty() const { return series_.empty(); }
  std::uint64_t restarts() const;
  std::uint64_t awaited() const;
  bool habitual() const;
  /// Names of the kinds met, "cisco, snare".
  std::string kinds() const;

  /// The newest number of each series as text ("0:0:364241 …"), so that what is lost while nobody listens is told
  /// afterwards. load() takes what it understands and ignores the rest.
  std::string save() const;
  void load(std::string_view text);

 private:
  struct Series {
    SequenceKind kind;
    std::uint32_t series;
    std::uint64_t used;  ///< when, counted in messages
    SequenceTracker tracker;
  };
  std::vector<Series> series_;
  std::uint64_t taken_ = 0;
};

}  // namespace vigil
