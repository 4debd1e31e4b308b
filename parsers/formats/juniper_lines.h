#pragma once

#include "parsers/text_template.h"

/// What Junos writes behind an event's name where it writes no structured data.
namespace vigil::junos {

#define VIGIL_ENDS "{source}/{source.port|number}->{destination}/{destination.port|number}"
#define VIGIL_NAT \
  "{source.nat.ip|ip}/{source.nat.port|number}->{destination.nat.ip|ip}/{destination.nat.port|number}"
constexpr TextRow kLines[] = {
    {"session created " VIGIL_ENDS "[ 0x0] {service_name|word}[ 0x0] " VIGIL_NAT
     "[ 0x0] {_|word} {_|word} {_|word} {_|word} {transport|number} "
     "{rule.name|word} {observer.ingress.zone|word} {observer.egress.zone|word} {event.id|number} "
     "{user}({_}) {observer.ingress.interface.name|word}"},
    {"session created " VIGIL_ENDS "[ 0x0] {service_name|word}[ 0x0] " VIGIL_NAT
     "[ 0x0] {_|word} {_|word} {transport|number} {rule.name|word} "
     "{observer.ingress.zone|word} {observer.egress.zone|word} {event.id|number}[ {user}({_}) "
     "{observer.ingress.interface.name|word}]"},
    {"session created " VIGIL_ENDS " {service_name|word}"},
    {"session closed {event.reason}: " VIGIL_ENDS "[ 0x0] {service_name|word}[ 0x0] " VIGIL_NAT
     "[ 0x0] {_|word} {_|word} {_|word} {_|word} {transport|"
     "number} {rule.name|word} {observer.ingress.zone|word} {observer.egress.zone|word} {event.id|number} "
     "{source.packets|number}({source.bytes|number}) "
     "{destination.packets|number}({destination.bytes|number}) {event.duration:seconds|number}"},
    {"session closed {event.reason}: " VIGIL_ENDS "[ 0x0] {service_name|word}[ 0x0] " VIGIL_NAT
     "[ 0x0] {_|word} {_|word} {transport|number} "
     "{rule.name|word} {observer.ingress.zone|word} {observer.egress.zone|word} {event.id|number} "
     "{source.packets|number}({source.bytes|number}) "
     "{destination.packets|number}({destination.bytes|number}) {event.duration:seconds|number}"},
    {"session closed {event.reason}: " VIGIL_ENDS " {service_name|word}"},
    {"session denied " VIGIL_ENDS "[ 0x0] {service_name|word} {transport|number}({icmp_type|number}) "
                                  "{rule.name|word} {observer.ingress.zone|word} "
     "{observer.egress.zone|word} {_|word} {_|word} {user}({_}) {observer.ingress.interface.name|word}"},
    {"session denied " VIGIL_ENDS "[ 0x0] {service_name|word} {transport|number}({icmp_type|number}) "
                                  "{rule.name|word} {observer.ingress.zone|word} "
     "{observer.egress.zone|word}"},
    {"session denied " VIGIL_ENDS " {service_name|word}"},
    {"IDP: {_}ttack log <{source}/{source.port|number}->{destination}/{destination.port|number}> for "
     "{transport|word} protocol and service "
     "{service_name|word} application {network.application|word} by rule {rule.id|word} of rulebase "
     "{rule.ruleset|word} in policy "
     "{policy|word}. attack: {_}action={action|word}, threat-severity={threat_severity|word}, "
     "name={attack_name}, NAT "},
    {"IDP: {_}ttack log <{source}/{source.port|number}->{destination}/{destination.port|number}> for "
     "{transport|word} protocol{_}action={action|word}, "
     "threat-severity={threat_severity|word}, name={attack_name}, "},
    {"{_}: ACTION=\"{action}\" "
     "{source|ip}({source.port|number})->{destination|ip}({destination.port|number}) "
     "CATEGORY=\"{rule.category}\" "
     "REASON=\"{event.reason}\" PROFILE=\"{rule.ruleset}\" URL={url.domain|word} OBJ={url|word} username "
     "{user|word}"},
    {"{_}: ACTION=\"{action}\" "
     "{source|ip}({source.port|number})->{destination|ip}({destination.port|number}) "
     "CATEGORY=\"{rule.category}\" "
     "REASON=\"{event.reason}\""},
    {"AntiVirus: Virus detected: from {source|ip}:{source.port|number} to "
     "{destination|ip}:{destination.port|number} source-zone "
     "{observer.ingress.zone|word} {file|word} file {_|word} virus {name|word} URL:{url|word}"},
    {"{attack_name}! source: {source|ip}:{source.port|number}, destination: "
     "{destination|ip}:{destination.port|number}, [protocol-id: "
     "{transport|number}, ]zone name: {observer.ingress.zone|word}, interface name: "
     "{observer.ingress.interface.name|word}, action: {action|word}"},
    {"{attack_name}! source: {source|ip}, destination: {destination|ip}, [protocol-id: {transport|number}, "
     "]zone name: {observer.ingress.zone|word}, "
     "interface name: {observer.ingress.interface.name|word}, action: {action|word}"},
    {"User '{user|last}' login, class '{class}' \\[{_|number}\\], ssh-connection '{ssh_connection}'"},
    {"User '{user|last}' login, class '{class}'"},
    {"User '{user|last}' logout"},
    {"Authenticated user '{user|last}' at permission level '{class}'"},
    {"Authenticated user '{user|last}' assigned to class '{class}'"},
    {"User '{user}', command '{process.command_line|last}'"},
    {"User '{user}' requested '{process.command_line}' operation"},
    {"User '{user}' {process.command_line}$"},
    {"Login failed for user '{user|last}' from host '{source}'"},
    {"Login failed for user {user|last} from host {source|word}"},
    {"Login attempt for user {user|last} from host {source|word}"},
    {"User {user|last} logged in from host {source|word} on device {terminal|word}"},
    {"Unable to authenticate {_} (username {user})"},
    {"Successful {_} (username {user})"},
    {"Threshold for unsuccessful authentication attempts ({_|number}) reached by user '{user|last}'"},
    {"{_}: unauthorized SNMP community from {source|ip} to {destination|word}"},
    {"BGP peer {destination|ip} ({_}) changed state from {state_before|word} to {state|word}"},
    {"ifIndex {_|number}, ifAdminStatus {_|word}, ifOperStatus {state|word}, ifName "
     "{observer.ingress.interface.name|word}"},
    {"FW: {observer.ingress.interface.name|word} {verdict|word} {transport|word} {source|ip} "
     "{destination|ip} {source.port|number} "
     "{destination.port|number} ({network.packets|number} packets)"},
};
#undef VIGIL_ENDS
#undef VIGIL_NAT

}  // namespace vigil::junos
