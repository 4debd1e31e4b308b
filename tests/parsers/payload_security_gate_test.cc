// What stands between people and things: proxies, mail gateways, access brokers, NAS.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kProxies[] = {
    {"Cisco's appliance in its own form of Squid's log",
     "<13>Nov 20 14:59:00 wsa1 1795157940.123 374.156 - 10.1.0.7 TCP_MISS/200 4646 GET http://www.example.com/a?b=c \"LAB\\amy@realm\" "
     "DIRECT/203.0.113.80 text/html DEFAULT_CASE_12-Default <nc,dns,-9,\"-\">",
     "format=cisco_wsa | source.ip=10.1.0.7 | event.action=TCP_MISS | http.response.status_code=200 | http.response.bytes=4646 | "
     "http.request.method=GET | url.domain=www.example.com | url.path=/a | url.query=b=c | user.name=amy@realm | user.domain=LAB | "
     "destination.ip=203.0.113.80 | event.duration=374000000 | event.category=web | event.type=access | source=/proxy/ | kinds=web device"},
    {"it refused", "<13>Nov 20 14:59:00 wsa1 1795157940.123 12.5 - 10.1.0.7 TCP_DENIED/403 298 CONNECT tunnel://www.example.com:443/ - NONE/- -",
     "event.type=denied | !user.name | !destination.ip"},
    {"an epoch alone is no proxy's", "1795157940.525 something happened", "!http.request.method"},
    {"Blue Coat",
     "<134>Nov 20 14:59:00 proxy2 bluecoat[0]: SPLV5.1 c-ip=10.1.0.7 cs-bytes=623 cs-categories=\"News\" cs-host=www.example.com cs-method=GET "
     "cs-uri-path=/a cs-uri-port=80 cs-username=amy r-ip=203.0.113.80 s-action=TCP_MISS sc-bytes=1200 sc-status=200 time-taken=12",
     "format=web_gateway | source.ip=10.1.0.7 | url.domain=www.example.com | url.path=/a | url.port=80 | user.name=amy | destination.ip=203.0.113.80 | "
     "http.response.status_code=200 | event.duration=12000000 | rule.category=News | observer.product=ProxySG | kinds=web device"},
    {"Forcepoint",
     "<134>Nov 20 14:59:00 fp vendor=Forcepoint product=Security product_version=8.5 action=blocked severity=7 category=755 user=amy src_host=10.1.0.7 "
     "src_port=50022 dst_host=www.example.com dst_ip=203.0.113.80 dst_port=80 bytes_out=10 bytes_in=20 http_response=403 http_method=GET "
     "url=http://www.example.com/",
     "format=gateway_pairs | source.ip=10.1.0.7 | destination.ip=203.0.113.80 | http.response.status_code=403 | event.type=denied | kinds=web device"},
    {"McAfee Web Gateway, cut",
     "<30>Nov 20 14:59:00 mwg1 mwg: status=\"200/0\" srcip=\"10.1.0.7\" user=\"amy\" dhost=\"www.example.com\" urlp=\"443\" mtd=\"CONNECT\" urlc=\"Busi",
     "format=web_gateway | source.ip=10.1.0.7 | http.response.status_code=200 | url.port=443 | rule.category=Busi"},
};
TEST(PayloadSecurity, Proxies) { check_all(kProxies); }

constexpr PayloadCase kGates[] = {
    {"AsyncOS: a message begins", "<22>Nov 20 14:59:00 esa1 mail_logs: Info: MID 7 ICID 3 From: <amy@example.com>",
     "format=cisco_esa | email.from.address=amy@example.com | vendor.message_id=7 | event.action=mail_from"},
    {"AsyncOS: its subject", "<22>Nov 20 14:59:00 esa1 mail_logs: Info: MID 7 Subject 'It's here'", "email.subject=It's here"},
    {"AsyncOS: a virus", "<22>Nov 20 14:59:00 esa1 mail_logs: Warning: MID 7 antivirus positive 'EICAR-AV-Test'",
     "rule.name=EICAR-AV-Test | event.kind=alert | event.category=malware"},
    {"AsyncOS: somebody failed", "<22>Nov 20 14:59:00 esa1 authentication: Info: User amy from 203.0.113.9 failed authentication",
     "event.outcome=failure | user.name=amy | source.ip=203.0.113.9"},
    {"Info: of another program", "<22>Nov 20 14:59:00 h app: Info: it works", "format=none"},
    {"QNAP: a wrong password",
     "<30>Nov 20 14:59:00 nas1 qulogd[9]: conn log: Users: amy, Source IP: 203.0.113.9, Computer name: ---, Connection type: HTTP/HTTPS, Accessed "
     "resources: Administration, Action: Login Fail",
     "format=qnap | event.category=authentication | event.outcome=failure | user.name=amy | source.ip=203.0.113.9 | !source.domain | "
     "network.application=HTTP/HTTPS | kinds=application logon device"},
    {"QNAP: a file whose name holds a comma",
     "<30>Nov 20 14:59:00 nas1 qulogd[9]: conn log: Users: amy, Source IP: 10.1.0.7, Computer name: pc7, Connection type: Samba, Accessed resources: "
     "home/a, b.txt, Action: Delete",
     "file.path=home/a, b.txt | file.name=a, b.txt | event.action=delete | event.type=deletion | source.domain=pc7 | kinds=application device"},
    {"QNAP: an account",
     "<30>Nov 20 14:59:00 nas1 qulogd[9]: event log: Users: admin, Source IP: 10.1.0.7, Computer name: ---, Application: Users, Category: General, "
     "Content: [Users] Created user \"bob\".",
     "user.name=admin | user.target.name=bob | event.action=created_user | event.category=iam"},
    {"QNAP, cut", "<30>Nov 20 14:59:00 nas1 qulogd[9]: conn log: Users: amy, Source IP: 203.0.113.9, Comp", "user.name=amy"},
    {"Synology: a wrong password",
     "<12>Nov 20 14:59:00 nas2 Connection: User [amy] from [203.0.113.9] failed to log in via [DSM] due to authorization failure.",
     "format=synology | event.outcome=failure | user.name=amy | source.ip=203.0.113.9 | network.application=DSM | kinds=application logon device"},
    {"Synology: in", "<14>Nov 20 14:59:00 nas2 Connection: User [amy] from [10.1.0.7] logged in successfully via [SSH].", "event.outcome=success"},
    {"Synology: files", "<14>Nov 20 14:59:00 nas2 WinFileService Event: read, Path: /a/b, c.txt, File/Folder: File, Size: 12 KB, User: amy, IP: 10.1.0.7",
     "file.path=/a/b, c.txt | event.action=read | user.name=amy | source.ip=10.1.0.7"},
    {"Synology speaks Chinese", "<12>Nov 20 14:59:00 nas2 Connection: 使用者 [amy] 由 [203.0.113.9] 透過 [DSM] 登入失敗。",
     "event.outcome=failure | user.name=amy | source.ip=203.0.113.9"},
};
TEST(PayloadSecurity, MailAccessAndStorage) { check_all(kGates); }

