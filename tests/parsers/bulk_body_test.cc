#include "parsers/bulk_body.h"

#include <gtest/gtest.h>

#include <array>

namespace vigil {
namespace {

std::string describe(std::string_view body) {
  BulkReader reader(1000);
  // A copy with exact bounds: a sanitizer sees any read past them.
  const std::string exact(body);
  if (!reader.read(exact)) return std::to_string(reader.fault_line()) + ": " + reader.fault();
  constexpr std::array<std::string_view, 6> kFaults = {"",         "not_json", "not_object", "no_document",
                                                       "oversize", "bad_name"};
  std::string out;
  for (const BulkAction& action : reader.actions()) {
    out += bulk_verb_name(action.verb);
    if (!action.index.empty()) out += " " + std::string(action.index);
    if (!action.id.empty()) out += "#" + std::string(action.id);
    out += action.fault == BulkItemFault::none
               ? action.document.empty() ? "" : "=" + std::string(action.document)
               : "!" + std::string(kFaults[static_cast<std::size_t>(action.fault)]);
    out += ";";
  }
  return out;
}

struct Case {
  std::string_view why;
  std::string body, expected;
};

TEST(BulkBody, IsCutIntoActionsAndDocuments) {
  const Case cases[] = {
      {"Filebeat",
       "{\"create\":{\"_index\":\"logs\"}}\n{\"a\":1}\n{\"create\":{\"_index\":\"logs\"}}\n{\"a\":2}\n",
       "create logs={\"a\":1};create logs={\"a\":2};"},
      {"rsyslog", "{\"index\":{\"_index\": \"syslog\"}}\n{\"msg\":\"x\"}\n", "index syslog={\"msg\":\"x\"};"},
      {"Fluent Bit's type", "{\"create\":{\"_index\":\"f\",\"_type\":\"_doc\"}}\n{\"a\":1}\n",
       "create f={\"a\":1};"},
      {"winston-elasticsearch: members beside the action",
       "{\"index\":{\"_index\":\"l\",\"pipeline\":null},\"attempts\":0}\n{\"a\":1}\n", "index l={\"a\":1};"},
      {"an id, of digits too",
       "{\"index\":{\"_id\":\"x\"}}\n{}\n{\"index\":{\"_id\":7}}\n{}\n{\"index\":{\"_id\":null}}\n{}\n",
       "index#x={};index#7={};index={};"},
      {"no final line end", "{\"index\":{}}\n{\"a\":1}", "index={\"a\":1};"},
      {"CRLF, blank lines, a byte order mark",
       "\xEF\xBB\xBF{\"index\":{}}\r\n{\"a\":1}\r\n\r\n\n{\"index\":{}}\r\n{\"a\":2}\r\n",
       "index={\"a\":1};index={\"a\":2};"},
      {"a byte order mark before a document is none of it", "{\"index\":{}}\n\xEF\xBB\xBF{\"a\":1}\n", "index={\"a\":1};"},
      {"delete has no document",
       "{\"delete\":{\"_index\":\"l\",\"_id\":\"1\"}}\n{\"create\":{}}\n{\"a\":1}\n",
       "delete l#1;create={\"a\":1};"},
      {"an update's doc",
       "{\"update\":{\"_id\":\"1\"}}\n{\"script\":{\"doc\":1},\"doc\":{\"a\":{\"b\":[1,2]}},\"doc_as_"
       "upsert\":true}\n",
       "update#1={\"a\":{\"b\":[1,2]}};"},
      {"blanks behind an update's doc are none of it", "{\"update\":{\"_id\":\"1\"}}\n{\"script\":1,\"doc\":{\"a\":1}   }\n", "update#1={\"a\":1};"},
      {"an update without doc", "{\"update\":{\"_id\":\"1\"}}\n{\"script\":{}}\n{\"index\":{}}\n{}\n",
       "update#1!no_document;index={};"},
      {"a document that is no JSON", "{\"index\":{}}\n{\"a\":\n{\"index\":{}}\n{\"b\":1}\n",
       "index!not_json;index={\"b\":1};"},
      {"one that is no object", "{\"index\":{}}\n[1]\n{\"index\":{}}\n7\n",
       "index!not_object;index!not_object;"},
      {"two on a line", "{\"index\":{}}\n{} {}\n", "index!not_json;"},
      {"integers of more than 64 bits", "{\"index\":{}}\n{\"a\":184467440737095516160}\n",
       "index={\"a\":184467440737095516160};"},
      {"a number that is none", "{\"index\":{}}\n{\"a\":01}\n", "index!not_json;"},
      {"Big5", "{\"index\":{}}\n{\"a\":\"\xa5\x5c\xaf\xe0\"}\n", "index={\"a\":\"\xa5\x5c\xaf\xe0\"};"},
      {"UTF-16", std::string("{\"index\":{}}\n\xff\xfe{\0}\0", 18), "index!not_object;"},
      {"one too long", "{\"index\":{}}\n{\"a\":\"" + std::string(1000, 'x') + "\"}\n{\"index\":{}}\n{}\n",
       "index!oversize;index={};"},
      {"a name with a control character", "{\"index\":{\"_index\":\"a\\nb\"}}\n{}\n", "index!bad_name;"},
      {"nothing", "", ""},
      {"blanks", " \r\n\n", ""},

      {"an action line that is no JSON", "{\"index\":{}}\n{}\nhello\n{}\n", "3: expected START_OBJECT"},
      {"an array for an action", "[1]\n{}\n", "1: expected START_OBJECT"},
      {"an unknown action", "{\"upsert\":{}}\n{}\n", "1: expected one of create, index, update, delete"},
      {"an action without its object", "{\"index\":null}\n{}\n", "1: expected START_OBJECT behind [index]"},
      {"two actions in one", "{\"index\":{},\"create\":{}}\n{}\n", "1: expected one action"},
      {"an action at the end", "{\"index\":{}}\n{}\n{\"index\":{}}\n", "3: expected a source line behind it"},
      {"NDJSON sent to the wrong path", "{\"a\":1}\n{\"a\":2}\n",
       "1: expected one of create, index, update, delete"},
  };
  for (const auto& [why, body, expected] : cases) EXPECT_EQ(describe(body), expected) << why;
}

TEST(BulkBody, DepthOfAHundredThousandIsJustNoDocument) {
  BulkReader reader(1'000'000);
  EXPECT_TRUE(reader.read("{\"index\":{}}\n" + std::string(100'000, '[') + "\n"));
  EXPECT_EQ(reader.actions().front().fault, BulkItemFault::not_json);
  EXPECT_FALSE(reader.read(std::string(100'000, '{') + "\n{}\n"));
}

}  // namespace
}  // namespace vigil
