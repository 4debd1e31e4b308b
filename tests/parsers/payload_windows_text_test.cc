// Windows events as Snare, as XML and as text for people, English and Chinese.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kSnare[] = {
    {"a failed logon, the message on one line",
     "<14>Nov 20 14:59:00 DC1 MSWinEventLog\t1\tSecurity\t4407\tFri Nov 20 14:59:00 2026\t4625\t"
     "Microsoft-Windows-Security-Auditing\tN/A\tN/A\tFailure Audit\tDC1.school.local\tLogon\t\tAn account failed to log on.    "
     "Subject:   Security ID:  S-1-5-18   Account Name:  DC1$   Account Domain:  SCHOOL   Logon ID:  0x3E7    Logon Type:   3    "
     "Account For Which Logon Failed:   Security ID:  S-1-0-0   Account Name:  administrator   Account Domain:  SCHOOL    "
     "Failure Information:   Failure Reason:  Unknown user name or bad password.   Status:   0xC000006D   Sub Status:  "
     "0xC000006A    Process Information:   Caller Process ID: 0x0   Caller Process Name: -    Network Information:   "
     "Workstation Name: KALI   Source Network Address: 203.0.113.9   Source Port:  50022    Detailed Authentication "
     "Information:   Logon Process:  NtLmSsp    Authentication Package: NTLM   Key Length:  0    This event is generated when a "
     "logon request fails.\t812",
     "format=snare | winlog.channel=Security | winlog.event_id=4625 | event.code=4625 | "
     "winlog.provider_name=Microsoft-Windows-Security-Auditing | winlog.keywords=Failure Audit | host.name=DC1.school.local | "
     "winlog.task=Logon | winlog.event_data.SubjectUserName=DC1$ | winlog.event_data.TargetUserName=administrator | "
     "winlog.event_data.LogonType=3 | winlog.event_data.SubStatus=0xC000006A | winlog.event_data.KeyLength=0 | "
     "event.outcome=failure | event.reason=wrong password | user.name=administrator | user.domain=SCHOOL | "
     "source.ip=203.0.113.9 | source.port=50022 | source.domain=KALI | winlog.logon.type=Network | vendor.counter=4407 | "
     "vendor.checksum=812 | !process.name | !winlog.user.name | source=windows//security | kinds=os logon"},
    {"tabs as rsyslog escapes them",
     "<14>Nov 20 14:59:00 DC1 MSWinEventLog#0111#011Security#0117#011Fri Nov 20 14:59:00 2026#0114624#011"
     "Microsoft-Windows-Security-Auditing#011SCHOOL\\ann#011User#011Success Audit#011DC1#011Logon#011#011An account was "
     "successfully logged on.#015#012#015#012New Logon:#015#012#011Account Name:#011#011ann#0117",
     "format=snare | event.outcome=success | user.name=ann | winlog.user.name=ann | winlog.user.domain=SCHOOL | "
     "winlog.event_data.TargetUserName=ann | kinds=os logon"},
    {"blanks instead of tabs",
     "<14>Nov 20 14:59:00 DC1 MSWinEventLog 1 Windows PowerShell 12 Fri Nov 20 14:59:00 2026 400 PowerShell Unknown N/A "
     "Information PC7 Engine state is changed from None to Available.",
     "format=snare | winlog.channel=Windows PowerShell | winlog.event_id=400 | winlog.provider_name=PowerShell | "
     "winlog.computer_name=PC7 | event.action=engine-started | source=windows/ps_classic_start/ | kinds=os"},
    {"in RFC 5424 the name is the app",
     "<14>1 2026-11-20T06:59:00Z DC1 MSWinEventLog - - - 1\tApplication\t3\tFri Nov 20 14:59:00 2026\t1000\tApplication Error\t"
     "N/A\tN/A\tError\tPC7\tNone\t\tFaulting application name: x.exe",
     "format=snare | winlog.event_id=1000 | kinds=application | message=Faulting application name: x.exe"},
    {"no header at all: its own date is the time",
     "MSWinEventLog\t1\tSecurity\t3\tFri Nov 20 14:59:00 2026\t4634\tMicrosoft-Windows-Security-Auditing\tN/A\tN/A\tSuccess "
     "Audit\tPC7\tLogoff\t\tAn account was logged off.    Subject:   Account Name:  ann   Logon ID:  0x7",
     "time=1795157940000000000 | event.type=end | user.name=ann | winlog.event_data.TargetUserName=ann | winlog.logon.id=0x7"},
    {"in Chinese",
     "<14>Nov 20 14:59:00 DC1 MSWinEventLog\t1\tSecurity\t3\tFri Nov 20 14:59:00 2026\t4771\tMicrosoft-Windows-Security-Auditing\t"
     "N/A\tN/A\t稽核失敗\tDC1\tKerberos 驗證服務\t\tKerberos 預先驗證失敗。    帳戶資訊:   安全性識別碼:  S-1-5-21-7   帳戶名稱:  ann    "
     "網路資訊:   用戶端位址:  ::ffff:10.1.0.9   用戶端連接埠:  50022    其他資訊:   失敗碼:  0x12\t9",
     "event.outcome=failure | user.name=ann | source.ip=10.1.0.9 | event.reason=account disabled, expired or locked out | "
     "winlog.keywords=稽核失敗 | kinds=os logon"},
    {"cut in a column",
     "<14>Nov 20 14:59:00 DC1 MSWinEventLog\t1\tSecurity\t3\tFri Nov 20 14:59:00 2026\t46",
     "format=snare | winlog.event_id=46"},
    {"cut before the id", "<14>Nov 20 14:59:00 DC1 MSWinEventLog\t1\tSecu", "format=snare | tag=bad_payload"},
};
TEST(PayloadWindowsText, ReadsSnaresColumns) { check_all(kSnare); }

