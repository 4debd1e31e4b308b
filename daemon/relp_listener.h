#pragma once

#include <chrono>
#include <cstdint>

#include "daemon/resend_window.h"
#include "daemon/stream_session.h"
#include "parsers/relp.h"

namespace vigil {

struct RelpOptions {
  RelpLimits frames;
  /// Connections of one listener, on all threads.
  std::size_t sessions_max = 1000;
  /// librelp keeps so many frames unacknowledged at most: no client repeats more.
  std::size_t window = 128;
  /// rsyslog keeps its connection for as long as it runs and says nothing when there is nothing to say. TCP finds out
  /// within 90 s whether it is still there.
  std::chrono::seconds idle_timeout{3600};
};

/// Makes the connections of a RELP listener (ingest.md 3.4). A frame is answered once it is durable, in the order of
/// their numbers, many in one write; all that one wake has read is committed together. While the writer's queue is full
/// nothing is read and so nothing answered, and the client waits. A full disk is answered 500, and the client keeps what it
/// has. What was decoded before a protocol error is stored and not answered.
StreamListener::Make relp_sessions(RelpOptions options, ResendWindow& resends);

}  // namespace vigil
