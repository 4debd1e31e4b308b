// GELF: chunks, packing, NUL framing, and what a document means (ingest.md 3.6).

#include "parsers/gelf.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/parsers/packed.h"
#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

using namespace std::string_view_literals;
using Verdict = GelfAssembler::Verdict;
constexpr std::int64_t kSecond = 1'000'000'000;

std::string chunk(std::string_view id, unsigned number, unsigned count, std::string_view part) {
  std::string out = "\x1e\x0f" + std::string(id);
  out.resize(10, '-');
  out += static_cast<char>(static_cast<unsigned char>(number));
  out += static_cast<char>(static_cast<unsigned char>(count));
  return out.append(part);
}

TEST(GelfAssembler, PutsChunksTogetherInAnyOrder) {
  GelfAssembler assembler;
  EXPECT_EQ(assembler.take("p", chunk("a", 2, 3, "ef"), 0).verdict, Verdict::waiting);
  EXPECT_EQ(assembler.take("p", chunk("a", 0, 3, "ab"), 0).verdict, Verdict::waiting);
  EXPECT_EQ(assembler.take("p", chunk("a", 0, 3, "XX"), 0).verdict, Verdict::waiting)
      << "a chunk that comes twice";
  EXPECT_EQ(assembler.take("q", chunk("a", 1, 3, "??"), 0).verdict, Verdict::waiting) << "another sender's";
  const auto whole = assembler.take("p", chunk("a", 1, 3, "cd"), 0);
  EXPECT_EQ(whole.verdict, Verdict::whole);
  EXPECT_EQ(whole.message, "abcdef");
  EXPECT_EQ(assembler.partials(), 1U);
  EXPECT_EQ(assembler.held_bytes(), 2U);
}

TEST(GelfAssembler, TakesPlainDatagramsAndSingleChunksAsTheyAre) {
  GelfAssembler assembler;
  EXPECT_EQ(assembler.take("p", "{}", 0).message, "{}");
  EXPECT_EQ(assembler.take("p", chunk("a", 0, 1, "{\"x\":1}"), 0).message, "{\"x\":1}");
  EXPECT_EQ(assembler.partials(), 0U);
}

TEST(GelfAssembler, RefusesChunksThatCannotBe) {
  GelfAssembler assembler;
  EXPECT_EQ(assembler.take("p", "\x1e\x0f short", 0).verdict, Verdict::bad_chunk);
  EXPECT_EQ(assembler.take("p", chunk("a", 0, 0, "x"), 0).verdict, Verdict::bad_chunk);
  EXPECT_EQ(assembler.take("p", chunk("a", 0, 129, "x"), 0).verdict, Verdict::bad_chunk);
  EXPECT_EQ(assembler.take("p", chunk("a", 3, 3, "x"), 0).verdict, Verdict::bad_chunk);
  EXPECT_EQ(assembler.partials(), 0U);
}

TEST(GelfAssembler, AnIdUsedAgainBeginsAnew) {
  GelfAssembler assembler;
  assembler.take("p", chunk("a", 0, 3, "old"), 0);
  assembler.take("p", chunk("a", 0, 2, "n"), 0);
  EXPECT_EQ(assembler.given_up(), 1U);
  EXPECT_EQ(assembler.take("p", chunk("a", 1, 2, "ew"), 0).message, "new");
}

TEST(GelfAssembler, GivesUpAfterFiveSeconds) {
  GelfAssembler assembler;
  assembler.take("p", chunk("a", 0, 2, "x"), 0);
  assembler.expire(5 * kSecond);
  EXPECT_EQ(assembler.partials(), 1U);
  EXPECT_EQ(assembler.take("p", chunk("a", 1, 2, "y"), 5 * kSecond + 1).verdict, Verdict::waiting)
      << "the rest of a message that was given up is the beginning of one that will be";
  EXPECT_EQ(assembler.given_up(), 1U);
}

TEST(GelfAssembler, TheOldestMakesRoom) {
  GelfAssembler assembler({.partials_max = 2, .partial_bytes_max = 100});
  for (const std::string_view id : {"a", "b", "c"}) assembler.take("p", chunk(id, 0, 2, "x"), 0);
  EXPECT_EQ(assembler.given_up(), 1U);
  EXPECT_EQ(assembler.take("p", chunk("c", 1, 2, "y"), 0).message, "xy");
  assembler.take("p", chunk("d", 0, 2, std::string(101, 'x')), 0);
  EXPECT_EQ(assembler.held_bytes(), 0U) << "not even itself";
}

