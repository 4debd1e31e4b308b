// The way from a raw message to a detection; and that the prefilter never hides one.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "rules/compiled.h"
#include "rules/event_fields.h"
#include "rules/field_index.h"
#include "parsers/record.h"
#include "rules/log_routes.h"
#include "rules/verbatim.h"
#include "tests/rules/rule_tool.h"
#include "tests/rules/stream.h"

namespace vigil::test {
namespace {

std::shared_ptr<const RuleSet> builtin() {
  std::vector<RuleProblem> problems;
  return RuleSet::load_builtin(problems);
}

TEST(Watcher, AMatchCarriesWhoWhereAndWhat) {
  const std::string yaml =
      "title: T\nid: 42\nlevel: high\nlogsource: {category: webserver}\ndetection:\n  s: {url.path|endswith: /x.php}\n  condition: s\n";
  Stream stream(compile(yaml).rules);
  stream.source.core = true;
  const auto fired = stream.feed(
      "<190>Nov 20 15:00:00 web1 nginx: 203.0.113.9 - bob [20/Nov/2026:15:00:00 +0800] \"GET /x.php HTTP/1.1\" 200 5 \"-\" \"c\"", 1);
  ASSERT_EQ(fired.size(), 1U);
  const Detection& detection = fired[0];
  EXPECT_EQ(detection.rule->id, "42");
  EXPECT_EQ(detection.sequence, 1U);
  EXPECT_EQ(detection.references, std::vector<std::uint64_t>{1});
  EXPECT_EQ(detection.organisation, "school-a");
  EXPECT_EQ(detection.system, "grades");
  EXPECT_EQ(detection.host, "srv1");
  EXPECT_TRUE(detection.core);
  EXPECT_TRUE(detection.rule->weighs) << "a rule that does not say whether it opens a candidate is weighed";
  EXPECT_FALSE(detection.rule->opens_candidate);
  const std::vector<std::pair<std::string, std::string>> entities = {
      {"source.ip", "203.0.113.9"}, {"user.name", "bob"}, {"host.name", "web1"}};
  EXPECT_EQ(detection.entities, entities);
  EXPECT_NE(std::find(detection.fields.begin(), detection.fields.end(),
                      std::pair<std::string, std::string>("url.original", "/x.php")), detection.fields.end());
}

TEST(Watcher, TheLogSourceIsHeldAgainstTheEvents) {
  const auto rule = [](std::string_view source) {
    return "title: T\nlogsource: {" + std::string(source) + "}\ndetection:\n  k: [needle]\n  condition: k\n";
  };
  const auto fires = [&](std::string_view source, std::string_view frame) {
    Stream stream(compile(rule(source)).rules);
    return !stream.feed(frame, 1).empty();
  };
  constexpr std::string_view kSshd = "<86>Nov 20 15:00:00 srv1 sshd[1]: needle";
  constexpr std::string_view kForti = "<189>date=2026-11-20 time=15:00:00 devname=\"F\" devid=\"F\" logid=\"1\" type=\"traffic\" msg=\"needle\"";
  constexpr std::string_view kPlain = "<13>Nov 20 15:00:00 srv1 whatever: needle";
  EXPECT_TRUE(fires("product: linux, service: sshd", kSshd));
  EXPECT_TRUE(fires("product: linux", kSshd));
  EXPECT_TRUE(fires("service: sshd", kSshd));
  EXPECT_FALSE(fires("product: windows", kSshd));
  EXPECT_FALSE(fires("product: linux, service: cron", kSshd));
  EXPECT_TRUE(fires("category: firewall", kForti));
  EXPECT_TRUE(fires("product: fortigate, service: traffic", kForti));
  EXPECT_FALSE(fires("product: fortigate, service: event", kForti));
  EXPECT_TRUE(fires("definition: anything", kPlain)) << "no part named: any message";
  EXPECT_TRUE(fires("category: plain_text", kPlain));
  EXPECT_FALSE(fires("category: plain_text", kSshd));
  EXPECT_FALSE(fires("product: linux", kPlain));
}

TEST(Watcher, OrganisationsAndDrillsDoNotAddUp) {
  const auto pack = builtin();
  Stream stream(pack);
  Source other = stream.source, drill = stream.source;
  other.organisation = "school-b";
  drill.drill = true;
  for (int i = 0; i < 24; ++i) {
    const Source& source = i % 3 == 0 ? other : i % 3 == 1 ? drill : stream.source;
    const Source keep = stream.source;
    stream.source = source;
    stream.feed("<86>Nov 20 15:00:00 srv1 sshd[1]: Failed password for root from 203.0.113.9 port 1 ssh2", i);
    stream.source = keep;
  }
  EXPECT_EQ(stream.titles().find("Password guessing"), std::string::npos) << "eight failures each are not ten";
}

TEST(Watcher, EscapedJsonDoesNotHideAMatch) {
  const std::string yaml =
      "title: T\nlogsource: {product: windows, service: security}\ndetection:\n  s: {TargetUserName: administrator}\n  condition: s\n";
  Stream stream(compile(yaml).rules);
  const std::string head = "<14>1 2026-11-20T15:00:00+08:00 DC01 x - - - {\"EventID\":4625,\"Channel\":\"Security\",\"SourceName\":\"Microsoft-Windows-Security-Auditing\",\"TargetUserName\":\"";
  EXPECT_EQ(stream.feed(head + "Administrator\"}", 1).size(), 1U);
  EXPECT_EQ(stream.feed(head + "Admin\\u0069strator\"}", 2).size(), 1U);
  EXPECT_EQ(stream.feed(head + "nobody\"}", 3).size(), 0U);
}

TEST(Watcher, AFormatThatOnlyNewerProgramsKnowIsFoundOutAgain) {
  const std::string yaml =
      "title: T\nlogsource: {product: linux, service: sshd}\ndetection:\n  k: [needle]\n  condition: k\n";
  Watcher watcher(compile(yaml).rules);
  Arena arena;
  const SyslogHeader header = parse_syslog_header("<86>Nov 20 15:00:00 srv1 sshd[1]: needle", {}, arena);
  const Source source;
  for (const unsigned number : {static_cast<unsigned>(Format::sshd), unsigned{kFormatsMax}, 255U}) {
    Observation observation;
    observation.header = &header;
    observation.format = static_cast<Format>(number);
    observation.source = &source;
    std::vector<Detection> out;
    watcher.observe(observation, out);
    EXPECT_EQ(out.size(), 1U) << "format " << number;
  }
}

TEST(Watcher, RegularExpressionsOfKeywordsAreAskedBeforeParsingWithoutHidingAMatch) {
  struct Case {
    std::string_view why, modifier, expression, frame;
    bool fires, parsed;
  };
  constexpr std::string_view kText = "<13>Nov 20 15:00:00 srv1 whatever: needle 4711";
  constexpr std::string_view kQuoted =
      R"(<189>date=2026-11-20 time=15:00:00 devname="F" devid="F" logid="1" type="event" msg="say \"needle\" now")";
  constexpr Case kCases[] = {
      {"it stands there", "re", R"(needle \d{4})", kText, true, true},
      {"it does not: nobody reads the message", "re", R"(needle \d{8})", kText, false, false},
      {"an anchor is about a value", "re", "^needle", kText, true, true},
      {"so is the other kind of anchor", "re", R"(\Aneedle)", kText, true, true},
      {"and a look at what stands before", "re", "(?<!: )needle", kText, true, true},
      {"a value without its escapes", "re", "say .needle. now", kQuoted, true, true},
      {"case counts", "re", "NEEDLE (?=4)", kText, false, true},
      {"unless it does not", "re|i", "NEEDLE (?=4)", kText, true, true},
  };
  for (const Case& one : kCases) {
    const std::string yaml = "title: T\ndetection:\n  k: {'|" + std::string(one.modifier) + "': '" + std::string(one.expression) +
                             "'}\n  w: [needle]\n  condition: k and w\n";
    Stream stream(compile(yaml + "logsource: {category: plain_text}\n---\n" + yaml + "logsource: {product: fortigate}\n").rules);
    stream.feed("<30>Nov 20 15:00:00 dns1 unbound[1]: info: nothing", 1);  // the first message is asked about everything
    EXPECT_EQ(!stream.feed(one.frame, 2).empty(), one.fires) << one.why;
    EXPECT_EQ(stream.watcher.counters().parsed, one.parsed ? 2U : 1U) << one.why;
  }
}

TEST(Watcher, TheSameExpressionWithAndWithoutCaseAreTwo) {
  const auto rule = [](std::string_view title, std::string_view modifier) {
    return "title: " + std::string(title) + "\nlogsource: {category: plain_text}\ndetection:\n  k: {'|" + std::string(modifier) +
           "': 'NEEDLE (?=4)'}\n  w: [needle]\n  condition: k and w\n";
  };
  Stream stream(compile(rule("cased", "re") + "---\n" + rule("any case", "re|i")).rules);
  stream.feed("<30>Nov 20 15:00:00 dns1 unbound[1]: info: nothing", 1);
  stream.feed("<13>Nov 20 15:00:00 srv1 whatever: needle 4711", 2);
  EXPECT_EQ(stream.titles(), "any case");
}

TEST(Watcher, WhatAShipperTellsOfItselfMakesNoCandidates) {
  Stream stream(builtin());
  const auto shipped = [](std::string_view path) {
    return R"({"@timestamp":"2026-11-20T07:00:00Z","log":{"file":{"path":"/var/log/nginx/access.log"}},"message":"10.1.2.3 - - [20/Nov/2026:15:00:00 +0800] \"GET )" +
           std::string(path) + R"( HTTP/1.1\" 200 5 \"-\" \"curl/8.5.0\"","input":{"type":"filestream"},"agent":{"type":"filebeat"}})";
  };
  for (int i = 0; i < 10; ++i) stream.feed(shipped("/index.html"), i, "beats");
  EXPECT_EQ(stream.watcher.counters().candidates, 0U) << "access.log is not asked for";
  stream.feed(shipped("/backup/access.log"), 11, "beats");
  EXPECT_GT(stream.watcher.counters().candidates, 0U);
}

