// sshd, PAM, sudo and su, ClamAV.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kAccounts[] = {
    {"a new user",
     "<86>Nov 20 15:01:00 srv1 useradd[22107]: new user: name=support, UID=1007, GID=1007, home=/home/support, "
     "shell=/bin/bash, from=/dev/pts/1",
     "format=linux_accounts | event.category=iam | event.type=creation | event.action=user_added | event.outcome=success "
     "| user.target.name=support | user.target.id=1007 | vendor.shell=/bin/bash | !user.name | source=linux//auth"},
    {"a user who goes", "<86>Nov 20 15:01:00 srv1 userdel[22108]: delete user 'support'",
     "event.action=user_removed | user.target.name=support"},
    {"a new administrator", "<86>Nov 20 15:01:00 srv1 usermod[22107]: add 'support' to group 'sudo'",
     "event.action=user_added_to_group | user.target.name=support | group.name=sudo"},
    {"by gpasswd", "<86>Nov 20 15:01:00 srv1 gpasswd[22107]: user support added by root to group wheel",
     "event.action=user_added_to_group | user.target.name=support | user.name=root | group.name=wheel"},
    {"PAM's lines stay PAM's", "<86>Nov 20 15:01:00 srv1 passwd[2]: pam_unix(passwd:chauthtok): password changed for root",
     "format=pam | event.action=password_changed"},
    {"another line of theirs", "<86>Nov 20 15:01:00 srv1 useradd[22107]: cannot lock /etc/passwd; try again later.",
     "format=none"},
};

TEST(PayloadAccounts, WhoIsMadeChangedAndRemovedIsTheTarget) { check_all(kAccounts); }

