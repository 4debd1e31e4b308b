// The online verbs against a server that says what the test wants.

#include "cli/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/fake_server.h"
#include "tests/cli/run.h"

namespace vigil::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kEvents =
    R"({"@timestamp":"2026-11-20T14:59:00.123+08:00","host":{"name":"srv1"},"process":{"name":"sshd","pid":99},"message":"Failed password","event":{"original":"<38>x"},"vigil":{"id":"0000000000000002","org":"school-a"}})"
    "\n"
    R"({"@timestamp":"2026-11-20T14:58:00+08:00","host":{"name":"主機"},"message":"=1+1 \u001b[2J","event":{"original":"=1+1 \u001b[2J"},"vigil":{"id":"0000000000000001","org":"school-a"}})"
    "\n";

class Online : public ::testing::Test {
 protected:
  Ran ask(std::vector<std::string> words, FakeServer::Answer answer,
          const std::string& language = "C.UTF-8") {
    FakeServer server(scratch_.path() / "vigil.sock",
                      [&](const auto& method, const auto& target, const auto& body) {
                        target_ = method + " " + target;
                        body_ = body;
                        return answer(method, target, body);
                      });
    words.insert(words.end(), {"--data", scratch_.path().string()});
    Ran ran = run(words, {}, language);
    heads_ = server.heads();
    std::filesystem::remove(scratch_.path() / "vigil.sock");
    return ran;
  }
  Ran ask(const std::vector<std::string>& words, const std::string& answer,
          const std::string& language = "C.UTF-8") {
    return ask(
        words, [&](const auto&, const auto&, const auto&) { return answer; }, language);
  }

  Scratch scratch_;
  std::string target_, body_;
  std::vector<std::string> heads_;
};

TEST_F(Online, SearchAsksAndPassesTheStreamOn) {
  const Ran ran =
      ask({"search", "user.name:root", "AND", "功課", "--limit", "5", "--from", "2026-11-20", "--explain"},
          FakeServer::chunked(kEvents, 7));
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out, kEvents) << "ndjson in a pipe, byte for byte";
  EXPECT_EQ(
      target_,
      "GET "
      "/api/v1/search?q=user.name%3Aroot%20AND%20%E5%8A%9F%E8%AA%B2&from=2026-11-20T00%3A00%3A00%2B08%3A00"
      "&limit=5&explain=1");
  ASSERT_FALSE(heads_.empty());
  EXPECT_THAT(heads_[0], HasSubstr("Host: localhost"));
}

TEST_F(Online, SearchForAllIsOldestFirst) {
  ask({"search", "x", "--limit", "0"}, FakeServer::ok("", "application/x-ndjson"));
  EXPECT_EQ(target_, "GET /api/v1/search?q=x&limit=0&order=asc");
}

TEST_F(Online, SearchAsTableShowsOneSafeLineAnEvent) {
  const Ran ran = ask({"search", "x", "--format", "table"}, FakeServer::chunked(kEvents, 1));
  EXPECT_EQ(ran.out,
            "2026-11-20T14:59:00+08:00  srv1             sshd[99]: Failed password\n"
            "2026-11-20T14:58:00+08:00  主機             =1+1 \\x1b[2J\n");
}

TEST_F(Online, SearchAsCsvDefusesFormulas) {
  const Ran ran = ask({"search", "x", "--format", "csv"}, FakeServer::ok(kEvents, "application/x-ndjson"));
  EXPECT_THAT(ran.out, HasSubstr("@timestamp,vigil.id,vigil.org"));
  EXPECT_THAT(ran.out, HasSubstr(",'=1+1 \\x1b[2J\r\n"));
}

TEST_F(Online, SearchAsRawPassesExactBytes) {
  const std::string bytes("\x00\xA5\x5C\x1b[2J\n\xFF\n", 9);
  const Ran ran = ask({"search", "x", "--format", "raw"}, FakeServer::ok(bytes, "application/octet-stream"));
  EXPECT_EQ(ran.out, bytes);
  EXPECT_THAT(target_, EndsWith("&raw=1"));
}

TEST_F(Online, RowsOfAPipeBecomeATable) {
  const Ran ran =
      ask({"search", "x | stats count() by source.ip", "--format", "table"},
          FakeServer::ok(
              "{\"source.ip\":\"203.0.113.9\",\"count()\":12}\n{\"source.ip\":\"::1\",\"count()\":3}\n"));
  EXPECT_EQ(ran.out, "source.ip    count()\n203.0.113.9  12\n::1          3\n");
}

TEST_F(Online, QueryErrorIsUsedWronglyAndShowsTheCaret) {
  const Ran ran = ask(
      {"search", "a:("},
      FakeServer::status(
          400,
          R"({"error":{"code":"bad_query","message":"expected a value","message_zh":"查詢語法錯誤","position":3,"caret":"a:(\n  ^\nexpected a value"}})"));
  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.err, "vigil: expected a value\na:(\n  ^\n");
}

TEST_F(Online, StatusDecidesTheExitCode) {
  const struct {
    unsigned status;
    int exit;
  } kCases[] = {{400, 2}, {401, 3}, {403, 3}, {404, 4}, {409, 3}, {422, 2}, {429, 3}, {500, 3}, {503, 3}};
  for (const auto& [status, exit] : kCases) {
    EXPECT_EQ(ask({"status"}, FakeServer::status(status, R"({"error":{"message":"no"}})")).exit, exit)
        << status;
  }
}

TEST_F(Online, WhatIsNoVigildIsSaid) {
  const struct {
    std::string why, answer;
  } kCases[] = {
      {"no JSON", FakeServer::ok("<html>")},
      {"no HTTP", "220 smtp.example.tw ESMTP\r\n"},
      {"nothing at all", ""},
      {"a broken promise", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"a\":1}"},
      {"a bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"},
      {"a huge head", "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n"},
      {"both lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"},
      {"an array where an object belongs", FakeServer::status(500, "[]")},
  };
  for (const auto& [why, answer] : kCases) {
    const Ran ran = ask({"status"}, answer);
    EXPECT_EQ(ran.exit, 3) << why << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("vigil: ")) << why;
  }
}