TEST(Watcher, RulesAboutTheShipperMatchAllTheSame) {
  const auto fires = [](std::string_view item) {
    Stream stream(compile("title: T\nlogsource: {category: webserver}\ndetection:\n  s: {" + std::string(item) + "}\n  condition: s\n").rules);
    const auto fired = [&stream](int second) {
      return !stream.feed(R"({"@timestamp":"2026-11-20T07:00:00Z","log":{"file":{"path":"/var/log/nginx/shop.log"}},"cloud":{"region":"tw-north"},"message":"10.1.2.3 - - [20/Nov/2026:15:00:00 +0800] \"GET /a HTTP/1.1\" 200 5 \"-\" \"curl/8.5.0\"","input":{"type":"filestream"},"agent":{"id":"agent-7"}})",
                          second, "beats").empty();
    };
    fired(1);  // the first message is asked about everything
    return fired(2);
  };
  EXPECT_TRUE(fires("agent.id: agent-7"));
  EXPECT_TRUE(fires("log.file.path|endswith: shop.log"));
  EXPECT_TRUE(fires("vendor.input.type: filestream"));
  EXPECT_TRUE(fires("cloud.region: tw-north"));
  EXPECT_TRUE(fires("'|contains': curl"));
  EXPECT_FALSE(fires("'|contains': shop.log")) << "keywords are about the line, not about the file it stood in";
}

