#include "incidents/notification.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "incidents/form_spec.h"
#include "incidents/report_files.h"
#include "parsers/embedded.h"
#include "tests/incidents/school.h"

namespace vigil {
namespace {

using namespace test;

/// A break-in by password guessing on the grades system, as the daemon would see it.
Desk break_in(bool drill = false) {
  Desk desk;
  Detection guess = detection(brute_force(), kAfternoon, "srv1",
                              {{"source.ip", "203.0.113.9"}, {"user.name", "alice"}, {"host.name", "srv1"}});
  guess.count = 1284;
  guess.first_ns = kAfternoon - 9 * kMinute;
  Detection in = detection(brute_success(), kAfternoon + kMinute, "srv1",
                           {{"source.ip", "203.0.113.9"}, {"user.name", "alice"}, {"host.name", "srv1"}});
  in.fields = {{"event.outcome", "success"}, {"source.port", "52110"}};
  guess.drill = in.drill = drill;
  desk.apply({guess, in}, kAfternoon + 2 * kMinute);
  return desk;
}

/// "filled value", "proposed value" or "empty".
std::string describe(const NotificationForm& form, std::string_view id) {
  const FormField* field = form.find(id);
  if (!field) return "no such field";
  std::string out = field->filled ? "filled" : field->value.empty() ? "empty" : "proposed";
  return out + (field->value.empty() ? "" : " " + field->value);
}

TEST(Notification, FillsEveryFieldOfStageOneThatTheEvidenceSupports) {
  Desk desk = break_in();
  const NotificationForm form = draft_notification(desk.only(), *school_assets(), kAfternoon + 3 * kMinute);
  struct Row {
    std::string_view field, expected;
  };
  constexpr Row kRows[] = {
      {"reported_at", "filled 2026-11-20 14:03:00 +08:00"},
      {"org_name", "filled 甲國小"},
      {"reviewing_org", "filled 縣市教育局"},
      {"reporter", "proposed 資安聯絡人甲"},
      {"phone", "filled 04-2345-6789 分機 21"},
      {"fax", "filled 04-2345-0000"},
      {"email", "filled a@school.example"},
      {"on_behalf_of", "filled 否"},
      {"soc", "filled 委外建置"},
      {"maintenance_vendor", "filled 維護公司"},
      {"discovered_at", "filled 2026-11-20 14:02:00 +08:00"},
      {"known_at", "empty"},
      {"category", "filled 非法入侵"},
      {"symptoms", "filled 異常連線、系統遭入侵"},
      {"affects_others", "empty"},
      {"affected_sectors", "empty"},
      {"source", "filled 自行發現"},
      {"confidentiality",
       "proposed "
       "未涉及關鍵基礎設施維運之核心業務資訊遭嚴重洩漏，或一般公務機密、敏感資訊或涉及關鍵基礎設施維運之核心"
       "業務資訊遭輕微洩漏"},
      {"availability", "proposed 無系統或設備運作受影響（無需通報）"},
      {"level", "proposed 3"},
      {"needs_support", "empty"},
      {"support_wanted", "empty"},
  };
  for (const auto& row : kRows) EXPECT_EQ(describe(form, row.field), row.expected) << row.field;
  EXPECT_EQ(form.find("soc")->detail, "安全監控公司");
  // known_at, reporter, affects_others, the four of the level, needs_support.
  EXPECT_EQ(form.required_empty(), 8U);
  EXPECT_EQ(form.id, "N-school-a-2026-0001");

  for (const auto& section : form.sections) {
    for (const auto& field : section.fields) {
      const bool ours = field.fill != FieldFill::person;
      EXPECT_TRUE(!ours || !field.why.empty()) << field.id << " does not say why";
      EXPECT_TRUE(ours || field.value.empty()) << field.id << " is a person's";
      EXPECT_FALSE(field.label_en.empty()) << field.id;
    }
  }
}

TEST(Notification, DescribesWhenFromWhereAgainstWhatAndHowOften) {
  Desk desk = break_in();
  const NotificationForm form = draft_notification(desk.only(), *school_assets(), kAfternoon + 3 * kMinute);
  const std::string& text = form.find("description")->value;
  for (const char* part :
       {"2026-11-20 14:02:00 +08:00", "自 2026-11-20 13:51:00 至 2026-11-20 14:01:00", "203.0.113.9（外部）",
        "「成績系統」（核心系統）", "主機 srv1", "帳號 alice",
        "「SSH 密碼猜測」（成績系統）偵測 1 次，涉及事件 1,284 筆",
        "「SSH 密碼猜測後登入成功」（成績系統）偵測 1 次，涉及事件 1 筆", "event.outcome = success",
        "「非法入侵」", "異常連線、系統遭入侵", "建議影響等級 3 級（尚待人員確認）"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(Notification, ConfirmingFillsWhatOnlyAPersonKnew) {
  Desk desk = break_in();
  ASSERT_TRUE(desk.confirm("school-a-2026-0001", kAfternoon + 20 * kMinute, "王小明"));
  const NotificationForm form = draft_notification(desk.only(), *school_assets(), kAfternoon + 21 * kMinute);
  EXPECT_EQ(describe(form, "known_at"), "filled 2026-11-20 14:20:00 +08:00");
  EXPECT_EQ(describe(form, "reporter"), "filled 王小明");
  EXPECT_EQ(describe(form, "level"), "proposed 3") << "confirming the case is not yet confirming its level";
  EXPECT_EQ(form.required_empty(), 6U);
}

TEST(Notification, ALevelAPersonDecidedIsNoProposal) {
  Desk desk = break_in();
  Case incident = desk.only();
  incident.level.proposed = false;
  const NotificationForm form = draft_notification(incident, *school_assets(), kAfternoon);
  EXPECT_EQ(describe(form, "level"), "filled 3");
  EXPECT_EQ(describe(form, "confidentiality").substr(0, 6), "filled");
}

TEST(Notification, LeavesEmptyWhatNobodyHasRegistered) {
  Desk desk;
  Detection foreign =
      detection(rule("sigma", "", Level::high, "", {}), kAfternoon, "pc-9", {{"source.ip", "10.0.0.7"}});
  foreign.organisation = "school-b";
  foreign.system.clear();
  desk.apply({foreign});
  const NotificationForm form = draft_notification(desk.only(), *school_assets(), kAfternoon);
  for (const char* field : {"reporter", "phone", "fax", "email", "soc", "maintenance_vendor", "symptoms",
                            "confidentiality", "integrity", "availability", "level", "known_at"}) {
    EXPECT_EQ(describe(form, field), "empty") << field;
    EXPECT_FALSE(form.find(field)->why.empty()) << field << " says why it is empty";
  }
  EXPECT_EQ(describe(form, "reviewing_org"), "filled 縣市教育網路中心") << "the parent in the tree";
  EXPECT_EQ(describe(form, "category"), "filled 其他");
  EXPECT_FALSE(form.find("symptoms")->required) << "the form asks for none in that category";
  const std::string& text = form.find("description")->value;
  EXPECT_NE(text.find("10.0.0.7（內部）"), std::string::npos) << text;
  EXPECT_NE(text.find("未登錄於資產清冊"), std::string::npos) << text;
  EXPECT_NE(text.find("須由人員判斷"), std::string::npos) << text;
}

TEST(Notification, IsDraftedForAnOrganisationThatIsNoLongerConfigured) {
  Case incident;
  incident.id = "gone-2026-0001";
  incident.organisation = "gone";
  const NotificationForm form = draft_notification(incident, *school_assets(), kAfternoon);
  EXPECT_EQ(describe(form, "org_name"), "filled gone");
  EXPECT_FALSE(render_form_html(form).empty());
}

TEST(Notification, SymptomsOfAnotherCategoryAreNamedBesideTheForm) {
  Desk desk = break_in();
  desk.apply({detection(web_shell(), kAfternoon, "srv1", {{"source.ip", "203.0.113.9"}})});
  const NotificationForm form = draft_notification(desk.only(), *school_assets(), kAfternoon);
  EXPECT_EQ(describe(form, "category"), "filled 網頁攻擊");
  EXPECT_EQ(describe(form, "symptoms"), "filled 網頁木馬");
  EXPECT_NE(form.find("symptoms")->why.find("異常連線、系統遭入侵"), std::string::npos);
}

TEST(Notification, TheBuiltInFormIsWhole) {
  for (const auto& file : embedded::profiles()) {
    if (file.name != "notification-form.yaml") continue;
    const auto spec = parse_form_spec(file.text);
    ASSERT_TRUE(spec) << spec.error().what;
  }
  const FormSpec& spec = form_spec();
  ASSERT_EQ(spec.sections.size(), 4U);
  EXPECT_EQ(spec.categories.size(), 5U);
  std::size_t fields = 0;
  for (const auto& section : spec.sections) fields += section.fields.size();
  EXPECT_EQ(fields, 24U);
  EXPECT_FALSE(parse_form_spec("form: x"));
  EXPECT_FALSE(parse_form_spec("["));
}

TEST(Notification, JsonSaysForEachFieldWhoFillsItAndWhetherItIsFilled) {
  Desk desk = break_in(true);
  const NotificationForm form = draft_notification(desk.only(), *school_assets(), kAfternoon);
  const auto json = boost::json::parse(render_form_json(form)).as_object();
  EXPECT_EQ(json.at("id").as_string(), "N-school-a-2026-D0001");
  EXPECT_TRUE(json.at("drill").as_bool());
  EXPECT_EQ(json.at("drafted_at").as_string(), "2026-11-20T14:00:00+08:00");
  std::size_t fields = 0;
  for (const auto& section : json.at("sections").as_array()) {
    for (const auto& row : section.as_object().at("fields").as_array()) {
      ++fields;
      const auto& field = row.as_object();
      for (const char* key : {"id", "label", "type", "required", "fill", "filled", "value", "why"}) {
        EXPECT_TRUE(field.contains(key)) << key;
      }
      if (field.at("id") == "level") {
        EXPECT_EQ(field.at("fill").as_string(), "proposed");
        EXPECT_FALSE(field.at("filled").as_bool());
        EXPECT_EQ(field.at("value").as_string(), "3");
      }
      EXPECT_TRUE(field.at("id") != "known_at" || field.at("value").is_null());
    }
  }
  EXPECT_EQ(fields, 24U);
}

TEST(Notification, HtmlIsOneSelfContainedPage) {
  Desk desk = break_in();
  const std::string page = render_form_html(draft_notification(desk.only(), *school_assets(), kAfternoon));
  for (const char* part :
       {"<!DOCTYPE html>", "lang=\"zh-Hant-TW\"", "default-src 'none'", "甲國小", "資通安全事件通報單",
        "尚未填寫／to be filled by a person", "建議 proposed", "1,284", "@page{size:A4", "</html>"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  for (const char* part : {"<script", "http:", "https:", "src=", "href=", "url(", "演練"}) {
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  }
}

TEST(Notification, ADrillIsMarkedEverywhere) {
  Desk desk = break_in(true);
  const NotificationForm form = draft_notification(desk.only(), *school_assets(), kAfternoon);
  const std::string page = render_form_html(form);
  EXPECT_NE(page.find("演練 DRILL"), std::string::npos);
  EXPECT_NE(page.find("class=\"watermark\""), std::string::npos);
  EXPECT_NE(form.find("description")->value.find("【演練】"), std::string::npos);
  EXPECT_EQ(notice_subject(desk.only()).find("[Vigil][演練] 候選事件 school-a-2026-D0001："), 0U);
  EXPECT_NE(render_notice_text(desk.only(), form, "", kAfternoon).find("【演練 DRILL】"), std::string::npos);
}

TEST(Notification, FilesHaveFixedNames) {
  Desk desk = break_in();
  const NotificationForm form = draft_notification(desk.only(), *school_assets(), kAfternoon);
  std::string names;
  for (const auto& [name, content] : notification_files(desk.only(), form, "bag-1", kAfternoon)) {
    names += name + " ";
    EXPECT_FALSE(content.empty()) << name;
  }
  EXPECT_EQ(names, "form.html form.json case.json notice.txt ");
}

}  // namespace
}  // namespace vigil
