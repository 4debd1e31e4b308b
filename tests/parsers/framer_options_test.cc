// Frames of several lines (F11) and compressed ones (F12).

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <string_view>
#include <vector>

#include "parsers/framer.h"
#include "parsers/rsyslog_zip.h"

namespace vigil {
namespace {

std::string printable_lines(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\\n") : std::string(1, c);
  return out;
}

/// Frames joined by " | ", each with the names of its tags.
class Stream {
 private:
  auto sink() {
    return [this](std::string_view frame, Tags tags) {
      out_ += (out_.empty() ? "" : " | ") + printable_lines(frame);
      for (unsigned i = 0; i < static_cast<unsigned>(Tag::count_); ++i) {
        if (tags.has(static_cast<Tag>(i))) out_ += " [" + std::string(tag_name(static_cast<Tag>(i))) + "]";
      }
    };
  }

 public:
  explicit Stream(FramerOptions options) : framer_(options) {}
  void feed(std::string_view bytes) { framer_.feed(bytes, sink()); }
  void idle() { framer_.flush_idle(sink()); }
  void slow() { framer_.flush_slow(sink()); }
  std::string finish() {
    framer_.finish(sink());
    if (framer_.closed()) out_ += " CLOSED " + std::string(framing_error_name(framer_.error()));
    return out_;
  }
  const std::string& so_far() const { return out_; }