TEST(Watcher, AStartedProgramIsOneEventHoweverManyAuditRecordsTellOfIt) {
  struct Case {
    std::string_view why;
    std::vector<std::string> lines;
    bool fires;
  };
  const auto call = [](std::string_view front, std::string_view number, std::string_view program) {
    return std::string(front) + "type=SYSCALL msg=audit(1795158000.155:" + std::string(number) +
           "): arch=c000003e syscall=59 success=yes exit=0 a0=5 items=2 ppid=29002 pid=1631 auid=1000 uid=1000 gid=1000 euid=1000 comm=\"x\" exe=\"" +
           std::string(program) + "\" key=(null)";
  };
  const auto arguments = [](std::string_view front, std::string_view number) {
    return std::string(front) + "type=EXECVE msg=audit(1795158000.155:" + std::string(number) + "): argc=2 a0=\"arp\" a1=\"-a\"";
  };
  constexpr std::string_view kHere = "<14>Nov 20 15:00:00 srv1 audispd: ", kThere = "<14>Nov 20 15:00:00 srv2 audispd: ";
  const Case kCases[] = {
      {"by syslog", {call(kHere, "7", "/usr/sbin/arp"), arguments(kHere, "7")}, true},
      {"in auditd's file", {call("", "7", "/usr/sbin/arp"), arguments("", "7")}, true},
      {"another program", {call(kHere, "7", "/usr/bin/ls"), arguments(kHere, "7")}, false},
      {"another call", {call(kHere, "7", "/usr/sbin/arp"), arguments(kHere, "8")}, false},
      {"the same number on another machine", {call(kThere, "7", "/usr/sbin/arp"), arguments(kHere, "7")}, false},
      {"two machines at once",
       {call(kHere, "7", "/usr/sbin/arp"), call(kThere, "7", "/usr/bin/ls"), arguments(kThere, "7"), arguments(kHere, "7")}, true},
      {"the arguments alone", {arguments(kHere, "7")}, false},
  };
  for (const Case& one : kCases) {
    Stream stream(compile("title: T\nlogsource: {product: linux, category: process_creation}\ndetection:\n"
                          "  s: {Image|endswith: /arp, CommandLine|contains: '-a', User|exists: false}\n  condition: s\n").rules);
    stream.feed("<30>Nov 20 15:00:00 dns1 unbound[1]: info: nothing", 1);  // the first message is asked about everything
    for (const std::string& line : one.lines) stream.feed(line, 2);
    EXPECT_EQ(!stream.fired.empty(), one.fires) << one.why;
    EXPECT_EQ(stream.watcher.counters().parsed, 1 + static_cast<std::uint64_t>(std::count_if(one.lines.begin(), one.lines.end(), [](const auto& line) {
      return line.find("EXECVE") != std::string::npos;
    }))) << one.why << ": of the records only EXECVE is about a start";
  }
}

