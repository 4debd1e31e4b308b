// Firewalls that write columns, brackets or pairs of their own: Palo Alto, Check Point, Sophos, Fortinet's kin, SonicWall,
// and the rest of what schools buy.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kPaloAlto[] = {
    {"a session's end",
     "<14>Nov 20 14:59:00 pa1 1,2026/11/20 14:59:00,012801096514,TRAFFIC,end,2561,2026/11/20 "
     "14:59:00,10.1.0.7,203.0.113.80,"
     "198.51.100.1,203.0.113.80,out,corp\\alice,,ssl,vsys1,trust,untrust,ethernet1/2,ethernet1/1,all,2026/11/"
     "20 14:59:00,28191,1,"
     "52984,443,37679,443,0x400019,tcp,allow,1500,700,800,12,2026/11/20 "
     "14:58:48,12,any,0,4711,0x0,10.0.0.0-10.255.255.255,Taiwan,"
     "0,5,7,tcp-fin,0,0,0,0,,PA-220",
     "format=paloalto | host.name=pa1 | observer.vendor=Palo Alto Networks | observer.name=PA-220 | "
     "observer.serial_number=012801096514 | "
     "source.ip=10.1.0.7 | source.port=52984 | source.nat.ip=198.51.100.1 | source.nat.port=37679 | "
     "destination.ip=203.0.113.80 | "
     "destination.nat.port=443 | rule.name=out | user.name=alice | user.domain=corp | source.user.name=alice "
     "| network.application=ssl | "
     "observer.ingress.zone=trust | observer.egress.interface.name=ethernet1/1 | network.transport=tcp | "
     "event.action=allow | "
     "event.type=allowed | event.type=end | network.bytes=1500 | source.bytes=700 | source.packets=5 | "
     "event.duration=12000000000 | "
     "event.start=2026-11-20T06:58:48.000Z | event.end=2026-11-20T06:59:00.000Z | event.reason=tcp-fin | "
     "source=paloalto//traffic | "
     "source=paloalto/firewall/ | kinds=device"},
    {"bare: the time it was generated",
     "1,2026/11/20 15:00:00,0128,SYSTEM,general,0,2026/11/20 "
     "14:59:00,,general,,0,0,general,informational,Config installed,1,0x0",
     "format=paloalto | time=1795157940000000000 | event.code=general | message=Config installed | "
     "log.level=informational"},
    {"as Cortex Data Lake writes it",
     "9312,2026-11-20T07:00:00.000000Z,no-serial,TRAFFIC,start,10.0,2026-11-20T06:59:00.000000Z,10.1.0.7,203."
     "0.113.9",
     "format=paloalto | time=1795157940000000000 | destination.ip=203.0.113.9 | event.type=start"},
    {"nothing translated",
     "1,2026/11/20 14:59:00,0128,TRAFFIC,deny,1,2026/11/20 "
     "14:59:00,203.0.113.9,10.1.0.5,0.0.0.0,0.0.0.0,block,,,ssh,vsys1,untrust,trust,e1,e2,all,,"
     "1,1,50022,22,0,0,0x0,tcp,deny",
     "!source.nat.ip | !source.nat.port | event.type=denied | destination.port=22"},
    {"a virus",
     "1,2026/11/20 14:59:00,0128,THREAT,virus,1,2026/11/20 "
     "14:59:00,203.0.113.80,10.1.0.7,,,out,,,web-browsing,vsys1,untrust,trust,e1,e2,all,,1,1,"
     "80,52013,0,0,0x0,tcp,reset-both,\"eicar.com\",Eicar Test File(100000),any,medium,server-to-client",
     "event.kind=alert | threat.indicator.name=Eicar Test File | rule.id=100000 | event.category=malware | "
     "event.type=denied | file.name=eicar.com | "
     "event.severity=5 | source=/antivirus/"},
    {"a page that was blocked is no threat",
     "1,2026/11/20 14:59:00,0128,THREAT,url,1,2026/11/20 "
     "14:59:00,10.1.0.7,203.0.113.80,,,out,,,ssl,vsys1,trust,untrust,e2,e1,all,,1,1,52013,443,0,0,"
     "0x0,tcp,block-url,\"www.example.com:443/a?b=c\",(9999),gambling,informational,client-to-server",
     "event.kind=event | url.domain=www.example.com | url.path=/a | url.query=b=c | rule.category=gambling | "
     "event.type=denied | "
     "source=paloalto/proxy/"},
    {"quotes inside a cell",
     "1,2026/11/20 14:59:00,,CONFIG,0,2561,2026/11/20 14:59:00,10.1.0.2,,set,admin,Web,Succeeded, config "
     "shared,,\"a { filter \"\"All, Logs\"\"; }\",123,0x0",
     "vendor.after_change=a { filter \"All, Logs\"; } | event.sequence=123 | user.name=admin | "
     "source.ip=10.1.0.2 | event.outcome=success | "
     "event.category=configuration"},
    {"a change without its details",
     "1,2026/11/20 14:59:00,16,CONFIG,0,0,2026/11/20 14:59:00,10.1.0.2,,delete,admin,CLI,Failed, config "
     "x,7,0x0",
     "event.sequence=7 | !vendor.before_change | event.type=deletion | event.outcome=failure | "
     "event.action=delete"},
    {"a wrong password for the administrator",
     "1,2026/11/20 14:59:00,0128,SYSTEM,auth,0,2026/11/20 14:59:00,,auth-fail,,0,0,general,medium,\"failed "
     "authentication for user 'root'. Reason: "
     "Invalid username/password. auth profile 'x', From: 203.0.113.9.\",7,0x0",
     "event.category=authentication | event.outcome=failure | user.name=root | source.ip=203.0.113.9 | "
     "event.reason=Invalid username/password | "
     "kinds=logon device"},
    {"GlobalProtect: a user who may not",
     "1,2026/11/20 14:59:00,0131,GLOBALPROTECT,0,2305,2026/11/20 "
     "14:59:00,vsys1,gateway-auth,login,LDAP,,corp\\bob,TW,PC1,203.0.113.9,0.0.0.0,0.0.0.0,"
     "0.0.0.0,id,,5.2.4,Windows,\"Windows 10 Pro , 64-bit\",1,Invalid username or "
     "password,,,failure,,0,,0,GW",
     "event.category=authentication | event.outcome=failure | user.name=bob | source.ip=203.0.113.9 | "
     "source.nat.ip=203.0.113.9 | "
     "host.os.full=Windows 10 Pro , 64-bit | event.reason=Invalid username or password | "
     "source=paloalto//globalprotect | kinds=logon device"},
    {"GlobalProtect: before the login",
     "1,2026/11/20 14:59:00,0131,GLOBALPROTECT,0,2305,2026/11/20 "
     "14:59:00,vsys1,portal-prelogin,before-login,,,,TW,,203.0.113.9,0.0.0.0,0.0.0.0,0.0.0.0",
     "event.category=network | kinds=device"},
    {"whom an address belongs to is no logon",
     "1,2026/11/20 14:59:00,01,USERID,login,2305,2026/11/20 "
     "14:59:00,vsys1,10.1.0.7,corp\\alice,,0,1,10800,0,0",
     "event.category=iam | user.name=alice | source.ip=10.1.0.7 | kinds=device"},
    {"multi-factor authentication",
     "1,2026/11/20 14:59:00,01,AUTHENTICATION,login,2561,2026/11/20 "
     "14:59:00,vsys1,203.0.113.9,alice,alice,obj,mfa,1,9,duo,log,srv,denied by user,,"
     "Authentication failed,2",
     "event.category=authentication | event.outcome=failure | user.name=alice | source.ip=203.0.113.9 | "
     "rule.name=mfa"},
    {"cut in a quote",
     "1,2026/11/20 14:59:00,0128,SYSTEM,general,0,2026/11/20 14:59:00,,general,,0,0,general,high,\"Disk is "
     "alm",
     "message=Disk is alm"},
    {"cut in front", "1,2026/11/20 14:59:00,0128,TRAFFIC,", "format=paloalto | vendor.type=TRAFFIC"},
    {"columns of a later release are kept",
     "1,2026/11/20 14:59:00,01,CORRELATION,,0,2026/11/20 "
     "14:59:00,10.1.0.7,alice,,compromised-host,critical,0,0,0,0,,PA,,beacon,7,Host visited,new,cells",
     "event.kind=alert | rule.name=beacon | event.severity=9 | vendor._overflow=new,cells"},
    {"a type nobody has taught us", "1,2026/11/20 14:59:00,0128,QUANTUM,x,1,2026/11/20 14:59:00,a,b",
     "format=paloalto | vendor.type=QUANTUM | vendor._overflow=a,b"},
    {"a CSV of anyone else", "1,2026/11/20 14:59:00,0128,ORDERS,end,1,2", "format=none"},
    {"a number and a comma", "1,2", "format=none"},
};
TEST(PayloadPaloAlto, ReadsColumnsByType) { check_all(kPaloAlto); }

