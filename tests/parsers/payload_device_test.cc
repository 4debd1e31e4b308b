// Firewalls, intrusion detection, antivirus consoles: FortiGate, Suricata EVE, CEF, and pairs of anyone else.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kFortigate[] = {
    {"a denied connection",
     "<189>date=2026-11-20 time=14:59:00 devname=\"FGT-1\" devid=\"FG100E\" eventtime=1795157940041880981 "
     "tz=\"+0800\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" "
     "srcip=203.0.113.9 srcport=50022 srcintf=\"wan1\" dstip=10.1.0.5 dstport=22 dstintf=\"lan\" proto=6 "
     "action=\"deny\" policyid=7 service=\"SSH\" duration=3 sentbyte=60 rcvdbyte=0 sentpkt=1 rcvdpkt=0",
     "format=fortigate | time=1795157940041880981 | host.name=FGT-1 | observer.name=FGT-1 | "
     "observer.vendor=Fortinet | observer.product=FortiGate | "
     "observer.type=firewall | observer.serial_number=FG100E | source.ip=203.0.113.9 | source.port=50022 | "
     "destination.ip=10.1.0.5 | destination.port=22 | "
     "network.transport=tcp | network.iana_number=6 | network.protocol=ssh | network.bytes=60 | "
     "network.packets=1 | event.action=deny | event.type=denied | "
     "event.code=0000000013 | event.duration=3000000000 | rule.id=7 | vendor.srcip=203.0.113.9 | "
     "vendor.action=deny | vendor.logid=0000000013 | "
     "source=fortigate//traffic | source=fortigate/firewall/ | kinds=device"},
    {"eventtime in seconds",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F eventtime=1795157940 type=traffic",
     "time=1795157940000000000"},
    {"eventtime in milliseconds",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F eventtime=1795157940041 type=traffic",
     "time=1795157940041000000"},
    {"eventtime in microseconds",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F eventtime=1795157940041880 type=traffic",
     "time=1795157940041880000"},
    {"no eventtime: date, time and tz",
     "<189>date=2026-11-20 time=06:59:00 devname=F devid=F tz=\"+0000\" type=traffic",
     "time=1795157940000000000"},
    {"no tz: the listener's", "<189>date=2026-11-20 time=14:59:00 devname=F devid=F type=traffic",
     "time=1795157940000000000"},
    {"no time at all: that of receipt", "<189>date= time= devname=F devid=F type=traffic",
     "time=1795158000000000000"},
    {"an eventtime of no known length",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F eventtime=17951579 type=traffic",
     "time=1795157940000000000"},
    {"the text was cut in a quote",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F type=\"utm\" msg=\"URL belongs to a den",
     "message=URL belongs to a den"},
    {"a quote inside",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F msg=\"said \\\"no\\\" srcip=1.1.1.1\" "
     "dstip=10.1.0.5",
     "message=said \"no\" srcip=1.1.1.1 | !source.ip | destination.ip=10.1.0.5"},
    {"a failed administrator",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F logid=\"0100032002\" type=\"event\" "
     "subtype=\"system\" level=\"alert\" logdesc=\"Admin login failed\" user=\"admin\" "
     "ui=\"https(203.0.113.9)\" action=\"login\" status=\"failed\" reason=\"passwd_invalid\" "
     "msg=\"Administrator admin login failed\"",
     "event.category=authentication | event.outcome=failure | user.name=admin | source.ip=203.0.113.9 | "
     "event.reason=passwd_invalid | kinds=logon device"},
    {"an administrator",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F type=\"event\" subtype=\"system\" user=\"admin\" "
     "ui=\"ssh(10.1.0.2)\" srcip=10.1.0.2 action=\"login\" status=\"success\"",
     "event.outcome=success | source.ip=10.1.0.2 | event.type=start"},
    {"a failed SSL VPN user",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F type=\"event\" subtype=\"vpn\" "
     "action=\"ssl-login-fail\" tunneltype=\"ssl-web\" remip=203.0.113.9 user=\"bob\" "
     "reason=\"sslvpn_login_permission_denied\"",
     "event.category=authentication | event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
    {"a user without a name",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F type=\"event\" subtype=\"vpn\" "
     "action=\"ssl-login-fail\" tunneltype=\"ssl-web\" remip=203.0.113.9 user=\"N/A\"",
     "!user.name | vendor.user=N/A | event.outcome=failure"},
    {"an IPsec tunnel",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F type=\"event\" subtype=\"vpn\" "
     "action=\"negotiate\" remip=203.0.113.9 locip=198.51.100.1 remport=500 locport=4500 status=\"failure\"",
     "source.ip=198.51.100.1 | source.port=4500 | destination.ip=203.0.113.9 | destination.port=500 | "
     "event.outcome=failure | event.category=network"},
    {"a virus",
     "<188>date=2026-11-20 time=14:59:00 devname=F devid=F type=\"utm\" subtype=\"virus\" "
     "eventtype=\"infected\" level=\"warning\" srcip=10.1.0.7 dstip=203.0.113.80 action=\"blocked\" "
     "filename=\"eicar.com\" virus=\"EICAR_TEST_FILE\"",
     "event.kind=alert | rule.name=EICAR_TEST_FILE | event.severity=5 | event.category=malware | event.type=denied | "
     "file.name=eicar.com | source=/antivirus/ | source=fortigate//utm"},
    {"an attack",
     "<185>date=2026-11-20 time=14:59:00 devname=F devid=F type=\"utm\" subtype=\"ips\" "
     "severity=\"critical\" srcip=203.0.113.9 dstip=10.1.0.5 action=\"dropped\" attack=\"Apache.Log4j.RCE\" "
     "attackid=51006",
     "event.kind=alert | rule.name=Apache.Log4j.RCE | event.severity=9 | event.category=intrusion_detection "
     "| vendor.attackid=51006"},
    {"a web filter",
     "<188>date=2026-11-20 time=14:59:00 devname=F devid=F type=\"utm\" subtype=\"webfilter\" srcip=10.1.0.7 "
     "hostname=\"bad.example\" url=\"https://bad.example/x?y\" action=\"blocked\" catdesc=\"Phishing\"",
     "event.kind=event | url.domain=bad.example | url.path=/x | url.query=y | rule.category=Phishing | "
     "source=fortigate/proxy/"},
    {"a changed policy",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F type=\"event\" subtype=\"system\" user=\"admin\" "
     "action=\"Edit\" cfgpath=\"firewall.policy\" cfgobj=\"7\"",
     "event.category=configuration | vendor.cfgpath=firewall.policy | vendor.action=Edit | "
     "source=fortigate//event"},
    {"another order of keys",
     "<190>devname=\"firewall\" devid=\"FG\" vd=\"root\" date=2026-11-20 time=14:59:00 type=\"event\"",
     "format=fortigate | time=1795157940000000000"},
    {"a header with a host keeps it",
     "<189>Nov 20 14:59:00 gw1 date=2026-11-20 time=14:59:00 devname=\"F\" devid=\"F\" type=traffic",
     "format=fortigate | host.name=gw1 | observer.name=F"},
    {"IPv6",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F type=traffic srcip=2001:db8::7 dstip=2001:db8::8",
     "source.ip=2001:db8::7 | destination.ip=2001:db8::8"},
    {"a port that is none",
     "<189>date=2026-11-20 time=14:59:00 devname=F devid=F type=traffic srcport=99999 dstport=-1",
     "!source.port | !destination.port | vendor.srcport=99999"},
    {"separated by commas",
     "<189>date=2026-11-20,time=14:59:00,devname=\"F,1\",devid=\"F\",type=traffic,srcip=10.1.0.7,action=deny,"
     "msg=\"a, b\"",
     "format=fortigate | time=1795157940000000000 | source.ip=10.1.0.7 | event.action=deny | "
     "observer.name=F,1 | message=a, b"},
    {"an empty value", "<189>date=2026-11-20 time=14:59:00 devname=F devid=F srcip= group=\"\"",
     "!source.ip | vendor.srcip="},
};
TEST(PayloadFortigate, KeepsNativeNamesAndAddsEcs) { check_all(kFortigate); }

