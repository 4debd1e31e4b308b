// Linux audit, Zeek, VMware, name servers, DHCP, mail, containers, and what Linux' own parts say.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kAudit[] = {
    {"a failed logon",
     "type=USER_LOGIN msg=audit(1795157940.123:421): pid=1298 uid=0 auid=4294967295 ses=4294967295 "
     "msg='op=login acct=\"root\" "
     "exe=\"/usr/sbin/sshd\" hostname=? addr=203.0.113.9 terminal=sshd res=failed'",
     "format=auditd_file | time=1795157940123000000 | event.category=authentication | event.outcome=failure "
     "| user.name=root | "
     "source.ip=203.0.113.9 | process.pid=1298 | process.executable=/usr/sbin/sshd | event.id=421 | kinds=os "
     "logon | "
     "source=linux//auditd | host.name=192.0.2.9"},
    {"a name in hex",
     "type=USER_AUTH msg=audit(1795157940.123:421): pid=1 uid=0 auid=0 msg='op=PAM:authentication "
     "acct=62206F62 addr=? res=failed'",
     "!user.name | vendor.acct=b ob | event.outcome=failure"},
    {"a command",
     "type=EXECVE msg=audit(1795157940.123:7): argc=3 a0=\"rm\" a1=\"-rf\" a2=2F746D702F6120622F63",
     "process.args=rm | process.args=/tmp/a b/c | process.command_line=rm -rf /tmp/a b/c | vendor.a1=-rf | "
     "vendor.type=EXECVE | kinds=os"},
    {"an argument in pieces",
     "type=EXECVE msg=audit(1795157940.123:7): a2_len=8 a2[0]=\"abcd\" a2[1]=\"efgh\"",
     "process.command_line=abcdefgh"},
    {"a system call with its names",
     "type=SYSCALL msg=audit(1795157940.123:7): arch=c000003e syscall=59 success=yes exit=0 ppid=6 pid=7 "
     "auid=1000 uid=0 euid=0 gid=0 "
     "comm=\"id\" exe=\"/usr/bin/id\" key=\"exec\"\x1d"
     "SYSCALL=execve AUID=\"bob\" UID=\"root\"",
     "process.parent.pid=6 | user.id=0 | user.name=root | event.outcome=success | vendor.key=exec | "
     "vendor.SYSCALL=execve"},
    {"where a socket went",
     "type=SOCKADDR msg=audit(1795157940.123:7): saddr=020001BBCB0071090000000000000000",
     "destination.address=203.0.113.9 | destination.port=443"},
    {"by audisp, from another host",
     "<14>Nov 20 14:59:00 log1 audispd: node=web1 type=CRED_DISP msg=audit(1795157940.123:7): pid=1 uid=0 "
     "res=success",
     "format=auditd | host.name=log1 | vendor.node=web1 | event.outcome=success"},
    {"the kernel's own line",
     "<5>Nov 20 14:59:00 web1 kernel: [   12.345678] audit: type=1400 audit(1795157940.123:8): "
     "apparmor=\"DENIED\" operation=\"open\" "
     "pid=7 comm=\"cat\"",
     "format=auditd | vendor.type=AVC | process.name=cat | process.pid=7"},
    {"a record cut in its address",
     "type=USER_AUTH msg=audit(1795157940.123:421): pid=1 uid=0 msg='op=x acct=\"root\" addr=203.0.1",
     "format=auditd_file | user.name=root"},
    {"pairs that are no record", "type=x msg=hello", "!event.id"},
};
TEST(PayloadServerSystem, ReadsAuditRecords) { check_all(kAudit); }

