// Our own rules: each carries lines it must match and lines it must not; correlations are played through here.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "parsers/format.h"
#include "rules/compiled.h"
#include "rules/event_fields.h"
#include "rules/log_routes.h"
#include "rules/yaml_tree.h"
#include "tests/rules/rule_tool.h"
#include "tests/rules/stream.h"

namespace vigil::test {
namespace {

std::vector<RuleSet::Text> pack_texts() {
  std::vector<RuleSet::Text> texts;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(VIGIL_SOURCE_DIR) + "/rules/pack")) {
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    texts.push_back({entry.path().filename().string(), text.str()});
  }
  return texts;
}

/// The frame parsed whole, then one rule asked about it.
bool matches(const sigma::Rule& rule, const std::string& frame) {
  Arena arena;
  ParseContext context;
  context.received_ns = Stream::kStart;
  context.peer = "192.0.2.1";
  Event event;
  parse_event(parse_syslog_header(frame, context, arena), context, event, arena);
  sigma::Evaluator evaluator;
  return sigma::applies(event, rule.source) && evaluator.matches(rule.expression, sigma::EventFields(event));
}

bool candidate(const CompiledRules& compiled, const sigma::Rule& rule, const std::string& frame) {
  Arena arena;
  ParseContext context;
  const SyslogHeader header = parse_syslog_header(frame, context, arena);
  sigma::Prefilter::Scanner scanner(compiled.prefilter());
  for (const std::uint32_t index : scanner.candidates(detect_format(header), header.text)) {
    if (&compiled.rules[index] == &rule) return true;
  }
  return false;
}

TEST(RulePack, LoadsWithoutProblemsAndIsTheOneCompiledIn) {
  std::vector<RuleProblem> problems;
  const auto rules = RuleSet::load_builtin(problems);
  for (const RuleProblem& problem : problems) {
    ADD_FAILURE() << problem.file << ":" << problem.line << ": " << problem.rule << ": " << problem.reason;
  }
  std::vector<RuleProblem> again;
  EXPECT_EQ(rules->size(), RuleSet::compile(pack_texts(), again)->size());
  EXPECT_GT(rules->size(), 50U);
}

TEST(RulePack, EveryRuleSaysWhatItIsInBothLanguages) {
  std::vector<RuleProblem> problems;
  std::set<std::string> ids;
  for (const auto& meta : RuleSet::load_builtin(problems)->metas()) {
    EXPECT_EQ(meta->id.size(), 36U) << meta->title;
    EXPECT_TRUE(ids.insert(meta->id).second) << meta->id;
    EXPECT_FALSE(meta->title_zh.empty()) << meta->title;
    EXPECT_FALSE(meta->description_zh.empty()) << meta->title;
    EXPECT_FALSE(meta->description.empty()) << meta->title;
    EXPECT_FALSE(meta->opens_candidate && meta->category.empty()) << meta->title;
  }
}

TEST(RulePack, EveryRuleMatchesItsOwnLinesAndLeavesTheOthers) {
  std::vector<RuleProblem> problems;
  const auto rules = RuleSet::load_builtin(problems);
  std::map<std::string, const sigma::Rule*> by_id;
  for (const sigma::Rule& rule : rules->compiled().rules) by_id[rule.id] = &rule;
  std::size_t lines = 0;
  for (const RuleSet::Text& text : pack_texts()) {
    for (const auto& document : sigma::parse_yaml_stream(text.yaml)) {
      const auto& node = std::get<sigma::YamlNode>(document);
      if (node.find("detection") == nullptr) continue;
      const sigma::Rule* rule = by_id[std::string(node.text_of("id"))];
      ASSERT_NE(rule, nullptr) << node.text_of("title");
      const sigma::YamlNode* section = node.find("vigil");
      const sigma::YamlNode* tests = section != nullptr ? section->find("tests") : nullptr;
      if (rule->source.service == "cef" && tests == nullptr) continue;  // below: its lines are Big5 too
      ASSERT_NE(tests, nullptr) << node.text_of("title") << " has no tests";
      for (const bool wanted : {true, false}) {
        const sigma::YamlNode* list = tests->find(wanted ? "match" : "ignore");
        ASSERT_NE(list, nullptr) << node.text_of("title") << " lacks " << (wanted ? "match" : "ignore");
        for (const sigma::YamlNode& line : list->items) {
          EXPECT_EQ(matches(*rule, line.text), wanted) << node.text_of("title") << "\n  " << line.text;
          if (wanted) {
            EXPECT_TRUE(candidate(rules->compiled(), *rule, line.text))
                << "the prefilter misses " << node.text_of("title") << "\n  " << line.text;
          }
          ++lines;
        }
      }
    }
  }
  EXPECT_GT(lines, 100U);
}

