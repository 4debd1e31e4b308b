#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "daemon/field_survey.h"
#include "daemon/loki_query.h"
#include "storage/label_names.h"
#include "storage/log_level.h"
#include "storage/matching.h"

namespace vigil {

namespace json = boost::json;

namespace {

constexpr std::int64_t kHourNs = 3'600'000'000'000;
/// Questions about labels are asked while somebody types: they look at the newest records, not at all of
/// them.
constexpr std::uint64_t kRecordsLooked = 100'000;
/// Records of which an estimate is made: half a second of reading.
constexpr std::uint64_t kRecordsEstimated = 1'000'000;
/// Records whose fields or labels are all read.
constexpr std::uint64_t kRecordsSurveyed = 5'000;
/// Detected fields, or values of one, where no limit is said.
constexpr std::uint64_t kLokiFields = 1'000;
/// Values or label sets of one answer, and their text: a value may be as long as its record.
constexpr std::size_t kAnswersMax = 5'000, kAnswerBytesMax = 16 * 1024 * 1024;

std::set<std::string> label_names() {
  std::set<std::string> names{std::string(kJobLabel)};
  for (const StreamLabel& label : stream_labels()) {
    if (label.listed) names.emplace(label.name);
  }
  return names;
}

/// Reads labels of the newest records that are meant, until `visit` says false.
Loki<void> look_at_labels(const LokiParts& parts, const LogSelection& selection, const LokiSpan& span,
                          std::optional<LabelGrouping> grouping, std::uint64_t records,
                          const std::function<bool(const Labels&)>& visit) {
  const LabelReader reader(selection, std::move(grouping));
  Labels labels;
  const auto done = for_each_match(parts.archive, selection.query(), loki_range(span), &parts.cancelled,
                                   [&](LazyEvent& subject) {
                                     reader.read(subject, labels);
                                     return visit(labels) && --records > 0;
                                   });
  if (!done) return refusal(done.error());
  return {};
}

/// What the senders known since the archive began have said of this label in that time.
void add_known_values(const SourceTable& sources, std::string_view label, const LokiSpan& span,
                      std::set<std::string>& values) {
  sources.for_each([&](SourceState& state) {
    if (state.last_seen_ns < span.start_ns || state.first_seen_ns >= span.end_ns) return;
    const Source& source = *state.source;
    static const std::string kNothing;
    const std::string& value = label == "source"     ? source.peer
                               : label == "org"      ? source.organisation
                               : label == "system"   ? source.system
                               : label == "listener" ? source.listener
                               : label == "host"     ? source.host
                                                     : kNothing;
    if (!value.empty() && values.size() < kAnswersMax) values.insert(value);
  });
}

Loki<std::vector<std::string>> values_of(const LokiParts& parts, const HttpRequest& request,
                                         const std::string& label) {
  const auto span = read_span(request, parts.now_ns, 6 * kHourNs);
  if (!span) return span.error();
  const auto selection = read_selection(request.parameter("query"));
  if (!selection) return selection.error();
  std::set<std::string> values;
  if (label == kJobLabel) return std::vector{std::string(kJobValue)};
  if (request.parameter("query").empty()) {
    add_known_values(parts.sources, label, *span, values);
    if (label == "kind") {
      for (std::size_t i = 0; i < kKindCount; ++i) values.emplace(kind_name(static_cast<Kind>(i)));
    }
    if (label == "level" || label == "detected_level")
      values.insert(std::begin(kLogLevels), std::end(kLogLevels));
  }
  // What is complete already needs no records: the levels, the kinds, what the table of senders holds.
  const bool complete = !values.empty() && label != "host";
  if (!complete) {
    std::size_t bytes = 0;
    const auto done = look_at_labels(parts, *selection, *span, LabelGrouping{false, {label}}, kRecordsLooked,
                                     [&](const Labels& labels) {
                                       for (const auto& [name, value] : labels) {
                                         if (values.insert(value).second) bytes += value.size();
                                       }
                                       return values.size() < kAnswersMax && bytes < kAnswerBytesMax;
                                     });
    if (!done) return done.error();
  }
  return std::vector<std::string>(values.begin(), values.end());
}

}  // namespace

Loki<std::string> loki_labels(const LokiParts& parts, const HttpRequest& request) {
  const auto span = read_span(request, parts.now_ns, 6 * kHourNs);
  if (!span) return span.error();
  const auto selection = read_selection(request.parameter("query"));
  if (!selection) return selection.error();
  // Every record has these; what senders call theirs is found out by looking.
  std::set<std::string> names = label_names();
  const auto done =
      look_at_labels(parts, *selection, *span, std::nullopt, kRecordsSurveyed, [&](const Labels& labels) {
        for (const auto& [name, value] : labels) {
          if (name != "detected_level" && names.size() < kAnswersMax) names.insert(name);
        }
        return true;
      });
  if (!done) return done.error();
  return names_body({names.begin(), names.end()});
}

Loki<std::string> loki_label_values(const LokiParts& parts, const HttpRequest& request,
                                    const std::string& label) {
  const auto values = values_of(parts, request, label);
  if (!values) return values.error();
  return names_body(*values);
}

Loki<std::string> loki_field_values(const LokiParts& parts, const HttpRequest& request,
                                    const std::string& label) {
  const auto limit = read_lines(request, kLokiFields, kLokiLinesMax);
  if (!limit) return limit.error();
  auto values = values_of(parts, request, label);
  if (!values) return values.error();
  if (values->size() > *limit) values->resize(*limit);
  return json::serialize(
             json::object{{"values", json::array(values->begin(), values->end())}, {"limit", *limit}}) +
         "\n";
}

Loki<std::string> loki_series(const LokiParts& parts, const HttpRequest& request) {
  /// Selectors of one question: Grafana sends one.
  constexpr std::size_t kSelectorsMax = 16;
  const auto span = read_span(request, parts.now_ns, 6 * kHourNs);
  if (!span) return span.error();
  std::vector<std::string_view> selectors;
  for (const std::string_view name : {"match[]", "match"}) {
    const auto [begin, end] = request.query.equal_range(std::string(name));
    for (auto one = begin; one != end; ++one) selectors.push_back(one->second);
  }
  if (selectors.size() > kSelectorsMax)
    return refusal(400, "too many match[]: at most 16", "match[] 太多，最多 16 個");
  if (selectors.empty()) selectors.emplace_back();
  std::set<Labels> sets;
  std::size_t bytes = 0;
  for (const std::string_view selector : selectors) {
    const auto selection = read_selection(selector);
    if (!selection) return selection.error();
    const auto done =
        look_at_labels(parts, *selection, *span, std::nullopt, kRecordsLooked, [&](const Labels& labels) {
          if (sets.insert(labels).second) {
            for (const auto& [name, value] : labels) bytes += name.size() + value.size();
          }
          return sets.size() < kAnswersMax && bytes < kAnswerBytesMax;
        });
    if (!done) return done.error();
  }
  return label_sets_body({sets.begin(), sets.end()});
}

Loki<std::string> loki_index_stats(const LokiParts& parts, const HttpRequest& request) {
  const auto span = read_span(request, parts.now_ns, kHourNs);
  if (!span) return span.error();
  const auto selection = read_selection(request.parameter("query"));
  if (!selection) return selection.error();
  std::set<std::string> senders;
  const Source* last = nullptr;
  std::uint64_t entries = 0, bytes = 0;
  std::int64_t oldest = span->end_ns;
  const auto done = for_each_match(
      parts.archive, selection->query(), loki_range(*span), &parts.cancelled, [&](LazyEvent& subject) {
        const StoredRecord& record = subject.record();
        // Each block has a table of sources of its own: they are told apart by what they say.
        const Source& sender = *record.source;
        if (&sender != last) senders.insert(sender.listener + "|" + sender.peer + "|" + sender.host);
        last = &sender;
        bytes += record.raw.size();
        oldest = std::min(oldest, record.event_ns);
        return ++entries < kRecordsEstimated;
      });
  if (!done) return refusal(done.error());
  if (entries == kRecordsEstimated && oldest > span->start_ns && oldest < span->end_ns) {
    // An estimate is what is asked for: the time not looked at counts like the time that was.
    const double whole =
        static_cast<double>(span->end_ns - span->start_ns) / static_cast<double>(span->end_ns - oldest);
    entries = static_cast<std::uint64_t>(static_cast<double>(entries) * whole);
    bytes = static_cast<std::uint64_t>(static_cast<double>(bytes) * whole);
  }
  return json::serialize(json::object{{"streams", senders.size()},
                                      {"chunks", done->blocks_read},
                                      {"entries", entries},
                                      {"bytes", bytes}}) +
         "\n";
}

Loki<std::string> loki_detected_labels(const LokiParts& parts, const HttpRequest& request) {
  const auto span = read_span(request, parts.now_ns, kHourNs);
  if (!span) return span.error();
  const auto selection = read_selection(request.parameter("query"));
  if (!selection) return selection.error();
  std::map<std::string, std::set<std::size_t>> values;  // hashes: how many are different is asked
  const auto done =
      look_at_labels(parts, *selection, *span, std::nullopt, kRecordsSurveyed, [&](const Labels& labels) {
        for (const auto& [name, value] : labels) values[name].insert(std::hash<std::string>{}(value));
        return true;
      });
  if (!done) return done.error();
  json::array labels;
  for (const auto& [name, found] : values)
    labels.push_back(json::object{{"label", name}, {"cardinality", found.size()}});
  return json::serialize(json::object{{"detectedLabels", std::move(labels)}}) + "\n";
}

Loki<std::string> loki_detected_fields(const LokiParts& parts, const HttpRequest& request) {
  const auto span = read_span(request, parts.now_ns, kHourNs);
  if (!span) return span.error();
  const auto selection = read_selection(request.parameter("query"));
  if (!selection) return selection.error();
  const auto limit = read_lines(request, kLokiFields, kLokiLinesMax);
  if (!limit) return limit.error();
  SearchRequest wanted;
  wanted.range = loki_range(*span);
  wanted.limit = kRecordsSurveyed;
  wanted.cancelled = &parts.cancelled;
  FieldSurvey survey;
  const auto done = search(parts.archive, selection->query(), wanted, [&](const SearchRow& row) {
    survey.add(row, 0);
    return true;
  });
  if (!done) return refusal(done.error());
  json::array fields;
  for (const auto& [name, found] : survey.fields()) {
    if (fields.size() == *limit) break;
    if (name == "@timestamp") continue;  // a line's time is no label
    using enum FieldSurvey::Type;
    const std::string_view type = found.type == integer   ? "int"
                                  : found.type == real    ? "float"
                                  : found.type == boolean ? "boolean"
                                                          : "string";
    fields.push_back(json::object{{"label", label_of_field(name)},
                                  {"type", type},
                                  {"cardinality", found.distinct},
                                  {"parsers", json::array{"json"}},
                                  {"jsonPath", json::array{name}}});
  }
  return json::serialize(json::object{{"fields", std::move(fields)}, {"limit", *limit}}) + "\n";
}

}  // namespace vigil
