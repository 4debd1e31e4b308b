#include "parsers/field_target.h"
#include "parsers/format.h"
#include "parsers/json_fields.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr std::string_view kStarts[] = {"{"};

bool claims_stix(const SyslogHeader&, std::string_view text) {
  const std::string_view front = json_front(text);
  if (!contains(front, "--")) return false;  // of every identifier: "bundle--5d0…"
  return contains(front, "\"bundle--") || contains(front, "\"indicator--") ||
         contains(front, "\"sighting--") || contains(front, "\"observed-data--");
}

/// Every value that a pattern compares addresses, names and hashes with:
/// `[ipv4-addr:value = '198.51.100.7'] OR [domain-name:value = 'bad.example']`
void add_pattern(PayloadWriter& out, std::string_view pattern) {
  struct Row {
    std::string_view object, name;
  };
  constexpr Row kObjects[] = {{"ipv4-addr:value", "threat.indicator.ip"},
                              {"ipv6-addr:value", "threat.indicator.ip"},
                              {"domain-name:value", "threat.indicator.url.domain"},
                              {"url:value", "threat.indicator.url.original"},
                              {"file:hashes", "threat.indicator.file.hash"},
                              {"email-addr:value", "threat.indicator.email.address"}};
  for (std::size_t count = 0; count < PayloadWriter::kFieldsMax; ++count) {
    const std::size_t open = pattern.find('\'');
    if (open == std::string_view::npos) return;
    std::string_view left = pattern.substr(0, open);
    pattern.remove_prefix(open + 1);
    // A hash's name stands in quotes of its own: file:hashes.'SHA-256' = '…'
    if (left.ends_with('.')) {
      take_until(pattern, '\'');
      const std::size_t value = pattern.find('\'');
      if (value == std::string_view::npos) return;
      pattern.remove_prefix(value + 1);
    }
    const std::string_view value = take_until(pattern, '\'');
    for (const Row& row : kObjects) {
      if (left.rfind(row.object) != std::string_view::npos &&
          left.size() - left.rfind(row.object) < row.object.size() + 24) {
        out.add(row.name, value);
      }
    }
  }
}

/// STIX 2: a bundle of what is known of an attacker, or one object of it.
void parse_stix(PayloadWriter& out) {
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) return;
  for (const JsonField& leaf : fields->leaves) {
    const std::string_view key = leaf.path.substr(leaf.path.rfind('.') + 1);
    if (key == "pattern") add_pattern(out, leaf.value);
    if (key == "name" && out.event().find("rule.name") == nullptr) out.add("rule.name", leaf.value);
    out.event().add(leaf.vendor_name(), leaf.value, leaf.type);
  }
  out.set("event.kind", "enrichment");
  out.classify("threat", "indicator");
}

constexpr std::string_view kJsonMarks[] = {"bundle--", "indicator--", "sighting--", "observed-data--"};

}  // namespace

extern const FormatSpec kFormat_stix = {
    .number = Format{121},
    .name = "stix",
    .title = "STIX 2",
    .sample =
        R"({"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","id":"indicator--1","name":"c2","pattern":"[ipv4-addr:value = '198.51.100.7']"}]})",
    .rank = 35,
    .starts = kStarts,
    .claims = claims_stix,
    .json_marks = kJsonMarks,
    .parse = parse_stix,
    .time = [](const SyslogHeader&, std::string_view text, int zone) { return peek_json_time(text, zone); },
    .kinds = Kind::device,
    .writing = Writing::json,
};

}  // namespace vigil
