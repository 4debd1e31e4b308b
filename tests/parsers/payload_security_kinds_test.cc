// The kinds of what no format knows: by the program's name, by signs in the text, by the host's name, by facility.

#include "parsers/format.h"
#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kPrograms[] = {
    {"either case", "<30>Nov 20 14:59:00 h CROND[9]: (root) CMD (x)", "kinds=os"},
    {"a version behind it", "<30>Nov 20 14:59:00 h tomcat9[9]: started", "kinds=web"},
    {"an instance behind it", "<30>Nov 20 14:59:00 h rsyslogd-2177: imuxsock begins to drop messages", "kinds=os"},
    {"a path before it", "<134>Nov 20 14:59:00 h /usr/sbin/smartd[9]: x", "kinds=os"},
    {"a container before it", "<134>Nov 20 14:59:00 h bgp#zebra[9]: x", "kinds=device"},
    {"names and addresses are given out by an application", "<30>Nov 20 14:59:00 h dhcpd[9]: no free leases", "kinds=application"},
    {"who may come in", "<30>Nov 20 14:59:00 h tac_plus[9]: started", "kinds=application logon"},
    {"a proxy", "<30>Nov 20 14:59:00 h squid[9]: Starting Squid Cache", "kinds=web device"},
    {"a virtual machine's host", "<166>Nov 20 14:59:00 h hostd[9]: info", "kinds=application"},
    {"a name of nobody's", "<134>Nov 20 14:59:00 h lunchmenu[9]: soup", "kinds=application"},
};
TEST(PayloadKinds, OfProgramsFarAndWide) { check_all(kPrograms); }

constexpr PayloadCase kSigns[] = {
    {"a mnemonic of network devices", "<189>Nov 20 14:59:00 h 77: %FOO-3-BARDOWN: link of slot 3 is down", "kinds=device"},
    {"another maker's", "<189>Nov 20 14:59:00 h %%10FOO/6/BAR_DONE(l): done", "kinds=device"},
    {"per cent in a sentence is none", "<134>Nov 20 14:59:00 h app: 5%-3 done: x", "kinds=application"},
    {"F5's numbers", "<134>Nov 20 14:59:00 h notice foo[9]: 01070417:5: AUDIT - x", "kinds=device"},
    {"auditd's records", "type=FOO msg=audit(1795157940.123:4): op=x", "kinds=os"},
    {"netfilter in the kernel's text", "<4>Nov 20 14:59:00 h kernel: [1.0] myrule IN=eth0 OUT= MAC= SRC=203.0.113.9 DST=10.1.0.5 PROTO=TCP", "kinds=device"},
    {"columns of web servers", "<134>Nov 20 14:59:00 h export: cs-method=GET sc-status=200", "kinds=web"},
    {"a proxy's result", "<134>Nov 20 14:59:00 h x: 10.1.0.7 TCP_HIT/200 7 GET /", "kinds=web"},
    {"PHP's errors", "<134>Nov 20 14:59:00 h x: PHP Warning:  foo() expects one", "kinds=web"},
    {"dpkg.log", "2026-11-20 14:59:00 status installed zlib1g:amd64 1.2", "kinds=os"},
    {"a product's name where nobody knows the program", "<134>Nov 20 14:59:00 h export: Tenable scan finished", "kinds=device"},
    {"… but not where one does", "<30>Nov 20 14:59:00 h systemd[1]: Started Tenable agent.", "kinds=os"},
    {"JSON of a firewall nobody has taught us", R"(<134>Nov 20 14:59:00 h x: {"srczone":"lan","dstzone":"wan","user":"amy"})", "kinds=device"},
    {"pairs with a program's name", "<134>Nov 20 14:59:00 h lunchmenu: a=1 b=2", "kinds=application"},
    {"pairs without one", "<134>Nov 20 14:59:00 h src=203.0.113.9 dst=10.1.0.5", "kinds=device"},
    {"an appliance named after what it is runs a kernel too", "<4>Nov 20 14:59:00 infoblox-2 kernel: [1.0] EXT4-fs", "kinds=os device"},
    {"an ordinary host does not", "<4>Nov 20 14:59:00 web-2 kernel: [1.0] EXT4-fs", "kinds=os"},
    {"log in the clock's facility", "<78>Nov 20 14:59:00 h x: y z", "kinds=os"},
    {"log in local7", "<190>Nov 20 14:59:00 h x: y z", "kinds=application"},
};
TEST(PayloadKinds, BySignsInTheText) { check_all(kSigns); }

TEST(PayloadKinds, SayWhatToldThem) {
  struct Case {
    std::string_view frame;
    KindsFrom from;
  };
  constexpr Case kCases[] = {
      {"<134>Nov 20 14:59:00 h snort: [1:384:5] x {TCP} 203.0.113.9:1 -> 10.1.0.5:2", KindsFrom::format},
      {"<189>Nov 20 14:59:00 h %%10FOO/6/BAR_DONE(l): done", KindsFrom::format},
      {"<134>Nov 20 14:59:00 h notice foo[9]: 01070417:5: AUDIT - x", KindsFrom::format},
      {"<30>Nov 20 14:59:00 h cron[9]: x", KindsFrom::program},
      {"<30>Nov 20 14:59:00 h lunchmenu[9]: x", KindsFrom::facility},
      {"soup", KindsFrom::nothing},
  };
  PayloadBench bench;
  for (const Case& one : kCases) {
    const Event& event = bench.parse(one.frame);
    EXPECT_EQ(why_kinds(event.header, event.format).from, one.from) << one.frame;
  }
}

}  // namespace
}  // namespace vigil
