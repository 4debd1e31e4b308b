// Packet filters of Linux and BSD, the daemons of gateways, and LEEF and CEF, in which anyone may speak.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kNetfilter[] = {
    {"UFW",
     "<4>Nov 20 14:59:00 web1 kernel: [12345.678901] [UFW BLOCK] IN=eth0 OUT= "
     "MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00 SRC=203.0.113.9 "
     "DST=10.1.0.5 LEN=60 TOS=0x00 PREC=0x00 TTL=50 ID=4711 DF PROTO=TCP SPT=50022 DPT=22 WINDOW=64240 "
     "RES=0x00 SYN URGP=0",
     "format=netfilter | rule.name=UFW BLOCK | event.action=block | event.type=denied | "
     "source.ip=203.0.113.9 | source.port=50022 | destination.port=22 | "
     "destination.mac=00-00-5E-00-53-01 | source.mac=00-00-5E-00-53-02 | network.bytes=60 | "
     "network.transport=tcp | "
     "observer.ingress.interface.name=eth0 | !observer.egress.interface.name | source=linux/firewall/ | "
     "kinds=device"},
    {"EdgeOS",
     "<4>Nov 20 14:59:00 gw kernel: [WAN_IN-2000-A]IN=eth0 OUT=eth2 MAC= SRC=203.0.113.9 DST=10.1.0.5 LEN=60 "
     "PROTO=UDP SPT=1 DPT=53 LEN=40",
     "rule.name=WAN_IN | rule.id=2000 | event.action=accept | event.type=allowed | network.bytes=60 | "
     "!source.mac"},
    {"EdgeOS zones",
     "<4>Nov 20 14:59:00 gw kernel: [wan-lan-default-D]IN=eth0 OUT= SRC=203.0.113.9 DST=10.1.0.5 PROTO=TCP "
     "SPT=1 DPT=53",
     "observer.ingress.zone=wan | observer.egress.zone=lan | rule.id=default | event.action=drop"},
    {"UniFi of today",
     "<4>Nov 20 14:59:00 gw kernel: [WAN_LOCAL-D-2147483647] DESCR=\"[WAN_LOCAL]Block All\" IN=eth8 OUT= "
     "SRC=203.0.113.9 DST=198.51.100.1 PROTO=TCP SPT=1 DPT=23",
     "rule.name=WAN_LOCAL | rule.id=2147483647 | event.action=drop | rule.description=[WAN_LOCAL]Block All | "
     "observer.ingress.interface.name=eth8"},
    {"IPv6",
     "<4>Nov 20 14:59:00 h kernel: FINAL_REJECT: IN=eth0 OUT= SRC=2001:db8::7 DST=2001:db8::8 LEN=104 TC=0 "
     "HOPLIMIT=64 FLOWLBL=1 PROTO=ICMPv6 TYPE=128 CODE=0",
     "source.ip=2001:db8::7 | network.transport=ipv6-icmp | event.action=reject | vendor.icmp_type=128"},
    {"an ICMP error's packet is not the connection",
     "<4>Nov 20 14:59:00 h kernel: DROP IN=eth0 OUT= SRC=203.0.113.9 DST=10.1.0.5 PROTO=ICMP TYPE=3 CODE=1 "
     "[SRC=10.1.0.5 DST=198.51.100.7 PROTO=UDP SPT=53 DPT=99 ]",
     "source.ip=203.0.113.9 | !source.port | destination.ip=10.1.0.5"},
    {"the front was lost",
     "<14>Nov 20 14:59:00 gw kernel: TL=126 ID=4622 DF PROTO=TCP SPT=389 DPT=49209 WINDOW=8192 RES=0x00 ACK "
     "SYN URGP=0",
     "format=netfilter | source.port=389 | destination.port=49209 | network.transport=tcp"},
    {"other words of a kernel", "<6>Nov 20 14:59:00 h kernel: usb 1-1: PROTO=x", "!network.transport"},
};
TEST(PayloadNetfilter, ReadsPrefixAndFields) { check_all(kNetfilter); }

