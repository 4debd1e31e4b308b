#include "daemon/tls_keeper.h"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace vigil {

Result<const TlsServer*, std::string> TlsKeeper::open(std::string listener, const TlsConfig& config,
                                                      TlsClients clients) {
  auto server = TlsServer::open(config, clients);
  if (!server) return server.error();
  for (const std::string& warning : (*server)->warnings()) spdlog::warn("{} ({})", warning, listener);
  servers_.push_back({std::move(listener), std::move(*server)});
  return static_cast<const TlsServer*>(servers_.back().server.get());
}

void TlsKeeper::start() {
  if (servers_.empty()) return;
  thread_ = std::thread([this] { run(); });
}

void TlsKeeper::reload() {
  const std::lock_guard lock(mutex_);
  asked_ = true;
  wake_.notify_one();
}

void TlsKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void TlsKeeper::run() {
  pthread_setname_np(pthread_self(), "tls-files");
  for (;;) {
    bool always = false;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kLookEvery, [this] { return stopping_ || asked_; });
      if (stopping_) return;
      always = std::exchange(asked_, false);
    }
    for (const Kept& kept : servers_) look(kept, always);
  }
}

void TlsKeeper::look(const Kept& kept, bool always) {
  std::string trouble;
  switch (kept.server->reload(always, trouble)) {
    case TlsServer::Reloaded::unchanged:
      return;
    case TlsServer::Reloaded::renewed:
      spdlog::info("{}: certificates and revocation lists were loaded again / 憑證與廢止清冊已重新載入",
                   kept.listener);
      for (const std::string& warning : kept.server->warnings())
        spdlog::warn("{} ({})", warning, kept.listener);
      return;
    case TlsServer::Reloaded::failed:
      spdlog::error("{}: {} - what was loaded before stays in force / 沿用先前載入的憑證", kept.listener,
                    trouble);
      return;
  }
}

}  // namespace vigil
