// What one line of a selection means: escapes, wildcards, numbers, null, lists, modifiers. One case a line.

#include <gtest/gtest.h>

#include "tests/rules/rule_tool.h"

namespace vigil::test {
namespace {

struct Case {
  std::string_view why, selection, document, expected;
};

void run(const Case& c) {
  EXPECT_EQ(answer(rule_with(c.selection), c.document), c.expected)
      << c.why << "\n  " << c.selection << "\n  " << c.document;
}

// Values stand in single quotes, where YAML changes nothing; JSON doubles each backslash.
constexpr Case kEscapes[] = {
    {"a backslash before an ordinary character is itself", R"(f: 'C:\Windows')", R"({"f":"C:\\Windows"})", "match"},
    {"two backslashes are one", R"(f: 'a\\b')", R"({"f":"a\\b"})", "match"},
    {"two backslashes are not two", R"(f: 'a\\b')", R"({"f":"a\\\\b"})", "no"},
    {"four backslashes are two", R"(f: '\\\\srv')", R"({"f":"\\\\srv"})", "match"},
    {"three backslashes are two", R"(f: 'a\\\b')", R"({"f":"a\\\\b"})", "match"},
    {"an escaped star is a star", R"(f: 'a\*b')", R"({"f":"a*b"})", "match"},
    {"an escaped star is no wildcard", R"(f: 'a\*b')", R"({"f":"axb"})", "no"},
    {"an escaped question mark is one", R"(f: 'a\?b')", R"({"f":"a?b"})", "match"},
    {"backslash and wildcard", R"(f: 'C:\Temp\\*')", R"({"f":"C:\\Temp\\x.exe"})", "match"},
    {"backslash and literal star", R"(f: 'a\\\*')", R"({"f":"a\\*"})", "match"},
    {"backslash and literal star is no wildcard", R"(f: 'a\\\*')", R"({"f":"a\\x"})", "no"},
    {"a backslash at the end stays before an added wildcard", R"(f|contains: 'Temp\')", R"({"f":"C:\\Temp\\x"})", "match"},
    {"and does not become an escaped star", R"(f|endswith: 'Temp\')", R"({"f":"C:\\Temp\\"})", "match"},
};
TEST(SigmaValue, FollowsTheEscapeTable) {
  for (const Case& c : kEscapes) run(c);
}

constexpr Case kWildcards[] = {
    {"a value is compared whole", "f: abc", R"({"f":"xabcx"})", "no"},
    {"without regard to case", "f: ABC", R"({"f":"aBc"})", "match"},
    {"also outside ASCII", "f: ÄÖ", R"({"f":"äö"})", "match"},
    {"no Turkish i, no eszett", "f: STRASSE", R"({"f":"straße"})", "no"},
    {"a star stands for nothing too", "f: 'a*c'", R"({"f":"ac"})", "match"},
    {"a star stands for anything", "f: 'a*c'", R"({"f":"a\n\u0000c"})", "match"},
    {"the pattern is anchored", "f: 'a*c'", R"({"f":"xacx"})", "no"},
    {"several stars", "f: '*a*b*'", R"({"f":"1a2b3"})", "match"},
    {"several stars in order", "f: '*a*b*'", R"({"f":"1b2a3"})", "no"},
    {"pieces do not overlap", "f: 'ab*ba'", R"({"f":"aba"})", "no"},
    {"a question mark is one character", "f: 'a?c'", R"({"f":"a中c"})", "match"},
    {"never none", "f: 'a?c'", R"({"f":"ac"})", "no"},
    {"never two", "f: 'a?c'", R"({"f":"abbc"})", "no"},
    {"question marks at the end", "f: '*?\?'", R"({"f":"x"})", "no"},
    {"question marks at the end count characters", "f: 'x*?\?'", R"({"f":"x中文"})", "match"},
    {"a lone star is any value", "f: '*'", R"({"f":""})", "match"},
    {"but not an absent one", "f: '*'", R"({"g":"x"})", "no"},
    {"contains", "f|contains: 'b?d'", R"({"f":"abcde"})", "match"},
    {"startswith", "f|startswith: ab", R"({"f":"ABc"})", "match"},
    {"endswith", "f|endswith: bc", R"({"f":"abcd"})", "no"},
    {"cased", "f|cased: Abc", R"({"f":"abc"})", "no"},
    {"cased contains", "f|contains|cased: Ab", R"({"f":"xAbx"})", "match"},
};
TEST(SigmaValue, ComparesTextWithWildcards) {
  for (const Case& c : kWildcards) run(c);
}

constexpr Case kTypes[] = {
    {"a number matches a number", "f: 4625", R"({"f":4625})", "match"},
    {"a number matches its text", "f: 4625", R"({"f":"4625"})", "match"},
    {"text matches a number", "f: '4625'", R"({"f":4625})", "match"},
    {"numbers compare by value", "f: 14", R"({"f":14.0})", "match"},
    {"text does not", "f: 14", R"({"f":"14.0"})", "no"},
    {"beyond 2^53 the digits decide", "f: 9007199254740993", R"({"f":9007199254740992})", "no"},
    {"a number in YAML's hex is a number", "f: 0x17", R"({"f":23})", "match"},
    {"and its text is as written", "f: 0x17", R"({"f":"0x17"})", "match"},
    {"yes is text, as in YAML 1.2", "f: yes", R"({"f":"yes"})", "match"},
    {"a date is text", "f: 2026-11-20", R"({"f":"2026-11-20"})", "match"},
    {"a boolean matches one", "f: true", R"({"f":true})", "match"},
    {"a boolean matches its text", "f: true", R"({"f":"True"})", "match"},
    {"a boolean is not 1", "f: 1", R"({"f":true})", "no"},
    {"contains on a number looks at its digits", "f|contains: 46", R"({"f":4625})", "match"},
    {"gt on a number", "f|gt: 10", R"({"f":10.5})", "match"},
    {"gt on numeric text", "f|gt: 10", R"({"f":" 11 "})", "match"},
    {"gt on other text", "f|gt: 10", R"({"f":"many"})", "no"},
    {"lte", "f|lte: -3", R"({"f":-3})", "match"},
};
TEST(SigmaValue, KnowsNumbersFromText) {
  for (const Case& c : kTypes) run(c);
}

constexpr Case kAbsence[] = {
    {"null matches an absent field", "f: null", R"({})", "match"},
    {"null matches null", "f: null", R"({"f":null})", "match"},
    {"null does not match an empty text", "f: null", R"({"f":""})", "no"},
    {"an empty text matches itself", "f: ''", R"({"f":""})", "match"},
    {"an empty text is not absent", "f: ''", R"({})", "no"},
    {"exists asks for the key", "f|exists: true", R"({"f":null})", "match"},
    {"exists false", "f|exists: false", R"({})", "match"},
    {"neq on an absent field is true", "f|neq: a", R"({})", "match"},
    {"neq with a list: none of them", "f|neq:\n- a\n- b", R"({"f":"b"})", "no"},
};
TEST(SigmaValue, TellsNullEmptyAndAbsentApart) {
  for (const Case& c : kAbsence) run(c);
}

constexpr Case kLists[] = {
    {"a list is an or", "f:\n- a\n- b", R"({"f":"b"})", "match"},
    {"all is an and", "f|contains|all:\n- a\n- b", R"({"f":"xbxax"})", "match"},
    {"all wants all", "f|contains|all:\n- a\n- b", R"({"f":"xa"})", "no"},
    {"fields of a map are an and", "f: a\ng: b", R"({"f":"a","g":"c"})", "no"},
    {"maps of a list are an or", "- f: a\n- g: b", R"({"g":"b"})", "match"},
    {"a long list is a set, without regard to case",
     "f:\n- a\n- b\n- c\n- d\n- e\n- f\n- g\n- h\n- i\n- JJ", R"({"f":"jJ"})", "match"},
    {"a long list with a wildcard among it",
     "f:\n- a\n- b\n- c\n- d\n- e\n- f\n- g\n- h\n- 'x*'", R"({"f":"xyz"})", "match"},
    {"any member of an array", "f: b", R"({"f":["a","b"]})", "match"},
    {"a negation looks at the whole array", "f|neq: b", R"({"f":["a","b"]})", "no"},
    {"an array of objects", "f.g: 2", R"({"f":[{"g":1},{"g":2}]})", "match"},
    {"dotted key before path", "a.b: x", R"({"a.b":"x","a":{"b":"y"}})", "match"},
    {"path", "a.b: y", R"({"a":{"b":"y"}})", "match"},
    {"names are exact", "f: a", R"({"F":"a"})", "no"},
};
TEST(SigmaValue, ReadsListsAndArrays) {
  for (const Case& c : kLists) run(c);
}

constexpr Case kModifiers[] = {
    {"re searches", "f|re: 'b+c'", R"({"f":"xabbcx"})", "match"},
    {"re minds case", "f|re: 'B'", R"({"f":"b"})", "no"},
    {"re with i", "f|re|i: 'B'", R"({"f":"b"})", "match"},
    {"re with m", "f|re|m: '^b$'", R"({"f":"a\nb\nc"})", "match"},
    {"re without s", "f|re: 'a.b'", R"({"f":"a\nb"})", "no"},
    {"re with s", "f|re|s: 'a.b'", R"({"f":"a\nb"})", "match"},
    {"cidr", "f|cidr: 10.0.0.0/8", R"({"f":"10.255.1.2"})", "match"},
    {"cidr is no text prefix", "f|cidr: 10.0.0.0/8", R"({"f":"100.0.0.1"})", "no"},
    {"cidr on no address", "f|cidr: 10.0.0.0/8", R"({"f":"10.0.0"})", "no"},
    {"cidr of IPv6", "f|cidr: 2001:db8::/32", R"({"f":"2001:DB8:1::5"})", "match"},
    {"IPv4 written as IPv6 is IPv4", "f|cidr: 10.0.0.0/8", R"({"f":"::ffff:10.1.2.3"})", "match"},
    {"cidr list", "f|cidr:\n- 10.0.0.0/8\n- 192.168.0.0/16", R"({"f":"192.168.3.4"})", "match"},
    {"windash: a slash for a hyphen", "f|windash|contains: ' -enc '", R"({"f":"x /enc y"})", "match"},
    {"windash leaves inner hyphens", "f|windash|contains: 'a-b'", R"({"f":"a/b"})", "no"},
    {"base64", "f|base64: foo", R"({"f":"Zm9v"})", "match"},
    {"base64offset", "f|base64offset|contains: foobar", R"({"f":"xxxxeGZvb2Jhcgxx"})", "match"},
    {"wide base64offset", "f|wide|base64offset|contains: ping", R"({"f":"cABpAG4AZwA="})", "match"},
    {"fieldref", "f|fieldref: g", R"({"f":"A","g":"a"})", "match"},
    {"fieldref endswith", "f|fieldref|endswith: g", R"({"f":"xyz","g":"yz"})", "match"},
    {"fieldref to an absent field", "f|fieldref: g", R"({"f":"a"})", "no"},
    {"hour as written", "t|hour: 3", R"({"t":"2026-11-20T03:10:00+08:00"})", "match"},
    {"hour with comparison", "t|hour|gte: 22", R"({"t":"2026-11-20 23:10:00"})", "match"},
    {"ISO week", "t|week: 53", R"({"t":"2027-01-01"})", "match"},
};
TEST(SigmaValue, AppliesModifiers) {
  for (const Case& c : kModifiers) run(c);
}

constexpr Case kKeywords[] = {
    {"a keyword is looked for in every value", "- wget", R"({"a":1,"b":{"c":["x","/usr/bin/WGET -q"]}})", "match"},
    {"keywords are an or", "- nothing\n- wget", R"({"b":"wget"})", "match"},
    {"all keywords, each anywhere", "'|all':\n- one\n- two", R"({"a":"xone","b":"twox"})", "match"},
    {"all keywords are needed", "'|all':\n- one\n- two", R"({"a":"xone"})", "no"},
    {"a keyword may be a number", "- 4625", R"({"id":"x4625"})", "match"},
    {"and hold wildcards", "- 'a*c'", R"({"f":"xxabcxx"})", "match"},
    {"names are not searched", "- wget", R"({"wget":"x"})", "no"},
};
TEST(SigmaValue, LooksForKeywords) {
  for (const Case& c : kKeywords) run(c);
}

TEST(SigmaValue, PlaceholdersComeFromTheSite) {
  RuleSetOptions options;
  options.placeholders["Admins"] = {"root", "adm_*"};
  const std::string rule = rule_with("f|expand: '%Admins%'");
  EXPECT_EQ(answer(rule, R"({"f":"adm_bob"})", options), "match");
  EXPECT_EQ(answer(rule, R"({"f":"bob"})", options), "no");
  EXPECT_EQ(answer(rule_with("f|expand: 'x\\%y%'"), R"({"f":"x%y%"})", options), "match");
  EXPECT_EQ(answer(rule, R"({"f":"bob"})"), "refused: 6:15 the placeholder %Admins% has no values; give it some (rules: placeholders)");
}

TEST(SigmaValue, SigmaNamesFindEcsAndVendorNames) {
  const auto rule = [](std::string_view source, std::string_view selection) {
    return "title: t\nlogsource: {" + std::string(source) + "}\ndetection:\n  s:\n    " + std::string(selection) +
           "\n  condition: s\n";
  };
  EXPECT_EQ(answer(rule("category: webserver", "cs-method: GET"), R"({"http":{"request":{"method":"GET"}}})"), "match");
  EXPECT_EQ(answer(rule("category: webserver", "cs-uri-query|contains: /a?b"), R"({"url":{"original":"/a?b=1"}})"), "match");
  EXPECT_EQ(answer(rule("category: webserver", "c-ip: 10.0.0.1"), R"({"source":{"ip":"10.0.0.1"}})"), "match");
  EXPECT_EQ(answer(rule("category: firewall", "dst_port: 22"), R"({"destination":{"port":22}})"), "match");
  EXPECT_EQ(answer(rule("product: windows", "EventID: 4625"), R"({"event":{"code":"4625"}})"), "match");
  EXPECT_EQ(answer(rule("product: windows", "TargetUserName: a"), R"({"winlog":{"event_data":{"TargetUserName":"a"}}})"), "match");
  EXPECT_EQ(answer(rule("product: windows", "TargetUserName: a"), R"({"Event":{"EventData":{"TargetUserName":"a"}}})"), "match");
  EXPECT_EQ(answer(rule("product: windows, category: process_creation", "Image|endswith: '\\cmd.exe'"),
                   R"({"winlog":{"event_data":{"NewProcessName":"C:\\cmd.exe"}}})"), "match");
  EXPECT_EQ(answer(rule("product: fortigate", "subtype: vpn"), R"({"vendor":{"subtype":"vpn"}})"), "match");
}

}  // namespace
}  // namespace vigil::test
