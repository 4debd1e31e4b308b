// What an operator's files add to an event, and what is said about mistakes in them.

#include "rules/enrichment.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "parsers/calendar.h"
#include "rules/enrichment_files.h"
#include "rules/event_fields.h"
#include "tests/rules/mmdb_writer.h"
#include "tests/rules/rule_tool.h"
#include "tests/rules/stream.h"

namespace vigil::test {
namespace {

namespace fs = std::filesystem;

class EnrichmentTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("vigil-enrichment-" + std::to_string(std::random_device()()));
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  fs::path write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name, std::ios::binary) << text;
    return directory_ / name;
  }
  std::shared_ptr<const Enrichment> load() {
    std::vector<EnrichmentProblem> problems;
    auto enrichment = Enrichment::load(options_, problems);
    for (const EnrichmentProblem& problem : problems) ADD_FAILURE() << problem.render();
    return enrichment;
  }
  /// What loading says, without the directory.
  std::string problems() {
    std::vector<EnrichmentProblem> problems;
    EXPECT_EQ(Enrichment::load(options_, problems), nullptr);
    std::string text;
    for (const EnrichmentProblem& problem : problems) {
      std::string line = problem.render();
      if (line.starts_with(directory_.string())) line.erase(0, directory_.string().size() + 1);
      text += line.substr(0, line.find(" / ")) + "\n";
    }
    return text;
  }

  fs::path directory_;
  EnrichmentOptions options_;
};

std::string describe(const PlaceOfAddress& place) {
  return std::string(place.country) + "|" + std::string(place.name) + "|" + place.asn;
}

TEST_F(EnrichmentTest, TheSmallestNetworkOfAFileAndTheFirstFileAnswer) {
  options_.places = {
      write("campus.csv", "network,place,country\n203.0.113.0/24,圖書館,TW\n203.0.113.128/25,宿舍,TW\n2001:db8:1::/48,機房,TW\n"),
      write("world.csv", "\xEF\xBB\xBFNetwork,Country,asn\r\n203.0.0.0/8,jp,AS64500\r\n198.51.100.0/24,US,64501\r\n0.0.0.0/1,ZZ,\r\n")};
  const auto enrichment = load();
  struct Case {
    std::string_view address, expected;
  };
  for (const auto& [address, expected] : {Case{"203.0.113.1", "TW|圖書館|64500"},
                                          Case{"203.0.113.127", "TW|圖書館|64500"},
                                          Case{"203.0.113.128", "TW|宿舍|64500"},
                                          Case{"203.0.113.255", "TW|宿舍|64500"},
                                          Case{"203.0.114.0", "JP||64500"},
                                          Case{"204.0.0.0", "||"},
                                          Case{"198.51.100.7", "US||64501"},
                                          Case{"::ffff:198.51.100.7", "US||64501"},
                                          Case{"8.8.8.8", "ZZ||"},
                                          Case{"2001:db8:1::5", "TW|機房|"},
                                          Case{"2001:db8:2::5", "||"},
                                          Case{"no address", "||"}}) {
    EXPECT_EQ(describe(enrichment->place_of(address)), expected) << address;
  }
}

TEST_F(EnrichmentTest, AMaxMindFileAnswersWhatIsNotKnownYet) {
  options_.places = {write("campus.csv", "network,place\n203.0.113.0/24,圖書館\n"),
                     write("country.mmdb", mmdb_of("203.0.113.0", 8, "TW", "Taiwan"))};
  const auto enrichment = load();
  EXPECT_EQ(describe(enrichment->place_of("203.0.113.9")), "TW|圖書館|");
  EXPECT_EQ(describe(enrichment->place_of("203.9.9.9")), "TW|Taiwan|");
  EXPECT_EQ(describe(enrichment->place_of("198.51.100.1")), "||");
  EXPECT_EQ(describe(enrichment->place_of("2001:db8::1")), "||");
}

