// amavis and MailScanner; what vigild says about its sources; requests that applications and small proxies log.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kFilters[] = {
    {"amavis kept malware back",
     "<22>Nov 20 14:59:00 mx1 amavis[99]: (99-01) Blocked INFECTED (Eicar-Test-Signature) "
     "{DiscardedInbound,Quarantined}, [203.0.113.9]:1434 [203.0.113.9] <a@example.org> -> <b@example.net>, "
     "quarantine: virus-x, Queue-ID: 83B7",
     "format=mail_filter | event.kind=alert | event.category=malware | event.type=denied | "
     "event.action=malware_found | rule.name=Eicar-Test-Signature | source.ip=203.0.113.9 | source.port=1434 "
     "| "
     "email.from.address=a@example.org | email.to.address=b@example.net | source=/antivirus/"},
    {"amavis refused spam, whose sender it does not name",
     "<22>Nov 20 14:59:00 mx1 amavis[99]: (99-01) Blocked SPAM {DiscardedInbound}, [203.0.113.9]:1434 <> -> "
     "<b@example.net>, Hits: 20.1",
     "event.category=email | event.type=denied | event.action=mail_blocked | source.ip=203.0.113.9 | "
     "vendor.verdict=SPAM"},
    {"amavis let a mail pass",
     "<22>Nov 20 14:59:00 mx1 amavis[99]: (99-01) Passed CLEAN {RelayedInbound}, [203.0.113.9]:1434 "
     "[203.0.113.9] "
     "<a@example.org> -> <b@example.net>, Queue-ID: 83B7",
     "event.category=email | event.type=allowed | event.action=mail_passed"},
    {"MailScanner found spam",
     "<22>Nov 20 14:59:00 mx1 MailScanner[99]: Message 4bsM5k4xJm from 203.0.113.9 (a@example.org) to "
     "example.net is "
     "spam, SpamAssassin (not cached, score=25.5, required 4)",
     "format=mail_filter | event.category=email | event.type=denied | event.action=spam | "
     "source.ip=203.0.113.9 | "
     "email.local_id=4bsM5k4xJm | email.from.address=a@example.org"},
    {"MailScanner found none",
     "<22>Nov 20 14:59:00 mx1 MailScanner[99]: Message 4bsM5k4xJm from 203.0.113.9 (a@example.org) to "
     "example.net is "
     "not spam, SpamAssassin (score=1.5, required 4)",
     "event.type=allowed | event.action=no_spam"},
    {"what they say besides stays text", "<22>Nov 20 14:59:00 mx1 amavis[99]: starting.", "format=none"},
};
TEST(PayloadMailFilters, TellWhatAMailWasRefusedFor) { check_all(kFilters); }

constexpr PayloadCase kOwn[] = {
    {"a silence is about the source",
     R"(<44>1 2026-11-20T07:00:00Z - vigild 42 silence [silence source="fw1" peer="10.1.0.1" system="firewall" quiet_seconds="7200"] fw1 has been silent since x)",
     "format=own_record | host.name=fw1 | host.ip=10.1.0.1 | event.category=host | event.action=silence | "
     "vendor.system=firewall | vendor.quiet_seconds=7200 | source=vigil//daemon"},
    {"a loss is the listener's",
     R"(<44>1 2026-11-20T07:00:00Z - vigild 42 gap [gap listener="udp" lost="7"] 7 datagrams were lost)",
     "format=own_record | host.name=192.0.2.9 | event.action=gap | vendor.lost=7"},
};
TEST(PayloadOwnRecords, AreAboutTheSourcesTheyName) { check_all(kOwn); }

constexpr PayloadCase kRequests[] = {
    {"an application's requests are a web server's",
     R"(INFO:     203.0.113.9:50022 - "GET /.env HTTP/1.1" 404 Not Found)",
     "format=app_log | source.ip=203.0.113.9 | url.path=/.env | http.response.status_code=404 | "
     "source=/webserver/"},
    {"Zoraxy's too",
     "2026/11/20 14:59:00 [2026-11-20 14:59:00.417736] [router:root-no_resp] [origin:www.example.edu.tw] "
     "[client: "
     "203.0.113.9] [useragent: Mozilla/5.0 zgrab/0.x] GET /ecp/x.application 444",
     "format=app_log | source.ip=203.0.113.9 | url.path=/ecp/x.application | user_agent.original=Mozilla/5.0 "
     "zgrab/0.x | "
     "url.domain=www.example.edu.tw | source=/webserver/"},
};
TEST(PayloadApplicationRequests, AreOnesOfAWebServer) { check_all(kRequests); }

}  // namespace
}  // namespace vigil
