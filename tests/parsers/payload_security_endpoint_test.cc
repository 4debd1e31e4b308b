// Protection of endpoints: Symantec Endpoint Protection, ePolicy Orchestrator, Kaspersky, Cylance and their kin.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kSymantec[] = {
    {"a virus",
     "<54>Nov 20 14:59:00 sepm SymantecServer: Virus found,IP Address: 10.1.0.7,Computer name: PC7,Source: Auto-Protect scan,Risk name: EICAR Test "
     "String,Occurrences: 1,C:\\Users\\amy\\eicar.com,\"\",Actual action: Cleaned by deletion,Requested action: Cleaned,Secondary action: "
     "Quarantined,Event time: 2026-11-20 14:58:00,Domain: LAB,User: amy,Source computer: ,Source IP: ,File size (bytes): 68",
     "format=symantec_ep | event.kind=alert | event.category=malware | host.name=PC7 | host.ip=10.1.0.7 | rule.name=EICAR Test String | "
     "file.path=C:\\Users\\amy\\eicar.com | file.name=eicar.com | file.size=68 | event.action=Cleaned by deletion | user.name=amy | user.domain=LAB | "
     "!source.ip | source=/antivirus/ | kinds=device"},
    {"what comes in has its source at the other end",
     "<51>Nov 20 14:59:00 sepm SymantecServer: PC7,Local Host IP: 10.1.0.7,Local Port: 80,Local Host MAC: 0050569DA5BE,Remote Host IP: "
     "203.0.113.9,Remote Host Name: ,Remote Port: 50022,Remote Host MAC: 0025903A0513,TCP,Inbound,Begin: 2026-11-20 14:58:00,End Time: 2026-11-20 "
     "14:58:07,Occurrences: 4,Application: C:/WINDOWS/system32/NTOSKRNL.EXE,Rule: Block Incoming,Location: Default,User Name: amy,Domain Name: "
     "LAB,Action: Blocked,SHA-256: ,MD-5:",
     "host.name=PC7 | source.ip=203.0.113.9 | source.port=50022 | source.mac=00-25-90-3A-05-13 | destination.ip=10.1.0.7 | destination.port=80 | "
     "network.transport=tcp | network.direction=ingress | event.start=2026-11-20T14:58:00+08:00 | event.end=2026-11-20T14:58:07+08:00 | "
     "rule.name=Block Incoming | event.action=blocked | event.type=denied | process.executable=C:/WINDOWS/system32/NTOSKRNL.EXE | user.name=amy"},
    {"what goes out has it here",
     "PC7,Local Host IP: 10.1.0.7,Local Port: 50022,Remote Host IP: 203.0.113.9,Remote Port: 443,TCP,Outbound,Begin: 2026-11-20 14:58:00,End Time: "
     "2026-11-20 14:58:07,Action: Allowed",
     "format=symantec_ep | source.ip=10.1.0.7 | destination.ip=203.0.113.9 | event.type=allowed | network.direction=egress"},
    {"an attack, a comma in its words",
     "PC7,Event Description: [SID: 30413] Web Attack: Passwd File, Download attack blocked.,Local Host IP: 10.1.0.7,Local Host MAC: "
     "000000000000,Remote Host Name: ,Remote Host IP: 203.0.113.9,Remote Host MAC: 000000000000,Inbound,TCP,Intrusion ID: 0,Begin: 2026-11-20 "
     "14:58:00,End: 2026-11-20 14:58:00,Occurrences: 1,Application: SYSTEM,User: amy,Domain: LAB,Local Port: 80,Remote Port: 5112,CIDS Signature ID: "
     "30413,CIDS Signature string: Web Attack: Passwd File Download Attempt",
     "event.kind=alert | event.category=intrusion_detection | event.type=denied | rule.name=Web Attack: Passwd File Download Attempt | "
     "message=[SID: 30413] Web Attack: Passwd File, Download attack blocked. | source.ip=203.0.113.9 | destination.port=80 | !source.mac"},
    {"an administrator failed",
     "<13>Nov 20 14:59:00 sepm SymantecServer: Site: S,Server Name: sepm1,Domain Name: Default,Admin: admin,Event Description: Administrator log on failed",
     "event.category=authentication | event.outcome=failure | user.name=admin | kinds=logon device"},
    {"an administrator came in",
     "<13>Nov 20 14:59:00 sepm SymantecServer: Site: S,Server Name: sepm1,Domain Name: Default,Admin: admin,Administrator log on succeeded",
     "event.outcome=success | user.name=admin | kinds=logon device"},
    {"a scan",
     "<54>Nov 20 14:59:00 sepm SymantecServer: Scan ID: 7,Begin: 2026-11-20 14:00:00,End: 2026-11-20 14:10:00,Completed,Duration (seconds): "
     "600,User1: amy,User2: SYSTEM,'Scan started on selected drives, folders','Done',Threats: 0,Computer: PC7,IP Address: 10.1.0.7,Domain: LAB",
     "host.name=PC7 | event.action=completed | event.duration=600000000000 | user.name=amy | host.ip=10.1.0.7 | event.kind=event"},
    {"localised words", "<54>Nov 20 14:59:00 sepm SymantecServer: PC7,Category: 0,Smc,Event Description: 已從管理伺服器收到新原則，序號 1,Event time: 2026-11-20 14:58:00",
     "host.name=PC7 | message=已從管理伺服器收到新原則，序號 1"},
    {"cut in a value", "<54>Nov 20 14:59:00 sepm SymantecServer: Virus found,IP Address: 10.1.0.7,Computer name: PC",
     "host.name=PC | host.ip=10.1.0.7 | event.kind=alert"},
    {"cut in a quote", "<54>Nov 20 14:59:00 sepm SymantecServer: Virus found,Computer name: PC7,\"Risk name: A, B", "rule.name=A, B"},
    {"commas alone are not enough", "<13>Nov 20 14:59:00 h app: a,b,c: d,e", "format=none"},
};
TEST(PayloadSecurity, SymantecEndpointProtection) { check_all(kSymantec); }

