#include "storage/logql.h"

#include <gtest/gtest.h>

#include <cmath>

#include "storage/logql_eval.h"
#include "tests/storage/fake_archive.h"

namespace vigil {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kNow = 1'795'158'000 * kSecond;  // 2026-11-20T07:00:00Z

/// A small archive; the letter is what the tables below call a record.
class Logql : public testing::Test {
 protected:
  Logql() {
    auto school = FakeArchive::make_source("school-a");
    auto core = FakeArchive::make_source("school-b");
    core->system = "grades";
    auto http = FakeArchive::make_source("school-a");
    http->transport = "http";
    add("<35>Nov 20 14:59:00 srv1 sshd[123]: Failed password for Root from 203.0.113.9 port 4242 ssh2",
        school);  // a
    add("<38>Nov 20 14:59:10 srv1 sshd[124]: Accepted password for adm from 10.0.0.5 port 99 ssh2",
        school);                                                                                 // b
    add("<12>Nov 20 14:59:20 fw user=\"Root\" src=203.0.113.9 sentbyte=500 action=deny", core);  // c
    add("{\"log\":{\"level\":\"Error\"},\"http\":{\"code\":503},\"msg\":\"[x] a.b(c)\",\"n\":-2.5}",
        http);                                                            // d
    add("<15>Nov 20 14:59:40 pc7 app: \xB5\x6E\xA4\x4A Failed", school);  // e: Big5 登入
  }
  void add(std::string_view raw, std::shared_ptr<Source> source) {
    archive_.add(raw, kNow, std::move(source));
  }

  /// Letters of the records a selection means, or the mistake.
  std::string matching(std::string_view text) {
    const auto query = LogqlQuery::parse(text);
    if (!query) return query.error().render(text);
    if (query->selection() == nullptr) return "a metric";
    SearchRequest request;
    request.range.organisations = {"*"};
    request.range.newest_first = false;
    std::string letters;
    const auto summary = search(archive_, query->selection()->query(), request, [&](const SearchRow& row) {
      letters.push_back(static_cast<char>('a' + row.record->sequence - 1));
      return true;
    });
    return summary ? letters : summary.error().what;
  }

  /// The labels of record `letter`: "host=srv1 …".
  std::string labels(std::string_view text, char letter) {
    const auto query = LogqlQuery::parse(text);
    if (!query || query->selection() == nullptr) return "no selection";
    const StoredRecord record = archive_.record(static_cast<std::uint64_t>(letter - 'a' + 1));
    LazyEvent subject;
    subject.reset(record);
    Labels found;
    LabelReader(*query->selection()).read(subject, found);
    std::string out;
    for (const auto& [name, value] : found) out += (out.empty() ? "" : " ") + name + "=" + value;
    return out;
  }

  /// Series one after the other, as `{host=srv1} 1 2 -;`: `-` where there is no sample.
  std::string metric(std::string_view text, SampleTimes times) {
    const auto query = LogqlQuery::parse(text);
    if (!query) return query.error().render(text);
    if (query->metric() == nullptr) return "no metric";
    MetricRequest request;
    request.organisations = {"*"};
    request.times = times;
    const auto answer = evaluate_metric(archive_, *query->metric(), request);
    if (!answer) return answer.error().what;
    std::string out;
    for (const Series& series : answer->series) {
      out += "{";
      for (const auto& [name, value] : series.labels)
        out += (out.back() == '{' ? "" : ",") + name + "=" + value;
      out += "}";
      for (std::size_t i = 0; i < series.values.size(); ++i) {
        char text_of[32];
        std::snprintf(text_of, sizeof text_of, " %g", series.values[i]);
        out += series.present[i] ? text_of : " -";
      }
      out += ";";
    }
    return out;
  }

