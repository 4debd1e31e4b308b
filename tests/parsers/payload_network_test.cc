// Firewalls, switches, routers, access points and load balancers of many makers.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kAsa[] = {
    {"an inbound connection with translated addresses and a user",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-302013: Built inbound TCP connection 42 for outside:203.0.113.9/50022 "
     "(203.0.113.9/50022)(LOCAL\\bob) to "
     "inside:10.1.0.5/22 (198.51.100.1/22)",
     "format=cisco_asa | event.code=302013 | source.ip=203.0.113.9 | source.port=50022 | "
     "source.user.name=bob | source.user.domain=LOCAL | "
     "destination.ip=10.1.0.5 | destination.port=22 | destination.nat.ip=198.51.100.1 | "
     "network.transport=tcp | network.iana_number=6 | "
     "network.direction=inbound | observer.ingress.interface.name=outside | "
     "observer.egress.interface.name=inside | observer.vendor=Cisco | "
     "source=cisco/firewall/ | kinds=device"},
    {"an outbound one begins at the second address",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-302015: Built outbound UDP connection 42 for outside:203.0.113.80/53 "
     "(203.0.113.80/53) to "
     "inside:10.1.0.7/50001 (198.51.100.1/50001)",
     "source.ip=10.1.0.7 | source.port=50001 | source.nat.ip=198.51.100.1 | destination.ip=203.0.113.80 | "
     "destination.port=53 | "
     "network.direction=outbound | observer.ingress.interface.name=inside"},
    {"its end has a duration",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-302014: Teardown TCP connection 42 for outside:203.0.113.80/443 to "
     "inside:10.1.0.7/50001 duration 1:01:07 "
     "bytes 38110 TCP FINs",
     "event.duration=3667000000000 | event.end=2026-11-20T06:59:00.000Z | "
     "event.start=2026-11-20T05:57:53.000Z | network.bytes=38110 | "
     "event.reason=TCP FINs | event.type=end"},
    {"ICMP",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-302020: Built inbound ICMP connection for faddr 203.0.113.9/0 gaddr "
     "198.51.100.1/0 laddr 10.1.0.5/0 type "
     "8 code 0",
     "destination.ip=203.0.113.9 | source.ip=10.1.0.5 | source.nat.ip=198.51.100.1 | network.transport=icmp "
     "| network.iana_number=1"},
    {"a denied packet",
     "<164>Nov 20 14:59:00 fw1 %ASA-4-106023: Deny tcp src outside:203.0.113.9/50022 dst inside:10.1.0.5/22 "
     "by access-group "
     "\"outside_in\" [0x0, 0x0]",
     "source.ip=203.0.113.9 | destination.port=22 | rule.name=outside_in | event.type=denied | "
     "event.outcome=failure"},
    {"a protocol by its number",
     "<164>Nov 20 14:59:00 fw1 %ASA-4-106023: Deny protocol 47 src outside:203.0.113.9 dst inside:10.1.0.5 "
     "by access-group "
     "\"outside_in\"",
     "network.iana_number=47 | network.transport=gre | source.ip=203.0.113.9 | destination.ip=10.1.0.5"},
    {"an access list that lets through",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-106100: access-list inside_in permitted tcp inside/10.1.0.7(50001) -> "
     "outside/203.0.113.80(443) hit-cnt 1 first "
     "hit [0x1, 0x0]",
     "rule.name=inside_in | event.type=allowed | event.outcome=success | source.port=50001 | "
     "destination.ip=203.0.113.80"},
    {"a denied login",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-605004: Login denied from 203.0.113.9/50022 to "
     "outside:198.51.100.1/ssh for user \"root\"",
     "event.category=authentication | event.outcome=failure | user.name=root | source.ip=203.0.113.9 | "
     "network.protocol=ssh | kinds=logon device"},
    {"a permitted login",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-605005: Login permitted from 10.1.0.2/50022 to inside:10.1.0.1/https "
     "for user \"bob\"",
     "event.outcome=success | user.name=bob | source=cisco//aaa"},
    {"a user's quote is his own",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-605004: Login denied from 203.0.113.9/1 to outside:198.51.100.1/ssh "
     "for user \"a\" from "
     "10.9.9.9 \"b\"",
     "source.ip=203.0.113.9 | user.name=a\" from 10.9.9.9 \"b"},
    {"a rejected VPN user",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-113005: AAA user authentication Rejected : reason = AAA failure : "
     "server = 10.1.0.9 : user = bob "
     ": user IP = 203.0.113.9",
     "event.outcome=failure | user.name=bob | source.ip=203.0.113.9 | destination.ip=10.1.0.9 | "
     "event.reason=AAA failure"},
    {"an accepted one",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-113004: AAA user authentication Successful : server =  10.1.0.9 : user "
     "= bob",
     "event.outcome=success | user.name=bob | destination.ip=10.1.0.9 | event.category=authentication"},
    {"authorization is no login",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-113004: AAA user authorization Successful : server =  10.1.0.9 : user "
     "= bob",
     "event.category=iam | user.name=bob | kinds=device"},
    {"who stands in front",
     "<164>Nov 20 14:59:00 fw1 %ASA-4-113019: Group = staff, Username = bob, IP = 203.0.113.9, Session "
     "disconnected. Session Type: SSL, "
     "Duration: 0h:32m:16s, Bytes xmt: 297103, Bytes rcv: 12, Reason: User Requested",
     "group.name=staff | user.name=bob | source.ip=203.0.113.9 | event.duration=1936000000000 | "
     "source.bytes=297103 | event.reason=User Requested"},
    {"… in angle brackets",
     "<164>Nov 20 14:59:00 fw1 %ASA-4-722051: Group <staff> User <SCHOOL\\bob> IP <203.0.113.9> IPv4 Address "
     "<10.1.9.5> IPv6 address <::> "
     "assigned to session",
     "user.name=bob | user.domain=SCHOOL | source.ip=203.0.113.9 | source.nat.ip=10.1.9.5 | "
     "event.category=session"},
    {"… without any",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-716002: Group staff User bob IP 203.0.113.9 WebVPN session terminated: "
     "User Requested.",
     "group.name=staff | user.name=bob | source.ip=203.0.113.9 | event.category=session"},
    {"no host, its own colon",
     ": Nov 20 14:59:00 CST: %ASA-2-106001: Inbound TCP connection denied from 203.0.113.9/1 to 10.1.0.5/2 "
     "flags SYN  on interface "
     "outside",
     "source.ip=203.0.113.9 | time=1795157940000000000"},
    {"a host with a colon",
     "<162>Nov 20 14:59:00 fw1: %ASA-2-106001: Inbound TCP connection denied from 203.0.113.9/1 to "
     "10.1.0.5/2 flags SYN on interface outside",
     "host.name=fw1 | source.port=1 | observer.ingress.interface.name=outside"},
    {"a program in front",
     "<162>Nov 20 14:59:00 fw1 asa[1234]: %ASA-6-611102: User authentication failed: IP address: "
     "203.0.113.9, Uname: root",
     "process.name=asa | user.name=root | source.ip=203.0.113.9 | event.outcome=failure"},
    {"the console",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-605005: Login permitted from serial to console for user \"bob\"",
     "user.name=bob | event.outcome=success | !source.ip"},
    {"a command",
     "<165>Nov 20 14:59:00 fw1 %ASA-5-111010: User 'bob', running 'CLI' from IP 10.1.0.2, executed 'no "
     "logging host inside 10.1.0.9'",
     "user.name=bob | source.ip=10.1.0.2 | process.command_line=no logging host inside 10.1.0.9"},
    {"a flood",
     "<164>Nov 20 14:59:00 fw1 %ASA-4-733101: Host 203.0.113.9 is attacking. Current burst rate is 25 per "
     "second, max",
     "event.kind=alert | source.ip=203.0.113.9"},
    {"the filter of bad names",
     "<163>Nov 20 14:59:00 fw1 %ASA-3-338002: Dynamic Filter monitored blacklisted TCP traffic from "
     "inside:10.1.0.7/1 (198.51.100.1/1) to "
     "outside:203.0.113.80/80 (203.0.113.80/80), destination bad.example resolved from dynamic list: "
     "bad.example, threat-level: very-high, category: Malware",
     "destination.domain=bad.example | rule.category=Malware | source.ip=10.1.0.7 | destination.port=80 | "
     "event.severity=7"},
    {"FTD's connection",
     "<113>Nov 20 14:59:00 ftd1 %FTD-1-430003: AccessControlRuleAction: Block, SrcIP: 10.1.0.7, DstIP: "
     "203.0.113.80, SrcPort: 50001, DstPort: "
     "443, Protocol: tcp, IngressInterface: inside, ACPolicy: Default, all, AccessControlRuleName: No games, "
     "User: bob, ConnectionDuration: 60, "
     "InitiatorBytes: 120, URL: https://bad.example/x?a=1, 2",
     "format=cisco_asa | observer.product=FTD | source.ip=10.1.0.7 | destination.port=443 | "
     "network.transport=tcp | rule.ruleset=Default, all | "
     "rule.name=No games | user.name=bob | event.duration=60000000000 | source.bytes=120 | "
     "url.domain=bad.example | event.type=denied"},
    {"FTD's intrusion",
     "<113>Nov 20 14:59:00 ftd1 %FTD-1-430001: Protocol: tcp, SrcIP: 203.0.113.9, DstIP: 10.1.0.5, Priority: "
     "1, GID: 1, SID: 36330, Message: "
     "\"SERVER-WEBAPP attempt\", InlineResult: Dropped",
     "event.kind=alert | rule.name=SERVER-WEBAPP attempt | rule.id=36330 | event.severity=9 | "
     "event.type=denied | event.category=intrusion_detection"},
    {"what a management center passes on",
     "<113>Nov 20 14:59:00 fmc1 SFIMS: Protocol: TCP, SrcIP: 203.0.113.9, DstIP: 10.1.0.5, SrcPort: 50022, "
     "DstPort: 22, "
     "AccessControlRuleAction: Block",
     "format=cisco_asa | source.ip=203.0.113.9 | destination.port=22 | event.type=denied | kinds=device"},
    {"… and its alerts",
     "<113>Nov 20 14:59:00 fmc1 SFIMS: [1:29456:2] \"PROTOCOL-ICMP Unusual PING\" [Classification: "
     "Information Leak] [Priority: 2] {ICMP} "
     "203.0.113.9 -> 10.1.0.5",
     "event.kind=alert | rule.id=29456 | rule.name=PROTOCOL-ICMP Unusual PING | network.transport=icmp | "
     "source.ip=203.0.113.9 | destination.ip=10.1.0.5"},
    {"a message nobody has taught us",
     "<166>Nov 20 14:59:00 fw1 %ASA-6-999999: Something from inside:10.1.0.7/1 to outside:203.0.113.80/443 "
     "happened",
     "event.code=999999 | source.ip=10.1.0.7 | source.port=1 | destination.ip=203.0.113.80 | "
     "destination.port=443"},
    {"cut in the middle",
     "<164>Nov 20 14:59:00 fw1 %ASA-4-106023: Deny tcp src outside:203.0.113.9/50022 dst ins",
     "source.ip=203.0.113.9 | source.port=50022"},
    {"cut behind the number", "<164>Nov 20 14:59:00 fw1 %ASA-4-106023:", "kinds=device | !source.ip"},
    {"a percentage is no firewall", "<14>Nov 20 14:59:00 h app: disk %ASA is 90% full", "format=none"},
};
TEST(PayloadCiscoAsa, ReadsEachMessageByItsNumber) { check_all(kAsa); }