constexpr PayloadCase kZeek[] = {
    {"a connection in JSON",
     R"({"ts":1795157940.123,"uid":"CHhAvVGS1DHFjwGM9","id.orig_h":"10.1.0.5","id.orig_p":50022,"id.resp_h":"203.0.113.9","id.resp_p":443,"proto":"tcp","service":"ssl","duration":1.5,"orig_bytes":400,"resp_bytes":900,"conn_state":"SF"})",
     "format=zeek | time=1795157940123000000 | source.ip=10.1.0.5 | destination.port=443 | "
     "network.transport=tcp | source.bytes=400 | "
     "event.duration=1500000000 | event.id=CHhAvVGS1DHFjwGM9 | source=zeek//conn | kinds=device"},
    {"the same in columns",
     "1795157940.123456\tCHhAvVGS1DHFjwGM9\t10.1.0.5\t50022\t203.0.113.9\t53\tudp\tdns\t0."
     "1\t40\t80\tSF\tT\tT\t0\tDd\t1\t68\t1\t108\t-",
     "format=zeek | source=zeek//conn | destination.bytes=80 | network.transport=udp"},
    {"an ssh logon it saw fail",
     R"({"ts":1795157940.1,"uid":"CHhAvVGS1DHFjwGM9","id.orig_h":"203.0.113.9","id.orig_p":1,"id.resp_h":"10.1.0.5","id.resp_p":22,"auth_success":false,"auth_attempts":3})",
     "event.category=authentication | event.outcome=failure | source.ip=203.0.113.9"},
    {"columns cut in the middle",
     "1795157940.123456\tCHhAvVGS1DHFjwGM9\t10.1.0.5\t50022\t203.0.113.9\t53\tud",
     "format=zeek | source.ip=10.1.0.5"},
    {"another program's ts", R"({"ts":1795157940.1,"caller":"main.go:1","msg":"x"})", "format=json"},
};
TEST(PayloadServerSystem, ReadsZeek) { check_all(kZeek); }

