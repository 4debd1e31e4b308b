// Lines of products as templates: what a capture takes, what an option does, and that a text cannot make it slow.

#include "parsers/text_template.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "parsers/event.h"
#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

std::string read(std::string_view pattern, std::string_view text) {
  const TextRow rows[] = {{.text = pattern, .category = "network", .also = "rule.name=r"}};
  const TextTable table(rows);
  ParseContext context;
  Arena arena;
  Event event;
  PayloadWriter out(text, context, event, arena);
  if (table.read(out, text) == nullptr) return "no";
  std::string said;
  for (const Field& field : event.fields()) {
    if (field.name != "event.category" && field.name != "rule.name")
      said.append(said.empty() ? "" : " ").append(field.name).append("=").append(field.value);
  }
  return said;
}

struct TemplateCase {
  std::string_view why, pattern, text, expected;
};
constexpr TemplateCase kTemplates[] = {
    {"a literal alone", "link down", "link down on port 3", ""},
    {"another text", "link down", "link up", "no"},
    {"as little as possible", "{a} from {b}$", "x from y from z", "vendor.a=x vendor.b=y from z"},
    {"as much as possible", "{a|last} from {b}$", "x from y from z", "vendor.a=x from y vendor.b=z"},
    {"a capture may be empty", "user {a} from", "user  from 10.0.0.1", "no"},
    {"… where blanks allow it", "user={a} rhost", "user= rhost", "vendor.a="},
    {"a word", "for {a|word}: {b}", "for bob: no", "vendor.a=bob vendor.b=no"},
    {"a word has no blank", "for {a|word}: {b}", "for bob smith: no", "no"},
    {"a number", "port {source.port|number}", "port 22 ssh2", "source.port=22"},
    {"an address before a full stop", "from {source|ip}", "from 10.0.0.1.",
     "source.address=10.0.0.1 source.ip=10.0.0.1"},
    {"no address", "from {source|ip}", "from home", "no"},
    {"an option that is there", "for [invalid user ]{user} from", "for invalid user bob from",
     "user.name=bob"},
    {"an option that is not", "for [invalid user ]{user} from", "for bob from", "user.name=bob"},
    {"an option at the end", "{user} in[ by {a|word}]$", "bob in by hand", "user.name=bob vendor.a=hand"},
    {"the text must end", "done$", "done now", "no"},
    {"blanks at the end do not count", "done$", "done  ", ""},
    {"one blank stands for several", "a b", "a   b", ""},
    {"escapes", "\\[{a|number}\\] \\{x\\}", "[7] {x}", "vendor.a=7"},
    {"a user with a domain", "{user} x", "SCHOOL\\bob x", "user.name=bob user.domain=SCHOOL"},
    {"nothing is no value", "{user}, {source}", "-, N/A", ""},
};

TEST(TextTemplate, TakesWhatItSays) {
  for (const auto& [why, pattern, text, expected] : kTemplates) {
    const std::string said = read(pattern, text);
    EXPECT_EQ(said, expected) << why << "\n  " << pattern << "\n  " << text;
  }
}

TEST(TextTemplate, GivesUpOnTextsMadeToBeSlow) {
  const std::string text(200'000, ' ');
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(read("{a} {b} {c} {d} x$", text), "no");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(500));
}

}  // namespace
}  // namespace vigil