  FakeArchive archive_{2};
};

struct MatchCase {
  std::string_view why, query, expected;
};

constexpr MatchCase kMatches[] = {
    {"an empty selector is everything", "{}", "abcde"},
    {"job is everything", "{job=\"vigil\"}", "abcde"},
    {"no other job", "{job!=\"vigil\"}", ""},
    {"a job by regular expression", "{job=~\"vig.*\"}", "abcde"},
    {"a label", "{org=\"school-b\"}", "c"},
    {"its opposite", "{org!=\"school-b\"}", "abde"},
    {"labels are compared letter for letter", "{org=\"School-B\"}", ""},
    {"a label's regular expression covers the whole value", "{org=~\"school\"}", ""},
    {"… unless it says so", "{org=~\"school-.\"}", "abcde"},
    {"… and not", "{org!~\".*-a\"}", "c"},
    {"brackets of a regular expression stay its own", "{org=~\"x|school-b\"}", "c"},
    {"a label that a record lacks is empty", "{system=\"\"}", "abde"},
    {"… and not empty elsewhere", "{system!=\"\"}", "c"},
    {"… and meets what meets nothing", "{system=~\".*\"}", "abcde"},
    {"… but not what needs something", "{system=~\".+\"}", "c"},
    {"several labels", "{org=\"school-a\", level=\"error\",}", "ad"},
    {"levels by severity and by the document's own", "{level=\"error\"}", "ad"},
    {"the other name of the level", "{detected_level=\"warn\"}", "c"},
    {"the name of a service", "{service_name=\"sshd\"}", "ab"},
    {"a record without one", "{service_name=\"unknown_service\"}", "cd"},
    {"… and its opposite", "{service_name!=\"unknown_service\"}", "abe"},
    {"any of a record's kinds", "{kind=\"logon\"}", "ab"},
    {"a field by underscores", "{source_ip=\"203.0.113.9\"}", "ac"},
    {"a field in quotes", "{\"source.ip\"=\"203.0.113.9\"}", "ac"},
    {"a header's field", "{log_syslog_severity_code=\"3\"}", "a"},
    {"a vendor's field by its short name", "{http_code=~\"5..\"}", "d"},
    {"field values keep their case", "{} | user_name=\"root\"", ""},
    {"… letter for letter", "{} | user_name=\"Root\"", "ac"},
    {"a text in the line", "{} |= \"Failed\"", "ae"},
    {"letter for letter", "{} |= \"failed\"", ""},
    {"inside a word", "{} |= \"aile\"", "ae"},
    {"with blanks", "{} |= \" password for \"", "ab"},
    {"an empty text is in every line", "{} |= ``", "abcde"},
    {"not in the line", "{} != \"Failed\"", "bcd"},
    {"nothing in it is special", "{} |= \"[x] a.b(c)\"", "d"},
    {"stars neither", "{} |= \"*\"", ""},
    {"decoded from Big5", "{} |= \"登入\"", "e"},
    {"by code points", "{} |= \"\\u767b\\u5165\"", "e"},
    {"one of several", "{} |= \"Accepted\" or \"登入\" or `deny`", "bce"},
    {"none of several", "{} != \"Accepted\" or \"登入\"", "acd"},
    {"one after the other", "{} |= \"password\" != \"Accepted\"", "a"},
    {"a regular expression, anywhere", "{} |~ \"port [0-9]{2} \"", "b"},
    {"without case where it says so", "{} |~ `(?i)FAILED`", "ae"},
    {"not the regular expression", "{} !~ \"port|src\"", "de"},
    {"parsers change nothing in what is meant", "{} | json | logfmt | decolorize", "abcde"},
    {"their flags are understood", "{} | logfmt --strict --keep-empty", "abcde"},
    {"numbers", "{} | json | http_code >= 500", "d"},
    {"numbers below", "{} | http_code < 503", ""},
    {"numbers below zero", "{} | n = -2.5", "d"},
    {"a number unlike", "{} | sentbyte != 1", "c"},
    {"a field of a name that ECS took over", "{} | source_bytes = 500", "c"},
    {"one or the other", "{} | http_code = 503 or source_ip = \"10.0.0.5\"", "bd"},
    {"and, comma and blank are one", "{} | level=\"error\" and org=\"school-a\", http_code=503 n<0", "d"},
    {"and binds closer than or", "{} | level=\"warn\" or level=\"error\" and service_name=\"sshd\"", "ac"},
    {"parentheses", "{} | (level=\"warn\" or level=\"error\") and org=\"school-a\"", "ad"},
    {"a network", "{} | source_ip = ip(\"10.0.0.0/8\")", "b"},
    {"an address outside", "{} | source_ip != ip(\"203.0.113.9\")", "bde"},
    {"a dropped label is empty", "{} | drop org | org=\"\"", "abcde"},
    {"a label that is not kept is empty", "{} | keep level | org!=\"\"", ""},
    {"Loki's error marks are never there", "{} | json | __error__=\"\"", "abcde"},
    {"in parentheses, as Grafana's editor writes it", "({job=\"vigil\"} |= \"deny\")", "c"},
    {"comments and line breaks", "{ # all\n org=\"school-b\" # b\n}\n  |= \"deny\" # denied", "c"},
    {"a filter before a parser and one after", "{} |= \"port\" | json | source_ip=\"10.0.0.5\"", "b"},
    {"a metric is no selection", "rate({}[1m])", "a metric"},
};

TEST_F(Logql, SelectsWhatLokiWould) {
  for (const auto& [why, query, expected] : kMatches)
    EXPECT_EQ(matching(query), expected) << why << "\n  " << query;
}

TEST_F(Logql, KnowsTheLabelsThatASenderGave) {
  auto http = FakeArchive::make_source();
  http->transport = "http";
  add("{\"labels\":{\"app\":\"shop\",\"job\":\"x\"},\"msg\":\"sold\"}", http);  // f
  EXPECT_EQ(matching("{app=\"shop\"}"), "f");
  EXPECT_EQ(matching("{app!=\"shop\"}"), "abcde");
  EXPECT_EQ(labels("{} | drop detected_level, kind, listener, source, host, org, service_name", 'f'),
            "app=shop job=vigil job_extracted=x level=unknown");
  EXPECT_EQ(metric("sum by (app) (count_over_time({}[1h]))", {kNow + 1, kSecond, 1}), "{} 5;{app=shop} 1;");
}

TEST_F(Logql, KnowsHowBadARecordIs) {
  auto http = FakeArchive::make_source(), syslog = FakeArchive::make_source();
  http->transport = "http";
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"{\"level\":\"WARNING\",\"a\":1}", "warn"},     {"{\"severity\":\"fatal\",\"a\":1}", "critical"},
      {"{\"labels\":{\"level\":\"trace\"}}", "debug"}, {"{\"log\":{\"level\":\"notice\"}}", "info"},
      {"{\"level\":\"odd\",\"a\":1}", "unknown"},      {"{\"level\":30,\"a\":1}", "unknown"},
  };
  for (const auto& [raw, level] : cases) {
    add(raw, http);
    const char letter = static_cast<char>('a' + archive_.size() - 1);
    EXPECT_EQ(labels("{} | keep level", letter), "level=" + std::string(level)) << raw;
  }
  add("no priority at all", syslog);
  EXPECT_EQ(labels("{} | keep level", 'l'), "level=info");
}

