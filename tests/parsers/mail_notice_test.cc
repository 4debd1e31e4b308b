#include "parsers/mail_notice.h"

#include <gtest/gtest.h>

#include "parsers/csv_rows.h"
#include "parsers/html_lines.h"
#include "parsers/json_members.h"

namespace vigil {
namespace {

constexpr int kTaipei = 480;

/// The members an alert has beyond those all have, one line each alert.
std::string describe(const MailNotice& notice) {
  constexpr std::string_view kStates[] = {"ticket", "no ticket", "unreadable"};
  std::string out(kStates[static_cast<std::size_t>(notice.state)]);
  if (notice.cut) out += ", cut";
  for (const Alert& alert : notice.alerts) {
    out += "\n" + alert.source + " " + alert.ref + (alert.early_warning ? " early" : "") +
           (alert.drill ? " drill" : "");
    for_each_json_member(alert.document, [&out](const JsonMember& member) {
      for (const std::string_view common :
           {"event.kind", "event.provider", "event.id", "rule.name", "observer.name", "observer.type",
            "early_warning", "drill", "related.ip"}) {
        if (member.name == common && member.name != "rule.name") return;
      }
      out += " | " + std::string(member.name) + "=" + std::string(member.value);
    });
  }
  return out;
}

std::string read(std::string_view mail) { return describe(read_mail_notice(mail, {}, "file", kTaipei)); }

/// A mail of plain text in UTF-8.
std::string plain(std::string_view subject, std::string_view text) {
  return "From: service@cert.example\nSubject: " + std::string(subject) +
         "\nMessage-ID: <1@cert.example>\nMIME-Version: 1.0\n" +
         "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + std::string(text);
}

struct Case {
  std::string_view why, text, expected;
};

constexpr Case kTexts[] = {
    {"full-width colons, a year of the Republic",
     "EWA 編號：EWA-2026-0001\n事件類型：對外攻擊\n事件主旨：疑似對外掃描\n發佈時間：115/11/20 "
     "14:59\nIP：192.0.2.7\n",
     "ticket\ntanet EWA-2026-0001 early | message=\"疑似對外掃描\" | rule.name=\"疑似對外掃描\" | "
     "rule.category=\"對外攻擊\" | "
     "event.created=\"2026-11-20T14:59:00+08:00\" | ip=\"192.0.2.7\""},
    {"brackets, ASCII colons, INT, IPv6, a level in words",
     "【事件單編號】INT-115-77\n[事件等級]: 2 級\n[來源IP] 2001:DB8::7\n[目的IP]：198.51.100.9\n[目的 Port]: "
     "443\n[協定]: TCP\n",
     "ticket\ntanet INT-115-77 | message=\"S\" | rule.name=\"S\" | level=2 | source.ip=\"2001:db8::7\" | "
     "destination.ip=\"198.51.100.9\" | "
     "destination.port=443 | network.transport=\"tcp\""},
    {"bullets, a NATed address, several in one line",
     "1. 單號：EWA1234\n二、NAT IP：203.0.113.5  Port：8080\n◎ 來源 IP: 10.1.1.1、10.1.1.2\n",
     "ticket\ntanet EWA1234 early | message=\"S\" | rule.name=\"S\" | source.nat.ip=\"203.0.113.5\" | "
     "port=8080 | source.ip=[\"10.1.1.1\",\"10.1.1.2\"]"},
    {"prose goes on to a blank line; what follows is nobody's",
     "事件編號：7001\n建議處理方式：\n1. 更新系統\n2. 檢查帳號: root\n\n敬請配合\n",
     "ticket\ntanet 7001 | message=\"S\" | rule.name=\"S\" | remedy=\"1. 更新系統\\n2. 檢查帳號: root\""},
    {"labels nobody knows are kept", "EWA編號：EWA-9\n承辦人：王小明\n備註事項: x\n",
     "ticket\ntanet EWA-9 early | message=\"S\" | rule.name=\"S\" | ticket.承辦人=\"王小明\" | "
     "ticket.備註事項=\"x\""},
    {"the number that says most counts, the other is kept", "A-ISAC 編號：A-1\nEWA 編號：EWA-2\n",
     "ticket\ntanet EWA-2 early | message=\"S\" | rule.name=\"S\" | ticket.a-isac編號=\"A-1\""},
    {"a number inside a number's value", "[事件單編號]:A-ISAC編號:66\n",
     "ticket\ntanet 66 | message=\"S\" | rule.name=\"S\""},
    {"the number on the next line", "事件單編號：\nINT-5\n",
     "ticket\ntanet INT-5 | message=\"S\" | rule.name=\"S\""},
    {"values no field can have stay", "EWA編號：EWA-9\n事件等級：輕微\n偵測時間：昨天\nIP：待查\n",
     "ticket\ntanet EWA-9 early | message=\"S\" | rule.name=\"S\" | unread.level=\"輕微\" | "
     "unread.detected_at=\"昨天\" | unread.ip=\"待查\""},
    {"no number", "各位老師好\n",
     "no ticket\ntanet mail:1@cert.example | message=\"S\" | rule.name=\"S\" | evidence=\"各位老師好\\n\""},
    {"nothing", "", "no ticket\ntanet mail:1@cert.example | message=\"S\" | rule.name=\"S\""},
};

TEST(MailNotice, ReadsLabelsAndValues) {
  for (const auto& [why, text, expected] : kTexts) EXPECT_EQ(read(plain("S", text)), expected) << why;
}

constexpr Case kMails[] = {
    {"Big5 in quoted-printable, an RFC 2047 subject in Big5",
     "Subject: =?big5?B?uOqmd7l3xLU=?=\nContent-Type: text/plain; charset=big5\nContent-Transfer-Encoding: "
     "quoted-printable\n\n"
     "EWA =BDs=B8=B9=A1GEWA-3\n",
     "ticket\ntanet EWA-3 early | message=\"資安預警\" | rule.name=\"資安預警\""},
    {"base64 UTF-8",
     "Subject: x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: "
     "base64\n\nRVdB57eo6JmfOiBFV0EtNAo=\n",
     "ticket\ntanet EWA-4 early | message=\"x\" | rule.name=\"x\""},
    {"bytes of Big5 that nobody announced", "Subject: x\n\nEWA\xbd\x73\xb8\xb9: EWA-5\n",
     "ticket\ntanet EWA-5 early | message=\"x\" | rule.name=\"x\""},
    {"a table of HTML",
     "Subject: x\nContent-Type: text/html; charset=utf-8\n\n<html><style>IP: 9</style><table><tr><th>EWA "
     "編號</th><td>EWA-6</td></tr>"
     "<tr><td>IP</td><td>192.0.2.1<br>192.0.2.2</td></tr></table>",
     "ticket\ntanet EWA-6 early | message=\"x\" | rule.name=\"x\" | ip=[\"192.0.2.1\",\"192.0.2.2\"]"},
    {"HTML that is laid out by a table",
     "Subject: x\nContent-Type: "
     "text/html\n\n<table><tr><td></td><td><p>EWA編號：EWA-7</p>IP：192.0.2.1<br>Port：80</td></tr></table>",
     "ticket\ntanet EWA-7 early | message=\"x\" | rule.name=\"x\" | ip=\"192.0.2.1\" | port=80"},
    {"a list below a head",
     "Subject: x\nContent-Type: text/html\n\n單號：EWA-8<table><tr><th>來源IP</th><th>目的Port</th></tr>"
     "<tr><td>192.0.2.1</td><td>22</td></tr><tr><td>192.0.2.2</td><td>23</td></tr></table>",
     "ticket\ntanet EWA-8 early | message=\"x\" | rule.name=\"x\""
     "\ntanet EWA-8#1 early | message=\"x\" | rule.name=\"x\" | source.ip=\"192.0.2.1\" | destination.port=22"
     "\ntanet EWA-8#2 early | message=\"x\" | rule.name=\"x\" | source.ip=\"192.0.2.2\" | "
     "destination.port=23"},
    {"parts: text that is empty, HTML, CSV",
     "Subject: INT-100 x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
     "multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\n"
     "see below\n--c\nContent-Type: text/html\n\n<p>事件類型：入侵\n--c--\n--b\nContent-Type: text/csv; "
     "charset=big5; name=\"a.csv\"\n"
     "Content-Disposition: attachment; "
     "filename=\"a.csv\"\n\n\xa8\xd3\xb7\xbdIP,Port\n192.0.2.1,22\n\"192.0.2.2\",23\n--b--\n",
     "ticket\ntanet INT-100 | message=\"INT-100 x\" | rule.name=\"INT-100 x\""
     "\ntanet INT-100#1 | message=\"INT-100 x\" | rule.name=\"INT-100 x\" | source.ip=\"192.0.2.1\" | port=22"
     "\ntanet INT-100#2 | message=\"INT-100 x\" | rule.name=\"INT-100 x\" | source.ip=\"192.0.2.2\" | "
     "port=23"},
    {"a mail in a mail", "Subject: Fwd\nContent-Type: message/rfc822\n\nSubject: inner\n\nINT編號: INT-8\n",
     "ticket\ntanet INT-8 | message=\"Fwd\" | rule.name=\"Fwd\""},
    {"a drill", "Subject: =?utf-8?B?5ryU57e0?= EWA-123\n\nx\n",
     "ticket\ntanet EWA-123 early drill | message=\"演練 EWA-123\" | rule.name=\"演練 EWA-123\""},
    {"no mail", "\x01\x02\x03",
     "unreadable\ntanet mail:file | message=\"mail that cannot be read / 無法解讀的郵件\" | rule.name=\"mail "
     "that cannot be read / 無法解讀的郵件\""},
    {"nothing", "",
     "unreadable\ntanet mail:file | message=\"mail that cannot be read / 無法解讀的郵件\" | rule.name=\"mail "
     "that cannot be read / 無法解讀的郵件\""},
};

TEST(MailNotice, TakesAllEncodingsOff) {
  for (const auto& [why, mail, expected] : kMails) EXPECT_EQ(read(mail), expected) << why;
}

TEST(MailNotice, ATemplateGoesBeforeTanets) {
  const MailTemplate own = {"soc",    "my-soc", {"資安通報"},
                            {"緊急"}, {},       {{"source_ref", {"Case"}}, {"src_ip", {"Attacker"}}}};
  const auto with = [&own](const std::string& mail) {
    return describe(read_mail_notice(mail, {&own, 1}, "file", kTaipei));
  };
  EXPECT_EQ(with(plain("【資安通報】緊急", "Case: C-9\nAttacker: 192.0.2.1\n網址：http://x.example/\n")),
            "ticket\nmy-soc C-9 early | message=\"【資安通報】緊急\" | rule.name=\"【資安通報】緊急\" | "
            "source.ip=\"192.0.2.1\" | url.original=\"http://x.example/\"");
  EXPECT_EQ(with(plain("other", "EWA編號: EWA-9\n")),
            "ticket\ntanet EWA-9 early | message=\"other\" | rule.name=\"other\"");
}

TEST(MailNotice, SaysTheSameOfTheSameTicketHoweverItCame) {
  const std::string text = "EWA編號: EWA-9\nIP：192.0.2.1\n";
  const MailNotice one = read_mail_notice(plain("x", text), {}, "a", kTaipei);
  std::string other = plain("x", text + "\n此信由系統寄出 14:59\n");
  other.replace(other.find("<1@"), 3, "<2@");
  const MailNotice two = read_mail_notice(other, {}, "b", kTaipei);
  EXPECT_EQ(one.alerts.front().document, two.alerts.front().document);
  EXPECT_NE(one.alerts.front().beside, two.alerts.front().beside);
}

TEST(MailNotice, ABombIsCutAndKept) {
  std::string nested = "Subject: EWA-1234\n";
  for (int i = 0; i < 5000; ++i)
    nested += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
              std::to_string(i) + "\n";
  EXPECT_EQ(read(nested).substr(0, 15), "unreadable, cut");
  std::string deep = "Subject: EWA-1234\n";
  for (int i = 0; i < 150; ++i)
    deep += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" + std::to_string(i) +
            "\n";
  EXPECT_EQ(read(deep).substr(0, 11), "ticket, cut");
  MailNoticeLimits small;
  small.mail.mail_bytes_max = 100;
  EXPECT_TRUE(read_mail_notice(plain("EWA-1234", std::string(1000, 'x')), {}, "f", kTaipei, small).cut);
  small = {};
  small.rows_max = 1;
  const MailNotice rows = read_mail_notice(
      "Subject: EWA-1234\nContent-Type: text/csv\n\nIP\n192.0.2.1\n192.0.2.2\n", {}, "f", kTaipei, small);
  EXPECT_TRUE(rows.cut);
  EXPECT_EQ(rows.alerts.size(), 2U) << "the ticket and one row";
}

struct CsvCase {
  std::string_view why, text, expected;
};
constexpr CsvCase kCsv[] = {
    {"quotes, line ends inside them", "a,\"b \"\"c\"\"\nd\"\r\n1,2", "a|b \"c\"\nd;1|2;"},
    {"semicolons", "a;b\n1,5;2\n", "a|b;1,5|2;"},
    {"TABs and blank rows", "a\tb\n\t\n\n1\t2", "a|b;1|2;"},
    {"a quote that is never closed", "a,\"b\nc", "a|b\nc;"},
    {"nothing", "", ""},
};

TEST(CsvRows, ReadsWhatProgramsWrite) {
  for (const auto& [why, text, expected] : kCsv) {
    std::string out;
    for (const auto& row : read_csv(text).rows) {
      for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : "|") + row[i];
      out += ';';
    }
    EXPECT_EQ(out, expected) << why;
  }
}

TEST(HtmlLines, NestAsDeepAsASenderLikes) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<div><table><tr><td>";
  html_lines(deep + "x");
  EXPECT_TRUE(html_lines("").empty());
  EXPECT_EQ(html_lines("a&amp;b<br>&#x7db2;<script>x</script>"), (std::vector<std::string>{"a&b", "網"}));
}

}  // namespace
}  // namespace vigil
