#pragma once

#include <string>
#include <string_view>

#include "storage/query_ast.h"
#include "storage/query_lexer.h"

namespace vigil {

/// Reads the part of a query before the first pipe, by recursive descent:
///
///   filter  = [ any ]                                nothing: every record
///   any     = all { "OR" all }
///   all     = one { [ "AND" ] one }                  side by side means AND
///   one     = "NOT" one | "-" one | "(" any ")" | field ":" value | pattern
///   value   = "(" any ")"                            each word in it a value of that field
///           | test
///   test    = ( ">=" | ">" | "<=" | "<" | "=" ) operand
///           | ( "[" | "{" ) operand "TO" operand ( "]" | "}" )     "*" for an open end; { } leave the end out
///           | pattern
///   pattern = word | quoted | regex
///
/// What a word becomes is decided by its field (query_leaf.h). Counts terms, nesting and regular expressions
/// against Query's limits while it reads, so what is refused was never built.
class QueryParser {
 public:
  QueryParser(QueryLexer& lexer, int zone_minutes) : lexer_(lexer), zone_minutes_(zone_minutes) {}

  /// Stops before `|` or at the end.
  Result<Node, QueryError> parse_filter();

 private:
  using Parsed = Result<Node, QueryError>;
  /// `field`: set inside field:( … ).
  Parsed parse_any(const FieldRef* field, std::size_t depth);
  Parsed parse_all(const FieldRef* field, std::size_t depth);
  Parsed parse_one(const FieldRef* field, std::size_t depth);
  Parsed parse_group(const FieldRef* field, std::size_t depth);
  Parsed parse_value(const FieldRef& field, std::string_view written, std::size_t depth);
  Parsed parse_test(const FieldRef& field);
  Parsed parse_comparison(const FieldRef& field);
  Parsed parse_range(const FieldRef& field);
  Parsed parse_pattern(const FieldRef& field);
  Result<Operand, QueryError> parse_operand(std::string_view after, std::string_view also_ends);
  Result<std::string, QueryError> parse_operand_text(std::string_view after, std::string_view also_ends);
  Parsed make_leaf(const FieldRef& field, Test test, std::size_t position);
  bool at_all_end() const;

  QueryLexer& lexer_;
  int zone_minutes_;
  std::size_t terms_ = 0, regexes_ = 0;
};

/// Reads the pipes; the lexer stands at the end or at the first `|`.
///
///   pipe  = "stats" [ function { "," function } ] [ "by" key { "," key } ]
///         | "sort" [ "-" ] column { "," [ "-" ] column } | "limit" number
///         | "fields" field { "," field } | "uniq" field { "," field }
///   function = ( "count()" | ( "count_distinct" | "sum" | "avg" | "min" | "max" ) "(" field ")" ) [ "as" name ]
///   key      = field | "bucket(" number ( "s" | "m" | "h" | "d" | "w" ) ")"
Result<std::vector<Pipe>, QueryError> parse_pipes(QueryLexer& lexer);

}  // namespace vigil
