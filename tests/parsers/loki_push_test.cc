// Pushes to Loki: both encodings, labels as Prometheus writes them, and what is refused.

#include "parsers/loki_push.h"

#include <gtest/gtest.h>
#include <snappy.h>

#include <protozero/pbf_writer.hpp>
#include <string>

namespace vigil {
namespace {

/// "{a=b} 5:line 6:line2; {c=d} …", or the reason.
std::string describe(std::string_view body, const LokiLimits& limits = {}) {
  Arena arena;
  const LokiPush push = read_loki_push(body, Charset::automatic, arena, limits);
  if (push.error != LokiErrc::none) {
    EXPECT_TRUE(push.streams.empty());
    return push.what;
  }
  std::string out;
  for (const LokiStream& stream : push.streams) {
    if (!out.empty()) out += "; ";
    out += "{";
    for (const auto& [name, value] : stream.labels) {
      if (out.back() != '{') out += ",";
      out.append(name).append("=").append(value);
    }
    out += "}";
    for (const LokiEntry& entry : stream.entries) {
      out += " " + (entry.time_ns ? std::to_string(*entry.time_ns) : std::string("-")) + ":" +
             std::string(entry.text);
      if (entry.oversize) out += "!";
    }
  }
  return out;
}

struct Case {
  std::string_view why, body, expected;
};

constexpr Case kJson[] = {
    {"streams", R"({"streams":[{"stream":{"app":"x","host":"h"},"values":[["5","one"],["6","two"]]}]})",
     "{app=x,host=h} 5:one 6:two"},
    {"structured metadata make a document",
     R"({"streams":[{"stream":{"a":"b"},"values":[["5","one \"1\"",{"trace_id":"t","n":7}]]}]})",
     R"({a=b} 5:{"labels":{"trace_id":"t","n":"7"},"message":"one \"1\""})"},
    {"no metadata in an empty object", R"({"streams":[{"stream":{"a":"b"},"values":[["5","one",{}]]}]})",
     "{a=b} 5:one"},
    {"times as numbers", R"({"streams":[{"stream":{"a":"b"},"values":[[1795157940123456789,"x"]]}]})",
     "{a=b} 1795157940123456789:x"},
    {"a time that no clock has", R"({"streams":[{"stream":{},"values":[["99999999999999999999","x"]]}]})",
     "{} -:x"},
    {"old clients",
     R"({"streams":[{"labels":"{a=\"b\"}","entries":[{"ts":"2026-11-20T06:59:00.5Z","line":"x"}]}]})",
     "{a=b} 1795157940500000000:x"},
    {"members in another order", R"({"streams":[{"values":[["5","x"]],"stream":{"a":"b"}}]})", "{a=b} 5:x"},
    {"empty", R"({"streams":[]})", ""},
    {"a stream without lines", R"({"streams":[{"stream":{"a":"b"},"values":[]}]})", "{a=b}"},
    {"a label that is no string", R"({"streams":[{"stream":{"a":7},"values":[["5","x"]]}]})", "{a=7} 5:x"},
    {"Big5", "{\"streams\":[{\"stream\":{},\"values\":[[\"5\",\"\xb3\x5c\xa5\x5c\"]]}]}", "{} 5:許功"},
    {"bytes of no charset", "{\"streams\":[{\"stream\":{},\"values\":[[\"5\",\"a\xff\xfe\"]]}]}",
     "{} 5:a\\xff\\xfe"},
    {"text", "hello", "the body is no PushRequest"},
    {"JSON cut off", R"({"streams":[{"stream":)", "the body is no JSON object"},
    {"no streams", R"({"stream":[]})", "\"streams\" is missing or no array"},
    {"a time that is none", R"({"streams":[{"stream":{},"values":[["now","x"]]}]})",
     "an entry's time is no number of nanoseconds"},
    {"no line", R"({"streams":[{"stream":{},"values":[["5"]]}]})", "an entry has no time or no line"},
    {"a line that is none", R"({"streams":[{"stream":{},"values":[["5",7]]}]})", "a line is no string"},
    {"labels that are none", R"({"streams":[{"stream":"a","values":[]}]})",
     "\"stream\" is no object of strings"},
    {"labels in bad syntax", R"({"streams":[{"labels":"{a=b}","entries":[]}]})",
     "error parsing labels {a=b}"},
};
TEST(LokiPush, ReadsJson) {
  for (const auto& [why, body, expected] : kJson) EXPECT_EQ(describe(body), expected) << why;
}

std::string stream(std::string_view labels, std::string_view line, std::int64_t seconds, std::int32_t nanos,
                   std::string_view metadata = {}) {
  std::string out;
  protozero::pbf_writer request(out), stream_writer(request, 1);
  stream_writer.add_string(1, labels.data(), labels.size());
  {
    protozero::pbf_writer entry(stream_writer, 2);
    {
      protozero::pbf_writer time(entry, 1);
      time.add_int64(1, seconds);
      time.add_int32(2, nanos);
    }
    entry.add_string(2, line.data(), line.size());
    if (!metadata.empty()) {
      protozero::pbf_writer pair(entry, 3);
      pair.add_string(1, "k");
      pair.add_string(2, metadata.data(), metadata.size());
    }
  }
  stream_writer.add_uint64(3, 77);  // the client's hash of the labels
  stream_writer.commit();
  return out;
}
std::string block(std::string_view message) {
  std::string out;
  snappy::Compress(message.data(), message.size(), &out);
  return out;
}

