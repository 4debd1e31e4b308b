#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/event.h"
#include "parsers/record.h"

namespace vigil {

struct CorpusOptions {
  std::size_t batch_bytes = 256 * 1024;
  std::size_t lanes = 1;
  std::int64_t received_ns = 1'757'000'000'000'000'000;  ///< of the first line
  std::int64_t between_ns = 20'000;                      ///< from line to line
  bool events_follow_receipt = false;                    ///< for a corpus that is told again on another day
};

/// One line of the corpus is one event, as a listener would hand it on.
inline std::vector<std::shared_ptr<Batch>> make_batches(std::string_view text, const CorpusOptions& options) {
  std::vector<std::shared_ptr<Batch>> batches;
  std::map<std::string, std::shared_ptr<const Source>, std::less<>> sources;
  Arena arena;
  std::int64_t received_ns = options.received_ns;
  std::string_view rest = text;
  std::map<const Source*, std::uint32_t> in_batch;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty()) continue;
    if (batches.empty() || batches.back()->raw_bytes >= options.batch_bytes) {
      batches.push_back(std::make_shared<Batch>());
      in_batch.clear();
    }
    Batch& batch = *batches.back();
    arena.reset();
    ParseContext context;
    context.received_ns = received_ns;
    context.peer = "192.0.2.1";
    const SyslogHeader header = parse_syslog_header(line, context, arena);
    auto& source = sources[std::string(header.host)];
    if (!source) {
      Source made;
      made.peer = "192.0.2.1";
      made.host = header.host;
      made.listener = "syslog-tcp:0.0.0.0:5514";
      made.transport = "syslog-tcp";
      made.organisation = "org-" + std::to_string(sources.size() % options.lanes);
      source = std::make_shared<const Source>(made);
    }
    const auto [known, added] =
        in_batch.try_emplace(source.get(), static_cast<std::uint32_t>(batch.sources.size()));
    if (added) batch.sources.push_back(source);
    Record record;
    record.raw = batch.arena.copy(line);
    record.received_ns = received_ns;
    record.event_ns = header.timestamp_ns;
    record.source = known->second;
    record.format = detect_format(header);
    // As an intake does it: a payload's time where the header has none.
    if (!header.has_timestamp) {
      const auto time = quick_payload_time(header, record.format, source->zone_minutes);
      if (time) record.event_ns = *time;
    }
    record.kinds = kinds_of(header, record.format);
    if (options.events_follow_receipt) record.event_ns = received_ns - received_ns % 1'000'000;
    batch.records.push_back(record);
    batch.raw_bytes += line.size();
    received_ns += options.between_ns;
  }
  return batches;
}

}  // namespace vigil
