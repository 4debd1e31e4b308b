// Services that people log on to: mail, files, directories, remote shells and desktops, VPNs, telephony.

#include "parsers/format.h"
#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kDovecot[] = {
    {"refused",
     "<22>Nov 20 14:59:00 mx dovecot: imap-login: Disconnected (auth failed, 2 attempts in 9 secs): "
     "user=<bob>, method=PLAIN, rip=203.0.113.9, "
     "lip=10.1.0.5, TLS, session=<aB>",
     "format=dovecot | event.outcome=failure | user.name=bob | source.ip=203.0.113.9 | "
     "destination.ip=10.1.0.5 | vendor.attempts=2 | "
     "vendor.method=PLAIN | network.protocol=imap | kinds=application logon"},
    {"let in",
     "<22>Nov 20 14:59:00 mx dovecot: pop3-login: Login: user=<bob>, method=PLAIN, rip=203.0.113.9, "
     "lip=10.1.0.5, mpid=18, TLS",
     "event.outcome=success | event.category=authentication | user.name=bob | network.protocol=pop3"},
    {"nothing was tried",
     "<22>Nov 20 14:59:00 mx dovecot: imap-login: Disconnected (no auth attempts in 2 secs): user=<>, "
     "rip=203.0.113.9, lip=10.1.0.5",
     "event.category=session | !event.outcome | !user.name | source.ip=203.0.113.9"},
    {"the handshake failed",
     "<22>Nov 20 14:59:00 mx dovecot: imap-login: Disconnected: Connection closed: SSL_accept() failed: "
     "error (no auth attempts in 0 secs): user=<>, "
     "rip=203.0.113.9, lip=10.1.0.5",
     "!event.outcome"},
    {"its worker",
     "<22>Nov 20 14:59:00 mx dovecot: auth-worker(304): pam(bob,203.0.113.9,<x>): pam_authenticate() failed: "
     "Authentication failure",
     "event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
    {"a nested worker",
     "<22>Nov 20 14:59:00 mx dovecot: auth-worker(7): conn unix:auth-worker (uid=143): auth-worker<1>: "
     "sql(bob@example.org,203.0.113.9): unknown user",
     "event.outcome=failure | user.name=bob@example.org | event.reason=unknown user"},
    {"version 2.4",
     "<22>Nov 20 14:59:00 mx dovecot: auth(bob,203.0.113.9,sasl:login)<x>: Info: sql: Password mismatch",
     "event.outcome=failure | user.name=bob | event.reason=Password mismatch"},
    {"its own file",
     "Nov 20 14:59:00 imap-login: Info: Aborted login (auth failed, 1 attempts): user=<bob>, method=PLAIN, "
     "rip=203.0.113.9",
     "format=dovecot | event.outcome=failure | source.ip=203.0.113.9"},
    {"logged out", "<22>Nov 20 14:59:00 mx dovecot: imap(bob)<7><x>: Logged out in=59 out=566",
     "user.name=bob | event.type=end | !event.outcome"},
    {"cut",
     "<22>Nov 20 14:59:00 mx dovecot: imap-login: Disconnected (auth failed, 1 attempts): user=<bob>, "
     "method=PLAIN, rip=203.0.1",
     "event.outcome=failure | user.name=bob"},
};
TEST(PayloadDovecot, TellsAttemptsFromVisits) { check_all(kDovecot); }