TEST(LokiPush, ReadsProtobufInABlockOfSnappyAndWithout) {
  const std::string message = stream(R"({app="x"})", "one", 1'795'157'940, 123);
  EXPECT_EQ(describe(message), "{app=x} 1795157940000000123:one");
  EXPECT_EQ(describe(block(message)), "{app=x} 1795157940000000123:one");
  EXPECT_EQ(describe(block(message + stream("{}", "two", 0, 5))),
            "{app=x} 1795157940000000123:one; {} 5:two");
  EXPECT_EQ(describe(block(stream("{}", "x", 1, 0, "v\"w"))),
            R"({} 1000000000:{"labels":{"k":"v\"w"},"message":"x"})");
  EXPECT_EQ(describe(block(stream("{}", "\xb3\x5c", 1, 0))), "{} 1000000000:\xb3\x5c");
  EXPECT_EQ(describe(block(stream("{}", "\xb3\x5c", 1, 0, "v"))),
            R"({} 1000000000:{"labels":{"k":"v"},"message":"許"})");
  EXPECT_EQ(describe(block(stream("{}", "x", INT64_MAX, 0))), "{} -:x");
  EXPECT_EQ(describe(block(stream("{}", "x", 1, -5))), "{} -:x");
}

TEST(LokiPush, ABlockThatBeginsLikeJsonIsRead) {
  // A block says first how long it is, and 123 is "{".
  std::string line;
  std::string message;
  do {
    message = stream("{}", line, 1, 0);
    line += 'x';
  } while (message.size() < 123);
  ASSERT_EQ(message.size(), 123U);
  ASSERT_EQ(block(message).front(), '{');
  EXPECT_TRUE(describe(block(message)).starts_with("{} 1000000000:xxx"));
}

TEST(LokiPush, RefusesWhatIsTooLargeBeforeMakingRoom) {
  const LokiLimits small{.line_bytes_max = 4, .entries_max = 2, .inflated_bytes_max = 1000};
  EXPECT_EQ(describe(block(stream("{}", std::string(5000, 'a'), 1, 0)), small),
            "the body inflates to more than 1000 bytes: send it in several");
  EXPECT_EQ(describe(R"({"streams":[{"values":[["1","a"],["1","a"],["1","a"]]}]})", small),
            "more than 2 lines in one request: send them in several");
  EXPECT_EQ(describe(R"({"streams":[{"values":[["1","abcdef"]]}]})", small), "{} 1:abcd!");
  // Five bytes that say they hold four GiB.
  EXPECT_NE(describe(std::string_view("\xff\xff\xff\xff\x0f", 5)), "");
}

struct LabelCase {
  std::string_view why, text, expected;
};
constexpr LabelCase kLabels[] = {
    {"two", R"({level="info",app="x"})", "level=info app=x"},
    {"blanks and a last comma", R"( { level = "info" , app="x" , } )", "level=info app=x"},
    {"none", "{}", ""},
    {"Go's escapes", R"({a="\a\b\f\n\r\t\v\\\"\'"})", "a=\a\b\f\n\r\t\v\\\"'"},
    {"characters by number", R"({a="\x41\101\u767b\U0001f600"})", "a=AA登😀"},
    {"single quotes", R"({a='b"c'})", "a=b\"c"},
    {"back quotes", R"({a=`\n"'`})", "a=\\n\"'"},
    {"names as agents send them", R"({service.name="x",a-b="y"})", "service.name=x a-b=y"},
    {"commas and braces in values", R"({a="},{",b="=\""})", "a=},{ b==\""},
    {"no braces", R"(a="b")", "bad"},
    {"no end", R"({a="b")", "bad"},
    {"no value", R"({a=})", "bad"},
    {"no name", R"({="b"})", "bad"},
    {"no quotes", R"({a=b})", "bad"},
    {"a string without end", R"({a="b})", "bad"},
    {"an escape Go does not know", R"({a="\q"})", "bad"},
    {"half an escape", R"({a="\x4"})", "bad"},
    {"a surrogate", R"({a="\ud800"})", "bad"},
    {"an octal number too large", R"({a="\777"})", "bad"},
    {"another operator", R"({a!="b"})", "bad"},
    {"something behind", R"({a="b"}x)", "bad"},
    {"no comma", R"({a="b" c="d"})", "bad"},
    {"nothing", "", "bad"},
};
TEST(LokiPush, ReadsLabelsAsPrometheusWritesThem) {
  for (const auto& [why, text, expected] : kLabels) {
    Arena arena;
    std::vector<std::pair<std::string_view, std::string_view>> labels;
    std::string out = "bad";
    if (read_loki_labels(text, arena, labels)) {
      out.clear();
      for (const auto& [name, value] : labels) {
        if (!out.empty()) out += ' ';
        out.append(name).append("=").append(value);
      }
    }
    EXPECT_EQ(out, expected) << why;
  }
}

}  // namespace
}  // namespace vigil
