// Watchlists: what is an indicator, what the four forms say, and what is found in a stream.

#include "rules/watchlist.h"

#include <gtest/gtest.h>

#include "rules/detection_codec.h"
#include "rules/watchlist_watch.h"
#include "tests/fuzz/replay.h"

extern "C" int fuzz_watchlist_input(const std::uint8_t* data, std::size_t size);

namespace vigil::test {
namespace {

constexpr std::int64_t kNow = 1'795'158'000'000'000'000;  // 2026-11-20T07:00:00Z
constexpr std::int64_t kDay = 86'400'000'000'000;

std::string shown(std::string_view kind, std::string_view text, Danger danger = Danger::refused) {
  const auto normal = normal_indicator(kind.empty() ? std::nullopt : indicator_kind_from_name(kind), text, danger);
  if (!normal) return normal.error().dangerous ? "dangerous" : "wrong";
  return std::string(indicator_kind_name(normal->kind)) + " " + normal->value;
}

TEST(Indicator, HasOneSpellingForAllThatMeanTheSame) {
  struct Case {
    std::string_view kind, text, expected;
  };
  for (const auto& [kind, text, expected] : {
           Case{"", "203.0.113.9", "ip 203.0.113.9"},
           {"", " 203[.]0.113(.)9 ", "ip 203.0.113.9"},
           {"", "\"203.0.113.9\"", "ip 203.0.113.9"},
           {"", "203.0.113.9:443", "ip 203.0.113.9"},
           {"", "198.51.100.77/24", "ip 198.51.100.0/24"},
           {"", "::ffff:203.0.113.9", "ip 203.0.113.9"},
           {"", "2001:0DB8:0:0::1", "ip 2001:db8::1"},
           {"", "2001:db8:1::/48", "ip 2001:db8:1::/48"},
           {"", "Evil.Example.", "domain evil.example"},
           {"", "*.evil.example", "domain evil.example"},
           {"", "evil[.]example", "domain evil.example"},
           {"", "evil[dot]example", "domain evil.example"},
           {"", "evil[[.]]example", "domain evil.example"},
           {"", "http://evil.example/a<#b>", "url http://evil.example/a"},
           {"", "惡意.example", "domain xn--7euxd.example"},
           {"", "hxxp://Evil.Example", "url http://evil.example/"},
           {"", "hxxps[:]//evil[.]example/A.exe#x", "url https://evil.example/A.exe"},
           {"", "http://u:p@evil.example:80/a?b=C", "url http://evil.example/a?b=C"},
           {"", "https://evil.example:8443/a", "url https://evil.example:8443/a"},
           {"", "evil.example/a", "url http://evil.example/a"},
           {"", "http://203.0.113.9/a", "url http://203.0.113.9/a"},
           {"", "44D88612FEA8A8F36DE82E1278ABB02F", "hash 44d88612fea8a8f36de82e1278abb02f"},
           {"", "Phish@Evil.Example", "mail phish@evil.example"},
           {"", "phish[@]evil[.]example", "mail phish@evil.example"},
           {"account", "SCHOOL\\Alice", "account school\\alice"},
           {"user", "王小明", "account 王小明"},
           {"", "", "wrong"},
           {"", "hello", "wrong"},
           {"ip", "300.1.1.1", "wrong"},
           {"", "300.1.1.1", "wrong"},
           {"ip", "203.0.113.9/33", "wrong"},
           {"domain", "a..b", "wrong"},
           {"domain", "113.-", "wrong"},
           {"domain", "evil.7-1", "wrong"},
           {"domain", "-evil.example", "wrong"},
           {"domain", "e_v-il.ex4mple", "domain e_v-il.ex4mple"},
           {"domain", "http://a.b/", "wrong"},
           {"hash", "44d88612fea8a8f36de82e1278abb02", "wrong"},
           {"mail", "@evil.example", "wrong"},
           {"account", "a b", "wrong"},
           {"url", "http:///x", "wrong"},
           {"url", "http://evil.example/a b", "wrong"},
           {"", "0.0.0.0/0", "dangerous"},
           {"", "203.0.0.0/7", "dangerous"},
           {"", "2001::/8", "dangerous"},
           {"", "10.1.2.3", "dangerous"},
           {"", "192.168.1.0/24", "dangerous"},
           {"", "127.0.0.1", "dangerous"},
           {"", "::1", "dangerous"},
           {"", "fe80::1", "dangerous"},
           {"domain", "com", "dangerous"},
           {"", "com.tw", "dangerous"},
           {"", "edu.tw", "dangerous"},
           {"domain", "localhost", "dangerous"},
           {"", "http://10.0.0.1/x", "dangerous"},
           {"", "d41d8cd98f00b204e9800998ecf8427e", "dangerous"},
           {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "dangerous"},
           {"", "00000000000000000000000000000000", "dangerous"},
           {"account", "root", "dangerous"},
       }) {
    EXPECT_EQ(shown(kind, text), expected) << kind << " " << text;
  }
  EXPECT_EQ(shown("", "10.1.2.3", Danger::taken), "ip 10.1.2.3");
  EXPECT_EQ(shown("", std::string(3000, 'a') + ".example"), "wrong");
}

std::string describe(const WatchlistReading& reading) {
  std::string out(watchlist_format_name(reading.format));
  out += ":";
  for (std::size_t row = 0; row < reading.table.size(); ++row) {
    const Indicator each = reading.table.indicator(row);
    out += " " + std::string(indicator_kind_name(each.kind)) + "=" + each.value;
    if (!each.source.empty()) out += " from " + each.source;
    if (!each.tlp.empty()) out += " tlp " + each.tlp;
    if (each.confidence >= 0) out += " confidence " + std::to_string(each.confidence);
    if (each.expires_ns != 0) out += " days " + std::to_string((each.expires_ns - kNow) / kDay);
    if (!each.comment.empty()) out += " (" + each.comment + ")";
    out += ";";
  }
  for (const WatchlistProblem& problem : reading.problems) {
    EXPECT_FALSE(problem.reason.en.empty());
    EXPECT_FALSE(problem.reason.zh.empty());
    out += " bad " + (problem.where.empty() ? std::to_string(problem.line) : problem.where) + ";";
  }
  if (reading.passed_over != 0) out += " passed " + std::to_string(reading.passed_over) + ";";
  if (reading.doubled != 0) out += " doubled " + std::to_string(reading.doubled) + ";";
  return out;
}

WatchlistReading read(std::string_view text, WatchlistFormat format = WatchlistFormat::automatic) {
  WatchlistDefaults defaults;
  defaults.now_ns = kNow;
  return read_watchlist(text, format, defaults);
}

TEST(Watchlist, TextAndCsvAreReadAsPeopleWriteThem) {
  struct Case {
    std::string_view why, text, expected;
  };
  for (const auto& [why, text, expected] : {
           Case{"one a line", "# feed\n203.0.113.9\r\n\n evil.example # seen at B\n; end", "text: ip=203.0.113.9; domain=evil.example (seen at B);"},
           {"a bad line is told and the rest is read", "203.0.113.9\nnonsense\nevil.example\n10.0.0.1\n", "text: ip=203.0.113.9; domain=evil.example; bad 2; bad 4;"},
           {"doubles are counted", "evil.example\nEVIL.example.\n", "text: domain=evil.example; doubled 1;"},
           {"a header names the columns", "type,indicator,tlp,confidence,comment\nip,203.0.113.9,TLP:AMBER,80,\"a, b\"\ndomain,evil.example,,,\n",
            "csv: ip=203.0.113.9 tlp amber confidence 80 (a, b); domain=evil.example;"},
           {"several values in one row", "ip,sha256,note\n203.0.113.9,275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f,c2\n",
            "csv: ip=203.0.113.9 (c2); hash=275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f (c2);"},
           {"expiry", "value;expires\nevil.example;2026-11-30\nold.example;2020-01-01\nbad.example;soon\n", "csv: domain=evil.example days 9; bad 4; passed 1;"},
           {"no header: value, kind, notes", "evil.example,domain,seen,twice\nalice,account\n", "csv: domain=evil.example (seen, twice); account=alice;"},
           {"a feed's header behind #", "# \"first_seen\",\"dst_ip\",\"dst_port\"\n\"2026-11-01 00:00:00\",\"203.0.113.9\",\"443\"\n", "csv: ip=203.0.113.9;"},
           {"Chinese headers", "類型,指標,備註\nip,203.0.113.9,中繼站\n", "csv: ip=203.0.113.9 (中繼站);"},
           {"TAB", "domain\tcomment\nevil.example\tx\n", "csv: domain=evil.example (x);"},
           {"a wrong marking", "value,tlp\nevil.example,purple\n", "csv: bad 2;"},
           {"lines in quotes keep the count", "value,comment\nevil.example,\"a\nb\"\nnonsense,\n", "csv: domain=evil.example (a b); bad 4;"},
           {"nothing", " \n", "text: bad 0;"},
           {"a byte order mark", "\xEF\xBB\xBFvalue,comment\nevil.example,x\n", "csv: domain=evil.example (x);"},
           {"CP950", "value,comment\nevil.example,\xA4\xA4\xC4~\xAF\xB8\n", "csv: domain=evil.example (中繼站);"},
       }) {
    EXPECT_EQ(describe(read(text)), expected) << why;
  }
}

TEST(Watchlist, StixPatternsAreTakenApart) {
  const auto terms = [](std::string_view pattern, Danger danger = Danger::refused) {
    const auto read = read_stix_pattern(pattern, danger);
    if (!read) return "refused: " + read.error().en;
    std::string out;
    for (const PatternTerm& term : *read)
      out += (out.empty() ? "" : ", ") + std::string(term.kind ? indicator_kind_name(*term.kind) : "?") + " " + term.value;
    return out;
  };
  EXPECT_EQ(terms("[ipv4-addr:value = '203.0.113.9']"), "ip 203.0.113.9");
  EXPECT_EQ(terms("[ipv4-addr:value='203.0.113.9' OR domain-name:value = 'evil.example']"), "ip 203.0.113.9, domain evil.example");
  EXPECT_EQ(terms("[url:value = 'http://evil.example/a'] OR [email-addr:value = 'a@evil.example'] WITHIN 300 SECONDS"),
            "url http://evil.example/a, mail a@evil.example");
  EXPECT_EQ(terms("[file:hashes.'SHA-256' = 'AB'] "), "hash AB");
  EXPECT_EQ(terms("[file:hashes.MD5 = 'ab' AND file:name = 'x.exe']"), "hash ab");
  EXPECT_EQ(terms("[ipv4-addr:value IN ('203.0.113.9', '203.0.113.10')]"), "ip 203.0.113.9, ip 203.0.113.10");
  EXPECT_EQ(terms("[ipv4-addr:value ISSUBSET '198.51.100.0/24']"), "ip 198.51.100.0/24");
  EXPECT_EQ(terms("[network-traffic:dst_ref.value = '203.0.113.9']"), "? 203.0.113.9");
  EXPECT_EQ(terms("[user-account:account_login = 'it\\'s']"), "account it's");
  EXPECT_EQ(terms("([domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'b.example'])"), "domain a.example, domain b.example");
  EXPECT_TRUE(terms("[domain-name:value = 'a.example' AND network-traffic:dst_port = 80]").starts_with("refused: pattern, character"));
  EXPECT_EQ(terms("[domain-name:value = 'a.example' AND network-traffic:dst_port = 80]", Danger::taken), "domain a.example");
  for (const std::string_view bad : {"", "x", "[", "[]", "[a = 'b']", "[ipv4-addr:value]", "[ipv4-addr:value = ]", "[ipv4-addr:value = 'x]",
                                     "[ipv4-addr:value = '203.0.113.9'", "[ipv4-addr:value = '203.0.113.9'] x", "[ipv4-addr:value != '203.0.113.9']",
                                     "[domain-name:value LIKE '%.example']", "[process:name = 'x']", "[ipv4-addr:value NOT = '203.0.113.9']"}) {
    EXPECT_TRUE(terms(bad).starts_with("refused")) << bad << ": " << terms(bad);
  }
  EXPECT_TRUE(terms(std::string(100, '(') + "[ipv4-addr:value = '203.0.113.9']").starts_with("refused"));
}

TEST(Watchlist, StixBundlesAndMispEventsAreRead) {
  EXPECT_EQ(describe(read(R"({"type":"bundle","id":"bundle--1","objects":[
    {"type":"identity","id":"identity--1","name":"CERT"},
    {"type":"marking-definition","id":"marking-definition--x","definition_type":"tlp","definition":{"tlp":"green"}},
    {"type":"indicator","id":"indicator--1","pattern_type":"stix","pattern":"[ipv4-addr:value = '203.0.113.9']","name":"c2",
     "valid_until":"2026-11-30T07:00:00Z","confidence":60,"created_by_ref":"identity--1","object_marking_refs":["marking-definition--x"]},
    {"type":"indicator","id":"indicator--2","pattern":"[domain-name:value = 'evil.example']","revoked":true},
    {"type":"indicator","id":"indicator--3","pattern_type":"sigma","pattern":"title: x"},
    {"type":"indicator","id":"indicator--4","pattern":"[oops"},
    {"type":"malware","id":"malware--1"}]})")),
            "stix: ip=203.0.113.9 from CERT tlp green confidence 60 days 10 (c2); bad objects[4].pattern; bad objects[5].pattern; passed 1;");
  EXPECT_EQ(describe(read(R"({"objects":[{"type":"indicator","id":"indicator--1","pattern":"[url:value = 'http://evil.example/x']",
    "object_marking_refs":["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"]}]})")),
            "stix: url=http://evil.example/x tlp red;");
  EXPECT_EQ(describe(read(R"({"Event":{"info":"釣魚","Orgc":{"name":"TWCERT"},"Tag":[{"name":"tlp:amber"}],
    "Attribute":[{"type":"ip-dst","value":"203.0.113.9","to_ids":true,"comment":"c2","Tag":[{"name":"tlp:red"}]},
                 {"type":"ip-dst","value":"203.0.113.10","to_ids":false},
                 {"type":"domain|ip","value":"evil.example|203.0.113.11","to_ids":true},
                 {"type":"yara","value":"rule x {}","to_ids":true},
                 {"type":"ip-src","value":"10.0.0.1","to_ids":true}],
    "Object":[{"name":"file","Attribute":[{"type":"filename|sha256","value":"x.exe|275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f","to_ids":true}]}]}})")),
            "misp: ip=203.0.113.9 from TWCERT tlp red (c2); domain=evil.example from TWCERT tlp amber (釣魚); ip=203.0.113.11 from TWCERT tlp amber (釣魚); "
            "hash=275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f from TWCERT tlp amber (釣魚); bad Event.Attribute[4].value; passed 2;");
  EXPECT_EQ(describe(read(R"({"response":[{"Event":{"Attribute":[{"type":"md5","value":"44d88612fea8a8f36de82e1278abb02f","to_ids":true}]}}]})")),
            "misp: hash=44d88612fea8a8f36de82e1278abb02f;");
  EXPECT_EQ(describe(read(R"({"5a1b":{"info":"x","date":"2026-01-01"}})")), "stix: bad 0;") << "a manifest";
  EXPECT_EQ(describe(read("{\"type\":\"bundle\",\n\"objects\":[")), "stix: bad 2;") << "broken off";
  EXPECT_EQ(describe(read(std::string(1000, '[') + "{")), "stix: bad 1;") << "nested";
  EXPECT_EQ(describe(read("{\"a\":" + std::string(1000, '['))), "stix: bad 1;") << "nested";
  EXPECT_EQ(describe(read("[1,2]", WatchlistFormat::misp)), "misp: bad 0;");
}

TEST(Watchlist, HasLimits) {
  WatchlistLimits limits;
  limits.indicators_max = 2;
  limits.problems_max = 1;
  const auto reading = read_watchlist("a.example\nx\ny\nb.example\nc.example\nd.example\n", WatchlistFormat::text, {}, limits);
  EXPECT_EQ(reading.table.size(), 2U);
  EXPECT_EQ(reading.problems.size(), 1U);
  EXPECT_EQ(reading.refused, 3U) << "two bad ones, and one that says the list is full";
}

TEST(IndicatorTable, ComesBackFromItsChunks) {
  IndicatorTable table;
  for (int i = 0; i < 1000; ++i) {
    Indicator each;
    each.kind = IndicatorKind::domain;
    each.value = "h" + std::to_string(i) + ".example";
    each.comment = i == 7 ? "tab\there\nand there" : "";
    each.tlp = "amber";
    each.source = "CERT";
    each.added_ns = kNow;
    each.expires_ns = kNow + kDay;
    each.confidence = i % 101;
    EXPECT_TRUE(table.add(each, 41));
    EXPECT_FALSE(table.add(each, 42));
  }
  IndicatorTable again;
  table.write_chunks([&](unsigned, std::string&& text) { EXPECT_TRUE(again.read_chunk(text)); });
  ASSERT_EQ(again.size(), table.size());
  const std::size_t row = again.find(IndicatorKind::domain, "h7.example");
  ASSERT_LT(row, again.size());
  EXPECT_EQ(again.comment(row), "tab here and there");
  EXPECT_EQ(again.tlp(row), "amber");
  EXPECT_EQ(again.source(row), "CERT");
  EXPECT_EQ(again.confidence(row), 7);
  EXPECT_EQ(again.since(row), 41U);
  EXPECT_EQ(again.expires_ns(row), kNow + kDay);
  EXPECT_FALSE(IndicatorTable().read_chunk("2\nwhatever"));
  EXPECT_FALSE(IndicatorTable().read_chunk("1\nip\tx\n"));
}

std::shared_ptr<const WatchlistIndex> index_of(std::string_view text, std::vector<std::string> organisations = {}) {
  WatchlistDefaults defaults;
  defaults.now_ns = kNow;
  defaults.source = "CERT";
  auto reading = read_watchlist(text, WatchlistFormat::automatic, defaults);
  EXPECT_TRUE(reading.problems.empty()) << reading.problems[0].reason.en;
  return std::make_shared<const WatchlistIndex>(std::vector<Watchlist>{
      {"list", "名單", std::move(organisations), std::make_shared<const IndicatorTable>(std::move(reading.table))}});
}

TEST(WatchlistIndex, FindsIndicatorsAtTheBordersOfWords) {
  constexpr std::string_view kLists =
      "value,kind\n203.0.113.9,ip\n198.51.100.0/24,ip\n2001:db8::1,ip\n2001:db8:5::/48,ip\nevil.example,domain\n惡意.example,domain\n"
      "http://files.example/a.exe,url\n44d88612fea8a8f36de82e1278abb02f,hash\nphish@mail.example,mail\n";
  const auto index = index_of(std::string(kLists) + "alice,account\n王小明,account\n");
  const auto without_accounts = index_of(kLists);
  const auto found = [&](std::string_view text) {
    std::vector<IndicatorRef> refs;
    index->find(text, refs);
    std::string out;
    for (const IndicatorRef ref : refs) out += (out.empty() ? "" : ", ") + std::string(index->table(ref).value(ref.row));
    std::erase_if(refs, [&](IndicatorRef ref) { return index->table(ref).kind(ref.row) == IndicatorKind::account; });
    std::vector<IndicatorRef> same;
    without_accounts->find(text, same);
    EXPECT_EQ(refs, same) << "looking for words or not finds the same else: " << text;
    return out;
  };
  struct Case {
    std::string_view text, expected;
  };
  for (const auto& [text, expected] : {
           Case{"to 203.0.113.9 port 443", "203.0.113.9"},
           {"203.0.113.9", "203.0.113.9"},
           {"dst=203.0.113.9:443", "203.0.113.9"},
           {"outside:203.0.113.9/443", "203.0.113.9"},
           {"gone 203.0.113.9.", "203.0.113.9"},
           {"[203.0.113.9]", "203.0.113.9"},
           {"連線至203.0.113.9被阻擋", "203.0.113.9"},
           {"203.0.113.90 and 1203.0.113.9", ""},
           {"1.203.0.113.9", ""},
           {"::ffff:203.0.113.9", "203.0.113.9"},
           {"198.51.100.200", "198.51.100.0/24"},
           {"198.51.101.200", ""},
           {"from 2001:db8::1: no", "2001:db8::1"},
           {"2001:0DB8:0:0:0:0:0:1", "2001:db8::1"},
           {"[2001:db8:5:9::7]:443", "2001:db8:5::/48"},
           {"12:34:56 a::b", ""},
           {"query: evil.example IN A", "evil.example"},
           {"WWW.Evil.EXAMPLE.", "evil.example"},
           {"notevil.example", ""},
           {"evil.example.org", ""},
           {"x@evil.example", "evil.example"},
           {R"({"m":"a\nevil.example"})", "evil.example"},
           {"u=http%3A%2F%2Fevil.example%2F", "evil.example"},
           {"網域evil.example遭查詢", "evil.example"},
           {"xn--7euxd.example", "xn--7euxd.example"},
           {"惡意.example", "xn--7euxd.example"},
           {"GET http://files.example/b.exe", "http://files.example/a.exe"},
           {"sub.files.example", ""},
           {"md5=44D88612FEA8A8F36DE82E1278ABB02F", "44d88612fea8a8f36de82e1278abb02f"},
           {"a44d88612fea8a8f36de82e1278abb02f", ""},
           {"44d88612fea8a8f36de82e1278abb02f.exe", "44d88612fea8a8f36de82e1278abb02f"},
           {"from=<Phish@mail.example>", "phish@mail.example"},
           {"from=phish@mail.example,", "phish@mail.example"},
           {"dr.phish@mail.example", ""},
           {"user alice from", "alice"},
           {"malice", ""},
           {"user=王小明 login", "王小明"},
           {"", ""},
       }) {
    EXPECT_EQ(found(text), expected) << text;
  }
  EXPECT_EQ(found(std::string(100'000, 'a') + "."), "");
  std::vector<IndicatorRef> none;
  WatchlistIndex().find("203.0.113.9 evil.example", none);
  EXPECT_TRUE(none.empty());
}

TEST(WatchlistIndex, HoldsListsOfNothingButNamesOfTwoSpellings) {
  for (const int count : {1, 8, 10, 16, 100}) {
    std::string list;
    for (int i = 0; i < count; ++i) list += "惡意" + std::to_string(i) + ".example\n";
    const auto index = index_of(list);
    std::vector<IndicatorRef> found;
    index->find("dns: 惡意" + std::to_string(count - 1) + ".example", found);
    EXPECT_EQ(found.size(), 1U) << count;
  }
}

TEST(WatchlistIndex, UrlsGoOnOnlyWhereAPathDoes) {
  const auto stands = [](std::string_view url, std::string_view text) { return url_stands_in(text, split_url(url)); };
  EXPECT_TRUE(stands("http://a.example/x", "GET http://a.example/x HTTP/1.1"));
  EXPECT_TRUE(stands("http://a.example/x", "https://A.example:443/x?y=1"));
  EXPECT_TRUE(stands("http://a.example/x", "a.example/x/y"));
  EXPECT_FALSE(stands("http://a.example/x", "http://a.example/xy"));
  EXPECT_FALSE(stands("http://a.example/x", "http://a.example/"));
  EXPECT_FALSE(stands("http://a.example/x", "http://ba.example/x"));
  EXPECT_TRUE(stands("http://a.example/", "http://a.example"));
  EXPECT_TRUE(stands("http://a.example:8080/x", "http://a.example:8080/x"));
  EXPECT_FALSE(stands("http://a.example:8080/x", "http://a.example/x"));
}

/// Feeds messages as the daemon does.
struct Feed {
  explicit Feed(std::shared_ptr<const WatchlistIndex> index) {
    watch.use(std::move(index));
    source.peer = "192.0.2.1";
    source.host = "fw1";
    source.organisation = "school-a";
  }
  std::vector<Detection> line(std::string_view frame, double second) {
    Arena arena;
    ParseContext context;
    context.received_ns = kNow + static_cast<std::int64_t>(second * 1e9);
    context.peer = source.peer;
    const SyslogHeader header = parse_syslog_header(frame, context, arena);
    Observation observation;
    observation.header = &header;
    observation.format = detect_format(header);
    observation.source = &source;
    observation.sequence = ++sequence;
    observation.received_ns = observation.event_ns = context.received_ns;
    std::vector<Detection> out;
    watch.observe(observation, out);
    return out;
  }
  WatchlistWatch watch;
  Source source;
  std::uint64_t sequence = 0;
};

std::string field(const Detection& detection, std::string_view name) {
  for (const auto& [key, value] : detection.fields) {
    if (key == name) return value;
  }
  return {};
}

constexpr std::string_view kForti =
    "<189>date=2026-11-20 time=15:00:00 devname=\"F\" devid=\"F\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" "
    "srcip=10.1.1.5 srcport=50000 dstip=203.0.113.9 dstport=443 action=\"deny\" hostname=\"files.example\" url=\"/a.exe\"";

TEST(WatchlistWatch, AHitSaysWhatWhereAndWho) {
  Feed feed(index_of("value,tlp,comment,confidence\n203.0.113.9,amber,c2 server,\nhttp://files.example/a.exe,,,50\n"));
  const auto fired = feed.line(kForti, 0);
  ASSERT_EQ(fired.size(), 2U);
  const Detection& hit = fired[0].rule->id.starts_with("watchlist-ip") ? fired[0] : fired[1];
  EXPECT_EQ(hit.rule->id, "watchlist-ip-high");
  EXPECT_EQ(hit.rule->title_zh, "連線至情資名單上的位址");
  EXPECT_EQ(field(hit, "threat.indicator.ip"), "203.0.113.9");
  EXPECT_EQ(field(hit, "threat.indicator.type"), "ipv4-addr");
  EXPECT_EQ(field(hit, "threat.feed.name"), "名單");
  EXPECT_EQ(field(hit, "threat.indicator.provider"), "CERT");
  EXPECT_EQ(field(hit, "threat.indicator.marking.tlp"), "amber");
  EXPECT_EQ(field(hit, "threat.indicator.description"), "c2 server");
  EXPECT_EQ(field(hit, "vigil.watchlist.fields"), "destination.ip");
  EXPECT_EQ(field(hit, "event.action"), "deny") << "what became of it is kept";
  const std::pair<std::string, std::string> victim{"source.ip", "10.1.1.5"}, master{"destination.ip", "203.0.113.9"};
  EXPECT_NE(std::find(hit.entities.begin(), hit.entities.end(), victim), hit.entities.end());
  EXPECT_NE(std::find(hit.entities.begin(), hit.entities.end(), master), hit.entities.end());
  const Detection& url = &hit == &fired[0] ? fired[1] : fired[0];
  EXPECT_EQ(url.rule->id, "watchlist-url-medium") << "host and path stand apart";
}

TEST(WatchlistWatch, OnlyTheMessagesThatAreMeantHit) {
  const std::string_view query = "<30>Nov 20 15:00:00 dns1 named[1]: client @0x1 10.1.1.5#5000 (www.evil.example): query: www.evil.example IN A + (10.1.1.1)";
  EXPECT_EQ(Feed(index_of("evil.example")).line(query, 0).size(), 1U);
  EXPECT_TRUE(Feed(index_of("evil.example", {"school-b"})).line(query, 0).empty()) << "another organisation's list";
  EXPECT_TRUE(Feed(index_of("value,expires\nevil.example,2026-11-21\n")).line(query, 2 * 86400).empty()) << "expired";
  EXPECT_EQ(Feed(index_of("value,expires\nevil.example,2026-11-21\n")).line(query, 60).size(), 1U) << "not yet";
  EXPECT_TRUE(Feed(index_of("value,kind\nnamed,account\n")).line(query, 0).empty()) << "a word, but no account";
  EXPECT_EQ(Feed(index_of("value,kind\nbob,account\n"))
                .line("<86>Nov 20 15:00:00 srv1 sshd[1]: Accepted password for bob from 203.0.113.7 port 5 ssh2", 0).size(), 1U);
  EXPECT_TRUE(Feed(index_of("http://files.example/other.exe")).line(kForti, 0).empty()) << "the host alone";
}

TEST(WatchlistWatch, RepetitionIsFoldedWithItsCountAndSurvivesARestart) {
  const auto index = index_of("203.0.113.9");
  Feed feed(index);
  EXPECT_EQ(feed.line(kForti, 0).size(), 1U);
  for (int i = 1; i <= 50; ++i) EXPECT_TRUE(feed.line(kForti, i).empty());
  std::vector<Watcher::WindowEdit> edits;
  feed.watch.take_edits(edits);
  ASSERT_EQ(edits.size(), 1U);

  Feed again(index);
  again.sequence = feed.sequence;
  again.watch.restore(edits[0].key, edits[0].value);
  EXPECT_TRUE(again.line(kForti, 60).empty());
  std::vector<Detection> out;
  again.watch.flush(kNow + 100'000'000'000, out);
  EXPECT_TRUE(out.empty()) << "the window is still open";
  again.watch.flush(kNow + 700'000'000'000, out);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].count, 51U);
  EXPECT_EQ(out[0].first_ns, kNow + 1'000'000'000);
  EXPECT_EQ(out[0].last_ns, kNow + 60'000'000'000);
  EXPECT_LE(out[0].references.size(), 10U);
  again.watch.flush(kNow + 1'400'000'000'000, out);
  EXPECT_EQ(out.size(), 1U) << "told once";
  edits.clear();
  again.watch.take_edits(edits);
  ASSERT_EQ(edits.size(), 1U);
  EXPECT_TRUE(edits[0].value.empty()) << "forgotten";
}

TEST(WatchlistWatch, AnIndicatorWatchesFromItsRecordOn) {
  IndicatorTable table;
  Indicator each;
  each.value = "203.0.113.9";
  table.add(each, 3);
  Feed feed(std::make_shared<const WatchlistIndex>(
      std::vector<Watchlist>{{"l", "l", {}, std::make_shared<const IndicatorTable>(std::move(table))}}));
  EXPECT_TRUE(feed.line(kForti, 0).empty());
  EXPECT_TRUE(feed.line(kForti, 1).empty());
  EXPECT_EQ(feed.line(kForti, 2).size(), 1U);
}

TEST(DetectionCodec, GivesBackWhatWasWritten) {
  Feed feed(index_of("203.0.113.9"));
  const Detection hit = feed.line(kForti, 0).at(0);
  const auto rule_of = [](std::string_view id) { return watchlist_rule(id); };
  const auto again = read_detection(write_detection(hit), rule_of);
  ASSERT_TRUE(again);
  EXPECT_EQ(write_detection(*again), write_detection(hit));
  for (const std::string_view bad : {"", "{}", "[]", "{\"v\":2}", "{\"v\":1,\"rule\":\"x\"}"}) EXPECT_FALSE(read_detection(bad, rule_of)) << bad;
}

TEST(FuzzCorpus, WatchlistsKeepTheirProperties) { EXPECT_GT(replay("watchlist", fuzz_watchlist_input), 3U); }

}  // namespace
}  // namespace vigil::test
