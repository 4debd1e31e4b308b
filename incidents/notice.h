#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "incidents/case.h"
#include "storage/state_store.h"

namespace vigil {

/// A notice that has to go out, once per channel, with retries. Durable in the outbox until every channel has
/// taken it. Keys "outbox/<id>".
struct Notice {
  std::string id;  ///< grows with time
  std::string organisation, case_id;
  std::string reason;  ///< opened, escalated, repeated, confirmed, rejected
  bool drill = false;
  std::int64_t not_before_ns = 0;
  struct Delivery {
    std::string channel;
    unsigned attempts = 0;
    std::int64_t next_try_ns = 0;
    std::string last_error;
    bool done = false;
    std::int64_t done_ns = 0;
    bool operator==(const Delivery&) const = default;
  };
  std::vector<Delivery> deliveries;
  /// Why nobody can be told: no channel of the right kind. Empty while there is one.
  std::string undeliverable;

  bool due(const Delivery& delivery, std::int64_t now_ns) const {
    return !delivery.done && now_ns >= not_before_ns && now_ns >= delivery.next_try_ns;
  }
  bool operator==(const Notice&) const = default;
  std::string serialize() const;
  static std::optional<Notice> deserialize(std::string_view text);
};

/// The notices of all cases, in order of their ids. Part of CaseBook, with the same rules about changes.
///
/// A drill's notice goes to drill channels only, every other to the others only. Where there is none, the
/// notice is kept with the reason, and goes out when one has been configured.
class Outbox {
 public:
  explicit Outbox(std::vector<ChannelConfig> channels) : channels_(std::move(channels)) {}

  /// Takes a stored notice back at start.
  void restore(Notice notice);
  /// Leaves a notice about `incident`. A candidate's notice of which no attempt has been made yet already
  /// tells what follows: then nothing is added.
  void tell(const Case& incident, std::string_view reason, std::int64_t not_before_ns, std::int64_t now_ns,
            StateChange& change);
  /// Takes back what nobody has been told yet of a case that is no longer one of its own.
  void withdraw(std::string_view case_id, StateChange& change);
  /// The notice, if the outcome changed something.
  const Notice* record(std::string_view notice_id, std::string_view channel, bool ok, std::string_view error,
                       std::int64_t now_ns, StateChange& change);

  std::vector<Notice> due(std::int64_t now_ns) const;
  std::optional<std::int64_t> next_ns() const;
  std::vector<Notice> all() const;

 private:
  void address(Notice& notice) const;

  std::vector<ChannelConfig> channels_;
  std::map<std::string, Notice, std::less<>> notices_;
  std::string last_id_;               // the greatest given: one that was withdrawn is not given again
  std::vector<std::string> waiting_;  // ids with a delivery that is not done
};

/// Wait before the next attempt after `attempts` failures.
std::int64_t backoff_ns(unsigned attempts);

}  // namespace vigil