constexpr PayloadCase kXml[] = {
    {"a failed logon",
     R"(<14>Nov 20 14:59:00 DC1 <Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name='Microsoft-Windows-Security-Auditing' Guid='{54849625-5478-4994-A5BA-3E3B0328C30D}'/><EventID>4625</EventID><Version>0</Version><Level>0</Level><Task>12544</Task><Opcode>0</Opcode><Keywords>0x8010000000000000</Keywords><TimeCreated SystemTime='2026-11-20T06:59:00.123456700Z'/><EventRecordID>77</EventRecordID><Correlation/><Execution ProcessID='712' ThreadID='4'/><Channel>Security</Channel><Computer>DC1.school.local</Computer><Security/></System><EventData><Data Name='SubjectUserName'>-</Data><Data Name='TargetUserName'>O&apos;Brien &amp; Co</Data><Data Name='Status'>0xc000006d</Data><Data Name='SubStatus'>0xc0000064</Data><Data Name='LogonType'>10</Data><Data Name='IpAddress'>203.0.113.9</Data><Data Name='IpPort'>0</Data></EventData></Event>)",
     "format=windows_xml | winlog.channel=Security | winlog.event_id=4625 | event.outcome=failure | "
     "event.reason=user name does not exist | user.name=O'Brien & Co | source.ip=203.0.113.9 | "
     "winlog.logon.type=RemoteInteractive | winlog.record_id=77 | winlog.process.pid=712 | host.name=DC1.school.local | "
     "winlog.provider_guid={54849625-5478-4994-A5BA-3E3B0328C30D} | log.level=information | kinds=os logon"},
    {"a tree of user data, an id with an attribute",
     R"(<Event xmlns="x"><System><Provider Name="Microsoft-Windows-TerminalServices-RemoteConnectionManager"/><EventID Qualifiers="0">1149</EventID><TimeCreated SystemTime="2026-11-20T06:59:00Z"/><Channel>Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational</Channel><Computer>RDS1</Computer></System><UserData><EventXML xmlns="Event_NS"><Param1>ann</Param1><Param2>SCHOOL</Param2><Param3>203.0.113.9</Param3></EventXML></UserData></Event>)",
     "format=windows_xml | time=1795157940000000000 | winlog.event_id=1149 | event.outcome=success | user.name=ann | "
     "user.domain=SCHOOL | source.ip=203.0.113.9 | winlog.event_data.Param3=203.0.113.9 | kinds=os logon"},
    {"data without names",
     R"(<Event xmlns="x"><System><Provider Name="MSSQLSERVER"/><EventID Qualifiers="49152">18456</EventID><Channel>Application</Channel><Computer>DB1</Computer></System><EventData><Data>sa</Data><Data> Reason: Password did not match.</Data><Data> [CLIENT: 203.0.113.9]</Data></EventData><RenderingInfo Culture="en-US"><Message>Login failed for user 'sa'. Reason: Password did not match that for the login provided. [CLIENT: 203.0.113.9]</Message></RenderingInfo></Event>)",
     "winlog.event_data.param1=sa | event.outcome=failure | event.category=authentication | user.name=sa | "
     "source.ip=203.0.113.9 | kinds=application logon"},
    {"Sysmon for Linux",
     R"(<14>Nov 20 14:59:00 web1 sysmon: <Event><System><Provider Name="Linux-Sysmon" Guid="{ff032593-a8d3-4f13-b0d6-01fc615a0f97}"/><EventID>3</EventID><Level>4</Level><Channel>Linux-Sysmon/Operational</Channel><Computer>web1</Computer></System><EventData><Data Name="UtcTime">2026-11-20 06:59:00.1</Data><Data Name="ProcessId">4711</Data><Data Name="Image">/usr/bin/curl</Data><Data Name="User">www-data</Data><Data Name="Protocol">tcp</Data><Data Name="Initiated">true</Data><Data Name="SourceIp">10.1.0.7</Data><Data Name="SourcePort">40000</Data><Data Name="DestinationIp">198.51.100.4</Data><Data Name="DestinationPort">443</Data></EventData></Event>)",
     "format=windows_xml | process.name=curl | process.pid=4711 | user.name=www-data | destination.ip=198.51.100.4 | "
     "network.transport=tcp | source=linux/network_connection/ | source=linux//sysmon | kinds=os"},
    {"cut in a value",
     R"(<Event xmlns="x"><System><Provider Name="Microsoft-Windows-Security-Auditing"/><EventID>4624</EventID><Channel>Security</Channel></System><EventData><Data Name="TargetUserName">administ)",
     "format=windows_xml | tag=bad_payload | event.outcome=success | winlog.event_data.TargetUserName=administ"},
    {"cut in a tag",
     R"(<Event xmlns="x"><System><Provider Name="Microsoft-Windows-Security-Auditing"/><EventID>4624</EventID><Chan)",
     "tag=bad_payload | winlog.event_id=4624"},
    {"entities of its own are none of ours",
     R"(<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Event><System><Provider Name="P"/><EventID>1</EventID></System><EventData><Data Name="a">&e;</Data></EventData></Event>)",
     "format=windows_xml | tag=bad_payload | !winlog.event_data.a"},
    {"a document nested without end",
     "<Event><System><Provider/></System><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
     "<a><a><a><a><a><a><a><a>x",
     "format=windows_xml | tag=bad_payload"},
    {"other XML", "<14>Nov 20 14:59:00 h app: <Event><Name>x</Name></Event>", "format=none"},
};
TEST(PayloadWindowsText, ReadsEventXml) { check_all(kXml); }