constexpr PayloadCase kCheckPoint[] = {
    {"the exporter's own brackets",
     "<134>1 2026-11-20T06:59:00Z gw CheckPoint 8363 - [action:\"Drop\"; flags:\"400644\"; "
     "ifdir:\"inbound\"; ifname:\"eth0\"; "
     "loguid:\"{0x5e812cd3,0x6,0x353707c7,0xee78a1dc}\"; origin:\"10.1.0.1\"; version:\"5\"; "
     "__policy_id_tag:\"product=VPN-1[db_tag={88};policy_name=Standard\\]\"; dst:\"10.1.0.5\"; "
     "inzone:\"External\"; product:\"VPN-1 & FireWall-1\"; "
     "proto:\"6\"; rule_uid:\"1fde807b\"; s_port:\"50022\"; service:\"22\"; service_id:\"ssh\"; "
     "src:\"203.0.113.9\"; xlatesrc:\"0.0.0.0\"; "
     "xlatesport:\"0\"]",
     "format=checkpoint | source.ip=203.0.113.9 | source.port=50022 | destination.ip=10.1.0.5 | "
     "destination.port=22 | network.transport=tcp | "
     "event.action=Drop | event.type=denied | event.id={0x5e812cd3,0x6,0x353707c7,0xee78a1dc} | "
     "observer.name=10.1.0.1 | "
     "observer.ingress.interface.name=eth0 | network.direction=inbound | rule.uuid=1fde807b | !source.nat.ip "
     "| !source.nat.port | "
     "source=checkpoint/firewall/ | kinds=device"},
    {"bars, and a bar in a value",
     "time=1795157940|hostname=gw1|product=SmartConsole|action=Accept|ifdir=outbound|origin=10.1.0.1|10.1.0."
     "2|loguid={0x1,0x0}|administrator=alice|"
     "client_ip=203.0.113.9|operation=Log In|subject=Administrator Login|audit_status=Failure",
     "format=checkpoint | time=1795157940000000000 | host.name=gw1 | observer.name=10.1.0.1|10.1.0.2 | "
     "user.name=alice | source.ip=203.0.113.9 | "
     "event.category=authentication | event.outcome=failure | kinds=logon device"},
    {"a colon twice, and a user of remote access",
     "<134>1 2026-11-20T06:59:00Z gw CheckPoint 2700 - [action:\"Failed Log In\"; loguid:\"{0x1}\"; "
     "product:\"Connectra\"; reason::\"bad; password\"; "
     "src:\"203.0.113.9\"; user:\"bob\"]",
     "event.category=authentication | event.outcome=failure | user.name=bob | event.reason=bad; password"},
    {"an attack",
     "<134>1 2026-11-20T06:59:00Z gw CheckPoint 2700 - [action:\"Prevent\"; product:\"IPS\"; attack:\"SMB\"; "
     "protection_name:\"EternalBlue\"; "
     "severity:\"Critical\"; src:\"203.0.113.9\"; dst:\"10.1.0.5\"]",
     "event.kind=alert | rule.name=EternalBlue | event.severity=9 | event.type=denied | "
     "event.category=intrusion_detection"},
    {"cut in a value",
     "<134>1 2026-11-20T06:59:00Z gw CheckPoint 2700 - [action:\"Drop\"; src:\"203.0.113.9\"; dst:\"10.1.",
     "format=checkpoint | source.ip=203.0.113.9 | event.action=Drop"},
    {"structured data that is some, with nothing behind it",
     "<134>1 2026-11-20T06:59:00Z gw CheckPoint 8363 - [sc4s@2620 action=\"Drop\" flags=\"1\" "
     "ifdir=\"inbound\" loguid=\"{0x1,0x2}\" src=\"203.0.113.9\" "
     "s_port=\"50022\" dst=\"10.1.0.5\" service=\"22\" proto=\"6\" product=\"VPN-1 & FireWall-1\"]",
     "format=checkpoint | source.ip=203.0.113.9 | source.port=50022 | destination.port=22 | "
     "event.action=Drop | event.type=denied | kinds=device"},
    {"without a priority, as archives keep it",
     "1 2026-11-20T06:59:00Z gw CheckPoint 19710 - [action:\"Drop\"; src:\"203.0.113.9\"; dst:\"10.1.0.5\"]",
     "format=checkpoint | host.name=gw | source.ip=203.0.113.9 | time=1795157940000000000"},
    {"brackets of anyone else", "<134>Nov 20 14:59:00 h [action] x:\"y\"", "format=none"},
};
TEST(PayloadCheckPoint, ReadsTheExportersForms) { check_all(kCheckPoint); }