TEST(RulePack, FewRulesNeedEveryMessageOfAFormatParsed) {
  std::vector<RuleProblem> problems;
  const auto rules = RuleSet::load_builtin(problems);
  for (const FormatSpec* spec : all_formats()) {
    const Format format = spec->number;
    // CEF comes in small numbers from antivirus servers, in whatever language; all else must be filtered.
    if (format == Format::cef) continue;
    // What a format decodes ("+" for the blanks of an agent's name, names in hex) cannot be looked for in the text.
    if (!spec->derived.empty()) continue;
    std::string open;
    for (const std::uint32_t index : rules->compiled().prefilter().open_rules(format)) {
      open += rules->compiled().rules[index].meta->title + "; ";
    }
    EXPECT_EQ(open, "") << format_name(format);
  }
}

class PackStream : public testing::Test {
 protected:
  static std::shared_ptr<const RuleSet> pack() {
    static const std::shared_ptr<const RuleSet> kPack = [] {
      std::vector<RuleProblem> problems;
      return RuleSet::load_builtin(problems);
    }();
    return kPack;
  }
  /// Titles of what opens a candidate, joined by "; ".
  static std::string candidates(const Stream& stream) {
    std::string text;
    for (const Detection& detection : stream.fired) {
      if (!detection.rule->opens_candidate) continue;
      text += (text.empty() ? "" : "; ") + detection.rule->title;
    }
    return text;
  }
  /// What an operator might say: 203.0.113.0/24 lies in TW, 198.51.100.0/24 in US; a few accounts.
  static std::shared_ptr<const Enrichment> lists() {
    const auto directory = std::filesystem::temp_directory_path() / ("vigil-pack-" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory);
    EnrichmentOptions options;
    options.places = {directory / "places.csv"};
    options.accounts = directory / "accounts.csv";
    std::ofstream(options.places.front()) << "network,country\n203.0.113.0/24,TW\n198.51.100.0/24,US\n";
    std::ofstream(options.accounts)
        << "account,class\nroot,privileged\nteacher05,departed\nsvc-backup,service\n";
    std::vector<EnrichmentProblem> problems;
    auto enrichment = Enrichment::load(options, problems);
    std::filesystem::remove_all(directory);
    return enrichment;
  }
  static std::string ssh(const std::string& text) { return "<86>Nov 20 15:00:00 srv1 sshd[2101]: " + text; }
  static std::string failed(const std::string& user, const std::string& from) {
    return ssh("Failed password for " + user + " from " + from + " port 50112 ssh2");
  }
  static std::string windows(int id, const std::string& user, const std::string& from, const std::string& more = {}) {
    return "<14>1 2026-11-20T15:00:00+08:00 DC01 Microsoft-Windows-Security-Auditing 712 - - {\"EventID\":" +
           std::to_string(id) + ",\"Hostname\":\"DC01\",\"SourceName\":\"Microsoft-Windows-Security-Auditing\"," +
           "\"Channel\":\"Security\",\"TargetUserName\":\"" + user + "\",\"LogonType\":\"3\",\"IpAddress\":\"" + from +
           "\"" + more + "}";
  }
  static std::string denied(const std::string& from, const std::string& to, int port) {
    return "<188>date=2026-11-20 time=15:00:00 devname=\"FG100F\" devid=\"FG1\" logid=\"0000000014\" type=\"traffic\" "
           "subtype=\"forward\" level=\"warning\" vd=\"root\" srcip=" + from + " srcport=40001 dstip=" + to +
           " dstport=" + std::to_string(port) + " proto=6 action=\"deny\" policyid=0";
  }
  static std::string request(const std::string& method, const std::string& target, int status,
                             const std::string& agent = "Mozilla/5.0") {
    return "<190>Nov 20 15:00:00 web1 nginx: 198.51.100.77 - - [20/Nov/2026:15:00:00 +0800] \"" + method + " " + target +
           " HTTP/1.1\" " + std::to_string(status) + " 153 \"-\" \"" + agent + "\"";
  }
};

