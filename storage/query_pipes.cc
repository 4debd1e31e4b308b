#include <algorithm>
#include <charconv>
#include <limits>

#include "parsers/caseless.h"
#include "storage/query_parser.h"

namespace vigil {
namespace {

/// Functions, keys or columns of one pipe: more is a mistake.
constexpr std::size_t kListMax = 32;

constexpr std::string_view kEndsName = "(),";

QueryError expected_here(const QueryLexer& lexer, const std::string& after, const std::string& expected,
                         const std::string& expected_zh) {
  return {lexer.position(), "found " + lexer.here() + " after " + after, expected,
          "在 " + after + " 之後看到 " + lexer.here_zh(), expected_zh};
}

class PipeParser {
 public:
  explicit PipeParser(QueryLexer& lexer) : lexer_(lexer) {}

  Result<Pipe, QueryError> parse() {
    lexer_.skip_blanks();
    const std::size_t begin = lexer_.position();
    const std::string command = lower_ascii(lexer_.take_word(kEndsName).text());
    if (command == "stats") return parse_stats();
    if (command == "sort") return parse_sort();
    if (command == "limit") return parse_limit();
    if (command == "fields" || command == "uniq") {
      auto fields = parse_fields("'" + command + "'");
      if (!fields) return fields.error();
      if (command == "fields") return Pipe(FieldsPipe{std::move(*fields)});
      return Pipe(UniqPipe{std::move(*fields)});
    }
    lexer_.rewind(begin);
    return expected_here(lexer_, "'|'", "stats, sort, limit, fields or uniq", "stats、sort、limit、fields 或 uniq");
  }

 private:
  /// The name of a field: a word, or quoted.
  Result<std::string, QueryError> parse_name(const std::string& after) {
    lexer_.skip_blanks();
    if (lexer_.peek() == '"') return lexer_.take_quoted();
    std::string name = lexer_.take_word(kEndsName).text();
    if (name.empty()) return expected_here(lexer_, after, "the name of a field", "欄位名稱");
    return name;
  }

  /// The name of a field or of a column that stats made: "sum(x)" as it is shown, "count()" for count.
  Result<std::string, QueryError> parse_column(const std::string& after) {
    auto name = parse_name(after);
    if (!name || !lexer_.take('(')) return name;
    const std::string field = lexer_.take_word(kEndsName).text();
    if (!lexer_.take(')')) return expected_here(lexer_, "'" + *name + "(…'", "')'", "')'");
    if (!field.empty()) name->append("(").append(field).append(")");
    return name;
  }

  Result<std::vector<FieldRef>, QueryError> parse_fields(const std::string& after) {
    std::vector<FieldRef> fields;
    do {
      auto name = parse_column(fields.empty() ? after : "','");
      if (!name) return name.error();
      fields.push_back(field_named(*name));
      if (fields.size() > kListMax) return too_many();
      lexer_.skip_blanks();
    } while (lexer_.take(','));
    return fields;
  }

  QueryError too_many() const {
    const std::string most = std::to_string(kListMax);
    return {lexer_.position(), "the list is too long", "at most " + most + " names", "清單太長", "最多 " + most + " 個名稱"};
  }

  Result<Pipe, QueryError> parse_stats() {
    StatsPipe stats;
    lexer_.skip_blanks();
    if (!lexer_.at_end() && lexer_.peek() != '|' && !at_keyword("by")) {
      do {
        if (stats.aggregates.size() == kListMax) return too_many();
        auto aggregate = parse_aggregate(stats.aggregates.empty() ? "'stats'" : "','");
        if (!aggregate) return aggregate.error();
        stats.aggregates.push_back(std::move(*aggregate));
        lexer_.skip_blanks();
      } while (lexer_.take(','));
    } else {
      stats.aggregates.push_back({Aggregate::Function::count, {}, "count"});
    }
    if (lexer_.take_keyword("by") || lexer_.take_keyword("BY")) {
      do {
        if (stats.keys.size() == kListMax) return too_many();
        auto key = parse_key(stats.keys.empty() ? "'by'" : "','");
        if (!key) return key.error();
        stats.keys.push_back(std::move(*key));
        lexer_.skip_blanks();
      } while (lexer_.take(','));
    }
    return Pipe(std::move(stats));
  }

  bool at_keyword(std::string_view keyword) {
    const std::size_t begin = lexer_.position();
    const bool there = lexer_.take_keyword(keyword);
    lexer_.rewind(begin);
    return there;
  }

