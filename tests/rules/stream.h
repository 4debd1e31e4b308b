#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/record.h"
#include "rules/watcher.h"

namespace vigil::test {

/// Feeds raw frames to a Watcher as the daemon does.
class Stream {
 public:
  explicit Stream(std::shared_ptr<const RuleSet> rules) : watcher(std::move(rules)) {
    source.peer = "192.0.2.1";
    source.host = "srv1";
    source.organisation = "school-a";
    source.system = "grades";
  }

  /// One frame at `second` of the day, as that transport carries it; returns what fired.
  std::vector<Detection> feed(std::string_view frame, double second, std::string_view carried_by = {}) {
    Arena arena;
    ParseContext context;
    context.received_ns = kStart + static_cast<std::int64_t>(second * 1e9);
    context.peer = source.peer;
    context.transport = carried_by;
    if (!carried_by.empty()) source.transport = carried_by;
    SyslogHeader header;
    read_record_header(frame, context, arena, header);
    Observation observation;
    observation.header = &header;
    observation.format = detect_format(header);
    observation.source = &source;
    observation.sequence = ++sequence;
    observation.received_ns = observation.event_ns = context.received_ns;
    std::vector<Detection> out;
    watcher.observe(observation, out);
    for (const Detection& detection : out) fired.push_back(detection);
    return out;
  }

  /// Titles of everything that fired so far, in order, joined by "; ".
  std::string titles() const {
    std::string text;
    for (const Detection& detection : fired) {
      if (!text.empty()) text += "; ";
      text += detection.rule->title;
    }
    return text;
  }

  static constexpr std::int64_t kStart = 1'795'158'000'000'000'000;  // 2026-11-20T07:00:00Z

  Watcher watcher;
  Source source;
  std::uint64_t sequence = 0;
  std::vector<Detection> fired;
};

}  // namespace vigil::test