constexpr PayloadCase kSsh[] = {
    {"a wrong password",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Failed password for root from 203.0.113.9 port 50022 ssh2",
     "format=sshd | event.category=authentication | event.type=start | event.action=ssh_login | "
     "event.outcome=failure | "
     "user.name=root | source.ip=203.0.113.9 | source.address=203.0.113.9 | source.port=50022 | "
     "process.name=sshd | "
     "process.pid=811 | host.name=web1 | event.dataset=sshd | vendor.method=password | source=linux//sshd | "
     "source=linux//auth | kinds=os logon"},
    {"an unknown user",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Failed password for invalid user oracle from 203.0.113.9 port 1 "
     "ssh2",
     "event.outcome=failure | user.name=oracle | source.port=1"},
    {"a name with blanks",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Failed password for invalid user a b c from 203.0.113.9 port 1 "
     "ssh2",
     "user.name=a b c | source.ip=203.0.113.9"},
    {"a name that forges an address",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Failed password for invalid user x from 10.0.0.1 port 22 ssh2 from "
     "203.0.113.9 port 1 ssh2",
     "source.ip=203.0.113.9 | source.port=1"},
    {"what sshd writes behind the peer is not a peer",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Failed hostbased for tom from 203.0.113.9 port 2 ssh2: RSA aa:bb, "
     "client user \"x from 10.0.0.1\"",
     "source.ip=203.0.113.9 | source.port=2 | user.name=tom"},
    {"IPv6", "<38>Nov 20 14:59:00 web1 sshd[811]: Failed password for root from 2001:db8::9 port 50022 ssh2",
     "source.ip=2001:db8::9"},
    {"IPv4 inside IPv6",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Failed password for root from ::ffff:203.0.113.9 port 3 ssh2",
     "source.ip=203.0.113.9"},
    {"a name instead of an address",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Failed password for root from pc7.example.edu.tw port 3 ssh2",
     "source.domain=pc7.example.edu.tw | source.address=pc7.example.edu.tw | !source.ip"},
    {"UNKNOWN is nobody",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Failed password for root from UNKNOWN port 65535 ssh2",
     "!source.address"},
    {"a key that was let in",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Accepted publickey for ann from 10.1.0.7 port 50022 ssh2: ED25519 "
     "SHA256:x",
     "event.outcome=success | user.name=ann | source.ip=10.1.0.7 | vendor.method=publickey"},
    {"one key of several is no failure",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Failed publickey for ann from 10.1.0.7 port 5 ssh2: RSA SHA256:x",
     "event.outcome=unknown"},
    {"but with an unknown user it is",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Failed publickey for invalid user ann from 10.1.0.7 port 5 ssh2",
     "event.outcome=failure"},
    {"probing without a password",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Failed none for invalid user admin from 203.0.113.9 port 5 ssh2",
     "event.outcome=failure | user.name=admin"},
    {"the session process of newer versions",
     "<38>Nov 20 14:59:00 web1 sshd-session[811]: Failed password for root from 203.0.113.9 port 5 ssh2",
     "format=sshd | event.outcome=failure"},
    {"RFC 5424",
     "<38>1 2026-11-20T14:59:00+08:00 web1 sshd 811 - - Failed password for root from 203.0.113.9 port 5 "
     "ssh2",
     "format=sshd | process.pid=811 | event.outcome=failure"},
    {"an unknown user knocks",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Invalid user test from 203.0.113.9 port 5",
     "event.action=ssh_invalid_user | event.outcome=failure | user.name=test | source.port=5"},
    {"without a name", "<38>Nov 20 14:59:00 web1 sshd[811]: Invalid user  from 203.0.113.9 port 5",
     "!user.name | source.ip=203.0.113.9"},
    {"gone before a password",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Connection closed by authenticating user root 203.0.113.9 port 5 "
     "[preauth]",
     "event.category=authentication | event.outcome=failure | user.name=root | source.ip=203.0.113.9 | "
     "source.port=5"},
    {"gone with an unknown user",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Disconnected from invalid user ftp 203.0.113.9 port 5 [preauth]",
     "event.outcome=failure | user.name=ftp"},
    {"a forged name before the peer",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Connection closed by authenticating user x 10.0.0.1 port 9 "
     "203.0.113.9 port 5 [preauth]",
     "source.ip=203.0.113.9 | source.port=5 | user.name=x 10.0.0.1 port 9"},
    {"the end of a good session",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Disconnected from user ann 10.1.0.7 port 5",
     "event.category=session | event.type=end | event.outcome=success | user.name=ann"},
    {"a scanner that says nothing",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Connection closed by 203.0.113.9 port 5 [preauth]",
     "event.action=ssh_connection_closed | source.ip=203.0.113.9 | !event.outcome | !user.name"},
    {"too many attempts",
     "<38>Nov 20 14:59:00 web1 sshd[811]: error: maximum authentication attempts exceeded for invalid user "
     "bob from 203.0.113.9 port 5 ssh2 [preauth]",
     "event.action=ssh_max_attempts | event.outcome=failure | user.name=bob"},
    {"PAM's word",
     "<38>Nov 20 14:59:00 web1 sshd[811]: error: PAM: Authentication failure for illegal user bob from "
     "203.0.113.9",
     "event.action=ssh_pam_failure | event.outcome=failure | user.name=bob | source.ip=203.0.113.9"},
    {"AllowUsers",
     "<38>Nov 20 14:59:00 web1 sshd[811]: User root from 203.0.113.9 not allowed because not listed in "
     "AllowUsers",
     "event.action=ssh_user_not_allowed | event.outcome=failure | user.name=root | source.ip=203.0.113.9"},
    {"a locked account", "<38>Nov 20 14:59:00 web1 sshd[811]: User bob not allowed because account is locked",
     "user.name=bob | event.outcome=failure | !source.ip"},
    {"the client gave up",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Received disconnect from 203.0.113.9 port 5:11: Bye Bye [preauth]",
     "event.action=ssh_disconnect | source.ip=203.0.113.9 | source.port=5 | !event.outcome"},
    {"the client could not log in",
     "<38>Nov 20 14:59:00 web1 sshd[811]: error: Received disconnect from 203.0.113.9: 3: x.JSchException: "
     "Auth fail [preauth]",
     "event.category=authentication | event.outcome=failure | source.ip=203.0.113.9"},
    {"no common cipher",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Unable to negotiate with 203.0.113.9 port 5: no matching cipher "
     "found. Their offer: aes",
     "event.action=ssh_negotiation_failed | source.ip=203.0.113.9 | source.port=5"},
    {"a banner grabber",
     "<38>Nov 20 14:59:00 web1 sshd[811]: error: kex_exchange_identification: Connection closed by remote "
     "host",
     "event.action=ssh_no_identification | !source.ip"},
    {"not SSH at all",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Bad protocol version identification 'GET / from 10.0.0.1 ' from "
     "203.0.113.9 port 5",
     "source.ip=203.0.113.9 | source.port=5"},
    {"TCP wrappers", "<38>Nov 20 14:59:00 web1 sshd[811]: refused connect from evil.example (203.0.113.9)",
     "source.ip=203.0.113.9 | event.type=denied"},
    {"repeated",
     "<38>Nov 20 14:59:00 web1 sshd[811]: message repeated 4 times: [ Failed password for root from "
     "203.0.113.9 port 5 ssh2]",
     "event.outcome=failure | vendor.repeated=4 | source.port=5"},
    {"Solaris' message id",
     "<38>Nov 20 14:59:00 sun1 sshd[811]: [ID 800047 auth.info] Failed keyboard-interactive for jim from "
     "203.0.113.9 port 5 ssh2",
     "user.name=jim | event.outcome=failure"},
    {"a question before the answer",
     "<38>Nov 20 14:59:00 web1 sshd[811]: Postponed keyboard-interactive for ann from 10.1.0.7 port 5 ssh2 "
     "[preauth]",
     "event.action=ssh_login_postponed | event.outcome=unknown | user.name=ann"},
    {"any other line is kept", "<38>Nov 20 14:59:00 web1 sshd[811]: Server listening on 0.0.0.0 port 22.",
     "format=sshd | message=Server listening on 0.0.0.0 port 22. | !event.outcome | source=linux//sshd"},
    {"a user's own \"User\" is no refusal", "<38>Nov 20 14:59:00 web1 sshd[811]: User child is on pid 4711",
     "!user.name | !event.outcome"},
    {"nothing behind the words", "<38>Nov 20 14:59:00 web1 sshd[811]: Failed password for ", "format=sshd"},
    {"only a word", "<38>Nov 20 14:59:00 web1 sshd[811]: Failed", "format=sshd | !event.outcome"},
};
TEST(PayloadSshd, EveryUsualMessageNamesUserSourceAndOutcome) { check_all(kSsh); }

