#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/model.h"
#include "daemon/source_health.h"
#include "parsers/result.h"

namespace vigil {

/// The whole of vigild: opens the store, starts the threads, runs until told to stop, and leaves nothing half
/// done.
///
/// Threads: two I/O threads (sockets), writer (commits), sealer (blocks), watch (rules), dispatcher
/// (notices), and a few workers for questions. Batches move from I/O to writer to watch; nothing else is
/// shared but counters.
class Daemon {
 public:
  /// Opens the data directory and compiles the rules. The reason, ready to be shown, where that cannot be
  /// done.
  static Result<std::unique_ptr<Daemon>, std::string> open(const Config& config, const HealthOptions& health = {});
  ~Daemon();

  /// Listens, and returns after SIGTERM or SIGINT: stops reading, drains the queues, watches the rest, seals,
  /// closes. The reason where a listener cannot be opened.
  Result<void, std::string> run_until_signal();

 private:
  struct Impl;
  explicit Daemon(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigil
