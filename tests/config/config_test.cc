#include "config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <span>
#include <string>

#include "tests/config/describe.h"

namespace vigil {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Case {
  std::string_view why, yaml, expected;
};

void expect_all(std::span<const Case> cases) {
  for (const auto& [why, yaml, expected] : cases) {
    EXPECT_EQ(english(describe(yaml)), expected) << why << "\n" << yaml;
  }
}

TEST(Config, SampleOfTheDocumentationLoads) {
  const auto config = load_config(std::filesystem::path(VIGIL_SOURCE_DIR) / "docs" / "vigil.example.yaml");
  ASSERT_TRUE(config) << config.error().front().render();
  EXPECT_EQ(config->data, "/var/lib/vigil");
  ASSERT_EQ(config->organisations.size(), 2U);
  EXPECT_EQ(config->organisations[0].tier, Tier::B);
  const Organisation& school = config->organisations[1];
  EXPECT_EQ(school.name, "甲國小");
  EXPECT_EQ(school.parent, "county");
  EXPECT_EQ(school.soc, "委外建置");
  EXPECT_EQ(school.soc_vendor, "某資安監控公司");
  EXPECT_EQ(school.ciso, (Contact{"校長", "ciso", "principal@example.edu.tw", ""}));
  EXPECT_EQ(school.contacts.size(), 2U);
  EXPECT_EQ(school.overlay, "county-schools");
  ASSERT_EQ(config->listeners.size(), 9U);
  EXPECT_EQ(config->listeners[0].receive_buffer_bytes, 33554432);
  EXPECT_TRUE(config->listeners[3].drill);
  EXPECT_EQ(config->listeners[4].organisation, "county") << "a listener without one belongs to the top";
  EXPECT_EQ(config->listeners[5].tls->mode, TlsConfig::Mode::name);
  EXPECT_EQ(config->tokens.size(), 1U);
  EXPECT_EQ(config->files[1].multiline, R"(^\d{4}-\d\d-\d\d )");
  ASSERT_EQ(config->mailboxes.size(), 1U);
  EXPECT_EQ(config->mailboxes[0].organisation, "county");
  ASSERT_EQ(config->mailboxes[0].templates.size(), 1U);
  EXPECT_EQ(config->mailboxes[0].templates[0].labels.size(), 3U);
  EXPECT_EQ(config->upstream.size(), 2U);
  ASSERT_EQ(config->systems.size(), 2U);
  EXPECT_EQ(config->systems[0].kinds, Kind::os | Kind::application | Kind::logon);
  EXPECT_EQ(config->systems[0].tolerable_outage_hours, 8);
  EXPECT_EQ(config->retention.hold_surroundings, std::chrono::minutes(60));
  ASSERT_EQ(config->channels.size(), 3U);
  EXPECT_EQ(config->channels[0].server, "smtp://127.0.0.1:25");
  EXPECT_TRUE(config->channels[2].drill);
}

TEST(Config, EmbeddedDefaultIsUsefulUnconfigured) {
  const Config config = embedded_default();
  ASSERT_EQ(config.organisations.size(), 1U);
  EXPECT_EQ(config.organisations[0].id, "default");
  EXPECT_EQ(config.organisations[0].tier, Tier::C);
  ASSERT_EQ(config.listeners.size(), 6U);
  EXPECT_EQ(config.listeners[0].address, "0.0.0.0:5514");
  EXPECT_EQ(config.listeners[1].protocol, ListenerConfig::Protocol::syslog_tcp);
  EXPECT_EQ(config.listeners[2].address, "127.0.0.1:8514");
  EXPECT_FALSE(config.listeners[2].optional);
  for (std::size_t i = 3; i < 6; ++i) {
    EXPECT_TRUE(config.listeners[i].optional) << "RELP, Beats and GELF may find their ports taken";
    EXPECT_THAT(config.listeners[i].address, ::testing::StartsWith("127.0.0.1:"));
  }
  ASSERT_EQ(config.channels.size(), 1U);
  EXPECT_EQ(config.channels[0].directory, "vigil-data/spool");
  EXPECT_THAT(config.rules.directories, IsEmpty()) << "empty: the built-in pack";
}

TEST(Config, SpoolOfTheDefaultMovesWithTheDataDirectory) {
  Config config = embedded_default();
  config.channels.push_back(config.channels[0]);
  config.channels[1].directory = "/srv/elsewhere";
  move_data(config, "/var/lib/vigil");
  EXPECT_EQ(config.data, "/var/lib/vigil");
  EXPECT_EQ(config.channels[0].directory, "/var/lib/vigil/spool");
  EXPECT_EQ(config.channels[1].directory, "/srv/elsewhere");
}

TEST(Config, WhatIsLeftOutIsAsInTheDefault) {
  for (const std::string_view yaml : {"", "# nothing\n", "{}", "---\n", "data: x\n"}) {
    const auto config = parse_config(yaml, "/etc/vigil/vigil.yaml");
    ASSERT_TRUE(config) << yaml;
    EXPECT_EQ(config->listeners.size(), 6U) << yaml;
    EXPECT_EQ(config->listeners[0].organisation, "default") << yaml;
    EXPECT_EQ(config->channels.size(), 1U) << yaml;
  }
}

TEST(Config, RelativePathsStartFromTheFile) {
  const auto config = parse_config(
      "data: d\nrules: {directories: [pack, /etc/vigil/sigma, ../up]}\n"
      "channels: [{id: s, kind: spool, directory: spool},\n"
      "  {id: m, kind: smtp, server: 'smtps://mail.example.edu.tw', from: v@example.edu.tw, username: u, "
      "password_file: pw}]",
      "/etc/vigil/vigil.yaml");
  ASSERT_TRUE(config) << config.error().front().render();
  EXPECT_EQ(config->data, "/etc/vigil/d");
  EXPECT_EQ(config->rules.directories,
            (std::vector<std::filesystem::path>{"/etc/vigil/pack", "/etc/vigil/sigma", "/etc/up"}));
  EXPECT_EQ(config->channels[0].directory, "/etc/vigil/spool");
  EXPECT_EQ(config->channels[1].password_file, "/etc/vigil/pw");
}

TEST(Config, ListenersTakeZoneAndOwnerFromTheOrganisation) {
  const auto config = parse_config(
      "organisations: [{id: o, timezone: Asia/Tokyo}]\n"
      "listeners: [{protocol: syslog-udp, address: '0.0.0.0:0'}, {protocol: syslog-tcp, address: '[::]:0', "
      "timezone: UTC}]",
      "t.yaml");
  ASSERT_TRUE(config) << config.error().front().render();
  EXPECT_EQ(config->listeners[0].organisation, "o");
  EXPECT_EQ(config->listeners[0].timezone, "Asia/Tokyo");
  EXPECT_EQ(config->listeners[1].timezone, "UTC");
}

TEST(Config, AcceptsEveryKeyOfTheContract) {
  constexpr std::string_view kYaml = R"(
data: /var/lib/vigil
listeners:
  - {protocol: syslog-udp, address: "0.0.0.0:5514", organisation: school-a, timezone: Asia/Taipei, charset: auto, receive_buffer_bytes: 33554432}
  - {protocol: syslog-tcp, address: "0.0.0.0:5514", organisation: school-a}
  - {protocol: http, address: "127.0.0.1:8514"}
organisations:
  - {id: county, name: 縣市教育網路中心, tier: B, timezone: Asia/Taipei}
  - {id: school-a, name: 甲國小, parent: county, tier: C, profile: tw-2026, overlay: county-schools,
     contacts: [{name: 資安聯絡人甲, role: contact, mail: a@example.edu.tw, phone: "…"}], ciso: {name: 校長, mail: p@example.edu.tw}}
systems:
  - {id: grades, organisation: school-a, core: true, hosts: [srv1, 10.1.0.5], networks: [10.1.0.0/24], connected_to: [], kinds: [os, application, logon],
     tolerable_outage_hours: 8, information: [personal_data], critical_infrastructure: false}
retention: {months: 6, out_of_scope_days: 184, hold_surroundings: 1h}
rules: {directories: [rules/pack, /etc/vigil/sigma], disabled: []}
channels:
  - {id: mail, kind: smtp, server: "smtp://127.0.0.1:2525", from: vigil@example.edu.tw}
  - {id: spool, kind: spool, directory: spool}
anchors: []
upstream: []
)";
  EXPECT_EQ(describe(kYaml), "ok");
}

TEST(Config, SaysWhatComesWithALaterVersionInsteadOfIgnoringIt) {
  constexpr Case kCases[] = {
      {"anchors", "anchors: [{kind: mail, to: soc@county.example}]",
       "1:10 anchors: 'anchors' is not supported by this version yet | remove it for now"},
      {"a webhook", "channels: [{id: w, kind: webhook, url: x}]",
       "1:26 channels[0].kind: 'webhook' is not supported by this version yet | this version tells by smtp "
       "and spool"},
  };
  expect_all(kCases);
}

TEST(Config, BI107UnknownKeyIsAnErrorWithTheNearestName) {
  constexpr Case kCases[] = {
      {"at the top", "listners: []\ndata: d\n",
       "1:1 listners: unknown key 'listners' | did you mean 'listeners'?"},
      {"in a listener", "listeners:\n  - {protocol: http, adress: \"127.0.0.1:1\"}\n",
       "2:5 listeners[0].address: 'address' is missing | \n"
       "2:22 listeners[0].adress: unknown key 'adress' | did you mean 'address'?"},
      {"swapped letters", "organisations: [{id: a, teir: C}]",
       "1:25 organisations[0].teir: unknown key 'teir' | did you mean 'tier'?"},
      {"the other spelling", "organizations: [{id: a}]",
       "1:1 organizations: unknown key 'organizations' | did you mean 'organisations'?"},
      {"nothing near", "data: d\nzzzzzz: 1\n",
       "2:1 zzzzzz: unknown key 'zzzzzz' | possible here: data, drill, organisations, systems, listeners, "
       "tokens, files, mailboxes, watchlists, retention, rules, parsers, enrichment, alerts, channels, anchors, upstream"},
      {"merge keys are not ours", "data: d\nretention: {<<: x}\n",
       "2:13 retention.<<: unknown key '<<' | possible here: months, out_of_scope_days, hold_surroundings"},
      {"a key that is a list", "data: d\n? [a]\n: b\n", "2:3 : expected a key, found a list | "},
  };
  expect_all(kCases);
}