  Result<Aggregate, QueryError> parse_aggregate(const std::string& after) {
    static constexpr std::pair<std::string_view, Aggregate::Function> kFunctions[] = {
        {"count", Aggregate::Function::count}, {"count_distinct", Aggregate::Function::count_distinct},
        {"sum", Aggregate::Function::sum},     {"avg", Aggregate::Function::avg},
        {"min", Aggregate::Function::min},     {"max", Aggregate::Function::max},
    };
    lexer_.skip_blanks();
    const std::size_t begin = lexer_.position();
    const std::string word = lower_ascii(lexer_.take_word(kEndsName).text());
    const auto* const known = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                           [&](const auto& function) { return function.first == word; });
    if (known == std::end(kFunctions)) {
      lexer_.rewind(begin);
      return expected_here(lexer_, after, "count(), count_distinct(f), sum(f), avg(f), min(f) or max(f)",
                           "count()、count_distinct(f)、sum(f)、avg(f)、min(f) 或 max(f)");
    }
    Aggregate aggregate;
    aggregate.function = known->second;
    aggregate.column = word;
    if (!lexer_.take('(')) return expected_here(lexer_, "'" + word + "'", "'('", "'('");
    lexer_.skip_blanks();
    if (aggregate.function != Aggregate::Function::count || lexer_.peek() != ')') {
      auto name = parse_name("'" + word + "('");
      if (!name) return name.error();
      aggregate.field = field_named(*name);
      aggregate.column = word + "(" + *name + ")";
      lexer_.skip_blanks();
    }
    if (!lexer_.take(')')) return expected_here(lexer_, "'" + word + "(…'", "')'", "')'");
    lexer_.skip_blanks();
    if (lexer_.take_keyword("as") || lexer_.take_keyword("AS")) {
      auto name = parse_name("'as'");
      if (!name) return name.error();
      aggregate.column = std::move(*name);
    }
    return aggregate;
  }

  Result<GroupKey, QueryError> parse_key(const std::string& after) {
    auto name = parse_name(after);
    if (!name) return name.error();
    if (lower_ascii(*name) != "bucket" || !lexer_.take('(')) return GroupKey{field_named(*name), 0, *name};
    lexer_.skip_blanks();
    const std::size_t begin = lexer_.position();
    const auto length = bucket_length(lexer_.take_word(kEndsName).text());
    if (!length) {
      lexer_.rewind(begin);
      return expected_here(lexer_, "'bucket('", "a length such as 5m, 1h or 1d", "長度，例如 5m、1h 或 1d");
    }
    lexer_.skip_blanks();
    if (!lexer_.take(')')) return expected_here(lexer_, "'bucket(…'", "')'", "')'");
    return GroupKey{field_named("@timestamp"), *length, "bucket"};
  }

  static std::optional<std::int64_t> bucket_length(std::string_view text) {
    if (text.size() < 2) return std::nullopt;
    std::int64_t unit = 1'000'000'000;
    switch (text.back()) {
      case 's': break;
      case 'm': unit *= 60; break;
      case 'h': unit *= 3600; break;
      case 'd': unit *= 86400; break;
      case 'w': unit *= 7 * 86400; break;
      default: return std::nullopt;
    }
    const std::string_view digits = text.substr(0, text.size() - 1);
    std::uint32_t count = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    // Ten years at most, so that the product stays far from overflow.
    if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || count == 0 ||
        count > 3650LL * 86400 * 1'000'000'000 / unit) {
      return std::nullopt;
    }
    return count * unit;
  }

  Result<Pipe, QueryError> parse_sort() {
    SortPipe sort;
    do {
      lexer_.skip_blanks();
      SortKey key;
      key.descending = lexer_.take('-');
      auto name = parse_column(sort.keys.empty() ? "'sort'" : "','");
      if (!name) return name.error();
      key.field = field_named(*name);
      sort.keys.push_back(std::move(key));
      if (sort.keys.size() > kListMax) return too_many();
      lexer_.skip_blanks();
      // "sort count desc", as SQL has it, is understood too.
      if (lexer_.take_keyword("desc") || lexer_.take_keyword("DESC")) sort.keys.back().descending = true;
      if (lexer_.take_keyword("asc") || lexer_.take_keyword("ASC")) sort.keys.back().descending = false;
      lexer_.skip_blanks();
    } while (lexer_.take(','));
    return Pipe(std::move(sort));
  }

  Result<Pipe, QueryError> parse_limit() {
    lexer_.skip_blanks();
    const std::size_t begin = lexer_.position();
    const std::string digits = lexer_.take_word(kEndsName).text();
    LimitPipe limit;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), limit.rows);
    if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || limit.rows == 0) {
      lexer_.rewind(begin);
      return expected_here(lexer_, "'limit'", "a number of rows, 1 or more", "列數，至少為 1");
    }
    return Pipe(limit);
  }

  QueryLexer& lexer_;
};

}  // namespace

Result<std::vector<Pipe>, QueryError> parse_pipes(QueryLexer& lexer) {
  std::vector<Pipe> pipes;
  lexer.skip_blanks();
  while (lexer.take('|')) {
    if (pipes.size() == Query::kPipesMax) {
      const std::string most = std::to_string(Query::kPipesMax);
      return QueryError{lexer.position(), "too many pipes", "at most " + most, "管線太多", "最多 " + most + " 段"};
    }
    auto pipe = PipeParser(lexer).parse();
    if (!pipe) return pipe.error();
    pipes.push_back(std::move(*pipe));
    lexer.skip_blanks();
  }
  if (!lexer.at_end()) return expected_here(lexer, "the pipe", "'|', ',' or the end", "'|'、',' 或結尾");
  return pipes;
}

}  // namespace vigil
