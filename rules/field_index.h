#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "parsers/event.h"

namespace vigil::sigma {

struct Rule;

/// Says which rules a parsed event might match, out of thousands, at the cost of a few lookups: for messages that are
/// documents of named fields (Windows events), whose raw text holds something of too many rules.
///
/// One bucket for each set of log sources that events have, made when the first such event comes: the rules whose log
/// source covers one of them, each under one gate (field_witness.h): hashes for whole values, one Vectorscan database of
/// literals for each field, one for keywords over the raw text. Which of a rule's gates that is, is a guess at first; after
/// some hundreds of events the rules that were asked in vain get gates that those events did not pass.
///
/// Never misses a match. One thread.
class FieldIndex {
 public:
  /// `rules` must outlive it.
  explicit FieldIndex(const std::vector<Rule>& rules);
  ~FieldIndex();
  FieldIndex(const FieldIndex&) = delete;
  FieldIndex& operator=(const FieldIndex&) = delete;

  /// Rules to ask, ascending; all of them have a log source that the event has. `hidden`: the raw text may be written with
  /// escapes that the format does not have. Valid until the next call.
  const std::vector<std::uint32_t>& candidates(const Event& event, bool hidden);

  /// Rules that are asked about every event like this one.
  std::vector<std::uint32_t> open_rules(const Event& event);
  /// Bytes of the tables made so far.
  std::size_t memory() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vigil::sigma
