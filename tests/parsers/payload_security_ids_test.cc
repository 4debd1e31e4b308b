// Intrusion detection: Snort and Suricata as text, Wazuh and OSSEC, consoles that write JSON.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kSnort[] = {
    {"over syslog",
     "<33>Nov 20 14:59:00 ids1 snort[77]: [1:2100498:7] GPL ATTACK_RESPONSE id check returned root [Classification: Potentially Bad "
     "Traffic] [Priority: 2] {TCP} 203.0.113.9:80 -> 10.1.0.5:43210",
     "format=snort | event.kind=alert | rule.name=GPL ATTACK_RESPONSE id check returned root | rule.id=2100498 | rule.version=7 | "
     "vendor.generator_id=1 | rule.category=Potentially Bad Traffic | event.severity=2 | network.transport=tcp | network.iana_number=6 | "
     "source.ip=203.0.113.9 | source.port=80 | destination.ip=10.1.0.5 | destination.port=43210 | host.name=ids1 | "
     "event.category=intrusion_detection | event.type=info | source=snort// | kinds=device"},
    {"the older form, a colon behind the priority",
     "<33>Nov 20 14:59:00 ids1 snort: [1:384:5] ICMP PING [Classification: Misc activity] [Priority: 3]: {ICMP} 203.0.113.9 -> 10.1.0.5",
     "rule.name=ICMP PING | event.severity=3 | network.transport=icmp | source.ip=203.0.113.9 | destination.ip=10.1.0.5 | !source.port"},
    {"an interface before the protocol",
     "<33>Nov 20 14:59:00 ids1 snort: [1:384:5] PING [Priority: 3] <eth1> {ICMP} 203.0.113.9 -> 10.1.0.5",
     "observer.ingress.interface.name=eth1 | source.ip=203.0.113.9"},
    {"Snort 3 quotes the message", "<33>Nov 20 14:59:00 ids1 snort: [1:1000001:0] \"ssh here\" {TCP} 203.0.113.9:50022 -> 10.1.0.5:22",
     "rule.name=ssh here | destination.port=22 | !event.severity"},
    {"whoever forwards it", "<33>Nov 20 14:59:00 ids1 barnyard2[4]: [1:384:5] PING [Priority: 3] {ICMP} 203.0.113.9 -> 10.1.0.5",
     "format=snort | rule.id=384"},
    {"Suricata's fast.log as a line of its file",
     "11/20/2026-14:59:00.123456  [**] [1:2019401:3] ET POLICY x [**] [Classification: Potential Corporate Privacy Violation] [Priority: 1] "
     "{UDP} 10.1.0.5:5353 -> 203.0.113.9:53",
     "format=snort_file | time=1795157940123456000 | rule.id=2019401 | source.ip=10.1.0.5 | network.iana_number=17 | host.name=192.0.2.9 | "
     "!process.name"},
    {"an inline drop", "11/20/2026-14:59:00.123456  [Drop] [**] [1:2019401:3] x [**] [Priority: 1] {TCP} 203.0.113.9:1 -> 10.1.0.5:2",
     "event.action=Drop | event.type=denied"},
    {"fast.log over syslog keeps the syslog time",
     "<33>Nov 20 14:00:00 ids1 suricata[7]: 11/20/2026-14:59:00.123456  [**] [1:2019401:3] x [**] [Priority: 1] {TCP} 203.0.113.9:1 -> 10.1.0.5:2",
     "format=snort | rule.id=2019401 | host.name=ids1 | time=1795154400000000000"},
    {"a time without a year", "11/20-14:59:00.123456  [**] [1:527:8] x [**] [Priority: 2] {TCP} 203.0.113.9:1 -> 10.1.0.5:2",
     "format=snort_file | time=1795157940123456000"},
    {"a full alert", "[**] [1:1000006:0] TCP connection [**]\n[Priority: 0] \n11/20-14:59:00.860730 203.0.113.9:57263 -> 10.1.0.5:22\nTCP TTL:127 TOS:0x0 ID:1",
     "format=snort | source.ip=203.0.113.9 | source.port=57263 | destination.port=22 | network.transport=tcp | time=1795157940860730000"},
    {"IPv6 with ports", "[1:384:5] x [Priority: 3] {TCP} 2001:db8::5:443 -> 2001:db8::9:50022",
     "source.ip=2001:db8::5 | source.port=443 | destination.ip=2001:db8::9 | destination.port=50022"},
    {"columns of Snort 2",
     "11/20-14:59:00.536335 ,1,1000006,0,\"TCP, a \"\"connection\"\"\",TCP,203.0.113.9,57263,10.1.0.5,22,00:25:90:3A:05:13,00:50:56:9D:A5:BE,0x72",
     "format=snort_file | rule.name=TCP, a \"connection\" | rule.id=1000006 | source.ip=203.0.113.9 | source.port=57263 | destination.ip=10.1.0.5 | "
     "destination.port=22 | source.mac=00-25-90-3A-05-13 | destination.mac=00-50-56-9D-A5-BE | network.iana_number=6"},
    {"columns of Snort 3", "11/20-14:59:00.536335, 12, TCP, raw, 60, C2S, 203.0.113.9:57263, 10.1.0.5:22, 1:384:5, drop",
     "format=snort_file | rule.id=384 | source.port=57263 | destination.port=22 | event.type=denied"},
    {"JSON of Snort 3",
     R"({"timestamp":"11/20-14:59:00.123456","pkt_num":12,"proto":"TCP","pkt_len":60,"dir":"C2S","src_ap":"203.0.113.9:57263","dst_ap":"10.1.0.5:22","rule":"1:384:5","action":"allow","msg":"ssh here","class":"misc","priority":3})",
     "format=snort_json | rule.id=384 | rule.name=ssh here | source.ip=203.0.113.9 | source.port=57263 | destination.port=22 | event.severity=3 | "
     "rule.category=misc | time=1795157940123456000"},
    {"cut in the rule", "<33>Nov 20 14:59:00 ids1 snort: [1:384:5] ICMP PI", "format=snort | rule.name=ICMP PI | rule.id=384"},
    {"cut behind the arrow", "<33>Nov 20 14:59:00 ids1 snort: [1:384:5] x {TCP} 203.0.113.9:1 -> ", "source.ip=203.0.113.9 | !destination.ip"},
    {"Snort's own words are no alert", "<30>Nov 20 14:59:00 ids1 snort[77]: Commencing packet processing", "format=none | kinds=device"},
    {"a list in brackets is no rule", "<30>Nov 20 14:59:00 h x: [1:2] not one", "format=none"},
};
TEST(PayloadSecurity, SnortInAllItsForms) { check_all(kSnort); }

