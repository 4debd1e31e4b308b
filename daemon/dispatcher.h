#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/case_desk.h"
#include "daemon/evidence_desk.h"

namespace vigil {

/// Takes notices from the durable outbox and tells: each channel once, again with growing pauses until it has
/// taken it (docs/architecture.md, step 7). Draft form and bundle are made here, at the moment of telling.
/// Own thread.
class Dispatcher {
 public:
  Dispatcher(CaseDesk& desk, EvidenceDesk& evidence, std::shared_ptr<const AssetTable> assets,
             std::vector<ChannelConfig> channels);
  ~Dispatcher();
  void start();
  void stop();
  /// There may be something new to tell. Any thread.
  void wake();

  /// Attempts so far by (channel, result).
  std::map<std::pair<std::string, std::string>, std::uint64_t> attempts() const;

 private:
  void run();
  void tell(const Notice& notice);
  Result<void, std::string> deliver(const ChannelConfig& channel, const Notice& notice, const Case& incident,
                                    const NotificationForm& form, const EvidenceDesk::Bundle& bundle,
                                    std::int64_t now_ns);

  CaseDesk& desk_;
  EvidenceDesk& evidence_;
  std::shared_ptr<const AssetTable> assets_;
  std::vector<ChannelConfig> channels_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::map<std::pair<std::string, std::string>, std::uint64_t> attempts_;
  std::map<std::string, EvidenceDesk::Bundle> bundles_;  ///< by notice, made once per notice
  std::thread thread_;
};

}  // namespace vigil
