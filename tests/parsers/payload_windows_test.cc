// Windows events in JSON: Winlogbeat (nested winlog.*) and NXLog (flat).

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kNxlog[] = {
    {"a failed logon",
     R"(<14>1 2026-11-20T14:59:00.5+08:00 DC1 Microsoft-Windows-Security-Auditing 712 - - {"EventTime":"2026-11-20 14:59:00","Hostname":"DC1.school.local","Keywords":-9218868437227405312,"EventType":"AUDIT_FAILURE","SeverityValue":4,"Severity":"ERROR","EventID":4625,"SourceName":"Microsoft-Windows-Security-Auditing","RecordNumber":77,"ProcessID":712,"Channel":"Security","SubjectUserName":"-","TargetUserName":"administrator","TargetDomainName":"SCHOOL","LogonType":"3","IpAddress":"203.0.113.9","IpPort":"50022","WorkstationName":"KALI","ProcessName":"-"})",
     "format=windows_json | event.code=4625 | event.category=authentication | event.type=start | "
     "event.action=logon-failed | event.outcome=failure | "
     "user.name=administrator | user.domain=SCHOOL | source.ip=203.0.113.9 | source.port=50022 | "
     "source.domain=KALI | host.name=DC1.school.local | "
     "winlog.channel=Security | winlog.provider_name=Microsoft-Windows-Security-Auditing | "
     "winlog.computer_name=DC1.school.local | winlog.event_id=4625 | "
     "winlog.event_data.TargetUserName=administrator | winlog.event_data.IpAddress=203.0.113.9 | "
     "winlog.keywords=0x8010000000000000 | winlog.record_id=77 | "
     "winlog.logon.type=Network | log.level=error | vendor.EventTime=2026-11-20 14:59:00 | !process.name | "
     "source=windows//security | kinds=os logon"},
    {"the id as a string, the address mapped",
     R"(<14>Nov 20 14:59:00 DC1 nxlog: {"EventID":"4624","SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","TargetUserName":"ann","IpAddress":"::ffff:10.1.0.7","IpPort":"0","EventType":"AUDIT_SUCCESS"})",
     "event.outcome=success | event.action=logged-in | source.ip=10.1.0.7 | "
     "winlog.event_data.IpAddress=::ffff:10.1.0.7"},
    {"no address",
     R"(<14>Nov 20 14:59:00 DC1 nxlog: {"EventID":4624,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","TargetUserName":"ann","IpAddress":"-","IpPort":"-"})",
     "!source.ip | !source.port | user.name=ann"},
    {"a local logon",
     R"(<14>Nov 20 14:59:00 DC1 nxlog: {"EventID":4624,"Channel":"Security","SourceName":"S","TargetUserName":"ann","IpAddress":"::1"})",
     "source.ip=::1"},
    {"bare: the time is local",
     R"({"EventTime":"2026-11-20 14:59:00","Hostname":"DC1","EventID":4634,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","TargetUserName":"ann"})",
     "time=1795157940000000000 | event.type=end | event.action=logged-out"},
    {"a process",
     R"({"EventTime":"2026-11-20 14:59:00","Hostname":"PC7","EventID":4688,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","SubjectUserName":"ann","SubjectDomainName":"SCHOOL","SubjectUserSid":"S-1-5-21-7","NewProcessId":"0x1c0","NewProcessName":"C:\\Windows\\System32\\cmd.exe","ProcessId":"0x10","ParentProcessName":"C:\\Windows\\explorer.exe","CommandLine":"cmd /c whoami","TargetUserName":"-"})",
     "event.action=created-process | process.executable=C:\\Windows\\System32\\cmd.exe | "
     "process.name=cmd.exe | process.pid=448 | process.parent.pid=16 | "
     "process.parent.name=explorer.exe | process.command_line=cmd /c whoami | user.name=ann | "
     "user.id=S-1-5-21-7 | source=windows/process_creation/ | source=windows//security | kinds=os"},
    {"an account is made",
     R"({"Hostname":"DC1","EventID":4720,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","SubjectUserName":"admin","TargetUserName":"backdoor"})",
     "event.category=iam | event.type=creation | user.name=admin | user.target.name=backdoor"},
    {"an account is locked",
     R"({"Hostname":"DC1","EventID":4740,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","SubjectUserName":"DC1$","TargetUserName":"ann"})",
     "user.name=ann | event.action=locked-out-user-account"},
    {"the log is cleared",
     R"({"Hostname":"DC1","EventID":1102,"SourceName":"Microsoft-Windows-Eventlog","Channel":"Security","SubjectUserName":"ann"})",
     "event.action=audit-log-cleared | user.name=ann"},
    {"special rights",
     R"({"Hostname":"DC1","EventID":4672,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","SubjectUserName":"admin"})",
     "event.action=logged-in-special | user.name=admin | kinds=os logon"},
    {"a service is installed",
     R"({"Hostname":"DC1","EventID":7045,"SourceName":"Service Control Manager","Channel":"System","ServiceName":"evil","ImagePath":"%SystemRoot%\\e.exe"})",
     "event.action=service-installed | service.name=evil | source=windows//system"},
    {"NTLM, by its status",
     R"({"Hostname":"DC1","EventID":4776,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","TargetUserName":"ann","Workstation":"PC7","Status":"0xc000006a"})",
     "event.outcome=failure | source.domain=PC7"},
    {"Kerberos, by its status",
     R"({"Hostname":"DC1","EventID":4768,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","TargetUserName":"ann","IpAddress":"::ffff:10.1.0.7","Status":"0x0"})",
     "event.outcome=success"},
    {"a log of a program",
     R"({"Hostname":"PC7","EventID":1000,"SourceName":"Application Error","Channel":"Application","Message":"it broke"})",
     "message=it broke | source=windows//application | kinds=application"},
    {"Defender",
     R"({"Hostname":"PC7","EventID":1116,"SourceName":"Microsoft-Windows-Windows Defender","Channel":"Microsoft-Windows-Windows Defender/Operational","Threat Name":"Virus:DOS/EICAR_Test_File","Severity Name":"嚴重","Path":"file:_C:\\Users\\t\\eicar.com; webfile:_x","Process Name":"C:\\Windows\\explorer.exe","Detection User":"SCHOOL\\teacher"})",
     "event.kind=alert | rule.name=Virus:DOS/EICAR_Test_File | event.severity=9 | "
     "file.path=C:\\Users\\t\\eicar.com | user.name=teacher | user.domain=SCHOOL | "
     "observer.product=Windows Defender | observer.type=antivirus | event.category=malware | "
     "winlog.event_data.ThreatName=Virus:DOS/EICAR_Test_File | "
     "winlog.event_data.Threat Name=Virus:DOS/EICAR_Test_File | source=/antivirus/ | "
     "source=windows//windefend | kinds=os device"},
    {"an unknown event keeps its fields",
     R"({"Hostname":"PC7","EventID":99999,"SourceName":"X","Channel":"Y/Z","Foo":"bar"})",
     "winlog.event_data.Foo=bar | event.code=99999 | !event.category | source=windows//"},
    {"an id that is none", R"({"Hostname":"PC7","EventID":"abc","SourceName":"X","Channel":"Security"})",
     "event.code=abc | !event.category"},
    {"BI-43 cut",
     R"(<14>Nov 20 14:59:00 DC1 nxlog: {"EventID":4625,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","Targ)",
     "format=windows_json | tag=bad_payload | source=windows//"},
};
TEST(PayloadWindows, ReadsNxlogsFlatNames) { check_all(kNxlog); }