// What a visitor of a web site writes (url, agent) stands behind the device's own keys and is not searched
// for times.
TEST(PayloadFortigate, AVisitorCannotSetTheTime) {
  const std::string frame =
      "<189>date=2026-11-20 time=14:59:00 devname=F devid=F type=utm profile=" + std::string(500, 'x') +
      " url=\"/x eventtime=1500000000\"";
  PayloadBench bench;
  EXPECT_EQ(bench.parse(frame).timestamp_ns, 1'795'157'940'000'000'000);
}

constexpr PayloadCase kEve[] = {
    {"an alert",
     R"(<134>Nov 20 14:59:00 ids1 suricata[9]: {"timestamp":"2026-11-20T14:59:00.123456+0800","flow_id":1234567890123456,"in_iface":"eth0","event_type":"alert","src_ip":"203.0.113.9","src_port":50022,"dest_ip":"10.1.0.5","dest_port":80,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2024897,"rev":2,"signature":"ET WEB_SERVER shell","category":"Web Application Attack","severity":1},"http":{"hostname":"www.example.edu.tw","url":"\/up.php?c=id","http_method":"POST","http_user_agent":"x","status":200,"length":12},"app_proto":"http","flow":{"pkts_toserver":3,"pkts_toclient":2,"bytes_toserver":300,"bytes_toclient":200}})",
     "format=eve | event.kind=alert | rule.name=ET WEB_SERVER shell | rule.id=2024897 | rule.category=Web "
     "Application Attack | event.severity=1 | "
     "source.ip=203.0.113.9 | source.port=50022 | destination.ip=10.1.0.5 | destination.port=80 | "
     "network.transport=tcp | network.protocol=http | "
     "url.path=/up.php | url.query=c=id | url.domain=www.example.edu.tw | http.request.method=POST | "
     "http.response.status_code=200 | network.bytes=500 | "
     "event.category=intrusion_detection | event.type=allowed | observer.product=Suricata | "
     "observer.type=ids | vendor.flow_id=1234567890123456 | "
     "source=suricata//alert | source=suricata/firewall/ | kinds=device"},
    {"bare, with its own time",
     R"({"timestamp":"2026-11-20T06:59:00.041880+0000","event_type":"flow","src_ip":"10.1.0.7","dest_ip":"10.1.0.5","proto":"UDP"})",
     "time=1795157940041880000 | event.type=connection | source=/network_connection/"},
    {"members sorted by a relay",
     R"({"alert":{"action":"blocked","severity":3,"signature":"S","timestamp":"x"},"dest_ip":"10.1.0.5","event_type":"alert","src_ip":"10.1.0.7","timestamp":"2026-11-20T06:59:00+0000"})",
     "format=eve | event.type=denied | time=1795157940000000000"},
    {"a flow id of 2^63",
     R"({"timestamp":"2026-11-20T06:59:00+0000","flow_id":9223372036854775808,"event_type":"flow","src_ip":"10.1.0.7"})",
     "vendor.flow_id=9223372036854775808"},
    {"a DNS query, layout 2",
     R"({"event_type":"dns","src_ip":"10.1.0.7","dest_ip":"10.1.0.2","dns":{"version":2,"type":"query","id":7,"rrname":"bad.example","rrtype":"A"}})",
     "dns.question.name=bad.example | dns.type=query | dns.id=7 | source=/dns/"},
    {"a DNS query, layout 3",
     R"({"event_type":"dns","src_ip":"10.1.0.7","dns":{"version":3,"type":"request","queries":[{"rrname":"bad.example","rrtype":"TXT"}]}})",
     "dns.question.name=bad.example | dns.type=query | dns.question.type=TXT"},
    {"TLS",
     R"({"event_type":"tls","src_ip":"10.1.0.7","tls":{"sni":"bad.example.","version":"TLS 1.3","fingerprint":"aa:bb"}})",
     "tls.client.server_name=bad.example | destination.domain=bad.example | network.protocol=tls | "
     "tls.version=TLS 1.3"},
    {"a file",
     R"({"event_type":"fileinfo","src_ip":"10.1.0.7","app_proto":"http","fileinfo":{"filename":"/a/b.exe","size":12,"md5":"00","sha256":"11"}})",
     "file.path=/a/b.exe | file.name=b.exe | file.size=12 | file.hash.sha256=11"},
    {"mail",
     R"({"event_type":"smtp","src_ip":"10.1.0.7","smtp":{"mail_from":"<a@x>","rcpt_to":["<b@x>","<c@x>"]}})",
     "email.from.address=<a@x> | email.to.address=<c@x> | network.protocol=smtp"},
    {"statistics", R"({"event_type":"stats","stats":{"uptime":7}})",
     "format=eve | event.kind=metric | vendor.stats.uptime=7"},
    {"an anomaly",
     R"({"event_type":"anomaly","src_ip":"10.1.0.7","anomaly":{"type":"decode","event":"decoder.ipv4.opt"}})",
     "event.code=decoder.ipv4.opt | vendor.anomaly.type=decode"},
    {"BI-43 cut",
     R"(<134>Nov 20 14:59:00 ids1 suricata[9]: {"event_type":"alert","src_ip":"203.0.113.9","alert":{"sig)",
     R"(format=eve | tag=bad_payload | !source.ip | message={"event_type":"alert","src_ip":"203.0.113.9","alert":{"sig)"},
    {"an address that is none", R"({"event_type":"flow","src_ip":"not an address"})",
     "!source.ip | source.domain=not an address"},
    {"a port that is none", R"({"event_type":"flow","src_ip":"10.1.0.7","src_port":"x"})", "!source.port"},
};
TEST(PayloadEve, MapsEachKindOfEvent) { check_all(kEve); }

