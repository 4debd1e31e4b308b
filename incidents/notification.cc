#include "incidents/notification.h"

#include <algorithm>
#include <array>

#include "incidents/form_spec.h"
#include "incidents/level.h"
#include "incidents/narrative.h"
#include "incidents/text.h"

namespace vigil {
namespace {

constexpr std::string_view kYes = "是", kNo = "否";

struct Draft {
  const Case& incident;
  const AssetTable& assets;
  const Organisation& organisation;
  const FormSpec& spec;
  std::int64_t now_ns;
  int zone_minutes;

  std::string time(std::int64_t ns) const { return shown_time(ns, zone_minutes); }
  const Contact* contact() const {
    return organisation.contacts.empty() ? nullptr : &organisation.contacts.front();
  }
};

void set(FormField& field, std::string value, std::string why) {
  field.filled = !value.empty();
  field.value = std::move(value);
  field.why = std::move(why);
}

void choose(FormField& field, std::string option, std::string why) {
  field.chosen = {option};
  set(field, std::move(option), std::move(why));
}

/// What the organisation's record holds, or that it does not.
void from_record(FormField& field, const std::string& value, std::string_view where) {
  if (value.empty()) {
    field.why = "機關資料未登錄（設定檔 " + std::string(where) + "）";
  } else {
    set(field, one_line(value), "機關資料（設定檔 " + std::string(where) + "）");
  }
}

const CaseAct* act_of(const Case& incident, std::string_view name) {
  for (const auto& act : incident.acts) {
    if (act.act == name) return &act;
  }
  return nullptr;
}

void reported_at(const Draft& draft, FormField& field) {
  set(field, draft.time(draft.now_ns), "系統草擬本單之時間；實際送出時以送出時間為準");
}

void org_name(const Draft& draft, FormField& field) {
  if (draft.organisation.name.empty()) {
    set(field, one_line(draft.organisation.id), "機關代碼（設定檔 organisations[].id）");
  } else {
    from_record(field, draft.organisation.name, "organisations[].name");
  }
}

void reviewing_org(const Draft& draft, FormField& field) {
  const Organisation* parent =
      draft.organisation.parent.empty() ? nullptr : draft.assets.organisation(draft.organisation.parent);
  if (draft.organisation.reviewing_org.empty() && parent) {
    set(field, one_line(parent->name.empty() ? parent->id : parent->name),
        "組織樹之上級機關（設定檔 organisations[].parent）");
  } else {
    from_record(field, draft.organisation.reviewing_org, "organisations[].reviewing_org");
  }
}

void reporter(const Draft& draft, FormField& field) {
  if (const CaseAct* confirmed = act_of(draft.incident, "confirmed")) {
    set(field, one_line(confirmed->who), "於 " + draft.time(confirmed->at_ns) + " 確認本事件之人員");
    return;
  }
  if (draft.contact() && !draft.contact()->name.empty()) {
    set(field, one_line(draft.contact()->name), "機關登錄之第一位資安聯絡人；由實際通報之人員確認");
    field.fill = FieldFill::proposed;
    field.filled = false;
    return;
  }
  field.why = "尚無人員確認本事件，機關亦未登錄聯絡人";
}

void phone(const Draft& draft, FormField& field) {
  from_record(field, draft.contact() ? draft.contact()->phone : std::string(),
              "organisations[].contacts[].phone");
}

void fax(const Draft& draft, FormField& field) {
  from_record(field, draft.organisation.fax, "organisations[].fax");
}

void email(const Draft& draft, FormField& field) {
  from_record(field, draft.contact() ? draft.contact()->mail : std::string(),
              "organisations[].contacts[].mail");
}

void on_behalf_of(const Draft&, FormField& field) {
  choose(field, std::string(kNo), "由本機關自身之日誌偵得");
}

void soc(const Draft& draft, FormField& field) {
  // The configuration may use the form's words or these.
  struct Word {
    std::string_view word;
    std::size_t option;
  };
  constexpr std::array<Word, 6> kWords = {
      {{"none", 0}, {"own", 1}, {"self", 1}, {"outsourced", 2}, {"vendor", 2}, {"external", 2}}};
  const std::string& said = draft.organisation.soc;
  std::string option;
  for (const auto& known : field.options) {
    if (known == said) option = known;
  }
  for (const auto& word : kWords) {
    if (word.word == said) option = field.options[word.option];
  }
  if (said.empty() && !draft.organisation.soc_vendor.empty()) option = field.options[2];
  if (option.empty()) {
    field.why = said.empty() ? "機關資料未登錄（設定檔 organisations[].soc）"
                             : "設定檔 organisations[].soc 之內容不是本欄選項：" + one_line(said, 60);
    return;
  }
  choose(field, option, "機關資料（設定檔 organisations[].soc）");
  field.detail = one_line(draft.organisation.soc_vendor);
}

void maintenance_vendor(const Draft& draft, FormField& field) {
  from_record(field, draft.organisation.maintenance_vendor, "organisations[].maintenance_vendor");
}

void discovered_at(const Draft& draft, FormField& field) {
  std::string why = "系統開立候選事件之時間";
  if (draft.incident.occurred_ns) why += "；最早之相關紀錄為 " + draft.time(*draft.incident.occurred_ns);
  set(field, draft.time(draft.incident.opened_ns), std::move(why));
}

void known_at(const Draft& draft, FormField& field) {
  if (!draft.incident.known_ns) {
    field.why = "候選事件經權責人員確認之時間即為知悉時間；尚未確認";
    return;
  }
  const CaseAct* confirmed = act_of(draft.incident, "confirmed");
  set(field, draft.time(*draft.incident.known_ns),
      confirmed ? "由 " + one_line(confirmed->who, 100) + " 確認本事件之時間" : "案件紀錄");
}

void category(const Draft& draft, FormField& field) {
  const FormSpec::Category* category = draft.spec.category(draft.incident.category);
  if (!category) {
    field.why = "規則所稱分類不在本單選項中";
    return;
  }
  const auto row =
      std::find_if(draft.incident.detections.begin(), draft.incident.detections.end(),
                   [&](const CaseDetection& found) { return found.category == draft.incident.category; });
  choose(field, category->label,
         row == draft.incident.detections.end() ? "規則未載明分類"
                                                : "規則「" + one_line(row->title_zh, 200) + "」所載分類");
}

void symptoms(const Draft& draft, FormField& field) {
  std::string others;
  for (const auto& symptom : draft.incident.symptoms) {
    if (std::find(field.options.begin(), field.options.end(), symptom) != field.options.end()) {
      field.chosen.push_back(symptom);
    } else {
      others += (others.empty() ? "" : "、") + one_line(symptom, 100);
    }
  }
  std::string value;
  for (const auto& chosen : field.chosen) value += (value.empty() ? "" : "、") + chosen;
  std::string why = field.chosen.empty() ? "規則未載明本分類之異常狀況" : "所涉規則載明之異常狀況";
  if (!others.empty()) why += "；另有其他分類之異常狀況：" + others;
  set(field, std::move(value), std::move(why));
}

void description(const Draft& draft, FormField& field) {
  set(field, describe_case(draft.incident, draft.assets, draft.zone_minutes),
      "由偵測結果與保存之紀錄產生；實際影響範圍請人員補充");
}

void source(const Draft& draft, FormField& field) {
  if (draft.incident.early_warning) {
    choose(field, "警訊通知", "依外部發布之預警開立；發布編號請人員填寫");
  } else {
    choose(field, "自行發現", "由本機關保存之日誌經規則偵得");
  }
}

void impact(const Draft& draft, FormField& field, Dimension dimension) {
  const ImpactLevel& level = draft.incident.level;
  const auto reason = level_reason(level, dimension);
  if (level.proposed && !reason) {
    field.why = level.reasons.empty() ? "尚無評估依據" : level.reasons.front();
    return;
  }
  const auto value = static_cast<std::size_t>(level_value(level, dimension));
  choose(field, field.options[std::min(value, field.options.size() - 1)], reason.value_or("由人員評估"));
  field.filled = !level.proposed;
}

void confidentiality(const Draft& draft, FormField& field) {
  impact(draft, field, Dimension::confidentiality);
}
void integrity(const Draft& draft, FormField& field) { impact(draft, field, Dimension::integrity); }
void availability(const Draft& draft, FormField& field) { impact(draft, field, Dimension::availability); }

void level(const Draft& draft, FormField& field) {
  const ImpactLevel& level = draft.incident.level;
  if (level.proposed && !level_reason(level, Dimension::confidentiality)) {
    field.why = level.reasons.empty() ? "尚無評估依據" : level.reasons.front();
    return;
  }
  std::string why = "機密性、完整性、可用性三者最嚴重者";
  if (level.overall() == 0) why += "；三者皆無者無需通報";
  set(field, std::to_string(level.overall()), std::move(why));
  field.filled = !level.proposed;
}

/// Who fills which field. A field of the form that is missing here is a person's.
struct Filler {
  std::string_view id;
  void (*fill)(const Draft&, FormField&);
};
constexpr std::array<Filler, 20> kFillers = {{
    {"reported_at", reported_at},
    {"org_name", org_name},
    {"reviewing_org", reviewing_org},
    {"reporter", reporter},
    {"phone", phone},
    {"fax", fax},
    {"email", email},
    {"on_behalf_of", on_behalf_of},
    {"soc", soc},
    {"maintenance_vendor", maintenance_vendor},
    {"discovered_at", discovered_at},
    {"known_at", known_at},
    {"category", category},
    {"symptoms", symptoms},
    {"description", description},
    {"source", source},
    {"confidentiality", confidentiality},
    {"integrity", integrity},
    {"availability", availability},
    {"level", level},
}};

FormField field_of(const Draft& draft, const FormSpec::Field& spec) {
  FormField field;
  field.id = spec.id;
  field.label = spec.label;
  field.label_en = spec.label_en;
  field.type = spec.type;
  field.detail_label = spec.detail;
  field.printed = spec.printed;
  field.fill = spec.fill;
  field.options = spec.options;
  if (spec.type == "yesno") field.options = {std::string(kYes), std::string(kNo)};
  if (spec.symptoms) {
    if (const auto* category = draft.spec.category(draft.incident.category))
      field.options = category->symptoms;
  }
  // What hangs on a yes that nobody has given is not owed yet.
  field.required = spec.required && spec.required_if.empty() &&
                   !(spec.required_unless == "category=other" && draft.incident.category == "other");
  for (const auto& filler : kFillers) {
    if (filler.id == spec.id) filler.fill(draft, field);
  }
  return field;
}

}  // namespace

std::string_view field_fill_name(FieldFill fill) {
  switch (fill) {
    case FieldFill::org:
      return "org";
    case FieldFill::automatic:
      return "auto";
    case FieldFill::proposed:
      return "proposed";
    case FieldFill::person:
      return "person";
  }
  return {};
}

const FormField* NotificationForm::find(std::string_view field_id) const {
  for (const auto& section : sections) {
    for (const auto& field : section.fields) {
      if (field.id == field_id) return &field;
    }
  }
  return nullptr;
}

std::size_t NotificationForm::required_empty() const {
  std::size_t count = 0;
  for (const auto& section : sections) {
    for (const auto& field : section.fields) count += field.required && !field.filled ? 1U : 0U;
  }
  return count;
}

std::size_t NotificationForm::proposals() const {
  std::size_t count = 0;
  for (const auto& section : sections) {
    for (const auto& field : section.fields) count += !field.filled && !field.value.empty() ? 1U : 0U;
  }
  return count;
}

NotificationForm draft_notification(const Case& incident, const AssetTable& assets, std::int64_t now_ns) {
  const Organisation* known = assets.organisation(incident.organisation);
  Organisation unknown;
  unknown.id = incident.organisation;
  const Organisation& organisation = known ? *known : unknown;
  const FormSpec& spec = form_spec();
  const Draft draft{incident, assets, organisation,
                    spec,     now_ns, zone_offset_minutes(organisation.timezone, now_ns)};

  NotificationForm form;
  form.id = "N-" + incident.id;
  form.case_id = incident.id;
  form.organisation = incident.organisation;
  form.organisation_name = one_line(organisation.name.empty() ? organisation.id : organisation.name);
  form.title = spec.title;
  form.title_en = spec.title_en;
  form.case_title = one_line(incident.title_zh);
  form.case_state_zh = case_state_zh(incident.state);
  form.version = spec.version;
  form.stage = spec.stage;
  form.stage_en = spec.stage_en;
  form.notes = spec.notes;
  form.notes_en = spec.notes_en;
  form.signatures = spec.signatures;
  form.drill = incident.drill;
  form.drafted_ns = now_ns;
  form.zone_minutes = draft.zone_minutes;
  for (const auto& section : spec.sections) {
    FormSection& out =
        form.sections.emplace_back(FormSection{section.id, section.title, section.title_en, {}});
    for (const auto& field : section.fields) out.fields.push_back(field_of(draft, field));
  }
  return form;
}

}  // namespace vigil