constexpr PayloadCase kWazuh[] = {
    {"a failed logon on an agent",
     R"({"timestamp":"2026-11-20T14:59:00.123+0800","rule":{"level":5,"description":"sshd: authentication failed.","id":"5760","mitre":{"id":["T1110"]},"groups":["syslog","sshd","authentication_failed"]},"agent":{"id":"003","name":"web1","ip":"10.1.0.7"},"manager":{"name":"wz"},"id":"1795157940.1","full_log":"Nov 20 14:59:00 web1 sshd[9]: Failed password","decoder":{"name":"sshd"},"data":{"srcip":"203.0.113.9","srcport":"50022","dstuser":"root"},"location":"/var/log/auth.log"})",
     "format=wazuh | time=1795157940123000000 | event.kind=alert | rule.name=sshd: authentication failed. | rule.id=5760 | event.severity=5 | "
     "event.category=authentication | event.outcome=failure | user.name=root | source.ip=203.0.113.9 | source.port=50022 | host.name=web1 | "
     "observer.name=wz | threat.technique.id=T1110 | message=Nov 20 14:59:00 web1 sshd[9]: Failed password | kinds=logon device"},
    {"a changed file",
     R"({"timestamp":"2026-11-20T14:59:00.123+0800","rule":{"level":7,"description":"Integrity checksum changed.","id":"550","groups":["ossec","syscheck"]},"agent":{"id":"003","name":"web1"},"manager":{"name":"wz"},"decoder":{"name":"syscheck_integrity_changed"},"syscheck":{"path":"/etc/passwd","event":"modified","md5_after":"d41d8cd98f00b204e9800998ecf8427e"},"location":"syscheck"})",
     "file.path=/etc/passwd | file.hash.md5=d41d8cd98f00b204e9800998ecf8427e | event.action=modified | event.category=intrusion_detection | kinds=device"},
    {"another program's JSON with a rule is not Wazuh's", R"({"rule":{"level":1},"user":"amy"})", "format=json"},
    {"OSSEC over syslog",
     "<132>Nov 20 14:59:00 wz ossec: Alert Level: 5; Rule: 5716 - SSHD authentication failed.; Location: (web1) 10.1.0.7->/var/log/auth.log; "
     "classification:  syslog,sshd,authentication_failed,; srcip: 203.0.113.9; user: root; Nov 20 14:59:00 web1 sshd[9]: Failed password",
     "format=ossec | event.severity=5 | rule.id=5716 | rule.name=SSHD authentication failed | host.name=web1 | host.ip=10.1.0.7 | "
     "log.file.path=/var/log/auth.log | source.ip=203.0.113.9 | user.name=root | event.outcome=failure | kinds=logon device | "
     "message=Nov 20 14:59:00 web1 sshd[9]: Failed password"},
    {"cut in its rule", "<132>Nov 20 14:59:00 wz ossec: Alert Level: 7; Rule: 55", "event.severity=7 | rule.id=55 | kinds=device"},
    {"OSSEC's own words", "<132>Nov 20 14:59:00 wz ossec: Agent started: 'web1'", "format=none | kinds=application device"},
};
TEST(PayloadSecurity, WazuhAndOssec) { check_all(kWazuh); }

