// JSON: what the walk gives, its limits, and what becomes of JSON that nobody has taught us.

#include <gtest/gtest.h>

#include <string>

#include "parsers/json_walk.h"
#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

/// "a.b=1i a.c=x", or "bad".
std::string walk(const std::string& text) {
  Arena arena;
  JsonFields fields;
  if (!walk_json(text, arena, fields)) return fields.leaves.empty() ? "bad" : "bad, but fields are left";
  std::string out;
  for (const JsonField& leaf : fields.leaves) {
    constexpr std::string_view kMarks[] = {"", "i", "r", "b", "n"};
    if (!out.empty()) out += ' ';
    out.append(leaf.path)
        .append("=")
        .append(printable(leaf.value))
        .append(kMarks[static_cast<std::size_t>(leaf.type)]);
    EXPECT_EQ(leaf.vendor_name(), "vendor." + std::string(leaf.path));
  }
  if (fields.capped) out += " capped";
  return out;
}

struct WalkCase {
  std::string_view why, text, expected;
};
constexpr WalkCase kWalks[] = {
    {"nesting", R"({"a":{"b":1,"c":{"d":"x"}},"e":true})", "a.b=1i a.c.d=x e=trueb"},
    {"arrays repeat the name", R"({"a":[1,"x",null,[2]],"b":[{"c":1},{"c":2}]})",
     "a=1i a=x a=n a=2i b.c=1i b.c=2i"},
    {"an array outside", R"([{"a":1},{"a":2}])", "a=1i a=2i"},
    {"values of a bare array", R"([1])", "_=1i"},
    {"nothing inside", "{}", ""},
    {"blanks everywhere", " { \"a\" :\t1 ,\n\"b\" : [ ] } ", "a=1i"},
    {"dotted names stay", R"({"id.orig_h":"x"})", "id.orig_h=x"},
    {"an empty name", R"({"":1,"a":{"":2}})", "_=1i a._=2i"},
    {"numbers as written",
     R"({"a":-0,"b":1.50,"c":1e3,"d":18446744073709551616,"e":9223372036854775808,"f":-9214364837600034816})",
     "a=-0i b=1.50r c=1e3r d=18446744073709551616i e=9223372036854775808i f=-9214364837600034816i"},
    {"a number too small for a double is kept", R"({"a":1e-400})", "a=1e-400r"},
    {"escapes", R"({"a":"\"\\\/\b\f\n\r\t\u00e9\u7db2\ud83d\ude00"})",
     "a=\"\\/\\x08\\x0c\\x0a\\x0d\\x09é網😀"},
    {"escapes in names", R"({"a\u002eb\"":1})", "a.b\"=1i"},
    {"nginx' \\x escapes", R"({"ua":"a\x22b\\x"})", "ua=a\\x22b\\x"},
    {"BI-43 duplicate names are all kept", R"({"a":1,"a":2,"a":{"b":3}})", "a=1i a=2i a.b=3i"},
    {"BI-43 1e400", R"({"a":1e400})", "bad"},
    {"BI-43 a lone high surrogate", R"({"a":"\ud800"})", "bad"},
    {"BI-43 a lone low surrogate", R"({"a":"\udc00x"})", "bad"},
    {"BI-43 a high surrogate and something else", R"({"a":"\ud800\u0041"})", "bad"},
    {"BI-43 something behind the end", R"({"a":1} x)", "bad"},
    {"BI-43 a second document behind the end", R"({"a":1}{"b":2})", "bad"},
    {"BI-43 a closing bracket too many", R"({"a":1}})", "bad"},
    {"cut", R"({"a":1,"b":"x)", "bad"},
    {"cut between members", R"({"a":1,)", "bad"},
    {"a comma too many", R"({"a":1,})", "bad"},
    {"no comma", R"({"a":1 "b":2})", "bad"},
    {"no value", R"({"a":})", "bad"},
    {"no colon", R"({"a" 1})", "bad"},
    {"no quotes", "{a:1}", "bad"},
    {"the wrong bracket", R"({"a":[1})", "bad"},
    {"a word that is none", R"({"a":tru})", "bad"},
    {"a word too long", R"({"a":trues})", "bad"},
    {"zeros in front", R"({"a":007})", "bad"},
    {"a number and letters", R"({"a":1x})", "bad"},
    {"a bare point", R"({"a":.5})", "bad"},
    {"half an escape", R"({"a":"\u12"})", "bad"},
    {"an escape nobody knows", R"({"a":"\q"})", "bad"},
    {"a raw line end in a string", "{\"a\":\"x\ny\"}", "bad"},
    {"a string alone", R"("a")", "bad"},
    {"a number alone", "1", "bad"},
    {"nothing", "", "bad"},
    {"a quote alone", "\"", "bad"},
    {"a bracket alone", "{", "bad"},
};
TEST(JsonWalk, GivesEveryLeafExactlyOrNothingAtAll) {
  for (const auto& [why, text, expected] : kWalks)
    EXPECT_EQ(walk(std::string(text)), expected) << why << "\n  " << text;
}

