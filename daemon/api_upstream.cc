#include "daemon/api_upstream.h"

#include <boost/json/object.hpp>

#include "parsers/render.h"

namespace vigil {

namespace json = boost::json;

json::array upstream_rows(const std::vector<const Forwarder*>& upstream, int zone_minutes) {
  json::array rows;
  for (const Forwarder* const each : upstream) {
    const UpstreamStatus status = each->status();
    json::object row{{"id", status.id},
                     {"kind", status.kind},
                     {"address", status.address},
                     {"state", json::string(upstream_state_name(status.state))},
                     {"cursor", record_id(status.cursor)},
                     {"lag_records", status.lag_records},
                     {"lag_seconds", static_cast<double>(status.lag_ns / 1'000'000) / 1000.0},
                     {"sent", status.sent},
                     {"acknowledged", status.acknowledged},
                     {"filtered", status.filtered},
                     {"looped", status.looped},
                     {"missing", status.missing},
                     {"sent_again", status.sent_again},
                     {"errors", status.errors}};
    if (status.last_acknowledged_ns != 0)
      row["last_acknowledged"] = iso_time(status.last_acknowledged_ns, zone_minutes);
    if (!status.last_error.empty()) {
      row["last_error"] = status.last_error;
      row["last_error_at"] = iso_time(status.last_error_ns, zone_minutes);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

void append_upstream_metrics(const std::vector<const Forwarder*>& upstream, Prometheus& out) {
  if (upstream.empty()) return;
  std::vector<UpstreamStatus> all;
  for (const Forwarder* const each : upstream) all.push_back(each->status());
  const auto add = [&](std::uint64_t UpstreamStatus::*member) {
    for (const UpstreamStatus& status : all) out.value({{"upstream", status.id}}, status.*member);
  };
  out.gauge("vigil_upstream_up", "1 while an upstream takes what it is sent");
  for (const UpstreamStatus& status : all) {
    const bool up =
        status.state == UpstreamStatus::State::sending || status.state == UpstreamStatus::State::idle;
    out.value({{"upstream", status.id}}, up ? 1 : 0);
  }
  out.gauge("vigil_upstream_lag_records", "records in the archive that an upstream has not acknowledged yet");
  add(&UpstreamStatus::lag_records);
  out.gauge("vigil_upstream_lag_seconds", "age of the oldest record that waits for an upstream");
  for (const UpstreamStatus& status : all)
    out.value({{"upstream", status.id}}, status.lag_ns / 1'000'000'000);
  out.counter("vigil_upstream_sent_total", "records sent, also those sent again");
  add(&UpstreamStatus::sent);
  out.counter("vigil_upstream_acknowledged_total", "records an upstream has acknowledged");
  add(&UpstreamStatus::acknowledged);
  out.counter("vigil_upstream_filtered_total", "records not meant for an upstream");
  add(&UpstreamStatus::filtered);
  out.counter("vigil_upstream_looped_total", "records not sent because they have been there");
  add(&UpstreamStatus::looped);
  out.counter("vigil_upstream_missing_total", "sequences that were gone before they could be sent");
  add(&UpstreamStatus::missing);
  out.counter("vigil_upstream_sent_again_total", "sequences sent again because the upstream had lost them");
  add(&UpstreamStatus::sent_again);
  out.counter("vigil_upstream_errors_total", "attempts that failed");
  add(&UpstreamStatus::errors);
}

}  // namespace vigil
