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
  if (const auto refused = refuse_query_text(text, kTextBytesMax)) return *refused;
  auto tokens = cut_logql(text);
  if (!tokens) return tokens.error();
  return LogqlParser(*std::move(tokens)).parse();
}

}  // namespace vigil
