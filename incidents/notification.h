#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/asset_table.h"
#include "incidents/case.h"

namespace vigil {

/// Who fills a field of the form, and whether it is filled.
enum class FieldFill : std::uint8_t { org, automatic, proposed, person };

struct FormField {
  std::string id, label, type;  ///< id and zh-TW label of the form
  std::string label_en;
  bool required = false;  ///< on this form: a field that hangs on an answer still open is not yet required
  bool printed = true;    ///< false: ours, not on the paper form
  FieldFill fill = FieldFill::person;
  bool filled = false;              ///< a proposed one counts as empty until a person confirms
  std::string value;                ///< shown text; empty where nobody knows; of a choice, what is chosen
  std::vector<std::string> chosen;  ///< for single and multiple choice
  std::vector<std::string> options;
  std::string detail_label, detail;  ///< the text that goes with a choice (廠商名稱)
  std::string why;  ///< where the value comes from: evidence, asset table, rule; or why it is empty
};
/// "org", "auto", "proposed", "person".
std::string_view field_fill_name(FieldFill fill);

struct FormSection {
  std::string id, title, title_en;
  std::vector<FormField> fields;
};

/// Stage one of the 資通安全事件通報單, drafted from the case and the asset table. Nothing is invented: what
/// only a person can know stays empty.
struct NotificationForm {
  std::string id;  ///< "N-" + case id
  std::string case_id, organisation, organisation_name;
  std::string title, title_en;
  std::string case_title, case_state_zh;
  std::string version, stage, stage_en;
  std::vector<std::string> notes, notes_en, signatures;
  bool drill = false;
  std::int64_t drafted_ns = 0;
  int zone_minutes = 480;
  std::vector<FormSection> sections;
  const FormField* find(std::string_view field_id) const;
  std::size_t required_empty() const;
  std::size_t proposals() const;
};

/// The reporter is a person: until somebody confirms the case, the organisation's first contact stands there
/// as a proposal; afterwards it is whoever confirmed. known_at stays empty until then.
NotificationForm draft_notification(const Case& incident, const AssetTable& assets, std::int64_t now_ns);

/// Complete HTML page for screen and A4 (no scripts, no outside references, every value escaped), zh-TW with
/// English beside labels.
std::string render_form_html(const NotificationForm& form);
std::string render_form_json(const NotificationForm& form);

/// The mail that tells the contacts: RFC 5322 with UTF-8 MIME parts, the form attached as HTML. Header values
/// are encoded and never carry CR or LF (BI-92).
struct MailMessage {
  std::string from;
  std::vector<std::string> to;
  std::string rfc5322;
};
/// To every contact with a usable address, at level 3 and 4 to the CISO too. `to` is empty if there is none.
/// `bundle_name` may be empty: then no evidence is spoken of.
MailMessage render_mail(const Case& incident, const NotificationForm& form, const Organisation& organisation,
                        std::string_view from, std::string_view bundle_name, std::int64_t now_ns);

/// The text of that mail, zh-TW then English, LF line ends: what happened, what to do now, until when, where
/// the form and the evidence are. The spool gets the same.
std::string render_notice_text(const Case& incident, const NotificationForm& form,
                               std::string_view bundle_name, std::int64_t now_ns);
/// "[Vigil][演練] 候選事件 default-2026-D0001：…", one line.
std::string notice_subject(const Case& incident);

}  // namespace vigil
