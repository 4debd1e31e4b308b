#include "parsers/http_head.h"

#include <gtest/gtest.h>

#include <string>

#include "parsers/http_chunks.h"

namespace vigil {
namespace {

std::string describe(std::string_view received) {
  HttpHeadReader reader;
  switch (reader.read(received)) {
    case HttpHeadReader::State::more:
      return "more";
    case HttpHeadReader::State::refused:
      return std::to_string(http_fault_status(reader.fault())) + " " +
             std::string(http_fault_name(reader.fault()));
    case HttpHeadReader::State::whole:
      break;
  }
  const HttpHead& head = reader.head();
  std::string text =
      std::string(head.method) + " " + std::string(head.target) + (head.version_1_0 ? " 1.0" : "");
  for (const auto& [name, value] : head.fields) text += "|" + std::string(name) + "=" + std::string(value);
  if (head.content_length) text += " length " + std::to_string(*head.content_length);
  if (head.chunked) text += " chunked";
  if (head.keep_alive) text += " keep";
  if (head.wants_continue) text += " continue";
  if (reader.size() != received.size()) text += " rest " + std::to_string(received.size() - reader.size());
  return text;
}

std::string with(std::string_view fields) {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

struct Case {
  std::string_view why;
  std::string received, expected;
};

TEST(HttpHead, IsReadStrictly) {
  const Case cases[] = {
      {"the usual", "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a?b|Host=h keep"},
      {"blanks around a value are cut", with("A: \t b c \r\n"), "POST /|Host=h|A=b c keep"},
      {"an empty value", with("A:\r\n"), "POST /|Host=h|A= keep"},
      {"the next request waits", "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET", "GET /|Host=h keep rest 3"},
      {"empty lines before a request", "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET /|Host=h keep"},
      {"HTTP/1.0 needs no Host and does not stay", "GET / HTTP/1.0\r\n\r\n", "GET / 1.0"},
      {"HTTP/1.0 that stays", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
       "GET / 1.0|Connection=Keep-Alive keep"},
      {"close among others", with("Connection: te, Close\r\n"), "POST /|Host=h|Connection=te, Close"},
      {"a length", with("Content-Length: 5\r\n"), "POST /|Host=h|Content-Length=5 length 5 keep"},
      {"ten gigabytes are a length", with("Content-Length: 10000000000\r\n"),
       "POST /|Host=h|Content-Length=10000000000 length 10000000000 keep"},
      {"chunked in any case", with("Transfer-Encoding: Chunked\r\n"),
       "POST /|Host=h|Transfer-Encoding=Chunked chunked keep"},
      {"a client that waits", with("Expect: 100-Continue\r\n"),
       "POST /|Host=h|Expect=100-Continue keep continue"},
      {"not yet whole", "GET / HTTP/1.1\r\nHost: h\r\n", "more"},
      {"a line's end cut in two", "GET / HTTP/1.1\r", "more"},
      {"nothing", "", "more"},

      {"both lengths (BI-45)", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
       "400 two_lengths"},
      {"two lengths (BI-45)", with("Content-Length: 5\r\nContent-Length: 6\r\n"), "400 bad_length"},
      {"the same length twice", with("Content-Length: 5\r\nContent-Length: 5\r\n"), "400 bad_length"},
      {"a sign (BI-45)", with("Content-Length: +5\r\n"), "400 bad_length"},
      {"hexadecimal (BI-45)", with("Content-Length: 0x5\r\n"), "400 bad_length"},
      {"a list (BI-45)", with("Content-Length: 5,5\r\n"), "400 bad_length"},
      {"no digit", with("Content-Length: \r\n"), "400 bad_length"},
      {"more than any body", with("Content-Length: 9999999999999999999\r\n"), "400 bad_length"},
      {"another transfer coding", with("Transfer-Encoding: gzip, chunked\r\n"), "400 bad_transfer_encoding"},
      {"chunked twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
       "400 bad_transfer_encoding"},
      {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
       "400 bad_transfer_encoding"},
      {"a chunked that is none", with("Transfer-Encoding: xchunked\r\n"), "400 bad_transfer_encoding"},
      {"obs-fold (BI-47)", with("A: b\r\n c\r\n"), "400 bad_header"},
      {"a blank before the colon", with("Content-Length : 5\r\n"), "400 bad_header"},
      {"no name", with(": 5\r\n"), "400 bad_header"},
      {"no colon", with("A\r\n"), "400 bad_header"},
      {"CR alone (BI-47)", with("A: b\rc\r\n"), "400 bad_line_end"},
      {"LF alone", "GET / HTTP/1.1\nHost: h\n\n", "400 bad_line_end"},
      {"LF alone at the front", "\nGET", "400 bad_line_end"},
      {"NUL (BI-47)", with(std::string("A: b\0c\r\n", 8)), "400 bad_line_end"},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", "400 bad_host"},
      {"two Hosts (BI-59)", with("Host: i\r\n"), "400 bad_host"},
      {"HTTP/0.9 (BI-51)", "GET /\r\n", "400 not_http"},
      {"HTTP/2 (BI-51)", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 http_version"},
      {"HTTP/1.2", "GET / HTTP/1.2\r\n", "505 http_version"},
      {"CONNECT (BI-51)", "CONNECT h:1 HTTP/1.1\r\n", "405 method_refused"},
      {"TRACE (BI-51)", "TRACE / HTTP/1.1\r\n", "405 method_refused"},
      {"a method in small letters (BI-51)", "get / HTTP/1.1\r\n", "400 not_http"},
      {"a blank in the target", "GET /a b HTTP/1.1\r\n", "400 not_http"},
      {"TLS to a plain port", "\x16\x03\x01", "400 not_http"},
      {"syslog to an HTTP port", "<13>x", "400 not_http"},
      {"another expectation", with("Expect: the-best\r\n"), "417 expectation_failed"},
      {"a line over 8 KiB (BI-48)", "GET /" + std::string(9000, 'a'), "414 target_too_long"},
      {"a whole line over 8 KiB", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n", "414 target_too_long"},
      {"a head over 64 KiB (BI-47)", with("A: " + std::string(70'000, 'a')), "431 header_too_large"},
  };
  for (const auto& [why, received, expected] : cases) EXPECT_EQ(describe(received), expected) << why;
}

TEST(HttpHead, HasAtMostAHundredFields) {
  std::string fields;
  for (int i = 0; i < 99; ++i) fields += "A: b\r\n";
  EXPECT_EQ(describe(with(fields)).substr(0, 6), "POST /");
  EXPECT_EQ(describe(with(fields + "A: b\r\n")), "431 header_too_large");
}

std::string read_chunks(std::string_view stream, std::size_t step) {
  ChunkedBody chunks;
  std::string body;
  while (!stream.empty()) {
    std::size_t used = 0;
    const auto state = chunks.read(stream.substr(0, step), body, 20, used);
    stream.remove_prefix(used);
    if (state == ChunkedBody::State::bad) return "bad";
    if (state == ChunkedBody::State::too_large) return "too large";
    if (state == ChunkedBody::State::whole) return body + " rest " + std::to_string(stream.size());
  }
  return "more";
}

TEST(HttpChunks, AreTakenApartHoweverTheyAreCut) {
  const Case cases[] = {
      {"two", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde rest 0"},
      {"none", "0\r\n\r\nGET", " rest 3"},
      {"hexadecimal of either case", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
       "01234567890123456789 rest 0"},
      {"extensions are passed over", "3 ; a=\"b\"\r\nabc\r\n0;x\r\n\r\n", "abc rest 0"},
      {"a trailer is passed over", "0\r\nA: b\r\nC: d\r\n\r\n", " rest 0"},
      {"not all", "3\r\nab", "more"},
      {"sixteen digits", "0000000000000003\r\nabc\r\n0\r\n\r\n", "abc rest 0"},
      {"seventeen digits (BI-46)", "00000000000000003\r\nabc", "bad"},
      {"as large as can be said (BI-46)", "FFFFFFFFFFFFFFFF\r\nabc", "too large"},
      {"over the limit", "15\r\nabc", "too large"},
      {"over the limit together", "a\r\n0123456789\r\nb\r\n", "too large"},
      {"an endless extension (BI-46)", "3;" + std::string(5000, 'a'), "bad"},
      {"no digit", "\r\n", "bad"},
      {"a sign", "+3\r\nabc", "bad"},
      {"0x", "0x3\r\nabc", "bad"},
      {"LF alone", "3\nabc", "bad"},
      {"data longer than said", "3\r\nabcd\r\n0\r\n\r\n", "bad"},
      {"a trailer that is none (BI-46)", "0\r\nabc\r\n\r\n", "bad"},
      {"an endless trailer", "0\r\n" + std::string(9000, 'a'), "bad"},
  };
  for (const auto& [why, stream, expected] : cases) {
    EXPECT_EQ(read_chunks(stream, std::string::npos), expected) << why;
    EXPECT_EQ(read_chunks(stream, 1), expected) << why;
  }
}

}  // namespace
}  // namespace vigil