constexpr PayloadCase kCef[] = {
    {"an antivirus console",
     "<134>CEF:0|Trend Micro|Apex Central|2019|AV:File quarantined|Eicar_test_1|3|deviceExternalId=38 rt=Nov "
     "20 2026 06:59:00 GMT+00:00 dhost=PC-7 duser=teacher act=File quarantined cs1Label=Rule Name cs1=a b "
     "fname=eicar.com filePath=C:\\\\Users\\\\t dst=10.1.0.7",
     "format=cef | time=1795157940000000000 | event.kind=alert | event.category=malware | "
     "rule.name=Eicar_test_1 | event.code=AV:File quarantined | event.severity=3 | "
     "observer.vendor=Trend Micro | observer.product=Apex Central | observer.type=antivirus | "
     "observer.version=2019 | destination.user.name=teacher | user.name=teacher | "
     "event.action=File quarantined | vendor.Rule_Name=a b | !vendor.cs1 | file.name=eicar.com | "
     "file.path=C:\\Users\\t | destination.ip=10.1.0.7 | destination.domain=PC-7 | "
     "source=/antivirus/ | kinds=device"},
    {"a bar and a backslash in the header", "<134>CEF:0|a\\|b|c\\\\d|1|7|name|Low|src=10.0.0.1",
     "observer.vendor=a|b | observer.product=c\\d | event.severity=0 | source.ip=10.0.0.1"},
    {"an escaped and a bare equals sign", "<134>CEF:0|a|b|1|7|n|5|msg=x\\=1 and y=2 src=10.0.0.1",
     "message=x=1 and | vendor.y=2 | source.ip=10.0.0.1"},
    {"an equals sign inside a word's value", "<134>CEF:0|a|b|1|7|n|5|request=/p?a=b&c=d src=10.0.0.1",
     "url.original=/p?a=b&c=d | url.query=a=b&c=d | source.ip=10.0.0.1"},
    {"values of several words", "<134>CEF:0|a|b|1|7|n|5|act=blocked by policy  spt=22 fname=my file.txt",
     "event.action=blocked by policy | source.port=22 | file.name=my file.txt"},
    {"line ends and tabs", "<134>CEF:0|a|b|1|7|n|5|custom=foo\\nbar#012x#011y msg=z",
     "vendor.custom=foo\\x0abar\\x0ax\\x09y | message=z"},
    {"pairs on lines of their own", "<134>CEF:0|a|b|1|7|n|5|src=10.0.0.1\ndst=10.0.0.2\nact=drop",
     "source.ip=10.0.0.1 | destination.ip=10.0.0.2 | event.action=drop"},
    {"keys with brackets", "<134>CEF:0|a|b|1|7|n|5|ad.x[0]=one ad.x[1]=two",
     "vendor.ad.x[0]=one | vendor.ad.x[1]=two"},
    {"no extension", "<134>CEF:0|a|b|1|7|the name|High|",
     "message=the name | event.severity=7 | event.kind=alert"},
    {"not even the last bar", "<134>CEF:0|a|b|1|7|the name|9", "event.severity=9 | rule.name=the name"},
    {"a severity in words nobody knows", "<134>CEF:0|a|b|1|7|n|Unknown|src=10.0.0.1",
     "!event.severity | vendor.severity=Unknown"},
    {"milliseconds", "<134>CEF:0|a|b|1|7|n|5|rt=1795157940041 src=10.0.0.1", "time=1795157940041000000"},
    {"local words for a time", "<134>CEF:0|a|b|1|7|n|5|rt=Nov 20 2026 14:59:00 src=10.0.0.1",
     "time=1795157940000000000"},
    {"a time that is none", "<134>CEF:0|a|b|1|7|n|5|rt=yesterday src=10.0.0.1",
     "time=1795158000000000000 | vendor.rt=yesterday"},
    {"the prefix was lost",
     "<134>Nov 20 14:59:00 mgmt 0|Check Point|VPN-1 & FireWall-1|Check Point|Log|https|Unknown|act=Accept "
     "src=10.0.0.1",
     "format=cef | observer.type=firewall | event.action=Accept | source=/firewall/"},
    {"behind a tag",
     "<134>Nov 20 14:59:00 f5 ASM:CEF:0|F5|ASM|11.0|200000098|XSS script tag (Parameter)|5|src=203.0.113.9 "
     "request=/x",
     "format=cef | event.kind=alert | process.name=ASM | observer.type=waf"},
    {"another version, which reads like a tag", "<134>Nov 20 14:59:00 gw CEF:1|a|b|1|7|n|5|src=10.0.0.1",
     "format=cef | source.ip=10.0.0.1 | !process.name"},
    {"IPv6 in its labelled fields", "<134>CEF:0|a|b|1|7|n|5|c6a2=2001:db8::7 c6a2Label=Source IPv6 Address",
     "source.ip=2001:db8::7"},
    {"Chinese, decoded from Big5 before it is cut",
     "<13>CEF:0|\xa8\xbe\xacr|\xb0\xbb\xb4\xfa|1|100|\xb5o\xb2{\xb4"
     "c\xb7N\xb5{\xa6\xa1|5|fname=\xb4\xfa\xb8\xd5\xa5\\.exe msg=\xa4w\xb9j\xc2\xf7",
     "observer.vendor=防毒 | rule.name=發現惡意程式 | event.kind=alert | file.name=測試功.exe | "
     "message=已隔離 | tag=cp950"},
    {"BI-43 too few bars", "<134>CEF:0|a|b|1|7", "format=cef | tag=bad_payload | message=CEF:0|a|b|1|7"},
    {"BI-43 nothing but keys", "<134>CEF:0|a|b|1|7|n|5|===== = a= =b c", "format=cef | vendor.a==b c"},
};
TEST(PayloadCef, ReadsHeaderAndExtension) { check_all(kCef); }

