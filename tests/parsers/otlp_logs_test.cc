// OpenTelemetry's logs: both encodings come to the same documents, and nothing of a record is left out.

#include "parsers/otlp_logs.h"

#include <gtest/gtest.h>

#include <protozero/pbf_writer.hpp>
#include <string>

namespace vigil {
namespace {

using Writer = protozero::pbf_writer;

std::string describe(std::string_view body, const OtlpLimits& limits = {}) {
  Arena arena;
  const OtlpLogs logs = read_otlp_logs(body, otlp_encoding(body, {}), Charset::automatic, arena, limits);
  if (logs.error != OtlpErrc::none) {
    EXPECT_TRUE(logs.records.empty());
    return logs.what;
  }
  std::string out;
  for (const OtlpRecord& record : logs.records) {
    if (!out.empty()) out += "\n";
    out += record.document;
  }
  if (logs.rejected != 0) out += " rejected " + std::to_string(logs.rejected);
  return out;
}

/// One record around whose members everything else stands.
std::string json_of(std::string_view record, std::string_view resource = "{}") {
  return R"({"resourceLogs":[{"resource":)" + std::string(resource) + R"(,"scopeLogs":[{"logRecords":[)" +
         std::string(record) + "]}]}]}";
}

struct Case {
  std::string_view why, record, expected;
};
constexpr Case kRecords[] = {
    {"numbers of 64 bits as text", R"({"timeUnixNano":"1795157940123456789","body":{"stringValue":"x"}})",
     R"({"@timestamp":"2026-11-20T06:59:00.123456789Z","message":"x"})"},
    {"and as numbers", R"({"timeUnixNano":1795157940123456789,"body":{"stringValue":"x"}})",
     R"({"@timestamp":"2026-11-20T06:59:00.123456789Z","message":"x"})"},
    {"no time: when it was observed",
     R"({"timeUnixNano":"0","observedTimeUnixNano":"1795157940000000000","body":{"stringValue":"x"}})",
     R"({"@timestamp":"2026-11-20T06:59:00Z","message":"x"})"},
    {"both times", R"({"timeUnixNano":"1795157940000000000","observedTimeUnixNano":"1795157941000000000"})",
     R"({"@timestamp":"2026-11-20T06:59:00Z","message":"","otlp.observed_timestamp":"2026-11-20T06:59:01Z"})"},
    {"a time no clock has", R"({"timeUnixNano":"18446744073709551615"})",
     R"({"message":"","otlp.time_unix_nano":"18446744073709551615"})"},
    {"the severity by number", R"({"severityNumber":17,"severityText":"Error"})",
     R"({"log.level":"error","event.severity":17,"message":"","otlp.severity_number":17,"otlp.severity_text":"Error"})"},
    {"by name", R"({"severityNumber":"SEVERITY_NUMBER_WARN2"})",
     R"({"log.level":"warn","event.severity":14,"message":"","otlp.severity_number":14})"},
    {"by its text", R"({"severityText":"WARNING"})",
     R"({"log.level":"warning","message":"","otlp.severity_text":"WARNING"})"},
    {"one there is none of", R"({"severityNumber":99})", R"({"message":"","otlp.severity_number":99})"},
    {"ids in hex", R"({"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"})",
     R"({"trace.id":"5b8efff798038103d269b633813fc60c","span.id":"eee19b7ec3c1b174","message":""})"},
    {"the rest has names too", R"({"flags":1,"droppedAttributesCount":2,"eventName":"e","later":{"a":[1]}})",
     R"({"message":"","otlp.later":{"a":[1]},"otlp.event_name":"e","otlp.flags":1,"otlp.dropped_attributes_count":2})"},
    {"a body that is a map",
     R"({"body":{"kvlistValue":{"values":[{"key":"a","value":{"intValue":"7"}},{"key":"b","value":{"arrayValue":{"values":[{"boolValue":true},{"doubleValue":0.5},{}]}}}]}}})",
     R"({"message":{"a":7,"b":[true,0.5,null]}})"},
    {"bytes", R"({"body":{"bytesValue":"AAE="}})", R"({"message":"AAE="})"},
    {"attributes that ECS knows stand under their names",
     R"({"attributes":[{"key":"user.name","value":{"stringValue":"ann"}},{"key":"x","value":{"intValue":1}},{"key":"message","value":{"stringValue":"m"}}]})",
     R"({"message":"","user.name":"ann","attributes.x":1,"attributes.message":"m"})"},
    {"names as protobuf has them", R"({"time_unix_nano":"1795157940000000000","body":{"string_value":"x"}})",
     R"({"@timestamp":"2026-11-20T06:59:00Z","message":"x"})"},
    {"of two bodies the last one counts", R"({"body":{"stringValue":"a"},"body":{"stringValue":"b"}})",
     R"({"message":"b"})"},
    {"nulls are nothing", R"({"timeUnixNano":null,"body":null,"attributes":null})", R"({"message":""})"},
    {"nothing", "{}", R"({"message":""})"},
    {"a record that is none", "7", "an element of \"logRecords\" is no object"},
    {"an attribute without key", R"({"attributes":[{"value":{"intValue":1}}]})", "an attribute has no key"},
};
TEST(OtlpLogs, AJsonRecordBecomesADocument) {
  for (const auto& [why, record, expected] : kRecords) EXPECT_EQ(describe(json_of(record)), expected) << why;
}

TEST(OtlpLogs, AResourceIsWrittenIntoEachRecordWhereverItStands) {
  EXPECT_EQ(
      describe(
          R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{},{"attributes":[{"key":"host.name","value":{"stringValue":"own"}}]}],"scope":{"name":"s","version":"1","attributes":[{"key":"k","value":{"stringValue":"v"}}]},"schemaUrl":"u"}],"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},{"key":"host.name","value":{"stringValue":"web1"}}],"droppedAttributesCount":3},"schemaUrl":"r"}]})"),
      R"({"host.name":"web1","service.name":"shop","message":"","scope.name":"s","scope.version":"1","scope.attributes.k":"v","otlp.scope_schema_url":"u","otlp.resource.droppedAttributesCount":3,"resource.service.name":"shop","resource.host.name":"web1","otlp.resource_schema_url":"r"})"
      "\n"
      R"({"service.name":"shop","message":"","host.name":"own","scope.name":"s","scope.version":"1","scope.attributes.k":"v","otlp.scope_schema_url":"u","otlp.resource.droppedAttributesCount":3,"resource.service.name":"shop","resource.host.name":"web1","otlp.resource_schema_url":"r"})");
}

