// Log files of Windows' servers: IIS, SQL Server, DHCP, DNS, NPS, Exchange, the firewall; and Defender's alerts.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kIis[] = {
    {"the columns of a fresh installation; its time is UTC",
     "2026-11-20 06:59:00 10.1.0.5 GET /index.html id=7 443 SCHOOL\\ann 203.0.113.9 Mozilla/5.0+(Windows+NT+10.0) "
     "https://www.example.com/ 200 0 0 46",
     "format=iis | time=1795157940000000000 | destination.ip=10.1.0.5 | http.request.method=GET | url.path=/index.html | "
     "url.query=id=7 | destination.port=443 | user.name=ann | user.domain=SCHOOL | source.ip=203.0.113.9 | "
     "user_agent.original=Mozilla/5.0 (Windows NT 10.0) | http.request.referrer=https://www.example.com/ | "
     "http.response.status_code=200 | event.duration=46000000 | event.outcome=success | kinds=web | source=iis/webserver/"},
    {"every column ticked",
     "2026-11-20 06:59:00 W3SVC1 WEB1 10.1.0.5 POST /login - 80 - 203.0.113.9 HTTP/1.1 curl/8.5.0 sid=1 - www.example.com 302 0 0 "
     "512 300 15 198.51.100.7,+10.1.0.1",
     "host.name=WEB1 | vendor.site=W3SVC1 | http.version=1.1 | vendor.cookie=sid=1 | url.domain=www.example.com | "
     "http.response.body.bytes=512 | http.request.body.bytes=300 | event.duration=15000000 | "
     "network.forwarded_ip=198.51.100.7 | !http.request.referrer"},
    {"no server's address", "2026-11-20 06:59:00 W3SVC1 GET / - 80 - 203.0.113.9 curl/8.5.0 - 404 0 2 0",
     "!destination.ip | http.response.status_code=404 | event.outcome=failure"},
    {"a wrong password", "2026-11-20 06:59:00 10.1.0.5 GET /owa - 443 bob 203.0.113.9 curl/8.5.0 - 401 1 1326 15",
     "event.category=authentication | event.outcome=failure | user.name=bob | kinds=web logon"},
    {"a handshake in progress is no failed logon",
     "2026-11-20 06:59:00 10.1.0.5 GET /owa - 443 - 203.0.113.9 curl/8.5.0 - 401 2 5 15", "kinds=web | event.category=web"},
    {"HTTP.sys",
     "2026-11-20 06:59:00 203.0.113.9 50022 10.1.0.5 443 HTTP/1.1 GET /a b 400 - URL -",
     "format=iis | source.port=50022 | destination.port=443 | http.response.status_code=400 | event.reason=URL"},
    {"HTTP.sys: a connection that said nothing",
     "2026-11-20 06:59:00 203.0.113.9 50022 10.1.0.5 443 - - - - - Timer_ConnectionIdle -",
     "format=iis | source.ip=203.0.113.9 | !http.response.status_code"},
    {"FTP: a wrong password", "2026-11-20 06:59:00 203.0.113.9 50022 bob 10.1.0.5 21 PASS *** 530 1326 41 1a2b /",
     "format=iis | event.outcome=failure | event.category=authentication | user.name=bob | source.ip=203.0.113.9"},
    {"FTP: welcome", "2026-11-20 06:59:00 203.0.113.9 50022 SCHOOL\\ann 10.1.0.5 21 PASS *** 230 0 0 1a2b /",
     "event.outcome=success | user.name=ann"},
    {"the names of the columns", "#Fields: date time s-ip cs-method cs-uri-stem", "format=iis | kinds=web"},
    {"cut", "2026-11-20 06:59:00 10.1.0.5 GET /index.html - 443 - 203.0.113.9 Mozi",
     "format=iis | source.ip=203.0.113.9 | user_agent.original=Mozi | !http.response.status_code"},
    {"behind a syslog header",
     "<14>Nov 20 14:59:00 web1 iis: 2026-11-20 06:59:00 10.1.0.5 GET / - 80 - 203.0.113.9 curl/8.5.0 - 200 0 0 1",
     "format=windows_file | event.dataset=iis | host.name=web1 | url.path=/ | kinds=web"},
    {"a program's own dated line", "2026-11-20 06:59:00 web1 GET / took 5 ms", "format=none"},
};
TEST(PayloadWindowsFiles, ReadsIis) { check_all(kIis); }

