#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/alert_ledger.h"
#include "daemon/delivery.h"
#include "parsers/alert_document.h"

namespace vigil {

/// Takes alerts into the archive, each once: what it was brought before it says so, what says something new of the same alert
/// becomes its next revision. One for each listener that brings alerts; it lives as long as the daemon, and is used on the
/// intake's thread.
class AlertDesk {
 public:
  AlertDesk(AlertLedger& ledger, Intake& intake, Writer& writer, Counters& counters,
            const IntakeListener& listener);
  AlertDesk(const AlertDesk&) = delete;
  AlertDesk& operator=(const AlertDesk&) = delete;

  /// Who brings them.
  struct Sender {
    std::string peer;
    std::string organisation;  ///< empty: the listener's
    std::string envelope;
    std::int64_t received_ns = 0;
  };
  struct Item {
    Alert alert;
    Tags tags{};
  };
  /// What became of an alert.
  struct Verdict {
    enum class What : std::uint8_t {
      stored,
      duplicate,  ///< it was here, saying the same
      updated,    ///< it was here, saying something else: both are kept
      refused     ///< beyond what its peer may send
    };
    What what = What::stored;
    std::uint64_t first = 0, newest = 0;  ///< sequences of the records that say it
    std::uint64_t revision = 1;
  };
  /// Called once, on the intake's thread. Verdicts, in the order of the items, are there if it is durable.
  using Done = std::function<void(Delivery::Outcome, const std::vector<Verdict>&)>;
  /// False: one of them is just being stored by somebody else. Then nothing happens but that `again` is called on the
  /// intake's thread when it is worth another try.
  bool store(const std::vector<Item>& items, const Sender& sender, Done done, std::function<void()> again);

 private:
  struct Storing;

  AlertLedger& ledger_;
  Intake& intake_;
  Writer& writer_;
  Counters& counters_;
  const IntakeListener& listener_;
  IntakeListener drill_;  ///< the same, for what is a drill
};

}  // namespace vigil