TEST_F(EnrichmentTest, RangesAnswerLikeALookAtEachOfThem) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    RangeTable table;
    std::vector<AddressRange> ranges;
    for (std::uint32_t i = 0; i < 60; ++i) {
      const unsigned bits = static_cast<unsigned>(random()) % 33;
      const std::uint64_t mask = bits == 0 ? 0 : (0xFFFFFFFFULL << (32 - bits)) & 0xFFFFFFFFULL;
      const std::uint64_t base = (std::uint64_t{0xFFFF} << 32U) | (random() & 0xC0000003U & mask);
      ranges.push_back({{0, base}, {0, base | (~mask & 0xFFFFFFFFULL)}});
      table.add(ranges.back(), i);
    }
    table.finish();
    for (int probe = 0; probe < 200; ++probe) {
      const AddressNumber address{0, (std::uint64_t{0xFFFF} << 32U) | (random() & 0xC0000007U)};
      std::uint32_t wanted = RangeTable::kNone;
      for (std::uint32_t i = 0; i < ranges.size(); ++i) {
        if (address < ranges[i].first || address > ranges[i].last) continue;
        const auto size = [&](std::uint32_t n) { return ranges[n].last.low - ranges[n].first.low; };
        if (wanted == RangeTable::kNone || size(i) <= size(wanted)) wanted = i;
      }
      ASSERT_EQ(table.find(address), wanted);
    }
  }
}

TEST_F(EnrichmentTest, OwnNetworksAreInternalToTheirOrganisation) {
  options_.networks["school-a"] = {"203.0.113.0/24"};
  const auto enrichment = load();
  EXPECT_TRUE(enrichment->internal("10.20.3.7", "school-a"));
  EXPECT_TRUE(enrichment->internal("fd00::1", "school-b"));
  EXPECT_TRUE(enrichment->internal("fe80::1", "school-b"));
  EXPECT_TRUE(enrichment->internal("203.0.113.9", "school-a"));
  EXPECT_FALSE(enrichment->internal("203.0.113.9", "school-b"));
  EXPECT_FALSE(enrichment->internal("172.32.0.1", "school-a"));
}

TEST_F(EnrichmentTest, AccountsAreKnownHoweverTheyAreWritten) {
  options_.accounts = write("accounts.csv",
                            "account,class,organisation,until\n"
                            "root,privileged,,\nSCHOOL\\Admin01,privileged,,\nteacher05,departed,school-a,\n"
                            "svc-backup,service,,\nsvc-backup,privileged,,\nguest01,contract,,2026-11-19\n");
  const auto enrichment = load();
  const auto classes = [&](std::string_view user, std::string_view domain, std::string_view organisation) {
    std::vector<std::string_view> names;
    enrichment->classes_of(user, domain, organisation, Stream::kStart, 480, names);
    std::string text;
    for (const std::string_view name : names) text += std::string(text.empty() ? "" : " ") + std::string(name);
    return text;
  };
  EXPECT_EQ(classes("ROOT", "", "school-a"), "privileged");
  EXPECT_EQ(classes("root@pam", "", "school-a"), "privileged");
  EXPECT_EQ(classes("admin01", "school", "school-a"), "privileged");
  EXPECT_EQ(classes("SCHOOL\\admin01", "", "school-a"), "privileged");
  EXPECT_EQ(classes("admin01", "other", "school-a"), "");
  EXPECT_EQ(classes("teacher05", "", "school-a"), "departed");
  EXPECT_EQ(classes("teacher05", "", "school-b"), "");
  EXPECT_EQ(classes("svc-backup", "", ""), "service privileged");
  EXPECT_EQ(classes("guest01", "", ""), "expired");
  EXPECT_EQ(classes("", "", ""), "");
}

TEST_F(EnrichmentTest, PeopleWorkOnWorkingDays) {
  WorkingHours hours;
  hours.holidays = {*read_day("2026-12-25")};
  struct Case {
    const char* why;
    CivilTime time;
    bool expected;
  };
  for (const auto& [why, time, expected] : {Case{"Friday at three", {2026, 11, 20, 15, 0, 0}, true},
                                            Case{"the first minute", {2026, 11, 20, 7, 0, 0}, true},
                                            Case{"a minute before", {2026, 11, 20, 6, 59, 59}, false},
                                            Case{"the end is outside", {2026, 11, 20, 19, 0, 0}, false},
                                            Case{"Saturday", {2026, 11, 21, 10, 0, 0}, false},
                                            Case{"Sunday", {2026, 11, 22, 10, 0, 0}, false},
                                            Case{"Monday", {2026, 11, 23, 10, 0, 0}, true},
                                            Case{"a holiday", {2026, 12, 25, 10, 0, 0}, false},
                                            Case{"long ago, a Wednesday", {1969, 12, 31, 10, 0, 0}, true}}) {
    EXPECT_EQ(hours.working(*time_from_civil(time, 480), 480), expected) << why;
  }
}