constexpr PayloadCase kGateways[] = {
    {"filterlog, TCP",
     "<134>Nov 20 14:59:00 filterlog[97530]: "
     "4,,,1000000103,igb1.12,match,block,in,4,0x0,,63,12617,0,DF,6,tcp,60,203.0.113.9,10.1.0.5,50022,22,0,S,"
     "18912,,"
     "64240,,mss;sackOK",
     "format=filterlog | rule.id=1000000103 | event.action=block | event.type=denied | "
     "network.direction=inbound | network.vlan.id=12 | source.port=50022 | "
     "destination.port=22 | network.bytes=60 | network.iana_number=6 | "
     "observer.ingress.interface.name=igb1.12 | kinds=device"},
    {"filterlog, IPv6, UDP",
     "<134>Nov 20 14:59:00 filterlog: "
     "6,,,1000000105,igb1,match,block,in,6,0x00,0xf6279,1,UDP,17,32,fe80::208,ff02::1:2,546,547,32",
     "source.ip=fe80::208 | destination.ip=ff02::1:2 | destination.port=547 | network.transport=udp | "
     "network.bytes=32"},
    {"OPNsense's tracker",
     "<134>1 2026-11-20T14:59:00+08:00 opn filterlog 76404 - [meta sequenceId=\"1\"] "
     "124,,,fae559338f65e11c53669fc3642c93c2,ixl1,match,pass,out,4,0x0,,63,1,0,DF,6,tcp,60,10.1.0.7,203.0."
     "113.80,40370,80,0,S",
     "rule.id=fae559338f65e11c53669fc3642c93c2 | observer.egress.interface.name=ixl1 | event.type=allowed"},
    {"cut in an address",
     "<134>Nov 20 14:59:00 filterlog: "
     "4,,,1000000103,igb1,match,block,in,4,0x0,,63,1,0,DF,6,tcp,60,203.0.113.9,10.1.",
     "source.ip=203.0.113.9 | event.action=block"},
    {"the web interface",
     "<134>Nov 20 14:59:00 php-fpm[99932]: /index.php: webConfigurator authentication error for user 'root' "
     "from: 203.0.113.9",
     "format=pfsense | event.category=authentication | event.outcome=failure | user.name=root | "
     "source.ip=203.0.113.9 | kinds=logon device"},
    {"the web interface, how",
     "<134>Nov 20 14:59:00 php-fpm[99932]: /index.php: Successful login for user 'admin' from: 10.1.0.2 "
     "(Local Database)",
     "event.outcome=success | source.ip=10.1.0.2"},
    {"php-fpm of a web server", "<134>Nov 20 14:59:00 php-fpm[1]: NOTICE: ready to handle connections",
     "format=none"},
    {"a lease",
     "<190>Nov 20 14:59:00 dhcpd[64305]: DHCPACK on 10.1.0.56 to 00:00:5e:00:53:01 (pc1) via igb1.60",
     "format=dns_dhcp | client.ip=10.1.0.56 | client.mac=00-00-5E-00-53-01 | kinds=application"},
    {"OpenVPN",
     "<29>Nov 20 14:59:00 openvpn[66026]: 203.0.113.9:37849 TLS: Username/Password authentication succeeded "
     "for username 'alice'",
     "format=openvpn | event.outcome=success | user.name=alice | source.ip=203.0.113.9 | source.port=37849 | "
     "kinds=application logon"},
    {"OpenVPN of pfSense", "<37>Nov 20 14:59:00 openvpn[19830]: user 'bob' could not authenticate.",
     "event.outcome=failure | user.name=bob"},
    {"a connection that was reset is no failed logon",
     "<29>Nov 20 14:59:00 openvpn[1]: bob/203.0.113.9:37849 Connection reset, restarting [0]",
     "!event.outcome | user.name=bob"},
    {"strongSwan",
     "<30>Nov 20 14:59:00 charon[18610]: 14[NET] <con1|11> sending packet: from 198.51.100.1[500] to "
     "203.0.113.9[500] (464 bytes)",
     "format=ipsec_vpn | destination.port=500 | network.bytes=464"},
    {"strongSwan: a user",
     "<30>Nov 20 14:59:00 charon[18610]: 13[IKE] <con1|4> authentication of 'alice' with EAP successful",
     "event.category=authentication | event.outcome=success | user.name=alice"},
    {"racoon",
     "<30>Nov 20 14:59:00 racoon: INFO: ISAKMP-SA established 198.51.100.1[500]-203.0.113.9[4500] "
     "spi:3ac2d502:e2d682b6",
     "format=ipsec_vpn | destination.ip=198.51.100.1 | source.ip=203.0.113.9 | source.port=4500"},
    {"HAProxy",
     "<134>Nov 20 14:59:00 haproxy[41476]: 203.0.113.9:59607 [20/Nov/2026:14:59:00.502] www~ web/srv1 "
     "0/0/0/2/2 400 182 - - ---- 2/2/0/1/0 0/0 \"GET /a?b=1 HTTP/1.1\"",
     "format=web_proxy | source.ip=203.0.113.9 | source.port=59607 | http.response.status_code=400 | "
     "url.path=/a | url.query=b=1 | event.duration=2000000 | "
     "event.outcome=failure | kinds=web"},
};
TEST(PayloadGateways, ReadsFiltersAndDaemons) { check_all(kGateways); }

