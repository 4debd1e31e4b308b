#include <algorithm>

#include "incidents/mime.h"
#include "incidents/narrative.h"
#include "incidents/notification.h"
#include "incidents/text.h"

namespace vigil {
namespace {

constexpr int kMajorLevel = 3;
constexpr std::size_t kSubjectTitleBytesMax = 180;

std::string_view subject_kind(CaseState state) {
  switch (state) {
    case CaseState::candidate:
      return "候選事件";
    case CaseState::rejected:
      return "已排除";
    default:
      return "已確認事件";
  }
}

/// The domain of our Message-ID: the sender's, if it is one.
std::string message_domain(std::string_view from) {
  std::string out;
  const auto at = from.find('@');
  for (const char c : at == std::string_view::npos ? std::string_view() : from.substr(at + 1)) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    if (plain) out += c;
  }
  return out.empty() ? "vigil.invalid" : out;
}

const CaseClock* clock_of(const Case& incident, std::string_view id) {
  for (const auto& clock : incident.clocks) {
    if (clock.id == id && !clock.voided) return &clock;
  }
  return nullptr;
}

std::string todo_zh(const Case& incident, int zone_minutes) {
  if (incident.state == CaseState::rejected) {
    return "本候選事件已排除，理由：" + one_line(incident.reject_reason.value_or(""), 1000) +
           "\n無需通報；請回復發現人員處理結果。\n";
  }
  std::string out;
  if (incident.state == CaseState::candidate) {
    out += "1. 檢視：vigil incidents show " + incident.id + "\n";
    out +=
        "2. 屬實：vigil incidents confirm " + incident.id + "\n   確認即為知悉，一小時通報時限自確認起算。\n";
    out += "3. 誤判：vigil incidents reject " + incident.id + " --reason 理由\n";
    out += "4. 屬實者，補齊通報單空白欄位後，至主管機關指定之通報網站通報。\n";
    return out;
  }
  if (const CaseClock* clock = clock_of(incident, "initial_notification")) {
    out += "1. 請於 " + shown_time(clock->due_ns, zone_minutes) + " 前完成通報（知悉時間 " +
           shown_time(clock->started_ns, zone_minutes) + "，時限一小時）。\n";
  }
  out +=
      "2. "
      "補齊通報單空白欄位、確認建議內容後，至主管機關指定之通報網站通報；無法上網時先以電話、傳真或電子郵件通"
      "報。\n";
  if (const CaseClock* clock = clock_of(incident, "damage_control")) {
    out += "3. 請於 " + shown_time(clock->due_ns, zone_minutes) + " 前完成損害控制或復原。\n";
  }
  return out;
}

std::string todo_en(const Case& incident, int zone_minutes) {
  if (incident.state == CaseState::rejected) {
    return "This candidate was rejected: " + one_line(incident.reject_reason.value_or(""), 1000) +
           "\nNothing has to be filed.\n";
  }
  if (incident.state == CaseState::candidate) {
    return "1. Look:  vigil incidents show " + incident.id + "\n2. True:  vigil incidents confirm " +
           incident.id +
           "\n   Confirming is knowing: the one-hour clock starts then.\n3. False: vigil incidents reject " +
           incident.id +
           " --reason WHY\n4. If true, complete the form's empty fields and file it with the authority.\n";
  }
  std::string out;
  if (const CaseClock* clock = clock_of(incident, "initial_notification")) {
    out += "1. File the notification before " + shown_time(clock->due_ns, zone_minutes) + " (known at " +
           shown_time(clock->started_ns, zone_minutes) + ", one hour).\n";
  }
  out += "2. Complete the form's empty fields, check the proposals, file it with the authority.\n";
  if (const CaseClock* clock = clock_of(incident, "damage_control")) {
    out += "3. Finish damage control or recovery before " + shown_time(clock->due_ns, zone_minutes) + ".\n";
  }
  return out;
}

std::string level_zh(const ImpactLevel& level) {
  const std::string number = std::to_string(level.overall());
  if (!level.proposed) return number + " 級";
  return level.overall() == 0 ? "尚待人員評估" : "建議 " + number + " 級（待人員確認）";
}

std::string to_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

void add_recipient(const Contact& contact, MailMessage& mail, std::string& header) {
  if (!is_mail_address(contact.mail)) return;
  if (std::find(mail.to.begin(), mail.to.end(), contact.mail) != mail.to.end()) return;
  mail.to.push_back(contact.mail);
  header += (header.empty() ? "" : ",\r\n ") + header_address(contact.name, contact.mail);
}

}  // namespace