TEST_F(PackStream, GuessingOverSshIsToldOnceAndTheLogonAfterItToo) {
  Stream stream(pack());
  for (int i = 0; i < 30; ++i) {
    stream.feed(failed("root", "203.0.113.9"), i);
    // PAM's line about the same attempt is not counted again.
    stream.feed(ssh("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
                    "rhost=203.0.113.9  user=root"), i);
  }
  EXPECT_EQ(stream.titles(), "Repeated failed logons from outside; Password guessing");
  EXPECT_FALSE(stream.fired[0].rule->opens_candidate) << "four failures may be a forgotten password";
  EXPECT_TRUE(stream.fired[1].rule->opens_candidate);
  EXPECT_EQ(stream.fired[1].count, 10U);
  EXPECT_EQ(stream.fired[1].references.size(), 10U);
  EXPECT_EQ(stream.fired[1].references.back(), 19U);
  stream.feed(ssh("Accepted password for teacher01 from 203.0.113.9 port 51122 ssh2"), 31);
  EXPECT_EQ(stream.titles(), "Repeated failed logons from outside; Password guessing; Logon after password guessing");
  const Detection& success = stream.fired[2];
  EXPECT_EQ(success.rule->level, Level::high);
  EXPECT_EQ(success.entities[0], (std::pair<std::string, std::string>("source.ip", "203.0.113.9")));
  EXPECT_EQ(success.entities[1], (std::pair<std::string, std::string>("user.name", "teacher01")));
  EXPECT_EQ(success.sequence, 61U);
  EXPECT_GE(success.count, 6U);
  EXPECT_EQ(success.organisation, "school-a");
}

TEST_F(PackStream, OrdinaryLogonsAreNotToldOf) {
  Stream stream(pack());
  for (int i = 0; i < 100; ++i) {
    const std::string from = "10.20.9." + std::to_string(11 + i % 4);
    if (i % 10 == 0) stream.feed(failed("admin01", from), i * 60);
    stream.feed(ssh("Accepted publickey for admin01 from " + from + " port 40001 ssh2: ED25519 SHA256:x"), i * 60 + 4);
  }
  EXPECT_EQ(stream.titles(), "");
  EXPECT_LE(stream.watcher.counters().groups, 20U) << "logons without failures must not fill the windows";
}

TEST_F(PackStream, SlowGuessingIsToldOfWhenItGoesOnForHours) {
  Stream stream(pack());
  for (int i = 0; i < 39; ++i) stream.feed(failed("root", "203.0.113.9"), i * 900);
  EXPECT_EQ(candidates(stream), "");
  stream.feed(failed("root", "203.0.113.9"), 39 * 900);
  EXPECT_EQ(candidates(stream), "Slow password guessing");
}

TEST_F(PackStream, SprayingManyUsersIsToldOf) {
  Stream stream(pack());
  for (int i = 0; i < 12; ++i) stream.feed(failed("u" + std::to_string(i), "203.0.113.9"), i * 100);
  EXPECT_EQ(candidates(stream), "Password spraying");
  EXPECT_EQ(stream.fired.back().count, 10U);
}

TEST_F(PackStream, TheSearchForUserNamesIsContextOfWhatFollows) {
  Stream stream(pack());
  for (int i = 0; i < 5; ++i) {
    stream.feed(ssh("Invalid user u" + std::to_string(i) + " from 203.0.113.9 port 50112"), i);
  }
  EXPECT_EQ(stream.titles(), "Search for user names");
  EXPECT_EQ(candidates(stream), "");
}

