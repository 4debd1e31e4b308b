#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::sigma {

/// A regular expression that is searched for in values. Shared between threads.
///
/// RE2 where it can: linear in the text, so no value can stall the daemon. What RE2 does not have (look-around, back
/// references, possessive and atomic groups) goes to PCRE2 with limits on steps, depth and memory: a search that would
/// take longer gives up, which is counted and told, never taken for "no".
class Regex {
 public:
  enum class Answer : std::uint8_t { no, yes, gave_up };
  virtual ~Regex() = default;
  virtual Answer found_in(std::string_view text) const = 0;
  /// Found in a text, it is found in every text that holds that text: no anchors, no word boundaries, no look around.
  virtual bool is_self_contained() const = 0;
  /// Says the same of bytes as of characters, or finds more: a search that knows no UTF-8 misses nothing.
  virtual bool is_bytewise() const = 0;
  /// As it was compiled, for people.
  virtual std::string_view written() const = 0;
  /// Searches given up so far; the rule is degraded if there are any.
  std::uint64_t given_up() const { return given_up_.load(std::memory_order_relaxed); }

 protected:
  mutable std::atomic<std::uint64_t> given_up_{0};
};

struct CompiledRegex {
  std::shared_ptr<const Regex> regex;
  /// Lower case ASCII, at least three characters each: one of these is in every text that has ASCII only and in which the
  /// expression is found. Empty where nothing is known.
  std::vector<std::string> parts;
  std::string error;
};

/// Compiles for searching (unanchored), with flags out of "ims".
CompiledRegex compile_regex(std::string_view expression, std::string_view flags);

}  // namespace vigil::sigma