constexpr PayloadCase kPairs[] = {
    {"ends of address, port and interface in pairs of nobody",
     "<134>unit=7 time=\"2026-11-20 06:59:00 UTC\" src=203.0.113.9:4444:X1 dst=10.1.0.5:22:X0",
     "format=key_value | time=1795157940000000000 | source.ip=203.0.113.9 | source.port=4444 | destination.port=22 | "
     "vendor.src=203.0.113.9:4444:X1 | kinds=device"},
    {"SonicWall",
     "<134>id=firewall sn=C0EAE4 time=\"2026-11-20 06:59:00 UTC\" fw=198.51.100.1 pri=1 m=82 msg=\"Possible "
     "port scan\" src=203.0.113.9:4444:X1 dst=10.1.0.5:22:X0 proto=tcp/ssh",
     "format=sonicwall | time=1795157940000000000 | source.ip=203.0.113.9 | source.port=4444 | "
     "destination.ip=10.1.0.5 | destination.port=22 | message=Possible port scan | kinds=device"},
    {"Sophos",
     "<134>device=\"SFW\" date=2026-11-20 time=14:59:00 timezone=\"CST\" device_name=\"XG\" "
     "log_type=\"Firewall\" src_ip=10.1.0.7 src_port=5 dst_ip=203.0.113.9 dst_port=443 protocol=\"TCP\"",
     "format=sophos | time=1795157940000000000 | source.ip=10.1.0.7 | destination.port=443 | "
     "network.transport=tcp"},
    {"a program's pairs", "<14>Nov 20 14:59:00 h app[1]: level=info user=ann action=\"open file\"",
     "format=key_value | user.name=ann | event.action=open file | vendor.level=info | kinds=application"},
    {"several names for one end: the first", "<14>Nov 20 14:59:00 h app: src=10.0.0.1 srcip=10.0.0.2",
     "source.ip=10.0.0.1 | vendor.srcip=10.0.0.2"},
    {"prose with one pair is prose", "<14>Nov 20 14:59:00 h app: set x=1 and be done", "format=none"},
    {"one pair alone is prose too", "<14>Nov 20 14:59:00 h app: x=1", "format=none"},
    {"nothing but equals signs", "<14>Nov 20 14:59:00 h app: ==== == =", "format=none"},
};
TEST(PayloadKeyValue, KeepsEveryPairOfUnknownProducts) { check_all(kPairs); }

}  // namespace
}  // namespace vigil