TEST_F(Online, AStreamThatBreaksOffIsNoSuccess) {
  const Ran ran =
      ask({"search", "x"}, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"a\":\"b\"}\r\n");
  EXPECT_EQ(ran.exit, 3);
  EXPECT_THAT(ran.err, HasSubstr("the connection to vigild broke"));
}

TEST_F(Online, AnErrorAfterRowsIsTold) {
  const Ran ran =
      ask({"search", "x"}, FakeServer::ok("{\"a\":1}\n{\"error\":{\"message\":\"too many groups\"}}\n"));
  EXPECT_EQ(ran.exit, 3);
  EXPECT_EQ(ran.out, "{\"a\":1}\n");
  EXPECT_EQ(ran.err, "vigil: too many groups\n");
}

TEST_F(Online, StatusScreenFitsOnePage) {
  constexpr std::string_view kStatus =
      R"({"version":"0.1.0","started":"2026-11-20T08:00:00+08:00","data":"/d","drill":true,"received":1234567,"stored":1234560,"discarded":{"empty":7,"limit":0},"kernel_dropped":0,"records":1234560,"raw_bytes":308640000,"stored_bytes":30864000,"rule_lag_events":0,"rules":42,"disk_free_bytes":10737418240,"incidents_open":1,"listeners":[{"id":"syslog-udp:0.0.0.0:5514","protocol":"syslog-udp","address":"0.0.0.0:5514","received":1234567}]})";
  const Ran ran = ask({"status", "--format", "table"}, FakeServer::ok(kStatus));
  EXPECT_EQ(ran.exit, 0);
  for (const char* expected :
       {"[DRILL]", "1 234 567", "empty 7", "294 MiB", "10.0 GiB", "syslog-udp  0.0.0.0:5514"}) {
    EXPECT_THAT(ran.out, HasSubstr(expected));
  }
  EXPECT_THAT(ask({"status", "--format", "table"}, FakeServer::ok(kStatus), "zh_TW.UTF-8").out,
              HasSubstr("未結事件"));
  EXPECT_EQ(ask({"status"}, FakeServer::ok(kStatus)).out, std::string(kStatus) + "\n");
}

