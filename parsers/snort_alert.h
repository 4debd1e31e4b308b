#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "parsers/payload_writer.h"

namespace vigil {

/// Alerts as Snort and Suricata write them into text files and syslog:
///
///   alert    = [ time ] *( "[Drop]" / "[**]" ) "[" gid ":" sid ":" rev "]" message [ "[**]" ]
///              *( "[" key ": " value "]" ) [ ":" ] [ "<" interface ">" ] [ "{" protocol "}" ] ends       fast, syslog
///            / … LF time ends LF protocol " TTL:" …                                                      full
///   ends     = address [ ":" port ] " -> " address [ ":" port ]
///   time     = MM "/" DD [ "/" YY ] "-" hh ":" mm ":" ss "." fraction
///
/// and as comma separated values in the order of Snort 2's and of Snort 3's defaults.
void read_snort_alert(PayloadWriter& out);

/// The length of the time at the front; 0: there is none.
std::size_t snort_time_length(std::string_view text);
std::optional<std::int64_t> snort_time(std::string_view text, int zone_minutes, std::int64_t received_ns);

/// True if the text begins with `[1:2019401:3]`, perhaps behind `[**]` or an action in brackets.
bool begins_with_snort_rule(std::string_view text);

/// What all of them are: an alert of a network's intrusion detection. `id` is gid:sid:rev.
void add_snort_rule(PayloadWriter& out, std::string_view id, std::string_view message);
void classify_snort(PayloadWriter& out, std::string_view action);
/// A protocol's name with its number.
void add_snort_protocol(PayloadWriter& out, std::string_view protocol);
/// An address with its port behind the last colon, of IPv6 too.
void add_snort_end(PayloadWriter& out, Side side, std::string_view end, bool has_port);

}  // namespace vigil