TEST_F(Logql, ShowsLabels) {
  EXPECT_EQ(
      labels("{}", 'a'),
      "detected_level=error host=srv1 job=vigil kind=logon level=error listener=syslog-udp:0.0.0.0:5514 "
      "org=school-a service_name=sshd source=192.0.2.10");
  EXPECT_EQ(labels("{} | keep level, host", 'c'), "host=fw level=warn");
  EXPECT_EQ(labels("{} | json | keep http_code, n, job", 'd'), "http_code=503 job=vigil n=-2.5");
  EXPECT_EQ(labels("{} | keep http_code", 'd'), "") << "fields are labels behind a parser only";
  EXPECT_EQ(labels("{} | drop detected_level, kind, listener, source | drop job", 'b'),
            "host=srv1 level=info org=school-a service_name=sshd");
}

struct Mistake {
  std::string_view why, query, expected;
};

constexpr Mistake kMistakes[] = {
    {"nothing", "", "0: unexpected the end of the query; a selector such as {job=\"vigil\"}, or a metric"},
    {"a selector without an end", "{a=\"b\"", "6: unexpected the end of the query; ',' or '}'"},
    {"no value", "{a=}", "3: unexpected '}'; a text in quotes after '='"},
    {"no operator", "{a}", "2: unexpected '}'; = != =~ or !~ after the label"},
    {"a number in a selector", "{a=5}", "3: unexpected '5'; a text in quotes after '='"},
    {"a comparison in a selector", "{a>5}", "2: unexpected '>'; = != =~ or !~ after the label"},
    {"no text after a line filter", "{} |= foo", "6: unexpected 'foo'; a text in quotes after '|='"},
    {"ip() of a line", "{} |= ip(\"10.0.0.5\")",
     "6: unexpected 'ip'; a text (ip() is understood of labels only)"},
    {"no network", "{} | a = ip(\"10.0.0\")",
     "12: this is no address and no network; ip(\"10.0.0.5\") or ip(\"10.0.0.0/8\")"},
    {"a text without an end", "{a=\"b}", "3: the text that begins here has no end; a closing \""},
    {"an escape that is none", "{a=\"\\q\"}",
     "4: this escape is not known in a text between quotes; \\\" \\\\ \\n \\t \\r \\xHH \\uHHHH, or "
     "backquotes around the "
     "text"},
    {"a regular expression that is none", "{a=~\"(\"}",
     "4: the regular expression cannot be used: missing ): (; RE2 syntax"},
    {"one that would be one between brackets", "{a=~\"a)|(b\"}",
     "4: the regular expression cannot be used: unexpected ): a)|(b; RE2 syntax"},
    {"a stage that is not understood", "{} | line_format \"x\"",
     "5: unexpected 'line_format'; json, logfmt, drop, keep or a label filter ('line_format' is not "
     "supported)"},
    {"a pattern filter", "{} |> \"x\"",
     "3: unexpected '|>'; |= != |~ or !~ (pattern filters are not supported)"},
    {"a parser's parameters", "{} | json a=\"b\"",
     "10: unexpected 'a'; '|' or the end: events are parsed already and all their fields are labels"},
    {"a length of time compared", "{} | a > 5s", "9: unexpected '5s'; a number after '>'"},
    {"drop by value", "{} | drop a=\"b\"",
     "11: unexpected '='; ',' or '|' (labels are dropped and kept whole, not by value)"},
    {"an open parenthesis", "{} | (a=\"b\"", "11: unexpected the end of the query; ')'"},
    {"no range", "rate({})", "7: unexpected ')'; '|' or a range such as [5m]"},
    {"a range that is none", "rate({}[5])", "8: unexpected '5'; a length of time such as 5m"},
    {"a range longer than logs are kept", "rate({}[11y])",
     "8: unexpected '11y'; a length of time of at most 10y"},
    {"an offset of nothing", "rate({}[5m] offset x)", "19: unexpected 'x'; a length of time such as 5m"},
    {"a range without a function", "{}[5m]",
     "2: unexpected '['; a function around it, as in count_over_time({…}[5m])"},
    {"a selector inside an aggregation", "sum({})",
     "4: unexpected '{'; count_over_time, rate, bytes_over_time or bytes_rate around the selector"},
    {"a grouping of a range", "rate({}[5m]) by (a)",
     "13: unexpected 'by'; an aggregation for it, as in sum by (host) (…)"},
    {"topk without its number", "topk(rate({}[5m]))", "5: unexpected 'rate'; a whole number from 1 to 500"},
    {"a topk of nothing", "topk(0, rate({}[5m]))", "5: unexpected '0'; a whole number from 1 to 500"},
    {"a function that is none", "sums(rate({}[5m]))",
     "0: unexpected 'sums'; a selector such as {job=\"vigil\"}, a number, or one of count_over_time, rate, "
     "bytes_over_time, "
     "bytes_rate, sum, avg, min, max, count, topk, bottomk, vector"},
    {"set operators", "vector(1) or vector(2)",
     "10: unexpected 'or'; an arithmetic operator, a comparison or the end"},
    {"matching by some labels", "vector(1) + on (a) vector(2)",
     "12: unexpected 'on'; a metric: series are matched by all their labels"},
    {"something behind", "{} x", "3: unexpected 'x'; '|', an operator or the end"},
    {"a character without meaning", "{} ; x",
     "3: ';' has no meaning here; LogQL; texts stand in quotes or backquotes"},
    {"no number", "vector(5x)",
     "7: '5x' is neither a number nor a length of time; a number such as 1.5, or a length such as 5m or "
     "1h30m"},
    {"not UTF-8", "{a=\"\xFF\"}", "4: this is not UTF-8; text in UTF-8"},
};