constexpr PayloadCase kEndpoints[] = {
    {"ePolicy Orchestrator",
     "<29>1 2026-11-20T06:59:00.0Z epo1 EPOEvents - EventFwd [agentInfo@3401 tenantId=\"1\"] <?xml version=\"1.0\" "
     "encoding=\"UTF-8\"?><EPOevent><MachineInfo><MachineName>PC7</MachineName><IPAddress>10.1.0.7</IPAddress><UserName>amy</UserName></"
     "MachineInfo><SoftwareInfo ProductName=\"McAfee Endpoint Security\" "
     "ProductVersion=\"10.7\"><Event><EventID>1027</EventID><Severity>3</Severity><CommonFields><SourceIPV4>203.0.113.9</"
     "SourceIPV4><TargetFileName>C:\\a b.exe</TargetFileName><ThreatName>EICAR test "
     "file</ThreatName><ThreatActionTaken>IDS_ALERT_ACT_TAK_DEL</ThreatActionTaken></CommonFields></Event></SoftwareInfo></EPOevent>",
     "format=epo | host.name=PC7 | host.ip=10.1.0.7 | user.name=amy | event.code=1027 | event.severity=3 | source.ip=203.0.113.9 | "
     "file.path=C:\\a b.exe | rule.name=EICAR test file | event.kind=alert | event.category=malware | event.action=IDS_ALERT_ACT_TAK_DEL | "
     "observer.product=McAfee Endpoint Security | source=/antivirus/ | kinds=device"},
    {"cut in an element", "<29>Nov 20 14:59:00 epo1 EPOEvents: <EPOevent><MachineInfo><MachineName>PC7</MachineName><IPAddress>10.1.0",
     "format=epo | host.name=PC7 | kinds=device"},
    {"any XML is not ePO's", "<29>Nov 20 14:59:00 h x: <Event><A>1</A></Event>", "!rule.name | !host.ip"},
    {"Kaspersky",
     "<28>1 2026-11-20T06:59:00.123Z ksc KES|12.3.0 - GNRL_EV_VIRUS_FOUND [event@23668 p1=\"EICAR-Test-File\" et=\"GNRL_EV_VIRUS_FOUND\" "
     "etdn=\"Malicious object detected\" hdn=\"PC7\" hip=\"10.1.0.7\" gn=\"Lab\"] Event type: Malicious object detected\nUser: LAB\\amy\nObject: "
     "C:\\eicar.com\nMD5: 44d88612fea8a8f36de82e1278abb02f",
     "format=kaspersky | host.name=PC7 | host.ip=10.1.0.7 | event.code=GNRL_EV_VIRUS_FOUND | rule.description=Malicious object detected | "
     "rule.name=Malicious object detected | user.name=amy | user.domain=LAB | file.path=C:\\eicar.com | "
     "file.hash.md5=44d88612fea8a8f36de82e1278abb02f | event.category=malware | event.kind=alert | kinds=device"},
    {"Cylance",
     "<43>1 2026-11-20T06:59:00.000Z sysloghost CylancePROTECT - - - Event Type: Threat, Event Name: threat_found, Device Name: PC7, IP Address: "
     "(10.1.0.7, 10.1.0.8), File Name: a, b.exe, Path: c:\\users\\amy\\, SHA256: 9CD356A59A42BF8BDB7F5C93D5677A1AF079C7AE77361105A3AB2A0BA88CE2F8, "
     "Status: Unsafe",
     "format=cylance | host.name=PC7 | host.ip=10.1.0.7 | file.name=a, b.exe | "
     "file.hash.sha256=9cd356a59a42bf8bdb7f5c93d5677a1af079c7ae77361105a3ab2a0ba88ce2f8 | rule.name=threat_found | event.kind=alert | kinds=device"},
    {"Cylance's console",
     "<43>1 2026-11-20T06:59:00.000Z sysloghost CylancePROTECT - - - Event Type: AuditLog, Event Name: LoginFailure, Message: Provider: CylancePROTECT, "
     "Source IP: 203.0.113.9, User: amy (amy@example.com)",
     "event.category=authentication | event.outcome=failure | source.ip=203.0.113.9 | kinds=logon device"},
    {"Carbon Black App Control",
     "<134>1 2026-11-20T06:59:00Z cb - - - - Carbon Black App Control event:  text=\"File 'c:\\a.exe' was blocked\" type=\"Policy Enforcement\" "
     "hostname=\"LAB\\PC7\" username=\"LAB\\amy\" ip_address=\"10.1.0.7\" process=\"c:\\windows\\explorer.exe\" rule_name=\"Block all\"",
     "format=security_pairs | user.name=amy | user.domain=LAB | process.name=explorer.exe | host.ip=10.1.0.7 | rule.name=Block all | kinds=device"},
    {"McAfee's network sensors",
     "<36>Nov 20 14:59:00 nsm SyslogAlertForwarder: domain=\"Lab\" alertid=\"684\" attackid=\"0x40008200\" attack_name=\"HTTP: X\" "
     "attack_severity=\"High\" source_ip=\"203.0.113.9\" source_port=\"50022\" destination_ip=\"10.1.0.5\" destination_port=\"80\" "
     "network_protocol=\"tcp\" direction=\"Inbound\" result_status=\"Blocked\"",
     "rule.name=HTTP: X | rule.id=0x40008200 | source.ip=203.0.113.9 | destination.port=80 | network.transport=tcp | network.direction=inbound | "
     "event.action=Blocked | event.kind=alert | event.category=intrusion_detection | kinds=device"},
};
TEST(PayloadSecurity, Endpoints) { check_all(kEndpoints); }

}  // namespace
}  // namespace vigil