constexpr PayloadCase kSophos[] = {
    {"a connection that was dropped",
     "<30>device=\"SFW\" date=2026-11-20 time=14:59:00 timezone=\"CST\" device_name=\"XG230\" "
     "device_id=C44313350024-P29PUA log_id=010102600002 "
     "log_type=\"Firewall\" log_component=\"Firewall Rule\" log_subtype=\"Denied\" status=\"Deny\" "
     "priority=Information duration=0 fw_rule_id=7 "
     "user_name=\"\" src_ip=203.0.113.9 dst_ip=10.1.0.5 protocol=\"TCP\" src_port=50022 dst_port=22 "
     "sent_pkts=1 recv_pkts=2 sent_bytes=60 recv_bytes=0",
     "format=sophos | time=1795157940000000000 | event.code=00002 | rule.id=7 | source.ip=203.0.113.9 | "
     "destination.port=22 | network.transport=tcp | "
     "network.bytes=60 | network.packets=3 | event.type=denied | event.action=Denied | "
     "observer.serial_number=C44313350024-P29PUA | "
     "event.start=2026-11-20T06:59:00.000Z | !user.name | kinds=device"},
    {"the newer time",
     "<30>device_name=\"SFW\" timestamp=\"2026-11-20T14:59:00+0800\" device_model=\"XGS107\" "
     "device_serial_id=\"X1\" log_id=010101600001 log_type=\"Firewall\" log_component=\"Firewall Rule\" "
     "log_subtype=\"Allowed\"",
     "format=sophos | time=1795157940000000000 | observer.serial_number=X1 | event.type=allowed"},
    {"SSL VPN: a wrong password",
     "<30>device=\"SFW\" date=2026-11-20 time=14:59:00 timezone=\"CST\" device_name=\"XG\" device_id=X "
     "log_id=063110617710 log_type=\"Event\" "
     "log_component=\"SSL VPN Authentication\" log_subtype=\"Authentication\" status=\"Failed\" "
     "priority=Notice user_name=\"bob\" src_ip=203.0.113.9 "
     "message=\"User bob failed to login to SSLVPN\"",
     "event.category=authentication | event.outcome=failure | user.name=bob | source.ip=203.0.113.9 | "
     "kinds=logon device"},
    {"an administrator's settings are no logon",
     "<30>device=\"SFW\" date=2026-11-20 time=14:59:00 device_name=\"XG\" device_id=X log_id=062009617502 "
     "log_type=\"Event\" log_component=\"GUI\" "
     "log_subtype=\"Admin\" status=\"Successful\" priority=Information user_name=\"admin\" src_ip=10.1.0.2 "
     "message=\"Settings were changed by 'admin'\"",
     "event.category=configuration | event.outcome=success | kinds=device"},
    {"a virus",
     "<30>device=\"SFW\" date=2026-11-20 time=14:59:00 device_name=\"XG\" device_id=X log_id=030906208001 "
     "log_type=\"Anti-Virus\" log_component=\"HTTP\" log_subtype=\"Virus\" priority=Critical "
     "virus=\"EICAR-AV-Test\" url=\"http://www.example.com/e\" src_ip=10.1.0.7",
     "event.kind=alert | rule.name=EICAR-AV-Test | event.category=malware | event.severity=9 | "
     "source=/antivirus/ | url.path=/e"},
    {"UTM has a time of its own",
     "<30>2026:11:20-14:59:00 gw ulogd[5009]: id=\"2001\" severity=\"info\" sys=\"SecureNet\" "
     "sub=\"packetfilter\" name=\"Packet dropped\" action=\"drop\" "
     "fwrule=\"60001\" initf=\"eth0\" srcmac=\"00:00:5e:00:53:01\" srcip=\"203.0.113.9\" "
     "dstip=\"198.51.100.1\" proto=\"6\" length=\"52\" srcport=\"50022\" "
     "dstport=\"22\"",
     "format=sophos_utm | time=1795157940000000000 | host.name=gw | process.name=ulogd | process.pid=5009 | "
     "event.code=2001 | rule.id=60001 | "
     "source.mac=00-00-5E-00-53-01 | destination.port=22 | event.type=denied | message=Packet dropped"},
    {"UTM: who may not administer",
     "2026:11:20-14:59:00 gw aua[123]: id=\"3005\" severity=\"warn\" sys=\"System\" sub=\"auth\" "
     "name=\"Authentication failed\" srcip=\"203.0.113.9\" user=\"admin\" caller=\"webadmin\" "
     "reason=\"DENIED\"",
     "event.category=authentication | event.outcome=failure | user.name=admin | source.ip=203.0.113.9 | "
     "kinds=logon device"},
};
TEST(PayloadSophos, ReadsFirewallAndUtm) { check_all(kSophos); }

