#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "incidents/notification.h"
#include "incidents/profile.h"
#include "parsers/result.h"

namespace vigil {

/// The form as data (profiles/notification-form.yaml): which fields, in which order, in the law's words.
struct FormSpec {
  struct Field {
    std::string id, label, label_en, type, detail;
    std::vector<std::string> options;
    bool symptoms = false;  ///< its options are those of the chosen category
    bool required = false, printed = true;
    std::string required_if;      ///< a yes/no field that must be answered yes
    std::string required_unless;  ///< "category=other"
    FieldFill fill = FieldFill::person;
  };
  struct Section {
    std::string id, title, title_en;
    std::vector<Field> fields;
  };
  struct Category {
    std::string id, label, label_en;
    std::vector<std::string> symptoms;
  };
  std::string version, title, title_en, stage, stage_en;
  std::vector<std::string> notes, notes_en, signatures;
  std::array<std::vector<std::string>, 3> levels;  ///< by Dimension, then level 0 to 4
  std::vector<Category> categories;
  std::vector<Section> sections;

  const Category* category(std::string_view id) const;
};

Result<FormSpec, ProfileError> parse_form_spec(std::string_view yaml);

/// The form built into the program.
const FormSpec& form_spec();

}  // namespace vigil
