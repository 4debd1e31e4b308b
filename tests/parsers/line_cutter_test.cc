// Bytes of a file into lines, however the reads cut them.

#include "parsers/line_cutter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "parsers/charset.h"
#include "tests/parsers/describe.h"

namespace vigil {
namespace {

using namespace std::string_literals;

// A small limit keeps the cases short.
LineCutterOptions small(std::string_view file, std::string_view record_start) {
  LineCutterOptions options{.line_bytes_max = 64, .encoding = encoding_of(file)};
  if (!record_start.empty()) options.record_start = *RecordStart::compile(record_start);
  return options;
}

class Reader {
 public:
  explicit Reader(LineCutterOptions options, std::uint64_t offset = 0) : cutter(std::move(options), offset) {}
  auto sink() {
    return [this](std::string_view line, Tags tags) {
      got += (got.empty() ? "" : " | ") + printable(line) + (tags.none() ? "" : " [" + names_of(tags) + "]");
    };
  }
  void feed(std::string_view bytes) { cutter.feed(bytes, sink()); }
  void flush() { cutter.flush(sink()); }

  LineCutter cutter;
  std::string got;
};

// The lines of a file, after checking that every cut in two and single bytes give the same. The end is not flushed:
// what waits there stands behind "…".
std::string lines_of_any_cut(std::string_view file, std::string_view record_start = {}) {
  const auto read = [&](const std::vector<std::string_view>& pieces) {
    Reader reader(small(file, record_start));
    for (const std::string_view piece : pieces) reader.feed(piece);
    EXPECT_EQ(reader.cutter.next_offset(), file.size());
    std::string out = reader.got + " @" + std::to_string(reader.cutter.taken());
    reader.got.clear();
    reader.flush();
    if (!reader.got.empty()) out += " … " + reader.got;
    out += " @" + std::to_string(reader.cutter.taken());
    return out;
  };
  const std::string whole = read({file});
  std::vector<std::string_view> bytes;
  for (std::size_t cut = 0; cut <= file.size(); ++cut) {
    EXPECT_EQ(read({file.substr(0, cut), file.substr(cut)}), whole) << "cut at " << cut;
    if (cut < file.size()) bytes.push_back(file.substr(cut, 1));
  }
  EXPECT_EQ(read(bytes), whole) << "byte by byte";
  return whole;
}

struct Case {
  std::string_view why;
  std::string file;
  std::string_view expected;
};

const std::string kHundred(100, 'x');
const std::string kSixtyFour(64, 'x');
constexpr std::string_view kCut = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

TEST(LineCutter, GivesTheLinesOfAFileAtEveryCut) {
  const Case cases[] = {
      {"LF", "one\ntwo\n", "one | two @8 @8"},
      {"CR LF, whose CR is no part of the line", "one\r\ntwo\r\n", "one | two @10 @10"},
      {"a CR inside stays", "one\rtwo\r\r\n", "one\\x0dtwo\\x0d @10 @10"},
      {"blank lines are nothing", "\n\r\none\n\n \t\ntwo\n", "one | two @15 @15"},
      {"the last line waits for its end", "one\ntw", "one @4 … tw [partial_eof] @6"},
      {"an empty file", "", " @0 @0"},
      {"a line of the limit is whole", kSixtyFour + "\nb\n", std::string_view()},
      {"NULs of a file of fixed size wait to be written over", "one\n\0\0\0\0"s, "one @4 @4"},
      {"behind a partial line too", "one\ntw\0\0\0\0"s, "one @4 … tw [partial_eof] @6"},
      {"NULs before a line are what a truncated file's writer left", "\0\0\0\0one\n"s, "one @8 @8"},
      {"NULs inside of a line are bytes of it", "o\0\0ne\0\n"s, "o\\x00\\x00ne\\x00 @7 @7"},
      {"a line of NULs is nothing", "\0\0\0\none\n"s, "one @8 @8"},
      {"UTF-8 with its mark, which charset.h takes off", "\xef\xbb\xbfone\n", "\xef\xbb\xbfone @7 @7"},
  };
  for (const auto& [why, file, expected] : cases) {
    if (!expected.empty()) {
      EXPECT_EQ(lines_of_any_cut(file), expected) << why;
    }
  }
}

TEST(LineCutter, KeepsTheFrontOfALineThatIsTooLongAndSkipsTheRest) {
  const std::string cut(kCut);
  EXPECT_EQ(lines_of_any_cut(kSixtyFour + "\nb\n"), cut + " | b @67 @67");
  EXPECT_EQ(lines_of_any_cut(kSixtyFour + "y\nb\n"), cut + " [oversize] | b @68 @68");
  EXPECT_EQ(lines_of_any_cut(kSixtyFour + "\r\nb\n"), cut + " [oversize] | b @68 @68")
      << "CR counts as a byte of it";
  EXPECT_EQ(lines_of_any_cut("a\n" + kHundred + "\n"), "a | " + cut + " [oversize] @103 @103");
  EXPECT_EQ(lines_of_any_cut("a\n" + kHundred), "a @2 … " + cut + " [oversize partial_eof] @102");
  EXPECT_EQ(
      lines_of_any_cut("x" + std::string(200, '\0') + "\nb\n"), "x" + [] {
        std::string nuls;
        for (int i = 0; i < 63; ++i) nuls += "\\x00";
        return nuls;
      }() + " [oversize] | b @204 @204");
}

TEST(LineCutter, DoesNotTakeTheRestOfALineForALineOnceItsFrontWasGivenAsTooLong) {
  Reader reader(small("", ""));
  reader.feed(kHundred);
  reader.flush();
  reader.feed(kHundred);
  reader.flush();
  reader.feed("yyy\nnext\n");
  EXPECT_EQ(reader.got, std::string(kCut) + " [oversize partial_eof] | next");
  EXPECT_EQ(reader.cutter.taken(), 209U);
}

TEST(LineCutter, GivesWhatComesLaterOfALineThatWasNotWaitedForAsOneOfItsOwn) {
  Reader reader(small("", ""));
  reader.feed("one\ntw");
  reader.flush();
  reader.feed("o\nthree\n");
  EXPECT_EQ(reader.got, "one | tw [partial_eof] | o | three");
}

TEST(LineCutter, ReadsAgainWhatIsWrittenOverTheNulsAtTheEnd) {
  Reader reader(small("", ""));
  reader.feed("one\ntw\0\0\0\0"s);
  reader.cutter.take_padding_back();
  EXPECT_EQ(reader.cutter.next_offset(), 6U);
  reader.feed("o\nth\0\0"s);
  reader.cutter.take_padding_back();
  EXPECT_EQ(reader.cutter.next_offset(), 10U);
  reader.feed("ree\n");
  EXPECT_EQ(reader.got, "one | two | three");
}

// "é" is one unit, U+1F600 two; 0x0A0A and 0x0D00 hold the bytes of line ends.
TEST(LineCutter, CutsUtf16WithItsMarkBeforeEveryLine) {
  const auto le = [](std::u16string_view text) {
    std::string out;
    for (const char16_t c : text) out += {static_cast<char>(c & 0xff), static_cast<char>(c >> 8)};
    return out;
  };
  const auto be = [](std::u16string_view text) {
    std::string out;
    for (const char16_t c : text) out += {static_cast<char>(c >> 8), static_cast<char>(c & 0xff)};
    return out;
  };
  constexpr std::u16string_view kText = u"\ufeffone\r\n登入\u0a0a\u0d00失敗\r\n\r\n\U0001f600\nlast";
  for (const std::string& file : {le(kText), be(kText)}) {
    lines_of_any_cut(file);
    Reader reader(small(file, ""));
    Arena arena;
    std::string text;
    const auto sink = [&](std::string_view line, Tags tags) {
      EXPECT_EQ(line.substr(0, 2), file.substr(0, 2));
      text.append(decode_text(line, Charset::automatic, Controls::escaped, arena).text);
      text += tags.has(Tag::partial_eof) ? "…" : "|";
    };
    reader.cutter.feed(file, sink);
    reader.cutter.flush(sink);
    EXPECT_EQ(text, "one|登入\u0a0a\u0d00失敗|\U0001f600|last…");
  }
  const std::string padded = le(u"\ufeffone\nĀ") + std::string(6, '\0');
  Reader reader(small(padded, ""));
  reader.feed(padded + '\0');
  reader.cutter.take_padding_back();
  EXPECT_EQ(reader.cutter.next_offset(), le(u"\ufeffone\nĀ").size());
  const std::string longer = le(u"\ufeff" + std::u16string(40, u'x') + u"\nb\n");
  EXPECT_NE(lines_of_any_cut(longer).find("[oversize] | "), std::string::npos);
}

constexpr std::string_view kTrace =
    "2026-11-20 a\n\tat A\n\n\tat B\n2026-11-20 b\n2026-11-20 c\n Caused by: d\n";

TEST(LineCutter, JoinsLinesThatBeginNothingToTheRecordBeforeThem) {
  const std::string_view start = R"(^\d{4}-\d\d-\d\d)";
  EXPECT_EQ(lines_of_any_cut(kTrace, start),
            "2026-11-20 a\\x0a\\x09at A\\x0a\\x0a\\x09at B | 2026-11-20 b @39 … 2026-11-20 c\\x0a Caused by: "
            "d @66");
  EXPECT_EQ(lines_of_any_cut("no start\n2026-11-20 a\n", start), "no start @9 … 2026-11-20 a @22");
  EXPECT_EQ(lines_of_any_cut("\n\n2026-11-20 a\r\n\tat\r\n\r\n2026-11-20 b", start),
            " @2 … 2026-11-20 a\\x0d\\x0a\\x09at | 2026-11-20 b [partial_eof] @35");
  EXPECT_EQ(lines_of_any_cut("2026-11-20 a\n\tat", start),
            " @0 … 2026-11-20 a\\x0a\\x09at [partial_eof] @16");
}

TEST(LineCutter, CutsARecordThatIsTooLongBetweenLinesAndLosesNothing) {
  std::string file = "1 a\n";
  for (int i = 0; i < 6; ++i) file += "\tat " + std::string(14, static_cast<char>('a' + i)) + "\n";
  const std::string got = lines_of_any_cut(file + "2 b\n", "^\\d");
  for (char c = 'a'; c <= 'f'; ++c) EXPECT_NE(got.find(std::string(14, c)), std::string::npos) << c;
  EXPECT_EQ(got.find("oversize"), std::string::npos);
}

TEST(LineCutter, ReadsWhereRecordsBeginInTheCharactersOfTheFile) {
  std::string file;
  for (const char16_t c : std::u16string_view(u"\ufeff登入 a\n  b\n登入 c\n")) {
    file += {static_cast<char>(c & 0xff), static_cast<char>(c >> 8)};
  }
  Reader reader(small(file, "^登入"));
  reader.feed(file);
  EXPECT_EQ(reader.got.find(" | "), std::string::npos);
  EXPECT_FALSE(reader.got.empty());
  EXPECT_EQ(lines_of_any_cut("\xb5n\xa4J a\n  b\n\xb5n\xa4J c\n", "^登入"),
            "\xb5n\xa4J a\\x0a  b @11 … \xb5n\xa4J c @18")
      << "Big5";
}

TEST(RecordStart, SaysWhyAPatternIsNone) {
  EXPECT_EQ(RecordStart::compile("^(a").error(), "missing ): ^(a");
  EXPECT_FALSE(RecordStart::compile("").has_value());
  EXPECT_FALSE(RecordStart::compile(std::string(2000, 'a')).has_value());
}

}  // namespace
}  // namespace vigil
