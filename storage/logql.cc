#include "storage/logql.h"

#include <algorithm>

#include "parsers/charset.h"
#include "storage/logql_parser.h"

namespace vigil {

bool LogSelection::shows(std::string_view label) const {
  return std::all_of(stages.begin(), stages.end(), [&](const LabelStage& stage) {
    const bool named = std::find(stage.names.begin(), stage.names.end(), label) != stage.names.end();
    return named == stage.keep;
  });
}

Query LogSelection::query(std::vector<Pipe> pipes) const {
  auto impl = std::make_shared<Query::Impl>();
  impl->filter = filter;
  impl->pipes = std::move(pipes);
  return Query(std::move(impl));
}

Result<LogqlQuery, QueryError> LogqlQuery::parse(std::string_view text) {
  if (text.size() > kTextBytesMax) {
    const std::string most = std::to_string(kTextBytesMax);
    return QueryError{kTextBytesMax, "the query is too long", "at most " + most + " bytes", "查詢太長",
                      "最多 " + most + " 位元組"};
  }
  if (!is_utf8(text)) {
    std::size_t at = 0;
    while (const std::size_t length = utf8_sequence_length(text.substr(at))) at += length;
    return QueryError{at, "this is not UTF-8", "text in UTF-8", "此處不是 UTF-8", "UTF-8 文字"};
  }
  auto tokens = cut_logql(text);
  if (!tokens) return tokens.error();
  return LogqlParser(*std::move(tokens)).parse();
}

}  // namespace vigil