std::string notice_subject(const Case& incident) {
  std::string out = "[Vigil]";
  if (incident.drill) out += "[演練]";
  out += " " + std::string(subject_kind(incident.state)) + " " + one_line(incident.id, 120) + "：" +
         one_line(incident.title_zh, kSubjectTitleBytesMax);
  if (incident.level.overall() > 0) {
    out += incident.level.proposed ? "（建議 " : "（";
    out += std::to_string(incident.level.overall()) + " 級）";
  }
  return out;
}

std::string render_notice_text(const Case& incident, const NotificationForm& form,
                               std::string_view bundle_name, std::int64_t now_ns) {
  const int zone = form.zone_minutes;
  const FormField* description = form.find("description");
  const std::string bundle = one_line(bundle_name, 200);
  std::string out;
  if (incident.drill)
    out += "【演練 DRILL】本通知為演練，非真實事件。This is an exercise, not a real incident.\n\n";
  out += "機關：" + form.organisation_name + "\n案件：" + incident.id + "（" +
         std::string(case_state_zh(incident.state)) + "）\n事件：" + one_line(incident.title_zh) +
         "\n等級：" + level_zh(incident.level) + "\n時間：" + shown_time(now_ns, zone) + "\n\n";
  out += "── 發生什麼事 ──\n" + (description ? description->value : std::string()) + "\n";
  for (const auto& reason : incident.level.reasons) out += "・" + reason + "\n";
  out += "\n── 現在該做什麼 ──\n" + todo_zh(incident, zone);
  out += "\n── 通報單與證據 ──\n通報單：" + form.id + "（附件；或 vigil notifications form " + form.id +
         " --format html）\n尚待人員填寫之必填欄位：" + std::to_string(form.required_empty()) + " 欄\n";
  if (!bundle.empty()) out += "證據包：" + bundle + "（以其中 verify.sh 或 vigil evidence verify 驗證）\n";

  out += "\n────────────────────────\nIn English\n\nOrganisation: " + form.organisation_name +
         "\nCase: " + incident.id + " (" + std::string(case_state_name(incident.state)) +
         ")\nWhat happened: " + summarise_case_en(incident, zone) + "\n";
  if (incident.level.overall() > 0) {
    out += "Level: " + std::to_string(incident.level.overall()) +
           (incident.level.proposed ? " (proposed)\n" : "\n");
  }
  out += "\nWhat to do now\n" + todo_en(incident, zone);
  out += "\nForm: " + form.id + " (attached; " + std::to_string(form.required_empty()) +
         " required fields still open)\n";
  if (!bundle.empty())
    out += "Evidence bundle: " + bundle + " (check it with its verify.sh or vigil evidence verify)\n";
  return out;
}

MailMessage render_mail(const Case& incident, const NotificationForm& form, const Organisation& organisation,
                        std::string_view from, std::string_view bundle_name, std::int64_t now_ns) {
  MailMessage mail;
  mail.from = is_mail_address(from) ? std::string(from) : "vigil@vigil.invalid";
  std::string to;
  for (const auto& contact : organisation.contacts) add_recipient(contact, mail, to);
  if (organisation.ciso && incident.level.overall() >= kMajorLevel)
    add_recipient(*organisation.ciso, mail, to);

  // Parts are base64, whose lines never begin with "--": the boundary cannot occur in them.
  const std::string boundary = "=_vigil_" + std::to_string(now_ns);
  const std::string file = form.id + ".html";
  std::string& out = mail.rfc5322;
  out += "Date: " + mail_date(now_ns, form.zone_minutes) + "\r\n";
  out += "From: " + header_address("守望 Vigil", mail.from) + "\r\n";
  out += "To: " + (to.empty() ? std::string("undisclosed-recipients:;") : to) + "\r\n";
  out += "Subject: " + header_text(notice_subject(incident)) + "\r\n";
  out += "Message-ID: <" + form.id + "." + std::to_string(now_ns) + "@" + message_domain(mail.from) + ">\r\n";
  out += "Auto-Submitted: auto-generated\r\n";
  out += "X-Vigil-Case: " + header_text(incident.id) + "\r\n";
  if (incident.drill) out += "X-Vigil-Drill: yes\r\n";
  out += "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n";
  out += "--" + boundary +
         "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
         "Content-Disposition: inline\r\n\r\n";
  out += base64_lines(to_crlf(render_notice_text(incident, form, bundle_name, now_ns)));
  out += "--" + boundary + "\r\nContent-Type: text/html; charset=utf-8; name=\"" + file +
         "\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"" + file +
         "\"\r\n\r\n";
  out += base64_lines(render_form_html(form));
  out += "--" + boundary + "--\r\n";
  return mail;
}

}  // namespace vigil
