#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "storage/query.h"
#include "storage/query_value.h"
#include "storage/text_pattern.h"

namespace re2 {
class RE2;
}

namespace vigil {

/// Where a field's values come from. `payload` are the fields parsers found; the others are made from what the
/// archive knows of every record, so that nothing a sender writes can pose as them.
enum class FieldId : std::uint8_t {
  payload,
  text,  ///< the whole frame, decoded: what bare words search
  original, message, host, process_name, process_pid, sequence,
  timestamp, ingested,
  peer, listener, organisation, system, registered, core, drill, kinds, tags, id,
  priority, facility, severity, hostname, app, procid, msgid, version, structured_data,
  envelope,  ///< vigil.* that the transport has said of the source: its index, its way, an early warning
  // No query of ours names these; they are what labels of LogQL mean (label_names.h).
  label,      ///< payload fields by their label, which has no dots
  level,      ///< log_level.h
  main_kind   ///< the most telling of vigil.kinds
};

struct FieldRef {
  FieldId id = FieldId::payload;
  std::string name;   ///< as written: a column's name in an answer
  std::string lower;  ///< names are compared without case
};
FieldRef field_named(std::string_view name);

/// Half-open span of time, UTC ns: "2026-11-20" is a whole day, "…T10:15" a minute.
struct TimeSpan {
  std::int64_t from = 0, to = 0;
};
/// Reads a date, a date and time as far as it goes, or epoch seconds.
std::optional<TimeSpan> read_time_span(std::string_view text, int zone_minutes);

/// A value of a query in all its readings; which one counts depends on the value it meets.
struct Operand {
  std::string lower;
  std::optional<Number> number;
  std::optional<IpAddress> ip;
  std::optional<TimeSpan> time;
};

struct Exists {};
struct Equals { Operand value; };
struct Whole { TextPattern pattern; };    ///< pre*: covers the whole value
struct Found { TextPattern pattern; };    ///< words in the value
struct Regex { std::shared_ptr<const re2::RE2> regex; };
struct Inside { IpNetwork network; std::string lower; };
struct Between {
  std::optional<Operand> low, high;
  bool low_included = true, high_included = true;
};
using Test = std::variant<Exists, Equals, Whole, Found, Regex, Inside, Between>;

/// What has to be read of a record before a test can be answered; each costs about ten times the one before.
enum class Need : std::uint8_t { record, header, event };

struct Leaf {
  FieldRef field;
  Test test;
};

struct Node {
  enum class Op : std::uint8_t { everything, leaf, all, any, none };  ///< `none`: its one child must not hold
  Op op = Op::everything;
  Need need = Need::record;
  std::vector<Node> children;  ///< of all, any: the cheap ones first
  std::optional<Leaf> leaf;
};

struct Aggregate {
  enum class Function : std::uint8_t { count, count_distinct, sum, avg, min, max };
  Function function = Function::count;
  FieldRef field;
  std::string column;
};
struct GroupKey {
  FieldRef field;
  std::int64_t bucket_ns = 0;  ///< not 0: time cut to this, in the searcher's zone
  std::string column;
};
struct StatsPipe {
  std::vector<Aggregate> aggregates;
  std::vector<GroupKey> keys;
};
struct SortKey {
  FieldRef field;
  bool descending = false;
};
struct SortPipe { std::vector<SortKey> keys; };
struct LimitPipe { std::uint64_t rows = 0; };
struct FieldsPipe { std::vector<FieldRef> fields; };
struct UniqPipe { std::vector<FieldRef> fields; };
using Pipe = std::variant<StatsPipe, SortPipe, LimitPipe, FieldsPipe, UniqPipe>;

struct Query::Impl {
  Node filter;
  std::vector<Pipe> pipes;
};

}  // namespace vigil
