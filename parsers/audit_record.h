#pragma once

#include <optional>
#include <string_view>

#include "parsers/payload_writer.h"

/// Records of the Linux audit system, as auditd writes them into its file and audisp or the kernel send them by syslog.
namespace vigil {

/// The record in a text: "type=USER_AUTH msg=audit(1795157940.123:42): …", what stands before it ("node=web1 ", "audit: ")
/// left out. Empty if there is none.
struct AuditRecord {
  std::string_view node, type, seconds, serial, body;
};
AuditRecord find_audit_record(std::string_view text);

void parse_audit_record(PayloadWriter& out, const AuditRecord& record);

std::optional<std::int64_t> audit_time(std::string_view text);

/// True for the records of authentication: cheap, for the kinds at arrival.
bool is_audit_logon(std::string_view text);

}  // namespace vigil