constexpr PayloadCase kMail[] = {
    {"Postfix: SASL",
     "<22>Nov 20 14:59:00 mx postfix/smtpd[7]: warning: unknown[203.0.113.9]: SASL LOGIN authentication "
     "failed: (reason unavailable), "
     "sasl_username=bob@example.org",
     "format=postfix | event.outcome=failure | user.name=bob@example.org | source.ip=203.0.113.9 | "
     "vendor.method=LOGIN | kinds=application logon"},
    {"Postfix: SASL without a name",
     "<22>Nov 20 14:59:00 mx postfix/submission/smtpd[7]: warning: h.example.org[203.0.113.9]: SASL PLAIN "
     "authentication failed: UGFz",
     "event.outcome=failure | source.ip=203.0.113.9 | !user.name"},
    {"Postfix: let in",
     "<22>Nov 20 14:59:00 mx postfix/smtpd[7]: 4Xy7: client=unknown[203.0.113.9], sasl_method=PLAIN, "
     "sasl_username=bob",
     "event.outcome=success | event.category=authentication | user.name=bob | source.ip=203.0.113.9"},
    {"Postfix: refused mail",
     "<22>Nov 20 14:59:00 mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 554 5.7.1 "
     "<a@example.org>: Relay access denied; "
     "from=<b@example.net> to=<a@example.org> proto=ESMTP helo=<pc>",
     "email.from.address=b@example.net | email.to.address=a@example.org | source.ip=203.0.113.9 | "
     "event.type=denied | event.code=554 | kinds=application"},
    {"Postfix: delivered",
     "<22>Nov 20 14:59:00 mx postfix/smtp[7]: 4Xy7: to=<a@example.org>, "
     "relay=mx.example.org[198.51.100.7]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, "
     "status=sent (250 OK)",
     "email.to.address=a@example.org | destination.ip=198.51.100.7 | destination.port=25 | "
     "vendor.status=sent"},
    {"Postfix: lost",
     "<22>Nov 20 14:59:00 mx postfix/smtpd[7]: lost connection after AUTH from unknown[203.0.113.9]",
     "!event.outcome | source.ip=203.0.113.9"},
    {"Postfix: postscreen",
     "<22>Nov 20 14:59:00 mx postfix/postscreen[7]: DNSBL rank 5 for [203.0.113.9]:50022",
     "source.ip=203.0.113.9 | source.port=50022 | event.type=denied"},
    {"Exim: over syslog",
     "<22>Nov 20 14:59:00 mx exim[7]: login authenticator failed for pc ([10.1.0.7]) [203.0.113.9]:50022: "
     "535 Incorrect authentication data (set_id=bob)",
     "format=exim | event.outcome=failure | user.name=bob | source.ip=203.0.113.9 | source.port=50022 | "
     "kinds=application logon"},
    {"Exim: its log",
     "2026-11-20 14:59:00 login authenticator failed for (x) [203.0.113.9]: 535 Incorrect authentication "
     "data (set_id=bob)",
     "format=exim_log | event.outcome=failure | user.name=bob | source.ip=203.0.113.9 | host.name=192.0.2.9 "
     "| time=1795157940000000000"},
    {"Exim: a message",
     "2026-11-20 14:59:00 1o6abc-0005Lz-1F <= bob@example.org H=pc.example.org (pc) [203.0.113.9]:50022 "
     "P=esmtpsa A=login:bob S=1843 id=x@example.org",
     "format=exim_log | email.from.address=bob@example.org | user.name=bob | source.ip=203.0.113.9 | "
     "email.message_id=x@example.org"},
    {"Exim: refused",
     "2026-11-20 14:59:00 H=pc.example.org [203.0.113.9]:50022 F=<b@example.net> rejected RCPT "
     "<a@example.org>: relay not permitted",
     "email.to.address=a@example.org | email.from.address=b@example.net | event.type=denied | "
     "event.reason=relay not permitted"},
    {"not Exim", "2026-11-20 14:59:00 hello world from 203.0.113.9", "format=none"},
    {"Sendmail: refused",
     "<22>Nov 20 14:59:00 mx sendmail[7]: 7AK6x0Qa005976: AUTH failure (LOGIN): authentication failure (-13) "
     "SASL(-13): authentication failure: checkpass "
     "failed, user=x, relay=[198.51.100.1], relay=[203.0.113.9]",
     "format=sendmail | event.outcome=failure | user.name=x | source.ip=203.0.113.9"},
    {"Sendmail: let in",
     "<22>Nov 20 14:59:00 mx sm-mta[7]: AUTH=server, relay=pc.example.org [203.0.113.9], authid=bob, "
     "mech=LOGIN, bits=0",
     "event.outcome=success | user.name=bob | source.ip=203.0.113.9"},
    {"Sendmail: a message",
     "<22>Nov 20 14:59:00 mx sm-mta[7]: 7AK6x0Qa005976: from=<a@example.org>, size=1843, nrcpts=1, "
     "msgid=<x@example.org>, relay=pc.example.org [203.0.113.9]",
     "email.from.address=a@example.org | source.ip=203.0.113.9 | source.domain=pc.example.org | "
     "!event.outcome"},
    {"Courier", "<22>Nov 20 14:59:00 mx pop3d: LOGIN FAILED, user=bob, ip=[::ffff:203.0.113.9]",
     "format=mailbox | event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
    {"Cyrus",
     "<22>Nov 20 14:59:00 mx cyrus/imap[7]: badlogin: pc.example.org [203.0.113.9] plaintext bob SASL(-13): "
     "authentication failure: checkpass failed",
     "event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
    {"vpopmail",
     "<22>Nov 20 14:59:00 mx vpopmail[7]: vchkpw-pop3: vpopmail user not found bob@example.org:203.0.113.9",
     "event.outcome=failure | user.name=bob@example.org | source.ip=203.0.113.9"},
    {"Roundcube: a name that holds an address",
     "<22>Nov 20 14:59:00 mx roundcube: IMAP Error: Login failed for a from 198.51.100.1 from 203.0.113.9. "
     "AUTHENTICATE PLAIN: no. in /x.php",
     "event.outcome=failure | source.ip=203.0.113.9"},
    {"SOGo",
     "<22>Nov 20 14:59:00 mx sogod[7]: SOGoRootPage Login from '203.0.113.9' for user 'bob' might not have "
     "worked - password policy: 65535",
     "event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
};
TEST(PayloadMail, TellsWhoLoggedOnAndWhatWasSent) { check_all(kMail); }

constexpr PayloadCase kFtp[] = {
    {"vsftpd's file", "Fri Nov 20 14:59:00 2026 [pid 7] [bob] FAIL LOGIN: Client \"203.0.113.9\"",
     "format=ftp_server | event.outcome=failure | user.name=bob | source.ip=203.0.113.9 | kinds=application "
     "logon"},
    {"vsftpd over syslog", "<30>Nov 20 14:59:00 h vsftpd[7]: [bob] OK LOGIN: Client \"203.0.113.9\"",
     "event.outcome=success | user.name=bob"},
    {"vsftpd, a file",
     "<30>Nov 20 14:59:00 h vsftpd[7]: [bob] OK UPLOAD: Client \"203.0.113.9\", \"/home/bob/x.zip\", 1843 "
     "bytes, 20.5Kbyte/sec",
     "file.path=/home/bob/x.zip | file.size=1843 | event.outcome=success | event.category=file"},
    {"ProFTPD",
     "<30>Nov 20 14:59:00 h proftpd[7]: h.example.org (pc.example.org[203.0.113.9]) - USER bob (Login "
     "failed): Incorrect password",
     "event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
    {"ProFTPD, nobody",
     "<30>Nov 20 14:59:00 h proftpd[7]: h (pc[203.0.113.9]) - USER x: no such user found from pc "
     "[203.0.113.9] to 10.1.0.5:21",
     "event.outcome=failure | user.name=x | source.ip=203.0.113.9"},
    {"ProFTPD, let in", "<30>Nov 20 14:59:00 h proftpd[7]: h (pc[203.0.113.9]) - USER bob: Login successful.",
     "event.outcome=success | user.name=bob"},
    {"Pure-FTPd",
     "<30>Nov 20 14:59:00 h pure-ftpd: (?@203.0.113.9) [WARNING] Authentication failed for user [bob]",
     "event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
    {"Pure-FTPd, let in", "<30>Nov 20 14:59:00 h pure-ftpd: (?@203.0.113.9) [INFO] bob is now logged in",
     "event.outcome=success | user.name=bob"},
    {"wu-ftpd", "<30>Nov 20 14:59:00 h wu-ftpd[7]: failed login from pc.example.org [203.0.113.9]",
     "event.outcome=failure | source.ip=203.0.113.9"},
    {"FileZilla",
     "(000007) 20/11/2026 14:59:00 - (not logged in) (203.0.113.9)> 530 Login or password incorrect!",
     "format=ftp_server | event.outcome=failure | source.ip=203.0.113.9 | !user.name"},
    {"xferlog", "Fri Nov 20 14:59:00 2026 1 203.0.113.9 1843 /pub/my file.zip b _ o r bob ftp 0 * c",
     "format=ftp_server | file.path=/pub/my file.zip | user.name=bob | source.ip=203.0.113.9 | "
     "event.action=download"},
    {"cut", "<30>Nov 20 14:59:00 h vsftpd[7]: [bob] FAIL LOGIN: Client \"203.0", "format=ftp_server"},
};
TEST(PayloadFtp, ReadsEachServersOwnWay) { check_all(kFtp); }

constexpr PayloadCase kRemote[] = {
    {"dropbear", "<86>Nov 20 14:59:00 ap dropbear[7]: Bad password attempt for 'root' from 203.0.113.9:50022",
     "format=remote_login | event.outcome=failure | user.name=root | source.ip=203.0.113.9 | "
     "source.port=50022 | kinds=os logon"},
    {"dropbear, left",
     "<86>Nov 20 14:59:00 ap dropbear[7]: Exit before auth from <203.0.113.9:50022>: Exited normally",
     "!event.outcome | source.ip=203.0.113.9"},
    {"xrdp's session manager",
     "<30>Nov 20 14:59:00 h xrdp-sesman[7]: [INFO ] AUTHFAIL: user=bob ip=::ffff:203.0.113.9 time=1795157940",
     "event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
    {"xrdp: the last address is its own",
     "<30>Nov 20 14:59:00 h xrdp-sesman[7]: [INFO ] AUTHFAIL: user=x ip=198.51.100.1 time=7 AUTHFAIL: user=y "
     "ip=203.0.113.9 time=1795157940",
     "source.ip=203.0.113.9"},
    {"xrdp's window repeats it",
     "<30>Nov 20 14:59:00 h xrdp[7]: [INFO ] xrdp_wm_log_msg: login failed for user bob", "!event.outcome"},
    {"login",
     "<86>Nov 20 14:59:00 h login[7]: FAILED LOGIN (1) on '/dev/tty1' FOR 'bob', Authentication failure",
     "event.outcome=failure | user.name=bob"},
    {"doas", "<86>Nov 20 14:59:00 h doas: failed auth for bob",
     "format=sudo | event.outcome=failure | user.name=bob"},
    {"doas, done", "<86>Nov 20 14:59:00 h doas: bob ran command /bin/ls -l as root from /home/bob",
     "user.effective.name=root | process.command_line=/bin/ls -l"},
    {"nrpe", "<30>Nov 20 14:59:00 h nrpe[7]: Host 203.0.113.9 is not allowed to talk to us!",
     "source.ip=203.0.113.9 | event.type=denied | kinds=application"},
    {"slapd: from where",
     "<167>Nov 20 14:59:00 ldap slapd[7]: conn=1001 fd=12 ACCEPT from IP=203.0.113.9:50022 (IP=0.0.0.0:389)",
     "format=openldap | source.ip=203.0.113.9 | source.port=50022 | vendor.conn=1001"},
    {"slapd: who",
     "<167>Nov 20 14:59:00 ldap slapd[7]: conn=1001 op=0 BIND dn=\"uid=bob,ou=people,dc=example,dc=org\" "
     "method=128",
     "user.name=bob | event.outcome=unknown | event.category=authentication"},
    {"slapd: how it ended", "<167>Nov 20 14:59:00 ldap slapd[7]: conn=1001 op=0 RESULT tag=97 err=49 text=",
     "event.outcome=failure | event.code=49 | kinds=application logon"},
    {"slapd: well",
     "<167>Nov 20 14:59:00 ldap slapd[7]: conn=1001 op=0 RESULT tag=97 err=0 qtime=0.000007 etime=0.000143 "
     "text=",
     "event.outcome=success"},
    {"slapd: a search",
     "<167>Nov 20 14:59:00 ldap slapd[7]: conn=1001 op=1 SRCH base=\"dc=example,dc=org\" scope=2 deref=0 "
     "filter=\"(uid=bob)\"",
     "vendor.filter=(uid=bob) | kinds=application"},
    {"RADIUS",
     "<30>Nov 20 14:59:00 r radiusd[7]: (7) Login incorrect (pap: no match): [bob/secret] (from client ap-1 "
     "port 13 cli 02-00-5E-10-00-01)",
     "format=radius | event.outcome=failure | user.name=bob | source.mac=02-00-5E-10-00-01 | "
     "vendor.client=ap-1"},
    {"RADIUS, let in",
     "Fri Nov 20 14:59:00 2026 : Auth: (7) Login OK: [bob] (from client ap-1 port 13 cli 203.0.113.9)",
     "event.outcome=success | user.name=bob | source.ip=203.0.113.9"},
    {"RADIUS, accounting",
     "<30>Nov 20 14:59:00 r radiusd[7]: Acct-Status-Type = Start, User-Name = \"bob\", Framed-IP-Address = "
     "10.8.0.6, Calling-Station-Id = \"203.0.113.9\"",
     "user.name=bob | client.ip=10.8.0.6 | source.ip=203.0.113.9 | event.action=accounting_start"},
    {"OpenVPN",
     "<29>Nov 20 14:59:00 vpn openvpn[7]: 203.0.113.9:50022 TLS Auth Error: Auth Username/Password "
     "verification failed for peer",
     "format=openvpn | event.outcome=failure | source.ip=203.0.113.9 | source.port=50022"},
    {"OpenVPN, an address",
     "<29>Nov 20 14:59:00 vpn openvpn[7]: bob/203.0.113.9:50022 MULTI_sva: pool returned IPv4=10.8.0.6, "
     "IPv6=(Not enabled)",
     "user.name=bob | client.ip=10.8.0.6 | source.ip=203.0.113.9"},
    {"strongSwan",
     "<30>Nov 20 14:59:00 vpn charon: 07[IKE] assigning virtual IP 10.8.0.7 to peer 'bob@example.org'",
     "format=ipsec_vpn | client.ip=10.8.0.7 | user.name=bob@example.org"},
    {"strongSwan, let in",
     "<30>Nov 20 14:59:00 vpn charon: 07[IKE] <rw|1> authentication of 'bob' with EAP successful",
     "event.outcome=success | user.name=bob"},
    {"strongSwan, refused",
     "<30>Nov 20 14:59:00 vpn charon: 07[IKE] EAP method EAP_MSCHAPV2 failed for peer bob",
     "event.outcome=failure | user.name=bob"},
    {"libreswan",
     "<30>Nov 20 14:59:00 vpn pluto[7]: XAUTH: User bob: Authentication Failed: Incorrect Username or "
     "Password",
     "event.outcome=failure | user.name=bob"},
    {"ocserv", "<30>Nov 20 14:59:00 vpn ocserv[7]: main[bob]: 203.0.113.9:50022 user logged in",
     "event.outcome=success | user.name=bob | source.ip=203.0.113.9"},
    {"WireGuard",
     "<6>Nov 20 14:59:00 vpn kernel: wireguard: wg0: Handshake for peer 1 (203.0.113.9:51820) did not "
     "complete after 5 seconds",
     "format=ipsec_vpn | source.ip=203.0.113.9 | source.port=51820"},
    {"other words of the kernel", "<6>Nov 20 14:59:00 vpn kernel: eth0: link up", "format=linux_system"},
    {"Kerberos",
     "<86>Nov 20 14:59:00 kdc krb5kdc[7]: AS_REQ (8 etypes {18 17}) 203.0.113.9: PREAUTH_FAILED: "
     "bob@EXAMPLE.ORG for krbtgt/EXAMPLE.ORG@EXAMPLE.ORG, Preauthentication failed",
     "format=kerberos | event.outcome=failure | user.name=bob | user.domain=EXAMPLE.ORG | "
     "source.ip=203.0.113.9 | event.code=PREAUTH_FAILED"},
    {"Kerberos asks first",
     "<86>Nov 20 14:59:00 kdc krb5kdc[7]: AS_REQ (8 etypes {18 17}) 203.0.113.9: NEEDED_PREAUTH: "
     "bob@EXAMPLE.ORG for krbtgt/EXAMPLE.ORG@EXAMPLE.ORG, Additional pre-authentication required",
     "!event.outcome"},
    {"Samba",
     "<30>Nov 20 14:59:00 fs smbd_audit[7]: Auth: [SMB2,(null)] user [SCHOOL]\\[bob] at [Fri, 20 Nov 2026 "
     "14:59:00.000000 CST] with [NTLMv2] status "
     "[NT_STATUS_WRONG_PASSWORD] workstation [PC1] remote host [ipv4:203.0.113.9:50022] mapped to "
     "[SCHOOL]\\[bob]. local host [ipv4:10.1.0.5:445]",
     "format=samba | event.outcome=failure | user.name=bob | user.domain=SCHOOL | source.ip=203.0.113.9 | "
     "destination.port=445"},
    {"Samba in JSON",
     R"({"timestamp": "2026-11-20T14:59:00.000000+0800", "type": "Authentication", "Authentication": {"status": "NT_STATUS_OK", "remoteAddress": "ipv4:203.0.113.9:50022", "clientAccount": "bob", "clientDomain": "SCHOOL"}})",
     "format=samba | event.outcome=success | user.name=bob | source.ip=203.0.113.9 | "
     "time=1795157940000000000"},
    {"Samba, a file", "<30>Nov 20 14:59:00 fs smbd_audit: bob|203.0.113.9|unlinkat|ok|/srv/share/x.doc",
     "file.path=/srv/share/x.doc | user.name=bob | event.outcome=success"},
    {"Asterisk",
     "[2026-11-20 14:59:00] NOTICE[7] chan_sip.c: Registration from '\"100\" <sip:100@198.51.100.1>' failed "
     "for '203.0.113.9:5060' - Wrong password",
     "format=asterisk | event.outcome=failure | event.category=authentication | source.ip=203.0.113.9 | "
     "source.port=5060 | time=1795157940000000000"},
    {"Asterisk's security log",
     "<30>Nov 20 14:59:00 pbx asterisk[7]: SECURITY[8]: res_security_log.c:114 in cb: "
     "SecurityEvent=\"InvalidPassword\",EventTV=\"x\",Severity=\"Error\",Service=\"PJSIP\","
     "AccountID=\"100\",SessionID=\"x\"y\",LocalAddress=\"IPV4/UDP/10.1.0.5/5060\",RemoteAddress=\"IPV4/UDP/"
     "203.0.113.9/5061\"",
     "event.outcome=failure | user.name=100 | source.ip=203.0.113.9 | source.port=5061 | "
     "destination.ip=10.1.0.5 | event.action=InvalidPassword"},
    {"Asterisk asks first",
     "<30>Nov 20 14:59:00 pbx asterisk[7]: SECURITY[8]: res_security_log.c:114 in cb: "
     "SecurityEvent=\"ChallengeSent\",AccountID=\"100\"",
     "!event.outcome"},
    {"FreeSWITCH",
     "2026-11-20 14:59:00.685002 96.83% [WARNING] sofia_reg.c:3223 SIP auth failure (REGISTER) on sofia "
     "profile 'internal' for [100] from ip 203.0.113.9",
     "format=asterisk | event.outcome=failure | user.name=100 | source.ip=203.0.113.9"},
};
TEST(PayloadRemoteServices, GiveLogonsOneShape) { check_all(kRemote); }

constexpr PayloadCase kApplications[] = {
    {"Keycloak",
     "2026-11-20 14:59:00,123 WARN  [org.keycloak.events] (executor-thread-4) type=LOGIN_ERROR, realmId=my "
     "school, clientId=portal, userId=null, ipAddress=203.0.113.9, "
     "error=user_not_found, redirect_uri=https://portal.example.org/x, username=bob",
     "format=keycloak | event.outcome=failure | event.action=LOGIN_ERROR | user.name=bob | "
     "source.ip=203.0.113.9 | url.domain=portal.example.org | log.level=WARN | "
     "vendor.realmId=my school | host.name=192.0.2.9 | kinds=application logon"},
    {"Keycloak, newer",
     "<14>Nov 20 14:59:00 h keycloak[7]: 2026-11-20 14:59:00,123 INFO  [org.keycloak.events] "
     "(executor-thread-4) type=\"LOGIN\", realmId=\"r\", userId=\"u7\", ipAddress=\"203.0.113.9\", "
     "username=\"bob\"",
     "event.outcome=success | user.name=bob | user.id=u7 | host.name=h"},
    {"Keycloak's administrators",
     "2026-11-20 14:59:00,123 DEBUG [org.keycloak.events] (t) operationType=CREATE, realmId=r, userId=u7, "
     "ipAddress=203.0.113.9, resourceType=USER, resourcePath=users/u8",
     "event.category=iam | event.action=CREATE-USER | user.target.id=u8 | user.id=u7"},
    {"Webmin",
     "1795157940.7.0 [20/Nov/2026 14:59:00] admin - 203.0.113.9 global miniserv.pl \"failed\" \"-\" "
     "\"wrongpass\"",
     "format=app_log | event.outcome=failure | user.name=admin | source.ip=203.0.113.9"},
    {"cPanel",
     "[2026-11-20 14:59:00 +0800] info [cpaneld] 203.0.113.9 - bob \"POST /login/ HTTP/1.1\" FAILED LOGIN "
     "cpaneld: invalid cpanel user bob",
     "format=app_log | event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
    {"HestiaCP", "2026-11-20 14:59:00 bob 203.0.113.9 failed to login",
     "format=app_log | event.outcome=failure | user.name=bob | source.ip=203.0.113.9 | host.name=192.0.2.9"},
    {"Uvicorn refuses", "INFO:     203.0.113.9:50022 - \"POST /login HTTP/1.1\" 401 Unauthorized",
     "event.outcome=failure | source.ip=203.0.113.9 | event.category=authentication"},
    {"Uvicorn answers", "INFO:     203.0.113.9:50022 - \"GET / HTTP/1.1\" 200 OK",
     "event.outcome=success | event.category=web"},
    {"Drupal",
     "<14>Nov 20 14:59:00 w drupal: "
     "https://www.example.org|1795157940|user|203.0.113.9|https://www.example.org/user|https://"
     "www.example.org/user|0||Login attempt failed for bob.",
     "format=drupal | event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
    {"Drupal: a page's address is no message",
     "<14>Nov 20 14:59:00 w drupal: "
     "https://www.example.org|1795157940|user|203.0.113.9|https://www.example.org/?a=|0||Login attempt "
     "failed for x|7||Session opened for bob.",
     "event.outcome=success | user.name=bob"},
    {"Zimbra",
     "2026-11-20 14:59:00,123 WARN  [qtp-1:https://mail.example.org/service/soap/AuthRequest] "
     "[name=bob@example.org;oip=203.0.113.9;ua=x;soapId=1;] security - cmd=Auth; account=bob@example.org; "
     "protocol=soap; "
     "error=authentication failed for [bob@example.org], invalid password;",
     "format=app_log | event.outcome=failure | user.name=bob@example.org | source.ip=203.0.113.9"},
    {"Zimbra, let in",
     "2026-11-20 14:59:00,123 INFO  [ImapServer-1] [ip=10.1.0.5;oip=203.0.113.9;cid=7;] security - cmd=Auth; "
     "account=bob@example.org; protocol=imap;",
     "event.outcome=success | source.ip=203.0.113.9"},
    {"fail2ban", "<30>Nov 20 14:59:00 h fail2ban.actions[7]: NOTICE [sshd] Ban 203.0.113.9",
     "format=remote_login | source.ip=203.0.113.9 | event.action=banned | rule.name=sshd | !event.outcome"},
    {"another program that begins with a bracket", "<14>Nov 20 14:59:00 h app[7]: [203.0.113.9] hello",
     "format=none"},
    {"GitLab",
     R"({"method":"POST","path":"/users/sign_in","format":"html","controller":"SessionsController","action":"create","status":200,"params":[{"key":"user","value":{"login":"bob"}}],"remote_ip":"203.0.113.9"})",
     "format=gitlab | event.outcome=failure | user.name=bob | source.ip=203.0.113.9 | kinds=application "
     "logon"},
    {"GitLab, let in",
     R"({"method":"POST","path":"/users/sign_in","format":"html","controller":"SessionsController","action":"create","status":302,"params":[{"key":"user","value":{"login":"bob"}}],"remote_ip":"203.0.113.9"})",
     "event.outcome=success"},
};
TEST(PayloadApplications, TellWhoLoggedOn) { check_all(kApplications); }

// A template that is wrong ends the process when its table is first used: every format meets its table here.
TEST(PayloadLogonFormats, MeetTheirTables) {
  PayloadBench bench;
  for (const FormatSpec* spec : all_formats()) {
    for (const std::string_view program : spec->programs) {
      const std::string frame = "<30>Nov 20 14:59:00 h " + std::string(program) + "[7]: x y z";
      EXPECT_FALSE(bench.parse(frame).fields().empty());
    }
  }
}

// Lines cut anywhere are taken as far as they go.
TEST(PayloadLogonFormats, TakeCutLines) {
  PayloadBench bench;
  for (const PayloadCase& one : kRemote) {
    const std::string frame(one.frame);
    for (std::size_t size = 0; size <= frame.size(); ++size)
      bench.parse(std::string_view(frame).substr(0, size));
  }
  for (const PayloadCase& one : kMail) {
    const std::string frame(one.frame);
    for (std::size_t size = 0; size <= frame.size(); ++size)
      bench.parse(std::string_view(frame).substr(0, size));
  }
  for (const PayloadCase& one : kApplications) {
    const std::string frame(one.frame);
    for (std::size_t size = 0; size <= frame.size(); ++size)
      bench.parse(std::string_view(frame).substr(0, size));
  }
  for (const PayloadCase& one : kFtp) {
    const std::string frame(one.frame);
    for (std::size_t size = 0; size <= frame.size(); ++size)
      bench.parse(std::string_view(frame).substr(0, size));
  }
  for (const PayloadCase& one : kDovecot) {
    const std::string frame(one.frame);
    for (std::size_t size = 0; size <= frame.size(); ++size)
      bench.parse(std::string_view(frame).substr(0, size));
  }
}

}  // namespace
}  // namespace vigil
