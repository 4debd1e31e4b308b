#include <gtest/gtest.h>

#include "parsers/json_lines.h"

namespace vigil {
namespace {

std::string describe(std::string_view body) {
  std::string out;
  for (const JsonLine& line : split_json_lines(body)) {
    out += std::to_string(line.number) + (line.is_object ? "=" : "!") + std::string(line.text) + ";";
  }
  return out;
}

struct Case {
  std::string_view why, body, expected;
};

constexpr Case kBodies[] = {
    {"lines", "{\"a\":1}\n{\"b\":2}\n", "1={\"a\":1};2={\"b\":2};"},
    {"no final line end", "{\"a\":1}\n{\"b\":2}", "1={\"a\":1};2={\"b\":2};"},
    {"CRLF and blank lines; numbers are lines", "{\"a\":1}\r\n\r\n{\"b\":2}\r\n", "1={\"a\":1};3={\"b\":2};"},
    {"one bad line among good ones (BI-53)", "{\"a\":1}\n{\"b\":\n{\"c\":3}\n",
     "1={\"a\":1};2!{\"b\":;3={\"c\":3};"},
    {"an array", "[{\"a\":1}, {\"b\":\"],[\"}]", "1={\"a\":1};2={\"b\":\"],[\"};"},
    {"an array with an element that is no object", "[{\"a\":1},7,\"x\"]", "1={\"a\":1};2!7;3!\"x\";"},
    {"what follows an array is kept as text", "[{\"a\":1}] trailing", "1={\"a\":1};2!trailing;"},
    {"an array cut off", "[{\"a\":1},{\"b\":", "1={\"a\":1};2!{\"b\":;"},
    {"one object over several lines", "{\n  \"a\": 1\n}\n", "1={\n  \"a\": 1\n};"},
    {"a byte order mark", "\xEF\xBB\xBF{\"a\":1}", "1={\"a\":1};"},
    {"plain text", "hello\nworld", "1!hello;2!world;"},
    {"text in brackets is no array", "[error] x\n", "1![error] x;"},
    {"trailing garbage after an object", "{\"a\":1} x\n", "1!{\"a\":1} x;"},
    {"nothing", "", ""},
    {"only blanks", " \r\n\n", ""},
};

TEST(JsonLines, CutABodyWithoutLosingAnyOfIt) {
  for (const auto& [why, body, expected] : kBodies) EXPECT_EQ(describe(body), expected) << why;
}

TEST(JsonLines, DepthOfAHundredThousandIsJustNoObject) {
  EXPECT_EQ(split_json_lines(std::string(100'000, '{')).size(), 1U);
  EXPECT_FALSE(split_json_lines(std::string(100'000, '{')).front().is_object);
}

}  // namespace
}  // namespace vigil
