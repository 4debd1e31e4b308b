// Web servers, proxies and what stands before them, beyond payload_web_test.cc.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kAccess[] = {
    {"mod_ssl's own log",
     "[20/Nov/2026:14:59:00 +0800] 203.0.113.9 TLSv1.3 TLS_AES_256_GCM_SHA384 \"GET /x?y=1 HTTP/1.1\" 1375",
     "format=access_log | time=1795157940000000000 | source.ip=203.0.113.9 | tls.version=TLSv1.3 | "
     "url.path=/x | "
     "http.response.body.bytes=1375"},
    {"an address in front is the virtual host",
     "198.51.100.7:443 203.0.113.9 - bob [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5",
     "destination.ip=198.51.100.7 | destination.port=443 | source.ip=203.0.113.9 | user.name=bob"},
    {"a day of one digit", "203.0.113.9 - - [1/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5",
     "format=access_log | time=1793516340000000000"},
    {"who stands behind the proxy",
     "198.51.100.7 - - [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5 \"-\" \"c\" "
     "X-Forwarded-For=\"203.0.113.9, 10.1.0.1\"",
     "source.ip=198.51.100.7 | client.ip=203.0.113.9"},
    {"nginx ingress",
     "203.0.113.9 - - [20/Nov/2026:14:59:00 +0800] \"GET / HTTP/1.1\" 200 5 \"-\" \"c\" 412 0.003 "
     "[web-svc-80] [] 10.1.0.5:8080 5 0.002 "
     "200 abc",
     "event.duration=3000000 | vendor.upstream_name=web-svc-80 | destination.ip=10.1.0.5 | "
     "destination.port=8080"},
    {"Traefik",
     "203.0.113.9 - - [20/Nov/2026:14:59:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\" 42 \"web@docker\" "
     "\"http://10.1.0.5:80\" 3ms",
     "event.duration=3000000 | vendor.router=web@docker"},
    {"Nginx Proxy Manager",
     "[20/Nov/2026:14:59:00 +0800] - 404 404 - GET https www.example.com \"/.env\" [Client 203.0.113.9] "
     "[Length 150] [Gzip -] [Sent-to "
     "10.1.0.5] \"curl/8\" \"-\"",
     "format=access_log | source.ip=203.0.113.9 | url.path=/.env | url.domain=www.example.com | "
     "http.response.status_code=404 | "
     "user_agent.original=curl/8"},
    {"a time in brackets alone is no access log", "[20/Nov/2026:14:59:00 +0800] backup \"done\"",
     "format=none"},
};
TEST(PayloadServerWeb, ReadsTheOddAccessLogs) { check_all(kAccess); }

constexpr PayloadCase kProxies[] = {
    {"HAProxy",
     "<134>Nov 20 14:59:00 lb1 haproxy[7]: 203.0.113.9:50022 [20/Nov/2026:14:59:00.123] www~ app/s1 "
     "0/0/1/2/3 403 512 - - ---- 1/1/0/0/0 "
     "0/0 {www.example.com|curl} \"GET /x HTTP/1.1\"",
     "format=web_proxy | source.ip=203.0.113.9 | source.port=50022 | http.response.status_code=403 | "
     "url.path=/x | "
     "event.duration=3000000 | vendor.backend=app | kinds=web"},
    {"HAProxy, TCP",
     "<134>Nov 20 14:59:00 lb1 haproxy[7]: 2001:db8::7:50022 [20/Nov/2026:14:59:00.123] db db/s1 0/0/5007 "
     "212 -- 0/0/0/0/3 0/0",
     "source.ip=2001:db8::7 | source.port=50022 | destination.bytes=212 | network.transport=tcp"},
    {"HAProxy, an error",
     "<134>Nov 20 14:59:00 lb1 haproxy[7]: 203.0.113.9:50022 [20/Nov/2026:14:59:00.123] www/1: SSL handshake "
     "failure",
     "source.ip=203.0.113.9 | error.message=SSL handshake failure | !event.outcome"},
    {"HAProxy without a header",
     "203.0.113.9:50022 [20/Nov/2026:14:59:00.123] www app/s1 0/0/1/2/3 200 512 - - ---- 1/1/0/0/0 0/0 \"GET "
     "/ HTTP/1.1\"",
     "source.ip=203.0.113.9 | source.port=50022 | url.path=/"},
    {"Squid's own file",
     "1795157940.123     12 203.0.113.9 TCP_DENIED/403 512 CONNECT www.example.com:443 bob HIER_NONE/- "
     "text/html",
     "format=squid_file | time=1795157940123000000 | source.ip=203.0.113.9 | user.name=bob | "
     "url.domain=www.example.com | url.port=443 | "
     "event.type=denied | event.duration=12000000 | host.name=192.0.2.9"},
    {"Squid by syslog",
     "<13>Nov 20 14:59:00 px squid[7]: 1795157940.123     12 203.0.113.9 TCP_MISS/200 512 GET "
     "http://www.example.com/a - "
     "HIER_DIRECT/198.51.100.7 text/html",
     "format=web_proxy | host.name=px | destination.ip=198.51.100.7 | url.path=/a"},
    {"Envoy",
     "[2026-11-20T06:59:00.123Z] \"GET /x HTTP/2\" 200 - 0 12 3 2 \"203.0.113.9,10.1.0.1\" \"curl/8\" "
     "\"id-1\" \"www.example.com\" "
     "\"10.1.0.5:80\"",
     "format=web_proxy | time=1795157940123000000 | source.ip=203.0.113.9 | url.domain=www.example.com | "
     "destination.ip=10.1.0.5 | "
     "event.duration=3000000"},
    {"nginx in JSON",
     R"({"time_iso8601":"2026-11-20T14:59:00+08:00","remote_addr":"203.0.113.9","request":"GET /x HTTP/1.1","status":404,"body_bytes_sent":5,"http_user_agent":"curl/8"})",
     "format=web_proxy | time=1795157940000000000 | source.ip=203.0.113.9 | url.path=/x | "
     "http.response.status_code=404"},
    {"Caddy",
     R"({"level":"info","ts":1795157940.123,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"203.0.113.9","remote_port":"50022","proto":"HTTP/2.0","method":"GET","host":"www.example.com","uri":"/x?y"},"duration":0.002,"size":5,"status":200})",
     "format=web_proxy | source.ip=203.0.113.9 | url.path=/x | url.query=y | http.version=2.0 | "
     "event.duration=2000000"},
};
TEST(PayloadServerWeb, ReadsProxies) { check_all(kProxies); }

