#include "parsers/format.h"

#include <array>

#include "parsers/csv_cells.h"
#include "parsers/field_target.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

/// "2026-11-20T06:59:00.123Z,"
constexpr std::size_t kTimeSize = 24;
bool has_time(std::string_view text) {
  return text.size() > kTimeSize && text[10] == 'T' && text[19] == '.' && text[23] == 'Z' &&
         text[24] == ',' && is_digit(text[0]) && text[4] == '-';
}

// Message tracking, in the columns' order.
constexpr FieldRow kTracking[] = {
    {"client-ip", "source"},
    {"client-hostname", "source.domain"},
    {"server-ip", "destination"},
    {"server-hostname", "destination.domain"},
    {"source-context", "source_context"},
    {"connector-id", "connector_id"},
    {"source", "source_component"},
    {"event-id", "event.action"},
    {"internal-message-id", "internal_message_id"},
    {"message-id", "email.message_id"},
    {"network-message-id", "network_message_id"},
    {"recipient-address", "email.to.address"},
    {"recipient-status", "recipient_status"},
    {"total-bytes", "total_bytes"},
    {"recipient-count", "recipient_count"},
    {"related-recipient-address", "related_recipient_address"},
    {"reference", "reference"},
    {"message-subject", "email.subject"},
    {"sender-address", "email.from.address"},
    {"return-path", "return_path"},
    {"message-info", "message_info"},
    {"directionality", "directionality"},
    {"tenant-id", "tenant_id"},
    {"original-client-ip", "original_client_ip"},
    {"original-server-ip", "original_server_ip"},
};
constexpr FieldMap kTrackingMap(kTracking);

// SMTP's protocol log.
constexpr FieldRow kProtocol[] = {
    {"connector-id", "connector_id"},
    {"session-id", "session_id"},
    {"sequence-number", "event.sequence"},
    {"local-endpoint", "destination:pair"},
    {"remote-endpoint", "source:pair"},
    {"event", "event"},
    {"data", "data"},
    {"context", "context"},
};
constexpr FieldMap kProtocolMap(kProtocol);

std::string_view cell_of(std::string_view text, std::size_t wanted) {
  for (std::size_t i = 0; i < wanted; ++i) take_until(text, ',');
  return text.substr(0, text.find(','));
}

bool is_tracking(std::string_view text) {
  const std::string_view front = text.substr(0, 1024);
  const std::string_view client = cell_of(front, 1), server = cell_of(front, 3);
  if (!client.empty() && plain_address(client).empty()) return false;
  if (!server.empty() && plain_address(server).empty()) return false;
  // The context may be quoted and hold commas; the component is one of few words.
  for (const std::string_view source :
       {",SMTP,", ",STOREDRIVER,", ",ROUTING,", ",AGENT,", ",DSN,", ",GATEWAY,", ",MAILBOXRULE,", ",PICKUP,",
        ",PUBLICFOLDER,", ",QUEUE,", ",RESOLVER,", ",ADMIN,", ",BOOTLOADER,", ",DNS,",
        ",MEETINGMESSAGEPROCESSOR,", ",ORAR,", ",SAFETYNET,", ",APPROVAL,"}) {
    if (front.find(source) != std::string_view::npos) return true;
  }
  return false;
}

/// date-time,connector-id,session-id,sequence-number,…: a session's number is 16 digits in hex.
bool is_protocol(std::string_view text) {
  const std::string_view session = cell_of(text, 2);
  if (session.size() != 16 || !all_digits(cell_of(text, 3))) return false;
  for (const char c : session) {
    if (!is_digit(c) && (lower(c) < 'a' || lower(c) > 'f')) return false;
  }
  return true;
}

bool claims_exchange(const SyslogHeader&, std::string_view text) {
  if (text.starts_with('#')) {
    return text.starts_with("#Software: Microsoft Exchange") || text.starts_with("#Log-type: ") ||
           text.starts_with("#Fields: date-time,");
  }
  return has_time(text) && (is_protocol(text) || is_tracking(text));
}

std::optional<std::int64_t> exchange_time(const SyslogHeader&, std::string_view text, int) {
  if (!has_time(text)) return std::nullopt;
  return read_iso_time(text.substr(0, kTimeSize), 0);
}

void add_cells(PayloadWriter& out, std::span<const FieldRow> columns, FieldTable table) {
  CsvCells cells(out.text());
  std::string_view cell;
  cells.next(cell, out.arena());  // the time
  for (const FieldRow& column : columns) {
    if (!cells.next(cell, out.arena())) return;
    if (cell.empty()) continue;
    if (column.key == "recipient-address" || column.key == "message-id") {
      // Several recipients are parted by semicolons.
      take_prefix(cell, "<");
      take_suffix(cell, ">");
      while (!cell.empty()) out.add(table.find(column.key)->name, trim(take_until(cell, ';')));
      continue;
    }
    put(out, *table.find(column.key), cell);
  }
}

/// A line of Exchange's message tracking log, or of its SMTP protocol log:
///
///   date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,…
///   date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context
void parse_exchange(PayloadWriter& out) {
  out.log_source("exchange", {}, {});
  if (out.text().starts_with('#')) return;
  if (is_protocol(out.text())) {
    add_cells(out, kProtocol, kProtocolMap);
    out.add("network.protocol", "smtp");
    const std::string_view data = out.event().text_of("vendor.data");
    if (data.starts_with("235 ")) return out.logon("smtp_login", Outcome::success);
    if (data.starts_with("535 ")) return out.logon("smtp_login", Outcome::failure);
    return out.classify("network", "protocol", "smtp");
  }
  add_cells(out, kTracking, kTrackingMap);
  const std::string_view action = out.event().text_of("event.action");
  const bool failed = is_any(action, {"FAIL", "BADMAIL", "DROP"});
  const bool done = is_any(action, {"DELIVER", "SEND", "SENDEXTERNAL"});
  out.classify("email", "info", {}, failed ? Outcome::failure : done ? Outcome::success : Outcome::none);
}

constexpr LogSource kLogSources[] = {{"exchange", "", ""}};

}  // namespace

extern const FormatSpec kFormat_exchange = {
    .number = Format{57},
    .name = "exchange",
    .title = "Exchange: message tracking, SMTP protocol log",
    .sample =
        "2026-11-20T06:59:00.123Z,10.1.0.7,pc7,10.1.0.25,MX1,08D5;2026-11-20T06:59:00.001Z;0,MX1\\Default "
        "MX1,SMTP,RECEIVE,"
        "12345,<a1@school.example>,,ann@school.example,,2048,1,,,Hello,bob@example.net,bob@example.net,",
    .reads = Reads::line,
    .rank = 35,
    .first_bytes = "0123456789#",
    .claims = claims_exchange,
    .parse = parse_exchange,
    .time = exchange_time,
    .kinds = Kind::application,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