constexpr PayloadCase kIos[] = {
    {"a login",
     "<189>42: sw1: Nov 20 14:59:00.123: %SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: bob] [Source: "
     "10.1.0.2] [localport: 22] at 14:59:00 CST "
     "Fri Nov 20 2026",
     "format=cisco_ios | host.name=sw1 | event.code=LOGIN_SUCCESS | user.name=bob | source.ip=10.1.0.2 | "
     "destination.port=22 | event.outcome=success | "
     "kinds=logon device | source=cisco//aaa"},
    {"a failed one; the user cannot choose the address",
     "<188>Nov 20 14:59:00.123: %SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: a] [Source: 10.9.9.9] "
     "[localport: 1] [Reason: x] [Source: 203.0.113.9] "
     "[localport: 22] [Reason: Login Authentication Failed] at 14:59:00 CST Fri Nov 20 2026",
     "source.ip=203.0.113.9 | event.outcome=failure | event.reason=Login Authentication Failed"},
    {"a relay's time and host in front",
     "Nov 20 14:59:01 10.1.0.2 585917: Nov 20 14:59:00.272: %SEC-6-IPACCESSLOGP: list 177 denied udp "
     "203.0.113.9(137) -> "
     "10.1.0.5(53), 3 packets",
     "host.name=10.1.0.2 | time=1795157940272000000 | rule.name=177 | event.type=denied | source.port=137 | "
     "destination.port=53 | network.packets=3 | "
     "network.iana_number=17"},
    {"… with a zone's name",
     "<187>Nov 20 14:59:01 sw1 2026 Nov 20 14:59:00.928 CST: %AUTHPRIV-3-SYSTEM_MSG: pam_aaa:Authentication "
     "failed for user bob from "
     "203.0.113.9 - sshd[10021]",
     "host.name=sw1 | time=1795157940928000000 | observer.product=NX-OS | user.name=bob | "
     "source.ip=203.0.113.9 | event.outcome=failure | "
     "process.name=sshd | process.pid=10021"},
    {"ICMP by an access list",
     "<190>Nov 20 14:59:00: %SEC-6-IPACCESSLOGDP: list 151 permitted icmp 10.1.0.7 -> 10.1.0.5 (8/0), 1 "
     "packet",
     "event.type=allowed | network.transport=icmp | source.ip=10.1.0.7 | destination.ip=10.1.0.5 | "
     "vendor.icmp_type=8"},
    {"IPv6",
     "<190>Nov 20 14:59:00: %IPV6-6-ACCESSLOGP: list V6/10 denied tcp 2001:db8::9(1027) -> 2001:db8::5(22), "
     "9 packets",
     "source.ip=2001:db8::9 | source.port=1027 | destination.ip=2001:db8::5"},
    {"configured", "<189>Nov 20 14:59:00: %SYS-5-CONFIG_I: Configured from console by bob on vty0 (10.1.0.2)",
     "event.category=configuration | user.name=bob | source.ip=10.1.0.2"},
    {"a command",
     "<189>Nov 20 14:59:00: %PARSER-5-CFGLOG_LOGGEDCMD: User:bob  logged command:no logging host 10.1.0.9",
     "user.name=bob | process.command_line=no logging host 10.1.0.9 | source=cisco//aaa"},
    {"802.1X",
     "<189>Nov 20 14:59:00: %DOT1X-5-FAIL: Authentication failed for client (0011.2233.4455) on Interface "
     "Gi1/0/3 AuditSessionID 0A01",
     "source.mac=00-11-22-33-44-55 | observer.ingress.interface.name=Gi1/0/3 | event.outcome=failure | "
     "vendor.session=0A01"},
    {"MAC authentication",
     "<189>Nov 20 14:59:00: %MAB-5-SUCCESS: Authentication successful for client (0011.2233.4455) on "
     "Interface Gi1/0/3",
     "event.outcome=success | observer.ingress.interface.name=Gi1/0/3"},
    {"port security",
     "<186>Nov 20 14:59:00: %PORT_SECURITY-2-PSECURE_VIOLATION: Security violation occurred, caused by MAC "
     "address 0011.2233.4455 on port "
     "GigabitEthernet1/0/3.",
     "event.kind=alert | source.mac=00-11-22-33-44-55 | "
     "observer.ingress.interface.name=GigabitEthernet1/0/3"},
    {"DHCP snooping",
     "<189>Nov 20 14:59:00: %DHCP_SNOOPING-5-DHCP_SNOOPING_UNTRUSTED_PORT: DHCP_SNOOPING drop message on "
     "untrusted port, message type: "
     "DHCPOFFER, MAC sa: 0011.2233.4455",
     "event.category=intrusion_detection | source.mac=00-11-22-33-44-55 | vendor.dhcp_message=DHCPOFFER"},
    {"IOS XR behind what hides its tag",
     "<189>1234: RP/0/RSP0/CPU0:Nov 20 14:59:00.123 UTC: exec[65784]: %SECURITY-LOGIN-4-AUTHEN_FAILED : "
     "Failed "
     "authentication attempt by user 'bob' from '203.0.113.9' on 'vty0'",
     "format=cisco_ios | observer.product=IOS XR | user.name=bob | source.ip=203.0.113.9 | "
     "event.outcome=failure"},
    {"a wireless controller",
     "<189>Nov 20 14:59:00: %AAA-5-AAA_AUTH_NETWORK_USER: [PA]aaa.c:1234 Authentication failed for network "
     "user 'bob'",
     "user.name=bob | event.outcome=failure"},
    {"a web server behind a place",
     "<189>Nov 20 14:59:00: %WEBSERVER-5-LOGIN_PASSED: Chassis 1 R0/0: nginx: Login Successful from host "
     "10.1.0.2 by user 'bob' using "
     "crypto cipher 'ECDHE'",
     "user.name=bob | source.ip=10.1.0.2 | event.outcome=success"},
    {"Arista",
     "<166>Nov 20 14:59:00 sw1 Aaa: %AAA-5-LOGIN: user bob logged in [from: 10.1.0.2] [service: sshd]",
     "observer.vendor=Arista | user.name=bob | source.ip=10.1.0.2 | event.outcome=success"},
    {"the audit log of a telephone system",
     "<189>8: Nov 20 14:59:00.123 UTC : %UC_AUDITLOG-5-AdministrativeEvent: %[ UserID =bob][ ClientAddress "
     "=10.1.0.2][ "
     "EventType =UserLogging][ EventStatus =Failure][ AuditDetails =Failed login]",
     "user.name=bob | source.ip=10.1.0.2 | event.outcome=failure | event.category=authentication"},
    {"a line nobody has taught us",
     "<189>Nov 20 14:59:00: %FOO-6-BAR: something from 10.1.0.7 went to 10.1.0.5",
     "event.code=BAR | source.ip=10.1.0.7"},
    {"cut", "<189>Nov 20 14:59:00: %SEC-6-IPACCESSLOGP: list 177 denied udp 203.0.113.9(13",
     "format=cisco_ios"},
    {"no level, no tag", "<14>Nov 20 14:59:00 h app: %FOO-BAR: x", "format=none"},
};
TEST(PayloadCiscoIos, ReadsLinesByTheirText) { check_all(kIos); }

