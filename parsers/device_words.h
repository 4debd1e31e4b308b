#pragma once

#include <cstdint>
#include <string_view>

#include "parsers/payload_writer.h"

/// The words that network devices share for what they did with a connection, a logon, a threat.
namespace vigil {

enum class Verdict : std::uint8_t { none, allowed, denied };

/// "accept", "Allowed", "pass" … and "deny", "Drop", "reset-both", "Blocked" …; a word that says neither is none.
Verdict verdict_of(std::string_view word);

/// "success", "Succeeded", "OK" … and "failed", "Failure", "denied", "invalid" …; a word that says neither is none.
Outcome outcome_of(std::string_view word);

/// event.type "allowed" or "denied", as the verdict of that word.
void add_verdict(PayloadWriter& out, std::string_view word);

/// event.severity by ArcSight's and most vendors' words: informational 1, low 3, medium 5, high 7, critical 9; and by
/// syslog's. Words of neither are nothing.
void add_severity_word(PayloadWriter& out, std::string_view word);

/// event.start or event.end (`name`) as RFC 3339, in a zone so many minutes east of Greenwich.
void add_time(PayloadWriter& out, std::string_view name, std::int64_t time_ns, int zone_minutes = 0);
/// `name` as the sum of two texts of digits; nothing if one is none.
void add_sum(PayloadWriter& out, std::string_view name, std::string_view a, std::string_view b);

/// user.name and source.user.name of the writer's event, whichever lacks, from the other.
void share_user(PayloadWriter& out);

}  // namespace vigil
