#include <boost/json.hpp>

#include "daemon/api.h"
#include "daemon/api_support.h"
#include "daemon/clock.h"
#include "daemon/field_survey.h"
#include "daemon/histogram.h"
#include "parsers/render.h"
#include "storage/duration_text.h"
#include "storage/query_build.h"

namespace vigil {

namespace json = boost::json;

namespace {

/// Records looked at for their fields: a tenth of a second where nothing is said, seconds at most.
constexpr std::uint64_t kLookedAt = 10'000, kLookedAtMax = 100'000;
/// Values of a field in one answer.
constexpr std::uint64_t kValues = 100, kValuesMax = 10'000;
/// A field's name as a person or a sender writes it.
constexpr std::size_t kNameBytesMax = 1024;

/// The length of a bucket: whole seconds.
std::optional<std::int64_t> read_interval(std::string_view text) {
  constexpr std::int64_t kSecondNs = 1'000'000'000;
  const auto length = read_duration(text);
  if (!length || *length < kSecondNs || *length % kSecondNs != 0) return std::nullopt;
  return length;
}

json::array counts_array(const std::vector<std::uint64_t>& counts) {
  return json::array(counts.begin(), counts.end());
}

json::object histogram_json(const Histogram& made, const ScanRange& range, int zone) {
  json::object out{{"interval", made.interval_ns / 1'000'000'000},
                   {"from", iso_time(range.event_from_ns, zone)},
                   {"to", iso_time(range.event_to_ns, zone)},
                   {"total", made.total}};
  json::array buckets;
  for (std::size_t i = 0; i < made.counts.size(); ++i) {
    buckets.push_back(json::object{
        {"time", iso_time(made.first_ns + static_cast<std::int64_t>(i) * made.interval_ns, zone)},
        {"count", made.counts[i]}});
  }
  out["buckets"] = std::move(buckets);
  return out;
}

/// `object` with one more member, whose value is JSON already: numbers of senders stay as they were written.
std::string with_member(const json::object& object, std::string_view name, std::string_view value) {
  std::string out = json::serialize(object);
  out.pop_back();
  return out.append(",\"").append(name).append("\":").append(value).append("}\n");
}

std::string groups_json(const Histogram& made) {
  std::string groups = "[";
  for (const Histogram::Group& group : made.groups) {
    groups.append(groups.size() > 1 ? "," : "").append("{\"value\":").append(group.value);
    groups.append(",\"count\":").append(std::to_string(group.count));
    groups.append(",\"counts\":").append(json::serialize(counts_array(group.counts))).append("}");
  }
  if (made.other) {
    const json::object other{
        {"other", true}, {"count", made.other->count}, {"counts", counts_array(made.other->counts)}};
    groups.append(groups.size() > 1 ? "," : "").append(json::serialize(other));
  }
  return groups + "]";
}

}  // namespace

/// What the three below are asked about: a filter and a time, of all organisations. Nothing if it was answered already.
std::optional<Query> Api::read_question(const HttpRequest& request, SearchRequest& wanted,
                                        HttpAnswer& answer) const {
  wanted.range.organisations = {"*"};
  wanted.zone_minutes = zone_now();
  auto filter = read_filter(request, wanted.zone_minutes, answer);
  if (!filter || !read_recent_range(request, wanted.zone_minutes, wall_clock_ns(), wanted.range, answer)) {
    return std::nullopt;
  }
  return filter;
}

void Api::histogram(const HttpRequest& request, HttpAnswer& answer) {
  SearchRequest wanted;
  const auto filter = read_question(request, wanted, answer);
  if (!filter) return;
  const std::int64_t from = wanted.range.event_from_ns, to = wanted.range.event_to_ns;
  std::int64_t interval = choose_interval(from, to);
  if (request.has("interval")) {
    const auto given = read_interval(request.parameter("interval"));
    if (!given)
      return reply_error(answer, 400, "bad_interval",
                         "interval is a length such as 15m or 1h, of whole seconds",
                         "interval 需為時間長度，例如 15m 或 1h（整數秒）");
    interval = *given;
  }
  // One more may begin before `from`.
  if ((to - from) / interval >= kHistogramBucketsMax) {
    return reply_error(answer, 400, "bad_interval",
                       "more than 5000 buckets: take a longer interval or a shorter time",
                       "超過 5000 個區間：請加長 interval 或縮短時間範圍");
  }
  std::optional<FieldRef> by;
  const std::string_view name = request.parameter("by");
  if (name.size() > kNameBytesMax)
    return reply_error(answer, 400, "bad_field", "by is the name of a field", "by 需為欄位名稱");
  if (!name.empty()) by = field_named(name);
  const std::function<bool()> cancelled = [this, &answer] { return stopping_.load() || answer.gone(); };
  wanted.cancelled = &cancelled;
  const auto made = count_histogram(parts_.archive, *filter, wanted, interval, by);
  if (!made) return reply_search_error(answer, made.error());
  json::object out = histogram_json(*made, wanted.range, wanted.zone_minutes);
  if (!by) return answer.reply(200, kJson, json::serialize(out) + "\n");
  out["by"] = name;
  answer.reply(200, kJson, with_member(out, "groups", groups_json(*made)));
}

void Api::fields(const HttpRequest& request, HttpAnswer& answer) {
  SearchRequest wanted;
  const auto filter = read_question(request, wanted, answer);
  if (!filter) return;
  const auto limit = read_limit(request, kLookedAt, kLookedAtMax, answer);
  if (!limit) return;
  const std::function<bool()> cancelled = [this, &answer] { return stopping_.load() || answer.gone(); };
  wanted.cancelled = &cancelled;
  wanted.limit = *limit + 1;  // the one more tells whether there are more
  FieldSurvey survey;
  bool all = true;
  const auto done = vigil::search(parts_.archive, *filter, wanted, [&](const SearchRow& row) {
    all = survey.records() < *limit;
    if (all) survey.add(row, wanted.zone_minutes);
    return all;
  });
  if (!done) return reply_search_error(answer, done.error());
  json::array fields;
  for (const auto& [name, found] : survey.fields()) {
    fields.push_back(json::object{{"name", name},
                                  {"type", FieldSurvey::type_name(found.type)},
                                  {"records", found.records},
                                  {"samples", json::array(found.samples.begin(), found.samples.end())}});
  }
  json::object out{{"from", iso_time(wanted.range.event_from_ns, wanted.zone_minutes)},
                   {"to", iso_time(wanted.range.event_to_ns, wanted.zone_minutes)},
                   {"looked_at", survey.records()},
                   {"all", all},
                   {"fields", std::move(fields)}};
  if (survey.names_left_out() > 0) out["names_left_out"] = true;
  answer.reply(200, kJson, json::serialize(out) + "\n");
}

void Api::field_values(const HttpRequest& request, HttpAnswer& answer) {
  constexpr std::string_view kBefore = "/api/v1/fields/", kBehind = "/values";
  const std::string_view name =
      std::string_view(request.path)
          .substr(kBefore.size(), request.path.size() - kBefore.size() - kBehind.size());
  if (name.empty() || name.size() > kNameBytesMax)
    return reply_error(answer, 400, "bad_field", "name a field, in at most 1024 bytes",
                       "請指定欄位名稱（1024 位元組以內）");
  SearchRequest wanted;
  const auto filter = read_question(request, wanted, answer);
  if (!filter) return;
  const auto limit = read_limit(request, kValues, kValuesMax, answer);
  if (!limit) return;
  const std::function<bool()> cancelled = [this, &answer] { return stopping_.load() || answer.gone(); };
  wanted.cancelled = &cancelled;
  const Query counted = with_pipes(*filter, {count_by({{field_named(name), 0, "value"}}), most_first()});
  std::string values = "[";
  std::uint64_t distinct = 0, total = 0, without = 0;
  const auto done = vigil::search(parts_.archive, counted, wanted, [&](const SearchRow& row) {
    const std::string& value = (*row.columns)[0].second;
    const std::uint64_t count = read_whole_number((*row.columns)[1].second).value_or(0);
    if (value == "null") {
      without += count;
      return true;
    }
    ++distinct;
    total += count;
    if (distinct <= *limit) {
      values.append(distinct > 1 ? "," : "").append("{\"value\":").append(value);
      values.append(",\"count\":").append(std::to_string(count)).append("}");
    }
    return true;
  });
  if (!done) return reply_search_error(answer, done.error());
  const json::object out{{"field", name},
                         {"from", iso_time(wanted.range.event_from_ns, wanted.zone_minutes)},
                         {"to", iso_time(wanted.range.event_to_ns, wanted.zone_minutes)},
                         {"total", total},
                         {"without", without},
                         {"distinct", distinct}};
  answer.reply(200, kJson, with_member(out, "values", values + "]"));
}

}  // namespace vigil
