// Bytes of one TCP connection into frames, however TCP cut them.

#include "parsers/framer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/parsers/describe.h"

namespace vigil {
namespace {

// Small limits keep the cases short.
constexpr FramerOptions kSmall = {.frame_bytes_max = 64, .count_max = 1'000'000, .desync_max = 10};

struct Collected {
  std::vector<std::string> frames;  // "text" or "text [tags]"
  std::string error;
  unsigned desyncs = 0;
  bool operator==(const Collected&) const = default;
};

class Connection {
 private:
  auto sink() {
    return [this](std::string_view frame, Tags tags) {
      got.frames.push_back(printable(frame) + (tags.none() ? "" : " [" + names_of(tags) + "]"));
    };
  }

 public:
  explicit Connection(FramerOptions options = kSmall) : framer(options) {}
  void feed(std::string_view bytes) { framer.feed(bytes, sink()); }
  void slow() { framer.flush_slow(sink()); }
  Collected finish() {
    framer.finish(sink());
    got.error = framer.error() == FramingError::none ? "" : std::string(framing_error_name(framer.error()));
    got.desyncs = framer.desyncs();
    return got;
  }

  Framer framer;
  Collected got;
};

Collected frames_of(const std::vector<std::string_view>& pieces, FramerOptions options = kSmall) {
  Connection connection(options);
  for (const std::string_view piece : pieces) connection.feed(piece);
  return connection.finish();
}

// The frames of a stream, after checking that every cut in two and single bytes give the same.
Collected frames_of_any_cut(std::string_view stream, FramerOptions options = kSmall) {
  const Collected whole = frames_of({stream}, options);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    EXPECT_EQ(frames_of({stream.substr(0, cut), stream.substr(cut)}, options).frames, whole.frames)
        << "cut at " << cut;
    EXPECT_EQ(frames_of({stream.substr(0, cut), stream.substr(cut)}, options), whole) << "cut at " << cut;
  }
  std::vector<std::string_view> bytes;
  for (std::size_t at = 0; at < stream.size(); ++at) bytes.push_back(stream.substr(at, 1));
  EXPECT_EQ(frames_of(bytes, options), whole) << "byte by byte";
  return whole;
}

std::string describe(const Collected& collected) {
  std::string out;
  for (const std::string& frame : collected.frames) out += (out.empty() ? "" : " | ") + frame;
  if (collected.desyncs > 0) out += " desync " + std::to_string(collected.desyncs);
  if (!collected.error.empty()) out += " CLOSED " + collected.error;
  return out;
}

const std::string kHundred(100, 'x');
const std::string kSixty(60, 'x');

TEST(Framer, GivesTheFramesOfEveryVectorWhereverTheStreamIsCut) {
  const auto vectors = read_vectors("framing_vectors.jsonl");
  if (vectors.empty()) GTEST_SKIP() << "no vectors below " VIGIL_SHARED;
  for (const auto& vector : vectors) {
    const Collected got = frames_of_any_cut(vector.bytes("stream_hex"));
    std::vector<std::string> frames;
    for (const auto& frame : vector.json["frames"].get_array()) {
      std::string text = printable(from_hex(std::string_view(frame.at(0))));
      std::string tags;
      for (const auto& tag : frame.at(1).get_array())
        tags += (tags.empty() ? "" : " ") + std::string(std::string_view(tag));
      frames.push_back(text + (tags.empty() ? "" : " [" + tags + "]"));
    }
    EXPECT_EQ(got.frames, frames) << vector.id();
    std::vector<std::string> errors;
    if (got.desyncs > 0) errors.emplace_back("desync");
    if (!got.error.empty()) errors.push_back(got.error);
    std::vector<std::string> expected;
    for (const auto& error : vector.json["errors"].get_array())
      expected.emplace_back(std::string_view(error));
    EXPECT_EQ(errors, expected) << vector.id();
    EXPECT_EQ(!got.error.empty(), bool(vector.json["closed"])) << vector.id();
  }
}

struct Case {
  std::string_view why;
  std::string stream;
  std::string_view expected;
};

TEST(Framer, FollowsTheRulesAtEveryCut) {
  using namespace std::string_literals;
  const Case cases[] = {
      {"F1 blank lines and blanks between frames", "\n \r\n<13>a\n\n <13>b\n\0 \n"s, "<13>a | <13>b"},
      {"BI-20 CRLF, LF and NUL end a frame and are trimmed", "<13>a\r\n<13>b\n<13>c\0<13>d\r\0\n"s,
       "<13>a | <13>b | <13>c | <13>d"},
      {"F2 a count of bytes", "5 <13>a6 <13>bc", "<13>a | <13>bc"},
      {"BI-21 an LF inside a counted frame stays", "9 <13>a\nb\nc", "<13>a\\x0ab\\x0ac"},
      {"F2 a counted frame without PRI once the connection counts", "5 <13>a5 {\"a\"}", "<13>a | {\"a\"}"},
      {"F2 not before it counted", "5 {\"a\"}\n", "5 {\"a\"}"},
      {"F3 a line that starts with a date", "2026-11-20 x\n", "2026-11-20 x"},
      {"BI-12 count 0, leading zeros, a minus", "0 <13>a\n00012 <13>b\n-5 <13>c\n",
       "0 <13>a | 00012 <13>b | -5 <13>c"},
      {"BI-12 the same on a connection that counts", "5 <13>a0 <13>b\n-5 <13>c\n",
       "<13>a | 0 <13>b | -5 <13>c desync 1"},
      {"BI-11 eleven digits are a line", "99999999999 <13>a\n", "99999999999 <13>a"},
      {"BI-11 ten digits above the limit close", "9999999999 <13>a\n<13>b\n", " CLOSED frame_len_insane"},
      {"BI-11 the largest count that is not insane", "1000000 <13>a", "<13>a [oversize]"},
      {"one more", "1000001 <13>a", " CLOSED frame_len_insane"},
      {"BI-22 TLS on a plain port", "\x16\x03\x01\x02", " CLOSED tls_on_plain"},
      {"TLS only first", "<13>a\n\x16\x03\x01\n", "<13>a | \\x16\\x03\\x01"},
      {"a lone 0x16 is not TLS if something else follows", "\x16zz\n", "\\x16zz"},
      {"BI-22 GET on a syslog port", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", " CLOSED http_on_syslog"},
      {"BI-22 POST on a syslog port", "POST /x HTTP/1.1\r\n", " CLOSED http_on_syslog"},
      {"GET later is text", "<13>a\nGET / HTTP/1.1\n", "<13>a | GET / HTTP/1.1"},
      {"a word that begins like GET", "GETTING x\nGE\nPO\n", "GETTING x | GE | PO"},
      {"BI-15 both framings on one connection", "5 <13>a<13>b\n5 <13>c<13>d\n",
       "<13>a | <13>b | <13>c | <13>d"},
      {"BI-14 a count smaller than the message", "5 <13>abc\n5 <13>d", "<13>a | bc | <13>d desync 1"},
      {"BI-13 a count larger than what comes", "50 <13>a", "<13>a [truncated_frame]"},
      {"F8 the end inside a line", "<13>a\n<13>b", "<13>a | <13>b [partial_eof]"},
      {"F8 the end inside a count", "<13>a\n12", "<13>a | 12 [partial_eof]"},
      {"F5 a counted frame too long keeps its step", "104 <13>" + kHundred + "5 <13>b",
       "<13>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx [oversize] | <13>b"},
      {"F7 a line of exactly the limit is whole", "<13>" + kSixty + "\n<13>b\n",
       "<13>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx | <13>b"},
      {"F7 one more is cut", "<13>" + kSixty + "y\n<13>b\n",
       "<13>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx [oversize] | <13>b"},
      {"F7 CR counts as a byte of the line", "<13>" + kSixty + "\r\n<13>b\n",
       "<13>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx [oversize] | <13>b"},
      {"F7 a line too long may end at a NUL as well", "<13>" + kHundred + "\0<13>b\0<13>c\n"s,
       "<13>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx [oversize] | <13>b | <13>c"},
      {"a NUL right behind the limit", "<13>" + kSixty + "\0<13>b\n"s,
       "<13>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx | <13>b"},
      {"a NUL inside a line is a byte of it", "<13>a\0b\0<c\0<\n"s, "<13>a\\x00b\\x00<c\\x00<"},
      {"nothing", "", ""},
      {"only trailers", "\r\n\0\0 \n"s, ""},
      {"a frame that is empty once trimmed is none", "5 <13>a2 \r\n5 <13>b", "<13>a | <13>b"},
  };
  for (const auto& [why, stream, expected] : cases)
    EXPECT_EQ(describe(frames_of_any_cut(stream)), expected) << why;
}

TEST(Framer, BI14_ClosesAConnectionThatIsOutOfStepMoreThanTenTimes) {
  std::string stream = "5 <13>a";
  for (int i = 0; i < 12; ++i) stream += "x\n";
  const Collected got = frames_of_any_cut(stream);
  EXPECT_EQ(got.error, "desync");
  EXPECT_EQ(got.frames.size(), 12U) << "the frame that was one too many is kept too";
  EXPECT_EQ(got.desyncs, 11U);
}

TEST(Framer, BI16_KeepsTheHeadOfAnEndlessLineAndBoundsItsMemory) {
  Connection connection(FramerOptions{});
  const std::string piece(10'000, 'a');
  for (int i = 0; i < 1'049; ++i) {  // 10 MiB
    connection.feed(piece);
    ASSERT_LE(connection.framer.buffered_bytes(), 128U * 1024) << i;
  }
  connection.feed("\n<13>next\n");
  const Collected got = connection.finish();
  ASSERT_EQ(got.frames.size(), 2U);
  EXPECT_EQ(got.frames[0].size(), 64 * 1024 + std::string_view(" [oversize]").size());
  EXPECT_EQ(got.frames[1], "<13>next");
}

TEST(Framer, BI11_DoesNotAllocateByTheClaimedSize) {
  Connection connection(FramerOptions{});
  connection.feed("16777216 <13>a");
  EXPECT_LE(connection.framer.buffered_bytes(), 1024U);
  EXPECT_EQ(describe(connection.finish()), "<13>a [oversize]");
}

TEST(Framer, AnIdleConnectionKeepsNoBuffer) {
  Connection connection(FramerOptions{});
  connection.feed("<13>" + std::string(30'000, 'x'));
  EXPECT_TRUE(connection.framer.mid_frame());
  connection.feed("\n");
  EXPECT_FALSE(connection.framer.mid_frame());
  EXPECT_LE(connection.framer.buffered_bytes(), 1024U);
}

TEST(Framer, GivesViewsOfTheCallersBytesWhereAFrameIsWhole) {
  const std::string data = "<13>one\n5 <13>a<13>two\n<13>part";
  Framer framer;
  unsigned frames = 0;
  framer.feed(data, [&](std::string_view frame, Tags) {
    ++frames;
    EXPECT_GE(frame.data(), data.data());
    EXPECT_LE(frame.data() + frame.size(), data.data() + data.size());
  });
  EXPECT_EQ(frames, 3U);
}

TEST(Framer, BI17_GivesASlowPartialFrameAndTheRestOfItAsAFrameOfItsOwn) {
  Connection line;
  line.feed("<13>sl");
  line.slow();
  line.feed("ow\n<13>b\n");
  EXPECT_EQ(describe(line.finish()), "<13>sl [slow_frame] | ow [slow_frame] | <13>b");

  Connection counted;
  counted.feed("8 <13>");
  counted.slow();
  counted.feed("slow5 <13>b");
  EXPECT_EQ(describe(counted.finish()), "<13> [slow_frame] | slow [slow_frame] | <13>b");

  Connection huge;
  huge.feed("500 <13>");
  huge.slow();
  huge.feed(std::string(496, 'y') + "5 <13>b");
  EXPECT_EQ(huge.got.frames.at(1).size(), 64 + std::string_view(" [oversize slow_frame]").size());
  EXPECT_EQ(huge.finish().frames.at(2), "<13>b");

  Connection digits;
  digits.feed("12");
  digits.slow();
  digits.slow();
  digits.feed(" <13>x\n");
  EXPECT_EQ(describe(digits.finish()), "12 [slow_frame] |  <13>x [slow_frame]");
}

TEST(Framer, BI16_IsLinearByteByByte) {
  Framer framer;
  const auto start = std::chrono::steady_clock::now();
  std::size_t frames = 0;
  const auto sink = [&](std::string_view, Tags) { ++frames; };
  for (int i = 0; i < 1'048'576; ++i) framer.feed(i % 60'000 == 59'999 ? "\n" : "a", sink);
  framer.finish(sink);
  EXPECT_EQ(frames, 18U);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took, std::chrono::seconds(5))
      << "a scan from the start at every byte takes minutes under a sanitizer";
}

}  // namespace
}  // namespace vigil