TEST_F(PackStream, GuessingSpreadOverManyAddressesIsToldOfByItsVictim) {
  Stream stream(pack());
  for (int i = 0; i < 12; ++i) stream.feed(failed("principal", "203.0.113." + std::to_string(i + 1)), i * 200);
  EXPECT_EQ(stream.titles(), "One user's password guessed from many addresses");
  EXPECT_EQ(stream.fired[0].entities[0], (std::pair<std::string, std::string>("user.name", "principal")));
}

TEST_F(PackStream, AnAttackerWhoTriesSeveralDoorsIsCountedOnce) {
  Stream stream(pack());
  for (int i = 0; i < 4; ++i) {
    stream.feed(failed("root", "203.0.113.9"), i);
    stream.feed(windows(4625, "root", "203.0.113.9"), i);
    stream.feed("<22>Nov 20 15:00:00 mail1 dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): "
                "user=<root>, method=PLAIN, rip=203.0.113.9, lip=10.0.0.4, TLS", i);
  }
  EXPECT_EQ(candidates(stream), "Password guessing");
}

TEST_F(PackStream, EveryProductsFailuresAreGuessing) {
  struct Case {
    const char *why, *line;
  };
  for (const auto& [why, line] : {
           Case{"Remote Desktop, in Chinese", "<13>Nov 20 15:00:00 pc7 Security: 4625: AUDIT_FAILURE 帳戶無法登入。 主旨: 帳戶名稱: - 登入類型: 10 登入失敗的帳戶: 帳戶名稱: teacher01 網路資訊: 來源網路位址: 203.0.113.9"},
           Case{"mail", "<20>Nov 20 15:00:00 mail1 postfix/smtpd[811]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: authentication failure"},
           Case{"FTP", "<30>Nov 20 15:00:00 ftp1 vsftpd[77]: [teacher01] FAIL LOGIN: Client \"203.0.113.9\""},
           Case{"a database", "<30>Nov 20 15:00:00 db1 mysqld[7]: Access denied for user 'root'@'203.0.113.9' (using password: YES)"},
           Case{"a NAS", "<30>Nov 20 15:00:00 nas1 qulogd[14629]: conn log: Users: admin, Source IP: 203.0.113.9, Computer name: ---, Connection type: HTTP, Accessed resources: Administration, Action: Login Fail"},
           Case{"a telephone exchange", "<30>Nov 20 15:00:00 pbx1 asterisk[55]: NOTICE[812]: chan_sip.c:28468 handle_request_register: Registration from '\"2001\" <sip:2001@10.0.0.8>' failed for '203.0.113.9:5071' - Wrong password"},
           Case{"a hypervisor", "<30>Nov 20 15:00:00 pve1 pvedaemon[3663339]: authentication failure; rhost=203.0.113.9 user=root@pam msg=Authentication failure"},
           Case{"a web application", "<134>Nov 20 15:00:00 portal webapp[9]: Login failed for user \"teacher01\" from 203.0.113.9: wrong password"},
           Case{"one that writes JSON", R"(<134>Nov 20 15:00:00 portal webapp[9]: {"event":"login_failed","user":"teacher01","remote_ip":"203.0.113.9"})"},
           Case{"one that writes Chinese", "<134>Nov 20 15:00:00 portal webapp[9]: 使用者 teacher01 登入失敗，來源 203.0.113.9"},
       }) {
    Stream stream(pack());
    for (int i = 0; i < 10; ++i) stream.feed(line, i);
    EXPECT_EQ(candidates(stream), "Password guessing") << why;
  }
}

TEST_F(PackStream, AForgottenPasswordOpensNoCandidate) {
  Stream stream(pack());
  for (int i = 0; i < 4; ++i) stream.feed(failed("teacher01", "10.20.9.11"), i * 20);
  stream.feed(ssh("Accepted password for teacher01 from 10.20.9.11 port 51122 ssh2"), 90);
  EXPECT_EQ(candidates(stream), "");
}