TEST_F(Online, EmptyListIsDone) {
  for (const auto& [words, body] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"sources"}, R"({"sources":[]})"},
           {{"incidents", "list"}, R"({"incidents":[]})"},
           {{"notifications", "list"}, R"({"notifications":[]})"},
           {{"rules", "list"}, R"({"rules":[],"problems":[]})"}}) {
    const Ran ran = ask(words, FakeServer::ok(body));
    EXPECT_EQ(ran.exit, 0) << ran.err;
    EXPECT_EQ(ran.out, "");
  }
}

TEST_F(Online, DecisionsArePosted) {
  const std::string incident = R"({"id":"2026-0001","state":"rejected","org":"o","title":"t"})";
  EXPECT_EQ(ask({"incidents", "reject", "2026-0001", "--reason", "掃描"}, FakeServer::ok(incident)).exit, 0);
  EXPECT_EQ(target_, "POST /api/v1/incidents/2026-0001/reject");
  EXPECT_EQ(body_, R"({"reason":"掃描","as":"false"})");
  EXPECT_EQ(ask({"incidents", "confirm", "../../x", "--note", "n"}, FakeServer::ok(incident)).exit, 0);
  EXPECT_EQ(target_, "POST /api/v1/incidents/..%2F..%2Fx/confirm") << "an id is never a path";
  EXPECT_EQ(ask({"incidents", "note", "2026-0001", "two", "words"}, FakeServer::ok(incident)).exit, 0);
  EXPECT_EQ(body_, R"({"note":"two words"})");
}

