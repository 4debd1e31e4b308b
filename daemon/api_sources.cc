// What is known of the sources, and the monthly report about them.

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "daemon/api.h"
#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "parsers/format.h"

namespace vigil {

namespace json = boost::json;

namespace {

/// While its rhythm is learned, a source that has said nothing for so long is listed among the silent ones, but nobody
/// is told.
constexpr std::int64_t kQuietAfterNs = 3'600'000'000'000;

std::string_view state_name(const SourceHealth::View& view) {
  if (view.silent_since_ns != 0) return "silent";
  if (view.learning) return "learning";
  return view.volume == Volume::usual ? "usual" : volume_name(view.volume);
}

json::array charsets(const SourceState& state) {
  const Tags tags(state.tags.load());
  json::array out;
  for (const auto& [tag, name] : {std::pair{Tag::cp950, "cp950"}, {Tag::latin1, "latin1"}, {Tag::utf16, "utf-16"}}) {
    if (tags.has(tag)) out.push_back(json::string(name));
  }
  if (tags.has(Tag::bad_utf8)) out.push_back("unknown");
  if (out.empty()) out.push_back("utf-8");
  return out;
}

void add_sequences(SourceState& state, json::object& row) {
  const std::lock_guard lock(state.sequence_mutex);
  if (!state.sequences) return;
  row["sequence"] = json::object{{"kind", state.sequences->kinds()},
                                 {"missing", state.missing.load()},
                                 {"awaited", state.sequences->awaited()},
                                 {"restarts", state.sequences->restarts()},
                                 {"habitual", state.sequences->habitual()}};
}

json::object source_row(SourceState& state, const SourceHealth::View& view, int zone) {
  const Source& source = *state.source;
  json::array formats;
  FormatSet seen;
  for (std::size_t word = 0; word < FormatSet::kWords; ++word) seen.word(word) = state.formats[word].load();
  for (const FormatSpec* spec : all_formats()) {
    if (seen.has(spec->number)) formats.push_back(json::string(spec->name));
  }
  json::array kinds;
  for (std::size_t i = 0; i < kKindCount; ++i) {
    if (Kinds(state.kinds.load()).has(static_cast<Kind>(i)))
      kinds.push_back(json::string(kind_name(static_cast<Kind>(i))));
  }
  const std::uint64_t received = state.received, unparsed = std::min(state.unparsed.load(), received);
  const std::uint64_t discarded = std::min(state.discarded.load(), received);
  json::object row{{"source", source.host},
                   {"peer", source.peer},
                   {"listener", source.listener},
                   {"transport", source.transport},
                   {"organisation", source.organisation},
                   {"registered", !source.system.empty()},
                   {"core", source.core},
                   {"in_scope", source.in_scope},
                   {"state", state_name(view)},
                   {"first_seen", iso_time(state.first_seen_ns, zone)},
                   {"last_seen", iso_time(state.last_seen_ns, zone)},
                   {"rate", std::round(view.per_second * 1000) / 1000},
                   {"received", received},
                   {"stored", received - discarded},
                   {"discarded", discarded},
                   {"bytes", state.bytes.load()},
                   {"unparsed", unparsed},
                   {"sender_gaps", state.missing.load()},
                   {"charsets", charsets(state)},
                   {"formats", std::move(formats)},
                   {"kinds", std::move(kinds)}};
  if (received != 0)
    row["parse_rate"] = std::round(static_cast<double>(received - unparsed) / static_cast<double>(received) * 1000) / 1000;
  if (!source.system.empty()) row["system"] = source.system;
  if (view.silent_since_ns != 0) row["silent_since"] = iso_time(view.silent_since_ns, zone);
  if (view.allowed_ns != 0) row["allowed_quiet_seconds"] = view.allowed_ns / 1'000'000'000;
  if (view.usual_per_hour != 0) row["usual_per_hour"] = view.usual_per_hour;
  row["clock_skew_seconds"] = static_cast<double>(view.skew_ns.value_or(0) / 1'000'000) / 1000.0;
  row["clock_wrong"] = view.clock_wrong;
  if (view.clock_wrong) row["zone_suspected"] = SenderClock::looks_like_zone(view.skew_ns.value_or(0));
  if (Tags(state.tags.load()).has(Tag::suspicious_source)) row["suspicious_address"] = true;
  add_sequences(state, row);
  const std::lock_guard lock(state.sample_mutex);
  if (!state.last_unparsed.empty()) row["last_unparsed"] = state.last_unparsed;
  return row;
}

}  // namespace

void Api::sources(const HttpRequest& request, HttpAnswer& answer) {
  const std::int64_t now = wall_clock_ns();
  const int zone = zone_now();
  const bool silent_only = request.has("silent");
  json::array rows;
  parts_.sources.for_each([&](SourceState& state) {
    const auto view = state.health->view(parts_.health.options(), now, state.source->zone_minutes);
    const bool quiet = view.learning && now - state.last_seen_ns >= kQuietAfterNs;
    if (silent_only && view.silent_since_ns == 0 && !quiet) return;
    rows.push_back(source_row(state, view, zone));
  });
  std::sort(rows.begin(), rows.end(), [](const json::value& a, const json::value& b) {
    return a.at("received").to_number<std::uint64_t>() > b.at("received").to_number<std::uint64_t>();
  });
  answer.reply(200, kJson, json::serialize(json::object{{"sources", std::move(rows)}}) + "\n");
}

void Api::equipment(const HttpRequest& request, HttpAnswer& answer) {
  const std::int64_t now = wall_clock_ns();
  const int zone = zone_now();
  ReportMonth month = month_of(now, zone).previous();
  if (request.has("month")) {
    const auto asked = month_from_text(request.parameter("month"));
    if (!asked) {
      return reply_error(answer, 400, "bad_month", "month: expected YYYY-MM, like 2026-10",
                         "month：應為 YYYY-MM，例如 2026-10");
    }
    month = *asked;
  }
  std::vector<std::string> organisations{"*"};
  if (request.has("organisation")) {
    const std::string wanted(request.parameter("organisation"));
    if (parts_.assets->organisation(wanted) == nullptr)
      return reply_error(answer, 404, "not_found", "no such organisation: " + wanted, "沒有這個機關");
    organisations = parts_.assets->visible_from(wanted);
  }
  const std::string format = request.has("format") ? std::string(request.parameter("format")) : "json";
  if (format != "json" && format != "html" && format != "csv") {
    return reply_error(answer, 400, "bad_format", "format: expected json, html or csv", "format：應為 json、html 或 csv");
  }
  const EquipmentReport report = parts_.health.report(month, organisations, zone, now);
  if (format == "html") return answer.reply(200, "text/html; charset=utf-8", render_equipment_html(report));
  if (format == "csv") return answer.reply(200, "text/csv; charset=utf-8", render_equipment_csv(report));
  answer.reply(200, kJson, render_equipment_json(report));
}

}  // namespace vigil