constexpr PayloadCase kOthers[] = {
    {"Mimecast", "<134>Nov 20 14:59:00 h mc: datetime=2026-11-20T14:59:00+0800|aCode=x7|acc=C1|IP=203.0.113.9|Sender=amy@example.com|Rcpt=bob@example.org|Act=Acc|Subject=a|",
     "format=mail_gateway | source.ip=203.0.113.9 | email.from.address=amy@example.com | email.to.address=bob@example.org | event.action=Acc | "
     "email.subject=a | event.id=x7"},
    {"Proofpoint", "<22>Nov 20 14:59:00 pps1 filter_instance1[9]: rprt s=3abc m=1 x=3abc-1 mod=av cmd=run rule=infected vname=Eicar file=a.zip",
     "format=mail_gateway | file.name=a.zip | event.kind=alert | event.category=malware | rule.name=Eicar"},
    {"BeyondTrust refused somebody",
     "<134>Nov 20 14:59:00 bt1 BG[9]: 1427:01:01:site=s;when=1795157940;who=Amy Lee (amy);who_ip=203.0.113.9;event=login;status=failure;reason=failed",
     "format=beyondtrust | user.name=amy | user.full_name=Amy Lee | source.ip=203.0.113.9 | event.outcome=failure | kinds=application logon device"},
    {"RSA refused somebody",
     "<14>Nov 20 14:59:00 rsa1 2026-11-20 14:59:00,123, , audit.runtime.com.rsa.ims.authn.impl.AuthenticationBrokerImpl, INFO, "
     "0a1b,0b2c,203.0.113.9,10.1.0.2,AUTHN_LOGIN_EVENT,13002,FAIL,AUTHN_METHOD_FAILED,d41d8cd98f00b204e9800998ecf8427e,null,,amy,Amy,Lee",
     "format=rsa_securid | user.name=amy | source.ip=203.0.113.9 | event.outcome=failure | event.reason=AUTHN_METHOD_FAILED | kinds=application logon"},
    {"IDMEF",
     "<IDMEF-Message xmlns=\"http://iana.org/idmef\"><Alert messageid=\"a1\"><Analyzer name=\"nids\"/><Source><Node><Address "
     "category=\"ipv4-addr\"><address>203.0.113.9</address></Address></Node></Source><Target><Node><Address><address>10.1.0.5</address></Address></"
     "Node><Service><port>22</port></Service></Target><Classification text=\"portscan\"/></Alert></IDMEF-Message>",
     "format=incident_xml | event.kind=alert | event.id=a1 | rule.name=portscan | source.ip=203.0.113.9 | destination.ip=10.1.0.5 | "
     "destination.port=22 | kinds=device"},
    {"IODEF, cut",
     "<IODEF-Document xmlns=\"urn:ietf:params:xml:ns:iodef-1.0\"><Incident purpose=\"reporting\"><IncidentID "
     "name=\"c\">42</IncidentID><EventData><Flow><System category=\"source\"><Node><Address category=\"ipv4-addr\">203.0.113.9</Address></Node></"
     "System><System cat",
     "format=incident_xml | event.id=42 | source.ip=203.0.113.9"},
    {"STIX",
     R"({"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","id":"indicator--1","name":"c2","pattern":"[ipv4-addr:value = '198.51.100.7'] OR [file:hashes.'SHA-256' = 'aa'] OR [domain-name:value = 'bad.example']"}]})",
     "format=stix | rule.name=c2 | threat.indicator.ip=198.51.100.7 | threat.indicator.file.hash=aa | threat.indicator.url.domain=bad.example"},
};
TEST(PayloadSecurity, OtherGatesAndReports) { check_all(kOthers); }

}  // namespace
}  // namespace vigil
