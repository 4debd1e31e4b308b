// Whatever the LogQL: a mistake has a place in it; a selection means the same record whether it is read
// whole or only as far as needed, and the plan leaves none of them out; a metric is answered or refused; a
// text is found exactly where it stands; all labels of a record together mean that record.
//
// The input is a query, a zero byte, and a frame.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "parsers/charset.h"
#include "storage/logql.h"
#include "storage/logql_eval.h"
#include "storage/logql_filter.h"
#include "storage/query_eval.h"
#include "storage/stored_event.h"
#include "tests/fuzz/require.h"
#include "tests/storage/fake_archive.h"

namespace {

using namespace vigil;

constexpr std::int64_t kReceived = 1'795'158'000'000'000'000;

void check_error(const QueryError& error, std::string_view query) {
  require(error.position <= query.size(), "a mistake lies in the query");
  require(
      !error.what.empty() && !error.expected.empty() && !error.what_zh.empty() && !error.expected_zh.empty(),
      "a mistake is told in both languages");
  const std::string shown = error.render(query);
  require(!is_utf8(query) || is_utf8(shown), "a mistake is told in UTF-8");
}

/// One record in an archive whose blocks and records are left out by terms and needles, as the real one may.
bool found_by_search(const FakeArchive& archive, const Query& query) {
  SearchRequest request;
  request.range.organisations = {"*"};
  bool found = false;
  const auto done = search(archive, query, request, [&](const SearchRow&) { return found = true; });
  require(done.has_value(), "a filter is answered");
  return found;
}

void check_selection(const LogSelection& selection, const FakeArchive& archive) {
  const Query query = selection.query();
  const StoredRecord record = archive.record(1);
  Arena arena;
  Event event;
  parse_stored(record, event, arena);
  LazyEvent lazy;
  lazy.reset(record);
  const bool matches = query.matches(event, record);
  require(satisfies(query.impl().filter, lazy) == matches, "reading less gives the same answer");
  require(found_by_search(archive, query) == matches, "the plan keeps what is meant");
  Labels labels;
  LabelReader(selection).read(lazy, labels);
  require(std::is_sorted(labels.begin(), labels.end()), "labels stand in order");
}

void check_metric(const MetricExpr& metric, const FakeArchive& archive) {
  MetricRequest request;
  request.organisations = {"*"};
  request.times = {kReceived - 60'000'000'000, 20'000'000'000, 8};
  const auto answer = evaluate_metric(archive, metric, request);
  if (!answer) {
    require(answer.error().code == StoreErrc::bad_argument, "a metric is refused with a reason");
    return;
  }
  for (const Series& series : answer->series) {
    require(series.values.size() == request.times.count && series.present.size() == request.times.count,
            "a series has a number a moment");
  }
}

/// The query's own text, looked for in the frame.
void check_text(std::string_view text, const FakeArchive& archive) {
  const auto holds = LogqlFilterMaker().line_holds(text, 0);
  require(holds.has_value(), "one text is no mistake");
  LogSelection selection;
  selection.filter = *holds;
  const StoredRecord record = archive.record(1);
  LazyEvent lazy;
  lazy.reset(record);
  const bool stands = lazy.header().text.find(text) != std::string_view::npos;
  require(satisfies(selection.filter, lazy) == stands, "a text is found where it stands, letter for letter");
  require(found_by_search(archive, selection.query()) == stands, "and the plan knows it");
}

/// Grafana asks for a line's surroundings by all labels of its stream: they must mean the line itself.
void check_own_labels(const FakeArchive& archive) {
  LazyEvent lazy;
  const StoredRecord record = archive.record(1);
  lazy.reset(record);
  Labels labels;
  LabelReader(LogSelection()).read(lazy, labels);
  std::string selector = "{";
  for (const auto& [name, value] : labels) {
    selector += name + "=\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') selector.push_back('\\');
      selector.push_back(c);
    }
    selector += "\",";
  }
  selector += "}";
  if (!is_utf8(selector) || selector.size() > LogqlQuery::kTextBytesMax) return;
  const auto query = LogqlQuery::parse(selector);
  require(query && query->selection() != nullptr, "a record's labels make a selector");
  require(satisfies(query->selection()->filter, lazy), "a record's labels mean the record");
  require(found_by_search(archive, query->selection()->query()), "and the plan keeps it");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view text = input.substr(0, input.find('\0'));
  const std::string_view frame =
      text.size() < input.size() ? input.substr(text.size() + 1) : std::string_view();
  FakeArchive archive;
  archive.add(frame, kReceived, FakeArchive::make_source());
  if (is_utf8(text) && text.size() <= Query::kWordBytesMax) check_text(text, archive);
  check_own_labels(archive);
  const auto query = LogqlQuery::parse(text);
  if (!query) {
    check_error(query.error(), text);
  } else if (query->selection() != nullptr) {
    check_selection(*query->selection(), archive);
  } else {
    check_metric(*query->metric(), archive);
  }
  return 0;
}