constexpr PayloadCase kPam[] = {
    {"a failure with a user",
     "<38>Nov 20 14:59:00 web1 sshd[9]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 "
     "tty=ssh ruser= rhost=203.0.113.9  user=root",
     "format=pam | event.category=authentication | event.outcome=failure | event.action=pam_authentication | "
     "user.name=root | "
     "source.ip=203.0.113.9 | source=linux//auth | source=linux//sshd | kinds=os logon"},
    {"without a user",
     "<38>Nov 20 14:59:00 web1 sshd[9]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 "
     "tty=ssh ruser= rhost=203.0.113.9",
     "!user.name | source.ip=203.0.113.9 | event.outcome=failure"},
    {"the older spelling",
     "<38>Nov 20 14:59:00 web1 proftpd: (pam_unix) authentication failure; logname= uid=0 euid=0 tty= ruser= "
     "rhost=203.0.113.9  user=mark",
     "format=pam | user.name=mark"},
    {"the module in the tag",
     "<38>Nov 20 14:59:00 web1 sshd(pam_unix)[9]: authentication failure; logname= uid=0 euid=0 tty=NODEVssh "
     "ruser= rhost=203.0.113.9 user=root",
     "format=pam | user.name=root | event.outcome=failure | source=linux//sshd"},
    {"a forged host in the asking user",
     "<38>Nov 20 14:59:00 ftp1 vsftpd: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 "
     "tty=ftp ruser=x rhost=10.0.0.1 rhost=203.0.113.9",
     "source.ip=203.0.113.9 | user.name=x rhost=10.0.0.1"},
    {"a forged host in the user",
     "<38>Nov 20 14:59:00 ftp1 vsftpd: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 "
     "tty=ftp ruser= rhost=203.0.113.9  user=x rhost=10.0.0.1",
     "source.ip=203.0.113.9 | user.name=x rhost=10.0.0.1"},
    {"a console logon",
     "<38>Nov 20 14:59:00 pc1 login[9]: pam_unix(login:session): session opened for user ann(uid=1000) by "
     "LOGIN(uid=0)",
     "event.category=session | event.category=authentication | event.outcome=success | event.type=start | "
     "user.name=ann | vendor.by=LOGIN"},
    {"cron's session is no logon",
     "<38>Nov 20 14:59:00 pc1 CRON[9]: pam_unix(cron:session): session opened for user root(uid=0) by "
     "(uid=0)",
     "event.category=session | event.action=session_opened | user.name=root"},
    {"a session's end",
     "<38>Nov 20 14:59:00 pc1 sshd[9]: pam_unix(sshd:session): session closed for user ann",
     "event.type=end | user.name=ann"},
    {"a changed password",
     "<38>Nov 20 14:59:00 pc1 passwd[9]: pam_unix(passwd:chauthtok): password changed for ann",
     "event.category=iam | event.action=password_changed | user.name=ann"},
    {"a locked account",
     "<38>Nov 20 14:59:00 pc1 sshd[9]: pam_faillock(sshd:auth): Consecutive login failures for user bob "
     "account temporarily locked",
     "event.action=account_locked | event.outcome=failure | user.name=bob"},
    {"libpam's summary", "<38>Nov 20 14:59:00 pc1 sshd[9]: PAM 4 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root",
     "format=pam | event.outcome=failure | user.name=root | source.ip=203.0.113.9"},
    {"a module of its own words is kept",
     "<38>Nov 20 14:59:00 pc1 sshd[9]: pam_env(sshd:session): deprecated reading of user environment enabled",
     "format=pam | !event.outcome | vendor.pam_module=env"},
};
TEST(PayloadPam, AsksWhoWhereAndWhetherItWorked) { check_all(kPam); }

