// What the prefilter stands on: a field that is said to be the sender's own words stands in the message as it is.

#include "rules/verbatim.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "parsers/format.h"
#include "parsers/json_walk.h"
#include "parsers/payload_text.h"
#include "parsers/record.h"
#include "parsers/render.h"
#include "parsers/transports.h"

namespace vigil::sigma {
namespace {

namespace fs = std::filesystem;

/// What the archive finds by its index of words (storage/query_plan.cc): these no format may compute.
constexpr std::string_view kIndexed[] = {"source.ip",   "destination.ip", "client.ip",  "server.ip",
                                         "user.name",   "user.domain",    "url.domain", "dns.question.name",
                                         "file.hash.md5", "file.hash.sha1", "file.hash.sha256"};

/// The frame as Filebeat sends it: with what Filebeat tells of itself, and with what it was told to add.
std::string shipped(const std::string& frame) {
  std::string document = R"({"@timestamp":"2026-11-20T07:00:00.000Z","@metadata":{"beat":"filebeat","version":"8.17.0"},)"
                         R"("log":{"file":{"path":"C:\\inetpub\\logs\\u_ex.log"},"offset":5},"agent":{"type":"filebeat","version":"8.17.0"},)"
                         R"("cloud":{"region":"tw-north"},"message":)";
  append_json_string(frame, document);
  return document + R"(,"input":{"type":"filestream"},"ecs":{"version":"8.0.0"},"fields":{"site":"main building"},"host":{"name":"web-1"}})";
}

/// The fields of messages whose values the message does not hold, by format and name, with the first message of each.
class Derived {
 public:
  void look_at(const std::string& frame) {
    look_at_record(frame, {});
    look_at_record(shipped(frame), transport::kBeats);
  }

  void look_at_record(const std::string& frame, std::string_view carried_by) {
    Arena arena;
    ParseContext context;
    context.transport = carried_by;
    SyslogHeader header;
    read_record_header(frame, context, arena, header);
    Event event;
    parse_event(header, context, event, arena);
    const ShownText shown = shown_text(event.header);
    if (shown.hidden) return;
    std::string text;
    for (const std::string_view part : shown.all()) text.append(part).push_back('\n');
    // JSON may write any character as \u0041; such messages are asked about every rule (prefilter.cc).
    if (text.find("\\u") != std::string::npos) return;
    std::transform(text.begin(), text.end(), text.begin(), lower);
    ++looked_at_;
    for (const Field& field : event.fields()) {
      const bool indexed = std::find(std::begin(kIndexed), std::end(kIndexed), field.name) != std::end(kIndexed);
      if ((!indexed && !is_verbatim(field.name, event.format)) || field.value.empty()) continue;
      const bool plain = std::all_of(field.value.begin(), field.value.end(),
                                     [&](char c) { return stands_for_itself(c, event.format); });
      std::string value(field.value);
      std::transform(value.begin(), value.end(), value.begin(), lower);
      // The index is asked for words: a blank may have been written otherwise.
      const bool stands = indexed ? words_stand(text, value) : text.find(value) != std::string::npos;
      if (plain && !stands)
        found_.emplace(std::string(format_name(event.format)) + " " + std::string(field.name), value + " in " + frame);
    }
  }

  static bool words_stand(std::string_view text, std::string_view value) {
    for (std::string_view word = take_word(value); !word.empty(); word = take_word(value)) {
      if (text.find(word) == std::string_view::npos) return false;
    }
    return true;
  }

  std::size_t looked_at() const { return looked_at_; }
  std::string list() const {
    std::string out;
    for (const auto& [name, example] : found_) out += name + ": " + example.substr(0, 300) + "\n";
    return out;
  }

 private:
  std::map<std::string, std::string> found_;
  std::size_t looked_at_ = 0;
};

struct ShownCase {
  std::string_view why, carried_by, document, shown;
};
constexpr ShownCase kShown[] = {
    {"a line is shown as it is", "", "<13>Nov 20 15:00:00 h app: a\\b", "<13>Nov 20 15:00:00 h app: a\\b"},
    {"a shipped line without its escapes, and not what its shipper tells of itself", "beats",
     R"({"@timestamp":"2026-11-20T07:00:00Z","log":{"file":{"path":"C:\\x.log"}},"message":"say \"a\"","agent":{"type":"filebeat"},"cloud":{"region":"tw"}})",
     R"(say "a"|,"cloud":{"region":"tw"}})"},
    {"neighbours of the line are one piece", "beats",
     R"({"source":{"ip":"10.0.0.1"},"user":{"name":"ann"},"message":"m","input":{"type":"log"}})",
     R"(m|{"source":{"ip":"10.0.0.1"},"user":{"name":"ann"},)"},
    {"an escape elsewhere hides", "beats",
     R"({"message":"m","input":{"type":"log"},"process":{"executable":"C:\\x.exe"}})", "hidden"},
    {"of two messages either may be meant", "beats", R"({"message":"m","input":{"type":"log"},"message":"n"})", "hidden"},
    {"Splunk's own members", "hec", R"({"time":1,"host":"h","source":"s\\t","sourcetype":"x","event":"m","fields":{"a":"b"}})",
     R"(m|,"fields":{"a":"b"}})"},
};
TEST(Verbatim, ShowsWhatRulesMayLookFor) {
  for (const ShownCase& one : kShown) {
    Arena arena;
    ParseContext context;
    context.transport = one.carried_by;
    SyslogHeader header;
    read_record_header(one.document, context, arena, header);
    const ShownText shown = shown_text(header);
    std::string text;
    for (const std::string_view part : shown.all()) text.append(text.empty() ? "" : "|").append(part);
    EXPECT_EQ(shown.hidden ? "hidden" : text, one.shown) << one.why;
  }
}

TEST(Verbatim, FieldsOfSamplesStandInThem) {
  Derived derived;
  for (const FormatSpec* spec : all_formats()) {
    derived.look_at(std::string(spec->sample));
    for (const std::string_view program : spec->programs)
      derived.look_at("<134>Nov 20 14:59:00 h " + std::string(program) + ": " + std::string(spec->sample));
  }
  EXPECT_EQ(derived.list(), "");
}

TEST(Verbatim, FieldsOfRealMessagesStandInThem) {
  const fs::path data = fs::path(VIGIL_SHARED) / "data";
  if (!fs::exists(data / "products")) GTEST_SKIP() << "no data below " << VIGIL_SHARED;
  Derived derived;
  for (const char* folder : {"products", "logon", "classification", "syslog-headers", "zh"}) {
    for (const auto& entry : fs::recursive_directory_iterator(data / folder)) {
      if (entry.path().extension() != ".jsonl") continue;
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        Arena arena;
        JsonFields leaves;
        if (!walk_json(line, arena, leaves)) continue;
        for (const JsonField& leaf : leaves.leaves) {
          if (leaf.path == "raw") derived.look_at(std::string(leaf.value));
        }
      }
    }
  }
  EXPECT_EQ(derived.list(), "");
}

}  // namespace
}  // namespace vigil::sigma
