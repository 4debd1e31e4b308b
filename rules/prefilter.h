#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "parsers/event.h"

namespace vigil::sigma {

struct Rule;

/// Says from the raw text alone which rules a message might match, so that only those few messages are parsed. One
/// Vectorscan database of literals for the payload formats that the same rules are about, made when the first message of
/// such a format comes; a rule is a candidate when each of its clauses has a literal in the text. Never misses a match
/// (witness.h says why). Shared between threads.
class Prefilter {
 public:
  Prefilter();
  ~Prefilter();
  Prefilter(Prefilter&&) noexcept;
  Prefilter& operator=(Prefilter&&) noexcept;

  /// `rules` must outlive it.
  static Prefilter build(const std::vector<Rule>& rules);

  /// Rules that could match a message of that format at all, by log source.
  const std::vector<std::uint32_t>& rules_of(Format format) const;
  /// Those of them that have no usable literal, so that every message of the format is parsed for them.
  std::vector<std::uint32_t> open_rules(Format format) const;

  /// The memory one thread needs to scan.
  class Scanner {
   public:
    explicit Scanner(const Prefilter& prefilter);
    ~Scanner();
    Scanner(const Scanner&) = delete;
    Scanner& operator=(const Scanner&) = delete;
    /// Indices of the rules to ask, in order. Valid until the next call. `parts`: of one message (shown_text()); what is looked
    /// for stands in one of them.
    const std::vector<std::uint32_t>& candidates(Format format, std::span<const std::string_view> parts);
    const std::vector<std::uint32_t>& candidates(Format format, std::string_view text) { return candidates(format, {&text, 1}); }

   private:
    struct State;
    std::unique_ptr<State> state_;
    const Prefilter& prefilter_;
  };

 private:
  struct Bucket;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vigil::sigma
