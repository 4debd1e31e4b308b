#pragma once

#include <chrono>

#include "daemon/resend_window.h"
#include "daemon/stream_session.h"
#include "parsers/lumberjack.h"

namespace vigil {

struct BeatsOptions {
  LumberjackLimits frames;
  /// Connections of one listener, on all threads.
  std::size_t sessions_max = 1000;
  /// A window that has begun is complete within this.
  std::chrono::seconds window_timeout{300};
  /// While a window is not acknowledged the client is told so often that we are still there; Beats give up after 30 s.
  std::chrono::seconds keep_alive{5};
};

/// Makes the connections of a Beats listener: Lumberjack 1 and 2 (ingest.md 3.5). Events are committed wake by wake, the
/// window is acknowledged as a whole once all of it is durable. A full disk closes the connection: the client keeps the
/// window and comes again. What was stored of a window that was never acknowledged is not stored again (resend_window.h).
StreamListener::Make beats_sessions(BeatsOptions options, ResendWindow& resends);

}  // namespace vigil
