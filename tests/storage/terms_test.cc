#include "storage/terms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "storage/block_index.h"

namespace vigil {
namespace {

std::string terms(std::string_view text, TextEdges edges = {}) {
  std::string all;
  terms_of_text(
      text, [&](std::string_view term) { all += (all.empty() ? "" : " ") + std::string(term); }, edges);
  return all;
}

std::vector<std::uint32_t> indexed(std::string_view raw, Charset charset = Charset::automatic) {
  TermCollector collector;
  std::string padded(raw);
  padded.append(TermCollector::kPadding, 'x');  // must not become part of the last word
  collector.add({padded.data(), raw.size()}, charset);
  return collector.take();
}
bool holds(const std::vector<std::uint32_t>& hashes, std::string_view term) {
  return std::binary_search(hashes.begin(), hashes.end(), term_hash(term));
}

struct Case {
  std::string_view why, text, expected;
};

constexpr Case kTexts[] = {
    {"words in lower case", "Failed PASSWORD for root", "failed password for root"},
    {"short words and numbers are left out", "a if 12 12345 x9 abc", "abc"},
    {"letters and digits together are a word", "srv01 0xdeadbeef", "srv01 0xdeadbeef"},
    {"everything else parts words", "TCP_MISS/200 www.school.edu.tw", "tcp miss www school edu"},
    {"an IPv4 address is one term", "from 10.5.126.105 port 22", "from 10.5.126.105 port"},
    {"also inside other text", "outside:10.1.2.3/443(203.0.113.9)", "outside 10.1.2.3 203.0.113.9"},
    {"five numbers are two windows", "1.2.3.4.5", "1.2.3.4 2.3.4.5"},
    {"a version is no address", "120.0.6099.71", ""},
    {"double dots part", "1..2.3.4", ""},
    {"a MAC address is one term", "AA:bb:cc:01:02:03", "aa:bb:cc:01:02:03"},
    {"with hyphens too", "00-1B-44-11-3A-B7.", "00-1b-44-11-3a-b7"},
    {"six pairs that are not hex", "zz:bb:cc:01:02:03", ""},
    {"CJK pairs", "登入失敗", "登入 入失 失敗"},
    {"a lone CJK character", "登 入", ""},
    {"CJK beside a word", "使用者root登入", "使用 用者 root 登入"},
    {"full-width letters and digits are ASCII", "ＡＢＣ１２ root　２０３.０.１１３.９", "abc12 root 203.0.113.9"},
    {"臺 is 台", "臺北市臺灣", "台北 北市 市台 台灣"},
    {"accented letters part words", "café", "caf"},
    {"broken UTF-8 is stepped over", "abc\xe7\x99 def\xff", "abc def"},
    {"nothing", "", ""},
};

TEST(Terms, AreWordsAddressesAndCjkPairs) {
  for (const auto& [why, text, expected] : kTexts) EXPECT_EQ(terms(text), expected) << why;
}

TEST(Terms, OfPartsOfWordsLeaveTheOpenEndsOut) {
  EXPECT_EQ(terms("ailed password for ro", {.front_complete = false, .back_complete = false}), "password for");
  EXPECT_EQ(terms("failed passw", {.front_complete = true, .back_complete = false}), "failed");
  EXPECT_EQ(terms("10.1.2.3", {.front_complete = true, .back_complete = false}), "");
  EXPECT_EQ(terms("/login?", {.front_complete = false, .back_complete = false}), "login");
  EXPECT_EQ(terms("登入失", {.front_complete = false, .back_complete = false}), "登入 入失");
}

TEST(Terms, EveryTermOfATextIsInItsIndex) {
  for (const auto& [why, text, expected] : kTexts) {
    const auto hashes = indexed(text);
    terms_of_text(text, [&](std::string_view term) { EXPECT_TRUE(holds(hashes, term)) << why << ": " << term; });
  }
}

TEST(Terms, TheFastWalkFindsWhatThePlainOneFinds) {
  std::mt19937 random(7);
  constexpr std::string_view kAlphabet = "aZ09..::-- /_=\"fF";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const std::size_t size = random() % 300;
    while (text.size() < size) text += kAlphabet[random() % kAlphabet.size()];
    std::vector<std::uint32_t> plain;
    terms_of_text(text, [&](std::string_view term) { plain.push_back(term_hash(term)); });
    std::sort(plain.begin(), plain.end());
    plain.erase(std::unique(plain.begin(), plain.end()), plain.end());
    ASSERT_EQ(indexed(text), plain) << "seed 7, round " << round << "\n" << text;
  }
}

struct Escaped {
  std::string_view why, raw, term;
};

TEST(Terms, AreFoundInWhatTheBytesMean) {
  const Escaped cases[] = {
      {"a JSON line break before a word", R"({"m":"done.\r\n\tAccount Name:"})", "account"},
      {"the same letters as a path", R"(C:\new\table)", "table"},
      {"an escaped quote", R"({"m":"say \"hello\""})", "hello"},
      {"escaped CJK", R"({"user":"\u767b\u5165"})", "登入"},
      {"an escaped pair of surrogates with its neighbour", R"(\ud840\udc00\u767b)", "\xf0\xa0\x80\x80登"},
      {"escaped ASCII", R"({"user":"\u0072oot"})", "root"},
      {"Big5 bytes", "<13>\xb5\x6e\xa4\x4a\xa5\xa2\xb1\xd1 user", "登入"},
      {"Big5 with a backslash as second byte", "\xb3\x5c\xa5\x5c", "許功"},
      {"UTF-16 with a byte order mark", std::string_view("\xff\xfe\x72\x00\x6f\x00\x6f\x00\x74\x00", 10), "root"},
  };
  for (const auto& [why, raw, term] : cases) EXPECT_TRUE(holds(indexed(raw), term)) << why;
}