constexpr PayloadCase kText[] = {
    {"Chinese, as an agent sends it",
     "<13>Nov 20 14:59:00 DC1 Security-Auditing: 4625: AUDIT_FAILURE 帳戶無法登入。 主旨: 安全性識別碼: S-1-5-18 帳戶名稱: DC1$ "
     "帳戶網域: SCHOOL 登入識別碼: 0x3e7 登入類型: 3 登入失敗的帳戶: 安全性識別碼: S-1-0-0 帳戶名稱: administrator 帳戶網域: SCHOOL "
     "失敗資訊: 失敗原因: 不明的使用者名稱或錯誤密碼。 狀態: 0xc000006d 子狀態: 0xc0000234 處理程序資訊: 呼叫者處理程序識別碼: 0x36c "
     "呼叫者處理程序名稱: C:\\Windows\\System32\\svchost.exe 網路資訊: 工作站名稱: KALI 來源網路位址: 203.0.113.9 來源連接埠: 50022 "
     "詳細驗證資訊: 登入處理程序: NtLmSsp 驗證封裝: NTLM 金鑰長度: 128 當登入要求失敗的時候，就會產生這個事件。",
     "format=windows_text | event.code=4625 | winlog.event_id=4625 | winlog.keywords=AUDIT_FAILURE | event.outcome=failure | "
     "event.reason=account locked out | user.name=administrator | user.domain=SCHOOL | source.ip=203.0.113.9 | "
     "source.port=50022 | source.domain=KALI | winlog.event_data.SubjectUserName=DC1$ | winlog.event_data.KeyLength=128 | "
     "process.name=svchost.exe | process.pid=876 | winlog.logon.type=Network | vendor.header=AUDIT_FAILURE 帳戶無法登入。 | "
     "source=windows//security | kinds=os logon"},
    {"the same event in English is the same",
     "<13>Nov 20 14:59:00 DC1 Security-Auditing: 4625: AUDIT_FAILURE An account failed to log on. Subject: Security ID: S-1-5-18 "
     "Account Name: DC1$ Account Domain: SCHOOL Logon ID: 0x3e7 Logon Type: 3 Account For Which Logon Failed: Security ID: "
     "S-1-0-0 Account Name: administrator Account Domain: SCHOOL Failure Information: Failure Reason: Account locked out. Status: "
     "0xc000006d Sub Status: 0xc0000234 Network Information: Workstation Name: KALI Source Network Address: 203.0.113.9 Source "
     "Port: 50022",
     "format=windows_text | event.outcome=failure | event.reason=account locked out | user.name=administrator | "
     "source.ip=203.0.113.9 | source.port=50022 | source.domain=KALI | winlog.event_data.SubjectUserName=DC1$ | kinds=os logon"},
    {"labels glued to the value before",
     "4625: AUDIT_FAILURE 帳戶無法登入。 主體: 帳戶名稱: DC1$ 登入失敗的帳戶: 帳戶名稱: bob 網路資訊: 工作站名稱: PC7來源網路位址: "
     "10.1.0.9來源連接埠: 5",
     "user.name=bob | source.domain=PC7 | source.ip=10.1.0.9 | source.port=5"},
    {"a message alone whose heading reads like a tag",
     "主旨: 安全性識別碼: S-1-5-18 帳戶名稱: DC1$ 新登入: 帳戶名稱: ann 帳戶網域: SCHOOL 網路資訊: 來源網路位址: 10.1.0.9",
     "format=windows_text | event.action=logged-in | event.outcome=success | user.name=ann | source.ip=10.1.0.9 | !event.code | "
     "winlog.event_data.SubjectUserSid=S-1-5-18 | !process.name | kinds=os logon"},
    {"many lines, the ends of lines escaped",
     "<14>Nov 20 14:59:00 DC1 Microsoft-Windows-Security-Auditing[712]: A user account was locked out.#015#012#015#012Subject:"
     "#015#012#011Security ID:#011#011S-1-5-18#015#012#011Account Name:#011#011DC1$#015#012#011Account Domain:#011#011SCHOOL"
     "#015#012#015#012Account That Was Locked Out:#015#012#011Security ID:#011#011S-1-5-21-7#015#012#011Account Name:#011#011bob"
     "#015#012#015#012Additional Information:#015#012#011Caller Computer Name:#011PC7",
     "format=windows_text | event.action=locked-out-user-account | user.name=bob | user.id=S-1-5-21-7 | source.domain=PC7 | "
     "winlog.event_data.TargetDomainName=PC7 | kinds=os logon"},
    {"NXLog with RFC 5424: the fields are parameters",
     "<13>1 2026-11-20T14:59:00+08:00 DC1 Microsoft-Windows-Security-Auditing 712 - [NXLOG@14506 Keywords=\"-9218868437227405312\" "
     "EventType=\"AUDIT_FAILURE\" EventID=\"4625\" Channel=\"Security\" TargetUserName=\"bob\" IpAddress=\"203.0.113.9\" "
     "SubStatus=\"0xc000006a\"] An account failed to log on.",
     "format=windows_text | winlog.event_id=4625 | event.outcome=failure | event.reason=wrong password | user.name=bob | "
     "source.ip=203.0.113.9 | winlog.keywords=0x8010000000000000 | kinds=os logon"},
    {"an agent of OSSEC",
     "2026 Nov 20 14:59:00 (pc7) 10.1.0.7->WinEvtLog 2026 Nov 20 14:58:59 WinEvtLog: Security: AUDIT_FAILURE(4625): "
     "Microsoft-Windows-Security-Auditing: (no user): no domain: PC7.school.local: An account failed to log on. Account For "
     "Which Logon Failed:  Account Name:  bob  Network Information:  Source Network Address: 203.0.113.9",
     "format=windows_text | winlog.channel=Security | event.outcome=failure | user.name=bob | source.ip=203.0.113.9 | "
     "host.name=PC7.school.local | !winlog.user.name | kinds=os logon"},
    {"Sysmon through OSSEC",
     "2026 Nov 20 14:59:00 WinEvtLog: Microsoft-Windows-Sysmon/Operational: INFORMATION(1): Microsoft-Windows-Sysmon: SYSTEM: NT "
     "AUTHORITY: PC7: Process Create:  UtcTime: 2026-11-20 06:59:00.000  ProcessId: 3048  Image: C:\\Windows\\System32\\cmd.exe  "
     "CommandLine: cmd /c whoami  User: SCHOOL\\ann  ParentImage: C:\\Windows\\explorer.exe",
     "process.name=cmd.exe | process.pid=3048 | process.command_line=cmd /c whoami | user.name=ann | "
     "process.parent.name=explorer.exe | source=windows/process_creation/ | kinds=os"},
    {"Splunk's lines",
     "<14>Nov 20 14:59:00 DC1 splunk: 11/20/2026 02:59:00 PM#012LogName=Security#012SourceName=Microsoft Windows security "
     "auditing.#012EventCode=4625#012ComputerName=DC1.school.local#012Keywords=Audit Failure#012Message=An account failed to log "
     "on.#012#012Account For Which Logon Failed:#012#011Account Name:#011#011bob",
     "format=windows_text | winlog.event_id=4625 | event.outcome=failure | user.name=bob | host.name=DC1.school.local | "
     "kinds=os logon"},
    {"Kerberos in words",
     "<13>Nov 20 14:59:00 DC1 Security-Auditing: 4771: AUDIT_FAILURE Kerberos 預先驗證失敗。 帳戶資訊: 安全性識別碼: S-1-5-21-7 "
     "帳戶名稱: ann 服務資訊: 服務名稱: krbtgt/SCHOOL 網路資訊: 用戶端位址: ::ffff:10.1.0.9 用戶端連接埠: 50022 其他資訊: 票證選項: "
     "0x40810010 失敗碼: 0x18 預先驗證類型: 2",
     "event.outcome=failure | event.reason=wrong password | user.name=ann | user.id=S-1-5-21-7 | source.ip=10.1.0.9 | "
     "source.port=50022 | winlog.event_data.IpAddress=::ffff:10.1.0.9 | winlog.event_data.Status=0x18"},
    {"NTLM, and its outcome",
     "4776: AUDIT_FAILURE 電腦嘗試驗證帳戶的認證。 驗證封裝: MICROSOFT_AUTHENTICATION_PACKAGE_V1_0 登入帳戶: bob 來源工作站: KALI 錯誤碼: "
     "0xc0000064",
     "event.outcome=failure | event.reason=user name does not exist | user.name=bob | source.domain=KALI | "
     "winlog.event_data.PackageName=MICROSOFT_AUTHENTICATION_PACKAGE_V1_0 | kinds=os logon"},
    {"a blocked connection",
     "5157: AUDIT_FAILURE Windows 篩選平台已經封鎖一個連線。 應用程式資訊: 處理程序識別碼: 4 應用程式名稱: System 網路資訊: 方向: 輸入 來源位址: "
     "203.0.113.9 來源連接埠: 50022 目的地位址: 10.1.0.5 目的地連接埠: 445 通訊協定: 6",
     "event.category=network | event.type=denied | source.ip=203.0.113.9 | destination.ip=10.1.0.5 | destination.port=445 | "
     "network.transport=tcp | network.direction=ingress | kinds=os"},
    {"a wireless logon refused by NPS",
     "6273: AUDIT_FAILURE Network Policy Server denied access to a user. User: Security ID: SCHOOL\\bob Account Name: bob Account "
     "Domain: SCHOOL Client Machine: Security ID: NULL SID Account Name: - Called Station Identifier: 00-11-22-33-44-55:Campus "
     "Calling Station Identifier: AA-BB-CC-DD-EE-FF NAS: NAS IPv4 Address: 10.1.0.30 RADIUS Client: Client Friendly Name: ap-30 "
     "Client IP Address: 10.1.0.30 Authentication Details: Reason Code: 16 Reason: Authentication failed due to a user "
     "credentials mismatch.",
     "event.category=authentication | event.outcome=failure | user.name=bob | user.domain=SCHOOL | source.mac=AA-BB-CC-DD-EE-FF | "
     "winlog.event_data.SubjectUserName=bob | winlog.event_data.ReasonCode=16 | "
     "event.reason=Authentication failed due to a user credentials mismatch. | kinds=os logon"},
    {"Defender, from its message alone",
     "<14>Nov 20 14:59:00 PC7 Microsoft-Windows-Windows_Defender[1]: Windows Defender Antivirus has detected malware or other "
     "potentially unwanted software.  Name: Virus:DOS/EICAR_Test_File  ID: 2147519003  Severity: Severe  Category: Virus  Path: "
     "file:_C:\\Temp\\eicar.com  Detection Origin: Local machine  User: SCHOOL\\ann  Process Name: C:\\Windows\\explorer.exe",
     "format=windows_text | event.kind=alert | rule.name=Virus:DOS/EICAR_Test_File | event.severity=9 | event.category=malware | "
     "file.path=C:\\Temp\\eicar.com | user.name=ann | winlog.event_data.ThreatName=Virus:DOS/EICAR_Test_File | "
     "source=/antivirus/ | kinds=os device"},
    {"an old server's failed logon",
     "<14>Nov 20 14:59:00 OLD1 security[failure] 529 NT AUTHORITY\\SYSTEM  Logon Failure: Reason: Unknown user name or bad password "
     "User Name: bob Domain: SCHOOL Logon Type: 10 Source Network Address: 203.0.113.9 Source Port: 50022",
     "format=windows_text | event.outcome=failure | user.name=bob | user.domain=SCHOOL | source.ip=203.0.113.9 | "
     "event.reason=Unknown user name or bad password | kinds=os logon"},
    {"a service's message",
     "<13>Nov 20 14:59:00 PC7 Service_Control_Manager: 7036: The Windows Update service entered the running state.",
     "format=windows_text | winlog.event_id=7036 | winlog.provider_name=Service_Control_Manager | kinds=os"},
    {"cut in a label", "4624: AUDIT_SUCCESS 帳戶成功登入。 主旨: 安全性識別碼: S-1-5-18 帳戶名",
     "format=windows_text | winlog.event_data.SubjectUserSid=S-1-5-18 帳戶名 | event.outcome=success"},
    {"a number and a colon of anyone", "<13>Nov 20 14:59:00 h app: 4624: hello", "format=none"},
    {"words that only look like labels", "<13>Nov 20 14:59:00 h mail: Subject: hello Name: x", "format=none"},
};
TEST(PayloadWindowsText, ReadsMessagesForPeople) { check_all(kText); }

