#include "incidents/form_spec.h"

#include <yaml-cpp/yaml.h>

#include "incidents/level.h"
#include "parsers/embedded.h"

namespace vigil {
namespace {

std::string text(const YAML::Node& map, const char* key) {
  const YAML::Node node = map[key];
  return node && node.IsScalar() ? node.Scalar() : std::string();
}

std::string needed(const YAML::Node& map, const char* key) {
  std::string out = text(map, key);
  if (out.empty()) throw ProfileError{"line " + std::to_string(map.Mark().line + 1) + ": missing " + key};
  return out;
}

std::vector<std::string> list(const YAML::Node& node) {
  std::vector<std::string> out;
  for (const auto& item : node) out.push_back(item.Scalar());
  return out;
}

FieldFill fill_of(const std::string& name) {
  for (const FieldFill fill :
       {FieldFill::org, FieldFill::automatic, FieldFill::proposed, FieldFill::person}) {
    if (field_fill_name(fill) == name) return fill;
  }
  throw ProfileError{"fill is org, auto, proposed or person, not " + name};
}

void read_options(const YAML::Node& node, const FormSpec& spec, FormSpec::Field& field) {
  if (!node) return;
  if (node.IsSequence()) {
    field.options = list(node);
    return;
  }
  const std::string& name = node.Scalar();
  if (name == "categories") {
    for (const auto& category : spec.categories) field.options.push_back(category.label);
  } else if (name == "symptoms") {
    field.symptoms = true;
  } else if (name == "levels.confidentiality") {
    field.options = spec.levels[static_cast<std::size_t>(Dimension::confidentiality)];
  } else if (name == "levels.integrity") {
    field.options = spec.levels[static_cast<std::size_t>(Dimension::integrity)];
  } else if (name == "levels.availability") {
    field.options = spec.levels[static_cast<std::size_t>(Dimension::availability)];
  } else {
    throw ProfileError{"field " + field.id + ": no options called " + name};
  }
}

FormSpec::Field field_of(const YAML::Node& node, const FormSpec& spec) {
  FormSpec::Field field;
  field.id = needed(node, "id");
  field.label = needed(node, "label");
  field.label_en = needed(node, "label_en");
  field.type = needed(node, "type");
  field.detail = text(node, "detail");
  field.required = text(node, "required") == "true";
  field.printed = text(node, "printed") != "false";
  field.required_if = text(node, "required_if");
  field.required_unless = text(node, "required_unless");
  field.fill = fill_of(needed(node, "fill"));
  read_options(node["options"], spec, field);
  return field;
}

FormSpec spec_of(const YAML::Node& root) {
  FormSpec spec;
  spec.version = needed(root, "version");
  spec.title = needed(root, "title");
  spec.title_en = needed(root, "title_en");
  spec.stage = needed(root, "stage");
  spec.stage_en = needed(root, "stage_en");
  spec.notes = list(root["notes"]);
  spec.notes_en = list(root["notes_en"]);
  spec.signatures = list(root["signatures"]);
  const YAML::Node levels = root["levels"];
  constexpr std::size_t kLevels = 5;
  std::size_t at = 0;
  for (const char* name : {"confidentiality", "integrity", "availability"}) {
    spec.levels[at] = list(levels[name]);
    if (spec.levels[at++].size() != kLevels)
      throw ProfileError{std::string("levels.") + name + " has five texts"};
  }
  for (const auto& node : root["categories"]) {
    spec.categories.push_back(
        {needed(node, "id"), needed(node, "label"), needed(node, "label_en"), list(node["symptoms"])});
  }
  for (const auto& node : root["sections"]) {
    FormSpec::Section section{needed(node, "id"), needed(node, "title"), needed(node, "title_en"), {}};
    for (const auto& field : node["fields"]) section.fields.push_back(field_of(field, spec));
    spec.sections.push_back(std::move(section));
  }
  if (spec.sections.empty() || spec.categories.empty()) throw ProfileError{"no sections or no categories"};
  return spec;
}

FormSpec load_embedded() {
  for (const auto& file : embedded::profiles()) {
    if (file.name != "notification-form.yaml") continue;
    // What is built in is checked by a test.
    if (auto spec = parse_form_spec(file.text)) return std::move(*spec);
  }
  return {};
}

}  // namespace

const FormSpec::Category* FormSpec::category(std::string_view id) const {
  for (const auto& row : categories) {
    if (row.id == id) return &row;
  }
  return nullptr;
}

Result<FormSpec, ProfileError> parse_form_spec(std::string_view yaml) {
  try {
    return spec_of(YAML::Load(std::string(yaml)));
  } catch (const ProfileError& error) {
    return error;
  } catch (const YAML::Exception& error) {
    return ProfileError{error.what()};
  }
}

const FormSpec& form_spec() {
  static const FormSpec kSpec = load_embedded();
  return kSpec;
}

}  // namespace vigil
