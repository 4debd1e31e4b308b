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
  bool required = false;
  FieldFill fill = FieldFill::person;
  bool filled = false;   ///< a proposed one counts as empty until a person confirms
  std::string value;     ///< shown text; empty where nobody knows
  std::vector<std::string> chosen;  ///< for single and multiple choice
  std::vector<std::string> options;
  std::string why;       ///< where the value comes from: evidence, asset table, rule
};

struct FormSection {
  std::string id, title;
  std::vector<FormField> fields;
};

/// Stage one of the 資通安全事件通報單, drafted from the case and the asset table. Nothing is invented: what only a
/// person can know stays empty.
struct NotificationForm {
  std::string id;       ///< "N-" + case id
  std::string case_id, organisation, organisation_name;
  std::string title;
  bool drill = false;
  std::int64_t drafted_ns = 0;
  std::vector<FormSection> sections;
  const FormField* find(std::string_view field_id) const;
  std::size_t required_empty() const;
};

NotificationForm draft_notification(const Case& incident, const AssetTable& assets, std::int64_t now_ns);

/// Complete HTML page (no scripts, no outside references, every value escaped), zh-TW with English beside labels.
std::string render_form_html(const NotificationForm& form);
std::string render_form_json(const NotificationForm& form);

/// The mail that tells the contacts: RFC 5322 with UTF-8 MIME parts, the form attached as HTML. Header values are
/// encoded and never carry CR or LF (BI-92).
struct MailMessage {
  std::string from;
  std::vector<std::string> to;
  std::string rfc5322;
};
MailMessage render_mail(const Case& incident, const NotificationForm& form, const Organisation& organisation,
                        std::string_view from, std::string_view bundle_name, std::int64_t now_ns);

}  // namespace vigil
