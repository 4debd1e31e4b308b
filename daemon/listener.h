#pragma once

namespace vigil {

/// One listening socket on one I/O thread, of whatever protocol. All on that thread.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void start() = 0;
  /// Reads and keeps what the kernel has already taken for us, where the protocol does not acknowledge; then closes.
  virtual void stop() = 0;
};

}  // namespace vigil