constexpr PayloadCase kErrors[] = {
    {"ModSecurity in Apache's error log",
     "[Fri Nov 20 14:59:00.123456 2026] [:error] [pid 7] [client 203.0.113.9:50022] ModSecurity: Access "
     "denied with code 403 (phase 2). "
     "Pattern match at ARGS:id. [file \"/etc/crs/sqli.conf\"] [line \"65\"] [id \"942100\"] [msg \"SQL "
     "Injection\"] [severity "
     "\"CRITICAL\"] [hostname \"www.example.com\"] [uri \"/x\"] [unique_id \"Yj2W\"]",
     "format=modsecurity | time=1795157940123456000 | event.kind=alert | rule.id=942100 | rule.name=SQL "
     "Injection | "
     "source.ip=203.0.113.9 | url.path=/x | event.type=denied | kinds=web device"},
    {"cut in a tag",
     "[Fri Nov 20 14:59:00 2026] [:error] [pid 7] [client 203.0.113.9] ModSecurity: Warning. [id \"942100\"] "
     "[msg \"SQL Inj",
     "format=modsecurity | source.ip=203.0.113.9 | rule.id=942100"},
    {"its audit log, version 3",
     R"({"transaction":{"client_ip":"203.0.113.9","time_stamp":"Fri Nov 20 14:59:00 2026","client_port":50022,"host_ip":"198.51.100.7","host_port":443,"unique_id":"1","request":{"method":"GET","http_version":1.1,"uri":"/x?y","headers":{"Host":"www.example.com","User-Agent":"curl"}},"response":{"http_code":403,"headers":{}},"messages":[{"message":"SQL Injection","details":{"ruleId":"942100","severity":"2"}}]}})",
     "format=modsecurity | time=1795157940000000000 | source.ip=203.0.113.9 | rule.id=942100 | "
     "event.kind=alert | url.domain=www.example.com | "
     "http.response.status_code=403"},
    {"Apache's year is at the end",
     "[Fri Nov 20 14:59:00 2026] [error] [client 203.0.113.9] File does not exist: /var/www/x",
     "format=web_error | time=1795157940000000000 | file.path=/var/www/x"},
    {"Tomcat",
     "20-Nov-2026 14:59:00.123 WARNING [http-nio-8080-exec-1] "
     "org.apache.catalina.realm.LockOutRealm.filterLockedAccounts An attempt "
     "was made to authenticate the locked user [admin]",
     "format=web_error | time=1795157940123000000 | user.name=admin | event.outcome=failure"},
};
TEST(PayloadServerWeb, ReadsErrorsAndFirewalls) { check_all(kErrors); }

}  // namespace
}  // namespace vigil