TEST(Config, AMailboxIsAFolderAndSaysHowItsMailsAreWritten) {
  constexpr Case kCases[] = {
      {"no folder", "mailboxes: [{organisation: default}]", "1:13 mailboxes[0].directory: 'directory' is missing | "},
      {"one folder twice", "mailboxes: [{directory: a}, {directory: ./a}]",
       "1:41 mailboxes[1].directory: another mailbox has this directory | "},
      {"a field nobody has", "mailboxes: [{directory: a, templates: [{id: t, labels: {src_ipp: [x]}}]}]",
       "1:57 mailboxes[0].templates[0].labels.src_ipp: unknown key 'src_ipp' | did you mean 'src_ip'?"},
  };
  expect_all(kCases);
}

TEST(Config, EnrichmentNamesListsAndHours) {
  const auto config = parse_config(
      "organisations: [{id: a, working_hours: {days: [sat], from: \"00:00\", to: \"24:00\"}}, {id: b}]\n"
      "enrichment:\n"
      "  places: [lists/campus.csv, /srv/country.mmdb]\n"
      "  accounts: lists/accounts.csv\n"
      "  working_hours: {from: 08:30, holidays: [2026-12-25, 1970-01-02]}\n",
      "/etc/vigil/vigil.yaml");
  ASSERT_TRUE(config) << config.error().front().render();
  const EnrichmentConfig& enrichment = config->enrichment;
  EXPECT_EQ(enrichment.places, (std::vector<std::filesystem::path>{"/etc/vigil/lists/campus.csv", "/srv/country.mmdb"}));
  EXPECT_EQ(enrichment.accounts, "/etc/vigil/lists/accounts.csv");
  ASSERT_TRUE(enrichment.working_hours);
  EXPECT_EQ(enrichment.working_hours->from_minutes, 510);
  EXPECT_EQ(enrichment.working_hours->to_minutes, 19 * 60);
  EXPECT_EQ(enrichment.working_hours->days, 0b0011111);
  EXPECT_EQ(enrichment.working_hours->holidays, (std::vector<std::int32_t>{20812, 1}));
  ASSERT_TRUE(config->organisations[0].working_hours);
  EXPECT_EQ(config->organisations[0].working_hours->days, 0b0100000);
  EXPECT_EQ(config->organisations[0].working_hours->to_minutes, 1440);
  EXPECT_FALSE(config->organisations[0].working_hours->holidays) << "those of enrichment count";
  EXPECT_FALSE(config->organisations[1].working_hours);
}

TEST(Config, WorkingHoursThatCannotBeAreRefused) {
  const Case cases[] = {
      {"a day that is none", "enrichment: {working_hours: {days: [mon, frei]}}",
       "1:36 enrichment.working_hours.days: 'frei' is no day of the week | did you mean 'fri'?"},
      {"no time", "enrichment: {working_hours: {from: 7am}}",
       "1:36 enrichment.working_hours.from: '7am' is no time of day | two digits each, in quotes: \"07:00\"; midnight is \"24:00\""},
      {"the end before the beginning", "enrichment: {working_hours: {from: \"20:00\", to: \"06:00\"}}",
       "1:49 enrichment.working_hours.to: the day's work ends before it begins | 'from' before 'to', both of one day"},
      {"no date", "enrichment: {working_hours: {holidays: [2026-02-30]}}",
       "1:40 enrichment.working_hours.holidays: '2026-02-30' is no date | year, month and day: 2026-12-25"},
      {"another key", "enrichment: {place: [a.csv]}",
       "1:14 enrichment.place: unknown key 'place' | did you mean 'places'?"},
  };
  expect_all(cases);
}

TEST(Config, BI107RepeatedKeyNamesBothLines) {
  constexpr Case kCases[] = {
      {"at the top", "data: a\ndrill: true\ndata: b\n",
       "3:1 data: the key 'data' stands here twice | the first one is on line 1"},
      {"inside", "retention: {months: 6, months: 7}",
       "1:24 retention.months: the key 'months' stands here twice | the first one is on line 1"},
  };
  expect_all(kCases);
}