TEST(Watcher, ACallWhoseArgumentsComeAfterAReloadIsWhole) {
  const auto rules = compile("title: T\nlogsource: {product: linux, category: process_creation}\ndetection:\n  s: {Image: /usr/sbin/arp}\n  condition: s\n").rules;
  Stream before(rules), after(rules);
  before.feed("type=SYSCALL msg=audit(1795158000.155:7): arch=c000003e syscall=59 success=yes pid=1631 comm=\"arp\" exe=\"/usr/sbin/arp\"", 1);
  after.watcher.adopt(before.watcher);
  after.feed("type=EXECVE msg=audit(1795158000.155:7): argc=2 a0=\"arp\" a1=\"-a\"", 2);
  EXPECT_EQ(after.titles(), "T");
}

TEST(Watcher, OnlyCandidatesAreParsed) {
  Stream stream(builtin());
  for (int i = 0; i < 1000; ++i) stream.feed("<30>Nov 20 15:00:00 dns1 unbound[1]: info: 10.0.0.1 www.example.com. A IN NOERROR", i);
  const Watcher::Counters counters = stream.watcher.counters();
  EXPECT_EQ(counters.observed, 1000U);
  EXPECT_EQ(counters.candidates, 0U);
  EXPECT_EQ(counters.parsed, 1U) << "the first of every 4,096 is asked about all rules";
  EXPECT_EQ(counters.missed, 0U);
}

/// Rules whose brute evaluation matches, and those that the prefilter and the index of fields offer.
struct Both {
  std::set<std::uint32_t> brute, offered, by_fields;
};
class Difference {
 public:
  explicit Difference(std::shared_ptr<const RuleSet> rules)
      : rules_(std::move(rules)), compiled_(rules_->compiled()), scanner_(compiled_.prefilter()), index_(compiled_.rules) {}

