#pragma once

#include "parsers/text_template.h"

/// The sentences of switches and appliances (formats/switch_log.cc): each maker's few, one below the other.
namespace vigil::switches {

constexpr TextRow kLines[] = {
    // Extreme EXOS
    {"Login passed for user {user|last} through {method|word} ({source|ip})", "authentication", "start",
     "login", Outcome::success},
    {"Login failed for user {user|last} through {method|word} ({source|ip})", "authentication", "start",
     "login", Outcome::failure},
    {"Login passed for user {user|last} through {method|word}", "authentication", "start", "login",
     Outcome::success},
    {"Login failed for user {user|last} through {method|word}", "authentication", "start", "login",
     Outcome::failure},
    {"User {user|last} logout from {method|word} ({source|ip})", "authentication", "end", "logout",
     Outcome::success},
    {"{source|ip} ({method}) {user|word}: {process.command_line}$", "configuration", "change", "command"},
    {"Port {observer.ingress.interface.name|word} link UP at speed {speed}$", "network", "change",
     "interface_state"},
    {"Port {observer.ingress.interface.name|word} link down", "network", "change", "interface_state"},
    {"Port {observer.ingress.interface.name|word} link {state|word}", "network", "change", "interface_state"},
    // FASTPATH
    {"CLI:{source|ip}:{user|last}:User logged in", "authentication", "start", "login", Outcome::success},
    {"CLI:{source|ip}:{user|last}:User has successfully logged in", "authentication", "start", "login",
     Outcome::success},
    {"CLI:{source|ip}:{user|last}:User {user.effective|word} logged in", "authentication", "start", "login",
     Outcome::success},
    {"CLI:{source|ip}:{user|last}:User logged out", "authentication", "end", "logout", Outcome::success},
    {"CLI:{source|ip}:{user}:{process.command_line}$", "configuration", "change", "command"},
    {"Failed User Login: Unit: {_|number} User ID: {user|word}", "authentication", "start", "login",
     Outcome::failure},
    {"User {user|last} Failed to login because of authentication failures", "authentication", "start",
     "login", Outcome::failure},
    {"User {user|last} login failed", "authentication", "start", "login", Outcome::failure},
    {"Link Up: {observer.ingress.interface.name|word}", "network", "change", "interface_state"},
    {"Link Down: {observer.ingress.interface.name|word}", "network", "change", "interface_state"},
    {"'startup-config' has changed", "configuration", "change", "configuration_saved"},
    // FastIron
    {"{network.protocol:lower|word} login by {user|last} from src IP {source|ip}", "authentication", "start",
     "login", Outcome::success},
    {"{network.protocol:lower|word} logout by {user|last} from src IP {source|ip}", "authentication", "end",
     "logout", Outcome::success},
    {"{network.protocol:lower|word} terminated by {user|last} from src IP {source|ip}", "session", "end",
     "session_closed"},
    {"{network.protocol:lower|word} session by {user|last} from src IP {source|ip}", "session", "start",
     "session_opened"},
    {"{network.protocol:lower|word} access by {user|last} from src IP {source|ip}, src MAC {source.mac|word} "
     "rejected, {_|number} attempt(s)",
     "authentication", "start", "login", Outcome::failure},
    {"{network.protocol:lower|word} access[ by {user|word}] from src IP {source|ip} rejected",
     "authentication", "start", "login", Outcome::failure},
    {"{network.protocol:lower|word} Login failed for {user|word}", "authentication", "start", "login",
     Outcome::failure},
    {"Local authentication failed for user {user|word}", "authentication", "start", "login",
     Outcome::failure},
    {"Interface ethernet {observer.ingress.interface.name|word}, state {state|word}", "network", "change",
     "interface_state"},
    {"startup-config was changed by {user|last} from {_|word} client {source|ip}", "configuration", "change",
     "configuration_saved"},
    {"running-config was changed by {user|last} from {_|word} client {source|ip}", "configuration", "change",
     "configuration_changed"},
    {"running-config was changed by {user|word}", "configuration", "change", "configuration_changed"},
    {"VLAN {network.vlan.id|number} Port {observer.ingress.interface.name|word} STP State -> {state|word}",
     "network", "change", "interface_state"},
    // D-Link
    {"Successful login through {method} (Username: {user|last}, IP: {source|ip}", "authentication", "start",
     "login", Outcome::success},
    {"Login failed through {method} (Username: {user|last}, IP: {source|ip}", "authentication", "start",
     "login", Outcome::failure},
    {"Logout through {method} (Username: {user|last}, IP: {source|ip}", "authentication", "end", "logout",
     Outcome::success},
    {"Successful login through {method} (Username: {user|last})", "authentication", "start", "login",
     Outcome::success},
    {"Login failed through {method} (Username: {user|last})", "authentication", "start", "login",
     Outcome::failure},
    // Omada
    {"\\[Failed\\]{_} {user|word} failed to log in to the controller from {source|ip}", "authentication",
     "start", "login", Outcome::failure},
    {"\\[{role}\\] {user|word} logged in to the controller from {source|ip}", "authentication", "start",
     "login", Outcome::success},
    {"{role|word} {user|word} logged in to the controller from {source|ip}", "authentication", "start",
     "login", Outcome::success},
    {"\\[client:{source.domain}:{source.mac}\\] is connected to \\[{_}\\] with SSID \"{network.name}\"",
     "session", "start", "wireless_joined"},
    {"\\[client:{source.domain}:{source.mac}\\] is disconnected from {_}$", "session", "end",
     "wireless_left"},
    // Radware
    {"{count|number} attacks of type \"{rule.category}\" started between {_}Attack name: {rule.name}; Source "
     "IP: {source|ip}; Destination IPs: "
     "{destination|ip}",
     "intrusion_detection", "info", "attack"},
    {"User {user|last} Session with client {client|word} was terminated due to {event.reason}.$", "session",
     "end", "session_closed"},
    {"User {user|last} login failed{_}$", "authentication", "start", "login", Outcome::failure},
    {"Login failed via {method|word} by user {user|word} (Source IP: {source|ip})", "authentication", "start",
     "login", Outcome::failure},
    {"User {user|last} logged in via {method|word} (IP: {source|ip})", "authentication", "start", "login",
     Outcome::success},
    // A10
    {"A session for user \"{user|last}\" from {source|ip} has been opened", "session", "start",
     "session_opened"},
    {"Local authentication successful (user: {user|word}", "authentication", "start", "login",
     Outcome::success},
    {"Authentication failed for user \"{user|last}\" from {source|ip}", "authentication", "start", "login",
     Outcome::failure},
    {"User \"{user|last}\" from {source|ip} failed to log in", "authentication", "start", "login",
     Outcome::failure},
    // Fabric OS
    {"AUDIT, {_}, \\[{event.code}\\], {log.level:lower}, {_}, {user}/{role}/{source}/{method}/{_}, Event: "
     "login, Status: success,",
     "authentication", "start", "login", Outcome::success},
    {"AUDIT, {_}, \\[{event.code}\\], {log.level:lower}, {_}, {user}/{role}/{source}/{method}/{_}, Event: "
     "login, Status: failed,",
     "authentication", "start", "login", Outcome::failure},
    {"AUDIT, {_}, \\[{event.code}\\], {log.level:lower}, {_}, {user}/{role}/{source}/{method}/{_}, Event: "
     "{event_name}, Status: {status|word} ",
     "configuration", "change", "audit"},
};

}  // namespace vigil::switches
