#include "storage/text_pattern.h"

#include <gtest/gtest.h>

#include <random>

#include "storage/query_lexer.h"
#include "storage/query_value.h"

namespace vigil {
namespace {

TextPattern pattern_of(std::string_view written) {
  if (written.starts_with('"')) return TextPattern::phrase(written.substr(1, written.size() - 2));
  QueryLexer lexer(written);
  return TextPattern::wildcard(lexer.take_word().parts);
}

struct Case {
  std::string_view why, pattern, text;
  bool found;
};

constexpr Case kFound[] = {
    {"a whole word", "fail", "login fail: root", true},
    {"case does not count", "FAIL", "login Fail: root", true},
    {"not inside a longer word", "fail", "login failed", false},
    {"not at the end of a longer word", "fail", "autofail", false},
    {"a later place counts when the first is inside a word", "fail", "failed, fail", true},
    {"an underscore belongs to the word", "fail", "login_fail", false},
    {"at the very front and end", "fail", "fail", true},
    {"beside CJK", "root", "使用者root登入", true},
    {"CJK by substring", "登入", "使用者登入失敗", true},
    {"CJK that is not there", "登出", "使用者登入失敗", false},
    {"an address", "10.0.0.5", "from 10.0.0.5:22", true},
    {"not another address that begins alike", "10.0.0.5", "from 10.0.0.50", false},
    {"not another address that ends alike", "10.0.0.5", "from 110.0.0.5", false},
    {"a path has no word at its front", "/etc/passwd", "cat x/etc/passwd", true},
    {"a pair", "level=error", "level=error code=5", true},
    {"prefix", "fail*", "login failed", true},
    {"prefix only at the front of a word", "fail*", "autofailed", false},
    {"suffix", "*led", "login failed", true},
    {"suffix only at the end of a word", "*fail", "login failed", false},
    {"part", "*aile*", "login failed", true},
    {"a star inside a word", "f*d", "login failed", true},
    {"a star inside does not cross a blank", "l*d", "login failed", false},
    {"a star inside finds the later end", "f*d", "fadx fad", true},
    {"a star inside tries the later place in the same run", "a*c", "a-b-c_ a-c", true},
    {"three parts", "f*il*d", "failed", true},
    {"phrase", "\"failed password\"", "Failed password for root", true},
    {"any blanks between the words of a phrase", "\"failed password\"", "Failed \t password for root", true},
    {"words of a phrase have to follow each other", "\"failed password\"", "failed the password", false},
    {"a phrase ends at whole words", "\"failed pass\"", "failed password", false},
    {"a star in a phrase is a star", "\"5*3\"", "5*3=15", true},
    {"a star in a phrase is only a star", "\"5*3\"", "5x3", false},
    {"台 finds 臺", "台北", "在臺北登入", true},
    {"臺 finds 台", "臺北", "在台北登入", true},
    {"full-width letters", "abc", "帳號ＡＢＣ登入", true},
    {"asked for in full-width letters", "ＡＢＣ", "user abc", true},
    {"full-width digits", "１２３", "no 123.", true},
    {"full-width letters are word bytes", "abc", "ＡＢＣＤ", false},
    {"the ideographic space is a blank", "\"登入 失敗\"", "登入　失敗", true},
    {"punctuation is as it is written", "a:b", "a：b", false},
    {"longer than the text", "failure", "fail", false},
    {"an escaped star", "5\\*3", "5*3", true},
};

TEST(TextPattern, FindsWholeWordsPhrasesAndParts) {
  for (const auto& [why, pattern, text, found] : kFound) {
    EXPECT_EQ(pattern_of(pattern).found_in(text), found) << why << "\n  " << pattern << " in " << text;
  }
}

constexpr Case kWhole[] = {
    {"prefix", "adm*", "Administrator", true},
    {"prefix of something else", "adm*", "sadmin", false},
    {"suffix", "*.exe", "C:\\run me.EXE", true},
    {"suffix with something behind", "*.exe", "a.exe.txt", false},
    {"the last of several places ends it", "*.exe", "a.exe.exe", true},
    {"part", "*system32*", "C:\\Windows\\System32\\cmd.exe", true},
    {"both ends closed", "c*exe", "C:\\Windows\\cmd.exe", true},
    {"both ends closed, not at the front", "w*exe", "C:\\Windows\\cmd.exe", false},
    {"a star crosses blanks here", "a*d", "a b c d", true},
    {"parts may not overlap", "ab*ba", "aba", false},
};

TEST(TextPattern, CoversAWholeValue) {
  for (const auto& [why, pattern, text, found] : kWhole) {
    EXPECT_EQ(pattern_of(pattern).matches_whole(text), found) << why << "\n  " << pattern << " on " << text;
  }
}

// The oracle for matches_whole: the textbook recursion.
bool covers(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    return covers(pattern.substr(1), text) || (!text.empty() && covers(pattern, text.substr(1)));
  }
  return !text.empty() && lower_ascii(pattern.front()) == lower_ascii(text.front()) &&
         covers(pattern.substr(1), text.substr(1));
}

TEST(TextPattern, AgreesWithTheTextbookOnRandomPatterns) {
  std::mt19937 random(1);
  const auto text_of = [&](std::string_view letters, std::size_t most) {
    std::string text;
    for (std::size_t left = random() % (most + 1); left > 0; --left) text.push_back(letters[random() % letters.size()]);
    return text;
  };
  for (int i = 0; i < 20000; ++i) {
    const std::string pattern = text_of("aB*", 7), text = text_of("Ab", 9);
    if (pattern.find('*') == std::string::npos) continue;
    EXPECT_EQ(pattern_of(pattern).matches_whole(text), covers(pattern, text)) << pattern << " on " << text;
  }
}

TEST(TextPattern, StaysLinearOnHostileText) {
  const std::string text(64 * 1024, 'a');
  EXPECT_FALSE(pattern_of("a*a*a*a*b").found_in(text));
  EXPECT_FALSE(pattern_of(std::string(Query::kWordBytesMax, 'a') + "b").found_in(text));
}

struct NumberCase {
  std::string_view a, b, order;
};

TEST(QueryNumber, ComparesByValueAndExactlyUpTo64Bits) {
  constexpr NumberCase kCases[] = {
      {"443", "443.0", "="},  {"0443", "443", "="},     {"-1", "1", "<"},      {"-2", "-1", "<"},
      {"1e3", "1000", "="},   {"1.5", "2", "<"},        {"-0", "0", "="},      {"18446744073709551615", "18446744073709551614", ">"},
      {"9223372036854775808", "9223372036854775807", ">"}, {"0.1", "0.2", "<"},
  };
  for (const auto& [a, b, order] : kCases) {
    const auto left = Number::read(a), right = Number::read(b);
    ASSERT_TRUE(left && right) << a << " " << b;
    const auto found = *left <=> *right;
    EXPECT_EQ(found < 0 ? "<" : found > 0 ? ">" : "=", order) << a << " " << b;
  }
}

TEST(QueryNumber, ReadsNothingElseAsANumber) {
  for (const std::string_view text : {"", "-", "0x10", "inf", "nan", "1e999", "1 ", " 1", "1,5", "12ab", "--1", "+1"}) {
    EXPECT_FALSE(Number::read(text)) << text;
  }
}

TEST(QueryAddress, ReadsWhatIsOneAndRefusesTheRest) {
  for (const std::string_view text : {"10.0.0.5", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::1%eth0",
                                      "::ffff:10.0.0.5", "1:2:3:4:5:6:7:8", "1::"}) {
    EXPECT_TRUE(IpAddress::read(text)) << text;
  }
  for (const std::string_view text : {"", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.5.6", "1:2:3", ":", ":::", "1::2::3",
                                      "1:2:3:4:5:6:7:8:9", "12345::", "g::", "1:", "::1:", "10.0.0.5 "}) {
    EXPECT_FALSE(IpAddress::read(text)) << text;
  }
  EXPECT_EQ(IpAddress::read("::ffff:10.0.0.5"), IpAddress::read("10.0.0.5"));
  EXPECT_EQ(IpAddress::read("2001:DB8:0:0::1"), IpAddress::read("2001:db8::1"));
}

struct NetworkCase {
  std::string_view network, address;
  bool inside;
};

TEST(QueryNetwork, HoldsItsAddresses) {
  constexpr NetworkCase kCases[] = {
      {"10.0.0.0/8", "10.255.0.1", true},       {"10.0.0.0/8", "11.0.0.1", false},
      {"10.1.2.3/8", "10.9.9.9", true},         {"192.168.4.0/22", "192.168.7.255", true},
      {"192.168.4.0/22", "192.168.8.0", false}, {"0.0.0.0/0", "1.2.3.4", true},
      {"0.0.0.0/0", "::1", false},              {"2001:db8::/32", "2001:db8:1::5", true},
      {"2001:db8::/32", "2001:db9::", false},   {"::/0", "2001:db8::1", true},
      {"::/0", "10.0.0.1", false},              {"10.0.0.5/32", "10.0.0.5", true},
      {"10.0.0.5/32", "::ffff:10.0.0.5", true}, {"10.0.0.5/32", "10.0.0.4", false},
  };
  for (const auto& [network, address, inside] : kCases) {
    const auto read = IpNetwork::read(network);
    ASSERT_TRUE(read) << network;
    EXPECT_EQ(read->contains(*IpAddress::read(address)), inside) << network << " " << address;
  }
  for (const std::string_view text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0", "/8", "::/129", "10.0.0.0/8x", "x/8"}) {
    EXPECT_FALSE(IpNetwork::read(text)) << text;
  }
}

}  // namespace
}  // namespace vigil
