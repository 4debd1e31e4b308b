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

namespace vigil::sigma {
namespace {

namespace fs = std::filesystem;

/// What the archive finds by its index of words (storage/query_plan.cc): these no format may compute.
constexpr std::string_view kIndexed[] = {"source.ip",   "destination.ip", "client.ip",  "server.ip",
                                         "user.name",   "user.domain",    "url.domain", "dns.question.name",
                                         "file.hash.md5", "file.hash.sha1", "file.hash.sha256"};

/// The fields of messages whose values the message does not hold, by format and name, with the first message of each.
class Derived {
 public:
  void look_at(const std::string& frame) {
    Arena arena;
    const ParseContext context;
    Event event;
    parse_event(parse_syslog_header(frame, context, arena), context, event, arena);
    std::string text(event.header.text);
    // JSON may write any character as \u0041; such messages are asked about every rule (prefilter.cc).
    if (text.find("\\u") != std::string::npos) return;
    std::transform(text.begin(), text.end(), text.begin(), lower);
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

  std::string list() const {
    std::string out;
    for (const auto& [name, example] : found_) out += name + ": " + example.substr(0, 300) + "\n";
    return out;
  }

 private:
  std::map<std::string, std::string> found_;
};

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