constexpr PayloadCase kNames[] = {
    {"a query",
     "<30>Nov 20 14:59:00 ns1 named[7]: client @0x7f0c 203.0.113.9#50022 (example.com): query: example.com "
     "IN A +E(0)K (10.1.0.1)",
     "format=dns_dhcp | source.ip=203.0.113.9 | source.port=50022 | dns.question.name=example.com | "
     "dns.question.type=A | "
     "destination.ip=10.1.0.1 | network.protocol=dns | kinds=application | source=/dns/"},
    {"BIND's own file",
     "20-Nov-2026 14:59:00.123 queries: info: client @0x7f0c 203.0.113.9#50022 (example.com): query: "
     "example.com IN AAAA + (10.1.0.1)",
     "format=dns_dhcp | time=1795157940123000000 | dns.question.type=AAAA | vendor.category=queries | "
     "log.level=info"},
    {"a denied transfer",
     "<30>Nov 20 14:59:00 ns1 named[7]: client 203.0.113.9#50022: zone transfer 'example.com/AXFR/IN' denied",
     "event.outcome=failure | event.type=denied | dns.question.name=example.com"},
    {"Unbound", "[1795157940] unbound[1:0] info: 203.0.113.9 example.com. A IN",
     "format=dns_dhcp | source.ip=203.0.113.9 | dns.question.type=A"},
    {"dnsmasq", "<30>Nov 20 14:59:00 ns1 dnsmasq[7]: query[A] example.com from 203.0.113.9",
     "dns.question.name=example.com | source.ip=203.0.113.9"},
    {"a lease",
     "<30>Nov 20 14:59:00 d1 dhcpd[7]: DHCPACK on 10.1.0.5 to 00:11:22:aa:bb:cc (bobs-pc) via eth0",
     "format=dns_dhcp | client.ip=10.1.0.5 | source.ip=10.1.0.5 | client.mac=00-11-22-AA-BB-CC | "
     "client.domain=bobs-pc | "
     "event.action=dhcpack | host.name=d1 | kinds=application"},
    {"a collector's header in front",
     "<30>Nov 20 14:59:00 grid.example 10.1.0.2 dhcpd[7]: DHCPDISCOVER from 00:11:22:aa:bb:cc via eth0",
     "format=dns_dhcp | host.ip=10.1.0.2 | process.pid=7 | client.mac=00-11-22-AA-BB-CC"},
    {"dnsmasq's leases",
     "<30>Nov 20 14:59:00 d1 dnsmasq-dhcp[7]: DHCPACK(eth0) 10.1.0.5 00:11:22:aa:bb:cc bobs-pc",
     "client.ip=10.1.0.5 | client.domain=bobs-pc"},
    {"Kea's own file",
     "2026-11-20 14:59:00.123 INFO  [kea-dhcp4.leases/1234.140] DHCP4_LEASE_ALLOC [hwtype=1 "
     "00:11:22:aa:bb:cc], cid=[no info], tid=0x1: "
     "lease 10.1.0.5 has been allocated for 3600 seconds",
     "format=server_file | client.ip=10.1.0.5 | client.mac=00-11-22-AA-BB-CC | event.code=DHCP4_LEASE_ALLOC "
     "| process.pid=1234"},
    {"Infoblox: who could not log in",
     "<29>Nov 20 14:59:00 grid.example httpd: 2026-11-20 06:59:00.123Z [bob\\040x]: Login_Denied - - "
     "to=AdminConnector ip=203.0.113.9 "
     "info=Local apparently_via=GUI",
     "format=infoblox | time=1795157940123000000 | user.name=bob x | source.ip=203.0.113.9 | "
     "event.outcome=failure | kinds=logon device"},
    {"Infoblox: a change",
     "<29>Nov 20 14:59:00 grid.example httpd: 2026-11-20 06:59:00.123Z [admin]: Created Network 10.1.0.0/16 "
     "network_view=default: Set x=1",
     "event.category=configuration | vendor.object_type=Network | vendor.object_name=10.1.0.0/16"},
    {"PowerDNS' recursor",
     "<30>Nov 20 14:59:00 p1 pdns_recursor[7]: 3 [1/1] question for 'example.com|A' from 203.0.113.9:5353",
     "dns.question.name=example.com | dns.question.type=A | source.ip=203.0.113.9 | source.port=5353"},
    {"PowerDNS",
     "<30>Nov 20 14:59:00 p1 pdns[7]: Remote 203.0.113.9 wants 'example.com|A', do = 0, bufsize = 512: "
     "packetcache MISS",
     "dns.question.name=example.com | source.ip=203.0.113.9"},
    {"CoreDNS",
     "[INFO] 203.0.113.9:50022 - 7 \"A IN example.com. udp 40 false 512\" NOERROR qr,rd,ra 106 0.000123s",
     "format=dns_dhcp | source.ip=203.0.113.9 | source.port=50022 | dns.question.name=example.com. | "
     "dns.response_code=NOERROR"},
    {"words that only look like a resolver's",
     "<30>Nov 20 14:59:00 u1 unbound[7]: [7:0] info: start of service (unbound 1.19.0) now",
     "!source.address | !dns.question.name"},
    {"a text that nobody knows", "<30>Nov 20 14:59:00 ns1 named[7]: DHCPACK-like gibberish",
     "format=dns_dhcp | !client.ip | !source.ip"},
};
TEST(PayloadServerSystem, ReadsNameAndDhcpServers) { check_all(kNames); }

