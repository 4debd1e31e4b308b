#pragma once

#include <string_view>

namespace vigil::cli {

/// True where LC_ALL, LC_MESSAGES or LANG (the first that is set) begins with "zh".
bool chinese();

/// The text in the user's language.
inline std::string_view say(std::string_view english, std::string_view traditional_chinese) {
  return chinese() ? traditional_chinese : english;
}

/// The same text in both languages, chosen when it is shown.
struct Text {
  std::string_view en, zh;
  std::string_view get() const { return say(en, zh); }
};

}  // namespace vigil::cli
