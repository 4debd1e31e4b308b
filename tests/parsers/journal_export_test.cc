// systemd's Journal Export Format: entries do not depend on how the stream was cut, and no length is believed.

#include "parsers/journal_export.h"

#include <gtest/gtest.h>

#include <string>

namespace vigil {
namespace {

std::string_view name_of(JournalErrc error) {
  switch (error) {
    case JournalErrc::none:
      return "none";
    case JournalErrc::field_too_large:
      return "field_too_large";
    case JournalErrc::entry_too_large:
      return "entry_too_large";
    case JournalErrc::bad_field:
      return "bad_field";
    case JournalErrc::cut_off:
      return "cut_off";
  }
  return "?";
}

/// "A=1,B=2|A=3 none": the fields of each entry, then the end's error.
std::string describe(std::string_view stream, std::size_t piece, const JournalLimits& limits = {}) {
  std::string out;
  const auto sink = [&out](std::string_view entry) {
    if (!out.empty()) out += '|';
    std::string fields;
    for_each_journal_field(entry, [&fields](const JournalField& field) {
      if (!fields.empty()) fields += ',';
      fields.append(field.name).append("=").append(field.value);
    });
    out += fields;
  };
  JournalExport journal(limits);
  JournalErrc error = JournalErrc::none;
  for (std::size_t at = 0; at < stream.size() && error == JournalErrc::none; at += piece) {
    error = journal.feed(stream.substr(at, piece), sink);
  }
  if (error == JournalErrc::none) error = journal.finish(sink);
  return out + " " + std::string(name_of(error));
}

std::string bytes_field(std::string_view name, std::string_view value, std::uint64_t length) {
  std::string out(name);
  out += '\n';
  for (unsigned i = 0; i < 8; ++i) out += static_cast<char>(length >> (8 * i) & 0xffU);
  return out.append(value).append("\n");
}
std::string bytes_field(std::string_view name, std::string_view value) {
  return bytes_field(name, value, value.size());
}

struct Case {
  std::string why, stream, expected;
};
const Case kStreams[] = {
    {"one entry", "A=1\nB=2\n\n", "A=1,B=2 none"},
    {"two, and blank lines around", "\n\nA=1\n\n\n\nA=2\n\n\n", "A=1|A=2 none"},
    {"the last one without a blank line", "A=1\n\nA=2\n", "A=1|A=2 none"},
    {"the last line without its end", "A=1\n\nA=2", "A=1|A=2 none"},
    {"a value with equals signs", "A=b=c=\n\n", "A=b=c= none"},
    {"an empty value", "A=\n\n", "A= none"},
    {"bytes with line ends", bytes_field("MESSAGE", "a\n\nb=c\n") + "A=1\n\n", "MESSAGE=a\n\nb=c\n,A=1 none"},
    {"no bytes", bytes_field("A", "") + "\n", "A= none"},
    {"the same name twice", "A=1\nA=2\n\n", "A=1,A=2 none"},
    {"nothing", "", " none"},
    {"blank lines", "\n\n\n", " none"},
    {"a length beyond all reason", "A=1\n\n" + bytes_field("A", "x", UINT64_MAX) + "\n",
     "A=1 field_too_large"},
    {"a length that is longer than the bytes", bytes_field("A", "x", 100), " cut_off"},
    {"a length that is shorter", bytes_field("A", "xyz", 1) + "\n", " bad_field"},
    {"no name", "=x\n\n", " bad_field"},
    {"cut off in a name", "A=1\n\nABC", "A=1 cut_off"},
    {"cut off in a length", "A\n\1\0\0", " cut_off"},
    {"text", "hello world\nand more of it\n", " field_too_large"},
};
TEST(JournalExport, EntriesAreTheSameHoweverTheStreamIsCut) {
  for (const auto& [why, stream, expected] : kStreams) {
    for (std::size_t piece = 1; piece <= stream.size() + 1; ++piece) {
      EXPECT_EQ(describe(stream, piece), expected) << why << ", in pieces of " << piece;
    }
  }
}

TEST(JournalExport, FieldsAndEntriesHaveLimits) {
  const JournalLimits limits{.field_bytes_max = 10, .entry_bytes_max = 30};
  for (const std::size_t piece : {1U, 7U, 1000U}) {
    EXPECT_EQ(describe("A=12345678\n\n", piece, limits), "A=12345678 none");
    EXPECT_EQ(describe("A=123456789\n\n", piece, limits), " field_too_large");
    EXPECT_EQ(describe("A=" + std::string(1000, 'x'), piece, limits), " field_too_large");
    EXPECT_EQ(describe(bytes_field("A", "12345678901"), piece, limits), " field_too_large");
    EXPECT_EQ(describe("A=1234567\nB=1234567\nC=1234567\nD=1234567\n\n", piece, limits), " entry_too_large");
  }
}

TEST(JournalExport, HoldsNoMoreThanWhatHasCome) {
  JournalExport journal;
  const auto sink = [](std::string_view) {};
  // A length of 700 KiB of which three bytes are there.
  EXPECT_EQ(journal.feed(bytes_field("MESSAGE", "abc", 700 * 1024), sink), JournalErrc::none);
  EXPECT_LT(journal.held_bytes(), 100U);
}

TEST(JournalExport, AFieldIsFoundByItsName) {
  const std::string entry = "A=1\n" + bytes_field("B", "x\ny") + "A=2\n";
  EXPECT_EQ(find_journal_field(entry, "A"), "1");
  EXPECT_EQ(find_journal_field(entry, "B"), "x\ny");
  EXPECT_EQ(find_journal_field(entry, "C"), std::nullopt);
}

}  // namespace
}  // namespace vigil
