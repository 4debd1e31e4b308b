#include "storage/query.h"

#include <algorithm>

#include "parsers/charset.h"
#include "storage/query_eval.h"
#include "storage/query_parser.h"
#include "storage/query_plan.h"

namespace vigil {
namespace {

/// How much of a long query stands before and after the mistake.
constexpr std::size_t kShownBefore = 60, kShownAfter = 20;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Columns a terminal gives a text: two for CJK and full-width characters, which begin with E3..E9, EF or F0.
std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (continues_character(c)) continue;
    columns += (byte >= 0xE3 && byte <= 0xE9) || byte == 0xEF || byte >= 0xF0 ? 2 : 1;
  }
  return columns;
}

/// What is told may quote the query, line feeds and all.
std::string on_one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return text;
}

}  // namespace

std::string QueryError::render(std::string_view query) const {
  const std::size_t at = std::min(position, query.size());
  std::size_t begin = at > kShownBefore ? at - kShownBefore : 0;
  while (begin > 0 && continues_character(query[begin])) --begin;
  std::size_t end = std::min(query.size(), at + kShownAfter);
  while (end < query.size() && continues_character(query[end])) ++end;

  const std::string shown = on_one_line(std::string(query.substr(begin, end - begin)));
  const std::size_t columns = columns_of(std::string_view(shown).substr(0, at - begin));
  std::string out = (begin > 0 ? "…" : "") + shown + (end < query.size() ? "…" : "") + "\n";
  out.append(columns + (begin > 0 ? 1 : 0), ' ').append("^\n");
  out.append(on_one_line(what + "; expected " + expected)).append("\n");
  out.append(on_one_line(what_zh + "；應為" + expected_zh));
  return out;
}

std::optional<QueryError> refuse_query_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    const std::string most = std::to_string(bytes_max);
    return QueryError{bytes_max, "the query is too long", "at most " + most + " bytes", "查詢太長",
                      "最多 " + most + " 位元組"};
  }
  if (!is_utf8(text)) {
    std::size_t at = 0;
    while (const std::size_t length = utf8_sequence_length(text.substr(at))) at += length;
    return QueryError{at, "this is not UTF-8", "text in UTF-8", "此處不是 UTF-8", "UTF-8 文字"};
  }
  return std::nullopt;
}

Result<Query, QueryError> Query::parse(std::string_view text, int zone_minutes) {
  if (const auto refused = refuse_query_text(text, kTextBytesMax)) return *refused;
  QueryLexer lexer(text);
  auto impl = std::make_shared<Impl>();
  auto filter = QueryParser(lexer, zone_minutes).parse_filter();
  if (!filter) return filter.error();
  impl->filter = std::move(*filter);
  auto pipes = parse_pipes(lexer);
  if (!pipes) return pipes.error();
  impl->pipes = std::move(*pipes);
  return Query(std::move(impl));
}

bool Query::matches(const Event& event, const StoredRecord& record) const {
  LazyEvent subject;
  subject.reset(record, event);
  return satisfies(impl_->filter, subject);
}

void Query::plan(ScanRange& range) const { plan_filter(impl_->filter, range); }

bool Query::has_pipes() const { return !impl_->pipes.empty(); }

}  // namespace vigil