constexpr PayloadCase kMeraki[] = {
    {"a flow",
     "<134>1 1795157940.123456789 MX84 flows allow src=10.1.0.7 dst=203.0.113.80 mac=00:11:22:33:44:55 "
     "protocol=udp sport=50001 dport=53",
     "format=cisco_meraki | source.ip=10.1.0.7 | source.mac=00-11-22-33-44-55 | destination.port=53 | "
     "network.transport=udp | event.type=allowed | "
     "observer.name=MX84 | kinds=device"},
    {"what a rule said",
     "<134>1 1795157940.123456789 MX84 flows src=203.0.113.9 dst=10.1.0.5 protocol=tcp sport=1 dport=22 "
     "pattern: 1 all",
     "event.type=denied | event.outcome=failure | rule.description=1 all"},
    {"a page",
     "<134>1 1795157940.123456789 MX84 urls src=10.1.0.7:50001 dst=203.0.113.80:443 mac=00:11:22:33:44:55 "
     "agent='Mozilla/5.0 (X11)' request: GET "
     "https://www.example/x?y=1",
     "source.port=50001 | url.domain=www.example | url.query=y=1 | http.request.method=GET | "
     "user_agent.original=Mozilla/5.0 (X11) | "
     "source=cisco/proxy/meraki"},
    {"an attack",
     "<134>1 1795157940.123456789 MX84 security_event ids_alerted signature=1:29708:4 priority=1 "
     "timestamp=1795157940.1 "
     "dhost=00:11:22:33:44:55 direction=ingress protocol=tcp/ip src=203.0.113.9:80 dst=10.1.0.7:50001 "
     "decision=blocked message: BROWSER-IE attempt",
     "event.kind=alert | rule.name=BROWSER-IE attempt | rule.id=1:29708:4 | event.severity=9 | "
     "event.type=denied | destination.mac=00-11-22-33-44-55"},
    {"802.1X",
     "<134>1 1795157940.123456789 AP1 events type=8021x_eap_failure radio='1' vap='3' "
     "client_mac='00:11:22:33:44:55' identity='bob' aid='1'",
     "event.category=authentication | event.outcome=failure | user.name=bob | source.mac=00-11-22-33-44-55 | "
     "kinds=logon device"},
    {"a VPN user",
     "<134>1 1795157940.123456789 MX84 events client_vpn_connect user id 'bob@school.example' local ip "
     "10.1.9.5 connected from 203.0.113.9",
     "user.name=bob@school.example | source.ip=203.0.113.9 | event.outcome=success"},
    {"a lease",
     "<134>1 1795157940.123456789 MX84 events dhcp lease of ip 10.1.0.7 from mx mac 00:11:22:33:44:66 for "
     "client mac 00:11:22:33:44:55 from router "
     "10.1.0.1 on subnet 255.255.255.0 with dns 10.1.0.1",
     "source.ip=10.1.0.7 | source.mac=00-11-22-33-44-55 | destination.mac=00-11-22-33-44-66 | "
     "network.protocol=dhcp"},
    {"a rogue access point",
     "<134>1 1795157940.123456789 AP1 airmarshal_events type=rogue_ssid_detected ssid='Free' "
     "bssid='92:17:C8:C7:D8:51' "
     "src='92:17:C8:C7:D8:51' dst='FF:FF:FF:FF:FF:FF' channel='6'",
     "event.kind=alert | source.mac=92-17-C8-C7-D8-51 | network.name=Free"},
    {"cut in a quote",
     "<134>1 1795157940.123456789 AP1 events type=wpa_auth radio='1' client_mac='00:11:22:33:44:5",
     "format=cisco_meraki"},
    {"another's events", "<14>Nov 20 14:59:00 h events are many today", "format=none"},
    {"the dashboard",
     "{\"version\":\"0.1\",\"sharedSecret\":\"s3\",\"deviceSerial\":\"Q2XX\",\"deviceName\":\"ap\","
     "\"networkName\":\"Main\",\"alertTypeId\":"
     "\"settings_changed\",\"alertType\":\"Settings changed\",\"occurredAt\":\"2026-11-20T06:59:00Z\"}",
     "format=meraki_webhook | event.action=Settings changed | observer.serial_number=Q2XX | "
     "network.name=Main | !vendor.sharedSecret | "
     "time=1795157940000000000"},
};
TEST(PayloadMeraki, ReadsKindsAndPairs) { check_all(kMeraki); }