constexpr PayloadCase kRest[] = {
    {"vCenter",
     "<14>1 2026-11-20T06:59:00.123Z vc1 vpxd 7 - - Event [575792] [1-1] [2026-11-20T06:59:00.1Z] "
     "[vim.event.UserLoginSessionEvent] [info] "
     "[VSPHERE.LOCAL\\bob] [] [575792] [User VSPHERE.LOCAL\\bob@203.0.113.9 logged in as pyvmomi]",
     "format=vmware | event.id=575792 | user.name=bob | user.domain=VSPHERE.LOCAL | source.ip=203.0.113.9 | "
     "event.outcome=success | "
     "kinds=application logon"},
    {"ESXi",
     "<166>2026-11-20T06:59:00.123Z esx1 Hostd: warning hostd[9] [Originator@6876 sub=Default opID=x] "
     "Rejected password for user root from 203.0.113.9",
     "format=vmware | event.outcome=failure | user.name=root | source.ip=203.0.113.9 | process.name=hostd | "
     "process.pid=9"},
    {"Postfix delivers",
     "<22>Nov 20 14:59:00 mx1 postfix/smtp[7]: 4F9D195432C: to=<bob@example.com>, "
     "relay=mail.example.com[203.0.113.9]:25, delay=1.5, "
     "delays=0.1/0/0.5/0.9, dsn=5.1.1, status=bounced (host said: 550 no such user)",
     "format=mail_transaction | email.to.address=bob@example.com | destination.ip=203.0.113.9 | "
     "destination.port=25 | event.outcome=failure | "
     "event.duration=1500000000 | event.code=5.1.1 | kinds=application | source=linux//syslog"},
    {"Postfix refuses",
     "<22>Nov 20 14:59:00 mx1 postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 554 5.7.1 "
     "<a@example.org>: Relay access "
     "denied; from=<x@example.net> to=<a@example.org> proto=ESMTP helo=<pc>",
     "source.ip=203.0.113.9 | email.from.address=x@example.net | email.to.address=a@example.org | "
     "event.type=denied | event.code=554"},
    {"postscreen",
     "<22>Nov 20 14:59:00 mx1 postfix/postscreen[7]: CONNECT from [203.0.113.9]:50022 to [10.1.0.1]:25",
     "source.ip=203.0.113.9 | source.port=50022 | destination.port=25"},
    {"a wrong password is not ours to tell",
     "<22>Nov 20 14:59:00 mx1 postfix/smtpd[7]: warning: unknown[203.0.113.9]: SASL LOGIN authentication "
     "failed: x",
     "!email.from.address | format=postfix | event.outcome=failure"},
    {"a session of systemd's", "<30>Nov 20 14:59:00 web1 systemd[1]: Started Session 5 of user bob.",
     "user.name=bob | event.category=session"},
    {"Sendmail",
     "<22>Nov 20 14:59:00 mx1 sendmail[7]: 5AK7x0aB012345: from=<x@example.net>, size=512, class=0, "
     "nrcpts=1, msgid=<1@example.net>, proto=ESMTP, "
     "relay=pc.example.net [203.0.113.9]",
     "format=mail_transaction | email.from.address=x@example.net | source.ip=203.0.113.9 | "
     "email.message_id=1@example.net"},
    {"a job", "<78>Nov 20 14:59:00 web1 CRON[7]: (root) CMD (run-parts /etc/cron.hourly)",
     "format=linux_system | user.name=root | process.command_line=run-parts /etc/cron.hourly | kinds=os | "
     "source=linux//cron"},
    {"a service", "<30>Nov 20 14:59:00 web1 systemd[1]: Started Apache Web Server.",
     "service.name=Apache Web Server | event.outcome=success"},
    {"a USB stick",
     "<6>Nov 20 14:59:00 web1 kernel: [ 12.3] usb 1-1: New USB device found, idVendor=0781, idProduct=5567",
     "format=linux_system | kinds=os"},
    {"a text of the kernel that nobody knows",
     "<6>Nov 20 14:59:00 web1 kernel: something from 203.0.113.9 to nowhere", "!source.ip | !event.outcome"},
    {"what a container wrote", "2026-11-20T06:59:00.123456789Z stderr F listen tcp :80: bind",
     "format=server_file | time=1795157940123456789 | message=listen tcp :80: bind | vendor.stream=stderr"},
    {"docker's file", R"({"log":"hello\n","stream":"stdout","time":"2026-11-20T06:59:00.123456789Z"})",
     "format=container | message=hello | time=1795157940123456789"},
    {"klog", "I1120 14:59:00.123456    1234 server.go:123] \"Starting kubelet\" version=\"v1.30.0\"",
     "format=container | message=Starting kubelet | log.level=info | vendor.version=v1.30.0"},
    {"Kubernetes' audit",
     R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"1","stage":"ResponseComplete","requestURI":"/api/v1/secrets","verb":"list","user":{"username":"bob"},"sourceIPs":["203.0.113.9"],"objectRef":{"resource":"secrets"},"responseStatus":{"code":403},"requestReceivedTimestamp":"2026-11-20T06:59:00.123456Z"})",
     "format=container | user.name=bob | source.ip=203.0.113.9 | http.response.status_code=403 | "
     "vendor.verb=list | time=1795157940123456000"},
};
TEST(PayloadServerSystem, ReadsTheRest) { check_all(kRest); }

}  // namespace
}  // namespace vigil
