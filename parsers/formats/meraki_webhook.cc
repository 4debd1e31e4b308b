#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

// The same names stand one level deeper where a collector wrapped the document.
#define VIGIL_BOTH(name, target) \
  {name, target}, { "json." name, target }
constexpr FieldRow kRows[] = {
    VIGIL_BOTH("alertType", "event.action"),
    VIGIL_BOTH("alertTypeId", "event.code"),
    VIGIL_BOTH("alertId", "event.id"),
    VIGIL_BOTH("alertLevel", "log.level"),
    VIGIL_BOTH("deviceMac", "observer.mac"),
    VIGIL_BOTH("deviceName", "device"),
    VIGIL_BOTH("deviceSerial", "observer.serial_number"),
    VIGIL_BOTH("networkName", "network.name"),
    VIGIL_BOTH("networkId", "network_id"),
    VIGIL_BOTH("organizationId", "organization.id"),
    VIGIL_BOTH("organizationName", "organization.name"),
    VIGIL_BOTH("alertData.clientMac", "source.mac"),
    VIGIL_BOTH("alertData.mac", "source.mac"),
    VIGIL_BOTH("alertData.clientIp", "source"),
    VIGIL_BOTH("alertData.ip", "source"),
    VIGIL_BOTH("alertData.srcIp", "source:pair"),
    VIGIL_BOTH("alertData.destIp", "destination:pair"),
    VIGIL_BOTH("alertData.user", "user"),
    VIGIL_BOTH("alertData.url", "url"),
    VIGIL_BOTH("alertData.sha256", "file.hash"),
    // The webhook's password, which a log is not the place for.
    VIGIL_BOTH("sharedSecret", "_"),
};
#undef VIGIL_BOTH
constexpr FieldMap kMap(kRows);

bool claims_webhook(const SyslogHeader&, std::string_view text) {
  const std::string_view front = json_front(text);
  return contains(front, "\"alertTypeId\"") && contains(front, "\"deviceSerial\"");
}

std::optional<std::int64_t> webhook_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  constexpr SearchText kName("\"occurredAt\"");
  const std::size_t at = find_text(json_front(text), kName);
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t open = text.find('"', at + kName.size());
  if (open == std::string_view::npos) return std::nullopt;
  const std::size_t close = text.find('"', open + 1);
  return read_iso_time(text.substr(open + 1, close - open - 1), zone_minutes);
}

constexpr std::string_view kStarts[] = {"{"};
constexpr LogSource kLogSources[] = {{"cisco", "", "meraki"}};

/// What Meraki's dashboard sends to a webhook.
void parse_webhook(PayloadWriter& out) {
  out.log_source("cisco", {}, "meraki");
  if (!put_json(out, kMap)) return;
  out.observer("Cisco", "Meraki", "network");
  out.classify("network", "info");
}

constexpr std::string_view kJsonMarks[] = {"alertTypeId\""};

}  // namespace

extern const FormatSpec kFormat_meraki_webhook = {
    .number = Format{28},
    .name = "meraki_webhook",
    .title = "Cisco Meraki dashboard",
    .sample =
        R"({"version":"0.1","organizationId":"1","networkName":"Main","deviceSerial":"Q2XX-XXXX-XXXX","alertTypeId":"settings_changed"})",
    .rank = 100,
    .starts = kStarts,
    .claims = claims_webhook,
    .json_marks = kJsonMarks,
    .parse = parse_webhook,
    .time = webhook_time,
    .kinds = Kind::device,
    .log_sources = kLogSources,
    .writing = Writing::json,
    .own_action = true,
};

}  // namespace vigil