constexpr PayloadCase kWinlogbeat[] = {
    {"a logon",
     R"({"@timestamp":"2026-11-20T06:59:00.041Z","host":{"name":"pc7"},"event":{"code":"4624","kind":"event","outcome":"success","provider":"Microsoft-Windows-Security-Auditing","action":"Logon"},"log":{"level":"information"},"message":"An account was successfully logged on.","winlog":{"channel":"Security","computer_name":"PC7.school.local","event_id":"4624","record_id":9,"keywords":["Audit Success"],"event_data":{"TargetUserName":"ann","TargetDomainName":"SCHOOL","TargetUserSid":"S-1-5-21-1","SubjectLogonId":"0x3e7","LogonType":"10","IpAddress":"10.1.0.9","IpPort":"0","ProcessName":"C:\\Windows\\System32\\svchost.exe","ProcessId":"0x3c4"},"provider_name":"Microsoft-Windows-Security-Auditing"}})",
     "format=windows_json | time=1795157940041000000 | host.name=PC7.school.local | event.code=4624 | "
     "event.outcome=success | event.category=authentication | "
     "event.action=Logon | user.name=ann | user.id=S-1-5-21-1 | source.ip=10.1.0.9 | "
     "winlog.logon.type=RemoteInteractive | winlog.logon.id=0x3e7 | "
     "process.executable=C:\\Windows\\System32\\svchost.exe | process.pid=964 | "
     "winlog.event_data.TargetUserName=ann | winlog.channel=Security | "
     "message=An account was successfully logged on. | source=windows//security | kinds=os logon"},
    {"the event's own time before the collector's",
     R"({"@timestamp":"2026-11-20T07:30:00Z","winlog":{"channel":"Security","event_id":4634,"time_created":"2026-11-20T06:59:00Z","event_data":{"TargetUserName":"ann"}}})",
     "time=1795157940000000000"},
    {"Sysmon: a process",
     R"({"@timestamp":"2026-11-20T07:00:00Z","winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":1,"computer_name":"PC7","event_data":{"UtcTime":"2026-11-20 06:59:00.041","ProcessId":"4711","Image":"C:\\x\\powershell.exe","CommandLine":"powershell -enc x","ParentImage":"C:\\x\\winword.exe","ParentCommandLine":"winword","ParentProcessId":"12","User":"SCHOOL\\ann","Hashes":"MD5=0123456789ABCDEF0123456789ABCDEF,IMPHASH=00000000000000000000000000000000"}}})",
     "time=1795157940041000000 | process.name=powershell.exe | process.pid=4711 | "
     "process.parent.name=winword.exe | process.parent.pid=12 | "
     "process.command_line=powershell -enc x | user.name=ann | user.domain=SCHOOL | "
     "process.hash.md5=0123456789abcdef0123456789abcdef | "
     "source=windows/process_creation/ | source=windows//sysmon"},
    {"Sysmon: a connection",
     R"({"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":3,"event_data":{"Image":"C:\\x.exe","SourceIp":"10.1.0.7","SourcePort":"5","DestinationIp":"203.0.113.9","DestinationPort":"443","Protocol":"tcp","Initiated":"true"}}})",
     "source.ip=10.1.0.7 | destination.ip=203.0.113.9 | destination.port=443 | network.transport=tcp | "
     "network.direction=egress | source=windows/network_connection/"},
    {"Sysmon: a registry value",
     R"({"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":13,"event_data":{"EventType":"SetValue","TargetObject":"HKLM\\x","Details":"y"}}})",
     "registry.path=HKLM\\x | registry.data.strings=y | source=windows/registry_set/ | "
     "source=windows/registry_event/"},
    {"Sysmon: a key removed",
     R"({"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":12,"event_data":{"EventType":"DeleteKey","TargetObject":"HKLM\\x"}}})",
     "source=windows/registry_delete/"},
    {"PowerShell",
     R"({"winlog":{"channel":"Microsoft-Windows-PowerShell/Operational","event_id":4104,"event_data":{"ScriptBlockText":"iex x"}}})",
     "winlog.event_data.ScriptBlockText=iex x | source=windows/ps_script/ | source=windows//powershell"},
    {"PowerShell's context",
     R"({"winlog":{"channel":"Microsoft-Windows-PowerShell/Operational","event_id":4103,"event_data":{"ContextInfo":"        Host Application = C:\\p.exe -x\n        User = SCHOOL\\ann\n        Connected User = \n"}}})",
     "process.command_line=C:\\p.exe -x | user.name=ann | source=windows/ps_module/"},
    {"user data",
     R"({"winlog":{"channel":"Security","event_id":1102,"user_data":{"SubjectUserName":"ann","SubjectDomainName":"SCHOOL"}}})",
     "user.name=ann | event.action=audit-log-cleared"},
    {"flat dotted names",
     R"({"winlog.channel":"Security","winlog.event_id":4625,"winlog.event_data.TargetUserName":"ann","winlog.event_data.IpAddress":"203.0.113.9"})",
     "format=windows_json | event.outcome=failure | user.name=ann | source.ip=203.0.113.9 | kinds=os logon"},
    {"forged names of ours",
     R"({"winlog":{"channel":"Security","event_id":4624},"vigil":{"org":"x"},"event":{"original":"y","ingested":"z"},"log":{"source":{"address":"w"}}})",
     "!vigil.org | vendor.vigil.org=x | !event.original | !event.ingested | !log.source.address"},
};
TEST(PayloadWindows, ReadsWinlogbeatsNestedNames) { check_all(kWinlogbeat); }

}  // namespace
}  // namespace vigil
