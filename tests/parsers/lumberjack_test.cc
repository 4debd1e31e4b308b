// Lumberjack 1 and 2 as clients send it, and every way of getting it wrong (ingest.md 3.5).

#include "parsers/lumberjack.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/parsers/describe.h"
#include "tests/parsers/packed.h"

namespace vigil {
namespace {

std::string u32(std::size_t value) {
  std::string out;
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    out += static_cast<char>(static_cast<unsigned char>(value >> shift));
  return out;
}
std::string window(std::size_t count, char version = '2') {
  return std::string(1, version) + "W" + u32(count);
}
std::string json(std::size_t seq, const std::string& document) {
  return "2J" + u32(seq) + u32(document.size()) + document;
}
std::string pairs(std::size_t seq, std::initializer_list<std::pair<std::string, std::string>> members) {
  std::string out = "1D" + u32(seq) + u32(members.size());
  for (const auto& [key, value] : members) out += u32(key.size()) + key + u32(value.size()) + value;
  return out;
}
std::string compressed(const std::string& frames) {
  const std::string data = packed(frames);
  return "2C" + u32(data.size()) + data;
}

/// "w2 {"a":1} {"a":2} c2", then the error.
std::string read(std::string_view stream, std::size_t piece, LumberjackLimits limits = {}) {
  LumberjackReader reader(limits);
  std::string out;
  while (!stream.empty()) {
    reader.feed(stream.substr(0, piece), [&out](const LumberjackItem& item) {
      if (!out.empty()) out += ' ';
      if (item.kind == LumberjackItem::Kind::window) out += "w" + std::to_string(item.number);
      if (item.kind == LumberjackItem::Kind::event) out += printable(item.document);
      if (item.kind == LumberjackItem::Kind::complete)
        out += "c" + std::to_string(item.number) + item.version;
    });
    stream.remove_prefix(std::min(piece, stream.size()));
  }
  if (reader.error() != LumberjackError::none)
    out += (out.empty() ? "" : " ") + std::string(lumberjack_error_name(reader.error()));
  return out;
}

TEST(Lumberjack, IsReadTheSameWhereverTheStreamIsCut) {
  const std::string one = json(1, R"({"a":1})"), two = json(2, R"({"a":2})");
  struct Case {
    std::string why, stream, expected;
  };
  const Case kStreams[] = {
      {"a window of two", window(2) + one + two, R"(w2 {"a":1} {"a":2} c22)"},
      {"a packed window", window(2) + compressed(one + two), R"(w2 {"a":1} {"a":2} c22)"},
      {"a window in two packed frames", window(2) + compressed(one) + compressed(two),
       R"(w2 {"a":1} {"a":2} c22)"},
      {"the window inside the packed frame", compressed(window(1) + one), R"(w1 {"a":1} c12)"},
      {"two windows, each counting from one", window(1) + one + window(1) + one,
       R"(w1 {"a":1} c12 w1 {"a":1} c12)"},
      {"two windows that count on", window(1) + one + window(1) + two, R"(w1 {"a":1} c12 w1 {"a":2} c22)"},
      {"version 1, counting from where it was",
       window(1, '1') + pairs(7, {{"line", "x"}, {"host", "h"}, {"n", "\"1\""}}),
       R"(w1 {"message":"x","host.name":"h","n":"\"1\""} c71)"},
      {"version 1 without pairs", window(1, '1') + pairs(1, {}), "w1 {} c11"},
      {"version 1 with empty texts", window(1, '1') + pairs(1, {{"", ""}, {"a", ""}}),
       R"(w1 {"":"","a":""} c11)"},
      {"version 1 in Big5", window(1, '1') + pairs(1, {{"line", "\xb3\\\xa5\\\xbb\\"}}),
       R"(w1 {"message":"許功蓋"} c11)"},
      {"JSON that is not UTF-8 is JSON", window(1) + json(1, "{\"a\":\"\xb5n\"}"),
       "w1 {\"a\":\"\xb5n\"} c12"},
      {"HTTP", "GET / HTTP/1.1", "bad_version"},
      {"a version we do not know", "3W" + u32(1), "bad_version"},
      {"a type we do not know", "2A" + u32(1), "bad_type"},
      {"a window of nothing", window(0), "bad_window"},
      {"a window too large", window(65'537), "bad_window"},
      {"an event without a window", one, "no_window"},
      {"one event too many", window(1) + one + two, R"(w1 {"a":1} c12 no_window)"},
      {"a window before the last is complete", window(2) + one + window(1), R"(w2 {"a":1} mid_window)"},
      {"a number left out", window(2) + one + json(3, "{}"), R"(w2 {"a":1} bad_sequence)"},
      {"a number again", window(2) + one + one, R"(w2 {"a":1} bad_sequence)"},
      {"version 2 that begins anywhere", window(2) + two, "w2 bad_sequence"},
      {"no JSON", window(1) + json(1, "hello"), "w1 bad_document"},
      {"no object", window(1) + json(1, "[1]"), "w1 bad_document"},
      {"two objects", window(1) + json(1, "{}{}"), "w1 bad_document"},
      {"nothing", window(1) + json(1, ""), "w1 bad_document"},
      {"packed in packed", window(1) + compressed(compressed(one)), "w1 nested"},
      {"bytes behind the frames", window(1) + compressed(one + "2"), R"(w1 {"a":1} c12 trailing_bytes)"},
      {"a frame that ends with the packed one", window(1) + compressed(one.substr(0, one.size() - 1)),
       "w1 trailing_bytes"},
      {"no zlib", window(1) + "2C" + u32(4) + "abcd", "w1 bad_compression"},
      {"an empty packed frame", window(1) + "2C" + u32(0), "w1 bad_compression"},
      {"a J of 11 MiB", window(1) + "2J" + u32(1) + u32(11 << 20), "w1 frame_too_long"},
      {"a C of 11 MiB", window(1) + "2C" + u32(11 << 20), "w1 frame_too_long"},
      {"a D of 1,001 pairs", window(1, '1') + "1D" + u32(1) + u32(1001), "w1 frame_too_long"},
      {"a D with a text of 4 GiB", window(1, '1') + "1D" + u32(1) + u32(1) + u32(0xffffffff),
       "w1 frame_too_long"},
  };
  for (const auto& [why, stream, expected] : kStreams) {
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
      EXPECT_EQ(read(stream, piece), expected) << why << ", pieces of " << piece;
    }
  }
}

TEST(Lumberjack, ATornOrLengthenedPackedStreamIsBroken) {
  const std::string data = packed(json(1, "{}"));
  const auto frame = [](const std::string& bytes) { return window(1) + "2C" + u32(bytes.size()) + bytes; };
  EXPECT_EQ(read(frame(data.substr(0, data.size() - 1)), 1000), "w1 {} c12 bad_compression");
  EXPECT_EQ(read(frame(data + "x"), 1000), "w1 {} c12 trailing_bytes");
}

TEST(Lumberjack, ABombEndsTheConnectionLongBeforeMemory) {
  const LumberjackLimits limits = {.window_bytes_max = std::size_t{8} << 20U, .ratio_max = 1000};
  const std::string zeros(std::size_t{30} << 20U, '\0');
  LumberjackReader reader(limits);
  const auto none = [](const LumberjackItem&) {};
  reader.feed(window(1) + compressed("2J" + u32(1) + u32(10 << 20) + zeros), none);
  EXPECT_NE(reader.error(), LumberjackError::none);
  EXPECT_LE(reader.buffered_bytes(), std::size_t{32} << 20U);

  // Long documents, each of them fine: the window is too long.
  std::string many;
  const std::string text(std::size_t{1} << 20U, 'x');
  for (std::size_t i = 1; i <= 10; ++i) many += json(i, R"({"a":")" + text + R"("})");
  EXPECT_TRUE(read(window(10) + many, many.size(), limits).ends_with("window_too_long"));
  EXPECT_TRUE(read(window(10) + compressed(many), many.size(), limits).ends_with("window_too_long"));
}

TEST(Lumberjack, AcknowledgesInTheClientsVersion) {
  std::string out;
  append_lumberjack_ack('2', 0x01020304, out);
  append_lumberjack_ack('1', 0, out);
  EXPECT_EQ(out, std::string("2A\x01\x02\x03\x04"
                             "1A\0\0\0\0",
                             12));
}

}  // namespace
}  // namespace vigil