constexpr PayloadCase kSudo[] = {
    {"a command",
     "<85>Nov 20 14:59:00 web1 sudo:    ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/bin/sh -c 'a "
     "; b'",
     "format=sudo | user.name=ann | user.effective.name=root | process.command_line=/bin/sh -c 'a ; b' | "
     "process.working_directory=/home/ann | event.outcome=success | event.category=process | "
     "source=linux//sudo"},
    {"three wrong passwords",
     "<85>Nov 20 14:59:00 web1 sudo[9]:  ann : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; USER=root "
     "; COMMAND=/bin/su",
     "event.category=authentication | event.outcome=failure | event.reason=3 incorrect password attempts"},
    {"not in sudoers",
     "<85>Nov 20 14:59:00 web1 sudo:  bob : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; "
     "COMMAND=/bin/su",
     "event.outcome=failure | event.reason=user NOT in sudoers | user.name=bob"},
    {"su that worked", "<38>Nov 20 14:59:00 web1 su: (to root) ann on pts/0",
     "user.name=ann | user.effective.name=root | event.outcome=success"},
    {"su that failed", "<38>Nov 20 14:59:00 web1 su[7]: FAILED SU (to root) bob on pts/0",
     "user.name=bob | event.outcome=failure"},
    {"su in BSD's words", "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
     "user.name=lonvick | event.outcome=failure"},
    {"su in older words", "<38>Nov 20 14:59:00 web1 su[7]: BAD SU bob to root on /dev/ttyp0",
     "user.name=bob | user.effective.name=root | event.outcome=failure"},
    {"su in IRIX' words", "<38>Nov 20 14:59:00 web1 su[7]: failed: ttyq4 changing from bob to root",
     "user.name=bob | user.effective.name=root | event.outcome=failure"},
    {"pam in su's tag",
     "<38>Nov 20 14:59:00 web1 su(pam_unix)[7]: authentication failure; logname= uid=1 euid=0 tty= ruser=bob "
     "rhost=  user=root",
     "format=pam | user.name=root | event.outcome=failure"},
    {"pam inside sudo is pam",
     "<85>Nov 20 14:59:00 web1 sudo: pam_unix(sudo:auth): authentication failure; logname=ann uid=1 euid=0 "
     "tty=/dev/pts/0 ruser=ann rhost=  user=ann",
     "format=pam | user.name=ann | source=linux//sudo"},
    {"anything else is kept", "<85>Nov 20 14:59:00 web1 sudo: unable to resolve host web1",
     "format=sudo | !user.name"},
};
TEST(PayloadSudo, SaysWhoBecameWhomForWhat) { check_all(kSudo); }

constexpr PayloadCase kClamav[] = {
    {"a file", "<22>Nov 20 14:59:00 nas1 clamd[77]: /srv/home/t/eicar.com: Win.Test.EICAR_HDB-1 FOUND",
     "format=clamav | event.kind=alert | rule.name=Win.Test.EICAR_HDB-1 | event.severity=7 | file.path=/srv/home/t/eicar.com | "
     "file.name=eicar.com | "
     "observer.product=ClamAV | observer.type=antivirus | event.category=malware | source=/antivirus/ | "
     "source=linux//clamav | kinds=device"},
    {"a path with a colon", "<22>Nov 20 14:59:00 nas1 clamd[77]: /srv/a: b/x.exe: Win.Trojan.Agent-1 FOUND",
     "file.path=/srv/a: b/x.exe"},
    {"with size and hash",
     "<22>Nov 20 14:59:00 nas1 clamd: /x: Eicar-Signature(44d88612fea8a8f36de82e1278abb02f:68) FOUND",
     "rule.name=Eicar-Signature | file.hash.md5=44d88612fea8a8f36de82e1278abb02f | file.size=68"},
    {"a stream", "<22>Nov 20 14:59:00 nas1 clamd: stream(10.1.0.7@53214): Eicar-Signature FOUND",
     "source.ip=10.1.0.7 | source.port=53214 | event.kind=alert"},
    {"a local stream", "<22>Nov 20 14:59:00 nas1 clamd: instream(local): Eicar-Signature FOUND",
     "event.kind=alert | vendor.object=instream(local)"},
    {"clean", "<22>Nov 20 14:59:00 nas1 clamd: /srv/x.txt: OK",
     "event.kind=event | file.path=/srv/x.txt | event.outcome=success"},
    {"could not look", "<22>Nov 20 14:59:00 nas1 clamd: /srv/x.zip: Access denied. ERROR",
     "event.outcome=failure | error.message=Access denied."},
    {"an update", "<22>Nov 20 14:59:00 nas1 freshclam[9]: daily.cvd database is up-to-date (version: 27000)",
     "format=clamav | event.kind=event"},
    {"no colon before FOUND", "<22>Nov 20 14:59:00 nas1 clamd: FOUND", "format=clamav | event.kind=event"},
};
TEST(PayloadClamav, ReadsTheLineFromTheRight) { check_all(kClamav); }

}  // namespace
}  // namespace vigil
