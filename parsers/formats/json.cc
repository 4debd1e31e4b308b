#include "parsers/format.h"

#include "parsers/gelf_fields.h"
#include "parsers/json_fields.h"
#include "parsers/logon_members.h"
#include "parsers/payload_app.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"

namespace vigil {
namespace {

constexpr std::string_view kStarts[] = {"{", "[{"};

/// What others told us: alert_document.h writes it, with this in front.
constexpr std::string_view kAlertStart = "{\"event.kind\":\"alert\",";
constexpr LogSource kAlertSource = {.product = "vigil", .category = {}, .service = "alert"};
constexpr LogSource kLogSources[] = {kAlertSource};

std::optional<std::int64_t> json_time(const SyslogHeader&, std::string_view text, int zone_minutes) {
  return peek_json_time(text, zone_minutes);
}

void parse_json(PayloadWriter& out) {
  const JsonFields* const fields = read_json(out);
  if (fields == nullptr) return;
  if (is_gelf(*fields)) return add_gelf(out, *fields);
  if (out.text().starts_with(kAlertStart)) out.event().add_log_source(kAlertSource);
  for (const JsonField& leaf : fields->leaves) add_json_leaf(out, leaf);
  add_logon_of_members(out);
  for (const JsonField& leaf : fields->leaves) {
    if (leaf.type != ValueType::null) add_common_name(out, leaf.path, leaf.value);
  }
  // An alert may say so itself; the word is checked, since ECS knows only a few kinds.
  for (const JsonField& leaf : fields->leaves) {
    if (leaf.path == "event.kind" &&
        is_any(leaf.value, {"alert", "metric", "state", "signal", "enrichment"})) {
      out.set("event.kind", leaf.value);
    }
  }
}

/// A program that tells of logons in JSON; the law's kind of anything else is its program's.
Kinds json_kinds(const SyslogHeader& header, std::string_view text) {
  if (!tells_of_logon(text)) return {};
  const Kinds known = app_kinds(app_kind(header.app));
  return (known.none() ? Kinds(Kind::application) : known) | Kind::logon;
}

}  // namespace

extern const FormatSpec kFormat_json = {
    .number = Format::json,
    .name = "json",
    .title = "JSON of a program nobody has taught us",
    .sample = R"({"user":"alice","action":"login","src_ip":"203.0.113.9"})",
    .rank = 250,
    .starts = kStarts,
    .parse = parse_json,
    .time = json_time,
    .kinds_of = json_kinds,
    .log_sources = kLogSources,
    .writing = Writing::json,
};

}  // namespace vigil
