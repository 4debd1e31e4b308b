#include "rules/audit_join.h"

#include <algorithm>
#include <string_view>

#include "parsers/audit_record.h"
#include "parsers/format.h"
#include "parsers/payload_text.h"
#include "parsers/record.h"
#include "rules/log_routes.h"

namespace vigil {
namespace {

/// Longer records are cut: what is wanted stands in front.
constexpr std::size_t kRecordBytesMax = 1024;

constexpr std::string_view kOfCall[] = {"process.executable", "process.name", "process.pid", "process.parent.pid",
                                        "user.id", "user.name", "user.effective.id", "user.effective.name", "user.group.id"};

/// Empty where it is no record of auditd's.
std::string_view audit_text(const Observation& observation) {
  if (!sigma::is_of_auditd(observation.format)) return {};
  return payload_text(*observation.header, *find_format(observation.format));
}

std::string number_of(const AuditRecord& record) { return std::string(record.seconds) + ":" + std::string(record.serial); }

std::string_view sender_of(const Observation& observation) {
  return observation.header->host_from_message ? observation.header->host : std::string_view(observation.source->host);
}

}  // namespace

void AuditJoin::note(const Observation& observation) {
  const std::string_view text = audit_text(observation);
  if (text.empty()) return;
  const AuditRecord record = find_audit_record(text);
  if (record.type != "SYSCALL" || !contains(record.body, "exe=")) return;
  Call& call = calls_[next_++ % kCalls];
  call.sender = sender_of(observation);
  call.number = number_of(record);
  call.record = text.substr(0, kRecordBytesMax);
}

void AuditJoin::complete(const Observation& observation, Event& event, Arena& arena) {
  const std::string_view text = audit_text(observation);
  if (text.empty()) return;
  const AuditRecord record = find_audit_record(text);
  if (record.type != "EXECVE") return;
  const std::string number = number_of(record);
  const std::string_view sender = sender_of(observation);
  const auto call = std::find_if(calls_.begin(), calls_.end(),
                                 [&](const Call& each) { return each.number == number && each.sender == sender; });
  if (call == calls_.end()) return;
  SyslogHeader header;
  header.text = header.message = call->record;
  call_arena_.reset();
  call_event_.clear();
  parse_event_as(observation.format, observation.event_ns, header, record_context(*observation.source, observation.received_ns),
                 call_event_, call_arena_);
  for (const std::string_view name : kOfCall) {
    const Field* const field = call_event_.find(name);
    if (field != nullptr) event.set(name, arena.copy(field->value), field->type);
  }
}

}  // namespace vigil