TEST(Config, BI107TabsAreShownWhereTheyStand) {
  constexpr Case kCases[] = {
      {"indentation", "listeners:\n\t- {protocol: http}\n",
       "2:1 : a tab in the indentation | YAML is indented with spaces only"},
      {"after spaces", "retention:\n  \tmonths: 6\n",
       "2:3 : a tab in the indentation | YAML is indented with spaces only"},
      {"two of them, both told", "retention:\n\tmonths: 6\n\tout_of_scope_days: 9\n",
       "2:1 : a tab in the indentation | YAML is indented with spaces only\n"
       "3:1 : a tab in the indentation | YAML is indented with spaces only"},
      {"before a comment it does no harm", "data: d\n\t# note\ndrill: true\n", "ok"},
      {"on an empty line it does no harm", "data: d\n\t\ndrill: true\n", "ok"},
      {"between key and value it is legal", "data:\td\n", "ok"},
  };
  expect_all(kCases);
}

TEST(Config, BI107OtherEncodingsAreNamed) {
  using namespace std::string_view_literals;
  const Case kCases[] = {
      {"UTF-16 LE",
       "\xFF\xFE"
       "d\0a\0"sv,
       "1:1 : the file is UTF-16 | save it as UTF-8 (Notepad: Save as, Encoding UTF-8)"},
      {"UTF-16 BE", "\xFE\xFF\0d\0a"sv,
       "1:1 : the file is UTF-16 | save it as UTF-8 (Notepad: Save as, Encoding UTF-8)"},
      {"UTF-16 without mark", "d\0a\0t\0a\0"sv,
       "1:1 : the file is UTF-16 | save it as UTF-8 (Notepad: Save as, Encoding UTF-8)"},
      {"Big5", "data: d\norganisations: [{id: a, name: \xA5\xD2\xB0\xEA\xA4p}]",
       "2:31 : bytes that are not UTF-8 | was it saved as Big5? Save it as UTF-8"},
      {"NUL", "data: d\nx\0y: 1"sv, "2:2 : a NUL byte: this is not a text file | "},
      {"UTF-8 with a byte order mark is fine",
       "\xEF\xBB\xBF"
       "data: d\n",
       "ok"},
      {"CRLF is fine", "data: d\r\ndrill: true\r\n", "ok"},
  };
  expect_all(kCases);
}

TEST(Config, BI107BadYamlIsAnsweredWithItsPlace) {
  constexpr Case kCases[] = {
      {"an open bracket", "listeners: [{protocol: http\n",
       "2:1 : not valid YAML: end of map flow not found | check indentation, quotes and brackets here and on "
       "the line before"},
      {"an alias", "data: *x\n",
       "1:7 : not valid YAML: the referenced anchor is not defined | check indentation, quotes "
       "and brackets here and on the line before"},
      {"a bomb of aliases", "data: d\nrules: {directories: &a [x, x]}\nsystems: *a\n",
       "2:22 : an anchor (&name) | write the value out, or put it in quotes if the '&' belongs to it"},
      {"a tag", "data: !!binary aGk=\n",
       "1:7 : a tag (!name) | put the value in quotes if the '!' belongs to it"},
      {"two documents", "data: d\n---\ndata: e\n",
       "2:1 : a second document begins here | one file holds one configuration: remove the '---'"},
      {"nested too deeply", "data: [[[[[[[[[[[[[[x]]]]]]]]]]]]]]",
       "1:18 : nested too deeply | no key of ours needs more than five levels"},
  };
  expect_all(kCases);
}