TEST_F(EnrichmentTest, EveryMistakeIsToldWithItsLineAndWhatToWrite) {
  options_.places = {write("a.csv", "network,land\n"), write("b.csv", "network,country\n10.0.0.1/8,TW\n10.0.0.0/8,Taiwan\n\n# note\nx,TW\n"),
                     write("c.csv", ""), write("d.mmdb", "no database"), directory_ / "none.csv"};
  options_.accounts = write("e.csv", "account,class,until\nroot,Privileged,\n,service,\nx,service,tomorrow\n");
  EXPECT_EQ(problems(),
            "a.csv:1: land: no column of that name; write network,country,place,asn\n"
            "b.csv:2: network: '10.0.0.1/8' is no network; write 203.0.113.0/24, all bits behind the prefix zero\n"
            "b.csv:3: country: 'Taiwan' is no country; write the two letters of ISO 3166, as TW\n"
            "b.csv:6: network: 'x' is no network; write 203.0.113.0/24, all bits behind the prefix zero\n"
            "c.csv: the file is empty; its first line names the columns: network,country,place,asn\n"
            "d.mmdb: is no MaxMind database that can be read: The MaxMind DB file contains invalid metadata\n"
            "none.csv: cannot be read: No such file or directory\n"
            "e.csv:2: class: 'Privileged' is no class; lower case letters, digits, - and _: privileged, service, disabled, departed\n"
            "e.csv:3: account: empty or longer than 256 bytes; write the name as it is logged on with\n"
            "e.csv:4: until: 'tomorrow' is no day; write 2026-12-31\n");
}

TEST_F(EnrichmentTest, AFileFullOfMistakesIsNotReadToItsEnd) {
  std::string text = "network\n";
  for (int i = 0; i < 100'000; ++i) text += "nonsense\n";
  options_.places = {write("a.csv", text)};
  const std::string told = problems();
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), static_cast<long>(Enrichment::kProblemsMax));
}

constexpr const char* kRule = R"(title: Privileged logon from abroad at night
logsource: {product: linux, service: sshd}
detection:
  logon:
    event.action: ssh_login
    message|startswith: 'Accepted '
  who:
    vigil.account.class: privileged
    source.geo.country_iso_code: JP
    vigil.source.internal: false
    source.network: 203.0.113.0/24
    vigil.time.working: false
  condition: logon and who
level: high
)";

TEST_F(EnrichmentTest, RulesNameComputedFieldsAndThePrefilterDoesNotLookForThemInTheText) {
  options_.places = {write("a.csv", "network,country\n203.0.113.0/24,JP\n")};
  options_.accounts = write("b.csv", "account,class\nroot,privileged\n");
  options_.hours.to_minutes = 14 * 60;  // the stream plays at 15:00
  std::vector<RuleProblem> problems;
  const RuleSet::Text texts[] = {{"a.yml", kRule}};
  const auto rules = RuleSet::compile(texts, problems);
  ASSERT_TRUE(problems.empty()) << problems.front().reason;
  const auto logon = [](const std::string& user, const std::string& from) {
    return "<86>Nov 20 15:00:00 srv1 sshd[2101]: Accepted password for " + user + " from " + from + " port 50112 ssh2";
  };
  Stream without(rules);
  without.feed(logon("root", "203.0.113.9"), 1);
  EXPECT_EQ(without.titles(), "");
  Stream with(rules);
  with.watcher.use(load());
  with.feed(logon("teacher01", "203.0.113.9"), 1);
  with.feed(logon("root", "198.51.100.9"), 2);
  EXPECT_EQ(with.titles(), "");
  with.feed(logon("root", "203.0.113.9"), 3);
  EXPECT_EQ(with.titles(), "Privileged logon from abroad at night");
  const auto& shown = with.fired.front().fields;
  EXPECT_NE(std::find(shown.begin(), shown.end(), std::pair<std::string, std::string>("source.geo.country_iso_code", "JP")),
            shown.end());
}

TEST_F(EnrichmentTest, ASenderCannotSayWhoseAccountItIs) {
  constexpr const char* kForged = R"(title: Privileged
logsource: {}
detection:
  words: ['forged']
  who: {vigil.account.class: privileged}
  condition: words and who
)";
  std::vector<RuleProblem> problems;
  const RuleSet::Text texts[] = {{"a.yml", kForged}};
  Stream stream(RuleSet::compile(texts, problems));
  stream.feed(R"(<14>1 2026-11-20T15:00:00+08:00 h app - - - {"m":"forged","vigil.account.class":"privileged","vigil":{"account":{"class":"privileged"}}})", 1);
  EXPECT_EQ(stream.titles(), "");
}

}  // namespace
}  // namespace vigil::test