void add_string_attribute(Writer& parent, protozero::pbf_tag_type tag, const std::string& key,
                          const std::string& text) {
  Writer pair(parent, tag);
  pair.add_string(1, key);
  Writer value(pair, 2);
  value.add_string(1, text);
}

/// The body comes after its records, as protobuf allows.
std::string protobuf_request(void (*fill)(Writer& record)) {
  std::string out;
  Writer request(out);
  {
    Writer logs(request, 1);
    {
      Writer scope_logs(logs, 2);
      {
        Writer record(scope_logs, 2);
        fill(record);
      }
      Writer scope(scope_logs, 1);
      scope.add_string(1, "s");
    }
    Writer resource(logs, 1);
    add_string_attribute(resource, 1, "service.name", "shop");
  }
  return out;
}

TEST(OtlpLogs, AProtobufRecordBecomesTheSameDocument) {
  EXPECT_EQ(
      describe(protobuf_request([](Writer& record) {
        record.add_fixed64(1, 1'795'157'940'123'456'789);
        record.add_int32(2, 17);
        record.add_string(3, "Error");
        {
          Writer body(record, 5);
          body.add_string(1, "x \"y\"");
        }
        add_string_attribute(record, 6, "user.name", "ann");
        record.add_uint32(7, 2);
        record.add_fixed32(8, 1);
        record.add_bytes(9, std::string("\x5b\x8e\xff", 3));
        record.add_bytes(10, std::string("\xee\xe1", 2));
        record.add_fixed64(11, 1'795'157'941'000'000'000);
        record.add_string(12, "e");
        record.add_uint64(99, 7);
      })),
      R"({"@timestamp":"2026-11-20T06:59:00.123456789Z","log.level":"error","event.severity":17,"trace.id":"5b8eff","span.id":"eee1","service.name":"shop","message":"x \"y\"","user.name":"ann","otlp.field_99":7,"otlp.observed_timestamp":"2026-11-20T06:59:01Z","otlp.severity_number":17,"otlp.severity_text":"Error","otlp.event_name":"e","otlp.flags":1,"otlp.dropped_attributes_count":2,"scope.name":"s","resource.service.name":"shop"})");
}