  Both ask(std::string_view frame, std::string_view carried_by) {
    arena_.reset();
    ParseContext context;
    context.received_ns = Stream::kStart;
    context.peer = "192.0.2.1";
    context.transport = carried_by;
    SyslogHeader header;
    read_record_header(frame, context, arena_, header);
    const Format format = detect_format(header);
    parse_event(header, context, event_, arena_);
    Both both;
    const sigma::ShownText shown = sigma::shown_text(header);
    const auto& offered = shown.hidden ? compiled_.prefilter().rules_of(format) : scanner_.candidates(format, shown.all());
    both.offered.insert(offered.begin(), offered.end());
    const auto& by_fields = index_.candidates(event_, sigma::hides_text(header));
    both.by_fields.insert(by_fields.begin(), by_fields.end());
    const sigma::EventFields fields(event_);
    for (std::uint32_t i = 0; i < compiled_.rules.size(); ++i) {
      const sigma::Rule& rule = compiled_.rules[i];
      if (!sigma::applies(event_, rule.source)) continue;
      EXPECT_TRUE(sigma::may_apply(format, rule.source)) << format_name(format) << " " << rule.meta->title << "\n" << frame;
      if (evaluator_.matches(rule.expression, fields)) both.brute.insert(i);
    }
    remembering_.begin_event();
    for (std::uint32_t i = 0; i < compiled_.rules.size(); ++i) {
      const sigma::Rule& rule = compiled_.rules[i];
      if (!sigma::applies(event_, rule.source)) continue;
      EXPECT_EQ(remembering_.matches(rule.expression, fields), both.brute.contains(i)) << "remembered: " << rule.meta->title << "\n" << frame;
    }
    return both;
  }
  void check(std::string_view frame, std::string_view carried_by = {}) {
    const Both both = ask(frame, carried_by);
    for (const std::uint32_t index : both.brute) {
      ++matches;
      EXPECT_TRUE(both.by_fields.contains(index)) << "missed by fields: " << compiled_.rules[index].meta->title << "\n  " << frame;
      EXPECT_TRUE(both.offered.contains(index)) << "missed: " << compiled_.rules[index].meta->title << "\n  " << frame;
    }
  }
  std::uint64_t matches = 0;

 private:
  std::shared_ptr<const RuleSet> rules_;
  const CompiledRules& compiled_;
  sigma::Prefilter::Scanner scanner_;
  sigma::FieldIndex index_;
  sigma::Evaluator evaluator_, remembering_;
  Event event_;
  Arena arena_;
};