constexpr PayloadCase kMssql[] = {
    {"a wrong password; its time is local",
     "2026-11-20 14:59:00.12 Logon       Login failed for user 'sa'. Reason: Password did not match that for the login provided. "
     "[CLIENT: 203.0.113.9]",
     "format=mssql | time=1795157940120000000 | user.name=sa | source.ip=203.0.113.9 | event.outcome=failure | "
     "event.reason=Password did not match that for the login provided. | host.name=192.0.2.9 | kinds=application logon"},
    {"in Chinese", "2026-11-20 14:59:00.12 登入        使用者 'sa' 登入失敗。 原因: 密碼不符合所提供的登入。 [用戶端: 203.0.113.9]",
     "format=mssql | user.name=sa | source.ip=203.0.113.9 | event.outcome=failure"},
    {"a name with a quote",
     "2026-11-20 14:59:00.12 Logon       Login failed for user 'O'Leary'. Reason: Could not find a login matching the name "
     "provided. [CLIENT: 203.0.113.9]",
     "user.name=O'Leary"},
    {"welcome",
     "2026-11-20 14:59:00.12 Logon       Login succeeded for user 'SCHOOL\\ann'. Connection made using Windows authentication. "
     "[CLIENT: 10.1.0.9]",
     "user.name=ann | user.domain=SCHOOL | event.outcome=success | vendor.method=Windows authentication"},
    {"no trust",
     "2026-11-20 14:59:00.12 Logon       Login failed. The login is from an untrusted domain and cannot be used with Integrated "
     "authentication. [CLIENT: 203.0.113.9]",
     "event.outcome=failure | source.ip=203.0.113.9 | !user.name"},
    {"an error's number is no logon", "2026-11-20 14:59:00.12 Logon       Error: 18456, Severity: 14, State: 8.",
     "format=mssql | event.code=18456 | !event.outcome | kinds=application"},
    {"a process of its own", "2026-11-20 14:59:00.12 spid9s      Starting up database 'model'.",
     "vendor.source=spid9s | vendor.database=model | message=Starting up database 'model'."},
    {"the agent", "2026-11-20 14:59:00 - ! [298] SQLServer Error: 18456", "format=mssql"},
    {"cut", "2026-11-20 14:59:00.12 Logon       Login failed for us", "format=mssql | !event.outcome"},
    {"a dated line of another program", "2026-11-20 14:59:00.12 worker started", "format=none"},
};
TEST(PayloadWindowsFiles, ReadsSqlServersErrorlog) { check_all(kMssql); }

constexpr PayloadCase kDhcp[] = {
    {"a lease", "10,11/20/26,14:59:00,Assign,10.1.0.7,pc7.school.local,001A2B3C4D5E,,17739,0,,,,,,,,,0",
     "format=windows_dhcp | time=1795157940000000000 | event.code=10 | event.action=dhcp-new | client.ip=10.1.0.7 | "
     "client.mac=00-1A-2B-3C-4D-5E | host.hostname=pc7.school.local | host.domain=school.local | host.name=192.0.2.9 | "
     "vendor.transaction_id=17739 | message=Assign | kinds=application"},
    {"the names of the columns", "ID,Date,Time,Description,IP Address,Host Name,MAC Address", "format=windows_dhcp | !event.code"},
    {"behind a syslog header",
     "<13>1 2026-11-20T14:59:00+08:00 DHCP1 dhcp - - - 11,11/20/26,14:59:00,Renew,10.1.0.7,pc7,001A2B3C4D5E,,17739,0,,,,,,,,,0",
     "format=windows_file | event.dataset=windows_dhcp | host.name=DHCP1 | client.ip=10.1.0.7 | kinds=application"},
    {"refused", "15,11/20/26,14:59:00,NACK,10.1.0.8,,001A2B3C4D5E,,0,6,,,,,,,,,0", "event.outcome=failure"},
    {"IPv6", "11002,11/20/26,14:59:00,DHCPV6 Request,2001:db8::7,pc7,,14,0001000127A1B2C3001A2B3C4D5E,,,,,",
     "client.ip=2001:db8::7 | host.id=0001000127A1B2C3001A2B3C4D5E | event.action=dhcpv6-request"},
    {"rogue detection is no logon", "55,11/20/26,14:59:00,Authorized(servicing),,school.local,,,0,6,,,,,,,,,0",
     "event.action=rogue-server-detection | kinds=application"},
    {"cut", "10,11/20/26,14:59:00,Assign,10.1", "format=windows_dhcp | !client.ip"},
    {"figures of anyone", "10,20,30,40", "format=none"},
};
TEST(PayloadWindowsFiles, ReadsTheDhcpServersLog) { check_all(kDhcp); }