TEST(OtlpLogs, ProtobufValuesOfEveryKind) {
  EXPECT_EQ(
      describe(protobuf_request([](Writer& record) {
        Writer body(record, 5);
        Writer map(body, 6);
        const auto add = [&map](const std::string& key, auto&& fill) {
          Writer pair(map, 1);
          pair.add_string(1, key);
          Writer value(pair, 2);
          fill(value);
        };
        add("b", [](Writer& value) { value.add_bool(2, true); });
        add("i", [](Writer& value) { value.add_int64(3, -7); });
        add("d", [](Writer& value) { value.add_double(4, 2); });
        add("n", [](Writer& value) { value.add_double(4, __builtin_nan("")); });
        add("y", [](Writer& value) { value.add_bytes(7, std::string("\0\1\2\3", 4)); });
        add("e", [](Writer&) {});
        add("l", [](Writer& value) {
          Writer list(value, 5);
          Writer one(list, 1);
          one.add_string(1, "\xb3\x5c");  // Big5
        });
      })),
      R"({"service.name":"shop","message":{"b":true,"i":-7,"d":2.0,"n":"NaN","y":"AAECAw==","e":null,"l":["許"]},"scope.name":"s","resource.service.name":"shop"})");
}

TEST(OtlpLogs, WhatIsNoRequestIsRefused) {
  EXPECT_EQ(describe("hello"), "the body is no ExportLogsServiceRequest");
  EXPECT_EQ(describe("{\"resourceLogs\":"), "the body is no JSON");
  EXPECT_EQ(describe(R"({"resourceLogs":7})"), "\"resourceLogs\" is no array");
  EXPECT_EQ(describe(std::string_view("\x0a\x05\x12", 3)), "the body is no ExportLogsServiceRequest");
  EXPECT_EQ(describe("{}"), "");
  EXPECT_EQ(describe(""), "");
}

TEST(OtlpLogs, AnswersWithinBounds) {
  const std::string long_text(100, 'x');
  const std::string record = R"({"body":{"stringValue":")" + long_text + "\"}}";
  EXPECT_EQ(describe(json_of(record + ",{}"), {.document_bytes_max = 50}), "{\"message\":\"\"} rejected 1");
  EXPECT_EQ(describe(json_of("{},{},{}"), {.records_max = 2}),
            "more than 2 records in one request: send them in several");
  EXPECT_EQ(describe(json_of("{},{},{}"), {.documents_bytes_max = 40}),
            "the records of this request are too large together: send them in several");
  std::string deep = R"({"stringValue":"x"})";
  for (int i = 0; i < 120; ++i) deep = R"({"arrayValue":{"values":[)" + deep + "]}}";
  EXPECT_EQ(describe(json_of(R"({"body":)" + deep + "}")), "a value is nested too deep");
}

TEST(OtlpLogs, AnswersSpeakTheEncodingOfTheRequest) {
  EXPECT_EQ(otlp_answer(OtlpEncoding::json, 0, {}), "{}");
  EXPECT_EQ(otlp_answer(OtlpEncoding::protobuf, 0, {}), "");
  EXPECT_EQ(otlp_answer(OtlpEncoding::json, 2, "too long"),
            R"({"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too long"}})");
  EXPECT_EQ(otlp_answer(OtlpEncoding::protobuf, 2, "too"), std::string("\x0a\x07\x08\x02\x12\x03too", 9));
  EXPECT_EQ(otlp_error(OtlpEncoding::json, 3, "bad"), R"({"code":3,"message":"bad"})");
  EXPECT_EQ(otlp_error(OtlpEncoding::protobuf, 3, "bad"), std::string("\x08\x03\x12\x03"
                                                                      "bad",
                                                                      7));
  EXPECT_EQ(otlp_encoding(" {", {}), OtlpEncoding::json);
  EXPECT_EQ(otlp_encoding("\n", "application/json"), OtlpEncoding::json);
  EXPECT_EQ(otlp_encoding("", "application/x-protobuf"), OtlpEncoding::protobuf);
  EXPECT_EQ(otlp_encoding("\x0a\x02", "application/json"), OtlpEncoding::protobuf);
}

}  // namespace
}  // namespace vigil
