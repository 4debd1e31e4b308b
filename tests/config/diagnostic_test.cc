#include <gtest/gtest.h>

#include "config/config.h"
#include "config/text_width.h"
#include "tests/config/describe.h"

namespace vigil {
namespace {

TEST(Diagnostic, ShowsTheLineAndACaretUnderTheMistake) {
  const auto config =
      parse_config("listeners:\n  - {protocol: http, address: \"127.0.0.1:1\", chraset: auto}\n", "v.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().front().render(),
            "v.yaml:2:46: unknown key 'chraset'（不認得的鍵 'chraset'）\n"
            "  2 |   - {protocol: http, address: \"127.0.0.1:1\", chraset: auto}\n"
            "    |                                              ^\n"
            "  hint: did you mean 'charset'?（您是不是要寫 'charset'？）\n");
}

TEST(Diagnostic, CaretStandsRightAfterWideCharacters) {
  const auto config = parse_config("organisations: [{id: a, name: 甲國小, teir: C}]", "v.yaml");
  ASSERT_FALSE(config);
  const Diagnostic diagnostic = config.error().front();
  EXPECT_EQ(diagnostic.column, 36) << "columns are counted in characters";
  const std::string shown = diagnostic.render();
  EXPECT_NE(shown.find("    | " + std::string(38, ' ') + "^\n"), std::string::npos) << shown;
}

TEST(Diagnostic, LongLinesAreCutAroundTheCaret) {
  const auto config = parse_config("drill: true\nrules: {disabled: [" + std::string(900, 'x') +
                                       "], oops: 1, directories: [" + std::string(900, 'y') + "]}\n",
                                   "v.yaml");
  ASSERT_FALSE(config);
  const std::string shown = config.error().front().render();
  for (std::string_view rest = shown; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    EXPECT_LE(text_columns(rest.substr(0, end)), 140U);
    rest.remove_prefix(end + 1);
  }
}

TEST(Diagnostic, BI39ControlCharactersOfTheFileNeverReachTheTerminal) {
  const auto config = parse_config("data: d\n\"x\x1b]0;evil\x07\": 1\n", "v\x1b.yaml");
  ASSERT_FALSE(config);
  const std::string shown = config.error().front().render();
  EXPECT_EQ(shown.find('\x1b'), std::string::npos) << shown;
  EXPECT_EQ(shown.find('\x07'), std::string::npos) << shown;
}

}  // namespace
}  // namespace vigil