constexpr PayloadCase kDns[] = {
    {"a query",
     "11/20/2026 2:59:00 PM 0E9C PACKET  00000000028657F0 UDP Rcv 10.1.0.7        a6c4   Q [0001   D   NOERROR] A      "
     "(3)www(7)example(3)com(0)",
     "format=windows_dns | time=1795157940000000000 | source.ip=10.1.0.7 | vendor.question_name=www.example.com | "
     "dns.question.type=A | dns.type=query | dns.id=a6c4 | network.transport=udp | dns.response_code=NOERROR | kinds=application"},
    {"an answer, the date in Chinese",
     "2026/11/20 下午 02:59:00 0E9C PACKET  00000000028657F0 UDP Snd 10.1.0.7        a6c4 R Q [8385 A DR NXDOMAIN] AAAA   "
     "(2)no(7)example(3)com(0)",
     "time=1795157940000000000 | dns.type=answer | destination.ip=10.1.0.7 | dns.response_code=NXDOMAIN | event.outcome=failure"},
    {"another event", "11/20/2026 2:59:00 PM 0E9C EVENT   The DNS server has started.", "message=The DNS server has started."},
    {"cut", "11/20/2026 2:59:00 PM 0E9C PACKET  00000000028657F0 UDP Rcv 10.1.0", "format=windows_dns"},
};
TEST(PayloadWindowsFiles, ReadsTheDnsServersLog) { check_all(kDns); }

constexpr PayloadCase kNps[] = {
    {"refused",
     R"("NPS1","IAS",11/20/2026,14:59:00,3,"SCHOOL\bob","school.local/Staff/bob","00-11-22-33-44-55:Campus","AA-BB-CC-DD-EE-FF",,,"ap-30","10.1.0.30",1,0,"10.1.0.30","ap-30",,,19,,,2,5,"Wireless",16,"311 1 10.1.0.3")",
     "format=nps | time=1795157940000000000 | host.name=NPS1 | user.name=bob | user.domain=SCHOOL | event.outcome=failure | "
     "event.category=authentication | event.code=16 | event.reason=bad user name or password | source.ip=10.1.0.30 | "
     "source.mac=AA-BB-CC-DD-EE-FF | vendor.policy_name=Wireless | kinds=application logon"},
    {"accepted, in XML",
     R"(<Event><Timestamp data_type="4">11/20/2026 14:59:00.123</Timestamp><Computer-Name data_type="1">NPS1</Computer-Name><Event-Source data_type="1">IAS</Event-Source><User-Name data_type="1">SCHOOL\ann</User-Name><Client-IP-Address data_type="3">10.1.0.30</Client-IP-Address><NP-Policy-Name data_type="1">Wireless</NP-Policy-Name><Packet-Type data_type="0">2</Packet-Type><Reason-Code data_type="0">0</Reason-Code></Event>)",
     "format=nps | time=1795157940123000000 | user.name=ann | event.outcome=success | rule.name=Wireless | kinds=application logon"},
    {"a request is half of a logon", R"("NPS1","IAS",11/20/2026,14:59:00,1,"SCHOOL\bob")", "!event.outcome | user.name=bob"},
    {"cut", R"("NPS1","IAS",11/20/2026,14:59:00,3,"SCHOOL\bo)", "format=nps | event.outcome=failure | user.name=bo"},
};
TEST(PayloadWindowsFiles, ReadsNetworkPolicyServer) { check_all(kNps); }

