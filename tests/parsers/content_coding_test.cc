#include "parsers/content_coding.h"

#include <gtest/gtest.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <memory>

namespace vigil {
namespace {

std::string zlib_of(std::string_view text, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
std::string gzip_of(std::string_view text) { return zlib_of(text, 16 + MAX_WBITS); }
std::string zstd_of(std::string_view text, int window_log = 0) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (window_log != 0) {
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, window_log);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  }
  std::string out(ZSTD_compressBound(text.size()) + 64, '\0');
  // In two steps, so that the size is not known and the window stands in the frame.
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  ZSTD_compressStream2(context.get(), &to, &in, ZSTD_e_continue);
  EXPECT_EQ(ZSTD_compressStream2(context.get(), &to, &in, ZSTD_e_end), 0U);
  out.resize(to.pos);
  return out;
}
std::string snappy_of(std::string_view text) {
  std::string out;
  snappy::Compress(text.data(), text.size(), &out);
  return out;
}

std::string describe(Coding coding, std::string_view body, const InflateLimits& limits = {}) {
  std::string out;
  switch (inflate(coding, body, out, limits)) {
    case InflateFault::none:
      return out.size() > 60 ? std::to_string(out.size()) + " bytes" : out;
    case InflateFault::corrupt:
      return "corrupt";
    case InflateFault::too_large:
      return "too large";
  }
  return "";
}

TEST(ContentCoding, GivesBackWhatWasCompressed) {
  const std::string text = "hello 中文", long_text(300'000, 'x');
  EXPECT_EQ(describe(Coding::identity, text), text);
  EXPECT_EQ(describe(Coding::gzip, gzip_of(text)), text);
  EXPECT_EQ(describe(Coding::gzip, gzip_of(long_text)), "300000 bytes");
  EXPECT_EQ(describe(Coding::gzip, gzip_of("a") + gzip_of("b")), "ab") << "two members";
  EXPECT_EQ(describe(Coding::gzip, gzip_of("")), "");
  EXPECT_EQ(describe(Coding::deflate, zlib_of(text, MAX_WBITS)), text);
  EXPECT_EQ(describe(Coding::deflate, zlib_of(text, -MAX_WBITS)), text) << "as some clients send it";
  EXPECT_EQ(describe(Coding::zstd, zstd_of(text)), text);
  EXPECT_EQ(describe(Coding::zstd, zstd_of(long_text)), "300000 bytes");
  EXPECT_EQ(describe(Coding::snappy, snappy_of(text)), text);
}

TEST(ContentCoding, RefusesWhatIsCutOffOrDamaged) {
  const std::string gzip = gzip_of("hello hello hello"), zstd = zstd_of("hello hello hello"),
                    snappy = snappy_of("hello hello hello");
  EXPECT_EQ(describe(Coding::gzip, ""), "corrupt");
  EXPECT_EQ(describe(Coding::gzip, "{\"not\":\"gzip\"}"), "corrupt");
  for (std::size_t size = 0; size < gzip.size(); ++size)
    EXPECT_EQ(describe(Coding::gzip, gzip.substr(0, size)), "corrupt");
  for (std::size_t size = 0; size < zstd.size(); ++size)
    EXPECT_EQ(describe(Coding::zstd, zstd.substr(0, size)), "corrupt");
  for (std::size_t size = 0; size < snappy.size(); ++size)
    EXPECT_EQ(describe(Coding::snappy, snappy.substr(0, size)), "corrupt");
  EXPECT_EQ(describe(Coding::gzip, gzip + "garbage behind it"), "corrupt");
  std::string damaged = gzip;
  damaged[damaged.size() - 6] ^= 1;
  EXPECT_EQ(describe(Coding::gzip, damaged), "corrupt") << "the checksum";
}

TEST(ContentCoding, RefusesBombs) {
  const std::string zeros(4 * 1024 * 1024, '\0');
  EXPECT_EQ(describe(Coding::gzip, gzip_of(zeros)), "too large") << "1000:1";
  EXPECT_EQ(describe(Coding::zstd, zstd_of(zeros)), "too large");
  EXPECT_EQ(describe(Coding::gzip, gzip_of(zeros.substr(0, 1024 * 1024))), "1048576 bytes")
      << "too little to tell";
  InflateLimits small;
  small.bytes_max = 100'000;
  EXPECT_EQ(describe(Coding::snappy, snappy_of(zeros), small), "too large");
  EXPECT_EQ(describe(Coding::deflate, zlib_of(zeros.substr(0, 100'001), MAX_WBITS), small), "too large");
  EXPECT_EQ(describe(Coding::zstd, zstd_of("x", 27)), "too large") << "a window of 128 MiB";
  EXPECT_EQ(describe(Coding::snappy, std::string("\xff\xff\xff\xff\x0f", 5)), "too large")
      << "a claim of 4 GiB";
  EXPECT_EQ(describe(Coding::snappy, std::string("\x80\x80\x80\x80\x01x", 6)), "corrupt")
      << "a claim of 256 MiB in six bytes";
}

TEST(ContentCoding, TakesOneLayerOnly) {
  const std::string once = gzip_of("hello");
  std::string out;
  EXPECT_EQ(inflate(Coding::gzip, gzip_of(once), out), InflateFault::none);
  EXPECT_EQ(out, once);
  EXPECT_FALSE(coding_from_name("gzip, gzip"));
  EXPECT_FALSE(coding_from_name("br"));
  EXPECT_EQ(coding_from_name("GZIP"), Coding::gzip);
  EXPECT_EQ(coding_from_name(""), Coding::identity);
}

}  // namespace
}  // namespace vigil
