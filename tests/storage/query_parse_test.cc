#include <gtest/gtest.h>

#include "storage/query.h"

namespace vigil {
namespace {

std::string describe(std::string_view query) {
  const auto parsed = Query::parse(query);
  if (parsed) return "good";
  return std::to_string(parsed.error().position) + ": " + parsed.error().what + "; " + parsed.error().expected;
}

struct Case {
  std::string_view why, query, expected;
};

constexpr Case kGood[] = {
    {"nothing: everything", "", "good"},
    {"blanks only", " \t\n", "good"},
    {"words side by side", "failed password", "good"},
    {"all operators", "a AND (b OR NOT c) -d", "good"},
    {"operators are upper case; small ones are words", "and or not", "good"},
    {"field and value", "source.ip:203.0.113.9", "good"},
    {"field and phrase", "user.name:\"王小明\"", "good"},
    {"field and prefix", "user.name:adm*", "good"},
    {"field exists", "user.name:*", "good"},
    {"field and group", "user.name:(root OR admin*)", "good"},
    {"groups inside a group", "user.name:(root OR (a b) OR -c)", "good"},
    {"comparisons", "a.b:>=1 a.b:>1 a.b:<=1 a.b:<1 a.b:=1", "good"},
    {"ranges", "a.b:[1 TO 5] a.b:{1 TO 5} a.b:[* TO 5} a.b:[1 TO *]", "good"},
    {"a time", "@timestamp:>=2026-11-20T10:00:00+08:00", "good"},
    {"a network", "source.ip:10.0.0.0/8 source.ip:2001:db8::/32", "good"},
    {"addresses that look like fields are words", "fe80::1 00:1a:2b:3c:4d:5e 2001:db8::1 10:20:30", "good"},
    {"a link is a word", "http://example.edu.tw/a?b=c", "good"},
    {"a drive letter is a word", "C:\\Windows\\System32", "good"},
    {"a path is no regular expression", "/etc/passwd url.path:/admin/login.php", "good"},
    {"a regular expression", "/fail(ed|ure)/ message:/^a.*b$/i", "good"},
    {"an ideographic space parts words", "登入　失敗", "good"},
    {"a field in quotes", "\"my key\":5", "good"},
    {"two dashes are no NOT", "--force", "good"},
    {"a dash alone", "a - b", "good"},
    {"BI-63: a leading star", "*foo", "good"},
    {"BI-63: a regular expression that kills others", "/(a+)+$/", "good"},
    {"counting", "x | stats count() by source.ip | sort -count | limit 20", "good"},
    {"every function",
     "| stats count(), count_distinct(user.name) as users, sum(a), avg(a), min(a), max(a) by bucket(1h), b", "good"},
    {"sorting by a function's column", "| stats sum(a) by b | sort -sum(a)", "good"},
    {"stats alone counts", "| stats by user.name", "good"},
    {"fields, uniq, limit", "| fields a, b | uniq a | limit 5", "good"},
    {"a pipe inside quotes is text", "\"a | b\"", "good"},
};

TEST(QueryParse, AcceptsTheWholeLanguage) {
  for (const auto& [why, query, expected] : kGood) EXPECT_EQ(describe(query), expected) << why << "\n  " << query;
}

constexpr Case kBad[] = {
    {"no value", "source.ip:",
     "10: no value after 'source.ip:'; a value directly after the colon, or quotes around the text if the colon belongs to it"},
    {"no value before a blank", "source.ip: 10.0.0.5",
     "10: no value after 'source.ip:'; a value directly after the colon, or quotes around the text if the colon belongs to it"},
    {"no value before a pipe", "a:| limit 1",
     "2: no value after 'a:'; a value directly after the colon, or quotes around the text if the colon belongs to it"},
    {"parenthesis not closed", "(a OR b", "0: this '(' is not closed; a ')' before the end of the query"},
    {"parenthesis not opened", "a OR b)", "6: this ')' closes nothing; a '(' before it, or quotes around it"},
    {"empty parentheses", "a ()", "3: something is missing before ')'; a word, a field or a '('"},
    {"quote not closed", "a \"b c", "2: the phrase that begins here has no end; a closing '\"'"},
    {"empty phrase", "a \"\"", "2: an empty phrase finds nothing in particular; at least one word between the quotes"},
    {"AND at the end", "a AND", "5: something is missing before the end of the query; a word, a field or a '('"},
    {"OR at the front", "OR a", "0: 'OR' has nothing before it; a word, a field or a '('"},
    {"AND AND", "a AND AND b", "6: 'AND' has nothing before it; a word, a field or a '('"},
    {"NOT of nothing", "a NOT", "5: something is missing before the end of the query; a word, a field or a '('"},
    {"field inside a field's group", "a:(b:c)",
     "3: a field inside the parentheses of 'a:'; values of 'a' only, or quotes around the word"},
    {"comparison with nothing", "a:>=", "4: no value after '>='; a number, a time, an address or a text"},
    {"half a range", "a:[1 TO", "2: this range cannot be read; [low TO high], with * for an open end"},
    {"a range without TO", "a:[1 5]", "2: this range cannot be read; [low TO high], with * for an open end"},
    {"a regular expression RE2 refuses", "/a(b/", "0: the regular expression cannot be used: missing ): a(b; RE2 syntax"},
    {"look-around is not RE2", "/(?=a)b/",
     "0: the regular expression cannot be used: invalid perl operator: (?=; RE2 syntax"},
    {"an unknown pipe", "a | count", "4: found 'count' after '|'; stats, sort, limit, fields or uniq"},
    {"no pipe", "a |", "3: found the end of the query after '|'; stats, sort, limit, fields or uniq"},
    {"two bars", "a || b", "3: found '|' after '|'; stats, sort, limit, fields or uniq"},
    {"limit of nothing", "| limit", "7: found the end of the query after 'limit'; a number of rows, 1 or more"},
    {"BI-62: limit -1", "| limit -1", "8: found '-1' after 'limit'; a number of rows, 1 or more"},
    {"limit 0", "| limit 0", "8: found '0' after 'limit'; a number of rows, 1 or more"},
    {"an unknown function", "| stats median(a)",
     "8: found 'median' after 'stats'; count(), count_distinct(f), sum(f), avg(f), min(f) or max(f)"},
    {"a function of nothing", "| stats sum()", "12: found ')' after 'sum('; the name of a field"},
    {"a bucket of nothing", "| stats count() by bucket(1x)", "26: found '1x' after 'bucket('; a length such as 5m, 1h or 1d"},
    {"a bucket of zero", "| stats count() by bucket(0h)", "26: found '0h' after 'bucket('; a length such as 5m, 1h or 1d"},
    {"a trailing comma", "| fields a,", "11: found the end of the query after ','; the name of a field"},
    {"words behind a pipe", "| limit 5 rows", "10: found 'rows' after the pipe; '|', ',' or the end"},
    {"position is in bytes, after CJK", "登入 AND", "10: something is missing before the end of the query; a word, a field or a '('"},
    {"BI-37: not UTF-8", "a \xA5\x5C", "2: this is not UTF-8; text in UTF-8"},
};

TEST(QueryParse, SaysWhereAndWhatWasExpected) {
  for (const auto& [why, query, expected] : kBad) EXPECT_EQ(describe(query), expected) << why << "\n  " << query;
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out.append(part);
  return out;
}

TEST(QueryParse, BI63RefusesHostileQueriesBeforeTheyCostAnything) {
  EXPECT_EQ(describe(repeated("a OR ", 10000) + "a"), "16384: the query is too long; at most 16384 bytes");
  EXPECT_EQ(describe(repeated("a OR ", 3000) + "a"), "1280: the query has too many terms; at most 256");
  EXPECT_EQ(describe(repeated("a ", Query::kTermsMax)), "good");
  EXPECT_EQ(describe(repeated("(", 1000) + "a" + repeated(")", 1000)),
            "65: parentheses and NOTs are nested too deep; at most 64 levels");
  EXPECT_EQ(describe(repeated("(", 64) + "a" + repeated(")", 64)), "good");
  EXPECT_EQ(describe(repeated("NOT ", 1000) + "a"), "260: parentheses and NOTs are nested too deep; at most 64 levels");
  EXPECT_EQ(describe(repeated("/a/ ", 17)), "64: too many regular expressions; at most 16");
  EXPECT_EQ(describe(std::string(Query::kWordBytesMax + 1, 'a')), "0: a word or phrase is too long; at most 1024 bytes");
  EXPECT_EQ(describe(repeated("| limit 1 ", 17)), "161: too many pipes; at most 16");
  EXPECT_TRUE(describe("/(((a{100}){100}){100})/").starts_with("0: the regular expression cannot be used"));
}

TEST(QueryParse, RendersTheMistakeWithACaretUnderIt) {
  const std::string query = "source.ip:";
  EXPECT_EQ(Query::parse(query).error().render(query),
            "source.ip:\n"
            "          ^\n"
            "no value after 'source.ip:'; expected a value directly after the colon, or quotes around the text if the "
            "colon belongs to it\n"
            "'source.ip:' 之後沒有值；應為緊接在冒號後的值；若冒號屬於文字，請以引號括住");
}

TEST(QueryParse, RendersTheCaretUnderWideCharacters) {
  const std::string query = "登入 (失敗";
  EXPECT_TRUE(Query::parse(query).error().render(query).starts_with("登入 (失敗\n     ^\n"));
}

TEST(QueryParse, RendersOnlyWhatSurroundsTheMistakeInALongQuery) {
  const std::string query = repeated("word ", 100) + "(";
  const std::string rendered = Query::parse(query).error().render(query);
  EXPECT_TRUE(rendered.starts_with("…")) << rendered;
  const std::string line = rendered.substr(0, rendered.find('\n'));
  const std::string caret = rendered.substr(line.size() + 1, rendered.find('\n', line.size() + 1) - line.size() - 1);
  // "…" is three bytes and one column; the caret stands behind the end.
  EXPECT_EQ(caret.size(), line.size() - 1) << rendered;
}

}  // namespace
}  // namespace vigil
