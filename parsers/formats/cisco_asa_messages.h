#pragma once

#include <span>

#include "parsers/text_template.h"

/// What Cisco's firewalls say, by the first three digits of the message's number (Cisco Secure Firewall ASA Series Syslog
/// Messages). What stands in front of many of them (formats/cisco_asa.cc: who it is about) is taken off before.
namespace vigil::asa {

// interface:address/port and what may hang on it: the translated address, the user in parentheses.
#define VIGIL_SRC "{observer.ingress.interface.name}:{source}/{source.port|number}"
#define VIGIL_DST "{observer.egress.interface.name}:{destination}/{destination.port|number}"
#define VIGIL_SRC_NAT "[ ({source.nat.ip|ip}/{source.nat.port|number})][ ({_}/{source.nat.port|number})]"
#define VIGIL_DST_NAT "[ ({destination.nat.ip|ip}/{destination.nat.port|number})][ ({_}/{destination.nat.port|number})]"
#define VIGIL_SRC_USER "[({source.user})]"
#define VIGIL_DST_USER "[({destination.user})]"
#define VIGIL_PAIRS "from {source}/{source.port|number} to {destination}/{destination.port|number}"

constexpr std::string_view kAuth = "authentication", kNet = "network", kConf = "configuration", kIds = "intrusion_detection",
                           kSession = "session", kIam = "iam", kHost = "host";

constexpr TextRow k103[] = {{"({unit}) {event.reason}$", kHost, "info", "failover"}};

constexpr TextRow k106[] = {
    {"Inbound TCP connection denied " VIGIL_PAIRS " flags {tcp_flags} on interface {observer.ingress.interface.name|word}", kNet, "denied",
     "denied", Outcome::failure, "network.transport=tcp;network.direction=inbound"},
    {"{network.direction:lower} {transport|word} connection denied by outbound list {rule.name|word} src {source}[/{source.port|number}] dest "
     "{destination|ip}[/{destination.port|number}]",
     kNet, "denied", "denied", Outcome::failure},
    {"Deny inbound UDP " VIGIL_PAIRS " due to DNS {dns.type|word}", kNet, "denied", "denied", Outcome::failure,
     "network.transport=udp;network.direction=inbound"},
    {"Deny inbound icmp src {observer.ingress.interface.name}:{source}[({source.user})] dst {observer.egress.interface.name}:{destination|word}[ ]("
     "type {icmp_type|number}, code {icmp_code|number})",
     kNet, "denied", "denied", Outcome::failure, "network.transport=icmp;network.direction=inbound"},
    {"Deny inbound (No xlate) {transport|word} src " VIGIL_SRC " dst " VIGIL_DST, kNet, "denied", "denied", Outcome::failure,
     "network.direction=inbound"},
    {"Deny inbound (No xlate) {transport|word} src {observer.ingress.interface.name}:{source|ip} dst {observer.egress.interface.name}:{destination|ip}",
     kNet, "denied", "denied", Outcome::failure, "network.direction=inbound"},
    {"Deny inbound {transport|word} " VIGIL_PAIRS "[ on interface {observer.ingress.interface.name|word}]", kNet, "denied", "denied",
     Outcome::failure, "network.direction=inbound"},
    {"Deny inbound [protocol ]{transport|word} src " VIGIL_SRC VIGIL_SRC_USER " dst " VIGIL_DST, kNet, "denied", "denied", Outcome::failure,
     "network.direction=inbound"},
    {"Deny inbound [protocol ]{transport|word} src {observer.ingress.interface.name}:{source|ip} dst {observer.egress.interface.name}:{destination|ip}",
     kNet, "denied", "denied", Outcome::failure, "network.direction=inbound"},
    {"Deny TCP (no connection) " VIGIL_PAIRS " flags {tcp_flags} on interface {observer.ingress.interface.name|word}", kNet, "denied",
     "no_connection", Outcome::failure, "network.transport=tcp"},
    {"Deny IP spoof from ({source|ip}) to {destination|ip} on interface {observer.ingress.interface.name|word}", kNet, "denied", "spoofed",
     Outcome::failure},
    {"Deny IP due to Land Attack from {source|ip} to {destination|ip}", kNet, "denied", "land_attack", Outcome::failure},
    {"Deny IP teardrop fragment (size = {size|number}, offset = {offset|number}) from {source|ip} to {destination|ip}", kNet, "denied", "teardrop",
     Outcome::failure},
    {"Deny IP from {source|ip} to {destination|ip}, IP options{_}", kNet, "denied", "ip_options", Outcome::failure},
    {"Deny {transport|word} reverse path check from {source|ip} to {destination|ip} on interface {observer.ingress.interface.name|word}", kNet,
     "denied", "reverse_path", Outcome::failure},
    {"Deny {transport|word} connection spoof from {source|ip} to {destination|ip} on interface {observer.ingress.interface.name|word}", kNet, "denied",
     "spoofed", Outcome::failure},
    {"Deny [protocol ]{transport|word} src {observer.ingress.interface.name}:{source}[/{source.port|number}]" VIGIL_SRC_USER
     " dst {observer.egress.interface.name}:{destination}[/{destination.port|number}]" VIGIL_DST_USER
     " (type {icmp_type|number}, code {icmp_code|number}) by access-group \"{rule.name}\"",
     kNet, "denied", "denied", Outcome::failure},
    {"Deny [protocol ]{transport|word} src " VIGIL_SRC VIGIL_SRC_USER " dst " VIGIL_DST VIGIL_DST_USER " by access-group \"{rule.name}\"", kNet,
     "denied", "denied", Outcome::failure},
    {"Deny [protocol ]{transport|word} src {observer.ingress.interface.name}:{source}[/{source.port|number}]" VIGIL_SRC_USER
     " dst {observer.egress.interface.name}:{destination|word}" VIGIL_DST_USER " by access-group \"{rule.name}\"",
     kNet, "denied", "denied", Outcome::failure},
    {"Deny src {source.mac|word} dst {destination.mac|word} by access-group \"{rule.name}\"", kNet, "denied", "denied", Outcome::failure},
    {"Dropping echo request from {source|ip} to PAT address {destination|ip}", kNet, "denied", "denied", Outcome::failure,
     "network.transport=icmp"},
    {"ICMP packet type {icmp_type|number} denied by outbound list {rule.name|word} src {source|ip} dest {destination|ip}", kNet, "denied", "denied",
     Outcome::failure, "network.transport=icmp"},
    {"Failed to determine the security context for the packet:{observer.ingress.interface.name}:{source|ip} {destination|ip}[ "
     "{transport|word}]",
     kNet, "denied"},
    {"access-list {rule.name|word} {outcome_word|word} {transport|word} for user '{user}' {observer.ingress.interface.name}/{source}({source.port|"
     "number}) -> {observer.egress.interface.name}/{destination}({destination.port|number}) hit-cnt {hits|number}",
     kNet, {}, "access_list"},
    {"access-list {rule.name|word} {outcome_word|word} {transport|word} {observer.ingress.interface.name}/{source}({source.port|number})"
     "[({source.user})] -> {observer.egress.interface.name}/{destination}({destination.port|number})[({destination.user})] hit-cnt {hits|number}",
     kNet, {}, "access_list"},
    {"Number of cached deny-flows for ACL log has reached limit ({limit|number})", kHost, "info"},
};

constexpr TextRow k107[] = {
    {"RIP auth failed from {source|ip}: version={version|word} type={type|word} mode={mode|word} sequence={sequence|number} on interface "
     "{observer.ingress.interface.name|word}",
     kNet, "error", "routing_authentication_failed"},
    {"RIP pkt failed from {source|ip}", kNet, "error"},
};
constexpr TextRow k108[] = {
    {"Terminating SMTP connection; connected from {observer.ingress.interface.name}:{source}/{source.port|number} to "
     "{observer.egress.interface.name}:{destination}/{destination.port|number}",
     kNet, "denied"},
    {"SMTP replaced {_}: out {source|ip} in {destination|ip}", kNet, "info"},
    {"{_}: {_}: {_} from " VIGIL_SRC " to " VIGIL_DST, kNet, "info"},
};

constexpr TextRow k109[] = {
    {"Auth start for user '{user}' " VIGIL_PAIRS, kAuth, "start", "auth_start"},
    {"Auth from {source}/{source.port|number} to {destination}/{destination.port|number} failed ({event.reason})[ on interface "
     "{observer.ingress.interface.name|word}]",
     kNet, "denied", "auth_proxy", Outcome::unknown},
    {"Authentication succeeded for user '{user}' " VIGIL_PAIRS "[ on interface {observer.ingress.interface.name|word}]", kAuth, "start", "auth_proxy",
     Outcome::success},
    {"Authentication failed for user '{user}' " VIGIL_PAIRS "[ on interface {observer.ingress.interface.name|word}]", kAuth, "start", "auth_proxy",
     Outcome::failure},
    {"Authentication failed for admin user {user|word} from {source|ip}", kAuth, "start", "login", Outcome::failure},
    {"Authentication failed for network user {user|word} " VIGIL_PAIRS, kAuth, "start", "auth_proxy", Outcome::failure},
    {"Authorization permitted for user '{user}' " VIGIL_PAIRS "[ on interface {observer.ingress.interface.name|word}]", kNet, "allowed",
     "authorized", Outcome::success},
    {"Authorization denied for user '{user}' " VIGIL_PAIRS "[ on interface {observer.ingress.interface.name|word}]", kNet, "denied",
     "not_authorized", Outcome::failure},
    {"Authorization denied (acl={rule.name}) for user '{user}' " VIGIL_PAIRS, kNet, "denied", "not_authorized", Outcome::failure},
    {"Authorization denied " VIGIL_PAIRS " (not authenticated)", kNet, "denied", "not_authorized", Outcome::failure},
    {"Authen Session Start: user '{user}', sid {session|number}", kSession, "start", "session_opened"},
    {"Authen Session End: user '{user}', sid {session|number}, elapsed {duration|number} seconds", kSession, "end", "session_closed"},
    {"User from {source}/{source.port|number} to {destination}/{destination.port|number} on interface {observer.ingress.interface.name|word} must "
     "authenticate",
     kNet, "denied", "must_authenticate"},
    {"User at {source|ip} exceeded auth proxy connection limit", kNet, "denied", "auth_proxy_limit"},
    {"NT Domain Authentication Failed: rejecting guest login for {user}.$", kAuth, "start", "login", Outcome::failure},
    {"\\[{aaa_protocol}\\] Unable to decipher response message Server = {destination|ip}, User = {user}", kNet, "error"},
};

constexpr TextRow k110[] = {
    {"Failed to locate egress interface for {transport|word} from {observer.ingress.interface.name}:{source}/{source.port|number} to "
     "{destination}/{destination.port|number}",
     kNet, "denied", "no_route"},
    {"No route to {destination|ip} from {source|ip}", kNet, "denied", "no_route"},
    {"Routing failed to locate next-hop for {transport|word} from " VIGIL_SRC " to " VIGIL_DST, kNet, "denied", "no_route"},
    {"Routing failed to locate next hop for {transport|word} from " VIGIL_SRC " to " VIGIL_DST, kNet, "denied", "no_route"},
};

constexpr TextRow k111[] = {
    {"Begin configuration: {source|ip} writing to {device|word}", kConf, "change", "configuration_write"},
    {"Begin configuration: {source|word} reading from {device_read|word}", kConf, "access", "configuration_read"},
    {"User '{user}', running '{program}' from IP {source}, executed '{process.command_line|last}'", kConf, "change", "command"},
    {"User '{user}', running '{program}' from IP {source}, executed {process.command_line}$", kConf, "change", "command"},
    {"User '{user}' executed the '{process.command_line|last}' command", kConf, "change", "command"},
    {"User '{user}' executed cmd: {process.command_line}$", kConf, "access", "command"},
    {"{source|word} end configuration: {result|word}", kConf, "change", "configuration_ended"},
    {"{source|word} Erase configuration", kConf, "deletion", "configuration_erased"},
    {"{source|word} Begin configuration: {result}", kConf, "change", "configuration_write"},
    {"Begin configuration: {source|word} writing to memory", kConf, "change", "configuration_write"},
    {"Begin configuration: {source|word} {what}$", kConf, "change", "configuration_write"},
};

constexpr TextRow k113[] = {
    {"AAA user authorization Successful{_}server = {destination|ip}{_}ser = {user}$", kIam, "info", "aaa_authorization", Outcome::success},
    {"AAA user accounting Successful{_}server = {destination|ip}{_}ser = {user}$", kIam, "info", "aaa_accounting", Outcome::success},
    {"AAA user authorization Rejected{_}reason = {event.reason}: server = {destination}: user = {user}: user IP = {source|word}", kIam, "denied",
     "aaa_authorization", Outcome::failure},
    {"AAA user {method} Successful{_}local database{_}user = {user}$", kAuth, "start", "login", Outcome::success},
    {"AAA user {method} Successful{_}server = {destination|ip}{_}ser = {user}$", kAuth, "start", "login", Outcome::success},
    {"AAA user {method} Successful{_}server = {destination}, User = {user}$", kAuth, "start", "login", Outcome::success},
    {"AAA user {method} Rejected{_}reason = {event.reason}: local database{_}user = {user}: user IP = {source|word}", kAuth, "start", "login",
     Outcome::failure},
    {"AAA user {method} Rejected{_}reason = {event.reason}: local database{_}user = {user}$", kAuth, "start", "login", Outcome::failure},
    {"AAA user {method} Rejected{_}reason = {event.reason}: server = {destination|ip}{_}user = {user}: user IP = {source|word}", kAuth, "start",
     "login", Outcome::failure},
    {"AAA user {method} Rejected{_}reason = {event.reason}: server = {destination|ip}{_}user = {user}$", kAuth, "start", "login",
     Outcome::failure},
    {"AAA credentials rejected{_}reason = {event.reason}: local database{_}user = {user}: user IP = {source|word}", kAuth, "start", "login",
     Outcome::failure},
    {"AAA credentials rejected{_}reason = {event.reason}: local database{_}user = {user}$", kAuth, "start", "login", Outcome::failure},
    {"AAA credentials rejected{_}reason = {event.reason}: server = {destination|ip}{_}user = {user}: user IP = {source|word}", kAuth, "start",
     "login", Outcome::failure},
    {"AAA credentials rejected{_}reason = {event.reason}: server = {destination|ip}{_}user = {user}$", kAuth, "start", "login", Outcome::failure},
    {"AAA transaction status ACCEPT{_}user = {user}$", kIam, "info", "aaa_transaction", Outcome::success},
    {"AAA transaction status REJECT{_}user = {user}$", kIam, "info", "aaa_transaction", Outcome::failure},
    {"AAA group policy for user {user|last} is being set to {group.name}$", kIam, "info", "group_policy"},
    {"AAA retrieved default group policy ({group.name}) for user = {user}$", kIam, "info", "group_policy"},
    {"AAA retrieved default group policy {group.name|word} for user {user}$", kIam, "info", "group_policy"},
    {"AAA retrieved user specific group policy ({group.name}) for user = {user}$", kIam, "info", "group_policy"},
    {"AAA retrieved user specific group policy {group.name|word} for user {user}$", kIam, "info", "group_policy"},
    {"AAA challenge received for user {user|last} from server {destination|ip}", kIam, "info", "aaa_challenge"},
    {"AAA unable to complete the request{_}Error{_}reason = {event.reason}: user = {user}$", kIam, "error", "aaa_error"},
    {"AAA authentication server not accessible{_}server = {destination|ip}{_}user = {user}$", kHost, "error", "aaa_server_unreachable"},
    {"AAA Marking {aaa_protocol|word} server {destination|word} in aaa-server group {group.name|word} as {state|word}", kHost, "info",
     "aaa_server_state"},
    {"User {user|last} locked out on exceeding {limit} successive failed authentication attempts", kAuth, "start", "account_locked",
     Outcome::failure},
    {"User {user|last} unlocked by {by}$", kIam, "change", "account_unlocked"},
    {"Attempted console login failed. User {user} did NOT have appropriate Admin Rights", kAuth, "start", "login", Outcome::failure},
    {"Attempted console login failed user '{user}'", kAuth, "start", "login", Outcome::failure},
    {"Session disconnected. Session Type: {session_type}, Duration: {duration}, Bytes xmt: {source.bytes|number}, Bytes rcv: "
     "{destination.bytes|number}, Reason: {event.reason}$",
     kSession, "end", "vpn_disconnected"},
    {"AnyConnect parent session started", kSession, "start", "vpn_session_started"},
    {"Unable to create AnyConnect parent session", kSession, "error", "vpn_session_failed", Outcome::failure},
    {"Session could not be established: {event.reason}$", kSession, "error", "vpn_session_failed", Outcome::failure},
    {"Terminating the VPN connection attempt from {group.name}. Reason: {event.reason}$", kSession, "end", "vpn_terminated"},
    {"Kerberos error: {event.reason}$", kHost, "error", "kerberos_error"},
    {"User: {user}, Unsupported downloaded ACL Entry: {rule.name}, Action: {action_taken}$", kIam, "error"},
    {"Group {group.name}: Authenticating {session_type} connection from {source|ip} with username, {user|word}, from client certificate", kAuth,
     "start", "certificate_login"},
    {"Group {group.name}: {_} Could not authenticate {session_type} connection from {source|ip}", kAuth, "start", "certificate_login",
     Outcome::failure},
};

constexpr TextRow k199[] = {
    {"Reload command executed from {source}. Reload reason: {event.reason}$", kHost, "change", "reload"},
    {"Orderly reload started at {when} by {user}. Reload reason: {event.reason}$", kHost, "change", "reload"},
};

constexpr TextRow k201[] = {
    {"Connection limit exceeded {limit} for {network.direction|word} packet " VIGIL_PAIRS " on interface {observer.ingress.interface.name|word}", kNet,
     "denied", "connection_limit"},
    {"Per-client connection limit exceeded {limit} for {network.direction|word} packet " VIGIL_PAIRS " on interface {observer.ingress.interface.name|word}",
     kNet, "denied", "connection_limit"},
    {"Embryonic connection limit exceeded {limit} for {network.direction|word} packet " VIGIL_PAIRS
     " on interface {observer.ingress.interface.name|word}",
     kNet, "denied", "connection_limit"},
    {"Too many {transport|word} connections on {what} {destination|ip}", kNet, "denied", "connection_limit"},
    {"{transport|word} connection limit of {limit|number} for host {source|ip} on {observer.ingress.interface.name|word} exceeded", kNet, "denied",
     "connection_limit"},
    {"Disallowing new connections", kNet, "denied", "connection_limit"},
};
constexpr TextRow k202[] = {{"Non-embryonic in embryonic list " VIGIL_PAIRS, kNet, "info"}};
constexpr TextRow k209[] = {
    {"Discard IP fragment set with more than {limit|number} elements: src = {source|ip}, dest = {destination|ip}, proto = {transport|word}", kNet,
     "denied", "fragment"},
    {"Fragment database limit of {limit|number} exceeded: src = {source|ip}, dest = {destination|ip}, proto = {transport|word}", kNet, "denied",
     "fragment"},
    {"Invalid IP fragment, size = {size|number} exceeds maximum size = {limit|number}: src = {source|ip}, dest = {destination|ip}, proto = "
     "{transport|word}",
     kNet, "denied", "fragment"},
};
constexpr TextRow k210[] = {
    {"{_} {transport|word} from " VIGIL_SRC " to " VIGIL_DST, kNet, "info"},
};
constexpr TextRow k212[] = {
    {"incoming SNMP request ({size|number} bytes) from IP address {source|ip} Port {source.port|number} Interface "
     "\"{observer.ingress.interface.name}\" exceeds data buffer size",
     kNet, "denied"},
    {"SNMP {_} from {source|ip}", kNet, "info"},
};

constexpr TextRow k302[] = {
    {"Built outbound {transport|word} connection {connection|number} for " VIGIL_DST VIGIL_DST_NAT VIGIL_DST_USER " to " VIGIL_SRC VIGIL_SRC_NAT
         VIGIL_SRC_USER "[ ({user})]",
     kNet, "start", "connection_built", Outcome::success, "network.direction=outbound;event.type=allowed"},
    {"Built {network.direction|word} {transport|word} connection {connection|number} for " VIGIL_SRC VIGIL_SRC_NAT VIGIL_SRC_USER
     " to " VIGIL_DST VIGIL_DST_NAT VIGIL_DST_USER "[ ({user})]",
     kNet, "start", "connection_built", Outcome::success, "event.type=allowed"},
    {"Built {network.direction|word} {transport|word} connection for faddr {destination}[/{icmp_sequence|number}][({destination.user})] gaddr "
     "[{source.nat.ip|ip}]{_}/{_|number} laddr {source}/{_|number}[({source.user})][ type {icmp_type|number} code {icmp_code|number}]",
     kNet, "start", "connection_built", Outcome::success, "event.type=allowed"},
    {"Teardown {transport|word} connection for faddr {destination}[/{icmp_sequence|number}][({destination.user})] gaddr [{source.nat.ip|ip}]{_}/{_|"
     "number} laddr {source}/{_|number}[({source.user})][ type {icmp_type|number} code {icmp_code|number}]",
     kNet, "end", "connection_ended"},
    {"Teardown {transport|word}[ state-bypass] connection {connection|number} f[or][rom] " VIGIL_SRC VIGIL_SRC_USER " to " VIGIL_DST VIGIL_DST_USER
     " duration {duration|word} bytes {network.bytes|number}[ {event.reason}]$",
     kNet, "end", "connection_ended"},
    {"Teardown stub {transport|word} connection for " VIGIL_SRC " to " VIGIL_DST
     " duration {duration|word} forwarded bytes {network.bytes|number}[ {event.reason}]$",
     kNet, "end", "connection_ended"},
    {"Built {role|word} stub {transport|word} connection for " VIGIL_SRC "[ ({source.nat.ip|ip}][/{source.nat.port|number}][{_})] to " VIGIL_DST
     "[ ({destination.nat.ip|ip}][/{destination.nat.port|number}]",
     kNet, "start", "connection_built", Outcome::success},
    {"Built {transport|word} state-bypass connection {connection|number} from " VIGIL_SRC VIGIL_SRC_NAT " to " VIGIL_DST VIGIL_DST_NAT, kNet,
     "start", "connection_built", Outcome::success, "event.type=allowed"},
    {"Built {_} connection from " VIGIL_SRC " to " VIGIL_DST, kNet, "start", "connection_built"},
    {"Rebuilt {transport|word} connection {connection|number} for faddr {destination}/{destination.port|number} gaddr "
     "{source.nat.ip|ip}/{source.nat.port|number} laddr {source}/{source.port|number}",
     kNet, "start", "connection_built"},
    {"Built H245 connection for foreign_address {destination|ip} local_address {source|ip}", kNet, "start", "connection_built"},
    {"Pre-allocate {network.protocol|word} {transport|word} connection for {destination|ip} to {source|ip}", kNet, "start"},
};

constexpr TextRow k303[] = {
    {"FTP connection from " VIGIL_SRC " to " VIGIL_DST ", user {user} {file_action|word} file {file}$", "file", "access", "ftp_transfer",
     Outcome::none, "network.protocol=ftp"},
    {"Strict FTP inspection matched {what} in policy-map {rule.name}, {_} from " VIGIL_SRC " to " VIGIL_DST, kNet, "info", "ftp_inspection",
     Outcome::none, "network.protocol=ftp"},
    {"FTP {_} command unsupported - failed strict inspection, terminating connection from " VIGIL_SRC " to " VIGIL_DST, kNet, "denied",
     "ftp_inspection", Outcome::none, "network.protocol=ftp"},
    {"{source|ip} {file_action|word} {destination|ip}:{file}$", "file", "access", "ftp_transfer", Outcome::none, "network.protocol=ftp"},
};
constexpr TextRow k304[] = {
    {"{source|ip} Accessed[ JAVA] URL {destination}:{url}$", "web", "access", "url_accessed", Outcome::success},
    {"{source.user}@{source|ip} Accessed[ JAVA] URL {destination|ip}:{url}$", "web", "access", "url_accessed", Outcome::success},
    {"{source|ip} Accessed[ JAVA] URL {user}@{destination|ip}:{url}$", "web", "access", "url_accessed", Outcome::success},
    {"Access denied URL {url|word} SRC {source|ip} DEST {destination|ip}[ on interface {observer.ingress.interface.name|word}]", "web", "denied",
     "url_denied", Outcome::failure},
    {"URL Server {destination|ip} timed out URL {url}$", "web", "error"},
    {"URL Server {destination|ip} {_}$", "web", "error"},
};

constexpr TextRow k305[] = {
    {"Built {nat_type|word} {transport|word} translation from " VIGIL_SRC VIGIL_SRC_USER " to {observer.egress.interface.name}[({_})]:{destination}/"
     "{destination.port|number}",
     kNet, "start", "translation_built", Outcome::success},
    {"Teardown {nat_type|word} {transport|word} translation from " VIGIL_SRC VIGIL_SRC_USER
     " to {observer.egress.interface.name}[({_})]:{destination}/{destination.port|number} duration {duration|word}",
     kNet, "end", "translation_ended"},
    {"Built {nat_type|word} translation from {observer.ingress.interface.name}:{source|ip}[({source.user})] to "
     "{observer.egress.interface.name}[({_})]:{destination|ip}",
     kNet, "start", "translation_built", Outcome::success},
    {"Teardown {nat_type|word} translation from {observer.ingress.interface.name}:{source|ip}[({source.user})] to "
     "{observer.egress.interface.name}[({_})]:{destination|ip} duration {duration|word}",
     kNet, "end", "translation_ended"},
    {"No translation group found for [protocol ]{transport|word} src " VIGIL_SRC " dst " VIGIL_DST, kNet, "error", "no_translation"},
    {"No translation group found for [protocol ]{transport|word} src {observer.ingress.interface.name}:{source|ip}{_} dst "
     "{observer.egress.interface.name}:{destination|ip}",
     kNet, "error", "no_translation"},
    {"{_} translation creation failed for [protocol ]{transport|word} src {observer.ingress.interface.name}:{source}/{source.port|number} dst "
     "{observer.egress.interface.name}:{destination}/{destination.port|number}",
     kNet, "error", "no_translation"},
    {"{_} translation creation failed for [protocol ]{transport|word} src {observer.ingress.interface.name}:{source|ip} dst "
     "{observer.egress.interface.name}:{destination|ip}",
     kNet, "error", "no_translation"},
    {"Asymmetric NAT rules matched for forward and reverse flows; Connection for [protocol ]{transport|word} src "
     "{observer.ingress.interface.name}:{source}[/{source.port|number}][({source.user})] dst "
     "{observer.egress.interface.name}:{destination}[/{destination.port|number}][({_}] denied",
     kNet, "denied", "asymmetric_nat", Outcome::failure},
    {"Allocated {nat_block} block of ports for translation from {observer.ingress.interface.name}:{source|ip} to "
     "{observer.egress.interface.name}:{destination|ip}",
     kNet, "start", "ports_allocated"},
    {"Released {nat_block} block of ports for translation from {observer.ingress.interface.name}:{source|ip} to "
     "{observer.egress.interface.name}:{destination|ip}",
     kNet, "end", "ports_released"},
};
constexpr TextRow k308[] = {
    {"PIX console enable password incorrect for {tries} tries (from {source|word})", kAuth, "start", "enable", Outcome::failure},
    {"console enable password incorrect for {tries} tries (from {source})", kAuth, "start", "enable", Outcome::failure},
};
constexpr TextRow k313[] = {
    {"Denied ICMP type={icmp_type|number}, code={icmp_code|number} from {source|ip} on interface {observer.ingress.interface.name|word}", kNet,
     "denied", "denied", Outcome::failure, "network.transport=icmp"},
    {"Denied ICMP type={icmp_type|number}, from [laddr ]{source|ip} on interface {observer.ingress.interface.name|word} to {destination|ip}", kNet,
     "denied", "denied", Outcome::failure, "network.transport=icmp"},
    {"Denied IPv6-ICMP type={icmp_type|number}, code={icmp_code|number} from {source|ip} on interface {observer.ingress.interface.name|word}", kNet,
     "denied", "denied", Outcome::failure, "network.transport=ipv6-icmp"},
    {"No matching connection for ICMP error message: {_|word} src {observer.ingress.interface.name}:{source|ip}[({source.user})] dst "
     "{observer.egress.interface.name}:{destination|ip} (type {icmp_type|number}, code {icmp_code|number}) on {_} interface. Original IP payload: "
     "{original_transport|word} src {original_source}/{source.port|number} dst {original_destination}/{destination.port|number}",
     kNet, "denied", "denied", Outcome::failure, "network.transport=icmp"},
    {"No matching connection for ICMP error message: {_|word} src {observer.ingress.interface.name}:{source|ip}[({source.user})] dst "
     "{observer.egress.interface.name}:{destination|ip} (type {icmp_type|number}, code {icmp_code|number}) on {_} interface",
     kNet, "denied", "denied", Outcome::failure, "network.transport=icmp"},
};
constexpr TextRow k315[] = {
    {"SSH session from {source|ip} on interface {observer.ingress.interface.name|word} for user \"{user}\" disconnected by SSH server, reason: "
     "\"{event.reason}\"",
     kSession, "end", "ssh_disconnected"},
    {"SSH session from {source|ip} on interface {observer.ingress.interface.name|word} for user \"{user}\" disconnected by SSH server, reason: "
     "{event.reason}$",
     kSession, "end", "ssh_disconnected"},
    {"SSH session from {source|ip} on interface {observer.ingress.interface.name|word} for user \"{user}\" terminated normally", kSession, "end",
     "ssh_disconnected"},
    {"Denied SSH session from {source|ip} on interface {observer.ingress.interface.name|word}", kNet, "denied", "ssh_refused"},
    {"SSH session limit exceeded. Connection request from {source|ip}", kNet, "denied", "ssh_refused"},
};
constexpr TextRow k322[] = {
    {"Deny MAC address {source.mac|word}, possible spoof attempt on interface {observer.ingress.interface.name|word}", kNet, "denied", "mac_spoof"},
    {"ARP inspection check failed for arp {what|word} received from host {source.mac|word} on interface {observer.ingress.interface.name|word}", kNet,
     "denied", "arp_spoof"},
};
constexpr TextRow k324[] = {{"{_} from " VIGIL_SRC " to " VIGIL_DST, kNet, "info"}};
constexpr TextRow k325[] = {{"{_} from {source|ip}", kNet, "info"}};
constexpr TextRow k338[] = {
    {"Dynamic {_|word} {event.action|word} {list|word} {transport|word} traffic from " VIGIL_SRC " ({_}/{source.nat.port|number}) to " VIGIL_DST
     " ({_}/{destination.nat.port|number}),[ ]{_}resolved from {list_kind|word} list: {destination.domain|word}, threat-level: "
     "{threat_level|word}, category: {rule.category|word}",
     kIds, "info"},
    {"Dynamic {_|word} {event.action|word} {list|word} {transport|word} traffic from " VIGIL_SRC " ({_}/{source.nat.port|number}) to " VIGIL_DST
     " ({_}/{destination.nat.port|number}), {_}resolved from {list_kind|word} list: {destination.domain|word}",
     kIds, "info"},
    {"Dynamic {_|word} {event.action|word} {list|word} {transport|word} traffic from " VIGIL_SRC "{_} to " VIGIL_DST, kIds, "info"},
    {"Intercepted DNS reply for {dns.question.name|word} from " VIGIL_SRC " to " VIGIL_DST ", matched {list_kind|word} list", kIds, "info",
     "dns_reply_matched"},
};
constexpr TextRow k400[] = {
    // The classic IDS of PIX and ASA: 4000nn IDS:signature text
    {"IPS:{rule.id|number} {rule.name} from {source|ip} to {destination|ip} on interface {observer.ingress.interface.name|word}", kIds, "info",
     "signature_matched"},
    {"IDS:{rule.id|number} {rule.name} from {source|ip} to {destination|ip} on interface {observer.ingress.interface.name|word}", kIds, "info",
     "signature_matched"},
};
constexpr TextRow k401[] = {
    {"Shun added: {source|ip} {destination|ip} {_}$", kNet, "change", "shun_added"},
    {"Shun deleted: {source|ip}", kNet, "change", "shun_deleted"},
    {"Shunned packet: {source|ip} = {destination|ip} on interface {observer.ingress.interface.name|word}", kNet, "denied", "shunned",
     Outcome::failure},
    {"Shunned packet: {source|ip} ==> {destination|ip} on interface {observer.ingress.interface.name|word}", kNet, "denied", "shunned",
     Outcome::failure},
    {"Shun {_} for {source|ip}", kNet, "info"},
};
constexpr TextRow k402[] = {
    {"{_}(remote IP= {source|ip}, username= {user}) to {destination|ip}", kNet, "denied", "ipsec_error"},
    {"{_} from {source|ip} (user= {user}) to {destination|ip} {_}that failed {event.reason}$", kNet, "denied", "ipsec_error"},
    {"{_} from {source|ip} (user= {user}) to {destination|ip}", kNet, "denied", "ipsec_error"},
    {"{_} from {source|ip} to {destination|ip}", kNet, "denied", "ipsec_error"},
    {"IPSEC: {_} from {source|ip}", kNet, "denied", "ipsec_error"},
    {"CRYPTO: {event.reason}$", kHost, "info"},
};
constexpr TextRow k405[] = {
    {"Received ARP {what|word} collision from {source|ip}/{source.mac|word} on interface {observer.ingress.interface.name|word}", kNet, "denied",
     "arp_collision"},
    {"Received mismatched ARP response with MAC address {source.mac|word} from {source|ip}", kNet, "denied", "arp_collision"},
};
constexpr TextRow k406[] = {
    {"FTP port command low port: {source}/{source.port|number} to {destination|ip} on interface {observer.ingress.interface.name|word}", kNet, "denied"},
    {"FTP port command different address: {source|ip}({_}) to {destination|ip} on interface {observer.ingress.interface.name|word}", kNet, "denied"},
};
constexpr TextRow k407[] = {
    {"Deny traffic for local-host {observer.ingress.interface.name}:{source|ip}, license limit of {limit|number} exceeded", kNet, "denied",
     "license_limit"},
    {"Embryonic limit {limit} for through connections exceeded.{source}/{source.port|number} to {destination}", kNet, "denied", "connection_limit"},
};
constexpr TextRow k410[] = {
    {"Dropped UDP DNS {what|word} from " VIGIL_SRC " to " VIGIL_DST "; {event.reason}$", kNet, "denied", "dns_inspection", Outcome::failure,
     "network.transport=udp;network.protocol=dns"},
    {"{_} from " VIGIL_SRC " to " VIGIL_DST "[; {event.reason}]$", kNet, "info", "dns_inspection", Outcome::none, "network.protocol=dns"},
};
constexpr TextRow k411[] = {
    {"Line protocol on {_|word} {observer.ingress.interface.name|word}, changed state to {state|word}", kNet, "change", "interface_state"},
    {"Configuration status on {_|word} {observer.ingress.interface.name|word} changed state to {state|word}", kNet, "change", "interface_state"},
    {"Interface {observer.ingress.interface.name|word}, changed state to {state|word}", kNet, "change", "interface_state"},
};
constexpr TextRow k412[] = {
    {"MAC {source.mac|word} moved from {_|word} to {observer.ingress.interface.name|word}", kNet, "info", "mac_moved"},
    {"Detected bridge table full while inserting MAC {source.mac|word} on interface {observer.ingress.interface.name|word}", kNet, "error"},
};
constexpr TextRow k415[] = {
    {"HTTP {_} - {event.action|word} {_} from " VIGIL_SRC " to " VIGIL_DST, kIds, "info"},
    {"{_} from " VIGIL_SRC " to " VIGIL_DST, kIds, "info"},
};
constexpr TextRow k416[] = {{"Dropped UDP SNMP packet from " VIGIL_SRC " to " VIGIL_DST "; {event.reason}$", kNet, "denied", "snmp_inspection"}};
constexpr TextRow k418[] = {
    {"Through-the-device packet to/from management-only network is denied: {transport|word} from {observer.ingress.interface.name|word} {source|ip} "
     "({source.port|number}) to {observer.egress.interface.name|word} {destination|ip} ({destination.port|number})",
     kNet, "denied", "denied", Outcome::failure},
    {"Through-the-device packet to/from management-only network is denied: {transport|word} src " VIGIL_SRC " dst " VIGIL_DST, kNet, "denied",
     "denied", Outcome::failure},
};
constexpr TextRow k419[] = {
    {"Dropping TCP packet from " VIGIL_SRC " to " VIGIL_DST ", reason: {event.reason}$", kNet, "denied", "denied", Outcome::failure,
     "network.transport=tcp"},
    {"Duplicate TCP SYN from " VIGIL_SRC " to " VIGIL_DST " with different initial sequence number", kNet, "info", "duplicate_syn", Outcome::none,
     "network.transport=tcp"},
    {"{_} from " VIGIL_SRC " to " VIGIL_DST, kNet, "info"},
};
constexpr TextRow k420[] = {
    {"IPS requested to {what|word} {transport|word} packet from " VIGIL_SRC " to " VIGIL_DST, kIds, "denied", "ips_dropped", Outcome::failure},
    {"IPS requested to {what|word} {transport|word} connection from " VIGIL_SRC " to " VIGIL_DST, kIds, "denied", "ips_reset", Outcome::failure},
    {"IPS requested to drop ICMP packets from {observer.ingress.interface.name}:{source|ip} to {observer.egress.interface.name}:{destination|ip}", kIds,
     "denied", "ips_dropped", Outcome::failure, "network.transport=icmp"},
};
constexpr TextRow k421[] = {
    {"{transport|word} flow from " VIGIL_SRC " to " VIGIL_DST " {event.reason}$", kNet, "info"},
};
constexpr TextRow k423[] = {
    {"{_} NBNS {_} {network.protocol|word} from " VIGIL_SRC " to " VIGIL_DST, kNet, "denied"},
    {"{_} from " VIGIL_SRC " to " VIGIL_DST, kNet, "denied"},
};
constexpr TextRow k424[] = {
    {"Packet denied{_} {transport|word} {_}" VIGIL_SRC " {_}" VIGIL_DST, kNet, "denied", "denied"},
};
constexpr TextRow k434[] = {
    {"SFR requested to drop {transport|word} packet from " VIGIL_SRC " to " VIGIL_DST, kIds, "denied", "ips_dropped", Outcome::failure},
    {"SFR requested to reset {transport|word} connection from " VIGIL_SRC " to " VIGIL_DST, kIds, "denied", "ips_reset", Outcome::failure},
    {"SFR requested {_} to bypass further packet redirection and process {transport|word} flow from " VIGIL_SRC " to " VIGIL_DST, kNet, "allowed",
     "ips_bypassed"},
};
constexpr TextRow k500[] = {
    {"ActiveX content {what|word}{_}src {source|ip} dest {destination|ip} on interface {observer.ingress.interface.name|word}", kNet, "info"},
    {"Java content {what|word}{_}src {source|ip} dest {destination|ip} on interface {observer.ingress.interface.name|word}", kNet, "info"},
    {"Bad TCP hdr length (hdrlen={_|number}, pktlen={_|number}) " VIGIL_PAIRS, kNet, "denied", "bad_packet", Outcome::none, "network.transport=tcp"},
    {"Invalid transport field for protocol={transport|word}, " VIGIL_PAIRS, kNet, "denied", "bad_packet"},
};
constexpr TextRow k502[] = {
    {"New user added to local dbase: Uname: {user.target|word} Priv: {privilege|word}", kIam, "creation", "user_added"},
    {"User deleted from local dbase: Uname: {user.target|word} Priv: {privilege|word}", kIam, "deletion", "user_deleted"},
    {"User priv level changed: Uname: {user|word} From: {privilege_before|word} To: {privilege|word}", kIam, "change", "privilege_changed"},
    {"New group policy added: name: {group.name|word}", kIam, "creation", "group_policy_added"},
    {"Group policy deleted: name: {group.name|word}", kIam, "deletion", "group_policy_deleted"},
};
constexpr TextRow k507[] = {
    {"{transport|word} flow from " VIGIL_SRC " to " VIGIL_DST " terminated by inspection engine, reason - {event.reason}$", kNet, "denied",
     "inspection_terminated"},
    {"Terminating {transport|word}[-Proxy] connection from " VIGIL_SRC " to " VIGIL_DST " - {event.reason}$", kNet, "denied",
     "inspection_terminated"},
};
constexpr TextRow k602[] = {
    {"IPSEC: An {network.direction|word} {tunnel|word} SA (SPI= {spi|word}) between {source|ip} and {destination|ip} (user= {user}) has been {_|word}",
     kNet, "connection", "ipsec_sa", Outcome::none, "network.type=ipsec"},
    {"IPSEC: {_} between {source|ip} and {destination|ip} (user= {user})", kNet, "connection", "ipsec_sa", Outcome::none, "network.type=ipsec"},
    {"Adjusting IPSec tunnel mtu {_}: {_}src {source|ip}{_} dst {destination|ip}", kNet, "info"},
};
constexpr TextRow k604[] = {
    {"DHCP client interface {observer.ingress.interface.name|word}: Allocated ip = {client.ip|ip}", kNet, "info", "dhcp_lease"},
    {"DHCP daemon interface {observer.ingress.interface.name|word}: address granted {client.mac|word} ({client.ip|ip})", kNet, "info", "dhcp_lease",
     Outcome::none, "network.protocol=dhcp"},
    {"DHCP daemon interface {observer.ingress.interface.name|word}: address released {_}({client.ip|ip})", kNet, "info", "dhcp_release"},
};
constexpr TextRow k605[] = {
    {"Login denied from {source}/{source.port|number} to {observer.egress.interface.name}:{destination}/{network.protocol:lower} for user \"{user|last}\"",
     kAuth, "start", "login", Outcome::failure},
    {"Login denied from {source|word} to {observer.egress.interface.name}:{destination}/{network.protocol:lower} for user \"{user|last}\"", kAuth,
     "start", "login", Outcome::failure},
    {"Login denied from {source}/{source.port|number} to {observer.egress.interface.name}:{destination}/{network.protocol:lower} for user {user}$",
     kAuth, "start", "login", Outcome::failure},
    {"Login denied from {source|word} for user \"{user|last}\"", kAuth, "start", "login", Outcome::failure},
    {"Login permitted from {source}/{source.port|number} to {observer.egress.interface.name}:{destination}/{network.protocol:lower} for user "
     "\"{user|last}\"",
     kAuth, "start", "login", Outcome::success},
    {"Login permitted from {source}/{source.port|number} to {observer.egress.interface.name}:{destination}/{network.protocol:lower} for user {user}$",
     kAuth, "start", "login", Outcome::success},
    {"Login permitted from {source|word} for user \"{user|last}\"", kAuth, "start", "login", Outcome::success},
    {"Login permitted from {terminal|word} to {_|word} for user \"{user|last}\"", kAuth, "start", "login", Outcome::success},
    {"Login denied from {terminal|word} to {_|word} for user \"{user|last}\"", kAuth, "start", "login", Outcome::failure},
};
constexpr TextRow k606[] = {
    {"ASDM session number {session|number} from {source|ip} started", kSession, "start", "asdm_session"},
    {"ASDM session number {session|number} from {source|ip} ended", kSession, "end", "asdm_session"},
    {"ASDM logging session number {session|number} from {source|ip} started", kSession, "start", "asdm_logging_session"},
    {"ASDM logging session number {session|number} from {source|ip} ended", kSession, "end", "asdm_logging_session"},
};
constexpr TextRow k607[] = {
    {"Pre-allocate SIP {_|word}{_}secondary channel for {observer.egress.interface.name}:{destination}/{destination.port|number} to "
     "{observer.ingress.interface.name}:{source|ip} from {sip_method|word} message",
     kNet, "info", "sip_channel", Outcome::none, "network.transport=udp;network.protocol=sip"},
    {"{_} from " VIGIL_SRC " to " VIGIL_DST, kNet, "info", "sip", Outcome::none, "network.protocol=sip"},
};
constexpr TextRow k608[] = {{"{_} from " VIGIL_SRC " to " VIGIL_DST, kNet, "info"}};
constexpr TextRow k609[] = {
    {"Built local-host {observer.ingress.interface.name}:{source}$", kNet, "start", "local_host_built"},
    {"Teardown local-host {observer.ingress.interface.name}:{source|word} duration {duration|word}", kNet, "end", "local_host_ended"},
};
constexpr TextRow k610[] = {{"NTP daemon interface {observer.ingress.interface.name|word}: Packet denied from {source|ip}", kNet, "denied"}};
constexpr TextRow k611[] = {
    {"User authentication succeeded:[ IP address: {source|ip},] Uname: {user}$", kAuth, "start", "login", Outcome::success},
    {"User authentication failed:[ IP address: {source|ip},] Uname: {user}$", kAuth, "start", "login", Outcome::failure},
    {"User logged out: Uname: {user}$", kAuth, "end", "logout", Outcome::success},
    {"User authentication succeeded:[ IP = {source|ip},] Uname: {user}$", kAuth, "start", "login", Outcome::success},
    {"User authentication failed:[ IP = {source|ip},] Uname: {user}$", kAuth, "start", "login", Outcome::failure},
    {"VPNClient: {event.reason}$", kNet, "info"},
};
constexpr TextRow k617[] = {{"{_} from {source|ip} to {destination|ip}", kNet, "info"}};
constexpr TextRow k620[] = {{"{_} from " VIGIL_SRC " to " VIGIL_DST, kNet, "info"}};
constexpr TextRow k710[] = {
    {"{transport|word} access requested from {source}/{source.port|number} to {observer.egress.interface.name}:{destination}/{network.protocol:lower}",
     kNet, "start", "access_requested"},
    {"{transport|word} access permitted from {source}/{source.port|number} to {observer.egress.interface.name}:{destination}/{destination.port|number}",
     kNet, "allowed", "access_permitted", Outcome::success},
    {"{transport|word} access permitted from {source}/{source.port|number} to {observer.egress.interface.name}:{destination}/{network.protocol:lower}",
     kNet, "allowed", "access_permitted", Outcome::success},
    {"{transport|word} access denied by ACL from {source}/{source.port|number} to {observer.egress.interface.name}:{destination}/{destination.port|number}",
     kNet, "denied", "access_denied", Outcome::failure},
    {"{transport|word} access denied by ACL from {source}/{source.port|number} to {observer.egress.interface.name}:{destination}/{network.protocol:lower}",
     kNet, "denied", "access_denied", Outcome::failure},
    {"{transport|word} connection limit exceeded from {source}/{source.port|number} to "
     "{observer.egress.interface.name}:{destination}/{destination.port|number}",
     kNet, "denied", "connection_limit"},
    {"{transport|word} connection limit exceeded from {source}/{source.port|number} to "
     "{observer.egress.interface.name}:{destination}/{network.protocol:lower}",
     kNet, "denied", "connection_limit"},
    {"{transport|word} request discarded from {source}/{source.port|number} to {observer.egress.interface.name}:{destination}/{destination.port|number}",
     kNet, "denied", "request_discarded", Outcome::failure},
    {"{transport|word} request discarded from {source}/{source.port|number} to {observer.egress.interface.name}:{destination}/{network.protocol:lower}",
     kNet, "denied", "request_discarded", Outcome::failure},
    {"{transport|word} request discarded from {source|ip} to {observer.egress.interface.name}:{destination|ip}", kNet, "denied", "request_discarded",
     Outcome::failure},
    {"NAT-T keepalive received from {source}/{source.port|number} to {observer.egress.interface.name}:{destination}/{destination.port|number}", kNet,
     "info", "keepalive"},
};
constexpr TextRow k713[] = {
    {"Remote peer has failed user authentication", kAuth, "start", "vpn_login", Outcome::failure},
    {"User ({user}) authenticated", kAuth, "start", "vpn_login", Outcome::success},
    {"Assigned private IP address {source.nat.ip|ip} to remote user", kSession, "info", "vpn_address"},
    {"PHASE 1 COMPLETED", kNet, "start", "vpn_phase_1", Outcome::success},
    {"PHASE 2 COMPLETED[ (msgid={event.id})]", kNet, "start", "vpn_phase_2", Outcome::success},
    {"Security negotiation complete for {tunnel|word} ", kNet, "start", "vpn_negotiated", Outcome::success},
    {"Security negotiation complete for {tunnel}$", kNet, "start", "vpn_negotiated", Outcome::success},
    {"Connection terminated for peer {_|word}{_}Reason: {event.reason} Remote Proxy {_}$", kSession, "end", "vpn_terminated"},
    {"Session is being torn down. Reason: {event.reason}$", kSession, "end", "vpn_terminated"},
    {"Client Type: {os}  Client Application Version: {version}$", kSession, "info"},
    {"{event.reason}$", kNet, "info", "vpn"},
};
constexpr TextRow k716[] = {
    {"WebVPN session started", kSession, "start", "vpn_session_started"},
    {"WebVPN session terminated: {event.reason}$", kSession, "end", "vpn_session_ended"},
    {"Authentication: successful, Session Type: {session_type}$", kAuth, "start", "vpn_login", Outcome::success},
    {"Authentication: rejected, Session Type: {session_type}$", kAuth, "start", "vpn_login", Outcome::failure},
    {"Authentication: successful, group = {group.name} user = {user}, Session Type: {session_type}$", kAuth, "start", "vpn_login",
     Outcome::success},
    {"Authentication: rejected, group = {group.name} user = {user}, Session Type: {session_type}$", kAuth, "start", "vpn_login", Outcome::failure},
    {"WebVPN access GRANTED: {url}$", "web", "allowed", "webvpn_access", Outcome::success},
    {"WebVPN access DENIED to specified location: {url}$", "web", "denied", "webvpn_access", Outcome::failure},
    {"ACL Parse Error: {event.reason}$", kHost, "error"},
    {"access-list {rule.name|word} action {outcome_word|word} url {url|word}", "web", {}, "webvpn_access"},
    {"access-list {rule.name|word} action {outcome_word|word} tcp/udp", kNet, {}, "webvpn_access"},
};
constexpr TextRow k717[] = {
    {"Certificate validation failed. {event.reason}$", kNet, "error", "certificate_invalid", Outcome::failure},
    {"Peer certificate failed authorization. {event.reason}$", kNet, "error", "certificate_invalid", Outcome::failure},
    {"{_}serial number: {tls.client.x509.serial_number|word}, subject name: {tls.client.x509.subject.distinguished_name}, issuer{_}: "
     "{tls.client.x509.issuer.distinguished_name}.$",
     kNet, "info", "certificate"},
    {"{_}serial number: {tls.client.x509.serial_number|word}, subject name: {tls.client.x509.subject.distinguished_name}.$", kNet, "info",
     "certificate"},
};
constexpr TextRow k722[] = {
    {"IPv4 Address <{source.nat.ip|ip}> IPv6 address <{_}> assigned to session", kSession, "start", "vpn_address"},
    {"Address <{source.nat.ip|ip}> assigned to session", kSession, "start", "vpn_address"},
    {"{transport|word} SVC connection established {_}$", kSession, "start", "vpn_connected"},
    {"{transport|word} SVC connection terminated {_}$", kSession, "end", "vpn_disconnected"},
    {"First {transport|word} SVC connection established for SVC session", kSession, "start", "vpn_connected"},
    {"New {transport|word} SVC connection, {_}$", kSession, "start", "vpn_connected"},
    {"SVC closing connection: {event.reason}$", kSession, "end", "vpn_disconnected"},
    {"SVC Session Termination: {event.reason}$", kSession, "end", "vpn_disconnected"},
    {"SVC terminating {_}: {event.reason}$", kSession, "end", "vpn_disconnected"},
    {"SVC Message: {event.reason}$", kSession, "info", "vpn_message"},
    {"Client Type: {client_type}$", kSession, "info", "vpn_client"},
    {"{event.reason}$", kSession, "info", "vpn"},
};
constexpr TextRow k725[] = {
    {"Starting SSL handshake with {_} " VIGIL_SRC " to {destination}/{destination.port|number} for {network.protocol:lower} session", kNet, "start",
     "tls_handshake"},
    {"Starting SSL handshake with {_} " VIGIL_SRC " for {network.protocol:lower} session", kNet, "start", "tls_handshake"},
    {"{_} client " VIGIL_SRC " to {destination}/{destination.port|number}", kNet, "info", "tls"},
    {"{_} client " VIGIL_SRC, kNet, "info", "tls"},
    {"{_} peer " VIGIL_SRC " to {destination}/{destination.port|number}", kNet, "info", "tls"},
    {"{_} server " VIGIL_DST " to {source}/{source.port|number}", kNet, "info", "tls"},
};
constexpr TextRow k733[] = {
    {"\\[{object}\\] drop {rate|word} exceeded. Current burst rate is {burst|number} per second, max configured rate is {burst_max}; Current average "
     "rate is {average|number} per second, max configured rate is {average_max}; Cumulative total count is {count|number}",
     kIds, "info", "threat_rate_exceeded"},
    {"{_|word} {destination|ip} is targeted. Current burst rate is {burst|number} per second", kIds, "info", "host_targeted"},
    {"{_|word} {source|ip} is attacking. Current burst rate is {burst|number} per second", kIds, "info", "host_attacking"},
    {"Threat-detection adds host {source|ip} to shun list", kIds, "change", "shun_added"},
    {"Threat-detection removes host {source|ip} from shun list", kIds, "change", "shun_deleted"},
    {"TCP Intercept SYN flood attack detected to {destination}/{destination.port|number} ({_}). Average rate of {average|number} SYNs/sec", kIds,
     "info", "syn_flood", Outcome::none, "network.transport=tcp"},
};
constexpr TextRow k734[] = {
    {"DAP: User {user}, Addr {source|ip}, Connection {session_type}: The following DAP records were selected for this connection: {dap_records}$",
     kSession, "info", "dap_selected"},
    {"DAP: User {user}, Addr {source|ip}: {event.reason}$", kSession, "info", "dap"},
    {"DAP: User {user}, Addr {source|ip}{_}$", kSession, "info", "dap"},
};
constexpr TextRow k737[] = {{"IPAA: {_}ddress {source.nat.ip|ip} {event.reason}$", kSession, "info"}, {"IPAA: {event.reason}$", kSession, "info"}};
constexpr TextRow k746[] = {
    {"user-identity: Add IP-User mapping {source|ip} - {user} Succeeded", kIam, "info", "user_mapped"},
    {"user-identity: Delete IP-User mapping {source|ip} - {user} Succeeded", kIam, "info", "user_unmapped"},
    {"user-identity: {_} IP-User mapping {source|ip} - {user} Failed - {event.reason}$", kIam, "error", "user_mapped"},
    {"user-identity: {event.reason}$", kIam, "info"},
};
constexpr TextRow k750[] = {
    // The local end first, as Cisco writes it.
    {"Local:{source|ip}:{source.port|number} Remote:{destination|ip}:{destination.port|number} Username:{user|word} IKEv2 Negotiation aborted due to "
     "ERROR: {event.reason}$",
     kNet, "error", "ike_aborted", Outcome::failure},
    {"Local:{source|ip}:{source.port|number} Remote:{destination|ip}:{destination.port|number} Username:{user|word} {event.reason}$", kNet, "info",
     "ike"},
};
constexpr TextRow k771[] = {{"CLOCK: {event.reason}$", kConf, "change", "clock_set"}};
constexpr TextRow k805[] = {
    {"Offloaded {transport|word} Flow for connection {connection|number} from " VIGIL_SRC VIGIL_SRC_NAT " to " VIGIL_DST VIGIL_DST_NAT, kNet, "info",
     "flow_offloaded"},
    {"{transport|word} Flow is no longer offloaded for connection {connection|number} from " VIGIL_SRC VIGIL_SRC_NAT " to " VIGIL_DST VIGIL_DST_NAT,
     kNet, "info", "flow_onloaded"},
};

#undef VIGIL_SRC
#undef VIGIL_DST
#undef VIGIL_SRC_NAT
#undef VIGIL_DST_NAT
#undef VIGIL_SRC_USER
#undef VIGIL_DST_USER
#undef VIGIL_PAIRS

struct MessageClass {
  unsigned number;  ///< the first three digits
  std::span<const TextRow> rows;
};
constexpr MessageClass kClasses[] = {
    {103, k103}, {104, k103}, {105, k103}, {106, k106}, {107, k107}, {108, k108}, {109, k109}, {110, k110}, {111, k111}, {113, k113}, {199, k199}, {201, k201}, {202, k202},
    {209, k209}, {210, k210}, {212, k212}, {302, k302}, {303, k303}, {304, k304}, {305, k305}, {308, k308}, {313, k313}, {315, k315},
    {322, k322}, {324, k324}, {325, k325}, {338, k338}, {400, k400}, {401, k401}, {402, k402}, {405, k405}, {406, k406}, {407, k407},
    {410, k410}, {411, k411}, {412, k412}, {415, k415}, {416, k416}, {418, k418}, {419, k419}, {420, k420}, {421, k421}, {423, k423},
    {424, k424}, {434, k434}, {500, k500}, {502, k502}, {507, k507}, {602, k602}, {604, k604}, {605, k605}, {606, k606}, {607, k607},
    {608, k608}, {609, k609}, {610, k610}, {611, k611}, {617, k617}, {620, k620}, {710, k710}, {713, k713}, {714, k713}, {715, k713},
    {716, k716}, {717, k717}, {722, k722}, {725, k725}, {733, k733}, {734, k734}, {737, k737}, {746, k746}, {750, k750}, {751, k750},
    {752, k750}, {771, k771}, {805, k805}};

}  // namespace vigil::asa
