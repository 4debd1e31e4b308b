#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "config/model.h"
#include "daemon/case_desk.h"
#include "daemon/writer.h"

namespace vigil {

/// Packs again what was sealed, and gives up what has been kept for its time. Works between one and six in the morning of
/// the first organisation's zone, and whenever something has waited for longer than two nights, on a thread that only gets
/// what nobody else wants of the machine; while records wait to be committed it pauses.
class NightShift {
 public:
  NightShift(Archive& archive, const Writer& writer, CaseDesk& desk, const RetentionConfig& retention,
             std::string zone)
      : archive_(archive), writer_(writer), desk_(desk), retention_(retention), zone_(std::move(zone)) {}
  ~NightShift() { stop(); }
  NightShift(const NightShift&) = delete;
  NightShift& operator=(const NightShift&) = delete;

  void start();
  void stop();

  /// The night's work now, of everything that is sealed; on the caller's thread, which gets only what is idle from then on.
  Result<NightReport, StoreError> pack_now();
  /// What is past its time now.
  Result<RetireReport, StoreError> retire_now();

 private:
  void run();
  bool go_on();
  bool is_held(const RetireRequest::Question& question) const;

  Archive& archive_;
  const Writer& writer_;
  CaseDesk& desk_;
  const RetentionConfig retention_;
  const std::string zone_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vigil
