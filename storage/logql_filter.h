#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "storage/query_ast.h"

namespace vigil {

/// Makes conditions of our own queries from those of LogQL. Counts them against LogqlQuery's limits while
/// it makes them.
class LogqlFilterMaker {
 public:
  using Made = Result<Node, QueryError>;

  /// `|=` or `|~` and a text: the line, decoded to UTF-8, holds it, letter for letter.
  Made line_holds(std::string_view text, std::size_t position);
  Made line_matches(std::string_view regex, std::size_t position);
  /// `name=text`, `name=~regex`: the whole value of a label. `visible`: false where a `drop` stands before
  /// it.
  Made label_is(std::string_view name, bool quoted, bool visible, std::string_view text,
                std::size_t position);
  Made label_matches(std::string_view name, bool quoted, bool visible, std::string_view regex,
                     std::size_t position);
  /// `name > 5`; the symbols are LogQL's.
  Made label_compares(std::string_view name, bool quoted, bool visible, std::string_view symbol,
                      std::string_view number, std::size_t position);
  /// `name = ip("10.0.0.0/8")`: an address or a network.
  Made label_in_network(std::string_view name, bool quoted, bool visible, std::string_view text,
                        std::size_t position);

  static Node negate(Node node);
  static Node all_of(std::vector<Node> nodes);
  static Node any_of(std::vector<Node> nodes);

 private:
  Made leaf(const FieldRef& field, Test test, std::size_t position);
  Result<Regex, QueryError> compile(std::string_view regex, bool whole_value, bool literal,
                                    std::size_t position);

  std::size_t terms_ = 0, regexes_ = 0;
};

}  // namespace vigil
