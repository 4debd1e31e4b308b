#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "daemon/own_voice.h"
#include "parsers/sender_sequence.h"

namespace vigil {

/// What was lost. The enumerator's name is the MSGID of the record.
enum class Loss : std::uint8_t {
  gap,           ///< datagrams the kernel dropped on a listener's sockets
  sequence_gap,  ///< numbers of a sender's own count that never came
  discarded,     ///< messages that were received and not stored
  count_
};
std::string_view loss_name(Loss loss);

/// Losses on their way into the archive. A flood of losses does not become a flood of records: what is lost at one place
/// is told at once, then added up and told every ten seconds while it goes on. The sums over records
/// are exact. Thread-safe.
class LossBook {
 public:
  static constexpr std::chrono::seconds kEvery{10};
  /// A sender that gives numbers to messages it does not send us is no news every ten seconds.
  static constexpr std::chrono::hours kHabitualEvery{24};
  /// Places remembered; beyond, losses are told together by listener and organisation.
  static constexpr std::size_t kPlacesMax = 10'000;

  struct Place {
    Loss loss = Loss::gap;
    std::string listener;
    std::string organisation{};  ///< whose record it will be; empty: whoever runs this server
    std::string source{}, peer{};  ///< empty where nobody knows
    bool drill = false;
    auto tie() const { return std::tie(loss, listener, organisation, source, peer, drill); }
    bool operator==(const Place& other) const { return tie() == other.tie(); }
  };
  /// True if a record of it is due already.
  bool add(const Place& place, std::uint64_t count, std::int64_t now_ns);
  /// Numbers of a sender's. `kind` as SenderSequences::kinds() says it.
  void add(const Place& place, const MissingNumbers& missing, std::string_view kind, bool habitual,
           std::int64_t now_ns);

  /// The records that are due; with `all`, whatever is left.
  std::vector<OwnVoice::Message> due(std::int64_t now_ns, bool all = false);

 private:
  struct Hash {
    std::size_t operator()(const Place& place) const;
  };
  struct Entry {
    MissingNumbers pending;
    std::int64_t from_ns = 0, to_ns = 0;  ///< of what is pending
    std::int64_t told_ns = INT64_MIN;
    std::string kind;
    bool habitual = false;
  };
  static std::int64_t due_ns(const Entry& entry);
  static OwnVoice::Message record(const Place& place, const Entry& entry);
  Entry& entry_for(const Place& place);

  std::mutex mutex_;
  std::unordered_map<Place, Entry, Hash> places_;
};

}  // namespace vigil
