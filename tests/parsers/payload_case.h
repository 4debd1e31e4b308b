#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "parsers/event.h"
#include "tests/parsers/describe.h"

/// Payload cases in one line each: a frame, and what must be true of the event made of it.
namespace vigil {

/// `expected` is a list of claims, separated by " | ":
///
///   name=value          the event has this field with this value (a list has it among its values)
///   !name               the event has no such field
///   format=eve          the format it was read as
///   kinds=os logon      kinds_of_event, all of them
///   source=a/b/c        has this Sigma log source (product/category/service)
///   tag=bad_payload     has this tag
///   time=NS             event time, UTC ns
struct PayloadCase {
  std::string_view why, frame, expected;
};

class PayloadBench {
 public:
  const Event& parse(std::string_view frame) {
    arena_.reset();
    ParseContext context;
    context.received_ns = 1'795'158'000'000'000'000;  // 2026-11-20T07:00:00Z
    context.peer = "192.0.2.9";
    parse_event(parse_syslog_header(frame, context, arena_), context, event_, arena_);
    return event_;
  }

  void check(const PayloadCase& one) {
    check(parse(one.frame), one.expected, std::string(one.why) + "\n  frame: " + printable(one.frame));
  }
  static void check(const Event& event, std::string_view expected, const std::string& why) {
    while (!expected.empty()) {
      const std::size_t end = expected.find(" | ");
      const std::string_view claim = expected.substr(0, end);
      expected.remove_prefix(end == std::string_view::npos ? expected.size() : end + 3);
      EXPECT_TRUE(holds(event, claim)) << why << "\n  claim: " << claim << "\n  event: " << describe(event);
    }
  }

  static std::string describe(const Event& event) {
    std::string out = "[" + std::string(format_name(event.format)) + "]";
    for (const Field& field : event.fields()) {
      out.append(" | ").append(field.name).append("=").append(printable(field.value));
    }
    for (const LogSource& source : event.log_sources()) {
      out.append(" | source=").append(source.product).append("/");
      out.append(source.category).append("/").append(source.service);
    }
    return out + " | tags " + names_of(event.tags);
  }

 private:
  static bool holds(const Event& event, std::string_view claim) {
    if (claim.starts_with('!')) return event.find(claim.substr(1)) == nullptr;
    const std::size_t equals = claim.find('=');
    const std::string_view name = claim.substr(0, equals);
    const std::string_view value = claim.substr(equals + 1);
    if (name == "format") return format_name(event.format) == value;
    if (name == "tag")
      return (" " + names_of(event.tags) + " ").find(" " + std::string(value) + " ") != std::string::npos;
    if (name == "time") return std::to_string(event.timestamp_ns) == value;
    if (name == "kinds") {
      std::string kinds;
      for (std::size_t i = 0; i < kKindCount; ++i) {
        const auto kind = static_cast<Kind>(i);
        if (kinds_of_event(event).has(kind)) kinds.append(kinds.empty() ? "" : " ").append(kind_name(kind));
      }
      return kinds == value;
    }
    if (name == "source") {
      for (const LogSource& source : event.log_sources()) {
        const std::string text = std::string(source.product) + "/" + std::string(source.category) + "/" +
                                 std::string(source.service);
        if (text == value) return true;
      }
      return false;
    }
    for (const Field& field : event.fields()) {
      if (field.name == name && printable(field.value) == value) return true;
    }
    return false;
  }

  Event event_;
  Arena arena_;
};

template <std::size_t kCount>
void check_all(const PayloadCase (&cases)[kCount]) {
  PayloadBench bench;
  for (const PayloadCase& one : cases) bench.check(one);
}

}  // namespace vigil