constexpr PayloadCase kLeef[] = {
    {"1.0 with TABs",
     "<111>Nov 20 14:59:00 h "
     "LEEF:1.0|Vendor|Product|1|Event|src=203.0.113.9\tdst=10.1.0.5\tsev=5\tusrName=alice smith",
     "format=leef | observer.vendor=Vendor | event.code=Event | source.ip=203.0.113.9 | "
     "destination.ip=10.1.0.5 | event.severity=5 | user.name=alice smith"},
    {"2.0 with a delimiter in hex",
     "<111>Nov 20 14:59:00 h LEEF:2.0|V|P|1|E|0x5E|src=203.0.113.9^dstPort=22^msg=a b",
     "source.ip=203.0.113.9 | destination.port=22 | message=a b"},
    {"2.0 with the delimiter itself", "<111>Nov 20 14:59:00 h LEEF:2.0|V|P|1|E|^|src=203.0.113.9^dstPort=22",
     "destination.port=22"},
    {"2.0 without one", "<111>Nov 20 14:59:00 h LEEF:2.0|V|P|1|E|src=203.0.113.9\tdstPort=22",
     "source.ip=203.0.113.9 | destination.port=22"},
    {"PAN-OS puts bars between attributes",
     "<111>Nov 20 14:59:00 h LEEF:1.0|Palo Alto Networks|PAN-OS Syslog "
     "Integration|8.1.8|allow|cat=TRAFFIC|devTime=Nov 20 2026 14:59:00 GMT|src=10.1.0.7|dst=203.0.113.9|"
     "srcPostNAT=0.0.0.0|RuleName=test|usrName=|srcPort=52013",
     "source.port=52013 | rule.name=test | !user.name | !source.nat.ip | event.type=allowed | kinds=device"},
    {"a relay's #011",
     "<111>Nov 20 14:59:00 h LEEF:1.0|WatchGuard|XTM|12|2CFF0000|src=203.0.113.9#011dstPort=22#011msg=a",
     "observer.type=firewall | destination.port=22"},
    {"blanks between attributes",
     "<111>Nov 20 14:59:00 h LEEF:1.0|V|P|1|E|src=203.0.113.9 dst=10.1.0.5 msg=a b c",
     "destination.ip=10.1.0.5 | message=a b c"},
    {"a logon", "<111>Nov 20 14:59:00 h LEEF:1.0|V|P|1|Login Failed|src=203.0.113.9\tusrName=bob",
     "event.category=authentication | event.outcome=failure | user.name=bob"},
    {"its own time", "LEEF:1.0|V|P|1|E|devTime=1795157940000\tsrc=203.0.113.9", "time=1795157940000000000"},
    {"no attributes at all", "<111>Nov 20 14:59:00 h LEEF:1.0|V|P|1|E|", "format=leef | event.code=E"},
    {"cut in the header", "<111>Nov 20 14:59:00 h LEEF:1.0|V|P", "format=leef | tag=bad_payload"},
};
TEST(PayloadLeef, TakesEveryDelimiter) { check_all(kLeef); }

constexpr PayloadCase kCef[] = {
    {"a name server in CEF is an application",
     "CEF:0|Infoblox|NIOS|8|RPZ-QNAME|NXDOMAIN|7|src=10.1.0.3 dst=10.1.0.2", "kinds=application"},
    {"a firewall in CEF",
     "CEF:0|Check Point|VPN-1 & FireWall-1|CP|Log|https|Unknown|act=Drop src=203.0.113.9 rule_uid=9e5e",
     "observer.type=firewall | rule.uuid=9e5e | event.type=denied | kinds=device"},
    {"a label for a rule",
     "CEF:0|FORCEPOINT|Firewall|6|70019|Connection_Discarded|0|src=203.0.113.9 cs1Label=RuleID cs1=605.0",
     "rule.id=605.0 | vendor.RuleID=605.0"},
    {"a logon", "CEF:0|Trend Micro|Deep Security Manager|20|600|User Signed In|3|src=10.1.0.2 suser=admin",
     "event.category=authentication | event.outcome=success | user.name=admin | kinds=logon device"},
    {"PAN-OS' labels",
     R"(CEF:0|Palo Alto Networks|PAN-OS|10|end|TRAFFIC|1|src=10.1.0.7 suser=bob cn3Label=Elapsed time in seconds cn3=3 act=allow)",
     "user.name=bob | event.duration=3000000000 | event.type=allowed"},
    {"a logon that failed", "CEF:0|TIM|AT|1|7|Login|5|src=203.0.113.9 suser=bob outcome=Failure",
     "event.category=authentication | event.outcome=failure"},
    {"the sender's name once more in front",
     "<134>Nov 20 14:59:00 h appliance1 CEF:0|OPSWAT|MSCL|4|core|Update|2|src=203.0.113.9",
     "format=cef | source.ip=203.0.113.9 | kinds=device"},
    {"a blank behind the colon",
     "CEF: 0|Trend Micro|Deep Security Agent|10|20|Log for TCP Port 80|0|src=203.0.113.9",
     "format=cef | source.ip=203.0.113.9"},
};
TEST(PayloadCef, KnowsProductsAndLogons) { check_all(kCef); }

}  // namespace
}  // namespace vigil
