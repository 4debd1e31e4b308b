#include <gtest/gtest.h>

#include "incidents/mime.h"
#include "incidents/notification.h"
#include "tests/incidents/school.h"

namespace vigil {
namespace {

using namespace test;

std::string decode64(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) continue;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>((bits >> static_cast<unsigned>(have)) & 255U);
    }
  }
  return out;
}

/// Unfolds and decodes the encoded words of one header; empty if it is not there, "twice" if it is there
/// twice.
std::string header(const std::string& mail, std::string_view name) {
  const std::string head = "\r\n" + mail.substr(0, mail.find("\r\n\r\n") + 2);
  const std::string mark = "\r\n" + std::string(name) + ": ";
  const auto at = head.find(mark);
  if (at == std::string::npos) return "";
  if (head.find(mark, at + 1) != std::string::npos) return "twice";
  std::string value;
  for (auto i = at + mark.size(); i < head.size(); ++i) {
    if (head.compare(i, 2, "\r\n") == 0 && head[i + 2] != ' ') break;
    value += head[i];
  }
  std::string out;
  while (!value.empty()) {
    const auto word = value.find("=?UTF-8?B?");
    const std::string before = value.substr(0, word);
    if (before.find_first_not_of(" \r\n") != std::string::npos) out += before;
    if (word == std::string::npos) break;
    const auto end = value.find("?=", word + 10);
    out += decode64(value.substr(word + 10, end - word - 10));
    value.erase(0, end + 2);
  }
  return out;
}

/// The decoded body of part `number` (from 0).
std::string part(const std::string& mail, std::size_t number) {
  const auto quote = mail.find("boundary=\"") + 10;
  const std::string boundary = "\r\n--" + mail.substr(quote, mail.find('"', quote) - quote);
  std::size_t at = mail.find(boundary);
  for (std::size_t i = 0; i < number; ++i) at = mail.find(boundary, at + 1);
  const auto body = mail.find("\r\n\r\n", at + boundary.size()) + 4;
  return decode64(mail.substr(body, mail.find(boundary, body) - body));
}

Case break_in(bool confirmed, std::string_view host = "srv1", bool drill = false) {
  Desk desk;
  Detection in = detection(brute_success(), kAfternoon, std::string(host), {{"source.ip", "203.0.113.9"}});
  in.drill = drill;
  desk.apply({in});
  if (confirmed) desk.confirm(desk.only().id, kAfternoon + 10 * kMinute);
  return desk.only();
}

MailMessage mail_of(const Case& incident, std::string_view from = "vigil@school.example",
                    std::string_view bundle = "bag-x-1") {
  return render_mail(incident, draft_notification(incident, *school_assets(), kAfternoon),
                     *school_assets()->organisation("school-a"), from, bundle, kAfternoon);
}

TEST(Mail, HasTheHeadersAMailNeedsAndEachOnce) {
  const MailMessage mail = mail_of(break_in(false));
  EXPECT_EQ(header(mail.rfc5322, "Date"), "Fri, 20 Nov 2026 14:00:00 +0800");
  EXPECT_EQ(header(mail.rfc5322, "From"), "守望 Vigil\r\n <vigil@school.example>");
  EXPECT_EQ(header(mail.rfc5322, "Subject"),
            "[Vigil] 候選事件 school-a-2026-0001：SSH 密碼猜測後登入成功：成績系統（建議 3 級）");
  EXPECT_EQ(header(mail.rfc5322, "Message-ID"), "<N-school-a-2026-0001.1795154400000000000@school.example>");
  EXPECT_EQ(header(mail.rfc5322, "MIME-Version"), "1.0");
  EXPECT_EQ(header(mail.rfc5322, "Auto-Submitted"), "auto-generated");
  EXPECT_EQ(mail.from, "vigil@school.example");
}

TEST(Mail, KeepsTheLimitsOfALine) {
  for (const bool confirmed : {false, true}) {
    const std::string mail = mail_of(break_in(confirmed, std::string(3000, 'h'))).rfc5322;
    std::size_t from = 0;
    for (auto end = mail.find("\r\n"); end != std::string::npos;
         from = end + 2, end = mail.find("\r\n", from)) {
      EXPECT_LE(end - from, 98U) << mail.substr(from, end - from);
    }
    EXPECT_EQ(from, mail.size()) << "ends with CRLF";
    for (std::size_t i = 0; i < mail.size(); ++i) {
      const char c = mail[i];
      EXPECT_TRUE((c >= ' ' && c <= '~') || c == '\r' || c == '\n') << i;
      EXPECT_TRUE(c != '\n' || mail[i - 1] == '\r') << i;
    }
  }
}

TEST(Mail, SaysWhatHappenedWhatToDoAndWhere) {
  const std::string candidate = part(mail_of(break_in(false)).rfc5322, 0);
  for (const char* text :
       {"發生什麼事", "203.0.113.9", "vigil incidents confirm school-a-2026-0001", "一小時通報時限自確認起算",
        "bag-x-1", "N-school-a-2026-0001", "In English", "Confirming is knowing"}) {
    EXPECT_NE(candidate.find(text), std::string::npos) << text << "\n" << candidate;
  }
  const std::string confirmed = part(mail_of(break_in(true)).rfc5322, 0);
  for (const char* text :
       {"請於 2026-11-20 15:10:00 +08:00 前完成通報",
        "File the notification before 2026-11-20 15:10:00 +08:00", "2026-11-22 02:10:00 +08:00"}) {
    EXPECT_NE(confirmed.find(text), std::string::npos) << text << "\n" << confirmed;
  }
  EXPECT_LT(candidate.find("發生什麼事"), candidate.find("In English"));
  EXPECT_EQ(part(mail_of(break_in(false), "v@x.example", "").rfc5322, 0).find("證據包"), std::string::npos)
      << "no bundle, no word of one";
}

