#include <boost/json.hpp>

#include "incidents/notification.h"
#include "incidents/text.h"
#include "parsers/render.h"

namespace vigil {
namespace {

namespace json = boost::json;

/// Longest text of a field; the description is the longest.
constexpr std::size_t kTextBytesMax = std::size_t{64} * 1024;

json::string text(std::string_view value) { return json::string(clean_text(value, kTextBytesMax)); }

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const auto& value : values) out.emplace_back(text(value));
  return out;
}

json::object field_json(const FormField& field) {
  json::object out;
  out["id"] = text(field.id);
  out["label"] = text(field.label);
  out["label_en"] = text(field.label_en);
  out["type"] = text(field.type);
  out["required"] = field.required;
  out["printed"] = field.printed;
  out["fill"] = field_fill_name(field.fill);
  out["filled"] = field.filled;
  out["proposed"] = !field.filled && !field.value.empty();
  out["value"] = field.value.empty() ? json::value(nullptr) : json::value(text(field.value));
  if (!field.options.empty()) {
    out["options"] = texts(field.options);
    out["chosen"] = texts(field.chosen);
  }
  if (!field.detail_label.empty()) {
    out["detail_label"] = text(field.detail_label);
    out["detail"] = field.detail.empty() ? json::value(nullptr) : json::value(text(field.detail));
  }
  out["why"] = text(field.why);
  return out;
}

}  // namespace

std::string render_form_json(const NotificationForm& form) {
  json::array sections;
  for (const auto& section : form.sections) {
    json::array fields;
    for (const auto& field : section.fields) fields.emplace_back(field_json(field));
    sections.emplace_back(json::object{{"id", text(section.id)},
                                       {"title", text(section.title)},
                                       {"title_en", text(section.title_en)},
                                       {"fields", std::move(fields)}});
  }
  json::object out;
  out["id"] = text(form.id);
  out["incident"] = text(form.case_id);
  out["organisation"] = text(form.organisation);
  out["organisation_name"] = text(form.organisation_name);
  out["title"] = text(form.title);
  out["stage"] = text(form.stage);
  out["version"] = text(form.version);
  out["case_title"] = text(form.case_title);
  out["drill"] = form.drill;
  out["drafted_at"] = iso_time(form.drafted_ns, form.zone_minutes);
  out["required_empty"] = form.required_empty();
  out["proposals"] = form.proposals();
  out["sections"] = std::move(sections);
  return json::serialize(out);
}

}  // namespace vigil