std::string nested(std::size_t depth, bool closed) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += "{\"a\":";
  text += '1';
  if (closed) text.append(depth, '}');
  return text;
}

TEST(JsonWalk, BI43DepthIsCappedAt32AndAbsurdDepthIsNoLog) {
  std::string path = "a";
  for (int i = 1; i < 32; ++i) path += ".a";
  EXPECT_EQ(walk(nested(32, true)), path + "=1i");
  // What lies deeper stays as text.
  EXPECT_EQ(walk(nested(33, true)), "_overflow={\"a\":1} capped");
  EXPECT_EQ(walk(nested(500, true)).substr(0, 20), "_overflow={\"a\":{\"a\":");
  EXPECT_EQ(walk(nested(100'000, true)), "bad");
  EXPECT_EQ(walk(nested(100'000, false)), "bad");
  EXPECT_EQ(walk(std::string(100'000, '[')), "bad");
  EXPECT_EQ(walk("{\"a\":" + std::string(50'000, '[') + std::string(50'000, ']') + "}"), "bad");
}

TEST(JsonWalk, BI43FieldsAreCappedAt1000AndTheRestIsKept) {
  std::string text = "{";
  for (int i = 0; i < 1500; ++i) text += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i);
  text += '}';
  Arena arena;
  JsonFields fields;
  ASSERT_TRUE(walk_json(text, arena, fields));
  EXPECT_TRUE(fields.capped);
  ASSERT_EQ(fields.leaves.size(), 1001U);
  EXPECT_EQ(fields.leaves[999].path, "k999");
  EXPECT_EQ(fields.leaves[1000].path, "_overflow");
  EXPECT_TRUE(fields.leaves[1000].value.starts_with("1000,\"k1001\""))
      << fields.leaves[1000].value.substr(0, 40);
  EXPECT_TRUE(fields.leaves[1000].value.ends_with("1499}"));
}

TEST(JsonWalk, BI43LongNamesAreCutSoThatPathsStaySmall) {
  const std::string key(2000, 'k');
  Arena arena;
  JsonFields fields;
  ASSERT_TRUE(walk_json("{\"" + key + "\":{\"" + key + "\":1}}", arena, fields));
  EXPECT_TRUE(fields.capped);
  ASSERT_EQ(fields.leaves.size(), 1U);
  EXPECT_LE(fields.leaves[0].path.size(), 512U);
}

TEST(JsonWalk, ViewsOfPlainStringsPointIntoTheText) {
  const std::string text = R"({"a":"plain","b":12})";
  Arena arena;
  JsonFields fields;
  ASSERT_TRUE(walk_json(text, arena, fields));
  for (const JsonField& leaf : fields.leaves) {
    EXPECT_GE(leaf.value.data(), text.data());
    EXPECT_LE(leaf.value.data() + leaf.value.size(), text.data() + text.size());
  }
}

struct PeekCase {
  std::string_view text, key, expected;
};
constexpr PeekCase kPeeks[] = {
    {R"({"a":1,"timestamp":"t"})", "timestamp", "t"},
    {R"({"a":{"timestamp":"inner"},"timestamp":"outer"})", "timestamp", "outer"},
    {R"({"a":"timestamp","timestamp":7})", "timestamp", "7"},
    {R"({"a":"x\"timestamp\":\"no"})", "timestamp", ""},
    {R"({"timestamp":{"x":1}})", "timestamp", ""},
    {R"({"timestamp")", "timestamp", ""},
    {R"(}}}{"timestamp":"t"})", "timestamp", ""},
    {"", "timestamp", ""},
};
TEST(JsonWalk, PeeksAtOneOuterMember) {
  for (const auto& [text, key, expected] : kPeeks) EXPECT_EQ(peek_json_member(text, key), expected) << text;
}

constexpr PayloadCase kJson[] = {
    {"names of ECS stay, others do not",
     R"(<14>Nov 20 14:59:00 h app[1]: {"user":{"name":"ann"},"source":{"ip":"10.1.0.7"},"level":"info","http":"no object","message":"hello"})",
     "format=json | user.name=ann | source.ip=10.1.0.7 | vendor.level=info | vendor.http=no object | "
     "message=hello | process.name=app"},
    {"well-known plain names",
     R"({"src_ip":"10.1.0.7","src_port":5,"dest_ip":"10.1.0.5","username":"ann","msg":"x"})",
     "source.ip=10.1.0.7 | source.port=5 | destination.ip=10.1.0.5 | user.name=ann | message=x | "
     "vendor.src_ip=10.1.0.7"},
    {"Zeek", R"({"ts":1795157940.041880,"id.orig_h":"10.1.0.7","id.resp_p":53,"proto":"udp"})",
     "time=1795157940041880000 | source.ip=10.1.0.7 | destination.port=53"},
    {"a time in ISO", R"({"time":"2026-11-20T14:59:00+08:00","x":1})", "time=1795157940000000000"},
    {"the header's time wins", R"(<14>Nov 20 14:00:00 h app: {"time":"2026-11-20T14:59:00+08:00"})",
     "time=1795154400000000000"},
    {"names that only we may give",
     R"({"vigil":{"org":"other","core":true},"@timestamp":"2026-11-20T06:59:00Z","event":{"original":"forged","ingested":"x","kind":"alert"},"log":{"syslog":{"priority":1}}})",
     "!vigil.org | vendor.vigil.org=other | vendor.event.original=forged | vendor.event.ingested=x | "
     "vendor.log.syslog.priority=1 | event.kind=alert | time=1795157940000000000"},
    {"an event's own dataset and host", R"({"event":{"dataset":"nginx.access"},"host":{"name":"web9"}})",
     "event.dataset=nginx.access | host.name=web9"},
    {"BI-43 broken", R"(<14>Nov 20 14:59:00 h app: {"a":1e400})",
     "format=json | tag=bad_payload | message={\"a\":1e400} | !vendor.a"},
    {"BI-43 something behind", R"({"a":1} and more)", "tag=bad_payload | message={\"a\":1} and more"},
};
TEST(PayloadJson, KeepsWhatItDoesNotKnowUnderVendor) { check_all(kJson); }

TEST(PayloadJson, BI43ManyPairsAreCappedInEveryFormat) {
  std::string pairs, extension, members;
  for (int i = 0; i < 3000; ++i) {
    const std::string n = std::to_string(i);
    pairs += " k" + n + "=v";
    extension += "k" + n + "=v ";
    members += (i ? ",\"k" : "\"k") + n + "\":1";
  }
  PayloadBench bench;
  for (const std::string& frame :
       {"<14>date=2026-11-20 time=14:59:00 devname=F devid=F" + pairs, "<14>CEF:0|a|b|1|7|n|5|" + extension,
        "<14>Nov 20 14:59:00 h app: a=b c=d" + pairs, "{" + members + "}"}) {
    const Event& event = bench.parse(frame);
    EXPECT_TRUE(event.tags.has(Tag::fields_capped)) << format_name(event.format);
    EXPECT_NE(event.find("vendor._overflow"), nullptr) << format_name(event.format);
    EXPECT_LE(event.fields().size(), 1100U) << format_name(event.format);
  }
}

}  // namespace
}  // namespace vigil