constexpr PayloadCase kFortinet[] = {
    {"FortiMail, parted by commas",
     "<190>date=2026-11-20,time=14:59:00.246,device_id=FEVM02TM23000064,log_id=0400003064,type=virus,subtype="
     "infected,pri=information,"
     "from=\"a@example.com\",to=\"b@example.edu.tw\",src=203.0.113.9,session_id=\"q6\",msg=\"The file x is "
     "infected with EICAR_TEST_FILE.\"",
     "format=fortinet | time=1795157940246000000 | observer.product=FortiMail | event.code=0400003064 | "
     "email.from.address=a@example.com | "
     "email.to.address=b@example.edu.tw | source.ip=203.0.113.9 | event.category=malware | event.kind=alert "
     "| kinds=device"},
    {"an administrator of FortiMail",
     "<190>date=2026-11-20,time=14:59:00,device_id=FEVM02TM23000064,log_id=0701002124,type=kevent,subtype="
     "admin,pri=information, user=admin,"
     "ui=ssh(203.0.113.9),action=login,status=failure,reason=unknown,msg=\"User admin login failed from "
     "ssh(203.0.113.9).\"",
     "event.category=authentication | event.outcome=failure | user.name=admin | source.ip=203.0.113.9 | "
     "kinds=logon device"},
    {"FortiWeb",
     "<185>date=2026-11-20 time=14:59:00 log_id=20000008 msg_id=000001 device_id=FV-1KD3A14800059 "
     "vd=\"root\" timezone=\"(GMT+8:00)Taipei\" type=attack pri=alert "
     "main_type=\"Signature Detection\" policy=\"web\" src=203.0.113.9 src_port=50022 dst=10.1.0.5 "
     "dst_port=443 http_method=get http_url=\"/a?b=1\" "
     "http_host=\"www.example.edu.tw\" action=Alert_Deny msg=\"SQL injection\" signature_subclass=\"SQL "
     "Injection\"",
     "observer.product=FortiWeb | observer.type=waf | event.kind=alert | rule.name=SQL Injection | "
     "source.ip=203.0.113.9 | url.path=/a | "
     "url.domain=www.example.edu.tw | http.request.method=get"},
    {"FortiAuthenticator",
     "<134>Nov 20 14:59:00 fac db[31013]:  category=\"Event\" subcategory=\"Authentication\" typeid=20001 "
     "level=\"information\" user=\"bob\" nas=\"10.1.0.9\" action=\"Authentication\" status=\"Failed\" Remote "
     "RADIUS user authentication with invalid token",
     "format=fortinet | observer.product=FortiAuthenticator | event.category=authentication | "
     "event.outcome=failure | user.name=bob | kinds=logon device"},
    {"FortiGate: a user who dials in over IPsec",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=FG1 logid=\"0101037138\" type=\"event\" "
     "subtype=\"vpn\" action=\"tunnel-up\" remip=203.0.113.9 "
     "locip=198.51.100.1 user=\"N/A\" xauthuser=\"bob\" tunneltype=\"ipsec\"",
     "event.category=authentication | event.outcome=success | user.name=bob | source.ip=203.0.113.9 | "
     "kinds=logon device"},
    {"FortiGate: a tunnel between gateways is nobody's logon",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=FG1 type=\"event\" subtype=\"vpn\" "
     "action=\"tunnel-up\" remip=203.0.113.9 locip=198.51.100.1 "
     "user=\"N/A\" xauthuser=\"N/A\" tunneltype=\"ipsec\"",
     "event.category=network | kinds=device"},
    {"FortiGate keeps its own",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=FG1 logid=\"0000000013\" type=traffic "
     "eventtime=1795157940041880981 tz=\"+0800\"",
     "format=fortigate | event.start=2026-11-20T14:59:00.041+08:00"},
};
TEST(PayloadFortinet, KnowsTheKinByTheirSerialNumbers) { check_all(kFortinet); }

