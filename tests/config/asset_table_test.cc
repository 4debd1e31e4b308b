#include "config/asset_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "config/config.h"

namespace vigil {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view kYaml = R"(
organisations:
  - {id: county, tier: B}
  - {id: school-a, parent: county, tier: C}
  - {id: school-b, parent: county, tier: A}
  - {id: village, parent: school-a, tier: D}
  - {id: other, tier: C}
systems:
  - {id: grades, organisation: school-a, core: true, hosts: [srv1, 10.1.0.5], networks: [10.1.0.0/16]}
  - {id: lab, organisation: school-a, networks: [10.1.9.0/24, "2001:db8:9::/48"]}
  - {id: printer, organisation: school-b, hosts: [PRN1, srv1]}
  - {id: portal, organisation: county, core: true, hosts: [www.county.example], connected_to: [switch]}
  - {id: switch, organisation: county, hosts: [sw1]}
  - {id: firewall, organisation: county, hosts: [fw1], connected_to: [portal]}
  - {id: wiki, organisation: county, hosts: [wiki]}
  - {id: hut, organisation: village, hosts: [hut1]}
  - {id: hall, organisation: village, core: true, hosts: [hall1]}
  - {id: everything, organisation: other, networks: [0.0.0.0/0]}
listeners: []
)";

AssetTable table() { return AssetTable(*parse_config(kYaml, "t.yaml")); }

std::string describe(const AssetTable::Answer& answer) {
  return answer.organisation->id + " " + (answer.system != nullptr ? answer.system->id : "unregistered") +
         (answer.in_scope ? " in" : " out");
}

TEST(AssetTable, FindsTheSystemOfASender) {
  struct Case {
    std::string_view why, organisation, host, peer, expected;
  };
  constexpr Case kCases[] = {
      {"by name", "school-a", "srv1", "192.0.2.1", "school-a grades in"},
      {"case is free", "school-a", "SRV1", "", "school-a grades in"},
      {"a full name where the table has the first part", "school-a", "Srv1.school.edu.tw.", "",
       "school-a grades in"},
      {"a name wins over a network", "school-a", "srv1", "10.1.9.9", "school-a grades in"},
      {"the peer's address among the hosts", "school-a", "unheard", "10.1.0.5", "school-a grades in"},
      {"the longest prefix wins", "school-a", "", "10.1.9.9", "school-a lab out"},
      {"the shorter one otherwise", "school-a", "", "10.1.8.9", "school-a grades in"},
      {"an address as HOST is nearer than the relay", "school-a", "10.1.9.9", "10.1.0.7", "school-a lab out"},
      {"IPv6", "school-a", "", "2001:db8:9::1", "school-a lab out"},
      {"IPv4 mapped into IPv6", "school-a", "", "::ffff:10.1.0.5", "school-a grades in"},
      {"systems below the listener's organisation count", "county", "srv1", "", "school-a grades in"},
      {"systems above and beside it do not", "school-b", "fw1", "10.1.0.5", "school-b unregistered in"},
      {"the listener's own system wins over another school's", "school-b", "srv1", "", "school-b printer in"},
      {"of two below, the core one", "county", "srv1", "", "school-a grades in"},
      {"a network of another tree does not leak", "county", "", "198.51.100.1", "county unregistered in"},
      {"nobody listed it", "other", "x", "not-an-address", "other unregistered in"},
      {"the whole internet is a network too", "other", "x", "198.51.100.1", "other everything out"},
      {"hostile names are only names", "school-a", "../../etc/passwd", "", "school-a unregistered in"},
      {"an unknown organisation is the first", "nowhere", "wiki", "", "county wiki out"},
  };
  const AssetTable assets = table();
  for (const auto& [why, organisation, host, peer, expected] : kCases) {
    EXPECT_EQ(describe(assets.look_up(organisation, host, peer)), expected) << why;
  }
}

TEST(AssetTable, TierDecidesWhatMustBeKept) {
  struct Case {
    std::string_view why, host, expected;
  };
  constexpr Case kCases[] = {
      {"A: everything", "prn1", "school-b printer in"},
      {"B: core", "www.county.example", "county portal in"},
      {"B: what the core is connected to", "sw1", "county switch in"},
      {"B: what is connected to the core", "fw1", "county firewall in"},
      {"B: nothing else", "wiki", "county wiki out"},
      {"C: core", "10.1.0.5", "school-a grades in"},
      {"C: nothing else", "10.1.9.1", "school-a lab out"},
      {"D like C: core", "hall1", "village hall in"},
      {"D like C: nothing else", "hut1", "village hut out"},
      {"nobody said that an unregistered source is out of scope", "stranger", "county unregistered in"},
  };
  const AssetTable assets = table();
  for (const auto& [why, host, expected] : kCases)
    EXPECT_EQ(describe(assets.look_up("county", host, "")), expected) << why;
}

TEST(AssetTable, VisibleIsWhatStandsBelow) {
  const AssetTable assets = table();
  EXPECT_THAT(assets.visible_from("county"), ElementsAre("county", "school-a", "school-b", "village"));
  EXPECT_THAT(assets.visible_from("school-a"), ElementsAre("school-a", "village"));
  EXPECT_THAT(assets.visible_from("other"), ElementsAre("other"));
  EXPECT_THAT(assets.visible_from("nowhere"), ElementsAre());
}

TEST(AssetTable, FindsByIdAndSaysWhenThereIsNone) {
  const AssetTable assets = table();
  ASSERT_NE(assets.organisation("school-a"), nullptr);
  EXPECT_EQ(assets.organisation("school-a")->parent, "county");
  EXPECT_EQ(assets.organisation("nowhere"), nullptr);
  ASSERT_NE(assets.find_system("grades"), nullptr);
  EXPECT_EQ(assets.find_system("nothing"), nullptr);
}

TEST(AssetTable, AnEmptyConfigurationHasTheDefaultOrganisation) {
  const AssetTable assets{Config()};
  EXPECT_EQ(describe(assets.look_up("", "h", "127.0.0.1")), "default unregistered in");
}

TEST(AssetTable, ALoopThatNobodyCheckedStillEnds) {
  Config config;
  config.organisations.resize(2);
  config.organisations[0].id = "a";
  config.organisations[0].parent = "b";
  config.organisations[1].id = "b";
  config.organisations[1].parent = "a";
  const AssetTable assets(config);
  EXPECT_THAT(assets.visible_from("a"), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace vigil