TEST(LogqlParse, TellsAMistakeItsPlaceAndWhatWasExpected) {
  for (const auto& [why, query, expected] : kMistakes) {
    const auto parsed = LogqlQuery::parse(query);
    ASSERT_FALSE(parsed) << why;
    const QueryError& error = parsed.error();
    EXPECT_EQ(std::to_string(error.position) + ": " + error.what + "; " + error.expected, expected) << why;
    EXPECT_FALSE(error.what_zh.empty() || error.expected_zh.empty()) << why;
  }
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(LogqlParse, RefusesWhatWouldCostTooMuch) {
  const std::pair<std::string, std::string_view> cases[] = {
      {"{} |= \"x\"" + repeated(" or \"x\"", 10'000), "too long"},
      {"{} |= \"x\"" + repeated(" or \"x\"", 300), "too many conditions"},
      {"{" + repeated("a=\"b\",", 300) + "}", "too many conditions"},
      {"{}" + repeated(" |~ \"a\"", 17), "too many regular expressions"},
      {"{} | " + repeated("(", 1000), "nested too deep"},
      {repeated("(", 1000) + "{}", "nested too deep"},
      {repeated("sum(", 1000), "nested too deep"},
      {"1" + repeated("+1", 1000), "nested too deep"},
      {"1" + repeated("^1", 1000), "nested too deep"},
      {repeated("(", 1000) + "1", "nested too deep"},
      {"rate({}[1m])" + repeated("+rate({}[1m])", 9), "unexpected '('"},
      {"{a=~\"(a{1000}){1000}\"}", "regular expression cannot be used"},
  };
  for (const auto& [query, expected] : cases) {
    const auto parsed = LogqlQuery::parse(query);
    ASSERT_FALSE(parsed) << query.substr(0, 40);
    EXPECT_NE(parsed.error().what.find(expected), std::string::npos)
        << query.substr(0, 40) << ": " << parsed.error().what;
  }
}

// Records a to c and e at 6:59:00, 10, 20 and 40; d, without a time of its own, at 7:00:00.
constexpr SampleTimes kEveryTen{kNow - 60 * kSecond, 10 * kSecond, 8};  // 6:59:00 … 7:00:10

struct MetricCase {
  std::string_view why, query, expected;
};

constexpr MetricCase kMetrics[] = {
    {"Grafana's health check", "vector(1)+vector(1)", "{} 2 2 2 2 2 2 2 2;"},
    {"a record counts from its moment on", "sum(count_over_time({}[10s]))", "{} - 1 1 1 - 1 - 1;"},
    {"ranges that overlap", "sum(count_over_time({}[30s]))", "{} - 1 2 3 2 2 1 2;"},
    {"a range longer than everything", "sum(count_over_time({}[1h]))", "{} - 1 2 3 3 4 4 5;"},
    {"an offset", "sum(count_over_time({}[10s] offset 10s))", "{} - - 1 1 1 - 1 -;"},
    {"a rate is a second's", "sum(rate({}[10s]))", "{} - 0.1 0.1 0.1 - 0.1 - 0.1;"},
    {"bytes", "sum(bytes_over_time({service_name=\"sshd\"}[1h]))", "{} - 92 180 180 180 180 180 180;"},
    {"bytes a second", "sum(bytes_rate({} |= \"Failed password\"[10s]))", "{} - 9.2 - - - - - -;"},
    {"the range may stand before the filters", "sum(count_over_time({}[1h] |= \"Failed\"))",
     "{} - 1 1 1 1 2 2 2;"},
    {"by a label", "sum by (level) (count_over_time({}[1h]))",
     "{level=debug} - - - - - 1 1 1;{level=error} - 1 1 1 1 1 1 2;{level=info} - - 1 1 1 1 1 1;{level=warn} "
     "- - - 1 1 1 1 1;"},
    {"Grafana's log volume",
     "sum by (level, detected_level) (count_over_time({} |= \"deny\" | drop __error__[1h]))",
     "{detected_level=warn,level=warn} - - - 1 1 1 1 1;"},
    {"the grouping may stand behind", "sum(count_over_time({}[1h])) by (org)",
     "{org=school-a} - 1 2 2 2 3 3 4;{org=school-b} - - - 1 1 1 1 1;"},
    {"by a field", "sum by (user_name) (count_over_time({}[1h]))",
     "{} - - - - - 1 1 2;{user_name=Root} - 1 1 2 2 2 2 2;{user_name=adm} - - 1 1 1 1 1 1;"},
    {"without labels",
     "sum without (detected_level, host, kind, level, listener, service_name, source, system, job) "
     "(count_over_time({}[1h]))",
     "{org=school-a} - 1 2 2 2 3 3 4;{org=school-b} - - - 1 1 1 1 1;"},
    {"the largest", "topk(1, sum by (org) (count_over_time({}[1h])))", "{org=school-a} - 1 2 2 2 3 3 4;"},
    {"the smallest", "bottomk(1, sum by (org) (count_over_time({}[1h])))",
     "{org=school-a} - 1 2 - - - - -;{org=school-b} - - - 1 1 1 1 1;"},
    {"averages", "avg(sum by (org) (count_over_time({}[1h])))", "{} - 1 2 1.5 1.5 2 2 2.5;"},
    {"least and most",
     "max(sum by (org) (count_over_time({}[1h]))) - min(sum by (org) (count_over_time({}[1h])))",
     "{} - 0 0 1 1 2 2 3;"},
    {"how many series", "count(sum by (user_name) (count_over_time({}[1h])))", "{} - 1 2 2 2 3 3 3;"},
    {"arithmetic with a number", "2 * sum(count_over_time({}[1h])) + 1", "{} - 3 5 7 7 9 9 11;"},
    {"precedence", "2 + 3 * 2 ^ 2", "{} 14 14 14 14 14 14 14 14;"},
    {"signs", "-1 - -3", "{} 2 2 2 2 2 2 2 2;"},
    {"quotients of series",
     "sum(count_over_time({level=\"error\"}[1h])) / sum(count_over_time({}[1h])) * 100",
     "{} - 100 50 33.3333 33.3333 25 25 40;"},
    {"a comparison leaves out", "sum(count_over_time({}[1h])) > 3", "{} - - - - - 4 4 5;"},
    {"a number may stand on its left", "3 < sum(count_over_time({}[1h]))", "{} - - - - - 4 4 5;"},
    {"or says which", "sum(count_over_time({}[1h])) > bool 3", "{} - 0 0 0 0 1 1 1;"},
    {"nothing found", "sum(count_over_time({org=\"nobody\"}[1h]))", ""},
    {"divided by nothing", "vector(1) / vector(0)", "{} inf inf inf inf inf inf inf inf;"},
};

TEST_F(Logql, CountsWhatLokiWould) {
  for (const auto& [why, query, expected] : kMetrics)
    EXPECT_EQ(metric(query, kEveryTen), expected) << why << "\n  " << query;
}

TEST_F(Logql, CountsEachRecordOnceWhateverTheGrid) {
  for (const std::int64_t step : {1L, 7L, 13L, 60L}) {
    for (const std::int64_t shift : {0L, 1L, 999'999'999L}) {
      const SampleTimes times{kNow - 200 * kSecond + shift, step * kSecond,
                              static_cast<std::uint32_t>(400 / step + 1)};
      const auto query = LogqlQuery::parse("sum(count_over_time({}[" + std::to_string(step) + "s]))");
      ASSERT_TRUE(query);
      MetricRequest request;
      request.organisations = {"*"};
      request.times = times;
      const auto answer = evaluate_metric(archive_, *query->metric(), request);
      ASSERT_TRUE(answer);
      double sum = 0;
      for (const double value : answer->series.at(0).values) sum += value;
      EXPECT_EQ(sum, 5) << step << " " << shift;
    }
  }
}

TEST_F(Logql, SeesItsOrganisationsOnly) {
  const auto query = LogqlQuery::parse("sum(count_over_time({}[1h]))");
  MetricRequest request;
  request.organisations = {"school-b"};
  request.times = {kNow, kSecond, 1};
  const auto answer = evaluate_metric(archive_, *query->metric(), request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->series.at(0).values.at(0), 1);
}

TEST_F(Logql, StopsAtTooManySeries) {
  auto source = FakeArchive::make_source();
  for (int n = 0; n < 600; ++n) add("<13>Nov 20 14:59:00 h" + std::to_string(n) + " app: x", source);
  EXPECT_NE(
      metric("sum by (host) (count_over_time({}[1h]))", {kNow, kSecond, 1}).find("more than 500 series"),
      std::string::npos);
  EXPECT_EQ(metric("count(sum by (host) (count_over_time({}[1h])))", {kNow, kSecond, 1}), "{} 603;")
      << "more than are answered may be counted";
  EXPECT_EQ(metric("count(sum by (org) (count_over_time({}[1h])))", {kNow, kSecond, 1}), "{} 2;");
}

TEST_F(Logql, StopsAtTooMuchTextOfLabels) {
  auto source = FakeArchive::make_source();
  for (char c = 'a'; c <= 'z'; ++c) add("{\"k\":\"" + std::string(1024 * 1024, c) + "\",\"a\":1}", source);
  EXPECT_NE(metric("count(sum by (k) (count_over_time({}[1h])))", {kNow + 1, kSecond, 1}).find("too many"),
            std::string::npos);
}

TEST_F(Logql, StopsWhenCancelled) {
  const auto query = LogqlQuery::parse("rate({}[1m])");
  const std::function<bool()> cancelled = [] { return true; };
  MetricRequest request;
  request.organisations = {"*"};
  request.times = kEveryTen;
  request.cancelled = &cancelled;
  const auto answer = evaluate_metric(archive_, *query->metric(), request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, StoreErrc::cancelled);
}

}  // namespace
}  // namespace vigil