 private:
  Framer framer_;
  std::string out_;
};

/// The frames of a stream, after checking that they do not depend on its cuts.
std::string frames(std::string_view stream, FramerOptions options) {
  Stream whole(options);
  whole.feed(stream);
  const std::string expected = whole.finish();
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Stream two(options);
    two.feed(stream.substr(0, cut));
    two.feed(stream.substr(cut));
    EXPECT_EQ(two.finish(), expected) << "cut at " << cut;
  }
  Stream bytes(options);
  for (const char c : stream) bytes.feed({&c, 1});
  EXPECT_EQ(bytes.finish(), expected) << "byte by byte";
  return expected;
}

constexpr FramerOptions kLines = {.frame_bytes_max = 64, .multiline_pri = true};
constexpr FramerOptions kZip = {.frame_bytes_max = 4096, .compressed_rsyslog = true};

TEST(Multiline, ALineBreakEndsAMessageOnlyBeforeAPriority) {
  struct Case {
    std::string_view why, stream, expected;
  };
  constexpr Case kCases[] = {
      {"one line each", "<13>a\n<14>b\n", "<13>a | <14>b"},
      {"several lines", "<13>a\n  at x\n  at y\n<14>b\n", "<13>a\\n  at x\\n  at y | <14>b"},
      {"an empty line inside", "<13>a\n\nb\n<14>c\n", "<13>a\\n\\nb | <14>c"},
      {"CR LF", "<13>a\r\n<14>b\r\n", "<13>a | <14>b"},
      {"'<' without a digit goes on", "<13>a\n<tag>\n<14>b\n", "<13>a\\n<tag> | <14>b"},
      {"a counted frame", "5 <13>a<14>b\nc\n", "<13>a | <14>b\\nc"},
      {"a counted frame after a line is a line", "<13>a\n5 <14>b\n", "<13>a\\n5 <14>b"},
      {"no line break at the end", "<13>a\n<14>b", "<13>a | <14>b [partial_eof]"},
      {"too long", "<13>0123456789012345678901234567890123456789\n012345678901234567890123456789\nx\n<14>b\n",
       "<13>0123456789012345678901234567890123456789\\n0123456789012345678 [oversize] | <14>b"},
  };
  for (const auto& [why, stream, expected] : kCases) EXPECT_EQ(frames(stream, kLines), expected) << why;
}

TEST(Multiline, AWholeLineIsGivenWhenNothingFollowsForAWhile) {
  Stream stream(kLines);
  stream.feed("<13>a\n  at x\n");
  EXPECT_EQ(stream.so_far(), "");
  stream.idle();
  EXPECT_EQ(stream.so_far(), "<13>a\\n  at x");
  stream.idle();
  stream.feed("<14>half a li");
  stream.idle();
  EXPECT_EQ(stream.so_far(), "<13>a\\n  at x") << "half a line waits";
  stream.feed("ne\n");
  stream.idle();
  stream.feed("<15>c\n");
  EXPECT_EQ(stream.finish(), "<13>a\\n  at x | <14>half a line | <15>c");
}

TEST(Multiline, TheRestOfAMessageThatWasTooLongEndsWithSilenceToo) {
  Stream stream(kLines);
  stream.feed("<13>" + std::string(100, 'x') + "\n");
  stream.idle();
  stream.feed("<14>b\n");
  EXPECT_EQ(stream.finish(), "<13>" + std::string(60, 'x') + " [oversize] | <14>b");
}

std::string zipped(std::string_view text) {
  std::string out(compressBound(text.size()) + 1, 'z');
  uLongf size = out.size() - 1;
  compress2(reinterpret_cast<Bytef*>(out.data()) + 1, &size, reinterpret_cast<const Bytef*>(text.data()),
            text.size(), 9);
  out.resize(size + 1);
  return out;
}

std::string counted(std::string_view frame) {
  return std::to_string(frame.size()) + " " + std::string(frame);
}

TEST(RsyslogZip, CountedFramesAreUnpacked) {
  const std::string message = "<13>1 - h a - - - " + std::string(300, 'x') + " end";
  // The first frame makes the connection a counting one; 'z' alone would not.
  const std::string stream = counted("<13>plain") + counted(zipped(message)) + counted("<14>plain");
  EXPECT_EQ(frames(stream, kZip), "<13>plain | " + message + " | <14>plain");
}

TEST(RsyslogZip, WithoutTheOptionTheyStayAsTheyAre) {
  const std::string packed = zipped("<13>" + std::string(300, 'x'));
  Stream stream({.frame_bytes_max = 4096});
  stream.feed(counted("<13>plain") + counted(packed));
  EXPECT_EQ(stream.finish(), "<13>plain | " + packed);
}

TEST(RsyslogZip, WhatCannotBeUnpackedIsKeptAsItCame) {
  std::string torn = zipped("<13>some message, some message");
  torn.resize(torn.size() - 3);
  const auto kept = [](const std::string& frame) { return frames(counted("<13>x") + counted(frame), kZip); };
  EXPECT_EQ(kept("zebra crossing"), "<13>x | zebra crossing [bad_zip]");
  EXPECT_EQ(kept(torn), "<13>x | " + printable_lines(torn) + " [bad_zip]");
  EXPECT_EQ(kept("z"), "<13>x | z") << "too short to be one";
}

TEST(RsyslogZip, UnpacksNoMoreThanItShould) {
  std::string buffer;
  const std::string text = "<13>" + std::string(1000, 'x') + "the end is different";
  const std::string packed = zipped(text);
  ASSERT_LT(text.size(), packed.size() * 100);
  EXPECT_EQ(unzip_rsyslog(packed, 4096, buffer)->text, text);
  EXPECT_FALSE(unzip_rsyslog(packed, text.size(), buffer)->cut);
  const auto cut = unzip_rsyslog(packed, 100, buffer);
  ASSERT_TRUE(cut);
  EXPECT_TRUE(cut->cut);
  EXPECT_EQ(cut->text, text.substr(0, 100));
  const std::string bomb = zipped(std::string(10'000'000, 'x'));
  EXPECT_FALSE(unzip_rsyslog(bomb, 64 * 1024 * 1024, buffer)) << "a thousand times its size";
  EXPECT_FALSE(unzip_rsyslog(packed + "more", 4096, buffer)) << "something behind it";
  EXPECT_FALSE(unzip_rsyslog("", 4096, buffer));
}

}  // namespace
}  // namespace vigil
