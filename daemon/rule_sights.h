#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "parsers/batch.h"
#include "rules/rule_coverage.h"
#include "storage/archive.h"

namespace vigil {

/// Which kinds of messages are received and which fields they have: what coverage holds rules against.
///
/// Looks at committed batches on a thread of its own, at up to kLooksPerSecond messages: on a school's server that is every
/// one; on a busy one it is a sample in which each sender and format is heard. What has not been seen for kDaysKept days is
/// forgotten. Durable under "rule-seen/…", written once a minute. Thread-safe.
class RuleSights {
 public:
  static constexpr unsigned kLooksPerSecond = 2000;
  static constexpr std::int64_t kDaysKept = 30;
  /// Kinds told apart, and fields of one: a sender that makes up names fills no memory.
  static constexpr std::size_t kKindsMax = 4000, kFieldsMax = 600;

  explicit RuleSights(Archive& archive);
  ~RuleSights() { stop(); }
  void start();
  void stop();

  /// A committed batch; never blocks. For the writer's thread.
  void offer(const std::shared_ptr<Batch>& batch);

  /// What was seen up to now. Waits a little for what is still to be looked at.
  std::vector<sigma::Sighting> seen(std::int64_t now_ns);

 private:
  struct Kind {
    std::int64_t last_day = 0;
    std::map<std::string, std::int64_t, std::less<>> fields;  ///< name -> day it was last seen
    bool dirty = false;
  };

  void run();
  void look_back();
  void look_at(const Batch& batch);
  void look(const Event& event, std::int64_t now_ns);
  void note(const LogSource& source, std::string_view code, const Event& event, std::int64_t day);
  bool may_look(const Source* source, Format format);
  void write();

  Archive& archive_;
  std::mutex mutex_;  ///< of queue_, stopping_ and busy_
  std::condition_variable wake_, idle_;
  std::deque<std::shared_ptr<Batch>> queue_;
  bool stopping_ = false, busy_ = false;

  std::mutex kinds_mutex_;
  std::map<std::string, Kind, std::less<>> kinds_;  ///< by product, category, service, code with \x1f between

  // Of our thread alone.
  Event event_;
  Arena arena_;
  std::unordered_map<std::uint64_t, unsigned> met_;  ///< in this second, by sender and format
  unsigned looks_left_ = kLooksPerSecond;
  std::chrono::steady_clock::time_point second_, written_;
  std::thread thread_;
};

}  // namespace vigil
