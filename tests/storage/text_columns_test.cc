#include "storage/text_columns.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

namespace vigil {
namespace {

/// Lines back to back, with the room behind them that scanners ask for.
struct Text {
  std::vector<char> bytes;
  std::vector<TextLine> lines;
  std::size_t size = 0;

  explicit Text(const std::vector<std::string>& all) {
    for (const std::string& line : all) {
      bytes.insert(bytes.end(), line.begin(), line.end());
      lines.push_back({.length = static_cast<std::uint32_t>(line.size()), .charset = Charset::automatic});
    }
    size = bytes.size();
    bytes.resize(size + kScanPadding, 'z');
  }
};

/// Columns that are kept, in memory of exactly the promised size, so that a sanitizer sees a step outside.
struct Kept {
  std::string text, still, calm, noise;

  Kept() = default;
  explicit Kept(const TextColumns& columns)
      : text(columns.text), still(columns.still), calm(columns.calm), noise(columns.noise) {}
  bool operator==(const Kept&) const = default;

  bool read(std::string& out, std::size_t size) const {
    const auto padded = [](const std::string& bytes) {
      std::vector<char> copy(bytes.begin(), bytes.end());
      copy.resize(bytes.size() + kScanPadding);
      return copy;
    };
    const std::vector<char> padded_text = padded(text);
    const TextColumns columns{
        .text = {padded_text.data(), text.size()}, .still = still, .calm = calm, .noise = noise};
    std::vector<char> place(size + kScanPadding);
    TextColumnsReader reader;
    const bool done = reader.read(columns, place.data(), size);
    out.assign(place.data(), size);
    // To be read and to be compared are the same.
    EXPECT_EQ(reader.says(columns, {place.data(), size}), done);
    for (const std::size_t at : {std::size_t{0}, size / 3, size - 1}) {
      if (!done || size == 0) break;
      place[at] = static_cast<char>(place[at] ^ 1);
      EXPECT_FALSE(reader.says(columns, {place.data(), size})) << at;
      place[at] = static_cast<char>(place[at] ^ 1);
    }
    return done;
  }
};

Kept write(const Text& text, TextColumnsWriter& writer, TermCollector& terms) {
  return Kept(writer.write(text.bytes.data(), text.lines, terms));
}
Kept write(const std::vector<std::string>& lines) {
  TextColumnsWriter writer;
  TermCollector terms;
  return write(Text(lines), writer, terms);
}

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line;
  return all;
}

std::vector<std::string> repeat(const std::vector<std::string>& lines, int times) {
  std::vector<std::string> all;
  for (int i = 0; i < times; ++i) all.insert(all.end(), lines.begin(), lines.end());
  return all;
}

/// Lines of one shape with numbers that count, jump and stay.
std::vector<std::string> counted(int lines) {
  std::vector<std::string> all;
  for (int i = 0; i < lines; ++i) {
    all.push_back("date=2026-11-20 time=07:" + std::to_string(10 + i / 60) + ":" +
                  std::to_string(10 + i % 50) + " srcip=10.0." + std::to_string(i * 7 % 250) +
                  ".9 n=" + std::to_string(i * 977) + " level=\"notice\" end");
  }
  return all;
}

struct Case {
  std::string_view why;
  std::vector<std::string> lines;
};

std::vector<Case> cases() {
  std::vector<Case> all = {
      {"no lines", {}},
      {"one empty line", {""}},
      {"many empty lines", std::vector<std::string>(100, "")},
      {"equal lines", std::vector<std::string>(100, "a=1 b=2")},
      {"one delimiter", std::vector<std::string>(9, " ")},
      {"nothing but delimiters", std::vector<std::string>(9, " =,\"[](){}<>'&?%;|\t")},
      {"lines that count", counted(500)},
      {"a token that grows and shrinks",
       repeat({"a 1 b", "a 12345678901234567890123456789012345678901234567890 b", "a  b"}, 9)},
      {"the last token changes", repeat({"x=1", "x=12", "x=", "x=1"}, 5)},
      {"the last token is a prefix of the next line's", repeat({"u=ro", "u=root", "u=roots"}, 5)},
      {"the first token changes", repeat({"1 x", "12 x", " x"}, 5)},
      {"two shapes in turn", repeat({"a=1 b=2", "a 1", "a=2 b=2", "a 2"}, 20)},
      {"a shape that is rare", {"a b", "a b", "a b", "x,y", "a b", "a b"}},
      {"carriage returns, zeros and line feeds",
       repeat({std::string("a\r\n b\0c", 7), std::string("a\r\n d\0\0", 7)}, 5)},
      {"bytes that are no UTF-8",
       repeat({"\xb5\x6e\xa4\x4a user=\xff\xfe", "\xb5\x6e\xa4\x4b user=\x80"}, 5)},
      {"numbers as they were written", repeat({"007 +1 1e3 -0 00", "7 1 1000 0 0"}, 5)},
      {"tokens with much in common", repeat({"https://www.school.edu.tw/a/very/long/path/index.html x",
                                             "https://www.school.edu.tw/a/very/long/path/other.html x"},
                                            20)},
      {"a line past what is scanned",
       {std::string(kScanBytesMax + 1, 'a'), std::string(kScanBytesMax, 'b'), "c"}},
      {"the longest lines that are scanned",
       repeat({std::string(kScanBytesMax - 1, 'a') + " ", std::string(kScanBytesMax - 1, 'b') + " "}, 3)},
      {"more columns than there may be", std::vector<std::string>(5, std::string(kColumnsMax, ' '))},
      {"as many columns as there may be", std::vector<std::string>(5, std::string(kColumnsMax - 1, ' '))},
  };
  // Columns of values: forty lines of one shape, whose last token is what the function says.
  const auto values = [&all](std::string_view why, const auto& value) {
    Case made{why, {}};
    for (unsigned i = 0; i < 80; ++i) made.lines.push_back("a=" + std::to_string(i % 3) + " v=" + value(i));
    all.push_back(made);
    for (std::string& line : made.lines) line += " z";  // not at the end of the line
    all.push_back(made);
  };
  const auto mixed = [](unsigned i) { return (i + 1) * 2'654'435'761U; };
  values("numbers that count", [](unsigned i) { return std::to_string(4'000'000'000U + 3 * i); });
  values("numbers that jump", [&](unsigned i) { return std::to_string(mixed(i)); });
  values("numbers that fall and rise by much",
         [](unsigned i) { return std::to_string(i % 2 == 0 ? 999'999'999'999'999'999U : i); });
  values("numbers of eight, nine and eighteen digits", [](unsigned i) {
    return std::string(i % 3 == 0   ? "12345678"
                       : i % 3 == 1 ? "123456789"
                                    : "123456789012345678") +
           "." + std::to_string(i);
  });
  values("numbers of twenty digits and more",
         [](unsigned i) { return std::string(19 + i % 3, '9') + std::to_string(i); });
  values("zeros in front, as many digits", [](unsigned i) { return "00" + std::to_string(100 + i); });
  values("zeros in front, now and then",
         [](unsigned i) { return (i % 2 == 0 ? "0" : "") + std::to_string(i); });
  values("decimals",
         [](unsigned i) { return std::to_string(i * 37) + "." + std::to_string(100'000 + i * 7919); });
  values("addresses", [&](unsigned i) {
    return "10." + std::to_string(i) + "." + std::to_string(mixed(i) % 256) + "." + std::to_string(i % 7);
  });
  values("addresses with ports and text around them", [&](unsigned i) {
    return "inside:10.1.2." + std::to_string(i) + "/" + std::to_string(mixed(i) % 65'536) + "!";
  });
  values("times",
         [](unsigned i) { return "2026-11-20T07:" + std::to_string(10 + i % 50) + ":09.123+08:00"; });
  values("MAC addresses", [&](unsigned i) {
    const char* const digits = "0123456789abcdef";
    std::string text = "00:1b:44";
    for (unsigned k = 0; k < 3; ++k) {
      text += ':';
      text += digits[mixed(i) >> (8 * k) & 15U];
      text += digits[mixed(i) >> (8 * k + 4) & 15U];
    }
    return text;
  });
  values("hex of odd length in upper case", [&](unsigned i) {
    std::string text = "{0x";
    for (unsigned k = 0; k < 7; ++k) text += "0123456789ABCDEF"[mixed(i) >> (4 * k) & 15U];
    return text + "-Z}";
  });
  values("hex that is of both cases",
         [&](unsigned i) { return std::string(i % 2 == 0 ? "abcdef12" : "ABCDEF12"); });
  values("hex and something else in the end",
         [](unsigned i) { return std::string(i < 79 ? "abcdef01" : "abcdefg1"); });
  values("words that come again",
         [](unsigned i) { return std::string("accept\0deny!!!close??", 21).substr(7 * (i % 3), 7); });
  values("long words that come again, and empty ones", [](unsigned i) {
    return i % 5 == 0 ? std::string() : std::string(20 + i % 5, 'w') + std::string(1, "xy"[i % 2]);
  });
  values("words that begin alike",
         [](unsigned i) { return "https://www.school.edu.tw/" + std::string(i % 40, 'p') + "q"; });
  values("paths and what they end in", [&](unsigned i) {
    return "https://www" + std::to_string(i % 3) + ".school.edu.tw/static/" + std::to_string(mixed(i)) +
           "x/a" + std::to_string(i % 5) + (i % 4 == 0 ? "" : "/index.html");
  });
  values("paths, and one that is none",
         [](unsigned i) { return i == 40 ? "none" : "/var/log/x" + std::string(i, 'y'); });
  values("deep paths", [&](unsigned i) {
    std::string path;
    for (unsigned k = 0; k < 7; ++k)
      path += std::string(1, static_cast<char>('a' + (mixed(i) >> k) % 3)) + "/";
    return path + std::to_string(mixed(i)) + "q";
  });
  values("mail addresses", [&](unsigned i) { return "u" + std::to_string(mixed(i)) + "z@school.edu.tw"; });
  values("times in nanoseconds that go on by milliseconds",
         [](unsigned i) { return std::to_string(1'756'710'000'082'858'000U + i * i * 1'000'000ULL); });
  values("numbers of nineteen digits",
         [](unsigned i) { return std::to_string(9'999'999'999'999'999'999U - i); });
  values("numbers until the last line",
         [](unsigned i) { return i < 79 ? std::to_string(i * i) : std::string("n/a"); });
  values("bytes that are no text",
         [&](unsigned i) { return std::string(1, static_cast<char>(128 + i)) + "\xff"; });
  Case twins{"columns that are equal, and one that nearly is", {}};
  for (unsigned i = 0; i < 60; ++i) {
    const std::string n = std::to_string(mixed(i));
    twins.lines.push_back("a=" + n + " b=" + n + " c=" + (i == 59 ? "0" : n) + " d=" + n);
  }
  all.push_back(twins);
  Case runs{"more runs of digits than are told apart", {}};
  for (unsigned i = 0; i < 40; ++i) {
    std::string line;
    for (unsigned k = 0; k < kColumnRunsMax + i % 2; ++k) line += std::to_string(i + k) + ".";
    runs.lines.push_back(line);
  }
  all.push_back(runs);
  Case ends{"numbers at the end of a line and the beginning of the next", {}};
  for (unsigned i = 0; i < 60; ++i)
    ends.lines.push_back(std::to_string(i * 7) + " x " + std::to_string(i * 12'345));
  all.push_back(ends);
  Case shapes{"more shapes than one byte counts", {}};
  for (int i = 0; i < 300; ++i) {
    for (int line = 0; line < 5; ++line)
      shapes.lines.push_back(std::string(static_cast<std::size_t>(i), '=') + std::to_string(line));
  }
  all.push_back(shapes);
  Case many{"more shapes than there may be", {}};
  for (unsigned i = 0; i < 3 * kGroupsMax; ++i) {
    std::string line;
    for (unsigned bit = 0; bit < 14; ++bit) line += ((i >> bit) & 1U) != 0 ? "a=" : "b,";
    for (int copy = 0; copy < 4; ++copy) many.lines.push_back(line);
  }
  all.push_back(many);
  return all;
}

TEST(TextColumns, GiveEveryLineBackByteForByte) {
  TextColumnsWriter writer;  // keeps its memory: nothing of one text may show in the next
  for (const auto& [why, lines] : cases()) {
    TermCollector terms;
    const Kept columns = write(Text(lines), writer, terms);
    const std::string text = joined(lines);
    std::string back;
    ASSERT_TRUE(columns.read(back, text.size())) << why;
    EXPECT_TRUE(back == text) << why;
  }
}

TEST(TextColumns, OfRandomLinesToo) {
  std::mt19937 random(11);
  constexpr std::string_view kAlphabet = "aaab 11== ,.:\\\"\xe7\x99\xbb";
  TextColumnsWriter writer;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> lines;
    const std::size_t shapes = 1 + random() % 5;
    std::vector<std::string> patterns(shapes);
    for (std::string& pattern : patterns) {
      for (std::size_t i = random() % 60; i > 0; --i) pattern += kAlphabet[random() % kAlphabet.size()];
    }
    for (std::size_t i = random() % 200; i > 0; --i) {
      std::string line = patterns[random() % shapes];
      for (std::size_t changes = random() % 4; changes > 0 && !line.empty(); --changes) {
        line.insert(random() % line.size(), std::to_string(random() % 1000));
      }
      lines.push_back(line);
    }
    TermCollector terms;
    const Kept columns = write(Text(lines), writer, terms);
    std::string back;
    ASSERT_TRUE(columns.read(back, joined(lines).size())) << "seed 11, round " << round;
    ASSERT_EQ(back, joined(lines)) << "seed 11, round " << round;
  }
}

TEST(TextColumns, LogsBecomeMuchSmaller) {
  const std::vector<std::string> lines = counted(1000);
  const Kept columns = write(lines);
  EXPECT_LT((columns.text.size() + columns.still.size() + columns.calm.size() + columns.noise.size()) * 10,
            joined(lines).size());
}

TEST(TextColumns, ATimeThatIsTheLinesOwnIsNotWrittenAgain) {
  struct Timed {
    const char* what;
    std::string (*line)(std::uint64_t ns);
  };
  const auto digits = [](std::uint64_t value, unsigned width) {
    std::string text = std::to_string(value);
    return std::string(width > text.size() ? width - text.size() : 0, '0') + text;
  };
  static const auto fixed = digits;
  const Timed cases[] = {
      {"ns since 1970", [](std::uint64_t ns) { return "eventtime=" + std::to_string(ns) + " x"; }},
      {"ms behind seconds",
       [](std::uint64_t ns) {
         return "at " + std::to_string(ns / 1'000'000'000) + "." + fixed(ns / 1'000'000 % 1000, 3) + " GET";
       }},
      {"us in quotes",
       [](std::uint64_t ns) { return "{\"t\":\"20:00:00." + fixed(ns / 1000 % 1'000'000, 6) + "Z\"}"; }},
      {"two of them",
       [](std::uint64_t ns) { return std::to_string(ns / 1'000'000) + "/" + fixed(ns % 1'000'000'000, 9); }}};
  for (const Timed& c : cases) {
    std::mt19937_64 random(11);
    std::vector<std::string> lines;
    std::vector<std::uint64_t> times;
    std::uint64_t now = 1'763'600'400'000'000'000;
    for (int i = 0; i < 3000; ++i) {
      now += 1'000'000 + random() % 50'000'000;
      times.push_back(now);
      lines.push_back(i % 100 == 7 ? "a line of another kind" : c.line(now));
    }
    Text text(lines);
    TextColumnsWriter writer;
    TermCollector terms;
    const Kept untold = write(text, writer, terms);
    const std::size_t without = untold.still.size() + untold.calm.size() + untold.noise.size();
    for (std::size_t i = 0; i < times.size(); ++i)
      text.lines[i].event_ns = static_cast<std::int64_t>(times[i]);
    const TextColumns columns = writer.write(text.bytes.data(), text.lines, terms);
    EXPECT_LT(columns.still.size() + columns.calm.size() + columns.noise.size() + 1000, without) << c.what;
    std::vector<char> back(text.size + kScanPadding);
    TextColumnsReader reader;
    ASSERT_TRUE(reader.read(columns, back.data(), text.size, times)) << c.what;
    EXPECT_EQ(std::string_view(back.data(), text.size), std::string_view(text.bytes.data(), text.size))
        << c.what;
    EXPECT_TRUE(reader.says(columns, {text.bytes.data(), text.size}, times)) << c.what;
    EXPECT_FALSE(reader.read(columns, back.data(), text.size)) << "without the times";
    times.pop_back();
    EXPECT_FALSE(reader.read(columns, back.data(), text.size, times)) << "with too few";
    times.push_back(times.back() + 1);
    EXPECT_FALSE(reader.says(columns, {text.bytes.data(), text.size}, times)) << "with others";
  }
}

TEST(TextColumns, TermsAreThoseOfTheLines) {
  std::vector<Case> all = cases();
  all.push_back(
      {"addresses and escapes", repeat({R"({"u":"\u767b\u5165","p":"C:\new","ip":"10.1.2.3"})",
                                        R"({"u":"\u0072oot","p":"C:\\table","ip":"10.1.2.4"})",
                                        R"(aa:bb:cc:01:02:03,1.2.3.4.5,x:1.2.3.4/80,00-1B-44-11-3A-B7)",
                                        R"(aa:bb:cc:01:02:zz,1..2.3.4,x:1.2.3.5/80,fe80:1:2:3:4:5)"},
                                       5)});
  all.push_back(
      {"Chinese",
       repeat({"使用者 root 登入失敗", "使用者 admin 登入成功", "user root login", "user amy login"}, 5)});
  all.push_back({"Big5 whose second bytes are delimiters",
                 repeat({"\xa5\x7c\xb5\x5b user=a", "\xa5\x7c\xb5\x5b user=b", "|[ user=c"}, 5)});
  for (const auto& [why, lines] : all) {
    const Text text(lines);
    TextColumnsWriter writer;
    TermCollector by_columns, by_lines;
    write(text, writer, by_columns);
    const char* at = text.bytes.data();
    for (const TextLine& line : text.lines) {
      by_lines.add({at, line.length}, line.charset);
      at += line.length;
    }
    EXPECT_EQ(by_columns.take(), by_lines.take()) << why;
  }
}

TEST(TextColumns, EveryScannerFindsTheSame) {
  std::mt19937 random(5);
  const TokenScanner portable = token_scanner(ScanWidth::portable);
  for (const ScanWidth width : {ScanWidth::avx2, ScanWidth::avx512}) {
    const TokenScanner scanner = token_scanner(width);
    if (scanner == nullptr) {
      GTEST_SKIP() << "this processor lacks instructions of "
                   << (width == ScanWidth::avx2 ? "AVX2" : "AVX-512");
    }
    for (int round = 0; round < 2000; ++round) {
      const std::size_t size = round < 300 ? static_cast<std::size_t>(round) : random() % 3000;
      std::vector<char> line(size + kScanPadding);
      const auto kind = random() % 3;
      for (char& c : line) {
        c = kind == 0   ? static_cast<char>(random())
            : kind == 1 ? "ab c=,"[random() % 6]
                        : static_cast<char>(random() % 128);
      }
      std::vector<std::uint16_t> starts(size + 2 + kScanPadding), expected_starts(starts.size());
      std::vector<char> skeleton(size + 2 + kScanPadding), expected_skeleton(skeleton.size());
      const ScannedLine found = scanner(line.data(), size, starts.data(), skeleton.data());
      const ScannedLine expected =
          portable(line.data(), size, expected_starts.data(), expected_skeleton.data());
      ASSERT_EQ(found.tokens, expected.tokens) << round;
      ASSERT_EQ(found.high, expected.high) << round;
      for (std::size_t i = 0; i <= expected.tokens; ++i)
        ASSERT_EQ(starts[i], expected_starts[i]) << round << ", token " << i;
      ASSERT_EQ(std::memcmp(skeleton.data(), expected_skeleton.data(), expected.tokens - 1), 0) << round;
    }
  }
}

TEST(TextColumns, WhatCannotBeIsRefusedWithoutAStepOutside) {
  const std::vector<std::string> lines = counted(60);
  const Kept columns = write(lines);
  const std::size_t size = joined(lines).size();
  std::string back;
  EXPECT_FALSE(Kept().read(back, 0));
  EXPECT_FALSE(columns.read(back, size - 1)) << "the text is longer";
  EXPECT_FALSE(columns.read(back, size + 1)) << "the text is shorter";
  for (std::string Kept::*const piece : {&Kept::text, &Kept::still, &Kept::calm, &Kept::noise}) {
    Kept bad = columns;
    bad.*piece += 'x';
    EXPECT_FALSE(bad.read(back, size)) << "something behind it";
    for (std::size_t i = 0; i < (columns.*piece).size(); ++i) {
      bad = columns;
      (bad.*piece).resize(i);
      EXPECT_FALSE(bad.read(back, size)) << "cut at " << i;
      for (const int bit : {0, 3, 7}) {
        bad = columns;
        (bad.*piece)[i] = static_cast<char>((bad.*piece)[i] ^ (1 << bit));
        bad.read(back, size);  // a letter may well be another; what the sanitizer sees is the test
      }
    }
  }
}

}  // namespace
}  // namespace vigil
