#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "parsers/field_target.h"
#include "parsers/payload_writer.h"

namespace vigil {

/// One line that a product writes, and what it means. The template:
///
///   template = *( literal / capture / optional ) [ "$" ]
///   capture  = "{" target [ "|" kind ] "}"        a target as field_target.h names them
///   optional = "[" *( literal / capture ) "]"     taken if it is there
///   kind     = "word"      no blanks, at least one character
///            / "number"    digits
///            / "ip"        an IP address
///            / "last"      as much as possible: up to the last place where the rest fits
///   no kind: as little as possible, also nothing, also blanks
///   "\\" before one of { } [ ] $ \\ makes it a literal; one blank stands for one or more blanks
///
/// `{user} from {source|ip} port {source.port|number}`. What follows the template's end is left alone, unless a "$" ends it;
/// a capture of no kind at the end takes the rest. `also` sets fields to constants: "network.protocol=ssh;rule.name=x".
struct TextRow {
  std::string_view text;
  std::string_view category = {}, type = {}, action = {};
  Outcome outcome = Outcome::none;
  std::string_view also = {};
};

/// A product's lines, compiled once (make it `static const` where it is used). A text is matched by the first row that fits;
/// rows are found by their first character, so hundreds of them cost no more than the few that begin alike.
///
/// Linear enough: each row may try 1,024 steps in a text and then does not fit. Captures look at the first 16 KiB.
class TextTable {
 public:
  static constexpr std::size_t kCapturesMax = 24;

  /// The rows must outlive the table. A template that is wrong is a mistake of ours: the process ends, saying which.
  explicit TextTable(std::span<const TextRow> rows);

  /// Puts the captures of the first row that fits, classifies the event as the row says, and returns the row; null, and
  /// nothing written, if none fits.
  const TextRow* read(PayloadWriter& out, std::string_view text) const;

  /// The row that fits, without writing anything.
  const TextRow* find(std::string_view text) const;

 private:
  enum class Step : std::uint8_t { literal, any, word, number, ip, last, option, end, finish };
  struct Op {
    Step step;
    std::uint16_t target = 0;  ///< of a capture
    std::uint16_t beyond = 0;  ///< of an option: the op behind it
    std::string_view literal = {};
    std::array<std::uint64_t, 4> next{};  ///< of any and last: characters that what follows may begin with
    bool may_end = false;                 ///< … or it may be the end of the text
  };
  struct Constant {
    std::string_view name, value;
  };
  struct Compiled {
    const TextRow* row = nullptr;
    std::vector<Op> ops;
    std::vector<Constant> constants;
  };
  struct Match {
    std::array<std::string_view, kCapturesMax> values;
    std::array<std::uint16_t, kCapturesMax> targets;
    std::size_t count = 0;
    unsigned steps = 0;
  };

  void compile(Compiled& into);
  void look_ahead(Compiled& into) const;
  bool fits(const Compiled& row, std::size_t op, std::string_view text, std::size_t at, Match& match) const;
  bool capture(const Compiled& row, std::size_t op, std::string_view text, std::size_t at, std::size_t end,
               Match& match) const;
  const Compiled* find(std::string_view text, Match& match) const;

  std::vector<Compiled> rows_;
  std::vector<Target> targets_;
  std::array<std::vector<std::uint16_t>, 256>
      by_first_;                            ///< rows that may begin with that character, in order
  std::vector<std::uint16_t> for_nothing_;  ///< rows that fit an empty text
};

}  // namespace vigil