constexpr PayloadCase kJson[] = {
    {"Fluent Bit: only the message has the names",
     R"({"ProviderName":"Microsoft-Windows-Security-Auditing","EventID":4625,"Channel":"Security","Computer":"DC1","Message":"An account failed to log on.\r\n\r\nAccount For Which Logon Failed:\r\n\tAccount Name:\t\tbob\r\n\r\nNetwork Information:\r\n\tSource Network Address:\t203.0.113.9","StringInserts":["bob"]})",
     "format=windows_json | user.name=bob | source.ip=203.0.113.9 | host.name=DC1 | event.outcome=failure"},
    {"Wazuh's agent",
     R"({"win":{"system":{"providerName":"Microsoft-Windows-Security-Auditing","eventID":"4625","channel":"Security","computer":"DC1","severityValue":"AUDIT_FAILURE"},"eventdata":{"targetUserName":"bob","ipAddress":"203.0.113.9","subStatus":"0xc000006a"}}})",
     "format=windows_json | winlog.event_data.TargetUserName=bob | user.name=bob | source.ip=203.0.113.9 | host.name=DC1 | "
     "event.reason=wrong password | kinds=os logon"},
    {"OpenSSH",
     R"({"EventID":4,"SourceName":"OpenSSH","Channel":"OpenSSH/Operational","Hostname":"PC7","process":"sshd","payload":"Failed password for bob from 203.0.113.9 port 50022 ssh2"})",
     "event.outcome=failure | user.name=bob | source.ip=203.0.113.9 | source.port=50022 | kinds=os logon"},
    {"SQL Server in the Application log",
     R"({"EventID":18456,"SourceName":"MSSQLSERVER","Channel":"Application","Hostname":"DB1","Message":"使用者 'sa' 登入失敗。 原因: 密碼不符合所提供的登入。 [用戶端: 203.0.113.9]"})",
     "event.outcome=failure | event.category=authentication | user.name=sa | source.ip=203.0.113.9 | kinds=application logon"},
    {"SQL Server Audit",
     R"({"EventID":33205,"SourceName":"MSSQLSERVER$AUDIT","Channel":"Security","Hostname":"DB1","EventType":"AUDIT_FAILURE","param1":"action_id:LGIF\nsucceeded:false\nserver_principal_name:SCHOOL\\bob\nclient_ip:203.0.113.9\nduration_milliseconds:0\nstatement:Login failed"})",
     "event.outcome=failure | event.category=authentication | user.name=bob | user.domain=SCHOOL | source.ip=203.0.113.9 | "
     "vendor.action_id=LGIF"},
    {"a group gets a member",
     R"({"EventID":4728,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","SubjectUserName":"admin","TargetUserName":"Domain Admins","TargetDomainName":"SCHOOL","TargetSid":"S-1-5-21-7-512","MemberName":"CN=Ann Chen,OU=Staff,DC=school,DC=local","MemberSid":"S-1-5-21-7-1104"})",
     "user.name=admin | group.name=Domain Admins | group.domain=SCHOOL | group.id=S-1-5-21-7-512 | user.target.name=Ann Chen | "
     "user.target.id=S-1-5-21-7-1104 | event.action=added-member-to-group"},
    {"a Kerberos name with its realm",
     R"({"EventID":4768,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","TargetUserName":"ann@SCHOOL.LOCAL","Status":"0x6"})",
     "user.name=ann | event.outcome=failure | event.reason=user name does not exist"},
};
TEST(PayloadWindowsText, ReadsMoreOfJson) { check_all(kJson); }

}  // namespace
}  // namespace vigil