TEST(Mail, AttachesTheForm) {
  const std::string mail = mail_of(break_in(false)).rfc5322;
  EXPECT_NE(mail.find("Content-Disposition: attachment; filename=\"N-school-a-2026-0001.html\""),
            std::string::npos);
  const std::string page = part(mail, 1);
  EXPECT_EQ(page.find("<!DOCTYPE html>"), 0U);
  EXPECT_NE(page.find("</html>"), std::string::npos);
}

TEST(Mail, GoesToTheContactsAndWhenGraveToTheCiso) {
  EXPECT_EQ(mail_of(break_in(false)).to,
            (std::vector<std::string>{"a@school.example", "b@school.example", "principal@school.example"}));
  EXPECT_EQ(mail_of(break_in(false, "web1")).to,
            (std::vector<std::string>{"a@school.example", "b@school.example"}));
  EXPECT_EQ(header(mail_of(break_in(false, "web1")).rfc5322, "To"),
            "資安聯絡人甲\r\n <a@school.example>,\r\n 資安聯絡人乙\r\n <b@school.example>");
}

TEST(Mail, MarksADrill) {
  const MailMessage mail = mail_of(break_in(false, "srv1", true));
  EXPECT_EQ(header(mail.rfc5322, "Subject").find("[Vigil][演練] 候選事件 school-a-2026-D0001"), 0U);
  EXPECT_EQ(header(mail.rfc5322, "X-Vigil-Drill"), "yes");
  EXPECT_NE(part(mail.rfc5322, 0).find("演練 DRILL"), std::string::npos);
}

TEST(Mail, BI92NoValueStartsAHeaderOfItsOwn) {
  const std::string evil = "x\r\nBcc: all@example.org\r\nX-Evil: 1\r\n\r\nbody";
  Case incident = break_in(false, evil);
  Organisation organisation = *school_assets()->organisation("school-a");
  organisation.contacts[0].name = evil;
  organisation.contacts[1].mail = "b@school.example\r\nBcc: all@example.org";
  const NotificationForm form = draft_notification(incident, *school_assets(), kAfternoon);
  const MailMessage mail =
      render_mail(incident, form, organisation, "v@x.example\r\nBcc: all@example.org", evil, kAfternoon);
  const std::string head = mail.rfc5322.substr(0, mail.rfc5322.find("\r\n\r\n"));
  EXPECT_EQ(head.find("\nBcc"), std::string::npos) << head;
  EXPECT_EQ(head.find("\nX-Evil"), std::string::npos) << head;
  EXPECT_EQ(mail.to, std::vector<std::string>{"a@school.example"});
  EXPECT_EQ(mail.from, "vigil@vigil.invalid");
  EXPECT_NE(header(mail.rfc5322, "Subject").find("x\\x0d\\x0aBcc"), std::string::npos);
}

TEST(Mail, WithoutARecipientSaysSo) {
  Organisation nobody;
  nobody.id = "school-a";
  const Case incident = break_in(false);
  const MailMessage mail = render_mail(incident, draft_notification(incident, *school_assets(), kAfternoon),
                                       nobody, "vigil@x.example", "", kAfternoon);
  EXPECT_TRUE(mail.to.empty());
  EXPECT_EQ(header(mail.rfc5322, "To"), "undisclosed-recipients:;");
}

TEST(Mail, KnowsAUsableAddress) {
  struct Row {
    std::string_view address;
    bool usable;
  };
  const std::string long_name(250, 'a');
  const std::string too_long = long_name + "@x.example";
  const Row kRows[] = {{"a@school.example", true},
                       {"a.b+c@x", true},
                       {"", false},
                       {"a", false},
                       {"@x", false},
                       {"a@", false},
                       {"a@b@c", false},
                       {"a b@c", false},
                       {"a@b\r\nBcc: c", false},
                       {"<a@b>", false},
                       {"a,b@c", false},
                       {"校長@x", false},
                       {"-oQ@x", false},
                       {"a\"b@c", false},
                       {too_long, false}};
  for (const auto& row : kRows) EXPECT_EQ(is_mail_address(row.address), row.usable) << row.address;
}

TEST(Mime, EncodesAsTheRfcsSay) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xFE\xFD"), "//79");
  EXPECT_EQ(base64_lines(std::string(58, 'a')).find("\r\n"), 76U);
  EXPECT_EQ(header_text("plain"), "plain");
  EXPECT_EQ(header_text("=?UTF-8?Q?fake?="), "=?UTF-8?B?PT9VVEYtOD9RP2Zha2U/PQ==?=")
      << "a value cannot pose as encoded";
  EXPECT_EQ(header_text("中文"), "=?UTF-8?B?5Lit5paH?=");
  EXPECT_EQ(mail_date(0, 0), "Thu, 01 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(mail_date(kAfternoon, -330), "Fri, 20 Nov 2026 00:30:00 -0530");
  EXPECT_EQ(mail_date(-1, 0), "Wed, 31 Dec 1969 23:59:59 +0000");
}

}  // namespace
}  // namespace vigil