constexpr PayloadCase kOthers[] = {
    {"Exchange: a message comes",
     "2026-11-20T06:59:00.123Z,203.0.113.9,client.example.net,10.1.0.25,MX1,08D5;x,MX1\\Default MX1,SMTP,RECEIVE,12345,"
     "<a1@example.net>,,ann@school.example;bob@school.example,,2048,2,,,\"Hello, you\",eve@example.net,eve@example.net,",
     "format=exchange | time=1795157940123000000 | source.ip=203.0.113.9 | destination.ip=10.1.0.25 | event.action=RECEIVE | "
     "email.message_id=a1@example.net | email.to.address=bob@school.example | email.from.address=eve@example.net | "
     "email.subject=Hello, you | kinds=application"},
    {"Exchange: an SMTP session",
     "2026-11-20T06:59:00.123Z,MX1\\Client MX1,08D5A1B2C3D4E5F6,12,10.1.0.25:587,203.0.113.9:50022,>,535 5.7.3 Authentication "
     "unsuccessful,",
     "format=exchange | source.ip=203.0.113.9 | source.port=50022 | destination.port=587 | event.outcome=failure | "
     "event.category=authentication | kinds=application logon"},
    {"Windows Firewall",
     "2026-11-20 14:59:00 DROP TCP 203.0.113.9 10.1.0.7 50022 3389 60 S 1234567890 0 64240 - - - RECEIVE",
     "format=windows_firewall | time=1795157940000000000 | event.action=DROP | event.type=denied | source.ip=203.0.113.9 | "
     "destination.port=3389 | network.transport=tcp | network.direction=ingress | kinds=device | source=windows/firewall/"},
    {"Windows Firewall: its first lines", "#Software: Microsoft Windows Firewall", "format=windows_firewall | kinds=device"},
    {"Defender for Endpoint",
     R"({"id":"da637291085411733957_-1","incidentId":12,"severity":"Medium","detectionSource":"WindowsDefenderAv","category":"Malware","title":"Malware was detected","firstEventTime":"2026-11-20T06:58:00Z","lastEventTime":"2026-11-20T06:59:00Z","machineId":"1e5bc9","computerDnsName":"pc7.school.local","relatedUser":{"userName":"ann","domainName":"SCHOOL"},"evidence":[{"entityType":"File","sha1":"da39a3ee5e6b4b0d3255bfef95601890afd80709","fileName":"x.exe","filePath":"C:\\Temp"}]})",
     "format=microsoft_defender | time=1795157940000000000 | event.kind=alert | rule.name=Malware was detected | "
     "event.severity=5 | event.duration=60000000000 | host.name=pc7.school.local | user.name=ann | user.domain=SCHOOL | "
     "file.name=x.exe | file.hash.sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709 | event.category=malware | kinds=device"},
    {"Defender's advanced hunting: a failed logon",
     R"({"time":"2026-11-20T06:59:00Z","tenantId":"t","category":"AdvancedHunting-DeviceLogonEvents","properties":{"DeviceName":"pc7","ActionType":"LogonFailed","AccountName":"bob","AccountDomain":"school","RemoteIP":"203.0.113.9"}})",
     "format=microsoft_defender | event.outcome=failure | event.category=authentication | user.name=bob | source.ip=203.0.113.9 | "
     "kinds=logon device"},
    {"Defender, cut", R"({"id":"a","detectionSource":"WindowsDefenderAv","machineId":"1","title":"Mal)",
     "format=microsoft_defender | tag=bad_payload"},
};
TEST(PayloadWindowsFiles, ReadsExchangeFirewallAndDefender) { check_all(kOthers); }

}  // namespace
}  // namespace vigil
