#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/scenario/dice.h"
#include "tests/scenario/scenario.h"

namespace vigil::scenario {

/// Milliseconds from the start of the day.
using Moment = std::chrono::milliseconds;

/// One line of the day, ready for the wire: header and message, no framing.
struct Line {
  Moment at{0};
  const Host* host = nullptr;
  std::string bytes;
};

/// What a line says of itself before the message. Facilities: 4 auth, 9 cron, 10 authpriv, 16 to 23 local0 to
/// local7.
struct Prelude {
  int facility = 16, severity = 6;
  std::string_view app = {};
  int pid = 0;  ///< 0: no "[pid]"
};

/// A day being written. Writers (everyday.cc, attacks.cc) add lines in any order; tell() sorts them.
class Story {
 public:
  Story(const Scenario& scenario, std::chrono::system_clock::time_point end);

  void add(Moment at, const Host& host, const Prelude& prelude, std::string_view message);

  const Scenario& scenario() const { return scenario_; }
  Dice& dice() { return dice_; }
  Moment length() const { return std::chrono::duration_cast<Moment>(scenario_.length); }

  // The moment as the formats write it, in the scenario's zone.
  std::string clf_time(Moment at) const;    ///< 20/Nov/2026:14:59:00 +0800
  std::string iso_time(Moment at) const;    ///< 2026-11-20T14:59:00.123+08:00
  std::string eve_time(Moment at) const;    ///< 2026-11-20T14:59:00.123000+0800
  std::string plain_time(Moment at) const;  ///< 2026-11-20 14:59:00
  std::string bsd_time(Moment at) const;    ///< Nov 20 14:59:00
  std::int64_t epoch_ms(Moment at) const;

  /// An address of a pupil's or teacher's device.
  std::string inside_address();
  /// An address of the wide world, from the ranges kept for documentation.
  std::string outside_address();

  /// The whole day, oldest first. Equal scenario, seed and end give equal bytes.
  std::vector<Line> tell() &&;

 private:
  const Scenario& scenario_;
  std::int64_t start_ms_;  ///< UTC
  Dice dice_;
  std::vector<Line> lines_;
};

/// Adds the ordinary lines of one traffic entry. Throws std::runtime_error for a kind nobody knows.
void write_everyday(Story& story, const Traffic& traffic);
/// Adds one step. Throws as above.
void write_step(Story& story, const Step& step);

}  // namespace vigil::scenario