TEST(GelfUnpack, UnpacksGzipAndZlibWithinTheLimit) {
  using Unpacked = GelfUnpacked::Verdict;
  std::string room;
  const std::string text = "{\"short_message\":\"" + std::string(100'000, 'x') + "\"}";
  EXPECT_EQ(gelf_unpack("{}", room).verdict, Unpacked::plain);
  EXPECT_EQ(gelf_unpack("xylophone", room).verdict, Unpacked::plain);
  EXPECT_EQ(gelf_unpack(packed(text, 15), room).text, text);
  EXPECT_EQ(gelf_unpack(packed(text, 31), room).text, text);
  EXPECT_EQ(gelf_unpack(packed(text, 31).substr(0, 50), room).verdict, Unpacked::broken);
  EXPECT_EQ(gelf_unpack("\x1f\x8bxxxxxxxxxxxx", room).verdict, Unpacked::broken);
  EXPECT_EQ(gelf_unpack("\x78\x9c", room).verdict, Unpacked::broken);
  const std::string limit(2 << 20, ' ');
  EXPECT_EQ(gelf_unpack(packed(limit), room).verdict, Unpacked::unpacked);
  EXPECT_EQ(gelf_unpack(packed(limit + " "), room).verdict, Unpacked::too_long);
  EXPECT_EQ(gelf_unpack(packed(std::string(64 << 20, '\0')), room).verdict, Unpacked::too_long);
  EXPECT_LE(room.size(), (2U << 20U) + 1);
}

TEST(GelfFramer, CutsAtNulWhereverTheStreamIsCut) {
  const std::string_view stream = "{\"a\":\n1}\0\0 \r\n\0{\"b\":2}\r\n\0toolong\0{\"c\""sv;
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    GelfFramer framer({.message_bytes_max = 9});
    std::string out;
    const auto sink = [&out](std::string_view message, Tags tags) {
      out += printable(message) + (tags.none() ? "" : " (" + names_of(tags) + ")") + "; ";
    };
    for (std::size_t at = 0; at < stream.size(); at += piece) framer.feed(stream.substr(at, piece), sink);
    framer.finish(sink);
    EXPECT_EQ(out, "{\"a\":\\x0a1}; {\"b\":2}; toolong; {\"c\" (partial_eof); ") << piece;
    EXPECT_FALSE(framer.mid_frame());
  }
}

TEST(GelfFramer, KeepsTheBeginningOfWhatIsTooLong) {
  const std::string_view stream = "abcdefgh\0x\0"sv;
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    GelfFramer framer({.message_bytes_max = 4});
    std::string out;
    const auto sink = [&out](std::string_view message, Tags tags) {
      out += printable(message) + (tags.none() ? "" : " (" + names_of(tags) + ")") + "; ";
    };
    for (std::size_t at = 0; at < stream.size(); at += piece) framer.feed(stream.substr(at, piece), sink);
    EXPECT_EQ(out, "abcd (oversize); x; ") << piece;
  }
}

TEST(GelfTime, IsSecondsAndAFractionHoweverWritten) {
  EXPECT_EQ(read_gelf_time("1795158000"), 1'795'158'000 * kSecond);
  EXPECT_EQ(read_gelf_time("1795158000.123456"), 1'795'158'000 * kSecond + 123'456'000);
  EXPECT_EQ(read_gelf_time("1.795158e9"), 1'795'158'000 * kSecond);
  EXPECT_EQ(read_gelf_time("1795158000123"), 1'795'158'000 * kSecond + 123'000'000)
      << "milliseconds, as some send";
  for (const std::string_view bad : {"", "x", "-1", "null", "1e300", "nan", "inf", "1795158000.x"}) {
    EXPECT_EQ(read_gelf_time(bad), std::nullopt) << bad;
  }
}

TEST(GelfHead, NamesTheSenderAndTheTime) {
  const GelfHead head =
      read_gelf_head(R"({"version":"1.1","host":"web1","timestamp":"1795158000.5","_host":"x"})");
  EXPECT_EQ(head.host, "web1");
  EXPECT_EQ(head.event_ns, 1'795'158'000 * kSecond + kSecond / 2);
  EXPECT_EQ(read_gelf_head(R"({"host":null})").host, "");
  EXPECT_EQ(read_gelf_head(R"({"host":"a\"b"})").host, "")
      << "an escaped name is left to whoever unescapes it";
  EXPECT_EQ(read_gelf_head("no json").host, "");
}

constexpr PayloadCase kDocuments[] = {
    {"a whole one",
     R"({"version":"1.1","host":"web1","short_message":"up","full_message":"up\nand on","timestamp":1795158000.5,"level":3,"_id":"7","_user_id":42,"facility":"f","line":12,"file":"a.c"})",
     "host.name=web1 | message=up | vendor.full_message=up\\x0aand on | log.syslog.severity.code=3 | "
     "log.level=error | "
     "vendor._id_=7 | vendor.user_id=42 | vendor.facility=f | log.origin.file.line=12 | "
     "log.origin.file.name=a.c | "
     "time=1795158000500000000 | event.dataset=gelf | vendor.version=1.1 | !vendor._id"},
    {"without a level it is information", R"({"version":"1.1","host":"h","short_message":"x"})",
     "log.syslog.severity.code=6 | log.level=info"},
    {"a level that is none", R"({"host":"h","short_message":"x","level":"high"})",
     "log.syslog.severity.code=6 | vendor.level=high"},
    {"a level in a string", R"({"host":"h","short_message":"x","level":"4"})", "log.level=warning"},
    {"without version and host", R"({"short_message":"x"})", "message=x | event.dataset=gelf"},
    {"without a message", R"({"version":"1.1","host":"h","_a":1})", "host.name=h | vendor.a=1"},
    {"extra fields without the underscore", R"({"short_message":"x","user_id":9})", "vendor.user_id=9"},
    {"extra fields with ECS names", R"({"short_message":"x","_source.ip":"192.0.2.7","_src_port":"80"})",
     "source.ip=192.0.2.7 | source.port=80"},
    {"nobody forges our names",
     R"({"short_message":"x","_vigil.id":"1","_event.original":"y","_message":"z"})",
     "message=x | vendor.vigil.id=1 | vendor.event.original=y | vendor.message=z"},
    {"other JSON stays other JSON", R"({"version":"1.1","message":"x"})", "event.dataset=json | message=x"},
};

TEST(GelfDocument, IsUnderstoodLeniently) { check_all(kDocuments); }

}  // namespace
}  // namespace vigil