constexpr PayloadCase kSonicWall[] = {
    {"an administrator's wrong password",
     "<134>id=firewall sn=0017C5000001 time=\"2026-11-20 06:59:00 UTC\" fw=198.51.100.1 pri=1 c=32 m=30 "
     "msg=\"Administrator login denied due to bad "
     "credentials\" n=7 usr=\"admin\" src=203.0.113.9:50022:X1:peer.example dst=198.51.100.1:443:X1 "
     "proto=tcp/https",
     "format=sonicwall | time=1795157940000000000 | event.category=authentication | event.outcome=failure | "
     "user.name=admin | source.ip=203.0.113.9 | "
     "source.port=50022 | source.domain=peer.example | observer.ingress.interface.name=X1 | "
     "network.transport=tcp | network.protocol=https | event.code=30 | "
     "kinds=logon device"},
    {"a closed connection",
     "<134>id=firewall sn=0017C5000001 time=\"2026-11-20 06:59:00 UTC\" fw=198.51.100.1 pri=6 c=1024 m=537 "
     "msg=\"Connection Closed\" n=9 "
     "src=10.1.0.7:52013:X0 dst=203.0.113.80:443:X1 natSrc=198.51.100.1:40022 proto=tcp/https sent=700 "
     "rcvd=800",
     "source.nat.ip=198.51.100.1 | source.nat.port=40022 | network.bytes=1500 | event.type=end | "
     "event.category=network | kinds=device"},
    {"ends without ports",
     "<134>id=firewall sn=1 time=\"2026-11-20 14:59:00\" fw=198.51.100.1 pri=5 c=64 m=36 msg=\"TCP packet "
     "dropped\" src=203.0.113.9 dst=10.1.0.5::X0",
     "time=1795157940000000000 | source.ip=203.0.113.9 | destination.ip=10.1.0.5 | !destination.port | "
     "event.type=denied"},
};
TEST(PayloadSonicWall, SplitsEndsAndKnowsNumbers) { check_all(kSonicWall); }

