#include <sys/statvfs.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "daemon/api.h"
#include "daemon/api_support.h"
#include "daemon/api_upstream.h"
#include "daemon/clock.h"
#include "daemon/prometheus.h"

namespace vigil {

namespace json = boost::json;

void Api::metrics(const HttpRequest&, HttpAnswer& answer) {
  Prometheus out;
  const ArchiveStats stats = parts_.archive.stats();
  const std::int64_t now = wall_clock_ns();
  out.counter("vigil_received_total", "messages that arrived");
  for (const auto& listener : parts_.counters.listeners()) {
    out.value({{"listener", listener.id}, {"protocol", listener.protocol}}, listener.received.load());
  }
  out.counter("vigil_stored_total", "messages made durable, each under its most telling kind");
  for (std::size_t i = 0; i < Counters::kPrimaryCount; ++i) {
    out.value({{"kind", std::string(Counters::primary_name(i))}}, parts_.counters.stored_as(i));
  }
  out.counter("vigil_discarded_total", "messages not stored, by reason");
  for (std::size_t i = 0; i < static_cast<std::size_t>(Discard::count_); ++i) {
    const auto reason = static_cast<Discard>(i);
    out.value({{"reason", std::string(discard_name(reason))}}, parts_.counters.discarded_for(reason));
  }
  out.counter("vigil_dedupe_hits_total", "messages that came again and were stored once");
  out.value({}, parts_.counters.discarded_for(Discard::duplicate));
  out.counter("vigil_socket_dropped_total", "datagrams the kernel dropped on our sockets");
  for (const auto& listener : parts_.counters.listeners()) {
    if (listener.protocol == "syslog-udp" || listener.protocol == "gelf")
      out.value({{"listener", listener.id}}, listener.kernel_dropped.load());
  }
  out.counter("vigil_connections_closed_total", "connections closed by us, by reason");
  for (std::size_t i = 0; i < static_cast<std::size_t>(Closed::count_); ++i) {
    const auto reason = static_cast<Closed>(i);
    out.value({{"reason", std::string(closed_name(reason))}}, parts_.counters.closed_for(reason));
  }
  out.gauge("vigil_connections", "open connections");
  for (const auto& listener : parts_.counters.listeners()) {
    if (listener.protocol != "syslog-udp" && listener.protocol != "http")
      out.value({{"listener", listener.id}}, listener.connections.load());
  }
  if (parts_.files != nullptr) {
    const std::vector<FileStatus> files = parts_.files->status();
    out.gauge("vigil_files_open", "files that are followed");
    out.value({}, static_cast<std::uint64_t>(
                      std::count_if(files.begin(), files.end(), [](const auto& file) { return file.trouble.empty(); })));
    out.gauge("vigil_files_troubled", "paths that are named and cannot be followed");
    out.value({}, static_cast<std::uint64_t>(
                      std::count_if(files.begin(), files.end(), [](const auto& file) { return !file.trouble.empty(); })));
    out.gauge("vigil_file_behind_bytes", "bytes of a followed file not read yet");
    for (const auto& file : files) {
      if (file.trouble.empty()) out.value({{"path", readable_path(file.path)}}, file.behind);
    }
    out.counter("vigil_file_truncations_total", "times a followed file was truncated and read from its beginning again");
    out.value({}, parts_.files->restarts());
  }
  out.counter("vigil_detections_total", "rules and correlations that fired");
  for (const auto& [rule, count] : parts_.watch.detections()) out.value({{"rule", rule}}, count);
  const Watcher::Counters watched = parts_.watch.counters();
  out.counter("vigil_rule_missed_total", "matches the index would have left out; not 0 is a fault of this program");
  out.value({}, watched.missed);
  out.counter("vigil_rule_degraded_total", "answers of rules that are not sure: a regular expression took too long");
  out.value({}, watched.degraded);
  out.counter("vigil_rule_candidates_total", "rules that were asked about a record");
  out.value({}, watched.candidates);
  out.gauge("vigil_rule_lag_events", "records stored and not yet watched");
  out.value({}, parts_.watch.lag());
  out.gauge("vigil_queue_bytes", "raw bytes waiting for the journal");
  out.value({}, parts_.writer.queued_bytes());
  out.gauge("vigil_archive_bytes", "bytes on disk of sealed blocks, by kind");
  for (std::size_t i = 0; i < kKindCount; ++i) {
    out.value({{"kind", std::string(kind_name(static_cast<Kind>(i)))}}, stats.kinds[i].stored_bytes);
  }
  out.gauge("vigil_archive_raw_bytes", "raw bytes preserved, by kind");
  for (std::size_t i = 0; i < kKindCount; ++i) {
    out.value({{"kind", std::string(kind_name(static_cast<Kind>(i)))}}, stats.kinds[i].raw_bytes);
  }
  out.gauge("vigil_retention_oldest_timestamp_seconds", "receipt of the oldest record preserved, by kind");
  for (std::size_t i = 0; i < kKindCount; ++i) {
    if (stats.kinds[i].oldest_received_ns == 0) continue;
    out.value({{"kind", std::string(kind_name(static_cast<Kind>(i)))}},
              static_cast<std::uint64_t>(stats.kinds[i].oldest_received_ns / 1'000'000'000));
  }
  out.counter("vigil_block_verify_failures_total", "blocks whose decoded bytes differed at sealing");
  out.value({}, stats.verify_failures);
  out.gauge("vigil_source_last_seen_timestamp_seconds", "newest message of a source");
  parts_.sources.for_each([&out](const SourceState& state) {
    out.value(
        {{"source", state.source->host}, {"peer", state.source->peer}, {"listener", state.source->listener}},
        static_cast<std::uint64_t>(state.last_seen_ns / 1'000'000'000));
  });
  out.counter("vigil_parse_unparsed_total", "messages of a source in which no payload format was recognised");
  parts_.sources.for_each([&out](const SourceState& state) {
    out.value(
        {{"source", state.source->host}, {"peer", state.source->peer}, {"listener", state.source->listener}},
        state.unparsed.load());
  });
  // Sums per organisation and not per source: there may be 50,000, and a flood of spoofed ones would become a flood of
  // series. Which they are is told by GET /api/v1/sources and by the records of vigild.
  const auto summary = parts_.health.summary();
  const auto by_organisation = [&](std::string_view name, std::string_view help, auto member, bool grows = false) {
    grows ? out.counter(name, help) : out.gauge(name, help);
    for (const auto& [organisation, of] : summary) out.value({{"organisation", organisation}}, of.*member);
  };
  using Summary = HealthDesk::Summary;
  by_organisation("vigil_sources", "sources remembered", &Summary::sources);
  by_organisation("vigil_source_silent", "sources that are silent by their own rhythm", &Summary::silent);
  by_organisation("vigil_source_learning", "sources whose rhythm is still being learned", &Summary::learning);
  by_organisation("vigil_source_flood", "sources that send far more than usual", &Summary::flood);
  by_organisation("vigil_source_collapse", "sources that send far less than usual", &Summary::collapse);
  by_organisation("vigil_source_clock_wrong", "sources whose clock is steadily off by more than five minutes",
                  &Summary::clock_wrong);
  by_organisation("vigil_source_gap_total", "messages that never came, by their senders' own numbers",
                  &Summary::missing, true);
  out.counter("vigil_source_evicted_total", "senders no longer remembered because there were too many");
  out.value({}, parts_.sources.evicted());
  out.counter("vigil_streams_paused_seconds_total", "time in which streams were not read because the writer was behind");
  out.value({}, parts_.health.paused_seconds());
  out.counter("vigil_notify_attempts_total", "attempts to tell, by channel and result");
  for (const auto& [key, count] : parts_.dispatcher.attempts()) {
    out.value({{"channel", key.first}, {"result", key.second}}, count);
  }
  out.gauge("vigil_clock_seconds_left", "seconds until a statutory clock is due");
  parts_.desk.read([&out, now](const CaseBook& book) {
    for (const Case* incident : book.list({"*"})) {
      for (const CaseClock& clock : incident->clocks) {
        if (clock.stopped_ns) continue;
        out.value({{"incident", incident->id}, {"clock", clock.id}}, (clock.due_ns - now) / 1'000'000'000);
      }
    }
    return 0;
  });
  out.gauge("vigil_last_commit_age_seconds", "seconds since the journal was last synced");
  out.value({}, (now - parts_.writer.last_commit_ns()) / 1'000'000'000);
  append_upstream_metrics(parts_.upstream, out);
  answer.reply(200, "text/plain; version=0.0.4; charset=utf-8", out.take());
}

void Api::status(const HttpRequest&, HttpAnswer& answer) {
  const ArchiveStats stats = parts_.archive.stats();
  const std::int64_t now = wall_clock_ns();
  const int zone = zone_now();
  json::object out{{"version", VIGIL_VERSION},
                   {"started", iso_time(parts_.started_ns, zone)},
                   {"now", iso_time(now, zone)},
                   {"data", parts_.data.string()},
                   {"drill", parts_.drill}};
  json::array listeners;
  for (const auto& listener : parts_.counters.listeners()) {
    listeners.push_back(json::object{{"id", listener.id},
                                     {"protocol", listener.protocol},
                                     {"address", listener.address},
                                     {"received", listener.received.load()},
                                     {"bytes", listener.bytes.load()},
                                     {"kernel_dropped", listener.kernel_dropped.load()},
                                     {"connections", listener.connections.load()}});
  }
  out["listeners"] = std::move(listeners);
  out["upstream"] = upstream_rows(parts_.upstream, zone);
  if (parts_.files != nullptr) {
    json::array files;
    for (const FileStatus& file : parts_.files->status()) {
      json::object row{{"path", readable_path(file.path)}};
      if (file.trouble.empty()) {
        row["organisation"] = file.organisation;
        row["size"] = file.size;
        row["offset"] = file.offset;
        row["behind_bytes"] = file.behind;
      } else {
        row["trouble"] = file.trouble;
      }
      files.push_back(std::move(row));
    }
    out["files"] = std::move(files);
  }
  out["received"] = parts_.counters.received();
  out["stored"] = parts_.counters.stored();
  json::object discarded;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Discard::count_); ++i) {
    discarded[discard_name(static_cast<Discard>(i))] = parts_.counters.discarded_for(static_cast<Discard>(i));
  }
  out["discarded"] = std::move(discarded);
  out["kernel_dropped"] = parts_.counters.kernel_dropped();
  const double uptime = std::max(1.0, static_cast<double>(now - parts_.started_ns) / 1e9);
  out["rate_since_start"] = std::llround(static_cast<double>(parts_.counters.received()) / uptime);
  out["records"] = stats.records;
  out["raw_bytes"] = stats.raw_bytes;
  out["stored_bytes"] = stats.stored_bytes;
  out["index_bytes"] = stats.index_bytes;
  out["blocks"] = stats.blocks;
  out["open_records"] = stats.open_records;
  out["verify_failures"] = stats.verify_failures;
  if (stats.oldest_received_ns != 0) out["oldest"] = iso_time(stats.oldest_received_ns, zone);
  out["queue_bytes"] = parts_.writer.queued_bytes();
  out["rule_lag_events"] = parts_.watch.lag();
  const RuleKeeper::State rules = parts_.rules.state();
  out["rules"] = rules.rules->size();
  out["rules_refused"] = std::count_if(rules.problems.begin(), rules.problems.end(),
                                       [](const RuleProblem& problem) { return problem.refused; });
  std::uint64_t fired = 0;
  for (const auto& [rule, count] : parts_.watch.detections()) fired += count;
  out["detections"] = fired;
  out["sources"] = parts_.sources.size();
  HealthDesk::Summary sum;
  for (const auto& [organisation, of] : parts_.health.summary()) {
    sum.silent += of.silent;
    sum.learning += of.learning;
    sum.clock_wrong += of.clock_wrong;
    sum.flood += of.flood;
    sum.collapse += of.collapse;
    sum.missing += of.missing;
  }
  out["source_health"] = json::object{{"silent", sum.silent},           {"learning", sum.learning},
                                      {"clock_wrong", sum.clock_wrong}, {"flood", sum.flood},
                                      {"collapse", sum.collapse},       {"sender_gaps", sum.missing},
                                      {"evicted", parts_.sources.evicted()}};
  const ReportMonth reported = month_of(now, zone).previous();
  out["equipment_report"] = json::object{{"month", reported.text()}, {"due", reported.next().text() + "-05"}};
  struct statvfs disk {};
  if (::statvfs(parts_.data.c_str(), &disk) == 0) {
    out["disk_free_bytes"] = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    out["disk_bytes"] = static_cast<std::uint64_t>(disk.f_blocks) * disk.f_frsize;
  }
  out["incidents_open"] = parts_.desk.read([](const CaseBook& book) {
    const auto all = book.list({"*"});
    return std::count_if(all.begin(), all.end(), [](const Case* incident) {
      return incident->state != CaseState::closed && incident->state != CaseState::rejected;
    });
  });
  if (const auto trouble = parts_.writer.trouble()) out["trouble"] = *trouble;
  if (!parts_.recovery.clean) {
    out["recovery"] = json::object{{"what", parts_.recovery.what},
                                   {"lost_from", parts_.recovery.lost_from},
                                   {"lost_to", parts_.recovery.lost_to},
                                   {"salvaged", parts_.recovery.salvaged},
                                   {"quarantine", parts_.recovery.quarantine.string()}};
  }
  answer.reply(200, kJson, json::serialize(out) + "\n");
}

}  // namespace vigil
