#include "storage/query_build.h"

#include <algorithm>

#include "storage/query_leaf.h"

namespace vigil {

Query with_pipes(const Query& query, std::vector<Pipe> pipes) {
  auto impl = std::make_shared<Query::Impl>();
  impl->filter = query.impl().filter;
  impl->pipes = std::move(pipes);
  return Query(std::move(impl));
}

Query with_condition(const Query& query, Node condition) {
  auto impl = std::make_shared<Query::Impl>();
  const Node& filter = query.impl().filter;
  impl->filter.op = Node::Op::all;
  impl->filter.need = std::max(filter.need, condition.need);
  if (filter.op == Node::Op::all) {
    impl->filter.children = filter.children;
  } else if (filter.op != Node::Op::everything) {
    impl->filter.children.push_back(filter);
  }
  impl->filter.children.push_back(std::move(condition));
  return Query(std::move(impl));
}

StatsPipe count_by(std::vector<GroupKey> keys) {
  StatsPipe stats;
  stats.aggregates.push_back({Aggregate::Function::count, {}, "count"});
  stats.keys = std::move(keys);
  return stats;
}

SortPipe most_first() { return {{{field_named("count"), true}}}; }

Node has_one_of(const FieldRef& field, const std::vector<std::optional<std::string>>& values) {
  Node any;
  any.op = Node::Op::any;
  any.need = need_of(field);
  for (const auto& value : values) {
    Node leaf;
    leaf.op = Node::Op::leaf;
    leaf.need = any.need;
    leaf.leaf = Leaf{field, value ? Test(Equals{make_operand(*value, 0)}) : Test(Exists{})};
    if (!value) {
      Node absent;
      absent.op = Node::Op::none;
      absent.need = any.need;
      absent.children.push_back(std::move(leaf));
      leaf = std::move(absent);
    }
    any.children.push_back(std::move(leaf));
  }
  return any;
}

}  // namespace vigil