constexpr PayloadCase kJuniper[] = {
    {"structured data without text",
     "<14>1 2026-11-20T06:59:00Z srx RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.26 "
     "source-address=\"203.0.113.9\" source-port=\"50022\" "
     "destination-address=\"10.1.0.5\" destination-port=\"22\" protocol-id=\"6\" policy-name=\"deny-all\" "
     "source-zone-name=\"untrust\"]",
     "format=juniper | event.code=RT_FLOW_SESSION_DENY | source.ip=203.0.113.9 | destination.port=22 | "
     "network.transport=tcp | rule.name=deny-all | "
     "event.type=denied | source=juniper/firewall/ | kinds=device"},
    {"the same as text",
     "<14>Nov 20 14:59:00 srx RT_FLOW: RT_FLOW_SESSION_DENY: session denied 203.0.113.9/50022->10.1.0.5/22 "
     "junos-ssh 6(0) deny-all untrust "
     "trust UNKNOWN UNKNOWN N/A(N/A) ge-0/0/0.0 UNKNOWN policy deny",
     "source.port=50022 | rule.name=deny-all | observer.ingress.zone=untrust | observer.egress.zone=trust | "
     "observer.ingress.interface.name=ge-0/0/0.0 | "
     "event.outcome=failure"},
    {"a session's end",
     "<14>Nov 20 14:59:00 srx RT_FLOW: RT_FLOW_SESSION_CLOSE: session closed TCP FIN: "
     "10.1.0.7/50001->203.0.113.80/443 junos-https "
     "198.51.100.1/5001->203.0.113.80/443 nat1 None 6 out trust untrust 6316 10(1200) 12(5000) 61 UNKNOWN",
     "source.bytes=1200 | destination.packets=12 | event.duration=61000000000 | source.nat.ip=198.51.100.1 | "
     "event.reason=TCP FIN"},
    {"an attack",
     "<14>Nov 20 14:59:00 srx RT_IDP: IDP_ATTACK_LOG_EVENT: IDP: at 1795157940, SIG Attack log "
     "<203.0.113.9/50022->10.1.0.5/80> for TCP protocol "
     "and service HTTP application NONE by rule 3 of rulebase IPS in policy P. attack: repeat=0, "
     "action=DROP, threat-severity=HIGH, name=HTTP:X, NAT "
     "<0.0.0.0:0->0.0.0.0:0>",
     "event.kind=alert | rule.name=HTTP:X | event.severity=7 | source.ip=203.0.113.9"},
    {"an administrator",
     "<14>Nov 20 14:59:00 sw1 mgd[1]: UI_AUTH_EVENT: Authenticated user 'bob' at permission level "
     "'j-super-user'",
     "event.outcome=success | user.name=bob | kinds=logon device"},
    {"sshd of Junos is not everyone's",
     "<14>Nov 20 14:59:00 sw1 sshd[1]: SSHD_LOGIN_FAILED: Login failed for user 'root' from host "
     "'203.0.113.9'",
     "format=juniper | event.outcome=failure | user.name=root | source.ip=203.0.113.9"},
    {"sshd of a Linux host",
     "<14>Nov 20 14:59:00 h sshd[1]: Failed password for root from 203.0.113.9 port 1 ssh2", "format=sshd"},
    {"ScreenOS",
     "<14>Nov 20 14:59:00 ns1 ns1: NetScreen device_id=ns1  [Root]system-notification-00257(traffic): "
     "start_time=\"2026-11-20 14:58:59\" "
     "duration=1 policy_id=7 service=ssh proto=6 action=Deny sent=0 rcvd=0 src=203.0.113.9 dst=10.1.0.5 "
     "src_port=50022 dst_port=22",
     "format=netscreen | source.ip=203.0.113.9 | destination.port=22 | rule.id=7 | event.type=denied"},
    {"capitals of another program", "<14>Nov 20 14:59:00 h app: SOME_NAME: x", "format=none"},
};
TEST(PayloadJuniper, ReadsStructuredDataAndText) { check_all(kJuniper); }