TEST(Terms, ManyAreGatheredOnceEach) {
  TermCollector collector;
  std::string text;
  for (int i = 0; i < 400'000; ++i) text += " word" + std::to_string(i);
  const std::size_t size = text.size();
  text.append(TermCollector::kPadding, '\0');
  for (int round = 0; round < 6; ++round) collector.add({text.data(), size}, Charset::automatic);
  const auto hashes = collector.take();
  EXPECT_TRUE(std::is_sorted(hashes.begin(), hashes.end()));
  EXPECT_NEAR(static_cast<double>(hashes.size()), 400'000, 100);
  EXPECT_TRUE(collector.take().empty());
}

TEST(BlockIndex, KnowsEveryTermAndFewOthers) {
  for (const std::size_t count : {0U, 1U, 2U, 3U, 64U, 1000U, 65'536U, 100'000U}) {
    std::vector<std::uint32_t> hashes;
    for (std::size_t i = 0; i < count; ++i) hashes.push_back(term_hash("term" + std::to_string(i)));
    std::sort(hashes.begin(), hashes.end());
    hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
    const std::string stored = encode_block_index(hashes);
    BlockIndex index;
    ASSERT_TRUE(index.open(stored)) << count;
    for (const std::uint32_t hash : hashes) ASSERT_TRUE(index.may_contain(hash)) << count;
    std::size_t wrong = 0;
    for (int i = 0; i < 10'000; ++i) wrong += index.may_contain(term_hash("other" + std::to_string(i))) ? 1U : 0U;
    EXPECT_LE(wrong, 70U) << count;  // one in 256 at worst
    if (count >= 1000) {
      EXPECT_LE(stored.size() * 8, count * 11 + 400) << count;
    }
  }
}

TEST(BlockIndex, RefusesDamagedBytes) {
  const std::vector<std::uint32_t> hashes = {1, 5, 1U << 31U};
  const std::string stored = encode_block_index(hashes);
  BlockIndex index;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    std::string bad = stored;
    bad[i] = static_cast<char>(bad[i] ^ 4);
    EXPECT_FALSE(index.open(bad)) << i;
    EXPECT_FALSE(index.open(std::string_view(stored).substr(0, i))) << i;
  }
}

}  // namespace
}  // namespace vigil
