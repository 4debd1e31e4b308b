#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/tls.h"

namespace vigil {

/// All TlsServers of this process, and a thread that loads their files again when they change, or when told to (SIGHUP).
/// What it finds stands in the log. The servers live as long as this.
class TlsKeeper {
 public:
  /// How often the files are looked at: four stat() calls a listener.
  static constexpr std::chrono::seconds kLookEvery{10};

  TlsKeeper() = default;
  ~TlsKeeper() { stop(); }
  TlsKeeper(const TlsKeeper&) = delete;
  TlsKeeper& operator=(const TlsKeeper&) = delete;

  /// Before start(). `listener` names it in the log.
  Result<const TlsServer*, std::string> open(std::string listener, const TlsConfig& config,
                                             TlsClients clients = TlsClients::read);
  void start();
  /// Any thread: loads everything again, now.
  void reload();
  void stop();

 private:
  struct Kept {
    std::string listener;
    std::unique_ptr<TlsServer> server;
  };
  void run();
  static void look(const Kept& kept, bool always);

  std::vector<Kept> servers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false, asked_ = false;
  std::thread thread_;
};

}  // namespace vigil