TEST_F(Online, IncidentSheetShowsWhatMatters) {
  constexpr std::string_view kIncident =
      R"({"id":"2026-0001","org":"school-a","state":"candidate","drill":false,"category":"intrusion","symptoms":["系統遭入侵"],"title":"SSH","title_zh":"SSH 暴力破解成功","opened_at":"2026-11-20T09:00:00+08:00","level":{"confidentiality":2,"integrity":2,"availability":0,"overall":2,"reasons":["核心系統"]},"entities":[{"type":"source.ip","value":"203.0.113.9\u001b[2J","count":5}],"detections":[{"title":"SSH","title_zh":"破解","count":1,"level":"high"}],"clocks":[],"acts":[{"at":"t","act":"opened","who":"vigild","note":""}]})";
  const Ran ran =
      ask({"incidents", "show", "2026-0001", "--format", "table"}, FakeServer::ok(kIncident), "zh_TW.UTF-8");
  for (const char* expected : {"SSH 暴力破解成功", "系統遭入侵", "2  (C 2, I 2, A 0)", "核心系統",
                               "203.0.113.9\\x1b[2J", "vigild"}) {
    EXPECT_THAT(ran.out, HasSubstr(expected));
  }
  EXPECT_THAT(ran.out, Not(HasSubstr("\x1b")));
}

TEST_F(Online, ArchiveStatsAddTheKindsToTheWhole) {
  const Ran ran =
      ask({"archive", "stats", "--format", "csv"}, [](const auto&, const std::string& target, const auto&) {
        if (target == "/metrics") {
          return FakeServer::ok(
              "# x\nvigil_archive_bytes{kind=\"os\"} 10\nvigil_archive_raw_bytes{kind=\"os\"} 100\n",
              "text/plain");
        }
        return FakeServer::ok(
            R"({"raw_bytes":100,"stored_bytes":10,"index_bytes":1,"blocks":2,"records":3,"open_records":0})");
      });
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(
      ran.out,
      HasSubstr("kind,raw_bytes,stored_bytes,index_bytes,records,open_records,blocks\r\nos,100,10,,,,\r\n"));
  EXPECT_THAT(ran.out, HasSubstr("all,100,10,1,3,0,2\r\n"));
  EXPECT_EQ(ask({"archive", "seal"}, FakeServer::ok(R"({"sealed":true})")).out, "{\"sealed\":true}\n");
  EXPECT_EQ(target_, "POST /api/v1/archive/seal");
}

TEST_F(Online, FormIsWrittenAsItIs) {
  const Ran ran =
      ask({"notifications", "form", "N-2026-0001"}, FakeServer::ok("<html>表</html>", "text/html"));
  EXPECT_EQ(ran.out, "<html>表</html>");
  EXPECT_EQ(target_, "GET /api/v1/notifications/N-2026-0001/form?format=html");
}

TEST_F(Online, NobodyThereIsUnreachable) {
  const Ran ran = run({"status", "--data", scratch_.path().string()});
  EXPECT_EQ(ran.exit, 3);
  EXPECT_THAT(ran.err, HasSubstr("vigil.sock: No such file or directory; is it running?"));
  EXPECT_EQ(run({"status", "--server", "http://127.0.0.1:1"}).exit, 3);
  EXPECT_EQ(run({"status", "--server", "http://no-such-host.invalid"}).exit, 3);
}

TEST_F(Online, ALongDataDirectoryIsReachedToo) {
  const std::filesystem::path deep = scratch_.path() / std::string(120, 'd');
  std::filesystem::create_directory(deep);
  FakeServer server(scratch_.path() / "s",
                    [](const auto&, const auto&, const auto&) { return FakeServer::ok("{}"); });
  std::filesystem::rename(scratch_.path() / "s", deep / "vigil.sock");
  const Ran ran = run({"status", "--data", deep.string()});
  EXPECT_EQ(ran.exit, 0) << ran.err;
}

TEST_F(Online, ServerTakesAPrefixAndATokenFromTheEnvironment) {
  FakeServer server([](const auto&, const auto&, const auto&) { return FakeServer::ok("{}"); });
  const Ran ran = run_shell(
      "VIGIL_TOKEN=abc $VIGIL status --server http://127.0.0.1:" + std::to_string(server.port()) + "/v/");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  ASSERT_EQ(server.heads().size(), 1U);
  EXPECT_THAT(server.heads()[0], HasSubstr("GET /v/api/v1/status HTTP/1.1"));
  EXPECT_THAT(server.heads()[0], HasSubstr("Authorization: Bearer abc"));
  EXPECT_EQ(run_shell("VIGIL_TOKEN='a\nHost: evil' $VIGIL status --server http://127.0.0.1:" +
                      std::to_string(server.port()))
                .exit,
            2);
}

TEST(Server, AddressesAreReadExactly) {
  const auto shown = [](std::string_view url) {
    const auto target = read_server(url);
    return target ? target->host + "|" + target->port + "|" + target->prefix : "wrong";
  };
  EXPECT_EQ(shown("http://10.0.0.1:8514"), "10.0.0.1|8514|");
  EXPECT_EQ(shown("http://vigil.county.example/log/"), "vigil.county.example|8514|/log");
  EXPECT_EQ(shown("http://[::1]:80"), "::1|80|");
  EXPECT_EQ(shown("http://[::1]"), "::1|8514|");
  for (const char* wrong :
       {"", "vigil", "http://", "http://:80", "http://x:0", "http://x:65536", "http://[::1", "http://a b",
        "http://u:p@x", "http://x?y", "https://x", "http://x:80x"}) {
    EXPECT_EQ(shown(wrong), "wrong") << wrong;
  }
}

}  // namespace
}  // namespace vigil::cli
