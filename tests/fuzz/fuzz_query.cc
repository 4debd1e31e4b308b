// Whatever the query: a mistake has a place in it, and what is understood answers the same whether a record is read
// whole or only as far as needed; and no record that matches is left out by the plan.
//
// The input is a query, a zero byte, and a frame.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "parsers/charset.h"
#include "storage/needle_filter.h"
#include "storage/query.h"
#include "storage/query_ast.h"
#include "storage/query_eval.h"
#include "storage/stored_event.h"
#include "storage/terms.h"
#include "tests/fuzz/require.h"

namespace {

using namespace vigil;

constexpr std::int64_t kReceived = 1'795'158'000'000'000'000;

void check_error(const QueryError& error, std::string_view query) {
  require(error.position <= query.size(), "a mistake lies in the query");
  require(!error.what.empty() && !error.expected.empty() && !error.what_zh.empty() && !error.expected_zh.empty(),
          "a mistake is told in both languages");
  const std::string shown = error.render(query);
  require(std::count(shown.begin(), shown.end(), '\n') == 3, "a mistake is told in four lines");
  require(!is_utf8(query) || is_utf8(shown), "a mistake is told in UTF-8");
}

void check_plan(const Query& query, const StoredRecord& record) {
  ScanRange range;
  query.plan(range);
  require(record.event_ns >= range.event_from_ns && record.event_ns < range.event_to_ns, "the plan keeps its time");
  require(record.sequence >= range.sequence_from && record.sequence < range.sequence_to, "the plan keeps its number");
  require(NeedleFilter(range.hints).may_hold(record.raw), "the plan keeps its bytes");
  TermCollector collector;
  std::string padded(record.raw);
  padded.append(TermCollector::kPadding, '\0');
  collector.add({padded.data(), record.raw.size()}, record.source->charset);
  const auto hashes = collector.take();
  for (const std::string& term : range.terms) {
    require(std::binary_search(hashes.begin(), hashes.end(), term_hash(term)), "the plan keeps its block");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view text = input.substr(0, input.find('\0'));
  const std::string_view frame = text.size() < input.size() ? input.substr(text.size() + 1) : std::string_view();
  const auto query = Query::parse(text);
  if (!query) {
    check_error(query.error(), text);
    return 0;
  }
  Source source;
  source.peer = source.host = "192.0.2.10";
  source.transport = "syslog-udp";
  source.organisation = "o";
  StoredRecord record;
  record.sequence = 7;
  record.raw = frame;
  record.received_ns = record.event_ns = kReceived;
  record.source = &source;

  Arena arena;
  Event event;
  parse_stored(record, event, arena);
  LazyEvent lazy;
  lazy.reset(record);
  const bool matches = query->matches(event, record);
  require(satisfies(query->impl().filter, lazy) == matches, "reading less gives the same answer");
  if (matches) check_plan(*query, record);
  return 0;
}
