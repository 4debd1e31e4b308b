#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "parsers/event.h"
#include "rules/observation.h"

namespace vigil {

/// The Linux audit system writes one call as several records of one number: SYSCALL has the program and who ran it, EXECVE its
/// arguments. Rules about started programs (`category: process_creation`) want both, so what SYSCALL said is added to the
/// EXECVE record behind it.
///
/// Remembers the last few calls of all senders, no matter how many there are: the records of one follow each other closely.
/// Only the stream knows it; the archive keeps the records as they came. One thread.
class AuditJoin {
 public:
  /// To be called with every message, in order. Cheap for what is no record of auditd's.
  void note(const Observation& observation);
  /// Adds to a parsed EXECVE record what its SYSCALL record said: process.executable, process.name, process.pid,
  /// process.parent.pid, and who. Values are copied into `arena`.
  void complete(const Observation& observation, Event& event, Arena& arena);

 private:
  static constexpr std::size_t kCalls = 64;
  struct Call {
    std::string sender, number;  ///< "1604994496.155:92733", unique on its machine
    std::string record;          ///< the text
  };
  std::array<Call, kCalls> calls_;
  std::size_t next_ = 0;
  Event call_event_;
  Arena call_arena_;
};

}  // namespace vigil
