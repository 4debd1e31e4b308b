#include "storage/column_search.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>

#include "storage/text_columns.h"

namespace vigil {
namespace {

/// Lines as columns, of which only the text is kept.
struct Columns {
  std::vector<char> text;
  std::size_t size = 0;
  ShownAscii shown{};
  std::string letters;

  explicit Columns(const std::vector<std::string>& lines) {
    std::vector<char> bytes;
    std::vector<TextLine> given;
    for (const std::string& line : lines) {
      bytes.insert(bytes.end(), line.begin(), line.end());
      given.push_back({.length = static_cast<std::uint32_t>(line.size()), .charset = Charset::automatic});
    }
    bytes.resize(bytes.size() + kScanPadding);
    TextColumnsWriter writer;
    TermCollector terms;
    const TextColumns columns = writer.write(bytes.data(), given, terms);
    text.assign(columns.text.begin(), columns.text.end());
    size = text.size();
    text.resize(size + kScanPadding);
    shown = writer.shown();
    LetterIndexWriter index;
    index.add(columns, shown);
    letters = index.finish();
  }
  bool may_hold(std::string_view needle) const {
    const ColumnSearch search({std::string(needle)});
    const bool by_text = search.may_hold({text.data(), size}, shown);
    // Letters alone say no more, and never less.
    EXPECT_LE(by_text, may_hold_by_letters(needle)) << needle;
    return by_text;
  }
  bool may_hold_by_letters(std::string_view needle) const {
    LetterIndex index;
    EXPECT_TRUE(index.open(letters, 1));
    EXPECT_TRUE(index.known(0));
    EXPECT_EQ(index.shown(0), shown);
    return ColumnSearch({std::string(needle)}).may_hold(index, 0, index.shown(0));
  }
};

std::vector<std::string> lines_of(const std::function<std::string(unsigned)>& value) {
  std::vector<std::string> lines;
  for (unsigned i = 0; i < 80; ++i) lines.push_back("a=" + std::to_string(i % 3) + " v=" + value(i) + " z");
  return lines;
}
constexpr std::uint32_t mixed(unsigned i) { return (i + 1) * 2'654'435'761U; }

std::string hex_of(std::uint32_t number, const char* digits, unsigned count) {
  std::string text;
  for (unsigned k = 0; k < count; ++k) text += digits[number >> (4 * k) & 15U];
  return text;
}

struct Case {
  std::string_view why;
  std::vector<std::string> lines;
  std::vector<std::string_view> may_hold, lacks;
};

std::vector<Case> cases() {
  return {
      {"nothing", {}, {}, {"root"}},
      {"lines as they are", {"Failed password for root"}, {"password", "PASS", "for"}, {"admin", "rootx"}},
      {"digits part a needle: what is left must be there",
       {"login of user42.x now"},
       {"user42.x", "user43.x", "r4", "4242"},
       {"user42.y", "usex42.x"}},
      {"text that never changes", lines_of([](unsigned) { return "Teardown"; }), {"eardow"}, {"teardwn"}},
      {"words",
       lines_of([](unsigned i) { return i % 2 == 0 ? "accept" : "deny_all"; }),
       {"ccep", "ny_a"},
       {"acceptdeny"}},
      {"numbers and the text between them",
       lines_of([](unsigned i) {
         return "outside:10." + std::to_string(mixed(i) % 256) + ".tail-" + std::to_string(i);
       }),
       {"side", "tail-", ".tail", "side:10.7.tail"},
       {"sideways", "tail_"}},
      {"values cut off from those before",
       lines_of([](unsigned i) {
         return "wwwschool" + std::string(1 + i % 40, 'p') + "qrs" + std::string(i % 7, 'k');
       }),
       {"wwwschoolp", "ppqrs", "pppppppppppqr", "olpq", "oolppp"},
       {"qrsp", "wwwschoolq", "schoolk"}},
      {"hex digits may be any",
       lines_of([](unsigned i) { return "0x" + hex_of(mixed(i), "0123456789abcdef", 8); }),
       {"face", "xdead", "FADE"},
       {"facex", "xyz", "zface"}},
      {"hex digits and what stands between them",
       lines_of([](unsigned i) {
         return hex_of(mixed(i), "0123456789ABCDEF", 4) + "-g" +
                hex_of(mixed(i) >> 16U, "0123456789ABCDEF", 4);
       }),
       {"ab-gcd", "-gFF", "fe-g"},
       {"abg", "gg", "abcdef", "-ga-"}},
      {"paths are split",
       lines_of([](unsigned i) {
         return "/var/www" + std::to_string(i % 3) + "/d" + std::string(1 + mixed(i) % 5, 'o') +
                std::to_string(mixed(i)) + "/index" + std::to_string(i % 5) + ".html";
       }),
       {"var", "doo", "index3.html", ".htm"},
       {"varwww", "wwwindex", "htmld"}},
      {"Big5 shows its ASCII", {"\xA5\x5C\xAF\xE0user \xB5\x6E"}, {"user", "duser"}, {"admin", "eruser"}},
      {"a control's picture may be what a needle begins with",
       {"a \x1Bzoot"},
       {"x1bzoot", "bzoot", "zoot", "dzoot"},
       {"gzoot", "x1bqoot"}},
      {"escapes may be anything", {"{\"a\":\"\\u0072oot\"}"}, {"root", "admin"}, {}},
      {"UTF-16 may be anything", {std::string("\xFF\xFEr\0o\0", 6)}, {"root", "admin"}, {}},
  };
}

TEST(ColumnSearch, LeavesOutOnlyWhatColumnsCannotHold) {
  for (const auto& [why, lines, may_hold, lacks] : cases()) {
    const Columns columns(lines);
    for (const std::string_view needle : may_hold)
      EXPECT_TRUE(columns.may_hold(needle)) << why << ": " << needle;
    for (const std::string_view needle : lacks)
      EXPECT_FALSE(columns.may_hold(needle)) << why << ": " << needle;
  }
}

TEST(ColumnSearch, FindsEveryPieceOfEveryLine) {
  std::mt19937 random(7);
  for (const auto& [why, lines, may_hold, lacks] : cases()) {
    const Columns columns(lines);
    for (int i = 0; i < 2'000 && !lines.empty(); ++i) {
      const std::string& line = lines[random() % lines.size()];
      const std::size_t at = random() % line.size();
      const std::string piece = line.substr(at, 1 + random() % 100);
      ASSERT_TRUE(columns.may_hold(piece)) << why << ": " << piece << "\n  " << line;
    }
  }
}

TEST(LetterIndex, LeavesOutWhatHasNoSuchThreeLetters) {
  const Columns columns({"Failed password for root.", "mail-relay_4 says no"});
  for (const std::string_view needle : {"fail", "WORD", "oot.", "l-r", "relay_", "x1", "sword4"}) {
    EXPECT_TRUE(columns.may_hold_by_letters(needle)) << needle;
  }
  for (const std::string_view needle : {"rood", "passwords", "oot-", "faill", "_rel"}) {
    EXPECT_FALSE(columns.may_hold_by_letters(needle)) << needle;
  }
}

TEST(LetterIndex, KnowsPartsOneByOne) {
  const Columns first({"alpha"}), second({"beta"});
  const auto view = [](const Columns& columns) {
    return TextColumns{.text = {columns.text.data(), columns.size}, .still = {}, .calm = {}, .noise = {}};
  };
  LetterIndexWriter writer;
  writer.add(view(first), ShownAscii::all);
  writer.add_unknown();
  writer.add(view(second), ShownAscii::but_pictures);
  const std::string value = writer.finish();
  LetterIndex index;
  ASSERT_TRUE(index.open(value, 3));
  EXPECT_TRUE(index.known(0));
  EXPECT_FALSE(index.known(1));
  EXPECT_TRUE(index.known(2));
  EXPECT_EQ(index.shown(2), ShownAscii::but_pictures);
  const ColumnSearch search({"alpha"});
  EXPECT_TRUE(search.may_hold(index, 0, ShownAscii::all));
  EXPECT_FALSE(search.may_hold(index, 2, ShownAscii::all));

  EXPECT_FALSE(index.open(value, 2));
  for (std::size_t at = 0; at < value.size(); ++at) {
    std::string damaged = value;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    EXPECT_FALSE(index.open(damaged, 3)) << at;
    EXPECT_FALSE(index.open(std::string_view(value).substr(0, at), 3)) << at;
  }
}

TEST(ColumnSearch, NeedsARunOfTwoBytes) {
  EXPECT_TRUE(ColumnSearch({"10.1.2.3"}).empty());
  EXPECT_TRUE(ColumnSearch({"4624", "a1b", ""}).empty());
  EXPECT_FALSE(ColumnSearch({"4624", "ab"}).empty());
}

TEST(ColumnSearch, TakesWhatIsNoColumnsForWhatMayHold) {
  const Columns columns(lines_of([](unsigned i) { return "user" + std::to_string(i); }));
  const ColumnSearch search({"qzxv"});
  EXPECT_FALSE(search.may_hold({columns.text.data(), columns.size}, ShownAscii::all));
  for (std::size_t size = 0; size < columns.size; ++size) {
    EXPECT_TRUE(search.may_hold({columns.text.data(), size}, ShownAscii::all)) << size;
  }
}

}  // namespace
}  // namespace vigil