// Random messages out of words that random rules are made of, written the ways that each format may write them.
TEST(Prefilter, NeverMissesWhatAskingEveryRuleFinds) {
  std::mt19937 random(20261120);
  const auto pick = [&](const std::vector<std::string>& list) { return list[random() % list.size()]; };
  const std::vector<std::string> words = {"alpha", "Beta",  "a/b",   "C:\\Win", "x=y",  "p|q", "quo\"te", "中文字",
                                          "10.1.2.3", "4625", "%2e%2e", "tail\\", "Ünï", "KELVIN", "a b c", "..//.."};
  const std::vector<std::string> fields = {"vendor.one", "vendor.two", "message", "one", "event.action", "host.name",
                                           "event.category", "source.ip", "observer.vendor"};
  const std::vector<std::string> modifiers = {"", "|contains", "|startswith", "|endswith", "|contains|cased", "|neq"};
  const std::vector<std::string> sources = {"category: firewall", "product: windows", "product: linux", "service: cef",
                                            "definition: any", "category: webserver"};
  const auto quoted = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2) text.insert(at, "'");
    return "'" + text + "'";
  };
  std::string yaml;
  for (int i = 0; i < 300; ++i) {
    yaml += "title: r" + std::to_string(i) + "\nlogsource: {" + pick(sources) + "}\ndetection:\n";
    for (const char* name : {"s1", "s2", "s3"}) {
      const std::string wild = random() % 4 == 0 ? "*" : "";
      yaml += std::string("  ") + name + ":\n    " + pick(fields) + pick(modifiers) + ":\n      - " + quoted(pick(words)) +
              "\n      - " + quoted(wild + pick(words) + wild) + "\n";
    }
    yaml += "  k: [" + quoted(pick(words)) + "]\n  condition: " +
            pick({"s1", "s1 and s2", "s1 or s2", "s1 and not s2", "1 of s*", "s1 and (s2 or s3)", "k", "k and s1", "not s1"}) + "\n---\n";
  }
  const Compiled compiled = compile(yaml);
  ASSERT_EQ(compiled.rules->size(), 300U) << compiled.describe();
  Difference difference(compiled.rules);
  const auto json_text = [&](const std::string& text) {
    std::string out;
    for (const char c : text) {
      if (c == '"' || c == '\\' || (c == '/' && random() % 2 == 0)) out += '\\';
      if (random() % 40 == 0 && static_cast<unsigned char>(c) < 0x80) {
        if (!out.empty() && out.back() == '\\' && (c == '"' || c == '\\' || c == '/')) out.pop_back();
        char escaped[8];
        std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
        out += escaped;
      } else {
        out += c;
      }
    }
    return out;
  };
  const auto escaped = [](const std::string& text, std::string_view characters) {
    std::string out;
    for (const char c : text) {
      if (characters.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
    return out;
  };
  for (int i = 0; i < 4700; ++i) {
    const std::string one = pick(words) + pick(words), two = pick(words);
    switch (i % 7) {
      case 0:
        difference.check("<189>date=2026-11-20 time=15:00:00 devname=\"F\" devid=\"F\" logid=\"1\" type=\"traffic\" one=\"" +
                         escaped(one, "\"") + "\" two=\"" + escaped(two, "\"") + "\" action=\"" + escaped(pick(words), "\"") + "\" srcip=10.1.2.3");
        break;
      case 1:
        difference.check("<14>1 2026-11-20T15:00:00Z h x - - - {\"EventID\":4625,\"Channel\":\"Security\",\"one\":\"" +
                         json_text(one) + "\",\"two\":\"" + json_text(two) + "\",\"Message\":\"" + json_text(pick(words)) + "\"}");
        break;
      case 2:
        difference.check("<134>CEF:0|V|firewall|1|c|" + escaped(two, "|\\") + "|5|one=" + escaped(one, "=\\") + " two=" +
                         escaped(two, "=\\") + " act=" + escaped(pick(words), "=\\") + " src=10.1.2.3");
        break;
      case 3: difference.check("<86>Nov 20 15:00:00 h sshd[1]: " + one + " " + two); break;
      case 4:
        difference.check("<190>Nov 20 15:00:00 h nginx: 10.1.2.3 - - [20/Nov/2026:15:00:00 +0800] \"GET /" + escaped(one, "\"\\") +
                         " HTTP/1.1\" 200 5 \"-\" \"" + escaped(two, "\"\\") + "\"");
        break;
      case 5:
        difference.check(R"({"@timestamp":"2026-11-20T07:00:00Z","log":{"file":{"path":"/var/log/)" + json_text(pick(words)) +
                         R"("}},"one":")" + json_text(pick(words)) + R"(","message":"10.1.2.3 - - [20/Nov/2026:15:00:00 +0800] \"GET /)" +
                         json_text(one) + R"( HTTP/1.1\" 200 5 \"-\" \"c\"","input":{"type":"log"},"agent":{"id":")" + json_text(two) + R"("}})",
                         "beats");
        break;
      default: difference.check("<13>Nov 20 15:00:00 h app: " + one + " " + two); break;
    }
  }
  EXPECT_GT(difference.matches, 10'000U);
}

// Real messages of many products, ours and the public rules.
TEST(Prefilter, NeverMissesOnRealMessages) {
  const std::filesystem::path shared(VIGIL_SHARED);
  if (!std::filesystem::exists(shared / "data")) GTEST_SKIP() << "no data in " << shared;
  std::vector<RuleProblem> problems;
  std::vector<std::filesystem::path> paths = {std::string(VIGIL_SOURCE_DIR) + "/rules/pack"};
  if (std::filesystem::exists(shared / "data/sigma-rules/rules")) paths.push_back(shared / "data/sigma-rules/rules");
  Difference difference(RuleSet::load(paths, problems));
  std::uint64_t frames = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(shared / "data")) {
    const std::string extension = entry.path().extension().string();
    if (!entry.is_regular_file() || (extension != ".log" && extension != ".txt" && extension != ".json" && extension != ".jsonl")) continue;
    std::ifstream file(entry.path());
    int taken = 0;
    // A few of each file: each frame is asked about every rule.
    for (std::string line; taken < 12 && std::getline(file, line); ++taken) {
      if (line.size() > 16 * 1024) continue;
      difference.check(line);
      ++frames;
    }
  }
  std::cout << "  " << frames << " frames, " << difference.matches << " matches\n";
}

}  // namespace
}  // namespace vigil::test