constexpr PayloadCase kOthers[] = {
    {"WatchGuard: a packet",
     "<140>Nov 20 14:59:00 fbx 80B301234ABCD (2026-11-20T06:59:00) firewall: msg_id=\"3000-0148\" Deny "
     "External Firebox 52 tcp 20 119 203.0.113.9 "
     "198.51.100.1 50022 22 offset 8 S 3456787 win 8192 msg=\"blocked ports\" (Unhandled External Packet-00)",
     "format=watchguard | event.code=3000-0148 | event.action=Deny | event.type=denied | source.port=50022 | "
     "destination.port=22 | "
     "rule.name=Unhandled External Packet-00 | observer.serial_number=80B301234ABCD | process.name=firewall"},
    {"WatchGuard: a VPN user",
     "<140>Nov 20 14:59:00 fbx admd[2345]: msg_id=\"1100-0005\" Authentication of SSLVPN user "
     "[bob@Firebox-DB] from 203.0.113.9 was rejected, invalid credentials",
     "event.category=authentication | event.outcome=failure | source.ip=203.0.113.9 | event.reason=invalid "
     "credentials | kinds=logon device"},
    {"Zyxel: the account stands in the note",
     "<140>Nov 20 14:59:00 usg src=\"203.0.113.9:50022\" dst=\"198.51.100.1:443\" msg=\"Failed login attempt "
     "to Device from https (incorrect password or "
     "inexistent username)\" note=\"Account: admin\" user=\"unknown\" devID=\"00005e005301\" cat=\"User\"",
     "format=zyxel | event.category=authentication | event.outcome=failure | user.name=admin | "
     "source.ip=203.0.113.9 | source.port=50022"},
    {"Zyxel: a rule",
     "<140>Nov 20 14:59:00 usg src=\"203.0.113.9:50022\" dst=\"198.51.100.1:22\" msg=\"priority:1, from WAN "
     "to ZyWALL, TCP, service others, DROP\" note=\"ACCESS BLOCK\" user=\"unknown\" devID=\"00005e005301\" "
     "cat=\"Security Policy Control\"",
     "observer.ingress.zone=WAN | event.action=DROP | event.type=denied | !user.name"},
    {"ScreenOS: names with blanks",
     "<13>Nov 20 14:59:00 ns1 ns5gt: NetScreen device_id=ns5gt  [Root]system-notification-00257(traffic): "
     "start_time=\"2026-11-20 14:59:00\" duration=3 "
     "policy_id=119 service=msrpc Endpoint Mapper(tcp) proto=6 src zone=Trust dst zone=Untrust action=Deny "
     "sent=0 rcvd=0 src=10.1.0.7 dst=203.0.113.9 "
     "src_port=3036 dst_port=135 src-xlated ip=198.51.100.1 port=2000 session_id=5",
     "format=netscreen | source.ip=10.1.0.7 | source.port=3036 | destination.port=135 | "
     "source.nat.ip=198.51.100.1 | source.nat.port=2000 | "
     "observer.ingress.zone=Trust | event.type=denied | event.code=00257 | log.level=notification"},
    {"ScreenOS: an attack",
     "<9>Nov 20 14:59:00 ns1 ns5gt: NetScreen device_id=ns5gt  [Root]system-alert-00016: Port scan! From "
     "203.0.113.9:54886 to 198.51.100.1:406, proto TCP (zone Untrust, int ethernet1/2). Occurred 1 times.",
     "event.kind=alert | rule.name=Port scan | source.port=54886 | event.category=intrusion_detection"},
    {"Hillstone",
     "<13>Nov 20 14:59:00 sg 1234567890(root) 46086680 Traffic@FLOW: SESSION: "
     "10.1.0.7:52013->203.0.113.80:443(TCP), application HTTPS, interface ethernet0/1, "
     "vr trust-vr, policy 1, user alice@local, host -, mac 0000.5e00.5301, send packets 10,send bytes "
     "1460,receive packets 9,receive bytes 8000",
     "format=gateway_lines | observer.vendor=Hillstone | source.port=52013 | destination.ip=203.0.113.80 | "
     "user.name=alice | source.bytes=1460 | rule.id=1"},
    {"Kerio Control",
     "<13>Nov 20 14:59:00 kerio DROP \"Block all\" packet from WAN, proto:TCP, len:52, 203.0.113.9:50022 -> "
     "198.51.100.1:22, flags:[ SYN ], seq:1",
     "observer.product=Kerio Control | rule.name=Block all | destination.port=22 | event.type=denied"},
    {"Kerio Control: a wrong password, whose first word reads like a program",
     "<13>Nov 20 14:59:00 kerio Authentication: Web interface: Client: 203.0.113.9: User admin: Invalid "
     "password",
     "format=gateway_lines | event.outcome=failure | user.name=admin | source.ip=203.0.113.9"},
    {"Sangfor, in Chinese",
     "<134>Nov 20 14:59:00 af 日志类型:漏洞攻击防护日志, 策略名称:default, 漏洞ID:11020, 漏洞名称:Apache "
     "Struts, 源IP:203.0.113.9, 源端口:50022, 目的IP:10.1.0.5, "
     "目的端口:80, 协议:TCP, 攻击类型:web漏洞, 严重级别:高, 系统动作:拒绝",
     "format=gateway_lines | observer.vendor=Sangfor | source.ip=203.0.113.9 | destination.port=80 | "
     "rule.id=11020 | event.kind=alert | event.type=denied"},
    {"Stormshield",
     "<134>id=firewall time=\"2026-11-20 14:59:00\" fw=\"sn310\" tz=+0800 startime=\"2026-11-20 14:59:00\" "
     "pri=5 ruleid=7 srcif=\"Ethernet0\" ipproto=tcp "
     "src=203.0.113.9 srcport=50022 dst=10.1.0.5 dstport=22 action=block logtype=\"filter\"",
     "format=gateway_pairs | time=1795157940000000000 | observer.vendor=Stormshield | rule.id=7 | "
     "event.type=denied | !event.code"},
    {"Clavister",
     "<134>Nov 20 14:59:00 c EFW: USERAUTH: prio=4 id=03700105 rev=1 event=bad_user_credentials "
     "authagent=HTTP authevent=rejected username=bob srcip=203.0.113.9",
     "format=gateway_pairs | event.code=03700105 | event.category=authentication | event.outcome=failure | "
     "user.name=bob | source.ip=203.0.113.9"},
    {"Barracuda CloudGen",
     "<134>Nov 20 14:59:00 cg box_Firewall_Activity: Info     gw Block: "
     "type=FWD|proto=TCP|srcIF=eth1|srcIP=203.0.113.9|srcPort=50022|dstIP=10.1.0.5|dstPort=22|dstService=ssh|"
     "rule=BLOCKALL|srcNAT=0.0.0.0",
     "format=gateway_pairs | event.action=Block | event.type=denied | rule.name=BLOCKALL | !source.nat.ip"},
    {"ipfw", "<134>Nov 20 14:59:00 bsd kernel: ipfw: 1000 Deny TCP 203.0.113.9:50022 10.1.0.5:22 in via em0",
     "format=gateway_lines | rule.id=1000 | event.action=Deny | event.type=denied | source.port=50022 | "
     "destination.port=22"},
    {"a router of D-Link",
     "<134>Nov 20 14:59:00 r Blocked incoming TCP packet from 203.0.113.9:50022 to 198.51.100.1:23 as SYN "
     "received",
     "format=gateway_lines | source.port=50022 | event.type=denied"},
    {"a logon of another product", "<134>Nov 20 14:59:00 mac screensharingd[1170]: Authentication: FAILED :: User Name: bob :: Viewer Address: 203.0.113.9 :: Type: DH",
     "format=logon_text"},
    {"words that begin alike", "<134>Nov 20 14:59:00 r Blocked incoming mail for alice", "format=none"},
};
TEST(PayloadFirewallOthers, ReadsEachMakersLines) { check_all(kOthers); }

}  // namespace
}  // namespace vigil