TEST(Config, BI107DepthAndSizeDoNotCostMoreThanTheyAreWorth) {
  EXPECT_NE(describe("data: " + std::string(1'000'000, '[')), "ok");
  EXPECT_NE(describe("data: " + std::string(1'000'000, '{')), "ok");
  std::string many = "data: d\n";
  for (int i = 0; i < 20'000; ++i) many += "key" + std::to_string(i) + ": 1\n";
  const auto config = parse_config(many, "t.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().size(), 101U);
  EXPECT_THAT(config.error().back().message, HasSubstr("and 19900 more"));
}

TEST(Config, BI107WrongTypesAreNamed) {
  constexpr Case kCases[] = {
      {"a list where a mapping belongs", "retention: [6]",
       "1:12 retention: expected a mapping of keys and values, found a list | "},
      {"a value where a list belongs", "listeners: http",
       "1:12 listeners: expected a list, found a value | begin each item with '- ', or write [a, b]"},
      {"a list where text belongs", "data: [a]", "1:7 data: expected text, found a list | "},
      {"nothing where text belongs", "data:\n", "1:1 data: expected text, found nothing | "},
      {"words where a number belongs", "retention: {months: six}",
       "1:21 retention.months: expected a whole number, found a value | in months, digits only"},
      {"a number in quotes", "retention: {months: '6'}",
       "1:21 retention.months: expected a whole number, found text in quotes | in months, digits only, "
       "without quotes"},
      {"a size with a unit",
       "listeners: [{protocol: http, address: '0.0.0.0:1', receive_buffer_bytes: 32MiB}]",
       "1:74 listeners[0].receive_buffer_bytes: expected a whole number, found a value | in bytes, digits "
       "only"},
      {"yes is not true", "drill: yes", "1:8 drill: expected true or false | without quotes"},
      {"a mapping where a list item is text", "systems: [{id: s, hosts: [{a: b}]}]",
       "1:27 systems[0].hosts[0]: expected text, found a mapping | "},
      {"an item that is no mapping", "channels: [spool]",
       "1:12 channels[0]: expected a mapping of keys and values, found a value | "},
      {"a line break inside a text", "organisations: [{id: a, name: \"x\\nBcc: y\"}]",
       "1:31 organisations[0].name: a line break or control character in a text | "},
      {"a span of time without its unit", "retention: {hold_surroundings: 60}",
       "1:32 retention.hold_surroundings: '60' is no span of time up to 31d | a number and s, m, h or d: "
       "30m, 1h"},
  };
  expect_all(kCases);
}

TEST(Config, BI107NegativeAndHugeSizesAreOutOfRange) {
  constexpr Case kCases[] = {
      {"negative buffer", "listeners: [{protocol: http, address: '0.0.0.0:1', receive_buffer_bytes: -1}]",
       "1:74 listeners[0].receive_buffer_bytes: -1 is out of range | 4096 – 1073741823 bytes"},
      {"more than the kernel takes",
       "listeners: [{protocol: http, address: '0.0.0.0:1', receive_buffer_bytes: 99999999999}]",
       "1:74 listeners[0].receive_buffer_bytes: 99999999999 is out of range | 4096 – 1073741823 bytes"},
      {"more digits than a number has", "retention: {out_of_scope_days: 99999999999999999999999}",
       "1:32 retention.out_of_scope_days: 99999999999999999999999 is out of range | 0 – 36500 days"},
      {"negative hours", "systems: [{id: s, tolerable_outage_hours: -2}]",
       "1:43 systems[0].tolerable_outage_hours: expected a number of at least 0 | "},
      {"not a number", "systems: [{id: s, tolerable_outage_hours: .nan}]",
       "1:43 systems[0].tolerable_outage_hours: expected a number of at least 0 | "},
      {"negative months", "retention: {months: -6}",
       "1:21 retention.months: -6 is out of range | 0 – 1200 months"},
  };
  expect_all(kCases);
}

TEST(Config, BI107RetentionUnderSixMonthsIsRefusedWithTheReason) {
  constexpr Case kCases[] = {
      {"three months", "retention: {months: 3}",
       "1:21 retention.months: 3 months are too few | six calendar months are the floor of the law; write "
       "retention: "
       "{months: 6} or more"},
      {"in days", "data: d\nretention_days: 7\n",
       "2:1 retention_days: retention is counted in calendar months | six calendar months are the floor of "
       "the law; "
       "write retention: {months: 6} or more"},
      {"in days, inside", "retention: {days: 200}",
       "1:13 retention.days: retention is counted in calendar months | six calendar months are the floor of "
       "the law; "
       "write retention: {months: 6} or more"},
      {"six", "retention: {months: 6}", "ok"},
      {"a year", "retention: {months: 12, out_of_scope_days: 30}", "ok"},
  };
  expect_all(kCases);
}

TEST(Config, BI107ListenerAddressesAreChecked) {
  constexpr Case kCases[] = {
      {"port past the end", "listeners: [{protocol: http, address: '127.0.0.1:65536'}]",
       "1:39 listeners[0].address: the port of '127.0.0.1:65536' is out of range | 1 – 65535, or 0 for any "
       "free one"},
      {"negative port", "listeners: [{protocol: http, address: '127.0.0.1:-1'}]",
       "1:39 listeners[0].address: the port of '127.0.0.1:-1' is out of range | 1 – 65535, or 0 for any free "
       "one"},
      {"no port", "listeners: [{protocol: http, address: 127.0.0.1}]",
       "1:39 listeners[0].address: '127.0.0.1' has no port | as \"0.0.0.0:5514\" or \"[::]:5514\""},
      {"IPv6 without brackets", "listeners: [{protocol: http, address: '::1:8514'}]",
       "1:39 listeners[0].address: '::1:8514': an IPv6 address stands in brackets | as \"[::1]:5514\""},
      {"a name", "listeners: [{protocol: http, address: 'localhost:8514'}]",
       "1:39 listeners[0].address: 'localhost:8514' does not begin with an address | an address of this "
       "machine, no "
       "name: 127.0.0.1, 0.0.0.0 for all, [::] for all of IPv6"},
      {"four numbers past the end", "listeners: [{protocol: http, address: '300.0.0.1:1'}]",
       "1:39 listeners[0].address: '300.0.0.1:1' does not begin with an address | an address of this "
       "machine, no "
       "name: 127.0.0.1, 0.0.0.0 for all, [::] for all of IPv6"},
      {"twice the same",
       "listeners:\n- {protocol: syslog-tcp, address: '[::]:1'}\n- {protocol: http, address: '[0::0]:1'}",
       "3:29 listeners[1].address: two listeners have the address '[0::0]:1' | the first one is on line 2"},
      {"UDP and TCP share a number",
       "listeners:\n- {protocol: syslog-udp, address: '[::]:1'}\n- {protocol: syslog-tcp, "
       "address: '[::]:1'}",
       "ok"},
      {"any free port, twice",
       "listeners:\n- {protocol: syslog-tcp, address: '0.0.0.0:0'}\n- {protocol: syslog-tcp, "
       "address: '0.0.0.0:0'}",
       "ok"},
  };
  expect_all(kCases);
}

TEST(Config, BI107UnknownNamesAreAnsweredWithTheNearest) {
  constexpr Case kCases[] = {
      {"protocol", "listeners: [{protocol: syslog_udp, address: '0.0.0.0:1'}]",
       "1:24 listeners[0].protocol: 'syslog_udp' is no protocol | did you mean 'syslog-udp'?"},
      {"organisation",
       "organisations: [{id: school-a}]\nlisteners: [{protocol: http, address: '0.0.0.0:1', organisation: "
       "school-b}]",
       "2:66 listeners[0].organisation: there is no organisation 'school-b' | did you mean 'school-a'?"},
      {"parent", "organisations: [{id: county}, {id: s, parent: conuty}]",
       "1:47 organisations[1].parent: there is no organisation 'conuty' | did you mean 'county'?"},
      {"time zone", "organisations: [{id: a, timezone: Asia/Tapei}]",
       "1:35 organisations[0].timezone: 'Asia/Tapei' is no time zone of this system | did you mean "
       "'Asia/Taipei'?"},
      {"a path instead of a zone", "organisations: [{id: a, timezone: ../../../etc/passwd}]",
       "1:35 organisations[0].timezone: '../../../etc/passwd' is no time zone of this system | an IANA name "
       "such as "
       "'Asia/Taipei'"},
      {"charset", "listeners: [{protocol: http, address: '0.0.0.0:1', charset: cp590}]",
       "1:61 listeners[0].charset: 'cp590' is no charset | did you mean 'cp950'?"},
      {"tier", "organisations: [{id: a, tier: F}]",
       "1:31 organisations[0].tier: 'F' is no tier | did you mean 'A'?"},
      {"kind", "systems: [{id: a, kinds: [aplication]}]",
       "1:27 systems[0].kinds[0]: 'aplication' is no log kind | did you mean 'application'?"},
      {"information", "systems: [{id: a, information: [personal-data]}]",
       "1:33 systems[0].information[0]: 'personal-data' is no class of information | did you mean "
       "'personal_data'?"},
      {"connected_to", "systems: [{id: grades}, {id: fw, connected_to: [grade]}]",
       "1:49 systems[1].connected_to[0]: there is no system 'grade' | did you mean 'grades'?"},
      {"profile", "organisations: [{id: a, profile: tw-2025}]",
       "1:34 organisations[0].profile: 'tw-2025' is no profile | did you mean 'tw-2026'?"},
      {"channel", "channels: [{id: m, kind: smpt}]",
       "1:26 channels[0].kind: 'smpt' is no kind | did you mean 'smtp'?"},
      {"soc", "organisations: [{id: a, soc: outsource}]",
       "1:30 organisations[0].soc: 'outsource' is no soc | did you mean 'outsourced'?"},
  };
  expect_all(kCases);
}

TEST(Config, BI107OrganisationsMustFormATree) {
  constexpr Case kCases[] = {
      {"its own parent", "organisations: [{id: a, parent: a}]\nlisteners: []",
       "1:33 organisations[0].parent: the organisations form a loop: a → a | the topmost organisation has no "
       "parent"},
      {"a ring of three beside a tree",
       "organisations:\n- {id: top}\n- {id: a, parent: c}\n- {id: b, parent: a}\n- {id: c, parent: b}\n",
       "4:19 organisations[2].parent: the organisations form a loop: a → c → b → a | the topmost "
       "organisation has no parent"},
      {"the same id twice", "organisations: [{id: a}, {id: a, parent: a}]",
       "1:31 organisations[1].id: there are two organisations 'a' | "},
      {"no id", "organisations: [{name: x}]\nlisteners: []", "1:17 organisations[0].id: 'id' is missing | "},
      {"an id that cannot be part of a path", "organisations: [{id: ../x}]",
       "1:22 organisations[0].id: '../x' cannot be an identifier | 1 to 64 of A-Z a-z 0-9 . _ - beginning "
       "with a letter "
       "or digit; the name people read goes into 'name'"},
      {"two tops and a listener that says nothing",
       "organisations: [{id: a}, {id: b}]\nlisteners: [{protocol: syslog-udp, address: '0.0.0.0:1'}]",
       "2:13 listeners[0].organisation: several organisations stand at the top: 'organisation' says whose "
       "logs arrive "
       "here | "},
  };
  expect_all(kCases);
}

TEST(Config, BI107NetworksAreChecked) {
  constexpr Case kCases[] = {
      {"prefix past the end", "systems: [{id: s, networks: [10.0.0.0/33]}]",
       "1:30 systems[0].networks[0]: '10.0.0.0/33' is no network | as 10.1.0.0/24 or 2001:db8::/48; the "
       "prefix at most "
       "32 or 128"},
      {"three numbers", "systems: [{id: s, networks: [10.0.0/24]}]",
       "1:30 systems[0].networks[0]: '10.0.0/24' is no network | as 10.1.0.0/24 or 2001:db8::/48; the prefix "
       "at most "
       "32 or 128"},
      {"host bits", "systems: [{id: s, networks: [10.1.0.5/24]}]",
       "1:30 systems[0].networks[0]: '10.1.0.5/24' has bits set past its prefix | did you mean "
       "'10.1.0.0/24'?"},
      {"a network among hosts", "systems: [{id: s, hosts: [10.1.0.0/24]}]",
       "1:27 systems[0].hosts[0]: '10.1.0.0/24' is no host | a name or one address; networks go into "
       "'networks'"},
      {"IPv6", "systems: [{id: s, networks: ['2001:db8::/48', '::/0', 10.0.0.0/8]}]", "ok"},
  };
  expect_all(kCases);
}

TEST(Config, ChannelsAreChecked) {
  constexpr Case kCases[] = {
      {"no server", "channels: [{id: m, kind: smtp, from: a@b.tw}]",
       "1:12 channels[0].server: 'server' is missing | "},
      {"a web address", "channels: [{id: m, kind: smtp, server: 'http://x', from: a@b.tw}]",
       "1:40 channels[0].server: expected smtp://host:port or smtps://host:port | as smtp://127.0.0.1:25"},
      {"a password in the address",
       "channels: [{id: m, kind: smtp, server: 'smtp://u:p@x:25', from: a@b.tw}]",
       "1:40 channels[0].server: expected smtp://host:port or smtps://host:port | the user goes into "
       "'username', the "
       "password into a file that 'password_file' names"},
      {"port past the end", "channels: [{id: m, kind: smtp, server: 'smtp://x:99999', from: a@b.tw}]",
       "1:40 channels[0].server: expected smtp://host:port or smtps://host:port | as smtp://127.0.0.1:25"},
      {"IPv6", "channels: [{id: m, kind: smtp, server: 'smtp://[::1]:25', from: a@b.tw}]", "ok"},
      {"no mail address", "channels: [{id: m, kind: smtp, server: 'smtp://x', from: vigil}]",
       "1:58 channels[0].from: 'vigil' is no e-mail address | one address, as name@example.edu.tw"},
      {"a user without a password",
       "channels: [{id: m, kind: smtp, server: 'smtp://x', from: a@b.tw, username: u}]",
       "1:12 channels[0].password_file: 'password_file' is missing | "},
      {"no directory", "channels: [{id: s, kind: spool}]",
       "1:12 channels[0].directory: 'directory' is missing | "},
      {"the same id", "channels: [{id: s, kind: spool, directory: a}, {id: s, kind: spool, directory: b}]",
       "1:53 channels[1].id: there are two channels 's' | "},
      {"keys of the other kind", "channels: [{id: s, kind: spool, directory: a, server: x}]",
       "1:47 channels[0].server: unknown key 'server' | possible here: id, kind, drill, directory"},
  };
  expect_all(kCases);
}

TEST(Config, SecretsInTheWrongPlaceAreRefusedAndNotEchoed) {
  const auto config = parse_config(
      "channels:\n  - {id: m, kind: smtp, server: 'smtp://x', from: a@b.tw, password: hunter2}\n", "t.yaml");
  ASSERT_FALSE(config);
  const std::string shown = config.error().front().render();
  EXPECT_THAT(shown, HasSubstr("a secret does not belong into this file"));
  EXPECT_THAT(shown, HasSubstr("password"));
  EXPECT_THAT(shown, Not(HasSubstr("hunter2")));
}

TEST(Config, AllMistakesAreReportedTogetherInTheOrderOfTheFile) {
  EXPECT_EQ(
      english(
          describe("drill: maybe\n"
                   "listeners:\n"
                   "  - {protocol: syslog-upd, address: \"0.0.0.0:99999\", organisation: scool, charset: x}\n"
                   "retention: {months: 1}\n"
                   "organisations: [{id: school, tier: Z}]\n")),
      "1:8 drill: expected true or false | without quotes\n"
      "3:16 listeners[0].protocol: 'syslog-upd' is no protocol | did you mean 'syslog-udp'?\n"
      "3:37 listeners[0].address: the port of '0.0.0.0:99999' is out of range | 1 – 65535, or 0 for any free "
      "one\n"
      "3:68 listeners[0].organisation: there is no organisation 'scool' | did you mean 'school'?\n"
      "3:84 listeners[0].charset: 'x' is no charset | possible here: auto, utf8, utf-8, cp950, big5, latin1\n"
      "4:21 retention.months: 1 months are too few | six calendar months are the floor of the law; write "
      "retention: {months: 6} or more\n"
      "5:36 organisations[0].tier: 'Z' is no tier | did you mean 'A'?");
}

TEST(Config, WatchlistsAndAlertsAreReadAndTheirMistakesNamed) {
  const auto config = parse_config(
      "watchlists:\n"
      "  - {id: blocked, name: 封鎖名單, file: lists/blocked.csv, format: csv, source: TWCERT/CC, tlp: amber, confidence: 80, expires: 90d}\n"
      "  - {id: feeds, directory: /srv/feeds}\n"
      "alerts: {open: medium}\n",
      "/etc/vigil/vigil.yaml");
  ASSERT_TRUE(config) << config.error().front().render();
  ASSERT_EQ(config->watchlists.size(), 2U);
  EXPECT_EQ(config->watchlists[0].path, "/etc/vigil/lists/blocked.csv");
  EXPECT_EQ(config->watchlists[0].lifetime, std::chrono::hours(24 * 90));
  EXPECT_FALSE(config->watchlists[0].is_directory);
  EXPECT_TRUE(config->watchlists[1].is_directory);
  EXPECT_EQ(config->alerts.open, AlertsConfig::Open::medium);
  constexpr Case kCases[] = {
      {"no id", "watchlists: [{file: a.csv}]",
       "1:14 watchlists[0].id: 'id' is missing | "},
      {"the same id twice", "watchlists: [{id: a, file: a.csv}, {id: a, file: b.csv}]",
       "1:41 watchlists[1].id: another watchlist has this id | give each its own"},
      {"no place", "watchlists: [{id: a}]",
       "1:14 watchlists[0].file: one of 'file' and 'directory' is needed | as file: /etc/vigil/watchlists/blocked.csv"},
      {"two places", "watchlists: [{id: a, file: a.csv, directory: b}]",
       "1:46 watchlists[0].directory: one of 'file' and 'directory' is needed | as file: /etc/vigil/watchlists/blocked.csv"},
      {"a format there is not", "watchlists: [{id: a, file: a.csv, format: xml}]",
       "1:43 watchlists[0].format: 'xml' is no format | possible here: auto, text, csv, stix, misp"},
      {"a marking there is not", "watchlists: [{id: a, file: a.csv, tlp: white}]",
       "1:40 watchlists[0].tlp: 'white' is no tlp | possible here: clear, green, amber, amber+strict, red"},
      {"more than sure", "watchlists: [{id: a, file: a.csv, confidence: 101}]",
       "1:47 watchlists[0].confidence: 101 is out of range | 0 – 100 %"},
      {"for no time", "watchlists: [{id: a, file: a.csv, expires: 5s}]",
       "1:44 watchlists[0].expires: '5s' is no time from one hour to ten years | as 90d"},
      {"for a time that is none", "watchlists: [{id: a, file: a.csv, expires: soon}]",
       "1:44 watchlists[0].expires: 'soon' is no time from one hour to ten years | as 90d"},
      {"nobody's", "watchlists: [{id: a, file: a.csv, organisation: other}]",
       "1:49 watchlists[0].organisation: there is no organisation 'other' | possible here: default"},
      {"a field there is not", "watchlists: [{id: a, file: a.csv, url: 'https://example.org'}]",
       "1:35 watchlists[0].url: unknown key 'url' | possible here: id, name, file, directory, format, source, tlp, confidence, expires"},
      {"alerts that open something else", "alerts: {open: low}",
       "1:16 alerts.open: 'low' is no open | possible here: all, medium, high, none"},
      {"alerts with a field there is not", "alerts: {opens: all}",
       "1:10 alerts.opens: unknown key 'opens' | did you mean 'open'?"},
  };
  expect_all(kCases);
}

}  // namespace
}  // namespace vigil