TEST_F(PackStream, ListedAccountsAreWatchedMoreClosely) {
  const auto accepted = [](const std::string& user, const std::string& from) {
    return ssh("Accepted password for " + user + " from " + from + " port 51122 ssh2");
  };
  struct Case {
    const char *why, *user, *from;
    bool core, night;
    const char* expected;
  };
  for (const auto& [why, user, from, core, night, expected] :
       {Case{"an ordinary account", "teacher01", "203.0.113.9", false, true, ""},
        Case{"an administrator by day", "root", "10.20.9.11", false, false, ""},
        Case{"an administrator by night", "root", "10.20.9.11", false, true, "Administrator's logon outside working hours"},
        Case{"who has left", "teacher05", "10.20.9.11", false, false, "Logon with a disabled or departed account"},
        Case{"a service with a password", "svc-backup", "10.20.9.11", false, false, "Service account logs on like a person"},
        Case{"a core system from outside at night", "teacher01", "203.0.113.9", true, true, "Logon to a core system outside working hours"},
        Case{"a core system from inside at night", "teacher01", "10.20.9.11", true, true, ""}}) {
    Stream stream(pack());
    stream.source.core = core;
    stream.watcher.use(lists());
    stream.feed(accepted(user, from), night ? 5 * 3600 : 1);
    EXPECT_EQ(stream.titles(), expected) << why;
  }
  Stream stream(pack());
  stream.watcher.use(lists());
  stream.feed(failed("teacher05", "203.0.113.9"), 1);
  EXPECT_EQ(stream.titles(), "Attempt with a disabled or departed account");
}

TEST_F(PackStream, NobodyTravelsBetweenCountriesWithinAnHour) {
  const auto accepted = [](const std::string& from) {
    return ssh("Accepted password for teacher01 from " + from + " port 51122 ssh2");
  };
  Stream stream(pack());
  stream.watcher.use(lists());
  stream.feed(accepted("203.0.113.9"), 1);
  stream.feed(accepted("203.0.113.10"), 600);
  stream.feed(accepted("10.20.9.11"), 700);
  EXPECT_EQ(stream.titles(), "") << "one country, and inside, which is none";
  stream.feed(accepted("198.51.100.7"), 1200);
  EXPECT_EQ(stream.titles(), "One account from two countries within an hour");
}

TEST_F(PackStream, WhereAUserHasNeverBeenIsToldOfAfterAFortnight) {
  const auto accepted = [](const std::string& from) {
    return ssh("Accepted password for teacher01 from " + from + " port 51122 ssh2");
  };
  constexpr int kDay = 86'400;
  Stream stream(pack());
  stream.watcher.use(lists());
  for (int day = 0; day < 16; ++day) stream.feed(accepted(day == 3 ? "192.0.2.7" : "203.0.113.9"), day * kDay);
  EXPECT_EQ(stream.titles(), "") << "it learns for a fortnight, and what it has learned is not new";
  stream.feed(accepted("10.20.9.11"), 16 * kDay);
  EXPECT_EQ(stream.titles(), "") << "inside is nowhere new";
  stream.feed(accepted("198.51.100.7"), 17 * kDay);
  EXPECT_NE(stream.titles().find("Logon from a country that is new for the user"), std::string::npos) << stream.titles();
  EXPECT_NE(stream.titles().find("Logon from outside that is new for the user"), std::string::npos) << stream.titles();
  EXPECT_EQ(candidates(stream), "Logon from a country that is new for the user");
}

TEST_F(PackStream, AnAccountThatComesAndGoesIsToldOf) {
  Stream stream(pack());
  const auto account = [](const std::string& program, const std::string& text) {
    return "<86>Nov 20 15:01:00 srv1 " + program + "[22107]: " + text;
  };
  stream.feed(account("useradd", "new user: name=support, UID=1007, GID=1007, home=/home/support, shell=/bin/bash, from=/dev/pts/1"), 1);
  stream.feed(account("userdel", "delete user 'pupil'"), 600);
  EXPECT_EQ(stream.titles(), "New Linux account");
  stream.feed(account("userdel", "delete user 'support'"), 3600);
  EXPECT_EQ(stream.titles(), "New Linux account; Account made and removed within a day");
}

