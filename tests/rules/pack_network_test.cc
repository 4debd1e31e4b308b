// Our own rules about the network, the web, mail and equipment, played as a stream: what adds up, and what must not.

#include <gtest/gtest.h>

#include "tests/rules/stream.h"

namespace vigil::test {
namespace {

class NetworkPack : public testing::Test {
 protected:
  static std::shared_ptr<const RuleSet> pack() {
    static const std::shared_ptr<const RuleSet> kPack = [] {
      std::vector<RuleProblem> problems;
      return RuleSet::load_builtin(problems);
    }();
    return kPack;
  }
  static std::string request(const std::string& from, const std::string& target, int status,
                             const std::string& agent = "Mozilla/5.0") {
    return "<190>Nov 20 15:00:00 web1 nginx: " + from + " - - [20/Nov/2026:15:00:00 +0800] \"GET " + target +
           " HTTP/1.1\" " + std::to_string(status) + " 153 \"-\" \"" + agent + "\"";
  }
  static std::string traffic(const std::string& from, int from_port, const std::string& to, int to_port,
                             const std::string& more) {
    return "<188>date=2026-11-20 time=15:00:00 devname=\"FG100F\" devid=\"FG1\" logid=\"0000000014\" "
           "type=\"traffic\" "
           "subtype=\"forward\" level=\"warning\" vd=\"root\" srcip=" +
           from + " srcport=" + std::to_string(from_port) + " dstip=" + to +
           " dstport=" + std::to_string(to_port) + " proto=6 " + more;
  }
  static std::string query(const std::string& from, const std::string& name, const std::string& type) {
    return "<30>Nov 20 15:00:00 dns1 named[99]: client @0x7f " + from + "#55555 (" + name +
           "): query: " + name + " IN " + type + " +E(0)K (10.20.1.53)";
  }
  static std::string numbered(const std::string& before, int number, const std::string& behind) {
    return before + std::to_string(number) + behind;
  }
};

TEST_F(NetworkPack, PortsTriedAreToldOfWhicheverFirewallRefusesThem) {
  struct Firewall {
    const char* name;
    std::string (*line)(int port);
  };
  const Firewall firewalls[] = {
      {"ASA",
       [](int port) {
         return numbered(
             "<164>Nov 20 15:00:00 asa1 : %ASA-4-106023: Deny tcp src outside:203.0.113.9/40001 dst "
             "inside:198.51.100.4/",
             port, " by access-group \"outside_in\" [0x0, 0x0]");
       }},
      {"iptables",
       [](int port) {
         return numbered(
             "<4>Nov 20 15:00:00 gw kernel: IN-DROP: IN=eth0 OUT= SRC=203.0.113.9 DST=198.51.100.4 LEN=60 "
             "TOS=0x00 "
             "PREC=0x00 TTL=50 ID=4711 DF PROTO=TCP SPT=40001 DPT=",
             port, " WINDOW=64240 RES=0x00 SYN URGP=0");
       }},
      {"pf",
       [](int port) {
         return numbered(
             "<134>Nov 20 15:00:00 pf1 filterlog[99]: "
             "4,,,1000000103,igb1,match,block,in,4,0x0,,63,12617,0,DF,6,tcp,60,"
             "203.0.113.9,198.51.100.4,40001,",
             port, ",0,S,1891286705,,64240,,mss");
       }},
      {"RouterOS",
       [](int port) {
         return numbered(
             "<190>Nov 20 15:00:00 mt1 firewall,info drop input: in:ether1 out:(unknown 0), proto TCP (SYN), "
             "203.0.113.9:40001->198.51.100.4:",
             port, ", len 40");
       }},
      {"Windows",
       [](int port) {
         return numbered("2026-11-20 15:00:00 DROP TCP 203.0.113.9 198.51.100.4 50022 ", port,
                         " 60 S 1 0 64240 - - - RECEIVE");
       }},
  };
  for (const Firewall& firewall : firewalls) {
    Stream stream(pack());
    for (int i = 0; i < 20; ++i) stream.feed(firewall.line(100 + i), i);
    EXPECT_EQ(stream.titles(), "Ports tried from outside") << firewall.name;
  }
}

TEST_F(NetworkPack, LateAnswersOfWebSitesAreNoScan) {
  Stream stream(pack());
  for (int i = 0; i < 200; ++i)
    stream.feed(traffic("203.0.113.80", 443, "198.51.100.4", 40000 + i, "action=\"deny\" policyid=0"), i);
  EXPECT_EQ(stream.titles(), "");
}

TEST_F(NetworkPack, AComputerThatIsDeniedTheWebIsNoScanner) {
  Stream stream(pack());
  for (int i = 0; i < 200; ++i)
    stream.feed(traffic("10.20.3.7", 40000 + i, numbered("203.0.113.", i % 250 + 1, ""), 443,
                        "action=\"deny\" policyid=0"),
                i);
  EXPECT_EQ(stream.titles(), "");
}

TEST_F(NetworkPack, OneWebAttackIsContextAndASeriesIsACandidate) {
  Stream stream(pack());
  for (int i = 0; i < 9; ++i)
    stream.feed(request("203.0.113.9", "/x?id=1%20union%20select%20" + std::to_string(i), 404), i);
  EXPECT_EQ(stream.titles(), "Web attack tried") << "told once an hour";
  EXPECT_FALSE(stream.fired[0].rule->opens_candidate);
  stream.feed(request("203.0.113.9", "/x?id=1%20union%20select%2010", 404), 9);
  ASSERT_EQ(stream.titles(), "Web attack tried; Series of web attacks");
  EXPECT_TRUE(stream.fired[1].rule->opens_candidate);
}

TEST_F(NetworkPack, VisitorsWithMishapsAreNotToldOf) {
  Stream stream(pack());
  for (int visitor = 0; visitor < 50; ++visitor) {
    const std::string from = numbered("203.0.113.", visitor + 1, "");
    for (const char* page : {"/", "/news.php?id=7", "/style.css", "/logo.png",
                             "/search.php?q=select+a+course&page=2", "/files/report.pdf"}) {
      stream.feed(request(from, page, 200), visitor);
    }
    stream.feed(request(from, "/favicon.ico", 404), visitor);
    stream.feed(request(from, "/old/page.html", 404), visitor);
  }
  EXPECT_EQ(stream.titles(), "");
}

TEST_F(NetworkPack, AWeaknessAnsweredWithSuccessOpensACandidate) {
  Stream stream(pack());
  stream.feed(request("203.0.113.9", "/cgi-bin/.%2e/.%2e/.%2e/.%2e/bin/sh", 200), 1);
  ASSERT_EQ(stream.fired.size(), 2U) << stream.titles();
  EXPECT_NE(stream.titles().find("Web attack answered with success"), std::string::npos);
}

TEST_F(NetworkPack, AFloodPastTheCacheIsToldOf) {
  Stream stream(pack());
  for (int i = 0; i < 60; ++i)
    stream.feed(request("203.0.113.9", "/?" + std::to_string(889012000 + i * 37), 200), i * 0.5);
  EXPECT_EQ(stream.titles(), "Web site flooded past its cache");
  EXPECT_EQ(stream.fired[0].rule->category, "denial_of_service");
}

TEST_F(NetworkPack, ATunnelThroughNamesIsToldOfAndOrdinaryNamesAreNot) {
  Stream tunnel(pack());
  const std::string label(44, 'a');
  for (int i = 0; i < 120; ++i)
    tunnel.feed(query("10.20.3.7", label + std::to_string(i) + ".t.example", "CNAME"), i);
  EXPECT_EQ(tunnel.titles(), "Tunnel through names");
  Stream ordinary(pack());
  for (int i = 0; i < 500; ++i)
    ordinary.feed(query("10.20.3.7", numbered("www", i, ".example.edu.tw"), i % 2 ? "A" : "AAAA"), i * 0.5);
  EXPECT_EQ(ordinary.titles(), "");
}

TEST_F(NetworkPack, AComputerThatCallsARelayStationIsToldOf) {
  Stream stream(pack());
  for (int i = 0; i < 3; ++i)
    stream.feed(traffic("10.20.3.7", 40001, "203.0.113.80", 443,
                        "action=\"deny\" policyid=9 policyname=\"阻擋惡意中繼站\""),
                i * 60);
  EXPECT_EQ(stream.titles(), "Computer of our own blocked by a threat list");
}

TEST_F(NetworkPack, DataThatGoesOutInUnusualVolumeIsToldOf) {
  Stream stream(pack());
  const auto sent = [](const char* bytes) {
    return std::string("action=\"close\" policyid=2 sentbyte=") + bytes + " rcvdbyte=1000";
  };
  for (int i = 0; i < 100; ++i)
    stream.feed(traffic("10.20.3.8", 40000 + i, "203.0.113.80", 443, sent("50000")), i);
  EXPECT_EQ(stream.titles(), "");
  for (int i = 0; i < 12; ++i)
    stream.feed(traffic("10.20.3.7", 40000 + i, numbered("203.0.113.", i, ""), 443, sent("900000000")),
                i * 60);
  EXPECT_EQ(stream.titles(), "Data goes out in unusual volume");
}

TEST_F(NetworkPack, MassMailAndAnAccountOfManyAddressesAreToldOf) {
  Stream mass(pack());
  for (int i = 0; i < 10; ++i)
    mass.feed(numbered("<22>Nov 20 15:00:00 mx1 postfix/qmgr[99]: 4F1A2B3", i,
                       "C: from=<bob@school.example>, size=2048, nrcpt=60 (queue active)"),
              i);
  EXPECT_EQ(mass.titles(), "Mass mail from one sender");
  Stream stolen(pack());
  for (int i = 0; i < 9; ++i) {
    stolen.feed(numbered("<22>Nov 20 15:00:00 mx1 postfix/smtpd[99]: 4F1A2B3C: client=unknown[203.0.113.",
                         i + 1, "], sasl_method=LOGIN, sasl_username=bob@school.example"),
                i);
  }
  EXPECT_NE(stolen.titles().find("Mail account used from many addresses"), std::string::npos)
      << stolen.titles();
}

TEST_F(NetworkPack, MalwareThatSpreadsIsToldOfBesideEachFinding) {
  Stream stream(pack());
  for (int i = 0; i < 3; ++i) {
    stream.feed(
        numbered("<22>Nov 20 15:00:00 pc", i, " clamd[1100]: /home/bob/a.exe: Win.Test.EICAR_HDB-1 FOUND"),
        i * 600);
  }
  EXPECT_EQ(
      stream.titles(),
      "ClamAV found malware; ClamAV found malware; ClamAV found malware; Malware spreads over computers");
}

TEST_F(NetworkPack, ASilentSourceOpensACandidateIfItIsRegistered) {
  Stream stream(pack());
  const std::string front =
      "<44>1 2026-11-20T07:00:00Z - vigild 4242 silence [silence source=\"fw1\" peer=\"10.20.1.1\" "
      "listener=\"udp\"";
  const std::string behind =
      " quiet_seconds=\"7200\"] fw1 has been silent since 2026-11-20T13:00:00+08:00, longer than it ever is "
      "at this hour";
  stream.source.transport = "internal";
  stream.feed(front + " system=\"campus-firewall\"" + behind, 1);
  ASSERT_EQ(stream.titles(), "Source gone silent");
  EXPECT_TRUE(stream.fired[0].rule->opens_candidate);
  EXPECT_EQ(stream.fired[0].entities[0], (std::pair<std::string, std::string>("host.name", "fw1")));
  stream.feed(front + behind, 2);
  ASSERT_EQ(stream.titles(), "Source gone silent; Unregistered source gone silent");
  EXPECT_FALSE(stream.fired[1].rule->opens_candidate);
}

TEST_F(NetworkPack, ASilenceThatAStrangerInventsIsNotBelieved) {
  Stream stream(pack());
  stream.source.transport = "udp";
  stream.feed(
      "<44>1 2026-11-20T07:00:00Z - vigild 4242 silence [silence source=\"fw1\" system=\"campus-firewall\"] "
      "fw1 has been silent since x, longer than ever",
      1);
  EXPECT_EQ(stream.titles(), "");
}

}  // namespace
}  // namespace vigil::test
