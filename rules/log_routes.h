#pragma once

#include <string>
#include <vector>

#include "parsers/event.h"
#include "rules/field_names.h"

namespace vigil::sigma {

/// False only if no message of that format ever gets a log source that the rule's covers. Coarse: what the parser
/// says about the single message decides (applies).
bool may_apply(Format format, const RuleLogSource& rule);

/// True if one of the event's log sources is covered by the rule's. `category: plain_text` is our own word for messages
/// that are sentences, whatever program wrote them: kernels, switches, UPS, and all that no parser knows.
bool applies(const Event& event, const RuleLogSource& rule);

/// By syslog or in its file.
bool is_of_auditd(Format format);

/// Literals (lower case) of which one stands in every message of that format to which the rule applies; none where nothing is
/// known. Of auditd's many records only EXECVE is about a program that was started.
std::vector<std::string> marks_of(Format format, const RuleLogSource& rule);

}  // namespace vigil::sigma
