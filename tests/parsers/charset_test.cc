// Bytes to UTF-8: Big5 before any cutting, and nothing that a terminal would obey.

#include "parsers/charset.h"

#include <gtest/gtest.h>

#include <string>

#include "parsers/cp950_table.h"
#include "tests/parsers/describe.h"

namespace vigil {
namespace {

using namespace std::string_literals;

std::string describe(std::string_view bytes, Charset charset = Charset::automatic,
                     Controls controls = Controls::escaped) {
  Arena arena;
  const DecodedText decoded = decode_text(bytes, charset, controls, arena);
  EXPECT_TRUE(is_utf8(decoded.text)) << printable(decoded.text);
  return printable(decoded.text) + " [" + names_of(decoded.tags) + "]";
}

struct Case {
  std::string_view why;
  std::string bytes;
  std::string expected;
};

TEST(Charset, TakesUtf8AsItIs) {
  const Case cases[] = {
      {"ASCII", "plain text", "plain text []"},
      {"two, three and four bytes", "\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80",
       "\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80 []"},
      {"the ends of the range",
       "\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf",
       "\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf []"},
      {"a byte order mark is taken off", "\xef\xbb\xbftext", "text [bom_lead]"},
      {"CR, LF and NUL are trimmed at the end", "text\r\n\0\0\n"s, "text []"},
      {"LF and TAB inside stay", "a\n\tb", "a\\x0a\\x09b []"},
      {"other controls become text", "a\rb\0c\x1b[2J\x7f"s, "a\\x0db\\x00c\\x1b[2J\\x7f [ctrl]"},
      {"nothing", "", " []"},
      {"only trailers", "\r\n\0"s, " []"},
  };
  for (const auto& [why, bytes, expected] : cases) EXPECT_EQ(describe(bytes), expected) << why;
}

TEST(Charset, DecodesBig5AndKeepsTheBytesThatOthersCutAt) {
  const Case cases[] = {
      {"second byte is a backslash", "\xb3\x5c\xa5\x5c\xbb\x5c",
       "\xe8\xa8\xb1\xe5\x8a\x9f\xe8\x93\x8b [cp950]"},                           // 許功蓋
      {"second byte is a bar", "\xa5\x7c|", "\xe5\x9b\x9b| [cp950]"},             // 四|
      {"second byte is an opening bracket", "\xa4\x5b", "\xe4\xb9\x85 [cp950]"},  // 久
      {"second byte is a closing bracket", "\xa4\x5d", "\xe4\xb9\x9f [cp950]"},   // 也
      {"second bytes are braces", "\xa4\x7b\xa4\x7d", "\xe5\xbb\xbe\xe5\xbc\x93 [cp950]"},
      {"second byte is an at sign", "\xa4\x40", "\xe4\xb8\x80 [cp950]"},          // 一
      {"with ASCII around", "user=\xa4\xfd ok", "user=\xe7\x8e\x8b ok [cp950]"},  // 王
      {"with a control inside", "\xa4\x40\x1b", "\xe4\xb8\x80\\x1b [cp950 ctrl]"},
      {"cut inside a character is none of it", "ok \xa4\x40\xa4", "ok \\xa4@\\xa4 [bad_utf8]"},
      {"a byte that begins no character", "\xa4\x40\xff", "\\xa4@\\xff [bad_utf8]"},
      {"a pair that is no character", "\xc8\x41\xa4\x40",
       "\\xc8"
       "A\\xa4@ [bad_utf8]"},
  };
  for (const auto& [why, bytes, expected] : cases) EXPECT_EQ(describe(bytes), expected) << why;
}

TEST(Charset, KnowsTheTableOfWindows) {
  std::size_t characters = 0;
  for (unsigned lead = 0; lead < 256; ++lead) {
    for (unsigned trail = 0; trail < 256; ++trail) {
      if (cp950_character(static_cast<unsigned char>(lead), static_cast<unsigned char>(trail)) != 0)
        ++characters;
    }
  }
  EXPECT_EQ(characters, 13'752U);
  EXPECT_EQ(cp950_character(0xa1, 0x40), 0x3000);  // ideographic space, the first
  EXPECT_EQ(cp950_character(0xa1, 0xfe), 0xff0f);  // fullwidth slash, where tables differ
  EXPECT_EQ(cp950_character(0xa4, 0x40), 0x4e00);
  EXPECT_EQ(cp950_character(0xf9, 0xd5), 0x9f98);  // the last of the two levels
  EXPECT_EQ(cp950_character(0xf9, 0xfe), 0x2593);  // ETEN's last
  EXPECT_EQ(cp950_character(0xa4, 0x7f), 0);
  EXPECT_EQ(cp950_character(0xa4, 0xa0), 0);
  EXPECT_EQ(cp950_character(0xa0, 0x40), 0);
  EXPECT_EQ(cp950_character(0xfa, 0x40), 0);
}

TEST(Charset, BI37_ShowsWhatIsNoCharacterAsBytes) {
  const Case cases[] = {
      {"a lone continuation", "a\x80z", "a\\x80z [bad_utf8]"},
      {"overlong, two bytes", "\xc0\x80", "\\xc0\\x80 [bad_utf8]"},
      {"overlong, three bytes", "\xe0\x80\xaf", "\\xe0\\x80\\xaf [bad_utf8]"},
      {"overlong, four bytes", "\xf0\x80\x80\x80", "\\xf0\\x80\\x80\\x80 [bad_utf8]"},
      {"a surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80 [bad_utf8]"},
      {"beyond the last plane", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80 [bad_utf8]"},
      {"cut inside a character", "\xe4\xb8", "\\xe4\\xb8 [bad_utf8]"},
      {"what is well-formed besides stays", "\xe4\xb8\xad \xff", "\xe4\xb8\xad \\xff [bad_utf8]"},
  };
  for (const auto& [why, bytes, expected] : cases) EXPECT_EQ(describe(bytes, Charset::utf8), expected) << why;
}

TEST(Charset, LetsASourceSayWhatItSpeaks) {
  EXPECT_EQ(describe("caf\xe9", Charset::latin1), "caf\xc3\xa9 [latin1]");
  EXPECT_EQ(describe("\xa4\x40", Charset::latin1), "\xc2\xa4@ [latin1]");
  EXPECT_EQ(describe("\xa4\x40", Charset::utf8), "\\xa4@ [bad_utf8]");
  EXPECT_EQ(describe("\xa4\x40\xa4", Charset::cp950), "\xe4\xb8\x80\\xa4 [bad_utf8 cp950]")
      << "a datagram cut short";
  for (const Charset charset : {Charset::automatic, Charset::utf8, Charset::cp950, Charset::latin1}) {
    EXPECT_EQ(describe("\xe4\xb8\xad", charset), "\xe4\xb8\xad []")
        << "UTF-8 is never taken for anything else";
    EXPECT_EQ(describe("ASCII", charset), "ASCII []");
  }
}

TEST(Charset, BI37_ReadsUtf16WithAMark) {
  const Case cases[] = {
      {"little",
       "\xff\xfe"
       "a\0b\0"s,
       "ab [utf16]"},
      {"little, its last NUL trimmed by the transport",
       "\xff\xfe"
       "a\0b"s,
       "ab [utf16]"},
      {"big",
       "\xfe\xff"
       "\0a\0b"s,
       "ab [utf16]"},
      {"Chinese", "\xff\xfe\x2d\x4e"s, "\xe4\xb8\xad [utf16]"},
      {"a pair of surrogates", "\xff\xfe\x3d\xd8\x00\xde"s, "\xf0\x9f\x98\x80 [utf16]"},
      {"a lone high one",
       "\xff\xfe\x3d\xd8"
       "a\0"s,
       "\xef\xbf\xbd"
       "a [utf16]"},
      {"a lone low one",
       "\xff\xfe\x00\xde"
       "a\0"s,
       "\xef\xbf\xbd"
       "a [utf16]"},
      {"CR LF at the end",
       "\xff\xfe"
       "a\0\r\0\n\0"s,
       "a [utf16]"},
      {"a control", "\xff\xfe\x1b\0"s, "\\x1b [ctrl utf16]"},
      {"only the mark", "\xff\xfe"s, " [utf16]"},
  };
  for (const auto& [why, bytes, expected] : cases) EXPECT_EQ(describe(bytes), expected) << why;
}

TEST(Charset, KeepsControlsForRenderersThatEscapeThemselves) {
  EXPECT_EQ(describe("a\x1b[31m\0b"s, Charset::automatic, Controls::kept), "a\\x1b[31m\\x00b []");
  Arena arena;
  const std::string bytes = "a\x1b[31m";
  EXPECT_EQ(decode_text(bytes, Charset::automatic, Controls::kept, arena).text.data(), bytes.data())
      << "no copy";
}

TEST(Charset, HasTheNamesOfTheConfiguration) {
  EXPECT_EQ(charset_from_name("auto"), Charset::automatic);
  EXPECT_EQ(charset_from_name("utf8"), Charset::utf8);
  EXPECT_EQ(charset_from_name("cp950"), Charset::cp950);
  EXPECT_EQ(charset_from_name("latin1"), Charset::latin1);
  EXPECT_EQ(charset_from_name("gbk"), std::nullopt);
}

}  // namespace
}  // namespace vigil
