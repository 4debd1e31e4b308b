#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parsers/result.h"
#include "rules/compiled.h"

namespace vigil::sigma {

/// One value that a line of a rule asks for, and how: `op` is "is", "starts_with", "ends_with", "contains", "like" (with
/// wildcards), "anything", "number", "regex", "in_network", "lt" … "neq", "hour lt" and other parts of a time, "null",
/// "exists", "absent", "same_as_field", "holds_field" and their like.
struct ExplainedValue {
  std::string op, text;
  std::size_t ways = 1;  ///< ways to write it (windash, base64 offsets); `text` is the first
  bool held = false;
};

/// A node of a rule's condition. `held` and `actual` say something only where there was a message.
struct ExplainedNode {
  enum class Kind : std::uint8_t { item, all_of, any_of, negation };
  Kind kind = Kind::item;
  std::string name;  ///< what the rule calls it; empty for most
  bool held = false;
  std::vector<ExplainedNode> children;

  // Of an item.
  std::string field;                ///< as written; empty for keywords
  std::vector<std::string> places;  ///< names in an event under which it is looked for, best first
  bool every = false, negated = false;
  std::vector<ExplainedValue> wanted;  ///< at most kValuesShown, those that held first
  std::size_t wanted_total = 0;
  bool missing = false;             ///< the message has none of `places`
  std::vector<std::string> actual;  ///< its values, at most kValuesShown, shortened
  std::size_t actual_total = 0;
};

/// Literals of which at least one has to stand in the raw text before a rule is asked, and which were found there.
struct ExplainedClause {
  std::vector<std::string> literals;  ///< at most kValuesShown
  std::size_t total = 0;
  std::vector<std::string> found;
};

/// The clauses of formats that are asked alike. None: every message of these formats is parsed for the rule.
struct ExplainedPrefilter {
  std::vector<std::string> formats;
  std::vector<ExplainedClause> clauses;
};

/// A field that a correlation groups or counts by, and what the message has there.
struct ExplainedGroupField {
  std::string name;
  std::vector<std::string> places;
  std::optional<std::string> value;
};

/// How a rule or correlation takes a message; without a message, what it says.
struct Explanation {
  std::shared_ptr<const RuleMeta> meta;
  bool alerts = true;

  // A plain rule.
  RuleLogSource source;
  ExplainedNode condition;
  std::vector<ExplainedPrefilter> prefilter;  ///< for the message's format alone, where there is one

  // A correlation: what each slot says of the message.
  bool correlation = false;
  std::string type;       ///< "event_count" …
  std::string threshold;  ///< ">= 5"; conditions that must all hold joined by ", "
  std::int64_t span_ns = 0;
  struct Slot;
  std::vector<Slot> slots;

  // With a message.
  bool asked = false;             ///< there was one
  bool matched = false;           ///< a rule: it applies and its condition held; a correlation: one of its slots matched
  std::string format;             ///< of the message; empty for a document, which does not say where it came from
  bool applies = true;            ///< one of the message's log sources is the rule's
  std::vector<std::string> log_sources;  ///< of the message: "windows/process_creation"
  bool passes_prefilter = true;
};

struct Explanation::Slot {
  Explanation rule;
  std::vector<ExplainedGroupField> group_by, values;
};

/// Values of one kind that are listed.
constexpr std::size_t kValuesShown = 20;

/// A message to hold rules against.
struct ExplainedMessage {
  const FieldSource* fields = nullptr;
  const Event* event = nullptr;  ///< null for a JSON document: every rule is asked, as `vigil rules match` does
};

/// Explains by the plain evaluator, node by node, without short cuts. With `message` null: the rule alone.
Explanation explain(const CompiledRules& rules, RuleReference which, const ExplainedMessage* message);

/// How a line is read before rules are held against it.
struct LineReading {
  std::int64_t received_ns = 0;
  int zone_minutes = 480;
  bool frames = false;  ///< true: a line that is a JSON object is a frame too, as a sender of JSON would send it
};
/// The same for one line: a frame as a device sends it, or a JSON document with Sigma's, ECS' or raw field names. The
/// error says why a document cannot be read.
Result<Explanation, std::string> explain_line(const CompiledRules& rules, RuleReference which, std::string_view line,
                                              const LineReading& reading);

/// The rule of that id, name or (if it is one rule's alone) title.
std::optional<RuleReference> find_rule(const CompiledRules& rules, std::string_view wanted);
const RuleMeta& meta_of(const CompiledRules& rules, RuleReference which);

/// Ids and titles most like `wanted`, at most three, for "did you mean".
std::vector<std::string> nearest_rules(const CompiledRules& rules, std::string_view wanted);

/// "windows/process_creation": product, category and service, without those that are absent.
std::string source_text(std::string_view product, std::string_view category, std::string_view service);

}  // namespace vigil::sigma