constexpr PayloadCase kOthers[] = {
    {"ISE lets nobody in",
     "<181>Nov 20 14:59:00 ise1 CISE_Failed_Attempts 0000001 1 0 2026-11-20 14:59:00.123 +08:00 0000000042 "
     "5400 NOTICE Failed-Attempt: "
     "Authentication failed, Device IP Address=10.1.0.2, UserName=bob, Calling-Station-ID=00-11-22-33-44-55, "
     "FailureReason=24408 wrong password, x",
     "format=cisco_ise | event.code=5400 | user.name=bob | source.mac=00-11-22-33-44-55 | "
     "event.outcome=failure | event.reason=24408 wrong password | "
     "kinds=application logon"},
    {"a dropped request is no attempt",
     "<181>Nov 20 14:59:00 ise1 CISE_Failed_Attempts 0000001 1 0 2026-11-20 14:59:00.123 +08:00 0000000042 "
     "5413 NOTICE "
     "RADIUS-Client: dropped, NAS-IP-Address=10.1.0.2",
     "event.category=network | !event.outcome"},
    {"a later segment",
     "<181>Nov 20 14:59:00 ise1 CISE_Passed_Authentications 0000001 2 1 UserName=bob, "
     "Framed-IP-Address=10.1.0.7",
     "vendor.segment=1 | user.name=bob | source.ip=10.1.0.7"},
    {"Aruba",
     "<188>Nov 20 14:59:00 2026 wc1 aaa[1]: <125022> <WARN> |aaa| Authentication failed for User bob, Logged "
     "in from 203.0.113.9 port 50022, "
     "Connecting to 10.1.0.2 port 22 connection type SSH",
     "format=aruba | event.code=125022 | user.name=bob | source.ip=203.0.113.9 | event.outcome=failure | "
     "kinds=logon device"},
    {"ClearPass",
     "<46>Nov 20 14:59:00 cp1 CPPM_Session 42 1 0 "
     "Common.Username=bob,Common.Host-MAC-Address=001122334455,Common.Alerts=a, b,"
     "Common.Login-Status=REJECT",
     "format=clearpass | user.name=bob | source.mac=00-11-22-33-44-55 | event.reason=a, b | "
     "event.outcome=failure"},
    {"ProCurve",
     "<29>Nov 20 14:59:00 sw1 00419 auth:  Invalid user name/password on SSH session User 'bob' is trying to "
     "login from 203.0.113.9",
     "format=procurve | user.name=bob | source.ip=203.0.113.9 | event.outcome=failure | kinds=logon device"},
    {"Huawei",
     "<189>Nov 20 2026 14:59:00 sw1 %%01SSH/4/SSH_FAIL(s)[5]:Failed to login through SSH. (IP=203.0.113.9, "
     "UserName=root, FailReason=password error)",
     "format=huawei | event.code=SSH_FAIL | user.name=root | source.ip=203.0.113.9 | !destination.ip | "
     "event.outcome=failure | "
     "event.reason=password error"},
    {"Huawei's firewall",
     "<189>Nov 20 14:59:00 fw "
     "%%01SECLOG/6/SESSION_TEARDOWN(l):IPVer=4,Protocol=tcp,SourceIP=10.1.0.7,DestinationIP=203.0.113.80,"
     "SourcePort=50001,DestinationPort=443,SendBytes=180,CloseReason=tcp-fin.",
     "source.port=50001 | destination.ip=203.0.113.80 | source.bytes=180 | event.reason=tcp-fin"},
    {"Comware's dashes",
     "<189>Nov 20 14:59:00 sw1 %%10SHELL/6/SHELL_CMD: -Line=vty0-IPAddr=10.1.0.2-User=bob; Command is "
     "display version",
     "format=huawei | observer.product=Comware | source.ip=10.1.0.2 | user.name=bob | "
     "event.category=configuration"},
    {"MikroTik's login",
     "<11>Nov 20 14:59:00 gw1 system,error,critical login failure for user admin from 203.0.113.9 via winbox",
     "format=mikrotik | user.name=admin | source.ip=203.0.113.9 | vendor.method=winbox | "
     "event.outcome=failure"},
    {"MikroTik's packet",
     "<14>Nov 20 14:59:00 gw1 firewall,info drop-in input: in:ether1 out:(unknown 0), connection-state:new "
     "src-mac 00:11:22:33:44:55, proto "
     "TCP (SYN), [2001:db8::1]:40384->[2001:db8::2]:22, len 24",
     "source.ip=2001:db8::1 | source.port=40384 | destination.port=22 | rule.name=drop-in | "
     "event.type=denied | source.mac=00-11-22-33-44-55 | "
     "!observer.egress.interface.name"},
    {"its translation",
     "<14>Nov 20 14:59:00 gw1 firewall,info srcnat: in:(unknown 0) out:ether1, proto UDP, "
     "10.1.0.7:50001->203.0.113.80:53, NAT "
     "(10.1.0.7:50001->198.51.100.1:50001)->203.0.113.80:53, len 60",
     "source.nat.ip=198.51.100.1 | source.nat.port=50001 | destination.ip=203.0.113.80"},
    {"a lease", "<14>Nov 20 14:59:00 gw1 dhcp,info defconf assigned 10.1.0.7 to 00:11:22:33:44:55",
     "source.ip=10.1.0.7 | source.mac=00-11-22-33-44-55"},
    {"words with a comma", "<14>Nov 20 14:59:00 h well,yes it is", "format=none"},
    {"UniFi",
     "Nov 20 14:59:00 gw1 [WAN_LOCAL-D-2147483647] DESCR=\"[WAN_LOCAL]Block All Traffic\" IN=eth8 OUT= "
     "MAC=00:11:22:33:44:55:00:11:22:33:44:66:08:00 SRC=203.0.113.9 DST=198.51.100.1 LEN=122 PROTO=UDP "
     "SPT=38451 DPT=53",
     "format=netfilter | source.ip=203.0.113.9 | destination.mac=00-11-22-33-44-55 | "
     "source.mac=00-11-22-33-44-66 | event.type=denied"},
    {"UniFi's access point",
     "<30>Nov 20 14:59:00 ap1 U7PG2,001122334455,v4.0.80.10875: hostapd: ath0: STA 00:11:22:33:44:66 IEEE "
     "802.11: associated",
     "format=unifi | observer.mac=00-11-22-33-44-55 | source.mac=00-11-22-33-44-66"},
    {"BIG-IP's audit",
     "<133>Nov 20 14:59:00 lb1 notice httpd[1]: 01070417:5: AUDIT - user bob - RAW: httpd(pam_audit): "
     "user=bob(bob) partition=[All] "
     "level=Administrator tty=(unknown) host=10.1.0.2 attempts=1 start=\"Fri Nov 20 14:59:00 2026\".",
     "format=f5_bigip | event.code=01070417 | user.name=bob | source.ip=10.1.0.2 | event.outcome=success | "
     "process.name=httpd"},
    {"BIG-IP's iRule",
     "<134>Nov 20 14:59:00 "
     "lb1,f5_irule=R,src_ip=10.1.0.7,vip=10.1.0.5,http_method=GET,http_uri=/a,b?x=1,http_status=200",
     "source.ip=10.1.0.7 | url.path=/a,b | http.response.status_code=200"},
    {"NetScaler",
     "<134> 11/20/2026:06:59:00 GMT ns1 0-PPE-0 : default AAA LOGIN_FAILED 4242 0 :  User bob - Client_ip "
     "203.0.113.9 - Failure_reason \"denied\" - "
     "Browser Mozilla/5.0",
     "format=netscaler | event.code=LOGIN_FAILED | user.name=bob | source.ip=203.0.113.9 | "
     "event.outcome=failure | event.reason=denied"},
    {"EXOS",
     "<134>Nov 20 14:59:00 sw1 AAA: <Warn:AAA.authFail> Login failed for user admin through ssh "
     "(203.0.113.9)",
     "format=switch_log | user.name=admin | source.ip=203.0.113.9 | event.outcome=failure"},
    {"FASTPATH",
     "<134>Nov 20 14:59:00 sw1 CMDLOGGER[emWeb]: cmd_logger_api.c(83) 29333 %% NOTE CLI:10.1.0.2:bob:User  "
     "logged in",
     "format=switch_log | user.name=bob | source.ip=10.1.0.2 | event.outcome=success"},
    {"FastIron",
     "<134>Nov 20 14:59:00 sw1 Security: SSH login by bob from src IP 10.1.0.2 to PRIVILEGED EXEC mode using "
     "RSA",
     "format=switch_log | user.name=bob | source.ip=10.1.0.2 | event.outcome=success"},
    {"D-Link", "<134>Nov 20 14:59:00 sw1 WARN: Login failed through Web (Username: bob, IP: 203.0.113.9)",
     "format=switch_log | user.name=bob | source.ip=203.0.113.9 | event.outcome=failure"},
    {"SmartZone",
     "<134>Nov 20 14:59:00 sz1 Core: "
     "@@204,clientJoin,\"clientMac\"=\"00:11:22:33:44:55\",\"ssid\"=\"School\",\"userName\"=\"bob\","
     "\"apName\"=\"ap",
     "format=switch_log | event.code=204 | source.mac=00-11-22-33-44-55 | network.name=School | "
     "user.name=bob"},
    {"Aviatrix",
     "<13>Nov 20 14:59:00 gw1 cloudxd: AviatrixVPNSession: User=bob, Status=active, Gateway=gw1, "
     "PublicIP=203.0.113.9, VPNVirtualIP=10.1.9.5",
     "format=cloud_gateway | user.name=bob | source.ip=203.0.113.9"},
    {"Zyxel",
     "<134>Nov 20 14:59:00 usg1 src=\"203.0.113.9:50022\" dst=\"10.1.0.5:22\" msg=\"Match default rule, "
     "DROP\" note=\"ACCESS BLOCK\" user=\"unknown\" "
     "devID=\"001122334455\" cat=\"Firewall\"",
     "format=zyxel | source.ip=203.0.113.9 | source.port=50022 | destination.port=22 | event.type=denied | "
     "message=Match default rule, DROP"},
    {"Dell's stack",
     "<134>Nov 20 14:59:00: %STKUNIT0-M:CP %SEC-5-LOGIN_SUCCESS: Login successful for user bob on line vty0 "
     "( 10.1.0.2 )",
     "format=cisco_ios | observer.vendor=Dell | event.code=LOGIN_SUCCESS | user.name=bob | "
     "source.ip=10.1.0.2"},
    {"security of another program", "<134>Nov 20 14:59:00 h Security: nothing to see", "format=none"},
    {"a program with a level in its text", "<134>Nov 20 14:59:00 h info about things: many", "format=none"},
};
TEST(PayloadNetworkDevices, ReadWhatTheirMakersWrite) { check_all(kOthers); }

}  // namespace
}  // namespace vigil