TEST_F(PackStream, ASecondFactorRefusedAgainAndAgainIsToldOf) {
  Stream stream(pack());
  for (int i = 0; i < 5; ++i) {
    stream.feed("<109>Nov 20 15:00:00 vpn1 duo: MFA denied for user teacher01 from 203.0.113.9: user denied push", i * 60);
  }
  EXPECT_EQ(candidates(stream), "Second factor refused again and again");
}

TEST_F(PackStream, WindowsGuessingThatSucceedsIsToldOf) {
  Stream stream(pack());
  for (int i = 0; i < 12; ++i) stream.feed(windows(4625, "teacher01", "203.0.113.9"), i);
  stream.feed(windows(4624, "teacher01", "203.0.113.9"), 20);
  EXPECT_EQ(stream.titles(), "Repeated failed logons from outside; Password guessing; Logon after password guessing");
}

TEST_F(PackStream, AScanFromOutsideAndOneFromInsideAreToldApart) {
  Stream outside(pack());
  for (int i = 0; i < 240; ++i) {
    outside.feed(denied("192.0.2.99", "192.0.2." + std::to_string(100 + i % 14), 20 + i % 19), i * 0.2);
  }
  EXPECT_EQ(outside.titles(), "Ports tried from outside; Port scan from outside");
  EXPECT_EQ(outside.fired[1].count, 100U);

  Stream inside(pack());
  for (int i = 0; i < 60; ++i) inside.feed(denied("10.20.3.7", "10.20.4." + std::to_string(i + 1), 445), i);
  EXPECT_EQ(inside.titles(), "Computer of our own scans addresses");
}

TEST_F(PackStream, AWebShellIsToldOfWhenDroppedAndWhenUsed) {
  Stream stream(pack());
  for (int i = 0; i < 12; ++i) stream.feed(request("GET", "/index.php?page=../../../../etc/passwd", 404), i);
  stream.feed(request("POST", "/upload.php", 200, "python-requests/2.31.0"), 100);
  stream.feed(request("GET", "/uploads/new.php", 200, "curl/7.88.1"), 110);
  stream.feed(request("GET", "/uploads/new.php?cmd=uname%20-a", 200, "curl/7.88.1"), 130);
  EXPECT_EQ(stream.titles(),
            "Web attack tried; Series of web attacks; Upload followed by a script in the upload folder; Web shell in use");
  EXPECT_EQ(stream.fired.back().rule->symptoms, std::vector<std::string>{"網頁木馬"});
}

TEST_F(PackStream, AnAntivirusServerMaySpeakBig5) {
  Stream stream(pack());
  stream.feed("<132>Nov 20 15:00:00 av1 CEF:0|\xa8\xbe\xacr|Management Server|14.0|AV:Detected|\xb5o\xb2{\xb4\x63\xb7N"
              "\xb5{\xa6\xa1|8|dhost=PC07 duser=teacher05 fname=invoice.exe act=Quarantine msg=\xa4w\xb9j\xc2\xf7", 1);
  EXPECT_EQ(stream.titles(), "Antivirus server reports malware");
}

TEST_F(PackStream, VpnGuessingThatSucceedsIsToldOf) {
  Stream stream(pack());
  const auto vpn = [](const std::string& action) {
    return "<185>date=2026-11-20 time=15:00:00 devname=\"FG100F\" devid=\"FG1\" logid=\"0101039426\" type=\"event\" "
           "subtype=\"vpn\" level=\"alert\" vd=\"root\" action=\"" + action +
           "\" tunneltype=\"ssl-web\" remip=203.0.113.9 user=\"teacher01\" msg=\"SSL\"";
  };
  for (int i = 0; i < 12; ++i) stream.feed(vpn("ssl-login-fail"), i);
  stream.feed(vpn("tunnel-up"), 20);
  EXPECT_EQ(stream.titles(), "Repeated failed logons from outside; Password guessing; Logon after password guessing");
}

}  // namespace
}  // namespace vigil::test