constexpr PayloadCase kConsoles[] = {
    {"Elastic, dotted names and nested ones",
     R"({"@timestamp":"2026-11-20T06:59:00.000Z","kibana.alert.rule.name":"Brute force","kibana":{"alert":{"severity":"high","risk_score":73,"uuid":"u1"}},"source":{"ip":"203.0.113.9"},"user":{"name":"amy"}})",
     "format=security_json | event.kind=alert | rule.name=Brute force | log.level=high | event.risk_score=73 | event.id=u1 | source.ip=203.0.113.9 | "
     "user.name=amy | kinds=device"},
    {"CrowdStrike",
     R"({"metadata":{"customerIDString":"c","offset":1,"eventType":"DetectionSummaryEvent","eventCreationTime":1795157940000},"event":{"ComputerName":"PC7","UserName":"amy","DetectName":"NGAV","FileName":"a.exe","FilePath":"\\Device\\a","CommandLine":"a.exe /x","SHA256String":"9cd356a59a42bf8bdb7f5c93d5677a1af079c7ae77361105a3ab2a0ba88ce2f8","Severity":4,"LocalIP":"10.1.0.7"}})",
     "host.name=PC7 | user.name=amy | rule.name=NGAV | file.name=a.exe | process.command_line=a.exe /x | event.kind=alert | event.severity=4 | "
     "file.hash.sha256=9cd356a59a42bf8bdb7f5c93d5677a1af079c7ae77361105a3ab2a0ba88ce2f8 | kinds=device"},
    {"CrowdStrike's console was entered",
     R"({"metadata":{"eventType":"AuthActivityAuditEvent","eventCreationTime":1795157940000},"event":{"UserId":"amy@example.com","UserIp":"203.0.113.9","OperationName":"userAuthenticate","Success":false}})",
     "event.category=authentication | event.outcome=failure | user.name=amy@example.com | source.ip=203.0.113.9 | kinds=logon device"},
    {"SentinelOne",
     R"({"agentRealtimeInfo":{"agentComputerName":"PC7"},"agentDetectionInfo":{"agentIpV4":"10.1.0.7"},"threatInfo":{"threatName":"a.exe","classification":"Malware","sha1":"da39a3ee5e6b4b0d3255bfef95601890afd80709","filePath":"C:\\a.exe","processUser":"LAB\\amy","mitigationStatus":"mitigated"}})",
     "host.name=PC7 | rule.name=a.exe | file.path=C:\\a.exe | user.name=amy | user.domain=LAB | event.action=mitigated | event.category=malware"},
    {"FireEye",
     R"({"appliance":"nx1","appliance-id":"0","product":"Web MPS","alert":{"name":"malware-object","id":"9","severity":"majr","action":"notified","src":{"ip":"203.0.113.9","port":"80"},"dst":{"ip":"10.1.0.7","port":"1049"},"explanation":{"malware-detected":{"malware":{"name":"Trojan.X","md5sum":"d41d8cd98f00b204e9800998ecf8427e"}}}}})",
     "rule.name=malware-object | source.ip=203.0.113.9 | destination.ip=10.1.0.7 | destination.port=1049 | file.hash.md5=d41d8cd98f00b204e9800998ecf8427e | "
     "observer.name=nx1 | event.kind=alert"},
    {"Okta refused somebody",
     R"({"uuid":"u","published":"2026-11-20T06:59:00.000Z","eventType":"user.session.start","severity":"WARN","displayMessage":"User login to Okta","actor":{"id":"0","alternateId":"amy@example.com"},"client":{"ipAddress":"203.0.113.9"},"outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"}})",
     "event.category=authentication | event.outcome=failure | event.action=user.session.start | user.name=amy@example.com | source.ip=203.0.113.9 | "
     "event.reason=INVALID_CREDENTIALS | source=okta//okta | kinds=application logon"},
    {"open-appsec's web protection",
     R"(<134>1 2026-11-20T14:59:00+08:00 gw1 - - - - {"eventTime":"2026-11-20T14:59:00.702","eventName":"Web Request","eventSeverity":"Critical","eventSource":{"serviceName":"HTTP Transaction Handler"},"eventData":{"sourceIP":"203.0.113.9","sourcePort":59602,"httpHostName":"www.example.edu.tw","httpMethod":"GET","httpUriPath":"/a","securityAction":"Prevent","waapIncidentType":"Remote Code Execution","matchedSample":"/x"}})",
     "format=security_json | event.kind=alert | event.category=web | event.category=intrusion_detection | event.type=denied | "
     "event.action=Prevent | log.level=Critical | source.ip=203.0.113.9 | source.port=59602 | url.domain=www.example.edu.tw | url.path=/a | "
     "http.request.method=GET | rule.name=Remote Code Execution | source=openappsec// | kinds=device"},

    {"quotes in a value do not hide the names behind it",
     R"({"eventType":"user.session.start","note":"say \"no","dir":"C:\\","displayMessage":"x","actor":{"alternateId":"amy"},"outcome":{"result":"SUCCESS"}})",
     "format=security_json | event.outcome=success"},
    {"Okta changed something: no logon of its own",
     R"({"eventType":"application.lifecycle.update","displayMessage":"Update application","actor":{"alternateId":"amy@example.com"},"outcome":{"result":"SUCCESS"}})",
     "event.category=iam | event.outcome=success"},
    {"Duo", R"({"access_device":{"ip":"203.0.113.9"},"factor":"duo_push","result":"success","user":{"name":"amy","key":"K"},"timestamp":1795157940})",
     "event.outcome=success | source.ip=203.0.113.9 | user.name=amy | vendor.method=duo_push | time=1795157940000000000 | kinds=application logon"},
    {"ESET found something",
     R"({"event_type":"Threat_Event","ipv4":"10.1.0.7","hostname":"pc7","source_uuid":"5c4f","occured":"20-Nov-2026 06:59:00","severity":"Warning","threat_type":"test file","threat_name":"Eicar","object_uri":"file:///C:/a.com","action_taken":"cleaned by deleting","username":"LAB\\amy","hash":"3395856ce81f2b7382dee72602f798b642f14140"})",
     "format=security_json | observer.vendor=ESET | host.name=pc7 | rule.name=Eicar | user.name=amy | event.action=cleaned by deleting | "
     "file.hash.sha1=3395856ce81f2b7382dee72602f798b642f14140 | event.category=malware | source=/antivirus/ | kinds=device"},
    {"ESET's console refused somebody",
     R"({"event_type":"Audit_Event","ipv4":"10.1.0.2","hostname":"protect","source_uuid":"5c4f","occured":"20-Nov-2026 06:59:00","domain":"Native user","action":"Login attempt","target":"Administrator","user":"","result":"Failed"})",
     "event.outcome=failure | user.name=Administrator | kinds=logon device"},
    {"no maker's", R"({"alert":"x","severity":"high"})", "format=json"},
    {"cut: the text stays", R"({"threatInfo":{"threatName":"a.exe","filePath":"C:\\a)", "tag=bad_payload | kinds=device"},
};
TEST(PayloadSecurity, ConsolesThatWriteJson) { check_all(kConsoles); }

}  // namespace
}  // namespace vigil
