#pragma once

#include "parsers/text_template.h"

/// What Cisco's switches, routers and wireless controllers say, and Arista's, which say it likewise. The text alone tells the
/// lines apart; what stands before it (%FACILITY-LEVEL-NAME) is event.code.
namespace vigil::ios {

constexpr std::string_view kAuth = "authentication", kNet = "network", kConf = "configuration", kIds = "intrusion_detection",
                           kSession = "session", kHost = "host", kIam = "iam";

#define VIGIL_LIST "{rule.name|word}[ ({rule_line|number})]"
#define VIGIL_VIA "[ ({observer.ingress.interface.name|word} {source.mac|word})][ ({observer.ingress.interface.name|word})]"

constexpr TextRow kLines[] = {
    // access lists: IPACCESSLOGP, DP, NP, RP, SP, S and those of IPv6 and IOS XR
    {"list " VIGIL_LIST " {verdict|word} {transport|word} {source|word}({source.port|number})" VIGIL_VIA
     " -> {destination|word}({destination.port|number})[ {_}], {network.packets|number} packet",
     kNet, {}, "access_list"},
    {"list " VIGIL_LIST " {verdict|word} {transport|word} {source|word}({source.port|number})" VIGIL_VIA
     " -> {destination|word}({destination.port|number})",
     kNet, {}, "access_list"},
    {"list " VIGIL_LIST " {verdict|word} {transport|word} {source|ip}" VIGIL_VIA
     " -> {destination|ip}[ ({icmp_type|number}/{icmp_code|number})][ ({_})][,] {network.packets|number} packet",
     kNet, {}, "access_list"},
    {"list " VIGIL_LIST " {verdict|word} {source|ip} {network.packets|number} packet", kNet, {}, "access_list"},
    {"list " VIGIL_LIST " {observer.ingress.interface.name|word} {verdict|word} {transport|word} "
     "[vlan {network.vlan.id|number} ]{source|word}({source.port|number}) -> {destination|word}({destination.port|number})",
     kNet, {}, "access_list"},
    {"list " VIGIL_LIST " {observer.ingress.interface.name|word} {verdict|word} {transport|word} {source|ip} -> {destination|ip}", kNet, {},
     "access_list"},
    {"access-list " VIGIL_LIST " {verdict|word} {transport|word} {source|word}({source.port|number})" VIGIL_VIA
     " -> {destination|word}({destination.port|number}), {network.packets|number} packet",
     kNet, {}, "access_list"},
    {"access-list " VIGIL_LIST " {verdict|word} {transport|word} {source|ip}" VIGIL_VIA " -> {destination|ip}[ ({_})], {network.packets|number} packet",
     kNet, {}, "access_list"},
    {"access-list logging rate-limited or missed {missed|number} packet", kNet, "info", "access_list_missed"},
    {"Source IP: {source|ip}, Destination IP: {destination|ip}, Source Port: {source.port|number}, Destination Port: "
     "{destination.port|number}, Source Interface: {observer.ingress.interface.name}, Protocol: \"{transport}\"({_|number}), {_}ACL Name: "
     "{rule.name}, ACE Action: {verdict|word}",
     kNet, {}, "access_list"},
    {"Source IP: {source|ip}, Destination IP: {destination|ip}, Source Port: {source.port|number}, Destination Port: "
     "{destination.port|number}, Source Interface: {observer.ingress.interface.name}, Protocol: \"{transport}\"",
     kNet, "info", "access_list"},
    {"Src IP: {source|ip}, Dst IP: {destination|ip}, Src Port: {source.port|number}, Dst Port: {destination.port|number}, Src Intf: "
     "{observer.ingress.interface.name}, Protocol: \"{transport}\"",
     kNet, "info", "access_list"},

    // logins: SEC_LOGIN, IOS XR's SECURITY-LOGIN, SSH, web server, privilege levels, AAA
    {"Login Success \\[user: {user|last}\\] \\[Source: {source}\\] \\[localport: {destination.port|number}\\]", kAuth, "start", "login",
     Outcome::success},
    {"Login failed \\[user: {user|last}\\] \\[Source: {source}\\] \\[localport: {destination.port|number}\\] \\[Reason: {event.reason}\\]", kAuth,
     "start", "login", Outcome::failure},
    {"Login failed \\[user: {user|last}\\] \\[Source: {source}\\]", kAuth, "start", "login", Outcome::failure},
    {"Login successful for user {user|last} on line {terminal|word} ( {source|ip} )", kAuth, "start", "login", Outcome::success},
    {"Login failed for user {user|last} on line {terminal|word} ( {source|ip} )", kAuth, "start", "login", Outcome::failure},
    {"Login successful for user {user|last} on line {terminal|word}", kAuth, "start", "login", Outcome::success},
    {"Login failed for user {user|last} on line {terminal|word}", kAuth, "start", "login", Outcome::failure},
    {"Login failed for user {user|last} - {_}$", kAuth, "start", "login", Outcome::failure},
    {"Login failed for user {user}$", kAuth, "start", "login", Outcome::failure},
    {"Login Successful from host {source|ip} by user '{user|last}' using crypto cipher '{cipher}'", kAuth, "start", "web_login", Outcome::success},
    {"Login Successful from host {source|ip} by user '{user|last}'", kAuth, "start", "web_login", Outcome::success},
    {"Login Un-Successful from host {source|ip} by user '{user|last}'", kAuth, "start", "web_login", Outcome::failure},
    {"Login failed from host {source|ip} by user '{user|last}'", kAuth, "start", "web_login", Outcome::failure},
    {"Login Attempt Failed from host {source|ip} by user '{user|last}'", kAuth, "start", "web_login", Outcome::failure},
    {"Still timeleft for watching failures is {left|number} secs, \\[user: {user|last}\\] \\[Source: {source}\\] \\[localport: "
     "{destination.port|number}\\]",
     kHost, "info", "quiet_mode_on"},
    {"Quiet Mode is OFF", kHost, "info", "quiet_mode_off"},
    {"Successfully authenticated user '{user|last}' from '{source}' on '{terminal}'", kAuth, "start", "login", Outcome::success},
    {"Failed authentication attempt by user '{user|last}' from '{source}' on '{terminal}'", kAuth, "start", "login", Outcome::failure},
    {"Successfully authenticated user '{user|last}' from '{source}'", kAuth, "start", "login", Outcome::success},
    {"User '{user|last}' authentication for SSH{_|number} Session from {source|word} (tty = {terminal|number}) using crypto cipher '{cipher}', hmac "
     "'{hmac}' Succeeded",
     kAuth, "start", "ssh_login", Outcome::success, "network.protocol=ssh"},
    {"User '{user|last}' authentication for SSH{_|number} Session from {source|word} (tty = {terminal|number}) using crypto cipher '{cipher}', hmac "
     "'{hmac}' Failed",
     kAuth, "start", "ssh_login", Outcome::failure, "network.protocol=ssh"},
    {"SSH{_|number} Session request from {source|word} (tty = {terminal|number}) using crypto cipher '{cipher}', hmac '{hmac}' {result|word}", kNet,
     "connection", "ssh_connection", Outcome::none, "network.protocol=ssh"},
    {"SSH{_|number} Session from {source|word} (tty = {terminal|number}) for user '{user|last}' using crypto cipher '{cipher}', hmac '{hmac}' closed",
     kSession, "end", "ssh_session_closed", Outcome::none, "network.protocol=ssh"},
    {"SSH{_|number} connection request from {source|ip} (tty = {terminal|number}) ", kNet, "connection", "ssh_connection", Outcome::none,
     "network.protocol=ssh"},
    {"Authentication to privilege level {privilege|number} failed by {user|last} on {terminal|word} ({source})", kAuth, "start", "enable",
     Outcome::failure},
    {"Authentication to privilege level {privilege|number} failed by {user|last} on {terminal|word}", kAuth, "start", "enable", Outcome::failure},
    {"Privilege level set to {privilege|number} by {user|last} on {terminal|word}[ ({source})]$", kAuth, "change", "enable", Outcome::success},
    {"user {user|last} logged in \\[from: {source}\\][ \\[service: {network.protocol}\\]]", kAuth, "start", "login", Outcome::success},
    {"user {user|last} failed to login \\[from: {source}\\][ \\[service: {network.protocol}\\]][ \\[reason: {event.reason}\\]]", kAuth, "start", "login",
     Outcome::failure},
    {"user {user|last} logged out \\[from: {source}\\]", kAuth, "end", "logout", Outcome::success},
    {"Authentication succeeded for {user_type|word} user '{user|last}'[ on {source|ip}]", kAuth, "start", "login", Outcome::success},
    {"Authentication failed for {user_type|word} user '{user|last}'[ on {source|ip}]", kAuth, "start", "login", Outcome::failure},
    {"Authentication Succeeded for {user_type|word} user '{user|last}'[ on {source|ip}]", kAuth, "start", "login", Outcome::success},
    {"Authentication Failed for {user_type|word} user '{user|last}'[ on {source|ip}]", kAuth, "start", "login", Outcome::failure},
    {"Authentication {_|word} for admin user '{user|last}'", kAuth, "start", "login", Outcome::unknown},
    {"User {user|last} has exited tty session {terminal|number}({source})", kAuth, "end", "logout", Outcome::success},
    {"User {user|last} has exited tty session", kAuth, "end", "logout", Outcome::success},
    {"(exec timer expired, tty {terminal|number} ({source})), user {user}$", kSession, "end", "session_expired"},
    {"User {user|last} logged in from {source|ip}", kAuth, "start", "login", Outcome::success},

    // what NX-OS passes on of its own sshd, PAM and sudo (SYSTEM_MSG)
    {"pam_aaa:Authentication failed for user {user|last} from {source|word}", kAuth, "start", "login", Outcome::failure},
    {"pam_aaa:Authentication success for user {user|last} from {source|word}", kAuth, "start", "login", Outcome::success},
    {"error: PAM: Authentication failure for [illegal user ]{user|last} from {source|word}", kAuth, "start", "ssh_login", Outcome::failure},
    {"pam_unix({pam_service}:auth): authentication failure; {_} rhost={source}[ ] user={user|word}", kAuth, "start", "login", Outcome::failure},
    {"Failed password for [invalid user ]{user|last} from {source|ip} port {source.port|number}", kAuth, "start", "ssh_login", Outcome::failure},
    {"Accepted {method|word} for {user|last} from {source|ip} port {source.port|number}", kAuth, "start", "ssh_login", Outcome::success},
    {"Invalid user {user|last} from {source|ip}", kAuth, "info", "ssh_invalid_user"},
    {"{user|word} : TTY={terminal|word} ; PWD={process.working_directory} ; USER={user.effective|word} ; COMMAND={process.command_line|last} - sudo",
     "process", "start", "sudo"},
    {"Configured from {_|word} by {user|last} on {source|ip}@{terminal|word}", kConf, "change", "configured"},

    // configuration and commands
    {"Configured from {config_source} by {user|last} on {terminal|word} ({source})", kConf, "change", "configured"},
    {"Configured from {config_source} by {terminal|word} ({source|ip})", kConf, "change", "configured"},
    {"Configured from {config_source} by {user|word}$", kConf, "change", "configured"},
    {"Configured from {config_source} by {user|word} on {terminal|word}$", kConf, "change", "configured"},
    {"Configured programmatically by process {process.name} from {config_source} as {user|word} on {terminal|word}", kConf, "change", "configured"},
    {"Configured by {user|word}", kConf, "change", "configured"},
    {"Enter configuration mode from {config_source|word} by {user|last} on {terminal|word} ({source})", kConf, "change", "configuration_entered"},
    {"Configuration committed by user '{user|last}'", kConf, "change", "configured"},
    {"Configuration {_} by {user|last} on {terminal|word} ({source})", kConf, "change", "configured"},
    {"User:{user|last} logged command:{process.command_line}$", kConf, "change", "command"},
    {"Reload requested by {user|last} on {terminal|word} ({source|ip}). Reload Reason: {event.reason}$", kHost, "change", "reload"},
    {"Reload requested by {user|word}", kHost, "change", "reload"},
    {"start:{source}@{terminal}:{user}:{_}$", kSession, "start", "accounting"},
    {"stop:{source}@{terminal}:{user}:{event.reason}$", kSession, "end", "accounting"},
    {"update:{source}@{terminal}:{user}:{process.command_line|last} ({result})$", kConf, "info", "command"},
    {"update:{source}@{terminal}:{user}:{process.command_line}$", kConf, "info", "command"},
    {"System clock has been updated from {_} configured from {config_source} by {user|last} on {terminal|word} ({source|ip})", kConf, "change",
     "clock_set"},
    {"Configuration copy started (PID {process.pid|number})", kConf, "info", "configuration_saved"},

    // 802.1X, MAC authentication, port security, snooping
    {"Authentication successful for client ({source.mac}) [with reason ({event.reason}) ]on Interface {observer.ingress.interface.name|word} AuditSessionID {session|word} Username: {user|word}",
     kAuth, "start", "network_login", Outcome::success},
    {"Authentication successful for client ({source.mac}) [with reason ({event.reason}) ]on Interface {observer.ingress.interface.name|word} AuditSessionID {session|word}",
     kAuth, "start", "network_login", Outcome::success},
    {"Authentication successful for client ({source.mac}) [with reason ({event.reason}) ]on Interface {observer.ingress.interface.name|word}",
     kAuth, "start", "network_login", Outcome::success},
    {"Authentication failed for client ({source.mac}) [with reason ({event.reason}) ]on Interface {observer.ingress.interface.name|word} AuditSessionID {session|word} Username: {user|word}",
     kAuth, "start", "network_login", Outcome::failure},
    {"Authentication failed for client ({source.mac}) [with reason ({event.reason}) ]on Interface {observer.ingress.interface.name|word} AuditSessionID {session|word}",
     kAuth, "start", "network_login", Outcome::failure},
    {"Authentication failed for client ({source.mac}) [with reason ({event.reason}) ]on Interface {observer.ingress.interface.name|word}",
     kAuth, "start", "network_login", Outcome::failure},
    {"Authentication result '{result}' from '{method}' for client ({source.mac}) on Interface {observer.ingress.interface.name|word}", kNet, "info",
     "network_login_result"},
    {"Authorization succeeded for client ({source.mac}) on Interface {observer.ingress.interface.name|word}", kNet, "allowed", "port_authorized"},
    {"Authorization failed[ or unapplied] for client ({source.mac}) on Interface {observer.ingress.interface.name|word}", kNet, "denied",
     "port_not_authorized"},
    {"Starting '{method}' for client ({source.mac}) on Interface {observer.ingress.interface.name|word}", kNet, "start", "network_login_started"},
    {"VLAN {network.vlan.id|number} assigned to Interface {observer.ingress.interface.name|word}", kNet, "info", "vlan_assigned"},
    {"Security violation on the interface {observer.ingress.interface.name|word}, new MAC address ({source.mac}) is seen", kIds, "denied",
     "port_security"},
    {"Security violation occurred, caused by MAC address {source.mac|word} on port {observer.ingress.interface.name}.$", kIds, "denied",
     "port_security"},
    {"{event.reason} error detected on {observer.ingress.interface.name}, putting {_} in err-disable state", kHost, "change", "port_disabled"},
    {"DHCP_SNOOPING drop message on untrusted port, message type: {dhcp_message|word}, MAC sa: {source.mac|word}", kIds, "denied", "dhcp_snooping",
     Outcome::none, "network.protocol=dhcp"},
    {"DHCP_SNOOPING drop message because the chaddr doesn't match source mac, message type: {dhcp_message|word}, chaddr: {_|word}, MAC sa: "
     "{source.mac|word}",
     kIds, "denied", "dhcp_snooping", Outcome::none, "network.protocol=dhcp"},
    {"DHCP_SNOOPING drop message {_}MAC sa: {source.mac|word}", kIds, "denied", "dhcp_snooping", Outcome::none, "network.protocol=dhcp"},
    {"{count|number} Invalid ARPs ({arp|word}) on {observer.ingress.interface.name}, vlan {network.vlan.id|number}.(\\[{source.mac}/{source|ip}/"
     "{destination.mac}/{destination|ip}/",
     kIds, "denied", "arp_inspection"},
    {"Duplicate address {source|ip} on {observer.ingress.interface.name|word}, sourced by {source.mac|word}", kNet, "info", "duplicate_address"},
    {"Host {source.mac|word} in vlan {network.vlan.id|number} is flapping between port {port_a} and port {port_b|word}", kNet, "info", "mac_flapping"},
    {"Mac {source.mac|word} in vlan {network.vlan.id|number} has moved from {port_a} to {port_b|word}", kNet, "info", "mac_moved"},
    {"arp \\[{process.pid|number}\\] {_} from {source.mac|word} on {observer.ingress.interface.name|word}", kNet, "info", "arp_invalid", Outcome::none,
     "network.protocol=arp"},
    {"{_} \\[{process.pid|number}\\] {_}Detected a potential duplicate host {source|ip}", kNet, "info", "duplicate_address"},

    // interfaces and neighbours
    {"Line protocol on Interface {observer.ingress.interface.name}, changed state to {state|word}", kNet, "change", "interface_state"},
    {"Line Protocol on Interface {observer.ingress.interface.name}, changed state to {state|word}", kNet, "change", "interface_state"},
    {"Interface {observer.ingress.interface.name}, changed state to {state}$", kNet, "change", "interface_state"},
    {"Interface {observer.ingress.interface.name|word} is {state|word} ({event.reason})", kNet, "change", "interface_state"},
    {"Interface {observer.ingress.interface.name|word} is {state}$", kNet, "change", "interface_state"},
    {"Interface {observer.ingress.interface.name}, {event.reason}$", kNet, "change", "interface_state"},
    {"Process {_|word}, Nbr {destination|ip} on {observer.ingress.interface.name|word} from {state_before|word} to {state|word}, {event.reason}$", kNet,
     "change", "neighbour_state", Outcome::none, "network.protocol=ospf"},
    {"neighbor {destination|ip}[ vpn vrf {vrf|word}] {state|word} {event.reason}$", kNet, "change", "neighbour_state", Outcome::none,
     "network.protocol=bgp"},
    {"neighbor {destination|ip} {state|word}", kNet, "change", "neighbour_state", Outcome::none, "network.protocol=bgp"},
    {"{notification|word} {_|word} neighbor {destination|ip} {event.reason}$", kNet, "info", "neighbour_notification", Outcome::none,
     "network.protocol=bgp"},
    {"EIGRP-IPv{_|number} {_|number}: Neighbor {destination|ip} ({observer.ingress.interface.name}) is {state}: {event.reason}$", kNet, "change",
     "neighbour_state"},
    {"LDP Neighbor {destination|ip}:{_|number} ({_}) is {state|word}", kNet, "change", "neighbour_state"},
    {"No MD5 digest from {source|ip}({source.port|number}) to {destination|ip}({destination.port|number})", kNet, "denied",
     "routing_authentication_failed"},
    {"No MD5 digest from {source|ip}:{source.port|number} to {destination|ip}:{destination.port|number}", kNet, "denied",
     "routing_authentication_failed"},
    {"Invalid MD5 digest from {source|ip}({source.port|number}) to {destination|ip}({destination.port|number})", kNet, "denied",
     "routing_authentication_failed"},
    {"Invalid MD5 digest from {source|ip}:{source.port|number} to {destination|ip}:{destination.port|number}", kNet, "denied",
     "routing_authentication_failed"},
    {"Received ({_}) Join from {source|ip} for invalid RP {destination|ip}", kNet, "info"},
    {"RADIUS server {destination|ip}:{destination.port|number},{_} is not responding", kHost, "error", "aaa_server_unreachable"},
    {"RADIUS server {destination|ip}:{destination.port|number},{_} has returned", kHost, "info", "aaa_server_back"},

    // firewall, IPS, tunnels
    {"Sig:{rule.id|number} Subsig:{subsignature|number} Sev:{event.severity|number} {rule.name} \\[{source|ip}:{source.port|number} -> "
     "{destination|ip}:{destination.port|number}\\]",
     kIds, "info", "signature_matched"},
    {"{_}:Stop {network.protocol|word} session: initiator ({source|ip}:{source.port|number}) sent {source.bytes|number} bytes -- responder "
     "({destination|ip}:{destination.port|number}) sent {destination.bytes|number} bytes",
     kNet, "end", "connection_ended"},
    {"{_}:Start {network.protocol|word} session: initiator ({source|ip}:{source.port|number}) -- responder ({destination|ip}:{destination.port|number})",
     kNet, "start", "connection_built"},
    {"Dropping {transport|word} {_|word} {source|ip}:{source.port|number} {destination|ip}:{destination.port|number} {_}due to {event.reason} with",
     kNet, "denied", "denied", Outcome::failure},
    {"Dropping {transport|word} {_|word} {source|ip}:{source.port|number} {destination|ip}:{destination.port|number}", kNet, "denied", "denied",
     Outcome::failure},
    {"decaps: rec'd IPSEC packet has invalid spi for destaddr={destination|ip}, prot={_|number}, spi={spi}, srcaddr={source|ip}", kNet, "denied",
     "ipsec_error"},

    {"Created Translation {transport|word} {source|ip}:{source.port|number} {source.nat.ip|ip}:{source.nat.port|number} "
     "{destination.nat.ip|ip}:{destination.nat.port|number} {destination|ip}:{destination.port|number}",
     kNet, "start", "translation_built"},
    {"Deleted Translation {transport|word} {source|ip}:{source.port|number} {source.nat.ip|ip}:{source.nat.port|number} "
     "{destination.nat.ip|ip}:{destination.nat.port|number} {destination|ip}:{destination.port|number}",
     kNet, "end", "translation_ended"},

    // wireless
    {"Username entry ({user}) {_} for mobile {source.mac|word}", kIam, "info", "wireless_user"},
    {"Username entry ({user}) joined with ssid ({network.name}) for device with MAC: {source.mac|word}", kSession, "start", "wireless_joined"},
    {"Username entry ({user}) is deleted for device with MAC: {source.mac|word}", kSession, "end", "wireless_left"},
    {"Username ({user}), MAC: {source.mac|word}, IP {source|ip} associated to AP ({ap}) with SSID ({network.name})", kSession, "start",
     "wireless_joined"},
    {"AP Event: AP Name: {ap}, MAC: {source.mac|word} {event.reason}$", kHost, "info", "access_point"},
    {"Max EAP identity request retries ({_|number}) exceeded for client {source.mac|word}", kNet, "info", "eap_timeout"},
    {"STA \\[{source.mac}, {source|ip}\\] {event.reason}$", kIds, "info", "arp_poison"},
};

#undef VIGIL_LIST
#undef VIGIL_VIA

}  // namespace vigil::ios
